"""What generated images show, and how varied and sharp they are."""

from latent_atlas.metrics.diversity import diversity
from latent_atlas.metrics.entries import Among, Arrays, Direction, Measure, Metric, Metrics, Theme
from latent_atlas.metrics.labels import accuracy, label_entropy, modes_covered
from latent_atlas.metrics.sharpness import sharpness

_AMONG = (Among.JUDGE, Among.CONDITION)


def _modes(arrays: Arrays) -> Metrics:
    # A class too rare for the test set may still be predicted, so both are asked how many there are.
    classes = 1 + max(int(arrays["test_labels"].max()), int(arrays["sample_predictions"].max()))
    found = arrays["sample_predictions"]
    return {"modes_covered": modes_covered(found, classes), "label_entropy": label_entropy(found, classes)}


def _diversity(arrays: Arrays) -> Metrics:
    """Within classes, where labels steer the model."""
    samples, real = arrays["samples"], arrays["test_images"]
    if not {"sample_labels", "test_labels"} <= arrays.keys():
        return {"diversity": diversity(samples, real)}
    return {"diversity": diversity(samples, real, arrays["sample_labels"], arrays["test_labels"][: len(real)])}


MEASURES = (
    Measure.of(accuracy, ("sample_predictions", "sample_labels"), Metric(
        "label_accuracy", "Label accuracy", Direction.UP,
        "The model was asked for images of a class. This is the share of them that the judge takes for that "
        "class.",
        tolerance=(0.1, 0.0), digits=3, among=_AMONG,
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
            "labels steer the model, images of the same class are compared. Near 0 the model draws one image again "
            "and again.",
            digits=2, among=(Among.CONDITION,),
        ),
    ), uses=("sample_labels", "test_labels")),
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
