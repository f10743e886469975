"""Figures with axes: each function takes the material and returns the drawing."""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.ticker import FuncFormatter

from latent_atlas.metrics.detection import auroc
from latent_atlas.metrics.ngrams import ORDERS, bits_per_char, compressed_bits, ngram_bits, spelled

from . import plotting, theme
from .material import Drawing, Material, require


def confusion_matrix(material: Material) -> Drawing:
    """test_logits (n, L), test_labels (n,): counts, coloured by the share of the true class."""
    logits, labels = material["test_logits"], np.asarray(material["test_labels"])
    classes = logits.shape[1]
    require(classes, 2, "classes")
    every = range(classes)
    table = pd.crosstab(labels, logits.argmax(axis=1)).reindex(index=every, columns=every, fill_value=0)
    counts = table.to_numpy()
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    names = [material.name_of(label) for label in every]
    with plotting.chart(height=960, width=1100) as figure:
        axes = figure.subplots()
        image = axes.imshow(shares, vmin=0, vmax=1)
        axes.grid(False)
        axes.spines[:].set_visible(False)
        axes.set_xlabel("answer")
        axes.set_ylabel("true class")
        if classes <= 20:
            long = max(map(len, names)) > 4
            slant: dict[str, Any] = {"rotation": 40, "ha": "right", "rotation_mode": "anchor"} if long else {}
            axes.set_xticks(every, names, **slant)
            axes.set_yticks(every, names)
            axes.tick_params(length=0)
            for (row, col), count in np.ndenumerate(counts):
                if count:
                    colour = "white" if shares[row, col] > 0.5 else theme.INK
                    axes.text(col, row, f"{count}", ha="center", va="center", color=colour)
        bar = figure.colorbar(image, ax=axes, shrink=0.85, format=FuncFormatter(lambda value, _: f"{value:.0%}"))
        bar.set_label("share of the true class")
        bar.outline.set_visible(False)
        body = plotting.rasterise(figure)
    return Drawing(body, f"{np.trace(counts) / len(labels):.1%} of {len(labels):,} test images correct")


def anomaly(material: Material) -> Drawing:
    """anomaly_scores (n,), anomaly_labels (n,) 0 | 1 (1: an anomaly): the scores of the two groups.

    anomaly_baseline (n,) are the scores of a method without a model, for comparison.
    """
    scores = np.asarray(material["anomaly_scores"], np.float64)
    odd = np.asarray(material["anomaly_labels"]).astype(bool)
    require(int(odd.sum()), 1, "test images of the class held out")
    require(int((~odd).sum()), 1, "test images of other classes")
    # A handful of extreme scores would squeeze all others into one bar: they are counted in the last.
    low, high = scores.min(), np.quantile(scores, 0.995)
    edges = np.linspace(low, max(high, low + 1e-6 * (1 + abs(low))), 41)
    with plotting.chart(height=560) as figure:
        axes = figure.subplots()
        for group, name, colour in ((~odd, "ordinary", theme.ACCENT), (odd, "anomalies", theme.CONTRAST)):
            shown = np.minimum(scores[group], edges[-1])
            weights = np.full(len(shown), 100 / max(len(shown), 1))
            shape: dict[str, Any] = {"bins": edges, "weights": weights, "color": colour}
            axes.hist(shown, histtype="stepfilled", alpha=0.3, **shape)
            axes.hist(shown, histtype="step", linewidth=1.6, **shape)
            axes.plot([], [], color=colour, label=f"{name} ({group.sum():,} images)", linewidth=6, alpha=0.6)
        axes.set_xlabel("anomaly score (the last bar also holds all higher scores)")
        axes.set_ylabel("share of the group (%)")
        axes.legend()
        body = plotting.rasterise(figure)
    detail = f"AUROC {auroc(scores, odd):.2f}"
    if "anomaly_baseline" in material:
        detail += f", of a method without a model {auroc(material['anomaly_baseline'], odd):.2f}"
    return Drawing(body, detail)


# --------------------------------------------------------------------- text


def surprise(material: Material) -> Drawing:
    """text_nats (n,): bits per character, beside n-grams and compressors on the same characters.

    test_text (m,), train_text (k,) are numbers of the characters in text_vocabulary.
    """
    nats, train, vocabulary = (material[name] for name in ("text_nats", "train_text", "text_vocabulary"))
    test = material["test_text"][: len(nats) + 1]
    own = bits_per_char(float(nats.mean()))
    counts = dict(
        zip((f"{n}-gram" for n in range(1, ORDERS + 1)), ngram_bits(train, test, len(vocabulary)), strict=True)
    )
    packed = compressed_bits(spelled(train, vocabulary), spelled(test[1:], vocabulary))
    bars = {**counts, **packed, "this model": own}
    colours = [theme.FAINT] * len(counts) + [theme.MUTED] * len(packed) + [theme.ACCENT]
    with plotting.chart(height=560) as figure:
        axes = figure.subplots()
        drawn = axes.bar(list(bars), list(bars.values()), color=colours)
        axes.axhline(own, color=theme.ACCENT, linewidth=1.2, linestyle="--")
        box = {"facecolor": "white", "edgecolor": "none", "pad": 1}  # over the line
        axes.bar_label(drawn, fmt="%.2f", padding=3, fontsize=plotting.points(theme.SMALL), bbox=box)
        axes.set_ylabel("bits per character (lower is better)")
        axes.set_xlabel("how the next character was predicted")
        axes.grid(visible=False, axis="x")
        body = plotting.rasterise(figure)
    return Drawing(body, f"{own:.3f} bits on {len(nats):,} test characters, the best n-gram {min(counts.values()):.3f}")
