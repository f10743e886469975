"""``params.yaml`` as a JSON Schema (draft 2020-12), for completion and errors in an editor while one types.

It is written from the classes that check the file, so it cannot allow a name, a type or a range that they refuse. What
one entry asks of another (a judge that stands first, columns that a dataset has) only `latent_atlas.check` can say.
"""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from latent_atlas import models, sources
from latent_atlas.params import SCALES, File

FILE = Path("params.schema.json")


def schema() -> dict[str, Any]:
    """The schema as plain data."""
    options = {name: sources.find(name).Options for name in sources.names()}
    settings = {name: models.find(name).Settings for name in models.names()}
    classes: list[type[BaseModel]] = [File, *options.values(), *settings.values()]
    places, written = models_json_schema([(each, "validation") for each in classes])

    def refer(each: type[BaseModel]) -> dict[str, Any]:
        return dict(places[each, "validation"])

    definitions = written["$defs"]
    source = _chosen("source", options, lambda name: refer(options[name]))
    for scale in SCALES:
        definitions["DatasetEntry"]["properties"][scale] = source
    for entry in ("ExperimentEntry", "TaughtEntry"):
        at_scales = _chosen(
            "model", settings, lambda name: {"properties": dict.fromkeys(SCALES, refer(settings[name]))}
        )
        definitions[entry]["allOf"] = at_scales["allOf"]
        definitions[entry]["properties"] |= at_scales["properties"]
    definitions["File"]["properties"]["scale"]["enum"] = list(SCALES)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **refer(File), **written}


def _chosen(key: str, names: Iterable[str], rules: Callable[[str], dict[str, Any]]) -> dict[str, Any]:
    """An object whose ``key`` is one of ``names``, each with rules of its own."""
    return {
        "type": "object",
        "required": [key],
        "properties": {key: {"enum": list(names)}},
        "allOf": [{"if": {"properties": {key: {"const": name}}}, "then": rules(name)} for name in names],
    }
