"""Latent Atlas: the classic generative models, trained, drawn, animated and measured side by side."""

import importlib.util
import sys

if importlib.util.find_spec("numpy") is None:
    sys.exit("latent atlas: this Python lacks the environment; run `make env && source .venv/bin/activate`")
