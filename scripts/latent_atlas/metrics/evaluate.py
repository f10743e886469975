"""All the measures an experiment's arrays allow: what the step `evaluate` writes to metrics.json.

No model is known here. A model that can do a thing has the arrays of it, and `MEASURES` lists what follows
from which arrays, in the order of the result. A new measure is one function and one line there.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from latent_atlas.metrics.attributes import attribute_accuracy, attribute_effect, majority_accuracy
from latent_atlas.metrics.checks import Array
from latent_atlas.metrics.codes import active_units, clustering_scores, knn_accuracy, linear_probe_accuracy
from latent_atlas.metrics.detection import auroc
from latent_atlas.metrics.diversity import diversity
from latent_atlas.metrics.frechet import frechet_distance
from latent_atlas.metrics.images import mse, psnr
from latent_atlas.metrics.labels import (
    accuracy,
    accuracy_of_logits,
    label_entropy,
    modes_covered,
    transfer_accuracy,
)
from latent_atlas.metrics.likelihood import mean_bound
from latent_atlas.metrics.pca import pca_mse
from latent_atlas.metrics.prdc import prdc
from latent_atlas.metrics.sharpness import sharpness
from latent_atlas.metrics.threads import one_thread

PRDC_NEIGHBOURS = 5

Metrics = dict[str, float]
Arrays = Mapping[str, Array]

# Each distance of the report and the features it compares with those of the training images.
_FRECHET_OF = {
    "frechet": "sample_features",
    "frechet_real": "test_features",
    "frechet_noise": "noise_features",
    "frechet_untrained": "untrained_features",
}


class Measure(NamedTuple):
    """One line of the table: `function` is called if all of `needs` are there."""

    needs: tuple[str, ...]
    function: Callable[[Arrays], Metrics]

    def applies(self, names: Iterable[str]) -> bool:
        """Whether arrays of these names allow the measure."""
        return set(self.needs).issubset(names)


def evaluate(arrays: Mapping[str, Array], train_images: Array | None, findings: Sequence[str] | None = None) -> Metrics:
    """Every metric that the arrays allow.

    Labels of a single class (a folder of images nobody sorted) carry no information; what needs classes is
    left out, as it is for arrays without labels.

    Args:
        arrays: what the step `sample` wrote, by name; images uint8 (n, H, W, C). `MEASURES` lists the names,
            the functions called there the shapes.
        train_images: images of the same size, shape (m, H, W, C), may be memory-mapped; None if there are
            none.
        findings: what training found wrong with itself, a sentence each; None if nothing watched it.

    Returns:
        Metric name to a finite float, or int for counts; always in the order of `MEASURES`, then `stability_flags`.

    Raises:
        ValueError: an array that does not fit its measure, or a metric that is not finite; the message starts
            with the arrays' names.
    """
    available = {name: array for name, array in arrays.items() if not _uninformative(name, array)}
    if train_images is not None:
        available["train_images"] = train_images
    results: Metrics = {}
    for measure in MEASURES:
        if not measure.applies(available):
            continue
        try:
            with one_thread():
                found = measure.function(available)
            for name, value in found.items():
                if not math.isfinite(value):
                    raise ValueError(f"{name} is {value}")
        except ValueError as error:
            raise ValueError(f"{', '.join(measure.needs)}: {error}") from error
        results.update(found)
    if findings is not None:
        results["stability_flags"] = len(findings)
    return results


def _uninformative(name: str, array: Array) -> bool:
    return name in ("test_labels", "train_labels") and len(np.unique(array)) < 2


def _denoising_psnr_gain(a: Arrays) -> Metrics:
    gain = psnr(a["denoised_images"], a["test_images"]) - psnr(a["noisy_images"], a["test_images"])
    return {"denoising_psnr_gain": gain}


def _codes_as_features(a: Arrays) -> Metrics:
    data = a["train_codes"], a["train_labels"], a["test_codes"], a["test_labels"]
    return {"knn_accuracy": knn_accuracy(*data), "linear_probe_accuracy": linear_probe_accuracy(*data)}


def _frechet(a: Arrays) -> Metrics:
    """The distance and its yardsticks, all at one n: the estimate's bias depends on it."""
    sets = {metric: a[name] for metric, name in _FRECHET_OF.items() if name in a}
    count = min(len(features) for features in sets.values())
    distances = {
        metric: frechet_distance(features[:count], a["reference_features"]) for metric, features in sets.items()
    }
    return {**distances, "frechet_n": count}


def _prdc(a: Arrays) -> Metrics:
    """At equal numbers of real and generated images, as the papers have it."""
    count = min(len(a["test_features"]), len(a["sample_features"]))
    return prdc(a["test_features"][:count], a["sample_features"][:count], PRDC_NEIGHBOURS)


def _diversity(a: Arrays) -> Metrics:
    """Within classes, where labels steer the model."""
    labels = (a["sample_labels"], a["test_labels"]) if {"sample_labels", "test_labels"} <= a.keys() else ()
    return {"diversity": diversity(a["samples"], a["test_images"], *labels)}


def _modes(a: Arrays) -> Metrics:
    # A class too rare for the test set may still be predicted, so both are asked how many there are.
    classes = 1 + max(int(a["test_labels"].max()), int(a["sample_predictions"].max()))
    found = a["sample_predictions"]
    return {"modes_covered": modes_covered(found, classes), "label_entropy": label_entropy(found, classes)}


MEASURES: tuple[Measure, ...] = (
    Measure(
        ("test_logits", "test_labels"),
        lambda a: {"accuracy": accuracy_of_logits(a["test_logits"], a["test_labels"])},
    ),
    Measure(
        ("test_attribute_logits", "test_attributes"),
        lambda a: {"accuracy": attribute_accuracy(a["test_attribute_logits"], a["test_attributes"])},
    ),
    Measure(("test_attributes",), lambda a: {"accuracy_majority": majority_accuracy(a["test_attributes"])}),
    Measure(("test_elbo",), lambda a: {"elbo": mean_bound("test_elbo", a["test_elbo"])}),
    Measure(("test_iwae",), lambda a: {"iwae_bound": mean_bound("test_iwae", a["test_iwae"])}),
    Measure(("code_means",), lambda a: {"active_units": active_units(a["code_means"])}),
    Measure(
        ("test_reconstructions", "test_images"),
        lambda a: {"reconstruction_mse": mse(a["test_reconstructions"], a["test_images"])},
    ),
    Measure(
        ("test_reconstructions", "test_images", "test_codes", "train_images"),
        lambda a: {"pca_mse": pca_mse(a["train_images"], a["test_images"], a["test_codes"].shape[1])},
    ),
    Measure(
        ("test_reconstructions", "test_images"),
        lambda a: {"sharpness_reconstructions": sharpness(a["test_reconstructions"], a["test_images"])},
    ),
    Measure(("train_codes", "train_labels", "test_codes", "test_labels"), _codes_as_features),
    Measure(("test_codes", "test_labels"), lambda a: clustering_scores(a["test_codes"], a["test_labels"])),
    Measure(
        ("anomaly_scores", "anomaly_labels"),
        lambda a: {"anomaly_auroc": auroc(a["anomaly_scores"], a["anomaly_labels"])},
    ),
    Measure(("noisy_images", "denoised_images", "test_images"), _denoising_psnr_gain),
    Measure(("reference_features", "sample_features"), _frechet),
    Measure(("test_features", "sample_features"), _prdc),
    Measure(("samples", "test_images"), lambda a: {"sharpness": sharpness(a["samples"], a["test_images"])}),
    Measure(("samples", "test_images"), _diversity),
    Measure(
        ("sample_labels", "sample_predictions"),
        lambda a: {"label_accuracy": accuracy(a["sample_predictions"], a["sample_labels"])},
    ),
    Measure(("sample_predictions", "test_labels"), _modes),
    Measure(
        ("transfer_predictions",),
        lambda a: {"transfer_accuracy": transfer_accuracy(a["transfer_predictions"])},
    ),
    Measure(
        ("attribute_before", "attribute_after"),
        lambda a: {"attribute_effect": attribute_effect(a["attribute_before"], a["attribute_after"])},
    ),
)
