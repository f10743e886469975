"""The check that a new model passes: resumed with the same bytes, no noise but from the seed."""

import pytest
from projects import Project, add_model, make_project

NOISY = "tf.random.stateless_normal(tf.shape(mean), seed)", "tf.random.normal(tf.shape(mean))"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    here = make_project(tmp_path_factory.mktemp("checked") / "project", ["mlp_digits", "vae_digits"])
    here.edit(lambda content: [entry.update(judge=key) for key, entry in content["experiments"].items()])
    here.run("python", "scripts/fetch.py", "--scale", "demo", "digits")
    here.run("python", "scripts/prepare.py", "--scale", "demo", "digits")
    return here


@pytest.mark.slow
def test_a_sound_model_passes(project: Project) -> None:
    said = project.run("python", "scripts/check_model.py", "vae_digits")
    assert "arrays are the same after a stop and a new start" in said
    assert not (project.path / "results").exists()


@pytest.mark.slow
def test_noise_of_its_own_is_found(project: Project) -> None:
    """The model draws from TensorFlow's own generator, whose state no checkpoint has."""
    file = project.path / "scripts/latent_atlas/blocks/losses.py"
    sound = file.read_text()
    assert NOISY[0] in sound
    file.write_text(sound.replace(*NOISY))
    try:
        said = project.run("python", "scripts/check_model.py", "vae_digits", code=1)
    finally:
        file.write_text(sound)
    assert "after a stop and a new start, these differ: " in said and "draw all noise from the `seed`" in said


def test_an_unknown_experiment_is_one_line(project: Project) -> None:
    said = project.run("python", "scripts/check_model.py", "vae_digit", code=1)
    assert said.count("\n") == 1 and "vae_digits" in said


BEGUN = "    def __init__(self, settings, data): ...\n"


@pytest.mark.parametrize(
    ("kind", "body", "problem"),
    [
        ("model.Model, model.Decodes", f"    Settings = model.Settings\n{BEGUN}", "does not define decode, train_step"),
        ("model.Model", f"{BEGUN}    def train_step(self, batch, seed): ...\n", "has no Settings"),
    ],
)
def test_what_a_model_file_lacks_is_said_when_params_are_read(
    project: Project, kind: str, body: str, problem: str
) -> None:
    add_model(project, "half", f"from latent_atlas import model\n\n\nclass Half({kind}):\n{body}")
    entry = {"steps": 1, "batch_size": 1, "learning_rate": 0.1}
    project.edit(lambda content: content["experiments"].update(
        half={"model": "half", "dataset": "digits", "judge": "half", "demo": entry}
    ))  # fmt: skip
    try:
        said = project.run("python", "scripts/check.py", code=1)
    finally:
        project.edit(lambda content: content["experiments"].pop("half"))
    assert problem in said and said.count("\n") == 1
