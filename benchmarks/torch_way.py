"""The same networks in PyTorch, eager, trained as its tutorials and the papers' authors train theirs.

`Network` is a Keras network layer by layer with PyTorch's own layers, images as (n, channels, height, width). Each peer
is a train step with PyTorch's optimizers, written after the example that its class names. PyTorch is not in the locked
environment: https://pytorch.org says how it is installed beside it.
"""

import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from latent_atlas.backend import keras

Batch = dict[str, Tensor]
Images = Mapping[str, "Network"]


class _Counted(nn.Module):
    def count_params(self) -> int:
        """As many as Keras counts: moving averages too, but not the second bias of an LSTM, which is none there."""
        named = itertools.chain(self.named_parameters(), self.named_buffers())
        return sum(x.numel() for name, x in named if x.is_floating_point() and "bias_hh" not in name)


class Network(_Counted):
    """A functional Keras network: the same graph of PyTorch's layers, with weights of its own."""

    def __init__(self, network: Any) -> None:
        super().__init__()
        self.latent_dim = network.inputs[0].shape[-1]
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
        case "Conv2D":
            return _then(_convolution(layer, channels), layer.activation)
        case "Conv2DTranspose":
            kernel, stride = layer.kernel_size[0], layer.strides[0]
            padding = (kernel - stride + 1) // 2
            out = 2 * padding + stride - kernel
            size = (channels, layer.filters, kernel, stride, padding, out)
            return _then(nn.ConvTranspose2d(*size, bias=layer.use_bias), layer.activation)
        case "BatchNormalization":
            of = nn.BatchNorm2d if len(node.outputs[0].shape) == 4 else nn.BatchNorm1d
            return of(channels, layer.epsilon, 1.0 - layer.momentum)
        case "GroupNormalization":
            if layer.groups == -1:
                return lambda x: functional.instance_norm(x, eps=layer.epsilon)
            return nn.GroupNorm(layer.groups, channels, layer.epsilon)
        case "LeakyReLU":
            return lambda x: functional.leaky_relu(x, layer.negative_slope)
        case "ReLU" | "Relu":
            return functional.relu
        case "Tanh":
            return torch.tanh
        case "Dropout":
            return nn.Dropout(layer.rate)
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
            return lambda x: functional.max_pool2d(x, layer.pool_size)
        case "GlobalMaxPooling2D":
            return lambda x: x.amax((2, 3))
        case "UpSampling2D":
            return lambda x: functional.interpolate(x, scale_factor=layer.size)
        case "Dot":
            return lambda pair: (pair[0] * pair[1]).sum(1, keepdim=True)
        case "Add":
            return lambda *parts: sum(parts[0][1:], parts[0][0]) if isinstance(parts[0], list) else sum(parts)
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


# ------------------------------------------------------------------------- peers


class _Peer:
    def __init__(self, model: Any, settings: Any) -> None:
        self.settings, self.latent_dim = settings, settings.latent_dim if hasattr(settings, "latent_dim") else 0
        self.networks: dict[str, Any] = {name: Network(each) for name, each in model.networks.items()}
        for name, network in self.networks.items():
            setattr(self, name, network)

    def adam(self, *networks: nn.Module, **betas: Any) -> torch.optim.Optimizer:
        return torch.optim.Adam(_weights(networks), self.settings.learning_rate, **betas)

    def draw(self, count: int, labels: Sequence[Tensor] = ()) -> Tensor:
        return self.generator(torch.randn(count, self.generator.latent_dim), *labels)  # type: ignore[attr-defined]


class Classifier(_Peer):
    """As in PyTorch's example "mnist"."""

    def __init__(self, model: Any, settings: Any) -> None:
        super().__init__(model, settings)
        self.own = self.adam(self.classifier)  # type: ignore[attr-defined]

    def step(self, batch: Batch) -> dict[str, Tensor]:
        self.own.zero_grad()
        loss = functional.cross_entropy(self.networks["classifier"](batch["images"])["logits"], batch["labels"].long())
        loss.backward()
        self.own.step()
        return {"loss": loss}


class VAE(_Peer):
    """As in PyTorch's example "vae", with or without labels."""

    def __init__(self, model: Any, settings: Any) -> None:
        super().__init__(model, settings)
        self.own = self.adam(*self.networks.values())

    def step(self, batch: Batch) -> dict[str, Tensor]:
        self.own.zero_grad()
        images, labels = batch["images"], _labels(batch)
        mean, log_variance, latents = _encoded(self.networks["encoder"], images, labels)
        logits = self.networks["decoder"](latents, *labels)
        entropy = functional.binary_cross_entropy_with_logits(logits, images, reduction="sum") / len(images)
        loss = entropy + _kl(mean, log_variance)
        loss.backward()
        self.own.step()
        return {"loss": loss}


class GAN(_Peer):
    """As in the tutorial "DCGAN": real and generated images one after the other, the same generated ones for both."""

    def __init__(self, model: Any, settings: Any) -> None:
        super().__init__(model, settings)
        self.each = {name: self.adam(network, betas=(0.5, 0.999)) for name, network in self.networks.items()}

    def step(self, batch: Batch) -> dict[str, Tensor]:
        images, labels = batch["images"], _labels(batch)
        discriminator, count = self.networks["discriminator"], len(batch["images"])
        self.each["discriminator"].zero_grad()
        real = _entropy(discriminator(images, *labels), 1.0)
        real.backward()
        fakes = self.draw(count, labels)
        fake = _entropy(discriminator(fakes.detach(), *labels), 0.0)
        fake.backward()
        self.each["discriminator"].step()
        self.each["generator"].zero_grad()
        fooling = _entropy(discriminator(fakes, *labels), 1.0)
        fooling.backward()
        self.each["generator"].step()
        return {"loss": real + fake, "fooling": fooling}


class WGANGP(_Peer):
    """Gulrajani et al. 2017, algorithm 1, the gradient by ``torch.autograd.grad``."""

    def __init__(self, model: Any, settings: Any) -> None:
        super().__init__(model, settings)
        self.each = {name: self.adam(network, betas=(0.0, 0.9)) for name, network in self.networks.items()}

    def step(self, batch: Batch) -> dict[str, Tensor]:
        critic, count = self.networks["critic"], self.settings.batch_size
        for images in batch["images"].split(count):
            self.each["critic"].zero_grad()
            fakes = self.draw(count).detach()
            share = torch.rand(count, 1, 1, 1)
            mixed = (images + share * (fakes - images)).requires_grad_()
            (gradient,) = torch.autograd.grad(critic(mixed).sum(), mixed, create_graph=True)
            norms = (gradient.square().sum((1, 2, 3)) + 1e-12).sqrt()
            loss = critic(fakes).mean() - critic(images).mean() + self.settings.penalty * (norms - 1.0).square().mean()
            loss.backward()
            self.each["critic"].step()
        self.each["generator"].zero_grad()
        fooling = -critic(self.draw(count)).mean()
        fooling.backward()
        self.each["generator"].step()
        return {"loss": loss, "fooling": fooling}


class VAEGAN(_Peer):
    """The VAE/GAN of Larsen et al. 2016: one pass, and a gradient of each loss by the weights of its network."""

    def __init__(self, model: Any, settings: Any) -> None:
        super().__init__(model, settings)
        self.each = {
            name: torch.optim.RMSprop(network.parameters(), settings.learning_rate)
            for name, network in self.networks.items()
        }

    def step(self, batch: Batch) -> dict[str, Tensor]:
        images, labels, gamma = batch["images"], _labels(batch), self.settings.gamma
        encoder, decoder, discriminator = (self.networks[n] for n in ("encoder", "decoder", "discriminator"))
        mean, log_variance, latents = _encoded(encoder, images, labels)
        drawn = [torch.sigmoid(decoder(z, *labels)) for z in (latents, torch.randn_like(latents))]
        real, *fakes = (discriminator(x, *labels) for x in (images, *drawn))
        metric = 0.5 * (real["metric"].detach() - fakes[0]["metric"]).square().sum(1).mean()
        fooled = sum(_entropy(fake["logits"], 1.0) for fake in fakes) / 2
        caught = sum(_entropy(fake["logits"], 0.0) for fake in fakes) / 2
        losses = {
            "encoder": _kl(mean, log_variance) + metric,
            "decoder": gamma * metric + (1 - gamma) * fooled,
            "discriminator": _entropy(real["logits"], 1.0) + caught,
        }
        for name, loss in losses.items():
            weights = list(self.networks[name].parameters())
            for weight, gradient in zip(weights, torch.autograd.grad(loss, weights, retain_graph=True), strict=True):
                weight.grad = gradient
        for optimizer in self.each.values():
            optimizer.step()
        return losses


class CycleGAN(_Peer):
    """As in the authors' code: one optimizer for both generators, one for both discriminators; no pool."""

    def __init__(self, model: Any, settings: Any) -> None:
        super().__init__(model, settings)
        self.both = {
            part: self.adam(*(each for name, each in self.networks.items() if part in name), betas=(0.5, 0.999))
            for part in ("generator", "discriminator")
        }

    def step(self, batch: Batch) -> dict[str, Tensor]:
        a, b, n = batch["domain_a"], batch["domain_b"], self.networks
        weight, share = self.settings.cycle_weight, self.settings.identity_weight
        discriminators = [n["discriminator_a"], n["discriminator_b"]]
        for network in discriminators:
            network.requires_grad_(False)
        self.both["generator"].zero_grad()
        fake_b, fake_a = n["generator_ab"](a), n["generator_ba"](b)
        cycle = _l1(n["generator_ba"](fake_b), a) + _l1(n["generator_ab"](fake_a), b)
        same = _l1(n["generator_ba"](a), a) + _l1(n["generator_ab"](b), b)
        fooling = sum((d(x) - 1.0).square().mean() for d, x in zip(discriminators, (fake_a, fake_b), strict=True))
        loss = fooling + weight * (cycle + share * same)
        loss.backward()
        self.both["generator"].step()
        for network in discriminators:
            network.requires_grad_(True)
        self.both["discriminator"].zero_grad()
        for network, real, fake in zip(discriminators, (a, b), (fake_a, fake_b), strict=True):
            (0.5 * ((network(real) - 1.0).square().mean() + network(fake.detach()).square().mean())).backward()
        self.both["discriminator"].step()
        return {"loss": loss}


class Pix2Pix(_Peer):
    """As in the authors' code: the discriminator's step, then the generator's; or the U-Net on L1 alone."""

    def __init__(self, model: Any, settings: Any) -> None:
        super().__init__(model, settings)
        self.each = {name: self.adam(network, betas=(0.5, 0.999)) for name, network in self.networks.items()}

    def step(self, batch: Batch) -> dict[str, Tensor]:
        inputs, targets, generator = batch["inputs"], batch["targets"], self.networks["generator"]
        discriminator = self.networks.get("discriminator")
        masks = [
            functional.dropout(torch.ones(len(inputs), c, h, w), self.settings.dropout)
            for h, w, c in generator.shapes[1:]
        ]
        fakes = generator(inputs, *masks)
        if discriminator:
            discriminator.requires_grad_(True)
            self.each["discriminator"].zero_grad()
            fake = _entropy(discriminator(torch.cat([inputs, fakes], 1).detach()), 0.0)
            real = _entropy(discriminator(torch.cat([inputs, targets], 1)), 1.0)
            (0.5 * (fake + real)).backward()
            self.each["discriminator"].step()
            discriminator.requires_grad_(False)
        self.each["generator"].zero_grad()
        loss = self.settings.l1_weight * _l1(fakes, targets)
        if discriminator:
            fooling = _entropy(discriminator(torch.cat([inputs, fakes], 1)), 1.0)
            loss = loss + self.settings.adversarial_weight * fooling
        loss.backward()
        self.each["generator"].step()
        return {"loss": loss}


class Writer(_Peer):
    """As in PyTorch's example "word_language_model" and in nanoGPT: windows by themselves, nothing carried."""

    def __init__(self, model: Any, settings: Any) -> None:
        self.settings = settings
        layers = {type(layer).__name__: layer for layer in model.network.layers}
        table = layers["NgramEmbedding"].table
        block = Recurrent if "LSTM" in layers else Transformer
        self.networks = {"network": Characters(table.shape[0], settings, block)}
        self.own = self.adam(*self.networks.values(), betas=(0.9, 0.99))

    def step(self, batch: Batch) -> dict[str, Tensor]:
        text, network = batch["text"].long(), self.networks["network"]
        self.own.zero_grad()
        loss = functional.cross_entropy(network(text[:, :-1]).transpose(1, 2), text[:, 1:])
        loss.backward()
        nn.utils.clip_grad_norm_(network.parameters(), self.settings.clip)
        self.own.step()
        return {"loss": loss}


class Characters(_Counted):
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
        split = (each.view(n, t, self.heads, -1).transpose(1, 2) for each in
                 self.query_key_value(self.norms[0](x)).split(units, 2))  # fmt: skip
        query, key, value = split
        mixed = functional.scaled_dot_product_attention(self.turned(query), self.turned(key), value, is_causal=True)
        x = x + functional.dropout(self.output(mixed.transpose(1, 2).reshape(n, t, units)), self.rate)
        return x + functional.dropout(self.perceptron(self.norms[1](x)), self.rate)

    def turned(self, x: Tensor) -> Tensor:
        (cos, sin), (one, two) = self.turns, x.chunk(2, dim=-1)
        return torch.cat([one * cos - two * sin, one * sin + two * cos], dim=-1)


def _weights(networks: Iterable[nn.Module]) -> list[nn.Parameter]:
    return [weight for network in networks for weight in network.parameters()]


def _labels(batch: Batch) -> list[Tensor]:
    return [batch["labels"]] if "labels" in batch else []


def _entropy(logits: Tensor, target: float) -> Tensor:
    return functional.binary_cross_entropy_with_logits(logits, torch.full_like(logits, target))


def _l1(first: Tensor, second: Tensor) -> Tensor:
    return 2.0 * functional.l1_loss(first, second)


def _encoded(encoder: Any, images: Tensor, labels: list[Tensor]) -> tuple[Tensor, Tensor, Tensor]:
    found = encoder(images, *labels)
    noise = torch.randn_like(found["mean"])
    return found["mean"], found["log_variance"], found["mean"] + (0.5 * found["log_variance"]).exp() * noise


def _kl(mean: Tensor, log_variance: Tensor) -> Tensor:
    return -0.5 * (1 + log_variance - mean.square() - log_variance.exp()).sum(1).mean()
