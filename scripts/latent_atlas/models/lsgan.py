"""Least squares GAN (Mao et al. 2017, "Least Squares Generative Adversarial Networks").

Losses (eq. 9: a = 0, b = c = 1), x real, z ~ N(0, I), D without a sigmoid, means over the batch:

    discriminator: 1/2 (D(x) - 1)^2 + 1/2 D(G(z))^2        generator: 1/2 (D(G(z)) - 1)^2

The networks are DCGAN's, as the paper's are but for the depth of its generator (figure 2). Adam with beta1 = 0.5.
"""

from typing import TYPE_CHECKING

from pydantic import Field

from latent_atlas import model
from latent_atlas.backend import tf
from latent_atlas.blocks import adversarial
from latent_atlas.blocks.networks import check_sides
from latent_atlas.blocks.optimizers import adam_each, scheduled
from latent_atlas.blocks.strided import strided_discriminator, strided_generator

if TYPE_CHECKING:
    from latent_atlas.model import Batch, Tensor


class Settings(model.ScheduledSettings):
    """The LSGAN's own settings."""

    latent_dim: int = Field(default=100, ge=1)
    width: int = Field(default=64, ge=1, description="channels nearest to the image; they double at each stage")


class LSGAN(model.Model, model.Generates):
    """Generator and discriminator."""

    Settings = Settings
    alarms = (adversarial.COLLAPSED,)

    @classmethod
    def check(cls, settings: model.Settings, data: model.DataSpec) -> None:
        check_sides(data)

    def __init__(self, settings: Settings, data: model.DataSpec) -> None:
        self.latent_dim = settings.latent_dim
        self.generator = strided_generator(data, settings.width, settings.latent_dim)
        discriminator = strided_discriminator(data, settings.width, "batch")
        self.networks = {"generator": self.generator, "discriminator": discriminator}
        self.optimizers = adam_each(scheduled(settings), self.networks, beta_1=0.5)

    def train_step(self, batch: "Batch", seed: "Tensor") -> "dict[str, Tensor]":
        losses = adversarial.least_squares_discriminator_loss, generator_loss
        return adversarial.alternating_step(self.networks, self.optimizers, losses, batch["images"], [], seed)

    def decode(self, latents: "Tensor") -> "Tensor":
        return self.generator([latents], training=False)


def generator_loss(fake: "Tensor") -> "Tensor":
    """1/2 (D(G(z)) - 1)^2."""
    return 0.5 * tf.reduce_mean((fake - 1.0) ** 2)
