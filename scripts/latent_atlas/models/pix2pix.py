"""pix2pix (Isola et al. 2017, "Image-to-Image Translation with Conditional Adversarial Networks").

Losses (eq. 1, 3 and 4, with the non-saturating generator of section 3.3), x an input, y its target, z the dropout,
means over images, patches and pixels:

    discriminator: 1/2 (-log D(x, y) - log(1 - D(x, G(x, z))))
    generator:     -log D(x, G(x, z)) + lambda |y - G(x, z)|_1,  lambda = 100, pixels in [-1, 1]

The generator is a U-Net whose first three decoder layers have dropout of 0.5, also when it translates: that is all its
noise (section 3.2.1). The discriminator judges patches of input and output together. One step of D, then one of G;
Adam with learning rate 0.0002 and beta1 = 0.5. The networks are those of appendix 6.1 (``blocks/translation.py``). The
paper's batch is 1 to 10.

With ``adversarial_weight`` 0 there is no discriminator: the paper's "L1" (table 1), the same U-Net trained on L1 alone.

Where this differs: instance normalisation, which is the paper's at a batch of 1; the discriminator's patches, the
U-Net's depth and how many layers have dropout follow the size of the images; the learning rate falls linearly to zero
in the second half, as in the authors' later code.
"""

from typing import TYPE_CHECKING

from pydantic import Field

from latent_atlas import model
from latent_atlas.backend import tf
from latent_atlas.blocks import adversarial, translation
from latent_atlas.blocks.optimizers import adam_each, descend, scheduled
from latent_atlas.errors import AtlasError

if TYPE_CHECKING:
    from latent_atlas.model import Batch, Tensor

_LEAST_HALVED = 3  # times, in the U-Net


class Settings(model.ScheduledSettings):
    """The settings of pix2pix."""

    decay: model.Decay = 0.5
    width: int = Field(default=64, ge=1, description="channels of the U-Net's first layer; they double up to 8 times")
    discriminator_width: int = Field(default=64, ge=1, description="channels of the discriminator's first layer")
    patch_layers: int | None = Field(default=None, ge=1, le=5, description="strided layers; by default the size's")
    adversarial_weight: float = Field(default=1.0, ge=0, description="0: no discriminator, L1 alone")
    l1_weight: float = Field(default=100.0, ge=0)
    dropout: float = Field(default=0.5, ge=0, lt=1, description="of the U-Net, also when it translates")
    jitter: bool = Field(default=True, description="train on random cuts of enlarged images")
    mirror: bool = Field(default=True, description="train on images mirrored at random")


class Pix2Pix(model.Model, model.Translates):
    """U-Net and conditional patch discriminator."""

    Settings = Settings
    reads = ("inputs", "targets")
    translations = (model.Translation("ab", "inputs", "targets"),)
    alarms = (
        model.Alarm("the discriminator has won", "discriminator_loss", below=0.025),  # half the usual: eq. is halved
        adversarial.COLLAPSED,
    )

    @classmethod
    def check(cls, settings: model.Settings, data: model.DataSpec) -> None:
        shapes = [data[name].shape or () for name in cls.reads]
        translation.check_halved(shapes[0], _LEAST_HALVED)
        if shapes[0][:2] != shapes[1][:2]:
            raise AtlasError(f"needs inputs and targets of the same sides, and they are {shapes[0]} and {shapes[1]}")

    def __init__(self, settings: Settings, data: model.DataSpec) -> None:
        self.settings = settings
        source, target = data["inputs"].shape or (), data["targets"].shape or ()
        self.generator = translation.unet(source, target, settings.width)
        self.networks = {"generator": self.generator}
        if settings.adversarial_weight:
            layers = settings.patch_layers or translation.patch_layers(source)
            pair = (*source[:2], source[2] + target[2])
            discriminator = translation.patch_discriminator(pair, settings.discriminator_width, layers)
            self.networks["discriminator"] = discriminator
        self.optimizers = adam_each(scheduled(settings), self.networks, beta_1=0.5)

    def train_step(self, batch: "Batch", seed: "Tensor") -> "dict[str, Tensor]":
        augmentation_seed, dropout_seed = tf.unstack(tf.random.split(seed, 2))
        inputs, targets = batch["inputs"], batch["targets"]
        pairs = tf.concat([inputs, targets], axis=3)  # both of a pair are cut and mirrored alike
        pairs = translation.augmented(pairs, self.settings.jitter, self.settings.mirror, augmentation_seed)
        inputs, targets = pairs[..., : inputs.shape[3]], pairs[..., inputs.shape[3] :]
        masks = translation.dropout_masks(self.generator, self.settings.dropout, tf.shape(inputs)[0], dropout_seed)
        discriminator, losses = self.networks.get("discriminator"), {}

        with tf.GradientTape() as generator_tape:
            fakes = self.generator([inputs, *masks])
            l1 = translation.l1(fakes, targets)
            loss = self.settings.l1_weight * l1
            if discriminator:
                with generator_tape.stop_recording():
                    losses = self._discriminator_step(inputs, targets, fakes)
                fooling = adversarial.non_saturating_generator_loss(discriminator(tf.concat([inputs, fakes], axis=3)))
                loss += self.settings.adversarial_weight * fooling
                losses["generator_loss"] = fooling
        descend(self.optimizers["generator"], generator_tape, loss, self.generator)
        return {**losses, "l1": l1 / 2.0, "diversity": adversarial.diversity(fakes, targets)}  # on [0, 1]

    def _discriminator_step(self, inputs: "Tensor", targets: "Tensor", fakes: "Tensor") -> "dict[str, Tensor]":
        discriminator = self.networks["discriminator"]
        with tf.GradientTape() as tape:
            real = tf.concat([inputs, targets], axis=3)
            fake = tf.concat([inputs, fakes], axis=3)
            real_logits, fake_logits = tf.split(discriminator(tf.concat([real, fake], axis=0)), 2)
            loss = 0.5 * adversarial.non_saturating_discriminator_loss(real_logits, fake_logits)
        descend(self.optimizers["discriminator"], tape, loss, discriminator)
        return {
            "discriminator_loss": loss,
            "real_logits": tf.reduce_mean(real_logits),
            "fake_logits": tf.reduce_mean(fake_logits),
        }

    def translate(self, name: str, images: "Tensor", seeds: "Tensor") -> "Tensor":
        rate, signature = self.settings.dropout, [tf.float32] * (len(self.generator.inputs) - 1)

        def own(seed: "Tensor") -> "list[Tensor]":
            return [mask[0] for mask in translation.dropout_masks(self.generator, rate, 1, seed)]

        return self.generator([images, *tf.map_fn(own, seeds, fn_output_signature=signature)])
