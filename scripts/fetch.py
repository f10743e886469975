"""Obtains a dataset's raw files."""

import argparse

from latent_atlas import io, sources, step
from latent_atlas.params import Params


def main(params: Params, arguments: argparse.Namespace, progress: step.Progress) -> None:
    options = sources.options(params, arguments.target)
    with io.atomic_directory(params.data / arguments.target / "raw") as raw:
        sources.find(options.source).fetch(options, raw, progress)


if __name__ == "__main__":
    step.run(main, __doc__, "dataset")
