"""Images of one domain as images of another."""

from functools import partial

import numpy as np
from numpy.typing import NDArray

from latent_atlas.compiled import Compiled
from latent_atlas.latents import to_uint8
from latent_atlas.model import Translation
from latent_atlas.sampling.context import Arrays, Context


def translations(context: Context) -> Arrays:
    """``translation_sources_<way>``, ``translated_<way>`` (n, h, w, c); ``<way>`` is ab or ba.

    ``translation_truth_<way>``, what the translation should be, where source and target have one order.
    """
    arrays: Arrays = {}
    for way in context.model.translations:
        sources = np.asarray(context.test[way.source])
        arrays |= {
            f"translation_sources_{way.name}": sources,
            f"translated_{way.name}": _translate(context, way, sources),
        }
        if way.source != way.target and context.data.spec[way.source].order == context.data.spec[way.target].order:
            arrays[f"translation_truth_{way.name}"] = np.asarray(context.test[way.target])
    return arrays


def cycles(context: Context) -> Arrays:
    """``cycled_<way>`` (n, h, w, c): there and back, where the model knows the way back."""
    ways = {(way.source, way.target): way for way in context.model.translations}
    arrays: Arrays = {}
    for way in ways.values():
        back = ways.get((way.target, way.source))
        if back is not None and back is not way:
            there = _translate(context, way, np.asarray(context.test[way.source]))
            arrays[f"cycled_{way.name}"] = _translate(context, back, there)
    return arrays


def judged(context: Context) -> Arrays:
    """``translation_predictions_<way>`` (n,): what the judge takes translations for.

    ``translation_targets_<way>`` (n,) is the class of the target's images, where all of them have one.
    """
    arrays: Arrays = {}
    for way in context.model.translations:
        label = context.data.entry(way.target).get("label")
        if label is not None:
            found = context.judge_labels(_translate(context, way, np.asarray(context.test[way.source])))
            arrays[f"translation_predictions_{way.name}"] = found
            arrays[f"translation_targets_{way.name}"] = np.full(len(found), label, np.int32)
    return arrays


def _translate(context: Context, way: Translation, images: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return to_uint8(Compiled(partial(context.model.translate, way.name))(images, context.seeds(len(images))))
