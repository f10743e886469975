"""A small finished run to report on: every file a report reads, drawn at random."""

import contextlib
import json
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from ruamel.yaml import YAML

from latent_atlas import checked, params
from latent_atlas.animations.film import write_mp4
from latent_atlas.prepared.card import write_card

ROOT = Path(__file__).parents[2]
MODELS = {"cnn_digits": "cnn", "vae_digits": "vae", "cvae_digits": "cvae", "cvae_gan_digits": "cvae_gan"}
KEYS = tuple(MODELS)
LABELS = ("0", "1", "2")
ENLARGED = {"from": [8, 8], "to": [28, 28]}

METRICS: dict[str, dict[str, float]] = {
    "cnn_digits": {"accuracy": 0.9876543210123457},
    "vae_digits": {
        "elbo": -100.25, "frechet": 20.0, "frechet_n": 50, "frechet_noise": 400.0, "frechet_real": 2.0,
        "frechet_untrained": 300.0, "knn_accuracy": 0.5, "reconstruction_mse": 0.03, "sharpness": 0.9,
    },
    "cvae_digits": {
        "elbo": -90.5, "frechet": 10.0, "frechet_n": 50, "frechet_noise": 400.0, "frechet_real": 2.0,
        "frechet_untrained": 310.0, "knn_accuracy": 0.9, "reconstruction_mse": 0.02, "sharpness": 1.5,
    },
    "cvae_gan_digits": {
        "frechet": 15.0, "frechet_n": 50, "frechet_noise": 400.0, "frechet_real": 2.0, "frechet_untrained": 305.0,
        "knn_accuracy": 0.8, "reconstruction_mse": 0.04, "sharpness": 1.8,
    },
}  # fmt: skip


def write(
    folder: Path,
    metrics: dict[str, dict[str, float]] = METRICS,
    label_names: tuple[str, ...] = LABELS,
    words: str = "",
    enlarged: dict[str, list[int]] | None = ENLARGED,
    surface: str = "manifold",
    latents: dict[str, int] | None = None,
) -> params.Params:
    """Fills a folder that holds nothing yet; `words` go wherever a file may hold free text."""
    _parameters(folder, latents or {})
    here = params.load("demo", folder / "params.yaml")
    _data(folder / here.processed("digits"), label_names, words, enlarged)
    for key in KEYS:
        _experiment(folder / here.folder(key), key, metrics[key], words, surface, label_names)
    return here


def _parameters(folder: Path, latents: dict[str, int]) -> None:
    content = params.read(ROOT / "params.yaml")
    content["datasets"] = {"digits": {scale: {"source": "sklearn_digits"} for scale in params.SCALES}}
    content["experiments"] = {}
    for key, model in MODELS.items():
        settings: dict[str, Any] = {"steps": 20, "batch_size": 8, "learning_rate": 0.001}
        if model != "cnn":
            settings["latent_dim"] = latents.get(key, 2)
        scales = dict.fromkeys(params.SCALES, settings)
        content["experiments"][key] = {"model": model, "dataset": "digits", "judge": "cnn_digits", **scales}
    content["taught"] = {}
    content["resources"].pop("experiments", None)
    (folder / "reference").mkdir()
    (folder / "reference/demo.json").write_text("{}\n")
    writer = YAML(typ="safe", pure=True)
    writer.sort_base_mapping_type_on_output = False
    with (folder / "params.yaml").open("w", encoding="utf-8") as file:
        writer.dump(content, file)
    with contextlib.chdir(folder):
        checked.remember("demo")


def _data(folder: Path, label_names: tuple[str, ...], words: str, enlarged: dict[str, list[int]] | None) -> None:
    folder.mkdir(parents=True)
    for split in ("train", "validation", "test"):
        np.save(folder / f"{split}_images.npy", _images(30, 8, 8, 1))
        np.save(folder / f"{split}_labels.npy", np.arange(30, dtype=np.int32) % 3)
    about: dict[str, Any] = {
        "name": f"Three digits{words}", "source": f"drawn{words}", "licence": f"none{words}",
        "citation": f"nobody{words}", "processing": f"none{words}", "split": f"none{words}",
    }  # fmt: skip
    if enlarged:
        about["enlarged"] = enlarged
    write_card(folder, about, {"images": {"kind": "images"}, "labels": {"kind": "labels", "names": list(label_names)}})
    card = json.loads((folder / "card.json").read_text())
    card["arrays"][f"more{words}"] = {"shape": [9, 8, 8, 1], "dtype": "uint8"}
    (folder / "card.json").write_text(json.dumps(card), encoding="utf-8")
    Image.fromarray(np.full((20, 30, 3), 200, np.uint8)).save(folder / "contact_sheet.png")


def _experiment(
    folder: Path, key: str, metrics: dict[str, float], words: str, surface: str, label_names: tuple[str, ...]
) -> None:
    for name in ("figures", "animations"):
        (folder / name).mkdir(parents=True)
    card: dict[str, Any] = {"model": key, "parameters": {f"encoder{words}": 1234567}}
    left_out: dict[str, list[str]] = {"": [], "figures": []}
    if key == "cvae_digits":
        card["findings"] = [f"mode collapse (steps 10 to 20){words}", "the critic has won (steps 5 to 9)"]
        left_out = {"": [f"transfers: needs at least 6 test images{words}"], "figures": [f"mistakes: too few{words}"]}
    _json(folder / "metrics.json", metrics)
    _json(folder / "model.json", card)
    for name, lines in left_out.items():
        _json(folder / name / "left_out.json", lines)
    quoted = '"' + f"loss{words}".replace('"', '""') + '"'
    (folder / "history.csv").write_text(f"step,{quoted}\n10,2.5\n20,1.5\n", encoding="utf-8")
    Image.fromarray(_images(1, 40, 60, 3)[0]).save(folder / "figures" / "training_curves.png")
    Image.fromarray(_images(1, 40, 60, 3)[0]).save(folder / "figures" / "something_new.png")
    films: dict[str, str | None] = {"evolution" if key == "cnn_digits" else "manifold": None}
    if key == "cvae_digits":
        films |= {f"manifold_{place}": name for place, name in enumerate(label_names)}
    for stem in films:
        write_mp4(folder / "animations" / f"{stem}.mp4", _images(3, 48, 64, 3), 10)
    shown = {
        stem: {"title": f"It forms{words}", "caption": f"step by step{words}", "condition": condition}
        for stem, condition in reversed(films.items())
    }
    _json(folder / "animations" / "animations.json", shown)
    found = arrays(key, surface)
    if "sample_labels" in found:
        found["condition_names"] = np.array(label_names)
    with (folder / "samples.npz").open("wb") as file:
        np.savez(file, allow_pickle=False, **found)
    with (folder / "verdict.npz").open("wb") as file:
        np.savez(file, allow_pickle=False)


def arrays(key: str, surface: str = "manifold") -> dict[str, Any]:
    """The samples of an experiment."""
    if key == "cnn_digits":
        return {"left_out": np.array([], np.str_)}
    leading = () if key == "vae_digits" else (3,)
    found: dict[str, Any] = {
        "test_codes": np.random.default_rng(1).normal(size=(30, 2)).astype(np.float32),
        "test_reconstructions": _images(30, 8, 8, 1),
        surface: _images(int(np.prod((*leading, 4, 5))), 8, 8, 1).reshape(*leading, 4, 5, 8, 8, 1),
        "samples": _images(60, 8, 8, 1),
    }
    return found | ({"sample_labels": np.arange(60) % 3} if leading else {})


def _json(path: Path, content: Any) -> None:
    path.write_text(json.dumps(content), encoding="utf-8")


def _images(*shape: int) -> Any:
    return np.random.default_rng(0).integers(0, 256, shape, np.uint8)
