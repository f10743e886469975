"""Which attributes a judge sees in real images."""

from latent_atlas.compiled import Compiled
from latent_atlas.sampling.context import Arrays, Context


def predictions(context: Context) -> Arrays:
    """``test_attribute_logits`` (n, attributes)."""
    return {"test_attribute_logits": Compiled(context.model.attribute_logits)(context.test["images"])}
