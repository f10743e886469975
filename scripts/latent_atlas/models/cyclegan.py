"""CycleGAN (Zhu et al. 2017, "Unpaired Image-to-Image Translation using Cycle-Consistent Adversarial Networks").

G translates domain A to B, F translates B to A. Losses (eq. 1 to 3, with least squares as in section 4; the identity
loss of section 5.2), a and b real, a~ and b~ earlier translations out of a pool of 50, means over images and patches:

    discriminators: 1/2 (D_B(b) - 1)^2 + 1/2 D_B(b~)^2, the same for D_A
    generators:     (D_B(G(a)) - 1)^2 + (D_A(F(b)) - 1)^2 + lambda (|F(G(a)) - a|_1 + |G(F(b)) - b|_1)
                    + 0.5 lambda (|G(b) - b|_1 + |F(a) - a|_1),  lambda = 10, pixels in [-1, 1]

Each step updates both generators, then both discriminators (the authors' code). One Adam with beta1 = 0.5 for the
generators and one for the discriminators; the learning rate is constant for half of the steps, then falls linearly to
zero. The paper's batch is 1.

The networks are those of the paper's appendix 7 (``blocks/translation.py``).

Where this differs: the discriminator's patches follow the size of the images, 70x70 only from 256 pixels on. By the
settings ``halvings`` and ``normalized`` a generator for small drawings keeps more of their pixels and of their tints.
"""

from typing import TYPE_CHECKING

from pydantic import Field

from latent_atlas import model
from latent_atlas.backend import tf
from latent_atlas.blocks import adversarial, translation
from latent_atlas.blocks.optimizers import adam, descend, scheduled
from latent_atlas.errors import AtlasError

if TYPE_CHECKING:
    import keras

    from latent_atlas.model import Batch, Tensor


class Settings(model.ScheduledSettings):
    """The CycleGAN's own settings."""

    decay: model.Decay = 0.5
    width: int = Field(default=64, ge=1, description="channels of the generators' first layer")
    residual_blocks: int = Field(default=9, ge=1, description="of each generator; the paper has 6 for 128x128")
    halvings: int = Field(default=2, ge=0, le=4, description="of the sides in the generators")
    normalized: translation.Normalized = Field(
        default="all", description="layers of the generators with instance normalisation: all, or those in blocks"
    )
    discriminator_width: int = Field(default=64, ge=1, description="channels of the discriminators' first layer")
    patch_layers: int | None = Field(default=None, ge=1, le=5, description="strided layers; by default the size's")
    cycle_weight: float = Field(default=10.0, ge=0)
    identity_weight: float = Field(default=0.5, ge=0, description="of the identity loss, as a share of cycle_weight")
    pool: int = Field(default=50, ge=1, description="earlier translations that the discriminators may be shown")
    jitter: bool = Field(default=True, description="train on random cuts of enlarged images")
    mirror: bool = Field(default=True, description="train on images mirrored at random")


class CycleGAN(model.Model, model.Translates):
    """Two generators and two discriminators."""

    Settings = Settings
    reads = ("domain_a", "domain_b")
    translations = (model.Translation("ab", "domain_a", "domain_b"), model.Translation("ba", "domain_b", "domain_a"))
    alarms = (
        model.Alarm("the discriminator of domain A has won", "discriminator_a_loss", below=0.02),
        model.Alarm("the discriminator of domain B has won", "discriminator_b_loss", below=0.02),
        adversarial.COLLAPSED,
    )

    @classmethod
    def check(cls, settings: model.Settings, data: model.DataSpec) -> None:
        assert isinstance(settings, Settings)
        shapes = [data[name].shape or () for name in cls.reads]
        translation.check_halved(shapes[0], settings.halvings)
        if shapes[0] != shapes[1]:
            raise AtlasError(f"needs domains of one shape, and they are {shapes[0]} and {shapes[1]}")

    def __init__(self, settings: Settings, data: model.DataSpec) -> None:
        self.settings = settings
        shape = data["domain_a"].shape or ()
        layers = settings.patch_layers or translation.patch_layers(shape)
        self.generators: dict[str, keras.Model] = {
            way.name: translation.residual_generator(
                shape, shape, settings.width, settings.residual_blocks, settings.halvings, settings.normalized
            )
            for way in self.translations
        }
        self.discriminators = {
            domain: translation.patch_discriminator(shape, settings.discriminator_width, layers) for domain in "ab"
        }
        self.pools = {domain: translation.ImagePool(settings.pool, shape) for domain in "ab"}
        self.networks = {
            **{f"generator_{way}": network for way, network in self.generators.items()},
            **{f"discriminator_{domain}": network for domain, network in self.discriminators.items()},
        }
        self.optimizers = {
            "generators": adam(scheduled(settings), *self.generators.values(), beta_1=0.5),
            "discriminators": adam(scheduled(settings), *self.discriminators.values(), beta_1=0.5),
        }

    def train_step(self, batch: "Batch", seed: "Tensor") -> "dict[str, Tensor]":
        seeds = tf.unstack(tf.random.split(seed, 4))
        a, b = batch["domain_a"], batch["domain_b"]
        a, b = (translation.augmented(x, self.settings.jitter, self.settings.mirror, own)
                for x, own in ((a, seeds[2]), (b, seeds[3])))  # fmt: skip
        weight = self.settings.cycle_weight

        with tf.GradientTape() as tape:
            fake_b, same_b = self._translated("ab", a, b)  # both at once: no image of a batch changes another
            fake_a, same_a = self._translated("ba", b, a)
            cycle = translation.l1(self.generators["ba"](fake_b), a) + translation.l1(self.generators["ab"](fake_a), b)
            identity = translation.l1(same_a, a) + translation.l1(same_b, b)
            fooling_a = fooling_loss(self.discriminators["a"](fake_a))
            fooling_b = fooling_loss(self.discriminators["b"](fake_b))
            loss = fooling_a + fooling_b + weight * cycle + weight * self.settings.identity_weight * identity
        descend(self.optimizers["generators"], tape, loss, *self.generators.values())

        pooled_a, pooled_b = (
            self.pools[domain].exchange(fakes, own)
            for domain, fakes, own in (("a", fake_a, seeds[0]), ("b", fake_b, seeds[1]))
        )
        with tf.GradientTape() as tape:
            loss_a, loss_b = self._discriminator_loss("a", a, pooled_a), self._discriminator_loss("b", b, pooled_b)
            both = loss_a + loss_b
        descend(self.optimizers["discriminators"], tape, both, *self.discriminators.values())
        diversities = adversarial.diversity(fake_a, a), adversarial.diversity(fake_b, b)
        return {
            "discriminator_a_loss": loss_a,
            "discriminator_b_loss": loss_b,
            "generator_ba_loss": fooling_a,
            "generator_ab_loss": fooling_b,
            "cycle_l1": cycle / 4.0,  # the mean of both on [0, 1], as the metric
            "identity_l1": identity / 4.0,
            "diversity": tf.minimum(*diversities),
        }

    def _translated(self, way: str, images: "Tensor", same: "Tensor") -> "list[Tensor]":
        """Translations of the source's images, and what becomes of those that are of the target already."""
        return tf.split(self.generators[way](tf.concat([images, same], axis=0)), 2)

    def _discriminator_loss(self, domain: str, reals: "Tensor", fakes: "Tensor") -> "Tensor":
        real_logits, fake_logits = tf.split(self.discriminators[domain](tf.concat([reals, fakes], axis=0)), 2)
        return adversarial.least_squares_discriminator_loss(real_logits, fake_logits)

    def translate(self, name: str, images: "Tensor", seeds: "Tensor") -> "Tensor":
        return self.generators[name](images)

    def state(self) -> "list[tf.Variable]":
        return [variable for domain in "ab" for variable in self.pools[domain].state]


def fooling_loss(fake: "Tensor") -> "Tensor":
    """(D(G(x)) - 1)^2, the mean over images and patches."""
    return tf.reduce_mean((fake - 1.0) ** 2)
