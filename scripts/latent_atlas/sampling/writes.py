"""What a language model writes, and how surprised it is by text that it has not read, beside models that only count."""

import lzma
import re

import numpy as np

from latent_atlas.backend import tf
from latent_atlas.compiled import Compiled
from latent_atlas.conditions import Texts
from latent_atlas.sampling.context import Arrays, Context, require
from latent_atlas.sampling.ngrams import ngram_bits_per_char

_TEMPERATURES = np.array([0.5, 0.8, 1.0, 1.2], np.float32)
_TEXTS, _LENGTH = 3, 400  # for each temperature, and their characters
_WINDOW = 256  # characters that are predicted at once, after at least as many before them
_ORDERS = range(1, 7)  # of the n-grams
_COUNTED = 1_000_000  # characters that n-grams count and the compressor has seen: the last ones of the training text
_WORD = re.compile(r"[^\W\d_]{2,}")


def samples(context: Context) -> Arrays:
    """``written_text`` (temperatures, texts) str at each of ``written_temperatures``, with what they begin with.

    ``written_copies``, alike, is the longest passage of each that stands in the last million characters of
    the training text word for word; ``written_words`` (temperatures,) is the share of the words that occur there.
    """
    texts = Texts(context.data, context.split)
    prompts = tf.constant(texts.prompts(context.model.prompt, _TEXTS))
    write = tf.function(lambda heat, seed: context.model.write(prompts, heat, seed, _LENGTH))
    written = [
        [texts.read(line) for line in write(tf.constant(heat), tf.constant(seed)).numpy()]
        for heat, seed in zip(_TEMPERATURES, context.seeds(len(_TEMPERATURES)), strict=True)
    ]
    read = texts.read(context.data.split("train")[texts.column][-_COUNTED:])
    known = set(_WORD.findall(read))
    words = [_WORD.findall(" ".join(each)) for each in written]
    return {
        "written_text": np.array([[context.model.prompt + text for text in each] for each in written], np.str_),
        "written_temperatures": _TEMPERATURES,
        "written_copies": np.array([[longest_copy(text, read) for text in each] for each in written], np.str_),
        "written_words": np.array([np.mean([word in known for word in each]) if each else 0.0 for each in words]),
    }


def longest_copy(text: str, origin: str) -> str:
    """The longest passage of a text that stands in ``origin``; the first of several."""
    best = ""
    for start in range(len(text)):
        while start + len(best) < len(text) and text[start : start + len(best) + 1] in origin:
            best = text[start : start + len(best) + 1]
    return best


def surprise(context: Context) -> Arrays:
    """``text_nats`` (n,): -log p of test characters, each given at least the 256 before it, where there are so many."""
    text = np.asarray(_predicted(context, Texts(context.data, context.split)), np.int32)
    window = min(_WINDOW, (len(text) - 1) // 2)
    starts = np.arange(0, len(text) - 2 * window, window)
    nats = Compiled(context.model.nats)(text[starts[:, None] + np.arange(2 * window + 1)])
    return {"text_nats": np.concatenate([nats[0, :window], nats[:, window:].ravel()]).astype(np.float32)}


def yardsticks(context: Context) -> Arrays:
    """Bits per character of the same test text by counting: ``ngram_bits`` (orders,) from order 1 on.

    ``compressed_bits`` () is how much longer the training text becomes for xz if the test text is added to it.
    """
    texts = Texts(context.data, context.split)
    read, test = (
        texts.read(np.asarray(part))
        for part in (context.data.split("train")[texts.column][-_COUNTED:], _predicted(context, texts))
    )
    compressed = [len(lzma.compress(text.encode(), preset=lzma.PRESET_EXTREME)) for text in (read, read + test)]
    return {
        "ngram_bits": np.array([ngram_bits_per_char(read, test, order) for order in _ORDERS]),
        "compressed_bits": np.array(8 * (compressed[1] - compressed[0]) / len(test)),
    }


def _predicted(context: Context, texts: Texts) -> np.ndarray:
    text = context.data.split(context.split)[texts.column][: context.samples * _WINDOW + 1]
    require(len(text) - 1, 2, "test characters after the first")
    return text
