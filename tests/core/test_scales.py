"""Switching from one scale to another and back repeats no work: DVC remembers both."""

import shutil
from collections.abc import Callable
from typing import Any

import numpy as np
from PIL import Image
from projects import Project

STAGES = ("fetch@digits", "prepare@digits")


def at_scale(scale: str) -> Callable[[dict[str, Any]], None]:
    return lambda content: content.update(scale=scale)


def test_back_at_a_scale_its_data_come_from_the_cache(project: Callable[..., Project]) -> None:
    here = project("cnn_digits")
    for label in range(2):
        (here.path / f"own/{label}").mkdir(parents=True)
    for number in range(40):
        pixels = np.random.default_rng(number).integers(0, 256, (20, 20, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(here.path / f"own/{number % 2}/{number}.png")
    own = {"source": "folder", "path": "own"}
    here.edit(
        lambda content: content["datasets"]["digits"].update(demo={**own, "size": 16}, laptop={**own, "size": 24})
    )

    made = here.run("dvc", "repro", "prepare@digits")
    assert all(f"Running stage '{stage}'" in made for stage in STAGES)
    demo = here.files()
    here.edit(at_scale("laptop"))
    made = here.run("dvc", "repro", "prepare@digits")
    assert all(f"Running stage '{stage}'" in made for stage in STAGES)
    both = here.files()
    assert demo.items() < both.items() and any(name.startswith("data/laptop/digits/processed") for name in both)

    shutil.rmtree(here.path / "data")  # as on another machine, or after `dvc gc` of the workspace
    shutil.rmtree(here.path / "own")
    shutil.rmtree(here.path / "logs")
    for scale in ("demo", "laptop"):
        here.edit(at_scale(scale))
        made = here.run("dvc", "repro", "prepare@digits")
        assert "Running stage" not in made
    assert here.files() == both
    assert not (here.path / "logs").exists()  # no step has run
