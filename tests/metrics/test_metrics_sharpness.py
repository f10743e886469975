"""Sharpness: what it must see (blur) and what it must not (contrast, brightness)."""

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from latent_atlas.errors import TooFewError
from latent_atlas.metrics import sharpness as module
from latent_atlas.metrics.sharpness import sharpness, sharpness_per_image


def discs(n: int = 6, side: int = 32, channels: int = 1) -> np.ndarray:
    """Bright discs of random place and size on dark ground, floats in [0.2, 0.8]."""
    rng = np.random.default_rng(0)
    y, x = np.mgrid[:side, :side]
    images = [
        np.hypot(y - rng.uniform(10, 22), x - rng.uniform(10, 22)) < rng.uniform(4, 9) for _ in range(n * channels)
    ]
    return 0.2 + 0.6 * np.stack(images, axis=-1).reshape(side, side, n, channels).transpose(2, 0, 1, 3)


def blurred(images: np.ndarray, sigma: float) -> np.ndarray:
    return gaussian_filter(images, (0, sigma, sigma, 0))


@pytest.mark.parametrize("channels", [1, 3])
def test_blur_lowers_it_and_more_blur_lowers_it_more(channels):
    real = discs(channels=channels)
    values = [sharpness(blurred(real, sigma), real) for sigma in (0.5, 1.0, 2.0)]
    assert 1.0 > values[0] > values[1] > values[2] > 0.0
    assert values[1] < 0.5


def test_contrast_and_brightness_do_not_matter():
    real = discs()
    assert sharpness(0.5 * real, real) == pytest.approx(1.0, rel=1e-12)
    assert sharpness(0.1 * real + 0.6, real) == pytest.approx(1.0, rel=1e-12)
    assert sharpness(1.0 - real, real) == pytest.approx(1.0, rel=1e-12)


def test_halved_contrast_survives_rounding_to_bytes():
    real = np.round(255 * discs()).astype(np.uint8)
    assert sharpness(real // 2, real) == pytest.approx(1.0, abs=0.02)


def test_bytes_are_the_same_images_as_floats():
    real = np.round(255 * discs()).astype(np.uint8)
    np.testing.assert_array_equal(sharpness_per_image(real), sharpness_per_image(real / 255.0))


def test_noise_is_called_sharper_than_real():
    real = discs()
    noise = np.random.default_rng(1).uniform(size=real.shape)
    assert sharpness(noise, real) > 1.5


def test_chequerboard_reaches_eight_inside():
    # Away from the border the Laplacian of a +-a chequerboard is -8 times it.
    board = np.indices((64, 64)).sum(axis=0)[np.newaxis, ..., np.newaxis] % 2 * 0.5
    assert 7.7 < sharpness_per_image(board)[0] < 8.0


def test_a_cosine_has_the_eigenvalue_of_the_laplacian():
    # cos(pi f (x + 1/2) / n) is an eigenvector under repeated edges, with eigenvalue 2 cos(pi f / n) - 2.
    n, f = 32, 5
    wave = 0.5 + 0.4 * np.cos(np.pi * f * (np.arange(n) + 0.5) / n)
    image = np.tile(wave, (1, n, 1))[..., np.newaxis]
    assert sharpness_per_image(image)[0] == pytest.approx(2 - 2 * np.cos(np.pi * f / n), rel=1e-10)
    turned = image.transpose(0, 2, 1, 3)
    assert sharpness_per_image(turned)[0] == pytest.approx(sharpness_per_image(image)[0], rel=1e-10)


def test_neither_images_nor_channels_leak_into_each_other():
    a = discs(4, channels=3)
    for index in range(4):
        assert sharpness_per_image(a[index : index + 1])[0] == sharpness_per_image(a)[index]
    swapped = a[..., ::-1]
    np.testing.assert_allclose(sharpness_per_image(swapped), sharpness_per_image(a), rtol=1e-12)


def test_blocks_do_not_change_the_result(monkeypatch):
    whole = sharpness_per_image(discs())
    monkeypatch.setattr(module, "_BLOCK", 4)
    np.testing.assert_array_equal(sharpness_per_image(discs()), whole)


def test_single_colours_have_none_and_rounding_is_not_detail():
    flat = np.full((2, 16, 16, 1), 90, np.uint8)
    flickering = flat.copy()
    flickering[:, ::4, ::4] += 1  # a grey image whose only structure is one grey level of rounding
    assert sharpness_per_image(flat).tolist() == [0.0, 0.0]
    assert sharpness_per_image(flickering).max() < 1.2


def test_as_sharp_as_itself():
    assert sharpness(discs(), discs()) == 1.0


def test_refusals():
    with pytest.raises(ValueError, match="different image shapes"):
        sharpness(discs(side=16), discs())
    with pytest.raises(TooFewError, match="single colour"):
        sharpness(discs(), np.zeros((2, 32, 32, 1)))
    with pytest.raises(ValueError, match=r"lie in \[0, 1\]"):
        sharpness(discs() * 255, discs())
