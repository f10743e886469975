"""Compares the peak memory of training on many images with that on few: a whole epoch of a DCGAN on 64x64x3 noise.

The images are read through a memory map. Pages of it that the system keeps count as memory of the process as long as
nobody else needs them, so the memory of the process's own is printed too. Needs 2.5 GB of room for temporary files.
"""

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

from latent_atlas import backend, columns, prepared
from latent_atlas.models import dcgan
from latent_atlas.prepared.card import entries, write_card
from latent_atlas.training.batches import Batches
from latent_atlas.training.train_steps import TrainSteps

_SIDE, _BATCH, _CHUNK = 64, 64, 2000


def prepare(folder: Path, images: int) -> None:
    """Noise in the form of a prepared dataset."""
    folder.mkdir()
    generator = np.random.default_rng(0)
    for split, count in (("train", images), ("validation", 100), ("test", 100)):
        shape = (count, _SIDE, _SIDE, 3)
        array = np.lib.format.open_memmap(folder / f"{split}_images.npy", "w+", np.uint8, shape)
        for start in range(0, count, _CHUNK):
            array[start : start + _CHUNK] = generator.integers(
                0, 256, (min(_CHUNK, count - start), *shape[1:]), np.uint8
            )
        array.flush()
    write_card(folder, {"name": "noise"}, entries(columns.DataSpec.of_images((_SIDE, _SIDE, 3)).columns))


def train(folder: Path, steps: int) -> None:
    """Prints the peak of all memory, and of the process's own, in MB."""
    backend.configure(1, 0, True)
    data = prepared.load(folder)
    settings = dcgan.Settings(steps=steps, batch_size=_BATCH, learning_rate=0.0002, width=4, latent_dim=16)
    model = dcgan.DCGAN(settings, data.spec)
    batches = Batches(data, model.columns(settings), _BATCH, 0)
    train_steps, done, own = TrainSteps(model, settings, batches, data.spec, 0), 0, 0
    while done < steps:
        done += len(train_steps(done, min(50, steps - done)))
        own = max(own, _memory("RssAnon"))
    print(_memory("VmHWM"), own)


def _memory(field: str) -> int:
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(field)) // 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--images", type=int, nargs=2, default=(2_000, 200_000))
    parser.add_argument("--train", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--steps", type=int, help="default: an epoch of the larger one")
    arguments = parser.parse_args()
    steps = arguments.steps or max(arguments.images) // _BATCH
    if arguments.train:
        train(arguments.train, steps)
        return
    with tempfile.TemporaryDirectory() as scratch:
        for count in arguments.images:
            folder = Path(scratch) / str(count)
            prepare(folder, count)
            program = [sys.executable, __file__, "--train", str(folder), "--steps", str(steps)]
            found = subprocess.run(program, stdout=subprocess.PIPE, text=True, check=True).stdout.split()
            print(f"{count:,} images, {steps:,} steps: peak {found[-2]} MB, of them its own {found[-1]} MB")


if __name__ == "__main__":
    main()
