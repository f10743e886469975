"""Every animation: which snapshots it needs, what it is called, how to read it. The report shows these words too."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from latent_atlas import io
from latent_atlas.animations import feature_frames, frames
from latent_atlas.animations.film import write_both
from latent_atlas.animations.frames import Snapshots
from latent_atlas.figures.theme import Pixels

WORDS = "animations.json"
_PACE = "Snapshots are dense early in training and sparser later."


class Animation(NamedTuple):
    """One entry. `uses` are arrays that it shows if they are there."""

    name: str
    file: str  # without suffix; {} stands for the place of a condition
    needs: tuple[str, ...]
    frames: Callable[..., Iterator[Pixels]]  # of the snapshots, and of the place of a condition if `file` names one
    title: str
    caption: str
    uses: tuple[str, ...] = ()


ANIMATIONS = (
    Animation(
        "manifold",
        "manifold",
        ("manifold_frames",),
        frames.surfaces,
        "The latent space forms",
        "Images decoded from the same points of the latent space after more and more training steps; the points lie on"
        " the surface that the figures show. Look for the moment when shapes appear, and for areas that keep"
        f" changing late. {_PACE}",
        ("condition_names",),
    ),
    Animation(
        "condition",
        "manifold_{}",
        ("manifold_frames", "condition_names"),
        frames.surfaces_under,
        "The latent space forms under one condition",
        "Images decoded from the same points of the latent space, all under the condition named, after more and more"
        f" training steps. All should be of the kind asked for, and differ in style. {_PACE}",
    ),
    Animation(
        "features",
        "evolution",
        ("feature_frames",),
        feature_frames.features,
        "Features come apart during training",
        "Features of the same validation images after more and more training steps, in the principal plane of the last"
        f" step, coloured by class where classes are known. Classes should come apart. {_PACE}",
        ("feature_labels", "label_names"),
    ),
    Animation(
        "translations",
        "evolution",
        ("translation_frames",),
        frames.translations,
        "Translations form during training",
        "The same validation images, and what they are translated to after more and more training steps. The look of"
        " the other domain, or the detail that a small image lacks, should appear while layout and pose stay."
        f" {_PACE}",
    ),
    Animation(
        "text",
        "evolution",
        ("text_frames",),
        frames.texts,
        "Learning to write",
        "What the model writes after more and more training steps. Letters should become words, and words sentences."
        f" {_PACE}",
    ),
    Animation(
        "pictures",
        "evolution",
        ("picture_frames",),
        frames.pictures,
        "Pictures form",
        f"The pictures while their pixels are optimised. {_PACE}",
    ),
)


def animate(snapshots: Snapshots, directory: Path, frames_per_second: int) -> None:
    """Writes the animations that the snapshots allow into `directory` (which exists), as GIF and MP4.

    `animations.json` says of each file, by its name without suffix, `title`, `caption` and `condition` (or null). Of
    several animations of one file name the first in `ANIMATIONS` is made.

    Args:
        snapshots: `steps` (F,), and the arrays named in `ANIMATIONS`.
        directory: for the files.
        frames_per_second: of both formats.
    """
    words: dict[str, dict[str, str | None]] = {}
    for animation in ANIMATIONS:
        if not snapshots.keys() >= set(animation.needs):
            continue
        for stem, condition, stream in _versions(animation, snapshots):
            if stem not in words:
                write_both(directory / stem, stream, frames_per_second)
                title = animation.title if condition is None else f"{animation.title}: {condition}"
                words[stem] = {"title": title, "caption": animation.caption, "condition": condition}
    io.save_json(directory / WORDS, words)


def _versions(animation: Animation, snapshots: Snapshots) -> Iterator[tuple[str, str | None, Iterator[Pixels]]]:
    """File name without suffix, condition and frames: one, or one for each condition."""
    if "{}" not in animation.file:
        yield animation.file, None, animation.frames(snapshots)
        return
    for place, name in enumerate(snapshots["condition_names"]):
        yield animation.file.format(place), str(name), animation.frames(snapshots, place)


def described(folder: Path) -> list[tuple[str, str, str]]:
    """The animations of a folder: file name without suffix, title, caption; those of conditions last, in order.

    Raises:
        AtlasError: `animations.json` is missing or damaged.
    """
    words = io.load_json(folder / WORDS)
    return [(stem, words[stem]["title"], words[stem]["caption"]) for stem in sorted(words, key=lambda s: (len(s), s))]
