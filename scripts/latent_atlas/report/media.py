"""Pictures and videos as data URIs, at the size a page needs. The originals stay beside the report."""

import base64
import io as memory
import struct
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

import imageio_ffmpeg
import numpy as np
from markupsafe import Markup
from PIL import Image

from latent_atlas import io
from latent_atlas.errors import AtlasError
from latent_atlas.figures.theme import Pixels

_COLOURS = 128  # of a chart: hard to tell from all, and a third of the bytes
_MOST_COLOURS = 10_000  # of a chart: what has more shows images, whose colours matter
_QUALITY = "28"  # of a video, x264's constant rate factor


@dataclass(frozen=True)
class Medium:
    """A picture or a video, and the size it takes before it is loaded."""

    uri: Markup
    width: int
    height: int


def picture(pixels: Pixels) -> Medium:
    """An array (H, W, 1 | 3) as PNG, every pixel as it is."""
    grey = bool((pixels == pixels[..., :1]).all())
    return _png(Image.fromarray(np.ascontiguousarray(pixels[..., 0] if grey else pixels)))


def picture_file(path: Path) -> Medium:
    """A PNG file; charts in colour reduced to a palette, all others as they are."""
    try:
        with Image.open(path) as image:
            image.load()
            if image.format == "PNG" and (image.mode != "RGB" or image.getcolors(_MOST_COLOURS) is None):
                return Medium(_uri("image/png", path.read_bytes()), image.width, image.height)
            colours = image.convert("RGB")
    except (OSError, ValueError, SyntaxError) as error:
        raise AtlasError(f"{path}: not a readable picture ({io.one_line(error)}); delete it and rerun") from None
    return _png(colours.quantize(_COLOURS, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE))


def _png(image: Image.Image) -> Medium:
    buffer = memory.BytesIO()
    image.save(buffer, format="PNG", optimize=True)
    return Medium(_uri("image/png", buffer.getvalue()), image.width, image.height)


def video_file(path: Path, widest: int) -> Medium:
    """An MP4, encoded anew with fewer bits and at most ``widest`` pixels wide; same file, same bytes."""
    io.WORK.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=io.WORK) as scratch:
        small = Path(scratch) / "small.mp4"
        done = subprocess.run(_command(path, small, widest), capture_output=True, check=False)
        if done.returncode != 0:
            raise AtlasError(f"{path}: not a readable video; delete it and rerun")
        content = small.read_bytes()
    return Medium(_uri("video/mp4", content), *_size(content, path))


def _command(path: Path, small: Path, widest: int) -> list[str]:
    return [
        imageio_ffmpeg.get_ffmpeg_exe(), "-hide_banner", "-loglevel", "error", "-nostdin", "-y",
        "-threads", "1", "-i", f"file:{path}",
        "-vf", f"scale=w='min(iw,{widest})':h=-2:flags=area+accurate_rnd+bitexact,format=yuv420p",
        "-c:v", "libx264", "-preset", "superfast", "-crf", _QUALITY, "-tune", "animation", "-threads", "1",
        "-fflags", "+bitexact", "-flags:v", "+bitexact", "-map_metadata", "-1",
        "-movflags", "+faststart", "-f", "mp4", f"file:{small}",
    ]  # fmt: skip


def _size(content: bytes, path: Path) -> tuple[int, int]:
    """Width and height from the track header, whose last eight bytes they are (16.16 fixed point)."""
    start = content.find(b"tkhd") - 4
    if start < 0:
        raise AtlasError(f"{path}: not a readable video; delete it and rerun")
    end = start + int.from_bytes(content[start : start + 4], "big")
    width, height = struct.unpack(">LL", content[end - 8 : end])
    return width >> 16, height >> 16


def _uri(kind: str, content: bytes) -> Markup:
    return Markup(f"data:{kind};base64,{base64.b64encode(content).decode('ascii')}")  # noqa: S704  no markup in it
