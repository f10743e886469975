"""Written text and its surprise, on a model of which every answer is known."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from latent_atlas import io, prepared
from latent_atlas.backend import tf
from latent_atlas.errors import AtlasError
from latent_atlas.model import Writes
from latent_atlas.prepared import characters
from latent_atlas.sampling import writes
from latent_atlas.sampling.context import Context


class Counter(Writes):
    """Writes the next character of the alphabet again and again; its surprise is how much it has read before."""

    def write(self, prompts: Any, temperature: Any, seed: Any, length: int) -> Any:
        return (prompts[:, -1:] + 1 + tf.range(length)) % 5

    def nats(self, text: Any) -> Any:
        return tf.ones_like(text[:, 1:], tf.float32) * tf.range(1.0, tf.cast(tf.shape(text)[1], tf.float32))


def context(folder: Path, text: str, **more: Any) -> Context:
    io.save_text(folder / "text.txt", text)
    characters.write_file(folder, folder / "text.txt", {"name": "a text"}, parts=(0.2, 0.5))
    fixed = {"seed": 0, "samples": 100, "importance_samples": 1, "likelihood_images": 1, "shown": 1}
    model = Counter()
    return Context(model=model, untrained=model, judge=None, data=prepared.load(folder), **fixed, **more)


def test_what_is_written_goes_on_from_the_prompt(tmp_path: Path) -> None:
    found = writes.samples(context(tmp_path, "abcde" * 300, prompt="ab"))
    assert found["written_prompt"].tolist() == ["ab"]
    assert found["written_text"].shape == (len(found["written_temperatures"]), 8)
    assert set(found["written_text"].ravel()) == {("cdeab" * 100)}


def test_without_a_prompt_it_goes_on_from_where_something_of_the_test_text_ends(tmp_path: Path) -> None:
    lines = ("abcd" * 15 + "\n") * 30
    assert writes.samples(context(tmp_path, lines))["written_prompt"][0].endswith("abcd\n")
    whole = writes.samples(context(tmp_path, "abcde" * 300))["written_prompt"][0]
    assert len(whole) == 200 and whole in "abcde" * 300


def test_a_prompt_is_composed_and_unknown_characters_are_named(tmp_path: Path) -> None:
    given = context(tmp_path, "\u00e9bcde" * 300, prompt="be\u0301")
    assert writes.samples(given)["written_prompt"].tolist() == ["b\u00e9"]
    with pytest.raises(AtlasError, match=r"evaluation: prompt: 'QZ' is not in the text; its characters are abcde$"):
        writes.samples(context(tmp_path, "abcde" * 300, prompt="aZQ"))


@pytest.mark.parametrize("length", [2, 3, 200, 513, 514, 700, 1200])
def test_each_character_is_predicted_once_with_256_before_it_or_all(length: int, tmp_path: Path) -> None:
    given = context(tmp_path, ("abcde" * 1000)[: 2 * max(length, 500)])
    cut = given.data.split("test")["text"][:length]
    given.__dict__["test"] = {"text": cut}
    known = writes.surprise(given)["text_nats"]
    assert known.shape == (length - 1,)
    place = np.arange(1, length)
    assert (known <= place).all() and (known >= np.minimum(place, 257)).all()
