"""Convolutional autoencoder, and what it is used for (Hinton & Salakhutdinov 2006; Vincent et al. 2008).

Three autoencoders of one shape are trained side by side on the same batches, by the same loss,
the cross-entropy of the reconstructed pixels summed over the image:

- *plain*: x -> code -> x. Its codes serve classification, clustering and dimensionality reduction;
- *denoising*: x + noise -> code -> x, with Gaussian noise (Vincent et al. 2008, section 2.3), and a wider code;
- *one-class*: x -> code -> x, shown every class but one. What it reconstructs badly is an anomaly; the class that
  was held out is the test (Sakurada & Yairi 2014).

The plain code passes through a batch normalisation without scale or offset, so that each latent has mean 0 and
variance 1 over the data and the normal quantiles cover the manifold, as they do for a VAE.
"""

from typing import TYPE_CHECKING

from pydantic import Field

from latent_atlas import model
from latent_atlas.backend import keras, tf
from latent_atlas.blocks.descent import adam, descend
from latent_atlas.blocks.losses import bernoulli_log_likelihood
from latent_atlas.blocks.networks import conv_decoder, conv_encoder

if TYPE_CHECKING:
    from latent_atlas.model import Tensor


class Settings(model.Settings):
    """The autoencoder's own settings."""

    latent_dim: int = Field(default=2, ge=1)
    width: int = Field(default=16, ge=1, description="channels of the first convolution")
    denoising_dim: int = Field(default=32, ge=1, description="latents of the denoising autoencoder")
    noise_stddev: float = Field(default=0.3, gt=0, le=2, description="noise on images in [0, 1]")
    one_class_dim: int = Field(default=8, ge=1, description="latents of the one-class autoencoder")
    held_out_label: int = Field(default=0, ge=0, description="the class the one-class autoencoder never sees")


class Autoencoder(model.Model, model.Encodes, model.Decodes, model.Denoises, model.DetectsAnomalies):
    """Plain, denoising and one-class autoencoders."""

    Settings = Settings

    def __init__(self, settings: Settings, data: model.DataSpec) -> None:
        self.latent_dim = settings.latent_dim
        self.noise_stddev = settings.noise_stddev
        self.held_out_label = settings.held_out_label
        self.networks, self.optimizers = {}, {}
        dimensions = {
            "plain": settings.latent_dim,
            "denoising": settings.denoising_dim,
            "one_class": settings.one_class_dim,
        }
        for name, latent_dim in dimensions.items():
            head = conv_encoder(data, settings.width, {"code": latent_dim}, conditional=False)
            code = keras.layers.BatchNormalization(center=False, scale=False)(head.output["code"])
            self.networks[f"{name}_encoder"] = keras.Model(head.input, code, name=f"{name}_encoder")
            self.networks[f"{name}_decoder"] = conv_decoder(data, settings.width, latent_dim, conditional=False)
            self.optimizers[name] = adam(settings.learning_rate, *self._networks(name))

    def train_step(self, images: "Tensor", labels: "Tensor", seed: "Tensor") -> "dict[str, Tensor]":
        noisy = self._add_noise(images, seed)
        seen = tf.cast(tf.not_equal(labels, self.held_out_label), tf.float32)
        everything = tf.ones_like(seen)
        return {
            "reconstruction_loss": self._step("plain", images, images, everything),
            "denoising_loss": self._step("denoising", noisy, images, everything),
            "one_class_loss": self._step("one_class", images, images, seen),
        }

    def _step(self, name: str, inputs: "Tensor", targets: "Tensor", weights: "Tensor") -> "Tensor":
        with tf.GradientTape() as tape:
            losses = -bernoulli_log_likelihood(self._logits(name, inputs, training=True), targets)
            loss = tf.math.divide_no_nan(tf.reduce_sum(weights * losses), tf.reduce_sum(weights))
        descend(self.optimizers[name], tape, loss, *self._networks(name))
        return loss

    def _logits(self, name: str, inputs: "Tensor", training: bool) -> "Tensor":
        code = self.networks[f"{name}_encoder"](inputs, training=training)
        return self.networks[f"{name}_decoder"](code, training=training)

    def _networks(self, name: str) -> "list[keras.Model]":
        return [self.networks[f"{name}_{part}"] for part in ("encoder", "decoder")]

    def _add_noise(self, images: "Tensor", seed: "Tensor") -> "Tensor":
        noise = tf.random.stateless_normal(tf.shape(images), seed, stddev=self.noise_stddev)
        return tf.clip_by_value(images + noise, 0.0, 1.0)

    def encode(self, images: "Tensor", labels: "Tensor") -> "Tensor":
        return self.networks["plain_encoder"](images, training=False)

    def decode(self, latents: "Tensor", labels: "Tensor") -> "Tensor":
        return tf.sigmoid(self.networks["plain_decoder"](latents, training=False))

    def denoise(self, images: "Tensor") -> "Tensor":
        return tf.sigmoid(self._logits("denoising", images, training=False))

    def anomaly_score(self, images: "Tensor") -> "Tensor":
        return -bernoulli_log_likelihood(self._logits("one_class", images, training=False), images)
