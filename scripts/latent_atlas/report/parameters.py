"""The part of ``params.yaml`` that results follow from, at the report's scale and with defaults filled in.

What the engines reserve, and how often training is saved, is left out: no result depends on it.
"""

import io as memory
from typing import Any

from ruamel.yaml import YAML

from latent_atlas import models, sources
from latent_atlas.params import Params


def as_yaml(params: Params) -> str:
    """YAML in the order of ``params.yaml``."""
    content: dict[str, Any] = {
        "scale": params.scale,
        "seed": params.seed,
        "datasets": {key: sources.options(params, key).model_dump(mode="json") for key in params.datasets},
        "evaluation": params.evaluation.model_dump(mode="json"),
        "experiments": {
            key: {
                **experiment.model_dump(include={"model", "dataset", "judge", "teacher"}, exclude_none=True),
                **models.settings(params, key).model_dump(mode="json"),
            }
            for key, experiment in params.experiments.items()
        },
    }
    writer, buffer = YAML(typ="safe", pure=True), memory.StringIO()
    writer.default_flow_style = False
    writer.sort_base_mapping_type_on_output = False  # type: ignore[assignment]
    writer.dump(content, buffer)
    return buffer.getvalue()
