"""StyleGAN's networks in PyTorch at full size, as its ports write them; images are (n, channels, height, width).

The same layers as in ``latent_atlas/blocks/stylegan_layers.py``: enlarging and reducing are folded into convolutions.
Nothing fades in here: PyTorch's ports leave that away once a resolution has been reached.
"""

import math
from itertools import pairwise
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch_networks import Counted

from latent_atlas.blocks import stylegan_layers as layers


class Dense(nn.Module):
    """A dense layer with equalised learning rate."""

    def __init__(self, inputs: int, units: int, gain: float = layers.GAIN, multiplier: float = 1.0) -> None:
        super().__init__()
        self.scale, self.multiplier = gain / math.sqrt(inputs) * multiplier, multiplier
        self.kernel = nn.Parameter(torch.randn(units, inputs) / multiplier)
        self.bias = nn.Parameter(torch.zeros(units))

    def forward(self, x: Tensor) -> Tensor:
        return functional.linear(x, self.kernel * self.scale, self.bias * self.multiplier)


class Conv(nn.Module):
    """A convolution with equalised learning rate, perhaps after enlarging or before reducing by 2."""

    def __init__(
        self, inputs: int, filters: int, kernel: int, gain: float = layers.GAIN, resample: str = "", bias: bool = True
    ) -> None:
        super().__init__()
        self.scale, self.resample, self.padding = gain / math.sqrt(inputs * kernel**2), resample, kernel // 2
        self.kernel = nn.Parameter(torch.randn(filters, inputs, kernel, kernel))
        self.bias = nn.Parameter(torch.zeros(filters)) if bias else None

    def forward(self, x: Tensor) -> Tensor:
        kernel = self.kernel * self.scale
        if self.resample == "enlarge":
            return functional.conv_transpose2d(x, _widened(kernel.flip(2, 3)).transpose(0, 1), self.bias, 2, 1)
        if self.resample == "reduce":
            return functional.conv2d(x, 0.25 * _widened(kernel), self.bias, 2, 1)
        return functional.conv2d(x, kernel, self.bias, 1, self.padding)


class Epilogue(nn.Module):
    """Noise, bias, leaky ReLU, instance normalisation, style."""

    def __init__(self, depth: int, style_dim: int, noise_multiplier: float) -> None:
        super().__init__()
        self.noise_multiplier = noise_multiplier
        self.noise_scale, self.bias = (nn.Parameter(torch.zeros(1, depth, 1, 1)) for _ in range(2))
        self.affine = Dense(style_dim, 2 * depth, gain=1.0)

    def forward(self, x: Tensor, style: Tensor) -> Tensor:
        noise = torch.randn(len(x), 1, *x.shape[2:])
        x = _leaky(x + noise * (self.noise_scale * self.noise_multiplier) + self.bias)
        scale, shift = self.affine(style)[:, :, None, None].chunk(2, dim=1)
        return functional.instance_norm(x, eps=layers.EPSILON) * (1.0 + scale) + shift


class Mapping(Counted):
    """Latents to styles."""

    def __init__(self, network: Any) -> None:
        super().__init__()
        pairs = ((each.kernel.shape, each.multiplier) for each in network.stack)
        self.stack = nn.ModuleList(Dense(*shape, multiplier=multiplier) for shape, multiplier in pairs)
        self.register_buffer("mean_style", torch.zeros(*network.mean_style.shape))

    def forward(self, latents: Tensor) -> Tensor:
        x = latents * torch.rsqrt(latents.square().mean(1, keepdim=True) + layers.EPSILON)
        for dense in self.stack:
            x = _leaky(dense(x))
        return x


class Synthesis(Counted):
    """Styles (n, layers, style_dim) to images."""

    def __init__(self, network: Any) -> None:
        super().__init__()
        (style_dim, _), depths = network.epilogues[0][0].affine.kernel.shape, _depths(network.second)
        images, rate = network.to_image[0].kernel.shape[3], network.epilogues[0][0].noise_multiplier
        self.constant = nn.Parameter(torch.ones(1, depths[0], 4, 4))
        self.first = nn.ModuleList(Conv(a, b, 3, resample="enlarge", bias=False) for a, b in pairwise(depths))
        self.second = nn.ModuleList(Conv(depth, depth, 3, bias=False) for depth in depths)
        self.epilogues = nn.ModuleList(Epilogue(depth, style_dim, rate) for depth in depths for _ in range(2))
        self.to_image = nn.ModuleList(Conv(depth, images, 1, gain=1.0) for depth in depths)
        self.register_buffer("growth", torch.zeros(2))

    def forward(self, styles: Tensor) -> Tensor:
        x = self.constant.expand(len(styles), -1, -1, -1)
        for level, second in enumerate(self.second):
            if level:
                x = _blur(self.first[level - 1](x))
            x = second(self.epilogues[2 * level](x, styles[:, 2 * level]))
            x = self.epilogues[2 * level + 1](x, styles[:, 2 * level + 1])
        return self.to_image[-1](x)


class Discriminator(Counted):
    """Images to one logit each, (n, 1)."""

    def __init__(self, network: Any) -> None:
        super().__init__()
        depths, images = _depths(network.from_image), network.from_image[0].kernel.shape[2]
        hidden = network.dense.kernel.shape[1]
        self.from_image = nn.ModuleList(Conv(images, depth, 1) for depth in depths)
        self.first = nn.ModuleList(Conv(depth, depth, 3) for depth in depths[1:])
        self.second = nn.ModuleList(Conv(b, a, 3, resample="reduce") for a, b in pairwise(depths))
        self.last = Conv(depths[0] + 1, depths[0], 3)
        self.dense, self.logits = Dense(16 * depths[0], hidden), Dense(hidden, 1, gain=1.0)

    def forward(self, images: Tensor) -> Tensor:
        x = _leaky(self.from_image[-1](images))
        for first, second in zip(reversed(self.first), reversed(self.second), strict=True):
            x = _leaky(second(_blur(_leaky(first(x)))))
        x = _leaky(self.last(_minibatch_stddev(x)))
        return self.logits(_leaky(self.dense(x.flatten(1))))


def _depths(convolutions: Any) -> list[int]:
    return [each.kernel.shape[3] for each in convolutions]


def _leaky(x: Tensor) -> Tensor:
    return functional.leaky_relu(x, layers.SLOPE)


def _widened(kernel: Tensor) -> Tensor:
    padded = functional.pad(kernel, (1, 1, 1, 1))
    return padded[:, :, 1:, 1:] + padded[:, :, :-1, 1:] + padded[:, :, 1:, :-1] + padded[:, :, :-1, :-1]


def _blur(x: Tensor) -> Tensor:
    line = torch.tensor([0.25, 0.5, 0.25])
    channels = x.shape[1]
    return functional.conv2d(x, (line[:, None] * line).expand(channels, 1, 3, 3), padding=1, groups=channels)


def _minibatch_stddev(x: Tensor, group: int = 4) -> Tensor:
    count, channels, height, width = x.shape
    group = group if count % group == 0 else count
    grouped = x.reshape(group, -1, channels, height, width)
    deviation = (grouped.var(0, unbiased=False) + layers.EPSILON).sqrt().mean((1, 2, 3))
    return torch.cat([x, deviation.repeat(group)[:, None, None, None].expand(-1, 1, height, width)], 1)
