"""What CycleGAN and pix2pix share: generators, the patch discriminator, jitter, the pool of earlier translations.

Zhu et al. 2017, "Unpaired Image-to-Image Translation using Cycle-Consistent Adversarial Networks", appendix 7; Isola
et al. 2017, "Image-to-Image Translation with Conditional Adversarial Networks", appendix 6.1. Images go in and out in
[0, 1]; inside they are in [-1, 1], where both papers measure L1. Weights begin as N(0, 0.02).

Instance normalisation is without scale and shift, as in the authors' code. It is also what pix2pix's batch
normalisation is at a batch of one with the statistics of the test image (section 3.3), and it keeps the images of a
batch apart.
"""

from typing import TYPE_CHECKING, Literal, TypeAlias

from latent_atlas.backend import keras, tf
from latent_atlas.blocks.augmentation import cut, random_mirror
from latent_atlas.blocks.layers import instance_norm
from latent_atlas.errors import AtlasError

if TYPE_CHECKING:
    from keras import KerasTensor, Model

    from latent_atlas.model import Tensor

Shape = tuple[int, ...]
Normalized = Literal["all", "blocks"]
Initial: TypeAlias = "keras.Initializer | str | None"

_DEEPEST = 8  # halvings of the U-Net: 256 pixels to 1


def check_halved(shape: Shape, times: int) -> None:
    """Refuses images whose sides cannot be halved so often.

    Raises:
        AtlasError: what the sides are and what would do.
    """
    if any(side % 2**times or side < 2 ** (times + 1) for side in shape[:2]):
        raise AtlasError(
            f"needs sides that are multiples of {2**times}, at least {2 ** (times + 1)}, and the images are "
            f"{shape[0]}x{shape[1]}; set `size` in the dataset's entry"
        )


def residual_generator(
    source: Shape, target: Shape, width: int, blocks: int, halved: int = 2, normalized: Normalized = "all"
) -> "Model":
    """Images (n, h, w, c) to images of the same sides: c7s1-k, d2k, d4k, R4k ..., u2k, uk, c7s1-3 (Zhu et al. 2017).

    The authors take 6 residual blocks for 128x128 and 9 for 256x256 and more.

    Args:
        source, target: height, width and channels.
        width: k.
        blocks: how many R.
        halved: how many d, and u; the paper has 2.
        normalized: all layers, as in the paper, or those in residual blocks alone. Instance normalisation removes how
            bright and how rich in contrast each channel is, and nothing else could carry a tint of the whole image.
    """
    initial = _normal() if normalized == "all" else "he_normal"
    outside = instance_norm if normalized == "all" else lambda x: x
    image = keras.Input(source, name="image")
    x = keras.layers.Rescaling(2.0, -1.0)(image)
    x = _relu(outside(_reflected(x, width, 7, initial)))
    for stage in range(1, halved + 1):
        x = _relu(outside(_conv(width << stage, 3, 2, "same", initial)(x)))
    inner = width << halved
    for _ in range(blocks):
        x = x + instance_norm(_reflected(_relu(instance_norm(_reflected(x, inner, 3))), inner, 3))
    for stage in reversed(range(halved)):
        x = _relu(outside(_transposed(width << stage, 3, initial)(x)))
    x = keras.ops.tanh(_reflected(x, target[2], 7))
    return keras.Model(image, keras.layers.Rescaling(0.5, 0.5, name="translated")(x), name="generator")


def halvings(shape: Shape) -> int:
    """How deep the U-Net is: how often both sides can be halved, 8 times at most (256x256 to 1x1)."""
    count = 0
    while count < _DEEPEST and not any(side % 2 ** (count + 1) for side in shape[:2]):
        count += 1
    return count


def unet(source: Shape, target: Shape, width: int) -> "Model":
    """An image and the masks of the dropout to an image of the same sides (Isola et al. 2017, appendix 6.1.1).

    Encoder k, 2k, 4k, 8k, 8k, ... by strided 4x4 convolutions, decoder by transposed ones; each layer of the decoder
    is also given the encoder's layer of its size. No normalisation next to the image nor at the bottleneck, where one
    pixel would become 0. The masks (see `dropout_masks`) are inputs, so that a seed decides what is dropped. They are
    for the first three layers of a decoder of 8, and for as many fewer as a shallower one has, but for one at least: as
    in the authors' code, what is dropped is coarse.
    """
    image = keras.Input(source, name="image")
    depth = halvings(source)
    channels = [width * min(2**stage, 8) for stage in range(depth)]
    x = _conv(channels[0], 4, 2, "same")(keras.layers.Rescaling(2.0, -1.0)(image))
    skips = [x]
    for stage in range(1, depth):
        x = _conv(channels[stage], 4, 2, "same")(keras.layers.LeakyReLU(0.2)(x))
        x = x if stage == depth - 1 else instance_norm(x)
        skips.append(x)
    masks: list[KerasTensor] = []
    for stage in reversed(range(depth - 1)):
        x = instance_norm(_transposed(channels[stage], 4)(_relu(x)))
        if len(masks) < max(depth - 5, 1):
            masks.append(keras.Input(x.shape[1:], name=f"mask_{len(masks)}"))
            x = x * masks[-1]
        x = keras.layers.Concatenate()([x, skips[stage]])
    x = keras.ops.tanh(_transposed(target[2], 4)(_relu(x)))
    translated = keras.layers.Rescaling(0.5, 0.5, name="translated")(x)
    return keras.Model([image, *masks], translated, name="generator")


def dropout_masks(network: "Model", rate: float, count: "int | Tensor", seed: "Tensor") -> "list[Tensor]":
    """For each mask of a `unet`: 0 with probability ``rate``, else 1 / (1 - rate), (count, h, w, c)."""
    shapes = [each.shape[1:] for each in network.inputs[1:]]
    seeds = tf.unstack(tf.random.split(seed, len(shapes))) if shapes else []
    drawn = [tf.random.stateless_uniform((count, *shape), own) for shape, own in zip(shapes, seeds, strict=True)]
    return [tf.cast(uniform >= rate, tf.float32) / (1.0 - rate) for uniform in drawn]


def patch_layers(shape: Shape) -> int:
    """Strided layers of the patch discriminator: 3 for 256 pixels (70x70 patches), 2 for 128 (34x34), 1 below (16x16).

    So that a patch remains about a quarter of the image's side, as 70 pixels are of 256.
    """
    return max(1, min(3, min(shape[:2]).bit_length() - 6))


def patch_discriminator(shape: Shape, width: int, layers: int) -> "Model":
    """Images (n, h, w, c) to a logit for each patch, (n, h', w', 1): C64-C128-C256-C512 and a last convolution.

    ``layers`` are those with stride 2; one with stride 1 follows. Three of them see patches of 70x70 (appendix
    6.1.2); convolutions are padded by one pixel, as in the authors' code. No normalisation next to the image.
    """
    image = keras.Input(shape, name="image")
    x = keras.layers.Rescaling(2.0, -1.0)(image)
    for layer in range(layers + 1):
        x = keras.layers.ZeroPadding2D(1)(x)
        x = _conv(width * min(2**layer, 8), 4, 1 if layer == layers else 2, "valid")(x)
        x = keras.layers.LeakyReLU(0.2)(instance_norm(x) if layer else x)
    x = _conv(1, 4, 1, "valid")(keras.layers.ZeroPadding2D(1)(x))
    return keras.Model(image, x, name="discriminator")


def l1(first: "Tensor", second: "Tensor") -> "Tensor":
    """The mean absolute difference on [-1, 1], the papers' range, of images in [0, 1]."""
    return 2.0 * tf.reduce_mean(tf.abs(first - second))


def augmented(images: "Tensor", jitter: bool, mirror: bool, seed: "Tensor") -> "Tensor":
    """With ``jitter`` enlarged by 286/256 and cut back at a random place, with ``mirror`` mirrored at random.

    Each image by itself (Isola et al. 2017, appendix 6.2).
    """
    place_seed, mirror_seed = tf.unstack(tf.random.split(seed, 2))
    if jitter:
        images = _jittered(images, place_seed)
    return random_mirror(images, mirror_seed) if mirror else images


def _jittered(images: "Tensor", seed: "Tensor") -> "Tensor":
    height, width = images.shape[1], images.shape[2]
    larger = round(height * 286 / 256), round(width * 286 / 256)
    resized = tf.image.resize(images, larger, tf.image.ResizeMethod.BILINEAR)
    uniform = tf.random.stateless_uniform((tf.shape(images)[0], 2), seed)
    offsets = tf.cast(uniform * [larger[0] - height + 1.0, larger[1] - width + 1.0], tf.int32)
    return cut(resized, offsets, height, width)


class ImagePool:
    """Earlier translations, of which the discriminator is shown some (Shrivastava et al. 2017; Zhu et al. 2017, 4).

    While it fills up, each image is kept and returned. Then, with probability 1/2, an image takes the place of a random
    one of the pool, which is returned in its stead; else it is returned itself.
    """

    def __init__(self, size: int, shape: Shape) -> None:
        self._size = size
        self._images = tf.Variable(tf.zeros((size, *shape)), trainable=False, name="pool")
        self._count = tf.Variable(0, trainable=False, name="pooled")

    @property
    def state(self) -> "list[tf.Variable]":
        """What a resumed run needs."""
        return [self._images, self._count]

    def exchange(self, images: "Tensor", seed: "Tensor") -> "Tensor":
        """What the discriminator is shown in place of these images, one after the other."""
        count = images.shape[0]
        place_seed, choice_seed = tf.unstack(tf.random.split(seed, 2))
        places = tf.random.stateless_uniform((count,), place_seed, 0, self._size, tf.int32)
        swapped = tf.random.stateless_uniform((count,), choice_seed) < 0.5
        shown = []
        for index in range(count):
            filling = self._count < self._size
            place = tf.where(filling, self._count, places[index])
            stored = self._images.sparse_read(place)
            kept = filling | swapped[index]
            shown.append(tf.where(filling | ~swapped[index], images[index], stored))
            self._images.scatter_nd_update([[place]], [tf.where(kept, images[index], stored)])
            self._count.assign(tf.minimum(self._count + 1, self._size))
        return tf.stack(shown)


def _conv(channels: int, kernel: int, stride: int, padding: str, initial: "Initial" = None) -> "keras.layers.Conv2D":
    return keras.layers.Conv2D(channels, kernel, stride, padding, kernel_initializer=initial or _normal())


def _transposed(channels: int, kernel: int, initial: "Initial" = None) -> "keras.layers.Conv2DTranspose":
    return keras.layers.Conv2DTranspose(channels, kernel, 2, "same", kernel_initializer=initial or _normal())


def _reflected(x: "KerasTensor", channels: int, kernel: int, initial: "Initial" = None) -> "KerasTensor":
    """A convolution that sees the image go on as its mirror image beyond the border."""
    reach = kernel // 2
    padded = keras.ops.pad(x, ((0, 0), (reach, reach), (reach, reach), (0, 0)), mode="reflect")
    return _conv(channels, kernel, 1, "valid", initial)(padded)


def _relu(x: "KerasTensor") -> "KerasTensor":
    return keras.ops.relu(x)


def _normal() -> "keras.Initializer":
    return keras.initializers.RandomNormal(stddev=0.02)
