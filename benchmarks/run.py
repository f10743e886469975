"""Races the atlas's train steps against the same networks trained as the examples of keras.io train theirs.

Both contenders of a race have a process of their own, with the threads that each would have by itself, and take turns:
a block of steps of one, a block of the other. Printed are the medians over the blocks, in milliseconds a step, and the
ratio: above 1 the atlas is faster. Needs prepared data: run `make` first. Writes nothing.
"""

import argparse
import os
import statistics
import subprocess
import sys
from pathlib import Path

from latent_atlas import check, environment, params
from latent_atlas.errors import AtlasError

_WAYS = ("ours", "keras")
_RACES = ("vae", "cvae", "dcgan", "wgan_gp", "cvae_gan", "vae_gan", "cvae_gan_article")  # models with a peer


class Contender:
    """A process that runs steps when it is told to."""

    def __init__(self, way: str, scale: str, key: str) -> None:
        program = [sys.executable, str(Path(__file__).parent / "contender.py"), way, scale, key]
        self._process = subprocess.Popen(
            program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        self.parameters = int(self._answer())

    def seconds(self, steps: int) -> float:
        """By the clock, for so many steps."""
        assert self._process.stdin
        self._process.stdin.write(f"{steps}\n")
        self._process.stdin.flush()
        return float(self._answer())

    def end(self) -> None:
        self._process.kill()
        self._process.wait()

    def _answer(self) -> str:
        assert self._process.stdout
        return self._process.stdout.readline() or sys.exit(
            "bench: a contender failed; run benchmarks/contender.py alone"
        )


def race(scale: str, key: str, rounds: int, steps: int) -> str:
    """A row of the table."""
    contenders = {way: Contender(way, scale, key) for way in _WAYS}
    try:
        counts = {contender.parameters for contender in contenders.values()}
        if len(counts) > 1:
            raise AtlasError(f"{key}: the contenders have {counts} parameters; they must have as many")
        times: dict[str, list[float]] = {way: [] for way in _WAYS}
        for number in range(rounds + 1):  # in the first each compiles
            for way, contender in contenders.items():
                seconds = contender.seconds(steps if number else 2)
                times[way] += [1000 * seconds / steps] if number else []
    finally:
        for contender in contenders.values():
            contender.end()
    mine, other = (statistics.median(times[way]) for way in _WAYS)
    spread = " to ".join(f"{f(b / a for a, b in zip(*times.values(), strict=True)):.2f}" for f in (min, max))
    return f"| `{key}` | {counts.pop():,} | {mine:.1f} | {other:.1f} | {other / mine:.2f} ({spread}) |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scale", choices=params.SCALES, help="default: the scale that params.yaml names")
    parser.add_argument("--rounds", type=int, default=5, help="blocks of each contender (default: 5)")
    parser.add_argument("--steps", type=int, default=20, help="steps in a block (default: 20)")
    parser.add_argument("experiments", nargs="*", help="default: all whose model has a peer")
    arguments = parser.parse_args()
    try:
        here = check.everything(params.read(), arguments.scale)
        chosen = [key for key, experiment in here.experiments.items() if experiment.model in _RACES]
        for key in arguments.experiments:
            params.choice("bench", key, chosen)
        machine = environment.machine()
        print(
            f"{', '.join(f'{name} {value}' for name, value in machine.items())}; {os.cpu_count()} cores; {here.scale}\n"
        )
        print(
            "| experiment | parameters | ours, ms a step | keras.io's way | ratio (least to most) |\n"
            "|---|---|---|---|---|"
        )
        for key in arguments.experiments or chosen:
            print(race(here.scale, key, arguments.rounds, arguments.steps), flush=True)
    except AtlasError as error:
        sys.exit(f"bench: {error}")


if __name__ == "__main__":
    main()
