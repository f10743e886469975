"""Transformer that writes (Vaswani et al. 2017; Radford et al. 2019, "GPT-2"; Dai et al. 2019, "Transformer-XL").

Blocks of attention and of two dense layers read a text and give the probabilities of the next character:

    x <- x + attention(norm(x))      x <- x + W2 gelu(W1 norm(x))
    loss: -1/T sum_t log p(x_{t+1} | x_1 ... x_t), in nats per character

Normalisation stands before each part, as in GPT-2 (section 2.3). Positions are rotary (Su et al. 2021). Attention
reaches ``window`` characters back, into the windows before by their keys and values, as in Transformer-XL (section
3.2): so it reads with full reach from a window's first character on, and writes a character at a constant cost.

Where this differs:

1. Transformer-XL keeps hidden states and computes keys and values anew; here keys and values are kept, which are of the
   weights before the last step;
2. rotary positions where GPT-2 learns a vector for each, and Transformer-XL one for each distance;
3. no biases in attention, and parts begin as nothing (their last weights are 0), so that no warm-up is needed;
4. ``ngram_order`` above 1 adds a vector for each sequence of up to so many characters, found by a hash (after Mikolov
   et al. 2011, section IV).
"""

from typing import TYPE_CHECKING

from pydantic import Field

from latent_atlas import model
from latent_atlas.backend import keras
from latent_atlas.blocks import language
from latent_atlas.blocks.layers import dropout
from latent_atlas.errors import AtlasError

if TYPE_CHECKING:
    from keras import KerasTensor


class Settings(language.Settings):
    """The Transformer's own settings."""

    units: int = Field(default=128, ge=2, description="of each character's vector")
    layers: int = Field(default=4, ge=1, le=24)
    heads: int = Field(default=4, ge=1)


class TextTransformer(language.LanguageModel):
    """A Transformer over characters."""

    Settings = Settings

    @classmethod
    def check(cls, settings: Settings, data: model.DataSpec) -> None:  # type: ignore[override]
        super().check(settings, data)
        if settings.units % (2 * settings.heads):
            raise AtlasError(f"units {settings.units} must be a multiple of twice the heads, {2 * settings.heads}")

    def __init__(self, settings: Settings, data: model.DataSpec) -> None:
        from latent_atlas.blocks import language_layers as layers

        units, reach = settings.units, settings.window
        carried = [language.Carried((settings.ngram_order - 1,), "int32", -1), language.Carried((reach,))]
        carried += [language.Carried((reach, units))] * (2 * settings.layers)

        def read(
            x: "KerasTensor", known: "KerasTensor", *cache: "KerasTensor"
        ) -> "tuple[KerasTensor, list[KerasTensor]]":
            after = [layers.Known()(x, known)]
            for keys, values in zip(cache[::2], cache[1::2], strict=True):
                norm = keras.layers.LayerNormalization(epsilon=1e-5)
                y, *memory = layers.Attention(units, settings.heads, reach)(norm(x), keys, values, known)
                x = x + dropout(y, settings.dropout)
                y = keras.layers.Dense(4 * units, activation="gelu")(keras.layers.LayerNormalization(epsilon=1e-5)(x))
                x = x + dropout(keras.layers.Dense(units, kernel_initializer="zeros")(y), settings.dropout)
                after += memory
            return x, after

        self.start(settings, language.network(settings, data, units, carried, read), carried)
