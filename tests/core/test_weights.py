"""Weights on disk: they come back, and those of strangers are refused without being run."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from latent_atlas import backend, io, weights
from latent_atlas.errors import AtlasError

CARD: dict[str, Any] = {
    "model": "mlp",
    "settings": {"steps": 1, "batch_size": 8, "learning_rate": 0.001, "hidden": 8, "feature_dim": 4},
    "columns": {
        "images": {"kind": "images", "shape": [8, 8, 1], "size": 0, "order": "rows"},
        "labels": {"kind": "labels", "shape": [], "size": 3, "order": "rows"},
    },
}
FOLDER = Path("model")


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def _saved(seed: int = 0) -> Any:
    backend.keras.utils.set_random_seed(seed)
    model = weights.build(CARD)
    weights.save(FOLDER, model, CARD)
    return model


def test_model_comes_back() -> None:
    model = _saved()
    loaded = weights.load(FOLDER, CARD)
    images = np.random.default_rng(0).random((5, 8, 8, 1), np.float32)
    np.testing.assert_array_equal(model.logits(images), loaded.logits(images))


def test_two_models_in_one_process_keep_their_names() -> None:
    _saved()
    first = set(io.load_arrays(FOLDER / weights.ARCHIVE))
    _saved()
    assert set(io.load_arrays(FOLDER / weights.ARCHIVE)) == first


def test_same_seed_same_bytes() -> None:
    _saved(1)
    first = (FOLDER / weights.ARCHIVE).read_bytes()
    _saved(1)
    assert (FOLDER / weights.ARCHIVE).read_bytes() == first
    _saved(2)
    assert (FOLDER / weights.ARCHIVE).read_bytes() != first


def test_judge_must_be_the_one_described() -> None:
    _saved(1)
    card = (FOLDER / weights.CARD).read_text()
    _saved(2)
    (FOLDER / weights.CARD).write_text(card)
    with pytest.raises(AtlasError, match="not the weights that"):
        weights.load_trained(FOLDER, CARD)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"card": np.array('{"model": "os.system"}')}, "its model is not what params.yaml"),
        ({"card": np.array("not JSON")}, "has no model card"),
        ({"card": np.array("[" * 100_000)}, "has no model card"),
        ({"card": np.array(json.dumps({**CARD, "columns": {}}))}, "its columns is not what params.yaml"),
        ({"classifier/000_kernel": np.zeros((2, 2), np.float32)}, r"is float32 \(2, 2\), must be float32 \(64, 8\)"),
        ({"classifier/000_kernel": np.zeros((64, 8), "<U9")}, r"is <U9 \(64, 8\), must be float32"),
        ({"extra": np.zeros(1)}, "not those of the model"),
    ],
)
def test_strange_weights_are_refused(change: dict[str, Any], message: str) -> None:
    _saved()
    io.save_arrays(FOLDER / weights.ARCHIVE, io.load_arrays(FOLDER / weights.ARCHIVE) | change)
    with pytest.raises(AtlasError, match=message):
        weights.load(FOLDER, CARD)
