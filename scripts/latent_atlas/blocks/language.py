"""Language models over characters: how a network that carries what it has read is trained, asked and made to write.

The network maps ``[characters int32 (n, t), *carried]`` to ``[logits (n, t, characters), *carried]``. What is carried
begins as `beginnings` say, and is the same whether a text is read at once, in pieces or character by character.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from pydantic import Field

from latent_atlas import model
from latent_atlas.backend import keras, tf
from latent_atlas.blocks.optimizers import adam, scheduled
from latent_atlas.errors import AtlasError

if TYPE_CHECKING:
    from keras import KerasTensor

    from latent_atlas.model import Batch, Tensor


class Settings(model.ScheduledSettings):
    """The settings of every language model."""

    warm_up: model.WarmUp = 0.1
    decay: model.Decay = 0.5
    window: int = Field(default=64, ge=2, le=4096, description="characters through which a step's gradient flows")
    clip: float = Field(default=1.0, gt=0, description="the gradient's largest norm")
    dropout: float = Field(default=0.0, ge=0, lt=1)
    ngram_order: int = Field(default=1, ge=1, le=12, description="characters of the longest sequence with a vector")
    ngram_dropout: float = Field(default=0.0, ge=0, lt=1, description="how often such a vector is left out")
    ngram_rows: int = Field(default=1 << 15, ge=1, le=1 << 22, description="vectors for the sequences of each length")


class Carried(NamedTuple):
    """One tensor that is carried from piece to piece: its shape without the batch, and what it begins with."""

    shape: tuple[int, ...]
    dtype: str = "float32"
    value: float = 0.0

    def begin(self, rows: "Tensor | int") -> "Tensor":
        """(rows, ...), nothing read yet."""
        return tf.fill((rows, *self.shape), tf.cast(self.value, self.dtype))


class LanguageModel(model.Model, model.Writes):
    """What language models share once their network is built: truncated backpropagation (Williams & Peng 1990).

    Every step reads ``window`` characters of each row and learns from them; what the network carries goes on from the
    step before where the text does, and the gradient ends there. Gradients are clipped by their norm (Pascanu et al.
    2013). By default the learning rate rises for a tenth of the steps, and falls linearly to 0 in the second half.
    """

    reads = ("text",)

    @classmethod
    def check(cls, settings: model.Settings, data: model.DataSpec) -> None:
        if data["text"].size == 1:
            raise AtlasError("the text repeats a single character; there is nothing to learn")

    def start(self, settings: Settings, network: "keras.Model", beginnings: Sequence[Carried]) -> None:
        """Completes a model: its optimizer, and what it carries from step to step."""
        self.settings, self.network, self.beginnings = settings, network, tuple(beginnings)
        self.networks = {"network": network}
        self.optimizers = {"network": adam(scheduled(settings), network, beta_2=0.99)}
        self.carried = [tf.Variable(each.begin(settings.batch_size), trainable=False) for each in beginnings]

    def state(self) -> "list[tf.Variable]":
        return self.carried

    def train_step(self, batch: "Batch", seed: "Tensor") -> "dict[str, Tensor]":
        text, rows = batch["text"], self.settings.batch_size
        carried = [tf.where(batch["text_begins"], each.begin(rows), variable)
                   for each, variable in zip(self.beginnings, self.carried, strict=True)]  # fmt: skip
        variables = self.network.trainable_variables
        with tf.GradientTape() as tape:
            logits, *carried = self.network([text[:, :-1], *carried], training=True)
            loss = tf.reduce_mean(cross_entropy(logits, text))
        for variable, value in zip(self.carried, carried, strict=True):
            variable.assign(value)
        # A row that was looked up several times has one gradient, their sum: the norm is of that.
        gradients = [tf.convert_to_tensor(gradient) for gradient in tape.gradient(loss, variables)]
        gradients, norm = clipped(gradients, self.settings.clip)
        self.optimizers["network"].apply(gradients, variables)
        return {"nats_per_character": loss, "gradient_norm_before_clipping": norm}

    def nats(self, text: "Tensor") -> "Tensor":
        piece, length = self.settings.window, tf.shape(text)[1] - 1
        pieces = -(-length // piece)
        padded = tf.pad(text, [[0, 0], [0, pieces * piece - length]])
        carried = [each.begin(tf.shape(text)[0]) for each in self.beginnings]

        def read(index: "Tensor", found: "tf.TensorArray", *carried: "Tensor") -> "tuple[Any, ...]":
            part = padded[:, index * piece : (index + 1) * piece + 1]
            logits, *carried = self.network([part[:, :-1], *carried], training=False)
            return index + 1, found.write(index, tf.transpose(cross_entropy(logits, part))), *carried

        found = tf.while_loop(
            lambda index, *_: index < pieces, read, (0, tf.TensorArray(tf.float32, pieces), *carried)
        )[1]
        return tf.transpose(tf.reshape(found.stack(), (pieces * piece, -1)))[:, :length]

    def write(self, prompts: "Tensor", temperature: "Tensor", seed: "Tensor", length: int) -> "Tensor":
        carried = [each.begin(tf.shape(prompts)[0]) for each in self.beginnings]
        logits, *carried = self.network([prompts, *carried], training=False)

        def add(place: "Tensor", logits: "Tensor", written: "tf.TensorArray", *carried: "Tensor") -> "tuple[Any, ...]":
            last = draw(logits, temperature, tf.random.experimental.stateless_fold_in(seed, place))
            logits, *carried = self.network([last[:, None], *carried], training=False)
            return place + 1, logits[:, -1], written.write(place, last), *carried

        start = 0, logits[:, -1], tf.TensorArray(tf.int32, length), *carried
        return tf.transpose(tf.while_loop(lambda place, *_: place < length, add, start)[2].stack())


def network(
    settings: Settings,
    data: model.DataSpec,
    units: int,
    carried: Sequence[Carried],
    read: "Callable[..., tuple[KerasTensor, list[KerasTensor]]]",
) -> "keras.Model":
    """Vectors of characters, what ``read`` makes of them with what is carried, and the softmax's logits.

    The first that is carried are the last characters.
    """
    from latent_atlas.blocks.language_layers import NgramEmbedding

    size = data["text"].size or 1
    characters = keras.Input((None,), dtype="int32")
    recent, *others = (keras.Input(each.shape, dtype=each.dtype) for each in carried)
    x, last = NgramEmbedding(size, units, settings.ngram_order, settings.ngram_rows, settings.ngram_dropout)(
        characters, recent
    )
    x, after = read(x, *others)
    logits = keras.layers.Dense(size)(keras.layers.LayerNormalization(epsilon=1e-5)(x))
    return keras.Model([characters, recent, *others], [logits, last, *after])


def cross_entropy(logits: "Tensor", text: "Tensor") -> "Tensor":
    """-log p of each character after the first: logits (n, t, characters) and text (n, t + 1) to (n, t)."""
    return tf.nn.sparse_softmax_cross_entropy_with_logits(labels=text[:, 1:], logits=logits)


def clipped(gradients: "list[Tensor]", longest: float) -> "tuple[list[Tensor], Tensor]":
    """Gradients together no longer than ``longest`` (Pascanu et al. 2013, section 3.2), and how long they were before.

    Those that are short enough are returned as they are: to multiply a large table by 1 takes time too.
    """
    norm = tf.linalg.global_norm(gradients)
    return tf.cond(norm > longest, lambda: [each * (longest / norm) for each in gradients], lambda: gradients), norm


def draw(logits: "Tensor", temperature: "Tensor", seed: "Tensor") -> "Tensor":
    """A character for each row of logits (n, characters): from softmax(logits / temperature), at 0 the likeliest.

    The largest of logits / temperature + Gumbel noise is such a draw (Gumbel 1954); multiplied by the temperature it
    needs no division by 0.
    """
    uniform = tf.random.stateless_uniform(tf.shape(logits), seed, minval=1e-7)
    return tf.argmax(logits - temperature * tf.math.log(-tf.math.log(uniform)), axis=-1, output_type=tf.int32)
