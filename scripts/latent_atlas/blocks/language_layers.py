"""Layers of networks that read text character by character; needs Keras loaded.

Each takes what it remembers of the text before beside its input, and gives it back brought up to date: so a network
reads a long text piece by piece, whatever the pieces' lengths, and writes a character at a time at the same cost.
"""

from typing import TYPE_CHECKING, Any

import numpy as np

from latent_atlas.backend import keras, tf

if TYPE_CHECKING:
    from latent_atlas.model import Tensor

_PRIME = 1_000_003


class NgramEmbedding(keras.layers.Layer):  # type: ignore[misc]
    """A vector for each character, plus one for each sequence of 2, 3, ... ``order`` characters that ends with it.

    Sequences share ``rows`` vectors for each length by a hash, as in the maximum entropy part of Mikolov et al. 2011,
    "Strategies for Training Large Scale Neural Network Language Models" (section IV). In training each vector of a
    sequence is left out at random, so that those of shorter ones learn what to do where a longer one is new.
    """

    def __init__(self, characters: int, units: int, order: int, rows: int, dropout: float) -> None:
        super().__init__()
        self.order, self._rows = order, rows
        self._dropout = keras.layers.Dropout(dropout, noise_shape=(None, None, 1))
        start = keras.initializers.RandomNormal(stddev=0.05)
        self.table = self.add_weight((characters, units), start, name="characters")
        self.longer = [self.add_weight((rows, units), "zeros", name=f"sequences_{n}") for n in range(2, order + 1)]

    def call(self, characters: "Tensor", recent: "Tensor", training: bool = False) -> "tuple[Tensor, Tensor]":
        """int32 (n, t), and (n, order - 1) that stood before, -1 for nothing: vectors (n, t, units), and the last."""
        text = tf.concat([recent, characters], axis=1)
        before, length = tf.shape(recent)[1], tf.shape(characters)[1]
        vectors = tf.gather(self.table, characters)
        code = tf.cast(characters, tf.int64) + 1
        for distance, table in enumerate(self.longer, 1):
            start = before - distance
            code = code * _PRIME + tf.cast(text[:, start : start + length], tf.int64) + 2
            mixed = tf.bitwise.bitwise_xor(code, tf.bitwise.right_shift(code, tf.constant(29, tf.int64)))
            vectors += self._dropout(
                tf.gather(table, tf.math.floormod(mixed * 0x9E3779B1, self._rows)), training=training
            )
        return vectors, tf.ensure_shape(text[:, tf.shape(text)[1] - before :], (None, self.order - 1))


class LSTM(keras.layers.Layer):  # type: ignore[misc]
    """Long short-term memory (Hochreiter & Schmidhuber 1997; forget gates: Gers et al. 2000), in one operation.

        i, f, o = sigmoid(W [x, h] + b)    g = tanh(W [x, h] + b)    c = f c + i g    h = o tanh(c)

    Forget gates begin with a bias of 1 (Jozefowicz et al. 2015). Not `BlockLSTMV2`: its gates are in another order, and
    TensorFlow takes its gradient as if they were not.
    """

    def __init__(self, inputs: int, units: int) -> None:
        super().__init__(dtype="float32")  # the operation knows no bfloat16
        self.units = units
        self.kernel = self.add_weight((inputs + units, 4 * units), "glorot_uniform", name="kernel")
        self.bias = self.add_weight((4 * units,), "zeros", name="bias")
        gates = np.zeros(4 * units, np.float32)
        gates[2 * units : 3 * units] = 1  # in the order i, g, f, o
        self.bias.assign(gates)

    def call(self, inputs: "Tensor", h: "Tensor", c: "Tensor") -> "tuple[Tensor, Tensor, Tensor]":
        """(n, t, inputs) and h, c (n, units): every h (n, t, units), and the last h and c."""
        weights = tf.convert_to_tensor(self.kernel), tf.convert_to_tensor(self.bias)
        outputs, last = _lstm(tf.transpose(inputs, (1, 0, 2)), h, c, *weights)
        return tf.transpose(outputs, (1, 0, 2)), outputs[-1], last


@tf.custom_gradient
def _lstm(x: "Tensor", h: "Tensor", c: "Tensor", kernel: "Tensor", bias: "Tensor") -> Any:
    """Inputs (t, n, inputs) and states (n, units) to every h (t, n, units) and the last c.

    TensorFlow's own gradient multiplies the matrices of one time step after the other, and takes longer.
    """
    steps, inputs, units = tf.shape(x)[0], x.shape[2], h.shape[1]
    nothing = tf.zeros(units)
    i, cells, f, o, g, squashed, outputs = tf.raw_ops.BlockLSTM(
        seq_len_max=tf.cast(steps, tf.int64), x=x, cs_prev=c, h_prev=h, w=kernel, b=bias,
        wci=nothing, wcf=nothing, wco=nothing, forget_bias=0.0, cell_clip=-1.0, use_peephole=False,
    )  # fmt: skip

    def gradient(d_outputs: "Tensor", d_last: "Tensor") -> "tuple[Tensor, ...]":
        """By the chain rule from the last time step to the first; the products with x and the weights' all at once."""
        h_before, c_before = tf.concat([h[None], outputs[:-1]], 0), tf.concat([c[None], cells[:-1]], 0)
        of_c = tf.stack([g * i * (1.0 - i), i * (1.0 - g**2), c_before * f * (1.0 - f)], axis=2)
        of_h, through = squashed * o * (1.0 - o), o * (1.0 - squashed**2)
        recurrent = kernel[inputs:]

        def back(step: "Tensor", d_h: "Tensor", d_c: "Tensor", gates: Any) -> "tuple[Tensor, ...]":
            d_h += d_outputs[step]
            d_c += d_h * through[step]
            of_three = tf.reshape(d_c[:, None] * of_c[step], (-1, 3 * units))
            d_gates = tf.concat([of_three, d_h * of_h[step]], axis=1)
            d_before = tf.matmul(d_gates, recurrent, transpose_b=True)
            return step - 1, d_before, d_c * f[step], gates.write(step, d_gates)

        none = tf.TensorArray(h.dtype, steps)
        _, d_h, d_c, gates = tf.while_loop(
            lambda step, *_: step >= 0, back, (steps - 1, tf.zeros_like(h), d_last, none)
        )
        d_gates = tf.reshape(gates.stack(), (-1, 4 * units))
        d_x = tf.reshape(tf.matmul(d_gates, kernel[:inputs], transpose_b=True), tf.shape(x))
        read = tf.reshape(tf.concat([x, h_before], axis=2), (-1, inputs + units))
        return d_x, d_h, d_c, tf.matmul(read, d_gates, transpose_a=True), tf.reduce_sum(d_gates, axis=0)

    return (outputs, cells[-1]), gradient


class Attention(keras.layers.Layer):  # type: ignore[misc]
    """Causal self-attention (Vaswani et al. 2017, section 3.2) with rotary positions (Su et al. 2021).

    A character sees itself and the ``reach`` - 1 before it, those in earlier pieces by their keys and values, which
    are kept and through which no gradient flows (after Dai et al. 2019, "Transformer-XL", section 3.2).
    """

    def __init__(self, units: int, heads: int, reach: int) -> None:
        super().__init__()
        self.units, self.heads, self.reach = units, heads, reach
        start = keras.initializers.RandomNormal(stddev=units**-0.5)
        self.query_key_value = self.add_weight((units, 3 * units), start, name="query_key_value")
        self.output_kernel = self.add_weight((units, units), "zeros", name="output")

    def call(
        self, inputs: "Tensor", keys: "Tensor", values: "Tensor", known: "Tensor"
    ) -> "tuple[Tensor, Tensor, Tensor]":
        """(n, t, units); keys and values (n, reach, units) of the characters before; known (n, reach), 1 or 0."""
        query, key, value = tf.split(tf.matmul(inputs, self.query_key_value), 3, axis=-1)
        keys, values = tf.concat([keys, key], axis=1), tf.concat([values, value], axis=1)
        length = tf.shape(inputs)[1]
        places = tf.range(self.reach + length)
        q = self._split(rotated(query, places[self.reach :], self.heads))
        k = self._split(rotated(keys, places, self.heads))
        scores = tf.matmul(q, k, transpose_b=True) * (self.units // self.heads) ** -0.5
        distance = places[self.reach :, None] - places[None]
        seen = tf.cast((distance >= 0) & (distance < self.reach), scores.dtype)
        exists = tf.concat([known, tf.ones((tf.shape(inputs)[0], length), scores.dtype)], axis=1)
        scores += (seen * exists[:, None, None, :] - 1.0) * 1e9
        mixed = tf.matmul(tf.nn.softmax(scores), self._split(values))
        joined = tf.reshape(tf.transpose(mixed, (0, 2, 1, 3)), tf.shape(inputs))
        return tf.matmul(joined, self.output_kernel), *(
            tf.ensure_shape(kept[:, length:], (None, self.reach, self.units)) for kept in (keys, values)
        )

    def _split(self, tensor: "Tensor") -> "Tensor":
        """(n, t, units) to (n, heads, t, units / heads)."""
        shape = (-1, tf.shape(tensor)[1], self.heads, self.units // self.heads)
        return tf.transpose(tf.reshape(tensor, shape), (0, 2, 1, 3))


class Known(keras.layers.Layer):  # type: ignore[misc]
    """Which of the places that attention keeps hold a character, (n, reach) of 0 and 1, after some more were read."""

    def call(self, inputs: "Tensor", known: "Tensor") -> "Tensor":
        """(n, t, units) and (n, reach) to (n, reach)."""
        length, reach = tf.shape(inputs)[1], known.shape[1]
        return tf.ensure_shape(tf.pad(known, [[0, 0], [0, length]], constant_values=1.0)[:, length:], (None, reach))


def rotated(tensor: "Tensor", places: "Tensor", heads: int) -> "Tensor":
    """(n, t, units), each pair of a head's units turned by place times the pair's speed (Su et al. 2021, eq. 34)."""
    half = tensor.shape[-1] // heads // 2
    angles = tf.cast(places, tf.float32)[:, None] * tf.constant(10000.0 ** (-np.arange(half) / half), tf.float32)
    cos, sin = (tf.cast(part, tensor.dtype)[:, None] for part in (tf.cos(angles), tf.sin(angles)))
    one, two = tf.split(tf.reshape(tensor, (-1, tf.shape(tensor)[1], heads, 2 * half)), 2, axis=-1)
    return tf.reshape(tf.concat([one * cos - two * sin, one * sin + two * cos], axis=-1), tf.shape(tensor))
