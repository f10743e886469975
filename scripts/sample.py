"""Runs everything a trained model can do, and its judge on the results; writes arrays."""

import argparse

from latent_atlas import backend, io, step, weights
from latent_atlas.datasets import processed
from latent_atlas.model import Model
from latent_atlas.params import Experiment, Params
from latent_atlas.sampling.collect import collect
from latent_atlas.sampling.context import Context


def main(params: Params, arguments: argparse.Namespace, progress: step.Progress) -> None:
    experiment = params.experiments[arguments.target]
    folder = params.folder(experiment.key)
    backend.configure(experiment.settings.threads, params.seed, experiment.settings.deterministic)
    data = processed.load(params.processed(experiment.dataset))
    card = weights.describe(params, experiment.key, data.spec)
    untrained = weights.build(card)  # first, so that its weights are those that training began with
    context = Context(
        model=weights.load(folder, card),
        untrained=untrained,
        judge=_judge(params, experiment, data),
        data=data,
        seed=params.seed,
        **params.evaluation.model_dump(),
    )
    io.save_arrays(folder / "samples.npz", collect(context))


def _judge(params: Params, experiment: Experiment, data: processed.Dataset) -> Model | None:
    if experiment.judge == experiment.key:
        return None
    return weights.load_judge(params.folder(experiment.judge), weights.describe(params, experiment.judge, data.spec))


if __name__ == "__main__":
    step.run(main, __doc__, "experiment")
