"""A pipeline that is killed again and again ends with the bytes of one that was not.

KILLS sets how often (30 shows the claim of the README; the default keeps CI short).
"""

import os
import random
import re
import shutil
import signal
import subprocess
import time
from collections import Counter
from pathlib import Path

import pytest
from projects import Project, make_project

KILLS = int(os.environ.get("KILLS", "5"))
# Enough that a training outlasts the kills that strike it.
LONG = {"cnn_digits": 8000, "cvae_digits": 10000, "cvae_gan_digits_z8": 3000}
STEPS = {key: steps * max(KILLS, 8) // 30 for key, steps in LONG.items()}
EXPERIMENTS = list(STEPS)
SEED = 20

# Mounts of its own, for which no rights are needed on most systems.
OTHER_MOUNTS = ["unshare", "--user", "--map-root-user", "--mount"]

# The steps that are struck, and how many seconds after their start at the most; training after its first checkpoint.
LONGEST = {"train": 2.5, "sample": 10.0, "render": 4.0, "report": 5.0}
# What a step has made when it is done.
MADE = {"train": "weights.npz", "sample": "samples.npz", "render": "figures"}


def _slow_down(project: Project) -> None:
    """Enough training that it outlasts several kills, and a checkpoint every moment."""

    def change(content: dict) -> None:
        content["checkpoint_seconds"] = 0.3
        for key, entry in content["experiments"].items():
            entry["demo"] |= {"steps": STEPS[key], "frames": 12}

    project.edit(change)


@pytest.mark.slow
def test_killed_runs_end_with_the_same_bytes(tmp_path: Path) -> None:
    whole, killed = (make_project(tmp_path / name, EXPERIMENTS) for name in ("whole", "killed"))
    for project in (whole, killed):
        _slow_down(project)
    whole.run("snakemake", "--cores", "2", timeout=1800)
    generator = random.Random(SEED)
    struck: Counter[str] = Counter()
    resumed: Counter[str] = Counter()
    for number, (step, experiment) in enumerate(_plan()):
        _lose(killed, step, experiment)
        how = signal.SIGTERM if number % 5 == 4 else signal.SIGKILL
        hit = _strike(killed, step, experiment, generator.uniform(0.0, LONGEST[step]), how)
        struck.update(hit)
        print(f"kill {number + 1} of {KILLS} ({how.name}) struck {', '.join(hit) or 'nothing'}", flush=True)
        resumed.update(_resumed(killed))
    killed.run("snakemake", "--cores", "2", timeout=1800)
    resumed.update(_resumed(killed))
    expected, found = whole.files(), killed.files()
    different = [path for path in expected if expected[path] != found.get(path)]
    print(f"{sum(struck.values())} steps struck: {dict(struck)}; trainings resumed: {dict(resumed)}")
    print(f"{len(expected)} outputs, {len(different)} of them different")
    assert found.keys() == expected.keys()
    assert different == []
    assert list((killed.path / ".atlas/tmp").iterdir()) == []
    wanted = {f"{step} {experiment}".strip() for step, experiment in _plan() if step in ("train", "report")}
    assert wanted <= set(struck)
    assert set(resumed) == set(EXPERIMENTS)


def _plan() -> list[tuple[str, str]]:
    """Which step each kill waits for, and of which experiment: three in five hit training, each model in turn."""
    others = [("sample", EXPERIMENTS[0]), ("render", EXPERIMENTS[1]), ("report", "")]
    later = [others[number % 3] for number in range(KILLS * 2 // 5)]
    trainings = [("train", EXPERIMENTS[number % len(EXPERIMENTS)]) for number in range(KILLS - len(later))]
    return sorted(trainings + later, key=lambda entry: (list(LONGEST).index(entry[0]), entry[1]))


def _strike(project: Project, step: str, experiment: str, delay: float, how: signal.Signals) -> list[str]:
    """Runs the pipeline until ``delay`` seconds into a step, kills all of it, and says what it hit."""
    checkpoints = project.path / ".atlas/checkpoints/demo" / experiment
    before = set(checkpoints.glob("0*.npz"))
    process = subprocess.Popen(
        ["snakemake", "--cores", "2"],
        cwd=project.path,
        env=project.environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )

    def is_there() -> bool:
        if step == "train":
            return bool(set(checkpoints.glob("0*.npz")) - before)
        return f"{step} {experiment}".strip() in _steps(process.pid)

    deadline = time.monotonic() + 900
    while not is_there():
        assert process.poll() is None, f"the pipeline ended without running {step} {experiment}"
        assert time.monotonic() < deadline, f"no {step} {experiment} within a quarter of an hour"
        time.sleep(0.02)
    time.sleep(delay)
    hit = _steps(process.pid)
    if process.poll() is None:
        os.killpg(process.pid, how)
        process.wait(timeout=120)
    _end_orphans(project.path)
    return hit


def _resumed(project: Project) -> list[str]:
    """The trainings whose last run, as its log says, was resumed from a checkpoint."""
    logs = sorted((project.path / "logs/demo/train").glob("*.log"))
    found = [log.stem for log in logs if "resumed after step" in log.read_text(errors="replace")]
    for log in logs:
        log.unlink()
    return found


def _lose(project: Project, step: str, experiment: str) -> None:
    """So that the next kill has something to hit."""
    results = project.path / "results/demo"
    made = results / "experiments" / experiment / MADE[step] if experiment else results / "report/index.html"
    shutil.rmtree(made) if made.is_dir() else made.unlink(missing_ok=True)


@pytest.mark.slow
def test_ctrl_c_says_how_to_resume(tmp_path: Path) -> None:
    project = make_project(tmp_path / "project", ["cvae_gan_digits_z8", "cnn_digits"])
    _slow_down(project)
    for step in ("fetch", "prepare"):
        project.run("python", f"scripts/{step}.py", "--scale", "demo", "digits")
    process = subprocess.Popen(
        ["python", "scripts/train.py", "--scale", "demo", "cvae_gan_digits_z8"],
        cwd=project.path,
        env=project.environment,
        stderr=subprocess.PIPE,
        text=True,
    )
    checkpoints = project.path / ".atlas/checkpoints/demo/cvae_gan_digits_z8"
    deadline = time.monotonic() + 300
    while not list(checkpoints.glob("0*.npz")):
        assert process.poll() is None
        assert time.monotonic() < deadline, "no checkpoint within five minutes"
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, printed = process.communicate(timeout=120)
    assert process.returncode == 130, printed
    assert "interrupted; the same command resumes it" in printed
    assert not (project.path / "results").exists()
    project.run("python", "scripts/train.py", "--scale", "demo", "cvae_gan_digits_z8")
    log = (project.path / "logs/demo/train/cvae_gan_digits_z8.log").read_text()
    assert re.search(r"resumed after step [1-9]", log)


def _steps(session: int) -> list[str]:
    """What the steps of a session are doing now."""
    listed = subprocess.run(["ps", "-o", "args=", "-s", str(session)], capture_output=True, text=True, check=False)
    found = re.findall(r"^python scripts/(\w+)\.py --scale demo ?(\w*)", listed.stdout, re.MULTILINE)
    return sorted({f"{step} {target}".strip() for step, target in found})


def _end_orphans(folder: Path) -> None:
    """A killed Snakemake may leave steps behind that lead their own group; they belong to this test alone."""
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if (entry / "cwd").resolve() == folder.resolve() and int(entry.name) != os.getpid():
                os.kill(int(entry.name), signal.SIGKILL)
        except OSError:
            continue
    time.sleep(0.3)


@pytest.mark.slow
@pytest.mark.parametrize("full", [".atlas", "results"])
def test_a_full_disk_costs_nothing_but_time(full: str, tmp_path: Path) -> None:
    if subprocess.run([*OTHER_MOUNTS, "true"], capture_output=True, check=False).returncode:
        pytest.skip("this system lets no user mount a small disk")
    project, whole = (make_project(tmp_path / name, ["cnn_digits"]) for name in ("project", "whole"))
    train = ["python", "scripts/train.py", "--scale", "demo", "cnn_digits"]
    for here in (project, whole):
        _slow_down(here)
        here.edit(lambda content: content["experiments"]["cnn_digits"]["demo"].update(steps=300))
        for step in ("fetch", "prepare"):
            here.run("python", f"scripts/{step}.py", "--scale", "demo", "digits")
        (here.path / "results").mkdir()
    whole.run(*train)
    mount = f'mount -t tmpfs -o size=60k disk "{full}" && exec "$@"'
    printed = project.run(*OTHER_MOUNTS, "sh", "-c", mount, "sh", *train, code=1)
    assert re.search(
        r"^train cnn_digits: .*: cannot be written: the disk is full; free some space", printed, re.MULTILINE
    )
    assert "Traceback" not in printed
    assert list((project.path / "results").rglob("*")) == []
    project.run(*train)
    assert project.files() == whole.files()
