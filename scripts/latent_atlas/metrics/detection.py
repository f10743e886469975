"""Anomaly detection: does the score rank anomalies above normal images?"""

import numpy as np

from latent_atlas.errors import TooFewError
from latent_atlas.metrics.checks import Array, as_vector, check_same


def auroc(scores: Array, positives: Array) -> float:
    """Area under the ROC curve: the chance that a positive scores above a negative, ties counting half.

    Args:
        scores: any real dtype, shape (n,); higher means more anomalous.
        positives: bool (or 0 and 1), shape (n,); true where the image is an anomaly.

    Returns:
        A number in [0, 1]; 0.5 is guessing.

    Raises:
        TooFewError: all are positive, or none is.
        ValueError: wrong shapes or lengths, scores not finite, labels other than 0 and 1.
    """
    from sklearn.metrics import roc_auc_score

    values, flags = as_vector("scores", scores), np.asarray(positives)
    check_same("shapes", scores=values.shape, positives=flags.shape)
    if not np.isin(flags, (0, 1)).all():
        raise ValueError("positives: must be true or false")
    if len(np.unique(flags)) < 2:
        raise TooFewError(f"needs both anomalies and normal images, all are {'anomalies' if flags.any() else 'normal'}")
    return float(roc_auc_score(flags.astype(bool), values))
