"""Recurrent network that writes (Graves 2013, "Generating Sequences With Recurrent Neural Networks"; Karpathy 2015).

Layers of LSTM read a text character by character and give the probabilities of the next one:

    loss: -1/T sum_t log p(x_{t+1} | x_1 ... x_t), in nats per character

Training is truncated backpropagation: each step reads the next ``window`` characters of every row, states go on from
the step before, and the gradient ends where the window begins.

Where this differs:

1. what each layer gives is added to what it was given and normalised (Ba et al. 2016, "Layer Normalization") only
   before the softmax; Graves joins all layers to the output instead;
2. ``ngram_order`` above 1 adds a vector for each sequence of up to so many characters, found by a hash (Mikolov et al.
   2011, section IV, where they are weights of the softmax; here they enter the first layer and, past the layers, the
   softmax). Few steps then suffice to learn what n-grams know, and the network learns the rest;
3. Adam with a falling learning rate, where Graves uses RMSprop.
"""

from typing import TYPE_CHECKING

from pydantic import Field

from latent_atlas import model
from latent_atlas.blocks import language
from latent_atlas.blocks.layers import dropout

if TYPE_CHECKING:
    from keras import KerasTensor


class Settings(language.Settings):
    """The recurrent network's own settings."""

    units: int = Field(default=128, ge=1, description="of each layer")
    layers: int = Field(default=2, ge=1, le=8)


class TextRNN(language.LanguageModel):
    """An LSTM over characters."""

    Settings = Settings

    def __init__(self, settings: Settings, data: model.DataSpec) -> None:
        from latent_atlas.blocks import language_layers as layers

        carried = [language.Carried((settings.ngram_order - 1,), "int32", -1)]
        carried += [language.Carried((settings.units,))] * (2 * settings.layers)

        def read(x: "KerasTensor", *states: "KerasTensor") -> "tuple[KerasTensor, list[KerasTensor]]":
            after = []
            for h, c in zip(states[::2], states[1::2], strict=True):
                y, *state = layers.LSTM(settings.units, settings.units)(x, h, c)
                x = x + dropout(y, settings.dropout)
                after += state
            return x, after

        self.start(settings, language.network(settings, data, settings.units, carried, read), carried)
