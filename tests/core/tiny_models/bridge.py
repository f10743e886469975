"""Two unpaired domains: a colour shift from each to the other, learned from the means of both."""

from latent_atlas import model
from latent_atlas.backend import keras, tf


class Bridge(model.Model, model.Translates):
    """One matrix of colours for each direction."""

    Settings = model.Settings
    reads = ("domain_a", "domain_b")
    translations = (model.Translation("ab", "domain_a", "domain_b"), model.Translation("ba", "domain_b", "domain_a"))

    def __init__(self, settings, data):
        self.networks, self.optimizers = {}, {}
        for name in ("ab", "ba"):
            image = keras.Input(data["domain_a"].shape)
            shifted = keras.layers.Dense(3, kernel_initializer="identity")(image)
            self.networks[name] = keras.Model(image, shifted)
            self.optimizers[name] = keras.optimizers.SGD(settings.learning_rate)
            self.optimizers[name].build(self.networks[name].trainable_variables)

    def train_step(self, batch, seed):
        losses = {}
        for way in self.translations:
            weights = self.networks[way.name].trainable_variables
            with tf.GradientTape() as tape:
                gap = tf.reduce_mean(self.networks[way.name](batch[way.source]), (0, 1, 2)) - tf.reduce_mean(
                    batch[way.target], (0, 1, 2)
                )
                loss = tf.reduce_sum(gap**2)
            self.optimizers[way.name].apply(tape.gradient(loss, weights), weights)
            losses[f"loss_{way.name}"] = loss
        return losses

    def translate(self, name, images, seeds):
        return self.networks[name](images)
