"""Squared error, PSNR, SSIM and bicubic enlargement."""

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from latent_atlas.errors import TooFewError
from latent_atlas.metrics import images as module
from latent_atlas.metrics.images import (
    PSNR_CEILING,
    enlarge_bicubic,
    l1,
    mse,
    mse_per_image,
    nearest_l1,
    psnr,
    psnr_bicubic,
    ssim,
)


def pictures(n: int = 3, side: int = 16, channels: int = 1, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return rng.integers(0, 256, size=(n, side, side, channels), dtype=np.uint8)


def test_mse_by_hand():
    first, second = np.zeros((2, 1, 2, 1), np.uint8), np.zeros((2, 1, 2, 1), np.uint8)
    second[0, 0, 0, 0], second[1] = 255, 51
    np.testing.assert_allclose(mse_per_image(first, second), [0.5, 0.04], rtol=1e-14)
    assert mse(first, second) == pytest.approx(0.27, rel=1e-14)
    assert l1(first, second) == pytest.approx((0.5 + 0.2) / 2, rel=1e-14)


def test_each_image_is_compared_with_its_nearest():
    def grey(*values: int) -> np.ndarray:
        return np.array(values, np.uint8)[:, None, None, None].repeat(2, axis=2)

    assert nearest_l1(grey(0, 255), grey(51, 102, 204)) == pytest.approx(0.2, rel=1e-6)
    assert nearest_l1(grey(51, 102, 204), grey(0, 255)) == pytest.approx((0.2 + 0.4 + 0.2) / 3, rel=1e-6)
    with pytest.raises(ValueError, match="shapes of an image"):
        nearest_l1(pictures(side=4), pictures(side=5))


def test_uint8_does_not_wrap_around():
    assert mse(np.full((1, 2, 2, 1), 10, np.uint8), np.full((1, 2, 2, 1), 20, np.uint8)) == pytest.approx(
        (10 / 255) ** 2, rel=1e-14
    )


def test_floats_and_bytes_are_the_same_images():
    a, b = pictures(), pictures(seed=1)
    assert mse(a / 255.0, b) == mse(a, b)
    assert psnr(a / 255.0, b) == psnr(a, b)


def test_blocks_do_not_change_the_result(monkeypatch):
    a, b = pictures(5), pictures(5, seed=1)
    whole = mse_per_image(a, b)
    monkeypatch.setattr(module, "_BLOCK", 2)
    np.testing.assert_array_equal(mse_per_image(a, b), whole)


def test_psnr_by_hand_is_the_mean_over_images_of_decibels():
    first, second = np.zeros((2, 4, 4, 3)), np.zeros((2, 4, 4, 3))
    second[0], second[1] = 0.1, 0.01  # 20 dB and 40 dB
    assert psnr(first, second) == pytest.approx(30.0, rel=1e-12)


def test_psnr_agrees_with_scikit_image():
    from skimage.metrics import peak_signal_noise_ratio

    a, b = pictures(channels=3), pictures(channels=3, seed=1)
    expected = np.mean([peak_signal_noise_ratio(x, y, data_range=255) for x, y in zip(a, b, strict=True)])
    assert psnr(a, b) == pytest.approx(expected, rel=1e-12)


def test_psnr_of_identical_images_is_the_ceiling_and_above_the_smallest_difference():
    a = pictures(1, side=64, channels=3)
    nearly = a.copy()
    nearly[0, 0, 0, 0] ^= 1  # one grey level in one value: the smallest difference there is
    assert psnr(a, a) == PSNR_CEILING
    assert psnr(a, nearly) == pytest.approx(20 * np.log10(255) + 10 * np.log10(a.size), rel=1e-12)
    assert psnr(a, nearly) < PSNR_CEILING


def test_ssim_of_constant_images_is_the_luminance_term():
    # Variances are 0, so only (2 m1 m2 + c1) / (m1^2 + m2^2 + c1) with c1 = 0.01^2 is left.
    a, b = np.full((2, 12, 12, 1), 0.2), np.full((2, 12, 12, 1), 0.8)
    assert ssim(a, b) == pytest.approx((2 * 0.16 + 1e-4) / (0.68 + 1e-4), rel=1e-6)


def test_ssim_is_the_papers_formula():
    # Wang et al. 2004, equations 13-16, over the positions at which the 11x11 window fits.
    a, b = pictures(1)[0, :, :, 0] / 255.0, pictures(1, seed=1)[0, :, :, 0] / 255.0

    def window(x):
        return gaussian_filter(x, 1.5, radius=5)[5:-5, 5:-5]

    m1, m2 = window(a), window(b)
    v1, v2, cov = window(a * a) - m1**2, window(b * b) - m2**2, window(a * b) - m1 * m2
    c1, c2 = 0.01**2, 0.03**2
    score = (2 * m1 * m2 + c1) * (2 * cov + c2) / ((m1**2 + m2**2 + c1) * (v1 + v2 + c2))
    assert ssim(a[None, ..., None], b[None, ..., None]) == pytest.approx(score.mean(), rel=1e-9)


def test_ssim_of_identical_noisy_and_inverted_images():
    ramp = np.tile(np.linspace(0, 1, 24), (2, 24, 1))[..., np.newaxis].repeat(3, axis=-1)
    noisy = np.clip(ramp + np.random.default_rng(0).normal(0, 0.1, ramp.shape), 0, 1)
    assert ssim(ramp, ramp) == pytest.approx(1.0, abs=1e-12)
    assert ssim(ramp, 1 - ramp) < ssim(ramp, noisy) < 0.9


def test_ssim_is_the_same_from_bytes_and_is_a_mean_over_images():
    a, b = pictures(channels=3), pictures(channels=3, seed=1)
    b[0] = a[0]
    assert ssim(a, b) == ssim(a / 255.0, b / 255.0)
    assert ssim(a, b) == pytest.approx(np.mean([ssim(a[i : i + 1], b[i : i + 1]) for i in range(3)]), rel=1e-12)


def test_ssim_takes_the_last_axis_as_colour():
    # With the right axis, colour images whose channels are all equal have the value of the grey image.
    a, b = pictures(), pictures(seed=1)
    assert ssim(a.repeat(3, axis=-1), b.repeat(3, axis=-1)) == pytest.approx(ssim(a, b), rel=1e-12)


def test_bicubic_keeps_a_constant_and_uses_keys_kernel():
    flat = np.full((1, 4, 4, 3), 77, np.uint8)
    assert (enlarge_bicubic(flat, 16, 8) == 77).all()
    # A step enlarged twice: at a quarter of a pixel beside the edge, Keys' weights with a = -0.5 overshoot.
    step = np.zeros((1, 1, 8, 1), np.uint8)
    step[..., 4:, :] = 200

    def keys(x):
        x = abs(x)
        return 1.5 * x**3 - 2.5 * x**2 + 1 if x <= 1 else -0.5 * x**3 + 2.5 * x**2 - 4 * x + 2 if x < 2 else 0.0

    positions = [(at + 0.5) / 2 - 0.5 for at in range(6, 12)]
    expected = [np.clip(sum(200 * keys(p - tap) for tap in range(4, 8)), 0, 255) for p in positions]
    assert max(expected) > 200  # the overshoot a linear filter lacks
    np.testing.assert_allclose(enlarge_bicubic(step, 2, 16)[0, 0, 6:12, 0], expected, atol=0.51)


def test_channels_are_enlarged_apart():
    image = np.zeros((1, 4, 4, 3), np.uint8)
    image[..., 1] = 90
    large = enlarge_bicubic(image, 8, 8)
    assert large.shape == (1, 8, 8, 3)
    assert (large == [0, 90, 0]).all()


def test_psnr_bicubic_is_the_psnr_of_the_enlargement():
    small, truth = pictures(side=8), pictures(side=16, seed=1)
    assert psnr_bicubic(small, truth) == psnr(enlarge_bicubic(small, 16, 16), truth)
    assert psnr_bicubic(truth, truth) == PSNR_CEILING


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: mse(pictures(), pictures(2)), "different shapes"),
        (lambda: mse(pictures()[0], pictures()[0]), r"shape \(n, H, W, C\)"),
        (lambda: mse(pictures().astype(int), pictures()), "uint8 or floats"),
        (lambda: mse(pictures().astype(float), pictures()), r"lie in \[0, 1\]"),
        (lambda: mse(pictures() / -255.0, pictures()), r"lie in \[0, 1\]"),
        (lambda: mse(pictures() * np.nan, pictures()), r"lie in \[0, 1\]"),
        (lambda: enlarge_bicubic(pictures(), 8, 16), "cannot enlarge"),
        (lambda: enlarge_bicubic(pictures() / 255.0, 32, 32), "expected uint8"),
    ],
)
def test_refusals(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_too_few_and_too_small():
    with pytest.raises(TooFewError, match="needs at least 1 image of first"):
        mse(pictures()[:0], pictures()[:0])
    with pytest.raises(TooFewError, match="at least 11 pixels"):
        ssim(pictures(side=10), pictures(side=10))
