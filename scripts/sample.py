"""Runs everything a trained model can do, and its judge on the results; writes arrays."""

from latent_atlas import backend, io, models, prepared, step, weights
from latent_atlas.params import Params
from latent_atlas.sampling import samplers
from latent_atlas.sampling.context import Context


def main(params: Params, key: str, progress: step.Progress) -> None:
    experiment = params.experiments[key]
    settings, folder = models.settings(params, key), params.folder(key)
    backend.configure(settings.threads, params.seed, settings.deterministic)
    backend.check_gpu(params.reservation("sample", key, "gpu"), params.resources.without_gpu == "refuse", progress.say)
    data = prepared.load(params.processed(experiment.dataset))
    card = weights.describe(params, key, data.spec)
    untrained = weights.build(card)  # first, so that its weights are those that training began with
    judge = None
    if experiment.judge != key:
        judge_card = weights.describe(params, experiment.judge, data.spec)
        judge = weights.load_trained(params.folder(experiment.judge), judge_card)
    context = Context(
        model=weights.load(folder, card), untrained=untrained, judge=judge, data=data, seed=params.seed,
        shown=params.animation.labels_at_most, **params.evaluation.model_dump(),
    )  # fmt: skip
    io.save_arrays(folder / "samples.npz", samplers.collect(context))
    io.save_arrays(folder / "verdict.npz", samplers.verdict(context))


if __name__ == "__main__":
    step.run(main, __doc__, "experiment")
