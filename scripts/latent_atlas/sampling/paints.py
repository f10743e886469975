"""Pictures that were optimised, what they were made from, and what the optimisation reached."""

import numpy as np
from PIL import Image, ImageOps

from latent_atlas.backend import tf
from latent_atlas.latents import to_uint8
from latent_atlas.model import Before
from latent_atlas.sampling.context import Arrays, Context


def pictures(context: Context) -> Arrays:
    """``pictures`` uint8 (n, h, w, 3).

    If the model says what they were made from, also ``picture_sources`` uint8 (n, k, h, w, 3), each whole and with its
    own proportions, grey around it, and their names ``picture_source_names`` (n, k).
    """
    painted = to_uint8(context.model.pictures().numpy())
    made_from = context.model.made_from
    if not made_from:
        return {"pictures": painted}
    size = painted.shape[2], painted.shape[1]
    sources = [[_within(context.data.picture(name), size) for name in names] for names in made_from]
    return {
        "pictures": painted,
        "picture_sources": np.array(sources),
        "picture_source_names": np.array(made_from, np.str_),
    }


def measured(context: Context) -> Arrays:
    """What the model measures of its pictures, with its pretrained network; nothing if it measures nothing."""
    columns = context.data.spec.columns
    files = {name: context.data.network(name) for name, column in columns.items() if column.kind == "network"}
    context.model.prepare(Before(files=files))
    names = {name for names in context.model.made_from for name in names}
    batch = {name: tf.cast(context.data.picture(name), tf.float32) / 255.0 for name in sorted(names)}
    return {name: value.numpy() for name, value in context.model.measured(batch).items()}


def _within(picture: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    image = Image.fromarray(np.asarray(picture))
    return np.asarray(ImageOps.pad(image, size, Image.Resampling.LANCZOS, color="#eeeeee"))
