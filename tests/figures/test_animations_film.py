"""GIF and MP4: decodable, of the right length and size, and clear about failure."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import imageio_ffmpeg  # type: ignore[import-untyped]
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from latent_atlas.animations.film import write_both, write_mp4

Frame = NDArray[np.uint8]


def moving_square(
    count: int, height: int = 91, width: int = 121, colour: tuple[int, int, int] = (255, 255, 255)
) -> Iterator[Frame]:
    for i in range(count):
        frame = np.zeros((height, width, 3), np.uint8)
        frame[20:60, 4 * i : 4 * i + 40] = colour
        yield frame


def decode(path: Path) -> Iterator[Frame]:
    reader = imageio_ffmpeg.read_frames(str(path))
    width, height = next(reader)["size"]
    for frame in reader:
        yield np.frombuffer(frame, np.uint8).reshape(height, width, 3)


def test_mp4_frames_size_and_colour(tmp_path: Path) -> None:
    path = tmp_path / "a space, and no suffix"
    write_mp4(path, moving_square(6, colour=(200, 40, 40)), fps=10, hold=0.5)
    frames = list(decode(path))
    assert len(frames) == 6 + 5
    assert frames[0].shape == (92, 122, 3)  # padded to even sides
    for i in (0, 5, 10):
        square = frames[i][30:50, 4 * min(i, 5) + 8 : 4 * min(i, 5) + 30]
        np.testing.assert_allclose(square.mean(axis=(0, 1)), (200, 40, 40), atol=6)


def test_mp4_keeps_digits_crisp(tmp_path: Path) -> None:
    board = np.kron(np.indices((20, 20)).sum(axis=0) % 2, np.ones((4, 4))) * 255
    frame = np.repeat(board[..., None], 3, axis=2).astype(np.uint8)
    write_mp4(tmp_path / "crisp.mp4", [frame] * 3, fps=10)
    assert np.abs(next(decode(tmp_path / "crisp.mp4")).astype(int) - frame).mean() < 3


def test_mp4_starts_fast_and_plays_everywhere(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    write_mp4(path, moving_square(4), fps=12.5)
    data = path.read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-i", str(path)]
    said = subprocess.run(command, capture_output=True, text=True, check=False).stderr
    assert "yuv420p" in said
    assert "12.5" in said.split("Video:")[1]


def test_mp4_failure_tells_what_ffmpeg_said(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match=r"ffmpeg failed .*\n(.|\n)*No such file or directory"):
        write_mp4(tmp_path / "nowhere" / "a.mp4", moving_square(3), fps=10)


def test_mp4_stops_ffmpeg_when_the_frames_fail(tmp_path: Path) -> None:
    def broken() -> Iterator[Frame]:
        yield from moving_square(2)
        raise KeyError("no more")

    with pytest.raises(KeyError, match="no more"):
        write_mp4(tmp_path / "a.mp4", broken(), fps=10)


@pytest.mark.parametrize("write", [write_mp4, write_both])
def test_unusable_frames(write: object, tmp_path: Path) -> None:
    assert callable(write)
    with pytest.raises(ValueError, match="no frames"):
        write(tmp_path / "a", [], 10)
    two_sizes = [np.zeros((10, 10, 3), np.uint8), np.zeros((12, 10, 3), np.uint8)]
    with pytest.raises(ValueError, match=r"of one size, got uint8 \(12, 10, 3\)"):
        write(tmp_path / "a", two_sizes, 10)


def test_mp4_takes_frames_one_at_a_time(tmp_path: Path) -> None:
    alive: list[int] = []

    def counted() -> Iterator[Frame]:
        for i in range(300):
            alive.append(i)
            yield np.full((100, 100, 3), i % 256, np.uint8)

    # More frames than a pipe holds are written although only one exists at a time.
    write_mp4(tmp_path / "a.mp4", counted(), fps=50, hold=0)
    assert len(alive) == sum(1 for _ in decode(tmp_path / "a.mp4")) == 300


def test_gif_frames_durations_and_loop(tmp_path: Path) -> None:
    write_both(tmp_path / "a", moving_square(5), fps=8, hold=1.5)
    with Image.open(tmp_path / "a.gif") as gif:
        assert gif.n_frames == 5  # type: ignore[attr-defined]
        assert gif.info["loop"] == 0
        durations = []
        for i, frame in enumerate(moving_square(5)):
            gif.seek(i)
            durations.append(gif.info["duration"])
            np.testing.assert_array_equal(np.asarray(gif.convert("RGB")), frame)
        assert durations == [120, 120, 120, 120, 1620]


def test_gif_is_narrowed_and_keeps_its_colours(tmp_path: Path) -> None:
    write_both(tmp_path / "a", moving_square(3, 200, 800, (200, 40, 40)), fps=10)
    with Image.open(tmp_path / "a.gif") as gif:
        assert gif.size == (560, 140)
        np.testing.assert_allclose(np.asarray(gif.convert("RGB"))[25, 15], (200, 40, 40), atol=4)


def test_gif_of_a_plane_of_digits_is_small(tmp_path: Path) -> None:
    digit = np.zeros((28, 28))
    digit[5:23, 12:16] = 255
    plane = np.tile(digit, (20, 20))
    rng = np.random.default_rng(0)
    soft = np.clip(plane + np.roll(plane, 1, 1) / 2 + np.where(plane > 0, rng.normal(0, 20, plane.shape), 0), 0, 255)
    frames = (np.repeat((soft * (i + 1) / 40)[..., None], 3, 2).astype(np.uint8) for i in range(40))
    write_both(tmp_path / "a", frames, fps=10)
    assert (tmp_path / "a.gif").stat().st_size < 3_000_000


def test_both_at_once_are_what_each_alone_is(tmp_path: Path) -> None:
    taken = []

    def watched() -> Iterator[Frame]:
        for frame in moving_square(6, 200, 800):
            taken.append(frame)
            yield frame

    write_both(tmp_path / "both.of them", watched(), fps=10)
    assert len(taken) == 6
    write_mp4(tmp_path / "one.mp4", moving_square(6, 200, 800), fps=10)
    write_both(tmp_path / "one", moving_square(6, 200, 800), fps=10)
    for suffix in (".mp4", ".gif"):
        assert (tmp_path / f"both.of them{suffix}").read_bytes() == (tmp_path / f"one{suffix}").read_bytes()
