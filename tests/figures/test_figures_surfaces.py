"""The torus, and what a generator by styles draws: each image in its place."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from latent_atlas.figures import mixed_styles, surfaces, theme
from latent_atlas.figures.material import Material

Arrays = dict[str, NDArray[Any]]


def material(**arrays: NDArray[Any]) -> Material:
    return Material({"condition_names": np.array(["zero", "one"]), **arrays}, pd.DataFrame())


def flat(*lead: int) -> NDArray[np.uint8]:
    """Images of one colour each, which no text and no other image has."""
    count = int(np.prod(lead))
    colours = np.stack([np.arange(count) + 1, np.full(count, 130), np.full(count, 7)], axis=1).astype(np.uint8)
    return np.tile(colours[:, None, None], (1, 28, 28, 1)).reshape(*lead, 28, 28, 3)


def places(picture: NDArray[np.uint8], image: NDArray[np.uint8]) -> list[tuple[int, int]]:
    """Upper left corners (y, x) of every square of an image's colour."""
    mask = (picture == image[0, 0]).all(axis=2)
    corner = mask & ~np.roll(mask, 1, axis=0) & ~np.roll(mask, 1, axis=1)
    return [(int(y), int(x)) for y, x in np.argwhere(corner)]


def place(picture: NDArray[np.uint8], image: NDArray[np.uint8]) -> tuple[int, int]:
    (only,) = places(picture, image)
    return only


def test_the_torus_keeps_row_zero_on_top() -> None:
    images = flat(3, 4)
    out = surfaces.torus(material(latent_torus=images)).body
    origin, right, below = (place(out, images[at]) for at in ((0, 0), (0, 1), (1, 0)))
    side = right[1] - origin[1]
    assert right == (origin[0], origin[1] + side)
    assert below == (origin[0] + side, origin[1])


def test_every_condition_has_a_torus() -> None:
    images = flat(2, 3, 3)
    out = surfaces.torus(material(latent_torus=images)).body
    assert place(out, images[0, 0, 0])[0] == place(out, images[1, 0, 0])[0]
    assert place(out, images[0, 0, 2])[1] < place(out, images[1, 0, 0])[1]


def test_truncation_has_an_image_a_row() -> None:
    images = flat(2, 3)
    out = mixed_styles.truncation(
        material(truncation_sweep=images, truncation_psis=np.array([-1, 0, 1], np.float32))
    ).body
    assert place(out, images[0, 0])[0] == place(out, images[0, 2])[0] < place(out, images[1, 0])[0]
    assert place(out, images[0, 0])[1] == place(out, images[1, 0])[1] < place(out, images[0, 1])[1]
    beneath = place(out, images[1, 0])[0] + 28
    assert out[beneath + 28 :].min() < 100  # the names of the columns


def test_mixed_images_stand_between_their_sources() -> None:
    everything = flat(2 * 16 + 8)
    mixed, rows, columns = everything[:32].reshape(2, 4, 4, 28, 28, 3), everything[32:36], everything[36:]
    empty = np.zeros((1, *mixed.shape[1:]), np.uint8)
    out = mixed_styles.mixing(
        material(
            style_mixing=np.concatenate([mixed, empty]),
            style_mixing_rows=rows,
            style_mixing_columns=columns,
            style_mixing_layers=np.array([[0, 4], [4, 6], [6, 6]]),
        )
    ).body
    blocks = places(out, rows[1])
    assert len(blocks) == 2  # an empty range of layers has no block
    for block, images in zip(blocks, mixed, strict=True):
        assert place(out, images[1, 2]) == (block[0], place(out, columns[2])[1])
    assert places(out, mixed[0, mixed_styles.MIXED_ROWS, 0]) == []
    assert not (out == 0).all(axis=2)[:, place(out, columns[0])[1] :].any()


def test_the_sizes_of_layers() -> None:
    assert mixed_styles._sides(0, 4) == ["4×4", "8×8"]
    assert mixed_styles._sides(4, 6) == ["16×16"]
    assert mixed_styles._sides(4, 7) == ["16×16", "32×32"]


def test_deviation_is_dark_where_the_noise_shows() -> None:
    draws, deviation = flat(2, 3), np.zeros((2, 28, 28), np.float32)
    deviation[1, :, 14:] = 0.2
    out = mixed_styles.noise(material(noise_draws=draws, noise_deviation=deviation)).body
    y, x = place(out, draws[1, 2])
    width = place(out, draws[0, 2])[1] - place(out, draws[0, 1])[1] - mixed_styles.GAP
    start = x + width + mixed_styles.APART
    darkest, lightest = out[y, start + width - 1], out[y, start]
    assert darkest.sum() < 250 < 700 < lightest.sum()
    assert (out[place(out, draws[0, 2])[0], start + width - 1] == lightest).all()


def test_no_deviation_at_all_is_drawn() -> None:
    out = mixed_styles.noise(material(noise_draws=flat(1, 3), noise_deviation=np.zeros((1, 28, 28), np.float32))).body
    assert out.shape[1] <= theme.WIDTH + 100
