"""Convolutional classifier after LeNet-5 (LeCun et al. 1998, section II.B), with ReLU, max pooling and dropout.

Loss: the cross-entropy -log softmax(f(x))_y, mean over the batch. Training images are shifted at random by a few
pixels. It serves as the judge of its dataset: generated and real images are compared by the activations of its last
hidden layer, as photographs are by those of Inception (Heusel et al. 2017).

``factors`` is for classes that are pairs, such as a colour and a shape: class = colour * shapes + shape. Each factor
has logits of its own, and those of a pair are their sum. So softmax(f(x)) is the product of the factors' softmaxes, the
loss the sum of their cross-entropies, and pairs that are never seen in training are recognised by their parts. Such
pairs are left out of the softmax while it learns: otherwise each colour would count against the shapes that it was
never seen with.
"""

import functools
import math
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from latent_atlas import model
from latent_atlas.backend import keras, tf
from latent_atlas.blocks.augmentation import random_mirror, random_shift
from latent_atlas.blocks.classification import check_classes, classifier_step
from latent_atlas.blocks.layers import batch_norm, dropout
from latent_atlas.blocks.optimizers import adam, scheduled
from latent_atlas.errors import AtlasError

if TYPE_CHECKING:
    from keras import KerasTensor

    from latent_atlas.model import Batch, Tensor


class Settings(model.ScheduledSettings):
    """The convolutional network's own settings."""

    width: int = Field(default=32, ge=1, description="channels of the first convolution; they double at each block")
    blocks: int = Field(default=2, ge=1, le=6, description="of convolution and pooling; each halves the sides")
    kernel: int = Field(default=5, ge=1, le=11, description="side of a convolution")
    batch_norm: bool = Field(default=False, description="batch normalisation after each convolution")
    anywhere: bool = Field(default=False, description="what is seen may be at any place: only the maximum is kept")
    factors: list[Annotated[int, Field(ge=2)]] = Field(
        default=[], description="of which classes are made, the slowest first; empty for plain classes"
    )
    feature_dim: int = Field(default=64, ge=2, description="units of the last hidden layer")
    dropout: float = Field(default=0.4, ge=0, lt=1)
    shift: int = Field(default=2, ge=0, le=8, description="largest random shift of a training image, in pixels")
    mirror: bool = Field(default=False, description="mirror half of the training images")


class CNN(model.Model, model.Classifies, model.MapsFeatures):
    """Blocks of convolution and pooling, one hidden layer, logits."""

    Settings = Settings
    reads = ("images", "labels")

    @classmethod
    def check(cls, settings: model.Settings, data: model.DataSpec) -> None:
        check_classes(data)
        assert isinstance(settings, Settings)
        (height, width, _), least = data.shape, 2**settings.blocks
        if min(height, width) < least:
            raise AtlasError(f"needs images of at least {least}x{least}, and they are {height}x{width}")
        if settings.factors and math.prod(settings.factors) != data.labels:
            raise AtlasError(
                f"factors {settings.factors} make {math.prod(settings.factors)} classes, and the dataset has "
                f"{data.labels}"
            )

    def __init__(self, settings: Settings, data: model.DataSpec) -> None:
        self.shift, self.mirror = settings.shift, settings.mirror
        image = keras.Input(data.shape, name="image")
        x, maps = image, []
        for block in range(settings.blocks):
            channels, bias = settings.width << block, not settings.batch_norm
            x = keras.layers.Conv2D(channels, settings.kernel, padding="same", use_bias=bias)(x)
            x = keras.layers.ReLU()(batch_norm(x, momentum=0.9) if settings.batch_norm else x)
            maps.append(x)
            x = keras.layers.MaxPooling2D()(x)
        x = (keras.layers.GlobalMaxPooling2D() if settings.anywhere else keras.layers.Flatten())(x)
        x = dropout(x, settings.dropout)
        features = keras.layers.Dense(settings.feature_dim, "relu", name="features")(x)
        parts = [keras.layers.Dense(count)(features) for count in settings.factors or [data.labels]]
        logits = functools.reduce(_sums, parts)
        self.network = keras.Model(image, {"logits": logits, "features": features, "maps": maps}, name="classifier")
        self.networks = {"classifier": self.network}
        self.seen = tf.Variable(tf.zeros(data.labels, tf.bool)) if settings.factors else None
        self.optimizers = {"classifier": adam(scheduled(settings), self.network)}

    def train_step(self, batch: "Batch", seed: "Tensor") -> "dict[str, Tensor]":
        images = random_shift(batch["images"], self.shift, seed)
        if self.mirror:
            images = random_mirror(images, tf.random.fold_in(seed, 1))
        if self.seen is None:
            return classifier_step(self.network, self.optimizers["classifier"], images, batch["labels"])
        self.seen.scatter_update(tf.IndexedSlices(tf.ones_like(batch["labels"], tf.bool), batch["labels"]))
        return classifier_step(self.network, self.optimizers["classifier"], images, batch["labels"], ~self.seen)

    def state(self) -> "list[tf.Variable]":
        return [] if self.seen is None else [self.seen]

    def logits(self, images: "Tensor") -> "Tensor":
        return self.network(images, training=False)["logits"]

    def features(self, images: "Tensor") -> "Tensor":
        return self.network(images, training=False)["features"]

    def feature_maps(self, images: "Tensor") -> "list[Tensor]":
        return list(self.network(images, training=False)["maps"])


def _sums(first: "KerasTensor", second: "KerasTensor") -> "KerasTensor":
    """(n, a) and (n, b) to the sums of all pairs, (n, a * b); the first varies slowest."""
    pairs = keras.ops.expand_dims(first, 2) + keras.ops.expand_dims(second, 1)
    return keras.layers.Flatten()(pairs)
