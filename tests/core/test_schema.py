"""The schema for editors says what the checks say."""

import copy
import json
from typing import Any

import jsonschema
import pytest
from projects import ROOT

from latent_atlas import models, params, schema, sources

CONTENT = params.read(ROOT / "params.yaml")
VALIDATOR = jsonschema.Draft202012Validator(json.loads((ROOT / schema.FILE).read_text(encoding="utf-8")))


def test_the_file_is_what_the_settings_give() -> None:
    written = json.loads((ROOT / schema.FILE).read_text(encoding="utf-8"))
    assert written == json.loads(json.dumps(schema.schema())), "run `make schema`"
    jsonschema.Draft202012Validator.check_schema(written)


def test_params_yaml_names_the_schema_and_is_valid() -> None:
    assert (
        (ROOT / "params.yaml").read_text(encoding="utf-8").startswith(f"# yaml-language-server: $schema={schema.FILE}")
    )
    assert not [error.message for error in VALIDATOR.iter_errors(CONTENT)]


@pytest.mark.parametrize(
    ("place", "value"),
    [
        ("scale", "dmeo"),
        ("seed", -1),
        ("datasets.digits.demo.source", "mnist_6k"),
        ("datasets.faces.demo.sise", 32),
        ("experiments.vae_digits.model", "vea"),
        ("experiments.vae_digits.demo.latnet_dim", 2),
        ("experiments.vae_digits.laptop.steps", 0),
        ("taught.srgan_faces.demo.steps", "many"),
        ("evaluation.demo.samples", 1),
    ],
)
def test_mistakes_are_found_where_they_are(place: str, value: object) -> None:
    content: Any = copy.deepcopy(CONTENT)
    *parents, last = place.split(".")
    node = content
    for key in parents:
        node = node[key]
    node[last] = value
    (error,) = VALIDATOR.iter_errors(content)
    assert place.startswith(".".join(map(str, error.absolute_path)))


def test_every_model_and_source_is_offered() -> None:
    written = json.dumps(schema.schema())
    for name in (*models.names(), *sources.names()):
        assert f'"const": "{name}"' in written
