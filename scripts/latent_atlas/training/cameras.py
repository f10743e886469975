"""What is kept of a model while it trains, for the animation: one entry for each ability that can be filmed."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from latent_atlas import model as abilities
from latent_atlas.backend import tf
from latent_atlas.compiled import Compiled, Writer
from latent_atlas.conditions import Conditions, repeated
from latent_atlas.latents import surface, to_uint8
from latent_atlas.prepared import Dataset, Split

if TYPE_CHECKING:
    from latent_atlas.model import Tensor

_SIDE = 15  # cells along an edge of the manifold
_SIDE_PER_CONDITION = 9  # the same where every condition has a manifold of its own
_PIXELS = 128  # of an image's longer side at most: 26 frames of larger ones would fill memory and disk
_POINTS = 600  # images whose features are followed
_TRANSLATED = 6  # images whose translations are followed
_PICTURE = 640  # pixels of a painted picture's longer side at most
_LINES, _LENGTH = 3, 320  # texts written at each snapshot, and their characters
_HEAT = 0.8  # the temperature

Arrays = dict[str, NDArray[Any]]
Take = Callable[[], Arrays]


@dataclass(frozen=True)
class Subject:
    """What there is to film."""

    model: Any  # a Model with whatever abilities it has
    data: Dataset
    conditions: Conditions
    seed: int

    @property
    def validation(self) -> Split:
        """Everything that is followed is of the validation split."""
        return self.data.split("validation")


class Camera(NamedTuple):
    """How one ability is filmed."""

    ability: type
    frames: str  # the array that it adds to at each snapshot
    set_up: Callable[[Subject], tuple[Take, Arrays]]  # a function that takes a snapshot, and what stays the same
    stills: tuple[str, ...] = ()  # the names of what may stay the same


def schedule(steps: int, frames: int) -> list[int]:
    """The steps after which a snapshot is taken, from 0 to ``steps``: dense early, when most happens."""
    return sorted({round(steps * (frame / (frames - 1)) ** 2.5) for frame in range(frames)})


def set_up(subject: Subject) -> tuple[Take, Arrays]:
    """The camera of the first ability in `CAMERAS` that the model has: a function for snapshots, and what stays.

    Each snapshot has the same names and shapes. Both are empty if there is nothing to film.
    """
    camera = next((camera for camera in CAMERAS if isinstance(subject.model, camera.ability)), None)
    return camera.set_up(subject) if camera else (dict, {})


def _manifold(subject: Subject) -> tuple[Take, Arrays]:
    """uint8 (rows, columns, h, w, c), under conditions (conditions, rows, columns, h, w, c); large ones are reduced."""
    model, shown = subject.model, subject.conditions.shown()
    side = _SIDE_PER_CONDITION if shown else _SIDE
    grid = surface(side, side, model.latent_dim)
    cells, count = grid.shape[0] * grid.shape[1], len(shown[0]) if shown else 1
    latents, conditions = np.tile(grid.reshape(cells, -1), (count, 1)), repeated(shown, cells)
    reduction = math.ceil(max(subject.data.spec.shape[:2]) / _PIXELS)
    decode = Compiled(lambda z, *condition: _reduced(model.decode(z, *condition), reduction))
    leading = (count, *grid.shape[:2]) if shown else grid.shape[:2]

    def take() -> Arrays:
        images = to_uint8(decode(latents, *conditions))
        return {"manifold_frames": images.reshape(leading + images.shape[1:])}

    return take, {"condition_names": np.array(subject.conditions.names(), np.str_)} if shown else {}


def _features(subject: Subject) -> tuple[Take, Arrays]:
    """float32 (points, d): where the judge sees validation images, whose classes stay the same."""
    rows = subject.validation.head(_POINTS)
    features, images = Compiled(subject.model.features), np.asarray(rows["images"])
    stills: Arrays = {}
    if "labels" in rows:
        stills = {
            "feature_labels": np.asarray(rows["labels"]),
            "label_names": np.array(subject.data.names("labels"), np.str_),
        }
    return lambda: {"feature_frames": features(images)}, stills


def _translations(subject: Subject) -> tuple[Take, Arrays]:
    """uint8 (k, 2, h, w, c) for each direction below each other: an image, and its translation."""
    model, seeds = subject.model, np.array([[subject.seed, row] for row in range(_TRANSLATED)], np.int32)
    each = []
    for translation in model.translations:
        images = np.asarray(subject.validation.head(_TRANSLATED)[translation.source])
        sources = to_uint8(Compiled(model.sources)(images))
        translate = Compiled(lambda x, s, name=translation.name: model.translate(name, x, s))
        each.append((sources, translate))

    def take() -> Arrays:
        rows = [_beside(x, to_uint8(translate(x, seeds[: len(x)]))) for x, translate in each]
        return {"translation_frames": np.concatenate(rows)}

    return take, {}


def _text(subject: Subject) -> tuple[Take, Arrays]:
    """str (lines,): what the model writes, the same random numbers at each snapshot."""
    write, seed = Writer(subject.model, subject.data, _LENGTH), np.array([subject.seed, 0], np.int32)
    prompt = write.opening(subject.validation[subject.data.text])
    return lambda: {"text_frames": write(prompt, _LINES, _HEAT, seed)}, {}


def _pictures(subject: Subject) -> tuple[Take, Arrays]:
    """uint8 (n, h, w, 3): the pictures that are being painted; large ones are reduced."""

    def take() -> Arrays:
        pictures = subject.model.pictures()
        return {"picture_frames": to_uint8(_reduced(pictures, math.ceil(max(pictures.shape[1:3]) / _PICTURE)).numpy())}

    return take, {}


CAMERAS = (
    Camera(abilities.Decodes, "manifold_frames", _manifold, ("condition_names",)),
    Camera(abilities.Judges, "feature_frames", _features, ("feature_labels", "label_names")),
    Camera(abilities.Translates, "translation_frames", _translations),
    Camera(abilities.Writes, "text_frames", _text),
    Camera(abilities.Paints, "picture_frames", _pictures),
)


def _beside(sources: NDArray[np.uint8], translated: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """(k, 2, h, w, c); sources that are enlarged are shown with larger pixels."""
    factor = translated.shape[1] // sources.shape[1]
    return np.stack([sources.repeat(factor, axis=1).repeat(factor, axis=2), translated], axis=1)


def _reduced(images: "Tensor", factor: int) -> "Tensor":
    return images if factor == 1 else tf.nn.avg_pool2d(images, factor, factor, "VALID")
