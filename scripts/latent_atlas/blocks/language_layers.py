"""Layers of networks that read text character by character; needs Keras loaded.

Each takes what it remembers of the text before beside its input, and gives it back brought up to date: so a network
reads a long text piece by piece, whatever the pieces' lengths, and writes a character at a time at the same cost.
"""

from typing import TYPE_CHECKING, Any

import numpy as np

from latent_atlas.backend import keras, tf
from latent_atlas.blocks.fast_layers import Dropout

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
        self._dropout = Dropout(dropout)
        start = keras.initializers.RandomNormal(stddev=0.05)
        self.table = self.add_weight((characters, units), start, name="characters")
        self.longer = [self.add_weight((rows, units), "zeros", name=f"sequences_{n}") for n in range(2, order + 1)]

    def call(self, characters: "Tensor", recent: "Tensor", training: bool = False) -> "tuple[Tensor, Tensor]":
        """int32 (n, t), and (n, order - 1) that stood before, -1 for nothing: vectors (n, t, units), and the last."""
        text = tf.concat([recent, characters], axis=1)
        before, length = tf.shape(recent)[1], tf.shape(characters)[1]
        vectors = tf.gather(self.table, characters)
        ones = tf.ones((*tf.unstack(tf.shape(characters)), 1), vectors.dtype)
        code = tf.cast(characters, tf.int64) + 1
        for distance, table in enumerate(self.longer, 1):
            start = before - distance
            code = code * _PRIME + tf.cast(text[:, start : start + length], tf.int64) + 2
            mixed = tf.bitwise.bitwise_xor(code, tf.bitwise.right_shift(code, tf.constant(29, tf.int64)))
            rows = tf.gather(table, tf.math.floormod(mixed * 0x9E3779B1, self._rows))
            vectors += self._dropout(ones, training=training) * rows
        return vectors, tf.ensure_shape(text[:, tf.shape(text)[1] - before :], (None, self.order - 1))


class LSTM(keras.layers.Layer):  # type: ignore[misc]
    """Long short-term memory (Hochreiter & Schmidhuber 1997; forget gates: Gers et al. 2000).

        i, f, o = sigmoid(W [x, h] + b)    g = tanh(W [x, h] + b)    c = f c + i g    h = o tanh(c)

    Forget gates begin with a bias of 1 (Jozefowicz et al. 2015). Not `BlockLSTM`, see `_lstm`, nor `BlockLSTMV2`: its
    gates are in another order, and TensorFlow takes its gradient as if they were not.
    """

    def __init__(self, inputs: int, units: int) -> None:
        super().__init__(dtype="float32")  # the operation of its gradient knows no bfloat16
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

    The products with all inputs are one, and in the gradient those for inputs and weights are; TensorFlow's operation
    for the whole and its gradient multiply at each time step. Only the products with h wait for the step before.
    """
    steps, inputs, units = tf.shape(x)[0], x.shape[2], h.shape[1]
    of_inputs, of_state = tf.split(kernel, (inputs, units))
    from_inputs = tf.matmul(tf.reshape(x, (-1, inputs)), of_inputs) + bias
    from_inputs = tf.reshape(from_inputs, (steps, tf.shape(x)[1], 4 * units))

    def forth(step: "Tensor", h: "Tensor", c: "Tensor", kept: "dict[str, Any]") -> "tuple[Any, ...]":
        i, g, f, o = tf.split(from_inputs[step] + tf.matmul(h, of_state), 4, axis=1)
        i, g, f, o = tf.sigmoid(i), tf.tanh(g), tf.sigmoid(f), tf.sigmoid(o)
        new = f * c + i * g
        squashed = tf.tanh(new)
        now = {"i": i, "ci": g, "f": f, "o": o, "cs": new, "co": squashed, "cs_prev": c, "h_prev": h}
        return step + 1, o * squashed, new, {name: kept[name].write(step, value) for name, value in now.items()}

    names = ("i", "ci", "f", "o", "cs", "co", "cs_prev", "h_prev")  # as LSTMBlockCellGrad calls them
    empty = {name: tf.TensorArray(h.dtype, steps, clear_after_read=False) for name in names}
    _, last_h, last_c, kept = tf.while_loop(lambda step, *_: step < steps, forth, (0, h, c, empty))
    h_before = kept["h_prev"].stack()

    def gradient(d_outputs: "Tensor", d_last: "Tensor") -> "tuple[Tensor, ...]":
        """By the chain rule from the last time step to the first."""
        nothing = tf.zeros(units)
        weights = {"w": kernel, "b": bias, "wci": nothing, "wcf": nothing, "wco": nothing}
        to_inputs, to_state = tf.split(tf.transpose(kernel), (inputs, units), axis=1)  # once: in each step it costs

        def back(step: "Tensor", d_h: "Tensor", d_c: "Tensor", gates: Any) -> "tuple[Any, ...]":
            now = {name: array.read(step) for name, array in kept.items()}
            d_before, d_gates, *_ = tf.raw_ops.LSTMBlockCellGrad(
                x=x[step], **now, **weights, h_grad=d_h + d_outputs[step], cs_grad=d_c, use_peephole=False
            )
            return step - 1, tf.matmul(d_gates, to_state), d_before, gates.write(step, d_gates)

        none = tf.TensorArray(h.dtype, steps)
        _, d_h, d_c, gates = tf.while_loop(
            lambda step, *_: step >= 0, back, (steps - 1, tf.zeros_like(h), d_last, none)
        )
        d_gates = tf.reshape(gates.stack(), (-1, 4 * units))
        d_x = tf.reshape(tf.matmul(d_gates, to_inputs), tf.shape(x))
        read = tf.reshape(tf.concat([x, h_before], axis=2), (-1, inputs + units))
        d_bias = tf.raw_ops.BiasAddGrad(out_backprop=d_gates)
        return d_x, d_h, d_c, tf.matmul(read, d_gates, transpose_a=True), d_bias

    return (tf.concat([h_before[1:], last_h[None]], 0), last_c), gradient


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
