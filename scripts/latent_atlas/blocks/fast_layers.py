"""Keras' layers in forms that compute the same for less; needs Keras loaded.

Each has the weights of the layer it stands for, and its result but for rounding.
"""

from typing import TYPE_CHECKING

from latent_atlas.backend import keras, tf

if TYPE_CHECKING:
    from latent_atlas.model import Tensor

Shape = tuple[int, ...]

_BITS = 16  # of a random number in `Dropout`


class _Convolution(keras.layers.Layer):  # type: ignore[misc]
    """A kernel and a bias, begun as Keras does."""

    def __init__(self, channels: int, side: int) -> None:
        super().__init__()
        self.channels, self.side = channels, side

    def build(self, shape: Shape) -> None:
        self.inputs = shape[-1]
        kernel = (self.side, self.side, self.inputs, self.channels)
        self.kernel = self.add_weight(kernel, "glorot_uniform", name="kernel")
        self.bias = self.add_weight((self.channels,), "zeros", name="bias")


class UpsampledConvolution(_Convolution):
    """Nearest-neighbour upsampling, then a 5x5 convolution: (n, h, w, c) to (n, 2h, 2w, channels).

    On an upsampled image most taps of a 5x5 kernel see the same pixel twice, so each of the four output phases is a 3x3
    convolution of the small image whose taps are sums of the kernel's. Computed in this way it needs 9 multiplications
    where there were 25.
    """

    def __init__(self, channels: int) -> None:
        super().__init__(channels, 5)

    def call(self, x: "Tensor") -> "Tensor":
        # Phase 0 sees taps (0, 1), (2, 3), 4 of the 5 as one pixel each, phase 1 sees 0, (1, 2), (3, 4).
        phases = tf.constant(
            [[[1, 1, 0, 0, 0], [0, 0, 1, 1, 0], [0, 0, 0, 0, 1]], [[1, 0, 0, 0, 0], [0, 1, 1, 0, 0], [0, 0, 0, 1, 1]]],
            x.dtype,
        )
        kernel = tf.einsum("pau,qbv,uvio->abipqo", phases, phases, tf.convert_to_tensor(self.kernel))
        small = tf.nn.conv2d(x, tf.reshape(kernel, (3, 3, self.inputs, 4 * self.channels)), 1, "SAME")
        return tf.nn.depth_to_space(small, 2) + self.bias

    def compute_output_shape(self, shape: Shape) -> Shape:
        return (shape[0], 2 * shape[1], 2 * shape[2], self.channels)


class HalvingConvolution(_Convolution):
    """A 7x7 convolution with stride 2: (n, h, w, c), both sides even, to (n, h/2, w/2, channels).

    Every 2x2 pixels are taken as one with four times the channels, and the kernel, filled up with zeros to 8x8, as one
    of 4x4 with stride 1. The gradient with respect to an image of one channel is then a convolution to four, which the
    processor's units are made for; by itself it took five times as long.
    """

    def __init__(self, channels: int) -> None:
        super().__init__(channels, 7)

    def call(self, x: "Tensor") -> "Tensor":
        filled = tf.pad(tf.convert_to_tensor(self.kernel), [[0, 1], [0, 1], [0, 0], [0, 0]])
        blocks = tf.transpose(tf.reshape(filled, (4, 2, 4, 2, self.inputs, self.channels)), (0, 2, 1, 3, 4, 5))
        kernel = tf.reshape(blocks, (4, 4, 4 * self.inputs, self.channels))
        return tf.nn.conv2d(tf.nn.space_to_depth(x, 2), kernel, 1, [[0, 0], [1, 2], [1, 2], [0, 0]]) + self.bias

    def compute_output_shape(self, shape: Shape) -> Shape:
        return (shape[0], shape[1] // 2, shape[2] // 2, self.channels)


class Dropout(keras.layers.Layer):  # type: ignore[misc]
    """Dropout that draws 16 random bits for each number where Keras draws 32: half of the cost of all it does.

    The rate is rounded to a multiple of 1 / 65,536.
    """

    def __init__(self, rate: float) -> None:
        super().__init__()
        self.rate, self._below = rate, round(rate * 2**_BITS)
        self.seeds = keras.random.SeedGenerator()

    def call(self, x: "Tensor", training: bool = False) -> "Tensor":
        if not training or not self._below:
            return x
        count, seed = tf.size(x), tf.cast(self.seeds.next(), tf.int32)
        pairs = tf.random.stateless_uniform(((count + 1) // 2,), seed, None, None, tf.uint32)
        drawn = tf.reshape(tf.reshape(tf.bitcast(pairs, tf.uint16), (-1,))[:count], tf.shape(x))
        kept = tf.cast(drawn >= tf.constant(self._below, tf.uint16), x.dtype)
        return x * (kept / (1.0 - self._below / 2**_BITS))
