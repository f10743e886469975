"""Images of one domain as images of another."""

import numpy as np

from latent_atlas.sampling.context import Arrays, Context


def translations(context: Context) -> Arrays:
    """``translation_sources_<way>``, ``translated_<way>`` (n, h, w, c); ``<way>`` is ab or ba.

    ``translation_truth_<way>``, what the translation should be, where source and target have one order.
    """
    arrays: Arrays = {}
    for way in context.model.translations:
        sources, translated = context.translated(way)
        arrays |= {f"translation_sources_{way.name}": sources, f"translated_{way.name}": translated}
        if context.data.spec[way.source].order == context.data.spec[way.target].order:
            arrays[f"translation_truth_{way.name}"] = np.asarray(context.test[way.target])
    return arrays


def cycles(context: Context) -> Arrays:
    """``cycled_<way>`` (n, h, w, c): there and back, where the model knows the way back."""
    ways = {(way.source, way.target): way for way in context.model.translations}
    return {
        f"cycled_{way.name}": context.translate(ways[way.target, way.source], context.translated(way)[1])
        for way in ways.values()
        if way.source != way.target and (way.target, way.source) in ways
    }


def judged(context: Context) -> Arrays:
    """``translation_predictions_<way>`` (n,): what the judge takes translations for.

    ``translation_targets_<way>`` (n,) is the class of the target's images, where all of them have one.
    """
    arrays: Arrays = {}
    for way in context.model.translations:
        label = context.data.entry(way.target).get("label")
        if label is not None:
            found = context.judge_labels(context.translated(way)[1])
            arrays[f"translation_predictions_{way.name}"] = found
            arrays[f"translation_targets_{way.name}"] = np.full(len(found), label, np.int32)
    return arrays


def features(context: Context) -> Arrays:
    """The judge's features, (n, d) each, on the target side of each way.

    ``translation_features_<way>`` of the translations; ``translation_reference_<way>`` and ``translation_real_<way>``
    of the target's own images, of training and of test; ``translation_left_<way>`` of the sources as they are, where
    they are a domain of their own, of the same shape: of sketches, or of other inputs, the judge knows nothing.
    """
    arrays: Arrays = {}
    for way in context.model.translations:
        sources, translated = context.translated(way)
        images = {"features": translated, "reference": context.train[way.target], "real": context.test[way.target]}
        if context.data.entry(way.source).get("label") is not None and sources.shape == translated.shape:
            images["left"] = sources
        arrays |= {f"translation_{name}_{way.name}": context.judge_features(x) for name, x in images.items()}
    return arrays
