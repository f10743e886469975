"""Checks all of params.yaml, or writes the schema by which an editor does while one types."""

import argparse
import sys

from latent_atlas import check, checked, io, params, schema
from latent_atlas.errors import AtlasError


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", choices=params.SCALES, help="default: the scale that params.yaml names")
    parser.add_argument("--schema", action="store_true", help=f"write {schema.FILE} anew (after a change of settings)")
    arguments = parser.parse_args()
    try:
        if arguments.schema:
            io.save_json(schema.FILE, schema.schema())
            return
        checked.remember(check.everything(params.read(), arguments.scale).scale)
    except AtlasError as error:
        sys.exit(f"check: {error}")


if __name__ == "__main__":
    main()
