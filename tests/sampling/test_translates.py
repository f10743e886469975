"""What is kept of translations: features of the right images on the target's side."""

from types import SimpleNamespace
from typing import Any

import numpy as np

from latent_atlas import model as abilities
from latent_atlas.backend import tf
from latent_atlas.sampling import translates
from latent_atlas.sampling.context import Context


class Brighter(abilities.Translates):
    """Adds ten grey levels; `sources` may halve the images' sides first."""

    condition = None
    translations = (abilities.Translation("ab", "domain_a", "domain_b"),)

    def __init__(self, halves: bool) -> None:
        self.step = 2 if halves else 1

    def sources(self, images: Any) -> Any:
        return images[:, :: self.step, :: self.step]

    def translate(self, name: str, images: Any, seeds: Any) -> Any:
        whole = tf.repeat(tf.repeat(images, self.step, axis=1), self.step, axis=2)
        return whole + 10 / 255


class Judge(abilities.Judges):
    """Sees the first pixel."""

    def features(self, images: Any) -> Any:
        return 255 * images[:, 0, 0, :]


class Rows(dict[str, Any]):
    def head(self, count: int) -> "Rows":
        return self


def grey(*levels: int) -> np.ndarray:
    return np.array(levels, np.uint8)[:, None, None, None].repeat(2, axis=1).repeat(2, axis=2)


def features(halves: bool, entry: dict[str, int] | None = None) -> dict[str, list[int]]:
    splits = {
        "train": Rows(domain_a=grey(1, 2, 3), domain_b=grey(101, 102)),
        "test": Rows(domain_a=grey(4, 5), domain_b=grey(104, 105, 106)),
    }
    data: Any = SimpleNamespace(split=lambda name: splits[name], entry=lambda name: entry or {})
    found = translates.features(Context(Brighter(halves), None, Judge(), data, 0, 100, 1, 1, shown=10))
    return {name: array.ravel().round().astype(int).tolist() for name, array in found.items()}


def test_features_are_of_the_translations_the_target_and_the_sources() -> None:
    assert features(halves=False, entry={"label": 0}) == {
        "translation_features_ab": [14, 15],
        "translation_reference_ab": [101, 102],
        "translation_real_ab": [104, 105, 106],
        "translation_left_ab": [4, 5],
    }


def test_sources_that_are_no_domain_are_not_shown_to_the_judge() -> None:
    assert "translation_left_ab" not in features(halves=False)
    assert "translation_left_ab" not in features(halves=True)
