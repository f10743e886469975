"""Anomaly detection: does the score rank anomalies above normal images?"""

import numpy as np

from latent_atlas.errors import TooFewError
from latent_atlas.metrics.checks import Array, as_vector, check_same


def auroc(scores: Array, positives: Array) -> float:
    """Area under the ROC curve: the chance that a positive scores above a negative, ties counting half.

    ``scores`` (n,): higher means more anomalous. ``positives`` (n,), bool or 0 and 1: whether the image is an anomaly.
    In [0, 1]; 0.5 is guessing. TooFewError: all are positive, or none is.
    """
    from sklearn.metrics import roc_auc_score

    values, flags = as_vector("scores", scores), np.asarray(positives)
    check_same("shapes", scores=values.shape, positives=flags.shape)
    if not np.isin(flags, (0, 1)).all():
        raise ValueError("positives: must be true or false")
    if len(np.unique(flags)) < 2:
        raise TooFewError(f"needs both anomalies and normal images, all are {'anomalies' if flags.any() else 'normal'}")
    return float(roc_auc_score(flags.astype(bool), values))
