"""Text that writes: which character follows which, counted by gradient descent."""

from latent_atlas import model
from latent_atlas.backend import keras, tf


class Settings(model.Settings):
    """One more."""

    window: int = 16


class Scribe(model.Model, model.Writes):
    """A table of logits, one row for each character."""

    Settings = Settings
    reads = ("text",)

    def __init__(self, settings, data):
        characters = keras.Input((None,), dtype="int32")
        logits = keras.layers.Embedding(data["text"].size, data["text"].size)(characters)
        self.networks = {"table": keras.Model(characters, logits)}
        self.optimizers = {"table": keras.optimizers.Adam(settings.learning_rate)}
        self.optimizers["table"].build(self.networks["table"].trainable_variables)

    def train_step(self, batch, seed):
        weights = self.networks["table"].trainable_variables
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(self.nats(batch["text"]))
        self.optimizers["table"].apply(tape.gradient(loss, weights), weights)
        return {"nats": loss, "begins": tf.cast(batch["text_begins"], tf.float32)}

    def nats(self, text):
        logits = self.networks["table"](text[:, :-1])
        return tf.nn.sparse_softmax_cross_entropy_with_logits(labels=text[:, 1:], logits=logits)

    def write(self, prompts, temperature, seed, length):
        def add(place, last, written):
            logits = self.networks["table"](last[:, None])[:, 0] / tf.maximum(temperature, 1e-3)
            noise = tf.random.stateless_uniform(tf.shape(logits), tf.stack([seed[0], seed[1] + place]), 1e-6, 1.0)
            last = tf.argmax(logits - tf.math.log(-tf.math.log(noise)), axis=1, output_type=tf.int32)
            return place + 1, last, written.write(place, last)

        start = 0, prompts[:, -1], tf.TensorArray(tf.int32, length)
        return tf.transpose(tf.while_loop(lambda place, *_: place < length, add, start)[2].stack())
