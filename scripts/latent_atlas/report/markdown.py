"""The tables and figures in Markdown, with relative paths, for a code host."""

import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from urllib.parse import quote

from latent_atlas.report import captions
from latent_atlas.report.description import describe
from latent_atlas.report.gather import Atlas, Dataset, Result
from latent_atlas.report.table import Table, tables

_SPECIAL = re.compile(r"([\\`*_{}\[\]()#+!|~<>&$@-])")


def build(atlas: Atlas) -> str:
    """The whole file."""
    return "\n".join(_lines(atlas)) + "\n"


def escape(text: object) -> str:
    """Text that Markdown, and the HTML it may hold, shows as it is, on one line."""
    plain = " ".join(str(text).split())
    return _SPECIAL.sub(r"\\\1", plain).replace("\\<", "&lt;").replace("\\>", "&gt;").replace("\\&", "&amp;")


def _lines(atlas: Atlas) -> Iterator[str]:
    count = len(atlas.results)
    yield f"# Latent Atlas: scale {escape(atlas.params.scale)}"
    yield ""
    yield (
        f"{count} experiment{'s' * (count != 1)}, seed {atlas.params.seed}. The page with the latent"
        " explorer, the animations and the comparisons is `index.html`, beside this file; every number is in"
        " [metrics.csv](metrics.csv). **Bold** is the best of a column, where values can be compared."
    )
    for dataset in atlas.datasets:
        yield from _comparison(dataset)
    yield from ("", "## Experiments")
    for result in atlas.results:
        yield from _experiment(result)


def _comparison(dataset: Dataset) -> Iterator[str]:
    compared = tables(dataset)
    if not compared:  # no experiment learns from it
        return
    yield from ("", f"## Compared on {escape(dataset.key)}")
    if dataset.enlarged:
        before, after = dataset.enlarged
        yield ""
        yield (
            f"> Sharpness proves nothing here: these images are {before} scans enlarged to {after}, smooth"
            " themselves. Only data with real detail can show it."
        )
    for table in compared:
        yield from _table(table)


def _table(table: Table) -> Iterator[str]:
    heads = [f"{escape(m.title)} {m.direction.value}".strip() for m in table.columns]
    yield from ("", f"### {escape(table.title)}", "")
    if table.introduction:
        yield from (" ".join(part for part in (table.introduction, escape(table.note)) if part), "")
    yield "| experiment | " + " | ".join(heads) + " |"
    yield "|---|" + "---:|" * len(heads)
    for row in table.rows:
        cells = [f"**{cell.text}**" if cell.best else cell.text for cell in row.cells]
        yield f"| [{escape(row.result.key)}](#{row.result.key}) | " + " | ".join(cells) + " |"
    defined = [m for m in table.columns if m.sentence]
    if defined:
        yield ""
        yield from (f"- **{escape(m.title)}** ({escape(m.name)}): {escape(m.sentence)}" for m in defined)


def _experiment(result: Result) -> Iterator[str]:
    yield from ("", f"### {result.key}", "", escape(describe(result.experiment.model).summary), "")
    if result.findings:
        yield from (f"> **Training was unstable:** {escape('; '.join(result.findings))}.", "")
    # One folder above the report, so that the link holds wherever the results are copied as a whole.
    folder = PurePosixPath("..", "experiments", result.key)
    yield f"![{escape(captions.animation(result.arrays))}]({folder / 'manifold.gif'})"
    if result.label_animations:
        links = (f"[{label}]({folder / f'manifold_{label}.gif'})" for label in result.label_animations)
        yield from ("", "Label by label: " + ", ".join(links))
    for path in result.figures:
        words = captions.caption(path.stem)
        yield from ("", f"![{escape(words.title)}]({folder / 'figures' / quote(path.name)})")
        yield from ("", f"*{escape(words.title)}.* {escape(words.text)}".rstrip())
