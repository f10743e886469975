"""Captions as condition: the words' mean embedding and a latent decide the picture."""

from latent_atlas import model
from latent_atlas.backend import keras, tf


class Illustrator(model.Model, model.Generates):
    """Learns to draw the mean image of a caption's words."""

    Settings = model.Settings
    reads = ("images", "captions")
    condition = "captions"
    latent_dim = 2

    def __init__(self, settings, data):
        words = keras.Input(data["captions"].shape, dtype="int32")
        latent = keras.Input((2,))
        meaning = keras.ops.mean(keras.layers.Embedding(data["captions"].size, 8)(words), axis=1)
        flat = keras.layers.Dense(data.shape[0] * data.shape[1] * data.shape[2], "sigmoid")(
            keras.layers.Concatenate()([meaning, latent])
        )
        self.networks = {"generator": keras.Model([latent, words], keras.layers.Reshape(data.shape)(flat))}
        self.optimizers = {"generator": keras.optimizers.Adam(settings.learning_rate)}
        self.optimizers["generator"].build(self.networks["generator"].trainable_variables)

    def train_step(self, batch, seed):
        weights = self.networks["generator"].trainable_variables
        latents = tf.random.stateless_normal((tf.shape(batch["images"])[0], 2), seed)
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((self.decode(latents, batch["captions"]) - batch["images"]) ** 2)
        self.optimizers["generator"].apply(tape.gradient(loss, weights), weights)
        return {"error": loss}

    def decode(self, latents, captions):
        return self.networks["generator"]([latents, captions])
