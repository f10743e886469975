"""What a classifier says of real images."""

from latent_atlas.compiled import Compiled
from latent_atlas.sampling.context import Arrays, Context


def classifications(context: Context) -> Arrays:
    """``test_logits`` (n, labels)."""
    return {"test_logits": Compiled(context.model.logits)(context.test["images"])}


def verdict(context: Context) -> Arrays:
    """``reference_features``, ``test_features`` (n, d), of as many training and test images."""
    features = Compiled(context.model.features)
    return {
        "reference_features": features(context.train["images"]),
        "test_features": features(context.test["images"]),
    }
