"""Races the atlas's train steps against the same networks trained as the examples of keras.io train theirs.

Both contenders of a race have a process of their own, with the threads that each would have by itself, and take turns:
a block of steps of one, a block of the other. Printed are the medians over the blocks, in milliseconds a step, and the
ratio: above 1 the atlas is faster. Both may be held to some of the cores: the demo trains two experiments at once on
two cores, each with one thread. Needs prepared data: run `make` first. Writes nothing.
"""

import argparse
import os
import subprocess
import sys
from pathlib import Path

from ratios import compared

from latent_atlas import check, environment, params
from latent_atlas.errors import AtlasError

# Each model that has a peer, and its class in keras_way.py.
PEERS = {
    "cnn": "Classifier",
    "mlp": "Classifier",
    "vae": "VAE",
    "cvae": "VAE",
    "gan": "GAN",
    "cgan": "GAN",
    "dcgan": "GAN",
    "wgan_gp": "WGANGP",
    "cvae_gan": "VAEGAN",
    "vae_gan": "VAEGAN",
    "cvae_gan_article": "Article",
    "stylegan": "StyleGAN",
    "cyclegan": "CycleGAN",
    "pix2pix": "Pix2Pix",
    "text_rnn": "LSTMWriter",
    "text_transformer": "Writer",
}


class Contender:
    """A process that runs steps when it is told to."""

    def __init__(self, way: str, scale: str, key: str, cores: int) -> None:
        program = [sys.executable, str(Path(__file__).parent / "contender.py"), way, scale, key, str(cores)]
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


def race(scale: str, key: str, peer: str, cores: int, rounds: int, steps: int) -> str:
    """A row of the table."""
    contenders = [Contender(way, scale, key, cores) for way in ("ours", peer)]
    try:
        counts = [contender.parameters for contender in contenders]
        if counts[0] != counts[1]:
            raise AtlasError(f"{key}: the contenders have {counts} parameters; they must have as many")
        for contender in contenders:
            contender.seconds(2)  # compiles
        times = [[1000 * each.seconds(steps) / steps for each in contenders] for _ in range(rounds)]
    finally:
        for contender in contenders:
            contender.end()
    mine, other, ratio = compared(times)
    return f"| `{key}` | {counts[0]:,} | {mine:.1f} | {other:.1f} | {ratio} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scale", choices=params.SCALES, help="default: the scale that params.yaml names")
    parser.add_argument("--rounds", type=int, default=5, help="blocks of each contender (default: 5)")
    parser.add_argument("--steps", type=int, default=20, help="steps in a block (default: 20)")
    parser.add_argument("--cores", type=int, default=os.cpu_count(), help="that a contender may use (default: all)")
    parser.add_argument("experiments", nargs="*", help="default: all whose model has a peer")
    arguments = parser.parse_args()
    try:
        here = check.everything(params.read(), arguments.scale)
        chosen = [key for key, experiment in here.experiments.items() if experiment.model in PEERS]
        for key in arguments.experiments:
            params.choice("bench", key, chosen)
        machine = environment.machine()
        print(
            f"{', '.join(f'{name} {value}' for name, value in machine.items())}; "
            f"{arguments.cores} of {os.cpu_count()} cores; {here.scale}\n"
        )
        print(
            "| experiment | parameters | ours, ms a step | keras.io's way | ratio (least to most) |\n"
            "|---|---|---|---|---|"
        )
        for key in arguments.experiments or chosen:
            peer = PEERS[here.experiments[key].model]
            print(race(here.scale, key, peer, arguments.cores, arguments.rounds, arguments.steps), flush=True)
    except AtlasError as error:
        sys.exit(f"bench: {error}")


if __name__ == "__main__":
    main()
