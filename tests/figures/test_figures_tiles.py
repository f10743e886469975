"""Tiles and lettering: geometry on arrays small enough to write down."""

import numpy as np
import pytest

from latent_atlas.figures import lettering, tiles


def test_tile_by_hand() -> None:
    images = np.array([1, 2, 3], np.uint8).reshape(3, 1, 1, 1)
    grid = tiles.tile(images, 2, 2, gap=1, scale=2)
    assert grid[..., 0].tolist() == [
        [1, 1, 255, 2, 2],
        [1, 1, 255, 2, 2],
        [255, 255, 255, 255, 255],
        [3, 3, 255, 255, 255],
        [3, 3, 255, 255, 255],
    ]


def test_tile_without_gap_keeps_colour_and_order() -> None:
    images = np.arange(4 * 2 * 3 * 3, dtype=np.uint8).reshape(4, 2, 3, 3)
    grid = tiles.tile(images, 2, 2, gap=0)
    assert grid.shape == (4, 6, 3)
    np.testing.assert_array_equal(grid[2:, :3], images[2])
    np.testing.assert_array_equal(grid[:2, 3:], images[1])


def test_tile_refuses_what_does_not_fit() -> None:
    with pytest.raises(ValueError, match="5 images do not fit into 2 x 2"):
        tiles.tile(np.zeros((5, 1, 1, 1), np.uint8), 2, 2)
    with pytest.raises(ValueError, match="noise: expected uint8"):
        tiles.check_images(np.zeros((5, 1, 1, 1), np.float32), "noise")


def test_reduce_takes_rounded_means_and_drops_the_remainder() -> None:
    picture = np.array([[0, 1, 9], [1, 1, 9], [9, 9, 9]], np.uint8)[..., None]
    assert tiles.reduce(picture, 2).tolist() == [[[1]]]  # 3 / 4
    bright = np.full((400, 400, 1), 255, np.uint8)
    assert tiles.reduce(bright, 200).tolist() == [[[255]] * 2] * 2  # no overflow


@pytest.mark.parametrize(("side", "cols"), [(28, 20), (28, 10), (8, 10), (64, 10)])
def test_small_images_become_legible(side: int, cols: int) -> None:
    shown = tiles.legible(np.zeros((1, side, side, 1), np.uint8), cols).shape[1]
    assert shown >= 56
    assert shown % side == 0
    assert shown * cols <= 1300


def test_large_images_are_reduced() -> None:
    assert tiles.legible(np.zeros((1, 256, 256, 3), np.uint8), 10).shape == (1, 128, 128, 3)


def test_spread_keeps_both_ends() -> None:
    assert tiles.spread(20, 5).tolist() == [0, 5, 10, 14, 19]
    assert tiles.spread(3, 5).tolist() == [0, 1, 2]


def test_annotate_leaves_the_picture_intact_and_writes_beside_it() -> None:
    picture = np.full((60, 80, 3), (0, 100, 0), np.uint8)  # no text is green
    out = lettering.annotate(picture, left=[(30, "left")], top=[(40, "top")], bottom=[(79, "beyond the corner")])
    rows, cols = np.nonzero((out == (0, 100, 0)).all(axis=2))
    inner = out[rows.min() : rows.max() + 1, cols.min() : cols.max() + 1]
    assert inner.shape == (60, 80, 3)
    outside = out.copy()
    outside[rows.min() : rows.max() + 1, cols.min() : cols.max() + 1] = 255
    for part in (outside[: rows.min()], outside[rows.max() + 1 :], outside[:, : cols.min()]):
        assert part.min() < 100  # ink
    for edge in (out[0], out[-1], out[:, 0], out[:, -1]):
        assert edge.min() > 200  # no text is cut off


def test_shorten() -> None:
    assert lettering.shorten("short", 500) == "short"
    cut = lettering.shorten("Ankle boot with laces", 90)
    assert cut.endswith("…")
    assert lettering.width_of(cut) <= 90


def test_typed_text_keeps_its_lines_and_wraps_long_ones() -> None:
    assert lettering.typed("ab\n\n\tcd\x07", 20, 9) == ["ab", "", "    cd "]
    assert lettering.typed("one two three", 8, 9) == ["one two ", "three"]
    assert lettering.typed("one two three", 8, 1) == ["one two "]


def test_a_page_has_a_column_for_each_letter() -> None:
    narrow, wide = (lettering.page(["i" * 10, "m" * 10], columns) for columns in (10, 40))
    assert wide.shape == (narrow.shape[0], 4 * narrow.shape[1], 3)
    halves = [(narrow[rows] < 128).any(axis=2) for rows in (slice(0, 23), slice(23, None))]
    assert all(half.any() for half in halves)
    assert abs(int(np.ptp(np.nonzero(halves[0])[1])) - int(np.ptp(np.nonzero(halves[1])[1]))) < 6  # equal widths


def test_resized_brings_images_to_a_size() -> None:
    images = np.full((2, 6, 4, 1), 90, np.uint8)
    assert tiles.resized(images, (6, 4)) is images
    out = tiles.resized(images, (12, 8))
    assert out.shape == (2, 12, 8, 3)
    assert (out == 90).all()
