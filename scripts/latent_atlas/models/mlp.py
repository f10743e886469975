"""Multilayer perceptron classifier: two hidden ReLU layers with dropout (Srivastava et al. 2014), softmax output.

Loss: the cross-entropy -log softmax(f(x))_y, mean over the batch. The baseline for convolutional
classifiers. Takes images of any sides.
"""

from typing import TYPE_CHECKING

from pydantic import Field

from latent_atlas import model
from latent_atlas.backend import keras
from latent_atlas.blocks.classification import check_classes, classifier_step
from latent_atlas.blocks.layers import dropout
from latent_atlas.blocks.optimizers import adam, scheduled

if TYPE_CHECKING:
    from latent_atlas.model import Batch, Tensor


class Settings(model.ScheduledSettings):
    """The perceptron's own settings."""

    hidden: int = Field(default=256, ge=1, description="units of the first hidden layer")
    feature_dim: int = Field(default=64, ge=2, description="units of the last hidden layer")
    dropout: float = Field(default=0.2, ge=0, lt=1)


class MLP(model.Model, model.Classifies):
    """Flatten, two dense layers, logits."""

    Settings = Settings
    reads = ("images", "labels")

    @classmethod
    def check(cls, settings: model.Settings, data: model.DataSpec) -> None:
        check_classes(data)

    def __init__(self, settings: Settings, data: model.DataSpec) -> None:
        image = keras.Input(data.shape, name="image")
        x = keras.layers.Flatten()(image)
        x = keras.layers.Dense(settings.hidden, "relu")(x)
        x = dropout(x, settings.dropout)
        features = keras.layers.Dense(settings.feature_dim, "relu", name="features")(x)
        x = dropout(features, settings.dropout)
        logits = keras.layers.Dense(data.labels, name="logits")(x)
        self.network = keras.Model(image, {"logits": logits, "features": features}, name="classifier")
        self.networks = {"classifier": self.network}
        self.optimizers = {"classifier": adam(scheduled(settings), self.network)}

    def train_step(self, batch: "Batch", seed: "Tensor") -> "dict[str, Tensor]":
        return classifier_step(self.network, self.optimizers["classifier"], batch["images"], batch["labels"])

    def logits(self, images: "Tensor") -> "Tensor":
        return self.network(images, training=False)["logits"]

    def features(self, images: "Tensor") -> "Tensor":
        return self.network(images, training=False)["features"]
