"""Keras and TensorFlow, imported at first use.

A model file states its settings and what it can do next to its networks, and the engines read those for every
``snakemake -n`` and every check of ``params.yaml``; loading TensorFlow for that would cost seconds each time.
So model files write ``from latent_atlas.backend import keras, tf`` and nothing is loaded until one is touched.
"""

import gc
import importlib
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from latent_atlas.errors import AtlasError

_DRIVER = Path("/proc/driver/nvidia/version")
_OPERATIONS_AT_ONCE = 2  # independent ones; it keeps a second core busy, and changes no bytes

# Keras imports these if it can, for features this project does not use: half of its import time.
_UNUSED_BY_KERAS = ("matplotlib", "pandas", "scipy", "sklearn")


class _AtFirstUse:
    def __init__(self, module: str) -> None:
        self._module = module

    def __getattr__(self, name: str) -> Any:
        return getattr(_load(self._module), name)


def _load(module: str) -> Any:
    if "tensorflow" not in sys.modules:
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
        # The kernels of oneDNN are faster on any x86 processor, but by default TensorFlow takes them on a few only. Not
        # a default here either: results are not to depend on the user's environment.
        os.environ["TF_ENABLE_ONEDNN_OPTS"] = "1"
        hidden = [name for name in _UNUSED_BY_KERAS if name not in sys.modules]
        sys.modules.update(dict.fromkeys(hidden))  # type: ignore[arg-type]  # None makes `import` fail
        gc.disable()  # a fifth of the time of these imports: they make a million objects, all of which stay
        try:
            importlib.import_module("tensorflow")
            importlib.import_module("keras")
        finally:
            for name in hidden:
                sys.modules.pop(name, None)
            gc.freeze()
            gc.enable()
    return importlib.import_module(module)


if TYPE_CHECKING:
    import keras
    import tensorflow as tf
    from keras import ops
else:
    keras = _AtFirstUse("keras")
    ops = _AtFirstUse("keras.ops")
    tf = _AtFirstUse("tensorflow")


def configure(threads: int, seed: int, deterministic: bool, devices: int = 1) -> None:
    """Fixes what the bytes of a result depend on: threads, seeds, the choice of kernels and the number of devices.

    The number of threads decides how sums are split, hence their last bits; it comes from ``params.yaml`` and
    never from the number of cores that an engine happens to have.
    """
    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(_OPERATIONS_AT_ONCE)
    gpus = tf.config.list_physical_devices("GPU")
    for gpu in gpus:  # untested: no machine with one has run this yet
        tf.config.experimental.set_memory_growth(gpu, True)
    if devices > 1 and not gpus:
        (cpu,) = tf.config.list_physical_devices("CPU")
        tf.config.set_logical_device_configuration(cpu, devices * [tf.config.LogicalDeviceConfiguration()])
    keras.utils.set_random_seed(seed)
    if deterministic:
        tf.config.experimental.enable_op_determinism()


def devices(count: int) -> list[str]:
    """The names of as many devices: GPUs, or where there is none the parts of the CPU that `configure` made.

    AtlasError: there are GPUs, but fewer.
    """
    kind = "GPU" if tf.config.list_physical_devices("GPU") else "CPU"
    found = [device.name for device in tf.config.list_logical_devices(kind)]
    if len(found) < count:
        raise AtlasError(f"devices is {count}, and TensorFlow finds {len(found)} {kind}s here; lower it in params.yaml")
    return found[:count]


def check_gpu(reserved: int, refuse: bool, say: Callable[[str], None]) -> None:
    """Says that a job that reserves GPUs runs on the CPU, for TensorFlow finds none; AtlasError if told to ``refuse``.

    TensorFlow itself says nothing: where its CUDA libraries are missing, it takes the CPU. Call after `configure`.
    """
    if not reserved or tf.config.list_physical_devices("GPU"):
        return
    found = "TensorFlow finds no GPU" + (
        f", though there is an NVIDIA driver ({_DRIVER}): its CUDA libraries are missing or do not fit; install "
        "envs/gpu.txt in place of envs/cpu.txt"
        if _DRIVER.exists()
        else ""
    )
    if refuse:
        raise AtlasError(f"{found}; the job reserves one, and params.yaml says resources: without_gpu: refuse")
    say(f"{found}; the job reserves one, and runs on the CPU")
