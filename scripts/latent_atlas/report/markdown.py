"""The tables and figures in Markdown, with relative paths, for a code host."""

import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from urllib.parse import quote

from latent_atlas.report.description import describe
from latent_atlas.report.gather import Film, Gathered, Result, Section
from latent_atlas.report.table import Table, tables

_SPECIAL = re.compile(r"([\\`*_{}\[\]()#+!|~<>&$@-])")


def build(gathered: Gathered) -> str:
    """The whole file."""
    return "\n".join(_lines(gathered)) + "\n"


def escape(text: object) -> str:
    """Text that Markdown, and the HTML it may hold, shows as it is, on one line."""
    plain = " ".join(str(text).split())
    return _SPECIAL.sub(r"\\\1", plain).replace("\\<", "&lt;").replace("\\>", "&gt;").replace("\\&", "&amp;")


def _lines(gathered: Gathered) -> Iterator[str]:
    count = len(gathered.results)
    yield from (f"# Latent Atlas: scale {escape(gathered.params.scale)}", "")
    yield (
        f"{count} experiment{'s' * (count != 1)}, seed {gathered.params.seed}. The page with the latent"
        " explorer, the animations and the comparisons is `index.html`, beside this file; every number is in"
        " [metrics.csv](metrics.csv). **Bold** is the best of a column among models that compete."
    )
    for section in gathered.sections:
        yield from _comparison(section)
    yield from ("", "## Experiments")
    for result in gathered.results:
        yield from _experiment(result)


def _comparison(section: Section) -> Iterator[str]:
    compared = tables(section)
    if not compared:
        return
    yield from ("", f"## Compared on {escape(section.key)}")
    if section.enlarged:
        before, after = map(escape, section.enlarged)
        yield ""
        yield (
            f"> Sharpness says nothing here: these images were enlarged from {before} to {after} pixels, so the real"
            " ones are smooth themselves. Only data with real detail can show it."
        )
    for table in compared:
        yield from _table(table)


def _table(table: Table) -> Iterator[str]:
    heads = [f"{escape(m.title)} {m.direction.value}".strip() for m in table.columns]
    yield from ("", f"### {escape(table.title)}", "")
    if table.introduction:
        yield from (escape(f"{table.introduction} {table.note}"), "")
    yield "| experiment | " + " | ".join(heads) + " |"
    yield "|---|" + "---:|" * len(heads)
    for row in table.rows:
        cells = [f"**{cell.text}**" if cell.best else cell.text for cell in row.cells]
        kind = f" ({escape(row.result.kind)})" if row.result.kind else ""
        yield f"| [{escape(row.result.key)}](#{row.result.key}){kind} | " + " | ".join(cells) + " |"
    if defined := [m for m in table.columns if m.meaning]:
        yield ""
        for m in defined:
            yield f"- **{escape(m.title)}** ({escape(m.name)}): {escape(f'{m.meaning} {m.comparison}')}"


def _experiment(result: Result) -> Iterator[str]:
    yield from ("", f"### {result.key}", "", escape(describe(result.experiment.model).summary), "")
    if result.findings:
        yield from (f"> **Training was unstable:** {escape('; '.join(result.findings))}.", "")
    if result.left_out:
        yield from (f"> **Left out, because the data are too few:** {escape('; '.join(result.left_out))}.", "")
    # One folder above the report, so that the link holds wherever the results are copied as a whole.
    folder = PurePosixPath("..", "experiments", result.key)
    for film in (film for film in result.films if film.condition is None):
        yield f"![{escape(film.title)}]({folder / 'animations' / _gif(film)})"
    if single := [film for film in result.films if film.condition is not None]:
        links = (f"[{escape(film.condition)}]({folder / 'animations' / _gif(film)})" for film in single)
        yield from ("", "One by one: " + ", ".join(links))
    for figure in result.figures:
        yield from ("", f"![{escape(figure.title)}]({folder / 'figures' / quote(figure.path.name)})")
        yield from ("", f"*{escape(figure.title)}.* {escape(figure.caption)}".rstrip())


def _gif(film: Film) -> str:
    return quote(film.path.with_suffix(".gif").name)
