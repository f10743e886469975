"""How well text is predicted."""

from latent_atlas.metrics.checks import as_vector
from latent_atlas.metrics.entries import Arrays, Direction, Measure, Metric, Metrics, Theme
from latent_atlas.metrics.ngrams import bits_per_char


def _bits(arrays: Arrays) -> Metrics:
    return {"bits_per_char": bits_per_char(float(as_vector("text_nats", arrays["text_nats"]).mean()))}


MEASURES = (
    Measure(("text_nats",), _bits, (
        Metric(
            "bits_per_char", "Bits per character", Direction.DOWN,
            "How surprising each next character is to the model, on average: −log2 of the probability that it gave to "
            "it. At 1 bit it is as unsure as between two equally likely characters.",
            tolerance=(0.0, 0.05), digits=3, unit="bits",
        ),
    )),
)  # fmt: skip

THEME = Theme(
    "text",
    "Text",
    "How well the next character is predicted, in text that the model was not trained on.",
    MEASURES,
)
