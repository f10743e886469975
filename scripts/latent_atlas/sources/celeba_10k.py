"""The first 10,000 faces of CelebA at half size (89x109), with their 40 attributes."""

from pathlib import Path

from latent_atlas import sources
from latent_atlas.sources import celeba
from latent_atlas.sources.obtaining import RemoteFile, fetching
from latent_atlas.sources.obtaining.zips import ZipIndex

ARCHIVE = RemoteFile(
    "celeba_10k/celeba10k_89x109.zip",
    "235e1f77546387d945f47261a3a1b2d07295c936c7fb16ee83ca30b6926bb442",
    29241926,
    advice="CelebA may not be redistributed, hence only mirrors have this excerpt; `source: celeba` with "
    "`train_images: 8000` downloads the original instead",
)
_SPLITS = {"train": range(8_000), "validation": range(8_000, 9_000), "test": range(9_000, 10_000)}


class Options(celeba.Faces):
    """What ``params.yaml`` may say of the excerpt."""


columns = celeba.columns
fetch = fetching(ARCHIVE)


def prepare(options: Options, raw: Path, processed: Path, progress: sources.Progress) -> None:
    """Crops and resizes; 8,000 / 1,000 / 1,000, all of them from the official training partition."""
    about = {
        "name": "CelebA, the first 10,000 faces at half size",
        "source": "https://mmlab.ie.cuhk.edu.hk/projects/CelebA.html, an excerpt",
        "split": "8,000 / 1,000 / 1,000 in file order, which is arbitrary (the official partition has all of "
        "them in its training part)",
    }
    with ZipIndex(raw / "celeba10k_89x109.zip") as pictures:
        (entry,) = pictures.in_order(".txt")
        table = celeba.parse(pictures.read(entry), pictures.name(entry))
        celeba.write(options, pictures, table, _SPLITS, 0.5, about, processed, progress)
