"""Standardises a dataset: a fixed split, arrays that can be memory-mapped, a data card, a contact sheet."""

import argparse

from latent_atlas import contact_sheet, io, sources, step
from latent_atlas.params import Params


def main(params: Params, arguments: argparse.Namespace, progress: step.Progress) -> None:
    options = sources.options(params, arguments.target)
    with io.atomic_directory(params.processed(arguments.target)) as processed:
        sources.find(options.source).prepare(options, params.data / arguments.target / "raw", processed, progress)
        contact_sheet.draw(processed)


if __name__ == "__main__":
    step.run(main, __doc__, "dataset")
