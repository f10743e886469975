"""Bounds on the likelihood of binarised test images (Burda et al. 2016)."""

import numpy as np

from latent_atlas.compiled import Compiled
from latent_atlas.sampling.context import Arrays, Context


def likelihood_bounds(context: Context) -> Arrays:
    """``test_elbo`` and ``test_iwae`` (n,), nats per image, on test images binarised by one Bernoulli draw each."""
    if not context.model.binary:
        return {}
    rows = context.test.head(context.likelihood_images)
    images, conditions = np.asarray(rows["images"]), context.conditions.of(rows)
    uniform = context.random("binarize").random(images.shape, np.float32)
    binary = (uniform < images / 255.0).astype(np.float32)
    weigh = Compiled(lambda images, seed, *condition: context.model.log_weight(images, seed[0], *condition))
    log_weights = np.empty((context.importance_samples, len(binary)))
    for sample in range(context.importance_samples):
        seeds = np.tile(np.array([context.seed, sample], np.int32), (len(binary), 1))
        log_weights[sample] = weigh(binary, seeds, *conditions)
    peak = log_weights.max(axis=0)
    return {
        "test_elbo": log_weights.mean(axis=0),
        "test_iwae": peak + np.log(np.exp(log_weights - peak).mean(axis=0)),
    }
