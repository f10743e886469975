"""Convolutional autoencoder, and what it is used for (Hinton & Salakhutdinov 2006; Vincent et al. 2008).

Three autoencoders of one shape are trained side by side on the same batches. Their loss is the cross-entropy of the
reconstructed pixels, summed over the image, the mean over the batch:

- *plain*: x -> code -> x. Its codes serve classification, clustering and dimensionality reduction;
- *denoising*: x + noise -> code -> x, with Gaussian noise (Vincent et al. 2008, section 2.3), and a wider code;
- *one-class*: x -> code -> x, trained on every class but one (Sakurada & Yairi 2014). The anomaly score of an image is
  its squared reconstruction error summed over pixels, and the class that was held out is the test. (The cross-entropy
  would not do as a score: it contains the entropy of the image's own grey levels, which differs between classes.)
  Images of that class are removed from a batch before the network, so they enter no statistics of batch
  normalisation; a batch that holds nothing else is skipped, and its loss logged as 0.

The plain code passes through a batch normalisation without scale or offset, so that each latent has mean 0 and
variance 1 over the data and the normal quantiles cover the manifold, as they do for a VAE.
"""

from typing import TYPE_CHECKING

from pydantic import Field

from latent_atlas import model
from latent_atlas.backend import keras, tf
from latent_atlas.blocks.classification import check_classes
from latent_atlas.blocks.layers import batch_norm
from latent_atlas.blocks.losses import bernoulli_log_likelihood
from latent_atlas.blocks.networks import check_sides, conv_decoder, conv_encoder
from latent_atlas.blocks.optimizers import adam, descend, scheduled
from latent_atlas.errors import AtlasError

if TYPE_CHECKING:
    from latent_atlas.model import Batch, Tensor


class Settings(model.ScheduledSettings):
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
    reads = ("images", "labels")

    @classmethod
    def check(cls, settings: Settings, data: model.DataSpec) -> None:
        check_sides(data)
        check_classes(data)
        if settings.held_out_label >= data.labels:
            raise AtlasError(
                f"held_out_label must be a class of the dataset, 0 to {data.labels - 1}, not {settings.held_out_label}"
            )

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
            head = conv_encoder(data, settings.width, {"code": latent_dim})
            code = batch_norm(head.output["code"], center=False, scale=False)
            self.networks[f"{name}_encoder"] = keras.Model(head.input, code, name=f"{name}_encoder")
            self.networks[f"{name}_decoder"] = conv_decoder(data, settings.width, latent_dim)
            self.optimizers[name] = adam(scheduled(settings), *self._networks(name))

    def train_step(self, batch: "Batch", seed: "Tensor") -> "dict[str, Tensor]":
        images = batch["images"]
        seen = tf.boolean_mask(images, tf.not_equal(batch["labels"], self.held_out_label))
        return {
            "reconstruction_loss": self._step("plain", images, images),
            "denoising_loss": self._step("denoising", self._add_noise(images, seed), images),
            "one_class_loss": tf.cond(tf.shape(seen)[0] > 0, lambda: self._step("one_class", seen, seen), lambda: 0.0),
        }

    def _step(self, name: str, inputs: "Tensor", targets: "Tensor") -> "Tensor":
        with tf.GradientTape() as tape:
            logits = self._logits(name, inputs, training=True)
            loss = -tf.reduce_mean(bernoulli_log_likelihood(logits, targets))
        descend(self.optimizers[name], tape, loss, *self._networks(name))
        return loss

    def _logits(self, name: str, inputs: "Tensor", training: bool) -> "Tensor":
        code = self.networks[f"{name}_encoder"]([inputs], training=training)
        return self.networks[f"{name}_decoder"]([code], training=training)

    def _networks(self, name: str) -> "list[keras.Model]":
        return [self.networks[f"{name}_{part}"] for part in ("encoder", "decoder")]

    def _add_noise(self, images: "Tensor", seed: "Tensor") -> "Tensor":
        noise = tf.random.stateless_normal(tf.shape(images), seed, stddev=self.noise_stddev)
        return tf.clip_by_value(images + noise, 0.0, 1.0)

    def encode(self, images: "Tensor") -> "Tensor":
        return self.networks["plain_encoder"]([images], training=False)

    def decode(self, latents: "Tensor") -> "Tensor":
        return tf.sigmoid(self.networks["plain_decoder"]([latents], training=False))

    def denoise(self, images: "Tensor") -> "Tensor":
        return tf.sigmoid(self._logits("denoising", images, training=False))

    def anomaly_score(self, images: "Tensor") -> "Tensor":
        reconstructions = tf.sigmoid(self._logits("one_class", images, training=False))
        return tf.reduce_sum((images - reconstructions) ** 2, axis=(1, 2, 3))
