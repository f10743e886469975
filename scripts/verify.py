"""Prints a certificate: which outputs have the bytes, or at least the metrics, of the maintainers' reference."""

import argparse
import sys
from pathlib import Path

from latent_atlas import certificate, io, params
from latent_atlas.errors import AtlasError


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", choices=params.SCALES, help="default: the scale that params.yaml names")
    parser.add_argument("--update", action="store_true", help="make what lies on disk the reference (maintainers)")
    parser.add_argument(
        "--seeds", type=Path, nargs="+", metavar="FOLDER", default=[],
        help="with --update: clones where other seeds were run; how far off their metrics are is noted",
    )  # fmt: skip
    arguments = parser.parse_args()
    if arguments.seeds and not arguments.update:
        parser.error("--seeds goes with --update")
    try:
        scale = arguments.scale or params.load().scale
        path = certificate.reference_file(scale)
        found = certificate.take(scale)
        if not found["metrics"]:
            raise AtlasError(f"results/{scale}: nothing to verify yet; run `make` first")
        if arguments.update:
            runs = [certificate.metrics(scale, folder) for folder in arguments.seeds]
            known = io.load_json(path).get("spread", {})
            io.save_json(path, found | {"spread": known | certificate.spread(found["metrics"], runs)})
            print(f"{path}: now holds {len(found['outputs'])} outputs")
            return
        reference = io.load_json(path)
        if not reference:
            raise AtlasError(f"{path}: the maintainers have published no reference for this scale")
        result = certificate.compare(found, reference)
    except AtlasError as error:
        sys.exit(f"verify: {error}")
    for key in ("different", "missing", "unexpected", "within_tolerance"):
        for name in result[key]:
            print(f"{key.replace('_', ' ')}: {name}")
    for entry in result["metrics"]:
        print("out of tolerance: {experiment} {metric}: {found}, reference {reference}".format(**entry))
    print("\n".join([*certificate.verdicts(result), certificate.summary(result)]))
    sys.exit(0 if certificate.holds(result) else 1)


if __name__ == "__main__":
    main()
