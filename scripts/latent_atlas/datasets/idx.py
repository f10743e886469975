"""A user's own idx files, the format of MNIST: KMNIST, EMNIST and others come in it too."""

from pathlib import Path

from pydantic import Field

from latent_atlas import datasets
from latent_atlas.datasets.families import idx
from latent_atlas.datasets.obtaining import local
from latent_atlas.datasets.processed.card import write_card
from latent_atlas.datasets.processed.splits import THREE, shuffled, split_rows
from latent_atlas.errors import AtlasError


class Options(local.Options):
    """What ``params.yaml`` may say of idx files. ``path`` is the folder that holds them."""

    images: str = Field(description="file of images inside `path`, gzipped or not")
    labels: str = Field(description="file of labels inside `path`, gzipped or not")
    test_images: str | None = Field(default=None, description="images for the test split; without it, 10% are taken")
    test_labels: str | None = Field(default=None, description="their labels")
    label_names: list[str] | None = Field(default=None, min_length=1, description="class names; without it, numbers")
    transpose: bool = Field(default=False, description="swap rows and columns, as EMNIST needs it")


def fetch(options: Options, raw: Path, progress: datasets.Progress) -> None:
    """Copies the files."""
    if (options.test_images is None) != (options.test_labels is None):
        raise AtlasError("params.yaml: source idx: test_images and test_labels go together; give both or neither")
    for name in (options.images, options.labels, options.test_images, options.test_labels):
        if name is not None:
            local.copy_file(local.inside(options.path, name), raw / Path(name).name)


def prepare(options: Options, raw: Path, processed: Path, progress: datasets.Progress) -> None:
    """Unpacks; a tenth of each class is for validation, and another for the test if it has no files."""
    images, labels = idx.open_pair(raw / Path(options.images).name, raw / Path(options.labels).name)
    own_test = options.test_images is not None and options.test_labels is not None
    fractions = {"train": 0.9, "validation": 0.1} if own_test else THREE
    everything = [(name, images, labels, rows) for name, rows in split_rows(labels, fractions, options.seed).items()]
    if options.test_images is not None and options.test_labels is not None:
        test, test_labels = idx.open_pair(raw / Path(options.test_images).name, raw / Path(options.test_labels).name)
        if test.shape[1:] != images.shape[1:]:
            raise AtlasError(f"{options.test_images}: images of {test.shape[1:]}, but {images.shape[1:]} for training")
        everything.append(("test", test, test_labels, shuffled(0, len(test), options.seed)))
    classes = 1 + max(int(values.max()) for _, _, values, _ in everything)
    names = options.label_names or [str(label) for label in range(classes)]
    if len(names) < classes:
        raise AtlasError(f"{options.labels}: holds the label {classes - 1}, but label_names names {len(names)} classes")
    for name, pictures, values, rows in everything:
        if not len(rows):
            raise AtlasError(f"{options.images}: too few images for a {name} split; give more")
        idx.write_split(processed, name, pictures, values, rows, options.transpose)
    write_card(
        processed,
        {
            **local.card(options),
            "label_names": names,
            "processing": "transposed" if options.transpose else "none",
            "split": f"{'the test files; ' if own_test else ''}stratified "
            f"{':'.join(f'{100 * part:.0f}' for part in fractions.values())} after a shuffle with seed "
            f"{options.seed}",
        },
    )
