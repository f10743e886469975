"""The software and the machine that results are made with. No clock, no names of hosts, users or folders."""

import platform
import subprocess
from importlib import metadata
from pathlib import Path

PACKAGES: dict[str, tuple[str, ...]] = {
    "tensorflow": ("tensorflow", "tensorflow-cpu"),
    **{
        name: (name,)
        for name in ("keras", "numpy", "pandas", "pillow", "matplotlib", "scikit-learn", "snakemake", "dvc")
    },
}


def machine() -> dict[str, str]:
    """Python, operating system, architecture and processor."""
    return {
        "Python": f"{platform.python_version()} ({platform.python_implementation()})",
        "System": _system(),
        "Architecture": platform.machine() or "unknown",
        "Processor": _processor(),
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
    try:
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines():
            name, _, value = line.partition(":")
            if name.strip() in ("model name", "Model", "Hardware") and value.strip():
                return " ".join(value.split())
    except OSError:
        pass
    if platform.system() == "Darwin":
        asked = subprocess.run(
            ["/usr/sbin/sysctl", "-n", "machdep.cpu.brand_string"],
            capture_output=True,
            text=True,
            check=False,
        )
        if asked.returncode == 0 and asked.stdout.strip():
            return asked.stdout.strip()
    return platform.processor() or "unknown"
