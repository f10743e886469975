"""What steps took: noted beside their logs, shown on a page of its own, and never part of a result."""

import json
from pathlib import Path

import pytest
import report_tree

from latent_atlas import step
from latent_atlas.report import cost


def _note(name: str, **values: object) -> None:
    path = step.cost_path("demo", name, "vae_digits")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"seconds": 12.5, "cpu_seconds": 20, "memory_mb": 900, **values}))


def test_costs_are_shown_by_step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    checked = report_tree.write(tmp_path)
    monkeypatch.chdir(tmp_path)
    _note("train")
    _note("sample", seconds=2, memory_mb=1234)
    assert [(each.key, each.step, each.seconds) for each in cost.costs(checked)] == [
        ("vae_digits", "train", 12.5),
        ("vae_digits", "sample", 2),
    ]
    page = cost.build(checked)
    for text in ("vae_digits", "12.5", "1,234", "14 seconds in all", "data:image/png"):
        assert text in page


@pytest.mark.parametrize("damaged", ["{", "[]", '{"seconds": "<b>"}', '{"seconds": 1, "cpu_seconds": 1}'])
def test_a_damaged_note_is_as_none(damaged: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    checked = report_tree.write(tmp_path)
    monkeypatch.chdir(tmp_path)
    _note("train")
    step.cost_path("demo", "train", "vae_digits").write_text(damaged)
    assert not cost.costs(checked)
    assert "No step has run here" in cost.build(checked)
