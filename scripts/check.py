"""Checks all of params.yaml; does nothing else."""

import argparse
import sys

from latent_atlas import check, checked, params
from latent_atlas.errors import AtlasError


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", choices=params.SCALES, help="default: the scale that params.yaml names")
    arguments = parser.parse_args()
    try:
        checked.remember(check.everything(params.read(), arguments.scale).scale)
    except AtlasError as error:
        sys.exit(f"check: {error}")


if __name__ == "__main__":
    main()
