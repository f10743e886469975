"""Coloured shapes with captions in varied wording; some colours of some shapes are never seen in training."""

from pathlib import Path

import numpy as np
from pydantic import Field

from latent_atlas import datasets, io
from latent_atlas.datasets.drawing import shapes
from latent_atlas.datasets.drawing.many import draw_all
from latent_atlas.datasets.families import captioned, drawn
from latent_atlas.datasets.processed.arrays import ArrayFile
from latent_atlas.datasets.processed.card import write_card


class Options(drawn.Options):
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


def fetch(options: Options, raw: Path, progress: datasets.Progress) -> None:
    """Nothing to obtain."""
    drawn.fetch(options, raw)


def prepare(options: Options, raw: Path, processed: Path, progress: datasets.Progress) -> None:
    """Draws, and writes the sentences."""
    hidden = _held_out(options.held_out)
    seen = [label for label in range(len(shapes.NAMES)) if label not in hidden]
    training: list[list[str]] = []
    counts = {**drawn.split_counts(options.images), "held_out": options.held_out_images}
    for (name, count), seed in zip(counts.items(), drawn.seeds(options), strict=False):
        generator = np.random.default_rng(seed)
        choice = np.array(hidden if name == "held_out" else seen, np.int32)
        labels = choice[drawn.balanced(count, len(choice), generator)]
        scenes = [shapes.scene(shapes.NAMES[label], generator) for label in labels]
        captions = [shapes.sentences(scene, options.captions, generator) for scene in scenes]
        training = captions if name == "train" else training
        with ArrayFile(processed / f"{name}_images.npy", (options.size, options.size, 3), np.uint8) as array:
            for chunk in draw_all(shapes.draw, [(scene, options.size) for scene in scenes], seed, progress):
                array.append(chunk)
        io.save_array(processed / f"{name}_labels.npy", labels)
        io.save_array(processed / f"{name}_attributes.npy", np.stack([scene.attributes() for scene in scenes]))
        captioned.write(processed, name, captions)
    write_card(
        processed,
        {
            **drawn.CARD,
            "name": "Coloured shapes with captions",
            "label_names": shapes.NAMES,
            "attribute_names": [name for names in shapes.GROUPS.values() for name in names],
            "attribute_groups": shapes.GROUPS,
            "held_out_labels": hidden,
            **captioned.card(training, options.captions),
            "processing": f"{options.size}x{options.size}, drawn at 4 times the size",
            "split": f"80:10:10 of {options.images} drawings with seed {options.seed}; "
            f"{options.held_out_images} more of the held-out "
            f"{', '.join(shapes.NAMES[label] for label in hidden)}",
        },
    )


def _held_out(count: int) -> list[int]:
    """Pairs of colour and shape, spread so that every colour and every shape is often seen with others."""
    colours, kinds = len(shapes.COLOURS), len(shapes.SHAPES)
    pairs = {((3 * place + place // kinds) % colours, place % kinds) for place in range(count)}
    return sorted(colour * kinds + kind for colour, kind in pairs)
