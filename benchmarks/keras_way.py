"""The same networks, trained as the examples of keras.io do it: a `keras.Model` with a ``train_step`` of its own.

One tape for each network, which runs all that its loss needs again; Keras' own optimizers; the fakes beside the reals
in one batch of the discriminator. That is what most people would write who start from those examples.
"""

from typing import Any

from latent_atlas.backend import keras, tf


class _Peer(keras.Model):  # type: ignore[misc]
    def __init__(self, model: Any, settings: Any) -> None:
        super().__init__()
        self.networks, self.settings, self.latent_dim = model.networks, settings, model.latent_dim
        for name, network in model.networks.items():
            setattr(self, name, network)

    def draw(self, count: Any) -> Any:
        return self.generator([tf.random.normal((count, self.latent_dim))], training=True)

    def descend(self, optimizer: Any, tape: Any, loss: Any, *networks: Any) -> None:
        weights = [weight for network in networks for weight in network.trainable_weights]
        optimizer.apply_gradients(zip(tape.gradient(loss, weights), weights, strict=True))


class VAE(_Peer):
    """As in the example "Variational AutoEncoder", with or without labels."""

    def __init__(self, model: Any, settings: Any) -> None:
        super().__init__(model, settings)
        self.own = keras.optimizers.Adam(settings.learning_rate)

    def train_step(self, data: dict[str, Any]) -> dict[str, Any]:
        images, labels = data["images"], [data["labels"]] if "labels" in data else []
        with tf.GradientTape() as tape:
            mean, log_variance, latents = _encoded(self.encoder, images, labels)
            logits = self.decoder([latents, *labels], training=True)
            entropy = tf.nn.sigmoid_cross_entropy_with_logits(labels=images, logits=logits)
            loss = tf.reduce_mean(tf.reduce_sum(entropy, axis=(1, 2, 3)) + _kl(mean, log_variance))
        self.descend(self.own, tape, loss, self.encoder, self.decoder)
        return {"loss": loss}


class GAN(_Peer):
    """As in the example "DCGAN to generate face images"."""

    def __init__(self, model: Any, settings: Any) -> None:
        super().__init__(model, settings)
        self.each = {name: keras.optimizers.Adam(settings.learning_rate, beta_1=0.5) for name in model.networks}
        self.entropy = keras.losses.BinaryCrossentropy(from_logits=True)

    def train_step(self, data: dict[str, Any]) -> dict[str, Any]:
        images = data["images"]
        count = tf.shape(images)[0]
        fakes = self.draw(count)
        targets = tf.concat([tf.ones((count, 1)), tf.zeros((count, 1))], axis=0)
        with tf.GradientTape() as tape:
            loss = self.entropy(targets, self.discriminator([tf.concat([images, fakes], axis=0)], training=True))
        self.descend(self.each["discriminator"], tape, loss, self.discriminator)
        with tf.GradientTape() as tape:
            fakes = self.draw(count)
            fooling = self.entropy(tf.ones((count, 1)), self.discriminator([fakes], training=True))
        self.descend(self.each["generator"], tape, fooling, self.generator)
        return {"loss": loss, "fooling": fooling}


class WGANGP(_Peer):
    """As in the example "WGAN-GP overriding Model.train_step"."""

    def __init__(self, model: Any, settings: Any) -> None:
        super().__init__(model, settings)
        self.each = {name: keras.optimizers.Adam(settings.learning_rate, 0.0, 0.9) for name in model.networks}

    def train_step(self, data: dict[str, Any]) -> dict[str, Any]:
        count = self.settings.batch_size
        for images in tf.split(data["images"], self.settings.critic_steps):
            with tf.GradientTape() as tape:
                fakes = self.draw(count)
                cost = tf.reduce_mean(self.critic([fakes], training=True)) - tf.reduce_mean(
                    self.critic([images], training=True)
                )
                share = tf.random.uniform((count, 1, 1, 1))
                mixed = images + share * (fakes - images)
                with tf.GradientTape() as inner:
                    inner.watch(mixed)
                    scores = self.critic([mixed], training=True)
                norms = tf.sqrt(tf.reduce_sum(inner.gradient(scores, mixed) ** 2, axis=(1, 2, 3)) + 1e-12)
                loss = cost + self.settings.penalty * tf.reduce_mean((norms - 1.0) ** 2)
            self.descend(self.each["critic"], tape, loss, self.critic)
        with tf.GradientTape() as tape:
            fakes = self.draw(count)
            fooling = -tf.reduce_mean(self.critic([fakes], training=True))
        self.descend(self.each["generator"], tape, fooling, self.generator)
        return {"loss": loss, "fooling": fooling}


class VAEGAN(_Peer):
    """The VAE/GAN of Larsen et al. 2016: a tape for each of its three networks. Keras has no example of it."""

    def __init__(self, model: Any, settings: Any) -> None:
        super().__init__(model, settings)
        self.each = {name: keras.optimizers.RMSprop(settings.learning_rate) for name in model.networks}

    def train_step(self, data: dict[str, Any]) -> dict[str, Any]:
        images, labels = data["images"], [data["labels"]] if "labels" in data else []
        losses = {}
        for name, network in self.networks.items():
            with tf.GradientTape() as tape:
                losses[name] = self.all_costs(images, labels)[name]
            self.descend(self.each[name], tape, losses[name], network)
        return losses

    def all_costs(self, images: Any, labels: list[Any]) -> dict[str, Any]:
        mean, log_variance, latents = _encoded(self.encoder, images, labels)
        drawn = [
            tf.sigmoid(self.decoder([z, *labels], training=True))
            for z in (latents, tf.random.normal(tf.shape(latents)))
        ]
        real, *fakes = (self.discriminator([x, *labels], training=True) for x in (images, *drawn))
        difference = tf.stop_gradient(real["metric"]) - fakes[0]["metric"]
        metric = 0.5 * tf.reduce_mean(tf.reduce_sum(difference**2, axis=1))
        found = tf.reduce_mean(tf.nn.softplus(-real["logits"]))
        caught = tf.add_n([tf.reduce_mean(tf.nn.softplus(fake["logits"])) for fake in fakes]) / 2
        fooled = tf.add_n([tf.reduce_mean(tf.nn.softplus(-fake["logits"])) for fake in fakes]) / 2
        gamma = self.settings.gamma
        return {
            "encoder": tf.reduce_mean(_kl(mean, log_variance)) + metric,
            "decoder": gamma * metric + (1 - gamma) * fooled,
            "discriminator": found + caught,
        }


class Article(VAEGAN):
    """The article's schedule: one step of the discriminator, three of encoder and decoder, a batch each."""

    def train_step(self, data: dict[str, Any]) -> dict[str, Any]:
        count = self.settings.inner_steps
        parts = list(zip(tf.split(data["images"], count), tf.split(data["labels"], count), strict=True))
        order = [("discriminator", parts[0]), *((n, part) for part in parts for n in ("encoder", "decoder"))]
        for name, (images, labels) in order:
            with tf.GradientTape() as tape:
                loss = self.all_costs(images, [labels])[name]
            self.descend(self.each[name], tape, loss, self.networks[name])
        return {"loss": loss}


def _encoded(encoder: Any, images: Any, labels: list[Any]) -> tuple[Any, Any, Any]:
    found = encoder([images, *labels], training=True)
    noise = tf.random.normal(tf.shape(found["mean"]))
    return found["mean"], found["log_variance"], found["mean"] + tf.exp(0.5 * found["log_variance"]) * noise


def _kl(mean: Any, log_variance: Any) -> Any:
    return -0.5 * tf.reduce_sum(1 + log_variance - mean**2 - tf.exp(log_variance), axis=1)
