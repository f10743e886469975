"""What a language model writes, and how surprised it is by text that it has not read."""

import numpy as np

from latent_atlas.compiled import Compiled, Writer
from latent_atlas.errors import AtlasError
from latent_atlas.sampling.context import Arrays, Context, require

_TEMPERATURES = np.array([0.2, 0.5, 0.8, 1.0, 1.2], np.float32)
_TEXTS, _LENGTH = 8, 500  # for each temperature, and their characters
_WINDOW = 256  # characters that stand before those that are predicted, and that are predicted, in one window


def samples(context: Context) -> Arrays:
    """``written_text`` (temperatures, texts) str at each of ``written_temperatures``, after ``written_prompt``."""
    data, write = context.data, Writer(context.model, context.data, _LENGTH)
    try:
        asked = data.numbers(context.prompt)
    except AtlasError as error:
        raise AtlasError(f"params.yaml: evaluation: prompt: {error}") from None
    require(len(context.test[data.text]), 1, "test characters")
    prompt = asked if len(asked) else write.opening(context.test[data.text])
    seeds = context.seeds(len(_TEMPERATURES))
    written = [write(prompt, _TEXTS, float(heat), seed) for heat, seed in zip(_TEMPERATURES, seeds, strict=True)]
    return {
        "written_text": np.array(written, np.str_),
        "written_temperatures": _TEMPERATURES,
        "written_prompt": np.array(["".join(data.vocabulary[prompt])]),
    }


def surprise(context: Context) -> Arrays:
    """``text_nats`` (n,): -log p of the test characters after the first, given at least 256 before them or all."""
    text = np.asarray(context.test[context.data.text][: context.samples * _WINDOW + 1], np.int32)
    require(len(text) - 1, 1, "test characters after the first")
    width = min(2 * _WINDOW, len(text) - 1)
    known = width // 2
    starts = [*range(0, len(text) - 1 - width, width - known), len(text) - 1 - width]
    windows = text[np.array(starts)[:, None] + np.arange(width + 1)]
    found = Compiled(context.model.nats)(windows).astype(np.float32)
    nats = np.empty(len(text) - 1, np.float32)
    nats[:known] = found[0, :known]
    for start, row in zip(starts, found, strict=True):
        nats[start + known : start + width] = row[known:]
    return {"text_nats": nats}
