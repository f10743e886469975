"""English prose that ships with Python: the topics of its interactive help, some 460,000 characters."""

import platform
from pathlib import Path
from pydoc_data.topics import topics

from latent_atlas import datasets
from latent_atlas.datasets.families import texts
from latent_atlas.io import save_text


class Options(datasets.Options):
    """What ``params.yaml`` may say of the help text: nothing."""


def fetch(options: Options, raw: Path, progress: datasets.Progress) -> None:
    """Copies the topics out of the standard library, in alphabetical order."""
    save_text(raw / "topics.txt", "\n\n".join(topics[name].strip() for name in sorted(topics)) + "\n")


def prepare(options: Options, raw: Path, processed: Path, progress: datasets.Progress) -> None:
    """Splits by position, 90 : 5 : 5; the rarest characters give way to one that stands for them all."""
    path = raw / "topics.txt"
    counts = texts.count(texts.read(path))
    lengths = texts.contiguous(int(counts.sum()), 0.05, 0.05)
    card = {
        "name": "Python's help topics",
        "source": f"embedded in Python {platform.python_version()} (pydoc_data)",
        "licence": "Python Software Foundation License 2",
        "citation": "The Python Language Reference, https://docs.python.org/3/reference/",
        "processing": "topics in alphabetical order, with an empty line between them",
        "split": f"contiguous, in characters: {lengths}",
    }
    texts.write(processed, texts.read(path), counts, lengths, 97, str(path), card)
