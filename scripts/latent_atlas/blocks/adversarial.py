"""What generative adversarial networks share: the alternating step, the losses, gradient norms, signs of failure."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from latent_atlas.backend import keras, tf
from latent_atlas.blocks.losses import binary_cross_entropy
from latent_atlas.blocks.optimizers import descend
from latent_atlas.model import Alarm

if TYPE_CHECKING:
    from latent_atlas.model import Tensor

    Optimizers = dict[str, keras.optimizers.Optimizer]
    Networks = dict[str, keras.Model]

# A generator's first images are all alike before it has learnt anything.
COLLAPSED = Alarm("mode collapse: generated images hardly differ", "diversity", below=0.25, warm_up=0.2)
DISCRIMINATOR_WON = Alarm("the discriminator has won", "discriminator_loss", below=0.05)


def non_saturating_discriminator_loss(real_logits: "Tensor", fake_logits: "Tensor") -> "Tensor":
    """-log D(x) - log(1 - D(G(z))), the mean over each batch (Goodfellow et al. 2014, eq. 1)."""
    return binary_cross_entropy(real_logits, 1.0) + binary_cross_entropy(fake_logits, 0.0)


def non_saturating_generator_loss(fake_logits: "Tensor") -> "Tensor":
    """-log D(G(z)) instead of log(1 - D(G(z))) (Goodfellow et al. 2014, section 3)."""
    return binary_cross_entropy(fake_logits, 1.0)


def least_squares_discriminator_loss(real: "Tensor", fake: "Tensor") -> "Tensor":
    """1/2 (D(x) - 1)^2 + 1/2 D(G(z))^2 of what a discriminator without a sigmoid says, the mean (Mao et al. 2017)."""
    return 0.5 * tf.reduce_mean((real - 1.0) ** 2) + 0.5 * tf.reduce_mean(fake**2)


def alternating_step(
    networks: "Networks",
    optimizers: "Optimizers",
    losses: "tuple[Callable[[Tensor, Tensor], Tensor], Callable[[Tensor], Tensor]]",
    images: "Tensor",
    condition: "list[Tensor]",
    seed: "Tensor",
) -> "dict[str, Tensor]":
    """One step of the discriminator, then one of the generator, each on latents of its own (algorithm 1 with k = 1).

    Real and generated images pass through the discriminator in batches of their own, so that batch normalisation
    never mixes their statistics.

    Args:
        networks: ``generator`` (latents, condition to images) and ``discriminator`` (images, condition to logits).
        optimizers: of the same names.
        losses: of the discriminator, given real and fake logits, and of the generator, given fake logits.
        images: a real batch.
        condition: ``[labels]`` of the real batch, which the fakes are given too; empty without labels.
        seed: of the latents.
    """
    generator, discriminator = networks["generator"], networks["discriminator"]
    discriminator_loss, generator_loss = losses
    seeds = tf.unstack(tf.random.split(seed, 2))
    latents = [prior(generator, tf.shape(images)[0], each) for each in seeds]

    fakes = generator([latents[0], *condition], training=True)
    with tf.GradientTape() as tape:
        real_logits = discriminator([images, *condition], training=True)
        fake_logits = discriminator([fakes, *condition], training=True)
        loss = discriminator_loss(real_logits, fake_logits)
    descend(optimizers["discriminator"], tape, loss, discriminator)

    with tf.GradientTape() as tape:
        fakes = generator([latents[1], *condition], training=True)
        fooling = generator_loss(discriminator([fakes, *condition], training=True))
    descend(optimizers["generator"], tape, fooling, generator)
    return {
        "discriminator_loss": loss,
        "generator_loss": fooling,
        "real_logits": tf.reduce_mean(real_logits),
        "fake_logits": tf.reduce_mean(fake_logits),
        "diversity": diversity(fakes, images, *condition),
    }


def prior(generator: "keras.Model", count: "Tensor", seed: "Tensor") -> "Tensor":
    """Latents z ~ N(0, I) for a generator, (count, latent_dim)."""
    return tf.random.stateless_normal((count, generator.inputs[0].shape[-1]), seed)


def input_gradients(critic: "Callable[[Tensor], Tensor]", images: "Tensor") -> "tuple[Tensor, Tensor]":
    """A critic's scores (n, 1) of images (n, ...) and their gradients d score / d image, in float32."""
    with tf.GradientTape() as tape:
        tape.watch(images)
        scores = critic(images)
    return scores, tf.cast(tape.gradient(scores, images), tf.float32)


def r1_penalty(gradients: "Tensor") -> "Tensor":
    """||grad D(x)||_2^2 at real images, a sum over pixels, the mean over images (Mescheder et al. 2018, eq. 9)."""
    return tf.reduce_mean(tf.reduce_sum(gradients**2, axis=(1, 2, 3)))


def norms(gradients: "Tensor") -> "Tensor":
    """The L2 norm of each image's gradient, (n,). Safe: at a gradient of zero its own gradient is not NaN."""
    return tf.sqrt(tf.reduce_sum(gradients**2, axis=(1, 2, 3)) + 1e-12)


def diversity(fakes: "Tensor", reals: "Tensor", labels: "Tensor | None" = None) -> "Tensor":
    """How much images differ within a batch, as a share of how much real ones do; near 1 in a sound run.

    The mean over pixels of the standard deviation over the batch. It falls to 0 if all images become one. With labels
    it is the deviation from the mean of an image's own class, so that one image for each class is a collapse too; in a
    batch without two images of a class there is nothing to compare, and it is 1.
    """
    labels = tf.zeros(tf.shape(reals)[0], tf.int32) if labels is None else labels
    return (_deviation(fakes, labels) + 1e-7) / (_deviation(reals, labels) + 1e-7)


def _deviation(images: "Tensor", labels: "Tensor") -> "Tensor":
    pixels = tf.reshape(images, (tf.shape(images)[0], -1))
    same_class = tf.cast(labels[:, None] == labels[None, :], tf.float32)
    centred = pixels - same_class @ pixels / tf.reduce_sum(same_class, axis=1, keepdims=True)
    return tf.reduce_mean(tf.sqrt(tf.reduce_mean(centred**2, axis=0)))
