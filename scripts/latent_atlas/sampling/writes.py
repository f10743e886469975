"""What a language model writes, and how surprised it is by text that it has not read."""

import numpy as np

from latent_atlas.backend import tf
from latent_atlas.compiled import Compiled
from latent_atlas.sampling.context import Arrays, Context, require

_TEMPERATURES = np.array([0.5, 0.8, 1.0, 1.2], np.float32)
_TEXTS, _LENGTH = 3, 400  # for each temperature, and their characters
_WINDOW = 256  # characters that are predicted from what stands before them in the same window


def samples(context: Context) -> Arrays:
    """``written_text`` (temperatures, texts) str at each of ``written_temperatures``, begun with the test text."""
    column = _text(context)
    vocabulary = np.array(context.data.entry(column)["vocabulary"])
    prompts = np.tile(np.asarray(context.test[column][:1], np.int32), (_TEXTS, 1))
    write = tf.function(lambda prompts, heat, seed: context.model.write(prompts, heat, seed, _LENGTH))
    written = [
        [
            "".join(vocabulary[line])
            for line in write(tf.constant(prompts), tf.constant(heat), tf.constant(seed)).numpy()
        ]
        for heat, seed in zip(_TEMPERATURES, context.seeds(len(_TEMPERATURES)), strict=True)
    ]
    return {"written_text": np.array(written, np.str_), "written_temperatures": _TEMPERATURES}


def surprise(context: Context) -> Arrays:
    """``text_nats`` (n,): -log p of test characters, each given those before it in its window."""
    column = _text(context)
    text = np.asarray(context.test[column][: context.samples * _WINDOW + 1], np.int32)
    require(len(text) - 1, 1, "test characters after the first")
    window = min(_WINDOW, len(text) - 1)
    starts = np.arange((len(text) - 1) // window) * window
    windows = text[starts[:, None] + np.arange(window + 1)]
    return {"text_nats": Compiled(context.model.nats)(windows).astype(np.float32).ravel()}


def _text(context: Context) -> str:
    return next(name for name, column in context.data.spec.columns.items() if column.kind == "text")
