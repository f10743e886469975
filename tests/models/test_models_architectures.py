"""Each architecture against the layer shapes and parameter counts of its paper."""

import numpy as np
import pytest

from latent_atlas import models
from latent_atlas.model import DataSpec, Model

DIGITS, FACES = DataSpec.of_images((28, 28, 1), labels=10), DataSpec.of_images((64, 64, 3))


def build(name: str, data: DataSpec, **settings) -> Model:
    kind = models.find(name)
    return kind(kind.Settings(steps=1, batch_size=2, learning_rate=0.001, **settings), data)


def trained(network) -> int:
    return sum(int(np.prod(v.shape)) for v in network.trainable_variables)


def shapes(network, kind: str) -> list[tuple[int, ...]]:
    return [tuple(layer.output.shape[1:]) for layer in network.layers if type(layer).__name__ == kind]


def dense(inputs: int, outputs: int) -> int:
    return (inputs + 1) * outputs


def test_gan_is_the_perceptrons_of_goodfellow() -> None:
    model = build("gan", DIGITS)
    assert trained(model.networks["generator"]) == dense(100, 1200) + dense(1200, 1200) + dense(1200, 784)
    assert trained(model.networks["discriminator"]) == dense(784, 240 * 5) + dense(240, 240 * 5) + dense(240, 1)


def test_cgan_is_the_perceptrons_of_mirza() -> None:
    model = build("cgan", DIGITS)
    generator = dense(100, 200) + dense(10, 1000) + dense(1200, 1200) + dense(1200, 784)
    discriminator = dense(784, 240 * 5) + dense(10, 50 * 5) + dense(290, 240 * 4) + dense(240, 1)
    assert trained(model.networks["generator"]) == generator
    assert trained(model.networks["discriminator"]) == discriminator


@pytest.mark.parametrize("name", ["gan", "cgan"])
def test_perceptrons_begin_as_in_the_code_of_goodfellow(name: str) -> None:
    model = build(name, DIGITS)
    for network, bound in {"generator": 0.05, "discriminator": 0.005}.items():
        kernels = [v for v in model.networks[network].trainable_variables if v.name == "kernel"]
        large = [v.numpy() for v in kernels if np.prod(v.shape) > 100_000]
        assert len(large) >= 2
        for weights in large:
            assert np.abs(weights).max() <= bound
            assert weights.std() == pytest.approx(bound / np.sqrt(3), rel=0.01)
        others = [v.numpy() for v in kernels if v.shape[0] != DIGITS.labels]
        assert all(np.abs(weights).max() <= bound for weights in others)
    rates = [layer.rate for layer in model.networks["discriminator"].layers if type(layer).__name__ == "Dropout"]
    assert rates == [0.2, 0.5, 0.5]


def test_layers_that_see_labels_begin_larger_for_a_one_hot_vector_is_short() -> None:
    model = build("cgan", DIGITS)
    for network, bound in {"generator": 0.5, "discriminator": 0.05}.items():
        (weights,) = [v.numpy() for v in model.networks[network].trainable_variables if v.shape[0] == DIGITS.labels]
        assert np.abs(weights).max() <= bound
        assert weights.std() == pytest.approx(bound / np.sqrt(3), rel=0.05)


def test_dcgan_is_figure_one() -> None:
    model = build("dcgan", FACES)
    generator, discriminator = model.networks["generator"], model.networks["discriminator"]
    assert tuple(generator.inputs[0].shape) == (None, 100)
    assert shapes(generator, "Reshape") == [(4, 4, 1024)]
    assert shapes(generator, "TransposedConvolution") == [(8, 8, 512), (16, 16, 256), (32, 32, 128), (64, 64, 3)]
    assert shapes(discriminator, "StridedConvolution") == [(32, 32, 128), (16, 16, 256), (8, 8, 512), (4, 4, 1024)]
    weights = 100 * 16384 + 25 * (1024 * 512 + 512 * 256 + 256 * 128 + 128 * 3) + 3
    assert trained(generator) == weights + 2 * (1024 + 512 + 256 + 128)
    weights = 25 * (3 * 128 + 128 * 256 + 256 * 512 + 512 * 1024) + 128 + 16384 + 1
    assert trained(discriminator) == weights + 2 * (256 + 512 + 1024)


def test_dcgan_normalises_all_but_the_output_and_the_input() -> None:
    model = build("dcgan", FACES, width=4)
    for name, count in {"generator": 4, "discriminator": 3}.items():
        kinds = [type(layer).__name__ for layer in model.networks[name].layers]
        assert kinds.count("BatchNormalization") == count
    first = [type(layer).__name__ for layer in model.networks["discriminator"].layers][2:4]
    assert first == ["StridedConvolution", "LeakyReLU"]
    slopes = {
        layer.negative_slope for layer in model.networks["discriminator"].layers if hasattr(layer, "negative_slope")
    }
    assert slopes == {0.2}


def test_dcgan_weights_begin_at_two_hundredths() -> None:
    model = build("dcgan", FACES, width=32)
    for network in model.networks.values():
        for variable in network.trainable_variables:
            if variable.name == "kernel" and np.prod(variable.shape) > 10_000:
                assert variable.numpy().std() == pytest.approx(0.02, rel=0.03)


@pytest.mark.parametrize("side", [16, 28, 32, 64])
@pytest.mark.parametrize("name", ["dcgan", "lsgan", "wgan_gp"])
def test_strided_networks_fit_any_such_side(name: str, side: int) -> None:
    model = build(name, DataSpec.of_images((side, side, 3)), width=2, latent_dim=3)
    images = model.decode(np.random.default_rng(0).standard_normal((2, 3), np.float32))
    assert images.shape == (2, side, side, 3)
    assert 0 <= images.numpy().min() <= images.numpy().max() <= 1
    judge = model.networks.get("critic", model.networks.get("discriminator"))
    assert judge([images], training=False).shape == (2, 1)


def test_adam_settings_of_the_papers() -> None:
    wanted = {"dcgan": (0.5, 0.999), "gan": (0.5, 0.999), "wgan_gp": (0.0, 0.9), "lsgan": (0.5, 0.999)}
    for name, betas in wanted.items():
        for optimizer in build(name, DataSpec.of_images((16, 16, 1))).optimizers.values():
            assert (optimizer.beta_1, optimizer.beta_2) == betas
    for optimizer in build("stylegan", DataSpec.of_images((16, 16, 3)), channel_max=8).optimizers.values():
        assert (optimizer.beta_1, optimizer.beta_2, optimizer.epsilon) == (0.0, 0.99, 1e-8)


def test_attribute_network_has_a_logit_for_each_attribute() -> None:
    assert "attributes" in models.find("attribute_cnn").reads
    model = build("attribute_cnn", DataSpec.of_images((32, 32, 3), attributes=5), width=4, feature_dim=7)
    images = np.zeros((2, 32, 32, 3), np.float32)
    assert model.attribute_logits(images).shape == (2, 5)
    assert model.features(images).shape == (2, 7)


def test_attribute_loss_is_the_mean_over_attributes() -> None:
    model = build(
        "attribute_cnn", DataSpec.of_images((16, 16, 1), attributes=3), width=2, shift=0, mirror=False, dropout=0.0
    )
    images = np.random.default_rng(0).random((2, 16, 16, 1), np.float32)
    present = np.array([[1, 0, 1], [0, 0, 1]], np.float32)
    p = 1 / (1 + np.exp(-model.attribute_logits(images).numpy()))
    wanted = -(present * np.log(p) + (1 - present) * np.log(1 - p)).mean()
    losses = model.train_step({"images": images, "attributes": present}, np.array([0, 0], np.int32))
    assert float(losses["cross_entropy"]) == pytest.approx(wanted, rel=1e-5)
    assert float(losses["batch_accuracy"]) == pytest.approx(((p > 0.5) == present).mean())
