"""A user's own text in any script: one UTF-8 file."""

from pathlib import Path

from pydantic import Field

from latent_atlas import datasets
from latent_atlas.datasets.families import texts
from latent_atlas.datasets.obtaining import local
from latent_atlas.errors import AtlasError


class Options(local.Options):
    """What ``params.yaml`` may say of a text. ``path`` is the file."""

    validation: float = Field(
        default=0.05, gt=0, le=0.4, description="fraction of the characters, after the training text"
    )
    test: float = Field(default=0.05, gt=0, le=0.4, description="fraction of the characters, at the end")
    vocabulary: int = Field(default=256, ge=16, le=65536, description="at most so many different characters are kept")


def fetch(options: Options, raw: Path, progress: datasets.Progress) -> None:
    """Copies the file."""
    path = local.locate(options.path)
    if path.is_dir():
        raise AtlasError(f"{options.path}: is a folder; `source: text` needs a file")
    local.copy_file(path, raw / "text.txt")


def prepare(options: Options, raw: Path, processed: Path, progress: datasets.Progress) -> None:
    """Splits into beginning, middle and end, so that what is tested on was never read."""
    counts = texts.count(texts.read(raw / "text.txt"))
    lengths = texts.contiguous(int(counts.sum()), options.validation, options.test)
    card = {
        **local.card(options),
        "processing": "UTF-8; line feeds; composed characters (NFC)",
        "split": f"contiguous, in characters: {lengths}",
    }
    texts.write(processed, texts.read(raw / "text.txt"), counts, lengths, options.vocabulary, options.path, card)
