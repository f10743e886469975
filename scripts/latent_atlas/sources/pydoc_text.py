"""English prose that ships with Python: the topics of its interactive help, some 460,000 characters."""

import platform
from pathlib import Path
from pydoc_data.topics import topics

from latent_atlas import io, sources
from latent_atlas.prepared import characters


class Options(sources.Options):
    """What ``params.yaml`` may say of the help text: nothing."""


columns = characters.columns


def fetch(options: Options, raw: Path, progress: sources.Progress) -> None:
    """Copies the topics out of the standard library, in alphabetical order."""
    io.save_text(raw / "topics.txt", "\n\n".join(topics[name].strip() for name in sorted(topics)) + "\n")


def prepare(options: Options, raw: Path, processed: Path, progress: sources.Progress) -> None:
    """Splits by position, 90 : 5 : 5; one character stands for all of the rarest."""
    about = {
        "name": "Python's help topics",
        "source": f"embedded in Python {platform.python_version()} (pydoc_data)",
        "licence": "Python Software Foundation License 2",
        "citation": "The Python Language Reference, https://docs.python.org/3/reference/",
        "processing": "topics in alphabetical order, with an empty line between them",
    }
    characters.write_file(processed, raw / "topics.txt", about, vocabulary=97)
