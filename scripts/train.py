"""Trains one experiment: weights, history, and snapshots of the manifold as it forms."""

import argparse
import hashlib
from pathlib import Path

import numpy as np

from latent_atlas import backend, io, step, weights
from latent_atlas.datasets import processed
from latent_atlas.model import Model, Settings
from latent_atlas.params import Params, canonical
from latent_atlas.training import loop, snapshots, stability
from latent_atlas.training.batches import Batches, training_split
from latent_atlas.training.checkpoints import Checkpoints


def main(params: Params, arguments: argparse.Namespace, progress: step.Progress) -> None:
    experiment = params.experiments[arguments.target]
    settings, folder = experiment.settings, params.folder(experiment.key)
    data = processed.load(params.processed(experiment.dataset))
    card = weights.describe(params, experiment.key, data.spec)
    validation = data.split("validation")
    backend.configure(settings.threads, params.seed, settings.deterministic)
    model = weights.build(card)
    checkpoints = Checkpoints(
        io.WORK / "checkpoints" / params.scale / experiment.key, _fingerprint(card, data, experiment.model)
    )
    record = loop.train(
        model,
        settings,
        params.seed,
        Batches(training_split(data, model), settings.images_per_step, params.seed),
        snapshots.camera(model, data.spec, validation),
        checkpoints,
        params.checkpoint_seconds,
        progress,
    )
    weights.save(folder, model, card, _findings(model, settings, record))
    io.save_table(folder / "history.csv", ["step", "images_seen", *record.columns], record.rows)
    taken = {name: np.stack(values) for name, values in record.snapshots.items()}
    taken["label_names"] = np.array(data.label_names, dtype=np.str_)
    if "features" in taken:
        taken["labels"] = snapshots.labels(validation)
    io.save_arrays(folder / "snapshots.npz", {"steps": np.array(record.snapshot_steps), **taken})
    checkpoints.clear()


def _findings(model: Model, settings: Settings, record: loop.Record) -> list[str] | None:
    if not model.alarms or settings.on_instability == "ignore":
        return None
    return [str(finding) for finding in stability.findings(model.alarms, record.columns, record.rows, settings.steps)]


def _fingerprint(card: dict, data: processed.Dataset, model: str) -> str:
    """What a checkpoint must share with this run to be continued by it: configuration, data, code, TensorFlow."""
    package = Path(__file__).parent / "latent_atlas"
    files = [package / "models" / f"{model}.py", *sorted((package / "blocks").glob("*.py"))]
    files += sorted((package / "training").glob("*.py"))
    code = [hashlib.sha256(path.read_bytes()).hexdigest() for path in files]
    whole = canonical([card, data.card, code, backend.tf.__version__, backend.keras.__version__])
    return hashlib.sha256(whole.encode()).hexdigest()


if __name__ == "__main__":
    step.run(main, __doc__, "experiment")
