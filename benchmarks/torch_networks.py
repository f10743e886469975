"""The atlas's networks with PyTorch's own layers, and weights of their own. Images are (n, channels, height, width)."""

import functools
import itertools
import operator
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from latent_atlas.backend import keras


class Counted(nn.Module):
    """Networks whose parameters are counted as Keras does."""

    def count_params(self) -> int:
        """As many as Keras counts: moving averages too, but not the second bias of an LSTM, which is none there."""
        named = itertools.chain(self.named_parameters(), self.named_buffers())
        return sum(x.numel() for name, x in named if x.is_floating_point() and "bias_hh" not in name)


class Network(Counted):
    """A functional Keras network: the same graph of PyTorch's layers, with weights of its own."""

    def __init__(self, network: Any) -> None:
        super().__init__()
        self.shapes = [each.shape[1:] for each in network.inputs]
        self._inputs = [id(each) for each in network.inputs]
        self._outputs = keras.tree.map_structure(id, network._outputs_struct)
        self._layers, self._plan, made = nn.ModuleList(), [], {}
        depths = sorted(network._nodes_by_depth, reverse=True)
        for node in itertools.chain(*(network._nodes_by_depth[depth] for depth in depths)):
            operation = node.operation
            if isinstance(operation, keras.layers.InputLayer):
                continue
            if id(operation) not in made:
                made[id(operation)] = converted(operation, node)
                if isinstance(made[id(operation)], nn.Module):
                    self._layers.append(made[id(operation)])
            (output,) = node.outputs
            given = [_place(argument) for argument in node.arguments.args]
            self._plan.append((made[id(operation)], given, id(output)))

    def forward(self, *inputs: Tensor) -> Any:
        values: dict[int, Any] = dict(zip(self._inputs, inputs, strict=True))
        for function, given, output in self._plan:
            values[output] = function(*(_value(each, values) for each in given))
        return keras.tree.map_structure(values.__getitem__, self._outputs)


def _place(argument: Any) -> Any:
    """Where an argument is found among the values: the number of a tensor, a list of them, or itself."""
    if isinstance(argument, list | tuple):
        return [_place(each) for each in argument]
    return ("tensor", id(argument)) if isinstance(argument, keras.KerasTensor) else argument


def _value(place: Any, values: dict[int, Any]) -> Any:
    if isinstance(place, list):
        return [_value(each, values) for each in place]
    return values[place[1]] if isinstance(place, tuple) else place


# ------------------------------------------------------------------------ layers


def converted(layer: Any, node: Any) -> Callable[..., Any]:  # noqa: PLR0911, PLR0912  # a table
    """PyTorch's counterpart of a Keras layer or operation.

    Raises:
        NotImplementedError: there is none here.
    """
    kind, channels = type(layer).__name__, node.arguments.args[0]
    channels = channels.shape[-1] if isinstance(channels, keras.KerasTensor) else None
    match kind:
        case "Dense":
            linear = nn.Linear(channels, layer.units, layer.use_bias)
            return _then(linear, layer.activation)
        case "Conv2D" | "StridedConvolution":
            return _then(_convolution(layer, channels), layer.activation)
        case "Conv2DTranspose" | "TransposedConvolution":
            kernel, stride = layer.kernel_size[0], layer.strides[0]
            padding = (kernel - stride + 1) // 2
            out = 2 * padding + stride - kernel
            size = (channels, layer.filters, kernel, stride, padding, out)
            return _then(nn.ConvTranspose2d(*size, bias=layer.use_bias), layer.activation)
        case "BatchNormalization":
            of = nn.BatchNorm2d if len(node.outputs[0].shape) == 4 else nn.BatchNorm1d
            return of(channels, layer.epsilon, 1.0 - layer.momentum)
        case "InstanceNormalization":
            return nn.InstanceNorm2d(channels, layer.epsilon)
        case "GroupNormalization":
            return nn.GroupNorm(layer.groups, channels, layer.epsilon)
        case "LeakyReLU":
            return lambda x: functional.leaky_relu(x, layer.negative_slope)
        case "ReLU" | "Relu":
            return functional.relu
        case "Tanh":
            return torch.tanh
        case "Dropout":
            return nn.Dropout(layer.rate)
        case "UpsampledConvolution":
            return _then(nn.Sequential(nn.Upsample(scale_factor=2), _convolution(layer, channels)), layer.activation)
        case "Flatten":
            return lambda x: x.flatten(1)
        case "Reshape":
            *sides, last = layer.target_shape
            shape = (last, *sides) if len(sides) == 2 else layer.target_shape
            return lambda x: x.reshape(-1, *shape)
        case "Concatenate":
            return lambda parts: torch.cat(parts, dim=1)
        case "Rescaling":
            return lambda x: x * layer.scale + layer.offset
        case "MaxPooling2D":
            return lambda x: functional.max_pool2d(x, layer.pool_size, ceil_mode=layer.padding == "same")
        case "GlobalMaxPooling2D":
            return lambda x: x.amax((2, 3))
        case "UpSampling2D":
            return lambda x: functional.interpolate(x, scale_factor=layer.size)
        case "Sum":
            return lambda x: x.sum(layer.axis, keepdim=layer.keepdims)
        case "Add":
            return lambda *parts: functools.reduce(operator.add, parts[0] if isinstance(parts[0], list) else parts)
        case "Multiply":
            return lambda one, other: one * other
        case "OneHot":
            return lambda x: functional.one_hot(x.long(), layer.num_classes).float()
        case "Max":
            return lambda x: x.amax(layer.axis)
        case "ZeroPadding2D":
            ((top, bottom), (left, right)) = layer.padding
            return lambda x: functional.pad(x, (left, right, top, bottom))
        case "Pad":
            (_, (top, bottom), (left, right), _) = layer.pad_width
            return lambda x: functional.pad(x, (left, right, top, bottom), mode=layer.mode)
    raise NotImplementedError(f"no counterpart of {kind} in PyTorch is written here")


def _convolution(layer: Any, channels: int) -> nn.Module:
    kernel, stride = layer.kernel_size[0], layer.strides[0]
    padding: Any = 0
    if layer.padding == "same":
        padding = "same" if stride == 1 else (kernel - 1) // 2
    return nn.Conv2d(channels, layer.filters, kernel, stride, padding, bias=layer.use_bias)


def _then(layer: nn.Module, activation: Any) -> nn.Module:
    name = activation.__name__
    after = {"linear": None, "relu": nn.ReLU(), "sigmoid": nn.Sigmoid(), "tanh": nn.Tanh(), "gelu": nn.GELU()}[name]
    return nn.Sequential(layer, after) if after else layer


# ------------------------------------------------------------------------- text


class Characters(Counted):
    """Vectors of characters and of the sequences that end with them, blocks, and the softmax's logits."""

    def __init__(self, size: int, settings: Any, block: type[nn.Module]) -> None:
        super().__init__()
        units = settings.units
        self.characters = nn.Embedding(size, units)
        self.sequences = nn.ModuleList(
            nn.Embedding(settings.ngram_rows, units) for _ in range(settings.ngram_order - 1)
        )
        self.left_out = settings.ngram_dropout
        self.blocks = nn.ModuleList(block(settings) for _ in range(settings.layers))
        self.norm, self.logits = nn.LayerNorm(units), nn.Linear(units, size)

    def forward(self, text: Tensor) -> Tensor:
        x, code = self.characters(text), text + 1
        for distance, table in enumerate(self.sequences, 1):
            code = code * 1_000_003 + functional.pad(text[:, :-distance], (distance, 0), value=-1) + 2
            vectors = table(((code ^ (code >> 29)) * 0x9E3779B1) % table.num_embeddings)
            kept = functional.dropout(torch.ones(*text.shape, 1), self.left_out, self.training)
            x = x + kept * vectors
        for block in self.blocks:
            x = block(x)
        return self.logits(self.norm(x))


class Recurrent(nn.Module):
    """PyTorch's LSTM, added to what it is given."""

    def __init__(self, settings: Any) -> None:
        super().__init__()
        self.lstm = nn.LSTM(settings.units, settings.units, batch_first=True)
        self.dropout = nn.Dropout(settings.dropout)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.dropout(self.lstm(x)[0])


class Transformer(nn.Module):
    """A block of nanoGPT with rotary positions: PyTorch's fused causal attention, and a perceptron."""

    def __init__(self, settings: Any) -> None:
        super().__init__()
        units, self.heads, self.rate = settings.units, settings.heads, settings.dropout
        self.norms = nn.ModuleList(nn.LayerNorm(units) for _ in range(2))
        self.query_key_value, self.output = nn.Linear(units, 3 * units, False), nn.Linear(units, units, False)
        self.perceptron = nn.Sequential(nn.Linear(units, 4 * units), nn.GELU(), nn.Linear(4 * units, units))
        half = units // self.heads // 2
        angles = np.arange(settings.window)[:, None] * 10000.0 ** (-np.arange(half) / half)
        self.turns = [torch.tensor(part, dtype=torch.float32) for part in (np.cos(angles), np.sin(angles))]

    def forward(self, x: Tensor) -> Tensor:
        n, t, units = x.shape
        parts = self.query_key_value(self.norms[0](x)).split(units, 2)
        query, key, value = (part.view(n, t, self.heads, -1).transpose(1, 2) for part in parts)
        mixed = functional.scaled_dot_product_attention(self.turned(query), self.turned(key), value, is_causal=True)
        x = x + functional.dropout(self.output(mixed.transpose(1, 2).reshape(n, t, units)), self.rate)
        return x + functional.dropout(self.perceptron(self.norms[1](x)), self.rate)

    def turned(self, x: Tensor) -> Tensor:
        (cos, sin), (one, two) = self.turns, x.chunk(2, dim=-1)
        return torch.cat([one * cos - two * sin, one * sin + two * cos], dim=-1)
