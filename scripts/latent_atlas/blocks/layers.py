"""Layers of functional networks in the forms of fast_layers.py, which is loaded when the first of them is used."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from keras import KerasTensor


def batch_norm(x: "KerasTensor", **settings: Any) -> "KerasTensor":
    """Keras' batch normalisation with these settings."""
    from latent_atlas.blocks.fast_layers import BatchNormalization

    return BatchNormalization(**settings)(x)


def instance_norm(x: "KerasTensor", epsilon: float = 1e-5) -> "KerasTensor":
    """Each channel of each image to mean 0 and variance 1."""
    from latent_atlas.blocks.fast_layers import InstanceNormalization

    return InstanceNormalization(epsilon)(x)


def dropout(x: "KerasTensor", rate: float) -> "KerasTensor":
    """Dropout; the rate is rounded to a multiple of 1 / 256."""
    from latent_atlas.blocks.fast_layers import Dropout

    return Dropout(rate)(x)


def upsampled_convolution(x: "KerasTensor", channels: int, side: int, **settings: Any) -> "KerasTensor":
    """Nearest-neighbour upsampling, then a convolution of 3x3 or 5x5, with Keras' settings of one."""
    from latent_atlas.blocks.fast_layers import UpsampledConvolution

    return UpsampledConvolution(channels, side, **settings)(x)


def strided_convolution(x: "KerasTensor", channels: int, side: int, **settings: Any) -> "KerasTensor":
    """A convolution with stride 2, with Keras' settings of one."""
    from latent_atlas.blocks.fast_layers import StridedConvolution

    return StridedConvolution(channels, side, **settings)(x)


def transposed_convolution(x: "KerasTensor", channels: int, side: int, **settings: Any) -> "KerasTensor":
    """A transposed convolution with stride 2, with Keras' settings of one."""
    from latent_atlas.blocks.fast_layers import TransposedConvolution

    return TransposedConvolution(channels, side, **settings)(x)
