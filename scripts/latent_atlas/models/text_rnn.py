"""Recurrent network over characters (Karpathy 2015, char-rnn; Graves 2013, "Generating Sequences With RNNs").

    h_t = GRU(embedding(c_t), h_{t-1})        p(c_{t+1} | c_1 ... c_t) = softmax(W h_t + b)

Loss: -log p(c_{t+1} | c_1 ... c_t), mean over the batch and the window, in nats. Each row of a batch begins in the text
where it ended in the step before, and the state is carried over: the network remembers beyond the window, though the
gradient ends at its border (truncated backpropagation through time; Graves 2013, section 2). The length of the gradient
is limited (Pascanu et al. 2013). Units are gated recurrent ones (Cho et al. 2014).

Where this differs from char-rnn: gated recurrent units in place of LSTM, an embedding in place of one-hot characters,
and Adam with a learning rate that rises first and then falls as half a cosine does.
"""

from typing import TYPE_CHECKING

from pydantic import Field

from latent_atlas import model
from latent_atlas.backend import keras, tf
from latent_atlas.blocks import language
from latent_atlas.blocks.optimizers import adam, descend

if TYPE_CHECKING:
    from latent_atlas.model import Batch, Tensor


class Settings(language.Settings):
    """The recurrent network's own settings."""

    embedding: int = Field(default=64, ge=1, description="numbers that stand for a character")
    units: int = Field(default=256, ge=1, description="of each recurrent layer")
    layers: int = Field(default=1, ge=1, le=8)


class TextRNN(model.Model, model.Writes):
    """One network: characters and state to logits and the state after them."""

    Settings = Settings
    reads = ("text",)

    def __init__(self, settings: Settings, data: model.DataSpec) -> None:
        self.settings, self.prompt = settings, settings.prompt
        self.network = network(settings, language.characters(data))
        self.networks = {"rnn": self.network}
        rate = language.warm_up_and_cosine(settings)
        self.optimizers = {"rnn": adam(rate, self.network, global_clipnorm=settings.clip_norm)}
        shape = (settings.batch_size, settings.units)
        self.carried = [tf.Variable(tf.zeros(shape), trainable=False) for _ in range(settings.layers)]

    def train_step(self, batch: "Batch", seed: "Tensor") -> "dict[str, Tensor]":
        text = batch["text"]
        kept = 1.0 - tf.cast(batch["text_begins"], tf.float32)
        with tf.GradientTape() as tape:
            logits, *after = self.network([text[:, :-1], *(kept * state for state in self.carried)], training=True)
            loss = tf.reduce_mean(language.cross_entropy(text, logits))
        descend(self.optimizers["rnn"], tape, loss, self.network)
        for state, new in zip(self.carried, after, strict=True):
            state.assign(new)
        return {"nats_per_character": loss}

    def state(self) -> "list[tf.Variable]":
        return self.carried

    def nats(self, text: "Tensor") -> "Tensor":
        logits, *_ = self.network([text[:, :-1], *self._silence(text)], training=False)
        return language.cross_entropy(text, logits)

    def write(self, prompts: "Tensor", temperature: "Tensor", seed: "Tensor", length: int) -> "Tensor":
        def step(before: "tuple[Tensor, ...]", own: "Tensor") -> "tuple[Tensor, ...]":
            character = language.draw_next(before[1], temperature, own)
            logits, *state = self.network([character[:, None], *before[2:]], training=False)
            return character, logits[:, -1], *state

        logits, *state = self.network([prompts, *self._silence(prompts)], training=False)
        first = prompts[:, -1], logits[:, -1], *state
        return tf.transpose(tf.scan(step, tf.random.split(seed, length), first)[0])

    def _silence(self, text: "Tensor") -> "list[Tensor]":
        """The state before anything was read."""
        return [tf.zeros((tf.shape(text)[0], self.settings.units)) for _ in self.carried]


def network(settings: Settings, characters: int) -> "keras.Model":
    """Characters int32 (n, w) and the state of each layer (n, units) to logits (n, w, characters) and new states."""
    text = keras.Input((None,), dtype="int32", name="text")
    states = [keras.Input((settings.units,), name=f"state_{layer}") for layer in range(settings.layers)]
    x = keras.layers.Dropout(settings.dropout)(keras.layers.Embedding(characters, settings.embedding)(text))
    after = []
    for state in states:
        x, new = keras.layers.GRU(settings.units, return_sequences=True, return_state=True)(x, initial_state=state)
        x = keras.layers.Dropout(settings.dropout)(x)
        after.append(new)
    return keras.Model([text, *states], [keras.layers.Dense(characters, name="logits")(x), *after], name="rnn")
