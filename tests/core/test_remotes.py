"""Data and weights go to a remote and come back: a clone draws the report without training anything."""

import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from projects import Project

NOTHING = "Nothing to be done"


@pytest.fixture(scope="module")
def source(made_by: Callable[[str, Path], Project], tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project in which everything is made and recorded, and committed to git."""
    here = made_by("snakemake", tmp_path_factory.mktemp("source") / "project")
    here.run("python", "scripts/sync.py", "--from", "snakemake")
    here.run("git", "-c", "user.name=t", "-c", "user.email=t@t", "add", "-A")
    here.run("git", "-c", "user.name=t", "-c", "user.email=t@t", "commit", "-qm", "made")
    return here


def _round_trip(source: Project, folder: Path, url: str, *settings: tuple[str, str], **variables: str) -> None:
    remote = url.partition("://")[0] if "://" in url else "directory"
    source.run("dvc", "remote", "add", "-d", "-f", remote, url)
    for name, value in settings:
        source.run("dvc", "remote", "modify", "--local", remote, name, value)
    source.run("dvc", "push", "-q", **variables)
    source.run("git", "clone", "-q", str(source.path), str(folder))
    clone = Project(folder)
    shutil.copytree(
        source.path / ".dvc", folder / ".dvc", ignore=shutil.ignore_patterns("cache", "tmp"), dirs_exist_ok=True
    )
    started = time.monotonic()
    clone.run("dvc", "pull", "-q", **variables)
    clone.run("python", "scripts/sync.py")
    print(f"pull and sync from {remote}: {time.monotonic() - started:.1f} s")
    assert NOTHING in clone.run("snakemake", "-n")
    assert "up to date" in clone.run("dvc", "status")
    assert clone.files() == source.files()
    assert not any(log.stat().st_size for log in (clone.path / "logs").rglob("*.log"))  # no step has run


@pytest.mark.slow
def test_directory(source: Project, tmp_path: Path) -> None:
    _round_trip(source, tmp_path / "clone", str(tmp_path / "store"))


@pytest.fixture
def s3() -> Iterator[str]:
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.mark.remote
def test_s3(source: Project, tmp_path: Path, s3: str) -> None:
    import boto3

    keys = {"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x", "AWS_DEFAULT_REGION": "us-east-1"}
    client = boto3.client(
        "s3", endpoint_url=s3, region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="x"
    )
    client.create_bucket(Bucket="atlas")
    _round_trip(source, tmp_path / "clone", "s3://atlas/store", ("endpointurl", s3), **keys)


@pytest.fixture
def sshd(tmp_path: Path) -> Iterator[tuple[int, Path]]:
    """An SSH server of our own on the loopback, with keys made for this test."""
    program = shutil.which("sshd") or "/usr/sbin/sshd"
    if not Path(program).exists():
        pytest.skip("openssh-server is not installed")
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(exist_ok=True)
    for name in ("host", "user"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(tmp_path / name)], check=True)
    port = 20000 + os.getpid() % 20000
    (tmp_path / "config").write_text(
        f"Port {port}\nListenAddress 127.0.0.1\nHostKey {tmp_path}/host\nAuthorizedKeysFile {tmp_path}/user.pub\n"
        f"PidFile {tmp_path}/pid\nStrictModes no\nUsePAM no\nPasswordAuthentication no\nPermitRootLogin yes\n"
        "Subsystem sftp internal-sftp\n"
    )
    server = subprocess.Popen([program, "-D", "-e", "-f", str(tmp_path / "config")], stderr=subprocess.DEVNULL)
    time.sleep(1)
    yield port, tmp_path / "user"
    server.terminate()
    server.wait()


@pytest.mark.remote
def test_ssh(source: Project, tmp_path: Path, sshd: tuple[int, Path]) -> None:
    port, key = sshd
    import getpass

    url = f"ssh://{getpass.getuser()}@127.0.0.1:{port}{tmp_path}/store"
    _round_trip(source, tmp_path / "clone", url, ("keyfile", str(key)), ("allow_agent", "false"))
