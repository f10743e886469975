"""Measures an experiment."""

import argparse

from latent_atlas import io, step
from latent_atlas.datasets import processed
from latent_atlas.errors import AtlasError
from latent_atlas.metrics.evaluate import evaluate
from latent_atlas.params import Params


def main(params: Params, arguments: argparse.Namespace, progress: step.Progress) -> None:
    experiment = params.experiments[arguments.target]
    folder = params.folder(experiment.key)
    train = processed.load(params.processed(experiment.dataset)).split("train")
    card = io.load_json(folder / "model.json")
    try:
        metrics = evaluate(io.load_arrays(folder / "samples.npz"), train.images, card.get("findings"))
    except ValueError as error:
        raise AtlasError(f"{folder / 'samples.npz'}: {error}") from None
    io.save_json(folder / "metrics.json", {name: _shorten(value) for name, value in metrics.items()})


def _shorten(value: float) -> float:
    """Six digits; what lies beyond them is the processor's rounding and nobody's finding."""
    return value if isinstance(value, int) else float(f"{value:.6g}")


if __name__ == "__main__":
    step.run(main, __doc__, "experiment")
