"""Latent Atlas: the classic generative models, trained, drawn, animated and measured side by side."""

import importlib.util
import os
import sys

# Before NumPy is loaded: BLAS must not split sums by the number of cores, nor take those of other jobs.
for _variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_variable] = "1"

if importlib.util.find_spec("numpy") is None:
    sys.exit("latent atlas: this Python lacks the environment; run `make env && source .venv/bin/activate`")
