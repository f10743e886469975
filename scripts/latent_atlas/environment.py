"""The software and the machine that results are made with. No clock, no names of hosts, users or folders."""

import platform
import subprocess
from importlib import metadata
from pathlib import Path

from threadpoolctl import threadpool_info

_OTHERS = ("keras", "numpy", "pandas", "pillow", "matplotlib", "scikit-learn", "snakemake", "dvc")
PACKAGES: dict[str, tuple[str, ...]] = {
    "tensorflow": ("tensorflow", "tensorflow-cpu"), **{name: (name,) for name in _OTHERS}
}  # fmt: skip
_VECTOR = ("sse4", "avx", "fma", "amx", "asimd", "sve")


def machine() -> dict[str, str]:
    """Python, operating system, processor, and what of it decides the last bits of a sum.

    Linear algebra and convolutions are computed with the widest vector instructions there are, so processors of one
    name may differ.
    """
    return {
        "Python": f"{platform.python_version()} ({platform.python_implementation()})",
        "System": _system(),
        "Architecture": platform.machine() or "unknown",
        "Processor": _processor(),
        "Vector instructions": _vector_instructions(),
        "Linear algebra": _linear_algebra(),
    }


def packages() -> dict[str, str]:
    """Versions as installed; read from their metadata, so that none of them is imported."""
    return {name: _version(candidates) for name, candidates in PACKAGES.items()}


def _version(candidates: tuple[str, ...]) -> str:
    for name in candidates:
        try:
            return metadata.version(name) + (f" ({name})" if name != candidates[0] else "")
        except metadata.PackageNotFoundError:
            continue
    return "not installed"


def _system() -> str:
    try:
        return platform.freedesktop_os_release()["PRETTY_NAME"]
    except (OSError, KeyError):
        return f"{platform.system()} {platform.mac_ver()[0]}".strip() or "unknown"


def _processor() -> str:
    facts = _cpuinfo()
    for name in ("model name", "Model", "Hardware"):
        if facts.get(name):
            numbers = [f"{part} {facts[part]}" for part in ("cpu family", "model", "stepping") if part in facts]
            return f"{facts[name]} ({', '.join(numbers)})" if numbers else facts[name]
    if platform.system() == "Darwin":
        command = ["/usr/sbin/sysctl", "-n", "machdep.cpu.brand_string"]
        asked = subprocess.run(command, capture_output=True, text=True, check=False)
        if asked.returncode == 0 and asked.stdout.strip():
            return asked.stdout.strip()
    return platform.processor() or "unknown"


def _vector_instructions() -> str:
    facts = _cpuinfo()
    flags = facts.get("flags", facts.get("Features", "")).split()
    return " ".join(flag for flag in flags if flag.startswith(_VECTOR)) or "unknown"


def _cpuinfo() -> dict[str, str]:
    """What Linux says of the first processor; empty elsewhere."""
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return {}
    pairs = (line.partition(":") for line in text.partition("\n\n")[0].splitlines())
    return {name.strip(): " ".join(value.split()) for name, _, value in pairs}


def _linear_algebra() -> str:
    """The library behind NumPy and the kernels it has chosen, which its environment variables may override."""
    import numpy as np  # noqa: F401  # loads it

    for info in threadpool_info():
        if info["user_api"] == "blas" and "/numpy" in info["filepath"]:  # SciPy brings another of its own
            return f"{info['internal_api']} {info['version']} ({info.get('architecture', 'unknown')})"
    return "unknown"
