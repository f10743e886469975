"""The same networks, trained as the examples of keras.io and of TensorFlow's tutorials do it.

A `keras.Model` with a ``train_step`` of its own, which follows the example that each class names; Keras' own optimizers
and layers. That is what most people would write who start from those examples.
"""

from collections.abc import Sequence
from typing import Any

from latent_atlas.backend import keras, tf
from latent_atlas.blocks import fast_layers
from latent_atlas.blocks.language_layers import LSTM, NgramEmbedding


class _Peer(keras.Model):  # type: ignore[misc]
    def __init__(self, model: Any, settings: Any) -> None:
        super().__init__()
        self.networks = {name: _plain(network) for name, network in model.networks.items()}
        self.settings = settings
        for name, network in self.networks.items():
            setattr(self, name, network)

    def draw(self, count: Any, labels: Sequence[Any] = ()) -> Any:
        latents = tf.random.normal((count, self.generator.inputs[0].shape[-1]))
        return self.generator([latents, *labels], training=True)

    def descend(self, optimizer: Any, tape: Any, loss: Any, *networks: Any) -> None:
        weights = [weight for network in networks for weight in network.trainable_weights]
        optimizer.apply_gradients(zip(tape.gradient(loss, weights), weights, strict=True))


class Classifier(_Peer):
    """As in the example "Simple MNIST convnet", but for random shifts, which it has none of."""

    def __init__(self, model: Any, settings: Any) -> None:
        super().__init__(model, settings)
        self.own = keras.optimizers.Adam(settings.learning_rate)
        self.entropy = keras.losses.SparseCategoricalCrossentropy(from_logits=True)

    def train_step(self, data: dict[str, Any]) -> dict[str, Any]:
        with tf.GradientTape() as tape:
            logits = self.classifier(data["images"], training=True)["logits"]
            loss = self.entropy(data["labels"], logits)
        self.descend(self.own, tape, loss, self.classifier)
        return {"loss": loss}


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


class _Adversarial(_Peer):
    def __init__(self, model: Any, settings: Any) -> None:
        super().__init__(model, settings)
        self.each = {name: keras.optimizers.Adam(settings.learning_rate, beta_1=0.5) for name in model.networks}
        self.entropy = keras.losses.BinaryCrossentropy(from_logits=True)


class GAN(_Adversarial):
    """As in the example "DCGAN to generate face images"; told labels, as in "Conditional GAN"."""

    def train_step(self, data: dict[str, Any]) -> dict[str, Any]:
        images, labels = data["images"], [data["labels"]] if "labels" in data else []
        count = tf.shape(images)[0]
        targets = tf.concat([tf.ones((count, 1)), tf.zeros((count, 1))], axis=0)
        pictures = tf.concat([images, self.draw(count, labels)], axis=0)
        both = [pictures, *(tf.concat([each, each], axis=0) for each in labels)]
        with tf.GradientTape() as tape:
            loss = self.entropy(targets, self.discriminator(both, training=True))
        self.descend(self.each["discriminator"], tape, loss, self.discriminator)
        with tf.GradientTape() as tape:
            logits = self.discriminator([self.draw(count, labels), *labels], training=True)
            fooling = self.entropy(tf.ones((count, 1)), logits)
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
    """The article's layers and schedule: one step of the discriminator, three of encoder and decoder, a batch each."""

    def train_step(self, data: dict[str, Any]) -> dict[str, Any]:
        count = self.settings.inner_steps
        parts = list(zip(tf.split(data["images"], count), tf.split(data["labels"], count), strict=True))
        order = [("discriminator", parts[0]), *((n, part) for part in parts for n in ("encoder", "decoder"))]
        for name, (images, labels) in order:
            with tf.GradientTape() as tape:
                loss = self.all_costs(images, [labels])[name]
            self.descend(self.each[name], tape, loss, self.networks[name])
        return {"loss": loss}


class StyleGAN(_Peer):
    """As in the example "Face image generation with StyleGAN", at full size, with this model's losses and average."""

    def __init__(self, model: Any, settings: Any) -> None:
        super().__init__(model, settings)
        betas = {"beta_1": 0.0, "beta_2": 0.99, "epsilon": 1e-8}
        self.each = {part: keras.optimizers.Adam(settings.learning_rate, **betas) for part in ("g", "d")}
        self.level, self.alpha = model.levels - 1, tf.constant(1.0)

    def train_step(self, data: dict[str, Any]) -> dict[str, Any]:
        images = 2.0 * tf.image.random_flip_left_right(data["images"]) - 1.0
        grown = {"level": self.level, "alpha": self.alpha}
        with tf.GradientTape() as tape:
            with tf.GradientTape() as inner:
                inner.watch(images)
                real = self.discriminator(images, **grown)
            penalty = tf.reduce_mean(tf.reduce_sum(inner.gradient(real, images) ** 2, axis=(1, 2, 3)))
            fake = self.discriminator(self.mixed(), **grown)
            loss = tf.reduce_mean(tf.nn.softplus(fake)) + tf.reduce_mean(tf.nn.softplus(-real))
            whole = loss + 0.5 * self.settings.r1 * penalty
        self.descend(self.each["d"], tape, whole, self.discriminator)
        with tf.GradientTape() as tape:
            fooling = tf.reduce_mean(tf.nn.softplus(-self.discriminator(self.mixed(), **grown)))
        self.descend(self.each["g"], tape, fooling, self.mapping, self.synthesis)
        decay = 0.5 ** (self.settings.batch_size / self.settings.average_images)
        for average, network in ((self.average_mapping, self.mapping), (self.average_synthesis, self.synthesis)):
            for kept, weight in zip(average.trainable_variables, network.trainable_variables, strict=True):
                kept.assign(decay * kept + (1.0 - decay) * weight)
        return {"loss": loss, "fooling": fooling}

    def mixed(self) -> Any:
        """Images of which some have two styles."""
        count, layers = self.settings.batch_size, 2 * (self.level + 1)
        first, second = (self.mapping(tf.random.normal((count, self.settings.latent_dim)))[:, None] for _ in range(2))
        crossover = tf.random.uniform((count, 1, 1), 1, layers, tf.int32)
        crossover = tf.where(tf.random.uniform((count, 1, 1)) < self.settings.style_mixing, crossover, layers)
        styles = tf.where(tf.range(layers)[None, :, None] < crossover, first, second)
        noise = self.synthesis.noise(count, tf.random.uniform((2,), 0, 2**30, tf.int32), self.level)
        return self.synthesis(styles, noise, level=self.level, alpha=self.alpha)


class CycleGAN(_Adversarial):
    """As in the example "CycleGAN": one persistent tape, four optimizers, no pool."""

    def train_step(self, data: dict[str, Any]) -> dict[str, Any]:
        a, b = data["domain_a"], data["domain_b"]
        weight, share = self.settings.cycle_weight, self.settings.identity_weight
        with tf.GradientTape(persistent=True) as tape:
            fake_b, fake_a = self.generator_ab(a, training=True), self.generator_ba(b, training=True)
            back_a, back_b = self.generator_ba(fake_b, training=True), self.generator_ab(fake_a, training=True)
            same_a, same_b = self.generator_ba(a, training=True), self.generator_ab(b, training=True)
            real_a, real_b = self.discriminator_a(a, training=True), self.discriminator_b(b, training=True)
            found_a, found_b = self.discriminator_a(fake_a, training=True), self.discriminator_b(fake_b, training=True)
            losses = {
                "generator_ab": _squared(found_b, 1) + weight * (_l1(back_b, b) + share * _l1(same_b, b)),
                "generator_ba": _squared(found_a, 1) + weight * (_l1(back_a, a) + share * _l1(same_a, a)),
                "discriminator_a": 0.5 * (_squared(real_a, 1) + _squared(found_a, 0)),
                "discriminator_b": 0.5 * (_squared(real_b, 1) + _squared(found_b, 0)),
            }
        for name, loss in losses.items():
            self.descend(self.each[name], tape, loss, self.networks[name])
        return losses


class Pix2Pix(_Adversarial):
    """As in TensorFlow's tutorial "pix2pix": two tapes over one pass of both networks; or the U-Net on L1 alone."""

    def train_step(self, data: dict[str, Any]) -> dict[str, Any]:
        inputs, targets = data["inputs"], data["targets"]
        judged = "discriminator" in self.networks
        loss = 0.0
        with tf.GradientTape() as generator_tape, tf.GradientTape() as discriminator_tape:
            shapes = [(tf.shape(inputs)[0], *mask.shape[1:]) for mask in self.generator.inputs[1:]]
            masks = [tf.nn.dropout(tf.ones(shape), self.settings.dropout) for shape in shapes]
            fakes = self.generator([inputs, *masks], training=True)
            total = self.settings.l1_weight * _l1(fakes, targets)
            if judged:
                real = self.discriminator(tf.concat([inputs, targets], axis=3), training=True)
                fake = self.discriminator(tf.concat([inputs, fakes], axis=3), training=True)
                total += self.settings.adversarial_weight * self.entropy(tf.ones_like(fake), fake)
                loss = self.entropy(tf.ones_like(real), real) + self.entropy(tf.zeros_like(fake), fake)
        self.descend(self.each["generator"], generator_tape, total, self.generator)
        if judged:
            self.descend(self.each["discriminator"], discriminator_tape, loss, self.discriminator)
        return {"total": total, "loss": loss}


class Writer(_Peer):
    """As in the example "GPT text generation from scratch": windows by themselves, nothing carried."""

    def __init__(self, model: Any, settings: Any) -> None:
        super().__init__(model, settings)
        self.beginnings = model.beginnings
        self.own = keras.optimizers.Adam(settings.learning_rate, beta_2=0.99, global_clipnorm=settings.clip)
        self.entropy = keras.losses.SparseCategoricalCrossentropy(from_logits=True)

    def train_step(self, data: dict[str, Any]) -> dict[str, Any]:
        text = data["text"]
        carried = [each.begin(tf.shape(text)[0]) for each in self.beginnings]
        with tf.GradientTape() as tape:
            logits, *_ = self.network([text[:, :-1], *carried], training=True)
            loss = self.entropy(text[:, 1:], logits)
        self.descend(self.own, tape, loss, self.network)
        return {"loss": loss}


class LSTMWriter(Writer):
    """The same with Keras' own LSTM, as in the example "Character-level text generation with LSTM"."""

    def __init__(self, model: Any, settings: Any) -> None:
        super().__init__(model, settings)
        characters, recent, *_ = model.network.inputs
        x = None
        for layer in model.network.layers:
            if isinstance(layer, NgramEmbedding):
                x, last = layer(characters, recent)
            elif isinstance(layer, LSTM):
                x = x + keras.layers.Dropout(settings.dropout)(keras.layers.LSTM(layer.units, return_sequences=True)(x))
        size = model.network.outputs[0].shape[-1]
        logits = keras.layers.Dense(size)(keras.layers.LayerNormalization(epsilon=1e-5)(x))
        self.network = keras.Model([characters, recent], [logits, last])
        self.networks, self.beginnings = {"network": self.network}, model.beginnings[:1]


def _plain(network: Any) -> Any:
    """The network with Keras' own layers in place of those of `latent_atlas.blocks.fast_layers`."""
    if not any(type(layer).__module__ == fast_layers.__name__ for layer in network.layers):
        return network
    return keras.models.clone_model(network, clone_function=_own)


def _own(layer: Any) -> Any:  # noqa: PLR0911  # a table
    match layer:
        case fast_layers.UpsampledConvolution():
            convolution = keras.layers.Conv2D(
                layer.filters, layer.kernel_size, padding="same", activation=layer.activation, use_bias=layer.use_bias
            )
            return keras.Sequential([keras.layers.UpSampling2D(), convolution])
        case fast_layers.StridedConvolution():
            return keras.layers.Conv2D.from_config(layer.get_config())
        case fast_layers.TransposedConvolution():
            return keras.layers.Conv2DTranspose.from_config(layer.get_config())
        case fast_layers.BatchNormalization():
            return keras.layers.BatchNormalization.from_config(layer.get_config())
        case fast_layers.InstanceNormalization():
            return keras.layers.GroupNormalization(-1, epsilon=layer.epsilon, center=False, scale=False)
        case fast_layers.Dropout():
            return keras.layers.Dropout(layer.rate)
    return layer


def _squared(logits: Any, target: float) -> Any:
    return tf.reduce_mean((logits - target) ** 2)


def _l1(first: Any, second: Any) -> Any:
    return 2.0 * tf.reduce_mean(tf.abs(first - second))


def _encoded(encoder: Any, images: Any, labels: list[Any]) -> tuple[Any, Any, Any]:
    found = encoder([images, *labels], training=True)
    noise = tf.random.normal(tf.shape(found["mean"]))
    return found["mean"], found["log_variance"], found["mean"] + tf.exp(0.5 * found["log_variance"]) * noise


def _kl(mean: Any, log_variance: Any) -> Any:
    return -0.5 * tf.reduce_sum(1 + log_variance - mean**2 - tf.exp(log_variance), axis=1)
