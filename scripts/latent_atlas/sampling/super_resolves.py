"""Enlargements to compare those of the model with, and all of them as the judge sees them."""

from latent_atlas.backend import tf
from latent_atlas.compiled import Compiled
from latent_atlas.latents import to_uint8
from latent_atlas.sampling.context import Arrays, Context


def enlargements(context: Context) -> Arrays:
    """The same small images as in ``translation_sources_ab``, (n, h, w, c) each.

    ``srresnet_images`` by the network trained on squared error, ``bicubic_images`` by cubic convolution (Keys 1981).
    """
    (way,) = context.model.translations
    sources, translated = context.translated(way)
    bicubic = Compiled(lambda images: tf.image.resize(images, translated.shape[1:3], "bicubic"))
    return {
        "srresnet_images": to_uint8(Compiled(context.model.enlarge)(sources)),
        "bicubic_images": to_uint8(bicubic(sources)),
    }


def judged(context: Context) -> Arrays:
    """The judge's features of all enlargements, (n, d) each: ``srgan_features`` are those of the model itself."""
    images = {name.removesuffix("_images"): array for name, array in enlargements(context).items()}
    images["srgan"] = context.translated(*context.model.translations)[1]
    return {f"{name}_features": context.judge_features(array) for name, array in images.items()}
