"""Super-resolution by a GAN, x4 (Ledig et al. 2017, "Photo-Realistic Single Image Super-Resolution Using a ... GAN").

G enlarges a small image s to four times its sides; y is the truth. Images are in [-1, 1] in all losses, which are means
over pixels, feature maps and batch. phi is an inner layer of a trained network, the experiment's teacher:

    content, first (eq. 4):  (y - G(s))^2                      for ``content_steps``: the result is SRResNet
    content, then (eq. 5):   c (phi(y) - phi(G(s)))^2          c = ``feature_weight``
    generator (eq. 3, 6):    content - 0.001 log D(G(s))
    discriminator (eq. 2):   -log D(y) - log(1 - D(G(s)))

The squared error alone asks for the mean of all images that may have been reduced to s, which is blurred; features and
discriminator ask for one of them.

G is figure 4: residual blocks of two 3x3 convolutions, batch normalisation and a parametric ReLU; a skip connection
over all of them; two stages that double the sides by a sub-pixel convolution (Shi et al. 2016); 9x9 convolutions at
both ends. D is figure 4's too: pairs of 3x3 convolutions, the second with stride 2, leaky ReLU of slope 0.2, batch
normalisation but at the image, and a hidden layer. One step of D, then one of G, by Adam with beta1 = 0.9; over the
second half of the adversarial steps at a tenth of the learning rate (section 3.2). Small images are made by bicubic
reduction with antialiasing.

Where this differs: the teacher is the dataset's own judge in place of VGG19, so c is not the paper's 0.006 but set so
that both contents are of one size, and distances by this judge favour what was trained on it. The paper's phi is an
inner layer of VGG; ``params.yaml`` names the judge's first, with which PSNR fell least on validation images, though
its inner ones brought the judge's features nearer. Whole images are trained on, not cutouts of 96x96, and D has as
many pairs of convolutions as halve these images to sides of 4 to 8. Learning rate and steps of the first part are
settings; its rate falls to a tenth over the last fifth of its steps.
"""

from typing import TYPE_CHECKING

from pydantic import Field

from latent_atlas import model
from latent_atlas.backend import keras, tf
from latent_atlas.blocks import adversarial
from latent_atlas.blocks.layers import batch_norm
from latent_atlas.blocks.networks import stages
from latent_atlas.blocks.optimizers import adam, descend
from latent_atlas.errors import AtlasError

if TYPE_CHECKING:
    from keras import KerasTensor

    from latent_atlas.model import Batch, Tensor

_FACTOR = 4
_SMALLEST = 16  # the shortest side of images: less than 4x4 pixels of them would be left
_MOMENTUM = 0.9  # of the moving averages of batch normalisation


class Settings(model.Settings):
    """The SRGAN's own settings."""

    content_steps: int = Field(ge=1, description="the first of the steps: for the squared error alone")
    content_rate: float = Field(default=1e-4, gt=0, le=1, description="learning rate of these steps")
    width: int = Field(default=64, ge=1, description="channels of the generator, and of the discriminator's first pair")
    discriminator_width: int = Field(default=64, ge=1, description="channels at the image; they double in each pair")
    blocks: int = Field(default=16, ge=1, description="residual blocks")
    kernel: int = Field(default=9, ge=1, description="side of the convolutions at both ends of the generator")
    layer: int = Field(default=-1, description="which of the teacher's feature maps is compared; -1 is the innermost")
    feature_weight: float = Field(default=0.006, gt=0, description="c")
    adversarial_weight: float = Field(default=1e-3, ge=0)


class SRGAN(model.Model, model.SuperResolves):
    """Generator, its state after content training (SRResNet), and discriminator."""

    Settings = Settings
    teacher = model.MapsFeatures
    alarms = (adversarial.DISCRIMINATOR_WON, adversarial.COLLAPSED)
    translations = (model.Translation("ab", "images", "images"),)

    @classmethod
    def check(cls, settings: model.Settings, data: model.DataSpec) -> None:
        height, width, _ = data.shape
        if height % _FACTOR or width % _FACTOR or min(height, width) < _SMALLEST:
            raise AtlasError(
                f"needs sides that are multiples of {_FACTOR} and at least {_SMALLEST}, and the images are "
                f"{height}x{width}; set `size` in the dataset's entry"
            )

    def __init__(self, settings: Settings, data: model.DataSpec) -> None:
        self.settings, (self.height, self.width, _) = settings, data.shape
        self.generator, self.srresnet = (
            generator(data, settings.width, settings.blocks, settings.kernel) for _ in range(2)
        )
        self.discriminator = discriminator(data, settings.discriminator_width)
        self._keep()
        self.networks = {
            "generator": self.generator,
            "srresnet": self.srresnet,
            "discriminator": self.discriminator,
        }
        steps = settings.content_steps
        content_rate = _falling(settings.content_rate, steps - steps // 5)
        rate = _falling(settings.learning_rate, max(0, settings.steps - steps) // 2)
        self.optimizers = {
            "content": adam(content_rate, self.generator),
            "generator": adam(rate, self.generator),
            "discriminator": adam(rate, self.discriminator),
        }

    def prepare(self, before: model.Before) -> None:
        assert isinstance(before.teacher, model.MapsFeatures)
        self.judge: model.MapsFeatures = before.teacher

    # ------------------------------------------------------------------ training

    def train_step(self, batch: "Batch", seed: "Tensor") -> "dict[str, Tensor]":
        truth = batch["images"]
        small = self.sources(truth)
        first = self.optimizers["content"].iterations < self.settings.content_steps
        return tf.cond(first, lambda: self._content_step(small, truth), lambda: self._adversarial_step(small, truth))

    def _content_step(self, small: "Tensor", truth: "Tensor") -> "dict[str, Tensor]":
        """For the squared error. What the others would be is logged, and nobody learns from it."""
        optimizer = self.optimizers["content"]
        with tf.GradientTape() as tape:
            fakes = self.generator(small, training=True)
            loss = squared_error(truth, fakes)
        descend(optimizer, tape, loss, self.generator)
        tf.cond(optimizer.iterations >= self.settings.content_steps, self._keep, lambda: tf.constant(False))
        discriminator_loss, logits = self._discriminator_loss(truth, fakes)
        return self._logged(truth, fakes, loss, self._feature_loss(truth, fakes), discriminator_loss, logits)

    def _adversarial_step(self, small: "Tensor", truth: "Tensor") -> "dict[str, Tensor]":
        settings, optimizers = self.settings, self.optimizers
        with tf.GradientTape() as tape:
            fakes = self.generator(small, training=True)
            with tape.stop_recording():
                with tf.GradientTape() as inner:
                    discriminator_loss, _ = self._discriminator_loss(truth, fakes)
                descend(optimizers["discriminator"], inner, discriminator_loss, self.discriminator)
            logits = self.discriminator(fakes, training=True)
            features = self._feature_loss(truth, fakes)
            fooling = adversarial.non_saturating_generator_loss(logits)
            loss = settings.feature_weight * features + settings.adversarial_weight * fooling
        descend(optimizers["generator"], tape, loss, self.generator)
        return self._logged(truth, fakes, squared_error(truth, fakes), features, discriminator_loss, logits)

    def _discriminator_loss(self, truth: "Tensor", fakes: "Tensor") -> "tuple[Tensor, Tensor]":
        """Its loss, and its logits of the enlarged images."""
        logits = self.discriminator(fakes, training=True)
        return adversarial.non_saturating_discriminator_loss(self.discriminator(truth, training=True), logits), logits

    def _feature_loss(self, truth: "Tensor", fakes: "Tensor") -> "Tensor":
        wanted, found = (self.judge.feature_maps(images)[self.settings.layer] for images in (truth, fakes))
        return tf.reduce_mean((wanted - found) ** 2)

    def _logged(
        self, truth: "Tensor", fakes: "Tensor", error: "Tensor", features: "Tensor", loss: "Tensor", logits: "Tensor"
    ) -> "dict[str, Tensor]":
        return {
            "squared_error": error,
            "feature_loss": self.settings.feature_weight * features,
            "discriminator_loss": loss,
            "generator_loss": adversarial.non_saturating_generator_loss(logits),
            "diversity": adversarial.diversity(fakes, truth),
        }

    def _keep(self) -> "Tensor":
        """The generator as it is becomes SRResNet."""
        for kept, variable in zip(self.srresnet.weights, self.generator.weights, strict=True):
            kept.assign(variable)
        return tf.constant(True)

    # ----------------------------------------------------------------- enlarging

    def sources(self, images: "Tensor") -> "Tensor":
        size = self.height // _FACTOR, self.width // _FACTOR
        return tf.clip_by_value(tf.image.resize(images, size, "bicubic", antialias=True), 0.0, 1.0)

    def translate(self, name: str, images: "Tensor", seeds: "Tensor") -> "Tensor":
        return self.generator(images, training=False)

    def enlarge(self, images: "Tensor") -> "Tensor":
        return self.srresnet(images, training=False)


def squared_error(truth: "Tensor", fakes: "Tensor") -> "Tensor":
    """The mean squared error of images in [0, 1], on the scale [-1, 1]."""
    return 4.0 * tf.reduce_mean((truth - fakes) ** 2)


def _falling(rate: float, after: int) -> "keras.optimizers.schedules.LearningRateSchedule":
    """A learning rate that is a tenth once so many steps are taken."""
    return keras.optimizers.schedules.PiecewiseConstantDecay([after - 1], [rate, 0.1 * rate])


# ---------------------------------------------------------------------- networks


def generator(data: model.DataSpec, width: int, blocks: int, kernel: int) -> "keras.Model":
    """Small images to images of four times the sides, both about in [0, 1]; nothing holds what is learned to that."""
    height, wide, channels = data.shape
    image = keras.Input((height // _FACTOR, wide // _FACTOR, channels), name="image")
    first = x = _prelu(keras.layers.Conv2D(width, kernel, padding="same")(image))
    for _ in range(blocks):
        y = _prelu(_normalize(_conv(x, width)))
        x = keras.layers.Add()([x, _normalize(_conv(y, width))])
    x = keras.layers.Add()([first, _normalize(_conv(x, width))])
    for _ in range(2):
        x = _prelu(keras.ops.depth_to_space(_conv(x, 4 * width), 2))
    x = keras.layers.Conv2D(channels, kernel, padding="same")(x)
    return keras.Model(image, keras.layers.Rescaling(0.5, 0.5)(x), name="generator")


def discriminator(data: model.DataSpec, width: int) -> "keras.Model":
    """Images to one logit each, (n, 1). In each pair of convolutions the second halves the sides."""
    image = keras.Input(data.shape, name="image")
    x = keras.layers.Rescaling(2.0, -1.0)(image)
    for stage in range(stages(data)):
        for strides in (1, 2):
            x = _conv(x, width * min(2**stage, 8), strides)
            x = keras.layers.LeakyReLU(0.2)(x if (stage, strides) == (0, 1) else _normalize(x))
    x = keras.layers.LeakyReLU(0.2)(keras.layers.Dense(16 * width)(keras.layers.Flatten()(x)))
    return keras.Model(image, keras.layers.Dense(1, name="logits")(x), name="discriminator")


def _conv(x: "KerasTensor", width: int, strides: int = 1) -> "KerasTensor":
    return keras.layers.Conv2D(width, 3, strides, "same")(x)


def _normalize(x: "KerasTensor") -> "KerasTensor":
    return batch_norm(x, momentum=_MOMENTUM)


def _prelu(x: "KerasTensor") -> "KerasTensor":
    """One slope for each channel."""
    return keras.layers.PReLU(keras.initializers.Constant(0.25), shared_axes=[1, 2])(x)
