"""The layers of a small causal Transformer (Vaswani et al. 2017, "Attention Is All You Need").

Normalisation before each part (Xiong et al. 2020); positions by rotation (Su et al. 2021, RoFormer), so that only the
distance between two characters counts; attention to the last ``window`` characters alone (Child et al. 2019, local
attention), so that a text of any length can be read. A causal convolution over the last characters stands before
queries, keys and values (So et al. 2021, Primer): a short run has no time to learn to look at the character before.

This module loads Keras when it is imported, because its classes derive from Keras's: import it where it is used.
"""

import math

import keras
import tensorflow as tf
from tensorflow import Tensor

_BASE = 10_000.0  # of the wavelengths of positions
_REACH = 3  # characters that the convolution sees, the last one included
_HIDDEN = 4  # width of the hidden layer between attentions, as a multiple of the block's


def rotate(x: Tensor, positions: Tensor) -> Tensor:
    """Turns pairs of features by angles that grow with the position (Su et al. 2021, eq. 34).

    Args:
        x: (n, heads, t, d) with d even.
        positions: float32 (t,).
    """
    half = x.shape[-1] // 2
    angles = positions[:, None] * _BASE ** (-tf.range(half, dtype=tf.float32) / half)
    cos, sin = tf.cos(angles), tf.sin(angles)
    a, b = x[..., :half], x[..., half:]
    return tf.concat([a * cos - b * sin, a * sin + b * cos], axis=-1)


class Block(keras.layers.Layer):  # type: ignore[misc]
    """Attention and a hidden layer, each added to what came in.

    What came before is handed in as a memory: the last normalised inputs, for the convolution, rotated keys, values. A
    memory of keys keeps its length, which may be 0; what lies before the first character is never looked at.
    """

    def __init__(self, width: int, heads: int, window: int, dropout: float) -> None:
        super().__init__()
        self.heads, self.window = heads, window
        self.norms = [keras.layers.LayerNormalization(epsilon=1e-5) for _ in range(2)]
        self.convolution = keras.layers.DepthwiseConv1D(_REACH, padding="valid")
        self.project = keras.layers.Dense(3 * width, use_bias=False)
        self.merge = keras.layers.Dense(width, use_bias=False, kernel_initializer=_small())
        self.widen = keras.layers.Dense(_HIDDEN * width, activation="gelu")
        self.narrow = keras.layers.Dense(width, kernel_initializer=_small())
        self.dropout = keras.layers.Dropout(dropout)

    def call(self, x: Tensor, memory: tuple[Tensor, Tensor, Tensor], first: Tensor, training: bool) -> tuple:
        """Features (n, t, width) of the characters from position ``first`` on: those after it, and the new memory."""
        seen, keys, values = memory
        inputs = tf.concat([seen, self.norms[0](x)], axis=1)
        query, key, value = (self._split(part) for part in tf.split(self.project(self.convolution(inputs)), 3, axis=2))
        count, before = tf.shape(x)[1], tf.shape(keys)[2]
        positions = tf.range(first, first + count)
        query, key = (rotate(part, tf.cast(positions, tf.float32)) for part in (query, key))
        keys, values = tf.concat([keys, key], axis=2), tf.concat([values, value], axis=2)
        distance = positions[:, None] - tf.range(first - before, first + count)[None, :]
        begun = tf.range(first - before, first + count) >= 0
        visible = (distance >= 0) & (distance < self.window) & begun[None, :]
        scores = tf.matmul(query, keys, transpose_b=True) / math.sqrt(query.shape[-1])
        weights = tf.nn.softmax(tf.where(visible, scores, -1e9))
        merged = tf.transpose(tf.matmul(weights, values), (0, 2, 1, 3))
        x += self.dropout(self.merge(tf.reshape(merged, tf.shape(x))), training=training)
        x += self.dropout(self.narrow(self.widen(self.norms[1](x))), training=training)
        kept = inputs[:, 1 - _REACH :], keys[:, :, count:], values[:, :, count:]
        return x, tuple(tf.ensure_shape(new, old.shape) for new, old in zip(kept, memory, strict=True))

    def _split(self, x: Tensor) -> Tensor:
        """(n, t, width) to (n, heads, t, width / heads)."""
        parts = tf.reshape(x, (tf.shape(x)[0], tf.shape(x)[1], self.heads, x.shape[-1] // self.heads))
        return tf.transpose(parts, (0, 2, 1, 3))


class Transformer(keras.Model):  # type: ignore[misc]
    """Characters to logits of the next one; the embedding is also the last layer (Press & Wolf 2017)."""

    def __init__(self, characters: int, width: int, heads: int, layers: int, window: int, dropout: float) -> None:
        super().__init__(name="transformer")
        self.width, self.heads, self.window = width, heads, window
        self.embedding = self.add_weight(
            (characters, width), keras.initializers.RandomNormal(0, 0.05), name="embedding"
        )
        self.bias = self.add_weight((characters,), "zeros", name="bias")
        self.blocks = [Block(width, heads, window, dropout) for _ in range(layers)]
        self.norm = keras.layers.LayerNormalization(epsilon=1e-5)
        self(tf.zeros((1, 2), tf.int32), self.nothing(tf.constant(1), 0))

    def nothing(self, count: Tensor, length: int) -> list[tuple[Tensor, Tensor, Tensor]]:
        """The memory of ``count`` texts before anything was read, with keys for ``length`` characters."""
        none = tf.zeros((count, self.heads, length, self.width // self.heads))
        return [(tf.zeros((count, _REACH - 1, self.width)), none, none) for _ in self.blocks]

    def call(self, text: Tensor, memory: list, first: Tensor | int = 0, training: bool = False) -> tuple:
        """Characters int32 (n, t) from position ``first`` on to logits (n, t, characters), and the new memory."""
        x, after = tf.gather(tf.convert_to_tensor(self.embedding), text), []
        for block, before in zip(self.blocks, memory, strict=True):
            x, now = block(x, before, first=first, training=training)
            after.append(now)
        return tf.matmul(self.norm(x), self.embedding, transpose_b=True) + self.bias, after


def _small() -> keras.Initializer:
    return keras.initializers.RandomNormal(0, 0.02)
