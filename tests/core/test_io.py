"""Files appear whole or not at all, and strangers' files run no code."""

import errno
import io as standard_io
import json
import pickle
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from latent_atlas import io
from latent_atlas.errors import AtlasError


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_arrays_come_back(tmp_path: Path) -> None:
    arrays = {"a": np.arange(6.0).reshape(2, 3), "name": np.array("x"), "empty": np.zeros((0, 3), np.uint8)}
    io.save_arrays(Path("a.npz"), arrays)
    loaded = io.load_arrays(Path("a.npz"))
    assert list(loaded) == list(arrays)
    for name, array in arrays.items():
        np.testing.assert_array_equal(loaded[name], array)
        assert loaded[name].dtype == array.dtype
        assert loaded[name].shape == array.shape


def test_same_arrays_same_bytes() -> None:
    arrays = {"a": np.arange(6.0).reshape(2, 3).T}
    io.save_arrays(Path("a.npz"), arrays)
    io.save_arrays(Path("b.npz"), {"a": np.ascontiguousarray(arrays["a"])})
    assert Path("a.npz").read_bytes() == Path("b.npz").read_bytes()


def test_failure_leaves_the_old_file_and_no_litter() -> None:
    io.save_text(Path("out/a.txt"), "old\n")
    with pytest.raises(RuntimeError), io.atomic_file(Path("out/a.txt")) as scratch:
        scratch.write_text("half")
        raise RuntimeError
    assert Path("out/a.txt").read_text() == "old\n"
    assert [path.name for path in Path("out").iterdir()] == ["a.txt"]
    assert list((io.WORK / "tmp").iterdir()) == []


def test_directory_is_replaced_as_a_whole() -> None:
    for content in ("one", "two"):
        with io.atomic_directory(Path("out")) as scratch:
            (scratch / content).write_text(content)
    assert [path.name for path in Path("out").iterdir()] == ["two"]


def test_full_disk_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(io.os, "replace", full)
    with pytest.raises(AtlasError, match=r"a\.txt: cannot be written: the disk is full"):
        io.save_text(Path("a.txt"), "x")
    assert not Path("a.txt").exists()


def test_other_file_system(monkeypatch: pytest.MonkeyPatch) -> None:
    rename = io.os.replace

    def across(source: Path, target: Path) -> None:
        if io.WORK in Path(source).parents:
            raise OSError(errno.EXDEV, "Invalid cross-device link")
        rename(source, target)

    monkeypatch.setattr(io.os, "replace", across)
    io.save_text(Path("out/a.txt"), "x\n")
    assert [path.name for path in Path("out").iterdir()] == ["a.txt"]


class _Bomb:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return (Path.touch, (Path("exploded"),))


def test_pickles_are_refused_and_not_run() -> None:
    buffer = standard_io.BytesIO()
    np.save(buffer, np.array([_Bomb()], dtype=object), allow_pickle=True)
    with zipfile.ZipFile("bad.npz", "w") as archive:
        archive.writestr("a.npy", buffer.getvalue())
    Path("bad.npy").write_bytes(buffer.getvalue())
    Path("pickle.npz").write_bytes(pickle.dumps(_Bomb()))
    for load, name in ((io.load_arrays, "bad.npz"), (io.load_array, "bad.npy"), (io.load_arrays, "pickle.npz")):
        with pytest.raises(AtlasError, match=f"{name}: not a readable"):
            load(Path(name))
    assert not Path("exploded").exists()


@pytest.mark.parametrize("keep", [0, 10, 200, -30])
def test_torn_archives_are_refused(keep: int) -> None:
    io.save_arrays(Path("a.npz"), {"a": np.arange(100.0)})
    Path("a.npz").write_bytes(Path("a.npz").read_bytes()[:keep])
    with pytest.raises(AtlasError, match=r"a\.npz: not a readable archive"):
        io.load_arrays(Path("a.npz"))


def test_flipped_bit_is_found() -> None:
    io.save_arrays(Path("a.npz"), {"a": np.arange(100.0)})
    content = bytearray(Path("a.npz").read_bytes())
    content[400] ^= 1
    Path("a.npz").write_bytes(content)
    with pytest.raises(AtlasError, match="not a readable archive"):
        io.load_arrays(Path("a.npz"))


def test_compressed_archives_are_refused() -> None:
    np.savez_compressed("bomb.npz", a=np.zeros(100_000_000, np.uint8))
    assert Path("bomb.npz").stat().st_size < 200_000
    with pytest.raises(AtlasError, match=r"bomb\.npz: not a readable archive of arrays \(a\.npy is compressed\)"):
        io.load_arrays(Path("bomb.npz"))


@pytest.mark.parametrize("load", [io.load_arrays, io.load_array])
def test_arrays_larger_than_their_file_are_refused(load: Callable[[Path], object]) -> None:
    buffer = standard_io.BytesIO()
    np.lib.format.write_array_header_1_0(buffer, {"descr": "<f8", "fortran_order": False, "shape": (10**15,)})
    Path("a.npy").write_bytes(buffer.getvalue())
    with zipfile.ZipFile("a.npz", "w") as archive:
        archive.write("a.npy")
    with pytest.raises(AtlasError, match="not a readable"):
        load(Path("a.npz" if load is io.load_arrays else "a.npy"))


def test_json_is_plain() -> None:
    io.save_json(Path("a.json"), {"b": 0.1, "a": "ä"})
    assert json.loads(Path("a.json").read_text(encoding="utf-8")) == {"a": "ä", "b": 0.1}
    with pytest.raises(ValueError, match="not JSON compliant"):
        io.save_json(Path("b.json"), {"a": float("nan")})
    Path("c.json").write_text("[" * 100_000)
    with pytest.raises(AtlasError, match=r"c\.json: not readable JSON"):
        io.load_json(Path("c.json"))


def test_missing_files_say_what_to_do() -> None:
    for load in (io.load_arrays, io.load_array, io.load_json):
        with pytest.raises(AtlasError, match="the step that makes it has not run"):
            load(Path("nothing"))


def test_table_tells_float32_apart() -> None:
    close = [1.0, 1.0 + 2**-23]
    io.save_table(Path("a.csv"), ["x"], [[value] for value in close])
    assert Path("a.csv").read_text() == "x\n1\n1.00000012\n"
