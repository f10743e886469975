"""What classifiers share: the check of their data and the train step."""

from typing import TYPE_CHECKING

from latent_atlas.backend import tf
from latent_atlas.blocks.optimizers import descend
from latent_atlas.errors import AtlasError

if TYPE_CHECKING:
    import keras

    from latent_atlas.columns import DataSpec
    from latent_atlas.model import Tensor


def check_classes(data: "DataSpec") -> None:
    """Refuses labels that leave nothing to learn.

    Raises:
        AtlasError: there are fewer than two classes.
    """
    if data.labels < 2:
        raise AtlasError(f"needs images of at least 2 classes, and the dataset has {data.labels}")


def classifier_step(
    network: "keras.Model",
    optimizer: "keras.optimizers.Optimizer",
    images: "Tensor",
    labels: "Tensor",
    unseen: "Tensor | None" = None,
) -> "dict[str, Tensor]":
    """One step down the mean cross-entropy of ``network(images)["logits"]`` against ``labels``.

    Classes that are ``unseen``, bool (classes,), are no wrong answers: they are left out of the softmax.
    """
    with tf.GradientTape() as tape:
        logits = network(images, training=True)["logits"]
        if unseen is not None:
            logits = tf.where(unseen, -1e9, logits)
        loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=logits))
    descend(optimizer, tape, loss, network)
    hits = tf.equal(tf.argmax(logits, axis=1, output_type=tf.int32), labels)
    return {"cross_entropy": loss, "batch_accuracy": tf.reduce_mean(tf.cast(hits, tf.float32))}
