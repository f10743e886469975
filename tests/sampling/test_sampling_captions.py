"""Images from captions, by a model that paints its caption: red for "red", green for "green", and so on."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from latent_atlas import model as abilities
from latent_atlas.backend import tf
from latent_atlas.columns import Column, DataSpec
from latent_atlas.errors import TooFewError
from latent_atlas.prepared.captions import FIRST_WORD, Captions
from latent_atlas.sampling import illustrates, samplers
from latent_atlas.sampling.context import Context

WORDS = ("a", "round", "pointed", "red", "green", "blue", "thing")
COLOURS = ("red", "green", "blue")
LABELS = {(colour, shape): 2 * i + j for i, colour in enumerate(COLOURS) for j, shape in enumerate(WORDS[1:3])}


def captions(sentences: list[list[str]]) -> Captions:
    encoded = [sentence.encode() for image in sentences for sentence in image]
    offsets = np.cumsum([0, *map(len, encoded)])
    return Captions(np.frombuffer(b"".join(encoded), np.uint8), offsets, len(sentences[0]), WORDS, 6)


def rows(pairs: list[tuple[str, str]]) -> "Rows":
    sentences = [[f"a {colour} {shape} thing", f"a {shape} thing: {colour}"] for colour, shape in pairs]
    labels = np.array([LABELS[pair] for pair in pairs], np.int32)
    images = np.zeros((len(pairs), 2, 2, 3), np.uint8)
    for image, (colour, _) in zip(images, pairs, strict=True):
        image[..., COLOURS.index(colour)] = 255
    return Rows(images=images, labels=labels, captions=captions(sentences))


class Rows(dict[str, Any]):
    def head(self, count: int) -> "Rows":
        return Rows({name: column[:count] for name, column in self.items()})


class Painter(abilities.Illustrates):
    """Embeds what is said of red, green and blue; the first latent is the brightness."""

    condition = "captions"
    latent_dim = 1

    def embed(self, words: Any) -> Any:
        numbers = tf.constant([FIRST_WORD + WORDS.index(colour) for colour in COLOURS])
        return tf.cast(tf.reduce_any(words[:, :, None] == numbers, axis=1), tf.float32)

    def embed_images(self, images: Any) -> Any:
        return images[:, 0, 0]

    def draw(self, latents: Any, texts: Any) -> Any:
        return tf.tile((tf.sigmoid(latents) * texts)[:, None, None], (1, 2, 2, 1))


class Judge(abilities.Classifies):
    """Sees the colour, and takes everything for round."""

    def features(self, images: Any) -> Any:
        return images[:, 0, 0]

    def logits(self, images: Any) -> Any:
        return tf.reshape(tf.stack([images[:, 0, 0], images[:, 0, 0] - 1.0], axis=2), (-1, 6))


SPLITS = {
    "train": [("red", "round"), ("green", "round"), ("green", "pointed"), ("blue", "pointed")],
    "validation": [("red", "round"), ("green", "pointed")],
    "test": [("red", "round"), ("green", "round"), ("blue", "pointed")],
    "held_out": [("red", "pointed"), ("blue", "round")],
}


def context(own: tuple[str, ...] = (), **changed: Any) -> Context:
    splits = {name: rows(pairs) for name, pairs in {**SPLITS, **changed}.items()}
    spec = DataSpec.of_images((2, 2, 3), labels=6)
    data = SimpleNamespace(
        spec=DataSpec({**spec.columns, "captions": Column("captions", (6,), len(WORDS) + FIRST_WORD)}),
        split=lambda name: splits[name],
        has_split=lambda name: name in splits,
        names=lambda column: [],
    )
    return Context(Painter(), Painter(), Judge(), data, 0, 12, 1, 1, shown=10, captions=own)


def test_samples_know_the_class_of_the_image_whose_caption_they_show() -> None:
    assert illustrates.asked_for(context())["sample_caption_labels"].tolist() == [0, 2, 5] * 4


def test_captions_of_held_out_pairs_are_drawn_and_judged() -> None:
    arrays = illustrates.held_out(context())
    assert arrays["held_out_labels"].tolist() == [1, 4] * 6
    assert arrays["held_out_predictions"].tolist() == [0, 4] * 6  # red is seen, pointed is not
    assert arrays["held_out_real_labels"].tolist() == [1, 4]
    assert arrays["held_out_real_predictions"].tolist() == [0, 4]
    assert arrays["held_out_captions"][:2].tolist() == ["a red pointed thing", "a blue round thing"]
    assert len(arrays["held_out_samples"]) == 12
    without = context()
    without.data.has_split = lambda name: False
    assert illustrates.held_out(without) == {}


def test_a_caption_is_ranked_among_others_that_are_other_sentences(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(illustrates, "CANDIDATES", 3)
    # Both others of the red image are worse; a green one has one that is as good.
    pairs = [("red", "round"), ("green", "round"), ("green", "pointed")]
    ranks = illustrates.ranks(context(test=pairs))["caption_ranks_real"]
    assert ranks.tolist() == [1.0, 1.5, 1.5]
    monkeypatch.setattr(illustrates, "CANDIDATES", 4)
    with pytest.raises(TooFewError, match="needs 4 different captions, there are 3"):
        illustrates.ranks(context(test=pairs))


def test_one_caption_a_row_and_one_latent_a_column() -> None:
    arrays = illustrates.many_draws(context())
    shown = arrays["caption_draws"][..., 0, 0, :].astype(int)
    assert shown.shape == (illustrates.CAPTIONS, illustrates.DRAWS, 3)
    assert arrays["caption_draws_of"][1] == "a green round thing"
    assert (shown[0, :, 0] == shown[1, :, 1]).all() and (shown[0, :, 1:] == 0).all()
    assert len(np.unique(shown[0, :, 0])) == illustrates.DRAWS


def test_one_word_changes_along_each_axis() -> None:
    arrays = illustrates.changed_words(context())
    assert arrays["word_change_columns"].tolist() == ["red", "blue", "green"]
    assert arrays["word_change_rows"].tolist() == ["round", "pointed"]
    assert arrays["word_change_caption"].item() == "a [colour] [shape] thing"
    shown = arrays["word_changes"][..., 0, 0, :]
    assert shown.argmax(axis=-1).tolist() == [[0, 2, 1], [0, 2, 1]]
    assert len(np.unique(shown[shown > 0])) == 1  # one latent
    assert arrays["word_change_new"].tolist() == [[False, True, False], [True, False, False]]


def test_words_that_no_caption_has_are_left_out() -> None:
    given = context()
    for split in ("train", "validation", "test"):
        column = given.data.split(split)["captions"]
        given.data.split(split)["captions"] = Captions(
            column.text, column.offsets, column.per_image, ("a", "thing", "red"), 6
        )
    with pytest.raises(TooFewError, match="at least 2 words for colour, there are 1"):
        illustrates.changed_words(given)


def test_the_way_between_two_captions_is_straight_in_the_embedding() -> None:
    arrays = illustrates.between_captions(context())
    paths = arrays["caption_paths"][:, :, 0, 0].astype(float)
    assert arrays["caption_path_ends"][0].tolist() == ["a red round thing", "a green round thing"]
    whole = paths[0, 0, 0]
    assert paths[0, :, 0] == pytest.approx(whole * np.linspace(1, 0, illustrates.STOPS), abs=1)
    assert paths[0, :, 1] == pytest.approx(whole * np.linspace(0, 1, illustrates.STOPS), abs=1)


def test_the_users_captions_say_what_was_not_understood() -> None:
    own = ("a red thing", "a turquoise, very turquoise thing", "red " * 500, "a blue dragon " + "a " * 500)
    arrays = illustrates.own_captions(context(own))
    assert arrays["own_captions"].tolist() == list(own)
    assert arrays["own_notes"].tolist() == [
        "",
        "unknown: turquoise, very",
        "cut off after 6 of 500 words",
        "unknown: dragon; cut off after 6 of 503 words",
    ]
    shown = arrays["own_draws"][:, 0, 0, 0] > 0
    assert shown.tolist() == [[True, False, False], [False] * 3, [True, False, False], [False, False, True]]
    assert illustrates.own_captions(context()) == {}


def test_a_model_steered_by_captions_gives_all_of_it() -> None:
    arrays = samplers.collect(context(("a red thing",)))
    wanted = {
        name
        for sampler in samplers.SAMPLERS
        if sampler.condition == "captions" or abilities.Illustrates in sampler.abilities
        for name in sampler.gives
    }
    assert wanted - {"caption_ranks", "caption_ranks_real"} <= set(arrays)
    assert arrays["left_out"].tolist() == ["ranks: needs 100 different captions, there are 3"]
