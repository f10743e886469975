"""The example files work as they stand: they are what replaces params.yaml for somebody's own data."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from projects import ROOT, WHOLE, copy_project

from latent_atlas import check, params

EXAMPLES = sorted((ROOT / "examples").glob("*.yaml"))
RUN = [file for file in EXAMPLES if WHOLE or file.stem in ("pictures_without_classes", "two_domains", "text")]
TEXT = "The quick brown fox jumps over the lazy dog, and {} other animals look on.\n"


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda file: file.stem)
def test_an_example_is_in_order(file: Path) -> None:
    chosen = check.everything(params.read(file), path=file)
    assert chosen.scale == "demo" and chosen.experiments
    assert f"cp examples/{file.name} params.yaml" in file.read_text(encoding="utf-8")
    assert file.name in (ROOT / "docs/data.md").read_text(encoding="utf-8")


def _files(name: str, folder: Path) -> None:
    """What a user of an example has, where the example says it is."""
    if name == "text":
        (folder / "my_text.txt").write_text("".join(TEXT.format(number) for number in range(400)), encoding="utf-8")
        return
    random = np.random.default_rng(0)
    kinds = {"pictures": ("cats", "dogs"), "two_domains": ("trainA", "trainB", "testA", "testB")}
    for kind in kinds.get(name, ("",)):
        place = folder / "my_pictures" / kind
        place.mkdir(parents=True)
        for number in range(60):
            pixels = random.integers(0, 256, (5, 7, 3), np.uint8)
            Image.fromarray(pixels).resize((70, 50)).save(place / f"{number}.png")


@pytest.mark.slow
@pytest.mark.parametrize("file", RUN, ids=lambda file: file.stem)
def test_an_example_ends_with_a_report(file: Path, tmp_path: Path) -> None:
    here = copy_project(tmp_path / "project")
    shutil.copy(file, here.path / "params.yaml")
    _files(file.stem, here.path)
    here.edit(lambda content: [entry["demo"].update(steps=6, frames=3) for entry in content["experiments"].values()])
    here.edit(lambda content: content["evaluation"]["demo"].update(samples=100, likelihood_images=20))
    here.run("snakemake", "--cores", "2")
    page = (here.path / "results/demo/report/index.html").read_text(encoding="utf-8")
    for key in params.read(file)["experiments"]:
        assert key in page
        assert json.loads((here.path / f"results/demo/experiments/{key}/metrics.json").read_text())
    here.run("python", "scripts/sync.py", "--from", "snakemake")
    assert "up to date" in here.run("dvc", "status")
