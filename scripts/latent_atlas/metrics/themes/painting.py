"""How far pictures came in what they were optimised for."""

from latent_atlas.metrics.entries import Arrays, Direction, Measure, Metric, Metrics, Theme
from latent_atlas.metrics.pictures import gain, seam_contrast


def _seam(arrays: Arrays) -> Metrics:
    if len(arrays["tile_rows"]) + len(arrays["tile_columns"]) == 0:
        return {}  # one tile
    dreams = arrays["pictures"].astype(float) - arrays["picture_sources"][:, 0]
    return {"seam_contrast": seam_contrast(dreams, arrays["tile_rows"], arrays["tile_columns"])}


MEASURES = (
    Measure(
        ("activations", "activations_before"),
        lambda a: {"activation_gain": gain(a["activations"].sum(), a["activations_before"].sum())}, (
        Metric(
            "activation_gain", "Activation gain", Direction.UP,
            "How much more the chosen layers of the pretrained network respond to the dreamt picture than to the "
            "photograph: mean activation after, over mean activation before.",
            tolerance=(0.0, 0.3), digits=2,
        ),
    )),
    Measure(("pictures", "picture_sources", "tile_rows", "tile_columns"), _seam, (
        Metric(
            "seam_contrast", "Seams", Direction.ONE,
            "Mean step of what was added to the photograph from one side of a tile border to the other, over the mean "
            "step between any other neighbours. 1: borders of tiles are not to be seen.",
            tolerance=(0.2, 0.0), digits=3,
        ),
    )),
    Measure.of(gain, ("style_losses_before", "style_losses"), Metric(
        "style_loss_drop", "Style loss drop", Direction.UP,
        "The style loss of the photograph over that of the result: how many times nearer to the painting's style "
        "it came. Of several styles the worst counts.",
        tolerance=(0.0, 0.3), digits=1,
    )),
    Measure(
        ("content_losses", "content_losses_of_styles"),
        lambda a: {"content_loss_share": 1 / gain(a["content_losses_of_styles"], a["content_losses"])}, (
        Metric(
            "content_loss_share", "Content loss", Direction.DOWN,
            "The content loss of the result over that of the painting itself, which has the style and nothing of the "
            "photograph. Below 1 content was kept. Of several styles the worst counts.",
            tolerance=(0.1, 0.2), digits=3,
        ),
    )),
)  # fmt: skip

THEME = Theme(
    "painting",
    "Dreams and style",
    "Pictures whose pixels were optimised by what a pretrained network sees in them.",
    MEASURES,
)
