"""What a generator by styles can do (Karras et al. 2019): truncation, mixed styles, and what noise decides."""

import numpy as np
from numpy.typing import NDArray

from latent_atlas.latents import to_uint8
from latent_atlas.sampling.context import Arrays, Context

_STYLED = 6  # images whose styles are shown
_PSIS = np.array([-1, -0.7, -0.4, 0, 0.4, 0.7, 1, 1.3], np.float32)  # truncations shown
_NOISE_DRAWS = 100  # from which the deviation of each pixel is estimated


def truncation(context: Context) -> Arrays:
    """``truncation_sweep`` (images, psis, h, w, c) at each of ``truncation_psis`` (Karras et al. 2019, appendix B)."""
    latents = context.random("truncation").standard_normal((_STYLED, context.model.latent_dim), np.float32)
    every_latent, every_psi = np.repeat(latents, len(_PSIS), axis=0), np.tile(_PSIS, _STYLED)
    images = _images(context, context.styles(every_latent, every_psi), same_noise=len(_PSIS))
    return {"truncation_sweep": images.reshape(_STYLED, len(_PSIS), *images.shape[1:]), "truncation_psis": _PSIS}


def style_mixing(context: Context) -> Arrays:
    """``style_mixing`` (ranges, rows, columns, h, w, c): the styles of a column in some layers, of a row elsewhere.

    ``style_mixing_rows``, ``style_mixing_columns`` are the images mixed; ``style_mixing_layers`` (ranges, 2) the first
    layer that takes the column's style and the one where it ends: coarse (4x4 and 8x8), middle, fine (figure 3).
    """
    latents = context.random("style mixing").standard_normal((2 * _STYLED, context.model.latent_dim), np.float32)
    pure = context.styles(latents, np.ones(len(latents), np.float32))
    count = context.model.style_layers
    middle = (4 + count) // 2
    ranges = np.array([(0, min(4, count)), (min(4, count), middle), (middle, count)], np.int32)
    rows, columns = np.repeat(pure[:_STYLED], _STYLED, axis=0), np.tile(pure[_STYLED:], (_STYLED, 1, 1))
    mixed = []
    for first, last in ranges:
        layer = np.arange(count)[:, None]
        styles = np.where((layer >= first) & (layer < last), columns, rows)
        images = _images(context, styles, same_noise=_STYLED**2)
        mixed.append(images.reshape(_STYLED, _STYLED, *images.shape[1:]))
    sources = _images(context, pure, same_noise=2 * _STYLED)
    return {
        "style_mixing": np.stack(mixed),
        "style_mixing_rows": sources[:_STYLED],
        "style_mixing_columns": sources[_STYLED:],
        "style_mixing_layers": ranges,
    }


def noise_variation(context: Context) -> Arrays:
    """``noise_draws`` (images, draws, h, w, c): one style each, fresh noise (Karras et al. 2019, figure 4).

    ``noise_deviation`` (images, h, w) float32: the standard deviation of each pixel over more draws, images in [0, 1].
    """
    latents = context.random("noise variation").standard_normal((_STYLED, context.model.latent_dim), np.float32)
    styles = context.styles(latents, np.ones(_STYLED, np.float32))
    every = np.repeat(styles, _NOISE_DRAWS, axis=0)
    images = _images(context, every, same_noise=1).reshape(_STYLED, _NOISE_DRAWS, *context.data.spec.shape)
    deviation = (images / 255.0).std(axis=1).mean(axis=-1)
    return {"noise_draws": images[:, :_STYLED], "noise_deviation": deviation.astype(np.float32)}


def _images(context: Context, styles: NDArray[np.float32], same_noise: int) -> NDArray[np.uint8]:
    """What styles become. So many neighbours share their noise."""
    seeds = np.stack([np.full(len(styles), context.seed), np.arange(len(styles)) // same_noise], axis=1)
    return to_uint8(context.synthesize(styles, seeds.astype(np.int32)))
