"""Convolutional network that names how far an image has been turned (RotNet; Gidaris et al. 2018, section 3).

Loss (eqs. 2 and 3): the cross-entropy of the network's guess which of four rotations, by 0, 90, 180 and 270 degrees, an
image was turned by; all four of each image are in a batch. To tell them, a network has to know what is in an image and
how it usually stands, without labels. So it serves as the judge of images that have neither classes nor attributes:
generated and real images are compared by the activations of its last hidden layer. Images that look the same from all
sides, such as textures, leave it nothing to learn; then its accuracy stays near 1/4.

Images that are not square are cut to the square in their middle. Convolutions with ReLU and max pooling down to sides
of 4 to 8, dropout, one hidden layer: smaller than the paper's networks. Training images are mirrored half of the time,
before they are turned, and shifted at random by a few pixels.
"""

from typing import TYPE_CHECKING

from pydantic import Field

from latent_atlas import model
from latent_atlas.backend import tf
from latent_atlas.blocks.augmentation import random_mirror, random_shift
from latent_atlas.blocks.classification import classifier_step
from latent_atlas.blocks.networks import check_sides, conv_classifier
from latent_atlas.blocks.optimizers import adam, scheduled

if TYPE_CHECKING:
    from latent_atlas.model import Batch, Tensor

_ROTATIONS = 4


class Settings(model.ScheduledSettings):
    """The rotation network's own settings."""

    width: int = Field(default=32, ge=1, description="channels of the first convolution; they double at each stage")
    feature_dim: int = Field(default=128, ge=2, description="units of the last hidden layer")
    dropout: float = Field(default=0.4, ge=0, lt=1, description="before the hidden layer")
    shift: int = Field(default=2, ge=0, le=8, description="largest random shift of a training image, in pixels")
    mirror: bool = Field(default=True, description="mirror half of the training images")


class RotationCNN(model.Model, model.NamesRotations, model.MapsFeatures):
    """Blocks of convolution and pooling, one hidden layer, a logit for each rotation."""

    Settings = Settings

    @classmethod
    def check(cls, settings: model.Settings, data: model.DataSpec) -> None:
        check_sides(_square(data))

    def __init__(self, settings: Settings, data: model.DataSpec) -> None:
        self.shift, self.mirror = settings.shift, settings.mirror
        self.network = conv_classifier(
            _square(data), settings.width, settings.feature_dim, settings.dropout, _ROTATIONS
        )
        self.networks = {"classifier": self.network}
        self.optimizers = {"classifier": adam(scheduled(settings), self.network)}

    def train_step(self, batch: "Batch", seed: "Tensor") -> "dict[str, Tensor]":
        shift_seed, mirror_seed = tf.unstack(tf.random.split(seed, 2))
        images = random_shift(_cut(batch["images"]), self.shift, shift_seed)
        if self.mirror:
            images = random_mirror(images, mirror_seed)
        turned = tf.concat([tf.image.rot90(images, times) for times in range(_ROTATIONS)], axis=0)
        rotations = tf.repeat(tf.range(_ROTATIONS), tf.shape(images)[0])
        return classifier_step(self.network, self.optimizers["classifier"], turned, rotations)

    def rotation_logits(self, images: "Tensor") -> "Tensor":
        return self.network(_cut(images), training=False)["logits"]

    def features(self, images: "Tensor") -> "Tensor":
        return self.network(_cut(images), training=False)["features"]

    def feature_maps(self, images: "Tensor") -> "list[Tensor]":
        return list(self.network(_cut(images), training=False)["maps"])


def _square(data: model.DataSpec) -> model.DataSpec:
    height, width, channels = data.shape
    return model.DataSpec.of_images((min(height, width), min(height, width), channels))


def _cut(images: "Tensor") -> "Tensor":
    """The square in the middle of each image."""
    height, width = images.shape[1:3]
    side = min(height, width)
    top, left = (height - side) // 2, (width - side) // 2
    return images[:, top : top + side, left : left + side]
