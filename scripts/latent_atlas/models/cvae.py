"""Conditional variational autoencoder (Sohn et al. 2015; Kingma et al. 2014, model M2 with every label known).

Loss: KL(q(z|x, y) || N(0, I)) - log p(x|z, y), z ~ q(z|x, y); sums over latents and pixels, mean over the batch.
The label enters the encoder and the decoder, so the code holds what the label does not determine: for digits, the
handwriting. Decoding a code with another label gives another digit in the same handwriting.
"""

from typing import TYPE_CHECKING

from pydantic import Field

from latent_atlas import model
from latent_atlas.backend import tf
from latent_atlas.blocks import variational
from latent_atlas.blocks.networks import check_sides, conv_decoder, conv_encoder
from latent_atlas.blocks.optimizers import adam, descend, scheduled

if TYPE_CHECKING:
    from latent_atlas.model import Batch, Tensor


class Settings(model.ScheduledSettings):
    """The CVAE's own settings."""

    latent_dim: int = Field(default=2, ge=1)
    width: int = Field(default=32, ge=1, description="channels of the first convolution")
    binarize: bool = Field(default=True, description="train on Bernoulli draws of the images")


class CVAE(model.Model, model.Encodes, model.Generates, model.BoundsLikelihood):
    """Encoder q(z|x, y) and decoder p(x|z, y), trained together."""

    Settings = Settings
    reads, condition = ("images", "labels"), "labels"

    @classmethod
    def check(cls, settings: model.Settings, data: model.DataSpec) -> None:
        check_sides(data)

    def __init__(self, settings: Settings, data: model.DataSpec) -> None:
        self.latent_dim, self.binarize = settings.latent_dim, settings.binarize
        heads = {"mean": settings.latent_dim, "log_variance": settings.latent_dim}
        self.encoder = conv_encoder(data, settings.width, heads, data.labels)
        self.decoder = conv_decoder(data, settings.width, settings.latent_dim, data.labels)
        self.networks = {"encoder": self.encoder, "decoder": self.decoder}
        self.optimizers = {"cvae": adam(scheduled(settings), self.encoder, self.decoder)}

    def train_step(self, batch: "Batch", seed: "Tensor") -> "dict[str, Tensor]":
        images, labels = batch["images"], batch["labels"]
        posterior_seed, pixel_seed = tf.unstack(tf.random.split(seed, 2))
        targets = variational.binarize(images, pixel_seed) if self.binarize else images
        with tf.GradientTape() as tape:
            terms = variational.elbo_terms(self.encoder, self.decoder, targets, [labels], posterior_seed, training=True)
            loss = tf.reduce_mean(terms["kl"] - terms["log_likelihood"])
        descend(self.optimizers["cvae"], tape, loss, self.encoder, self.decoder)
        return {"negative_elbo": loss, **{name: tf.reduce_mean(term) for name, term in terms.items()}}

    def encode(self, images: "Tensor", labels: "Tensor") -> "Tensor":
        return self.encoder([images, labels], training=False)["mean"]

    def decode(self, latents: "Tensor", labels: "Tensor") -> "Tensor":
        return tf.sigmoid(self.decoder([latents, labels], training=False))

    def log_weight(self, images: "Tensor", seed: "Tensor", labels: "Tensor") -> "Tensor":
        return variational.log_weight(self.encoder, self.decoder, images, [labels], seed)
