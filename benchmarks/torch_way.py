"""The same networks in PyTorch, eager, trained as its tutorials and the papers' authors train theirs.

Each peer is a train step with PyTorch's optimizers over the networks of torch_networks.py, written after the example
that its class names. PyTorch is not part of the locked environment; ``.venv/bin/uv pip install torch`` adds it.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import torch
import torch_stylegan
from torch import Tensor, nn
from torch.nn import functional
from torch_networks import Characters, Network, Recurrent, Transformer

Batch = dict[str, Tensor]


def shuffled(columns: Batch, count: int, layout: torch.memory_format) -> Iterator[Batch]:
    """Batches of so many rows without end, images in a layout."""
    rows = len(next(iter(columns.values())))
    while True:
        for chosen in torch.randperm(rows).split(count):
            if len(chosen) == count:
                taken = {name: values[chosen] for name, values in columns.items()}
                yield {name: x.contiguous(memory_format=layout) if x.ndim == 4 else x for name, x in taken.items()}


class _Peer:
    def __init__(self, model: Any, settings: Any) -> None:
        self.settings = settings
        self.networks: dict[str, Any] = {name: Network(each) for name, each in model.networks.items()}

    def adam(self, *networks: nn.Module, **betas: Any) -> torch.optim.Optimizer:
        return torch.optim.Adam(_weights(networks), self.settings.learning_rate, **betas)

    def draw(self, count: int, labels: Sequence[Tensor] = ()) -> Tensor:
        generator = self.networks["generator"]
        return generator(torch.randn(count, *generator.shapes[0]), *labels)


class Classifier(_Peer):
    """As in PyTorch's example "mnist"."""

    def __init__(self, model: Any, settings: Any) -> None:
        super().__init__(model, settings)
        self.own = self.adam(*self.networks.values())

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


class _Adversarial(_Peer):
    betas = (0.5, 0.999)

    def __init__(self, model: Any, settings: Any) -> None:
        super().__init__(model, settings)
        self.each = {name: self.adam(network, betas=self.betas) for name, network in self.networks.items()}


class GAN(_Adversarial):
    """As in the tutorial "DCGAN": real and generated images one after the other, the same generated ones for both."""

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


class WGANGP(_Adversarial):
    """Gulrajani et al. 2017, algorithm 1, the gradient by ``torch.autograd.grad``."""

    betas = (0.0, 0.9)

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
        losses = self.losses(batch["images"], _labels(batch))
        self.descend(losses)
        return losses

    def losses(self, images: Tensor, labels: list[Tensor]) -> dict[str, Tensor]:
        gamma = self.settings.gamma
        encoder, decoder, discriminator = (self.networks[n] for n in ("encoder", "decoder", "discriminator"))
        mean, log_variance, latents = _encoded(encoder, images, labels)
        drawn = [torch.sigmoid(decoder(z, *labels)) for z in (latents, torch.randn_like(latents))]
        real, *fakes = (discriminator(x, *labels) for x in (images, *drawn))
        metric = 0.5 * (real["metric"].detach() - fakes[0]["metric"]).square().sum(1).mean()
        fooled = sum(_entropy(fake["logits"], 1.0) for fake in fakes) / 2
        caught = sum(_entropy(fake["logits"], 0.0) for fake in fakes) / 2
        return {
            "encoder": _kl(mean, log_variance) + metric,
            "decoder": gamma * metric + (1 - gamma) * fooled,
            "discriminator": _entropy(real["logits"], 1.0) + caught,
        }

    def descend(self, losses: dict[str, Tensor]) -> None:
        for name, loss in losses.items():
            weights = list(self.networks[name].parameters())
            for weight, gradient in zip(weights, torch.autograd.grad(loss, weights, retain_graph=True), strict=True):
                weight.grad = gradient
        for name in losses:
            self.each[name].step()


class Article(VAEGAN):
    """The article's layers and schedule: one step of the discriminator, three of encoder and decoder, a batch each."""

    def step(self, batch: Batch) -> dict[str, Tensor]:
        count = self.settings.batch_size
        parts = list(zip(batch["images"].split(count), batch["labels"].split(count), strict=True))
        for names, (images, labels) in [(["discriminator"], parts[0]), *((["encoder", "decoder"], p) for p in parts)]:
            losses = self.losses(images, [labels])
            self.descend({name: losses[name] for name in names})
        return losses


class StyleGAN(_Peer):
    """The authors' losses and moving average at full size, as PyTorch's ports have them, with this model's settings."""

    def __init__(self, model: Any, settings: Any) -> None:
        self.settings, self.networks = settings, {}
        for name, each in model.networks.items():
            self.networks[name] = getattr(torch_stylegan, type(each).__name__)(each)
        n, betas = self.networks, {"betas": (0.0, 0.99)}
        self.own = {"g": self.adam(n["mapping"], n["synthesis"], **betas), "d": self.adam(n["discriminator"], **betas)}
        self.layers = model.style_layers

    def step(self, batch: Batch) -> dict[str, Tensor]:
        images, discriminator = batch["images"], self.networks["discriminator"]
        mirrored = torch.rand(len(images), 1, 1, 1) < 0.5
        images = (2.0 * torch.where(mirrored, images.flip(3), images) - 1.0).requires_grad_()
        discriminator.requires_grad_(True)
        self.own["d"].zero_grad()
        real = discriminator(images)
        (gradient,) = torch.autograd.grad(real.sum(), images, create_graph=True)
        with torch.no_grad():
            fakes = self.mixed()
        loss = functional.softplus(discriminator(fakes)).mean() + functional.softplus(-real).mean()
        (loss + 0.5 * self.settings.r1 * gradient.square().sum((1, 2, 3)).mean()).backward()
        self.own["d"].step()
        discriminator.requires_grad_(False)
        self.own["g"].zero_grad()
        fooling = functional.softplus(-discriminator(self.mixed())).mean()
        fooling.backward()
        self.own["g"].step()
        decay = 0.5 ** (self.settings.batch_size / self.settings.average_images)
        with torch.no_grad():
            for part in ("mapping", "synthesis"):
                pairs = zip(*(self.networks[name].parameters() for name in (f"average_{part}", part)), strict=True)
                for average, weight in pairs:
                    average.lerp_(weight, 1.0 - decay)
        return {"loss": loss, "fooling": fooling}

    def mixed(self) -> Tensor:
        """Images of which some have two styles."""
        count, layers = self.settings.batch_size, self.layers
        first, second = (self.networks["mapping"](torch.randn(count, self.settings.latent_dim)) for _ in range(2))
        crossover = torch.randint(1, layers, (count, 1, 1))
        crossover = torch.where(torch.rand(count, 1, 1) < self.settings.style_mixing, crossover, layers)
        styles = torch.where(torch.arange(layers)[None, :, None] < crossover, first[:, None], second[:, None])
        return self.networks["synthesis"](styles)


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


class Pix2Pix(_Adversarial):
    """As in the authors' code: the discriminator's step, then the generator's; or the U-Net on L1 alone."""

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
