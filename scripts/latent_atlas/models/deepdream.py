"""DeepDream (Mordvintsev, Olah & Tyka 2015, "Inceptionism"; published as code, "deepdream").

A photograph x is changed so that a pretrained network sees more of what it already sees in it. Objective, a_l the
activations of layer l, the mean over their N_l M_l elements, w_l its weight (the code's `objective_L2`, but for 1/2):

    maximise  sum_l w_l mean(a_l^2)        step: x <- x + learning_rate * g / mean|g|,  g the gradient by x

The step size belongs to this normalisation: the code's 1.5 of 255 is 0.006 here, where pixels are in [0, 1]. With
gradients of unit l2 norm or deviation the same number would mean another step.

Octaves: the ascent begins on a reduced photograph and goes on at sizes `octave_scale` apart. What is carried upwards is
the dream alone, the difference to the photograph; the photograph itself is reduced anew from the original at each size,
so detail that a reduction lost comes back. Each octave has the same share of the steps.

Tiles: the picture is rolled by a random distance each step, as on a torus, and cut into tiles of at most `tile` pixels
a side, whose gradients are computed one after the other. So memory for the network is that of one tile whatever the
picture's size, and no place is near a border for long, so that no seam forms.

Where this differs: the code jitters by up to 32 pixels and has no tiles; here the roll is over the whole picture. It
used GoogLeNet (inception_4c/output), which Keras does not offer.
"""

from typing import TYPE_CHECKING

from pydantic import Field, model_validator

from latent_atlas import model
from latent_atlas.backend import tf
from latent_atlas.blocks import pretrained
from latent_atlas.columns import DataSpec, Network
from latent_atlas.errors import AtlasError

if TYPE_CHECKING:
    from latent_atlas.model import Batch, Tensor


class Settings(model.Settings):
    """DeepDream's own settings. ``steps`` are those of all octaves, ``learning_rate`` the mean change of a step."""

    batch_size: int = Field(default=1, ge=1, le=1, description="there is one picture")
    learning_rate: float = Field(default=0.006, gt=0, le=1, description="mean change of a pixel in [0, 1] at each step")
    content: str = Field(default="cat", description="the photograph: a column of the dataset")
    network: Network = Field(default="vgg16", description="a column of the dataset: its weights")
    layers: dict[str, float] = Field(default={"block4_conv2": 1.0}, min_length=1, description="their weights")
    octaves: int = Field(default=3, ge=1, le=12)
    octave_scale: float = Field(default=1.4, gt=1, le=2, description="from one octave to the next")
    tile: int = Field(default=512, ge=64, le=2048, description="longest side of what the network is given, in pixels")

    @model_validator(mode="after")
    def _has_layers(self) -> "Settings":
        pretrained.check_layers(self.network, *self.layers)
        return self


class DeepDream(model.Model, model.Paints):
    """The picture, and the dream in it at the size of the present octave."""

    Settings = Settings

    def __init__(self, settings: Settings, data: model.DataSpec) -> None:
        self.settings = settings
        self.made_from = ((settings.content,),)
        self.networks, self.optimizers = {}, {}
        self.sizes = octaves(data, settings)
        shape = (1, *self.sizes[-1], 3)
        self.picture = tf.Variable(tf.zeros(shape), name="picture")
        self.dream = tf.Variable(tf.zeros(shape), name="dream")  # what was added, in the octave's part of the canvas
        self.step = tf.Variable(0, dtype=tf.int32, name="step")

    @classmethod
    def columns(cls, settings: Settings) -> tuple[str, ...]:
        return settings.content, settings.network

    @classmethod
    def check(cls, settings: Settings, data: model.DataSpec) -> None:
        pretrained.check_pictures(data, settings.network, settings.content)
        (height, width), least = octaves(data, settings)[0], pretrained.least_side(settings.network)
        if min(height, width) < least:
            raise AtlasError(
                f"the first of {settings.octaves} octaves would have {width}x{height} pixels, at least {least} a side "
                "are needed; set fewer octaves, or a larger longest_side in the dataset's entry"
            )
        if settings.tile < 2 * least:
            raise AtlasError(f"tile is {settings.tile}; {settings.network} needs at least {2 * least}")

    def prepare(self, before: model.Before) -> None:
        layers, network = list(self.settings.layers), self.settings.network
        self.features = pretrained.extractor(network, before.files[network], layers)

    def begin(self, batch: "Batch") -> None:
        self.picture.assign(batch[self.settings.content][None])

    def train_step(self, batch: "Batch", seed: "Tensor") -> "dict[str, Tensor]":
        photograph, sizes = batch[self.settings.content][None], tf.constant(self.sizes)
        old, new = (tf.gather(sizes, self._octave(step)) for step in (tf.maximum(self.step - 1, 0), self.step))
        base = tf.image.resize(photograph, new, antialias=True)
        now = base + tf.image.resize(self.dream[:, : old[0], : old[1]], new)
        shift = tf.random.stateless_uniform((2,), seed, 0, sizes[-1][1] * sizes[-1][0], tf.int32) % new
        gradient, objective = self._gradient(tf.roll(now, shift, (1, 2)))
        gradient = tf.roll(gradient, -shift, (1, 2))
        now += self.settings.learning_rate * gradient / (tf.reduce_mean(tf.abs(gradient)) + 1e-12)
        dream = tf.clip_by_value(now, 0.0, 1.0) - base
        missing = sizes[-1] - new
        self.dream.assign(tf.pad(dream, [(0, 0), (0, missing[0]), (0, missing[1]), (0, 0)]))
        self.picture.assign(tf.clip_by_value(photograph + tf.image.resize(dream, sizes[-1]), 0.0, 1.0))
        self.step.assign_add(1)
        return {"mean_squared_activation": objective}

    def saved(self) -> "dict[str, tf.Variable]":
        return {"picture": self.picture}

    def state(self) -> "list[tf.Variable]":
        return [self.dream, self.step]

    def pictures(self) -> "Tensor":
        return tf.convert_to_tensor(self.picture)

    def measured(self, batch: "Batch") -> "dict[str, Tensor]":
        """Mean activation of each layer times its weight, after and before; where tiles meet if nothing is rolled."""
        height, width = self.sizes[-1]
        return {
            "activations": self._activations(self.pictures()),
            "activations_before": self._activations(batch[self.settings.content][None]),
            "tile_rows": tf.range(0, height, self._side(height))[1:],
            "tile_columns": tf.range(0, width, self._side(width))[1:],
        }

    def _octave(self, step: "Tensor") -> "Tensor":
        return tf.minimum(step * self.settings.octaves // self.settings.steps, self.settings.octaves - 1)

    def _gradient(self, picture: "Tensor") -> "tuple[Tensor, Tensor]":
        """The objective's gradient by a picture (1, h, w, 3), tile by tile, and its mean over the tiles."""
        weights = self.settings.layers.values()

        def one(tile: "Tensor") -> "tuple[Tensor, Tensor]":
            with tf.GradientTape() as tape:
                tape.watch(tile)
                means = [tf.reduce_mean(a**2) for a in self.features(tile[None])]
                objective = tf.add_n([weight * mean for weight, mean in zip(weights, means, strict=True)])
            return tape.gradient(objective, tile), objective

        tiles, across = self._tiles(picture)
        gradients, objectives = tf.map_fn(
            one, tiles, fn_output_signature=(tf.float32, tf.float32), parallel_iterations=1
        )
        height, width = tf.shape(picture)[1], tf.shape(picture)[2]
        return _together(gradients, across)[:, :height, :width], tf.reduce_mean(objectives)

    def _activations(self, picture: "Tensor") -> "Tensor":
        """(layers,)."""
        weights = tf.constant(list(self.settings.layers.values()))

        def one(tile: "Tensor") -> "Tensor":
            return weights * tf.stack([tf.reduce_mean(tf.abs(a)) for a in self.features(tile[None])])

        tiles, _ = self._tiles(picture)
        return tf.reduce_mean(tf.map_fn(one, tiles, parallel_iterations=1), axis=0)

    def _side(self, length: "Tensor | int") -> "Tensor":
        """Of the tiles along a side of that length: as few as the setting allows, all alike."""
        count = -(-length // self.settings.tile)
        return -(-length // count)

    def _tiles(self, picture: "Tensor") -> "tuple[Tensor, Tensor]":
        """(n, th, tw, 3), row by row, and how many there are across. Where they reach beyond, the picture repeats."""
        height, width = tf.shape(picture)[1], tf.shape(picture)[2]
        th, tw = self._side(height), self._side(width)
        down, across = -(-height // th), -(-width // tw)
        picture = tf.concat([picture, picture[:, : down * th - height]], 1)
        picture = tf.concat([picture, picture[:, :, : across * tw - width]], 2)
        cells = tf.reshape(picture, (down, th, across, tw, 3))
        return tf.reshape(tf.transpose(cells, (0, 2, 1, 3, 4)), (down * across, th, tw, 3)), across


def _together(tiles: "Tensor", across: "Tensor") -> "Tensor":
    """Tiles (n, th, tw, 3) to a picture (1, h, w, 3)."""
    n, th, tw, _ = tf.unstack(tf.shape(tiles))
    rows = tf.transpose(tf.reshape(tiles, (n // across, across, th, tw, 3)), (0, 2, 1, 3, 4))
    return tf.reshape(rows, (1, n // across * th, across * tw, 3))


def octaves(data: DataSpec, settings: Settings) -> list[tuple[int, int]]:
    """Height and width of each octave, the smallest first; the last is the photograph's own size."""
    height, width = (data[settings.content].shape or (0, 0))[:2]
    scales = [settings.octave_scale**-n for n in range(settings.octaves)][::-1]
    return [(round(height * scale), round(width * scale)) for scale in scales]
