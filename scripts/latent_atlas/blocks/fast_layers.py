"""Keras' layers in forms that compute the same for less; needs Keras loaded.

Each has the weights of the layer it stands for, and its result but for rounding.
"""

from typing import TYPE_CHECKING, Any

from latent_atlas.backend import keras, tf

if TYPE_CHECKING:
    from latent_atlas.model import Tensor

Shape = tuple[int, ...]

_BITS = 8  # of a random number in `Dropout`
_FEW = 4  # channels, of images


class UpsampledConvolution(keras.layers.Conv2D):  # type: ignore[misc]
    """Nearest-neighbour upsampling, then a convolution of 3x3 or 5x5: (n, h, w, c) to (n, 2h, 2w, channels).

    Its weights and further ``settings`` are those of the convolution.
    """

    def __init__(self, channels: int, side: int, **settings: Any) -> None:
        super().__init__(channels, side, padding="same", **settings)

    def convolution_op(self, x: "Tensor", kernel: "Tensor") -> "Tensor":
        kernel = tf.convert_to_tensor(kernel)
        return convolve_upsampled(x, kernel) if kernel.shape[0] == 3 else _by_phases(x, kernel)

    def compute_output_shape(self, shape: Shape) -> Shape:
        return (shape[0], 2 * shape[1], 2 * shape[2], self.filters)


def convolve_upsampled(x: "Tensor", kernel: "Tensor") -> "Tensor":
    """Nearest-neighbour upsampling of (n, h, w, c), then a 3x3 convolution, as a transposed 4x4 one with stride 2.

    An output pixel then needs 4 multiplications where there were 9 (``fused_scale`` in the code of Karras et al. 2019).
    """
    return transposed(x, tf.transpose(widened(tf.reverse(kernel, (0, 1))), (0, 1, 3, 2)))


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


class StridedConvolution(keras.layers.Conv2D):  # type: ignore[misc]
    """A convolution with stride 2, zeros beyond the border: (n, h, w, c) to (n, h/2, w/2, channels), see `strided`."""

    def __init__(self, channels: int, side: int, **settings: Any) -> None:
        super().__init__(channels, side, 2, "same", **settings)

    def convolution_op(self, x: "Tensor", kernel: "Tensor") -> "Tensor":
        return strided(x, tf.convert_to_tensor(kernel))


class TransposedConvolution(keras.layers.Conv2DTranspose):  # type: ignore[misc]
    """A transposed convolution with stride 2: (n, h, w, c) to (n, 2h, 2w, channels), see `transposed`."""

    def __init__(self, channels: int, side: int, **settings: Any) -> None:
        super().__init__(channels, side, 2, "same", **settings)

    def call(self, x: "Tensor") -> "Tensor":
        y = transposed(x, tf.convert_to_tensor(self.kernel))
        return self.activation(y + tf.convert_to_tensor(self.bias) if self.use_bias else y)


def strided(x: "Tensor", kernel: "Tensor") -> "Tensor":
    """Convolution of (n, h, w, c) with (k, k, c, channels) and stride 2, as TensorFlow's own with the padding "SAME".

    What differs is the gradient with respect to images: see `transposed`.
    """
    few = kernel.shape[2] <= _FEW and not (x.shape[1] % 2 or x.shape[2] % 2)
    return _strided(x, kernel) if few else tf.nn.conv2d(x, kernel, 2, "SAME")


def transposed(x: "Tensor", kernel: "Tensor") -> "Tensor":
    """The gradient of `strided` with respect to images: (n, h, w, c) and (k, k, channels, c) to (n, 2h, 2w, channels).

    For images, which have few channels, TensorFlow's own leaves most of the processor's units idle. There every 2x2
    pixels of the result are taken as one with four times the channels, and the kernel, filled up with zeros, as one
    with stride 1.
    """
    if kernel.shape[2] <= _FEW:
        return _transposed(x, kernel)
    shape = (tf.shape(x)[0], 2 * x.shape[1], 2 * x.shape[2], kernel.shape[2])
    return tf.nn.conv2d_transpose(x, kernel, shape, 2, "SAME")


@tf.custom_gradient
def _strided(x: "Tensor", kernel: "Tensor") -> Any:
    def gradient(upstream: "Tensor") -> "tuple[Tensor, Tensor]":
        return _transposed(upstream, kernel), _of_kernel(x, kernel, upstream)

    return tf.nn.conv2d(x, kernel, 2, "SAME"), gradient


@tf.custom_gradient
def _transposed(x: "Tensor", kernel: "Tensor") -> Any:
    def gradient(upstream: "Tensor") -> "tuple[Tensor, Tensor]":
        return _strided(upstream, kernel), _of_kernel(upstream, kernel, x)

    (side, _, channels, inputs), (height, width) = kernel.shape, x.shape[1:3]
    before = (side - 2) // 2 % 2  # so that the kernel begins at an even pixel
    half = (before + side + 1) // 2
    after = 2 * half - side - before
    filled = tf.pad(kernel, [[before, after], [before, after], [0, 0], [0, 0]])
    blocks = tf.transpose(tf.reshape(filled, (half, 2, half, 2, channels, inputs)), (0, 2, 1, 3, 4, 5))
    small = tf.reshape(blocks, (half, half, 4 * channels, inputs))
    if channels == 1:  # either form gives the same; this one is the faster for grey images, the other for colours
        y = tf.nn.conv2d_transpose(x, small, (tf.shape(x)[0], height, width, 4), 1, "SAME")
    else:
        turned = tf.transpose(tf.reverse(small, (0, 1)), (0, 1, 3, 2))
        beyond = [half // 2, (half - 1) // 2]
        y = tf.nn.conv2d(x, turned, 1, [[0, 0], beyond, beyond, [0, 0]])
    return tf.nn.depth_to_space(y, 2), gradient


def _of_kernel(images: "Tensor", kernel: "Tensor", of_result: "Tensor") -> "Tensor":
    """The gradient with respect to the kernel."""
    return tf.raw_ops.Conv2DBackpropFilter(
        input=images, filter_sizes=kernel.shape, out_backprop=of_result, strides=[1, 2, 2, 1], padding="SAME"
    )


class BatchNormalization(keras.layers.BatchNormalization):  # type: ignore[misc]
    """Batch normalisation of the last axis, (n, c) or (n, h, w, c), in one operation where Keras takes ten.

    Outside training it is Keras' own.
    """

    def call(self, inputs: "Tensor", training: bool = False, mask: None = None) -> "Tensor":
        if not (training and self.trainable):
            return super().call(inputs, training=training, mask=mask)
        channels, flat = inputs.shape[-1], len(inputs.shape) == 2
        x = tf.reshape(inputs, (-1, 1, 1, channels)) if flat else inputs
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
        return tf.reshape(y, (-1, channels)) if flat else y


class InstanceNormalization(keras.layers.Layer):  # type: ignore[misc]
    """Instance normalisation without scale and shift, see `instance_normalized`."""

    def __init__(self, epsilon: float, **settings: Any) -> None:
        super().__init__(**settings)
        self.epsilon = epsilon
        self.built = True

    def call(self, x: "Tensor") -> "Tensor":
        return instance_normalized(x, self.epsilon)


def instance_normalized(x: "Tensor", epsilon: float) -> "Tensor":
    """Each channel of each image (n, h, w, c) to mean 0 and variance 1 (Ulyanov et al. 2016).

    Its gradient is written out, which takes fewer passes over memory than the chain rule for each operation.
    """

    @tf.custom_gradient
    def normalized(x: "Tensor") -> Any:
        centred = x - _mean(x)
        scale = tf.math.rsqrt(_mean(tf.square(centred)) + epsilon)
        y = centred * scale

        def gradient(upstream: "Tensor") -> "Tensor":
            return scale * (upstream - _mean(upstream) - y * _mean(upstream * y))

        return y, gradient

    return normalized(x)


def _mean(x: "Tensor") -> "Tensor":
    """Over an image."""
    return tf.reduce_mean(x, axis=(1, 2), keepdims=True)


class Dropout(keras.layers.Layer):  # type: ignore[misc]
    """Dropout that draws 8 random bits for each number where Keras draws 32, which is most of its cost.

    The rate is rounded to a multiple of 1 / 256; what is kept is scaled by the rounded one, so that the mean stays.
    """

    def __init__(self, rate: float) -> None:
        super().__init__()
        self.rate, self._below = rate, round(rate * 2**_BITS)
        self.seeds = keras.random.SeedGenerator()
        self.built = True

    def call(self, x: "Tensor", training: bool = False) -> "Tensor":
        if not training or not self._below:
            return x
        count, seed = tf.size(x), tf.cast(self.seeds.next(), tf.int32)
        words = tf.random.stateless_uniform(((count + 3) // 4,), seed, None, None, tf.uint32)
        drawn = tf.reshape(tf.reshape(tf.bitcast(words, tf.uint8), (-1,))[:count], tf.shape(x))
        kept = tf.cast(drawn >= tf.constant(self._below, tf.uint8), x.dtype)
        return x * (kept / (1.0 - self._below / 2**_BITS))
