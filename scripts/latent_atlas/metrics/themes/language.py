"""How well text is predicted, and what is written."""

from collections.abc import Callable

import numpy as np

from latent_atlas.metrics.checks import Array, as_vector
from latent_atlas.metrics.copies import known_words, longest_copy
from latent_atlas.metrics.entries import Arrays, Direction, Measure, Metric, Metrics, Theme
from latent_atlas.metrics.ngrams import COUNTED, bits_per_char, compressed_bits, ngram_bits, spelled


def _bits(arrays: Arrays) -> Metrics:
    bits = bits_per_char(float(as_vector("text_nats", arrays["text_nats"]).mean()))
    return {"bits_per_char": bits, "perplexity": 2.0**bits}


def _yardsticks(nats: Array, test: Array, train: Array, vocabulary: Array) -> Metrics:
    test = test[: len(nats) + 1]
    compressed = compressed_bits(spelled(train, vocabulary), spelled(test[1:], vocabulary))
    best = min(ngram_bits(train, test, len(vocabulary)))
    return {"bits_per_char_ngram": best, **{f"bits_per_char_{name}": bits for name, bits in compressed.items()}}


def _written(measure: Callable[[list[str], str], float], name: str) -> Callable[[Arrays], Metrics]:
    """A measure of what was written at temperature 1, and of as much test text."""

    def measured(arrays: Arrays) -> Metrics:
        train, test = (spelled(arrays[f"{split}_text"], arrays["text_vocabulary"]) for split in ("train", "test"))
        at = int(np.abs(arrays["written_temperatures"] - 1).argmin())
        texts = [str(text) for text in arrays["written_text"][at]]
        starts = np.cumsum([0, *map(len, texts)])[:-1]
        real = [test[start : start + len(text)] for start, text in zip(starts, texts, strict=True)]
        return {name: measure(texts, train), f"{name}_real": measure(real, train)}

    return measured


_BOUND = f"Of the training text its last {COUNTED:,} characters are read."
_WRITTEN = ("written_text", "written_temperatures", "train_text", "test_text", "text_vocabulary")
MEASURES = (
    Measure(("text_nats",), _bits, (
        Metric(
            "bits_per_char", "Bits per character", Direction.DOWN,
            "How surprising each next character is to the model, on average: −log2 of the probability that it gave to "
            "it. At 1 bit it is as unsure as between two equally likely characters.",
            tolerance=(0.0, 0.05), digits=3, unit="bits",
        ),
        Metric(
            "perplexity", "Perplexity per character", Direction.DOWN,
            "Two to the power of the bits per character: between so many equally likely characters the model is as "
            "unsure as it is on average.",
            tolerance=(0.0, 0.08), digits=2,
        ),
    )),
    Measure(
        ("text_nats", "test_text", "train_text", "text_vocabulary"),
        lambda arrays: _yardsticks(
            *(arrays[name] for name in ("text_nats", "test_text", "train_text", "text_vocabulary"))
        ),
        (
            Metric(
                "bits_per_char_ngram", "Bits, best n-gram", Direction.NONE,
                "The same of the best of six n-gram models, which count how often each character follows the 0 to 5 "
                f"characters before it (Kneser-Ney smoothing). A network should be below. {_BOUND}",
                tolerance=(0.0, 0.01), digits=3, unit="bits",
            ),
            Metric(
                "bits_per_char_gzip", "Bits, gzip", Direction.NONE,
                "By how many bits per character a gzip file of the training text grows when the test text is added. "
                f"gzip remembers 32 kB. {_BOUND}",
                tolerance=(0.0, 0.02), digits=3, unit="bits",
            ),
            Metric(
                "bits_per_char_xz", "Bits, xz", Direction.NONE,
                f"The same of xz, which remembers 8 MB: it finds again whatever passage has been there. {_BOUND}",
                tolerance=(0.0, 0.02), digits=3, unit="bits",
            ),
        ),
    ),
    Measure(_WRITTEN, _written(known_words, "known_words"), (
        Metric(
            "known_words", "Words that exist", Direction.UP,
            "The share of words written at temperature 1 that occur in the training text. A model that only copies "
            f"reaches 1 too, so see the longest copy. {_BOUND}",
            tolerance=(0.05, 0.0), digits=3,
        ),
        Metric(
            "known_words_real", "Words that exist, test text", Direction.NONE,
            "The same share of as much test text: as high as it should be.",
            tolerance=(0.0, 0.01), digits=3,
        ),
    )),
    Measure(_WRITTEN, _written(longest_copy, "longest_copy"), (
        Metric(
            "longest_copy", "Longest copy", Direction.NONE,
            "The longest passage, in characters, written at temperature 1 that stands word for word in the training "
            f"text. Far above that of test text, the model recites what it has read. {_BOUND}",
            tolerance=(40.0, 0.5), digits=0,
        ),
        Metric(
            "longest_copy_real", "Longest copy, test text", Direction.NONE,
            "The same of as much test text: what of it had been in the training text anyhow.",
            tolerance=(0.0, 0.01), digits=0,
        ),
    )),
)  # fmt: skip

THEME = Theme(
    "text",
    "Text",
    "How well the next character is predicted, in text that the model was not trained on, and what it writes.",
    MEASURES,
)
