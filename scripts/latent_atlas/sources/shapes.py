"""Coloured shapes with captions in varied wording; some colours of some shapes are never seen in training."""

from pathlib import Path
from typing import Any

import numpy as np
from pydantic import Field

from latent_atlas import io, sources
from latent_atlas.columns import Column, DataSpec
from latent_atlas.drawing import dataset, geometry
from latent_atlas.prepared.captions import captions_entry, write_captions
from latent_atlas.prepared.card import entries, write_card

fetch = dataset.fetch
_ATTRIBUTES = [name for names in geometry.GROUPS.values() for name in names]


class Options(dataset.Options):
    """What ``params.yaml`` may say of the shapes."""

    size: int = Field(default=32, ge=16, le=128, description="side of the images, in pixels")
    captions: int = Field(default=10, ge=1, le=14, description="sentences for each image")
    held_out: int = Field(
        default=6,
        ge=1,
        le=12,
        description="how many of the 48 pairs of colour and shape are only in the held_out split",
    )
    held_out_images: int = Field(
        default=300, ge=12, le=100_000, description="drawings of those pairs, beside the others"
    )


def columns(options: Options) -> dict[str, Column]:
    """Images with classes, attributes and captions."""
    images = DataSpec.of_images((options.size, options.size, 3), len(geometry.NAMES), len(_ATTRIBUTES))
    return {**images.columns, "captions": Column("captions", None, None)}


def prepare(options: Options, raw: Path, processed: Path, progress: sources.Progress) -> None:
    """Draws, and writes the sentences."""
    hidden = _held_out(options.held_out)
    seen = [label for label in range(len(geometry.NAMES)) if label not in hidden]
    training: list[list[str]] = []
    for name, count, seed in options.splits(held_out=options.held_out_images):
        generator = np.random.default_rng(seed)
        choice = np.array(hidden if name == "held_out" else seen, np.int32)
        labels = choice[dataset.balanced(count, len(choice), generator)]
        scenes = [geometry.scene(geometry.NAMES[label], generator) for label in labels]
        captions = [geometry.sentences(scene, options.captions, generator) for scene in scenes]
        training = captions if name == "train" else training
        path = processed / f"{name}_images.npy"
        dataset.draw_into([path], geometry.draw, [(scene, options.size) for scene in scenes], seed, progress)
        io.save_array(processed / f"{name}_labels.npy", labels)
        io.save_array(processed / f"{name}_attributes.npy", np.stack([scene.attributes() for scene in scenes]))
        write_captions(processed, name, captions)
    about = {
        **dataset.ABOUT,
        "name": "Coloured shapes with captions",
        "held_out_labels": hidden,
        "processing": f"{options.size}x{options.size}, drawn at 4 times the size",
        "split": f"80:10:10 of {options.images} drawings with seed {options.seed}; {options.held_out_images} more "
        f"of the held-out {', '.join(geometry.NAMES[label] for label in hidden)}",
    }
    more: dict[str, dict[str, Any]] = {
        "labels": {"names": geometry.NAMES},
        "attributes": {"names": _ATTRIBUTES, "groups": geometry.GROUPS},
        "captions": captions_entry(training, options.captions),
    }
    write_card(processed, about, entries(columns(options), **more))


def _held_out(count: int) -> list[int]:
    """Pairs of colour and shape, spread so that every colour and every shape is often seen with others."""
    colours, kinds = len(geometry.COLOURS), len(geometry.SHAPES)
    pairs = {((3 * place + place // kinds) % colours, place % kinds) for place in range(count)}
    return sorted(colour * kinds + kind for colour, kind in pairs)
