"""What latent codes are good for: classification by neighbours and by a line, clustering, units in use."""

import warnings
from typing import Any

import numpy as np

from latent_atlas.errors import TooFewError
from latent_atlas.metrics.checks import Array, as_labels, as_rows, check_same
from latent_atlas.metrics.threads import one_thread

NEIGHBOURS = 5
_ACTIVE_VARIANCE = 1e-2


def knn_accuracy(train_codes: Array, train_labels: Array, test_codes: Array, test_labels: Array) -> float:
    """Accuracy, in [0, 1], of a vote among the 5 nearest (Euclidean) of the codes (m, d), m >= 5, for codes (n, d)."""
    from sklearn.neighbors import KNeighborsClassifier

    voters = KNeighborsClassifier(n_neighbors=NEIGHBOURS)
    return _held_out_accuracy(voters, train_codes, train_labels, test_codes, test_labels, NEIGHBOURS)


def linear_probe_accuracy(train_codes: Array, train_labels: Array, test_codes: Array, test_labels: Array) -> float:
    """Accuracy of logistic regression on standardised codes, in [0, 1]; arguments as for `knn_accuracy`.

    Alain and Bengio, "Understanding intermediate layers using linear classifier probes", 2016. The usual ridge (C = 1);
    mean and scale come from the training codes alone. TooFewError if the training labels are of a single class.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    if len(np.unique(train_labels)) < 2:
        raise TooFewError("needs training images of at least 2 classes, there is 1")
    probe = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000, random_state=0))
    return _held_out_accuracy(probe, train_codes, train_labels, test_codes, test_labels, 2)


def clustering_scores(codes: Array, labels: Array) -> dict[str, float]:
    """How well k-means on codes (n, d), with as many clusters as classes, finds the labels (n,) again.

    Returns `nmi`: normalised mutual information in [0, 1] (arithmetic mean of the entropies); and `ari`: adjusted Rand
    index in [-0.5, 1], 0 on average for random clusters (Hubert and Arabie 1985). TooFewError: a single class, or fewer
    codes than classes.
    """
    from sklearn.cluster import KMeans
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.metrics import adjusted_rand_score, normalized_mutual_info_score

    wanted = as_labels("labels", labels)
    classes = len(np.unique(wanted))
    if classes < 2:
        raise TooFewError("needs codes of at least 2 classes, there is 1")
    rows = as_rows("codes", codes, least=classes)
    check_same("lengths", codes=len(rows), labels=len(wanted))
    with one_thread(), warnings.catch_warnings():
        # Fewer distinct codes than clusters: a collapsed encoder, which the scores say better than a warning.
        warnings.simplefilter("ignore", ConvergenceWarning)
        clusters = KMeans(n_clusters=classes, n_init=10, random_state=0).fit_predict(rows)
    return {
        "nmi": float(normalized_mutual_info_score(wanted, clusters)),
        "ari": float(adjusted_rand_score(wanted, clusters)),
    }


def active_units(code_means: Array) -> int:
    """How many latents depend on the image: 0 to d for posterior means (n, d), n >= 2.

    Burda et al., "Importance weighted autoencoders", 2016: Var over the data of the posterior mean above 0.01. The rest
    follow the prior whatever the image is (posterior collapse).
    """
    return int((as_rows("code_means", code_means, least=2).var(axis=0) > _ACTIVE_VARIANCE).sum())


def _held_out_accuracy(
    classifier: Any, train_codes: Array, train_labels: Array, test_codes: Array, test_labels: Array, least: int
) -> float:
    """Fits on the training codes, returns the share of test labels predicted."""
    train, test = as_rows("train_codes", train_codes, least), as_rows("test_codes", test_codes)
    learned, wanted = as_labels("train_labels", train_labels), as_labels("test_labels", test_labels)
    check_same("widths", train_codes=train.shape[1], test_codes=test.shape[1])
    check_same("lengths", train_codes=len(train), train_labels=len(learned))
    check_same("lengths", test_codes=len(test), test_labels=len(wanted))
    with one_thread():
        predictions = classifier.fit(train, learned).predict(test)
    return float((predictions == wanted).mean())
