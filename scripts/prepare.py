"""Standardises a dataset: a fixed split, arrays that can be memory-mapped, a data card, a contact sheet."""

from latent_atlas import contact_sheet, io, sources, step
from latent_atlas.errors import AtlasError
from latent_atlas.params import Params


def main(params: Params, key: str, progress: step.Progress) -> None:
    options = sources.options(params, key)
    with io.atomic_directory(params.processed(key)) as processed:
        try:
            sources.find(options.source).prepare(options, params.data / key / "raw", processed, progress)
        except AtlasError as error:
            raise AtlasError(f"{error}{options.advice(f'datasets.{key}.{params.scale}')}") from error
        contact_sheet.draw(processed)


if __name__ == "__main__":
    step.run(main, __doc__, "dataset")
