"""The samplers of attributes and styles, on models simple enough that every array is known."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from latent_atlas import model as abilities
from latent_atlas.backend import tf
from latent_atlas.columns import DataSpec
from latent_atlas.errors import TooFewError
from latent_atlas.metrics.images import enlarge_bicubic
from latent_atlas.sampling import attribute_arithmetic as arithmetic
from latent_atlas.sampling import decodes, encodes, generates, mixes_styles, names_rotations, samplers, super_resolves
from latent_atlas.sampling.context import Context

ATTRIBUTES = ["bright", "red"]


def faces(count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Images (n, 2, 2, 3) of one colour each: ``bright`` raises all channels by 100, ``red`` the first by 50."""
    generator = np.random.default_rng(seed)
    attributes = generator.integers(0, 2, (count, 2)).astype(np.uint8)
    colours = generator.integers(20, 40, (count, 3)) + 100 * attributes[:, :1]
    colours[:, 0] += 50 * attributes[:, 1]
    return np.tile(colours[:, None, None], (1, 2, 2, 1)).astype(np.uint8), attributes


class Colours(abilities.Encodes, abilities.Generates):
    """Its code is the colour of the first pixel."""

    condition = None
    latent_dim = 3

    def encode(self, images: Any) -> Any:
        return images[:, 0, 0, :]

    def decode(self, latents: Any) -> Any:
        return tf.tile(latents[:, None, None], (1, 2, 2, 1))


class Judge(abilities.NamesAttributes):
    """Sure of what it sees."""

    def features(self, images: Any) -> Any:
        return images[:, 0, 0, :]

    def attribute_logits(self, images: Any) -> Any:
        colour = 255 * images[:, 0, 0, :]
        return tf.stack([colour[:, 1] - 80, colour[:, 0] - colour[:, 1] - 25], axis=1)


class Rows(dict[str, Any]):
    """A split of which a number of rows can be taken."""

    def head(self, count: int) -> "Rows":
        return Rows({name: column[:count] for name, column in self.items()})


def context(model: Any, judge: Any, attributes: dict[str, np.ndarray] | None = None) -> Context:
    found = {"train": faces(200, 0), "validation": faces(50, 2), "test": faces(50, 1)}
    splits = {
        name: Rows(images=images, attributes=(attributes or {}).get(name, own)) for name, (images, own) in found.items()
    }
    data = SimpleNamespace(
        path=Path("data/demo/faces/processed"),
        spec=DataSpec.of_images((2, 2, 3), attributes=2),
        names=lambda column: ATTRIBUTES,
        split=lambda name: splits[name],
    )
    return Context(model, model, judge, data, 0, 100, 1, 1, shown=10)


def test_attribute_vectors_lead_from_without_to_with() -> None:
    arrays = arithmetic.attribute_arithmetic(context(Colours(), Judge()))
    assert arrays["attribute_vectors"] * 255 == pytest.approx(np.array([[100, 100, 100], [50, 0, 0]]), abs=25)


def test_the_judge_sees_the_attribute_come() -> None:
    arrays = arithmetic.attribute_arithmetic(context(Colours(), Judge()))
    before, after = arrays["attribute_before"], arrays["attribute_after"]
    assert before.shape == after.shape == (arithmetic.IMAGES, 2)
    assert before.max() < 0.5 < after.min()


def test_arithmetic_begins_at_the_reconstruction_and_goes_on_in_equal_steps() -> None:
    arrays = arithmetic.attribute_arithmetic(context(Colours(), Judge()))
    shown, steps = arrays["attribute_arithmetic"].astype(int), arrays["attribute_steps"]
    assert shown.shape == (2, arithmetic.LINES, len(steps), 2, 2, 3)
    assert np.array_equal(shown[:, :, 0], arrays["attribute_sources"])
    rise = shown[0, 0, :, 0, 0, 1] - shown[0, 0, 0, 0, 0, 1]
    assert rise[steps == 1] == pytest.approx(100, abs=10)
    assert rise[steps == 2] == pytest.approx(200, abs=20)


class Dazzled(Judge):
    """Finds nothing in what is too bright."""

    def attribute_logits(self, images: Any) -> Any:
        too_bright = tf.reduce_max(images[:, 0, 0, :], axis=1, keepdims=True) > 200 / 255
        return tf.where(too_bright, -9.0, super().attribute_logits(images))


@pytest.mark.parametrize(("brightened", "step"), [(None, 1.5), ("validation", 0.25), ("test", 1.5)])
def test_the_step_is_chosen_on_validation_images_alone(
    monkeypatch: pytest.MonkeyPatch, brightened: str | None, step: float
) -> None:
    monkeypatch.setattr(arithmetic, "CANDIDATES", np.array([0.25, 1.5, 3.0], np.float32))
    given = context(Colours(), Dazzled())
    if brightened:
        rows = given.data.split(brightened)
        rows["images"] = rows["images"] + np.uint8(60)
    assert arithmetic.attribute_arithmetic(given)["attribute_step"] == step


def test_images_are_encoded_once() -> None:
    class Counted(Colours):
        calls = 0

        def encode(self, images: Any) -> Any:
            Counted.calls += 1  # each time the graph is traced
            return super().encode(images)

    shared = context(Counted(), Judge())
    arrays = encodes.codes(shared) | encodes.posterior_means(shared) | encodes.reconstructions(shared)
    arrays |= encodes.interpolations(shared)
    assert np.array_equal(arrays["test_codes"], arrays["code_means"])
    assert np.array_equal(arrays["test_reconstructions"], shared.test["images"])
    assert Counted.calls == 1  # one graph, though the splits differ in length


def test_an_attribute_that_all_images_have_is_named() -> None:
    everywhere = {"train": np.ones((200, 2), np.uint8), "test": np.zeros((50, 2), np.uint8)}
    with pytest.raises(TooFewError, match="bright"):
        arithmetic.attribute_arithmetic(context(Colours(), Judge(), everywhere))


def _called(given: Context) -> set[str]:
    return {sampler.function.__name__ for sampler in samplers.SAMPLERS if sampler.applies(given)}


def test_what_is_sampled_follows_from_model_data_and_judge() -> None:
    alone = {"codes", "posterior_means", "reconstructions", "interpolations", "manifold", "samples"}
    assert _called(context(Colours(), None)) == alone
    assert _called(context(Colours(), Judge())) == alone | {"judged", "attribute_arithmetic"}  # it knows no classes
    without = context(Colours(), Judge())
    without.data.spec = DataSpec.of_images((2, 2, 3))
    assert _called(without) == alone | {"judged"}


def test_a_judge_sees_samples_noise_and_the_untrained_model() -> None:
    arrays = generates.judged(context(Colours(), Judge()))
    assert {name: array.shape for name, array in arrays.items()} == {
        f"{name}_features": (100, 3) for name in ("sample", "noise", "untrained")
    }


def test_too_few_rows_leave_a_sample_out_and_say_why() -> None:
    given = context(Colours(), None)
    given.data.split("test")["images"] = given.data.split("test")["images"][:1]
    arrays = samplers.collect(given)
    assert "interpolations" not in arrays
    assert arrays["samples"].shape == (100, 2, 2, 3)
    assert arrays["left_out"].tolist() == [
        "interpolations: needs two test images of one class, there is none with more than one"
    ]


def test_a_large_latent_space_is_drawn_as_a_torus() -> None:
    model = Colours()
    model.latent_dim = 40
    model.decode = lambda latents: tf.tile(latents[:, None, None, :3], (1, 2, 2, 1))
    assert set(decodes.manifold(context(model, None))) == {"latent_torus"}
    assert set(decodes.manifold(context(Colours(), None))) == {"manifold"}


# ------------------------------------------------------------------------------- styles


class TwoByTwo(abilities.MixesStyles):
    """Six layers of one number each. An image says in its pixels: the sum of coarse, middle and fine, and the noise."""

    condition = None
    latent_dim, style_layers = 1, 6

    def styles(self, latents: Any, truncation: Any) -> Any:
        style = tf.sigmoid(latents) * 0.2 * tf.maximum(truncation[:, None], 0.0)
        return tf.tile(style[:, None], (1, 6, 1))

    def synthesize(self, styles: Any, seeds: Any) -> Any:
        parts = tf.stack(
            [tf.reduce_sum(p, axis=(1, 2)) for p in (styles[:, :4], styles[:, 4:5], styles[:, 5:])], axis=1
        )
        noise = tf.cast(seeds[:, 1] % 251, tf.float32) / 255.0
        pixels = tf.concat([parts, noise[:, None]], axis=1)
        return tf.tile(tf.reshape(pixels, (-1, 2, 2, 1)), (1, 1, 1, 3))

    def decode(self, latents: Any) -> Any:
        raise NotImplementedError


def test_truncation_sweeps_each_latent_with_the_same_noise() -> None:
    arrays = mixes_styles.truncation(context(TwoByTwo(), None))
    sweep, psis = arrays["truncation_sweep"], arrays["truncation_psis"]
    assert sweep.shape == (mixes_styles._STYLED, len(psis), 2, 2, 3)
    assert (sweep[:, psis <= 0, 0] == 0).all()
    coarse = sweep[:, :, 0, 0, 0].astype(float)
    assert coarse[:, psis == 0.4] / coarse[:, psis == 1] == pytest.approx(
        0.4 * np.ones((mixes_styles._STYLED, 1)), abs=0.02
    )
    assert (sweep[:, :, 1, 1] == sweep[:, :1, 1, 1]).all()


def test_mixing_takes_a_range_of_layers_from_the_column() -> None:
    arrays = mixes_styles.style_mixing(context(TwoByTwo(), None))
    rows, columns = arrays["style_mixing_rows"], arrays["style_mixing_columns"]
    assert arrays["style_mixing_layers"].tolist() == [[0, 4], [4, 5], [5, 6]]
    for index, (y, x) in enumerate([(0, 0), (0, 1), (1, 0)]):  # the pixel that says coarse, middle, fine
        mixed = arrays["style_mixing"][index]
        assert np.array_equal(mixed[..., y, x, 0], np.tile(columns[:, y, x, 0], (mixes_styles._STYLED, 1)))
        for other_y, other_x in {(0, 0), (0, 1), (1, 0)} - {(y, x)}:
            assert np.array_equal(mixed[..., other_y, other_x, 0], np.tile(rows[:, other_y, other_x, 0], (6, 1)).T)


def test_noise_draws_differ_in_the_noise_alone() -> None:
    arrays = mixes_styles.noise_variation(context(TwoByTwo(), None))
    assert arrays["noise_draws"].shape == (mixes_styles._STYLED, mixes_styles._STYLED, 2, 2, 3)
    deviation = arrays["noise_deviation"]
    assert deviation.shape == (mixes_styles._STYLED, 2, 2)
    assert (deviation[:, 1, 1] > 0.1).all() and deviation[:, 0].max() < 1e-6


class Enlarger(abilities.SuperResolves):
    """Repeats pixels, each twice; before adversarial training it made them half as bright."""

    condition = None
    translations = (abilities.Translation("ab", "images", "images"),)

    def sources(self, images: Any) -> Any:
        return images[:, ::2, ::2]

    def translate(self, name: str, images: Any, seeds: Any) -> Any:
        return tf.repeat(tf.repeat(images, 2, axis=1), 2, axis=2)

    def enlarge(self, images: Any) -> Any:
        return 0.5 * self.translate("ab", images, None)


def test_enlargements_begin_with_the_same_small_images() -> None:
    here = context(Enlarger(), Judge())
    arrays = super_resolves.enlargements(here)
    truth = here.test["images"].astype(int)
    assert arrays["srresnet_images"] == pytest.approx(truth / 2, abs=0.51)
    assert arrays["bicubic_images"] == pytest.approx(truth, abs=0.51)  # images of one colour each
    features = super_resolves.judged(here)
    assert features["srgan_features"] * 255 == pytest.approx(truth[:, 0, 0], abs=1e-3)
    assert features["srresnet_features"] * 255 == pytest.approx(truth[:, 0, 0] / 2, abs=0.51)


def test_bicubic_is_that_of_the_metric() -> None:
    images = np.random.default_rng(0).integers(70, 180, (3, 8, 8, 3), np.uint8)
    here = SimpleNamespace(model=Enlarger(), translated=lambda way: (images, np.zeros((3, 32, 32, 3), np.uint8)))
    found = Context.enlarged.func(here)["bicubic"].astype(int)
    assert np.abs(found - enlarge_bicubic(images, 32, 32)).max() <= 1  # Pillow rounds between rows and columns


class Upright(abilities.NamesRotations):
    """Knows that the first channel is brightest at the top."""

    def features(self, images: Any) -> Any:
        return images[:, 0, 0, :]

    def rotation_logits(self, images: Any) -> Any:
        edges = (images[:, 0], images[:, :, 0], images[:, -1], images[:, :, -1])  # top, left, bottom, right
        return tf.stack([tf.reduce_mean(edge, axis=(1, 2)) for edge in edges], axis=1)


@pytest.mark.parametrize("sides", [(6, 6), (6, 9), (10, 6)])
def test_rotations_are_asked_for_in_the_order_of_the_logits(sides: tuple[int, int]) -> None:
    height, width = sides
    image = np.zeros((height, width, 3), np.uint8)
    side = min(sides)
    image[(height - side) // 2] = 255
    images = np.stack([image] * 5)
    of_images = SimpleNamespace(model=Upright(), test={"images": images})
    logits = names_rotations.predictions(of_images)["test_rotation_logits"]
    assert logits.shape == (4, 5, 4)
    assert (logits.argmax(axis=2) == np.arange(4)[:, None]).all()
