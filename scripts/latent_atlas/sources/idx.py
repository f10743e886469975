"""A user's own idx files, the format of MNIST: KMNIST, EMNIST and others come in it too."""

from pathlib import Path
from typing import Self

from pydantic import Field, model_validator

from latent_atlas import sources
from latent_atlas.columns import Column
from latent_atlas.errors import AtlasError
from latent_atlas.prepared.card import entries, write_card
from latent_atlas.prepared.splits import THREE, shuffled, split_rows
from latent_atlas.sources.imaging import idx_files
from latent_atlas.sources.obtaining import local


class Options(local.Options):
    """What ``params.yaml`` may say of idx files. ``path`` is the folder that holds them."""

    images: str = Field(description="file of images inside `path`, gzipped or not")
    labels: str = Field(description="file of labels inside `path`, gzipped or not")
    test_images: str | None = Field(default=None, description="images for the test split; without it, 10% are taken")
    test_labels: str | None = Field(default=None, description="their labels")
    label_names: list[str] | None = Field(default=None, min_length=1, description="class names; without it, numbers")
    transpose: bool = Field(default=False, description="swap rows and columns, as EMNIST needs it")

    @model_validator(mode="after")
    def _test_files_go_together(self) -> Self:
        if (self.test_images is None) != (self.test_labels is None):
            raise ValueError("test_images and test_labels go together; give both or neither")
        return self

    @property
    def files(self) -> list[str]:
        """Images, labels, and those for the test if there are any."""
        return [name for name in (self.images, self.labels, self.test_images, self.test_labels) if name is not None]


def columns(options: Options) -> dict[str, Column]:
    """Images, whose shape stands in the header of their file if it is there, and classes."""
    path, shape = options.located / options.images, None
    if path.is_file():
        shape = idx_files.image_shape(idx_files.header(path)[0], options.transpose)
    classes = len(options.label_names) if options.label_names else None
    return {"images": Column("images", shape), "labels": Column("labels", (), classes)}


def fetch(options: Options, raw: Path, progress: sources.Progress) -> None:
    """Copies the files."""
    for name in options.files:
        local.copy_file(local.locate(options) / name, raw / Path(name).name)


def prepare(options: Options, raw: Path, processed: Path, progress: sources.Progress) -> None:
    """Unpacks; a tenth of each class is for validation, and another for the test if it has no files."""
    files = [raw / Path(name).name for name in options.files]
    images, labels = idx_files.open_pair(files[0], files[1])
    own_test = len(files) > 2
    fractions = {"train": 0.9, "validation": 0.1} if own_test else THREE
    everything = [(name, images, labels, rows) for name, rows in split_rows(labels, fractions, options.seed).items()]
    if own_test:
        test, test_labels = idx_files.open_pair(files[2], files[3])
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
        idx_files.write_split(processed, name, pictures, values, rows, options.transpose)
    parts = ":".join(f"{100 * part:.0f}" for part in fractions.values())
    about = {
        **local.about(options),
        "processing": "transposed" if options.transpose else "none",
        "split": f"{'the test files; ' if own_test else ''}stratified {parts} after a shuffle with seed {options.seed}",
    }
    write_card(processed, about, entries(columns(options), labels={"names": names}))
