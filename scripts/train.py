"""Trains one experiment: weights, history, and snapshots for the animation."""

from latent_atlas import backend, io, models, prepared, step, weights
from latent_atlas.conditions import Conditions
from latent_atlas.params import Params
from latent_atlas.training import cameras, loop, stability
from latent_atlas.training.beginning import begin
from latent_atlas.training.checkpoints import Checkpoints, fingerprint


def main(params: Params, key: str, progress: step.Progress) -> None:
    experiment = params.experiments[key]
    settings, folder = models.settings(params, key), params.folder(key)
    data = prepared.load(params.processed(experiment.dataset))
    card = weights.describe(params, key, data.spec)
    backend.configure(settings.threads, params.seed, settings.deterministic, settings.devices)
    backend.check_gpu(params.reservation("train", key, "gpu"), params.resources.without_gpu == "refuse", progress.say)
    model, batches = begin(params, key, settings, data)
    conditions = Conditions(model, data, params.animation.labels_at_most, "validation")
    take, stills = cameras.set_up(cameras.Subject(model, data, conditions, params.seed))
    place = io.WORK / "checkpoints" / params.scale / key
    checkpoints = Checkpoints(place, fingerprint(card, data.card, experiment.model))
    record = loop.train(
        model, settings, params.seed, batches, data.spec, take, checkpoints, params.checkpoint_seconds, progress
    )
    findings = stability.summary(model, settings, record.columns, record.rows)
    weights.save(folder, model, card, findings)
    io.save_table(folder / "history.csv", ["step", "images_seen", *record.columns], record.rows)
    io.save_arrays(folder / "snapshots.npz", record.film() | stills)
    checkpoints.clear()


if __name__ == "__main__":
    step.run(main, __doc__, "experiment")
