"""The same arrays give the same bytes in processes that differ in everything else."""

import os
import subprocess
import sys
from pathlib import Path

import latent_atlas.figures

PROGRAM = """
import hashlib, sys
from pathlib import Path
import numpy as np, pandas as pd
from latent_atlas.animations import evolution
from latent_atlas import rendering as render

rng = np.random.default_rng(0)
images = lambda *lead: rng.integers(0, 256, (*lead, 28, 28, 1), np.uint8)
arrays = {
    "test_images": images(30), "test_labels": np.arange(30) % 3,
    "test_logits": rng.normal(size=(30, 3)),
    "test_codes": rng.normal(size=(30, 40)), "manifold": images(4, 4), "samples": images(10),
    "anomaly_scores": rng.normal(size=60), "anomaly_labels": np.arange(60) % 2, "label_names": np.array(list("abc")),
    "condition_names": np.array(list("abc")),
    "written_text": np.array([["to be", "or not"]]), "written_temperatures": np.ones(1),
    "written_prompt": np.array(["so"]), "text_nats": rng.random(90), "test_text": np.arange(99) % 3,
    "train_text": np.arange(900) % 3, "text_vocabulary": np.array(list("abc")), "pictures": images(1),
    "picture_sources": images(1, 2), "picture_source_names": np.array([["a", "b"]]),
    "translation_sources_ab": images(3), "translated_ab": images(3),
    "reference_features": rng.normal(size=(900, 64)), "sample_features": rng.normal(size=(900, 64)),
    "latent_torus": images(3, 4, 4), "truncation_sweep": images(4, 5), "truncation_psis": np.linspace(-1, 1, 5),
    "style_mixing": images(3, 3, 3), "style_mixing_rows": images(3), "style_mixing_columns": images(3),
    "style_mixing_layers": np.array([[0, 4], [4, 5], [5, 6]]),
    "noise_draws": images(3, 4), "noise_deviation": rng.random((3, 28, 28), np.float32),
    "attribute_names": np.array(["a", "b"]), "attribute_sources": images(2, 3),
    "attribute_arithmetic": images(2, 3, 4), "attribute_steps": np.linspace(0, 2, 4),
    "attribute_before": rng.random((90, 2), np.float32), "attribute_after": rng.random((90, 2), np.float32),
    "test_attribute_logits": rng.normal(size=(90, 2)), "test_attributes": rng.integers(0, 2, (90, 2)),
}
curves = {"loss": rng.random(200) * 900 + 0.1, "gradient_norm": rng.random(200), "resolution": np.arange(200.0)}
history = pd.DataFrame({"step": np.arange(200) * 1000, **curves})
out = Path(sys.argv[1])
render.render(arrays, history, out, "a test")
steps = np.arange(6) * 1000
for name, snapshots in {
    "planes": {"manifold_frames": images(6, 8, 8)},
    "planes_under_conditions": {"manifold_frames": images(6, 2, 8, 8), "condition_names": np.array(["a", "b"])},
    "features": {"feature_frames": rng.normal(size=(6, 300, 64)), "feature_labels": np.arange(300) % 3},
    "translations": {"translation_frames": images(6, 4, 2)}, "pictures": {"picture_frames": images(6, 1)},
    "text": {"text_frames": np.array([["to be", "or not"]] * 6)},
}.items():
    (out / name).mkdir()
    evolution.animate({"steps": steps, **snapshots}, out / name, 10)
for path in sorted(path for path in out.rglob("*") if path.is_file()):
    print(path.relative_to(out), hashlib.sha256(path.read_bytes()).hexdigest())
"""


def run(directory: Path, **environment: str) -> str:
    directory.mkdir()
    (directory / "out").mkdir()
    (directory / "matplotlibrc").write_text("font.size: 30\nlines.linewidth: 9\n")  # in the cwd: must not matter
    package = Path(latent_atlas.figures.__file__).parents[2]
    return subprocess.run(
        [sys.executable, "-c", PROGRAM, str(directory / "out")],
        cwd=directory,
        env={**os.environ, "PYTHONPATH": str(package), **environment},
        capture_output=True,
        text=True,
        check=True,
    ).stdout


def test_bytes_do_not_depend_on_the_process(tmp_path: Path) -> None:
    one = run(tmp_path / "one", TZ="UTC", LANG="C", LC_ALL="C", OPENBLAS_NUM_THREADS="1", PYTHONHASHSEED="1")
    other = run(
        tmp_path / "quite another place",
        TZ="Asia/Tokyo",
        LANG="de_DE.UTF-8",
        LC_ALL="de_DE.UTF-8",
        OPENBLAS_NUM_THREADS="2",
        PYTHONHASHSEED="2",
        SOURCE_DATE_EPOCH="1",
    )
    assert one.count(".png") >= 18
    assert one.count(".mp4") == one.count(".gif") == 8
    assert one == other


def test_drawing_needs_neither_tensorflow_nor_scikit_learn() -> None:
    program = (
        "import sys\n"
        "from latent_atlas import rendering\n"
        "from latent_atlas.animations import evolution, film\n"
        "unwanted = {'tensorflow', 'keras', 'sklearn', 'matplotlib.pyplot'}\n"
        "print(sorted(unwanted & set(sys.modules)))"
    )
    package = Path(latent_atlas.figures.__file__).parents[2]
    environment = {**os.environ, "PYTHONPATH": str(package)}
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
