"""Every number of every experiment, one a row: ``experiment,model,dataset,metric,value``."""

from collections.abc import Sequence
from pathlib import Path

from latent_atlas import io
from latent_atlas.report.gather import Result

HEADER = ("experiment", "model", "dataset", "metric", "value")


def write(path: Path, results: Sequence[Result]) -> None:
    """Experiments in the order of ``params.yaml``, metrics by name; values read back as the same numbers."""
    rows = [
        (result.key, result.experiment.model, result.experiment.dataset, name, repr(value))
        for result in results
        for name, value in sorted(result.metrics.items())
    ]
    io.save_table(path, HEADER, rows)
