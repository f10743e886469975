"""The page: one HTML file that needs nothing else, and that a browser is told to give nothing else."""

import base64
import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from latent_atlas import certificate, environment
from latent_atlas.report import captions, comparison, parameters
from latent_atlas.report.description import describe
from latent_atlas.report.explorer import explorer
from latent_atlas.report.gather import Atlas, Dataset, Result
from latent_atlas.report.glossary import define, in_order
from latent_atlas.report.media import picture_file, video_file
from latent_atlas.report.table import tables

_ASSETS = Path(__file__).parent / "assets"
_LARGE, _SMALL = 1280, 224  # widest an animation is embedded: the experiment's, and one label's


def build(atlas: Atlas) -> str:
    """The whole page. Everything that comes from files or parameters is escaped by the templates."""
    templates = Environment(
        loader=FileSystemLoader(_ASSETS, encoding="utf-8"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    templates.filters["breakable"] = _breakable
    styles, script = _asset("style.css"), _asset("page.js") + _asset("explorer.js")
    with ThreadPoolExecutor() as pool:  # most of the work is done by ffmpeg, one process a video
        experiments = list(pool.map(lambda result: _experiment(result, atlas.dataset_of(result)), atlas.results))
    return templates.get_template("page.html.j2").render(
        scale=atlas.params.scale,
        seed=atlas.params.seed,
        policy=_policy(styles, script),
        styles=Markup(styles),  # noqa: S704  our own file
        script=Markup(script),  # noqa: S704  our own files
        datasets=[_dataset(dataset) for dataset in atlas.datasets],
        experiments=experiments,
        parameters=parameters.as_yaml(atlas.params),
        machine=environment.machine(),
        packages=environment.packages(),
        certificate=atlas.certificate,
        certificate_summary=certificate.summary(atlas.certificate) if atlas.certificate else "",
    )


def _breakable(name: str) -> Markup:
    """A name with underscores, at which a narrow page may break the line."""
    return escape(name).replace("_", Markup("_<wbr>"))


def _plain(value: Any) -> str:
    """A setting as ``params.yaml`` would have it."""
    return value if isinstance(value, str) else json.dumps(value)


def _asset(name: str) -> str:
    return (_ASSETS / name).read_text(encoding="utf-8")


def _policy(styles: str, script: str) -> str:
    """A content security policy under which only this style, this script and embedded media work."""
    style, code = (base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in (styles, script))
    return (
        f"default-src 'none'; style-src 'sha256-{style}'; script-src 'sha256-{code}'; img-src data:;"
        " media-src data:; base-uri 'none'; form-action 'none'"
    )


def _dataset(dataset: Dataset) -> dict[str, Any]:
    return {
        "key": dataset.key,
        "card": dataset.card,
        "counts": _counts(dataset.card),
        "sheet": picture_file(dataset.contact_sheet) if dataset.contact_sheet else None,
        "tables": tables(dataset),
        "reconstructions": comparison.reconstructions(dataset),
        "by_label": comparison.by_label(dataset),
        "panels": comparison.panels(dataset),
        "enlarged": dataset.enlarged,
        "smooth": [
            (result.key, define("sharpness").text(result.metrics["sharpness"]))
            for result in dataset.results
            if {"elbo", "sharpness"} <= result.metrics.keys()
        ],
    }


def _counts(card: dict[str, Any]) -> list[tuple[str, str]]:
    """What the arrays of a data card are called, and their shapes."""
    arrays = card.get("arrays", {})
    return [
        (name, " × ".join(f"{side:,}" for side in entry.get("shape", []))) for name, entry in sorted(arrays.items())
    ]


def _experiment(result: Result, dataset: Dataset) -> dict[str, Any]:
    explored = explorer(result, dataset)
    settings = result.experiment.settings.model_dump(mode="json")
    return {
        "key": result.key,
        "model": result.experiment.model,
        "dataset": dataset.key,
        "judge": result.experiment.judge if result.experiment.judge != result.key else None,
        "description": describe(result.experiment.model),
        "findings": result.findings,
        "settings": {name: _plain(value) for name, value in settings.items()},
        "networks": result.card.get("parameters", {}),
        "metrics": [(define(name), result.metrics[name]) for name in in_order(result.metrics)],
        "last_row": result.last_row,
        "explorer": explored,
        "animation": video_file(result.animation, _LARGE),
        "animation_caption": captions.animation(result.arrays),
        "label_animations": [
            (dataset.name_of(label), video_file(path, _SMALL)) for label, path in result.label_animations.items()
        ],
        "figures": [
            (captions.caption(path.stem), picture_file(path))
            for path in result.figures
            if not (explored and path.stem == explored.name)  # the explorer holds the same images
        ],
    }
