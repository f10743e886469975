"""Conditional VAE/GAN after Larsen et al. 2016, "Autoencoding beyond pixels using a learned similarity metric".

The paper's VAE/GAN with the label given to all three networks (its section 4.2 conditions on attributes in the same
way). It is not the CVAE-GAN of Bao et al. 2017, which adds a classifier and matches mean features.

Losses (section 3.3, algorithm 1), x real, x~ = Dec(z) with z ~ q(z|x, y), x_p = Dec(z_p) with z_p ~ N(0, I):

    L_prior = KL(q(z|x, y) || N(0, I))
    L_llike = -log N(Dis_l(x); Dis_l(x~), I)                                         the learned metric, eqs. 7-8
    L_GAN   = log Dis(x) + 1/2 log(1 - Dis(x~)) + 1/2 log(1 - Dis(x_p))             eq. 9; fakes weigh as much as reals

    Enc descends L_prior + L_llike        Dec descends gamma L_llike - (1 - gamma) L_GAN        Dis ascends L_GAN

Each loss drives its own network only. Dis_l is the third convolution of the discriminator before normalisation and
activation, a sum over its units. The label reaches the discriminator as a projection (Miyato & Koyama 2018), so
Dis_l itself compares images whatever their label.

Balance, as in the authors' code: an update of Dis is skipped while it is too good (either half of its cost below
equilibrium - margin), an update of Dec while Dis is too weak (either half above equilibrium + margin); if both would
be skipped, neither is. A skipped update does not change the optimizer's averages either. The share of steps in which
each was updated is logged: if one is hardly ever updated, or if images of a class hardly differ, an alarm says so.

Where this follows the code rather than the paper: the weight (1 - gamma), the balance. Where it follows neither: the
decoder descends -log Dis(x~) instead of ascending -log(1 - Dis(x~)) (Goodfellow et al. 2014, section 3), which has
the same fixed point and a useful gradient when Dis is ahead.
"""

from typing import TYPE_CHECKING

from pydantic import Field

from latent_atlas import model
from latent_atlas.backend import keras, tf
from latent_atlas.blocks import adversarial
from latent_atlas.blocks.losses import binary_cross_entropy, kl_to_standard_normal, reparameterize
from latent_atlas.blocks.networks import check_sides, conv_decoder, conv_encoder, label_input
from latent_atlas.blocks.optimizers import descend, rmsprop

if TYPE_CHECKING:
    from latent_atlas.model import Batch, Tensor


class Settings(model.Settings):
    """The CVAE-GAN's own settings."""

    latent_dim: int = Field(default=8, ge=1)
    width: int = Field(default=32, ge=1, description="channels of the first convolution")
    gamma: float = Field(default=1e-3, ge=0, le=1, description="weight of the learned metric against the GAN in Dec")
    equilibrium: float = Field(default=0.68, gt=0, description="cost of each half of Dis when it is only guessing")
    margin: float = Field(default=0.35, ge=0, description="how far a half may stray before an update is skipped")


class CVAEGAN(model.Model, model.Encodes, model.Generates):
    """Encoder, decoder (which is the GAN's generator) and discriminator."""

    Settings = Settings
    reads, condition = ("images", "labels"), "labels"
    alarms = (
        model.Alarm("the decoder is hardly ever updated: the discriminator is too weak", "decoder_updates", below=0.05),
        model.Alarm("the discriminator is hardly ever updated: it is too good", "discriminator_updates", below=0.05),
        adversarial.COLLAPSED,
    )

    @classmethod
    def check(cls, settings: model.Settings, data: model.DataSpec) -> None:
        check_sides(data)

    def __init__(self, settings: Settings, data: model.DataSpec) -> None:
        self.settings, self.latent_dim = settings, settings.latent_dim
        heads = {"mean": settings.latent_dim, "log_variance": settings.latent_dim}
        self.encoder = conv_encoder(data, settings.width, heads, data.labels, batch_norm=True)
        self.decoder = conv_decoder(data, settings.width, settings.latent_dim, data.labels, batch_norm=True)
        self.discriminator = discriminator(data, settings.width)
        self.networks = {"encoder": self.encoder, "decoder": self.decoder, "discriminator": self.discriminator}
        self.optimizers = {name: rmsprop(settings.learning_rate, each) for name, each in self.networks.items()}

    def train_step(self, batch: "Batch", seed: "Tensor") -> "dict[str, Tensor]":
        images, labels = batch["images"], batch["labels"]
        posterior_seed, prior_seed = tf.unstack(tf.random.split(seed, 2))
        gamma = self.settings.gamma
        with tf.GradientTape(persistent=True) as tape:
            posterior = self.encoder([images, labels], training=True)
            latents = reparameterize(posterior["mean"], posterior["log_variance"], posterior_seed)
            prior_latents = tf.random.stateless_normal(tf.shape(latents), prior_seed)
            reconstructions = tf.sigmoid(self.decoder([latents, labels], training=True))
            samples = tf.sigmoid(self.decoder([prior_latents, labels], training=True))

            # Three calls, so that batch normalisation never mixes the statistics of real and generated images.
            real = self.discriminator([images, labels], training=True)
            reconstructed = self.discriminator([reconstructions, labels], training=True)
            sampled = self.discriminator([samples, labels], training=True)

            prior_loss = tf.reduce_mean(kl_to_standard_normal(posterior["mean"], posterior["log_variance"]))
            difference = tf.stop_gradient(real["metric"]) - reconstructed["metric"]
            metric_loss = 0.5 * tf.reduce_mean(tf.reduce_sum(difference**2, axis=1))
            real_cost = binary_cross_entropy(real["logits"], 1.0)
            fake_cost = 0.5 * (
                binary_cross_entropy(reconstructed["logits"], 0.0) + binary_cross_entropy(sampled["logits"], 0.0)
            )
            fooling_cost = 0.5 * (
                binary_cross_entropy(reconstructed["logits"], 1.0) + binary_cross_entropy(sampled["logits"], 1.0)
            )
            losses = {
                "encoder": prior_loss + metric_loss,
                "decoder": gamma * metric_loss + (1 - gamma) * fooling_cost,
                "discriminator": real_cost + fake_cost,
            }
        low, high = (self.settings.equilibrium + side * self.settings.margin for side in (-1, 1))
        skip_discriminator = tf.logical_or(real_cost < low, fake_cost < low)
        skip_decoder = tf.logical_or(real_cost > high, fake_cost > high)
        both = tf.logical_and(skip_discriminator, skip_decoder)
        update = {
            "decoder": tf.logical_or(both, tf.logical_not(skip_decoder)),
            "discriminator": tf.logical_or(both, tf.logical_not(skip_discriminator)),
        }
        for name, network in self.networks.items():
            descend(self.optimizers[name], tape, losses[name], network, when=update.get(name))
        return {
            "prior_loss": prior_loss,
            "metric_loss": metric_loss,
            "real_cost": real_cost,
            "fake_cost": fake_cost,
            "fooling_cost": fooling_cost,
            "diversity": adversarial.diversity(samples, images, labels),
            "decoder_updates": tf.cast(update["decoder"], tf.float32),
            "discriminator_updates": tf.cast(update["discriminator"], tf.float32),
        }

    def encode(self, images: "Tensor", labels: "Tensor") -> "Tensor":
        return self.encoder([images, labels], training=False)["mean"]

    def decode(self, latents: "Tensor", labels: "Tensor") -> "Tensor":
        return tf.sigmoid(self.decoder([latents, labels], training=False))


def discriminator(data: model.DataSpec, width: int) -> "keras.Model":
    """Image and label to ``logits`` (n, 1) and ``metric`` = Dis_l(x), flat (n, units), which ignores the label.

    The authors' stack of convolutions for 64x64 faces, shortened for digits: the first, which has no batch
    normalisation, strides instead of keeping full resolution, and the third keeps the resolution it is given.
    """
    image = keras.Input(data.shape, name="image")
    label, one_hot = label_input(data.labels)
    x = keras.layers.LeakyReLU(0.2)(keras.layers.Conv2D(width, 5, 2, padding="same")(image))
    x = keras.layers.Conv2D(2 * width, 5, 2, padding="same", use_bias=False)(x)
    x = keras.layers.LeakyReLU(0.2)(keras.layers.BatchNormalization()(x))
    x = keras.layers.Conv2D(2 * width, 3, padding="same", use_bias=False, name="metric_layer")(x)
    metric = keras.layers.Flatten(name="metric")(x)
    x = keras.layers.LeakyReLU(0.2)(keras.layers.BatchNormalization()(x))
    x = keras.layers.Dense(8 * width, use_bias=False)(keras.layers.Flatten()(x))
    hidden = keras.layers.LeakyReLU(0.2)(keras.layers.BatchNormalization()(x))
    embedding = keras.layers.Dense(8 * width, use_bias=False, name="label_embedding")(one_hot)
    projection = keras.layers.Dot(axes=1)([hidden, embedding])
    logits = keras.layers.Add(name="logits")([keras.layers.Dense(1)(hidden), projection])
    return keras.Model([image, label], {"logits": logits, "metric": metric}, name="discriminator")
