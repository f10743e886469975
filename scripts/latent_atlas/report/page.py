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
from latent_atlas.metrics.glossary import define, in_order
from latent_atlas.report import comparison, parameters
from latent_atlas.report.description import describe
from latent_atlas.report.explorer import explorer
from latent_atlas.report.gather import Gathered, Result, Section
from latent_atlas.report.media import picture_file, video_file
from latent_atlas.report.table import tables

_ASSETS = Path(__file__).parent / "assets"
_LARGE, _SMALL = 1280, 224  # widest an animation is embedded: the experiment's, and that of one condition


def build(gathered: Gathered) -> str:
    """The whole page. Everything that comes from files or parameters is escaped by the templates."""
    templates = Environment(
        loader=FileSystemLoader(_ASSETS, encoding="utf-8"), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True,
    )  # fmt: skip
    templates.filters["breakable"] = _breakable
    styles, script = _asset("style.css"), _asset("page.js") + _asset("explorer.js")
    with ThreadPoolExecutor() as pool:  # most of the work is done by ffmpeg, one process a video
        experiments = list(pool.map(lambda result: _experiment(result, gathered.section_of(result)), gathered.results))
    return templates.get_template("page.html.j2").render(
        scale=gathered.params.scale,
        seed=gathered.params.seed,
        policy=_policy(styles, script),
        styles=Markup(styles),  # noqa: S704  our own file
        script=Markup(script),  # noqa: S704  our own files
        sections=[_section(section) for section in gathered.sections],
        experiments=experiments,
        parameters=parameters.as_yaml(gathered.params),
        machine=environment.machine(),
        packages=environment.packages(),
        certificate=gathered.certificate,
        certificate_summary=certificate.summary(gathered.certificate) if gathered.certificate else "",
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


def _section(section: Section) -> dict[str, Any]:
    return {
        "key": section.key,
        "card": section.card,
        "columns": [(name, _column(entry)) for name, entry in section.card["columns"].items()],
        "counts": _counts(section.card),
        "sheet": picture_file(section.contact_sheet) if section.contact_sheet else None,
        "experiments": [result.key for result in section.results],
        "tables": tables(section),
        "reconstructions": comparison.reconstructions(section),
        "by_label": comparison.by_label(section),
        "panels": comparison.panels(section),
        "enlarged": section.enlarged,
        "smooth": [
            (result.key, define("sharpness").text(result.metrics["sharpness"]))
            for result in section.results
            if {"elbo", "sharpness"} <= result.metrics.keys()
        ],
    }


def _column(entry: dict[str, Any]) -> str:
    """What a column of a data card holds, in words."""
    size = f"{entry['size']:,} different" if entry["size"] and not entry.get("names") else ""
    parts = (entry["kind"], _by(entry["shape"]), size, ", ".join(entry.get("names", [])))
    return "; ".join(part for part in parts if part)


def _counts(card: dict[str, Any]) -> list[tuple[str, str]]:
    """What the arrays of a data card are called, and their shapes."""
    return [(name, _by(entry.get("shape", []))) for name, entry in sorted(card.get("arrays", {}).items())]


def _by(shape: list[int]) -> str:
    return " × ".join(f"{side:,}" for side in shape)


def _experiment(result: Result, section: Section) -> dict[str, Any]:
    explored = explorer(result, section)
    return {
        "key": result.key,
        "model": result.experiment.model,
        "kind": result.kind,
        "judge": result.experiment.judge if result.experiment.judge != result.key else None,
        "description": describe(result.experiment.model),
        "findings": result.findings,
        "left_out": result.left_out,
        "settings": {name: _plain(value) for name, value in result.settings.items()},
        "networks": result.card.get("parameters", {}),
        "metrics": [(define(name), result.metrics[name]) for name in in_order(result.metrics)],
        "last_row": result.last_row,
        "explorer": explored,
        "films": [(film, video_file(film.path, _LARGE if film.condition is None else _SMALL)) for film in result.films],
        "figures": [
            (figure, picture_file(figure.path))
            for figure in result.figures
            if not (explored and figure.path.stem == explored.name)  # the explorer holds the same images
        ],
    }
