"""Trains one experiment: weights, history, and snapshots for the animation."""

import argparse

from latent_atlas import backend, io, models, prepared, step, weights
from latent_atlas.conditions import Conditions
from latent_atlas.params import Params
from latent_atlas.training import cameras, loop, stability
from latent_atlas.training.batches import Batches
from latent_atlas.training.beginning import before
from latent_atlas.training.checkpoints import Checkpoints, fingerprint


def main(params: Params, arguments: argparse.Namespace, progress: step.Progress) -> None:
    experiment = params.experiments[arguments.target]
    settings, folder = models.settings(params, experiment.key), params.folder(experiment.key)
    data = prepared.load(params.processed(experiment.dataset))
    card = weights.describe(params, experiment.key, data.spec)
    backend.configure(settings.threads, params.seed, settings.deterministic)
    model = weights.build(card)
    columns = model.columns(settings)
    model.prepare(before(params, experiment, data, columns))
    conditions = Conditions(model, data, params.animation.labels_at_most, "validation")
    take, stills = cameras.set_up(cameras.Subject(model, data, conditions, params.seed))
    checkpoints = Checkpoints(
        io.WORK / "checkpoints" / params.scale / experiment.key, fingerprint(card, data.card, experiment.model)
    )
    record = loop.train(
        model,
        settings,
        params.seed,
        Batches(data, columns, settings.images_per_step, params.seed, getattr(settings, "window", 0)),
        data.spec,
        take,
        checkpoints,
        params.checkpoint_seconds,
        progress,
    )
    findings = stability.summary(model, settings, record.columns, record.rows)
    weights.save(folder, model, card, findings)
    io.save_table(folder / "history.csv", ["step", "images_seen", *record.columns], record.rows)
    io.save_arrays(folder / "snapshots.npz", record.film() | stills)
    checkpoints.clear()


if __name__ == "__main__":
    step.run(main, __doc__, "experiment")
