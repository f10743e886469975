"""Every metric has its words, its direction, its tolerance and a place of its own."""

import pytest

from latent_atlas.metrics.entries import Among, Direction, Metric
from latent_atlas.metrics.glossary import MEASURES, THEMES, define, in_order, is_known

METRICS = [metric for theme in THEMES for metric in theme.metrics]
NAMES = """
accuracy elbo iwae_bound reconstruction_mse pca_mse knn_accuracy linear_probe_accuracy nmi ari anomaly_auroc
anomaly_auroc_baseline denoising_psnr_gain frechet frechet_real frechet_noise frechet_untrained precision recall
density coverage label_accuracy transfer_accuracy sharpness sharpness_reconstructions attribute_effect
target_accuracy_ab target_accuracy_ba cycle_l1 psnr ssim psnr_bicubic bits_per_char accuracy_majority modes_covered
label_entropy diversity stability_flags active_units frechet_n caption_accuracy caption_accuracy_held_out
caption_accuracy_held_out_real caption_rank caption_rank_median caption_rank_real domain_distance frechet_ab
frechet_real_ab frechet_left_ab frechet_n_ab frechet_ba frechet_real_ba frechet_left_ba frechet_n_ba activation_gain
seam_contrast style_loss_drop content_loss_share perplexity bits_per_char_ngram bits_per_char_xz longest_copy
psnr_srresnet ssim_srresnet feature_distance_srgan feature_distance_srresnet feature_distance_bicubic
frechet_enlarged_srgan frechet_enlarged_srresnet frechet_enlarged_bicubic sharpness_enlarged_srgan
sharpness_enlarged_srresnet sharpness_enlarged_bicubic bits_per_char_gzip known_words known_words_real
longest_copy_real rotation_accuracy
""".split()  # noqa: SIM905


def test_these_metrics_and_no_others():
    assert sorted(metric.name for metric in METRICS) == sorted(NAMES)


@pytest.mark.parametrize("metric", METRICS, ids=lambda metric: metric.name)
def test_every_entry_is_complete(metric: Metric):
    assert len(metric.title) > 1
    assert len(metric.meaning) > 40
    assert metric.meaning.endswith((".", "?", ")."))
    absolute, relative = metric.tolerance
    assert (absolute > 0 or relative > 0) != metric.note
    assert metric.digits is not None
    # A value that only helps to read others follows them, and says so by itself where it stands alone.
    if metric.title.startswith("…"):
        assert metric.direction is Direction.NONE
        assert metric.alone


def test_each_metric_belongs_to_one_theme_and_each_measure_has_needs():
    assert len({metric.name for metric in METRICS}) == len(METRICS)
    assert len({metric.full_title for metric in METRICS}) == len(METRICS)
    assert all(measure.needs and measure.metrics and measure.title for measure in MEASURES)
    assert all(theme.introduction and theme.metrics for theme in THEMES)


def test_only_models_with_as_many_latents_compete_in_reconstruction():
    (reconstruction,) = (theme for theme in THEMES if theme.key == "reconstruction")
    ranked = [metric for metric in reconstruction.metrics if metric.direction is not Direction.NONE]
    assert len(ranked) >= 4
    assert all(Among.LATENTS in metric.among for metric in ranked)


def test_numbers_are_printed_alike():
    assert define("elbo").text(-1234.56) == "−1,234.6"
    assert define("accuracy").text(0.98765) == "0.988"
    assert define("frechet_n").text(539) == "539"
    assert define("unheard_of").text(7) == "7"


def test_a_metric_of_ones_own_is_shown_plainly_and_has_a_tolerance():
    own = define("unheard_of")
    assert (own.title, own.meaning, own.direction) == ("unheard_of", "", Direction.NONE)
    assert own.allowed(10.0) == 1.5
    assert own.allowed(0.1) == 0.15
    assert not is_known("unheard_of")
    assert in_order(["unheard_of", "another", "accuracy", "frechet"]) == [
        "frechet",
        "accuracy",
        "another",
        "unheard_of",
    ]


def test_a_tolerance_is_the_larger_of_two_distances():
    assert define("frechet").allowed(0.5) == 5.0
    assert define("frechet").allowed(50.0) == 40.0
    assert define("elbo").allowed(-100.0) == pytest.approx(3.0)
    assert define("knn_accuracy").allowed(0.9) == 0.1
