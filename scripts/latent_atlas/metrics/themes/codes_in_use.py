"""What latent codes are good for."""

from collections.abc import Callable

from latent_atlas.metrics.checks import Array
from latent_atlas.metrics.codes import active_units, clustering_scores, knn_accuracy, linear_probe_accuracy
from latent_atlas.metrics.entries import Among, Direction, Measure, Metric, Theme

_LABELLED_CODES = ("train_codes", "train_labels", "test_codes", "test_labels")


def _of_rows(score: Callable[[Array, Array, Array, Array], float]) -> Callable[[Array, Array, Array, Array], float]:
    """A score of codes and their labels. There are codes of the first rows of a split, and labels of all."""
    return lambda train, labels, test, wanted: score(train, labels[: len(train)], test, wanted[: len(test)])


MEASURES = (
    Measure.of(_of_rows(knn_accuracy), _LABELLED_CODES, Metric(
        "knn_accuracy", "Neighbours", Direction.UP,
        "Each test image is given the class that is most frequent among the five training images with the nearest "
        "codes. This is the share that is right.",
        tolerance=(0.1, 0.0), digits=3, among=(Among.UNSTEERED,), alone="Nearest-neighbour accuracy",
    )),
    Measure.of(_of_rows(linear_probe_accuracy), _LABELLED_CODES, Metric(
        "linear_probe_accuracy", "Linear probe", Direction.UP,
        "Share of test images whose class a logistic regression reads off the code, that is, how well straight "
        "lines part the classes (Alain & Bengio 2016).",
        tolerance=(0.1, 0.0), digits=3, among=(Among.UNSTEERED,), alone="Linear probe accuracy",
    )),
    Measure(
        ("test_codes", "test_labels"),
        lambda a: clustering_scores(a["test_codes"], a["test_labels"][: len(a["test_codes"])]), (
        Metric(
            "nmi", "Clusters, NMI", Direction.UP,
            "The codes are sorted into clusters (k-means) without being told the classes. The normalised mutual "
            "information says how much a cluster tells about the class: 0 nothing, 1 everything.",
            digits=3, among=(Among.UNSTEERED,), alone="NMI of clusters",
        ),
        Metric(
            "ari", "Clusters, ARI", Direction.UP,
            "The adjusted Rand index of the same clusters: of how many pairs of images classes and clusters agree "
            "whether they belong together. 0 on average for clusters at random, 1 if all agree (Hubert & Arabie "
            "1985).",
            digits=3, among=(Among.UNSTEERED,), alone="ARI of clusters",
        ),
    )),
    Measure.of(active_units, ("code_means",), Metric(
        "active_units", "Active units", Direction.NONE,
        "How many latents depend on the image at all (the variance of their mean over images is above 0.01). The "
        "others have collapsed: the model does not use them (Burda et al. 2016).",
        tolerance=(1.0, 0.1), digits=0,
    )),
)  # fmt: skip

THEME = Theme(
    "codes",
    "What the codes are good for",
    "Other tasks, solved with the latent codes alone. Where the decoder is given the label, low values are as they "
    "should be: the code need only hold what the label does not say.",
    MEASURES,
)
