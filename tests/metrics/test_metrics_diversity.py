"""Diversity, by hand."""

import numpy as np
import pytest

from latent_atlas.errors import TooFewError
from latent_atlas.metrics.diversity import diversity


def images(*values: int) -> np.ndarray:
    """Images (n, 2, 3, 1) of one grey level each."""
    return np.tile(np.array(values, np.uint8)[:, None, None, None], (1, 2, 3, 1))


def test_by_hand():
    assert diversity(images(0, 20), images(0, 40)) == 0.5
    assert diversity(images(0, 20, 0, 20), images(0, 40)) == 0.5  # the number of images does not matter
    assert diversity(images(7, 7, 7), images(0, 40)) == 0.0


def test_the_mean_is_taken_over_pixels():
    half = images(0, 40)
    half[:, 0] = 9
    assert diversity(half, images(0, 40)) == 0.5


def test_within_classes_one_image_of_each_is_no_diversity():
    collapsed, labels = images(0, 100, 0, 100), np.array([0, 1, 0, 1])
    real, real_labels = images(0, 10, 100, 110), np.array([0, 0, 1, 1])
    assert diversity(collapsed, real) > 0.9
    assert diversity(collapsed, real, labels, real_labels) == 0.0
    assert diversity(real, real, real_labels, real_labels) == 1.0
    # Deviations of 5 in one class and 0 in the other: sqrt((2 * 25 + 2 * 0) / 4) against 5.
    half = images(0, 10, 100, 100)
    assert diversity(half, real, real_labels, real_labels) == pytest.approx(np.sqrt(0.5))


def test_many_images_need_no_more_memory_and_give_the_deviation_numpy_does():
    rng = np.random.default_rng(0)
    fake, real = (rng.integers(0, high, (600, 4, 4, 3), dtype=np.uint8) for high in (90, 256))
    expected = fake.std(axis=0).mean() / real.std(axis=0).mean()
    assert diversity(fake, real) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: diversity(images(1, 2)[:, :1], images(1, 3)), "different image shapes"),
        (lambda: diversity(images(1, 2), images(1, 3), np.zeros(3, int), np.zeros(2, int)), "different lengths"),
        (lambda: diversity(np.zeros((2, 3)), np.zeros((2, 3))), "expected non-empty images"),
    ],
)
def test_refusals(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_real_images_that_do_not_differ_give_no_scale():
    with pytest.raises(TooFewError, match="needs at least 2 different real images, there are none"):
        diversity(images(1, 2), images(3, 3))
    one_of_each = np.arange(2)
    with pytest.raises(TooFewError, match="needs at least 2 different real images, within a class"):
        diversity(images(1, 2), images(3, 9), one_of_each, one_of_each)
