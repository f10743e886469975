"""Writes the report: a page, a Markdown file and a table of every number."""

from latent_atlas import io, step
from latent_atlas.params import Params
from latent_atlas.report import cost, long_table, markdown, page
from latent_atlas.report.gather import gather


def main(params: Params, _: str, progress: step.Progress) -> None:
    gathered = gather(params)
    folder = params.results / "report"
    index, text = page.build(gathered), markdown.build(gathered)
    long_table.write(folder / "metrics.csv", gathered.results)
    io.save_text(folder / "report.md", text)
    io.save_text(folder / "cost.html", cost.build(params))  # undeclared, for it measures the machine
    io.save_text(folder / "index.html", index)
    progress.say(str(folder / "index.html"))


if __name__ == "__main__":
    step.run(main, __doc__)
