"""Convolutional network that names attributes (the last step of Liu et al. 2015, "Deep Learning Face Attributes").

Loss: the cross-entropy of each attribute's sigmoid against its 0 or 1, mean over attributes and batch. Convolutions
with ReLU and max pooling down to sides of 4 to 8, dropout, one hidden layer. Training images are mirrored half of the
time and shifted at random by a few pixels. It serves as the judge of datasets that have attributes.
"""

from typing import TYPE_CHECKING

from pydantic import Field

from latent_atlas import model
from latent_atlas.backend import tf
from latent_atlas.blocks.augmentation import random_mirror, random_shift
from latent_atlas.blocks.networks import check_sides, conv_classifier
from latent_atlas.blocks.optimizers import adam, descend, scheduled

if TYPE_CHECKING:
    from latent_atlas.model import Batch, Tensor


class Settings(model.ScheduledSettings):
    """The attribute network's own settings."""

    width: int = Field(default=32, ge=1, description="channels of the first convolution; they double at each stage")
    feature_dim: int = Field(default=128, ge=2, description="units of the last hidden layer")
    dropout: float = Field(default=0.4, ge=0, lt=1)
    shift: int = Field(default=2, ge=0, le=8, description="largest random shift of a training image, in pixels")
    mirror: bool = Field(default=True, description="mirror half of the training images")


class AttributeCNN(model.Model, model.NamesAttributes, model.MapsFeatures):
    """Blocks of convolution and pooling, one hidden layer, a logit for each attribute."""

    Settings = Settings
    reads = ("images", "attributes")

    @classmethod
    def check(cls, settings: model.Settings, data: model.DataSpec) -> None:
        check_sides(data)

    def __init__(self, settings: Settings, data: model.DataSpec) -> None:
        self.shift, self.mirror = settings.shift, settings.mirror
        self.network = conv_classifier(data, settings.width, settings.feature_dim, settings.dropout, data.attributes)
        self.networks = {"classifier": self.network}
        self.optimizers = {"classifier": adam(scheduled(settings), self.network)}

    def train_step(self, batch: "Batch", seed: "Tensor") -> "dict[str, Tensor]":
        shift_seed, mirror_seed = tf.unstack(tf.random.split(seed, 2))
        images = random_shift(batch["images"], self.shift, shift_seed)
        if self.mirror:
            images = random_mirror(images, mirror_seed)
        with tf.GradientTape() as tape:
            logits = self.network(images, training=True)["logits"]
            loss = tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(labels=batch["attributes"], logits=logits))
        descend(self.optimizers["classifier"], tape, loss, self.network)
        hits = tf.cast(tf.equal(logits > 0, batch["attributes"] > 0), tf.float32)
        return {"cross_entropy": loss, "batch_accuracy": tf.reduce_mean(hits)}

    def attribute_logits(self, images: "Tensor") -> "Tensor":
        return self.network(images, training=False)["logits"]

    def features(self, images: "Tensor") -> "Tensor":
        return self.network(images, training=False)["features"]

    def feature_maps(self, images: "Tensor") -> "list[Tensor]":
        return list(self.network(images, training=False)["maps"])
