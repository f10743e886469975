"""New images from the prior, and what the judge makes of them."""

import numpy as np

from latent_atlas.compiled import Compiled
from latent_atlas.latents import to_uint8
from latent_atlas.sampling.context import Arrays, Context


def samples(context: Context) -> Arrays:
    """``samples`` from the prior."""
    return {"samples": context.generated}


def labels_asked_for(context: Context) -> Arrays:
    """``sample_labels`` (n,)."""
    return {"sample_labels": context.drawn[1][0]}


def captions_asked_for(context: Context) -> Arrays:
    """``sample_captions`` (n,) str."""
    return {"sample_captions": np.array(context.conditions.drawn_captions(context.samples), np.str_)}


def judged(context: Context) -> Arrays:
    """The judge's features, (n, d) each, of the samples, of noise, and of what the untrained model draws."""
    latents, conditions = context.drawn
    noise = context.random("noise").integers(0, 256, context.generated.shape, np.uint8)
    untrained = to_uint8(Compiled(context.untrained.decode)(latents, *conditions))
    return {
        "sample_features": context.judge_features(context.generated),
        "noise_features": context.judge_features(noise),
        "untrained_features": context.judge_features(untrained),
    }


def classified(context: Context) -> Arrays:
    """``sample_predictions`` (n,): the class the judge takes each sample for."""
    return {"sample_predictions": context.judge_labels(context.generated)}
