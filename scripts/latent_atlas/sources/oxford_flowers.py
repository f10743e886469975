"""Oxford-102: 8,189 flowers of 102 kinds (Nilsback & Zisserman 2008), with captions.

The edition ``described`` has the captions of Reed et al. (2016), ten of each flower, which were only ever shared by
hand. ``named`` has sentences made of the name of the flower's kind, and comes from the pictures' public host.
"""

import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import numpy as np
import scipy.io
from numpy.typing import NDArray
from pydantic import Field

from latent_atlas import io, sources
from latent_atlas.columns import Column, DataSpec
from latent_atlas.errors import AtlasError
from latent_atlas.prepared.captions import captions_entry, write_captions
from latent_atlas.prepared.card import entries, write_card
from latent_atlas.prepared.splits import THREE, split_rows
from latent_atlas.sources.imaging.decode import Form
from latent_atlas.sources.imaging.stream import Bad, decode_into
from latent_atlas.sources.obtaining import RemoteFile, fetching
from latent_atlas.sources.obtaining.tars import repack
from latent_atlas.sources.obtaining.zips import ZipIndex

Edition = Literal["named", "described"]

_HOST = "https://www.robots.ox.ac.uk/~vgg/data/flowers/102"
FILES: dict[Edition, tuple[RemoteFile, ...]] = {
    "named": (
        RemoteFile(
            "flowers/imagelabels.mat",
            "4903e94206bac23bf772aadf06451916df56b58fc483a62db32a97b82656651d",
            502,
            (f"{_HOST}/imagelabels.mat",),
        ),
        RemoteFile(
            "flowers/102flowers.tgz",
            "2d01ecc807db462958cfe3d92f57a8c252b4abd240eb955770201e45f783b246",
            344862509,
            (f"{_HOST}/102flowers.tgz",),
        ),
    ),
    "described": (
        RemoteFile(
            "flowers_captions/oxford102_flowers64_text_c10.zip",
            "d350af07f62660bd6b3268fbe415ef4cc71700aa626fd994bcedbd061fd72896",
            17320886,
            advice="the captions were only ever shared by hand (https://github.com/reedscot/icml2016), hence only "
            "mirrors have this file; `edition: named` has the same pictures and a public host, and "
            "`source: folder` with `captions: true` takes pictures and captions of your own",
        ),
    ),
}
# The kinds, in the order of the labels.
NAMES = (
    "pink primrose", "hard-leaved pocket orchid", "canterbury bells", "sweet pea", "english marigold", "tiger lily",
    "moon orchid", "bird of paradise", "monkshood", "globe thistle", "snapdragon", "colt's foot", "king protea",
    "spear thistle", "yellow iris", "globe-flower", "purple coneflower", "peruvian lily", "balloon flower",
    "giant white arum lily", "fire lily", "pincushion flower", "fritillary", "red ginger", "grape hyacinth",
    "corn poppy", "prince of wales feathers", "stemless gentian", "artichoke", "sweet william", "carnation",
    "garden phlox", "love in the mist", "mexican aster", "alpine sea holly", "ruby-lipped cattleya", "cape flower",
    "great masterwort", "siam tulip", "lenten rose", "barbeton daisy", "daffodil", "sword lily", "poinsettia",
    "bolero deep blue", "wallflower", "marigold", "buttercup", "oxeye daisy", "common dandelion", "petunia",
    "wild pansy", "primula", "sunflower", "pelargonium", "bishop of llandaff", "gaura", "geranium", "orange dahlia",
    "pink-yellow dahlia?", "cautleya spicata", "japanese anemone", "black-eyed susan", "silverbush",
    "californian poppy", "osteospermum", "spring crocus", "bearded iris", "windflower", "tree poppy", "gazania",
    "azalea", "water lily", "rose", "thorn apple", "morning glory", "passion flower", "lotus", "toad lily",
    "anthurium", "frangipani", "clematis", "hibiscus", "columbine", "desert-rose", "tree mallow", "magnolia",
    "cyclamen", "watercress", "canna lily", "hippeastrum", "bee balm", "ball moss", "foxglove", "bougainvillea",
    "camellia", "mallow", "mexican petunia", "bromelia", "blanket flower", "trumpet creeper", "blackberry lily",
)  # fmt: skip
SENTENCES = (
    "{}",
    "a flower called {}",
    "this flower is called {}",
    "a photograph of the flower {}",
    "a picture of the flower that is called {}",
)
_REED = "; Reed, S. et al. (2016), Learning deep representations of fine-grained visual descriptions, CVPR"
_LABELS, _NAMED, _DESCRIBED = (Path(file.name).name for edition in ("named", "described") for file in FILES[edition])
_PICTURES = 8_189
_PER_IMAGE = 10  # captions of Reed et al.
_CAPTIONS = re.compile(r".*class_(\d{5})/(image_\d{5})\.txt")


class Options(sources.Options):
    """What ``params.yaml`` may say of the flowers."""

    edition: Edition = Field(
        default="named",
        description="sentences with the name of the flower's kind, or captions that people wrote (mirrors only)",
    )
    size: int = Field(default=64, ge=16, le=64, description="side of the prepared images, in pixels")
    seed: int = Field(default=0, ge=0, description="seed of the shuffle before the split")


def columns(options: Options) -> dict[str, Column]:
    """Images with classes and captions."""
    images = DataSpec.of_images((options.size, options.size, 3), len(NAMES))
    return {**images.columns, "captions": Column("captions", None, None)}


def fetch(options: Options, raw: Path, progress: sources.Progress) -> None:
    """Downloads the files of one edition."""
    fetching(*FILES[options.edition])(options, raw, progress)


def prepare(options: Options, raw: Path, processed: Path, progress: sources.Progress) -> None:
    """Decodes, and splits every kind 80 : 10 : 10; Reed et al. kept 20 whole kinds for the test."""
    form, named = Form(options.size, options.size, 3), options.edition == "named"
    with _named(raw, processed, progress) if named else ZipIndex(raw / _DESCRIBED) as archive:
        pictures = archive.in_order(".jpg")
        labels, captions = _of_names(archive, pictures, raw) if named else _described(archive, pictures)
        bad = Bad(archive.called, len(pictures))
        rows_of = split_rows(labels, THREE, options.seed)
        for name, rows in rows_of.items():
            decode_into(processed / f"{name}_images.npy", archive, pictures[rows], form, bad, progress)
            io.save_array(processed / f"{name}_labels.npy", labels[rows])
            write_captions(processed, name, (captions[row] for row in rows))
    about = {
        "name": "Oxford-102 flowers with " + ("their names" if named else "captions"),
        "source": _HOST + ("" if named else ", https://github.com/reedscot/icml2016"),
        "licence": "research use",
        "citation": "Nilsback, M.-E. and Zisserman, A. (2008), Automated flower classification over a "
        "large number of classes, ICVGIP" + ("" if named else _REED),
        "processing": f"centred square to {options.size}x{options.size}, antialiased bicubic filter (Pillow); "
        + ("captions made of the names" if named else "64x64 as distributed"),
        "split": f"every class 80:10:10 after a shuffle with seed {options.seed}",
    }
    more = {
        "labels": {"names": list(NAMES)},
        "captions": captions_entry((captions[row] for row in rows_of["train"]), len(captions[0])),
    }
    write_card(processed, about, entries(columns(options), **more))


@contextmanager
def _named(raw: Path, scratch: Path, progress: sources.Progress) -> Iterator[ZipIndex]:
    """The pictures of the public host, which is a tar archive, as one that can be read in any order."""
    packed = raw / _NAMED
    with tempfile.TemporaryDirectory(dir=scratch) as folder:
        repack(packed, Path(folder) / "flowers.zip", ".jpg", _PICTURES, progress)
        with ZipIndex(Path(folder) / "flowers.zip", str(packed)) as archive:
            yield archive


def _of_names(archive: ZipIndex, pictures: NDArray[np.int32], raw: Path) -> tuple[NDArray[np.int32], list[list[str]]]:
    """Class and sentences of each picture, by its number."""
    path = raw / _LABELS
    try:
        labels = scipy.io.loadmat(path)["labels"].reshape(-1).astype(np.int32) - 1
    except Exception as error:  # SciPy's reader raises errors of every kind on other files
        raise AtlasError(f"{path}: holds no labels ({io.one_line(error)}); fetch it again") from None
    if len(labels) != len(pictures) or labels.min() < 0 or labels.max() >= len(NAMES):
        raise AtlasError(f"{archive.called}: has {len(pictures)} pictures, and {path.name} {len(labels)} labels")
    return labels, [[sentence.format(NAMES[label]) for sentence in SENTENCES] for label in labels]


def _described(archive: ZipIndex, pictures: NDArray[np.int32]) -> tuple[NDArray[np.int32], list[list[str]]]:
    """Class and captions of each picture, by its file's name."""
    rows = {Path(name).stem: row for row, name in enumerate(archive.names(pictures))}
    labels = np.full(len(pictures), -1, np.int32)
    captions: list[list[str]] = [[] for _ in pictures]
    texts = archive.in_order(".txt")
    for entry, name in zip(texts, archive.names(texts), strict=True):
        match = _CAPTIONS.fullmatch(name)
        if not match or match[2] not in rows:
            raise AtlasError(f"{archive.called}: {name!r} has captions for a picture that is not there")
        text = archive.read(entry).decode("utf-8", errors="replace")
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        if len(lines) != _PER_IMAGE:
            raise AtlasError(f"{archive.called}: {name!r} has {len(lines)} captions instead of {_PER_IMAGE}")
        labels[rows[match[2]]], captions[rows[match[2]]] = int(match[1]) - 1, lines
    if (labels < 0).any():
        missing = archive.name(int(pictures[int(np.argmin(labels))]))
        raise AtlasError(f"{archive.called}: {missing!r} has no captions; add them or remove the picture")
    return labels, captions
