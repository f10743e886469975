# One rule per step, in the order the data flows. dvc.yaml describes the same graph, stage by stage; a test holds the
# two to each other. Everything that can be chosen is in params.yaml; what each step depends on is in steps.py.

import sys

from snakemake.utils import min_version

min_version("9.0")

# Where this file and its code are: in the working directory, unless another folder or workflow uses them.
home = Path(workflow.current_basedir.get_path_or_uri(secret_free=True))
if not (home / "scripts").is_dir():
    sys.exit(f"{home}: no scripts beside the Snakefile: clone the repository and use the Snakefile in the clone")
sys.path.insert(0, str(home / "scripts"))
from latent_atlas.engine import Plan

plan = Plan(config, home)
scripts = plan.quoted_scripts

data = f"data/{plan.scale}/{{dataset}}"
folder = f"results/{plan.scale}/experiments/{{experiment}}"
pages = f"results/{plan.scale}/report"
logs = f"logs/{plan.scale}"


# Used with `--sdm apptainer` alone; containers/apptainer.def says how it is built.
container: "latent-atlas.sif"


wildcard_constraints:
    dataset="|".join(plan.datasets),
    experiment="|".join(plan.experiments),


onstart:
    plan.lock()
    # Snakemake's limit of 100 jobs a second has it look for jobs anew every second, and once more for each job that has
    # ended: in a run of many jobs that took a third of a core.
    workflow.scheduler.job_rate_limiter = None


# The head node of a cluster has the internet, its compute nodes may not.
localrules:
    all,
    fetch,


# Everything that an experiment leaves behind.
files = ["weights.npz", "model.json", "history.csv", "snapshots.npz", "samples.npz", "verdict.npz"]
files += ["metrics.json", "left_out.json", "figures", "animations"]
made = expand(f"{folder}/{{file}}", experiment=plan.experiments, file=files)


# All of it, so that what somebody has deleted is made again.
rule all:
    input:
        f"{pages}/index.html",
        expand(f"{data}/processed", dataset=plan.datasets),
        made,


# One experiment by its key, as in `snakemake vae_digits`.
for experiment in plan.targets:

    rule:
        name:
            experiment
        input:
            expand(f"{folder}/{{file}}", experiment=experiment, file=files),
        localrule: True


rule fetch:
    input:
        plan.code("fetch"),
    output:
        directory(f"{data}/raw"),
    log:
        f"{logs}/fetch/{{dataset}}.log",
    resources:
        mem_mb=plan.reserve("fetch", "mem_mb"),
        runtime=plan.reserve("fetch", "runtime"),
    params:
        scale=plan.scale,
        values=plan.values("fetch"),
    shell:
        f"python {scripts}/fetch.py --scale {{params.scale}} {{wildcards.dataset}}"


rule prepare:
    input:
        plan.code("prepare"),
        f"{data}/raw",
    output:
        directory(f"{data}/processed"),
    log:
        f"{logs}/prepare/{{dataset}}.log",
    resources:
        mem_mb=plan.reserve("prepare", "mem_mb"),
        runtime=plan.reserve("prepare", "runtime"),
    params:
        scale=plan.scale,
        values=plan.values("prepare"),
    shell:
        f"python {scripts}/prepare.py --scale {{params.scale}} {{wildcards.dataset}}"


rule train:
    input:
        plan.code("train"),
        plan.processed,
        plan.teacher,
    output:
        f"{folder}/weights.npz",
        f"{folder}/model.json",
        f"{folder}/history.csv",
        f"{folder}/snapshots.npz",
    log:
        f"{logs}/train/{{experiment}}.log",
    threads: plan.threads
    resources:
        mem_mb=plan.reserve("train", "mem_mb"),
        runtime=plan.reserve("train", "runtime"),
        gpu=plan.reserve("train", "gpu"),
    params:
        scale=plan.scale,
        values=plan.values("train"),
    shell:
        f"python {scripts}/train.py --scale {{params.scale}} {{wildcards.experiment}}"


rule sample:
    input:
        plan.code("sample"),
        plan.processed,
        plan.judge("model.json"),
        f"{folder}/weights.npz",
    output:
        f"{folder}/samples.npz",
        f"{folder}/verdict.npz",
    log:
        f"{logs}/sample/{{experiment}}.log",
    group:
        plan.group
    threads: plan.threads
    resources:
        mem_mb=plan.reserve("sample", "mem_mb"),
        runtime=plan.reserve("sample", "runtime"),
        gpu=plan.reserve("sample", "gpu"),
    params:
        scale=plan.scale,
        values=plan.values("sample"),
    shell:
        f"python {scripts}/sample.py --scale {{params.scale}} {{wildcards.experiment}}"


rule render:
    input:
        plan.code("render"),
        plan.processed,
        plan.judge("verdict.npz"),
        f"{folder}/history.csv",
        f"{folder}/snapshots.npz",
        f"{folder}/samples.npz",
    output:
        directory(f"{folder}/figures"),
        directory(f"{folder}/animations"),
    log:
        f"{logs}/render/{{experiment}}.log",
    group:
        plan.group
    resources:
        mem_mb=plan.reserve("render", "mem_mb"),
        runtime=plan.reserve("render", "runtime"),
    params:
        scale=plan.scale,
        values=plan.values("render"),
    shell:
        f"python {scripts}/render.py --scale {{params.scale}} {{wildcards.experiment}}"


rule evaluate:
    input:
        plan.code("evaluate"),
        plan.processed,
        plan.judge("verdict.npz"),
        f"{folder}/model.json",
        f"{folder}/samples.npz",
    output:
        f"{folder}/metrics.json",
        f"{folder}/left_out.json",
    log:
        f"{logs}/evaluate/{{experiment}}.log",
    group:
        plan.group
    resources:
        mem_mb=plan.reserve("evaluate", "mem_mb"),
        runtime=plan.reserve("evaluate", "runtime"),
    params:
        scale=plan.scale,
        values=plan.values("evaluate"),
    shell:
        f"python {scripts}/evaluate.py --scale {{params.scale}} {{wildcards.experiment}}"


rule report:
    input:
        plan.code("report"),
        plan.reference,
        expand(f"{data}/{{kind}}", dataset=plan.datasets, kind=["raw", "processed"]),
        made,
    output:
        f"{pages}/index.html",
        f"{pages}/report.md",
        f"{pages}/metrics.csv",
    log:
        f"{logs}/report/report.log",
    resources:
        mem_mb=plan.reserve("report", "mem_mb"),
        runtime=plan.reserve("report", "runtime"),
    params:
        scale=plan.scale,
        values=plan.values("report"),
    shell:
        f"python {scripts}/report.py --scale {{params.scale}}"
