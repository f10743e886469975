"""Pictures that were optimised."""

from latent_atlas.latents import to_uint8
from latent_atlas.sampling.context import Arrays, Context


def pictures(context: Context) -> Arrays:
    """``pictures`` uint8 (n, h, w, 3)."""
    return {"pictures": to_uint8(context.model.pictures().numpy())}
