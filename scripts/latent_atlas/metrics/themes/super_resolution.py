"""Enlarged images beside the truth: pixel by pixel, in the judge's features, and by their detail."""

from collections.abc import Callable
from dataclasses import replace

from latent_atlas.metrics.checks import Array, as_rows, check_same
from latent_atlas.metrics.entries import Among, Arrays, Direction, Measure, Metric, Metrics, Theme
from latent_atlas.metrics.frechet import frechet_distance
from latent_atlas.metrics.images import psnr, ssim
from latent_atlas.metrics.sharpness import sharpness

_IMAGES = {"srgan": "translated_ab", "srresnet": "srresnet_images", "bicubic": "bicubic_images"}
_FEATURES = {name: f"{name}_features" for name in _IMAGES}
_TRUTH = "translation_truth_ab"
_OTHERS = {
    "srresnet": ("SRResNet", "the network trained on squared error alone"),
    "bicubic": ("bicubic", "bicubic interpolation, without a network"),
}


def feature_distance(features: Array, truth: Array) -> float:
    """How far images are from what they should be, as a share of how far different real images are from each other.

    The mean squared distance of each row to its own row of the truth, over that of two different rows of the truth,
    which is twice their variance.

    Args:
        features, truth: (n, d), n >= 2, row by row of the same images.

    Raises:
        ValueError: different shapes.
    """
    found, wanted = as_rows("features", features, least=2), as_rows("truth", truth, least=2)
    check_same("shapes", features=found.shape, truth=wanted.shape)
    apart = 2.0 * wanted.var(axis=0, ddof=1).sum()
    return float(((found - wanted) ** 2).sum(axis=1).mean() / max(apart, 1e-12))


def _compared(
    key: str, title: str, direction: Direction, meaning: str, function: Callable[[Array, Array], float],
    arrays: dict[str, str], truth: str, tolerance: tuple[float, float], digits: int, among: tuple[Among, ...] = (),
) -> Measure:  # fmt: skip
    """One measure of the model's own enlargements, then of those that it is compared with."""

    def measured(given: Arrays) -> Metrics:
        return {f"{key}_{name}": function(given[array], given[truth]) for name, array in arrays.items()}

    own = Metric(f"{key}_srgan", title, direction, meaning, tolerance, digits, among=among, alone=f"{title}, SRGAN")
    others = tuple(
        replace(own, name=f"{key}_{name}", title=f"… of {words}", direction=Direction.NONE, alone=f"{title}, {words}",
                meaning=f"The same for {sentence}.")
        for name, (words, sentence) in _OTHERS.items()
    )  # fmt: skip
    return Measure((truth, *arrays.values()), measured, (own, *others))


MEASURES = (
    Measure.of(psnr, ("srresnet_images", _TRUTH), Metric(
        "psnr_srresnet", "PSNR of SRResNet", Direction.UP,
        "How near the images of the network trained on squared error are to the truth, pixel by pixel, in "
        "decibels. It should be above bicubic interpolation, and is above SRGAN: nothing else was asked of it.",
        tolerance=(0.7, 0.0), digits=2, unit="dB",
    )),
    Measure.of(ssim, ("srresnet_images", _TRUTH), Metric(
        "ssim_srresnet", "SSIM of SRResNet", Direction.UP,
        "Structural similarity of the same images with the truth; 1 for identical images (Wang et al. 2004).",
        tolerance=(0.1, 0.0), digits=3,
    )),
    _compared(
        "feature_distance", "Feature distance", Direction.DOWN,
        "How far the enlarged images are from the truth in the judge's features: mean squared distance, as a share of "
        "that of two different real images; 0 for identical ones. The model was trained on an inner layer of the same "
        "judge, which favours it.",
        feature_distance, _FEATURES, "test_features", (0.08, 0.3), 3, (Among.JUDGE,),
    ),
    _compared(
        "frechet_enlarged", "Fréchet distance", Direction.DOWN,
        "How far the enlarged images are, as a whole, from the true ones in the judge's features (Heusel et al. 2017). "
        "It asks whether they look real, not whether each is the right one. The judge favours the model here too.",
        frechet_distance, _FEATURES, "test_features", (1.0, 0.8), 1, (Among.JUDGE,),
    ),
    _compared(
        "sharpness_enlarged", "Sharpness", Direction.ONE,
        "How much fine detail the enlarged images have, as a share of that of the true ones: below 1 they are blurred, "
        "above 1 noisy. No network judges here.",
        sharpness, _IMAGES, _TRUTH, (0.15, 0.25), 2,
    ),
)  # fmt: skip

THEME = Theme(
    "super_resolution",
    "Super-resolution",
    "Small images enlarged to four times their sides by three methods: SRGAN, which learns to make them look real; "
    "SRResNet, the same network when it had been trained on squared error alone; and bicubic interpolation, without a "
    "network. Squared error asks for the mean of all images that may have been reduced to the small one, and that mean "
    "is blurred: being near to the truth and looking real are two aims (Blau & Michaeli 2018). PSNR and SSIM of SRGAN "
    "itself stand under transfer and translation.",
    MEASURES,
)
