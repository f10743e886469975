"""A Slurm of one node, with fake GPUs, for as long as the tests run. Needs root, Debian's slurm-wlm and munge."""

import os
import re
import shutil
import stat
import subprocess
import sys
import time
from pathlib import Path

SETTINGS = Path("/etc/slurm")  # the plugin strips SLURM_CONF from the environment of its jobs: it must be there
GPUS, CPUS = 1, 4
COMMAND = (
    *("snakemake", "--workflow-profile", "profiles/slurm", "--slurm-no-account", "--slurm-status-command", "squeue"),
    *("--slurm-init-seconds-before-status-checks", "2", "--seconds-between-status-checks", "2"),
    *("--default-resources", "slurm_partition=main", "mem_mb=500"),
)
NEEDED = ("munged", "mungekey", "slurmctld", "slurmd", "scontrol")

_CONFIGURATION = """\
ClusterName=test
SlurmctldHost={host}(127.0.0.1)
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
CommunicationParameters=NoInAddrAny,NoCtldInAddrAny
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
MpiDefault=none
ReturnToService=2
SchedulerParameters=sched_interval=2,bf_interval=2
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
SlurmdParameters=config_overrides
AccountingStorageType=accounting_storage/none
MinJobAge=86400
GresTypes=gpu
NodeName={host} NodeAddr=127.0.0.1 CPUs={cpus} RealMemory=16000 Gres=gpu:fake:{gpus} State=UNKNOWN
PartitionName=main Nodes={host} Default=YES MaxTime=INFINITE State=UP
"""


def unavailable() -> str:
    """Why no Slurm can be started here; empty if one can."""
    if os.geteuid():
        return "needs root, to start a Slurm"
    missing = [program for program in NEEDED if shutil.which(program) is None]
    if missing:
        return f"needs {', '.join(missing)}: install slurm-wlm and munge"
    return f"{SETTINGS / 'slurm.conf'} is there already" if (SETTINGS / "slurm.conf").exists() else ""


class Slurm:
    """The controller and the one node, started and stopped."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._host = os.uname().nodename.split(".")[0]
        self._munge = Path("/run/munge/munged.pid")

    def start(self) -> None:
        """Starts both, and waits until the node is idle."""
        for name in ("state", "spool"):
            (self.folder / name).mkdir(parents=True)
        SETTINGS.mkdir(exist_ok=True)
        for number in range(GPUS):  # any character device does: only its type is looked at
            os.mknod(self.folder / f"gpu{number}", stat.S_IFCHR | 0o600, os.makedev(1, (3, 5)[number]))
        (SETTINGS / "slurm.conf").write_text(
            _CONFIGURATION.format(host=self._host, folder=self.folder, cpus=CPUS, gpus=GPUS)
        )
        (SETTINGS / "gres.conf").write_text(
            f"NodeName={self._host} Name=gpu Type=fake File={self.folder}/gpu[0-{GPUS - 1}]\n"
        )
        if not Path("/etc/munge/munge.key").exists():
            _run("mungekey", "--create")
        self._munge.parent.mkdir(exist_ok=True)
        shutil.chown(self._munge.parent, "munge", "munge")
        _run("setpriv", "--reuid=munge", "--regid=munge", "--clear-groups", "munged", "--force")
        _run("slurmctld")
        self.start_node()

    def start_node(self) -> None:
        """Starts the node's daemon, and waits until the node can be used."""
        for _ in range(60):
            if subprocess.run(["scontrol", "ping"], capture_output=True, check=False).returncode == 0:
                break
            time.sleep(0.5)
        _run("slurmd")
        for _ in range(60):
            if re.search(r"idle|mix|alloc", _run("sinfo", "-h", "-o", "%T")):
                return
            time.sleep(0.5)
        raise RuntimeError((self.folder / "slurmctld.log").read_text())

    def restart(self, daemon: str, signal: str) -> None:
        """Ends the controller, ``slurmctld``, or the node's ``slurmd``, and starts it again."""
        pid = self.folder / f"{daemon}.pid"
        number = int(pid.read_text())
        _run("kill", f"-{signal}", str(number))
        while Path(f"/proc/{number}").exists():
            time.sleep(0.1)
        pid.unlink(missing_ok=True)
        if daemon == "slurmd":
            self.start_node()
        else:
            _run(daemon)

    def stop(self) -> None:
        """Ends the daemons and takes the settings away."""
        for pid in (self.folder / "slurmd.pid", self.folder / "slurmctld.pid", self._munge):
            if pid.exists():
                subprocess.run(["kill", pid.read_text().strip()], check=False)
        for name in ("slurm.conf", "gres.conf"):
            (SETTINGS / name).unlink(missing_ok=True)

    def jobs(self) -> dict[int, dict[str, str]]:
        """What the controller knows of every job: its fields by name."""
        lines = _run("scontrol", "show", "job", "-o").splitlines()
        each = [dict(re.findall(r"(\w+)=(\S*)", line)) for line in lines if line.startswith("JobId=")]
        return {int(job["JobId"]): job for job in each}


def plugin(folder: Path, lock: Path) -> Path:
    """Snakemake's plugin for Slurm in a folder for ``PYTHONPATH``, as pinned: it is no part of the environment."""
    blocks = re.findall(r"^snakemake-executor-plugin-slurm[\w-]*==.*\n(?: +--hash=.*\n)+", lock.read_text(), re.M)
    pins = folder.with_suffix(".txt")
    pins.write_text("".join(blocks))
    _run(str(Path(sys.executable).parent / "uv"), "pip", "install", "-q", "--no-deps", "--target", folder, "-r", pins)
    return folder


def _run(*command: str | Path) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout
