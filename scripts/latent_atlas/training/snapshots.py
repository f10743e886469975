"""What is kept of a model while it trains, for the animation: its manifold, or the features by which it judges."""

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from latent_atlas.backend import tf
from latent_atlas.compiled import Compiled
from latent_atlas.datasets.processed import Split
from latent_atlas.latents import surface, to_uint8
from latent_atlas.model import DataSpec, Decodes, Judges, Model

if TYPE_CHECKING:
    from latent_atlas.model import Tensor

_SIDE = 15  # cells along an edge of the manifold
_SIDE_PER_LABEL = 9  # the same where every label has a manifold of its own
_PIXELS = 128  # of an image's longer side at most: 26 frames of larger ones would fill memory and disk
_POINTS = 600  # images whose features are followed


def schedule(steps: int, frames: int) -> list[int]:
    """The steps after which a snapshot is taken, from 0 to ``steps``: dense early, when most happens."""
    return sorted({round(steps * (frame / (frames - 1)) ** 2.5) for frame in range(frames)})


def camera(model: Model, data: DataSpec, validation: Split) -> Callable[[], dict[str, NDArray]]:
    """A function that takes one snapshot: named arrays, the same shapes each time. Empty if there is nothing to see.

    ``images``: uint8 (rows, columns, h, w, c), with labels (labels, rows, columns, h, w, c); large ones are reduced.
    ``features``: float32 (points, feature_dim), of the images that `labels` names the classes of.
    """
    if isinstance(model, Decodes):
        return _manifold_camera(model, data)
    if isinstance(model, Judges):
        shown, features = validation.head(_POINTS), Compiled(model.features)
        return lambda: {"features": features(np.asarray(shown.images))}
    return dict


def labels(validation: Split) -> NDArray[np.int32]:
    """The class of each image whose features are followed, (points,)."""
    return np.asarray(validation.head(_POINTS).labels)


def _manifold_camera(model: Decodes, data: DataSpec) -> Callable[[], dict[str, NDArray]]:
    conditional = isinstance(model, Model) and model.conditional
    side = _SIDE_PER_LABEL if conditional else _SIDE
    grid = surface(side, side, model.latent_dim)
    count = data.labels if conditional else 1
    latents = np.tile(grid.reshape(-1, model.latent_dim), (count, 1))
    labels = np.repeat(np.arange(count, dtype=np.int32), grid.shape[0] * grid.shape[1])
    reduction = math.ceil(max(data.shape[:2]) / _PIXELS)
    decode = Compiled(lambda z, y: _reduced(model.decode(z, y), reduction))
    shape = ((count,) if conditional else ()) + grid.shape[:2]

    def take() -> dict[str, NDArray]:
        images = to_uint8(decode(latents, labels))
        return {"images": images.reshape(shape + images.shape[1:])}

    return take


def _reduced(images: "Tensor", factor: int) -> "Tensor":
    return images if factor == 1 else tf.nn.avg_pool2d(images, factor, factor, "VALID")
