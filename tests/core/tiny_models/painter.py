"""A picture that is optimised to have the mean colour of a photograph: its weights are the picture."""

from latent_atlas import model
from latent_atlas.backend import tf


class Painter(model.Model, model.Paints):
    """Begins with the photograph, and fades to its mean colour."""

    Settings = model.Settings
    reads = ("cat",)

    def __init__(self, settings, data):
        self.networks, self.optimizers = {}, {}
        self.rate = settings.learning_rate
        self.picture = tf.Variable(tf.zeros((1, *data["cat"].shape)), name="picture")

    def begin(self, batch):
        self.picture.assign(batch["cat"][None])

    def train_step(self, batch, seed):
        gap = self.picture - tf.reduce_mean(batch["cat"], (0, 1))
        self.picture.assign_sub(self.rate * gap)
        return {"distance": tf.reduce_mean(gap**2)}

    def saved(self):
        return {"picture": self.picture}

    def pictures(self):
        return tf.convert_to_tensor(self.picture)
