"""Frames into moving pictures: GIF through Pillow, MP4 through the ffmpeg that imageio-ffmpeg ships.

Frames are uint8 (H, W, 3), all of one size, and are taken one at a time. The last frame is held.
"""

import itertools
import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO

import imageio_ffmpeg  # type: ignore[import-untyped]
import numpy as np
from PIL import Image

from latent_atlas.figures.theme import Pixels

HOLD = 1.5  # seconds that the last frame stays
GIF_WIDTH = 560  # pixels
GREY_LEVELS, COLOURS = 24, 128  # in a GIF: hard to tell from 256, and far fewer bytes
SPOOL = 64 * 2**20  # bytes of frames kept in memory before they go to a temporary file


def _checked(frames: Iterable[Pixels]) -> Iterator[Pixels]:
    """The frames, each held to the shape of the first."""
    shape = None
    for frame in frames:
        shape = shape or frame.shape
        if frame.dtype != np.uint8 or frame.ndim != 3 or frame.shape[2] != 3 or frame.shape != shape:
            raise ValueError(f"frames must be uint8 (H, W, 3) of one size, got {frame.dtype} {frame.shape}")
        yield frame
    if shape is None:
        raise ValueError("no frames to animate")


# ---------------------------------------------------------------------- MP4


def write_mp4(path: Path, frames: Iterable[Pixels], fps: float, hold: float = HOLD) -> None:
    """H.264 that plays in every browser; the same frames give the same bytes.

    Raises RuntimeError with ffmpeg's last lines if it fails, ValueError for unusable frames.
    """
    stream = _checked(frames)
    first = next(stream)
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(_command(path, first.shape, fps), stdin=subprocess.PIPE, stdout=log, stderr=log)
        assert process.stdin is not None
        try:
            last = first
            for last in itertools.chain([first], stream):
                process.stdin.write(np.ascontiguousarray(last).data)
            for _ in range(round(hold * fps)):
                process.stdin.write(np.ascontiguousarray(last).data)
            process.stdin.close()
        except BrokenPipeError:
            pass  # ffmpeg gave up: its exit status and log say why
        except BaseException:
            process.kill()
            raise
        finally:
            status = process.wait()
        if status != 0:
            raise RuntimeError(f"ffmpeg failed (exit status {status}) writing {path}:\n{_tail(log)}")


def _command(path: Path, shape: tuple[int, ...], fps: float) -> list[str]:
    height, width = shape[:2]
    return [
        imageio_ffmpeg.get_ffmpeg_exe(), "-hide_banner", "-loglevel", "error", "-nostdin", "-y",
        "-f", "rawvideo", "-pixel_format", "rgb24", "-video_size", f"{width}x{height}",
        "-framerate", f"{fps:g}", "-i", "pipe:0",
        # yuv420p needs even sides; the colour matrix is named so that no player has to guess it
        "-vf", "pad=ceil(iw/2)*2:ceil(ih/2)*2:color=white,"
               "scale=out_color_matrix=bt709:out_range=tv:flags=bicubic+accurate_rnd+bitexact,format=yuv420p",
        "-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709",
        "-c:v", "libx264", "-preset", "veryfast", "-crf", "25", "-tune", "animation", "-threads", "1",
        "-fflags", "+bitexact", "-flags:v", "+bitexact", "-map_metadata", "-1",
        "-movflags", "+faststart", "-f", "mp4", f"file:{path}",
    ]  # fmt: skip


def _tail(log: IO[bytes], lines: int = 8) -> str:
    log.seek(0)
    return "\n".join(log.read().decode(errors="replace").splitlines()[-lines:])


# ---------------------------------------------------------------------- GIF


def write_both(stem: Path, frames: Iterable[Pixels], fps: float, hold: float = HOLD) -> None:
    """`<stem>.mp4` and `<stem>.gif`; each frame is taken once."""
    with tempfile.SpooledTemporaryFile(SPOOL) as file:
        spool = _Spool(file)
        write_mp4(Path(f"{stem}.mp4"), spool.keep(frames), fps, hold)
        spool.save(Path(f"{stem}.gif"), fps, hold)


class _Spool:
    """The frames of a GIF in a temporary file: its palette needs all of them, and memory stays bounded."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file, self._shape, self._count = file, (0, 0, 3), 0

    def keep(self, frames: Iterable[Pixels]) -> Iterator[Pixels]:
        """The frames themselves; of each a copy, narrowed, is kept."""
        for frame in _checked(frames):
            small = _narrowed(frame)
            self._file.write(np.ascontiguousarray(small).data)
            self._shape, self._count = small.shape, self._count + 1
            yield frame

    def save(self, path: Path, fps: float, hold: float) -> None:
        """Pillow joins neighbouring frames that are equal into one that lasts longer."""
        sample = np.linspace(0, self._count - 1, 8).round().astype(int).tolist()
        palette = _palette([self._load(index) for index in sample])
        images = (self._load(index).quantize(palette=palette, dither=Image.Dither.NONE) for index in range(self._count))
        each = round(100 / fps) * 10  # GIF counts in hundredths of a second
        durations = [each] * (self._count - 1) + [each + round(100 * hold) * 10]
        next(images).save(
            path, format="GIF", save_all=True, append_images=images, duration=durations, loop=0, disposal=1
        )

    def _load(self, index: int) -> Image.Image:
        size = int(np.prod(self._shape))
        self._file.seek(index * size)
        return Image.fromarray(np.frombuffer(self._file.read(size), np.uint8).reshape(self._shape))


def _narrowed(frame: Pixels) -> Pixels:
    if frame.shape[1] <= GIF_WIDTH:
        return frame
    height = round(frame.shape[0] * GIF_WIDTH / frame.shape[1])
    return np.array(Image.fromarray(frame).resize((GIF_WIDTH, height), Image.Resampling.LANCZOS))


def _palette(sample: list[Image.Image]) -> Image.Image:
    """A palette image: a grey ramp if all frames of the sample are grey, else one cut from their colours."""
    pixels = np.concatenate([np.asarray(image) for image in sample])
    if (pixels == pixels[..., :1]).all():
        ramp = np.linspace(0, 255, GREY_LEVELS).round().astype(np.uint8)
        palette = Image.new("P", (1, 1))
        palette.putpalette(ramp.repeat(3).tobytes())
        return palette
    return Image.fromarray(pixels).quantize(COLOURS, Image.Quantize.MEDIANCUT)
