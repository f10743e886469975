"""Captions and images in one space, in which an image lies near to its captions."""

from typing import TYPE_CHECKING

from latent_atlas.backend import keras, tf
from latent_atlas.blocks.layers import batch_norm
from latent_atlas.blocks.networks import stages

if TYPE_CHECKING:
    from latent_atlas.columns import DataSpec
    from latent_atlas.model import Tensor

_CONVOLUTIONS = 2


def text_encoder(data: "DataSpec", width: int, embedding_dim: int) -> "keras.Model":
    """Captions int32 (n, words) to embeddings (n, embedding_dim), after Kim (2014): convolutions over words, a maximum.

    Each of ``width`` detectors sees five neighbouring words and gives its strongest answer, wherever that is. Places
    after the end of a caption are zero at every layer, so that its length in memory changes nothing.
    """
    captions = data["captions"]
    words = keras.Input(captions.shape, dtype="int32", name="caption")
    there = keras.ops.expand_dims(keras.ops.cast(words > 0, "float32"), 2)
    x = keras.layers.Embedding(captions.size, width)(words) * there
    for _ in range(_CONVOLUTIONS):
        x = keras.layers.Conv1D(width, 3, padding="same", activation="relu")(x) * there
    x = keras.layers.GlobalMaxPooling1D()(x)
    return keras.Model(words, keras.layers.Dense(embedding_dim)(x), name="text_encoder")


def image_encoder(data: "DataSpec", width: int, embedding_dim: int) -> "keras.Model":
    """Images to embeddings (n, embedding_dim): convolutions with max pooling, a maximum over all places, two layers.

    The maximum makes it unnecessary to learn anew, for each place, what a thing looks like.
    """
    image = keras.Input(data.shape, name="image")
    x = image
    for stage in range(stages(data)):
        x = keras.layers.Conv2D(width * min(2**stage, 8), 3, padding="same", use_bias=False)(x)
        x = keras.layers.MaxPooling2D()(batch_norm(x, momentum=0.9))
        x = keras.layers.ReLU()(x)  # after the pooling: the same result, of a fourth of the numbers
    x = keras.layers.Dense(8 * width, "relu")(keras.layers.GlobalMaxPooling2D()(x))
    return keras.Model(image, keras.layers.Dense(embedding_dim)(x), name="image_encoder")


def differing(captions: "Tensor") -> "Tensor":
    """bool (n, n): whether caption i and caption j, rows of int32 (n, words), are different sentences."""
    return tf.reduce_any(captions[:, None] != captions[None, :], axis=2)


def matching_loss(
    images: "Tensor", texts: "Tensor", different: "Tensor", temperature: float
) -> "tuple[Tensor, Tensor]":
    """How badly captions are told to their images, and images to their captions, in a batch (Zhang et al. 2020, eq. 4).

    s_ij = <image i, text j> / temperature; the loss is the mean of -log softmax_j(s_ij) and of -log softmax_i(s_ij) at
    i = j. Another row with the same sentence is no wrong answer and is left out of the sums.

    Args:
        images, texts: embeddings of length 1, (n, d) each, row by row of one image and its caption.
        different: bool (n, n), see `differing`.
        temperature: > 0.

    Returns:
        The loss, and the share of images whose own caption is the nearest of the batch.
    """
    count = tf.shape(images)[0]
    scores = tf.matmul(images, texts, transpose_b=True) / temperature
    scores = tf.where(different | tf.eye(count, dtype=tf.bool), scores, -1e9)
    own = tf.range(count)
    both = [
        tf.nn.sparse_softmax_cross_entropy_with_logits(labels=own, logits=each)
        for each in (scores, tf.transpose(scores))
    ]
    hits = tf.equal(tf.argmax(scores, axis=1, output_type=tf.int32), own)
    return tf.reduce_mean(both), tf.reduce_mean(tf.cast(hits, tf.float32))


def wrong_rows(different: "Tensor", seed: "Tensor") -> "tuple[Tensor, Tensor]":
    """For each row another one with a different caption, int32 (n,), drawn evenly; and whether there is one, bool (n,).

    Where there is none, the row drawn is any.
    """
    exists = tf.reduce_any(different, axis=1)
    allowed = different | ~exists[:, None]
    logits = tf.where(allowed, 0.0, -1e9)
    return tf.random.stateless_categorical(logits, 1, seed, tf.int32)[:, 0], exists
