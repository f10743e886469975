"""Which samplers a model's abilities call for; figures and metrics follow from the names they give."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from latent_atlas import model as abilities
from latent_atlas.errors import TooFewError
from latent_atlas.sampling import (
    attribute_arithmetic,
    bounds_likelihood,
    classifies,
    decodes,
    denoises,
    detects_anomalies,
    encodes,
    generates,
    illustrates,
    mixes_styles,
    names_attributes,
    names_rotations,
    paints,
    super_resolves,
    translates,
    writes,
)
from latent_atlas.sampling.context import Arrays, Context

Ability = type


class Sampler(NamedTuple):
    """One function, what it needs, and the names of the arrays it may give."""

    function: Callable[[Context], Arrays]
    gives: tuple[str, ...]
    abilities: tuple[Ability, ...]
    columns: tuple[str, ...] = ()  # of the dataset
    judge: Ability | None = None  # what its judge must be able to do
    condition: str | None = None  # the column that must steer the model

    def applies(self, context: Context) -> bool:
        """Whether a model, its data and its judge have what it needs."""
        return (
            all(isinstance(context.model, ability) for ability in self.abilities)
            and all(column in context.data.spec for column in self.columns)
            and (self.judge is None or isinstance(context.judge, self.judge))
            and self.condition in (None, context.conditions.column)
        )


_ENCODER, _DECODER = abilities.Encodes, abilities.Decodes
_AB = ("ab", "ba")

SAMPLERS = (
    Sampler(classifies.classifications, ("test_logits",), (abilities.Classifies,)),
    Sampler(names_attributes.predictions, ("test_attribute_logits",), (abilities.NamesAttributes,)),
    Sampler(names_rotations.predictions, ("test_rotation_logits",), (abilities.NamesRotations,)),
    Sampler(encodes.codes, ("test_codes", "train_codes"), (_ENCODER,)),
    Sampler(encodes.posterior_means, ("code_means",), (_ENCODER, abilities.Generates)),
    Sampler(encodes.reconstructions, ("test_reconstructions",), (_ENCODER, _DECODER)),
    Sampler(encodes.interpolations, ("interpolations",), (_ENCODER, _DECODER)),
    Sampler(
        encodes.transfers,
        ("transfer_sources", "transfer_labels", "transfers", "transfer_predictions"),
        (_ENCODER, _DECODER),
        condition="labels",
    ),
    Sampler(decodes.manifold, ("manifold", "latent_torus", "condition_names"), (_DECODER,)),
    Sampler(generates.samples, ("samples",), (abilities.Generates,)),
    Sampler(generates.labels_asked_for, ("sample_labels",), (abilities.Generates,), condition="labels"),
    Sampler(generates.captions_asked_for, ("sample_captions",), (abilities.Generates,), condition="captions"),
    Sampler(
        generates.judged,
        ("sample_features", "noise_features", "untrained_features"),
        (abilities.Generates,),
        judge=abilities.Judges,
    ),
    Sampler(generates.classified, ("sample_predictions",), (abilities.Generates,), judge=abilities.Classifies),
    Sampler(
        attribute_arithmetic.attribute_arithmetic,
        (
            "attribute_vectors",
            "attribute_step",
            "attribute_before",
            "attribute_after",
            "attribute_sources",
            "attribute_arithmetic",
            "attribute_steps",
        ),
        (_ENCODER, abilities.Generates),
        ("attributes",),
        abilities.NamesAttributes,
    ),
    Sampler(
        illustrates.asked_for,
        ("sample_caption_labels",),
        (abilities.Generates,),
        ("labels",),
        condition="captions",
    ),
    Sampler(
        illustrates.held_out,
        (
            "held_out_predictions",
            "held_out_labels",
            "held_out_real_predictions",
            "held_out_real_labels",
            "held_out_samples",
            "held_out_captions",
        ),
        (abilities.Generates,),
        ("labels",),
        abilities.Classifies,
        "captions",
    ),
    Sampler(illustrates.ranks, ("caption_ranks", "caption_ranks_real"), (abilities.Illustrates,)),
    Sampler(
        illustrates.many_draws, ("caption_draws", "caption_draws_of"), (abilities.Generates,), condition="captions"
    ),
    Sampler(
        illustrates.own_captions,
        ("own_draws", "own_captions", "own_notes"),
        (abilities.Generates,),
        condition="captions",
    ),
    Sampler(
        illustrates.changed_words,
        (
            "word_changes",
            "word_change_columns",
            "word_change_rows",
            "word_change_caption",
            "word_change_new",
        ),
        (abilities.Generates,),
        condition="captions",
    ),
    Sampler(illustrates.between_captions, ("caption_paths", "caption_path_ends"), (abilities.Illustrates,)),
    Sampler(mixes_styles.truncation, ("truncation_sweep", "truncation_psis"), (abilities.MixesStyles,)),
    Sampler(
        mixes_styles.style_mixing,
        ("style_mixing", "style_mixing_rows", "style_mixing_columns", "style_mixing_layers"),
        (abilities.MixesStyles,),
    ),
    Sampler(mixes_styles.noise_variation, ("noise_draws", "noise_deviation"), (abilities.MixesStyles,)),
    Sampler(denoises.denoised, ("noisy_images", "denoised_images"), (abilities.Denoises,)),
    Sampler(
        detects_anomalies.anomalies,
        ("anomaly_scores", "anomaly_labels", "anomaly_baseline"),
        (abilities.DetectsAnomalies,),
        ("labels",),
    ),
    Sampler(bounds_likelihood.likelihood_bounds, ("test_elbo", "test_iwae"), (abilities.BoundsLikelihood,)),
    Sampler(
        translates.translations,
        tuple(f"{name}_{way}" for way in _AB for name in ("translation_sources", "translated", "translation_truth")),
        (abilities.Translates,),
    ),
    Sampler(translates.cycles, tuple(f"cycled_{way}" for way in _AB), (abilities.Translates,)),
    Sampler(
        translates.judged,
        tuple(f"translation_{name}_{way}" for way in _AB for name in ("predictions", "targets")),
        (abilities.Translates,),
        judge=abilities.Classifies,
    ),
    Sampler(super_resolves.enlargements, ("srresnet_images", "bicubic_images"), (abilities.SuperResolves,)),
    Sampler(
        super_resolves.judged,
        ("bicubic_features", "srresnet_features", "srgan_features"),
        (abilities.SuperResolves,),
        judge=abilities.Judges,
    ),
    Sampler(
        translates.features,
        tuple(f"translation_{name}_{way}" for way in _AB for name in ("features", "reference", "real", "left")),
        (abilities.Translates,),
        judge=abilities.Judges,
    ),
    Sampler(writes.samples, ("written_text", "written_temperatures", "written_prompt"), (abilities.Writes,)),
    Sampler(writes.surprise, ("text_nats",), (abilities.Writes,)),
    Sampler(paints.pictures, ("pictures", "picture_sources", "picture_source_names"), (abilities.Paints,)),
    Sampler(
        paints.measured,
        (
            "activations",
            "activations_before",
            "tile_rows",
            "tile_columns",
            "style_losses",
            "style_losses_before",
            "content_losses",
            "content_losses_of_styles",
        ),
        (abilities.Paints,),
    ),
)

VERDICT = ("reference_features", "test_features")  # what a judge says of the real images of its dataset


def collect(context: Context) -> Arrays:
    """All arrays of one experiment, and ``left_out``: which samplers had too few data, and why."""
    arrays: Arrays = {}
    left_out = []
    for sampler in SAMPLERS:
        if not sampler.applies(context):
            continue
        name = sampler.function.__name__
        print(f"sampling: {name}")
        try:
            found = sampler.function(context)
        except TooFewError as error:
            left_out.append(f"{name.replace('_', ' ')}: {error}")
            print(f"left out: {left_out[-1]}")
            continue
        assert set(found) <= set(sampler.gives), (name, set(found))
        arrays |= found
    return arrays | {"left_out": np.array(left_out, dtype=np.str_)}


def verdict(context: Context) -> Arrays:
    """What the model says of real images if it is a judge; computed here once for all that it judges.

    ``reference_features``, of training images, and ``test_features``, (n, d); nothing if it is no judge.
    """
    return classifies.verdict(context) if isinstance(context.model, abilities.Judges) else {}
