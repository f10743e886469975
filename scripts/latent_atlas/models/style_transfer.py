"""Neural style transfer (Gatys, Ecker & Bethge 2016, "Image style transfer using convolutional neural networks").

The picture x shall have the content of a photograph p and the style of a painting a, as a pretrained network sees them.
F_l is layer l's activations of x as a matrix, N_l channels by M_l places, P_l those of p, and G_l = F_l F_l^T / M_l the
Gram matrix of x, A_l that of a; u_l and w_l are weights:

    content:    L_c = sum_l u_l mean (F_l - P_l)^2
    style:      L_s = sum_l w_l / (4 N_l^2) sum_ij (G_l - A_l)_ij^2
    variation:  L_tv = mean (x_{i+1,j} - x_ij)^2 + mean (x_{i,j+1} - x_ij)^2
    minimise  content_weight L_c + style_weight L_s + variation_weight L_tv

Equations 1, 4 and 5, with each layer normalised by its own size: L_s is the paper's where photograph and painting have
one size, and its Gram matrices do not depend on the painting's size otherwise; L_c is the paper's times 2 / (N_l M_l).
P_l and A_l are computed once. Average pooling, as in the paper. Several styles are several pictures, one after the
other in each step. Pixels stay in [0, 1].

Optimisers: Adam (Kingma & Ba 2015), a step of it at each train step; or L-BFGS-B (SciPy), as the paper used, with
`lbfgs_iterations` iterations at each train step. Its memory of curvature begins anew with each train step, so that the
picture is all that a resumed run needs.

`keep_colours` is luminance-only transfer (Gatys et al. 2017, "Controlling perceptual factors", section 5.2): network
and losses see brightness alone, the painting's being given mean and deviation of the photograph's; hue and saturation
(I and Q of YIQ) stay those of the photograph.

Where this differs: the paper begins with noise (`start: noise`) and has no total variation, which the code of Johnson
(2015, "neural-style") added. The paper rescales its network so that mean activations are 1; here they are as trained.
"""

from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator
from threadpoolctl import threadpool_limits

from latent_atlas import model
from latent_atlas.backend import keras, tf
from latent_atlas.blocks import pretrained
from latent_atlas.blocks.optimizers import scheduled
from latent_atlas.columns import Network
from latent_atlas.errors import AtlasError

if TYPE_CHECKING:
    from latent_atlas.model import Batch, Tensor

_LUMINANCE = (0.299, 0.587, 0.114)  # Y of YIQ
_LOSSES = ("loss", "content_loss", "style_loss", "variation_loss")
MEASURED = ("style_losses", "style_losses_before", "content_losses", "content_losses_of_styles")


class Settings(model.ScheduledSettings):
    """The settings of a style transfer."""

    batch_size: int = Field(default=1, ge=1, le=1, description="each picture is optimised by itself")
    learning_rate: float = Field(default=0.02, gt=0, le=1, description="of Adam")
    content: str = Field(default="astronaut", description="the photograph: a column of the dataset")
    styles: list[str] = Field(min_length=1, max_length=12, description="columns; each gives a picture")
    longest_side: int = Field(default=512, ge=64, le=2048, description="larger photographs are reduced to it")
    style_side: int = Field(default=512, ge=64, le=2048, description="the same for paintings; smaller, finer strokes")
    network: Network = Field(default="vgg16", description="a column of the dataset: its weights")
    content_layers: dict[str, float] = Field(default={"block4_conv2": 1.0}, min_length=1, description="u_l")
    style_layers: dict[str, float] = Field(
        default={f"block{n}_conv1": 0.2 for n in range(1, 6)}, min_length=1, description="w_l"
    )
    content_weight: float = Field(default=1.0, ge=0)
    style_weight: float = Field(default=0.01, ge=0)
    variation_weight: float = Field(default=0.0, ge=0)
    start: Literal["content", "noise"] = Field(default="content", description="what the picture begins as")
    optimizer: Literal["adam", "lbfgs"] = "adam"
    lbfgs_iterations: int = Field(default=20, ge=1, le=1000, description="at each train step")
    keep_colours: bool = Field(default=False, description="transfer brightness alone")
    pooling: pretrained.Pooling = Field(default="average", description="between the blocks of a VGG")

    @model_validator(mode="after")
    def _has_layers(self) -> "Settings":
        pretrained.check_layers(self.network, *self.content_layers, *self.style_layers)
        if self.content in self.styles or len(set(self.styles)) < len(self.styles):
            raise ValueError("content and styles must be different pictures")
        return self


class StyleTransfer(model.Model, model.Paints):
    """One picture for each style."""

    Settings = Settings

    def __init__(self, settings: Settings, data: model.DataSpec) -> None:
        self.settings = settings
        self.made_from = tuple((settings.content, style) for style in settings.styles)
        self.sizes = {name: reduced(data[name].shape or (), settings.style_side) for name in settings.styles}
        height, width = self.size = reduced(data[settings.content].shape or (), settings.longest_side)
        shape = (len(settings.styles), height, width, 1 if settings.keep_colours else 3)
        self.paintings = keras.Variable(keras.random.uniform(shape), name="paintings")
        self.colours = tf.Variable(tf.zeros((height, width, 3)), name="colours")  # what luminance leaves out
        self.networks, self.optimizers = {}, {}
        self.traced = settings.optimizer == "adam"  # SciPy calls the loss as a function of Python
        if self.traced:
            self.optimizers = {"adam": keras.optimizers.Adam(scheduled(settings))}
            self.optimizers["adam"].build([self.paintings])

    @classmethod
    def columns(cls, settings: Settings) -> tuple[str, ...]:
        return settings.content, *settings.styles, settings.network

    @classmethod
    def check(cls, settings: Settings, data: model.DataSpec) -> None:
        pretrained.check_pictures(data, settings.network, settings.content, *settings.styles)
        least = pretrained.least_side(settings.network)
        sides = [(settings.content, settings.longest_side), *((name, settings.style_side) for name in settings.styles)]
        for name, longest in sides:
            height, width = reduced(data[name].shape or (), longest)
            if min(height, width) < least:
                raise AtlasError(
                    f"the picture {name!r} would be reduced to {width}x{height} pixels, at least {least} a side are "
                    f"needed; set a larger {'longest_side' if name == settings.content else 'style_side'}"
                )

    def prepare(self, before: model.Before) -> None:
        s = self.settings
        self.features = pretrained.extractor(
            s.network, before.files[s.network], [*s.content_layers, *s.style_layers], s.pooling
        )
        shape = (1, *self.paintings.shape[1:3], 3)
        places = [tuple(f.shape) for f in self.features(tf.zeros(shape))]
        contents, styles = places[: len(s.content_layers)], places[len(s.content_layers) :]
        self.content_targets = [tf.Variable(tf.zeros(p), name="content_target") for p in contents]
        self.style_targets = [tf.Variable(tf.zeros((len(s.styles), p[-1], p[-1])), name="style_target") for p in styles]

    def begin(self, batch: "Batch") -> None:
        self._aim(batch)
        photograph = self._photograph(batch)
        if self.settings.keep_colours:
            self.colours.assign(photograph - self._seen(photograph)[0])
        if self.settings.start == "content":
            self.paintings.assign(tf.repeat(self._seen(photograph), len(self.settings.styles), axis=0))

    def train_step(self, batch: "Batch", seed: "Tensor") -> "dict[str, Tensor]":
        if not self.traced:
            return self._lbfgs_step()
        places = tf.range(len(self.settings.styles))
        gradients, losses = tf.map_fn(
            lambda place: self._gradient(tf.gather(self.paintings, place)[None], place),
            places,
            fn_output_signature=(tf.float32, dict.fromkeys(_LOSSES, tf.float32)),
            parallel_iterations=1,  # the memory of one picture, whatever the number of styles
        )
        self.optimizers["adam"].apply([gradients[:, 0]], [self.paintings])
        self.paintings.assign(tf.clip_by_value(self.paintings, 0.0, 1.0))
        return {name: tf.reduce_mean(loss) for name, loss in losses.items()}

    def saved(self) -> "dict[str, Any]":
        return {"paintings": self.paintings, "colours": self.colours}

    def state(self) -> "list[tf.Variable]":
        return [*self.content_targets, *self.style_targets]

    def pictures(self) -> "Tensor":
        return tf.clip_by_value(tf.convert_to_tensor(self.paintings) + self.colours, 0.0, 1.0)

    def measured(self, batch: "Batch") -> "dict[str, Tensor]":
        """Losses (styles,): of each picture, of the photograph, and of the painting at the photograph's size."""
        self._aim(batch)
        photograph = self._photograph(batch)
        losses = tf.function(self._losses)
        found: dict[str, list[Tensor]] = {}
        for place, (style, result) in enumerate(zip(self.settings.styles, self.pictures(), strict=True)):
            painting = tf.image.resize(self._painting(batch, style), self.size, antialias=True)
            for name, picture in (
                ("", self._seen(result)), ("_before", self._seen(photograph)), ("_of_styles", painting)
            ):  # fmt: skip
                each = losses(picture, tf.constant(place))
                for kind in ("style_losses", "content_losses"):
                    found.setdefault(kind + name, []).append(each[kind.removesuffix("es")])
        return {name: tf.stack(found[name]) for name in MEASURED}

    def _photograph(self, batch: "Batch") -> "Tensor":
        return tf.image.resize(batch[self.settings.content], self.size, antialias=True)

    def _seen(self, picture: "Tensor") -> "Tensor":
        """(h, w, 3) to what is optimised of it: (1, h, w, 3), or its luminance (1, h, w, 1)."""
        if self.settings.keep_colours:
            picture = tf.reduce_sum(picture * tf.constant(_LUMINANCE), axis=-1, keepdims=True)
        return picture[None]

    def _painting(self, batch: "Batch", style: str) -> "Tensor":
        """What is seen of a painting; of luminance alone with the photograph's mean and deviation."""
        resized = tf.image.resize(batch[style], self.sizes[style], antialias=True)
        painting, photograph = self._seen(resized), self._seen(self._photograph(batch))
        if self.settings.keep_colours:
            spread = tf.math.reduce_std(photograph) / tf.maximum(tf.math.reduce_std(painting), 1e-3)
            painting = spread * (painting - tf.reduce_mean(painting)) + tf.reduce_mean(photograph)
        return painting

    def _aim(self, batch: "Batch") -> None:
        """Computes the targets: once, before the first step."""
        contents, _ = self._activations(self._seen(self._photograph(batch)))
        grams = [
            [gram(f) for f in self._activations(self._painting(batch, style))[1]] for style in self.settings.styles
        ]
        targets = [*self.content_targets, *self.style_targets]
        for target, value in zip(targets, [*contents, *map(tf.stack, zip(*grams, strict=True))], strict=True):
            target.assign(value)

    def _activations(self, picture: "Tensor") -> "tuple[list[Tensor], list[Tensor]]":
        """Of the content layers and of the style layers."""
        found, first = self.features(tf.repeat(picture, 3 // picture.shape[-1], -1)), len(self.settings.content_layers)
        return found[:first], found[first:]

    def _losses(self, picture: "Tensor", place: "Tensor") -> "dict[str, Tensor]":
        """Of a picture (1, h, w, c) that shall have the style at that place."""
        s = self.settings
        contents, styles = self._activations(picture)
        content = tf.add_n(
            [
                u * content_loss(f, p)
                for u, f, p in zip(s.content_layers.values(), contents, self.content_targets, strict=True)
            ]
        )
        style = tf.add_n(
            [
                w * style_loss(gram(f), tf.gather(a, place))
                for w, f, a in zip(s.style_layers.values(), styles, self.style_targets, strict=True)
            ]
        )
        variation = total_variation(picture)
        loss = s.content_weight * content + s.style_weight * style + s.variation_weight * variation
        return dict(zip(_LOSSES, (loss, content, style, variation), strict=True))

    def _gradient(self, picture: "Tensor", place: "Tensor") -> "tuple[Tensor, dict[str, Tensor]]":
        with tf.GradientTape() as tape:
            tape.watch(picture)
            losses = self._losses(picture, place)
        return tape.gradient(losses["loss"], picture), losses

    def _lbfgs_step(self) -> "dict[str, Tensor]":
        """Some iterations for each picture; in Python, for SciPy calls the loss many times."""
        from scipy.optimize import Bounds, minimize

        results, losses = [], []
        for place, picture in enumerate(self.paintings.numpy()):

            def loss(flat: NDArray[np.float64], place: int = place, shape: Any = picture.shape) -> Any:
                now = tf.constant(flat.reshape(1, *shape), tf.float32)
                gradient, found = self._compiled(now, tf.constant(place))
                return float(found["loss"]), gradient.numpy().ravel().astype(np.float64)

            with threadpool_limits(limits=1):  # sums over more threads would differ in their last bits
                options = {"maxiter": self.settings.lbfgs_iterations, "ftol": 0.0, "gtol": 0.0}
                start = picture.ravel().astype(np.float64)
                found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=Bounds(0, 1), options=options)
            results.append(found.x.reshape(picture.shape).astype(np.float32))
            losses.append(self._compiled(tf.constant(results[-1][None]), tf.constant(place))[1])
        self.paintings.assign(np.stack(results))
        return {name: tf.reduce_mean([each[name] for each in losses]) for name in _LOSSES}

    @cached_property
    def _compiled(self) -> Any:
        return tf.function(self._gradient)


def reduced(shape: tuple[int, ...], longest: int) -> tuple[int, int]:
    """Height and width of a picture of that shape, with at most ``longest`` pixels a side; (0, 0) if not known."""
    height, width = shape[:2] or (0, 0)
    scale = min(1.0, longest / max(height, width, 1))
    return round(height * scale), round(width * scale)


def content_loss(activations: "Tensor", targets: "Tensor") -> "Tensor":
    """Mean (F - P)^2 of one layer."""
    return tf.reduce_mean((activations - targets) ** 2)


def gram(activations: "Tensor") -> "Tensor":
    """Activations (1, h, w, N) to F F^T / M, (N, N), with M = h w places."""
    places = tf.reshape(activations, (-1, activations.shape[-1]))
    return tf.matmul(places, places, transpose_a=True) / tf.cast(tf.shape(places)[0], tf.float32)


def style_loss(found: "Tensor", wanted: "Tensor") -> "Tensor":
    """Sum (G - A)^2 / (4 N^2) of one layer's Gram matrices (N, N)."""
    return tf.reduce_mean((found - wanted) ** 2) / 4.0


def total_variation(picture: "Tensor") -> "Tensor":
    """Mean squared difference to the neighbour below plus that to the neighbour at the right, of (1, h, w, c)."""
    down, right = picture[:, 1:] - picture[:, :-1], picture[:, :, 1:] - picture[:, :, :-1]
    return tf.reduce_mean(down**2) + tf.reduce_mean(right**2)
