"""Writing captions and what the data card says of them."""

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from latent_atlas import io
from latent_atlas.datasets.processed.captions import pack, words


def write(folder: Path, name: str, captions: Iterable[Sequence[str]]) -> None:
    """Writes ``<name>_captions.npy`` and ``<name>_caption_offsets.npy``; each image has equally many."""
    text, offsets = pack(captions)
    io.save_array(folder / f"{name}_captions.npy", text)
    io.save_array(folder / f"{name}_caption_offsets.npy", offsets)


def card(training: Iterable[Sequence[str]], per_image: int) -> dict[str, Any]:
    """For the data card: the number of captions of each image, and the words of the training captions.

    ``caption_words`` runs from the most to the least frequent word, equals in alphabetical order.
    """
    counts = Counter(word for image in training for caption in image for word in words(caption))
    ordered = sorted(counts, key=lambda word: (-counts[word], word))
    return {"captions_per_image": per_image, "caption_words": ordered}
