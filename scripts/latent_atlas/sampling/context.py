"""What a sampler is given."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from latent_atlas.compiled import Compiled
from latent_atlas.datasets.processed import Dataset, Split
from latent_atlas.model import Classifies, Judges, Model, NamesAttributes

Arrays = dict[str, NDArray[Any]]


@dataclass
class Context:
    """One trained model, its twin before training, its data and its judge."""

    model: Any  # a Model with whatever abilities it has
    untrained: Any
    judge: Model | None  # trained on the same dataset, None if the model judges itself
    data: Dataset
    seed: int
    samples: int
    importance_samples: int
    likelihood_images: int

    @cached_property
    def test(self) -> Split:
        """The test images that everything is shown and measured on."""
        return self.data.split("test").head(self.samples)

    @cached_property
    def train(self) -> Split:
        """As many training images at the most."""
        return self.data.split("train").head(self.samples)

    @cached_property
    def validation(self) -> Split:
        """As many validation images at the most: whatever is chosen is chosen on them."""
        return self.data.split("validation").head(self.samples)

    @cached_property
    def encode(self) -> Compiled:
        """Images and labels to codes."""
        return Compiled(self.model.encode)

    @cached_property
    def decode(self) -> Compiled:
        """Latents and labels to images."""
        return Compiled(self.model.decode)

    @cached_property
    def test_codes(self) -> NDArray[np.float32]:
        """(n, latent_dim) of the test images, under their labels."""
        return self.encode(self.test.images, self.test.labels)

    @cached_property
    def train_codes(self) -> NDArray[np.float32]:
        """(n, latent_dim) of the training images, under their labels."""
        return self.encode(self.train.images, self.train.labels)

    @cached_property
    def judge_features(self) -> Compiled:
        """Images to the judge's features."""
        assert isinstance(self.judge, Judges)
        return Compiled(self.judge.features)

    @cached_property
    def _judge_logits(self) -> Compiled:
        assert isinstance(self.judge, Classifies)
        return Compiled(self.judge.logits)

    def judge_labels(self, images: NDArray[np.uint8]) -> NDArray[np.int32]:
        """What the judge takes each image for."""
        return self._judge_logits(images).argmax(axis=1).astype(np.int32)

    @cached_property
    def _judge_attribute_logits(self) -> Compiled:
        assert isinstance(self.judge, NamesAttributes)
        return Compiled(self.judge.attribute_logits)

    def judge_attributes(self, images: NDArray[np.uint8]) -> NDArray[np.float32]:
        """How probable the judge finds each attribute of each image, (n, attributes)."""
        return 1 / (1 + np.exp(-self._judge_attribute_logits(images)))

    def random(self, purpose: str) -> np.random.Generator:
        """A stream of random numbers that is this purpose's own: adding a sampler changes no other's numbers."""
        return np.random.default_rng([self.seed, *purpose.encode()])

    def labels(self, count: int) -> NDArray[np.int32]:
        """Labels 0, 1, 2, ... in turn: every class the same number of times; zeros where there are no classes."""
        return np.arange(count, dtype=np.int32) % max(1, self.data.spec.labels)
