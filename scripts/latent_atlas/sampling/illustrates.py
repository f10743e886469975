"""Images from captions: many of one caption, one word changed, from one caption to another, captions of the user's."""

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from latent_atlas.compiled import Compiled
from latent_atlas.conditions import Conditions
from latent_atlas.errors import TooFewError
from latent_atlas.latents import to_uint8
from latent_atlas.prepared.captions import UNKNOWN, Captions, split_words
from latent_atlas.sampling.context import Arrays, Context

DRAWS = 8  # images of one caption
CAPTIONS = 6  # whose images are shown
STOPS = 9  # from one caption to another
CANDIDATES = 100  # captions among which an image's own is ranked
SHOWN = 24  # images of held-out pairs
_AXES = ("colour", "shape")
_WORDS = {  # where the dataset does not say which words are colours, and which shapes
    "colour": ("white", "yellow", "orange", "red", "pink", "purple", "violet", "blue", "green", "brown"),
    "shape": ("round", "rounded", "oval", "pointed", "pointy", "long", "thin", "wide", "large", "small"),
}


def asked_for(context: Context) -> Arrays:
    """``sample_caption_labels`` (n,): the class of the image whose caption each sample was asked for by."""
    return {"sample_caption_labels": context.conditions.drawn_labels(context.samples)}


def held_out(context: Context) -> Arrays:
    """What becomes of captions of classes that are in no training image; nothing without such captions.

    ``held_out_predictions``, ``held_out_labels`` (n,): what the judge takes each image for, and the class of the image
    whose caption it was drawn from; ``held_out_real_predictions`` (k,), ``held_out_real_labels`` (k,) of real images.
    ``held_out_samples`` (m, h, w, c), ``held_out_captions`` (m,) str are the first.
    """
    if not context.data.has_split("held_out"):
        return {}
    rows, conditions = context.data.split("held_out"), Conditions(context.model, context.data, SHOWN, "held_out")
    latents = _latents(context, "held-out captions", context.samples)
    images = to_uint8(context.decode(latents, *conditions.draw(context.samples)))
    return {
        "held_out_predictions": context.judge_labels(images),
        "held_out_labels": conditions.drawn_labels(context.samples),
        "held_out_real_predictions": context.judge_labels(np.asarray(rows["images"])),
        "held_out_real_labels": np.asarray(rows["labels"]),
        "held_out_samples": images[:SHOWN],
        "held_out_captions": np.array(conditions.drawn_captions(SHOWN), np.str_),
    }


def ranks(context: Context) -> Arrays:
    """``caption_ranks``, ``caption_ranks_real`` (n,): the place of an image's own caption among `CANDIDATES`.

    1 if no caption is nearer to the image, by the model's own joint embedding; captions that are equally near count
    half. The others are captions of other images, and other sentences. The first are of samples, the second of real
    images of the split.
    """
    (asked,), (real,) = context.conditions.draw(context.samples), context.conditions.of(context.test)
    embed, embed_images = Compiled(context.model.embed), Compiled(context.model.embed_images)
    pool = embed(real)

    def places(images: NDArray[np.uint8], captions: NDArray[np.int32]) -> NDArray[np.float64]:
        generator, found = context.random("caption ranks"), []
        for row, (image, own, caption) in enumerate(zip(embed_images(images), embed(captions), captions, strict=True)):
            different = (real != caption).any(axis=1)
            different[row % len(real)] = False
            others = np.flatnonzero(different)
            if len(others) < CANDIDATES - 1:
                raise TooFewError(f"needs {CANDIDATES} different captions, there are {len(others) + 1}")
            scores, score = pool[generator.choice(others, CANDIDATES - 1, replace=False)] @ image, own @ image
            found.append(1 + (scores > score).sum() + 0.5 * (scores == score).sum())
        return np.array(found)

    return {
        "caption_ranks": places(context.generated, asked),
        "caption_ranks_real": places(np.asarray(context.test["images"]), real),
    }


def many_draws(context: Context) -> Arrays:
    """``caption_draws`` (captions, draws, h, w, c): some captions, and the same latents for each of them.

    ``caption_draws_of`` (captions,) str are the sentences.
    """
    sentences = context.conditions.drawn_captions(CAPTIONS)
    return {"caption_draws": _draws(context, sentences), "caption_draws_of": np.array(sentences, np.str_)}


def own_captions(context: Context) -> Arrays:
    """``own_draws`` (captions, draws, h, w, c) of the captions in params.yaml; nothing if there are none.

    ``own_captions`` (captions,) str; ``own_notes`` (captions,) str say which words the model does not know, and where
    a sentence was cut off.
    """
    if not context.captions:
        return {}
    known: Captions = context.validation["captions"]
    notes = [_note(sentence, known) for sentence in context.captions]
    for sentence, note in zip(context.captions, notes, strict=True):
        print(f"caption {sentence[:80]!r}: {note or 'all words are known'}")
    return {
        "own_draws": _draws(context, context.captions),
        "own_captions": np.array(context.captions, np.str_),
        "own_notes": np.array(notes, np.str_),
    }


def _note(sentence: str, known: Captions) -> str:
    """What the model does not see of a sentence."""
    words = split_words(sentence)
    used = words[: known.length]
    unknown = [word for word, number in zip(used, known.tokenise([sentence])[0], strict=False) if number == UNKNOWN]
    parts = [f"unknown: {', '.join(dict.fromkeys(unknown))}"] if unknown else []
    if len(words) > len(used):
        parts.append(f"cut off after {len(used)} of {len(words)} words")
    return "; ".join(parts)


def changed_words(context: Context) -> Arrays:
    """``word_changes`` (shapes, colours, h, w, c): one latent, one caption; along each axis one of its words changes.

    ``word_change_columns``, ``word_change_rows`` str are the words, ``word_change_caption`` (1,) the sentence with a
    gap for each. ``word_change_new`` (shapes, colours) bool: whether no training caption has both words.
    """
    words = {axis: _axis_words(context, axis) for axis in _AXES}
    parts = _template(context, words)
    columns, rows = words["colour"], words["shape"]
    sentences = [
        "".join({"colour": colour, "shape": shape}.get(part, part) for part in parts)
        for shape in rows
        for colour in columns
    ]
    latents = np.repeat(_latents(context, "changed words", 1), len(sentences), axis=0)
    images = to_uint8(context.decode(latents, _tokens(context, sentences)))
    return {
        "word_changes": images.reshape(len(rows), len(columns), *images.shape[1:]),
        "word_change_columns": np.array(columns, np.str_),
        "word_change_rows": np.array(rows, np.str_),
        "word_change_caption": np.array(["".join(f"[{part}]" if part in _AXES else part for part in parts)]),
        "word_change_new": ~_together(context, rows, columns),
    }


def _axis_words(context: Context, axis: str) -> list[str]:
    """The words of an axis that the model knows: those of the dataset's attributes, or common ones."""
    groups = context.data.entry("attributes").get("groups", {}) if "attributes" in context.data.spec else {}
    known = set(context.validation["captions"].words)
    found = [word for word in groups.get(axis, _WORDS[axis]) if word in known]
    if len(found) < 2:
        raise TooFewError(f"needs captions with at least 2 words for {axis}, there are {len(found)}")
    return found


def _template(context: Context, words: dict[str, list[str]]) -> list[str]:
    """The shortest test caption that has one word of each axis, in parts; those words replaced by their axis."""
    found = {word: axis for axis, each in words.items() for word in each}
    best: list[str] | None = None
    for sentence in context.conditions.drawn_captions(context.samples):
        parts = [found.get(part, part) for part in re.split(r"([^\W_]+)", sentence.lower())]
        if sorted(part for part in parts if part in _AXES) == sorted(_AXES) and (
            best is None or len(parts) < len(best)
        ):
            best = parts
    if best is None:
        raise TooFewError("needs a caption with one word for colour and one for shape, there is none")
    return best


def _together(context: Context, rows: list[str], columns: list[str]) -> NDArray[np.bool_]:
    """(rows, columns): whether both words stand in some training caption."""
    captions = context.data.split("train")["captions"]
    pairs = np.zeros((len(rows), len(columns)), bool)
    for image in range(len(captions)):
        for sentence in map(split_words, captions.of(image)):
            at = [[place for place, word in enumerate(axis) if word in sentence] for axis in (rows, columns)]
            pairs[np.ix_(*at)] = True
    return pairs


def between_captions(context: Context) -> Arrays:
    """``caption_paths`` (lines, stops, h, w, c): each line keeps its latent, between two captions' embeddings.

    ``caption_path_ends`` (lines, 2) str.
    """
    sentences = context.conditions.drawn_captions(2 * CAPTIONS)
    texts = Compiled(context.model.embed)(_tokens(context, sentences))
    shares = np.linspace(0, 1, STOPS, dtype=np.float32)[:, None]
    paths = np.concatenate([(1 - shares) * texts[i] + shares * texts[i + 1] for i in range(0, len(texts), 2)])
    latents = np.repeat(_latents(context, "between captions", CAPTIONS), STOPS, axis=0)
    images = to_uint8(Compiled(context.model.draw)(latents, paths))
    return {
        "caption_paths": images.reshape(CAPTIONS, STOPS, *images.shape[1:]),
        "caption_path_ends": np.array(sentences, np.str_).reshape(CAPTIONS, 2),
    }


def _draws(context: Context, sentences: Sequence[str]) -> NDArray[np.uint8]:
    latents = np.tile(_latents(context, "caption draws", DRAWS), (len(sentences), 1))
    images = to_uint8(context.decode(latents, np.repeat(_tokens(context, sentences), DRAWS, axis=0)))
    return images.reshape(len(sentences), DRAWS, *images.shape[1:])


def _tokens(context: Context, sentences: Sequence[str]) -> NDArray[np.int32]:
    return context.validation["captions"].tokenise(sentences)


def _latents(context: Context, purpose: str, count: int) -> NDArray[np.float32]:
    return context.random(purpose).standard_normal((count, context.model.latent_dim), np.float32)
