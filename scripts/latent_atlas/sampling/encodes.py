"""What codes are and what can be done with them: reconstruction, interpolation, transfer between classes."""

import numpy as np
from numpy.typing import NDArray

from latent_atlas.conditions import repeated
from latent_atlas.errors import TooFewError
from latent_atlas.latents import to_uint8
from latent_atlas.model import Classifies
from latent_atlas.sampling.context import Arrays, Context

_LINES, _STOPS = 6, 12  # interpolations drawn, and images in each
_TRANSFERS = 100  # test images whose style is transferred to every label


def codes(context: Context) -> Arrays:
    """``test_codes``, ``train_codes`` (n, latent_dim), of the first rows of either split."""
    return {"test_codes": context.test_codes, "train_codes": context.train_codes}


def posterior_means(context: Context) -> Arrays:
    """``code_means`` (n, latent_dim): codes that a prior was imposed on, so that a latent can be unused."""
    return {"code_means": context.test_codes}


def reconstructions(context: Context) -> Arrays:
    """``test_reconstructions``, image by image."""
    decoded = context.decode(context.test_codes, *context.conditions.of(context.test))
    return {"test_reconstructions": to_uint8(decoded)}


def interpolations(context: Context) -> Arrays:
    """``interpolations`` (lines, stops, h, w, c): straight lines between the codes of pairs of test images.

    Both ends have the same condition, where labels steer the decoder.
    """
    generator = context.random("interpolations")
    ends = _ends(context.conditions.groups(context.test, len(context.test_codes)), generator)
    codes = context.test_codes[ends]
    weights = np.linspace(0, 1, _STOPS, dtype=np.float32)[None, :, None]
    path = (1 - weights) * codes[:, :1] + weights * codes[:, 1:]
    own = tuple(array[ends[:, 0]] for array in context.conditions.of(context.test))
    decoded = context.decode(path.reshape(_LINES * _STOPS, -1), *repeated(own, _STOPS))
    return {"interpolations": to_uint8(decoded).reshape(_LINES, _STOPS, *decoded.shape[1:])}


def _ends(groups: NDArray[np.int64], generator: np.random.Generator) -> NDArray[np.int64]:
    """Two different rows of one group for each line, (lines, 2)."""
    counts = np.bincount(groups, minlength=1)
    large = np.flatnonzero(counts >= 2)
    if not len(large):
        raise TooFewError("needs two test images of one class, there is none with more than one")
    chosen = large[np.linspace(0, len(large) - 1, _LINES).round().astype(int)]
    return np.array([generator.choice(np.flatnonzero(groups == group), 2, replace=False) for group in chosen])


def transfers(context: Context) -> Arrays:
    """``transfers`` (k, labels, h, w, c): the code of each ``transfer_sources`` decoded with every label.

    ``transfer_labels`` (k,) are the sources' own labels, ``transfer_predictions`` (k, labels) what the judge takes the
    transfers for, if it knows classes.
    """
    sources, codes = context.test.head(_TRANSFERS), context.test_codes[:_TRANSFERS]
    count = context.data.spec.labels
    targets = np.tile(np.arange(count, dtype=np.int32), len(codes))
    decoded = to_uint8(context.decode(np.repeat(codes, count, axis=0), targets))
    arrays = {
        "transfer_sources": np.asarray(sources["images"]),
        "transfer_labels": np.asarray(sources["labels"]),
        "transfers": decoded.reshape(-1, count, *decoded.shape[1:]),
    }
    if isinstance(context.judge, Classifies):
        arrays["transfer_predictions"] = context.judge_labels(decoded).reshape(-1, count)
    return arrays
