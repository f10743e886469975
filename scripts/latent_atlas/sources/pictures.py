"""The user's own pictures for DeepDream and style transfer: each is a column, by the name of its file."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath

from pydantic import Field

from latent_atlas import io, sources
from latent_atlas.columns import Column, Network
from latent_atlas.errors import AtlasError
from latent_atlas.prepared.card import write_card
from latent_atlas.sources.imaging.decode import SUFFIXES, BadImageError
from latent_atlas.sources.imaging.pictures import reduced
from latent_atlas.sources.obtaining import local, networks
from latent_atlas.sources.obtaining.zips import ZipIndex

_MOST = 200


class Options(local.Options):
    """What ``params.yaml`` may say of own pictures. ``path`` is a folder, or a zip of it."""

    longest_side: int = Field(default=512, ge=64, le=8192, description="larger pictures are reduced to it, in pixels")
    networks: list[Network] = Field(default=["vgg16"], description="pretrained weights to put beside them")


def columns(options: Options) -> dict[str, Column]:
    """A picture for each file, which is looked up at once, and the networks.

    Raises:
        AtlasError: ``path`` is not there, or two names would be one.
    """
    path = local.locate(options)
    if path.is_dir():
        names = _named(options, (name for name, _ in local.files(path, SUFFIXES)))
    else:
        with ZipIndex(path, options.path) as archive:
            names = _named(options, archive.names(archive.in_order(*SUFFIXES)))
    return {name: Column("picture", None, 0, name) for name in names} | networks.columns(options.networks)


def fetch(options: Options, raw: Path, progress: sources.Progress) -> None:
    """Copies the zip, or packs the folder into one; and the networks."""
    path, target = local.locate(options), raw / "pictures.zip"
    if path.is_dir():
        local.pack_folder(path, target, SUFFIXES, progress)
    else:
        local.copy_file(path, target)
    networks.fetch(options.networks, raw, progress)


def prepare(options: Options, raw: Path, processed: Path, progress: sources.Progress) -> None:
    """Decodes and reduces each picture."""
    with ZipIndex(raw / "pictures.zip", options.path) as archive:
        entries = archive.in_order(*SUFFIXES)
        names = _named(options, archive.names(entries))
        for done, (entry, (name, file)) in enumerate(zip(entries, names.items(), strict=True), 1):
            try:
                io.save_array(processed / f"{name}.npy", reduced(archive.read(entry), options.longest_side))
            except (BadImageError, ValueError) as error:
                raise AtlasError(f"{options.path}: {file!r} {error}") from None
            progress.update(done, len(entries), "picture")
    about = {
        **local.about(options),
        "processing": f"RGB, at most {options.longest_side} pixels a side, antialiased (Lanczos); transparency over "
        "white, camera orientation honoured",
        "split": "none",
    }
    pictures = {name: {"kind": "picture", "role": "photo"} for name in names}
    write_card(processed, about, pictures | networks.prepare(options.networks, raw, processed))


def _named(options: Options, files: Iterable[str]) -> Mapping[str, str]:
    """The file of each column: its name without folder and suffix, in small letters, digits and underscores."""
    found: dict[str, str] = {}
    for file in files:
        name = re.sub(r"[^a-z0-9]+", "_", PurePosixPath(file).stem.lower()).strip("_")
        if not name or name in found or name in options.networks:
            other = f"as {found[name]!r} does" if name in found else "which cannot be"
            raise AtlasError(f"{options.path}: {file!r} gives the column {name!r}, {other}; rename it")
        found[name] = file
    if not 0 < len(found) <= _MOST:
        raise AtlasError(f"{options.path}: holds {len(found)} pictures; 1 to {_MOST} are allowed")
    return found
