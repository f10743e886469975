"""Whether training went well."""

from latent_atlas.metrics.entries import Direction, Measure, Metric, Theme

MEASURES = (
    Measure.of(len, ("findings",), Metric(
        "stability_flags", "Alarms", Direction.DOWN,
        "How many times a loss stayed beyond such a bound for a tenth of the training or longer.",
        digits=0, alone="Alarms while training",
    )),
)  # fmt: skip

THEME = Theme(
    "stability",
    "Stability of training",
    "A model says which of its losses beyond which bounds are signs of failure, and training is watched for them. "
    "What was found is said at the head of each experiment.",
    MEASURES,
)
