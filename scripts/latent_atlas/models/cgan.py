"""Conditional generative adversarial network (Mirza & Osindero 2014, "Conditional Generative Adversarial Nets").

Losses (eq. 2, with the non-saturating generator), x real with label y, z ~ N(0, I), means over the batch:

    discriminator: -log D(x | y) - log(1 - D(G(z | y) | y))        generator: -log D(G(z | y) | y)

The networks of the paper's section 4.1. Latents and the one-hot label pass through hidden rectifiers of their own
(200 and 1000 units), then through a common layer (1200), and a sigmoid gives the image; dropout in each. The
discriminator maps image and label to maxout layers of their own (240 units of 5 pieces, 50 of 5), then to a common
one (240 of 4). Generated images are judged under the labels they were asked for, which are those of the real batch.

Where this differs from the paper, besides the loss of the generator:

1. latents are normal, not uniform on the unit cube;
2. initial weights are those of the code of Goodfellow et al. 2014 (the paper does not give its own);
3. the layers that see the label alone begin ten times larger than that (see ``blocks/perceptrons.py``);
4. Adam with beta1 = 0.5 replaces gradient descent with momentum and a decaying learning rate;
5. dropout: the paper drops half of the units in both networks. Here the generator has none unless ``generator_dropout``
   asks for it, since it would make the image of a latent random; the discriminator's is a setting, and a fifth of its
   pixels are dropped too, as in the code of Goodfellow et al. 2014.
"""

from typing import TYPE_CHECKING

from pydantic import Field

from latent_atlas import model
from latent_atlas.backend import keras
from latent_atlas.blocks import adversarial, perceptrons
from latent_atlas.blocks.layers import dropout
from latent_atlas.blocks.networks import label_input
from latent_atlas.blocks.optimizers import adam_each, scheduled

if TYPE_CHECKING:
    from latent_atlas.model import Batch, Tensor


class Settings(model.ScheduledSettings):
    """The CGAN's own settings."""

    latent_dim: int = Field(default=100, ge=1)
    latent_units: int = Field(default=200, ge=1, description="hidden units that see the latents")
    label_units: int = Field(default=1000, ge=1, description="hidden units that see the label")
    hidden: int = Field(default=1200, ge=1, description="hidden units that see both")
    maxout_units: int = Field(default=240, ge=1, description="maxout units that see the image, and that see all")
    label_maxout_units: int = Field(default=50, ge=1, description="maxout units that see the label")
    dropout: float = Field(default=0.5, ge=0, lt=1, description="in the discriminator")
    input_dropout: float = Field(default=0.2, ge=0, lt=1, description="of the pixels it sees")
    generator_dropout: float = Field(default=0.0, ge=0, lt=1)


class CGAN(model.Model, model.Generates):
    """Generator and discriminator, both told the label."""

    Settings = Settings
    reads, condition = ("images", "labels"), "labels"
    alarms = (adversarial.DISCRIMINATOR_WON, adversarial.COLLAPSED)

    def __init__(self, settings: Settings, data: model.DataSpec) -> None:
        self.latent_dim = settings.latent_dim
        self.generator = generator(settings, data)
        self.networks = {"generator": self.generator, "discriminator": discriminator(settings, data)}
        self.optimizers = adam_each(scheduled(settings), self.networks, beta_1=0.5)

    def train_step(self, batch: "Batch", seed: "Tensor") -> "dict[str, Tensor]":
        losses = adversarial.non_saturating_discriminator_loss, adversarial.non_saturating_generator_loss
        return adversarial.alternating_step(
            self.networks, self.optimizers, losses, batch["images"], [batch["labels"]], seed
        )

    def decode(self, latents: "Tensor", labels: "Tensor") -> "Tensor":
        return self.generator([latents, labels], training=False)


def generator(settings: Settings, data: model.DataSpec) -> "keras.Model":
    """Latents and labels to images in [0, 1]."""
    latent = keras.Input((settings.latent_dim,), name="latent")
    label, one_hot = label_input(data.labels)
    sees_latent = perceptrons.rectifiers(latent, settings.latent_units)
    sees_label = perceptrons.rectifiers(one_hot, settings.label_units, perceptrons.LABEL_GAIN)
    x = keras.layers.Concatenate()([sees_latent, sees_label])
    x = dropout(x, settings.generator_dropout)
    x = perceptrons.rectifiers(x, settings.hidden)
    x = dropout(x, settings.generator_dropout)
    return keras.Model([latent, label], perceptrons.image(x, data.shape), name="generator")


def discriminator(settings: Settings, data: model.DataSpec) -> "keras.Model":
    """Images and labels to one logit each, (n, 1)."""
    image = keras.Input(data.shape, name="image")
    label, one_hot = label_input(data.labels)
    pixels = dropout(keras.layers.Flatten()(image), settings.input_dropout)
    sees_image = perceptrons.maxout(pixels, settings.maxout_units, 5)
    sees_label = perceptrons.maxout(one_hot, settings.label_maxout_units, 5, perceptrons.LABEL_GAIN)
    x = keras.layers.Concatenate()([sees_image, sees_label])
    x = dropout(x, settings.dropout)
    x = dropout(perceptrons.maxout(x, settings.maxout_units, 4), settings.dropout)
    return keras.Model([image, label], perceptrons.logits(x), name="discriminator")
