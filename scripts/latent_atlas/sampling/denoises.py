"""Removing noise from test images."""

import numpy as np

from latent_atlas.compiled import Compiled
from latent_atlas.latents import to_uint8
from latent_atlas.sampling.context import Arrays, Context


def denoised(context: Context) -> Arrays:
    """``noisy_images`` and ``denoised_images``, image by image."""
    images = np.asarray(context.test["images"])
    noise = context.random("denoising").standard_normal(images.shape, np.float32)
    noisy = to_uint8(images / 255.0 + context.model.noise_stddev * noise)
    return {"noisy_images": noisy, "denoised_images": to_uint8(Compiled(context.model.denoise)(noisy))}
