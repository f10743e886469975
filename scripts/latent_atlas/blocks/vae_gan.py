"""What the VAE/GAN of Larsen et al. 2016 is with labels and without: its networks and its step.

The losses and the balance of the updates are explained in ``models/cvae_gan.py``.
"""

from typing import TYPE_CHECKING

from pydantic import Field

from latent_atlas import model
from latent_atlas.backend import keras, tf
from latent_atlas.blocks import adversarial
from latent_atlas.blocks.layers import batch_norm, strided_convolution
from latent_atlas.blocks.losses import binary_cross_entropy, kl_to_standard_normal, reparameterize
from latent_atlas.blocks.networks import check_sides, conv_decoder, conv_encoder, label_input
from latent_atlas.blocks.optimizers import descend, rmsprop

if TYPE_CHECKING:
    from latent_atlas.model import Batch, Tensor


class VAEGANSettings(model.Settings):
    """The settings of a VAE/GAN, with labels or without."""

    latent_dim: int = Field(default=8, ge=1)
    width: int = Field(default=32, ge=1, description="channels of the first convolution")
    gamma: float = Field(default=1e-3, ge=0, le=1, description="weight of the learned metric against the GAN in Dec")
    equilibrium: float = Field(default=0.68, gt=0, description="cost of each half of Dis when it is only guessing")
    margin: float = Field(default=0.35, ge=0, description="how far a half may stray before an update is skipped")


class VAEGAN(model.Model, model.Encodes, model.Generates):
    """Encoder, decoder (which is the GAN's generator) and discriminator."""

    Settings = VAEGANSettings
    alarms = (
        model.Alarm("the decoder is hardly ever updated: the discriminator is too weak", "decoder_updates", below=0.05),
        model.Alarm("the discriminator is hardly ever updated: it is too good", "discriminator_updates", below=0.05),
        adversarial.COLLAPSED,
    )

    @classmethod
    def check(cls, settings: model.Settings, data: model.DataSpec) -> None:
        check_sides(data)

    def __init__(self, settings: VAEGANSettings, data: model.DataSpec) -> None:
        self.settings, self.latent_dim = settings, settings.latent_dim
        heads = {"mean": settings.latent_dim, "log_variance": settings.latent_dim}
        labels = data.labels if self.condition else 0
        self.encoder = conv_encoder(data, settings.width, heads, labels, batch_norm=True)
        self.decoder = conv_decoder(data, settings.width, settings.latent_dim, labels, batch_norm=True)
        self.discriminator = discriminator(data, settings.width, labels)
        self.networks = {"encoder": self.encoder, "decoder": self.decoder, "discriminator": self.discriminator}
        self.optimizers = {name: rmsprop(settings.learning_rate, each) for name, each in self.networks.items()}

    def train_step(self, batch: "Batch", seed: "Tensor") -> "dict[str, Tensor]":
        images = batch["images"]
        labels = [batch["labels"]] if self.condition else []
        posterior_seed, prior_seed = tf.unstack(tf.random.split(seed, 2))
        gamma = self.settings.gamma
        with tf.GradientTape(persistent=True) as tape:
            posterior = self.encoder([images, *labels], training=True)
            latents = reparameterize(posterior["mean"], posterior["log_variance"], posterior_seed)
            prior_latents = tf.random.stateless_normal(tf.shape(latents), prior_seed)
            reconstructions = tf.sigmoid(self.decoder([latents, *labels], training=True))
            samples = tf.sigmoid(self.decoder([prior_latents, *labels], training=True))

            # Three calls, so that batch normalisation never mixes the statistics of real and generated images.
            real = self.discriminator([images, *labels], training=True)
            reconstructed = self.discriminator([reconstructions, *labels], training=True)
            sampled = self.discriminator([samples, *labels], training=True)

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
            "diversity": adversarial.diversity(samples, images, *labels),
            "decoder_updates": tf.cast(update["decoder"], tf.float32),
            "discriminator_updates": tf.cast(update["discriminator"], tf.float32),
        }

    def encode(self, images: "Tensor", *labels: "Tensor") -> "Tensor":
        return self.encoder([images, *labels], training=False)["mean"]

    def decode(self, latents: "Tensor", *labels: "Tensor") -> "Tensor":
        return tf.sigmoid(self.decoder([latents, *labels], training=False))


def discriminator(data: model.DataSpec, width: int, labels: int) -> "keras.Model":
    """Image, and label if there are ``labels``, to ``logits`` (n, 1) and ``metric`` = Dis_l(x), flat (n, units).

    Dis_l ignores the label, which joins as a projection after it. The authors' stack of convolutions for 64x64 faces,
    shortened: the first, which has no batch normalisation, strides instead of keeping full resolution, and the third
    keeps the resolution it is given.
    """
    image = keras.Input(data.shape, name="image")
    inputs = [image]
    if labels:
        label, one_hot = label_input(labels)
        inputs.append(label)
    x = keras.layers.LeakyReLU(0.2)(strided_convolution(image, width, 5))
    x = strided_convolution(x, 2 * width, 5, use_bias=False)
    x = keras.layers.LeakyReLU(0.2)(batch_norm(x))
    x = keras.layers.Conv2D(2 * width, 3, padding="same", use_bias=False, name="metric_layer")(x)
    metric = keras.layers.Flatten(name="metric")(x)
    x = keras.layers.LeakyReLU(0.2)(batch_norm(x))
    x = keras.layers.Dense(8 * width, use_bias=False)(keras.layers.Flatten()(x))
    hidden = keras.layers.LeakyReLU(0.2)(batch_norm(x))
    if labels:
        embedding = keras.layers.Dense(8 * width, use_bias=False, name="label_embedding")(one_hot)
        projection = keras.ops.sum(hidden * embedding, axis=1, keepdims=True)
        logits = keras.layers.Add(name="logits")([keras.layers.Dense(1)(hidden), projection])
    else:
        logits = keras.layers.Dense(1, name="logits")(hidden)
    return keras.Model(inputs, {"logits": logits, "metric": metric}, name="discriminator")
