"""The networks of StyleGAN (Karras et al. 2019, "A Style-Based Generator Architecture"), layer by layer.

As in the authors' ``networks_stylegan.py``. Weights begin as N(0, 1) and are scaled at run time by He's constant
(equalised learning rate, Karras et al. 2018, section 4.1). A network grows by levels: level 0 is 4x4, each further one
doubles the side. Images are in [-1, 1].

This module loads Keras when it is imported, because its classes derive from Keras's: import it where it is used.
"""

import math
from itertools import pairwise

import keras
import tensorflow as tf
from tensorflow import Tensor

from latent_atlas.blocks.fast_layers import convolve_upsampled, instance_normalized, widened

SLOPE = 0.2
GAIN = math.sqrt(2)  # of layers that a leaky ReLU follows
EPSILON = 1e-8


def side(level: int) -> int:
    """The side of the images of a level."""
    return 4 << level


def channels(level: int, base: int, most: int) -> int:
    """Feature maps at a level: they halve at each doubling of the side, but are never more than ``most``."""
    return max(1, min(base >> (level + 1), most))


# ------------------------------------------------------------------ functions


def pixel_norm(x: Tensor) -> Tensor:
    """Each vector of the last axis over the root of its mean square."""
    return x * tf.math.rsqrt(tf.reduce_mean(x**2, axis=-1, keepdims=True) + EPSILON)


def adaptive_instance_norm(x: Tensor, scale: Tensor, shift: Tensor) -> Tensor:
    """(1 + scale) times x, normalised for each image and channel, plus shift (eq. 1); scale, shift (n, channels)."""
    return instance_normalized(x, EPSILON) * (1.0 + scale[:, None, None]) + shift[:, None, None]


def blur(x: Tensor) -> Tensor:
    """The binomial filter [1, 2, 1] / 4 along both sides, zeros beyond the border."""
    line = tf.constant([0.25, 0.5, 0.25], x.dtype)
    square = tf.tile((line[:, None] * line)[:, :, None, None], (1, 1, x.shape[-1], 1))
    return tf.nn.depthwise_conv2d(x, square, (1, 1, 1, 1), "SAME")


def enlarge(x: Tensor, times: int = 2) -> Tensor:
    """Each pixel as a square of ``times`` by ``times``."""
    return tf.repeat(tf.repeat(x, times, axis=1), times, axis=2) if times > 1 else x


def reduce(x: Tensor, times: int = 2) -> Tensor:
    """The mean of each square of ``times`` by ``times`` pixels."""
    return tf.nn.avg_pool2d(x, times, times, "VALID") if times > 1 else x


def minibatch_stddev(x: Tensor, group: int = 4) -> Tensor:
    """X with one more channel: how much the images of a group differ (Karras et al. 2018, section 3).

    The standard deviation over the group, mean over pixels and channels: one number for all images of the group. As
    in the authors' code, a group's images are n / group apart; a batch that does not divide into groups is one group.
    """
    count, (height, width, depth) = tf.shape(x)[0], x.shape[1:]
    group = tf.where(tf.equal(count % group, 0), group, count)
    grouped = tf.reshape(x, (group, -1, height, width, depth))
    variance = tf.reduce_mean((grouped - tf.reduce_mean(grouped, axis=0, keepdims=True)) ** 2, axis=0)
    deviation = tf.reduce_mean(tf.sqrt(variance + EPSILON), axis=(1, 2, 3))  # one for each place in a group
    plane = tf.tile(tf.reshape(deviation, (-1, 1, 1, 1)), (group, height, width, 1))
    return tf.concat([x, plane], axis=3)


def leaky(x: Tensor) -> Tensor:
    """Leaky ReLU of slope 0.2."""
    return tf.nn.leaky_relu(x, SLOPE)


# --------------------------------------------------------------------- layers


class Dense(keras.layers.Layer):  # type: ignore[misc]
    """A dense layer with equalised learning rate, and a multiplier of its own on it."""

    def __init__(self, inputs: int, units: int, gain: float, multiplier: float = 1.0) -> None:
        super().__init__()
        self.scale, self.multiplier = float(gain / math.sqrt(inputs) * multiplier), multiplier
        self.kernel = self.add_weight(
            (inputs, units), keras.initializers.RandomNormal(0, 1 / multiplier), name="kernel"
        )
        self.bias = self.add_weight((units,), "zeros", name="bias")

    def call(self, x: Tensor) -> Tensor:
        return tf.matmul(x, self.kernel * self.scale) + self.bias * self.multiplier


class Conv(keras.layers.Layer):  # type: ignore[misc]
    """A convolution with equalised learning rate, perhaps after enlarging or before reducing by 2.

    Enlarging or reducing is folded into the convolution: 3x3 becomes 4x4 with stride 2, which is the same function at
    less than half of the arithmetic (the authors' ``fused_scale``).
    """

    def __init__(
        self, inputs: int, filters: int, kernel: int, gain: float, resample: str = "", bias: bool = True
    ) -> None:
        super().__init__()
        self.scale, self.resample = float(gain / math.sqrt(inputs * kernel**2)), resample
        self.kernel = self.add_weight(
            (kernel, kernel, inputs, filters), keras.initializers.RandomNormal(0, 1), name="kernel"
        )
        self.bias = self.add_weight((filters,), "zeros", name="bias") if bias else None

    def call(self, x: Tensor) -> Tensor:
        kernel = self.kernel * self.scale
        if self.resample == "enlarge":
            x = convolve_upsampled(x, kernel)
        elif self.resample == "reduce":
            x = tf.nn.conv2d(x, 0.25 * widened(kernel), 2, "SAME")
        else:
            x = tf.nn.conv2d(x, kernel, 1, "SAME")
        return x if self.bias is None else x + self.bias


class Epilogue(keras.layers.Layer):  # type: ignore[misc]
    """What follows each convolution of the generator: noise, bias, leaky ReLU, instance norm, style (figure 1b)."""

    def __init__(self, depth: int, style_dim: int, noise_multiplier: float) -> None:
        super().__init__()
        self.noise_multiplier = noise_multiplier
        self.noise_scale = self.add_weight((depth,), "zeros", name="noise_scale")
        self.bias = self.add_weight((depth,), "zeros", name="bias")
        self.affine = Dense(style_dim, 2 * depth, gain=1.0)

    def call(self, x: Tensor, style: Tensor, noise: Tensor) -> Tensor:
        x = leaky(x + noise * (self.noise_scale * self.noise_multiplier) + self.bias)
        scale, shift = tf.split(self.affine(style), 2, axis=1)
        return adaptive_instance_norm(x, scale, shift)


# ------------------------------------------------------------------- networks


class Mapping(keras.Model):  # type: ignore[misc]
    """Latents to styles: pixel norm, then eight dense layers that learn a hundred times slower than the rest."""

    def __init__(self, latent_dim: int, style_dim: int, layers: int = 8, multiplier: float = 0.01) -> None:
        super().__init__(name="mapping")
        widths = [latent_dim] + layers * [style_dim]
        self.stack = [Dense(i, o, GAIN, multiplier) for i, o in pairwise(widths)]
        self.mean_style = self.add_weight((style_dim,), "zeros", trainable=False, name="mean_style")
        self.built = True

    def call(self, latents: Tensor) -> Tensor:
        x = pixel_norm(latents)
        for dense in self.stack:
            x = leaky(dense(x))
        return x


class Synthesis(keras.Model):  # type: ignore[misc]
    """Styles and noise to images: a learned constant, then two convolutions at each level."""

    def __init__(
        self, levels: int, style_dim: int, image_channels: int, base: int, most: int, noise_multiplier: float = 1.0
    ) -> None:
        super().__init__(name="synthesis")
        depths = [channels(level, base, most) for level in range(levels)]
        self.constant = self.add_weight((1, 4, 4, depths[0]), "ones", name="constant")
        self.first = [Conv(a, b, 3, GAIN, "enlarge", bias=False) for a, b in pairwise(depths)]  # from level 1
        self.second = [Conv(depth, depth, 3, GAIN, bias=False) for depth in depths]
        self.epilogues = [[Epilogue(depth, style_dim, noise_multiplier) for _ in range(2)] for depth in depths]
        self.to_image = [Conv(depth, image_channels, 1, gain=1.0) for depth in depths]
        self.growth = self.add_weight((2,), "zeros", trainable=False, name="growth")  # level and alpha so far
        self.built = True

    def noise(self, count: Tensor, seed: Tensor, level: int) -> list[Tensor]:
        """Noise for the layers up to a level, (count, side, side, 1) each."""
        seeds = tf.unstack(tf.random.split(seed, 2 * (level + 1)))
        return [
            tf.random.stateless_normal((count, side(layer // 2), side(layer // 2), 1), own)
            for layer, own in enumerate(seeds)
        ]

    def call(self, styles: Tensor, noise: list[Tensor], level: int, alpha: Tensor) -> Tensor:
        """Images of a level, (n, side, side, channels); below ``alpha`` = 1 they fade in over the level before it.

        Args:
            styles: (n, layers, style_dim), of which the level's layers are used.
            noise: see `noise`.
            level: how far the network has grown.
            alpha: share of the last level.
        """
        x = tf.repeat(self.constant, tf.shape(styles)[0], axis=0)
        style = tf.unstack(styles, axis=1)
        before = None
        for now in range(level + 1):
            if now > 0:
                before, x = x, self.first[now - 1](x)
                x = blur(x)
            x = self.epilogues[now][0](x, style[2 * now], noise[2 * now])
            x = self.second[now](x)
            x = self.epilogues[now][1](x, style[2 * now + 1], noise[2 * now + 1])
        image = self.to_image[level](x)
        if before is None:
            return image
        return fade(enlarge(self.to_image[level - 1](before)), image, alpha)


class Discriminator(keras.Model):  # type: ignore[misc]
    """Images of a level to one logit each, (n, 1)."""

    def __init__(self, levels: int, image_channels: int, base: int, most: int) -> None:
        super().__init__(name="discriminator")
        depths = [channels(level, base, most) for level in range(levels)]
        self.from_image = [Conv(image_channels, depth, 1, GAIN) for depth in depths]
        self.first = [Conv(depth, depth, 3, GAIN) for depth in depths[1:]]  # from level 1
        self.second = [Conv(b, a, 3, GAIN, "reduce") for a, b in pairwise(depths)]
        self.last = Conv(depths[0] + 1, depths[0], 3, GAIN)
        hidden = channels(-1, base, most)
        self.dense = Dense(16 * depths[0], hidden, GAIN)
        self.logits = Dense(hidden, 1, gain=1.0)
        self.built = True

    def call(self, images: Tensor, level: int, alpha: Tensor) -> Tensor:
        """See `Synthesis.call`."""
        x = leaky(self.from_image[level](images))
        for now in range(level, 0, -1):
            x = leaky(self.first[now - 1](x))
            x = leaky(self.second[now - 1](blur(x)))
            if now == level:
                x = fade(leaky(self.from_image[level - 1](reduce(images))), x, alpha)
        x = leaky(self.last(minibatch_stddev(x)))
        x = leaky(self.dense(tf.reshape(x, (tf.shape(x)[0], -1))))
        return self.logits(x)


def fade(old: Tensor, new: Tensor, alpha: Tensor) -> Tensor:
    """From old to new as alpha goes from 0 to 1."""
    return old + (new - old) * alpha
