"""The table of measures: what appears when, in which order, and with which arguments."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest

from latent_atlas.evaluation import evaluate
from latent_atlas.metrics import frechet, images, prdc, sharpness
from latent_atlas.metrics.attribute_scores import attribute_accuracy
from latent_atlas.metrics.detection import auroc
from latent_atlas.metrics.diversity import diversity
from latent_atlas.metrics.glossary import MEASURES
from latent_atlas.metrics.labels import label_entropy, modes_covered
from latent_atlas.metrics.themes.super_resolution import feature_distance

SCRIPTS = Path(frechet.__file__).parents[2]

CLASSIFIER = ["accuracy"]
ATTRIBUTES = ["accuracy_majority", "rotation_accuracy", "attribute_effect"]
MODES = ["modes_covered", "label_entropy"]
CODES = ["knn_accuracy", "linear_probe_accuracy", "nmi", "ari"]
ANOMALIES = ["anomaly_auroc", "anomaly_auroc_baseline"]
AUTOENCODER = ["reconstruction_mse", "pca_mse", "sharpness_reconstructions", "denoising_psnr_gain", *ANOMALIES, *CODES]
BOUNDS = ["elbo", "iwae_bound", "active_units"]
FRECHET = ["frechet", "frechet_real", "frechet_untrained", "frechet_noise", "frechet_n"]
GENERATOR = [*FRECHET, "precision", "recall", "density", "coverage", "diversity", "sharpness"]
CONDITIONAL = ["label_accuracy", "transfer_accuracy"]
FRECHET_OF_WAYS = [f"frechet{what}_{way}" for way in ("ab", "ba") for what in ("", "_real", "_left", "_n")]
CYCLE = ["cycle_l1", "domain_distance"]
TRANSLATION = ["target_accuracy_ab", "target_accuracy_ba", *CYCLE, *FRECHET_OF_WAYS, "psnr", "psnr_bicubic", "ssim"]

TEXT = [
    *("bits_per_char", "perplexity", "bits_per_char_ngram", "bits_per_char_gzip", "bits_per_char_xz"),
    *("known_words", "known_words_real", "longest_copy", "longest_copy_real"),
]
CAPTIONS = [
    "caption_accuracy", "caption_accuracy_held_out", "caption_accuracy_held_out_real",
    "caption_rank", "caption_rank_median", "caption_rank_real",
]  # fmt: skip
PAINTING = ["activation_gain", "seam_contrast", "style_loss_drop", "content_loss_share"]
KINDS = ("srgan", "srresnet", "bicubic")
ENLARGED = [
    f"{name}_{kind}" for name in ("feature_distance", "frechet_enlarged", "sharpness_enlarged") for kind in KINDS
]
SUPER_RESOLUTION = ["psnr_srresnet", "ssim_srresnet", *ENLARGED]


def measured(arrays: Mapping[str, np.ndarray], findings: Sequence[str] | None = None) -> dict[str, float]:
    """The metrics of data that are enough for all of them."""
    found, left_out = evaluate(arrays, findings)
    assert left_out == []
    return found


def everything(n: int = 40, width: int = 6) -> dict[str, np.ndarray]:
    """One consistent set of all the arrays there can be."""
    rng = np.random.default_rng(0)

    def pictures(count: int = n, side: int = 8) -> np.ndarray:
        return rng.integers(0, 256, size=(count, side, side, 1), dtype=np.uint8)

    labels = np.arange(n) % 3
    return {
        "test_images": pictures(),
        "test_labels": labels,
        "train_images": pictures(n + 20),
        "train_labels": np.arange(n + 20) % 3,
        "test_logits": rng.normal(size=(n, 3)),
        "test_reconstructions": pictures(),
        "train_codes": rng.normal(size=(n, 2)).astype(np.float32),
        "test_codes": rng.normal(size=(n, 2)).astype(np.float32),
        "anomaly_scores": rng.normal(size=n),
        "anomaly_baseline": rng.normal(size=n),
        "anomaly_labels": np.arange(n) < 10,
        "noisy_images": pictures(),
        "denoised_images": pictures(),
        "test_elbo": rng.normal(-90, 5, n),
        "test_iwae": rng.normal(-88, 5, n),
        "code_means": rng.normal(size=(n, 2)),
        "reference_features": rng.normal(size=(2 * n, width)).astype(np.float32),
        "test_features": rng.normal(size=(n, width)).astype(np.float32),
        "sample_features": rng.normal(size=(n, width)).astype(np.float32) + 1,
        "noise_features": rng.normal(size=(n, width)).astype(np.float32) + 3,
        "untrained_features": rng.normal(size=(n, width)).astype(np.float32) + 2,
        "samples": pictures(),
        "sample_labels": labels,
        "sample_predictions": rng.integers(0, 3, n),
        "transfer_predictions": rng.integers(0, 3, size=(5, 3)),
        "transfer_labels": labels[:5],
        "test_attribute_logits": rng.normal(size=(n, 4)),
        "test_attributes": rng.integers(0, 2, size=(n, 4), dtype=np.uint8),
        "test_rotation_logits": rng.normal(size=(4, n, 4)),
        "attribute_before": rng.random((n, 4), np.float32),
        "attribute_after": rng.random((n, 4), np.float32),
        "translation_sources_ab": pictures(),
        "translation_sources_ba": pictures(),
        "translated_ab": pictures(side=16),
        "translated_ba": pictures(),
        "translation_truth_ab": pictures(side=16),
        "cycled_ab": pictures(),
        "cycled_ba": pictures(),
        "translation_predictions_ab": rng.integers(0, 2, n),
        "translation_targets_ab": np.ones(n, int),
        "translation_predictions_ba": rng.integers(0, 2, n),
        "translation_targets_ba": np.zeros(n, int),
        "sample_caption_labels": labels,
        "held_out_predictions": rng.integers(0, 3, n),
        "held_out_labels": labels,
        "held_out_real_predictions": rng.integers(0, 3, n),
        "held_out_real_labels": labels,
        "caption_ranks": rng.integers(1, 100, n),
        "caption_ranks_real": rng.integers(1, 100, n),
        **{
            f"translation_{name}_{way}": rng.normal(shift, size=(n, width)).astype(np.float32)
            for way in ("ab", "ba")
            for shift, name in enumerate(("reference", "real", "features", "left"))
        },
        "pictures": pictures(1),
        "picture_sources": pictures(1)[:, None],
        "tile_rows": np.array([4]),
        "tile_columns": np.array([4]),
        "activations": np.ones(2),
        "activations_before": np.ones(2),
        "style_losses": np.ones(2),
        "style_losses_before": np.ones(2),
        "content_losses": np.ones(2),
        "content_losses_of_styles": np.ones(2),
        "srresnet_images": pictures(side=16),
        "bicubic_images": pictures(side=16),
        "srgan_features": rng.normal(size=(n, width)).astype(np.float32),
        "srresnet_features": rng.normal(size=(n, width)).astype(np.float32) + 1,
        "bicubic_features": rng.normal(size=(n, width)).astype(np.float32) + 2,
        "text_nats": rng.exponential(size=n).astype(np.float32),
        "train_text": np.arange(5000) % 7,
        "test_text": np.arange(n + 1) % 7,
        "text_vocabulary": np.array(list(" abcdef")),
        "written_text": np.array([["zz abcdef", "zz zz"], ["a abcdef xyz ", "abcdef abcdef abcdef"]]),
        "written_temperatures": np.array([0.5, 1.0]),
    }


def only(*names: str) -> dict[str, np.ndarray]:
    arrays = everything()
    return {name: arrays[name] for name in names}


def test_all_arrays_give_all_metrics_as_plain_finite_numbers():
    found = measured(everything(), ["the critic has won"])
    everyone = (
        *CLASSIFIER,
        *ATTRIBUTES,
        *MODES,
        *BOUNDS,
        *AUTOENCODER,
        *GENERATOR,
        *CONDITIONAL,
        *TRANSLATION,
        *CAPTIONS,
        *PAINTING,
        *TEXT,
        *SUPER_RESOLUTION,
    )
    assert set(found) == {*everyone, "stability_flags"}
    assert set(found) == {metric.name for measure in MEASURES for metric in measure.metrics}
    assert all(type(value) in (int, float) for value in found.values())
    whole = {name for name, value in found.items() if type(value) is int}
    assert whole == {"active_units", "frechet_n", "frechet_n_ab", "frechet_n_ba", "stability_flags", *TEXT[-2:]}
    assert json.loads(json.dumps(found, allow_nan=False)) == found


def test_the_order_does_not_depend_on_the_order_of_the_arrays_and_the_values_repeat():
    arrays = everything()
    backwards = dict(reversed(arrays.items()))
    assert list(measured(arrays).items()) == list(measured(backwards).items())


def test_nothing_in_nothing_out():
    assert evaluate({}) == ({}, [])
    assert evaluate({"array_of_a_later_model": np.zeros(3)}) == ({}, [])


def test_the_data_alone_have_no_metrics():
    data = ("test_images", "test_labels", "test_attributes", "train_images", "train_labels", "reference_features")
    assert evaluate(only(*data, "test_features")) == ({}, [])


@pytest.mark.parametrize(
    ("names", "metrics"),
    [
        (["test_images", "test_labels", "test_logits"], CLASSIFIER),
        (["test_elbo"], ["elbo"]),
        (["test_images", "test_reconstructions"], ["reconstruction_mse", "sharpness_reconstructions"]),
        (["test_codes", "test_labels"], ["nmi", "ari"]),
        (["test_codes", "train_codes", "test_images"], []),  # codes of images without labels
        (["noisy_images", "denoised_images"], []),
        (["reference_features", "sample_features"], ["frechet", "frechet_n"]),
        (["reference_features", "test_features"], []),  # a judge's own features, no generator
        (["samples", "test_images"], ["diversity", "sharpness"]),
        (["sample_labels", "sample_predictions"], ["label_accuracy"]),
        (["sample_predictions", "test_labels"], MODES),
        (["sample_labels", "sample_predictions", "test_labels"], ["label_accuracy", *MODES]),
        (["sample_predictions"], []),
        (["transfer_predictions"], []),
        (["transfer_predictions", "transfer_labels"], ["transfer_accuracy"]),
        (["anomaly_baseline", "anomaly_labels"], ["anomaly_auroc_baseline"]),
        (["translation_predictions_ba", "translation_targets_ba"], ["target_accuracy_ba"]),
        (["translation_sources_ab", "cycled_ab"], []),
        (["translation_sources_ab", "translation_sources_ba", "cycled_ab", "cycled_ba"], CYCLE),
        (["translation_reference_ab", "translation_features_ab"], []),
        (["translated_ab", "translation_truth_ab"], ["psnr", "ssim"]),
        (["srresnet_images", "translation_truth_ab"], ["psnr_srresnet", "ssim_srresnet"]),
        (["srresnet_features", "srgan_features", "bicubic_features", "test_features"], ENLARGED[:6]),
        (["translated_ab", "srresnet_images", "bicubic_images"], []),
        (["text_nats"], ["bits_per_char", "perplexity"]),
        (["text_nats", "test_text", "train_text", "text_vocabulary"], TEXT[:5]),
        (["written_text", "written_temperatures", "test_text", "train_text", "text_vocabulary"], TEXT[5:]),
        (["written_text", "written_temperatures"], []),
        (["test_attribute_logits", "test_attributes"], ["accuracy", "accuracy_majority"]),
        (["test_rotation_logits"], ["rotation_accuracy"]),
        (["attribute_before", "attribute_after"], ["attribute_effect"]),
        (["attribute_before"], []),
    ],
)
def test_what_is_there_decides(names, metrics):
    assert list(measured(only(*names))) == metrics


def test_pca_needs_the_training_images():
    names = ("test_images", "test_reconstructions", "test_codes")
    assert "pca_mse" not in measured(only(*names))
    assert "pca_mse" in measured(only(*names, "train_images"))


def test_every_measure_uses_what_it_asks_for_and_gives_what_it_says():
    # One that reads an array it does not list would fail with KeyError for a model that lacks it.
    arrays = {**everything(), "findings": np.array([], np.str_)}
    for measure in MEASURES:
        listed = {metric.name for metric in measure.metrics}
        bare = measure.function({name: arrays[name] for name in measure.needs})
        full = measure.function({name: arrays[name] for name in (*measure.needs, *measure.uses)})
        assert set(bare) <= set(full) == listed
        assert bare


def test_values_come_from_the_right_arrays():
    a = everything()
    logits_of_attributes = a.pop("test_attribute_logits")  # a judge of attributes has an accuracy too
    found = measured(a)
    assert found["accuracy"] == (a["test_logits"].argmax(axis=1) == a["test_labels"]).mean()
    right = a["test_rotation_logits"].argmax(axis=2) == np.arange(4)[:, None]
    assert found["rotation_accuracy"] == right.mean()
    assert found["elbo"] == pytest.approx(a["test_elbo"].mean(), rel=1e-14)
    assert found["iwae_bound"] == pytest.approx(a["test_iwae"].mean(), rel=1e-14)
    assert found["reconstruction_mse"] == images.mse(a["test_images"], a["test_reconstructions"])
    assert found["denoising_psnr_gain"] == pytest.approx(
        images.psnr(a["test_images"], a["denoised_images"]) - images.psnr(a["test_images"], a["noisy_images"])
    )
    assert found["sharpness"] == sharpness.sharpness(a["samples"], a["test_images"])
    assert found["sharpness_reconstructions"] == sharpness.sharpness(a["test_reconstructions"], a["test_images"])
    for metric, name in {
        "frechet": "sample_features",
        "frechet_real": "test_features",
        "frechet_noise": "noise_features",
        "frechet_untrained": "untrained_features",
    }.items():
        expected = frechet.frechet_distance(a["reference_features"], a[name])
        assert found[metric] == pytest.approx(expected, rel=1e-9)
    expected = prdc.prdc(real=a["test_features"], fake=a["sample_features"], k=5)
    assert {name: found[name] for name in expected} == expected
    assert found["frechet_n"] == 40
    assert found["label_accuracy"] == (a["sample_labels"] == a["sample_predictions"]).mean()
    others = a["transfer_labels"][:, None] != np.arange(3)
    assert found["transfer_accuracy"] == (a["transfer_predictions"] == np.arange(3))[others].mean()
    assert found["anomaly_auroc"] == auroc(a["anomaly_scores"], a["anomaly_labels"])
    assert found["anomaly_auroc_baseline"] == auroc(a["anomaly_baseline"], a["anomaly_labels"])
    assert found["target_accuracy_ab"] == (a["translation_predictions_ab"] == 1).mean()
    assert found["target_accuracy_ba"] == (a["translation_predictions_ba"] == 0).mean()
    both = [images.l1(a[f"translation_sources_{way}"], a[f"cycled_{way}"]) for way in ("ab", "ba")]
    assert found["cycle_l1"] == pytest.approx(np.mean(both), rel=1e-14)
    a_to_b = images.nearest_l1(a["translation_sources_ab"], a["translation_sources_ba"])
    b_to_a = images.nearest_l1(a["translation_sources_ba"], a["translation_sources_ab"])
    assert found["domain_distance"] == pytest.approx((a_to_b + b_to_a) / 2, rel=1e-14)
    for metric, name in {"frechet": "features", "frechet_real": "real", "frechet_left": "left"}.items():
        for way in ("ab", "ba"):
            expected = frechet.frechet_distance(a[f"translation_{name}_{way}"], a[f"translation_reference_{way}"])
            assert found[f"{metric}_{way}"] == pytest.approx(expected, rel=1e-9)
    assert found["psnr"] == images.psnr(a["translated_ab"], a["translation_truth_ab"])
    assert found["ssim"] == images.ssim(a["translated_ab"], a["translation_truth_ab"])
    assert found["psnr_bicubic"] == images.psnr_bicubic(a["translation_sources_ab"], a["translation_truth_ab"])
    truth = a["translation_truth_ab"]
    assert found["psnr_srresnet"] == images.psnr(a["srresnet_images"], truth)
    assert found["ssim_srresnet"] == images.ssim(a["srresnet_images"], truth)
    for kind, array in zip(KINDS, ("translated_ab", "srresnet_images", "bicubic_images"), strict=True):
        expected = frechet.frechet_distance(a[f"{kind}_features"], a["test_features"])
        assert found[f"frechet_enlarged_{kind}"] == pytest.approx(expected, rel=1e-9)
        assert found[f"sharpness_enlarged_{kind}"] == sharpness.sharpness(a[array], truth)
        assert found[f"feature_distance_{kind}"] == feature_distance(a[f"{kind}_features"], a["test_features"])
    assert found["bits_per_char"] == pytest.approx(a["text_nats"].mean() / np.log(2), rel=1e-6)
    assert found["perplexity"] == pytest.approx(np.exp(a["text_nats"].mean()), rel=1e-6)
    # At temperature 1: "abcdef xyz" and, without what may be cut off, "abcdef".
    assert found["known_words"] == pytest.approx(2 / 3) and found["known_words_real"] == 1
    assert found["longest_copy"] == found["longest_copy_real"] == 20
    of_classes = diversity(a["samples"], a["test_images"], a["sample_labels"], a["test_labels"])
    assert found["diversity"] == of_classes != diversity(a["samples"], a["test_images"])
    assert found["modes_covered"] == modes_covered(a["sample_predictions"], 3)
    rise = a["attribute_after"] - a["attribute_before"]
    assert found["attribute_effect"] == pytest.approx(rise.mean(), abs=1e-6)
    of_attributes = measured(only("test_attribute_logits", "test_attributes"))
    assert of_attributes["accuracy"] == attribute_accuracy(logits_of_attributes, a["test_attributes"])


def test_findings_are_counted_where_training_was_watched():
    arrays = only("test_elbo")
    assert measured(arrays, []) == {**measured(arrays), "stability_flags": 0}
    assert measured(arrays, ["mode collapse", "the critic has won"])["stability_flags"] == 2


def test_denoising_that_helps_gains_decibels():
    clean = everything()["test_images"]
    noisy, denoised = clean // 2, clean - clean // 10
    found = measured({"test_images": clean, "noisy_images": noisy, "denoised_images": denoised})
    assert found["denoising_psnr_gain"] > 10.0


def test_frechet_and_what_it_is_read_beside_use_one_number_of_images():
    a = everything()
    a["noise_features"] = a["noise_features"][:25]
    found = measured(a)
    assert found["frechet_n"] == 25
    assert found["frechet"] == pytest.approx(
        frechet.frechet_distance(a["sample_features"][:25], a["reference_features"]), rel=1e-9
    )


def test_precision_and_recall_use_as_many_fakes_as_reals():
    a = only("test_features", "sample_features")
    a["test_features"] = a["test_features"][:30]
    assert measured(a) == prdc.prdc(a["test_features"], a["sample_features"][:30])


def test_modes_count_a_class_that_the_test_set_lacks():
    labels, found = np.array([0, 1, 1, 0]), np.array([0, 1, 2, 3])
    assert measured({"test_labels": labels, "sample_predictions": found}) == {
        "modes_covered": modes_covered(found, 4),
        "label_entropy": label_entropy(found, 4),
    }


def test_a_class_of_a_split_of_its_own_is_not_missed():
    labels, found = np.array([0, 5, 5, 0]), np.array([0, 5, 5, 5])
    assert measured({"test_labels": labels, "sample_predictions": found})["modes_covered"] == 1.0


def test_captions_seen_and_held_out():
    found = np.array([0, 1, 1, 2])
    arrays = {
        "sample_predictions": found,
        "sample_caption_labels": np.array([0, 1, 2, 2]),
        "held_out_predictions": found,
        "held_out_labels": np.array([3, 1, 3, 3]),
        "held_out_real_predictions": found,
        "held_out_real_labels": found,
        "caption_ranks": np.array([1.0, 3.0, 2.0, 50.0]),
        "caption_ranks_real": np.array([1.0, 2.0]),
    }
    assert measured(arrays) == {
        "caption_accuracy": 0.75,
        "caption_accuracy_held_out": 0.25,
        "caption_accuracy_held_out_real": 1.0,
        "caption_rank": 14.0,
        "caption_rank_median": 2.5,
        "caption_rank_real": 1.5,
    }


def test_diversity_is_within_the_class_that_a_caption_asks_for():
    a = everything()
    del a["sample_labels"]
    labels = 2 - a["test_labels"]
    asked = measured({**a, "sample_caption_labels": labels})["diversity"]
    assert asked == diversity(a["samples"], a["test_images"], labels, a["test_labels"])


def test_codes_and_answers_belong_to_the_first_labels():
    a = everything()
    longer = {name: np.concatenate([a[name], np.full(9, 2)]) for name in ("test_labels", "train_labels")}
    assert measured({**a, **longer}) == measured(a)
    shuffled = {**a, "train_labels": a["train_labels"][::-1]}
    assert measured(shuffled)["knn_accuracy"] != measured(a)["knn_accuracy"]


def test_a_feature_distance_is_a_share_of_that_between_different_images():
    truth = np.array([[0.0, 0.0], [2.0, 0.0], [0.0, 2.0], [2.0, 2.0]])  # squared distances of pairs: 4, 4, 8 twice
    assert feature_distance(truth, truth) == 0
    assert feature_distance(truth + np.ones(2), truth) == pytest.approx(2 / ((4 * 4 + 2 * 8) / 6))
    others = np.random.default_rng(0).normal(size=(2, 4000, 5))
    assert feature_distance(*others) == pytest.approx(1, abs=0.05)


def test_images_that_are_not_enlarged_have_no_bicubic():
    a = only("translation_sources_ab", "translation_truth_ab")
    a["translation_truth_ab"] = a["translation_sources_ab"]
    assert evaluate(a) == ({}, [])


def test_labels_of_one_class_are_no_labels():
    arrays = everything()
    arrays["test_labels"], arrays["train_labels"] = np.zeros(40, int), np.zeros(60, int)
    del arrays["test_attributes"]
    found, left_out = evaluate(arrays)
    assert "reconstruction_mse" in found
    assert {"accuracy", "knn_accuracy", "linear_probe_accuracy", "nmi", "ari"}.isdisjoint(found)
    assert "Accuracy: needs images of at least 2 classes, there is 1" in left_out
    assert len(left_out) == 5  # accuracy, neighbours, probe, clusters, modes


FEW = {
    "knn_accuracy": ({"train_codes": np.zeros((4, 2))}, "Nearest-neighbour accuracy: needs at least 5 rows of train"),
    "nmi": ({"test_codes": np.zeros((1, 2))}, "NMI of clusters, ARI of clusters: needs codes of at least 2 classes"),
    "frechet": ({"sample_features": np.zeros((1, 6))}, "Fréchet distance: needs at least 2 rows"),
    "recall": ({"sample_features": np.zeros((5, 6))}, "Precision, Recall, Density, Coverage: needs at least 6 rows"),
    "anomaly_auroc": ({"anomaly_labels": np.zeros(40, bool)}, "Anomaly AUROC: needs both anomalies and normal images"),
    "active_units": (
        {"code_means": np.zeros((1, 2))},
        "Active units: needs at least 2 rows of code_means, there are 1",
    ),
    "ssim": (
        {
            name: np.zeros((4, 8, 8, 1), np.uint8)
            for name in ("translated_ab", "translation_truth_ab", "srresnet_images", "bicubic_images")
        },
        "SSIM: needs",
    ),
    "transfer_accuracy": (
        {"transfer_predictions": np.zeros((5, 1), int), "transfer_labels": np.zeros(5, int)},
        "Transfer accuracy: needs at least 2 classes",
    ),
}


@pytest.mark.parametrize("name", FEW)
def test_too_few_data_leave_out_a_metric_and_nothing_else_with_it(name):
    change, note = FEW[name]
    found, left_out = evaluate({**everything(), **change})
    assert name not in found
    assert [line for line in left_out if line.startswith(note)]
    assert {"elbo", "reconstruction_mse", "label_accuracy", "sharpness"} <= set(found)


def test_one_image_of_each_class_has_no_diversity_but_sharpness():
    arrays = {**only("samples", "test_images", "sample_labels"), "test_labels": np.arange(40)}
    found, left_out = evaluate(arrays)
    assert list(found) == ["sharpness"]
    assert left_out == ["Diversity: needs at least 2 different real images, within a class, there are none"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"test_elbo": np.array([1.0, np.nan])}, "test_elbo: test_elbo: contains NaN"),
        ({"sample_features": np.zeros((40, 7))}, "reference_features, sample_features: different widths"),
        ({"test_reconstructions": np.zeros((3, 8, 8, 1), np.uint8)}, "test_reconstructions, test_images: "),
        ({"anomaly_labels": np.full(40, 2)}, "anomaly_scores, anomaly_labels: positives"),
        ({"test_logits": np.zeros((40, 2))}, "test_logits, test_labels: labels: 2 has no column"),
        ({"test_labels": np.arange(20) % 3}, "samples, test_images: different lengths"),
    ],
)
def test_errors_name_the_arrays(change, message):
    with pytest.raises(ValueError, match="^" + re.escape(message)):
        evaluate({**everything(), **change})


def test_a_metric_that_is_not_finite_is_refused():
    # Each value is finite, their sum is not.
    with pytest.raises(ValueError, match=r"^test_elbo: elbo is inf$"), np.errstate(over="ignore"):
        evaluate({"test_elbo": np.full(4, 1.7e308)})


def test_the_arrays_are_left_as_they_were():
    arrays = everything()
    for array in arrays.values():
        array.flags.writeable = False  # as memory-mapped ones are
    measured(arrays)


def run(code: str, **environment: str) -> str:
    paths = os.pathsep.join([str(SCRIPTS), str(Path(__file__).parent)])
    env = {**os.environ, "PYTHONPATH": paths, **environment}
    return subprocess.run([sys.executable, "-c", code], env=env, check=True, capture_output=True, text=True).stdout


def test_the_bytes_do_not_depend_on_the_number_of_threads():
    code = (
        "import json; from latent_atlas.evaluation import evaluate;"
        "from test_metrics_evaluate import everything;"
        "print(json.dumps(evaluate(everything(600, width=300))))"
    )
    one, two = (run(code, OMP_NUM_THREADS=n, OPENBLAS_NUM_THREADS=n) for n in ("1", "2"))
    assert one == two


def test_starting_loads_neither_tensorflow_nor_scikit_learn():
    code = "import sys, latent_atlas.evaluation; print(*(m for m in sys.modules if '.' not in m))"
    assert {"tensorflow", "keras", "sklearn", "skimage", "pandas"}.isdisjoint(run(code).split())
