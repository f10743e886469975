"""Keras' layers in forms that compute the same for less; needs Keras loaded.

Each has the weights of the layer it stands for, and its result but for rounding.
"""

from typing import TYPE_CHECKING, Any

from latent_atlas.backend import keras, tf

if TYPE_CHECKING:
    from latent_atlas.model import Tensor

Shape = tuple[int, ...]

_BITS = 8  # of a random number in `Dropout`


class UpsampledConvolution(keras.layers.Conv2D):  # type: ignore[misc]
    """Nearest-neighbour upsampling, then a convolution of 3x3 or 5x5: (n, h, w, c) to (n, 2h, 2w, channels).

    Its weights and further ``settings`` are those of the convolution.
    """

    def __init__(self, channels: int, side: int, **settings: Any) -> None:
        super().__init__(channels, side, padding="same", **settings)

    def convolution_op(self, x: "Tensor", kernel: "Tensor") -> "Tensor":
        kernel = tf.convert_to_tensor(kernel)
        return upsampled_convolution(x, kernel) if kernel.shape[0] == 3 else _by_phases(x, kernel)

    def compute_output_shape(self, shape: Shape) -> Shape:
        return (shape[0], 2 * shape[1], 2 * shape[2], self.filters)


def upsampled_convolution(x: "Tensor", kernel: "Tensor") -> "Tensor":
    """Nearest-neighbour upsampling of (n, h, w, c), then a 3x3 convolution, as a transposed 4x4 one with stride 2.

    An output pixel then needs 4 multiplications where there were 9 (``fused_scale`` in the code of Karras et al. 2019).
    """
    height, width = x.shape[1:3]
    shape = (tf.shape(x)[0], 2 * height, 2 * width, kernel.shape[3])
    return tf.nn.conv2d_transpose(x, tf.transpose(widened(tf.reverse(kernel, (0, 1))), (0, 1, 3, 2)), shape, 2, "SAME")


def widened(kernel: "Tensor") -> "Tensor":
    """A 3x3 kernel as the 4x4 one that does the same to pixels which are each a square of 2x2."""
    line = tf.constant([[1, 0, 0], [1, 1, 0], [0, 1, 1], [0, 0, 1]], kernel.dtype)
    square = tf.reshape(line[:, None, :, None] * line[None, :, None, :], (16, 9))
    return tf.reshape(square @ tf.reshape(kernel, (9, -1)), (4, 4, *kernel.shape[2:]))


def _by_phases(x: "Tensor", kernel: "Tensor") -> "Tensor":
    """Nearest-neighbour upsampling, then a 5x5 convolution.

    Most taps of a 5x5 kernel see the same pixel twice, so each of the four output phases is a 3x3 convolution of the
    small image whose taps are sums of the kernel's: 9 multiplications where there were 25.
    """
    # Phase 0 sees taps (0, 1), (2, 3), 4 of the 5 as one pixel each, phase 1 sees 0, (1, 2), (3, 4).
    phases = tf.constant(
        [[[1, 1, 0, 0, 0], [0, 0, 1, 1, 0], [0, 0, 0, 0, 1]], [[1, 0, 0, 0, 0], [0, 1, 1, 0, 0], [0, 0, 0, 1, 1]]],
        x.dtype,
    )
    small = tf.einsum("pau,qbv,uvio->abipqo", phases, phases, kernel)
    small = tf.reshape(small, (3, 3, kernel.shape[2], 4 * kernel.shape[3]))
    return tf.nn.depth_to_space(tf.nn.conv2d(x, small, 1, "SAME"), 2)


class HalvingConvolution(keras.layers.Conv2D):  # type: ignore[misc]
    """A 7x7 convolution with stride 2: (n, h, w, c), both sides even, to (n, h/2, w/2, channels).

    Every 2x2 pixels are taken as one with four times the channels, and the kernel, filled up with zeros to 8x8, as one
    of 4x4 with stride 1. The gradient with respect to an image of one channel is then a convolution to four, which the
    processor's units are made for; by itself it took five times as long.
    """

    def __init__(self, channels: int) -> None:
        super().__init__(channels, 7, 2, "same")

    def convolution_op(self, x: "Tensor", kernel: "Tensor") -> "Tensor":
        filled = tf.pad(tf.convert_to_tensor(kernel), [[0, 1], [0, 1], [0, 0], [0, 0]])
        blocks = tf.transpose(tf.reshape(filled, (4, 2, 4, 2, *kernel.shape[2:])), (0, 2, 1, 3, 4, 5))
        kernel = tf.reshape(blocks, (4, 4, 4 * kernel.shape[2], kernel.shape[3]))
        return tf.nn.conv2d(tf.nn.space_to_depth(x, 2), kernel, 1, [[0, 0], [1, 2], [1, 2], [0, 0]])


class BatchNormalization(keras.layers.BatchNormalization):  # type: ignore[misc]
    """Batch normalisation of the last axis, (n, c) or (n, h, w, c), in one operation where Keras takes ten.

    Outside training it is Keras' own.
    """

    def call(self, inputs: "Tensor", training: bool = False, mask: None = None) -> "Tensor":
        if not (training and self.trainable):
            return super().call(inputs, training=training, mask=mask)
        channels, flat = inputs.shape[-1], len(inputs.shape) == 2
        x = inputs[:, None, None] if flat else inputs
        y, mean, variance, *_ = tf.raw_ops.FusedBatchNormV3(
            x=x,
            scale=tf.convert_to_tensor(self.gamma) if self.scale else tf.ones(channels),
            offset=tf.convert_to_tensor(self.beta) if self.center else tf.zeros(channels),
            mean=tf.zeros(0),
            variance=tf.zeros(0),
            epsilon=self.epsilon,
            is_training=True,
        )
        count = tf.cast(tf.size(x) // channels, tf.float32)
        variance *= tf.maximum(count - 1.0, 1.0) / count  # the operation divides by count - 1
        for average, now in ((self.moving_mean, mean), (self.moving_variance, variance)):
            average.assign(self.momentum * average + (1.0 - self.momentum) * now)
        return y[:, 0, 0] if flat else y


class Dropout(keras.layers.Layer):  # type: ignore[misc]
    """Dropout that draws 8 random bits for each number where Keras draws 32, which is most of its cost.

    The rate is rounded to a multiple of 1 / 256; what is kept is scaled by the rounded one, so that the mean stays.
    """

    def __init__(self, rate: float) -> None:
        super().__init__()
        self.rate, self._below = rate, round(rate * 2**_BITS)
        self.seeds = keras.random.SeedGenerator()

    def call(self, x: "Tensor", training: bool = False) -> "Tensor":
        if not training or not self._below:
            return x
        count, seed = tf.size(x), tf.cast(self.seeds.next(), tf.int32)
        words = tf.random.stateless_uniform(((count + 3) // 4,), seed, None, None, tf.uint32)
        drawn = tf.reshape(tf.reshape(tf.bitcast(words, tf.uint8), (-1,))[:count], tf.shape(x))
        kept = tf.cast(drawn >= tf.constant(self._below, tf.uint8), x.dtype)
        return x * (kept / (1.0 - self._below / 2**_BITS))
