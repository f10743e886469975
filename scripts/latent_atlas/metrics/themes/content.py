"""What generated images show, and how varied and sharp they are."""

import numpy as np

from latent_atlas.metrics.diversity import diversity
from latent_atlas.metrics.entries import Among, Arrays, Direction, Measure, Metric, Metrics, Theme
from latent_atlas.metrics.labels import accuracy, label_entropy, modes_covered
from latent_atlas.metrics.sharpness import sharpness

_AMONG = (Among.JUDGE, Among.CONDITION)


def _modes(arrays: Arrays) -> Metrics:
    # A class too rare for the test set may still be predicted, so both are asked which there are; a class that is only
    # in a split of its own is in neither, and not missed.
    found, real = arrays["sample_predictions"], arrays["test_labels"]
    present, places = np.unique(np.concatenate([found, real]), return_inverse=True)
    found, classes = places[: len(found)], len(present)
    return {"modes_covered": modes_covered(found, classes), "label_entropy": label_entropy(found, classes)}


def _diversity(arrays: Arrays) -> Metrics:
    """Within classes, where labels steer the model, or captions of images that have labels."""
    samples, real = arrays["samples"], arrays["test_images"]
    asked = next((arrays[name] for name in ("sample_labels", "sample_caption_labels") if name in arrays), None)
    if asked is None or "test_labels" not in arrays:
        return {"diversity": diversity(samples, real)}
    return {"diversity": diversity(samples, real, asked, arrays["test_labels"][: len(real)])}


def _held_out(arrays: Arrays) -> Metrics:
    kinds = {"caption_accuracy_held_out": "held_out", "caption_accuracy_held_out_real": "held_out_real"}
    return {name: accuracy(arrays[f"{kind}_predictions"], arrays[f"{kind}_labels"]) for name, kind in kinds.items()}


def _ranks(arrays: Arrays) -> Metrics:
    own, real = arrays["caption_ranks"], arrays["caption_ranks_real"]
    return {
        "caption_rank": float(own.mean()),
        "caption_rank_median": float(np.median(own)),
        "caption_rank_real": float(real.mean()),
    }


MEASURES = (
    Measure.of(accuracy, ("sample_predictions", "sample_labels"), Metric(
        "label_accuracy", "Label accuracy", Direction.UP,
        "The model was asked for images of a class. This is the share of them that the judge takes for that "
        "class.",
        tolerance=(0.1, 0.0), digits=3, among=_AMONG,
    )),
    Measure.of(accuracy, ("sample_predictions", "sample_caption_labels"), Metric(
        "caption_accuracy", "Caption accuracy", Direction.UP,
        "The model was asked for images of captions of test images. This is the share of them that the judge takes for "
        "the class of the image whose caption it was: for drawn shapes the right colour and the right shape; for "
        "photographs the right kind, though a caption in free words may leave the kind open.",
        tolerance=(0.1, 0.0), digits=3, among=_AMONG,
    )),
    Measure(
        ("held_out_predictions", "held_out_labels", "held_out_real_predictions", "held_out_real_labels"), _held_out, (
        Metric(
            "caption_accuracy_held_out", "Caption accuracy, held-out pairs", Direction.UP,
            "The same for captions of pairs of colour and shape that are in no training image and no training caption: "
            "whether the model puts together what it knows apart.",
            tolerance=(0.25, 0.0), digits=3, among=_AMONG,
        ),
        Metric(
            "caption_accuracy_held_out_real", "… of real images", Direction.NONE,
            "The judge's accuracy on real images of the held-out pairs, which it has not seen either.",
            tolerance=(0.1, 0.0), digits=3, alone="Caption accuracy, real images of held-out pairs",
        ),
    )),
    Measure(("caption_ranks", "caption_ranks_real"), _ranks, (
        Metric(
            "caption_rank", "Rank of the caption", Direction.DOWN,
            "The caption that an image was asked for is ranked among 100 by how near it is to the image in the model's "
            "own embedding; the other 99 are captions of other test images. The mean over generated images: 1 is best, "
            "guessing gives 50.5. Captions in other words may be just as true of the image, so that even real images "
            "do not reach 1.",
            tolerance=(1.0, 0.4), digits=1, among=(Among.CONDITION,),
        ),
        Metric(
            "caption_rank_median", "Median rank", Direction.DOWN,
            "The median of the same ranks; a few images that match nothing do not change it.",
            tolerance=(2.0, 0.5), digits=1, among=(Among.CONDITION,), alone="Median rank of the caption",
        ),
        Metric(
            "caption_rank_real", "… of real images", Direction.NONE,
            "The mean rank of the first caption of real test images.",
            tolerance=(1.0, 0.4), digits=1, alone="Rank of the caption, real images",
        ),
    )),
    Measure(("sample_predictions", "test_labels"), _modes, (
        Metric(
            "modes_covered", "Classes covered", Direction.UP,
            "Share of the classes that the judge finds among the generated images. Below 1, the model has forgotten "
            "some.",
            digits=3, among=_AMONG,
        ),
        Metric(
            "label_entropy", "Class evenness", Direction.UP,
            "How evenly the classes occur among the generated images, according to the judge: 1 if all are equally "
            "frequent, 0 if there is only one (entropy over its largest possible value).",
            digits=3, among=_AMONG,
        ),
    )),
    Measure(("samples", "test_images"), _diversity, (
        Metric(
            "diversity", "Diversity", Direction.ONE,
            "How much the images differ from each other, pixel by pixel, as a share of how much real ones do. Where "
            "labels or captions steer the model, images of the same class are compared. Near 0 the model draws one "
            "image again and again.",
            digits=2, among=(Among.CONDITION,),
        ),
    ), uses=("sample_labels", "sample_caption_labels", "test_labels")),
    Measure.of(sharpness, ("samples", "test_images"), Metric(
        "sharpness", "Sharpness", Direction.ONE,
        "How much fine detail the images have, as a share of that of real ones: below 1 they are blurred, above 1 "
        "they are noisy (variance of the Laplacian over variance, after Pech-Pacheco et al. 2000).",
        tolerance=(0.1, 0.25), digits=2, among=(Among.REAL_DETAIL, Among.CONDITION), alone="Sharpness of samples",
    )),
)  # fmt: skip

THEME = Theme(
    "content",
    "What the generated images show",
    "Whether they show what was asked for, whether every class occurs, how varied and how sharp they are.",
    MEASURES,
)
