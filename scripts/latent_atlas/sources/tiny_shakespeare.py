"""Tiny Shakespeare: the 1.1 MB of plays that character models are compared on (Karpathy 2015)."""

from pathlib import Path

from latent_atlas import sources
from latent_atlas.prepared import characters
from latent_atlas.sources.obtaining import RemoteFile, fetching

_COMMIT = "6f9487a6fe5b420b7ca9afb0d7c078e37c1d1b4e/data/tinyshakespeare/input.txt"
TEXT = RemoteFile(
    "text/tinyshakespeare.txt",
    "86c4e6aa9db7c042ec79f339dcb96d42b0075e16b8fc2e86bf0ca57e2dc565ed",
    1115394,
    (
        f"https://raw.githubusercontent.com/karpathy/char-rnn/{_COMMIT}",
        f"https://cdn.jsdelivr.net/gh/karpathy/char-rnn@{_COMMIT}",
    ),
)


class Options(sources.Options):
    """What ``params.yaml`` may say of tiny Shakespeare: nothing."""


columns = characters.columns


fetch = fetching(TEXT)


def prepare(options: Options, raw: Path, processed: Path, progress: sources.Progress) -> None:
    """The usual split: 90% for training; the last tenth, which others validate on, in halves."""
    about = {
        "name": "tiny Shakespeare",
        "source": "https://github.com/karpathy/char-rnn",
        "licence": "public domain",
        "citation": "Karpathy, A. (2015), The unreasonable effectiveness of recurrent neural networks",
        "processing": "none",
    }
    characters.write_file(processed, raw / "tinyshakespeare.txt", about)
