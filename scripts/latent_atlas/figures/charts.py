"""Figures with axes: each function takes the material and returns the finished picture (H, W, 3)."""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator, NullFormatter
from numpy.typing import NDArray

from . import canvas, style
from .captions import titled
from .material import Material
from .style import Pixels

CLOCKS = ("step", "images_seen")  # columns of the history that are not curves
VALIDATION = "validation_"
ACRONYMS = {word.lower(): word for word in ("KL", "ELBO", "PSNR", "SSIM", "MSE", "FID")}
SMOOTH_FROM = 60  # points: longer curves get a moving average
LOG_FROM = 100  # a positive curve that spans more than this factor gets a logarithmic axis


# ---------------------------------------------------------- training curves


def curve_names(history: pd.DataFrame) -> list[str]:
    """The columns to draw: numbers that are present at least once."""
    numbers = history.select_dtypes("number").columns
    return [name for name in numbers if name not in CLOCKS and bool(history[name].notna().any())]


def training_curves(material: Material) -> Pixels:
    """One panel per quantity; `validation_x` shares the panel of `x`."""
    history = material.history
    names = curve_names(history)
    panels: dict[str, list[str]] = {}
    for name in names:
        panels.setdefault(name.removeprefix(VALIDATION), []).append(name)
    cols = min(2 if len(panels) in (1, 2, 4) else 3, len(panels))
    rows = -(-len(panels) // cols)
    with canvas.chart(height=rows * (340 if cols > 1 else 520)) as figure:
        grid = figure.subplots(rows, cols, squeeze=False).ravel()
        for axes, (title, columns) in zip(grid, panels.items(), strict=False):
            _curves(axes, title, history, columns)
        for axes in grid[len(panels) :]:
            axes.set_axis_off()
        body = canvas.rasterise(figure)
    details = [f"{int(history['step'].iloc[-1]):,} steps"]
    if "images_seen" in history:
        details.append(f"{int(history['images_seen'].iloc[-1]):,} images seen")
    return titled(body, "Training curves", material.subtitle(*details))


def _curves(axes: Axes, title: str, history: pd.DataFrame, columns: list[str]) -> None:
    values = history[columns].to_numpy(float)
    for name in columns:
        held_out = name.startswith(VALIDATION)
        known = history[name].notna()
        steps, curve = history.loc[known, "step"].to_numpy(float), history.loc[known, name].to_numpy(float)
        colour = style.CONTRAST if held_out else style.ACCENT
        smooth = not held_out and len(curve) >= SMOOTH_FROM
        if smooth:
            axes.plot(steps, curve, color=colour, alpha=0.25, linewidth=0.8)
            curve = moving_average(curve, len(curve) // 20)
        marker = "o" if len(curve) <= 15 else ""
        label = "validation" if held_out else "training, moving average" if smooth else "training"
        axes.plot(steps, curve, color=colour, marker=marker, markersize=3.5, label=label)
    axes.set_title(" ".join(ACRONYMS.get(word, word) for word in title.split("_")))
    axes.set_xlabel("training step")
    axes.set_ylabel("share correct" if "accuracy" in title else "loss" if "loss" in title else "value")
    axes.xaxis.set_major_locator(MaxNLocator(4, integer=True))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
    low, high = np.nanmin(values), np.nanmax(values)
    if low > 0 and high > LOG_FROM * low:
        axes.set_yscale("log")
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,g}"))
        axes.yaxis.set_minor_formatter(NullFormatter())
        axes.set_ylabel(f"{axes.get_ylabel()} (log scale)")
    if len(columns) > 1:
        axes.legend()


def moving_average(curve: NDArray[np.float64], window: int) -> NDArray[np.float64]:
    """Centred mean over `window` points (made odd), over fewer at the ends; (n,) -> (n,)."""
    half = max(1, window // 2)
    sums = np.concatenate([[0.0], np.cumsum(curve)])
    index = np.arange(len(curve))
    low, high = np.maximum(index - half, 0), np.minimum(index + half + 1, len(curve))
    means: NDArray[np.float64] = (sums[high] - sums[low]) / (high - low)
    return means


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
