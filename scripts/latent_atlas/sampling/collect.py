"""Runs every ability of a model and names the results; figures and metrics follow from the names alone."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from latent_atlas import model as abilities
from latent_atlas.compiled import Compiled
from latent_atlas.latents import has_plane, surface, to_uint8
from latent_atlas.sampling.attributes import attribute_arithmetic, attribute_predictions
from latent_atlas.sampling.context import Arrays, Context

_SIDE, _SIDE_PER_LABEL = 20, 12  # cells along an edge of the manifold, for one and for a model with labels
_LINES, _STOPS = 6, 12  # interpolations drawn, and images in each
_TRANSFERS = 100  # test images whose style is transferred to every label
_STYLED = 6  # images whose styles are shown
_PSIS = np.array([-1, -0.7, -0.4, 0, 0.4, 0.7, 1, 1.3], np.float32)  # truncations shown
_NOISE_DRAWS = 100  # from which the deviation of each pixel is estimated


def collect(context: Context) -> Arrays:
    """All arrays of one experiment, beginning with the test images they refer to."""
    arrays: Arrays = {
        "label_names": np.array(context.data.label_names, dtype=np.str_),
        "test_images": np.asarray(context.test.images),
        "test_labels": np.asarray(context.test.labels),
    }
    for needed, sampler in _SAMPLERS:
        if all(isinstance(context.model, ability) for ability in needed):
            print(f"sampling: {sampler.__name__}")
            arrays |= sampler(context)
    return arrays


def classifications(context: Context) -> Arrays:
    """``test_logits`` (n, labels)."""
    return {"test_logits": Compiled(context.model.logits)(context.test.images)}


def codes(context: Context) -> Arrays:
    """``test_codes``, ``train_codes`` (n, latent_dim) and ``train_labels``."""
    return {
        "test_codes": context.test_codes,
        "train_codes": context.train_codes,
        "train_labels": np.asarray(context.train.labels),
    }


def posterior_means(context: Context) -> Arrays:
    """``code_means`` (n, latent_dim): codes that a prior was imposed on, so that a latent can fall silent."""
    return {"code_means": context.test_codes}


def reconstructions(context: Context) -> Arrays:
    """``test_reconstructions``, image by image."""
    return {"test_reconstructions": to_uint8(context.decode(context.test_codes, context.test.labels))}


def interpolations(context: Context) -> Arrays:
    """``interpolations`` (lines, stops, h, w, c): straight lines between the codes of pairs of test images.

    Where labels steer the decoder, both ends have the same label.
    """
    images, labels = context.test.images, np.asarray(context.test.labels)
    generator = context.random("interpolations")
    if context.model.conditional:
        shown = np.unique(labels)[np.linspace(0, len(np.unique(labels)) - 1, _LINES).round().astype(int)]
        ends = np.array([generator.choice(np.flatnonzero(labels == label), 2, replace=False) for label in shown])
    else:
        ends = generator.choice(len(images), (_LINES, 2), replace=False)
    codes = context.test_codes[ends]
    weights = np.linspace(0, 1, _STOPS, dtype=np.float32)[None, :, None]
    path = (1 - weights) * codes[:, :1] + weights * codes[:, 1:]
    decoded = context.decode(path.reshape(_LINES * _STOPS, -1), np.repeat(labels[ends[:, 0]], _STOPS))
    return {"interpolations": to_uint8(decoded).reshape(_LINES, _STOPS, *images.shape[1:])}


def manifold(context: Context) -> Arrays:
    """``manifold`` (rows, columns, h, w, c), with labels (labels, rows, columns, h, w, c); see `latents.plane`.

    ``latent_torus``, of the same shape, where the space has too many dimensions for a plane; see `latents.torus`.
    """
    side = _SIDE_PER_LABEL if context.model.conditional else _SIDE
    grid = surface(side, side, context.model.latent_dim)
    count = context.data.spec.labels if context.model.conditional else 1
    latents = np.tile(grid.reshape(-1, context.model.latent_dim), (count, 1))
    labels = np.repeat(np.arange(count, dtype=np.int32), len(latents) // count)
    images = to_uint8(context.decode(latents, labels))
    leading = (count,) if context.model.conditional else ()
    name = "manifold" if has_plane(context.model.latent_dim) else "latent_torus"
    return {name: images.reshape(*leading, *grid.shape[:2], *images.shape[1:])}


def generated(context: Context) -> Arrays:
    """``samples`` from the prior, and what the judge makes of them beside real images, noise and an untrained model.

    ``sample_labels`` are the labels asked for, if labels steer the model; ``sample_predictions`` the judge's, if it
    knows classes.
    """
    count = context.samples
    latents = context.random("latents").standard_normal((count, context.model.latent_dim), np.float32)
    labels = context.labels(count)
    samples = to_uint8(context.decode(latents, labels))
    arrays: Arrays = {"samples": samples}
    if context.model.conditional:
        arrays["sample_labels"] = labels
    if context.judge is None:
        return arrays
    noise = context.random("noise").integers(0, 256, samples.shape, np.uint8)
    untrained = to_uint8(Compiled(context.untrained.decode)(latents, labels))
    if isinstance(context.judge, abilities.Classifies):
        arrays["sample_predictions"] = context.judge_labels(samples)
    return arrays | {
        "sample_features": context.judge_features(samples),
        "noise_features": context.judge_features(noise),
        "untrained_features": context.judge_features(untrained),
        "test_features": context.judge_features(context.test.images),
        "reference_features": context.judge_features(context.train.images),
    }


def transfers(context: Context) -> Arrays:
    """``transfers`` (k, labels, h, w, c): the code of each ``transfer_sources`` decoded with every label.

    ``transfer_predictions`` (k, labels) is what the judge takes them for.
    """
    if not context.model.conditional:
        return {}
    sources, codes = context.test.images[:_TRANSFERS], context.test_codes[:_TRANSFERS]
    count = context.data.spec.labels
    targets = np.tile(np.arange(count, dtype=np.int32), len(codes))
    decoded = to_uint8(context.decode(np.repeat(codes, count, axis=0), targets))
    arrays = {"transfer_sources": np.asarray(sources), "transfers": decoded.reshape(-1, count, *sources.shape[1:])}
    if isinstance(context.judge, abilities.Classifies):
        arrays["transfer_predictions"] = context.judge_labels(decoded).reshape(-1, count)
    return arrays


def truncation(context: Context) -> Arrays:
    """``truncation_sweep`` (images, psis, h, w, c) at each of ``truncation_psis`` (Karras et al. 2019, appendix B)."""
    latents = context.random("truncation").standard_normal((_STYLED, context.model.latent_dim), np.float32)
    styles, synthesize = _styling(context)
    every_latent, every_psi = np.repeat(latents, len(_PSIS), axis=0), np.tile(_PSIS, _STYLED)
    images = synthesize(styles(every_latent, every_psi), same_noise=len(_PSIS))
    return {"truncation_sweep": images.reshape(_STYLED, len(_PSIS), *images.shape[1:]), "truncation_psis": _PSIS}


def style_mixing(context: Context) -> Arrays:
    """``style_mixing`` (ranges, rows, columns, h, w, c): the styles of a column in some layers, of a row elsewhere.

    ``style_mixing_rows``, ``style_mixing_columns`` are the images mixed; ``style_mixing_layers`` (ranges, 2) the first
    layer that takes the column's style and the one where it ends: coarse (4x4 and 8x8), middle, fine (figure 3).
    """
    latents = context.random("style mixing").standard_normal((2 * _STYLED, context.model.latent_dim), np.float32)
    styles, synthesize = _styling(context)
    pure = styles(latents, np.ones(len(latents), np.float32))
    count = context.model.style_layers
    middle = (4 + count) // 2
    ranges = np.array([(0, min(4, count)), (min(4, count), middle), (middle, count)], np.int32)
    rows, columns = np.repeat(pure[:_STYLED], _STYLED, axis=0), np.tile(pure[_STYLED:], (_STYLED, 1, 1))
    mixed = []
    for first, last in ranges:
        layer = np.arange(count)[:, None]
        images = synthesize(np.where((layer >= first) & (layer < last), columns, rows), same_noise=_STYLED**2)
        mixed.append(images.reshape(_STYLED, _STYLED, *images.shape[1:]))
    sources = synthesize(pure, same_noise=2 * _STYLED)
    return {
        "style_mixing": np.stack(mixed),
        "style_mixing_rows": sources[:_STYLED],
        "style_mixing_columns": sources[_STYLED:],
        "style_mixing_layers": ranges,
    }


def noise_variation(context: Context) -> Arrays:
    """``noise_draws`` (images, draws, h, w, c): one style each, fresh noise (Karras et al. 2019, figure 4).

    ``noise_deviation`` (images, h, w) float32: the standard deviation of each pixel over more draws, images in [0, 1].
    """
    latents = context.random("noise variation").standard_normal((_STYLED, context.model.latent_dim), np.float32)
    styles, synthesize = _styling(context)
    every = np.repeat(styles(latents, np.ones(_STYLED, np.float32)), _NOISE_DRAWS, axis=0)
    images = synthesize(every, same_noise=1).reshape(_STYLED, _NOISE_DRAWS, *context.data.spec.shape)
    deviation = (images / 255.0).std(axis=1).mean(axis=-1)
    return {"noise_draws": images[:, :_STYLED], "noise_deviation": deviation.astype(np.float32)}


def _styling(context: Context) -> tuple[Compiled, Callable[..., NDArray[np.uint8]]]:
    """The two halves of a generator by style. ``same_noise`` neighbours in the second's argument share their noise."""
    draw = Compiled(context.model.synthesize)

    def synthesize(styles: NDArray[np.float32], same_noise: int) -> NDArray[np.uint8]:
        noise = np.stack([np.full(len(styles), context.seed), np.arange(len(styles)) // same_noise], axis=1)
        return to_uint8(draw(styles, noise.astype(np.int32)))

    return Compiled(context.model.styles), synthesize


def denoised(context: Context) -> Arrays:
    """``noisy_images`` and ``denoised_images``, image by image."""
    noise = context.random("denoising").standard_normal(context.test.images.shape, np.float32)
    noisy = to_uint8(context.test.images / 255.0 + context.model.noise_stddev * noise)
    return {"noisy_images": noisy, "denoised_images": to_uint8(Compiled(context.model.denoise)(noisy))}


def anomalies(context: Context) -> Arrays:
    """``anomaly_scores`` (n,), and whether each image is of the class held out: ``anomaly_labels`` (n,) bool."""
    return {
        "anomaly_scores": Compiled(context.model.anomaly_score)(context.test.images),
        "anomaly_labels": np.asarray(context.test.labels) == context.model.held_out_label,
    }


def likelihood_bounds(context: Context) -> Arrays:
    """``test_elbo`` and ``test_iwae`` (n,), nats per image, on test images binarised by one Bernoulli draw each."""
    if not context.model.binary:
        return {}
    shown = context.test.head(context.likelihood_images)
    uniform = context.random("binarize").random(shown.images.shape, np.float32)
    binary = (uniform < shown.images / 255.0).astype(np.float32)
    log_weight = Compiled(lambda images, labels, seed: context.model.log_weight(images, labels, seed[0]))
    log_weights = np.empty((context.importance_samples, len(binary)))
    for sample in range(context.importance_samples):
        seeds = np.tile(np.array([context.seed, sample], np.int32), (len(binary), 1))
        log_weights[sample] = log_weight(binary, shown.labels, seeds)
    peak = log_weights.max(axis=0)
    return {
        "test_elbo": log_weights.mean(axis=0),
        "test_iwae": peak + np.log(np.exp(log_weights - peak).mean(axis=0)),
    }


_SAMPLERS: list[tuple[tuple[type, ...], Callable[[Context], Arrays]]] = [
    ((abilities.Classifies,), classifications),
    ((abilities.Encodes,), codes),
    ((abilities.Encodes, abilities.Generates), posterior_means),
    ((abilities.Encodes, abilities.Decodes), reconstructions),
    ((abilities.Encodes, abilities.Decodes), interpolations),
    ((abilities.Encodes, abilities.Decodes), transfers),
    ((abilities.Decodes,), manifold),
    ((abilities.Generates,), generated),
    ((abilities.NamesAttributes,), attribute_predictions),
    ((abilities.Encodes, abilities.Generates), attribute_arithmetic),
    ((abilities.MixesStyles,), truncation),
    ((abilities.MixesStyles,), style_mixing),
    ((abilities.MixesStyles,), noise_variation),
    ((abilities.Denoises,), denoised),
    ((abilities.DetectsAnomalies,), anomalies),
    ((abilities.BoundsLikelihood,), likelihood_bounds),
]
