"""PCA as a yardstick, against a singular value decomposition by hand."""

import numpy as np
import pytest

from latent_atlas.errors import TooFewError
from latent_atlas.metrics import pca as module
from latent_atlas.metrics.pca import even_indices, pca_mse


def pictures(n: int, seed: int, side: int = 6) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return rng.integers(0, 256, size=(n, side, side, 1), dtype=np.uint8)


def by_svd(train: np.ndarray, test: np.ndarray, components: int) -> float:
    x, y = train.reshape(len(train), -1) / 255.0, test.reshape(len(test), -1) / 255.0
    axes = np.linalg.svd(x - x.mean(axis=0), full_matrices=False)[2][:components]
    centred = y - x.mean(axis=0)
    return float(((centred - centred @ axes.T @ axes) ** 2).mean())


@pytest.mark.parametrize("components", [1, 2, 8])
def test_agrees_with_a_singular_value_decomposition(components):
    train, test = pictures(60, 0), pictures(20, 1)
    assert pca_mse(train, test, components) == pytest.approx(by_svd(train, test, components), rel=1e-10)


def test_the_fast_solver_is_as_good_on_images_with_structure():
    # Large enough for scikit-learn to choose its randomised solver.
    rng = np.random.default_rng(0)
    basis = rng.normal(size=(12, 24 * 24)) * (0.5 ** np.arange(12))[:, np.newaxis]
    values = rng.normal(size=(700, 12)) @ basis + 0.1 * rng.normal(size=(700, 24 * 24))
    images = (255 * (values - values.min()) / np.ptp(values)).astype(np.uint8).reshape(700, 24, 24, 1)
    train, test = images[:600], images[600:]
    assert pca_mse(train, test, 4) == pytest.approx(by_svd(train, test, 4), rel=1e-3)
    assert pca_mse(train, test, 4) == pca_mse(train, test, 4)


def test_as_many_components_as_pixels_rebuild_everything():
    assert pca_mse(pictures(60, 0), pictures(20, 1), 500) == pytest.approx(0.0, abs=1e-20)


def test_it_generalises_from_the_training_images_only():
    train = np.zeros((10, 2, 2, 1), np.uint8)
    train[:, 0, 0, 0] = np.arange(10) * 20  # all variation in one pixel
    test = np.zeros((4, 2, 2, 1), np.uint8)
    test[:, 1, 1, 0] = 51  # ... and the test images differ in another
    assert pca_mse(train, test, 1) == pytest.approx(0.2**2 / 4, rel=1e-10)


def test_memory_mapped_images_are_subsampled_evenly(tmp_path, monkeypatch):
    np.save(tmp_path / "train.npy", pictures(100, 0))
    mapped = np.load(tmp_path / "train.npy", mmap_mode="r")
    test = pictures(5, 1)
    monkeypatch.setattr(module, "_MOST_IMAGES", 25)
    assert pca_mse(mapped, test, 3) == pytest.approx(by_svd(mapped[::4], test, 3), rel=1e-10)


def test_large_images_are_fitted_in_bounded_memory(monkeypatch):
    train, test = pictures(100, 0), pictures(5, 1)
    monkeypatch.setattr(module, "_MOST_VALUES", 20 * 36 + 35)
    assert pca_mse(train, test, 3) == pytest.approx(by_svd(train[::5], test, 3), rel=1e-10)


@pytest.mark.parametrize(
    ("length", "count"), [(10, 10), (10, 1), (10, 3), (19, 10), (60_000, 10_000), (10_001, 10_000)]
)
def test_even_indices_are_different_ascending_and_evenly_spread(length, count):
    indices = even_indices(length, count)
    steps = np.diff(indices)
    assert len(indices) == count
    assert indices[0] == 0
    assert indices[-1] < length
    assert count == 1 or (steps.min() >= 1 and np.ptp(steps) <= 1)
    assert length - indices[-1] <= -(-length // count)  # the rest behind the last is a step too


@pytest.mark.parametrize(
    ("train", "test", "components", "message"),
    [
        (pictures(9, 0), pictures(9, 1, side=5), 2, "different image shapes"),
        (pictures(9, 0), pictures(9, 1), 0, "components must be at least 1"),
    ],
)
def test_refusals(train, test, components, message):
    with pytest.raises(ValueError, match=message):
        pca_mse(train, test, components)


def test_no_training_images():
    with pytest.raises(TooFewError, match="needs at least 1 image of train_images"):
        pca_mse(pictures(9, 0)[:0], pictures(9, 1), 2)
