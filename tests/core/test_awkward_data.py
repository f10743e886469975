"""Every image model on data unlike the examples: it works, or it is refused in one line before it trains.

Each model meets a third of the datasets, and each dataset a third of the models; LATENT_ATLAS_WHOLE has all meet all.
"""

import itertools
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from projects import WHOLE

from latent_atlas import backend, evidence, io, models, params, prepared, sources, weights
from latent_atlas.animations.evolution import animate
from latent_atlas.columns import DataSpec
from latent_atlas.conditions import Conditions
from latent_atlas.errors import AtlasError
from latent_atlas.evaluation import evaluate
from latent_atlas.rendering import render
from latent_atlas.sampling import samplers
from latent_atlas.sampling.context import Context
from latent_atlas.training import cameras, loop
from latent_atlas.training.batches import Batches
from latent_atlas.training.checkpoints import Checkpoints


class Awkward(NamedTuple):
    """A folder of images."""

    size: Any = 32  # what `size` says
    channels: int = 3
    mode: str = "RGB"
    classes: tuple[int, ...] = (20, 20)  # images of each; a single class is no class


DATA = {
    "rectangle": Awkward(size=[28, 32]),
    "odd side": Awkward(size=45),
    "one class": Awkward(classes=(40,)),
    "twelve images": Awkward(classes=(6, 6)),
    "twelve images without classes": Awkward(classes=(12,)),
    "one image of each class": Awkward(classes=(1,) * 12),
    "45 classes of 6 to 9 images": Awkward(classes=tuple(6 + label % 4 for label in range(45))),
    "grey": Awkward(channels=1, mode="L"),
    "transparent": Awkward(mode="RGBA"),
}
SMALL = {
    "attribute_cnn": {"width": 2},
    "autoencoder": {"width": 2},
    "cgan": {"hidden": 8, "label_units": 8, "latent_units": 8, "maxout_units": 4},
    "cnn": {"width": 2},
    "cvae": {"width": 2},
    "cvae_gan": {"width": 2},
    "cvae_gan_article": {"width": 2, "inner_steps": 2},
    "rotation_cnn": {"width": 2},
    "vae_gan": {"width": 2},
    "dcgan": {"width": 2},
    "gan": {"hidden": 8, "maxout_units": 4},
    "lsgan": {"width": 2},
    "mlp": {"hidden": 8},
    "stylegan": {"channel_base": 64, "channel_max": 8, "latent_dim": 4, "stable_images": 4, "fade_images": 4},
    "vae": {"width": 2},
    "wgan_gp": {"width": 2, "critic_steps": 2},
}
# What is refused, and a part of the line that says so. Everything else works.
NEEDS_CLASSES = {"autoencoder", "cgan", "cnn", "cvae", "cvae_gan", "cvae_gan_article", "mlp"}
HALVES = {
    *("autoencoder", "cvae", "cvae_gan", "cvae_gan_article", "dcgan", "lsgan", "rotation_cnn", "vae", "vae_gan"),
    "wgan_gp",
}
REFUSED = {
    **{(model, data): "labels" for model in NEEDS_CLASSES for data in ("one class", "twelve images without classes")},
    **{("attribute_cnn", data): "'attributes'" for data in DATA},
    **{(model, "odd side"): "45x45" for model in HALVES | {"stylegan"}},
    ("stylegan", "rectangle"): "28x32",
}
PAIRS = [
    (model, data)
    for (number, model), (other, data) in itertools.product(enumerate(SMALL), enumerate(DATA))
    if WHOLE or (number + other) % 3 == 0
]


class _Silent:
    def say(self, text: str) -> None: ...

    def update(self, done: int, total: int, unit: str, detail: str = "") -> None: ...


def _draw(folder: Path, data: Awkward) -> None:
    generator = np.random.default_rng(0)
    for label, count in enumerate(data.classes):
        place = folder / f"class {label}"
        place.mkdir(parents=True)
        for number in range(count):
            bands = {"L": 1, "RGB": 3, "RGBA": 4}[data.mode]
            pixels = generator.integers(0, 256, (40, 36, bands), np.uint8)
            Image.fromarray(pixels.squeeze()).save(place / f"{number}.png")


def _params(model: str, data: Awkward) -> params.Params:
    # StyleGAN has a graph for each level, and each takes seconds to build.
    size = 16 if (model, data.size) == ("stylegan", 32) else data.size
    options = {"source": "folder", "path": "own", "size": size, "channels": data.channels}
    settings = {"steps": 2, "batch_size": 4, "learning_rate": 0.001, "frames": 2, **SMALL[model]}
    entry = {"model": model, "dataset": "own", "judge": model, **dict.fromkeys(params.SCALES, settings)}
    steps = {key: {} for key in ("fetch", "prepare", "train", "sample", "render", "evaluate", "report")}
    content = {
        "scale": "demo",
        "seed": 0,
        "checkpoint_seconds": 20.0,
        "datasets": {"own": dict.fromkeys(params.SCALES, options)},
        "evaluation": {
            key: {"samples": 100, "importance_samples": 2, "likelihood_images": 10} for key in params.SCALES
        },
        "animation": {"frames_per_second": 4, "labels_at_most": 2},
        "resources": {"steps": steps},
        "experiments": {model: entry},
    }
    return params.view(params.parse(params.File, content, "", params.FILE), "demo")


def _prepare(here: params.Params) -> prepared.Dataset:
    options = sources.options(here, "own")
    raw, done = Path("raw"), here.processed("own")
    for folder in (raw, done):
        folder.mkdir(parents=True)
    source = sources.find("folder")
    source.fetch(options, raw, _Silent())
    source.prepare(options, raw, done, _Silent())
    data = prepared.load(done)
    promised = DataSpec(source.columns(options))
    assert set(promised.columns) == set(data.spec.columns)
    return data


@pytest.mark.slow
@pytest.mark.parametrize(("model", "kind"), PAIRS)
def test_it_works_or_says_why_not(model: str, kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    _draw(Path("own"), DATA[kind])
    here = _params(model, DATA[kind])
    data = _prepare(here)
    if (model, kind) in REFUSED:
        with pytest.raises(AtlasError) as error:
            models.check_data(here, model, data.spec)
        assert "\n" not in str(error.value)
        assert f"experiments.{model}" in str(error.value)
        assert REFUSED[model, kind] in str(error.value)
        return
    _run(here, model, data)
    found, history = evidence.load(here, model), pd.read_csv(here.folder(model) / "history.csv")
    for folder in ("figures", "animations"):
        (here.folder(model) / folder).mkdir()
    render(found, history, here.folder(model) / "figures", model)
    animate(io.load_arrays(here.folder(model) / "snapshots.npz"), here.folder(model) / "animations", 4)
    metrics, _ = evaluate(found, None)
    assert all(np.isfinite(value) for value in metrics.values())
    assert list((here.folder(model) / "figures").glob("*.png"))
    assert list((here.folder(model) / "animations").glob("*.mp4"))


def _run(here: params.Params, key: str, data: prepared.Dataset) -> None:
    """Trains for two steps and samples, as the steps do."""
    settings, card = models.settings(here, key), weights.describe(here, key, data.spec)
    backend.keras.utils.set_random_seed(0)
    model = weights.build(card)
    take, stills = cameras.set_up(cameras.Subject(model, data, Conditions(model, data, 2, "validation"), 0))
    batches = Batches(data, model.columns(settings), settings.images_per_step, 0)
    record = loop.train(model, settings, 0, batches, data.spec, take, Checkpoints(Path("c"), "x"), 1e9, _Silent())
    weights.save(here.folder(key), model, card)
    io.save_table(here.folder(key) / "history.csv", ["step", "images_seen", *record.columns], record.rows)
    io.save_arrays(here.folder(key) / "snapshots.npz", record.film() | stills)
    judge = model if key in ("cnn", "mlp", "rotation_cnn") else None
    context = Context(model, weights.build(card), judge, data, 0, shown=2, **here.evaluation.model_dump())
    io.save_arrays(here.folder(key) / evidence.SAMPLES, samplers.collect(context))
    io.save_arrays(here.folder(key) / evidence.VERDICT, samplers.verdict(context))
