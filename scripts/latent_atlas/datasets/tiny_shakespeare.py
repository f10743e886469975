"""Tiny Shakespeare: the 1.1 MB of plays that character models are compared on (Karpathy 2015)."""

from pathlib import Path

from latent_atlas import datasets
from latent_atlas.datasets.families import texts
from latent_atlas.datasets.obtaining import File, obtain

TEXT = File(
    "text/tinyshakespeare.txt",
    "86c4e6aa9db7c042ec79f339dcb96d42b0075e16b8fc2e86bf0ca57e2dc565ed",
    1115394,
    tuple(
        f"{host}/karpathy/char-rnn{at}6f9487a6fe5b420b7ca9afb0d7c078e37c1d1b4e/data/tinyshakespeare/input.txt"
        for host, at in (("https://raw.githubusercontent.com", "/"), ("https://cdn.jsdelivr.net/gh", "@"))
    ),
)


class Options(datasets.Options):
    """What ``params.yaml`` may say of tiny Shakespeare: nothing."""


def fetch(options: Options, raw: Path, progress: datasets.Progress) -> None:
    """Downloads the text."""
    obtain(TEXT, raw, progress)


def prepare(options: Options, raw: Path, processed: Path, progress: datasets.Progress) -> None:
    """The usual split: 90% for training; the last tenth, which others validate on, in halves."""
    path = raw / "tinyshakespeare.txt"
    counts = texts.count(texts.read(path))
    lengths = texts.contiguous(int(counts.sum()), 0.05, 0.05)
    card = {
        "name": "tiny Shakespeare",
        "source": "https://github.com/karpathy/char-rnn",
        "licence": "public domain",
        "citation": "Karpathy, A. (2015), The unreasonable effectiveness of recurrent neural networks",
        "processing": "none",
        "split": f"contiguous, in characters: {lengths}",
    }
    texts.write(processed, texts.read(path), counts, lengths, 256, str(path), card)
