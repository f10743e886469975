"""Wasserstein GAN with gradient penalty (Gulrajani et al. 2017, "Improved Training of Wasserstein GANs").

Losses (eq. 3), x real, x~ = G(z) with z ~ N(0, I), x^ = e x + (1 - e) x~ with e ~ U(0, 1) drawn for each image:

    critic: D(x~) - D(x) + lambda (||grad D(x^)||_2 - 1)^2        generator: -D(G(z))

Each step trains the critic ``critic_steps`` times, every time on a real batch and latents of its own, then the
generator once (algorithm 1). So a step takes ``critic_steps`` batches of real images at once. The penalty is computed
in float32 with a norm whose gradient exists everywhere. Logged: the critic's estimate of the Wasserstein distance,
D(x) - D(x~), and the mean norm of its gradient, which the penalty holds near 1.

The networks are DCGAN's, as in the authors' ``gan_64x64.py``: batch normalisation in the generator only, and layer
normalisation in the critic, because the penalty is on each image by itself (section 4). Adam with
learning rate 0.0001, beta1 = 0 and beta2 = 0.9. Images are in [-1, 1] inside the critic, and its gradient is taken
with respect to that.
"""

from typing import TYPE_CHECKING

from pydantic import Field

from latent_atlas import model
from latent_atlas.backend import tf
from latent_atlas.blocks import adversarial
from latent_atlas.blocks.networks import check_sides
from latent_atlas.blocks.optimizers import adam, descend, scheduled
from latent_atlas.blocks.strided import Normalization, strided_discriminator, strided_generator

if TYPE_CHECKING:
    from latent_atlas.model import Batch, Tensor


class Settings(model.ScheduledSettings):
    """The WGAN-GP's own settings."""

    latent_dim: int = Field(default=128, ge=1)
    width: int = Field(default=64, ge=1, description="channels nearest to the image; they double at each stage")
    critic_steps: int = Field(default=5, ge=1, description="steps of the critic for each of the generator")
    penalty: float = Field(default=10.0, ge=0, description="lambda, the weight of the gradient penalty")
    beta_1: float = Field(default=0.0, ge=0, lt=1)
    critic_normalization: Normalization = Field(default="layer", description="batch makes the penalty invalid")

    @property
    def images_per_step(self) -> int:
        return self.batch_size * self.critic_steps


class WGANGP(model.Model, model.Generates):
    """Generator and critic."""

    Settings = Settings
    alarms = (
        model.Alarm("the critic has won: its gradient is far beyond 1", "gradient_norm", above=2.0),
        adversarial.COLLAPSED,
    )

    @classmethod
    def check(cls, settings: model.Settings, data: model.DataSpec) -> None:
        check_sides(data)

    def __init__(self, settings: Settings, data: model.DataSpec) -> None:
        self.settings, self.latent_dim = settings, settings.latent_dim
        self.generator = strided_generator(data, settings.width, settings.latent_dim)
        self.critic = strided_discriminator(data, settings.width, settings.critic_normalization)
        self.networks = {"generator": self.generator, "critic": self.critic}
        betas = {"beta_1": settings.beta_1, "beta_2": 0.9}
        self.optimizers = {
            "generator": adam(scheduled(settings), self.generator, **betas),
            "critic": adam(scheduled(settings, updates=settings.critic_steps), self.critic, **betas),
        }

    def train_step(self, batch: "Batch", seed: "Tensor") -> "dict[str, Tensor]":
        *critic_seeds, generator_seed = tf.unstack(tf.random.split(seed, self.settings.critic_steps + 1))
        batches = tf.split(batch["images"], self.settings.critic_steps)
        logged = [self._critic_step(reals, own) for reals, own in zip(batches, critic_seeds, strict=True)]
        with tf.GradientTape() as tape:
            fakes = self._draw(self.settings.batch_size, generator_seed)
            loss = -tf.reduce_mean(self.critic([fakes], training=True))
        descend(self.optimizers["generator"], tape, loss, self.generator)
        means = {name: tf.add_n([losses[name] for losses in logged]) / len(logged) for name in logged[0]}
        return {**means, "generator_loss": loss, "diversity": adversarial.diversity(fakes, batches[-1])}

    def _critic_step(self, reals: "Tensor", seed: "Tensor") -> "dict[str, Tensor]":
        latent_seed, mixing_seed = tf.unstack(tf.random.split(seed, 2))
        fakes = self._draw(self.settings.batch_size, latent_seed)
        share = tf.random.stateless_uniform((self.settings.batch_size, 1, 1, 1), mixing_seed)
        mixed = share * reals + (1.0 - share) * fakes
        with tf.GradientTape() as tape:
            estimate = tf.reduce_mean(self.critic([reals], training=True)) - tf.reduce_mean(
                self.critic([fakes], training=True)
            )
            _, gradients = adversarial.input_gradients(lambda x: self.critic([x], training=True), mixed)
            norms = adversarial.norms(gradients / 2.0)  # d/dx over [0, 1] is twice that over [-1, 1]
            penalty = tf.reduce_mean((norms - 1.0) ** 2)
            loss = -estimate + self.settings.penalty * penalty
        descend(self.optimizers["critic"], tape, loss, self.critic)
        return {
            "critic_loss": loss,
            "wasserstein_estimate": estimate,
            "gradient_norm": tf.reduce_mean(norms),
            "gradient_penalty": penalty,
        }

    def _draw(self, count: int, seed: "Tensor") -> "Tensor":
        latents = tf.random.stateless_normal((count, self.latent_dim), seed)
        return self.generator([latents], training=True)

    def decode(self, latents: "Tensor") -> "Tensor":
        return self.generator([latents], training=False)
