"""Memory and time that `prepare` takes, against bare Pillow with as many workers. Not collected by pytest.

    python tests/datasets/bench_prepare.py [--images 20000 200000] [--folder DIR]

Makes zips of synthetic 178x218 JPEGs, runs the prepare step of `source: folder` on each in a process of its
own, and prints peak resident memory and images a second, by the clock and by the processor's time (which
other work on the machine disturbs less). The bare run decodes and resizes the same bytes, read beforehand,
before and after the measured one: with as many threads, and with as many processes; it keeps nothing.
"""

import argparse
import io
import json
import os
import resource
import subprocess
import sys
import time
import zipfile
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path
from statistics import median

import numpy as np
from PIL import Image

SCRIPTS = Path(__file__).parents[2] / "scripts"
BARE = 8000  # images of the bare run
ROUND_IMAGES = 100_000  # a small archive is measured several times, in turn with the bare run
DISTINCT = 500  # different pictures; the archive repeats them under new names


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
    pictures = [jpeg(seed) for seed in range(DISTINCT)]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for number in range(count):
            archive.writestr(zipfile.ZipInfo(f"img_align/{number:06d}.jpg"), pictures[number % DISTINCT])


def prepare(archive: Path, folder: Path) -> None:
    """Runs in the process that is measured; prints what it used."""
    sys.path.insert(0, str(SCRIPTS))
    from latent_atlas import datasets
    from latent_atlas import io as door

    class Silent:
        def say(self, text: str) -> None: ...

        def update(self, done: int, total: int, unit: str) -> None: ...

    source = datasets.find("folder")
    options = source.Options(source="folder", path=str(archive), size=64)  # type: ignore[call-arg]
    raw = folder / "raw"
    raw.mkdir(parents=True, exist_ok=True)
    (raw / "images.zip").unlink(missing_ok=True)
    (raw / "images.zip").hardlink_to(archive)
    os.chdir(folder)
    with door.atomic_directory(folder / "processed") as out:
        start, cpu = time.perf_counter(), sum(os.times()[:4])  # of this process and its workers
        source.prepare(options, raw, out, Silent())
        seconds, cpu = time.perf_counter() - start, sum(os.times()[:4]) - cpu
    # Not getrusage: what it calls the peak is that of the process that started this one, if that was larger.
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    peak = int(status.partition("VmHWM:")[2].split()[0]) / 1024
    worker = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "cpu": cpu, "rss": peak, "worker": worker}))


def bare_decode(pictures: list[bytes]) -> int:
    for picture in pictures:
        with Image.open(io.BytesIO(picture)) as image:
            image.resize((64, 64), Image.Resampling.BICUBIC, (0, 20, 178, 198)).tobytes()
    return len(pictures)


def bare(archive: Path, workers: int) -> dict[str, float]:
    """Images a second of Pillow alone."""
    with zipfile.ZipFile(archive) as file:
        pictures = [file.read(name) for name in file.namelist()[:BARE]]
    chunks = [pictures[start : start + 64] for start in range(0, len(pictures), 64)]
    rates = {}
    for name, pool in (("threads", ThreadPoolExecutor(workers)), ("processes", ProcessPoolExecutor(workers))):
        with pool:
            list(pool.map(bare_decode, chunks[: 2 * workers]))  # let the workers start
            start = time.perf_counter()
            done = sum(pool.map(bare_decode, chunks))
            rates[name] = done / (time.perf_counter() - start)
    cpu = time.process_time()
    rates["CPU second"] = bare_decode(pictures[:2000]) / (time.process_time() - cpu)
    return rates


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
    for count in arguments.images:
        archive = folder / f"{count}.zip"
        make(archive, count)
        command = [sys.executable, __file__, "--folder", str(folder), "--measure", str(archive)]
        bares, results = [bare(archive, workers)], []
        for _ in range(max(1, ROUND_IMAGES // count)):
            results.append(json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout))
            bares.append(bare(archive, workers))
        peak, worker = (max(result[key] for result in results) for key in ("rss", "worker"))
        print(f"{count:,} images, {workers} workers, medians of {len(results)} rounds:")
        print(f"  peak resident {peak:.0f} MB, and at most {worker:.0f} MB in each worker (much of it shared)")
        print(
            f"  prepare      {median([count / result['seconds'] for result in results]):6.0f} images/s, "
            f"{median([count / result['cpu'] for result in results]):.0f} per CPU second"
        )
        print("  bare Pillow  " + ", ".join(f"{median([b[kind] for b in bares]):6.0f} ({kind})" for kind in bares[0]))
        ratios = [
            count / result["seconds"] / max((before[kind] + after[kind]) / 2 for kind in ("threads", "processes"))
            for result, before, after in zip(results, bares[:-1], bares[1:], strict=True)
        ]
        print(f"  ratio        {median(ratios):.2f} ({', '.join(f'{ratio:.2f}' for ratio in ratios)})", flush=True)


if __name__ == "__main__":
    main()
