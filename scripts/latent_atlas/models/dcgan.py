"""Deep convolutional GAN (Radford et al. 2016, "Unsupervised Representation Learning with Deep Convolutional GANs").

Losses (Goodfellow et al. 2014, section 3), x real, z ~ N(0, I), means over the batch:

    discriminator: -log D(x) - log(1 - D(G(z)))        generator: -log D(G(z))

The networks of the paper's section 3 and figure 1: 5x5 convolutions with stride 2, fractional in the generator; batch
normalisation everywhere but at the generator's output and the discriminator's input; ReLU and tanh in the generator,
leaky ReLU of slope 0.2 in the discriminator; weights from N(0, 0.02). Adam with learning rate 0.0002 and beta1 = 0.5,
batches of 128 (section 4). Real and generated images are normalised in batches of their own.

Where this differs: latents are normal, not uniform, so that the prior is that of every model here.
"""

from typing import TYPE_CHECKING

from pydantic import Field

from latent_atlas import model
from latent_atlas.blocks import adversarial
from latent_atlas.blocks.networks import check_sides
from latent_atlas.blocks.optimizers import adam_each, scheduled
from latent_atlas.blocks.strided import strided_discriminator, strided_generator

if TYPE_CHECKING:
    from latent_atlas.model import Batch, Tensor


class Settings(model.ScheduledSettings):
    """The DCGAN's own settings."""

    latent_dim: int = Field(default=100, ge=1)
    width: int = Field(default=128, ge=1, description="channels nearest to the image; they double at each stage")
    beta_1: float = Field(default=0.5, ge=0, lt=1)


class DCGAN(model.Model, model.Generates):
    """Generator and discriminator."""

    Settings = Settings
    alarms = (adversarial.DISCRIMINATOR_WON, adversarial.COLLAPSED)

    @classmethod
    def check(cls, settings: model.Settings, data: model.DataSpec) -> None:
        check_sides(data)

    def __init__(self, settings: Settings, data: model.DataSpec) -> None:
        self.latent_dim = settings.latent_dim
        self.generator = strided_generator(data, settings.width, settings.latent_dim)
        discriminator = strided_discriminator(data, settings.width, "batch")
        self.networks = {"generator": self.generator, "discriminator": discriminator}
        self.optimizers = adam_each(scheduled(settings), self.networks, beta_1=settings.beta_1)

    def train_step(self, batch: "Batch", seed: "Tensor") -> "dict[str, Tensor]":
        losses = adversarial.non_saturating_discriminator_loss, adversarial.non_saturating_generator_loss
        return adversarial.alternating_step(self.networks, self.optimizers, losses, batch["images"], [], seed)

    def decode(self, latents: "Tensor") -> "Tensor":
        return self.generator([latents], training=False)
