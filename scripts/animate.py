"""Animates an experiment's manifold as it formed during training; with --label, the manifold of one label."""

import argparse

from latent_atlas import io, step
from latent_atlas.errors import AtlasError
from latent_atlas.figures.animation import write_gif, write_mp4
from latent_atlas.figures.evolution import animate
from latent_atlas.params import Params


def main(params: Params, arguments: argparse.Namespace, progress: step.Progress) -> None:
    experiment = params.experiments[arguments.target]
    folder = params.folder(experiment.key)
    snapshots = io.load_arrays(folder / "snapshots.npz")
    label_names = snapshots.pop("label_names").tolist()
    if arguments.label is not None and arguments.label >= len(label_names):
        raise AtlasError(
            f"params.yaml: label_animations.labels: {experiment.dataset} has no label {arguments.label}; "
            f"its labels are 0 to {len(label_names) - 1}"
        )
    name = "manifold" if arguments.label is None else f"manifold_{arguments.label}"
    for suffix, write in {".gif": write_gif, ".mp4": write_mp4}.items():
        with io.atomic_file(folder / f"{name}{suffix}") as scratch:
            write(scratch, animate(snapshots, arguments.label, label_names), params.animation.frames_per_second)


if __name__ == "__main__":
    step.run(main, __doc__, "experiment", lambda parser: parser.add_argument("--label", type=int))
