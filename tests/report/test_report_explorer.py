"""What the explorer is given: planes, the names of their conditions, and the codes that lie on them."""

import dataclasses
from pathlib import Path

import pytest
import report_tree

from latent_atlas.report.explorer import explorer
from latent_atlas.report.gather import Gathered, Result, gather

NAMES = ("round", "long", "open")


@pytest.fixture
def gathered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Gathered:
    checked = report_tree.write(tmp_path, label_names=NAMES)
    monkeypatch.chdir(tmp_path)
    return gather(checked)


def result(gathered: Gathered, key: str) -> Result:
    return next(result for result in gathered.results if result.key == key)


def test_a_plane_for_each_label_with_codes_by_class(gathered: Gathered) -> None:
    shown = explorer(result(gathered, "cvae_digits"), gathered.sections[0])
    assert shown is not None
    assert shown.conditions == list(NAMES)
    assert [name for name, _ in shown.legend] == list(NAMES)
    assert shown.data["labelled"]
    assert [code[2] for code in shown.data["codes"]] == [place % 3 for place in range(30)]


def test_captions_are_no_classes(gathered: Gathered) -> None:
    captioned = dataclasses.replace(result(gathered, "cvae_digits"), condition="captions")
    shown = explorer(captioned, gathered.sections[0])
    assert shown is not None
    assert shown.conditions == list(NAMES)
    assert not shown.data["labelled"]  # else codes of class 2 would be put in front of the third caption


def test_without_a_condition_there_is_one_plane_and_no_button(gathered: Gathered) -> None:
    shown = explorer(result(gathered, "vae_digits"), gathered.sections[0])
    assert shown is not None
    assert shown.conditions == []
    assert explorer(result(gathered, "cnn_digits"), gathered.sections[0]) is None
