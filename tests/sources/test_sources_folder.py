"""A user's own images: every mode and size, and everything that can be wrong with them."""

import errno
import io
import os
import shutil
import signal
import struct
import subprocess
import sys
import time
import zipfile
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from sources_support import Build, encoded, fill, picture

from latent_atlas import sources
from latent_atlas.errors import AtlasError
from latent_atlas.prepared.array_file import ArrayFile
from latent_atlas.sources.imaging import decode

SCRIPTS = Path(sources.__file__).parents[2]


def zipped(folder: Path, target: Path) -> Path:
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                archive.write(path, path.relative_to(folder.parent))
    return target


def test_folders_become_classes_and_a_zip_is_the_same(build: Build, place: Path):
    fill(place / "pets", 40)
    a = build("folder", "a", path="pets", size=16)
    b = build("folder", "b", path=str(zipped(place / "pets", place / "pets.zip")), size=16)
    assert a.names("labels") == b.names("labels") == ["cats", "dogs"]
    for name in ("train", "validation", "test"):
        np.testing.assert_array_equal(a.split(name)["images"], b.split(name)["images"])
        np.testing.assert_array_equal(a.split(name)["labels"], b.split(name)["labels"])
    assert sum(a.split(name).rows for name in ("train", "validation", "test")) == 40
    assert a.card["arrays"]["train_labels"]["counts"] == {"cats": 16, "dogs": 16}
    assert a.spec.shape == (16, 16, 3)


def test_two_classes_are_two_domains(build: Build, place: Path):
    fill(place / "pets", 40)
    split = build("folder", "a", path="pets", size=16).split("train")
    for label, domain in enumerate(("domain_a", "domain_b")):
        np.testing.assert_array_equal(split[domain][:], split["images"][split["labels"] == label])
    fill(place / "three", 30, ("cats", "dogs", "mice"))
    assert "domain_a" not in build("folder", "b", path="three", size=16).spec


def test_folders_may_say_the_split_as_for_the_code_of_cyclegan(build: Build, place: Path):
    for folder, count in {"trainA": 20, "trainB": 30, "testA": 3, "testB": 4}.items():
        fill(place / "horse2zebra", count, (folder,))
    data = build("folder", path="horse2zebra", size=16)
    assert data.names("labels") == ["A", "B"]
    counts = {
        name: [len(data.split(name)[domain]) for domain in ("domain_a", "domain_b")]
        for name in ("train", "validation", "test")
    }
    assert counts == {"train": [18, 27], "validation": [2, 3], "test": [3, 4]}


@pytest.mark.parametrize(("direction", "inputs"), [("left_to_right", 0), ("right_to_left", 1)])
def test_pictures_side_by_side_are_pairs(build: Build, place: Path, direction: str, inputs: int):
    for number, folder in enumerate(["train"] * 20 + ["val"] * 4 + ["test"] * 2):
        (place / "facades" / folder).mkdir(parents=True, exist_ok=True)
        whole = np.zeros((16, 32, 3), np.uint8)
        whole[:, :16], whole[:, 16:] = 2 * number, 255 - 2 * number
        Image.fromarray(whole).save(place / "facades" / folder / f"{number:02d}.png")
    data = build("folder", path="facades", size=16, pairs=direction)
    assert [len(data.split(name)["targets"]) for name in ("train", "validation", "test")] == [20, 4, 2]
    split = data.split("validation")
    sides = [split["inputs"].astype(int), split["targets"].astype(int)]
    assert (sides[0] + sides[1] == 255).all() and (sides[inputs] < 128).all()
    np.testing.assert_array_equal(split["domain_a"], sides[inputs])
    assert data.names("labels") == ["left", "right"]


def test_a_picture_of_one_side_is_no_pair(build: Build, place: Path):
    fill(place / "odd", 12, ("train",), picture(width=25))
    with pytest.raises(AtlasError, match="25x20 pixels, which is not two halves side by side"):
        build("folder", path="odd", size=16, pairs="left_to_right")
    with pytest.raises(ValueError, match="captions and pairs exclude each other"):
        build("folder", "b", path="odd", size=16, pairs="left_to_right", captions=True)


def test_the_bytes_depend_on_nothing_but_the_files(build: Build, place: Path, monkeypatch: pytest.MonkeyPatch):
    fill(place / "pets", 60)
    build("folder", "a", path="pets", size=16)
    copy = shutil.copytree(place / "pets", place / "elsewhere/pets")
    for path in copy.rglob("*.png"):
        os.utime(path, (1, 1))
    monkeypatch.setenv("LATENT_ATLAS_WORKERS", "7")
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    monkeypatch.setenv("LC_ALL", "C")
    before = os.umask(0o077)
    try:
        build("folder", "b", path="elsewhere/pets", size=16, name="pets")
    finally:
        os.umask(before)
    for path in sorted((place / "a").rglob("*")):
        if path.is_file() and path.name != "card.json":  # the card names the path
            assert path.read_bytes() == (place / "b" / path.relative_to(place / "a")).read_bytes(), path


def test_every_mode_becomes_the_same_form(build: Build, place: Path):
    odd = place / "odd"
    odd.mkdir()
    base = picture(5, 40, 30)
    grey16 = Image.fromarray(np.asarray(base.convert("L")).astype(np.uint16) * 257)
    frames = [picture(n, 40, 30) for n in range(4)]
    clear = base.convert("RGBA")
    clear.putalpha(0)
    turned = Image.Exif()
    turned[0x0112] = 6
    files = {
        "cmyk.jpg": encoded(base.convert("CMYK"), "JPEG"), "grey.jpg": encoded(base.convert("L"), "JPEG"),
        "sixteen.png": encoded(grey16), "palette.png": encoded(base.convert("P")),
        "bits.png": encoded(base.convert("1")), "clear.png": encoded(clear),
        "la.png": encoded(base.convert("LA")),
        "sixteen.tif": encoded(grey16, "TIFF"), "lab.tif": encoded(base.convert("LAB"), "TIFF"),
        "animated.gif": encoded(frames[0], "GIF", save_all=True, append_images=frames[1:]),
        "animated.webp": encoded(frames[0], "WEBP", save_all=True, append_images=frames[1:]),
        "plain.bmp": encoded(base, "BMP"), "plain.ppm": encoded(base, "PPM"),
        "turned.jpg": encoded(base, "JPEG", exif=turned), "CAPITALS.JPG": encoded(base, "JPEG"),
    }  # fmt: skip
    for name, content in files.items():
        (odd / name).write_bytes(content)
    data = build("folder", path="odd", size=16, max_corrupt=0.0)
    assert sum(data.split(name).rows for name in ("train", "validation", "test")) == len(files)
    assert data.names("labels") == []
    form = decode.Form(16, 16, 3)
    assert (decode.standardise(files["clear.png"], form) == 255).all()
    want = decode.standardise(encoded(base), form).astype(int)
    for name in ("sixteen.png", "sixteen.tif", "la.png", "grey.jpg"):
        grey = decode.standardise(files[name], form).astype(int)
        assert np.abs(grey[..., 0] - decode.standardise(encoded(base.convert("L")), form)[..., 0]).max() <= 6, name
    assert np.abs(decode.standardise(files["plain.bmp"], form) - want).max() == 0
    upright = decode.read(files["turned.jpg"], decode.Form(16, 16, 3, photographs=True))
    assert upright.size == (30, 40)


def bomb() -> bytes:
    """A PNG of some hundred bytes that says it has 10^10 pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">L", len(data)) + kind + data + struct.pack(">L", zlib.crc32(kind + data))

    head = struct.pack(">LLBBBBB", 100_000, 100_000, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("cut.jpg", encoded(picture(1, 200, 200), "JPEG")[:2000], "cannot be decoded"),
        ("tiny.png", encoded(picture(1, 1, 1)), "1x1 pixels"),
        ("bomb.png", bomb(), "more"),
        ("empty.png", b"", "is empty"),
        ("page.jpg", b"<html>not here</html>", "web page"),
        ("noise.gif", b"GIF89a" + bytes(range(200)), "cannot be decoded|not a picture"),
        ("float.tif", encoded(Image.fromarray(np.zeros((20, 20), np.float32)), "TIFF"), "floating-point"),
    ],
)
def test_a_bad_image_is_named_counted_and_bounded(build: Build, place: Path, name: str, content: bytes, reason: str):
    fill(place / "pets", 30)
    (place / "pets/cats" / name).write_bytes(content)
    with pytest.raises(AtlasError, match=f"(?s)pets: 'cats/{name}'.*({reason}).*max_corrupt") as refused:
        build("folder", path="pets", size=16)
    assert "\n" not in str(refused.value)
    assert not (place / "data/processed").exists() and not list((place / ".atlas/tmp").iterdir())
    data = build("folder", path="pets", size=16, max_corrupt=0.1)
    left_out = data.card["left_out"]
    assert left_out["count"] == 1 and left_out["of"] == 31 and list(left_out["files"]) == [f"cats/{name}"]
    assert sum(data.split(split).rows for split in ("train", "validation", "test")) == 30


def test_damaged_pictures_never_bring_the_decoder_down():
    chance = np.random.default_rng(0)
    originals = [
        encoded(picture(n, 60, 50), kind) for n, kind in enumerate(("JPEG", "PNG", "GIF", "TIFF", "WEBP", "BMP", "PPM"))
    ]
    form = decode.Form(16, 16, 3, photographs=True)
    for trial in range(350):
        data = bytearray(originals[trial % len(originals)])
        for _ in range(int(chance.integers(1, 12))):
            data[chance.integers(len(data))] = chance.integers(256)
        try:
            assert decode.standardise(bytes(data), form).shape == (1, 16, 16, 3)
        except decode.BadImageError as error:
            assert "\n" not in str(error)


def test_fits(place: Path):
    wide = np.zeros((20, 60, 3), np.uint8)
    wide[:, 20:40] = 200
    data = encoded(Image.fromarray(wide))
    assert (decode.standardise(data, decode.Form(20, 20, 3, "crop")) == 200).all()
    padded = decode.standardise(data, decode.Form(30, 30, 3, "pad"))[0]
    assert (padded[:9] == 255).all() and (padded[12:18, :8] == 0).all()
    stretched = decode.standardise(data, decode.Form(20, 20, 3, "stretch"))[0]
    assert stretched[10, 0, 0] == 0 and stretched[10, 10, 0] == 200


def test_names_that_differ_in_capitals(build: Build, place: Path):
    fill(place / "pets", 20)
    (place / "pets/cats/A.png").write_bytes(encoded(picture()))
    (place / "pets/cats/a.png").write_bytes(encoded(picture()))
    with pytest.raises(AtlasError, match=r"^pets: 'cats/A.png' and 'cats/a.png' differ only in capitals"):
        build("folder", path="pets")
    fill(place / "zoo", 20, ("Cats", "cats"))
    with pytest.raises(AtlasError, match="zoo: folders in it differ only in capitals"):
        build("folder", path="zoo")


def test_an_empty_folder_and_a_missing_one(build: Build, place: Path):
    (place / "none").mkdir()
    (place / "none/readme.md").write_text("no pictures")
    with pytest.raises(AtlasError, match="none: holds no images"):
        build("folder", path="none")
    with pytest.raises(AtlasError, match="nowhere: no such file or folder; correct `path`"):
        build("folder", path="nowhere")
    with pytest.raises(AtlasError, match="holds 3 images; at least 10"):
        fill(place / "few", 3)
        build("folder", path="few")
    assert not (place / "data/processed").exists()


def test_hidden_files_and_others_are_passed_over(build: Build, place: Path):
    fill(place / "pets", 20)
    (place / "pets/.DS_Store").write_bytes(b"x")
    (place / "pets/cats/._001.png").write_bytes(b"not a picture")
    (place / "pets/__MACOSX").mkdir()
    (place / "pets/__MACOSX/a.png").write_bytes(b"x")
    (place / "pets/notes.txt").write_text("x")
    assert build("folder", "a", path="pets", size=16).card["left_out"]["of"] == 20
    assert build("folder", "b", path=str(zipped(place / "pets", place / "p.zip")), size=16).card["left_out"]["of"] == 20


def test_a_zip_that_climbs_out_writes_nothing(build: Build, place: Path):
    with zipfile.ZipFile(place / "evil.zip", "w") as archive:
        archive.writestr("../../evil.png", encoded(picture()))
    before = sorted(place.parent.iterdir())
    with pytest.raises(AtlasError, match="climbs out"):
        build("folder", path="evil.zip")
    assert sorted(place.parent.iterdir()) == before and not (place / "data").exists()


def test_captions_stand_beside_their_images(build: Build, place: Path):
    fill(place / "pets", 20)
    for number, path in enumerate(sorted((place / "pets").rglob("*.png"))):
        path.with_suffix(".txt").write_text("a picture\nещё одна\n" if number % 2 else "a picture\n", encoding="utf-8")
    (place / "pets/cats/._000.txt").write_bytes(b"what some systems leave beside a file")
    zipped(place / "pets", place / "pets.zip")
    data = build("folder", path="pets.zip", size=16, captions=True)
    captions = data.split("train")["captions"]
    assert len(captions) == data.split("train").rows and captions.per_image == 2
    assert {text for row in range(len(captions)) for text in captions.of(row)} == {"a picture", "ещё одна"}
    assert data.entry("captions")["words"][:2] == ["a", "picture"]
    (place / "pets/cats/lost.txt").write_text("no image")
    with pytest.raises(AtlasError, match=r"'cats/lost.txt' has captions for an image that is not there"):
        build("folder", path="pets", size=16, captions=True)
    (place / "pets/cats/lost.txt").unlink()
    (place / "pets/cats/000.txt").write_bytes("привет".encode("cp1251"))
    with pytest.raises(AtlasError, match=r"'cats/000.txt' is not UTF-8"):
        build("folder", path="pets", size=16, captions=True)
    (place / "pets/cats/000.txt").unlink()
    with pytest.raises(AtlasError, match=r"'cats/000.png' has no captions"):
        build("folder", path="pets", size=16, captions=True)


def test_a_full_disk_leaves_nothing(build: Build, place: Path, monkeypatch: pytest.MonkeyPatch):
    fill(place / "pets", 20)

    def full(self: ArrayFile, rows: np.ndarray) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(ArrayFile, "append", full)
    with pytest.raises(AtlasError, match="disk is full"):
        build("folder", path="pets", size=16)
    assert not (place / "data/processed").exists() and not list((place / ".atlas/tmp").iterdir())


def test_a_read_only_folder_is_one_line(build: Build, place: Path, monkeypatch: pytest.MonkeyPatch):
    fill(place / "pets", 20)
    replace = os.replace

    def refuse(origin: Path, target: Path) -> None:  # root may write anywhere, so the refusal is played
        if Path(target) == Path(place / "data/processed"):
            raise OSError(errno.EROFS, os.strerror(errno.EROFS))
        replace(origin, target)

    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(AtlasError, match=r"processed: cannot be written: the folder is read-only"):
        build("folder", path="pets", size=16)
    assert not (place / "data/processed").exists() and not list((place / ".atlas/tmp").iterdir())


def test_an_interruption_leaves_nothing(place: Path):
    fill(place / "pets", 12)
    for number in range(12, 400):
        shutil.copy(place / "pets/cats/000.png", place / f"pets/cats/{number}.png")
    program = (
        "import sys, time; from pathlib import Path; from latent_atlas import io, sources\n"
        "from latent_atlas.sources.imaging import decode\n"
        "class P:\n  say = update = lambda *a: None\n"
        "folder = sources.find('folder'); options = folder.Options(source='folder', path='pets', size=16)\n"
        "with io.atomic_directory(Path('data/raw')) as raw: folder.fetch(options, raw, P())\n"
        "from latent_atlas.sources.imaging import stream; slow = decode.standardise\n"
        "stream.standardise = lambda *a: (time.sleep(0.02), slow(*a))[1]\n"
        "print('ready', flush=True)\n"
        "with io.atomic_directory(Path('data/processed')) as out:\n"
        "  folder.prepare(options, Path('data/raw'), out, P())\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", program], cwd=place, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONPATH": str(SCRIPTS)},
    )  # fmt: skip
    assert process.stdout is not None and process.stdout.readline() == "ready\n"
    time.sleep(0.5)
    start = time.monotonic()
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=20)
    assert process.returncode != 0 and "KeyboardInterrupt" in errors
    assert time.monotonic() - start < 8
    assert not (place / "data/processed").exists() and not list((place / ".atlas/tmp").iterdir())


def test_array_files_are_what_numpy_writes(tmp_path: Path):
    rows = np.random.default_rng(0).integers(0, 255, (37, 5, 4, 3), dtype=np.uint8)
    with ArrayFile(tmp_path / "a.npy", (5, 4, 3), np.uint8) as file:
        for start in range(0, 37, 10):
            file.append(rows[start : start + 10])
    buffer = io.BytesIO()
    np.save(buffer, rows)
    assert (tmp_path / "a.npy").read_bytes() == buffer.getvalue()
