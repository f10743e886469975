"""How to read each figure: what one sees, what to look for. Unknown figures go by their file name."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Caption:
    """Words for one figure."""

    title: str
    text: str


_CAPTIONS = {
    "training_curves": Caption(
        "Training curves",
        "What the training logs, by step; pale as logged, strong as a moving average. Look for curves that level"
        " off, for adversaries that stay in balance, and for curves that hold to their dashed target.",
    ),
    "samples": Caption(
        "Generated images",
        "Decoded from random points of the prior, not selected. Where labels steer the model, each row is one"
        " class. Look for shapes that are no member of any class, and for rows that repeat themselves.",
    ),
    "manifold": Caption(
        "The latent plane",
        "The image decoded at each point of a grid over the first two latents, in equal steps of the prior's"
        " probability. Neighbours should change smoothly; the borders between classes show where the model is"
        " unsure.",
    ),
    "latent_torus": Caption(
        "A torus of draws from the prior",
        "The image decoded at each point of a closed surface on which every point is a draw from the prior: with many"
        " latents, no plane through the origin comes near to typical draws. Neighbours should change smoothly.",
    ),
    "reconstructions": Caption(
        "Reconstructions",
        "Test images above, what the model makes of their codes beneath. What is lost did not fit into the code.",
    ),
    "latent_map": Caption(
        "Where test images lie",
        "The code of each test image, coloured by its class. Separate islands mean the code tells classes"
        " apart; where the decoder is given the label, a mixed cloud is what one wants.",
    ),
    "interpolations": Caption(
        "Morphs",
        "Each row walks a straight line between the codes of two test images. Look for believable images on"
        " the way and for no sudden jumps.",
    ),
    "attribute_arithmetic": Caption(
        "Arithmetic with attributes",
        "Test images without an attribute, and what they become as its vector is added to their codes: from the mean"
        " code of training images without it to the mean code of those with it (Larsen et al. 2016, visual attribute"
        " vectors). The attribute should come, and all else, such as the background, stay.",
    ),
    "attribute_effect": Caption(
        "What the judge makes of it",
        "How probable the judge finds each attribute in reconstructions of test images without it, and after its"
        " vector was added. Long bars are attributes that the code knows; where the points meet, it does not.",
    ),
    "truncation_sweep": Caption(
        "Truncation",
        "The same latents, their styles drawn towards the mean style (ψ = 0) or away from it (Karras et al. 2019,"
        " figure 8). Near the mean all images are alike and at their best; at the ends they differ most and break"
        " first, and a negative ψ turns what can be turned into its opposite.",
    ),
    "style_mixing": Caption(
        "Mixed styles",
        "Each image takes its column's style in the layers named at the left and its row's in all others (Karras et"
        " al. 2019, figure 3). Coarse layers should bring pose and shape, middle ones features, fine ones colours.",
    ),
    "noise_variation": Caption(
        "What the noise decides",
        "One style a row with fresh noise each time, and the deviation of each pixel over many draws (Karras et al."
        " 2019, figure 4). Noise should move details, such as strands of hair, and leave the face as it is.",
    ),
    "style_transfer": Caption(
        "Style transfer",
        "The code of the source on the left, decoded with every label. Slant, width and stroke should stay"
        " along a row while the class changes.",
    ),
    "denoising": Caption(
        "Removing noise",
        "Noisy test images, what the model restores from them, and the originals it never saw.",
    ),
    "anomaly": Caption(
        "Anomalies",
        "Reconstruction errors of classes seen in training and of the class held out. The less the two"
        " overlap, the better an error reveals a stranger.",
    ),
    "feature_map": Caption(
        "As the judge sees them",
        "Features of real and of generated images in the judge's principal plane. Generated points should"
        " cover the same ground as held-out real ones, gaps are what the model does not draw.",
    ),
    "confusion_matrix": Caption(
        "Confusion matrix",
        "Test images by true class (row) and answer (column). All off the diagonal are mistakes.",
    ),
    "attribute_accuracy": Caption(
        "Attribute by attribute",
        "Share of test images of which each attribute is named correctly, beside the share that always giving the"
        " more frequent answer would reach. Where the points meet, the judge has learned nothing of the attribute.",
    ),
    "mistakes": Caption("Mistakes", "The misread test images, the most confident first. Would you have read them?"),
}

_ANIMATIONS = {
    "manifold": "The latent plane as it forms during training: dense steps early, sparser ones later.",
    "latent_torus": (
        "A closed surface of typical draws from the prior, as it forms during training: dense steps early, "
        "sparser ones later."
    ),
    "test_labels": (
        "How images come apart by class during training: features of validation images, in the principal "
        "plane of the last step."
    ),
}


def animation(arrays: Iterable[str]) -> str:
    """The words for an experiment's animation, by the arrays it has."""
    return next((text for name, text in _ANIMATIONS.items() if name in set(arrays)), "As it forms during training.")


def caption(name: str) -> Caption:
    """The words for a figure of that name."""
    return _CAPTIONS.get(name) or Caption(name.replace("_", " ").capitalize(), "")
