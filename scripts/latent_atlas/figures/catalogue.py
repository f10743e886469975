"""Every figure: which arrays it needs, what it is called, how to read it. The report shows these words too."""

from collections.abc import Callable
from typing import NamedTuple

from . import (
    attribute_charts,
    captioned,
    charts,
    curves,
    grids,
    mixed_styles,
    pages,
    scatter,
    super_resolution,
    surfaces,
)
from .material import Drawing, Material

HISTORY = "history"  # among the needs: at least one curve in the training history
_NAMES = ("label_names",)


class Figure(NamedTuple):
    """One entry. `uses` are arrays that the figure shows if they are there, `unless` those that have a better one."""

    name: str
    needs: tuple[str, ...]
    draw: Callable[[Material], Drawing]
    title: str
    caption: str
    uses: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()


def _translation(way: str) -> Figure:
    return Figure(
        f"translations_{way}",
        (f"translation_sources_{way}", f"translated_{way}"),
        grids.translations(way),
        f"From domain {way[0].upper()} to domain {way[1].upper()}",
        "Test images, and what the model translates them to. Layout and pose should stay while the look changes. Where"
        " pairs are known, the true image stands below; where the model translates in both directions, the image that"
        " came back, which should be the source again.",
        (f"translation_truth_{way}", f"cycled_{way}"),
        unless=("srresnet_images",),
    )


FIGURES = (
    Figure(
        "training_curves",
        (HISTORY,),
        curves.training_curves,
        "Training curves",
        "What the training logs at each step; long curves are pale as logged, strong as a moving average. Look for"
        " curves that level off, for adversaries that stay in balance, and for curves that stay near their dashed"
        " target.",
    ),
    Figure(
        "samples",
        ("samples",),
        grids.samples,
        "Generated images",
        "Decoded from random points of the prior, not selected. Where labels steer the model, each row is one class;"
        " where captions do, each image stands above its caption. Look for shapes that belong to no class, and for"
        " images that repeat.",
        ("sample_labels", "sample_captions", *_NAMES),
    ),
    Figure(
        "held_out_samples",
        ("held_out_samples", "held_out_captions"),
        grids.held_out_samples,
        "Captions of pairs that were never seen",
        "Images of captions whose colour and shape are both known, but stand together in no training image and no"
        " training caption. Look whether both are right at once.",
    ),
    Figure(
        "caption_draws",
        ("caption_draws", "caption_draws_of"),
        captioned.draws("caption_draws", "caption_draws_of"),
        "One caption, many latents",
        "What a caption leaves open is up to the latent: place, size or background should vary along a row, and what"
        " the caption says should stay.",
    ),
    Figure(
        "word_changes",
        ("word_changes", "word_change_columns", "word_change_rows", "word_change_new", "word_change_caption"),
        captioned.words,
        "One word changed",
        "The same latent and the same sentence, in which one word changes along the columns and another along the"
        " rows. Only what the word says should change. Framed images have two words that stand together in no training"
        " caption.",
    ),
    Figure(
        "caption_paths",
        ("caption_paths", "caption_path_ends"),
        captioned.paths,
        "From one caption to another",
        "Each row keeps its latent and follows a straight line between the embeddings of two captions. Look for"
        " believable images on the way, for which there is no sentence.",
    ),
    Figure(
        "own_captions",
        ("own_draws", "own_captions", "own_notes"),
        captioned.draws("own_draws", "own_captions", "own_notes"),
        "Captions from params.yaml",
        "Images of the sentences that stand under captions in params.yaml. Words that no training caption has are all"
        " the same to the model, and words beyond its longest sentence are cut off; grey lines say where.",
    ),
    _translation("ab"),
    _translation("ba"),
    Figure(
        "super_resolution",
        ("translation_sources_ab", *super_resolution.IMAGES, "translation_truth_ab"),
        super_resolution.enlargements,
        "Small images enlarged four times",
        "Test images reduced to a quarter of their sides, what three methods make of them, and the truth. Beneath each"
        " its PSNR: how near it is to the truth pixel by pixel; 6 dB more are half the error. SRResNet learned to keep"
        " that error small and is blurred where it is unsure; SRGAN draws detail that looks real, and pays with PSNR"
        " where it guessed wrong.",
    ),
    Figure(
        "perception_distortion",
        (*super_resolution.IMAGES, *super_resolution.FEATURES, "translation_truth_ab", "test_features"),
        super_resolution.trade_off,
        "Near to the truth, or like a real image",
        "Left on each axis is nearer to the truth, pixel by pixel. On the left panel, lower is more like real images as"
        " a whole, according to the judge; SRGAN was trained with the judge's help, so the right panel shows a"
        " measure without any network: the amount of fine detail, which should be that of real images (1). A method"
        " that guesses detail moves towards real images and away from the truth (Blau & Michaeli 2018).",
    ),
    Figure(
        "written",
        ("written_text", "written_temperatures", "written_prompt"),
        pages.written,
        "Written text",
        "Texts that the model wrote character by character, each draw from the probabilities of the next character."
        " A temperature of 1 takes them as they are; a lower one prefers the likely characters and tends to repeat"
        " itself, a higher one dares more and makes more spelling mistakes. Look for words that exist, for sentences"
        " that end, and for a layout that holds.",
    ),
    Figure(
        "surprise",
        ("text_nats", "test_text", "train_text", "text_vocabulary"),
        charts.surprise,
        "Against counting and compressing",
        "How many bits each next character of unseen text costs: the better it is predicted, the fewer. An n-gram"
        " counts in the training text which character follows the n − 1 before it (Kneser-Ney smoothing); gzip and xz"
        " are the programs that make files smaller, given the training text beforehand. A network has learned more"
        " than these where its bar is below theirs.",
    ),
    Figure(
        "pictures",
        ("pictures",),
        pages.pictures,
        "Painted pictures",
        "At the right the result of optimising the pixels themselves, at the left what it was made from. DeepDream"
        " changes a photograph so that a network sees more of what it already sees in it: look for eyes, fur or arches"
        " where there were none. A style transfer keeps the objects of the first picture and takes colours and strokes"
        " of the second: look for both.",
        ("picture_sources", "picture_source_names"),
    ),
    Figure(
        "manifold",
        ("manifold",),
        surfaces.manifold,
        "The latent plane",
        "The image decoded at each point of a grid over the first two latents, in equal steps of the prior's"
        " probability. Neighbours should change smoothly; the borders between classes show where the model is"
        " unsure.",
        ("condition_names",),
    ),
    Figure(
        "latent_torus",
        ("latent_torus",),
        surfaces.torus,
        "A torus of draws from the prior",
        "The image decoded at each point of a closed surface on which every point is a draw from the prior: with many"
        " latents, no plane through the origin comes near to typical draws. Neighbours should change smoothly.",
        ("condition_names",),
    ),
    Figure(
        "reconstructions",
        ("test_images", "test_reconstructions"),
        grids.reconstructions,
        "Reconstructions",
        "Test images above, what the model makes of their codes beneath. What is lost did not fit into the code.",
    ),
    Figure(
        "latent_map",
        ("test_codes",),
        scatter.latent_map,
        "Test images in latent space",
        "The code of each test image, coloured by its class. Separate islands mean that the code tells classes apart;"
        " where the decoder is given the label, the classes should lie mixed.",
        ("test_labels", *_NAMES),
    ),
    Figure(
        "interpolations",
        ("interpolations",),
        grids.interpolations,
        "From one test image to another",
        "Each row follows a straight line between the codes of two test images. Look for believable images between"
        " the ends, and for sudden jumps.",
    ),
    Figure(
        "attribute_arithmetic",
        ("attribute_arithmetic", "attribute_sources", "attribute_steps", "attribute_names"),
        attribute_charts.arithmetic,
        "Arithmetic with attributes",
        "Test images without an attribute, and what they become as its vector is added to their codes: from the mean"
        " code of training images without it to the mean code of those with it (Larsen et al. 2016, visual attribute"
        " vectors). The attribute should appear, and all else, such as the background, should stay.",
    ),
    Figure(
        "attribute_effect",
        ("attribute_before", "attribute_after", "attribute_names"),
        attribute_charts.effect,
        "Added attributes according to the judge",
        "How probable the judge finds each attribute in reconstructions of test images without it, and after its"
        " vector was added. Long bars are attributes that the code contains; where the points meet, it does not.",
        ("attribute_step",),
    ),
    Figure(
        "truncation_sweep",
        ("truncation_sweep", "truncation_psis"),
        mixed_styles.truncation,
        "Styles drawn towards their mean, and beyond",
        "The same latents, their styles drawn towards the mean style (ψ = 0) or away from it (Karras et al. 2019,"
        " figure 8). Near the mean all images are alike and at their best; at the ends they differ most and break"
        " first, and a negative ψ turns features into their opposite where there is one.",
    ),
    Figure(
        "style_mixing",
        ("style_mixing", "style_mixing_rows", "style_mixing_columns", "style_mixing_layers"),
        mixed_styles.mixing,
        "Mixed styles",
        "Each image takes its column's style in the layers named at the left and its row's in all others (Karras et"
        " al. 2019, figure 3). Coarse layers should bring pose and shape, middle ones features, fine ones colours.",
    ),
    Figure(
        "noise_variation",
        ("noise_draws", "noise_deviation"),
        mixed_styles.noise,
        "What the noise decides",
        "One style a row with fresh noise each time, and the deviation of each pixel over many draws (Karras et al."
        " 2019, figure 4). Noise should move details, such as strands of hair, and leave the face as it is.",
    ),
    Figure(
        "style_transfer",
        ("transfer_sources", "transfers"),
        grids.style_transfer,
        "The same style in every class",
        "The code of the source on the left, decoded with every label. Slant, width and stroke should stay along a row"
        " while the class changes.",
        ("transfer_labels", *_NAMES),
    ),
    Figure(
        "denoising",
        ("noisy_images", "denoised_images", "test_images"),
        grids.denoising,
        "Removing noise",
        "Noisy test images, what the model restores from them, and the originals, which it was not given.",
    ),
    Figure(
        "anomaly",
        ("anomaly_scores", "anomaly_labels"),
        charts.anomaly,
        "Do anomalies score higher?",
        "Anomaly scores of test images of the classes seen in training, and of the class held out. The less the two"
        " overlap, the better the score tells them apart. AUROC is the probability that an anomaly scores higher than"
        " an ordinary image; it should be above that of a method without a model.",
        ("anomaly_baseline",),
    ),
    Figure(
        "feature_map",
        ("reference_features", "sample_features"),
        scatter.feature_map,
        "Real and generated images as the judge sees them",
        "Features of real and of generated images in the judge's principal plane. Generated points should cover the"
        " same area as held-out real ones; gaps are what the model does not draw.",
        ("test_features",),
    ),
    Figure(
        "confusion_matrix",
        ("test_logits", "test_labels"),
        charts.confusion_matrix,
        "Confusion matrix",
        "Test images by true class (row) and answer (column). All off the diagonal are mistakes.",
        _NAMES,
    ),
    Figure(
        "attribute_accuracy",
        ("test_attribute_logits", "test_attributes", "attribute_names"),
        attribute_charts.accuracy,
        "How well each attribute is named",
        "Share of test images of which each attribute is named correctly, beside the share that always giving the"
        " more frequent answer would reach. Where the points meet, the judge has learned nothing of the attribute.",
    ),
    Figure(
        "mistakes",
        ("test_images", "test_logits", "test_labels"),
        grids.mistakes,
        "Mistakes",
        "The misread test images, the most confident answers first. Would you have read them correctly?",
        _NAMES,
    ),
)
