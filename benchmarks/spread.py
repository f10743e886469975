"""Prints how far metrics lie apart between runs of the same experiments, against what their tolerances allow.

Each folder is a clone where the experiments have been run, with a seed of its own or on another processor. A line
stands for a metric: the experiment where two runs differ most, as a share of the tolerance, and all values there.
"""

import argparse
import itertools
import sys
from pathlib import Path

from latent_atlas import certificate, params
from latent_atlas.metrics.glossary import define


def share(name: str, values: tuple[float, ...]) -> float:
    """The largest distance of two values over what the tolerance allows, each being the reference once."""
    shares = [0.0]
    for reference, value in itertools.permutations(values, 2):
        if value != reference:
            allowed = define(name).allowed(reference)
            shares.append(abs(value - reference) / allowed if allowed else float("inf"))
    return max(shares)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scale", choices=params.SCALES, default="demo", help="default: demo")
    parser.add_argument("folders", type=Path, nargs="+")
    arguments = parser.parse_args()
    runs = [certificate.metrics(arguments.scale, folder) for folder in arguments.folders]
    shared = sorted(set.intersection(*(set(run) for run in runs)))
    if len(runs) < 2 or not shared:
        sys.exit("spread: name at least two folders that have metrics of the same experiments")
    most: dict[str, tuple[float, str, tuple[float, ...]]] = {}
    for key in shared:
        for name in sorted(set.intersection(*(set(run[key]) for run in runs))):
            values = tuple(float(run[key][name]) for run in runs)
            most[name] = max(most.get(name, (-1.0, "", ())), (share(name, values), key, values))
    print(f"{len(runs)} runs, {len(shared)} experiments, {len(most)} metrics\n")
    print("| metric | share of the tolerance | in | values |\n|---|---|---|---|")
    for name, (part, key, values) in sorted(most.items(), key=lambda item: -item[1][0]):
        print(f"| `{name}` | {part:.2f} | `{key}` | {', '.join(f'{value:.4g}' for value in values)} |")


if __name__ == "__main__":
    main()
