"""The latent space as images."""

import numpy as np

from latent_atlas.conditions import repeated
from latent_atlas.latents import has_plane, surface, to_uint8
from latent_atlas.sampling.context import Arrays, Context

_SIDE, _SIDE_PER_CONDITION = 20, 12  # cells along an edge of the manifold, for one and for a steered model


def manifold(context: Context) -> Arrays:
    """``manifold`` (rows, columns, h, w, c), of a steered model (conditions, rows, columns, h, w, c); `latents.plane`.

    ``latent_torus``, of the same shape, where the space has too many dimensions for a plane; see `latents.torus`.
    ``condition_names`` (conditions,) if something steers the model.
    """
    shown = context.conditions.shown()
    side, dimensions = _SIDE_PER_CONDITION if shown else _SIDE, context.model.latent_dim
    grid = surface(side, side, dimensions)
    cells, count = grid.shape[0] * grid.shape[1], len(shown[0]) if shown else 1
    latents = np.tile(grid.reshape(cells, dimensions), (count, 1))
    images = to_uint8(context.decode(latents, *repeated(shown, cells)))
    leading = (count,) if shown else ()
    name = "manifold" if has_plane(dimensions) else "latent_torus"
    arrays: Arrays = {name: images.reshape(*leading, *grid.shape[:2], *images.shape[1:])}
    return arrays | ({"condition_names": np.array(context.conditions.names(), np.str_)} if shown else {})
