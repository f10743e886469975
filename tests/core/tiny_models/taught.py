"""A bias that learns to look like real images to a trained classifier: the smallest model with a teacher."""

from latent_atlas import model
from latent_atlas.backend import tf


class Taught(model.Model, model.Generates):
    """Draws latents through one linear layer; its loss is a distance in the teacher's features."""

    Settings = model.Settings
    teacher = model.Judges
    latent_dim = 2

    def __init__(self, settings, data):
        from latent_atlas.backend import keras

        latent = keras.Input((2,))
        flat = keras.layers.Dense(data.shape[0] * data.shape[1] * data.shape[2], "sigmoid")(latent)
        self.networks = {"generator": keras.Model(latent, keras.layers.Reshape(data.shape)(flat))}
        self.optimizers = {"generator": keras.optimizers.SGD(settings.learning_rate)}
        self.optimizers["generator"].build(self.networks["generator"].trainable_variables)

    def prepare(self, before):
        self.judge = before.teacher

    def train_step(self, batch, seed):
        weights = self.networks["generator"].trainable_variables
        with tf.GradientTape() as tape:
            fakes = self.decode(tf.random.stateless_normal((tf.shape(batch["images"])[0], 2), seed))
            gap = self.judge.features(fakes) - self.judge.features(batch["images"])
            loss = tf.reduce_mean(gap**2)
        self.optimizers["generator"].apply(tape.gradient(loss, weights), weights)
        return {"perceptual_loss": loss}

    def decode(self, latents):
        return self.networks["generator"](latents)
