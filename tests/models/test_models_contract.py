"""What every model file keeps: alone among its kind, light to import, and going on after a stop as if none had been."""

import ast
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from latent_atlas import models
from latent_atlas.backend import keras, tf
from latent_atlas.columns import Column
from latent_atlas.model import DataSpec, Model
from latent_atlas.prepared.domains import two_domains
from latent_atlas.training import loop
from latent_atlas.training.checkpoints import Checkpoints

FILES = sorted(Path(models.__file__).parent.glob("[a-z]*.py"))
WINDOW = 8
TEXT = {"text": Column("text", (), 11, "text")}
LANGUAGE = {"window": WINDOW, "units": 8, "layers": 1, "ngram_order": 3, "ngram_rows": 16, "dropout": 0.3}
DATA = DataSpec({**DataSpec.of_images((16, 16, 1)).columns, **two_domains((16, 16, 1), "pairs"), **TEXT})
LATENTS = np.random.default_rng(0).standard_normal((3, 5)).astype(np.float32)
SEEDS = np.array([[0, 0], [0, 1], [0, 2]], np.int32)
SETTINGS = {
    "cyclegan": {"width": 2, "residual_blocks": 1, "discriminator_width": 2, "pool": 3},
    "pix2pix": {"width": 2, "discriminator_width": 2},
    "text_rnn": LANGUAGE,
    "text_transformer": {**LANGUAGE, "heads": 2},
    "gan": {"hidden": 16, "maxout_units": 8, "latent_dim": 5},
    "wgan_gp": {"width": 2, "critic_steps": 2, "latent_dim": 5},
    "stylegan": {
        "channel_base": 32,
        "channel_max": 8,
        "latent_dim": 5,
        "stable_images": 8,
        "fade_images": 8,
        "average_images": 8,
    },
}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_no_model_imports_another(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom):
            assert not (node.module or "").startswith("latent_atlas.models"), node.module
            assert not (node.module == "latent_atlas" and any(alias.name == "models" for alias in node.names))


def test_importing_every_model_loads_no_framework() -> None:
    code = (
        "import sys; from latent_atlas import models; [models.find(name) for name in models.names()];"
        "print([name for name in ('tensorflow', 'keras') if name in sys.modules])"
    )
    scripts = Path(models.__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", code], cwd=scripts, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


# ----------------------------------------------------------------------------- resuming


class Batches:
    def __init__(self, columns: tuple[str, ...], count: int) -> None:
        self.columns, self.count = columns, count

    def __getitem__(self, step: int) -> dict[str, np.ndarray]:
        generator = np.random.default_rng([7, step])
        if self.columns == ("text",):  # it begins with the first step and goes on in all others
            text = generator.integers(0, 11, (self.count, WINDOW + 1), np.int32)
            return {"text": text, "text_begins": np.array(step == 0)}
        return {name: generator.integers(0, 256, (self.count, 16, 16, 1), np.uint8) for name in self.columns}


class Progress:
    """Stops the run after so many steps, as a killed job is: the checkpoint is all that is left."""

    def __init__(self, last: int = 10**9) -> None:
        self.last = last

    def update(self, done: int, total: int, unit: str, detail: str = "") -> None:
        if done > self.last:
            raise KeyboardInterrupt


def build(name: str) -> tuple[Model, object]:
    keras.utils.set_random_seed(3)
    kind = models.find(name)
    settings = kind.Settings(steps=6, batch_size=4, learning_rate=0.01, frames=3, **SETTINGS[name])
    return kind(settings, DATA), settings


def train(name: str, folder: Path, last: int = 10**9) -> tuple[dict[str, np.ndarray], loop.Record]:
    folder.mkdir(parents=True, exist_ok=True)
    model, settings = build(name)
    batches = Batches(model.columns(settings), settings.images_per_step)

    def draw() -> dict[str, np.ndarray]:
        if hasattr(model, "decode"):
            return {"drawn": model.decode(LATENTS).numpy()}
        if hasattr(model, "write"):
            return {"drawn": model.write(tf.constant([[1, 2]]), tf.constant(1.0), tf.constant(SEEDS[0]), 5).numpy()}
        sources = tf.constant(batches[0][model.translations[0].source][:3] / np.float32(255))
        return {"drawn": model.translate("ab", sources, SEEDS).numpy()}

    record = loop.train(
        model, settings, 0, batches, DATA, draw,
        Checkpoints(folder, "same"), 0.0, Progress(last),
    )  # fmt: skip
    weights = {f"{n}/{i}": v.numpy() for n, net in model.networks.items() for i, v in enumerate(net.weights)}
    return weights, record


@pytest.mark.parametrize(
    "name",
    [
        "gan",
        "cyclegan",
        "pix2pix",
        "text_rnn",
        "text_transformer",
        pytest.param("wgan_gp", marks=pytest.mark.slow),
        pytest.param("stylegan", marks=pytest.mark.slow),
    ],
)
def test_a_resumed_run_ends_with_the_same_arrays(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    whole, record = train(name, tmp_path / "whole")
    with pytest.raises(KeyboardInterrupt):
        train(name, tmp_path / "parts", last=3)
    resumed, again = train(name, tmp_path / "parts")
    assert whole.keys() == resumed.keys()
    for key, array in whole.items():
        assert np.array_equal(array, resumed[key]), key
    assert record.rows == again.rows and record.snapshot_steps == again.snapshot_steps
    for key, images in record.snapshots.items():
        assert all(np.array_equal(a, b) for a, b in zip(images, again.snapshots[key], strict=True))


def test_a_grid_of_a_large_latent_space_is_made_of_typical_draws() -> None:
    from latent_atlas.latents import plane, surface, torus

    grid = torus(30, 40, 100)
    assert grid.shape == (30, 40, 100) and grid.dtype == np.float32
    assert np.linalg.norm(grid, axis=2).mean() == pytest.approx(10, rel=0.1)
    assert np.array_equal(grid, torus(30, 40, 100))
    step = np.linalg.norm(grid - np.roll(grid, 1, axis=1), axis=2)
    assert step.max() < 0.2 * 10 and np.allclose(step[:, 0], step[:, 1:].mean(), rtol=0.3)  # it closes
    assert np.array_equal(surface(4, 5, 2), plane(4, 5, 2))
    assert np.array_equal(surface(4, 5, 100), torus(4, 5, 100))
