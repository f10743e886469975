"""How unlike its training data an image is, beside what the image alone gives away."""

import numpy as np

from latent_atlas.compiled import Compiled
from latent_atlas.sampling.context import Arrays, Context, require


def anomalies(context: Context) -> Arrays:
    """``anomaly_scores`` (n,), and whether each image is of the class held out: ``anomaly_labels`` (n,) bool.

    ``anomaly_baseline`` (n,) is a score without a model: the squared distance from the mean training image of the
    other classes.
    """
    images, labels = np.asarray(context.test["images"]), np.asarray(context.test["labels"])
    strange = labels == context.model.held_out_label
    known = np.asarray(context.train["labels"]) != context.model.held_out_label
    require(int(strange.sum()), 1, "test images of the class held out")
    require(int((~strange).sum()), 1, "test images of other classes")
    require(int(known.sum()), 1, "training images of other classes")
    mean = np.asarray(context.train["images"])[known].mean(axis=0)
    return {
        "anomaly_scores": Compiled(context.model.anomaly_score)(images),
        "anomaly_labels": strange,
        "anomaly_baseline": ((images - mean) ** 2).sum(axis=(1, 2, 3)).astype(np.float32) / 255.0**2,
    }
