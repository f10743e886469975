"""Images from sentences (Reed et al. 2016, "Generative Adversarial Text to Image Synthesis").

Three parts learn in every step, on images x with one caption t of theirs each, drawn anew every time:

1. **The text encoder phi** learns a joint embedding with an image encoder (after Reed et al. 2016, "Learning Deep
   Representations of Fine-Grained Visual Descriptions", which the paper takes its encoder from): within a batch, each
   caption shall be nearest to its own image and each image to its own caption (`joint_embedding.matching_loss`).
   Nothing else changes it: generator and discriminator are given its embeddings as constants.

2. **The discriminator** is aware of matching (GAN-CLS, algorithm 1). With s_r = D(x, phi(t)) of a real image with its
   caption, s_w = D(x, phi(t')) of a real image with a wrong one, s_f = D(G(z, phi(t)), phi(t)) of a generated one:

       discriminator: -log s_r - 1/2 (log(1 - s_w) + log(1 - s_f))        generator: -log s_f

   t' is the caption of another image of the batch, and another sentence; an image for which the batch has none has no
   part in s_w.

3. **The generator** is also trained on captions between captions (GAN-INT, eq. 5), for which no image exists:
   -log D(G(z, t_i), t_i) with t_i = beta phi(t) + (1 - beta) phi(t'), beta = 1/2, is added with weight 1.

The embedding is reduced to 128 units with leaky ReLU in both networks. The generator gets them beside z ~ N(0, I), the
discriminator at every place of its last feature maps, before a 1x1 convolution (section 4.1 and figure 2). Adam with
learning rate 0.0002 and beta1 = 0.5, batches of 64.

``conditioning_kl`` turns on conditioning augmentation (Zhang et al. 2017, "StackGAN", section 3.2): the generator gets
c ~ N(mu(phi(t)), sigma(phi(t))^2) in place of the reduced embedding, and its loss gains KL(N(mu, sigma^2) || N(0, I)),
the mean over the units of c, times this weight. The noise of c is then a part of the latents, after z.

``matching_weight`` adds to the generator's loss that of the joint embedding, taken on generated images and with both
encoders fixed: their captions shall be told to them (Xu et al. 2018, "AttnGAN", section 3.2; the paper has no such
loss). The generator can also lower it by faint patterns that look like a shape to the encoder alone. ``matching_noise``
drowns them: Gaussian noise is added to every image that the image encoder sees in training, real or generated, as for
the classifiers that guide diffusion models (Dhariwal & Nichol 2021, section 4).

``mode_seeking`` is the weight of 1 / (|G(z, t) - G(z', t)|_1 / |z - z'|_1) (Mao et al. 2019, "Mode Seeking Generative
Adversarial Networks", eq. 2 and the authors' code; images in [-1, 1], means over the batch), without which a generator
that knows the caption may ignore z. G(z', t) are the images that the discriminator was shown in the same step, and
constants: the term is symmetric in z and z', so that on average its gradient is half of the authors'.

Settings for a small budget, all off in the paper:

- ``gradient_penalty``: 1/2 gamma |grad_x D(x, phi(t))|^2 is added to the discriminator's loss on real images with
  their captions (Mescheder et al. 2018, eq. 9; Tao et al. 2022, "DF-GAN", section 3.2), usually without its batch
  ``normalization``; ``penalized`` is the share of the batch on which it is taken, and its mean is the same for any;
- ``modulated``: latents and text also scale and shift each layer of the generator (DF-GAN, section 3.3);
- ``resized``: the generator doubles the sides by repeating pixels before 3x3 convolutions (DF-GAN, section 3.1), in
  place of fractionally strided ones, which leave a chequered pattern (Odena et al. 2016, "Deconvolution and
  Checkerboard Artifacts");
- ``average``: images are drawn by a moving average of the generator (Karras et al. 2018, section 4).

Where this differs:

1. the encoder sees words, not characters: convolutions and a maximum over them in place of a recurrent network. It is
   trained at the same time as the rest, not beforehand; it settles long before the generator does;
2. its loss compares the captions of one batch by a softmax and knows no classes (Zhang et al. 2020, "Contrastive
   Learning of Medical Visual Representations from Paired Images and Text"); the paper's is a hinge over classes;
3. the wrong pair is a real image with a wrong caption, as in the paper; the authors' code has it the other way round;
4. one caption at a time; the authors' code averages the embeddings of four;
5. the networks are DCGAN's, without the authors' additional residual blocks, and the learning rate does not fall;
   the discriminator's logit sees the maximum over all places beside the maps, as the image encoder does.
"""

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from latent_atlas import model
from latent_atlas.backend import keras, tf
from latent_atlas.blocks import adversarial
from latent_atlas.blocks.augmentation import random_mirror
from latent_atlas.blocks.averages import follow
from latent_atlas.blocks.joint_embedding import differing, image_encoder, matching_loss, text_encoder, wrong_rows
from latent_atlas.blocks.losses import binary_cross_entropy, kl_to_standard_normal
from latent_atlas.blocks.networks import check_sides
from latent_atlas.blocks.optimizers import adam, descend, scheduled
from latent_atlas.blocks.strided import matching_head, strided_features, strided_generator, text_units

if TYPE_CHECKING:
    from latent_atlas.model import Batch, Tensor

_RESIZED_KERNEL = 3


class Settings(model.ScheduledSettings):
    """The text-to-image GAN's own settings."""

    latent_dim: int = Field(default=100, ge=1, description="of z")
    width: int = Field(default=64, ge=1, description="channels nearest to the image; they double at each stage")
    generator_width: int | None = Field(default=None, ge=1, description="the same of the generator, if it differs")
    kernel: int = Field(default=5, ge=2, le=8, description="side of the convolutions of generator and discriminator")
    text_units: int = Field(default=128, ge=1, description="units that generator and discriminator have of a text")
    embedding_dim: int = Field(default=256, ge=2, description="of the joint embedding of captions and images")
    encoder_width: int = Field(
        default=32, ge=1, description="of the image encoder; that of captions is 4 times as wide"
    )
    encoder_learning_rate: float = Field(default=0.0005, gt=0, le=1)
    temperature: float = Field(default=0.1, gt=0, description="of the softmax over the captions of a batch")
    interpolation: float = Field(default=1.0, ge=0, description="weight of the loss on interpolated captions (GAN-INT)")
    beta: float = Field(default=0.5, ge=0, le=1, description="where between two captions they lie")
    matching_weight: float = Field(default=0.0, ge=0, description="of the generator's loss of matching (AttnGAN)")
    matching_noise: float = Field(default=0.0, ge=0, le=1, description="stddev of the noise on images that are matched")
    mode_seeking: float = Field(default=0.0, ge=0, description="weight of what keeps images of one caption apart")
    gradient_penalty: float = Field(default=0.0, ge=0, description="gamma of the penalty R1 on the discriminator")
    penalized: float = Field(default=1.0, gt=0, le=1, description="share of a batch on which R1 is taken")
    normalization: Literal["batch", "none"] = Field(default="batch", description="in the discriminator")
    modulated: bool = Field(default=False, description="the text also scales and shifts each layer of the generator")
    resized: bool = Field(default=False, description="the generator repeats pixels instead of strides; 3x3 kernels")
    average: float = Field(default=0.0, ge=0, lt=1, description="decay of the averaged generator that draws; 0: none")
    conditioning_kl: float = Field(default=0.0, ge=0, description="weight of the KL term; 0: no augmentation")
    mirror: bool = Field(default=False, description="mirror half of the images; not if captions say left and right")


class TextToImage(model.Model, model.Illustrates):
    """Encoders of texts and images; a generator and a discriminator that are told the text."""

    Settings = Settings
    reads, condition = ("images", "captions"), "captions"
    alarms = (adversarial.DISCRIMINATOR_WON, adversarial.COLLAPSED)

    @classmethod
    def check(cls, settings: model.Settings, data: model.DataSpec) -> None:
        check_sides(data)

    def __init__(self, settings: Settings, data: model.DataSpec) -> None:
        self.settings = settings
        self.texts = text_encoder(data, 4 * settings.encoder_width, settings.embedding_dim)
        self.images = image_encoder(data, settings.encoder_width, settings.embedding_dim)
        self.generator = generator(settings, data)
        self.features, self.matching = discriminator(settings, data)
        self.latent_dim = self.generator.inputs[0].shape[-1]
        self.networks = {
            "text_encoder": self.texts,
            "image_encoder": self.images,
            "generator": self.generator,
            "discriminator_features": self.features,
            "discriminator_matching": self.matching,
        }
        rate = scheduled(settings)
        if settings.average:
            self.average = self.networks["average_generator"] = generator(settings, data)
            self.average.set_weights(self.generator.get_weights())
        self.optimizers = {
            "encoders": adam(scheduled(settings, settings.encoder_learning_rate), self.texts, self.images),
            "generator": adam(rate, self.generator, beta_1=0.5),
            "discriminator": adam(rate, self.features, self.matching, beta_1=0.5),
        }

    def train_step(self, batch: "Batch", seed: "Tensor") -> "dict[str, Tensor]":
        images, captions = batch["images"], batch["captions"]
        wrong_seed, mirror_seed, *latent_seeds = tf.unstack(tf.random.split(seed, 4))
        noise_seeds = tf.unstack(tf.random.split(tf.random.fold_in(seed, 4), 2))
        if self.settings.mirror:
            images = random_mirror(images, mirror_seed)
        different = differing(captions)
        matched = self._match_step(self._noisy(images, noise_seeds[0]), captions, different)
        texts = self.embed(captions)
        wrong, exists = wrong_rows(different, wrong_seed)
        mismatched = tf.gather(texts, wrong)
        latents = self._latents(texts, latent_seeds[0])
        fakes = self._drawn(texts, latents)["image"]
        judged = self._discriminator_step(images, texts, mismatched, exists, fakes)
        with tf.GradientTape() as tape:
            loss, drawn = self._generator_loss(
                images, texts, mismatched, different, latent_seeds[1], noise_seeds[1], (latents, fakes)
            )
        descend(self.optimizers["generator"], tape, loss, self.generator)
        if self.settings.average:
            done = tf.cast(tf.convert_to_tensor(self.optimizers["generator"].iterations), tf.float32)
            decay = tf.minimum(self.settings.average, done / (done + 9.0))  # at first shorter than what there is
            follow(zip(self.average.weights, self.generator.weights, strict=True), decay)
        return {**matched, **judged, **drawn}

    def _match_step(self, images: "Tensor", captions: "Tensor", different: "Tensor") -> "dict[str, Tensor]":
        with tf.GradientTape() as tape:
            seen = _unit(self.images(images, training=True))
            read = _unit(self.texts(captions, training=True))
            loss, accuracy = matching_loss(seen, read, different, self.settings.temperature)
        descend(self.optimizers["encoders"], tape, loss, self.texts, self.images)
        return {"matching_loss": loss, "matching_accuracy": accuracy}

    def _discriminator_step(
        self, images: "Tensor", texts: "Tensor", mismatched: "Tensor", exists: "Tensor", fakes: "Tensor"
    ) -> "dict[str, Tensor]":
        settings = self.settings
        few = images[: max(1, round(settings.penalized * settings.batch_size))]

        def judge(images: "Tensor") -> "Tensor":
            return self.matching([self.features(images, training=True), texts[: tf.shape(images)[0]]], training=True)

        with tf.GradientTape() as tape:
            maps = self.features(images, training=True)
            real, wrong = (self.matching([maps, each], training=True) for each in (texts, mismatched))
            fake = judge(fakes)
            loss = total = matching_aware_loss(real, wrong, fake, exists)
            if settings.gradient_penalty:
                _, gradients = adversarial.input_gradients(judge, few)
                total += 0.5 * settings.gradient_penalty * adversarial.r1_penalty(gradients)
        descend(self.optimizers["discriminator"], tape, total, self.features, self.matching)
        logits = {"real_logits": real, "mismatched_logits": wrong, "fake_logits": fake}
        return {"discriminator_loss": loss, **{name: tf.reduce_mean(each) for name, each in logits.items()}}

    def _generator_loss(
        self,
        images: "Tensor",
        texts: "Tensor",
        others: "Tensor",
        different: "Tensor",
        seed: "Tensor",
        noise_seed: "Tensor",
        judged: "tuple[Tensor, Tensor]",
    ) -> "tuple[Tensor, dict[str, Tensor]]":
        """The whole loss, and what is logged; ``judged`` are latents and images that the discriminator was shown."""
        settings, count = self.settings, tf.shape(texts)[0]
        asked = texts
        if settings.interpolation:
            asked = tf.concat([texts, settings.beta * texts + (1.0 - settings.beta) * others], axis=0)
        latents = self._latents(asked, seed)
        drawn = self._drawn(asked, latents)
        own = drawn["image"][:count]
        logits = self.matching([self.features(drawn["image"], training=True), asked], training=True)
        loss = total = binary_cross_entropy(logits[:count], 1.0)
        if settings.interpolation:
            total += settings.interpolation * binary_cross_entropy(logits[count:], 1.0)
        if settings.matching_weight:
            seen = self.embed_images(self._noisy(own, noise_seed))
            total += settings.matching_weight * matching_loss(seen, texts, different, settings.temperature)[0]
        if settings.mode_seeking:
            total += settings.mode_seeking * sameness((latents[:count], own), judged)
        logged = {"generator_loss": loss, "diversity": adversarial.diversity(own, images)}
        if settings.conditioning_kl:
            kl = tf.reduce_mean(kl_to_standard_normal(drawn["mean"], drawn["log_variance"])) / settings.text_units
            total += settings.conditioning_kl * kl
            logged["conditioning_kl"] = kl
        return total, logged

    def _latents(self, texts: "Tensor", seed: "Tensor") -> "Tensor":
        return adversarial.prior(self.generator, tf.shape(texts)[0], seed)

    def _drawn(self, texts: "Tensor", latents: "Tensor") -> "dict[str, Tensor]":
        return self.generator([latents, texts], training=True)

    def _noisy(self, images: "Tensor", seed: "Tensor") -> "Tensor":
        stddev = self.settings.matching_noise
        return images + tf.random.stateless_normal(tf.shape(images), seed, stddev=stddev) if stddev else images

    def embed(self, captions: "Tensor") -> "Tensor":
        return _unit(self.texts(captions, training=False))

    def embed_images(self, images: "Tensor") -> "Tensor":
        return _unit(self.images(images, training=False))

    def draw(self, latents: "Tensor", texts: "Tensor") -> "Tensor":
        drawing = self.average if self.settings.average else self.generator
        return drawing([latents, texts], training=False)["image"]


def matching_aware_loss(real: "Tensor", wrong: "Tensor", fake: "Tensor", exists: "Tensor") -> "Tensor":
    """-log s_r - 1/2 (log(1 - s_w) + log(1 - s_f)) of logits (n, 1); s_w of rows where a wrong caption ``exists``."""
    among = tf.cast(exists, tf.float32)
    costs = tf.nn.softplus(wrong)[:, 0]  # -log(1 - s_w)
    mismatched = tf.math.divide_no_nan(tf.reduce_sum(among * costs), tf.reduce_sum(among))
    return binary_cross_entropy(real, 1.0) + 0.5 * (mismatched + binary_cross_entropy(fake, 0.0))


def sameness(drawn: "tuple[Tensor, Tensor]", others: "tuple[Tensor, Tensor]") -> "Tensor":
    """How far latents move for how much images change; both are latents and images of the same captions."""
    moved, changed = (tf.reduce_mean(tf.abs(mine - other)) for mine, other in zip(drawn, others, strict=True))
    return moved / (2.0 * changed + 1e-5)


def generator(settings: Settings, data: model.DataSpec) -> "keras.Model":
    """Latents and the embeddings of texts to images in [0, 1]; with augmentation also mean and log variance of c."""
    units, augmented = settings.text_units, settings.conditioning_kl > 0
    width = settings.generator_width or settings.width
    kernel = _RESIZED_KERNEL if settings.resized else settings.kernel
    body = strided_generator(
        data, width, settings.latent_dim + units, kernel, modulated=settings.modulated, resized=settings.resized
    )
    latent = keras.Input((settings.latent_dim + units * augmented,), name="latent")
    text = keras.Input((settings.embedding_dim,), name="text")
    if not augmented:
        x = keras.layers.Concatenate()([latent, text_units(text, units)])
        return keras.Model([latent, text], {"image": body([x])}, name="generator")
    mean, log_variance = keras.ops.split(text_units(text, 2 * units), 2, axis=1)
    z, noise = latent[:, : settings.latent_dim], latent[:, settings.latent_dim :]
    x = keras.layers.Concatenate()([z, mean + keras.ops.exp(0.5 * log_variance) * noise])
    outputs = {"image": body([x]), "mean": mean, "log_variance": log_variance}
    return keras.Model([latent, text], outputs, name="generator")


def discriminator(settings: Settings, data: model.DataSpec) -> "tuple[keras.Model, keras.Model]":
    """Images to feature maps; and those with the embedding of a text to one logit each, (n, 1)."""
    image = keras.Input(data.shape, name="image")
    maps = strided_features(image, data, settings.width, settings.normalization, settings.kernel)
    features = keras.Model(image, maps, name="discriminator_features")
    head = matching_head(tuple(maps.shape[1:]), settings.embedding_dim, settings.text_units, settings.normalization)
    return features, head


def _unit(embeddings: "Tensor") -> "Tensor":
    return tf.math.l2_normalize(embeddings, axis=1)
