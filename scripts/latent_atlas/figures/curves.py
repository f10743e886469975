"""Training curves: the history of a run, what belongs together in one panel."""

from typing import NamedTuple

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator, NullFormatter
from numpy.typing import NDArray

from . import plotting, theme
from .material import Drawing, Material

CLOCKS = ("step", "images_seen")  # columns of the history that are not curves
VALIDATION = "validation_"
ACRONYMS = {word.lower(): word for word in ("KL", "ELBO", "PSNR", "SSIM", "MSE", "FID", "R1", "L1")}
COLOURS = (theme.ACCENT, theme.CONTRAST, theme.CLASSES[4], *theme.CLASSES)
SMOOTH_FROM = 60  # points: longer curves get a moving average
LOG_FROM = 100  # a positive curve that spans more than this factor gets a logarithmic axis


class Panel(NamedTuple):
    """Curves with common axes: those of `columns` that there are."""

    title: str
    columns: tuple[str, ...]
    unit: str  # what the vertical axis counts
    target: float | None = None  # where the curve should be
    smooth: bool = True  # whether long curves get a moving average


PANELS = (
    Panel("adversarial losses", ("discriminator_loss", "critic_loss", "generator_loss"), "loss"),
    Panel("discriminators of the domains", ("discriminator_a_loss", "discriminator_b_loss"), "loss"),
    Panel("generators of the domains", ("generator_ab_loss", "generator_ba_loss"), "loss"),
    Panel("absolute error", ("l1", "cycle_l1", "identity_l1"), "mean over pixels in [0, 1]"),
    Panel("discriminator logits", ("real_logits", "mismatched_logits", "fake_logits"), "mean"),
    Panel("costs", ("real_cost", "fake_cost", "fooling_cost"), "cross-entropy (nats)"),
    Panel("updates made", ("discriminator_updates", "decoder_updates"), "share of steps"),
    Panel("Wasserstein estimate", ("wasserstein_estimate",), "D(real) − D(generated)"),
    Panel("gradient norm", ("gradient_norm",), "mean over images", target=1.0),
    Panel("gradient penalty", ("gradient_penalty",), "mean over images"),
    Panel("R1 penalty", ("r1_penalty",), "mean over images"),
    Panel("diversity of a batch", ("diversity",), "generated over real", target=1.0),
    Panel("resolution", ("resolution",), "side (pixels)", smooth=False),
    Panel("negative ELBO", ("negative_elbo",), "nats per image"),
    Panel("KL", ("kl",), "nats per image"),
    Panel("surprise at the next character", ("nats_per_character",), "nats per character"),
    Panel("gradient norm before clipping", ("gradient_norm_before_clipping",), "norm"),
    Panel("activations; they fall where an octave begins", ("mean_squared_activation",), "mean square", smooth=False),
    Panel("log likelihood", ("log_likelihood",), "nats per image"),
)


def curve_names(history: pd.DataFrame) -> list[str]:
    """The columns to draw: numbers that are present at least once."""
    numbers = history.select_dtypes("number").columns
    return [name for name in numbers if name not in CLOCKS and bool(history[name].notna().any())]


def panels(names: list[str]) -> list[Panel]:
    """What is drawn where, in the order of the history; `validation_x` shares the panel of `x`."""
    found: dict[str, Panel] = {}
    for name in names:
        plain = name.removeprefix(VALIDATION)
        unit = "share correct" if "accuracy" in plain else "loss" if "loss" in plain else "value"
        alone = Panel(_words(plain), (plain,), unit)
        panel = next((known for known in PANELS if plain in known.columns), alone)
        before = found[panel.title].columns if panel.title in found else ()
        found[panel.title] = panel._replace(columns=(*before, name))
    return list(found.values())


def _words(name: str) -> str:
    return " ".join(ACRONYMS.get(word, word) for word in name.split("_"))


def training_curves(material: Material) -> Drawing:
    """One panel per quantity, or for several that are read together."""
    history = material.history
    shown = panels(curve_names(history))
    cols = min(2 if len(shown) in (1, 2, 4) else 3, len(shown))
    rows = -(-len(shown) // cols)
    with plotting.chart(height=rows * (340 if cols > 1 else 520)) as figure:
        grid = figure.subplots(rows, cols, squeeze=False).ravel()
        for axes, panel in zip(grid, shown, strict=False):
            _draw(axes, panel, history)
        for axes in grid[len(shown) :]:
            axes.set_axis_off()
        body = plotting.rasterise(figure)
    details = [f"{int(history['step'].iloc[-1]):,} steps"]
    if "images_seen" in history:
        details.append(f"{int(history['images_seen'].iloc[-1]):,} images seen")
    if len(history) >= SMOOTH_FROM:
        details.append("pale as logged, strong as a moving average")
    return Drawing(body, " · ".join(details))


def _draw(axes: Axes, panel: Panel, history: pd.DataFrame) -> None:
    for name, colour in zip(panel.columns, COLOURS, strict=False):
        known = history[name].notna()
        steps, curve = history.loc[known, "step"].to_numpy(float), history.loc[known, name].to_numpy(float)
        if panel.smooth and len(curve) >= SMOOTH_FROM and not name.startswith(VALIDATION):
            axes.plot(steps, curve, color=colour, alpha=0.25, linewidth=0.8)
            curve = moving_average(curve, len(curve) // 20)
        marker = "o" if len(curve) <= 15 else ""
        axes.plot(steps, curve, color=colour, marker=marker, markersize=3.5, label=_words(name))
    if panel.target is not None:
        axes.axhline(panel.target, color=theme.MUTED, linewidth=1.2, linestyle="--", label=f"target {panel.target:g}")
    axes.set_title(panel.title)
    axes.set_xlabel("training step")
    axes.set_ylabel(panel.unit)
    axes.xaxis.set_major_locator(MaxNLocator(4, integer=True, min_n_ticks=1))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
    values = history[list(panel.columns)].to_numpy(float)
    low, high = np.nanmin(values), np.nanmax(values)
    if low > 0 and high > LOG_FROM * low:
        axes.set_yscale("log")
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,g}"))
        axes.yaxis.set_minor_formatter(NullFormatter())
        axes.set_ylabel(f"{panel.unit} (log scale)")
    if len(axes.get_legend_handles_labels()[0]) > 1:
        axes.legend()


def moving_average(curve: NDArray[np.float64], window: int) -> NDArray[np.float64]:
    """Centred mean over `window` points (made odd), over fewer at the ends; (n,) -> (n,)."""
    odd = 2 * max(1, window // 2) + 1
    return pd.Series(curve).rolling(odd, center=True, min_periods=1).mean().to_numpy()
