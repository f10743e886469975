"""The same content in another class, style or domain."""

from latent_atlas.metrics.attribute_scores import attribute_effect
from latent_atlas.metrics.entries import Among, Arrays, Direction, Measure, Metric, Metrics, Theme
from latent_atlas.metrics.frechet import frechet_at_one_n
from latent_atlas.metrics.images import l1, nearest_l1, psnr, psnr_bicubic, ssim
from latent_atlas.metrics.labels import accuracy, transfer_accuracy

_CYCLE = tuple(f"{name}_{way}" for way in ("ab", "ba") for name in ("translation_sources", "cycled"))
_NEIGHBOURS = 500  # images of each domain, at most, whose nearest neighbours are looked for


def _target_accuracy(way: str, domains: str) -> Measure:
    """For one direction; ``domains`` in words."""
    name, found, wanted = f"target_accuracy_{way}", f"translation_predictions_{way}", f"translation_targets_{way}"
    metric = Metric(
        name,
        f"Target accuracy {way[0].upper()}→{way[1].upper()}",
        Direction.UP,
        f"Share of the images translated from {domains} that the judge takes for images of the latter.",
        (0.1, 0.0),
        digits=3,
        among=(Among.JUDGE,),
    )
    return Measure.of(accuracy, (found, wanted), metric)


def _frechet(way: str) -> Measure:
    """For one direction: the distance and those that help to read it."""
    arrow, reference = f"{way[0].upper()}→{way[1].upper()}", f"translation_reference_{way}"
    sets = {
        f"frechet_{way}": f"translation_features_{way}",
        f"frechet_real_{way}": f"translation_real_{way}",
        f"frechet_left_{way}": f"translation_left_{way}",
    }

    def distances(arrays: Arrays) -> Metrics:
        given = {metric: arrays[name] for metric, name in sets.items() if name in arrays}
        found, count = frechet_at_one_n(given, arrays[reference])
        return {**found, f"frechet_n_{way}": count}

    return Measure(
        (reference, f"translation_features_{way}", f"translation_real_{way}"),
        distances,
        (
            Metric(
                f"frechet_{way}",
                f"Fréchet {arrow}",
                Direction.DOWN,
                "How far the translated images are, as a whole, from training images of what they should look like, "
                "in the judge's features; small if they look right and are as varied (Heusel et al. 2017; not "
                "comparable with a published FID).",
                (5.0, 0.8),
                digits=1,
                among=(Among.JUDGE,),
            ),
            Metric(
                f"frechet_real_{way}",
                "… of real images",
                Direction.NONE,
                "The same distance for real test images of the target: about the lowest that is possible.",
                (5.0, 0.8),
                digits=1,
                alone=f"Fréchet {arrow}, real images",
            ),
            Metric(
                f"frechet_left_{way}",
                "… untranslated",
                Direction.NONE,
                "The same distance for the sources as they are: what a model reaches that changes nothing.",
                (5.0, 0.8),
                digits=1,
                alone=f"Fréchet {arrow}, untranslated",
            ),
            Metric(
                f"frechet_n_{way}",
                "Images compared",
                Direction.NONE,
                "How many images each Fréchet distance was taken from. With fewer images the distance comes out "
                "larger, so only distances from equally many can be compared.",
                (0.0, 0.0),
                digits=0,
                alone=f"Fréchet {arrow}, images compared",
                note=True,
            ),
        ),
        uses=(f"translation_left_{way}",),
    )


def _cycle(arrays: Arrays) -> Metrics:
    ways = [l1(arrays[f"cycled_{way}"], arrays[f"translation_sources_{way}"]) for way in ("ab", "ba")]
    a, b = (arrays[f"translation_sources_{way}"][:_NEIGHBOURS] for way in ("ab", "ba"))
    return {"cycle_l1": sum(ways) / len(ways), "domain_distance": (nearest_l1(a, b) + nearest_l1(b, a)) / 2}


def _bicubic(arrays: Arrays) -> Metrics:
    small, truth = arrays["translation_sources_ab"], arrays["translation_truth_ab"]
    larger = truth.shape[1] > small.shape[1] and truth.shape[3] == small.shape[3]
    return {"psnr_bicubic": psnr_bicubic(small, truth)} if larger else {}


MEASURES = (
    Measure.of(transfer_accuracy, ("transfer_predictions", "transfer_labels"), Metric(
        "transfer_accuracy", "Transfer accuracy", Direction.UP,
        "The codes of test images are decoded with every label but their own. This is the share of the images "
        "that the judge takes for the class asked for.",
        tolerance=(0.1, 0.0), digits=3, among=(Among.JUDGE,),
    )),
    Measure.of(attribute_effect, ("attribute_before", "attribute_after"), Metric(
        "attribute_effect", "Attribute effect", Direction.UP,
        "The vector of an attribute, such as glasses, is the mean code of images with it minus that of images "
        "without it. It is added to the codes of images without the attribute. This is how much more probable the "
        "judge then finds it, mean over images and attributes (Larsen et al. 2016).",
        digits=3, among=(Among.JUDGE,),
    )),
    _target_accuracy("ab", "domain A to domain B"),
    _target_accuracy("ba", "domain B to domain A"),
    Measure(_CYCLE, _cycle, (
        Metric(
            "cycle_l1", "Cycle error", Direction.DOWN,
            "Mean absolute difference between images and what comes back if they are translated to the other domain "
            "and back again. Pixels lie between 0 and 1 (Zhu et al. 2017).",
            tolerance=(0.0, 0.25), digits=4,
        ),
        Metric(
            "domain_distance", "… to the other domain", Direction.NONE,
            "Mean absolute difference between a test image and the most similar one of the other domain: what the "
            "cycle error would be if translation went by way of the nearest neighbour. A model that keeps what it "
            "translates has a much lower cycle error.",
            tolerance=(0.0, 0.05), digits=4, alone="Distance of the domains",
        ),
    )),
    _frechet("ab"),
    _frechet("ba"),
    Measure.of(psnr, ("translated_ab", "translation_truth_ab"), Metric(
        "psnr", "PSNR", Direction.UP,
        "How near translated images are to what they should be, pixel by pixel: the peak signal-to-noise ratio in "
        "decibels. 10 dB more are a tenth of the squared error.",
        tolerance=(0.7, 0.0), digits=2, unit="dB",
    )),
    Measure(("translation_sources_ab", "translation_truth_ab"), _bicubic, (
        Metric(
            "psnr_bicubic", "… of bicubic", Direction.NONE,
            "The same for enlarging images by bicubic interpolation, without a network: what super-resolution has to "
            "beat.",
            tolerance=(0.05, 0.0), digits=2, unit="dB", alone="PSNR of bicubic",
        ),
    )),
    Measure.of(ssim, ("translated_ab", "translation_truth_ab"), Metric(
        "ssim", "SSIM", Direction.UP,
        "Structural similarity: how alike the translated images and what they should be are to the eye, by local "
        "brightness, contrast and structure; 1 for identical images (Wang et al. 2004).",
        tolerance=(0.1, 0.0), digits=3,
    )),
)  # fmt: skip

THEME = Theme(
    "translation",
    "Transfer and translation",
    "The same content in another style, class or domain.",
    MEASURES,
)
