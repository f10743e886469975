"""VAE/GAN (Larsen et al. 2016, "Autoencoding beyond pixels using a learned similarity metric").

A VAE whose reconstructions are compared not pixel by pixel but in a layer of a discriminator, which learns at the same
time to tell them, and images drawn from the prior, from real ones. Losses (section 3.3, algorithm 1), x real,
x~ = Dec(z) with z ~ q(z|x), x_p = Dec(z_p) with z_p ~ N(0, I):

    L_prior = KL(q(z|x) || N(0, I))
    L_llike = -log N(Dis_l(x); Dis_l(x~), I)                                         the learned metric, eqs. 7-8
    L_GAN   = log Dis(x) + 1/2 log(1 - Dis(x~)) + 1/2 log(1 - Dis(x_p))             eq. 9; fakes weigh as much as reals

    Enc descends L_prior + L_llike        Dec descends gamma L_llike - (1 - gamma) L_GAN        Dis ascends L_GAN

``cvae_gan`` is the same under labels, and says how the updates are balanced and where code and paper differ.
"""

from latent_atlas.blocks import vae_gan


class VAEGAN(vae_gan.VAEGAN):
    """Encoder, decoder (which is the GAN's generator) and discriminator."""
