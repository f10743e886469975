"""Convolutional classifier after LeNet-5 (LeCun et al. 1998, section II.B), with ReLU, max pooling and dropout.

Loss: the cross-entropy -log softmax(f(x))_y, mean over the batch. Training images are shifted at random by a few
pixels. It serves as the judge of its dataset: generated and real images are compared by the activations of its last
hidden layer, as photographs are by those of Inception (Heusel et al. 2017).
"""

from typing import TYPE_CHECKING

from pydantic import Field

from latent_atlas import model
from latent_atlas.backend import keras
from latent_atlas.blocks.augmentation import random_shift
from latent_atlas.blocks.classification import check_classes, classifier_step
from latent_atlas.blocks.optimizers import adam
from latent_atlas.errors import AtlasError

if TYPE_CHECKING:
    from latent_atlas.model import Batch, Tensor

_BLOCKS = 2  # of convolution and pooling; each halves the sides


class Settings(model.Settings):
    """The convolutional network's own settings."""

    width: int = Field(default=32, ge=1, description="channels of the first convolution; the second has twice as many")
    feature_dim: int = Field(default=64, ge=2, description="units of the last hidden layer")
    dropout: float = Field(default=0.4, ge=0, lt=1)
    shift: int = Field(default=2, ge=0, le=8, description="largest random shift of a training image, in pixels")


class CNN(model.Model, model.Classifies, model.MapsFeatures):
    """Two blocks of convolution and pooling, one hidden layer, logits."""

    Settings = Settings
    reads = ("images", "labels")

    @classmethod
    def check(cls, settings: model.Settings, data: model.DataSpec) -> None:
        check_classes(data)
        height, width, _ = data.shape
        if min(height, width) < 2**_BLOCKS:
            raise AtlasError(f"needs images of at least {2**_BLOCKS}x{2**_BLOCKS}, and they are {height}x{width}")

    def __init__(self, settings: Settings, data: model.DataSpec) -> None:
        self.shift = settings.shift
        image = keras.Input(data.shape, name="image")
        x, maps = image, []
        for block in range(_BLOCKS):
            x = keras.layers.Conv2D(settings.width << block, 5, padding="same", activation="relu")(x)
            maps.append(x)
            x = keras.layers.MaxPooling2D()(x)
        x = keras.layers.Flatten()(x)
        x = keras.layers.Dropout(settings.dropout)(x)
        features = keras.layers.Dense(settings.feature_dim, "relu", name="features")(x)
        logits = keras.layers.Dense(data.labels, name="logits")(features)
        self.network = keras.Model(image, {"logits": logits, "features": features, "maps": maps}, name="classifier")
        self.networks = {"classifier": self.network}
        self.optimizers = {"classifier": adam(settings.learning_rate, self.network)}

    def train_step(self, batch: "Batch", seed: "Tensor") -> "dict[str, Tensor]":
        shifted = random_shift(batch["images"], self.shift, seed)
        return classifier_step(self.network, self.optimizers["classifier"], shifted, batch["labels"])

    def logits(self, images: "Tensor") -> "Tensor":
        return self.network(images, training=False)["logits"]

    def features(self, images: "Tensor") -> "Tensor":
        return self.network(images, training=False)["features"]

    def feature_maps(self, images: "Tensor") -> "list[Tensor]":
        return list(self.network(images, training=False)["maps"])
