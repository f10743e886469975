"""Generated images beside real ones, as the judge sees them."""

from latent_atlas.metrics.entries import Among, Arrays, Direction, Measure, Metric, Metrics, Theme
from latent_atlas.metrics.frechet import frechet_at_one_n
from latent_atlas.metrics.prdc import prdc

PRDC_NEIGHBOURS = 5

_AMONG = (Among.JUDGE, Among.CONDITION)

# Each distance and the features that it compares with those of training images.
_FRECHET_OF = {
    "frechet": "sample_features",
    "frechet_real": "test_features",
    "frechet_untrained": "untrained_features",
    "frechet_noise": "noise_features",
}


def _frechet(arrays: Arrays) -> Metrics:
    """The distance and those that help to read it."""
    sets = {metric: arrays[name] for metric, name in _FRECHET_OF.items() if name in arrays}
    distances, count = frechet_at_one_n(sets, arrays["reference_features"])
    return {**distances, "frechet_n": count}


def _prdc(arrays: Arrays) -> Metrics:
    """At equal numbers of real and generated images, as the papers have it."""
    count = min(len(arrays["test_features"]), len(arrays["sample_features"]))
    return prdc(arrays["test_features"][:count], arrays["sample_features"][:count], PRDC_NEIGHBOURS)


MEASURES = (
    Measure(("reference_features", "sample_features"), _frechet, (
        Metric(
            "frechet", "Fréchet distance", Direction.DOWN,
            "How far the generated images are, as a whole, from the training images. Both sets of features are summed "
            "up by their mean and covariance, and the distance between the two is taken. It is small if the images "
            "look right and are as varied as real ones (Heusel et al. 2017; here with this dataset's own judge in "
            "place of Inception, so not comparable with a published FID).",
            tolerance=(5.0, 0.8), digits=1, among=_AMONG,
        ),
        Metric(
            "frechet_real", "… of real images", Direction.NONE,
            "The same distance from real test images to the training images. It is not 0, because the judge was "
            "trained on the training images and knows them better than new ones; copies of them would score lower. So "
            "it is not what a perfect model would reach, but about the lowest value for a model that draws new "
            "images. A value far below it is a sign of copying.",
            tolerance=(5.0, 0.8), digits=1, alone="Fréchet, real images",
        ),
        Metric(
            "frechet_untrained", "… untrained", Direction.NONE,
            "The same distance for images of the model before training: where it began.",
            tolerance=(5.0, 0.8), digits=1, alone="Fréchet, untrained",
        ),
        Metric(
            "frechet_noise", "… of noise", Direction.NONE,
            "The same distance for images of random pixels: what a model reaches that knows nothing.",
            tolerance=(5.0, 0.8), digits=1, alone="Fréchet, noise",
        ),
        Metric(
            "frechet_n", "Images compared", Direction.NONE,
            "How many images each Fréchet distance was taken from. With fewer images the distance comes out larger, "
            "so only distances from equally many can be compared.",
            tolerance=(0.0, 0.0), digits=0, alone="Fréchet, images compared", note=True,
        ),
    ), uses=("test_features", "untrained_features", "noise_features")),
    Measure(("test_features", "sample_features"), _prdc, (
        Metric(
            "precision", "Precision", Direction.UP,
            "Share of generated images that are near to some real image: are they believable? It is high even if the "
            "model draws few different ones (Kynkäänniemi et al. 2019).",
            digits=3, among=_AMONG,
        ),
        Metric(
            "recall", "Recall", Direction.UP,
            "Share of real images that are near to some generated image: can the model draw everything? (Kynkäänniemi "
            "et al. 2019).",
            tolerance=(0.2, 0.35), digits=3, among=_AMONG,
        ),
        Metric(
            "density", "Density", Direction.UP,
            "Like precision, but counts near how many real images a generated one is, so that a single odd real image "
            "changes little. About 1 for images of the same kind as the real ones, more if they keep to the usual "
            "ones (Naeem et al. 2020).",
            tolerance=(0.15, 0.35), digits=3, among=_AMONG,
        ),
        Metric(
            "coverage", "Coverage", Direction.UP,
            "Share of real images that have a generated one among their nearest neighbours. Like recall, but odd "
            "generated images do not raise it (Naeem et al. 2020).",
            digits=3, among=_AMONG,
        ),
    )),
)  # fmt: skip

THEME = Theme(
    "generation",
    "Generated images",
    "New images that the model drew, beside real ones. The judge, a network that has learned to recognise what these "
    "data show, turns each image into features, and the features are compared. A Fréchet distance means little alone: "
    "the three columns after it say what real images, the untrained model and plain noise reach.",
    MEASURES,
)
