"""Whether a judge that learned without classes sees how far real images have been turned."""

import numpy as np

from latent_atlas.compiled import Compiled
from latent_atlas.sampling.context import Arrays, Context


def predictions(context: Context) -> Arrays:
    """``test_rotation_logits`` (4, n, 4): of the test images turned by 0, 90, 180 and 270 degrees.

    Of an image that is not square, the middle is turned: all four are to have the same sides.
    """
    images, logits = context.test["images"][:], Compiled(context.model.rotation_logits)
    side = min(images.shape[1:3])
    top, left = (images.shape[1] - side) // 2, (images.shape[2] - side) // 2
    squares = images[:, top : top + side, left : left + side]
    return {"test_rotation_logits": np.stack([logits(np.rot90(squares, turns, (1, 2))) for turns in range(4)])}
