"""How many multiplications and additions of numbers a train step takes, in products of matrices and convolutions.

The step is run once without a graph, and what TensorFlow executes is counted as it goes by: so loops count as often as
they run. Everything else, such as activations, normalisation and optimizers, counts as nothing.
"""

import math
from collections.abc import Callable, Sequence
from typing import Any

from latent_atlas.backend import tf


def executed(step: "Callable[[], object]") -> int:
    """Those of one call."""
    # What tf.debugging is made with; there is no public name. Here, for the atlas says how TensorFlow is loaded.
    from tensorflow.python.framework import op_callbacks

    found: list[int] = []

    def note(kind: str, inputs: Sequence[Any], attributes: Sequence[Any], outputs: Sequence[Any], *_: Any) -> None:
        if kind in _COUNTS:
            found.append(_COUNTS[kind](inputs, outputs, dict(zip(attributes[::2], attributes[1::2], strict=True))))

    tf.config.run_functions_eagerly(True)
    op_callbacks.add_op_callback(note)
    try:
        step()
    finally:
        op_callbacks.remove_op_callback(note)
        tf.config.run_functions_eagerly(False)
    return 2 * sum(found)


def _size(tensor: Any) -> int:
    return math.prod(tensor.shape)


def _product(inputs: Any, outputs: Any, attributes: Any) -> int:
    transposed = attributes.get("transpose_a") or attributes.get("adj_x")
    return _size(outputs[0]) * inputs[0].shape[-2 if transposed else -1]


def _convolution(output: Any, kernel: Sequence[int]) -> int:
    return _size(output) * math.prod(kernel[:3])


def _lstm(inputs: Any, outputs: Any, attributes: Any) -> int:
    _, x, _, _, weights, *_ = inputs
    return _size(weights) * x.shape[0] * x.shape[1]


_COUNTS: dict[str, Callable[[Any, Any, Any], int]] = {
    "MatMul": _product,
    "BatchMatMulV2": _product,
    "Conv2D": lambda inputs, outputs, _: _convolution(outputs[0], inputs[1].shape),
    "Conv2DBackpropInput": lambda inputs, outputs, _: _convolution(inputs[2], inputs[1].shape),
    "Conv2DBackpropFilter": lambda inputs, outputs, _: _convolution(inputs[2], outputs[0].shape),
    "DepthwiseConv2dNative": lambda inputs, outputs, _: _size(outputs[0]) * math.prod(inputs[1].shape[:2]),
    "DepthwiseConv2dNativeBackpropInput": lambda inputs, outputs, _: _size(inputs[2]) * math.prod(inputs[1].shape[:2]),
    "BlockLSTM": _lstm,
}
