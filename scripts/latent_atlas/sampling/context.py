"""What a sampler is given."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from latent_atlas.backend import tf
from latent_atlas.compiled import Compiled
from latent_atlas.conditions import Arrays as ConditionArrays
from latent_atlas.conditions import Conditions
from latent_atlas.errors import TooFewError
from latent_atlas.latents import to_uint8
from latent_atlas.model import Classifies, Judges, Model, NamesAttributes, Translation
from latent_atlas.prepared import Dataset, Split

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
    shown: int  # conditions that get a picture of their own, at most
    captions: Sequence[str] = ()  # that the user asks for
    prompt: str = ""  # from which the user has text go on
    split: str = "test"  # what is shown and measured; validation to choose settings by

    @cached_property
    def test(self) -> Split:
        """The rows that everything is shown and measured on."""
        return self.data.split(self.split).head(self.samples)

    @cached_property
    def train(self) -> Split:
        """As many training rows at the most."""
        return self.data.split("train").head(self.samples)

    @cached_property
    def validation(self) -> Split:
        """As many validation rows at the most: whatever is chosen is chosen on them."""
        return self.data.split("validation").head(self.samples)

    @cached_property
    def conditions(self) -> Conditions:
        """What steers the model."""
        return Conditions(self.model, self.data, self.shown, self.split)

    @cached_property
    def encode(self) -> Compiled:
        """Images, and conditions if there are any, to codes."""
        return Compiled(self.model.encode)

    @cached_property
    def decode(self) -> Compiled:
        """Latents, and conditions if there are any, to images in [0, 1]."""
        return Compiled(self.model.decode)

    @cached_property
    def styles(self) -> Compiled:
        """Latents and how far each is truncated to styles."""
        return Compiled(self.model.styles)

    @cached_property
    def synthesize(self) -> Compiled:
        """Styles and seeds of their noise to images in [0, 1]."""
        return Compiled(self.model.synthesize)

    def codes(self, rows: Split) -> NDArray[np.float32]:
        """(n, latent_dim) of the images of a split, under their own conditions."""
        return self.encode(rows["images"], *self.conditions.of(rows))

    @cached_property
    def test_codes(self) -> NDArray[np.float32]:
        """(n, latent_dim) of the test images."""
        return self.codes(self.test)

    @cached_property
    def train_codes(self) -> NDArray[np.float32]:
        """(n, latent_dim) of the training images."""
        return self.codes(self.train)

    @cached_property
    def drawn(self) -> tuple[NDArray[np.float32], ConditionArrays]:
        """Latents from the prior, and the conditions they are decoded under."""
        latents = self.random("latents").standard_normal((self.samples, self.model.latent_dim), np.float32)
        return latents, self.conditions.draw(self.samples)

    @cached_property
    def generated(self) -> NDArray[np.uint8]:
        """What the model makes of `drawn`."""
        latents, conditions = self.drawn
        return to_uint8(self.decode(latents, *conditions))

    def translate(self, way: Translation, sources: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Images as the model translates them."""
        return to_uint8(Compiled(partial(self.model.translate, way.name))(sources, self.seeds(len(sources))))

    def translated(self, way: Translation) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
        """The sources of one way among the test images, and their translations."""
        if way.name not in self._translated:
            sources = to_uint8(Compiled(self.model.sources)(np.asarray(self.test[way.source])))
            self._translated[way.name] = sources, self.translate(way, sources)
        return self._translated[way.name]

    @cached_property
    def enlarged(self) -> dict[str, NDArray[np.uint8]]:
        """What others make of the small images that a model enlarges: ``srresnet`` and ``bicubic``, (n, h, w, c)."""
        (way,) = self.model.translations
        sources, translated = self.translated(way)
        bicubic = Compiled(lambda images: tf.image.resize(images, translated.shape[1:3], "bicubic"))
        return {"srresnet": to_uint8(Compiled(self.model.enlarge)(sources)), "bicubic": to_uint8(bicubic(sources))}

    @cached_property
    def _translated(self) -> dict[str, tuple[NDArray[np.uint8], NDArray[np.uint8]]]:
        return {}

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

    def seeds(self, count: int) -> NDArray[np.int32]:
        """A seed for each of some images, (count, 2)."""
        return np.stack([np.full(count, self.seed), np.arange(count)], axis=1).astype(np.int32)


def require(count: int, least: int, what: str) -> None:
    """Refuses to sample from too few rows.

    Raises:
        TooFewError: there are fewer than ``least`` of ``what``.
    """
    if count < least:
        raise TooFewError(f"needs at least {least} {what}, there are {count}")
