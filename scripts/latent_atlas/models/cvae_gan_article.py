"""Conditional VAE/GAN as in the article "Autoencoders in Keras, part 6: VAE + GAN" (Habr, 2017).

The same idea as in ``cvae_gan.py`` (Larsen et al. 2016), with other networks, losses and another schedule. All losses
are sums over a batch, divided by the 784 pixels; x is real, x~ = Dec(z) with z ~ q(z|x, y), x_p = Dec(z_p) with
z_p ~ N(0, I), and s is the sigmoid:

    L_prior = KL(q(z|x, y) || N(0, I))
    L_llike = - sum over units: s(Dis_l(x)) log s(Dis_l(x~)) + (1 - s(Dis_l(x))) log(1 - s(Dis_l(x~)))
    L_GAN   = - 1/3 (log Dis(x) + log(1 - Dis(x~)) + log(1 - Dis(x_p)))

    Enc descends L_prior + L_llike        Dec descends gamma L_llike - L_GAN        Dis descends L_GAN

Each loss drives its own network only. With ``metric_loss: squared`` L_llike is half of the squared error of Dis_l.

One train step is one iteration of the article: up to three steps of Dis, until L_GAN < 1.0, and up to three of Enc and
Dec, until L_GAN > 0.4, each on a batch of its own; both begin with the same batch. A Dis that only guesses has L_GAN =
64 log(2) / 784 = 0.057, far below both bounds. So in effect an iteration is one step of Dis and three of Enc and Dec;
the history says how many there were.

The networks have no batch normalisation but LeakyReLU of slope 0.3 and dropout of 0.3. Dis is given the label as maps
beside its first features; Dis_l is its last convolution, so it knows the label too, the same for x and x~.

The defaults are the article's. With them the codes were ignored in runs of a few hundred iterations: Dis_l differs so
little from image to image that L_llike costs less than any code would cost in L_prior. ``prior_weight`` below 1 and
``gamma`` above 1, which ``params.yaml`` sets at demo and laptop, are the way out. ``learning_rate`` is the encoder's.
"""

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from latent_atlas import model
from latent_atlas.backend import keras, tf
from latent_atlas.blocks import adversarial
from latent_atlas.blocks.layers import dropout, strided_convolution, upsampled_convolution
from latent_atlas.blocks.losses import kl_to_standard_normal, reparameterize
from latent_atlas.blocks.networks import label_input
from latent_atlas.blocks.optimizers import descend, rmsprop
from latent_atlas.errors import AtlasError

if TYPE_CHECKING:
    from latent_atlas.model import Batch, Tensor


class Settings(model.Settings):
    """The article's settings are the defaults."""

    latent_dim: int = Field(default=8, ge=1)
    width: int = Field(default=32, ge=2, description="channels of the encoder's first convolution")
    dropout: float = Field(default=0.3, ge=0, lt=1)
    decoder_rate: float = Field(default=3e-4, gt=0, le=1, description="the decoder's learning rate")
    discriminator_rate: float = Field(default=1e-3, gt=0, le=1, description="the discriminator's learning rate")
    gamma: float = Field(default=1.0, ge=0, description="weight of the learned metric in the decoder's loss")
    prior_weight: float = Field(default=1.0, ge=0, description="weight of the KL term in the encoder's loss")
    metric_loss: Literal["cross_entropy", "squared"] = Field(default="cross_entropy", description="form of L_llike")
    inner_steps: int = Field(default=3, ge=1, description="steps of Dis, and of Enc and Dec, in an iteration at most")
    strong: float = Field(default=1.0, description="Dis needs no further step while L_GAN is below this")
    weak: float = Field(default=0.4, description="Enc and Dec need no further step while L_GAN is above this")

    @property
    def images_per_step(self) -> int:
        return self.batch_size * self.inner_steps


class CVAEGANArticle(model.Model, model.Encodes, model.Generates):
    """Encoder, decoder (which is the GAN's generator) and discriminator, all given the label."""

    Settings = Settings
    reads, condition = ("images", "labels"), "labels"
    alarms = (adversarial.COLLAPSED,)

    @classmethod
    def check(cls, settings: model.Settings, data: model.DataSpec) -> None:
        height, width, _ = data.shape
        if height % 4 or width % 4:
            raise AtlasError(
                f"needs sides that are multiples of 4, such as 28 or 32, and the images are {height}x{width}; "
                "set `size` in the dataset's entry"
            )

    def __init__(self, settings: Settings, data: model.DataSpec) -> None:
        self.settings, self.latent_dim = settings, settings.latent_dim
        self.encoder, self.decoder = _encoder(settings, data), _decoder(settings, data)
        self.discriminator = _discriminator(settings, data)
        self.networks = {"encoder": self.encoder, "decoder": self.decoder, "discriminator": self.discriminator}
        rates = (settings.learning_rate, settings.decoder_rate, settings.discriminator_rate)
        self.optimizers = {
            name: rmsprop(rate, network) for rate, (name, network) in zip(rates, self.networks.items(), strict=True)
        }

    def train_step(self, batch: "Batch", seed: "Tensor") -> "dict[str, Tensor]":
        count = self.settings.inner_steps
        images, labels = (tf.stack(tf.split(batch[name], count)) for name in ("images", "labels"))
        seeds = tf.reshape(tf.random.split(seed, 2 * count), (2, count, 2))
        zero = tf.zeros(())

        def discriminate(step: "Tensor", _: "Tensor") -> "tuple[Tensor, Tensor]":
            return step + 1, self._discriminator_step(images[step], labels[step], seeds[0, step])

        def generate(step: "Tensor", *_: "Tensor") -> "tuple[Tensor, ...]":
            return step + 1, *self._encoder_decoder_step(images[step], labels[step], seeds[1, step])

        def unfinished(step: "Tensor", done: "Tensor") -> "Tensor":
            return tf.logical_and(step < count, tf.logical_or(step == 0, tf.logical_not(done)))

        strong, weak = self.settings.strong, self.settings.weak
        discriminator_steps, _ = tf.while_loop(
            lambda step, gan: unfinished(step, gan < strong), discriminate, (tf.constant(0), zero)
        )
        generator_steps, prior, llike, gan, diversity = tf.while_loop(
            lambda step, prior, llike, gan, diversity: unfinished(step, gan > weak),
            generate,
            (tf.constant(0), zero, zero, zero, zero),
        )
        return {
            "prior_loss": prior,
            "metric_loss": llike,
            "gan_loss": gan,
            "diversity": diversity,
            "discriminator_steps": tf.cast(discriminator_steps, tf.float32),
            "encoder_decoder_steps": tf.cast(generator_steps, tf.float32),
        }

    def _discriminator_step(self, images: "Tensor", labels: "Tensor", seed: "Tensor") -> "Tensor":
        *_, reconstructions, samples = self._draw(images, labels, seed)
        with tf.GradientTape() as tape:
            gan = self._gan_loss(*(self._judge(x, labels)["logits"] for x in (images, reconstructions, samples)))
        descend(self.optimizers["discriminator"], tape, gan, self.discriminator)
        return gan

    def _encoder_decoder_step(self, images: "Tensor", labels: "Tensor", seed: "Tensor") -> "tuple[Tensor, ...]":
        with tf.GradientTape(persistent=True) as tape:
            mean, log_variance, reconstructions, samples = self._draw(images, labels, seed)
            prior = self._summed(kl_to_standard_normal(mean, log_variance))
            real, reconstructed, sampled = (self._judge(x, labels) for x in (images, reconstructions, samples))
            llike = self._metric_loss(real["metric"], reconstructed["metric"])
            gan = self._gan_loss(real["logits"], reconstructed["logits"], sampled["logits"])
            encoder_loss = self.settings.prior_weight * prior + llike
            decoder_loss = self.settings.gamma * llike - gan
        descend(self.optimizers["encoder"], tape, encoder_loss, self.encoder)
        descend(self.optimizers["decoder"], tape, decoder_loss, self.decoder)
        return prior, llike, gan, adversarial.diversity(samples, images, labels)

    def _draw(self, images: "Tensor", labels: "Tensor", seed: "Tensor") -> "tuple[Tensor, ...]":
        """Mean and log-variance of q(z|x, y), reconstructions x~ and samples x_p."""
        posterior_seed, prior_seed = tf.unstack(tf.random.split(seed, 2))
        posterior = self.encoder([images, labels], training=True)
        log_variance = tf.clip_by_value(posterior["log_variance"], -2.0, 2.0)
        latents = reparameterize(posterior["mean"], log_variance, posterior_seed)
        prior_latents = tf.random.stateless_normal(tf.shape(latents), prior_seed)
        drawn = (tf.sigmoid(self.decoder([z, labels], training=True)) for z in (latents, prior_latents))
        return posterior["mean"], log_variance, *drawn

    def _judge(self, images: "Tensor", labels: "Tensor") -> "dict[str, Tensor]":
        return self.discriminator([images, labels], training=True)

    def _metric_loss(self, real: "Tensor", reconstructed: "Tensor") -> "Tensor":
        if self.settings.metric_loss == "squared":
            return self._summed(0.5 * tf.reduce_sum((tf.stop_gradient(real) - reconstructed) ** 2, axis=1))
        targets = tf.sigmoid(tf.stop_gradient(real))
        cross_entropy = tf.nn.sigmoid_cross_entropy_with_logits(labels=targets, logits=reconstructed)
        return self._summed(tf.reduce_sum(cross_entropy, axis=1))

    def _gan_loss(self, real: "Tensor", reconstructed: "Tensor", sampled: "Tensor") -> "Tensor":
        right = tf.nn.softplus(-real), tf.nn.softplus(reconstructed), tf.nn.softplus(sampled)
        return self._summed(tf.add_n(list(right))[:, 0]) / 3.0

    def _summed(self, losses: "Tensor") -> "Tensor":
        """(n,) to a sum over the batch, divided by the pixels of an image."""
        height, width, channels = self.encoder.inputs[0].shape[1:]
        return tf.reduce_sum(losses) / (height * width * channels)

    def encode(self, images: "Tensor", *labels: "Tensor") -> "Tensor":
        return self.encoder([images, *labels], training=False)["mean"]

    def decode(self, latents: "Tensor", *labels: "Tensor") -> "Tensor":
        return tf.sigmoid(self.decoder([latents, *labels], training=False))


def _encoder(settings: Settings, data: model.DataSpec) -> "keras.Model":
    image, (label, one_hot), width = keras.Input(data.shape, name="image"), label_input(data.labels), settings.width
    x = _activate(settings, keras.layers.Conv2D(width, 3, 2, "same")(image))
    x = _activate(settings, keras.layers.Conv2D(2 * width, 3, 1, "same")(keras.layers.MaxPooling2D()(x)))
    x = keras.layers.Concatenate()([keras.layers.Flatten()(x), one_hot])
    x = _activate(settings, keras.layers.Dense(2 * width)(x))
    heads = {name: keras.layers.Dense(settings.latent_dim, name=name)(x) for name in ("mean", "log_variance")}
    return keras.Model([image, label], heads, name="encoder")


def _decoder(settings: Settings, data: model.DataSpec) -> "keras.Model":
    latent, (label, one_hot) = keras.Input((settings.latent_dim,), name="latent"), label_input(data.labels)
    width, sides = settings.width, (data.shape[0] // 4, data.shape[1] // 4)
    x = keras.layers.Concatenate()([latent, one_hot])
    x = _activate(settings, keras.layers.Dense(sides[0] * sides[1] * 4 * width)(x))
    x = upsampled_convolution(keras.layers.Reshape((*sides, 4 * width))(x), 2 * width, 5)
    x = _activate(settings, keras.layers.Conv2D(width, 3, 1, "same")(_activate(settings, x)))
    return keras.Model([latent, label], upsampled_convolution(x, data.shape[2], 5), name="decoder")


def _discriminator(settings: Settings, data: model.DataSpec) -> "keras.Model":
    """Image and label to ``logits`` (n, 1) and ``metric`` = Dis_l(x), flat (n, units)."""
    image, (label, one_hot), width = keras.Input(data.shape, name="image"), label_input(data.labels), settings.width
    x = _activate(settings, strided_convolution(image, 4 * width, 7))
    x = keras.layers.MaxPooling2D(padding="same")(x)
    maps = keras.layers.UpSampling2D(x.shape[1:3])(keras.layers.Reshape((1, 1, data.labels))(one_hot))
    x = keras.layers.Concatenate()([x, maps])
    x = _activate(settings, keras.layers.Conv2D(2 * width, 3, 1, "same")(x))
    x = keras.layers.MaxPooling2D(padding="same")(x)
    metric = keras.layers.Flatten(name="metric")(keras.layers.Conv2D(width // 2, 3, 1, "same")(x))
    logits = keras.layers.Dense(1, name="logits")(_activate(settings, metric))
    return keras.Model([image, label], {"logits": logits, "metric": metric}, name="discriminator")


def _activate(settings: Settings, x: "keras.KerasTensor") -> "keras.KerasTensor":
    return dropout(keras.layers.LeakyReLU(0.3)(x), settings.dropout)
