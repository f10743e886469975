"""Times a manifold's animation against the same frames by matplotlib's FuncAnimation with its ffmpeg writer.

Both begin with the snapshots of a trained experiment and write an MP4 of the same frames and pixel size, in turns.
Needs the experiment's results. Writes nothing into the project.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import imageio_ffmpeg
import matplotlib as mpl
from matplotlib import pyplot as plt
from matplotlib.animation import FFMpegWriter, FuncAnimation
from ratios import compared

from latent_atlas import check, io, params
from latent_atlas.animations import film, frames
from latent_atlas.errors import AtlasError

_DOTS = 100  # per inch


def ours(snapshots: frames.Snapshots, path: Path, fps: int) -> None:
    """As the pipeline does it."""
    film.write_mp4(path, frames.surfaces(snapshots), fps, hold=0)


def by_matplotlib(snapshots: frames.Snapshots, path: Path, fps: int) -> None:
    """The same frames shown by ``imshow`` in a figure of their size."""
    pictures = list(frames.surfaces(snapshots))
    height, width = pictures[0].shape[:2]
    figure = plt.figure(figsize=(width / _DOTS, height / _DOTS), dpi=_DOTS)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.axis("off")
    image = axes.imshow(pictures[0])
    movie = FuncAnimation(figure, lambda index: image.set_data(pictures[index]), frames=len(pictures))
    movie.save(path, writer=FFMpegWriter(fps=fps), dpi=_DOTS)
    plt.close(figure)


_WAYS = (ours, by_matplotlib)


def seconds(
    way: Callable[[frames.Snapshots, Path, int], None], snapshots: frames.Snapshots, path: Path, fps: int
) -> float:
    """By the clock, for one film."""
    start = time.perf_counter()
    way(snapshots, path, fps)
    return time.perf_counter() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scale", choices=params.SCALES, help="default: the scale that params.yaml names")
    parser.add_argument("--experiment", default="cvae_gan_digits_z8", help="one with a manifold")
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    mpl.rcParams["animation.ffmpeg_path"] = imageio_ffmpeg.get_ffmpeg_exe()
    try:
        here = check.everything(params.read(), arguments.scale)
        snapshots = io.load_arrays(here.folder(arguments.experiment) / "snapshots.npz")
    except AtlasError as error:
        sys.exit(f"bench: {error}")
    with tempfile.TemporaryDirectory() as scratch:
        files = [Path(scratch) / f"{way.__name__}.mp4" for way in _WAYS]
        times = [
            [
                seconds(way, snapshots, file, here.animation.frames_per_second)
                for way, file in zip(_WAYS, files, strict=True)
            ]
            for _ in range(arguments.rounds)
        ]
        sizes = [file.stat().st_size for file in files]
    mine, other, ratio = compared(times)
    print(
        "| experiment | ours, s | `FuncAnimation`, s | ratio (least to most) | ours, bytes | `FuncAnimation`, bytes |\n"
        "|---|---|---|---|---|---|\n"
        f"| `{arguments.experiment}` | {mine:.2f} | {other:.2f} | {ratio} | {sizes[0]:,} | {sizes[1]:,} |"
    )


if __name__ == "__main__":
    main()
