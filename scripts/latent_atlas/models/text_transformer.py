"""A small causal Transformer over characters (Vaswani et al. 2017; Radford et al. 2018, GPT).

Loss: -log p(c_{t+1} | c_1 ... c_t), mean over the batch and the window, in nats. Each character attends to those before
it within the window; there is no state beyond, and nothing is carried over from batch to batch. Adam with beta2 = 0.99,
a learning rate that rises first and then falls as half a cosine does, and a limit to the length of the gradient.

``blocks/transformer_layers.py`` says how the layers differ from those of 2017.
"""

from typing import TYPE_CHECKING

from pydantic import Field

from latent_atlas import model
from latent_atlas.backend import tf
from latent_atlas.blocks import language
from latent_atlas.blocks.optimizers import adam, descend
from latent_atlas.errors import AtlasError

if TYPE_CHECKING:
    from latent_atlas.model import Batch, Tensor


class Settings(language.Settings):
    """The Transformer's own settings."""

    width: int = Field(default=128, ge=2, description="features of each character")
    heads: int = Field(default=4, ge=1, description="attentions side by side")
    layers: int = Field(default=3, ge=1, le=48)


class TextTransformer(model.Model, model.Writes):
    """One network."""

    Settings = Settings
    reads = ("text",)

    @classmethod
    def check(cls, settings: Settings, data: model.DataSpec) -> None:
        if settings.width % (2 * settings.heads):
            raise AtlasError(f"width: {settings.width} cannot be divided by twice the {settings.heads} heads")

    def __init__(self, settings: Settings, data: model.DataSpec) -> None:
        from latent_atlas.blocks.transformer_layers import Transformer  # loads Keras

        self.prompt = settings.prompt
        self.network = Transformer(
            language.characters(data),
            settings.width,
            settings.heads,
            settings.layers,
            settings.window,
            settings.dropout,
        )
        self.networks = {"transformer": self.network}
        rate = language.warm_up_and_cosine(settings)
        self.optimizers = {"transformer": adam(rate, self.network, beta_2=0.99, global_clipnorm=settings.clip_norm)}

    def train_step(self, batch: "Batch", seed: "Tensor") -> "dict[str, Tensor]":
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(self._nats(batch["text"], training=True))
        descend(self.optimizers["transformer"], tape, loss, self.network)
        return {"nats_per_character": loss}

    def nats(self, text: "Tensor") -> "Tensor":
        return self._nats(text, training=False)

    def _nats(self, text: "Tensor", training: bool) -> "Tensor":
        logits, _ = self.network(text[:, :-1], self.network.nothing(tf.shape(text)[0], 0), training=training)
        return language.cross_entropy(text, logits)

    def write(self, prompts: "Tensor", temperature: "Tensor", seed: "Tensor", length: int) -> "Tensor":
        seeds, (count, read) = tf.random.split(seed, length), tf.unstack(tf.shape(prompts))
        written = tf.TensorArray(tf.int32, length)
        logits, memory = self.network(prompts, self.network.nothing(count, self.network.window - 1))
        logits = logits[:, -1:]
        for place in tf.range(length):
            character = language.draw_next(logits[:, -1], temperature, seeds[place])
            written = written.write(place, character)
            logits, memory = self.network(character[:, None], memory, first=read + place)
        return tf.transpose(written.stack())
