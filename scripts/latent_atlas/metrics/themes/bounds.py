"""How probable a model finds images that it has not seen."""

from functools import partial

from latent_atlas.metrics.checks import mean_of
from latent_atlas.metrics.entries import Among, Direction, Measure, Metric, Theme

MEASURES = (
    Measure.of(partial(mean_of, "test_elbo"), ("test_elbo",), Metric(
        "elbo", "ELBO", Direction.UP,
        "The evidence lower bound: what a variational autoencoder is trained to raise. It is at most log p(x), "
        "for a model that is given the label log p(x|y) (Kingma & Welling 2014).",
        tolerance=(0.0, 0.03), digits=1, unit="nats", among=(Among.CONDITION,),
    )),
    Measure.of(partial(mean_of, "test_iwae"), ("test_iwae",), Metric(
        "iwae_bound", "IWAE bound", Direction.UP,
        "The same from several draws of the latents, weighted by how well they explain the image: the more draws, "
        "the nearer to the true value (Burda et al. 2016).",
        tolerance=(0.0, 0.03), digits=1, unit="nats", among=(Among.CONDITION,),
    )),
)  # fmt: skip

THEME = Theme(
    "likelihood",
    "Likelihood",
    "How probable the model finds test images whose pixels were made black or white. The probability itself cannot be "
    "computed; both columns are values that it is not below, as a logarithm, in nats per image.",
    MEASURES,
)
