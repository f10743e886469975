"""Runs everything a trained model can do, and its judge on the results; writes arrays."""

import argparse

from latent_atlas import backend, io, models, prepared, step, weights
from latent_atlas.params import Params
from latent_atlas.sampling import samplers
from latent_atlas.sampling.context import Context


def main(params: Params, arguments: argparse.Namespace, progress: step.Progress) -> None:
    experiment = params.experiments[arguments.target]
    settings, folder = models.settings(params, experiment.key), params.folder(experiment.key)
    backend.configure(settings.threads, params.seed, settings.deterministic)
    data = prepared.load(params.processed(experiment.dataset))
    card = weights.describe(params, experiment.key, data.spec)
    untrained = weights.build(card)  # first, so that its weights are those that training began with
    judge = None
    if experiment.judge != experiment.key:
        judge_card = weights.describe(params, experiment.judge, data.spec)
        judge = weights.load_trained(params.folder(experiment.judge), judge_card)
    context = Context(
        model=weights.load(folder, card),
        untrained=untrained,
        judge=judge,
        data=data,
        seed=params.seed,
        shown=params.animation.labels_at_most,
        **params.evaluation.model_dump(),
    )
    io.save_arrays(folder / "samples.npz", samplers.collect(context))
    io.save_arrays(folder / "verdict.npz", samplers.verdict(context))


if __name__ == "__main__":
    step.run(main, __doc__, "experiment")
