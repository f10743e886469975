"""What models of text share: the loss, the learning rate over a run, how the next character is drawn, the prompt."""

from typing import TYPE_CHECKING

from pydantic import Field

from latent_atlas import model
from latent_atlas.backend import keras, tf

if TYPE_CHECKING:
    from latent_atlas.model import Tensor

_WARM_UP = 0.05  # of the steps
_LAST_RATE = 0.02  # of the highest learning rate


class Settings(model.Settings):
    """What every model of text may be told."""

    window: int = Field(default=100, ge=2, le=4096, description="characters through which a step learns")
    prompt: str = Field(default="", description="what its texts begin with; by default the test text's first character")
    clip_norm: float = Field(default=1.0, gt=0, description="the gradient of all weights is never longer than this")
    dropout: float = Field(default=0.0, ge=0, lt=1)


def characters(data: model.DataSpec) -> int:
    """How many different ones the text has."""
    return data["text"].size or 0


def cross_entropy(text: "Tensor", logits: "Tensor") -> "Tensor":
    """-log p of each character after the first of int32 (n, w + 1), given logits (n, w, characters): (n, w), nats."""
    return tf.nn.sparse_softmax_cross_entropy_with_logits(labels=text[:, 1:], logits=logits)


def warm_up_and_cosine(settings: Settings) -> "keras.optimizers.schedules.LearningRateSchedule":
    """A learning rate that rises to its highest over the first steps, then falls as half a cosine does.

    Loshchilov & Hutter 2017, "SGDR: Stochastic Gradient Descent with Warm Restarts", eq. 5, one period.
    """
    rising = max(1, round(_WARM_UP * settings.steps))
    return keras.optimizers.schedules.CosineDecay(
        _WARM_UP * settings.learning_rate,
        max(1, settings.steps - rising),
        alpha=_LAST_RATE,
        warmup_target=settings.learning_rate,
        warmup_steps=rising,
    )


def draw_next(logits: "Tensor", temperature: "Tensor", seed: "Tensor") -> "Tensor":
    """Draws a character for each row of logits (n, characters), from softmax(logits / temperature): int32 (n,).

    By the Gumbel maximum; at temperature 0 the likeliest.
    """
    uniform = tf.random.stateless_uniform(tf.shape(logits), seed, 1e-7, 1.0)
    return tf.argmax(logits - temperature * tf.math.log(-tf.math.log(uniform)), axis=1, output_type=tf.int32)
