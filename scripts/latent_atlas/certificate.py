"""Compares what lies on disk with the maintainers' reference: the same bytes, the same metrics, or neither.

A reference holds the SHA-256 of every output of a scale, the metrics of every experiment and the machine they were
made on. On the same kind of machine every byte should agree. On another processor the last bits of sums may not; then
an experiment is as good as the reference if each of its metrics is within its own tolerance (see
`latent_atlas.metrics.entries.Metric`), or within twice what other seeds changed: the reference also holds how far the
same experiments lay from it under other seeds.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from latent_atlas import environment, io
from latent_atlas.metrics.glossary import define

REFERENCE = Path("reference")
Metrics = Mapping[str, Mapping[str, float]]  # of each experiment
_SEEDS_MARGIN = 2.0  # a few seeds do not show all that seeds can change
_MADE_BY_ENGINES = {".snakemake_timestamp", ".gitignore"}


def outputs(scale: str) -> Iterator[Path]:
    """Every data and result file of a scale but the report, which carries the certificate."""
    for top in (Path("data") / scale, Path("results") / scale / "experiments"):
        for path in sorted(top.rglob("*")):
            if path.is_file() and path.name not in _MADE_BY_ENGINES:
                yield path


def reference_file(scale: str) -> Path:
    """Where the reference of a scale is; an empty object where there is none yet."""
    return REFERENCE / f"{scale}.json"


def take(scale: str) -> dict[str, Any]:
    """A reference made of what lies on disk now."""
    return {
        "machine": environment.machine() | environment.packages(),
        "outputs": {path.as_posix(): io.sha256(path) for path in outputs(scale)},
        "metrics": metrics(scale),
    }


def metrics(scale: str, folder: Path = Path()) -> dict[str, dict[str, float]]:
    """The metrics of every experiment that was run in a folder."""
    paths = sorted((folder / "results" / scale / "experiments").glob("*/metrics.json"))
    return {path.parent.name: io.load_json(path) for path in paths}


def spread(reference: Metrics, runs: Sequence[Metrics]) -> dict[str, dict[str, float]]:
    """The largest distance of other runs' metrics from the reference's; of each experiment those runs that have it."""
    distances: dict[str, dict[str, float]] = {}
    for run in runs:
        for experiment in run.keys() & reference.keys():
            mine = distances.setdefault(experiment, {})
            for name in run[experiment].keys() & reference[experiment].keys():
                distance = abs(run[experiment][name] - reference[experiment][name])
                mine[name] = max(mine.get(name, 0.0), float(f"{distance:.4g}"))
    return {experiment: dict(sorted(mine.items())) for experiment, mine in sorted(distances.items())}


def compare(found: Mapping[str, Any], reference: Mapping[str, Any]) -> dict[str, Any]:
    """The certificate.

    ``identical``, ``within_tolerance``, ``different``, ``missing``, ``unexpected`` are lists of paths; ``metrics`` are
    those out of tolerance, each with both values; ``experiments`` has a verdict for each experiment of the reference,
    the worst word that holds for one of its files; and ``same_machine`` and both machines.
    """
    astray = _astray(found["metrics"], reference["metrics"], reference.get("spread", {}))
    experiments_astray = {entry["experiment"] for entry in astray}
    result: dict[str, Any] = {"identical": [], "within_tolerance": [], "different": []}
    for path in (path for path in reference["outputs"] if path in found["outputs"]):
        same = found["outputs"][path] == reference["outputs"][path]
        near = path.startswith("results/") and path.split("/")[3] not in experiments_astray
        result["identical" if same else "within_tolerance" if near else "different"].append(path)
    result["missing"] = sorted(set(reference["outputs"]) - set(found["outputs"]))
    return {
        **result,
        "experiments": _verdicts(result, list(reference["metrics"])),
        "unexpected": sorted(set(found["outputs"]) - set(reference["outputs"])),
        "metrics": astray,
        "same_machine": found["machine"] == reference["machine"],
        "machine": found["machine"],
        "reference_machine": reference["machine"],
    }


def _verdicts(result: Mapping[str, list[str]], experiments: list[str]) -> dict[str, str]:
    verdicts = {}
    for word in ("identical", "within_tolerance", "different", "missing"):  # what is worse comes later
        mine = {path.split("/")[3] for path in result[word] if path.startswith("results/")}
        verdicts.update(dict.fromkeys(mine.intersection(experiments), word))
    return {experiment: verdicts[experiment] for experiment in experiments if experiment in verdicts}


def summary(certificate: Mapping[str, Any]) -> str:
    """One line."""
    keys = ("identical", "within_tolerance", "different", "missing", "unexpected")
    words = {"unexpected": "not in the reference"}
    counts = [f"{len(certificate[key])} {words.get(key, key.replace('_', ' '))}" for key in keys]
    where = "the reference's kind of machine" if certificate["same_machine"] else "another kind of machine"
    return f"outputs: {', '.join(counts)} (on {where})"


def verdicts(certificate: Mapping[str, Any]) -> list[str]:
    """A line for each kind of verdict on whole experiments that was passed at least once."""
    words = {
        "identical": "the same bytes",
        "within_tolerance": "other bytes, but every metric is within what the processor may change",
        "different": "not the same result: a metric is out of tolerance",
        "missing": "files are missing",
    }
    by_word = {word: [key for key, found in certificate["experiments"].items() if found == word] for word in words}
    return [
        f"{len(keys)} of {len(certificate['experiments'])} experiments: {words[word]}"
        + ("" if word == "identical" else f" ({', '.join(keys)})")
        for word, keys in by_word.items()
        if keys
    ]


def holds(certificate: Mapping[str, Any]) -> bool:
    """Whether nothing is missing or different; on the reference's own kind of machine, whether all is identical."""
    bad = len(certificate["different"]) + len(certificate["missing"]) + len(certificate["unexpected"])
    return not bad and not (certificate["same_machine"] and certificate["within_tolerance"])


def _astray(found: Metrics, reference: Metrics, spread: Metrics) -> list[dict[str, Any]]:
    return [
        {"experiment": experiment, "metric": metric, "found": found[experiment].get(metric), "reference": value}
        for experiment, metrics in reference.items()
        if experiment in found
        for metric, value in metrics.items()
        if metric not in found[experiment]
        or abs(found[experiment][metric] - value)
        > max(define(metric).allowed(value), _SEEDS_MARGIN * spread.get(experiment, {}).get(metric, 0.0))
    ]
