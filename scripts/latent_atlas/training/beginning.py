"""What a training begins with: the model, what existed before it, and the batches that it is given."""

from latent_atlas import backend, weights
from latent_atlas.model import Before, Model, Settings
from latent_atlas.params import Params
from latent_atlas.prepared import Dataset
from latent_atlas.training.acceleration import accelerate, precision
from latent_atlas.training.batches import Batches


def begin(params: Params, key: str, settings: Settings, data: Dataset) -> tuple[Model, Batches]:
    """The experiment's model under these settings, ready for its first step, and its batches.

    Its weights follow from the seed that was set beforehand.
    """
    card = weights.describe(params, key, data.spec)
    with precision(settings):
        model = weights.build({**card, "settings": settings.model_dump(mode="json")})
    accelerate(model, settings, backend.devices(settings.devices))
    columns = model.columns(settings)
    files = {name: data.network(name) for name in columns if data.spec[name].kind == "network"}
    model.prepare(Before(_teacher(params, params.experiments[key].teacher, data), files))
    return model, Batches(data, columns, settings.images_per_step, params.seed, getattr(settings, "window", 0))


def _teacher(params: Params, key: str | None, data: Dataset) -> Model | None:
    """The trained network of the experiment that another one names, if it names one."""
    return weights.load_trained(params.folder(key), weights.describe(params, key, data.spec)) if key else None
