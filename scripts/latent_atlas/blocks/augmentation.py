"""Random changes to training images that leave their meaning as it is."""

from typing import TYPE_CHECKING

from latent_atlas.backend import tf

if TYPE_CHECKING:
    from latent_atlas.model import Tensor


def random_shift(images: "Tensor", pixels: int, seed: "Tensor") -> "Tensor":
    """Moves each image by up to ``pixels`` in both directions and fills with black; each image has its own shift."""
    count, height, width = tf.shape(images)[0], images.shape[1], images.shape[2]
    offsets = tf.random.stateless_uniform((count, 2), seed, 0, 2 * pixels + 1, tf.int32)
    return cut(tf.pad(images, [[0, 0], [pixels, pixels], [pixels, pixels], [0, 0]]), offsets, height, width)


def cut(images: "Tensor", offsets: "Tensor", height: int, width: int) -> "Tensor":
    """A part of each image, (n, height, width, c), from its own row and column on, int32 (n, 2)."""
    rows, columns = offsets[:, :1] + tf.range(height), offsets[:, 1:] + tf.range(width)
    return tf.gather(tf.gather(images, rows, axis=1, batch_dims=1), columns, axis=2, batch_dims=1)


def random_mirror(images: "Tensor", seed: "Tensor") -> "Tensor":
    """Exchanges left and right in each image with probability 1/2."""
    chosen = tf.random.stateless_uniform((tf.shape(images)[0], 1, 1, 1), seed) < 0.5
    return tf.where(chosen, tf.reverse(images, axis=[2]), images)
