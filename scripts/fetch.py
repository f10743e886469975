"""Obtains a dataset's raw files."""

from latent_atlas import io, sources, step
from latent_atlas.params import Params


def main(params: Params, key: str, progress: step.Progress) -> None:
    options = sources.options(params, key)
    with io.atomic_directory(params.data / key / "raw") as raw:
        sources.find(options.source).fetch(options, raw, progress)


if __name__ == "__main__":
    step.run(main, __doc__, "dataset")
