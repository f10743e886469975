"""Pretrained networks: as deep as asked for, every layout of weights, and files that are not what they should be."""

from pathlib import Path

import h5py
import numpy as np
import pytest

from latent_atlas.backend import keras, tf
from latent_atlas.blocks import pretrained
from latent_atlas.columns import Network
from latent_atlas.errors import AtlasError

IMAGES = np.random.default_rng(0).random((1, 80, 96, 3)).astype(np.float32)
BGR = 255 * IMAGES[..., ::-1] - np.array([103.939, 116.779, 123.68], np.float32)


def theirs(kind: str, layer: str) -> "keras.Model":
    keras.utils.set_random_seed(0)
    whole = getattr(keras.applications, kind)(include_top=False, weights=None, input_shape=(None, None, 3))
    return keras.Model(whole.input, whole.get_layer(layer).output)


@pytest.mark.parametrize(
    ("network", "kind", "layer", "inputs"),
    [
        ("vgg16", "VGG16", "block2_conv2", BGR),
        ("vgg19", "VGG19", "block3_conv4", BGR),
        ("mobilenet_v2", "MobileNetV2", "block_2_expand_relu", 2 * IMAGES - 1),
    ],
)
def test_activations_are_those_of_keras(
    network: Network, kind: str, layer: str, inputs: np.ndarray, tmp_path: Path
) -> None:
    model = theirs(kind, layer)
    model.save_weights(tmp_path / "it.weights.h5")
    (found,) = pretrained.extractor(network, tmp_path / "it.weights.h5", [layer])(tf.constant(IMAGES))
    np.testing.assert_allclose(found, model(inputs, training=False), rtol=1e-4, atol=1e-4)


def test_files_of_earlier_versions_of_keras_are_read(tmp_path: Path) -> None:
    model = theirs("VGG16", "block1_conv2")
    with h5py.File(tmp_path / "it.h5", "w") as file:
        file.attrs["layer_names"] = ["input_1", "block1_conv1", "block1_conv2"]
        file.create_group("input_1").attrs["weight_names"] = []
        for name in ("block1_conv1", "block1_conv2"):
            names = [f"{name}_W_1:0", f"{name}_b_1:0"]
            file.create_group(name).attrs["weight_names"] = names
            for key, array in zip(names, model.get_layer(name).get_weights(), strict=True):
                file[name][key] = array
    (found,) = pretrained.extractor("vgg16", tmp_path / "it.h5", ["block1_conv2"])(tf.constant(IMAGES))
    np.testing.assert_allclose(found, model(BGR), rtol=1e-4, atol=1e-4)
    with pytest.raises(AtlasError, match=r"it\.h5: the layer block2_conv1 is not in it, needed: \[\(3, 3, 64, 128\)"):
        pretrained.extractor("vgg16", tmp_path / "it.h5", ["block2_conv1"])


def test_a_vgg_is_built_no_deeper_than_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    model = pretrained._vgg(pretrained.LAYERS["vgg16"], ["block2_conv1", "block1_conv1"], "max")
    assert [layer.name for layer in model.layers if layer.weights] == ["block1_conv1", "block1_conv2", "block2_conv1"]
    whole = pretrained._vgg(pretrained.LAYERS["vgg16"], ["block5_conv3"], "max")
    assert whole.count_params() == 14_714_688  # of all thirteen convolutions


def test_average_pooling_takes_the_place_of_the_maximum() -> None:
    kinds = {
        p: [type(layer).__name__ for layer in pretrained._vgg(pretrained.LAYERS["vgg19"], ["block3_conv1"], p).layers]
        for p in ("average", "max")
    }
    assert kinds["average"].count("AveragePooling2D") == 2 and "MaxPooling2D" not in kinds["average"]
    assert kinds["max"].count("MaxPooling2D") == 2 and "AveragePooling2D" not in kinds["max"]


@pytest.mark.parametrize("content", [b"", b"<html>no</html>", b"\x89HDF\r\n\x1a\n" + bytes(50)])
def test_what_is_no_hdf5_file_is_one_line(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "it.h5").write_bytes(content)
    with pytest.raises(AtlasError, match=r"it\.h5: cannot be read as HDF5") as refused:
        pretrained.extractor("vgg16", tmp_path / "it.h5", ["block1_conv1"])
    assert "\n" not in str(refused.value)


def test_arrays_of_other_shapes_are_refused(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "it.h5", "w") as file:
        file["block1/layers/conv2d/vars/0"] = np.zeros((3, 3, 3, 8), np.float32)
        file["block1/layers/conv2d/vars/1"] = np.zeros(8, np.float32)
    with pytest.raises(AtlasError, match=r"block1_conv1 has arrays of shapes \[\(3, 3, 3, 8\), \(8,\)\], needed: "):
        pretrained.extractor("vgg16", tmp_path / "it.h5", ["block1_conv1"])
