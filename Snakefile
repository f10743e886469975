# One rule per step, in the order the data flows. dvc.yaml describes the same graph, stage by stage; a test holds the
# two to each other. Everything that can be chosen is in params.yaml.

import sys

sys.path.insert(0, str(Path(workflow.basedir) / "scripts"))
from latent_atlas.engine import Atlas, code

atlas = Atlas(config)

data = f"data/{atlas.scale}/{{dataset}}"
folder = f"results/{atlas.scale}/experiments/{{experiment}}"
pages = f"results/{atlas.scale}/report"
logs = f"logs/{atlas.scale}"
environment = "envs/conda.yaml"

model_code = code("backend.py", "compiled.py", "latents.py", "model.py", "weights.py", "blocks")


wildcard_constraints:
    dataset="|".join(atlas.datasets),
    experiment="|".join(atlas.experiments),
    label="[0-9]+",


onstart:
    atlas.lock()


# The head node of a cluster has the internet, its compute nodes may not.
localrules:
    all,
    fetch,


rule all:
    input:
        f"{pages}/index.html",
        expand(f"{data}/processed", dataset=atlas.datasets),


rule fetch:
    input:
        "scripts/fetch.py",
        code("datasets"),
    output:
        directory(f"{data}/raw"),
    log:
        f"{logs}/fetch/{{dataset}}.log",
    conda:
        environment
    resources:
        mem_mb=atlas.reserve("fetch", "mem_mb"),
        runtime=atlas.reserve("fetch", "runtime"),
    params:
        scale=atlas.scale,
        options=atlas.dataset_options,
    shell:
        "python scripts/fetch.py --scale {params.scale} {wildcards.dataset}"


rule prepare:
    input:
        "scripts/prepare.py",
        code("datasets"),
        f"{data}/raw",
    output:
        directory(f"{data}/processed"),
    log:
        f"{logs}/prepare/{{dataset}}.log",
    conda:
        environment
    resources:
        mem_mb=atlas.reserve("prepare", "mem_mb"),
        runtime=atlas.reserve("prepare", "runtime"),
    params:
        scale=atlas.scale,
        options=atlas.dataset_options,
    shell:
        "python scripts/prepare.py --scale {params.scale} {wildcards.dataset}"


rule train:
    input:
        "scripts/train.py",
        atlas.model_file,
        model_code,
        code("training"),
        atlas.processed,
    output:
        f"{folder}/weights.npz",
        f"{folder}/model.json",
        f"{folder}/history.csv",
        f"{folder}/snapshots.npz",
    log:
        f"{logs}/train/{{experiment}}.log",
    conda:
        environment
    threads: atlas.threads
    resources:
        mem_mb=atlas.reserve("train", "mem_mb"),
        runtime=atlas.reserve("train", "runtime"),
        gpu=atlas.reserve("train", "gpu"),
    params:
        scale=atlas.scale,
        settings=atlas.settings,
    shell:
        "python scripts/train.py --scale {params.scale} {wildcards.experiment}"


rule sample:
    input:
        "scripts/sample.py",
        atlas.model_file,
        model_code,
        code("sampling"),
        atlas.processed,
        atlas.judge,
        f"{folder}/weights.npz",
    output:
        f"{folder}/samples.npz",
    log:
        f"{logs}/sample/{{experiment}}.log",
    conda:
        environment
    threads: atlas.threads
    resources:
        mem_mb=atlas.reserve("sample", "mem_mb"),
        runtime=atlas.reserve("sample", "runtime"),
        gpu=atlas.reserve("sample", "gpu"),
    params:
        scale=atlas.scale,
        evaluation=atlas.evaluation(),
    shell:
        "python scripts/sample.py --scale {params.scale} {wildcards.experiment}"


rule render:
    input:
        "scripts/render.py",
        code("figures"),
        f"{folder}/history.csv",
        f"{folder}/samples.npz",
    output:
        directory(f"{folder}/figures"),
    log:
        f"{logs}/render/{{experiment}}.log",
    conda:
        environment
    resources:
        mem_mb=atlas.reserve("render", "mem_mb"),
        runtime=atlas.reserve("render", "runtime"),
    params:
        scale=atlas.scale,
    shell:
        "python scripts/render.py --scale {params.scale} {wildcards.experiment}"


rule animate:
    input:
        "scripts/animate.py",
        code("figures"),
        f"{folder}/snapshots.npz",
    output:
        f"{folder}/manifold.gif",
        f"{folder}/manifold.mp4",
    log:
        f"{logs}/animate/{{experiment}}.log",
    conda:
        environment
    resources:
        mem_mb=atlas.reserve("animate", "mem_mb"),
        runtime=atlas.reserve("animate", "runtime"),
    params:
        scale=atlas.scale,
        animation=atlas.top_level("animation"),
    shell:
        "python scripts/animate.py --scale {params.scale} {wildcards.experiment}"


rule animate_label:
    input:
        "scripts/animate.py",
        code("figures"),
        f"{folder}/snapshots.npz",
    output:
        f"{folder}/manifold_{{label}}.gif",
        f"{folder}/manifold_{{label}}.mp4",
    log:
        f"{logs}/animate/{{experiment}}-{{label}}.log",
    conda:
        environment
    resources:
        mem_mb=atlas.reserve("animate", "mem_mb"),
        runtime=atlas.reserve("animate", "runtime"),
    params:
        scale=atlas.scale,
        animation=atlas.top_level("animation"),
    shell:
        "python scripts/animate.py --scale {params.scale} {wildcards.experiment} --label {wildcards.label}"


rule evaluate:
    input:
        "scripts/evaluate.py",
        code("metrics"),
        atlas.processed,
        f"{folder}/model.json",
        f"{folder}/samples.npz",
    output:
        f"{folder}/metrics.json",
    log:
        f"{logs}/evaluate/{{experiment}}.log",
    conda:
        environment
    resources:
        mem_mb=atlas.reserve("evaluate", "mem_mb"),
        runtime=atlas.reserve("evaluate", "runtime"),
    params:
        scale=atlas.scale,
    shell:
        "python scripts/evaluate.py --scale {params.scale} {wildcards.experiment}"


rule report:
    input:
        "scripts/report.py",
        code("figures", "report", "certificate.py", "environment.py"),
        f"reference/{atlas.scale}.json",
        expand(f"{data}/{{kind}}", dataset=atlas.datasets, kind=["raw", "processed"]),
        expand(
            f"{folder}/{{file}}",
            experiment=atlas.experiments,
            file=["weights.npz", "model.json", "history.csv", "snapshots.npz", "samples.npz", "metrics.json"]
            + ["figures", "manifold.gif", "manifold.mp4"],
        ),
        expand(
            f"{folder}/manifold_{{label}}.{{suffix}}",
            experiment=atlas.params.label_animations.experiments,
            label=atlas.params.label_animations.labels,
            suffix=["gif", "mp4"],
        ),
    output:
        f"{pages}/index.html",
        f"{pages}/report.md",
        f"{pages}/metrics.csv",
    log:
        f"{logs}/report/report.log",
    conda:
        environment
    resources:
        mem_mb=atlas.reserve("report", "mem_mb"),
        runtime=atlas.reserve("report", "runtime"),
    params:
        scale=atlas.scale,
        shown=atlas.top_level("seed", "datasets", "evaluation", "experiments"),
    shell:
        "python scripts/report.py --scale {params.scale}"
