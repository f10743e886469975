"""Checks all of params.yaml; does nothing else."""

import argparse

from latent_atlas import step
from latent_atlas.params import Params


def main(params: Params, arguments: argparse.Namespace, progress: step.Progress) -> None:
    """Every step has checked the parameters before its own work begins."""


if __name__ == "__main__":
    step.run(main, __doc__)
