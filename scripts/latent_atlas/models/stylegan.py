"""StyleGAN (Karras et al. 2019, "A Style-Based Generator Architecture for Generative Adversarial Networks").

Losses (configuration F: the logistic loss without saturation, and R1 of Mescheder et al. 2018), x real, z ~ N(0, I),
means over the batch:

    discriminator: softplus(D(G(z))) + softplus(-D(x)) + gamma/2 ||grad D(x)||_2^2        generator: softplus(-D(G(z)))

G is a mapping network of eight dense layers from z to a style w, and a synthesis network that begins with a learned
constant and is told w before each layer through adaptive instance normalisation, and fresh noise after each
convolution. With style mixing, most images take w from one latent up to some layer and from another beyond it
(section 3.1). Images for show are drawn by a moving average of G; drawing w towards its mean trades variety for
quality (truncation, appendix B), which is off for measurements.

G and D grow (Karras et al. 2018): they learn at 8x8 until ``stable_images`` are seen, then fade in each doubling of the
side over ``fade_images`` and learn there for ``stable_images``. Real images fade alike.

As in the authors' code: networks, initial weights, equalised learning rates, Adam with beta1 = 0 and beta2 = 0.99, the
learning rate rising at 128x128 and beyond. Where this differs: the batch size is the same at all resolutions, the
crossover of mixed styles is drawn for each image, and the optimizers keep their averages as the networks grow. With
``noise_rate`` below 1, which the authors do not have, a short run at a high learning rate takes no noise for detail.
"""

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from pydantic import Field

from latent_atlas import model
from latent_atlas.backend import keras, tf
from latent_atlas.blocks import adversarial
from latent_atlas.errors import AtlasError

if TYPE_CHECKING:
    from latent_atlas.model import Tensor

_FIRST_LEVEL = 1  # 8x8, where growing begins
_TRUNCATED_LAYERS = 8  # the coarse ones; fine ones are left alone
_MEAN_STYLE_DECAY = 0.995
_FASTER_FROM_SIDE = {128: 1.5, 256: 2.0, 512: 3.0}  # learning rate, as a multiple of that for smaller images


class Settings(model.Settings):
    """The StyleGAN's own settings."""

    latent_dim: int = Field(default=512, ge=1, description="latents, and the size of a style")
    mapping_layers: int = Field(default=8, ge=1)
    channel_base: int = Field(
        default=8192, ge=16, description="feature maps at side s: 2 base / s, at most channel_max"
    )
    channel_max: int = Field(default=512, ge=1)
    stable_images: int = Field(default=600_000, ge=1, description="images seen at each resolution")
    fade_images: int = Field(default=600_000, ge=1, description="images over which the next resolution fades in")
    average_images: int = Field(default=10_000, ge=1, description="half-life of the averaged generator")
    style_mixing: float = Field(default=0.9, ge=0, le=1, description="share of images with two styles")
    r1: float = Field(default=10.0, ge=0, description="gamma")
    noise_rate: float = Field(default=1.0, gt=0, description="how fast noise is learned; less than 1 for short runs")


class StyleGAN(model.Model, model.MixesStyles):
    """Mapping and synthesis network, their moving average, and the discriminator."""

    Settings = Settings
    alarms = (adversarial.DISCRIMINATOR_WON, adversarial.COLLAPSED)

    def __init__(self, settings: Settings, data: model.DataSpec) -> None:
        from latent_atlas.blocks import style_based  # loads Keras

        self.settings, self.latent_dim, self.blocks = settings, settings.latent_dim, style_based
        self.levels = _levels(data)
        self.style_layers = 2 * self.levels
        size = settings.channel_base, settings.channel_max

        def generator() -> "tuple[keras.Model, keras.Model]":
            return (
                style_based.Mapping(settings.latent_dim, settings.latent_dim, settings.mapping_layers),
                style_based.Synthesis(self.levels, settings.latent_dim, data.shape[2], *size, settings.noise_rate),
            )

        self.mapping, self.synthesis = generator()
        self.average_mapping, self.average_synthesis = generator()
        self.discriminator = style_based.Discriminator(self.levels, data.shape[2], *size)
        self.networks = {
            "mapping": self.mapping,
            "synthesis": self.synthesis,
            "average_mapping": self.average_mapping,
            "average_synthesis": self.average_synthesis,
            "discriminator": self.discriminator,
        }
        for average, network in self._averages():
            average.assign(network)
        self.average_synthesis.growth.assign([self.levels - 1, 1.0])  # before training, it draws at full size
        self.variables = {
            "generator": self.mapping.trainable_variables + self.synthesis.trainable_variables,
            "discriminator": self.discriminator.trainable_variables,
        }
        self.optimizers = {}
        for name, variables in self.variables.items():
            self.optimizers[name] = keras.optimizers.Adam(settings.learning_rate, 0.0, 0.99, 1e-8)
            self.optimizers[name].build(variables)

    # ------------------------------------------------------------------ training

    def train_step(self, images: "Tensor", labels: "Tensor", seed: "Tensor") -> "dict[str, Tensor]":
        settings = self.settings
        seen = tf.cast(self.optimizers["generator"].iterations, tf.float32) * settings.batch_size
        level, alpha = growth(seen, self.levels - 1, settings.stable_images, settings.fade_images)
        losses = self._at_level(level, lambda grown: self._step(grown, alpha, 2.0 * images - 1.0, seed))
        self.average_synthesis.growth.assign([tf.cast(level, tf.float32), alpha])
        decay = 0.5 ** (settings.batch_size / settings.average_images)
        for average, variable in self._averages():
            average.assign(average + (1 - decay) * (variable - average))
        return {**losses, "resolution": tf.cast(4 * 2**level, tf.float32)}

    def _step(self, level: int, alpha: "Tensor", images: "Tensor", seed: "Tensor") -> "dict[str, Tensor]":
        """One step of D, then one of G, with networks grown to a level."""
        seeds = tf.unstack(tf.random.split(seed, 2))
        reals = reals_at(self.blocks, images, level, alpha)
        self._set_learning_rate(self.blocks.side(level))
        fakes, _ = self._draw(level, alpha, seeds[0])
        with tf.GradientTape() as tape:
            real_logits, gradients = adversarial.input_gradients(
                lambda x: self.discriminator(x, level=level, alpha=alpha), reals
            )
            fake_logits = self.discriminator(fakes, level=level, alpha=alpha)
            loss, penalty = discriminator_loss(real_logits, fake_logits), r1_penalty(gradients)
            whole = loss + 0.5 * self.settings.r1 * penalty
        self._descend("discriminator", tape, whole)

        with tf.GradientTape() as tape:
            fakes, styles = self._draw(level, alpha, seeds[1])
            fooling = generator_loss(self.discriminator(fakes, level=level, alpha=alpha))
        self._descend("generator", tape, fooling)
        mean = self.average_mapping.mean_style
        mean.assign(mean + (1 - _MEAN_STYLE_DECAY) * (tf.reduce_mean(styles, axis=0) - mean))
        return {
            "discriminator_loss": loss,
            "generator_loss": fooling,
            "r1_penalty": penalty,
            "real_logits": tf.reduce_mean(real_logits),
            "fake_logits": tf.reduce_mean(fake_logits),
            "diversity": adversarial.diversity(fakes, reals),
        }

    def _draw(self, level: int, alpha: "Tensor", seed: "Tensor") -> "tuple[Tensor, Tensor]":
        """Fakes of a batch, some with mixed styles, and the styles (n, d) of their first layers."""
        count, layers = self.settings.batch_size, 2 * (level + 1)
        latent_seed, mix_seed, layer_seed, noise_seed = tf.unstack(tf.random.split(seed, 4))
        latents = tf.random.stateless_normal((2 * count, self.latent_dim), latent_seed)
        first, second = tf.split(self.mapping(latents), 2)
        mixed = tf.random.stateless_uniform((count,), mix_seed) < self.settings.style_mixing
        crossover = tf.random.stateless_uniform((count,), layer_seed, 1, layers, tf.int32)
        crossover = tf.where(mixed, crossover, layers)
        of_first = tf.range(layers)[None, :, None] < crossover[:, None, None]
        styles = tf.where(of_first, first[:, None], second[:, None])
        noise = self.synthesis.noise(count, noise_seed, level)
        return self.synthesis(styles, noise, level=level, alpha=alpha), first

    def _descend(self, name: str, tape: "tf.GradientTape", loss: "Tensor") -> None:
        """Moves what has grown so far of G or D, and nothing else, down a loss."""
        variables = self.variables[name]
        gradients = tape.gradient(loss, variables)
        grown = [(g, v) for g, v in zip(gradients, variables, strict=True) if g is not None]
        self.optimizers[name].apply(*zip(*grown, strict=True))

    def _set_learning_rate(self, side: int) -> None:
        factor = max((f for start, f in _FASTER_FROM_SIDE.items() if side >= start), default=1.0)
        for optimizer in self.optimizers.values():
            optimizer.learning_rate.assign(factor * self.settings.learning_rate)

    def _averages(self) -> "list[tuple[keras.Variable, keras.Variable]]":
        """Each weight of the averaged generator with the one it follows."""
        pairs = (self.average_mapping, self.mapping), (self.average_synthesis, self.synthesis)
        return [
            pair
            for average, network in pairs
            for pair in zip(average.trainable_variables, network.trainable_variables, strict=True)
        ]

    def _at_level(self, level: "Tensor", function: Callable[[int], Any]) -> Any:
        """``function`` of a level that is known only when the graph runs."""
        first = min(_FIRST_LEVEL, self.levels - 1)
        function = tf.autograph.experimental.do_not_convert(function)  # a graph for each level: build them fast
        branches = [lambda grown=grown: function(grown) for grown in range(first, self.levels)]
        return tf.switch_case(tf.clip_by_value(level - first, 0, len(branches) - 1), branches)

    # ---------------------------------------------------------------- generating

    def decode(self, latents: "Tensor", labels: "Tensor") -> "Tensor":
        styles = self.styles(latents, tf.ones(tf.shape(latents)[:1]))
        count = tf.shape(latents)[0]
        return self._images(styles, lambda level: self.synthesis.noise(count, tf.constant([0, 0]), level))

    def styles(self, latents: "Tensor", truncation: "Tensor") -> "Tensor":
        styles, mean = self.average_mapping(latents)[:, None], self.average_mapping.mean_style
        truncated = mean + truncation[:, None, None] * (styles - mean)
        coarse = tf.range(self.style_layers)[None, :, None] < _TRUNCATED_LAYERS
        return tf.where(coarse, truncated, styles)

    def synthesize(self, styles: "Tensor", seeds: "Tensor") -> "Tensor":
        def noise(level: int) -> "list[Tensor]":
            signature = [tf.float32] * 2 * (level + 1)
            own = tf.map_fn(lambda seed: self.synthesis.noise(1, seed, level), seeds, fn_output_signature=signature)
            return [each[:, 0] for each in own]

        return self._images(styles, noise)

    def _images(self, styles: "Tensor", noise: "Callable[[int], list[Tensor]]") -> "Tensor":
        """Images in [0, 1] at full size, however far the network has grown."""
        level, alpha = tf.unstack(tf.convert_to_tensor(self.average_synthesis.growth))

        def draw(grown: int) -> "Tensor":
            images = self.average_synthesis(styles, noise(grown), level=grown, alpha=alpha)
            return self.blocks.enlarge(images, 2 ** (self.levels - 1 - grown))

        images = self._at_level(tf.cast(level, tf.int32), draw)
        return tf.clip_by_value(0.5 * images + 0.5, 0.0, 1.0)


def _levels(data: model.DataSpec) -> int:
    height, width, _ = data.shape
    if height != width or height not in [2**power for power in range(3, 11)]:
        raise AtlasError(
            f"stylegan draws square images with a side of 8, 16, ... or 1024; those of the dataset are {height}x{width}"
        )
    return int(math.log2(height)) - 1


def growth(seen: "Tensor", last: int, stable: int, fade: int) -> "tuple[Tensor, Tensor]":
    """The level to which the networks have grown after so many images, and how far it has faded in."""
    phase = tf.floor(seen / (stable + fade))
    rest = seen - phase * (stable + fade)
    fading = rest > stable
    level = min(_FIRST_LEVEL, last) + tf.cast(phase, tf.int32) + tf.cast(fading, tf.int32)
    alpha = tf.where(tf.logical_and(fading, level <= last), (rest - stable) / fade, 1.0)
    return tf.minimum(level, last), alpha


def reals_at(blocks: Any, images: "Tensor", level: int, alpha: "Tensor") -> "Tensor":
    """Real images at a level, faded as generated ones are."""
    reals = blocks.reduce(images, images.shape[1] // blocks.side(level))
    return blocks.fade(blocks.enlarge(blocks.reduce(reals)), reals, alpha) if level else reals


def discriminator_loss(real: "Tensor", fake: "Tensor") -> "Tensor":
    """softplus(D(G(z))) + softplus(-D(x))."""
    return tf.reduce_mean(tf.math.softplus(fake)) + tf.reduce_mean(tf.math.softplus(-real))


def generator_loss(fake: "Tensor") -> "Tensor":
    """softplus(-D(G(z)))."""
    return tf.reduce_mean(tf.math.softplus(-fake))


def r1_penalty(gradients: "Tensor") -> "Tensor":
    """||grad D(x)||_2^2 at real images, a sum over pixels, the mean over images."""
    return tf.reduce_mean(tf.reduce_sum(gradients**2, axis=(1, 2, 3)))
