"""The table of measures: what appears when, in which order, and with which arguments."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from latent_atlas.metrics import frechet, images, prdc, sharpness
from latent_atlas.metrics.attributes import attribute_accuracy
from latent_atlas.metrics.diversity import diversity
from latent_atlas.metrics.evaluate import MEASURES, evaluate
from latent_atlas.metrics.labels import label_entropy, modes_covered

SCRIPTS = Path(frechet.__file__).parents[2]

CLASSIFIER = ["accuracy"]
ATTRIBUTES = ["accuracy_majority", "attribute_effect"]
MODES = ["modes_covered", "label_entropy"]
CODES = ["knn_accuracy", "linear_probe_accuracy", "nmi", "ari", "anomaly_auroc", "denoising_psnr_gain"]
AUTOENCODER = ["reconstruction_mse", "pca_mse", "sharpness_reconstructions", *CODES]
BOUNDS = ["elbo", "iwae_bound", "active_units"]
FRECHET = ["frechet", "frechet_real", "frechet_noise", "frechet_untrained", "frechet_n"]
GENERATOR = [*FRECHET, "precision", "recall", "density", "coverage", "sharpness", "diversity"]


def everything(n: int = 40, width: int = 6) -> dict[str, np.ndarray]:
    """One consistent set of all the arrays there can be."""
    rng = np.random.default_rng(0)

    def pictures() -> np.ndarray:
        return rng.integers(0, 256, size=(n, 8, 8, 1), dtype=np.uint8)

    labels = np.arange(n) % 3
    return {
        "test_images": pictures(),
        "test_labels": labels,
        "train_labels": labels,
        "test_logits": rng.normal(size=(n, 3)),
        "test_reconstructions": pictures(),
        "train_codes": rng.normal(size=(n, 2)).astype(np.float32),
        "test_codes": rng.normal(size=(n, 2)).astype(np.float32),
        "anomaly_scores": rng.normal(size=n),
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
        "test_attribute_logits": rng.normal(size=(n, 4)),
        "test_attributes": rng.integers(0, 2, size=(n, 4), dtype=np.uint8),
        "attribute_before": rng.random((n, 4), np.float32),
        "attribute_after": rng.random((n, 4), np.float32),
    }


def train_images() -> np.ndarray:
    return np.random.default_rng(1).integers(0, 256, size=(60, 8, 8, 1), dtype=np.uint8)


def only(*names: str) -> dict[str, np.ndarray]:
    arrays = everything()
    return {name: arrays[name] for name in names}


def test_all_arrays_give_all_metrics_as_plain_finite_numbers():
    found = evaluate(everything(), train_images())
    assert set(found) == {
        *CLASSIFIER,
        *ATTRIBUTES,
        *MODES,
        *BOUNDS,
        *AUTOENCODER,
        *GENERATOR,
        "label_accuracy",
        "transfer_accuracy",
    }
    assert all(type(value) in (int, float) for value in found.values())
    assert {name for name, value in found.items() if type(value) is int} == {"active_units", "frechet_n"}
    assert json.loads(json.dumps(found, allow_nan=False)) == found


def test_the_order_does_not_depend_on_the_order_of_the_arrays_and_the_values_repeat():
    arrays = everything()
    backwards = dict(reversed(arrays.items()))
    assert list(evaluate(arrays, train_images()).items()) == list(evaluate(backwards, train_images()).items())


def test_nothing_in_nothing_out():
    assert evaluate({}, None) == {}
    assert evaluate({}, train_images()) == {}
    assert evaluate({"array_of_a_later_model": np.zeros(3)}, None) == {}


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
        (["samples", "test_images"], ["sharpness", "diversity"]),
        (["sample_labels", "sample_predictions"], ["label_accuracy"]),
        (["sample_predictions", "test_labels"], MODES),
        (["sample_labels", "sample_predictions", "test_labels"], ["label_accuracy", *MODES]),
        (["sample_predictions"], []),
        (["transfer_predictions"], ["transfer_accuracy"]),
        (["test_attribute_logits", "test_attributes"], ["accuracy", "accuracy_majority"]),
        (["attribute_before", "attribute_after"], ["attribute_effect"]),
        (["attribute_before"], []),
    ],
)
def test_what_is_there_decides(names, metrics):
    assert list(evaluate(only(*names), None)) == metrics


def test_pca_needs_the_training_images():
    arrays = only("test_images", "test_reconstructions", "test_codes")
    assert "pca_mse" not in evaluate(arrays, None)
    assert "pca_mse" in evaluate(arrays, train_images())


def test_every_measure_uses_what_it_asks_for():
    # A row that reads an array it does not list would fail with KeyError for a model that lacks it.
    arrays = {**everything(), "train_images": train_images()}
    for measure in MEASURES:
        assert measure.function({name: arrays[name] for name in measure.needs})


def test_values_come_from_the_right_arrays():
    a = everything()
    logits_of_attributes = a.pop("test_attribute_logits")  # a judge of attributes has an accuracy too
    found = evaluate(a, train_images())
    assert found["accuracy"] == (a["test_logits"].argmax(axis=1) == a["test_labels"]).mean()
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
    assert found["transfer_accuracy"] == (a["transfer_predictions"] == np.arange(3)).mean()
    of_classes = diversity(a["samples"], a["test_images"], a["sample_labels"], a["test_labels"])
    assert found["diversity"] == of_classes != diversity(a["samples"], a["test_images"])
    assert found["modes_covered"] == modes_covered(a["sample_predictions"], 3)
    rise = a["attribute_after"] - a["attribute_before"]
    assert found["attribute_effect"] == pytest.approx(rise.mean(), abs=1e-6)
    of_attributes = evaluate(only("test_attribute_logits", "test_attributes"), None)
    assert of_attributes["accuracy"] == attribute_accuracy(logits_of_attributes, a["test_attributes"])


def test_findings_are_counted_where_training_was_watched():
    arrays = only("test_elbo")
    assert evaluate(arrays, None, []) == {**evaluate(arrays, None), "stability_flags": 0}
    assert evaluate(arrays, None, ["mode collapse", "the critic has won"])["stability_flags"] == 2


def test_denoising_that_helps_gains_decibels():
    clean = train_images()
    noisy, denoised = clean // 2, clean - clean // 10
    found = evaluate({"test_images": clean, "noisy_images": noisy, "denoised_images": denoised}, None)
    assert found["denoising_psnr_gain"] > 10.0


def test_frechet_and_its_yardsticks_use_one_number_of_images():
    a = everything()
    a["noise_features"] = a["noise_features"][:25]
    found = evaluate(a, None)
    assert found["frechet_n"] == 25
    assert found["frechet"] == pytest.approx(
        frechet.frechet_distance(a["sample_features"][:25], a["reference_features"]), rel=1e-9
    )


def test_precision_and_recall_use_as_many_fakes_as_reals():
    a = only("test_features", "sample_features")
    a["test_features"] = a["test_features"][:30]
    assert evaluate(a, None) == prdc.prdc(a["test_features"], a["sample_features"][:30])


def test_modes_count_a_class_that_the_test_set_lacks():
    labels, found = np.array([0, 1, 1, 0]), np.array([0, 1, 2, 3])
    assert evaluate({"test_labels": labels, "sample_predictions": found}, None) == {
        "modes_covered": modes_covered(found, 4),
        "label_entropy": label_entropy(found, 4),
    }


def test_labels_of_one_class_are_no_labels():
    arrays = everything()
    arrays["test_labels"] = np.zeros(40, int)
    arrays["train_labels"] = np.zeros(40, int)
    del arrays["test_attributes"]
    found = evaluate(arrays, train_images())
    assert "reconstruction_mse" in found
    assert {"accuracy", "knn_accuracy", "linear_probe_accuracy", "nmi", "ari"}.isdisjoint(found)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"test_elbo": np.array([1.0, np.nan])}, "test_elbo: test_elbo: contains NaN"),
        ({"sample_features": np.zeros((40, 7))}, "reference_features, sample_features: different widths"),
        ({"test_reconstructions": np.zeros((3, 8, 8, 1), np.uint8)}, "test_reconstructions, test_images: "),
        ({"anomaly_labels": np.zeros(40, bool)}, "anomaly_scores, anomaly_labels: positives"),
        ({"test_logits": np.zeros((40, 2))}, "test_logits, test_labels: labels: 2 has no column"),
    ],
)
def test_errors_name_the_arrays(change, message):
    with pytest.raises(ValueError, match="^" + re.escape(message)):
        evaluate({**everything(), **change}, train_images())


def test_a_metric_that_is_not_finite_is_refused():
    # Each value is finite, their sum is not.
    with pytest.raises(ValueError, match=r"^test_elbo: elbo is inf$"), np.errstate(over="ignore"):
        evaluate({"test_elbo": np.full(4, 1.7e308)}, None)


def test_the_arrays_are_left_as_they_were():
    arrays, train = everything(), train_images()
    for array in [*arrays.values(), train]:
        array.flags.writeable = False  # as memory-mapped ones are
    evaluate(arrays, train)


def run(code: str, **environment: str) -> str:
    paths = os.pathsep.join([str(SCRIPTS), str(Path(__file__).parent)])
    env = {**os.environ, "PYTHONPATH": paths, **environment}
    return subprocess.run([sys.executable, "-c", code], env=env, check=True, capture_output=True, text=True).stdout


def test_the_bytes_do_not_depend_on_the_number_of_threads():
    code = (
        "import json; from latent_atlas.metrics.evaluate import evaluate;"
        "from test_metrics_evaluate import everything, train_images;"
        "print(json.dumps(evaluate(everything(600, width=300), train_images())))"
    )
    one, two = (run(code, OMP_NUM_THREADS=n, OPENBLAS_NUM_THREADS=n) for n in ("1", "2"))
    assert one == two


def test_starting_loads_neither_tensorflow_nor_scikit_learn():
    code = "import sys, latent_atlas.metrics.evaluate; print(*(m for m in sys.modules if '.' not in m))"
    assert {"tensorflow", "keras", "sklearn", "skimage", "pandas"}.isdisjoint(run(code).split())
