"""Test images through the model and back."""

from latent_atlas.metrics.checks import Array
from latent_atlas.metrics.detection import auroc
from latent_atlas.metrics.entries import Among, Direction, Measure, Metric, Theme
from latent_atlas.metrics.images import mse, psnr
from latent_atlas.metrics.pca import pca_mse
from latent_atlas.metrics.sharpness import sharpness

_AMONG = (Among.LATENTS, Among.CONDITION)


def _denoising(noisy: Array, denoised: Array, truth: Array) -> float:
    before, after = psnr(noisy, truth), psnr(denoised, truth)
    return after - before


def _pca(_: Array, images: Array, codes: Array, training: Array) -> float:
    return pca_mse(training, images, codes.shape[1])


MEASURES = (
    Measure.of(mse, ("test_reconstructions", "test_images"), Metric(
        "reconstruction_mse", "Squared error", Direction.DOWN,
        "Mean squared difference between the pixels of test images and of their reconstructions. Pixels lie "
        "between 0 (black) and 1 (white).",
        tolerance=(0.0, 0.15), digits=4, among=_AMONG, alone="Squared reconstruction error",
    )),
    Measure.of(_pca, ("test_reconstructions", "test_images", "test_codes", "train_images"), Metric(
        "pca_mse", "… of PCA", Direction.NONE,
        "The same error if the code is made by principal component analysis with as many dimensions, fitted to "
        "training images: what is possible without a neural network.",
        tolerance=(0.0, 0.15), digits=4, alone="Squared error of PCA",
    )),
    Measure.of(sharpness, ("test_reconstructions", "test_images"), Metric(
        "sharpness_reconstructions", "Sharpness", Direction.ONE,
        "How much fine detail the reconstructions have, as a share of that of real images: below 1 they are "
        "blurred, above 1 they are noisy.",
        tolerance=(0.1, 0.25), digits=2, among=(Among.REAL_DETAIL, *_AMONG), alone="Sharpness of reconstructions",
    )),
    Measure.of(_denoising, ("noisy_images", "denoised_images", "test_images"), Metric(
        "denoising_psnr_gain", "Denoising gain", Direction.UP,
        "Noise was added to test images, and the model was to remove it. This is how much nearer to the originals "
        "the images are afterwards, in decibels of the peak signal-to-noise ratio: 10 dB are a tenth of the "
        "squared error (Vincent et al. 2008).",
        tolerance=(0.7, 0.0), digits=1, unit="dB", among=_AMONG,
    )),
    Measure.of(auroc, ("anomaly_scores", "anomaly_labels"), Metric(
        "anomaly_auroc", "Anomaly AUROC", Direction.UP,
        "One class was held out from training. This is the chance that an image of that class is reconstructed "
        "worse than one of a class seen, so that its error gives it away: 0.5 is guessing, 1 is perfect (Sakurada "
        "& Yairi 2014).",
        tolerance=(0.03, 0.0), digits=3, among=_AMONG,
    )),
    Measure.of(auroc, ("anomaly_baseline", "anomaly_labels"), Metric(
        "anomaly_auroc_baseline", "… without a model", Direction.NONE,
        "The same chance if images are scored by how far they are from the mean training image: how strange the "
        "held-out class looks without any model. Only what a model reaches above this is its own merit.",
        tolerance=(0.03, 0.0), digits=3, alone="Anomaly AUROC without a model",
    )),
)  # fmt: skip

THEME = Theme(
    "reconstruction",
    "Reconstruction",
    "Test images, turned into a code and back. A longer code can keep more of an image, so only models with the same "
    "number of latents are compared.",
    MEASURES,
)
