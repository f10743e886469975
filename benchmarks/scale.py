"""Times what does no work, in folders with more and more experiments: how the engines and the report grow.

The experiments are copies of one that has been finished, `results/demo/experiments/mlp_digits`, under other keys.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from ruamel.yaml import YAML

from latent_atlas import params

FINISHED = "mlp_digits"
COMMANDS = {  # what is timed before anything is there, and with all results in place
    False: {
        "check.py": ("python", "scripts/check.py", "--scale", "demo"),
        "snakemake -n": ("snakemake", "-n", "--quiet", "all"),
        "dvc status": ("dvc", "status", "-q"),
        "dvc repro --dry": ("dvc", "repro", "--dry", "-q"),
    },
    True: {
        "sync.py --idle": ("python", "scripts/sync.py", "--idle"),
        "report.py": ("python", "scripts/report.py", "--scale", "demo"),
    },
}


def set_up(folder: Path, count: int) -> None:
    """The project's code, with ``count`` experiments in ``params.yaml`` and nothing made."""
    subprocess.run(["git", "clone", "-q", "--depth", "1", f"file://{Path.cwd()}", folder], check=True)
    content = params.read(folder / params.FILE)
    digits, entry = content["datasets"]["digits"], content["experiments"][FINISHED]
    keys = [f"mlp_{number:04d}" for number in range(count)]
    content["datasets"], content["taught"] = {"digits": digits}, {}
    content["experiments"] = {key: {**entry, "judge": key} for key in keys}
    content["resources"].pop("experiments", None)
    with (folder / params.FILE).open("w", encoding="utf-8") as file:
        YAML(typ="safe").dump(content, file)


def finish(folder: Path, count: int) -> None:
    """Puts in place what the experiments would have left, as links to the files of the finished one."""
    shutil.copytree("data/demo/digits", folder / "data/demo/digits", copy_function=os.link)
    for number in range(count):
        place = folder / f"results/demo/experiments/mlp_{number:04d}"
        shutil.copytree(f"results/demo/experiments/{FINISHED}", place, copy_function=os.link)


def timed(command: tuple[str, ...], folder: Path, limit: float) -> str:
    """Seconds that a command takes, or that it takes longer than ``limit``."""
    start = time.monotonic()
    try:
        subprocess.run(command, cwd=folder, capture_output=True, check=False, timeout=limit)
    except subprocess.TimeoutExpired:
        return f"> {limit:.0f}"
    return f"{time.monotonic() - start:.1f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--experiments", type=int, nargs="+", default=(30, 270, 2700))
    parser.add_argument("--limit", type=float, default=900, help="seconds that a command may take")
    arguments = parser.parse_args()
    if not Path(f"results/demo/experiments/{FINISHED}/metrics.json").is_file():
        sys.exit(f"scale: no finished experiment yet; run `snakemake --cores 2 {FINISHED}` first")
    with tempfile.TemporaryDirectory(dir=".") as scratch:
        for count in arguments.experiments:
            folder = Path(scratch) / str(count)
            set_up(folder, count)
            for made, commands in COMMANDS.items():
                if made:
                    finish(folder, count)
                for name, command in commands.items():
                    print(f"{count:,} experiments: {name}: {timed(command, folder, arguments.limit)} s", flush=True)


if __name__ == "__main__":
    main()
