"""Sources too large for a test, on small archives of the same form: CelebA, horse2zebra, whole maps, IMDB."""

import io
import tarfile
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from sources_support import Silent, encoded, picture

from latent_atlas import prepared, sources
from latent_atlas.errors import AtlasError
from latent_atlas.prepared.splits import THREE
from latent_atlas.sources import celeba, imdb


@pytest.fixture
def raw(place: Path) -> Path:
    (place / "raw").mkdir()
    (place / "out").mkdir()
    return place / "raw"


def prepare(source: str, raw: Path, **options: object) -> prepared.Dataset:
    module = sources.find(source)
    module.prepare(module.Options(source=source, **options), raw, raw.parent / "out", Silent())
    return prepared.load(raw.parent / "out")


def pack(path: Path, entries: dict[str, bytes]) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in entries.items():
            archive.writestr(name, content)


def faces(count: int, cut: int | None = None) -> dict[str, bytes]:
    files = {}
    for number in range(1, count + 1):
        pixels = np.full((218, 178, 3), 60, np.uint8)
        pixels[35:183, 15:163] = number % 200  # the centre crop of 148, and nothing else
        content = encoded(Image.fromarray(pixels), "JPEG", quality=95)
        files[f"img_align_celeba/{number:06d}.jpg"] = content[:500] if number == cut else content
    return files


def table(count: int) -> str:
    rows = [f"{number:06d}.jpg " + ("1 -1" if number % 3 else "-1  1") for number in range(1, count + 1)]
    return "\r\n".join([str(count), "Male Smiling", *rows, ""])


def test_celeba_crops_the_centre_and_keeps_the_partition(raw: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(
        celeba,
        "PARTITION",
        {"train": range(1000), "validation": range(1000, 1010), "test": range(1010, 1025)},
    )
    pack(raw / "img_align_celeba.zip", faces(1025))
    (raw / "list_attr_celeba.txt").write_text(table(1025), newline="")
    data = prepare("celeba", raw, train_images=1000)
    assert [data.split(name).rows for name in THREE] == [1000, 10, 15]
    images = data.split("test")["images"].astype(int)
    want = np.arange(1011, 1026) % 200
    assert np.abs(images - want[:, None, None, None])[:, 3:-3, 3:-3].max() <= 3
    assert np.abs(images - want[:, None, None, None]).max() <= 10  # JPEG's ringing at the edge; beyond it are 60s
    np.testing.assert_array_equal(data.split("test")["attributes"][:, 0], np.arange(1011, 1026) % 3 != 0)
    assert data.names("labels")[2] == "Male, not Smiling" and "148" in data.card["processing"]


def test_celeba_counts_what_is_damaged(raw: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(
        celeba,
        "PARTITION",
        {"train": range(1000), "validation": range(1000, 1002), "test": range(1002, 1004)},
    )
    pack(raw / "img_align_celeba.zip", faces(1004, cut=7))
    (raw / "list_attr_celeba.txt").write_text(table(1004))
    with pytest.raises(AtlasError, match=r"000007\.jpg' cannot be decoded"):
        prepare("celeba", raw, train_images=1000)
    data = prepare("celeba", raw, train_images=1000, max_corrupt=0.01)
    assert (
        data.split("train").rows == len(data.split("train")["attributes"]) == 999
        and data.card["left_out"]["count"] == 1
    )
    np.testing.assert_array_equal(data.split("train")["attributes"][5:7, 0], [0, 1])  # of 6 and 8: the rows still match
    with pytest.raises(AtlasError, match="no attribute 'Bald'; allowed: Male, Smiling"):
        prepare("celeba", raw, train_images=1000, max_corrupt=0.01, label_attributes=["Bald"])
    (raw / "list_attr_celeba.txt").write_text(table(900))
    with pytest.raises(AtlasError, match="1,004 pictures and 900 rows of attributes"):
        prepare("celeba", raw, train_images=1000, max_corrupt=0.01)


def test_a_table_of_another_form_is_refused():
    with pytest.raises(AtlasError, match=r"t\.txt: line 4 is not a file name with 2 times -1 or 1"):
        celeba.parse(b"2\nA B\n1.jpg 1 -1\n2.jpg 1 0\n", "t.txt")


def test_horses_zebras_and_maps(raw: Path):
    size = {"trainA": 40, "trainB": 60, "testA": 4, "testB": 6}
    pack(
        raw / "horse2zebra.zip",
        {
            f"horse2zebra/{part}/n{n}.jpg": encoded(picture(n, 256, 256), "JPEG")
            for part, count in size.items()
            for n in range(count)
        },
    )
    pack(
        raw / "maps.zip",
        {
            f"maps/{part}{side}/{n}_{side}.jpg": encoded(
                Image.new("RGB", (60, 60), (n, 200 if side == "B" else 20, 0)), "JPEG", quality=95
            )
            for part, count in (("train", 110), ("test", 7), ("val", 3))
            for n in range(count)
            for side in "AB"
        },
    )
    data = prepare("horse2zebra", raw, size=32, paired_maps="whole")
    assert [data.split(name).rows for name in THREE] == [95, 5, 10]
    assert data.card["arrays"]["test_labels"]["counts"] == {"horse": 4, "zebra": 6}
    inputs, targets = (data.split("train")[name] for name in ("inputs", "targets"))
    assert len(inputs) == 110 - 96 and len(data.split("test")["inputs"]) == 7
    assert (inputs[:, 0, 0, 1] > 150).all() and (targets[:, 0, 0, 1] < 60).all()
    assert np.abs(inputs[:, 0, 0, 0].astype(int) - targets[:, 0, 0, 0]).max() <= 3  # the same number on both sides
    (raw.parent / "out/card.json").unlink()
    unpaired = prepare("horse2zebra", raw, size=32)
    with pytest.raises(AtlasError, match="has no column 'inputs'"):
        _ = unpaired.split("train")["inputs"]
    horses, zebras = (unpaired.split("train")[name] for name in ("domain_a", "domain_b"))
    labels = unpaired.split("train")["labels"]
    assert (len(horses), len(zebras)) == (38, 57)
    np.testing.assert_array_equal(zebras[:], unpaired.split("train")["images"][labels == 1])


def test_maps_with_both_sides_in_one_picture(raw: Path):
    both = np.zeros((60, 120, 3), np.uint8)
    both[:, 60:, 1] = 200  # the right half is the map

    def numbered(number: int) -> bytes:
        both[..., 0] = number
        return encoded(Image.fromarray(both))

    counts = {"train": 30, "val": 5}
    names = {f"maps/{part}/{n}.png": n for part, count in counts.items() for n in range(count)}
    pack(raw / "maps_pix2pix_train200_val50.zip", {name: numbered(n) for name, n in names.items()})
    data = prepare("maps", raw, size=32)
    assert [data.split(name).rows for name in THREE] == [2 * 10, 2 * 20, 2 * 5]
    inputs, targets = (data.split("validation")[name] for name in ("inputs", "targets"))
    assert (inputs[..., 1] == 200).all() and (targets[..., 1] == 0).all()
    np.testing.assert_array_equal(inputs[..., 0], targets[..., 0])
    np.testing.assert_array_equal(data.split("test")["labels"], [0, 1] * 5)
    pack(raw / "maps_pix2pix_train200_val50.zip", {**{name: numbered(0) for name in names}, "maps/val/9.png": b"PNG"})
    with pytest.raises(AtlasError, match=r"'maps/val/9\.png' is not a picture"):
        prepare("maps", raw, size=32)


def test_imdb_is_the_same_from_either_archive(raw: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(imdb, "_REVIEWS", 1300)
    reviews = {
        f"aclImdb/{part}/{opinion}/{n}_{n % 10}.txt": f"Review {n}<br /><br />of a {opinion} film."
        for part in ("train", "test")
        for opinion in ("neg", "pos")
        for n in range(1300)
    }
    extra = {"aclImdb/train/unsup/0_0.txt": "never", "aclImdb/README": "never"}
    outputs = []
    for name, mode, files in (
        ("aclImdb_labelled.tar.xz", "w:xz", reviews),
        ("aclImdb_v1.tar.gz", "w:gz", {**extra, **dict(reversed(reviews.items()))}),
    ):
        with tarfile.open(raw / name, mode) as archive:
            for entry, text in files.items():
                member = tarfile.TarInfo(entry)
                member.size = len(text.encode())
                archive.addfile(member, io.BytesIO(text.encode()))
        data = prepare("imdb", raw)
        outputs.append({p.name: p.read_bytes() for p in sorted((raw.parent / "out").iterdir())})
        whole = (raw / name).read_bytes()
        (raw / name).unlink()
    assert outputs[0] == outputs[1]
    assert "<" not in data.entry("text")["vocabulary"] and data.card["reviews"]["validation"] == 2500
    (raw / "aclImdb_v1.tar.gz").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(AtlasError, match=r"is damaged or cut off|holds \d+ reviews"):
        prepare("imdb", raw)
