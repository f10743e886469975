"""A mistake in params.yaml is one line that names the key and what is allowed, before anything runs."""

import copy
import io
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from projects import ROOT, Project
from ruamel.yaml import YAML

from latent_atlas import check, params
from latent_atlas.errors import AtlasError

CONTENT = params.read(ROOT / "params.yaml")


def _edited(change: Callable[[dict[str, Any]], object]) -> Callable[[str], str]:
    """An edit of the text of params.yaml, made on its content."""

    def edit(text: str) -> str:
        yaml, buffer = YAML(), io.StringIO()
        content = yaml.load(text)
        change(content)
        yaml.dump(content, buffer)
        return buffer.getvalue()

    return edit


def _set(path: str, value: object) -> Callable[[str], str]:
    def change(content: dict[str, Any]) -> None:
        *parents, last = path.split(".")
        node = content
        for key in parents:
            node = node[key]
        if value is None:
            del node[last]
        else:
            node[last] = value

    return _edited(change)


@_edited
def _judges_last(content: dict[str, Any]) -> None:
    content["experiments"]["cnn_digits"] = content["experiments"].pop("cnn_digits")


@_edited
def _with_other_judge(content: dict[str, Any]) -> None:
    content["datasets"]["other"] = copy.deepcopy(content["datasets"]["digits"])
    content["experiments"]["cnn_other"] = {**copy.deepcopy(content["experiments"]["cnn_digits"]), "dataset": "other"}
    content["experiments"]["cnn_other"]["judge"] = "cnn_other"


def _entry(model: str, dataset: str) -> dict[str, Any]:
    settings = {"steps": 10, "batch_size": 8, "learning_rate": 0.001}
    judge = "cnn_digits" if dataset == "digits" else f"{model}_{dataset}"
    return {"model": model, "dataset": dataset, "judge": judge, **dict.fromkeys(params.SCALES, settings)}


def _billion(text: str) -> str:
    """A value that holds itself ten to the ninth times: small in memory, huge if it were written out."""
    lists = ["&a0 [x, x, x, x, x, x, x, x, x, x]"]
    lists += [f"&a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 9)]
    return text.replace("frames_per_second: 8", f"frames_per_second: [{', '.join(lists)}]")


BROKEN: dict[str, tuple[Callable[[str], str], list[str]]] = {
    "typo in a key": (
        lambda text: text.replace("latent_dim: 8", "latnet_dim: 8", 1),
        ["latnet_dim", "unknown key", "did you mean 'latent_dim'"],
    ),
    "an empty caption": (
        _set("evaluation.demo.captions", ["a red circle", " ?! "]),
        ["evaluation.demo.captions", "caption 2 (' ?! ') has no words"],
    ),
    "a caption for a list": (
        _set("evaluation.full.captions", "a red circle"),
        ["evaluation.full.captions", "valid list"],
    ),
    "pairs that are not the classes": (
        _set("experiments.cnn_digits.demo.factors", [2, 3]),
        ["experiments.cnn_digits", "factors [2, 3] make 6 classes, and the dataset has 10"],
    ),
    "negative steps": (_set("experiments.vae_digits.demo.steps", -5), ["experiments.vae_digits.demo.steps", "-5"]),
    "unknown model": (_set("experiments.vae_digits.model", "vea"), ["experiments.vae_digits.model", "'vae'"]),
    "string for a number": (
        _set("experiments.vae_digits.demo.learning_rate", "fast"),
        ["experiments.vae_digits.demo.learning_rate", "'fast'", "number"],
    ),
    "duplicate key": (lambda text: text + "\nseed: 1\n", ["'seed'", "twice"]),
    "judge of other data": (
        lambda text: _set("experiments.vae_digits.judge", "cnn_other")(_with_other_judge(text)),
        ["experiments.vae_digits.judge", "'cnn_other'", "'other'", "'digits'"],
    ),
    "judge that judges nothing": (
        _set("experiments.vae_digits.judge", "cvae_digits"),
        ["experiments.vae_digits.judge", "no classifier"],
    ),
    "missing dataset": (
        _set("experiments.vae_digits.dataset", "digit"),
        ["vae_digits.dataset", "did you mean 'digits'"],
    ),
    "missing setting": (_set("experiments.vae_digits.demo.steps", None), ["vae_digits.demo.steps", "is missing"]),
    "an entry without scales": (
        _set("datasets.mine", {}),
        ["datasets.mine", "at least one of the scales demo, laptop, full"],
    ),
    "a dataset without the chosen scale": (
        _set("datasets.faces.demo", None),
        ["datasets.faces: has no demo", "choose a scale that it has: laptop, full"],
    ),
    "an experiment without the chosen scale": (
        _set("experiments.vae_digits.demo", None),
        ["experiments.vae_digits: has no demo", "remove the entry"],
    ),
    "a mistake at another scale": (
        _set("experiments.vae_digits.full.latnet_dim", 2),
        ["experiments.vae_digits.full.latnet_dim", "unknown key"],
    ),
    "unknown scale": (_set("scale", "laptpo"), ["scale", "'laptpo'", "did you mean 'laptop'"]),
    "unknown source": (_set("datasets.digits.demo.source", "mnits"), ["datasets.digits.demo.source", "'mnits'"]),
    "not a mapping": (lambda text: "- 1\n- 2\n", ["must be a mapping"]),
    "not YAML": (lambda text: text + "\nfoo: [1, 2\n", ["line", "not YAML"]),
    "judge after what it judges": (
        _judges_last,
        ["experiments.autoencoder_digits.judge", "'cnn_digits'", "judges come first"],
    ),
    "a model on data without its columns": (
        _set("experiments.cnn_text", _entry("cnn", "text")),
        ["experiments.cnn_text.dataset", "cnn reads the column 'images'", "'text'", "its columns are text"],
    ),
    "an experiment twice": (
        _set("taught.vae_digits", {**_entry("vae", "digits"), "teacher": "cnn_digits"}),
        ["taught", "'vae_digits'", "under experiments too"],
    ),
    "a teacher for nothing": (
        _set("taught.vae_more", {**_entry("vae", "digits"), "teacher": "cnn_digits"}),
        ["taught.vae_more", "vae takes no teacher", "experiments"],
    ),
    "a billion laughs": (
        _billion,
        ["animation.frames_per_second", "should be a valid integer"],
    ),
    "code in a tag": (lambda text: text + "\nx: !!python/object/apply:os.system ['true']\n", ["not YAML"]),
}


@pytest.mark.parametrize("name", BROKEN)
def test_mistakes_are_named(name: str, tmp_path: Path) -> None:
    edit, expected = BROKEN[name]
    file = tmp_path / "params.yaml"
    file.write_text(edit((ROOT / "params.yaml").read_text()))
    with pytest.raises(AtlasError) as error:
        check.everything(params.read(file), path=file)
    message = str(error.value)
    assert "\n" not in message
    assert message.startswith(str(file))
    for part in expected:
        assert part in message


IN_ENGINES = {
    "typo in a key": (lambda text: text.replace("frames: 3", "framse: 3", 1), "framse"),
    **{name: (BROKEN[name][0], BROKEN[name][1][0]) for name in ("negative steps", "judge of other data", "not YAML")},
    "duplicate key": (lambda text: text + "\nseed: 1\n", "seed"),
}


@pytest.mark.parametrize("name", IN_ENGINES)
def test_both_engines_refuse_before_anything_runs(name: str, project: Callable[..., Project]) -> None:
    here = project("cnn_digits", "vae_digits")
    edit, expected = IN_ENGINES[name]
    file = here.path / "params.yaml"
    file.write_text(edit(file.read_text()))
    for command in (["snakemake", "--cores", "1"], ["dvc", "repro"]):
        printed = here.run(*command, code=None)
        assert "Traceback" not in printed
        assert any("params.yaml" in line for line in printed.splitlines())
        assert expected in printed
        assert not (here.path / "data").exists()
        assert not (here.path / "results").exists()


def test_every_scale_is_valid() -> None:
    for scale in params.SCALES:
        assert check.everything(CONTENT, scale).scale == scale


def test_an_entry_may_have_one_scale_only() -> None:
    content: dict[str, Any] = copy.deepcopy(CONTENT)
    for scale in ("laptop", "full"):
        del content["datasets"]["captions"][scale], content["experiments"]["cnn_faces"][scale]
    assert check.everything(content, "demo").scale == "demo"
    with pytest.raises(AtlasError, match=r"datasets\.captions: has no laptop"):
        check.everything(content, "laptop")
    file = params.cut(params.parse(params.File, content, "", params.FILE), "laptop")
    missing = set(CONTENT["experiments"]) | set(CONTENT["taught"])
    missing -= set(file.experiments) | set(file.taught)
    of_faces = {key for section in params.SECTIONS for key in CONTENT[section] if key.endswith("_faces")}
    assert missing == {"cnn_captions", "text_to_image_captions"} | of_faces  # whose judge is cnn_faces


def test_only_scale_can_be_overridden(project: Callable[..., Project]) -> None:
    here = project("cnn_digits")
    printed = here.run("snakemake", "--cores", "1", "--config", "seed=3", code=None)
    assert "--config seed: only scale can be overridden" in printed
    assert "Traceback" not in printed


def test_order_of_keys_does_not_matter() -> None:
    shuffled = list(CONTENT["experiments"]["vae_digits"]["demo"].items())
    random.Random(1).shuffle(shuffled)
    assert params.canonical(dict(shuffled)) == params.canonical(CONTENT["experiments"]["vae_digits"]["demo"])


def test_exceptions_to_reservations() -> None:
    content: dict[str, Any] = copy.deepcopy(CONTENT)
    content["resources"]["experiments"] = {"vae_digits": {"gpu": 1}}
    checked = check.everything(content)
    assert checked.reservation("train", "vae_digits", "gpu") == 1
    assert checked.reservation("train", "cvae_digits", "gpu") == 0
    assert checked.reservation("train", "vae_digits", "mem_mb") == content["resources"]["steps"]["train"]["mem_mb"]


@pytest.mark.parametrize(("gpus", "refused"), [(0, False), (1, True), (2, False)])
def test_a_batch_is_shared_by_the_gpus_that_are_reserved(gpus: int, refused: bool) -> None:
    content: dict[str, Any] = copy.deepcopy(CONTENT)
    content["experiments"]["vae_digits"]["demo"]["devices"] = 2
    content["resources"]["experiments"] = {"vae_digits": {"gpu": gpus}}
    if not refused:
        check.everything(content)
        return
    with pytest.raises(
        AtlasError, match=r"vae_digits\.devices is 2, .* set resources\.experiments\.vae_digits\.gpu to 2"
    ):
        check.everything(content)


def test_checking_loads_no_tensorflow(project: Callable[..., Project]) -> None:
    code = (
        "import sys; sys.path.insert(0, 'scripts'); from latent_atlas import engine; engine.Plan({}, engine.Path()); "
    )
    code += "sys.exit(any(name in sys.modules for name in ('tensorflow', 'keras')))"
    project("cnn_digits").run("python", "-c", code)
