"""The two steps as they are run, where the machine fails them: a full disk, a read-only folder, Ctrl-C, a false zip."""

import ctypes
import json
import os
import shutil
import signal
import stat
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from ruamel.yaml import YAML
from sources_support import encoded, picture

from latent_atlas.sources.obtaining import zips

ROOT = Path(__file__).parents[2]
CAPBSET_DROP, DAC_OVERRIDE, DAC_READ_SEARCH = 24, 1, 2  # of prctl(2), and capabilities(7)


def command(step: str) -> list[str]:
    return [sys.executable, str(ROOT / "scripts" / f"{step}.py"), "--scale", "demo", "digits"]


def write_params(folder: Path, **options: Any) -> None:
    """The project's own parameters, with a folder of images for its only dataset."""
    content = YAML(typ="safe").load(ROOT / "params.yaml")
    content["datasets"] = {"digits": {scale: {"source": "folder", **options} for scale in ("demo", "laptop", "full")}}
    content["experiments"], content["taught"] = {}, {}
    content["resources"].pop("experiments", None)
    with (folder / "params.yaml").open("w") as file:
        YAML(typ="safe").dump(content, file)


def pets(folder: Path, count: int = 20, side: int = 24) -> Path:
    folder.mkdir()
    for number in range(count):
        (folder / f"{number:03d}.png").write_bytes(encoded(picture(number, side, side)))
    return folder


def refused(step: str, place: Path, **options: Any) -> str:
    """Runs a step that should fail with one line and leave nothing; returns the line."""
    done = subprocess.run(command(step), cwd=place, capture_output=True, text=True, check=False, **options)
    assert done.returncode == 1, done
    assert done.stderr.count("\n") == 1 and done.stderr.startswith(f"{step} digits: ") and not done.stdout, done
    assert list(place.glob(".atlas/tmp/*")) == []
    return done.stderr


def climbing(name: str) -> Callable[[zipfile.ZipFile], None]:
    return lambda archive: archive.writestr(name, encoded(picture()))


def link(archive: zipfile.ZipFile) -> None:
    entry = zipfile.ZipInfo("link.png")
    entry.create_system, entry.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    archive.writestr(entry, "/etc/passwd")


ARCHIVES: dict[str, tuple[Callable[[zipfile.ZipFile], None], str, str]] = {
    "climbs out": (climbing("../../evil.png"), "fetch", "'../../evil.png' climbs out"),
    "absolute": (climbing("/tmp/evil.png"), "fetch", "'/tmp/evil.png' has an absolute path"),
    "link": (link, "fetch", "'link.png' is a symbolic link"),
    "capitals": (climbing("001.PNG"), "fetch", "'001.PNG' differ only in capitals"),
    "bomb": (lambda a: a.writestr("bomb.png", bytes(zips.LARGEST + 1)), "prepare", "'bomb.png' more than the 67,108,"),
}


@pytest.mark.parametrize("kind", ARCHIVES)
def test_a_malicious_zip(place: Path, kind: str):
    add, step, reason = ARCHIVES[kind]
    with zipfile.ZipFile(place / "pets.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(pets(place / "pets").iterdir()):
            archive.write(path, path.name)
        add(archive)
    write_params(place, path="pets.zip", size=16)
    before = sorted(place.parent.iterdir())
    if step == "prepare":
        subprocess.run(command("fetch"), cwd=place, check=True)
    line = refused(step, place)
    assert "pets.zip" in line and reason in line
    assert not list(place.glob("data/*/*/processed")) and (step == "prepare") == (place / "data").exists()
    assert sorted(place.parent.iterdir()) == before


@pytest.mark.parametrize(
    ("content", "reason"),
    [(b"<!DOCTYPE html><html>sign in</html>", "a web page under that name"), (b"PK\x03\x04 cut", "its end is missing")],
)
def test_a_zip_that_is_none(place: Path, content: bytes, reason: str):
    (place / "pets.zip").write_bytes(content)
    write_params(place, path="pets.zip")
    assert f"pets.zip: not a whole zip archive ({reason})" in refused("fetch", place)
    assert not (place / "data").exists()


def test_a_mended_folder_is_read_after_a_new_revision(place: Path):
    (pets(place / "pets") / "000.png").write_bytes(b"no picture")
    write_params(place, path="pets", size=16)
    subprocess.run(command("fetch"), cwd=place, check=True)
    line = refused("prepare", place)
    assert "pets: '000.png' is not a picture" in line
    assert "after a change set `revision: 1` in datasets.digits.demo" in line
    (place / "pets/000.png").unlink()
    write_params(place, path="pets", size=16, revision=1)
    for step in ("fetch", "prepare"):
        subprocess.run(command(step), cwd=place, check=True)


FULL = """
import json, os, subprocess, sys
from pathlib import Path

def mount(*options):
    subprocess.run(["mount", "-t", "tmpfs", *options, "tmpfs", "disk"], check=True)

def attempt(step):
    done = subprocess.run([*json.loads(sys.argv[1])[step]], cwd="disk", capture_output=True, text=True)
    left = [path for top in (".atlas/tmp", "data") for path in Path("disk", top).rglob("*") if path.is_file()]
    print(json.dumps([step, done.returncode, done.stderr, sorted(str(path.relative_to("disk")) for path in left)]))

mount("-o", "size=40k")
Path("disk/params.yaml").write_bytes(Path("params.yaml").read_bytes())
attempt("fetch")
mount("-o", "remount,size=400k")
attempt("fetch")
attempt("prepare")
mount("-o", "remount,size=4m")
attempt("prepare")
"""


def test_a_full_disk_leaves_nothing_and_the_next_run_goes_on(place: Path):
    pets(place / "pets", 40, 60)
    (place / "disk").mkdir()
    write_params(place, path=str(place / "pets"), size=64)
    apart = ["unshare", "--mount", *([] if os.geteuid() == 0 else ["--user", "--map-root-user"])]
    if not shutil.which("unshare") or subprocess.run([*apart, "true"], check=False, capture_output=True).returncode:
        pytest.skip("a small disk cannot be mounted here: no right to")
    steps = json.dumps({step: command(step) for step in ("fetch", "prepare")})
    done = subprocess.run(
        [*apart, sys.executable, "-c", FULL, steps], cwd=place, capture_output=True, text=True, check=True
    )
    full_fetch, fetched, full_prepare, prepared = (json.loads(line) for line in done.stdout.splitlines())
    why = "cannot be written: the disk is full; free some space and run the same command again\n"
    assert full_fetch == ["fetch", 1, f"fetch digits: data/demo/digits/raw: {why}", []]
    raw = ["data/demo/digits/raw/images.zip"]
    assert fetched[1] == 0 and fetched[3] == raw
    assert full_prepare == ["prepare", 1, f"prepare digits: data/demo/digits/processed: {why}", raw]
    assert prepared[1] == 0 and "data/demo/digits/processed/card.json" in prepared[3]


def forgo_privileges() -> None:
    """Runs in the child: root then has to respect permissions, as everybody does."""
    libc = ctypes.CDLL(None, use_errno=True)
    for capability in (DAC_OVERRIDE, DAC_READ_SEARCH):
        libc.prctl(CAPBSET_DROP, capability, 0, 0, 0)


@pytest.mark.skipif(sys.platform != "linux", reason="how root forgoes its privileges is Linux's own")
def test_a_read_only_data_folder(place: Path):
    pets(place / "pets")
    write_params(place, path="pets", size=16)
    (place / "data").mkdir()
    (place / "data").chmod(0o555)
    probe = [sys.executable, "-c", "open('data/probe', 'w')"]
    if not subprocess.run(probe, cwd=place, check=False, capture_output=True, preexec_fn=forgo_privileges).returncode:
        pytest.skip("this user may write into every folder")
    line = refused("fetch", place, preexec_fn=forgo_privileges)
    assert line == "fetch digits: data/demo/digits/raw: cannot be written: no permission to write there\n"
    assert list((place / "data").iterdir()) == []
    (place / "data").chmod(0o755)
    subprocess.run(command("fetch"), cwd=place, check=True, preexec_fn=forgo_privileges)
    (place / "data/demo/digits").chmod(0o555)
    assert "processed: cannot be written: no permission" in refused("prepare", place, preexec_fn=forgo_privileges)
    assert [path.name for path in (place / "data/demo/digits").iterdir()] == ["raw"]


def test_ctrl_c_half_way(place: Path):
    (place / "pets").mkdir()
    slow = encoded(Image.new("RGB", (3000, 3000), "orange"))  # small to keep, long to decode
    for number in range(150):
        (place / f"pets/{number:03d}.png").write_bytes(slow)
    write_params(place, path="pets", size=512)  # large rows are written one by one
    subprocess.run(command("fetch"), cwd=place, check=True)
    process = subprocess.Popen(
        command("prepare"), cwd=place, stderr=subprocess.PIPE, text=True, start_new_session=True,
        env={**os.environ, "LATENT_ATLAS_WORKERS": "2"},
    )  # fmt: skip
    deadline = time.monotonic() + 60
    while not any(path.stat().st_size > 2_000_000 for path in place.glob(".atlas/tmp/*/processed/train_images.npy")):
        assert process.poll() is None and time.monotonic() < deadline
        time.sleep(0.02)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does: workers get it too
    _, errors = process.communicate(timeout=30)
    assert process.returncode == 130
    assert errors == "prepare digits: interrupted; the same command resumes it\n"
    assert [path.name for path in (place / "data/demo/digits").iterdir()] == ["raw"]
    assert list((place / ".atlas/tmp").iterdir()) == []
    with pytest.raises(ProcessLookupError):  # no worker is left
        os.killpg(process.pid, 0)
