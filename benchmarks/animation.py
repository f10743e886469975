"""Times a manifold's animation against the same frames by matplotlib's FuncAnimation with its ffmpeg writer.

Both begin with the snapshots of a trained experiment and write an MP4 of the same frames and pixel size, in turns.
Needs the experiment's results. Writes nothing into the project.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import imageio_ffmpeg
import matplotlib as mpl
import numpy as np
from matplotlib import pyplot as plt
from matplotlib.animation import FFMpegWriter, FuncAnimation

from latent_atlas import check, io, params
from latent_atlas.animations import film, frames

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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scale", choices=params.SCALES, help="default: the scale that params.yaml names")
    parser.add_argument("--experiment", default="cvae_gan_digits_z8", help="one with a manifold")
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    mpl.rcParams["animation.ffmpeg_path"] = imageio_ffmpeg.get_ffmpeg_exe()
    here = check.everything(params.read(), arguments.scale)
    snapshots = io.load_arrays(here.folder(arguments.experiment) / "snapshots.npz")
    ways: dict[str, Callable[[frames.Snapshots, Path, int], None]] = {"ours": ours, "FuncAnimation": by_matplotlib}
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    with tempfile.TemporaryDirectory() as scratch:
        for _ in range(arguments.rounds):
            for name, write in ways.items():
                start = time.perf_counter()
                write(snapshots, Path(scratch) / f"{name}.mp4", here.animation.frames_per_second)
                seconds[name].append(time.perf_counter() - start)
        sizes = {name: (Path(scratch) / f"{name}.mp4").stat().st_size for name in ways}
    count, sides = len(snapshots["steps"]), next(frames.surfaces(snapshots)).shape
    print(
        f"{arguments.experiment}: {count} frames of {sides[1]}x{sides[0]} pixels, medians of {arguments.rounds} rounds"
    )
    for name, taken in seconds.items():
        print(f"{name}: {statistics.median(taken):.2f} s, {sizes[name]:,} bytes")
    ratios = np.divide(seconds["FuncAnimation"], seconds["ours"])
    print(f"ratio: {np.median(ratios):.2f} ({ratios.min():.2f} to {ratios.max():.2f})")


if __name__ == "__main__":
    main()
