"""The train step that every classifier shares."""

from typing import TYPE_CHECKING

from latent_atlas.backend import tf
from latent_atlas.blocks.descent import descend

if TYPE_CHECKING:
    import keras

    from latent_atlas.model import Tensor


def classifier_step(
    network: "keras.Model", optimizer: "keras.optimizers.Optimizer", images: "Tensor", labels: "Tensor"
) -> "dict[str, Tensor]":
    """One step down the mean cross-entropy of ``network(images)["logits"]`` against ``labels``."""
    with tf.GradientTape() as tape:
        logits = network(images, training=True)["logits"]
        loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=logits))
    descend(optimizer, tape, loss, network)
    hits = tf.equal(tf.argmax(logits, axis=1, output_type=tf.int32), labels)
    return {"cross_entropy": loss, "batch_accuracy": tf.reduce_mean(tf.cast(hits, tf.float32))}


def random_shift(images: "Tensor", pixels: int, seed: "Tensor") -> "Tensor":
    """Moves each image by up to ``pixels`` in both directions, filling with black; the same shift for no two."""
    count, height, width = tf.shape(images)[0], images.shape[1], images.shape[2]
    offsets = tf.random.stateless_uniform((count, 2), seed, 0, 2 * pixels + 1, tf.int32)
    padded = tf.pad(images, [[0, 0], [pixels, pixels], [pixels, pixels], [0, 0]])
    rows = offsets[:, :1] + tf.range(height)
    columns = offsets[:, 1:] + tf.range(width)
    return tf.gather(tf.gather(padded, rows, axis=1, batch_dims=1), columns, axis=2, batch_dims=1)
