"""A user's own text in any script: one UTF-8 file."""

from pathlib import Path

from pydantic import Field

from latent_atlas import sources
from latent_atlas.columns import Column
from latent_atlas.errors import AtlasError
from latent_atlas.prepared import characters
from latent_atlas.sources.obtaining import local


class Options(local.Options):
    """What ``params.yaml`` may say of a text. ``path`` is the file."""

    validation: float = Field(
        default=0.05, gt=0, le=0.4, description="fraction of the characters, after the training text"
    )
    test: float = Field(default=0.05, gt=0, le=0.4, description="fraction of the characters, at the end")
    vocabulary: int = Field(default=256, ge=16, le=65536, description="at most so many different characters are kept")


def columns(options: Options) -> dict[str, Column]:
    """A text."""
    return characters.COLUMNS


def fetch(options: Options, raw: Path, progress: sources.Progress) -> None:
    """Copies the file."""
    path = local.locate(options)
    if path.is_dir():
        raise AtlasError(f"{options.path}: is a folder; `source: text` needs a file")
    local.copy_file(path, raw / "text.txt")


def prepare(options: Options, raw: Path, processed: Path, progress: sources.Progress) -> None:
    """Splits into beginning, middle and end, so that what is tested on was never read."""
    about = {**local.about(options), "processing": "UTF-8; line feeds; composed characters (NFC)"}
    parts, file = (options.validation, options.test), raw / "text.txt"
    characters.write_file(processed, file, about, parts=parts, vocabulary=options.vocabulary, called=options.path)
