"""Draws an experiment's figures, and its animations from snapshots taken during training."""

from latent_atlas import evidence, io, step
from latent_atlas.animations.evolution import animate
from latent_atlas.params import Params
from latent_atlas.rendering import read_history, render


def main(params: Params, key: str, progress: step.Progress) -> None:
    folder = params.folder(key)
    arrays, history = evidence.load(params, key), read_history(folder / "history.csv")
    with io.atomic_directory(folder / "figures") as figures:
        render(arrays, history, figures, key)
    snapshots = io.load_arrays(folder / "snapshots.npz")
    with io.atomic_directory(folder / "animations") as animations:
        animate(snapshots, animations, params.animation.frames_per_second)


if __name__ == "__main__":
    step.run(main, __doc__, "experiment")
