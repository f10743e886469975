"""Runs everything a trained model can do, and its judge on the results; writes arrays."""

import argparse

from latent_atlas import backend, io, step, weights
from latent_atlas.datasets import processed
from latent_atlas.params import Params
from latent_atlas.sampling.collect import collect
from latent_atlas.sampling.context import Context


def main(params: Params, arguments: argparse.Namespace, progress: step.Progress) -> None:
    experiment = params.experiments[arguments.target]
    folder = params.folder(experiment.key)
    backend.configure(experiment.settings.threads, params.seed, experiment.settings.deterministic)
    untrained = weights.build(weights.read_card(folder))
    model, _ = weights.load(folder)
    judge = weights.load_judge(params.folder(experiment.judge)) if experiment.judge != experiment.key else None
    context = Context(
        model=model,
        untrained=untrained,
        judge=judge,
        data=processed.load(params.processed(experiment.dataset)),
        seed=params.seed,
        **params.evaluation.model_dump(),
    )
    io.save_arrays(folder / "samples.npz", collect(context))


if __name__ == "__main__":
    step.run(main, __doc__, "experiment")
