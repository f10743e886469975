"""What exists before an experiment's training: its teacher, and files of pretrained weights."""

from collections.abc import Sequence

from latent_atlas import weights
from latent_atlas.model import Before
from latent_atlas.params import Experiment, Params
from latent_atlas.prepared import Dataset


def before(params: Params, experiment: Experiment, data: Dataset, columns: Sequence[str]) -> Before:
    """Loads the trained network that the experiment names, if it names one, and finds the files that it reads."""
    teacher = None
    if experiment.teacher is not None:
        card = weights.describe(params, experiment.teacher, data.spec)
        teacher = weights.load_trained(params.folder(experiment.teacher), card)
    files = {name: data.network(name) for name in columns if data.spec[name].kind == "network"}
    return Before(teacher, files)
