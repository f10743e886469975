"""How well text is predicted, and what is written."""

import math

import numpy as np

from latent_atlas.metrics.checks import as_vector
from latent_atlas.metrics.entries import Arrays, Direction, Measure, Metric, Metrics, Theme


def _prediction(arrays: Arrays) -> Metrics:
    nats = float(as_vector("text_nats", arrays["text_nats"]).mean())
    return {"bits_per_char": nats / math.log(2), "perplexity": math.exp(nats)}


def _counting(arrays: Arrays) -> Metrics:
    best = int(np.argmin(arrays["ngram_bits"]))
    return {
        "bits_per_char_ngram": float(arrays["ngram_bits"][best]),
        "ngram_order": best + 1,
        "bits_per_char_xz": float(arrays["compressed_bits"]),
    }


def _writing(arrays: Arrays) -> Metrics:
    plain = int(np.argmin(np.abs(arrays["written_temperatures"] - 1.0)))
    return {
        "words_known": float(arrays["written_words"][plain]),
        "longest_copy": max(len(str(copy)) for copy in arrays["written_copies"][plain]),
    }


MEASURES = (
    Measure(("text_nats",), _prediction, (
        Metric(
            "bits_per_char", "Bits per character", Direction.DOWN,
            "How surprising each next character is to the model, on average: −log2 of the probability that it gave to "
            "it. At 1 bit it is as unsure as between two equally likely characters.",
            tolerance=(0.0, 0.05), digits=3, unit="bits",
        ),
        Metric(
            "perplexity", "Perplexity", Direction.DOWN,
            "The same as a number of choices: 2 to the power of the bits. As unsure as between so many equally likely "
            "characters.",
            tolerance=(0.0, 0.1), digits=2,
        ),
    )),
    Measure(("ngram_bits", "compressed_bits"), _counting, (
        Metric(
            "bits_per_char_ngram", "… of the best n-gram", Direction.NONE,
            "The same for a model that only counts which character follows the last few (Kneser-Ney smoothing), for "
            "the length that predicts the test text best, from 1 to 6 characters. A network should do better.",
            tolerance=(0.0, 0.02), digits=3, unit="bits", alone="Bits per character of the best n-gram",
        ),
        Metric(
            "ngram_order", "its order", Direction.NONE,
            "The length of that n-gram, the predicted character included.", digits=0, note=True,
        ),
        Metric(
            "bits_per_char_xz", "… of xz", Direction.NONE,
            "How many bits a character of the test text adds to a compressed file that holds the training text (its "
            "last million characters) before it: what a program that copies repeated passages makes of it.",
            tolerance=(0.0, 0.02), digits=3, unit="bits", alone="Bits per character of xz",
        ),
    )),
    Measure(("written_temperatures", "written_words", "written_copies"), _writing, (
        Metric(
            "words_known", "Words that exist", Direction.UP,
            "Share of the words in texts written at temperature 1 that occur in the training text.",
            tolerance=(0.15, 0.0), digits=3,
        ),
        Metric(
            "longest_copy", "Longest copy", Direction.NONE,
            "The longest passage in these texts that stands in the training text word for word, in characters. A long "
            "one means that the model recites.",
            tolerance=(40.0, 0.5), digits=0,
        ),
    )),
)  # fmt: skip

THEME = Theme(
    "text",
    "Text",
    "How well the next character is predicted, in text that the model was not trained on, and what the model writes.",
    MEASURES,
)
