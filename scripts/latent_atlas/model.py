"""What a model is to the rest of the atlas: settings, networks, one train step, and a list of abilities.

A model says what it can do by the classes it inherits (`Classifies`, `Encodes`, ...). Snapshots, samples, figures,
metrics and the report follow from those; nothing else ever asks which model it has. Tensors are float32, images
(n, height, width, channels) in [0, 1], labels int32 (n,), seeds int32 (2,).
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

if TYPE_CHECKING:
    import keras
    import tensorflow as tf

    Tensor: TypeAlias = tf.Tensor


class Settings(BaseModel):
    """The settings every model has. A model adds its own; all are checked before any job starts."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    steps: int = Field(ge=1, description="optimizer steps")
    batch_size: int = Field(ge=1, description="images a step")
    learning_rate: float = Field(gt=0, le=1)
    frames: int = Field(default=48, ge=2, le=1000, description="snapshots for the animation")
    threads: int = Field(default=1, ge=1, le=64, description="TensorFlow threads; fixes the last bits of sums")
    deterministic: bool = Field(default=True, description="the same bytes each time, against speed on a GPU")
    xla: bool = Field(default=False, description="compile the train step with XLA (GPU; slower on CPU)")


@dataclass(frozen=True)
class DataSpec:
    """What a model needs to know of its data."""

    shape: tuple[int, int, int]  # height, width, channels
    labels: int  # number of classes, 0 where there are none


class Model(ABC):
    """One system: its networks, its optimizers, and one train step that uses both."""

    Settings: ClassVar[type[Settings]]
    conditional: ClassVar[bool] = False  # whether labels steer what is encoded, decoded or generated

    networks: "dict[str, keras.Model]"  # by the paper's name: encoder, decoder, generator, critic, ...
    optimizers: "dict[str, keras.optimizers.Optimizer]"  # built, so that a checkpoint can restore them

    @abstractmethod
    def __init__(self, settings: Settings, data: DataSpec) -> None:
        """Builds networks and optimizers. Weights follow from the seed set beforehand."""

    @abstractmethod
    def train_step(self, images: "Tensor", labels: "Tensor", seed: "Tensor") -> "dict[str, Tensor]":
        """Updates the weights on one batch and returns scalar losses by name. Traced once by ``tf.function``.

        All noise is drawn from ``seed``, which is a function of the run's seed and the step, so that a run resumed
        at any step sees the noise it would have seen.
        """

    def state(self) -> "list[tf.Variable]":
        """Variables beyond networks and optimizers that a resumed run needs, e.g. an image pool."""
        return []


class Classifies(ABC):
    """Names the class of an image. Trained on a dataset, it is that dataset's judge."""

    @abstractmethod
    def logits(self, images: "Tensor") -> "Tensor":
        """(n, labels)."""

    @abstractmethod
    def features(self, images: "Tensor") -> "Tensor":
        """The layer before the logits, (n, d): the space in which Fréchet distances are taken."""


class Encodes(ABC):
    """Maps images to codes."""

    latent_dim: int

    @abstractmethod
    def encode(self, images: "Tensor", labels: "Tensor") -> "Tensor":
        """The code of each image, (n, latent_dim); for a stochastic encoder the mean of q(z|x)."""


class Decodes(ABC):
    """Maps points of a latent space to images; normal quantiles cover that space."""

    latent_dim: int

    @abstractmethod
    def decode(self, latents: "Tensor", labels: "Tensor") -> "Tensor":
        """(n, latent_dim) to images."""


class Generates(Decodes):
    """Decodes points drawn from N(0, I) to new images: the decoder is a generative model."""


class BoundsLikelihood(ABC):
    """Gives importance weights, hence lower bounds on log p(x)."""

    @abstractmethod
    def log_weight(self, images: "Tensor", labels: "Tensor", seed: "Tensor") -> "Tensor":
        """log p(x, z) - log q(z|x) for one z ~ q(z|x) each, (n,), in nats per image. Images are binary."""


class Denoises(ABC):
    """Restores images to which noise was added."""

    noise_stddev: float  # of the Gaussian noise it was trained against, images being in [0, 1]

    @abstractmethod
    def denoise(self, images: "Tensor") -> "Tensor":
        """(n, ...) to the same shape."""


class DetectsAnomalies(ABC):
    """Scores how unlike its training data an image is."""

    held_out_label: int  # the class it has never seen

    @abstractmethod
    def anomaly_score(self, images: "Tensor") -> "Tensor":
        """(n,), higher is stranger."""
