"""Memory and time that `prepare` takes, against bare Pillow with as many processes. Not collected by pytest.

    python tests/sources/bench_prepare.py [--images 20000 200000] [--folder DIR]

Makes zips of synthetic 178x218 JPEGs and prepares each with `source: folder` in a process of its own. That process
and its workers are halted every two seconds, and bare Pillow has the machine for the next two: it decodes and resizes
the same pictures, which its workers hold in memory, and keeps nothing. Each side's clock stands still while the other
runs, so whatever else the machine does slows both alike. Prepare's time is all of it but the last move into place:
reading the archive's directory, decoding, writing, hashing, the contact sheet.

Memory is what the kernel says of all the processes together whenever they are halted, with pages that several of them
share counted once (PSS); and beside it each process's own peak, in which shared pages are counted for every process.
"""

import argparse
import io
import json
import multiprocessing
import os
import select
import signal
import subprocess
import sys
import time
import zipfile
from collections import deque
from concurrent.futures import Future, ProcessPoolExecutor
from pathlib import Path

import numpy as np
from PIL import Image

SCRIPTS = Path(__file__).parents[2] / "scripts"
DISTINCT = 500  # different pictures; the archive repeats them under new names
CHUNK = 32  # pictures that a worker of the bare run is given at once
SLICE = 2.0  # seconds

pictures: list[bytes] = []  # of the bare run; its workers inherit them


def jpeg(seed: int) -> bytes:
    """A picture about as hard to decode as an aligned CelebA face (they take some 7 kB)."""
    generator = np.random.default_rng(seed)
    small = Image.fromarray(generator.integers(0, 256, (14, 11, 3), dtype=np.uint8))
    pixels = np.asarray(small.resize((178, 218), Image.Resampling.BICUBIC)) + generator.normal(0, 3, (218, 178, 1))
    buffer = io.BytesIO()
    Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8)).save(buffer, "JPEG", quality=85)
    return buffer.getvalue()


def make(path: Path, count: int) -> None:
    """Writes the archive, if it is not there."""
    if path.exists():
        return
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for number in range(count):
            archive.writestr(zipfile.ZipInfo(f"img_align/{number:06d}.jpg"), pictures[number % DISTINCT])


def prepare(archive: Path, folder: Path) -> None:
    """Runs in the process that is measured, which says when it is ready and when it is done."""
    sys.path.insert(0, str(SCRIPTS))
    from latent_atlas import contact_sheet, sources
    from latent_atlas import io as door

    class Silent:
        def say(self, text: str) -> None: ...

        def update(self, done: int, total: int, unit: str) -> None: ...

    source = sources.find("folder")
    options = source.Options(source="folder", path=str(archive), size=64)  # type: ignore[call-arg]
    raw = folder / "raw"
    raw.mkdir(parents=True, exist_ok=True)
    (raw / "images.zip").unlink(missing_ok=True)
    (raw / "images.zip").hardlink_to(archive)
    os.chdir(folder)
    with door.atomic_directory(folder / "processed") as out:
        print("ready", flush=True)
        sys.stdin.readline()
        cpu = sum(os.times()[:4])  # of this process and its workers
        source.prepare(options, raw, out, Silent())
        contact_sheet.draw(out)
        print(json.dumps({"cpu": sum(os.times()[:4]) - cpu}), flush=True)


def bare_decode(start: int) -> tuple[int, float]:
    cpu = time.process_time()
    for place in range(start, start + CHUNK):
        with Image.open(io.BytesIO(pictures[place % DISTINCT])) as image:
            image.resize((64, 64), Image.Resampling.BICUBIC, (0, 20, 178, 198)).tobytes()
    return CHUNK, time.process_time() - cpu


def bare(pool: ProcessPoolExecutor, workers: int, seconds: float) -> tuple[int, float, float]:
    """Images that Pillow alone has decoded, the seconds it took, and those of the processor."""
    start, given = time.perf_counter(), 0
    waiting: deque[Future[tuple[int, float]]] = deque()
    results = []
    while time.perf_counter() - start < seconds:
        while len(waiting) < 5 * workers:
            waiting.append(pool.submit(bare_decode, given))
            given += CHUNK
        results.append(waiting.popleft().result())
    results += [each.result() for each in waiting]
    return sum(done for done, _ in results), time.perf_counter() - start, sum(cpu for _, cpu in results)


def status(process: int, file: str, field: str) -> float:
    """A field of /proc, in MB; 0 if the process has ended."""
    try:
        text = Path(f"/proc/{process}/{file}").read_text(encoding="utf-8")
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    return int(text.partition(f"\n{field}:")[2].split()[0]) / 1024 if f"\n{field}:" in text else 0.0


def members(group: int) -> list[int]:
    """The processes of a group."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text(encoding="utf-8").rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(fields[2]) == group:
            found.append(int(stat.parent.name))
    return found


def measure(archive: Path, folder: Path, workers: int, pool: ProcessPoolExecutor) -> dict[str, float]:
    """One run of prepare, in turn with the bare one."""
    command = [sys.executable, __file__, "--folder", str(folder), "--measure", str(archive)]
    # A group of its own, to be halted as one, but not a session: Linux shares the processor out among sessions first,
    # so beside other work one session would be given less than its twin.
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, process_group=0)
    assert process.stdin is not None and process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    process.stdin.write("go\n")
    process.stdin.flush()
    seconds, together, main, worker = 0.0, 0.0, 0.0, 0.0
    bare_runs = []
    done: list[object] = []
    try:
        while not done:
            start = time.perf_counter()
            done, _, _ = select.select([process.stdout], [], [], SLICE)
            seconds += time.perf_counter() - start
            os.killpg(process.pid, signal.SIGSTOP)
            running = members(process.pid)
            together = max(together, sum(status(each, "smaps_rollup", "Pss") for each in running))
            main = max(main, status(process.pid, "status", "VmHWM"))
            worker = max([worker, *(status(each, "status", "VmHWM") for each in running if each != process.pid)])
            bare_runs.append(bare(pool, workers, SLICE))
            os.killpg(process.pid, signal.SIGCONT)
    except BaseException:
        os.killpg(process.pid, signal.SIGKILL)  # halted as it may be, it would never end
        raise
    cpu = json.loads(process.stdout.readline())["cpu"]
    assert process.wait() == 0
    bare_done, bare_seconds, bare_cpu = (sum(column) for column in zip(*bare_runs, strict=True))
    return {
        "seconds": seconds, "cpu": cpu, "together": together, "main": main, "worker": worker,
        "bare": bare_done / bare_seconds, "bare_cpu": bare_done / bare_cpu,
    }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--images", type=int, nargs="+", default=[20_000, 200_000])
    parser.add_argument("--folder", type=Path, default=Path(".atlas/bench"))
    parser.add_argument("--measure", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    folder = arguments.folder.resolve()
    if arguments.measure:
        prepare(arguments.measure, folder)
        return
    folder.mkdir(parents=True, exist_ok=True)
    workers = len(os.sched_getaffinity(0))
    pictures.extend(jpeg(seed) for seed in range(DISTINCT))
    with ProcessPoolExecutor(workers, multiprocessing.get_context("fork")) as pool:
        bare(pool, workers, 0.5)  # let the workers start
        for count in arguments.images:
            archive = folder / f"{count}.zip"
            make(archive, count)
            found = measure(archive, folder, workers, pool)
            rate = count / found["seconds"]
            print(f"{count:,} images, {workers} processes")
            print(
                f"  peak memory  {found['together']:.0f} MB together; "
                f"alone {found['main']:.0f} MB, and {found['worker']:.0f} MB the largest worker"
            )
            print(f"  prepare      {rate:6.0f} images/s ({count / found['cpu']:.0f} per CPU second)")
            print(f"  bare Pillow  {found['bare']:6.0f} images/s ({found['bare_cpu']:.0f} per CPU second)")
            by_cpu = count / found["cpu"] / found["bare_cpu"]
            print(f"  ratio        {rate / found['bare']:.2f} ({by_cpu:.2f} per CPU second)", flush=True)


if __name__ == "__main__":
    main()
