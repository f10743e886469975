"""Variational autoencoder (Kingma & Welling 2014, "Auto-Encoding Variational Bayes").

Loss (eq. 7, one sample per image): -ELBO = KL(q(z|x) || N(0, I)) - log p(x|z), z ~ q(z|x), with q a diagonal
Gaussian and p a product of Bernoullis; both terms are sums, over latents and over pixels, and the mean is taken
over the batch only. With ``binarize`` each training image is a fresh Bernoulli draw with the grey levels as
probabilities (Burda et al. 2016, section 5.1). The reconstruction term is linear in the image, so its optimum is the
same as for grey images, but the encoder is trained on the kind of input on which likelihoods are reported.

For colours, p can be a Gaussian around the decoded image instead (``likelihood: gaussian``, appendix C.2), with one
variance for all pixels at its most probable value (Rybkin et al. 2021). Images are not binarised then, and no
likelihood of binary images is bounded.

``kl_weight`` multiplies the KL term (Higgins et al. 2017, "beta-VAE", eq. 4); unless it is 1, the loss is not -ELBO,
which is still what is logged. A larger weight holds the codes of the data closer to N(0, I), so that draws from the
prior decode to images like the data, at the price of coarser reconstructions. Short runs with many latents need it:
their codes stay correlated, and independent draws then decode to mixtures of images.
"""

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from latent_atlas import model
from latent_atlas.backend import tf
from latent_atlas.blocks import variational
from latent_atlas.blocks.losses import bernoulli_log_likelihood, gaussian_log_likelihood
from latent_atlas.blocks.networks import check_sides, conv_decoder, conv_encoder
from latent_atlas.blocks.optimizers import adam, descend, scheduled

if TYPE_CHECKING:
    from latent_atlas.model import Batch, Tensor


class Settings(model.ScheduledSettings):
    """The VAE's own settings."""

    latent_dim: int = Field(default=2, ge=1)
    width: int = Field(default=32, ge=1, description="channels of the first convolution")
    likelihood: Literal["bernoulli", "gaussian"] = Field(default="bernoulli", description="of pixels, given the code")
    binarize: bool = Field(
        default=True, description="train on Bernoulli draws of the images, if that is their likelihood"
    )
    batch_norm: bool = Field(default=False, description="after each hidden layer")
    kl_weight: float = Field(default=1.0, ge=0, description="1 is the ELBO; more holds codes closer to the prior")


class VAE(model.Model, model.Encodes, model.Generates, model.BoundsLikelihood):
    """Encoder q(z|x) and decoder p(x|z), trained together."""

    Settings = Settings

    @classmethod
    def check(cls, settings: model.Settings, data: model.DataSpec) -> None:
        check_sides(data)

    def __init__(self, settings: Settings, data: model.DataSpec) -> None:
        self.latent_dim = settings.latent_dim
        self.binary = settings.likelihood == "bernoulli"
        self.binarize = self.binary and settings.binarize
        self.kl_weight = settings.kl_weight
        heads = {"mean": settings.latent_dim, "log_variance": settings.latent_dim}
        self.encoder = conv_encoder(data, settings.width, heads, batch_norm=settings.batch_norm)
        self.decoder = conv_decoder(data, settings.width, settings.latent_dim, batch_norm=settings.batch_norm)
        self.networks = {"encoder": self.encoder, "decoder": self.decoder}
        self.optimizers = {"vae": adam(scheduled(settings), self.encoder, self.decoder)}

    def train_step(self, batch: "Batch", seed: "Tensor") -> "dict[str, Tensor]":
        images = batch["images"]
        posterior_seed, pixel_seed = tf.unstack(tf.random.split(seed, 2))
        targets = variational.binarize(images, pixel_seed) if self.binarize else images
        with tf.GradientTape() as tape:
            terms = variational.elbo_terms(
                self.encoder, self.decoder, targets, [], posterior_seed, True, self._log_likelihood
            )
            loss = tf.reduce_mean(self.kl_weight * terms["kl"] - terms["log_likelihood"])
        descend(self.optimizers["vae"], tape, loss, self.encoder, self.decoder)
        means = {name: tf.reduce_mean(term) for name, term in terms.items()}
        return {"negative_elbo": means["kl"] - means["log_likelihood"], **means}

    def _log_likelihood(self, logits: "Tensor", images: "Tensor") -> "Tensor":
        if self.binary:
            return bernoulli_log_likelihood(logits, images)
        return gaussian_log_likelihood(tf.sigmoid(logits), images)

    def encode(self, images: "Tensor") -> "Tensor":
        return self.encoder([images], training=False)["mean"]

    def decode(self, latents: "Tensor") -> "Tensor":
        return tf.sigmoid(self.decoder([latents], training=False))

    def log_weight(self, images: "Tensor", seed: "Tensor") -> "Tensor":
        return variational.log_weight(self.encoder, self.decoder, images, [], seed)
