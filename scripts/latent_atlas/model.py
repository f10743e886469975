"""What a model is to the rest of the atlas: settings, networks, one train step, and a list of abilities.

A model says what it can do by the classes it inherits (`Classifies`, `Encodes`, ...). Snapshots, samples, figures,
metrics and the report follow from those; nothing else ever asks which model it has. Tensors are float32, images
(n, height, width, channels) in [0, 1], labels int32 (n,), seeds int32 (2,).
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal, Self, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, model_validator

from latent_atlas.columns import DataSpec

if TYPE_CHECKING:
    import keras
    import tensorflow as tf

    Tensor: TypeAlias = tf.Tensor
    Batch: TypeAlias = dict[str, Tensor]


WarmUp = Annotated[float, Field(ge=0, lt=1, description="first part of the run, in which learning rates rise")]
Decay = Annotated[float, Field(ge=0, le=1, description="last part of the run, in which learning rates fall to zero")]


class Settings(BaseModel):
    """The settings every model has. A model adds its own; all are checked before any job starts."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    steps: int = Field(ge=1, description="optimizer steps")
    batch_size: int = Field(ge=1, description="rows a step")
    learning_rate: float = Field(gt=0, le=1)
    frames: int = Field(default=48, ge=2, le=1000, description="snapshots for the animation")
    threads: int = Field(default=1, ge=1, le=64, description="TensorFlow threads; fixes the last bits of sums")
    deterministic: bool = Field(default=True, description="the same bytes each time, against speed on a GPU")
    xla: bool = Field(default=False, description="compile the train step with XLA (GPU; slower on CPU)")
    devices: int = Field(default=1, ge=1, le=64, description="GPUs that share each batch; without one, parts of a CPU")
    mixed_precision: bool = Field(default=False, description="train with layers that compute in bfloat16")
    on_instability: Literal["stop", "flag", "ignore"] = Field(
        default="flag", description="what follows when an alarm of the model rings; NaN always stops"
    )

    @model_validator(mode="after")
    def _batch_can_be_shared(self) -> Self:
        if self.batch_size % self.devices:
            raise ValueError(f"batch_size {self.batch_size} must be a multiple of devices, {self.devices}")
        if self.devices > 1 and self.xla:
            raise ValueError("xla compiles for one device; set xla to false, or devices to 1")
        return self

    @property
    def images_per_step(self) -> int:
        """How many rows one train step is given; more than ``batch_size`` where a step has several parts."""
        return self.batch_size


class ScheduledSettings(Settings):
    """Those of models whose learning rates can rise at the beginning of a run and fall at its end."""

    warm_up: WarmUp = 0.0
    decay: Decay = 0.0


@dataclass(frozen=True)
class Alarm:
    """A sign in a model's losses that its training has gone wrong: a loss that stays beyond a bound."""

    problem: str  # in words: "the discriminator has won"
    loss: str  # its name among those that `Model.train_step` returns
    below: float = float("-inf")  # it rings while the loss is below this,
    above: float = float("inf")  # or above this
    warm_up: float = 0.0  # share of the run, at its beginning, in which it is silent


@dataclass(frozen=True)
class Before:
    """What exists before training begins."""

    teacher: "Model | None" = None  # the trained network that the experiment names
    files: Mapping[str, Path] = field(default_factory=dict)  # pretrained weights, by the name of their column


class Model(ABC):
    """One system: its networks, its optimizers, and one train step that uses both."""

    Settings: ClassVar[type[Settings]]
    reads: ClassVar[tuple[str, ...]] = ("images",)  # the columns that `train_step` is given
    condition: ClassVar[str | None] = None  # the column that steers what is encoded, decoded or generated
    teacher: ClassVar[type | None] = None  # the ability of the trained network without which it cannot train
    traced = True  # whether the train step becomes one graph; False where a library of Python's calls the loss
    alarms: ClassVar[tuple[Alarm, ...]] = ()  # what in its losses says that training has gone wrong

    networks: "dict[str, keras.Model]"  # by the paper's name: encoder, decoder, generator, critic, ...
    optimizers: "dict[str, keras.optimizers.Optimizer]"  # built, so that a checkpoint can restore them

    @abstractmethod
    def __init__(self, settings: Settings, data: DataSpec) -> None:
        """Builds networks and optimizers. Weights follow from the seed set beforehand."""

    @abstractmethod
    def train_step(self, batch: "Batch", seed: "Tensor") -> "dict[str, Tensor]":
        """Updates the weights on one batch and returns scalar losses by name.

        Traced once by ``tf.function`` without AutoGraph, which would take half a second in each job: what depends on
        the value of a tensor is written with ``tf.cond`` or ``tf.while_loop``. So are encoding, decoding and the like.

        Args:
            batch: the columns that the model `reads`. Images, pictures: float32 in [0, 1]; labels: int32 (n,);
                attributes: float32 (n, attributes) of 0 and 1; captions: int32 (n, words); text: int32
                (n, window + 1), each row going on where it ended in the batch before, and ``<column>_begins``,
                bool (): whether it does not.
            seed: all noise is drawn from it. It is a function of the run's seed and the step, so that a run resumed
                at any step sees the noise it would have seen.
        """

    @classmethod
    def columns(cls, settings: Settings) -> tuple[str, ...]:
        """The columns that it reads under these settings."""
        return cls.reads

    @classmethod  # noqa: B027  # most models take any data
    def check(cls, settings: Settings, data: DataSpec) -> None:
        """Refuses data that it cannot learn from though the columns are there. Called before any job, if it can be.

        Raises:
            AtlasError: what is wrong and what would do, without the name of the experiment.
        """

    def prepare(self, before: Before) -> None:  # noqa: B027
        """Takes over what exists before training; called before the first step of a run, resumed or not."""

    def begin(self, batch: "Batch") -> None:  # noqa: B027
        """Sets what depends on the data, such as a picture to begin with; called once, with the first batch."""

    def saved(self) -> "dict[str, tf.Variable]":
        """What is saved as the result, by name: by default the weights of all networks."""
        return {
            f"{name}/{index:03d}_{variable.name}": variable
            for name, network in self.networks.items()
            for index, variable in enumerate(network.weights)
        }

    def state(self) -> "list[tf.Variable]":
        """Variables beyond networks, optimizers and result that a resumed run needs, e.g. an image pool."""
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


class NamesRotations(Judges):
    """Names how far an image has been turned, which it learned without classes."""

    @abstractmethod
    def rotation_logits(self, images: "Tensor") -> "Tensor":
        """(n, 4), for counter-clockwise turns by 0, 90, 180 and 270 degrees."""


class MapsFeatures(Judges):
    """Shows what its convolutions find, place by place: a teacher for losses that compare images by features."""

    @abstractmethod
    def feature_maps(self, images: "Tensor") -> "list[Tensor]":
        """The activations of each convolution, (n, h, w, channels), from the image inwards."""


class Encodes(ABC):
    """Maps images to codes."""

    latent_dim: int

    @abstractmethod
    def encode(self, images: "Tensor", *condition: "Tensor") -> "Tensor":
        """The code of each image, (n, latent_dim); for a stochastic encoder the mean of q(z|x).

        ``condition`` is one tensor (n, ...) if the model has a `Model.condition`, else nothing.
        """


class Decodes(ABC):
    """Maps points of a latent space to images; normal quantiles cover that space."""

    latent_dim: int

    @abstractmethod
    def decode(self, latents: "Tensor", *condition: "Tensor") -> "Tensor":
        """(n, latent_dim) to images, under a condition as in `Encodes.encode`."""


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


class Illustrates(Generates):
    """Generates from captions in two steps, captions to embeddings and those to images; images have embeddings too.

    Embeddings have length 1. The nearer those of an image and of a caption, the better the two match.
    """

    @abstractmethod
    def embed(self, captions: "Tensor") -> "Tensor":
        """Captions int32 (n, words) to (n, d)."""

    @abstractmethod
    def embed_images(self, images: "Tensor") -> "Tensor":
        """Images to (n, d)."""

    @abstractmethod
    def draw(self, latents: "Tensor", texts: "Tensor") -> "Tensor":
        """Latents and embeddings of captions, or points between such, to images."""

    def decode(self, latents: "Tensor", *condition: "Tensor") -> "Tensor":
        return self.draw(latents, self.embed(*condition))


class BoundsLikelihood(ABC):
    """Gives importance weights, hence lower bounds on log p(x)."""

    binary: bool = True  # whether x is binary; only then do bounds on binarised images mean something

    @abstractmethod
    def log_weight(self, images: "Tensor", seed: "Tensor", *condition: "Tensor") -> "Tensor":
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


@dataclass(frozen=True)
class Translation:
    """One direction of a translation: from the images of one column to those of another.

    Where both columns have one order, the target's row is the truth for the source's; they may be the same column.
    """

    name: Literal["ab", "ba"]
    source: str
    target: str


class Translates(ABC):
    """Maps images of one domain to another."""

    translations: ClassVar[tuple[Translation, ...]]

    def sources(self, images: "Tensor") -> "Tensor":
        """What translations begin with: images of a source column, made small where the model enlarges them."""
        return images

    @abstractmethod
    def translate(self, name: str, images: "Tensor", seeds: "Tensor") -> "Tensor":
        """What `sources` made of images of the translation's source, to images of its target.

        What the source leaves open, such as dropout when drawing, is drawn from ``seeds`` (n, 2).
        """


class SuperResolves(Translates):
    """Enlarges images, first for the least error in pixels, then to look real, and keeps the network of both."""

    @abstractmethod
    def enlarge(self, images: "Tensor") -> "Tensor":
        """What the network makes of `sources` that was trained for the least squared error alone."""


class Writes(ABC):
    """Writes text character by character."""

    @abstractmethod
    def write(self, prompts: "Tensor", temperature: "Tensor", seed: "Tensor", length: int) -> "Tensor":
        """Goes on from prompts int32 (n, p), p >= 1: int32 (n, length), the characters after them.

        A temperature () below 1 prefers likely characters, at 0 it takes the likeliest.
        """

    @abstractmethod
    def nats(self, text: "Tensor") -> "Tensor":
        """-log p of each character after the first of text int32 (n, w + 1), given those before it: (n, w)."""


class Paints(ABC):
    """Its weights are pictures: what is optimised is what is shown."""

    made_from: tuple[tuple[str, ...], ...] = ()  # of each picture, the columns that it was made from

    @abstractmethod
    def pictures(self) -> "Tensor":
        """(n, height, width, 3) in [0, 1]."""

    def measured(self, batch: "Batch") -> "dict[str, Tensor]":
        """How far it came in what it optimises, by names that `sampling.samplers` lists; called after `prepare`."""
        return {}
