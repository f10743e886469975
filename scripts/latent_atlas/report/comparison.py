"""Several models on the same images, and beside each other."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from latent_atlas.figures.grids import compared
from latent_atlas.figures.lettering import titled
from latent_atlas.figures.theme import Pixels
from latent_atlas.figures.tiles import legible, spread, tile
from latent_atlas.report.gather import PAIRS, PER_LABEL, SAMPLES, Result, Section
from latent_atlas.report.media import Medium, picture

_COLUMNS = 10
_BRACKETS = "in brackets: the number of latents"
_DRAWS = 3  # of each class, when conditional models are compared


@dataclass(frozen=True)
class Gallery:
    """Images of one model, or the real ones."""

    name: str
    detail: str
    medium: Medium


def reconstructions(section: Section) -> Medium | None:
    """The same test images through every model that reconstructs."""
    results = _with("test_reconstructions", section)
    rows = {_named(result): result.arrays["test_reconstructions"] for result in results}
    if not rows:
        return None
    body = compared({"original": results[0].arrays["test_images"], **rows}, blocks=1)
    return picture(titled(body, "The same test images through each model", f"the first {PAIRS}; {_BRACKETS}"))


def by_label(section: Section) -> Medium | None:
    """Conditional generators asked for the same classes, one row each beneath real images."""
    results = _with("sample_labels", section)
    sources = {_named(result): (result.arrays["samples"], result.arrays["sample_labels"]) for result in results}
    real = _real(section)
    if len(sources) < 2 or real is None:
        return None
    rows = {"real": (real["samples"], real["sample_labels"]), **sources}
    if len({images.shape[1:3] for images, _ in rows.values()}) > 1:
        return None
    labels = np.unique(np.concatenate([found for _, found in sources.values()]))
    labels = labels[spread(len(labels), _COLUMNS)]
    chosen = {name: _draws(images, found, labels) for name, (images, found) in rows.items()}
    count = min(len(images) for images in chosen.values()) // len(labels)
    if count == 0:
        return None
    body = compared({name: images[: count * len(labels)] for name, images in chosen.items()}, len(labels), count)
    names = ", ".join(section.name_of(int(label)) for label in labels)
    return picture(titled(body, "The same classes, asked of each model", f"columns: {names}; {_BRACKETS}"))


def _with(name: str, section: Section) -> list[Result]:
    """The results that have an array; models with equally many latents beside each other, as they compare."""
    found = [result for result in section.results if name in result.arrays]
    return sorted(found, key=lambda result: result.latents or 0)


def _named(result: Result) -> str:
    return f"{result.key} ({result.latents})" if result.latents else result.key


def _draws(images: Pixels, found: np.ndarray, labels: np.ndarray) -> Pixels:
    """The first image of every label, then the second of every label, and so on."""
    rows = [np.flatnonzero(found == label)[:_DRAWS] for label in labels]
    count = min(len(each) for each in rows)
    chosen: Pixels = images[np.array([each[draw] for draw in range(count) for each in rows], int)]
    return chosen


def panels(section: Section) -> list[Gallery]:
    """Equally many images of every generator, after as many real ones."""
    generators = [result for result in section.results if "samples" in result.arrays]
    if not generators:
        return []
    found = [_panel(result.key, _detail(result), result.arrays) for result in generators]
    real = _real(section)
    return found if real is None else [_panel("real", "test images, a class in each row", real), *found]


def _real(section: Section) -> Mapping[str, np.ndarray] | None:
    """Real images by class, under the names of generated ones; None where there are no classes."""
    found = next((result.arrays for result in section.results if "real" in result.arrays), None)
    return None if found is None else {"samples": found["real"], "sample_labels": found["real_labels"]}


def _detail(result: Result) -> str:
    drawn = "drawn from the prior at random"
    for name, words in (("sample_labels", "a class in each row"), ("sample_captions", "a caption for each image")):
        drawn = words if name in result.arrays else drawn
    return f"{result.latents} latents; {drawn}" if result.latents else drawn


def _panel(name: str, detail: str, arrays: Mapping[str, np.ndarray]) -> Gallery:
    images = arrays["samples"]
    if "sample_labels" in arrays:
        labels = arrays["sample_labels"]
        shown = np.unique(labels)[spread(len(np.unique(labels)), SAMPLES // PER_LABEL)]
        images = np.concatenate([images[labels == label][:PER_LABEL] for label in shown])
    images = images[:SAMPLES]
    columns = min(_COLUMNS, len(images))
    cells = legible(images, columns, target=560, least=28)
    return Gallery(name, detail, picture(tile(cells, -(-len(images) // columns), columns, gap=2)))
