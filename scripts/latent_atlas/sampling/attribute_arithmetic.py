"""Arithmetic with the codes of images: what adding the vector of an attribute does (Larsen et al. 2016)."""

import numpy as np
from numpy.typing import NDArray

from latent_atlas.conditions import Arrays as Conditions
from latent_atlas.conditions import repeated
from latent_atlas.errors import TooFewError
from latent_atlas.latents import to_uint8
from latent_atlas.prepared import Split
from latent_atlas.sampling.context import Arrays, Context

IMAGES = 200  # images given each attribute, of the validation and of the test split
LINES = 6  # of them shown
CANDIDATES = np.array([1, 1.5, 2, 2.5, 3], np.float32)  # vectors added; one is as the paper has it
STEPS = np.linspace(0, 3, 7, dtype=np.float32)  # vectors added where it is shown

Floats = NDArray[np.float32]


def attribute_arithmetic(context: Context) -> Arrays:
    """What becomes of images when the vector of an attribute that they lack is added to their codes.

    ``attribute_vectors`` (attributes, latent_dim); ``attribute_before``, ``attribute_after`` (n, attributes): how
    probable the judge finds the attribute in the reconstructions of n test images without it, and after
    ``attribute_step`` () vectors are added, the candidate that raised it most on validation images.
    ``attribute_sources`` (attributes, k, h, w, c) are such test images, ``attribute_arithmetic`` (attributes, k,
    stops, h, w, c) what they become as ``attribute_steps`` (stops,) vectors are added.
    """
    vectors = _vectors(context)
    step = _best_step(context, vectors)
    generator, lacking = context.random("attributes"), ~_attributes(context.test)
    before, after, sources, shown = [], [], [], []
    for attribute, vector in enumerate(vectors):
        rows = _draw(context, lacking, attribute, generator)
        codes = context.test_codes[rows]
        own = tuple(array[rows] for array in context.conditions.of(context.test))
        before.append(_seen(context, codes, own, attribute))
        after.append(_seen(context, codes + step * vector, own, attribute))
        path = codes[:LINES, None] + STEPS[:, None] * vector
        shown_under = repeated(tuple(array[:LINES] for array in own), len(STEPS))
        images = to_uint8(context.decode(path.reshape(-1, path.shape[-1]), *shown_under))
        sources.append(context.test["images"][rows[:LINES]])
        shown.append(images.reshape(LINES, len(STEPS), *images.shape[1:]))
    return {
        "attribute_vectors": vectors,
        "attribute_step": np.array(step),
        "attribute_before": np.stack(before, axis=1),
        "attribute_after": np.stack(after, axis=1),
        "attribute_sources": np.stack(sources),
        "attribute_arithmetic": np.stack(shown),
        "attribute_steps": STEPS,
    }


def _vectors(context: Context) -> Floats:
    """From the mean code of training images without an attribute to that of those with it, (attributes, latent_dim)."""
    vectors = []
    for name, has in zip(context.data.names("attributes"), _attributes(context.train).T, strict=True):
        if has.all() or not has.any():
            raise _unusable(name)
        vectors.append(context.train_codes[has].mean(axis=0) - context.train_codes[~has].mean(axis=0))
    return np.stack(vectors)


def _best_step(context: Context, vectors: Floats) -> np.float32:
    """How many vectors to add, the same for all attributes. Test images do not influence it."""
    split = context.validation
    codes, lacking, conditions = context.codes(split), ~_attributes(split), context.conditions.of(split)
    generator = context.random("attributes of validation images")
    seen = np.zeros(len(CANDIDATES))
    for attribute, vector in enumerate(vectors):
        rows = _draw(context, lacking, attribute, generator)
        for place, step in enumerate(CANDIDATES):
            own = tuple(array[rows] for array in conditions)
            seen[place] += _seen(context, codes[rows] + step * vector, own, attribute).mean()
    return CANDIDATES[seen.argmax()]


def _seen(context: Context, codes: Floats, conditions: Conditions, attribute: int) -> Floats:
    """How probable the judge finds an attribute in what each code decodes to, (n,)."""
    return context.judge_attributes(to_uint8(context.decode(codes, *conditions)))[:, attribute]


def _draw(
    context: Context, lacking: NDArray[np.bool_], attribute: int, generator: np.random.Generator
) -> NDArray[np.int64]:
    """Rows of images without an attribute, more than once if there are too few."""
    without = np.flatnonzero(lacking[:, attribute])
    if not len(without):
        raise _unusable(context.data.names("attributes")[attribute])
    return generator.choice(without, IMAGES, replace=len(without) < IMAGES)


def _attributes(rows: Split) -> NDArray[np.bool_]:
    """Which attributes the images of a split have, (n, attributes)."""
    return np.asarray(rows["attributes"], bool)


def _unusable(name: str) -> TooFewError:
    return TooFewError(f"all images have the attribute {name!r}, or none has; there must be both")
