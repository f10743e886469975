"""The step: what it writes."""

import json
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from latent_atlas import evidence
from latent_atlas.errors import AtlasError

SCRIPTS = Path(evidence.__file__).parents[1]


def run(folder: Path, monkeypatch: pytest.MonkeyPatch, arrays: dict[str, np.ndarray], findings: Any = None) -> None:
    """The step on arrays that need no dataset."""
    monkeypatch.syspath_prepend(SCRIPTS)
    monkeypatch.delitem(sys.modules, "evaluate", raising=False)
    import evaluate

    (folder / "model.json").write_text(json.dumps({"findings": findings}))
    monkeypatch.setattr(evidence, "load", lambda params, key: arrays)
    params = SimpleNamespace(folder=lambda key: folder)
    evaluate.main(params, "vae", None)


def read(folder: Path) -> tuple[Any, Any]:
    return tuple(json.loads((folder / f"{name}.json").read_text()) for name in ("metrics", "left_out"))  # type: ignore[return-value]


def test_numbers_of_six_digits_and_all_that_was_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    arrays = {
        "test_elbo": np.array([-1.0, -1.0, -1.25]),
        "code_means": np.zeros((1, 3)),
        "left_out": np.array(["transfers: needs at least 6 test images, there are 2"]),
    }
    run(tmp_path, monkeypatch, arrays, ["the critic has won"])
    assert read(tmp_path) == (
        {"elbo": -1.08333, "stability_flags": 1},
        [
            "transfers: needs at least 6 test images, there are 2",
            "Active units: needs at least 2 rows of code_means, there are 1",
        ],
    )


def test_without_anything_to_measure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run(tmp_path, monkeypatch, {})
    assert read(tmp_path) == ({}, [])


def test_arrays_that_do_not_fit_are_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(AtlasError, match=r"samples\.npz: test_elbo: test_elbo: contains NaN") as caught:
        run(tmp_path, monkeypatch, {"test_elbo": np.array([np.nan])})
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "metrics.json").exists()
