"""What Slurm granted its jobs, held against what ``params.yaml`` reserves."""

from collections import Counter
from collections.abc import Iterable, Mapping

from latent_atlas.params import Params

Job = Mapping[str, str]


def check(jobs: Mapping[int, Job], declared: Params) -> set[str]:
    """Fails unless each job has the memory, time, cores and GPUs declared for its step; returns what was trained.

    A job that is tried again must have twice the memory and time.
    """
    trained = set()
    attempts: Counter[str] = Counter()
    for number in sorted(jobs):
        job = jobs[number]
        attempts[job["Comment"]] += 1
        step, _, name = job["Comment"].removeprefix("rule_").partition("_wildcards_")
        if not name and step.endswith("_evaluate_render_sample"):
            expected = _group(step.removesuffix("_evaluate_render_sample"), declared)
        else:
            expected = _alone(step, name if name in declared.experiments else None, declared, attempts[job["Comment"]])
        granted = {field: job.get(field, "") for field in expected}
        assert granted == expected, job
        if step == "train":
            trained.add(name)
    return trained


def at_once(jobs: Iterable[Job]) -> int:
    """The most jobs that ran at one time."""
    ran = [(job["StartTime"], job["EndTime"]) for job in jobs]
    return max(sum(start <= moment < end for start, end in ran) for moment, _ in ran)


def _alone(step: str, experiment: str | None, declared: Params, attempt: int) -> dict[str, str]:
    memory, minutes, gpus = (declared.reservation(step, experiment, field) for field in ("mem_mb", "runtime", "gpu"))
    if step not in ("train", "sample"):  # no other step uses TensorFlow
        return _fields(memory * attempt, minutes * attempt, 1, 0)
    threads = declared.experiments[experiment].settings.get("threads", 1)
    return _fields(memory * attempt, minutes * attempt, threads, gpus)


def _group(experiment: str, declared: Params) -> dict[str, str]:
    """One job for three steps: first ``sample``, then ``render`` and ``evaluate`` at once."""
    memory, minutes = (
        {step: declared.reservation(step, experiment, field) for step in ("sample", "render", "evaluate")}
        for field in ("mem_mb", "runtime")
    )
    return _fields(
        max(memory["sample"], memory["render"] + memory["evaluate"]),
        minutes["sample"] + max(minutes["render"], minutes["evaluate"]),
        max(2, declared.experiments[experiment].settings.get("threads", 1)),
        0,
    )


def _fields(memory: int, minutes: int, cores: int, gpus: int) -> dict[str, str]:
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    limit = (f"{days}-" if days else "") + f"{hours:02}:{minutes:02}:00"
    # Slurm writes whole gigabytes as such.
    size = f"{memory // 1024}G" if memory % 1024 == 0 else f"{memory}M"
    resources = f"gres:gpu:{gpus}" if gpus else ""
    return {"MinMemoryNode": size, "TimeLimit": limit, "NumCPUs": str(cores), "TresPerJob": resources}
