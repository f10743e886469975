"""Races the atlas's train steps against the same networks trained as the examples of keras.io and PyTorch train theirs.

All contenders of a race have a process of their own, with the threads that each would have by itself, and take turns:
a block of steps of one, a block of the next. Printed are the medians over the blocks, in milliseconds a step, and the
ratios: above 1 the atlas is faster. Beside our time is how fast our step does its products and convolutions, as a share
of the rate of one large matrix product; "-" where some are done in a loop, whose length only a run shows.

All may be held to some of the cores: the demo trains two experiments at once on two cores, each with one thread.
PyTorch takes part where it is installed. Needs prepared data: run `make` first. Writes nothing.
"""

import argparse
import importlib.util
import os
import subprocess
import sys
from pathlib import Path

from ratios import compared

from latent_atlas import check, environment, params
from latent_atlas.errors import AtlasError

# Each model that has peers, and their classes in keras_way.py and, if there is one, in torch_way.py.
PEERS: dict[str, tuple[str, str | None]] = {
    "cnn": ("Classifier", "Classifier"),
    "mlp": ("Classifier", "Classifier"),
    "vae": ("VAE", "VAE"),
    "cvae": ("VAE", "VAE"),
    "gan": ("GAN", "GAN"),
    "cgan": ("GAN", "GAN"),
    "dcgan": ("GAN", "GAN"),
    "wgan_gp": ("WGANGP", "WGANGP"),
    "cvae_gan": ("VAEGAN", "VAEGAN"),
    "vae_gan": ("VAEGAN", "VAEGAN"),
    "cvae_gan_article": ("Article", "Article"),
    "stylegan": ("StyleGAN", "StyleGAN"),
    "cyclegan": ("CycleGAN", "CycleGAN"),
    "pix2pix": ("Pix2Pix", "Pix2Pix"),
    "text_rnn": ("LSTMWriter", "Writer"),
    "text_transformer": ("Writer", "Writer"),
}


class Contender:
    """A process that runs steps when it is told to."""

    def __init__(self, way: str, peer: str, scale: str, key: str, cores: int) -> None:
        program = [sys.executable, str(Path(__file__).parent / "contender.py"), way, peer, scale, key, str(cores)]
        self._process = subprocess.Popen(
            program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        parameters, fastest = self._answer().split()
        self.parameters, self.fastest = int(parameters), float(fastest)

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


def race(scale: str, key: str, ways: dict[str, str | None], cores: int, rounds: int, steps: int) -> str:
    """A row of the table, with two cells for each of the ``ways`` of `PEERS`; "-" where a way has no peer."""
    started = {
        way: Contender(way, peer, scale, key, cores) for way, peer in {"ours": "", **ways}.items() if peer is not None
    }
    try:
        counts = {way: contender.parameters for way, contender in started.items()}
        if len(set(counts.values())) > 1:
            raise AtlasError(f"{key}: the contenders have {counts} parameters; they must have as many")
        for contender in started.values():
            contender.seconds(2)  # compiles
        times = [{way: 1000 * each.seconds(steps) / steps for way, each in started.items()} for _ in range(rounds)]
    finally:
        for contender in started.values():
            contender.end()
    mine, cells = 0.0, []
    for way in ways:
        if way in started:
            mine, other, ratio = compared([(row["ours"], row[way]) for row in times])
            cells += [f"{other:.1f}", ratio]
        else:
            cells += ["-", "-"]
    share = f"{100_000 * started['ours'].fastest / mine:.0f} %" if started["ours"].fastest else "-"
    row = [f"`{key}`", f"{counts['ours']:,}", f"{mine:.1f}", share, *cells]
    return f"| {' | '.join(row)} |"


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
        titles = {"keras": "keras.io's way"}
        if importlib.util.find_spec("torch"):
            titles["torch"] = "PyTorch's way"
        else:
            print("PyTorch is not installed, and takes no part; `.venv/bin/uv pip install torch` adds it\n")
        heads = ["experiment", "parameters", "ours, ms a step", "of the product rate"]
        for title in titles.values():
            heads += [title, "ratio (least to most)"]
        print(f"| {' | '.join(heads)} |\n{'|---' * len(heads)}|")
        for key in arguments.experiments or chosen:
            ways = dict(zip(titles, PEERS[here.experiments[key].model], strict=False))
            print(race(here.scale, key, ways, arguments.cores, arguments.rounds, arguments.steps), flush=True)
    except AtlasError as error:
        sys.exit(f"bench: {error}")


if __name__ == "__main__":
    main()
