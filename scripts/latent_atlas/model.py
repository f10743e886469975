"""What a model is to the rest of the atlas: settings, networks, one train step, and a list of abilities.

A model says what it can do by the classes it inherits (`Classifies`, `Encodes`, ...). Snapshots, samples, figures,
metrics and the report follow from those; nothing else ever asks which model it has. Tensors are float32, images
(n, height, width, channels) in [0, 1], labels int32 (n,), seeds int32 (2,).
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal, TypeAlias

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
    on_instability: Literal["stop", "flag", "ignore"] = Field(
        default="flag", description="what follows when an alarm of the model rings; NaN always stops"
    )

    @property
    def images_per_step(self) -> int:
        """How many images one train step is given; more than ``batch_size`` where a step has several parts."""
        return self.batch_size


@dataclass(frozen=True)
class DataSpec:
    """What a model needs to know of its data."""

    shape: tuple[int, int, int]  # height, width, channels
    labels: int  # number of classes, 0 where there are none
    attributes: int = 0  # number of yes-or-no attributes, 0 where there are none


@dataclass(frozen=True)
class Alarm:
    """A sign in a model's losses that its training has gone wrong: a loss that stays beyond a bound."""

    problem: str  # in words: "the discriminator has won"
    loss: str  # its name among those that `Model.train_step` returns
    below: float = float("-inf")  # it rings while the loss is below this,
    above: float = float("inf")  # or above this


class Model(ABC):
    """One system: its networks, its optimizers, and one train step that uses both."""

    Settings: ClassVar[type[Settings]]
    conditional: ClassVar[bool] = False  # whether labels steer what is encoded, decoded or generated
    supervision: ClassVar[Literal["labels", "attributes"]] = "labels"  # what `train_step` gets beside the images
    alarms: ClassVar[tuple[Alarm, ...]] = ()  # what in its losses says that training has gone wrong

    networks: "dict[str, keras.Model]"  # by the paper's name: encoder, decoder, generator, critic, ...
    optimizers: "dict[str, keras.optimizers.Optimizer]"  # built, so that a checkpoint can restore them

    @abstractmethod
    def __init__(self, settings: Settings, data: DataSpec) -> None:
        """Builds networks and optimizers. Weights follow from the seed set beforehand."""

    @abstractmethod
    def train_step(self, images: "Tensor", labels: "Tensor", seed: "Tensor") -> "dict[str, Tensor]":
        """Updates the weights on one batch and returns scalar losses by name. Traced once by ``tf.function``.

        ``labels`` are int32 (n,), or uint8 (n, attributes) if that is the model's ``supervision``.

        All noise is drawn from ``seed``, which is a function of the run's seed and the step, so that a run resumed
        at any step sees the noise it would have seen.
        """

    def state(self) -> "list[tf.Variable]":
        """Variables beyond networks and optimizers that a resumed run needs, e.g. an image pool."""
        return []


class Judges(ABC):
    """Has learned what matters in an image. Trained on a dataset, it is that dataset's judge."""

    @abstractmethod
    def features(self, images: "Tensor") -> "Tensor":
        """Its last hidden layer, (n, d): the space in which Fréchet distances are taken."""


class Classifies(Judges):
    """Names the class of an image."""

    @abstractmethod
    def logits(self, images: "Tensor") -> "Tensor":
        """(n, labels)."""


class NamesAttributes(Judges):
    """Says of each attribute whether an image has it."""

    @abstractmethod
    def attribute_logits(self, images: "Tensor") -> "Tensor":
        """(n, attributes)."""


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


class MixesStyles(Generates):
    """Generates in two steps, latents to styles and styles to images, with a style for each layer of the second."""

    style_layers: int

    @abstractmethod
    def styles(self, latents: "Tensor", truncation: "Tensor") -> "Tensor":
        """(n, style_layers, d): each image's style, drawn towards the mean style as its ``truncation`` (n,) says."""

    @abstractmethod
    def synthesize(self, styles: "Tensor", seeds: "Tensor") -> "Tensor":
        """Styles to images. What they leave open is drawn from ``seeds`` (n, 2), one for each image."""


class BoundsLikelihood(ABC):
    """Gives importance weights, hence lower bounds on log p(x)."""

    binary: bool = True  # whether x is binary; only then do bounds on binarised images mean something

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
