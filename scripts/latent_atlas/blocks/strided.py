"""The generator and the discriminator of DCGAN (Radford et al. 2016, section 3 and figure 1), for other sizes too.

No pooling and no hidden dense layers: the generator enlarges by fractionally strided 5x5 convolutions, the
discriminator reduces by strided ones, and weights begin as N(0, 0.02). The paper's images are 64x64; here
the sides double from 4 to 8 up to those of the data. Images go in and out in [0, 1]; inside, they are in [-1, 1].
"""

import math
from typing import TYPE_CHECKING, Any, Literal

from latent_atlas.backend import keras
from latent_atlas.blocks.layers import batch_norm, strided_convolution, transposed_convolution, upsampled_convolution
from latent_atlas.blocks.networks import smallest, stages
from latent_atlas.model import DataSpec

if TYPE_CHECKING:
    from keras import KerasTensor, Model

Normalization = Literal["batch", "layer", "none"]

_KERNEL = 5
_STDDEV = 0.02
_MOMENTUM = 0.9  # of the moving averages of batch normalisation: adversarial networks move fast


def strided_generator(
    data: DataSpec,
    width: int,
    latent_dim: int,
    kernel: int = _KERNEL,
    modulated: bool = False,
    resized: bool = False,
) -> "Model":
    """Latents to images: ReLU and batch normalisation throughout, tanh and no normalisation at the end.

    ``width`` is the number of channels nearest to the image; it doubles at each stage inwards. In a ``modulated``
    generator the latents also scale and shift what each normalisation gives (de Vries et al. 2017, eq. 4 and 5). A
    ``resized`` one repeats pixels before a convolution with stride 1, which leaves no chequered pattern (Odena et al.
    2016, "Deconvolution and Checkerboard Artifacts").
    """
    count, sides = stages(data), smallest(data)
    channels = width << (count - 1)
    latent = keras.Input((latent_dim,), name="latent")

    def activate(x: "KerasTensor") -> "KerasTensor":
        x = _normalize(x, "batch")
        return keras.layers.ReLU()(_modulate(x, latent) if modulated else x)

    def enlarge(x: "KerasTensor", channels: int, **settings: Any) -> "KerasTensor":
        convolution = upsampled_convolution if resized else transposed_convolution
        return convolution(x, channels, kernel, kernel_initializer=_normal(), **settings)

    x = keras.layers.Dense(sides[0] * sides[1] * channels, use_bias=False, kernel_initializer=_normal())(latent)
    x = activate(keras.layers.Reshape((*sides, channels))(x))
    for stage in reversed(range(count - 1)):
        x = activate(enlarge(x, width << stage, use_bias=False))
    x = enlarge(x, data.shape[2], activation="tanh")
    return keras.Model([latent], keras.layers.Rescaling(0.5, 0.5, name="image")(x), name="generator")


def strided_discriminator(data: DataSpec, width: int, normalization: Normalization) -> "Model":
    """Images to one logit each, (n, 1): leaky ReLU throughout, normalisation except next to the image.

    ``layer`` normalises each image by itself, for critics whose gradient is penalised image by image.
    """
    image = keras.Input(data.shape, name="image")
    x = strided_features(image, data, width, normalization)
    logits = keras.layers.Dense(1, kernel_initializer=_normal(), name="logits")(keras.layers.Flatten()(x))
    return keras.Model([image], logits, name="discriminator")


def strided_features(
    image: "KerasTensor", data: DataSpec, width: int, normalization: Normalization, kernel: int = _KERNEL
) -> "KerasTensor":
    """What the discriminator knows of images before its logit: feature maps with sides of 4 to 8."""
    x = keras.layers.Rescaling(2.0, -1.0)(image)
    for stage in range(stages(data)):
        here = "none" if stage == 0 else normalization
        bias = here == "none"
        x = strided_convolution(x, width << stage, kernel, use_bias=bias, kernel_initializer=_normal())
        x = keras.layers.LeakyReLU(0.2)(_normalize(x, here))
    return x


def matching_head(
    maps: tuple[int, int, int], text_dim: int, units: int, normalization: Normalization = "batch"
) -> "Model":
    """Feature maps and a text's embedding to one logit each, (n, 1) (Reed et al. 2016, section 4.2 and figure 2).

    The text is reduced to ``units``, repeated at every place of the maps and joined to them; a 1x1 convolution (in the
    paper with batch normalisation) sees both. One over the whole map, and the maxima over it, give the logit: whether a
    thing matches need not be learned anew for every place.
    """
    seen, text = keras.Input(maps, name="maps"), keras.Input((text_dim,), name="text")
    x = keras.layers.RepeatVector(maps[0] * maps[1])(text_units(text, units))
    x = keras.layers.Concatenate()([seen, keras.layers.Reshape((*maps[:2], units))(x)])
    x = keras.layers.Conv2D(maps[2], 1, use_bias=normalization == "none", kernel_initializer=_normal())(x)
    x = keras.layers.LeakyReLU(0.2)(_normalize(x, normalization))
    x = keras.layers.Concatenate()([keras.layers.Flatten()(x), keras.layers.GlobalMaxPooling2D()(x)])
    logits = keras.layers.Dense(1, kernel_initializer=_normal(), name="logits")(x)
    return keras.Model([seen, text], logits, name="matching")


def text_units(text: "KerasTensor", units: int) -> "KerasTensor":
    """The embedding of a text, of length 1, reduced to what generator or discriminator use of it: (n, units)."""
    x = keras.layers.Rescaling(math.sqrt(text.shape[-1]))(text)  # so that its entries are about 1
    return keras.layers.LeakyReLU(0.2)(keras.layers.Dense(units)(x))


def _modulate(x: "KerasTensor", latent: "KerasTensor") -> "KerasTensor":
    """x * (1 + scale) + shift, for each channel, both a linear function of the latent."""
    channels = x.shape[-1]
    both = keras.layers.Dense(2 * channels, kernel_initializer=_normal())(latent)
    scale, shift = keras.ops.split(keras.layers.Reshape((1, 1, 2 * channels))(both), 2, axis=3)
    return x * (1.0 + scale) + shift


def _normal() -> "keras.Initializer":
    return keras.initializers.RandomNormal(stddev=_STDDEV)


def _normalize(x: "KerasTensor", normalization: Normalization) -> "KerasTensor":
    if normalization == "none":
        return x
    if normalization == "batch":
        return batch_norm(x, momentum=_MOMENTUM, epsilon=1e-5)
    return keras.layers.GroupNormalization(groups=1, epsilon=1e-5)(x)
