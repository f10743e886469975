"""A moving average of a generator's weights draws steadier images than the generator itself (Karras et al. 2018)."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from latent_atlas.backend import keras
    from latent_atlas.model import Tensor


def follow(pairs: "Iterable[tuple[keras.Variable, keras.Variable]]", decay: "float | Tensor") -> None:
    """Moves each average, the first of a pair, towards the weight that it follows: a <- decay a + (1 - decay) w."""
    for average, weight in pairs:
        average.assign(average + (1.0 - decay) * (weight - average))
