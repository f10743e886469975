"""Fixtures of the tests of sources: a place of their own, a source run as by the steps, a mirror, a server."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sources_support import Build, Server, Silent

from latent_atlas import io as door
from latent_atlas import prepared, sources
from latent_atlas.sources.obtaining import transfer


@pytest.fixture
def progress() -> Silent:
    return Silent()


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working folder; downloads and scratch files stay in it. No mirror is set."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("LATENT_ATLAS_MIRROR", raising=False)
    monkeypatch.setattr(transfer, "FIRST_WAIT", 0.01)
    return tmp_path


@pytest.fixture
def build(place: Path, progress: Silent) -> Build:
    """Fetches and prepares a source, as the two steps do."""

    def run(source: str, folder: str = "data", **options: Any) -> prepared.Dataset:
        module = sources.find(source)
        checked = module.Options(source=source, **options)
        with door.atomic_directory(place / folder / "raw") as raw:
            module.fetch(checked, raw, progress)
        with door.atomic_directory(place / folder / "processed") as out:
            module.prepare(checked, place / folder / "raw", out, progress)
        return prepared.load(place / folder / "processed")

    return run


@pytest.fixture(scope="session")
def mirror() -> Path:
    """The mirror folder, which only the tests marked ``mirror`` need."""
    where = os.environ.get("LATENT_ATLAS_MIRROR", "")
    if not where or not Path(where).is_dir():
        pytest.skip("LATENT_ATLAS_MIRROR names no folder with the real datasets")
    return Path(where)


@pytest.fixture
def server() -> Iterator[Server]:
    running = Server()
    yield running
    running.close()
