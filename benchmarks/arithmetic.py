"""How many floating-point operations a train step takes in convolutions and matrix products, counted in its graph.

Two for each multiplication with its addition. All else is left out, as it is from the rate of a matrix product, with
which a step is compared: the share of that rate says how much of the processor a step uses for its arithmetic.
"""

import math
from collections.abc import Callable
from typing import Any

from latent_atlas.backend import tf

# Operations that call functions, and the attributes that name these.
_CALLS = {"PartitionedCall": ("f",), "If": ("then_branch", "else_branch"), "Case": ("branches",), "While": ("body",)}


def operations(step: Callable[[], Any]) -> int:
    """Those of a function of tensors, where it chooses those of the dearest choice.

    0 where a loop has some of them, or where the shape of a tensor is known only in a run, as a loop's result is.
    """
    try:
        return _in_graph(tf.function(step).get_concrete_function().graph)
    except _UnknownError:
        return 0


class _UnknownError(Exception):
    """How often its arithmetic is done, or on how many numbers, is not known."""


def _in_graph(graph: Any) -> int:
    """Of what its results and its effects need: gradients nobody asked for are in it, and are not computed."""
    needed: set[tf.Operation] = set()
    waiting = [tensor.op for tensor in graph.outputs] + list(graph.control_outputs)
    while waiting:
        node = waiting.pop()
        if node not in needed:
            needed.add(node)
            waiting += [tensor.op for tensor in node.inputs] + list(node.control_inputs)
    return sum(_in_node(node, graph) for node in needed)


def _in_node(node: "tf.Operation", graph: Any) -> int:
    kind = node.type.removeprefix("Stateless").removeprefix("Stateful")
    called = [
        _in_graph(graph._get_function(function.name).graph)
        for attribute in _CALLS.get(kind, ())
        for function in _listed(node.get_attr(attribute))
    ]
    if kind == "While" and any(called):
        raise _UnknownError(node.name)
    return max(called, default=_in_operation(node))


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _in_operation(node: "tf.Operation") -> int:
    if node.type in ("MatMul", "BatchMatMulV2"):
        first = node.inputs[0].shape
        across = node.get_attr("transpose_a" if node.type == "MatMul" else "adj_x")
        return 2 * _size(node.outputs[0]) * first[-2 if across else -1]
    if node.type in ("Conv2D", "DepthwiseConv2dNative"):
        return _convolution(node.outputs[0], node.inputs[1].shape, node.type)
    if node.type in ("Conv2DBackpropInput", "DepthwiseConv2dNativeBackpropInput"):
        return _convolution(node.inputs[2], node.inputs[1].shape, node.type)
    if node.type == "Conv2DBackpropFilter":
        return _convolution(node.inputs[2], node.outputs[0].shape, node.type)
    return 0


def _convolution(maps: "tf.Tensor", kernel: "tf.TensorShape", kind: str) -> int:
    """For each of the numbers that the convolution gives, a product of its kernel with a part of the image."""
    height, width, channels, _ = kernel.as_list()
    return 2 * _size(maps) * height * width * (1 if kind.startswith("Depthwise") else channels)


def _size(tensor: "tf.Tensor") -> int:
    if not tensor.shape.is_fully_defined():
        raise _UnknownError(tensor.name)
    return math.prod(tensor.shape.as_list())
