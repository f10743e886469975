"""Every metric that an experiment's arrays allow: what the step `evaluate` writes to metrics.json.

No model is known here. A model that can do a thing has the arrays of it, and `glossary.MEASURES` lists what follows
from which arrays.
"""

import math
from collections import ChainMap
from collections.abc import Mapping, Sequence

import numpy as np

from latent_atlas.errors import TooFewError
from latent_atlas.metrics.checks import Array
from latent_atlas.metrics.entries import Arrays, Measure, Metrics
from latent_atlas.metrics.glossary import MEASURES
from latent_atlas.metrics.threads import one_thread

_LABELS = ("test_labels", "train_labels")


def evaluate(evidence: Mapping[str, Array], findings: Sequence[str] | None = None) -> tuple[Metrics, list[str]]:
    """Computes all metrics that are possible.

    ``evidence`` is arrays by name; see `latent_atlas.evidence`. The functions that the themes call say the shapes.
    ``findings`` are what training found wrong with itself, a sentence each; None if nothing watched it.

    Returns metric name to a finite float, or int for counts, always in the order of the themes; and which metrics were
    left out because there are too few data, a line each. ValueError: an array that does not fit its measure, or a
    metric that is not finite; the message starts with the arrays' names.
    """
    given = {} if findings is None else {"findings": np.array(findings, np.str_)}
    arrays = ChainMap(given, evidence)  # type: ignore[arg-type]  # it is only read
    names = set(arrays)
    results: Metrics = {}
    left_out = []
    for measure in MEASURES:
        if not measure.applies(names):
            continue
        mine = {name: arrays[name] for name in (*measure.needs, *measure.uses) if name in names}
        try:
            results |= _measured(measure, mine)
        except TooFewError as error:
            left_out.append(f"{measure.title}: {error}")
        except ValueError as error:
            raise ValueError(f"{', '.join(measure.needs)}: {error}") from error
    return results, left_out


def _measured(measure: Measure, arrays: Arrays) -> Metrics:
    """A measure is given what it has declared, and no other array."""
    for name in _LABELS:
        if name in measure.needs and len(np.unique(arrays[name])) < 2:
            raise TooFewError("needs images of at least 2 classes, there is 1")
    with one_thread():
        found = measure.function(arrays)
    for name, value in found.items():
        if not math.isfinite(value):
            raise ValueError(f"{name} is {value}")
    return found
