"""A pipeline that is killed again and again ends with the bytes of one that was not.

KILLS sets how often (30 shows the claim of the README; the default keeps CI short).
"""

import os
import random
import re
import signal
import subprocess
import time
from pathlib import Path

import pytest
from conftest import Project, make_project

KILLS = int(os.environ.get("KILLS", "6"))
EXPERIMENTS = ["cnn_digits", "cvae_digits", "cvae_gan_digits_z8"]
SEED = 20


def _slow_down(project: Project) -> None:
    """Enough training that most kills fall into it, and a checkpoint every moment."""

    def change(content: dict) -> None:
        content["checkpoint_seconds"] = 0.2
        for entry in content["experiments"].values():
            entry["demo"] |= {"steps": 400, "frames": 12}

    project.edit(change)


@pytest.mark.slow
def test_killed_runs_end_with_the_same_bytes(tmp_path: Path) -> None:
    whole, killed = (make_project(tmp_path / name, EXPERIMENTS) for name in ("whole", "killed"))
    for project in (whole, killed):
        _slow_down(project)
    whole.run("snakemake", "--cores", "2", timeout=900)
    generator = random.Random(SEED)
    struck: list[str] = []
    for number in range(KILLS):
        engine = ["snakemake", "--cores", "2"]
        how = signal.SIGTERM if number % 5 == 4 else signal.SIGKILL
        process = subprocess.Popen(
            engine,
            cwd=killed.path,
            env=killed.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        _wait_for_a_step(process)
        time.sleep(generator.uniform(0.0, 14.0))
        struck += _steps(process.pid)
        ended = process.poll() is not None
        if not ended:
            os.killpg(process.pid, how)
            process.wait(timeout=60)
        _end_orphans(killed.path)
        if ended:  # everything was made: take something away, so that the next kill has something to hit
            _lose_one(killed, generator)
    printed = killed.run("snakemake", "--cores", "2", timeout=900)
    expected, found = whole.files(), killed.files()
    assert found.keys() == expected.keys(), printed
    assert [path for path in expected if expected[path] != found[path]] == []
    assert list((killed.path / ".atlas/tmp").iterdir()) == []
    print(f"{KILLS} kills, during: {', '.join(sorted(struck))}")
    assert struck


@pytest.mark.slow
def test_ctrl_c_says_how_to_go_on(tmp_path: Path) -> None:
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
    deadline = time.monotonic() + 120
    while not list(checkpoints.glob("0*.npz")) and time.monotonic() < deadline:
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, printed = process.communicate(timeout=60)
    assert process.returncode == 130, printed
    assert "interrupted; the same command goes on from here" in printed
    assert not (project.path / "results").exists()
    project.run("python", "scripts/train.py", "--scale", "demo", "cvae_gan_digits_z8")
    log = (project.path / "logs/demo/train/cvae_gan_digits_z8.log").read_text()
    assert re.search(r"resumed after step [1-9]", log)


def _wait_for_a_step(process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 60
    while process.poll() is None and not _steps(process.pid) and time.monotonic() < deadline:
        time.sleep(0.1)


def _steps(session: int) -> list[str]:
    """What the steps of a session are doing now."""
    listed = subprocess.run(["ps", "-o", "args=", "-s", str(session)], capture_output=True, text=True, check=False)
    found = re.findall(r"^python scripts/(\w+)\.py (.*)$", listed.stdout, re.MULTILINE)
    return [f"{step} {arguments.split()[-1]}" for step, arguments in found]


def _end_orphans(folder: Path) -> None:
    """A killed Snakemake may leave steps behind that lead their own group; they belong to this test alone."""
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if (entry / "cwd").resolve() == folder.resolve() and int(entry.name) != os.getpid():
                os.kill(int(entry.name), signal.SIGKILL)
        except OSError:
            continue
    time.sleep(0.3)


def _lose_one(project: Project, generator: random.Random) -> None:
    key = generator.choice(EXPERIMENTS)
    (project.path / f"results/demo/experiments/{key}/weights.npz").unlink()
