"""IMDB: 50,000 film reviews (Maas et al. 2011), as text to learn writing from."""

import unicodedata
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from pydantic import Field

from latent_atlas import sources
from latent_atlas.errors import AtlasError
from latent_atlas.prepared import characters
from latent_atlas.sources.obtaining import RemoteFile, obtain, tars

# The original holds the same labelled reviews, and 50,000 without labels beside them: either gives the same text.
REPACKED = RemoteFile(
    "imdb/aclImdb_labelled.tar.xz", "cc35e85991e84c9279f70ce7aba87dd64aaf702a12a8721d3bf5923d493e2684", 19588348
)
ORIGINAL = RemoteFile(
    "imdb/aclImdb_v1.tar.gz",
    "c40f74a18d3b61f90feba1e17730e0d38e8b97c05fde7008942e91923d1658fe",
    84125825,
    ("https://ai.stanford.edu/~amaas/data/sentiment/aclImdb_v1.tar.gz",),
)
_REVIEWS = 12_500  # of each part and opinion
_PARTS = ("train", "test")
_LARGEST = 1 << 20  # bytes of a review


class Options(sources.Options):
    """What ``params.yaml`` may say of IMDB."""

    vocabulary: int = Field(default=128, ge=16, le=65536, description="at most so many different characters are kept")
    seed: int = Field(default=0, ge=0, description="seed of the order of the reviews")


columns = characters.columns


def fetch(options: Options, raw: Path, progress: sources.Progress) -> None:
    """Takes the smaller archive if a mirror has it, else downloads the original."""
    try:
        obtain(REPACKED, raw, progress)
    except AtlasError:
        obtain(ORIGINAL, raw, progress)


def prepare(options: Options, raw: Path, processed: Path, progress: sources.Progress) -> None:
    """Shuffles the reviews; the official test part, and the last 2,500 training reviews for validation."""
    (archive,) = [path for path in raw.iterdir() if path.name.startswith("aclImdb")]
    reviews = dict(_read(archive, progress))
    names = {part: sorted(name for name in reviews if name.startswith(part)) for part in _PARTS}
    for part in _PARTS:
        if len(names[part]) != 2 * _REVIEWS:
            raise AtlasError(f"{archive}: holds {len(names[part])} reviews in {part} instead of {2 * _REVIEWS}")
    generator = np.random.default_rng(options.seed)
    train, test = ([names[part][row] for row in generator.permutation(2 * _REVIEWS)] for part in _PARTS)
    splits = {"train": train[:-2500], "validation": train[-2500:], "test": test}
    lengths = {split: sum(len(reviews[name]) for name in chosen) for split, chosen in splits.items()}
    ordered = [name for chosen in splits.values() for name in chosen]
    counts = characters.count(_joined(reviews, ordered))
    about = {
        "name": "IMDB film reviews",
        "source": "https://ai.stanford.edu/~amaas/data/sentiment/",
        "licence": "not stated; cite the paper",
        "citation": "Maas, A. L. et al. (2011), Learning word vectors for sentiment analysis, ACL",
        "reviews": {split: len(chosen) for split, chosen in splits.items()},
        "processing": "<br /> to a line feed, an empty line after each review, composed characters (NFC)",
        "split": f"the official test part; validation: 2,500 training reviews; order by seed {options.seed}",
    }
    text = _joined(reviews, ordered)
    characters.write_text(processed, text, counts, lengths, options.vocabulary, str(archive), about)


def _read(archive: Path, progress: sources.Progress) -> Iterator[tuple[str, str]]:
    """Name (``train/pos/0_9.txt``) and text of each labelled review."""
    for path, content in tars.files(archive, _is_review, _LARGEST, 4 * _REVIEWS, progress):
        yield _name(path), _tidy(content.decode("utf-8", errors="replace"))


def _name(path: str) -> str:
    return path.partition("aclImdb/")[2]


def _is_review(path: str) -> bool:
    return _name(path).startswith(("train/pos/", "train/neg/", "test/pos/", "test/neg/"))


def _tidy(review: str) -> str:
    return unicodedata.normalize("NFC", review.replace("<br />", "\n").strip()) + "\n\n"


def _joined(reviews: dict[str, str], names: list[str]) -> Iterator[str]:
    for start in range(0, len(names), 1000):
        yield "".join(reviews[name] for name in names[start : start + 1000])
