"""Enlargements to compare those of the model with, and all of them as the judge sees them."""

from latent_atlas.sampling.context import Arrays, Context


def enlargements(context: Context) -> Arrays:
    """The same small images as in ``translation_sources_ab``, (n, h, w, c) each.

    ``srresnet_images`` by the network trained on squared error, ``bicubic_images`` by cubic convolution (Keys 1981).
    """
    return {f"{name}_images": images for name, images in context.enlarged.items()}


def judged(context: Context) -> Arrays:
    """The judge's features of all enlargements, (n, d) each: ``srgan_features`` are those of the model itself."""
    images = context.enlarged | {"srgan": context.translated(*context.model.translations)[1]}
    return {f"{name}_features": context.judge_features(array) for name, array in images.items()}
