"""Draws an experiment's figures."""

import argparse

import pandas as pd

from latent_atlas import io, step
from latent_atlas.figures.render import render
from latent_atlas.params import Params


def main(params: Params, arguments: argparse.Namespace, progress: step.Progress) -> None:
    experiment = params.experiments[arguments.target]
    folder = params.folder(experiment.key)
    arrays, history = io.load_arrays(folder / "samples.npz"), pd.read_csv(folder / "history.csv")
    label_names = arrays.pop("label_names").tolist()
    with io.atomic_directory(folder / "figures") as figures:
        render(arrays, history, figures, label_names, experiment.key)


if __name__ == "__main__":
    step.run(main, __doc__, "experiment")
