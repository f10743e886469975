"""Figures with axes: each function takes the material and returns the finished picture (H, W, 3)."""

from typing import Any

import numpy as np
from matplotlib.ticker import FuncFormatter

from . import canvas, style
from .captions import titled
from .material import Material
from .style import Pixels

# --------------------------------------------------------- confusion matrix


def confusion_matrix(material: Material) -> Pixels:
    """test_logits (n, L), test_labels (n,): counts, coloured by the share of the true class."""
    logits, labels = material["test_logits"], material["test_labels"].astype(int)
    guesses = logits.argmax(axis=1)
    classes = logits.shape[1]
    counts = np.zeros((classes, classes), int)
    np.add.at(counts, (labels, guesses), 1)
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    names = [material.name_of(label) for label in range(classes)]
    with canvas.chart(height=960, width=1100) as figure:
        axes = figure.subplots()
        image = axes.imshow(shares, vmin=0, vmax=1)
        axes.grid(False)
        axes.spines[:].set_visible(False)
        axes.set_xlabel("answer")
        axes.set_ylabel("true class")
        if classes <= 20:
            long = max(map(len, names)) > 4
            slant: dict[str, Any] = {"rotation": 40, "ha": "right", "rotation_mode": "anchor"} if long else {}
            axes.set_xticks(range(classes), names, **slant)
            axes.set_yticks(range(classes), names)
            axes.tick_params(length=0)
            for (row, col), count in np.ndenumerate(counts):
                if count:
                    colour = "white" if shares[row, col] > 0.5 else style.INK
                    axes.text(col, row, f"{count}", ha="center", va="center", color=colour)
        bar = figure.colorbar(image, ax=axes, shrink=0.85, format=FuncFormatter(lambda value, _: f"{value:.0%}"))
        bar.set_label("share of the true class")
        bar.outline.set_visible(False)
        body = canvas.rasterise(figure)
    correct = f"{np.trace(counts) / max(len(labels), 1):.1%} of {len(labels):,} test images correct"
    return titled(body, "Confusion matrix", material.subtitle(correct))


# ---------------------------------------------------------------- anomalies


def anomaly(material: Material) -> Pixels:
    """anomaly_scores (n,), anomaly_labels (n,) 0 | 1 (1: an anomaly): the scores of the two groups."""
    scores = np.asarray(material["anomaly_scores"], np.float64)
    odd = np.asarray(material["anomaly_labels"]).astype(bool)
    # A handful of extreme scores would squeeze all others into one bar: they are counted in the last.
    low, high = scores.min(), np.quantile(scores, 0.995)
    edges = np.linspace(low, max(high, low + 1e-6 * (1 + abs(low))), 41)
    with canvas.chart(height=560) as figure:
        axes = figure.subplots()
        for group, name, colour in ((~odd, "ordinary", style.ACCENT), (odd, "anomalies", style.CONTRAST)):
            shown = np.minimum(scores[group], edges[-1])
            weights = np.full(len(shown), 100 / max(len(shown), 1))
            shape: dict[str, Any] = {"bins": edges, "weights": weights, "color": colour}
            axes.hist(shown, histtype="stepfilled", alpha=0.3, **shape)
            axes.hist(shown, histtype="step", linewidth=1.6, **shape)
            axes.plot([], [], color=colour, label=f"{name} ({group.sum():,} images)", linewidth=6, alpha=0.6)
        axes.set_xlabel("anomaly score (the last bar also holds all higher scores)")
        axes.set_ylabel("share of the group (%)")
        axes.legend()
        body = canvas.rasterise(figure)
    return titled(body, "Do anomalies score higher?", material.subtitle())
