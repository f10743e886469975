"""Arithmetic with the codes of images: what adding the vector of an attribute does (Larsen et al. 2016)."""

import numpy as np
from numpy.typing import NDArray

from latent_atlas import model as abilities
from latent_atlas.compiled import Compiled
from latent_atlas.datasets.processed import Split
from latent_atlas.errors import AtlasError
from latent_atlas.latents import to_uint8
from latent_atlas.sampling.context import Arrays, Context

IMAGES = 200  # images given each attribute, of the validation and of the test split
LINES = 6  # of them shown
CANDIDATES = np.array([1, 1.5, 2, 2.5, 3], np.float32)  # vectors added; one is as the paper has it
STEPS = np.linspace(0, 3, 7, dtype=np.float32)  # vectors added where it is shown

Floats = NDArray[np.float32]


def attribute_predictions(context: Context) -> Arrays:
    """``test_attribute_logits`` and ``test_attributes`` (n, attributes), and ``attribute_names``."""
    return {
        "test_attribute_logits": Compiled(context.model.attribute_logits)(context.test.images),
        "test_attributes": _attributes(context, "test", context.test),
        "attribute_names": np.array(context.data.attribute_names),
    }


def attribute_arithmetic(context: Context) -> Arrays:
    """What becomes of images when the vector of an attribute that they lack is added to their codes.

    ``attribute_vectors`` (attributes, latent_dim); ``attribute_before``, ``attribute_after`` (n, attributes): how
    probable the judge finds the attribute in the reconstructions of n test images without it, and after
    ``attribute_step`` () vectors are added, the candidate that raised it most on validation images.
    ``attribute_sources`` (attributes, k, h, w, c) are such test images, ``attribute_arithmetic`` (attributes, k,
    stops, h, w, c) what they become as ``attribute_steps`` (stops,) vectors are added.
    """
    if not context.data.attribute_names or not isinstance(context.judge, abilities.NamesAttributes):
        return {}
    vectors = _vectors(context)
    step = _best_step(context, vectors)
    generator, lacking = context.random("attributes"), ~_attributes(context, "test", context.test)
    before, after, sources, shown = [], [], [], []
    for attribute, vector in enumerate(vectors):
        rows = _draw(context, lacking, attribute, generator)
        codes, labels = context.test_codes[rows], context.test.labels[rows]
        before.append(_seen(context, codes, labels, attribute))
        after.append(_seen(context, codes + step * vector, labels, attribute))
        path = codes[:LINES, None] + STEPS[:, None] * vector
        images = to_uint8(context.decode(path.reshape(-1, path.shape[-1]), np.repeat(labels[:LINES], len(STEPS))))
        sources.append(context.test.images[rows[:LINES]])
        shown.append(images.reshape(LINES, len(STEPS), *images.shape[1:]))
    return {
        "attribute_names": np.array(context.data.attribute_names),
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
    for name, has in zip(context.data.attribute_names, _attributes(context, "train", context.train).T, strict=True):
        if has.all() or not has.any():
            raise _unusable(context, name)
        vectors.append(context.train_codes[has].mean(axis=0) - context.train_codes[~has].mean(axis=0))
    return np.stack(vectors)


def _best_step(context: Context, vectors: Floats) -> np.float32:
    """How many vectors to add, the same for all attributes. Test images have no say in it."""
    split = context.validation
    codes, lacking = context.encode(split.images, split.labels), ~_attributes(context, "validation", split)
    generator = context.random("attributes of validation images")
    seen = np.zeros(len(CANDIDATES))
    for attribute, vector in enumerate(vectors):
        rows = _draw(context, lacking, attribute, generator)
        for place, step in enumerate(CANDIDATES):
            seen[place] += _seen(context, codes[rows] + step * vector, split.labels[rows], attribute).mean()
    return CANDIDATES[seen.argmax()]


def _seen(context: Context, codes: Floats, labels: NDArray[np.int32], attribute: int) -> Floats:
    """How probable the judge finds an attribute in what each code decodes to, (n,)."""
    return context.judge_attributes(to_uint8(context.decode(codes, labels)))[:, attribute]


def _draw(
    context: Context, lacking: NDArray[np.bool_], attribute: int, generator: np.random.Generator
) -> NDArray[np.int64]:
    """Rows of images without an attribute, more than once if there are too few."""
    without = np.flatnonzero(lacking[:, attribute])
    if not len(without):
        raise _unusable(context, context.data.attribute_names[attribute])
    return generator.choice(without, IMAGES, replace=len(without) < IMAGES)


def _attributes(context: Context, name: str, split: Split) -> NDArray[np.bool_]:
    """Which attributes the images of a context's split have, (n, attributes)."""
    return np.asarray(context.data.attributes(name)[: len(split)], bool)


def _unusable(context: Context, name: str) -> AtlasError:
    return AtlasError(f"{context.data.path}: all images have the attribute {name!r}, or none has; drop it")
