"""Generative adversarial network (Goodfellow et al. 2014, "Generative Adversarial Nets").

Losses (eq. 1, and the non-saturating generator of section 3), x real, z ~ N(0, I), means over the batch:

    discriminator: -log D(x) - log(1 - D(G(z)))        generator: -log D(G(z))

Both networks are the multilayer perceptrons of the paper's experiments on digits (section 5 and the authors' code):
the generator has two layers of rectifiers and a sigmoid output, the discriminator two layers of maxout units, with
dropout of a fifth of the pixels and half of the units. One step of each in turn, on latents of its own (algorithm 1
with k = 1).

Where this differs from the authors' code: Adam with beta1 = 0.5 (Radford et al. 2016) takes the place of gradient
descent with momentum and a decaying rate; the biases of the output begin at zero, not at the data's marginals.
"""

from typing import TYPE_CHECKING

from pydantic import Field

from latent_atlas import model
from latent_atlas.backend import keras
from latent_atlas.blocks import adversarial, perceptrons
from latent_atlas.blocks.layers import dropout
from latent_atlas.blocks.optimizers import adam_each, scheduled

if TYPE_CHECKING:
    from latent_atlas.model import Batch, Tensor


class Settings(model.ScheduledSettings):
    """The GAN's own settings."""

    latent_dim: int = Field(default=100, ge=1)
    hidden: int = Field(default=1200, ge=1, description="units of each hidden layer of the generator")
    maxout_units: int = Field(default=240, ge=1, description="units of each hidden layer of the discriminator")
    maxout_pieces: int = Field(default=5, ge=1, description="linear functions from which a unit takes the largest")
    dropout: float = Field(default=0.5, ge=0, lt=1, description="in the discriminator")
    input_dropout: float = Field(default=0.2, ge=0, lt=1, description="of the pixels it sees")


class GAN(model.Model, model.Generates):
    """Generator and discriminator."""

    Settings = Settings
    alarms = (adversarial.DISCRIMINATOR_WON, adversarial.COLLAPSED)

    def __init__(self, settings: Settings, data: model.DataSpec) -> None:
        self.latent_dim = settings.latent_dim
        self.generator = generator(settings, data)
        self.networks = {"generator": self.generator, "discriminator": discriminator(settings, data)}
        self.optimizers = adam_each(scheduled(settings), self.networks, beta_1=0.5)

    def train_step(self, batch: "Batch", seed: "Tensor") -> "dict[str, Tensor]":
        losses = adversarial.non_saturating_discriminator_loss, adversarial.non_saturating_generator_loss
        return adversarial.alternating_step(self.networks, self.optimizers, losses, batch["images"], [], seed)

    def decode(self, latents: "Tensor") -> "Tensor":
        return self.generator([latents], training=False)


def generator(settings: Settings, data: model.DataSpec) -> "keras.Model":
    """Latents to images in [0, 1]."""
    latent = keras.Input((settings.latent_dim,), name="latent")
    x = latent
    for _ in range(2):
        x = perceptrons.rectifiers(x, settings.hidden)
    return keras.Model([latent], perceptrons.image(x, data.shape), name="generator")


def discriminator(settings: Settings, data: model.DataSpec) -> "keras.Model":
    """Images to one logit each, (n, 1)."""
    image = keras.Input(data.shape, name="image")
    x = dropout(keras.layers.Flatten()(image), settings.input_dropout)
    for _ in range(2):
        x = perceptrons.maxout(x, settings.maxout_units, settings.maxout_pieces)
        x = dropout(x, settings.dropout)
    return keras.Model([image], perceptrons.logits(x), name="discriminator")
