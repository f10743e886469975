"""Conditional VAE/GAN after Larsen et al. 2016, "Autoencoding beyond pixels using a learned similarity metric".

The paper's VAE/GAN with the label given to all three networks (its section 4.2 conditions on attributes in the same
way). It is not the CVAE-GAN of Bao et al. 2017, which adds a classifier and matches mean features.

Losses (section 3.3, algorithm 1), x real, x~ = Dec(z) with z ~ q(z|x, y), x_p = Dec(z_p) with z_p ~ N(0, I):

    L_prior = KL(q(z|x, y) || N(0, I))
    L_llike = -log N(Dis_l(x); Dis_l(x~), I)                                         the learned metric, eqs. 7-8
    L_GAN   = log Dis(x) + 1/2 log(1 - Dis(x~)) + 1/2 log(1 - Dis(x_p))             eq. 9; fakes weigh as much as reals

    Enc descends L_prior + L_llike        Dec descends gamma L_llike - (1 - gamma) L_GAN        Dis ascends L_GAN

Each loss drives its own network only. Dis_l is the third convolution of the discriminator before normalisation and
activation, a sum over its units. The label reaches the discriminator as a projection (Miyato & Koyama 2018), so
Dis_l itself compares images whatever their label.

Balance, as in the authors' code: an update of Dis is skipped while it is too good (either half of its cost below
equilibrium - margin), an update of Dec while Dis is too weak (either half above equilibrium + margin); if both would
be skipped, neither is. A skipped update does not change the optimizer's averages either. The share of steps in which
each was updated is logged: if one is hardly ever updated, or if images of a class hardly differ, an alarm says so.

Where this follows the code rather than the paper: the weight (1 - gamma), the balance. Where it follows neither: the
decoder descends -log Dis(x~) instead of ascending -log(1 - Dis(x~)) (Goodfellow et al. 2014, section 3), which has
the same fixed point and a useful gradient when Dis is ahead.
"""

from latent_atlas.blocks import vae_gan


class CVAEGAN(vae_gan.VAEGAN):
    """Encoder, decoder (which is the GAN's generator) and discriminator, all given the label."""

    reads, condition = ("images", "labels"), "labels"
