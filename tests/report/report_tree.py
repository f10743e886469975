"""A small finished run to report on: every file a report reads, drawn at random."""

import json
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from ruamel.yaml import YAML

from latent_atlas import params
from latent_atlas.figures.animation import write_mp4

ROOT = Path(__file__).parents[2]
KEYS = ("cnn_digits", "vae_digits", "cvae_digits")
LABELS = ("0", "1", "2")

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
}  # fmt: skip


def write(
    folder: Path,
    metrics: dict[str, dict[str, float]] = METRICS,
    label_names: tuple[str, ...] = LABELS,
    words: str = "",
    processing: str = "8x8 scans of 17 grey levels to 28x28 with a filter",
    surface: str = "manifold",
) -> params.Params:
    """Fills a folder that holds nothing yet; `words` go wherever a file may hold free text."""
    _parameters(folder)
    checked = params.load("demo", folder / "params.yaml")
    _data(folder / checked.processed("digits"), label_names, words, processing)
    for key in KEYS:
        _experiment(folder / checked.folder(key), key, metrics[key], words, surface)
    return checked


def _parameters(folder: Path) -> None:
    content = params.read(ROOT / "params.yaml")
    content["datasets"] = {"digits": content["datasets"]["digits"]}
    content["experiments"] = {key: content["experiments"][key] for key in KEYS}
    content["label_animations"] = {"experiments": ["cvae_digits"], "labels": [0, 2]}
    content["resources"].pop("experiments", None)
    (folder / "reference").mkdir()
    (folder / "reference/demo.json").write_text("{}\n")
    writer = YAML(typ="safe", pure=True)
    writer.sort_base_mapping_type_on_output = False
    with (folder / "params.yaml").open("w", encoding="utf-8") as file:
        writer.dump(content, file)


def _data(folder: Path, label_names: tuple[str, ...], words: str, processing: str) -> None:
    folder.mkdir(parents=True)
    card = {
        "kind": "images", "name": f"Three digits{words}", "source": f"drawn{words}",
        "licence": f"none{words}", "citation": f"nobody{words}", "processing": processing + words,
        "split": f"none{words}", "label_names": list(label_names),
        "arrays": {name: {"shape": [9, 8, 8, 1], "dtype": "uint8"} for name in ("train_images", f"more{words}")},
    }  # fmt: skip
    (folder / "card.json").write_text(json.dumps(card), encoding="utf-8")
    Image.fromarray(np.full((20, 30, 3), 200, np.uint8)).save(folder / "contact_sheet.png")


def _experiment(folder: Path, key: str, metrics: dict[str, float], words: str, surface: str) -> None:
    (folder / "figures").mkdir(parents=True)
    (folder / "metrics.json").write_text(json.dumps(metrics), encoding="utf-8")
    card = {"model": key, "parameters": {f"encoder{words}": 1234567}, "settings": {"latent_dim": 2}}
    if key == "cvae_digits":
        card["findings"] = [f"mode collapse (steps 10 to 20){words}", "the critic has won (steps 5 to 9)"]
    (folder / "model.json").write_text(json.dumps(card), encoding="utf-8")
    quoted = '"' + f"loss{words}".replace('"', '""') + '"'
    (folder / "history.csv").write_text(f"step,{quoted}\n10,2.5\n20,1.5\n", encoding="utf-8")
    Image.fromarray(_images(1, 40, 60, 3)[0]).save(folder / "figures" / "training_curves.png")
    Image.fromarray(_images(1, 40, 60, 3)[0]).save(folder / "figures" / "something_new.png")
    films = ["manifold", *(["manifold_0", "manifold_2"] if key == "cvae_digits" else [])]
    for film in films:
        write_mp4(folder / f"{film}.mp4", _images(3, 48, 64, 3), 10)
    with (folder / "samples.npz").open("wb") as file:
        np.savez(file, allow_pickle=False, **arrays(key, surface))


def arrays(key: str, surface: str = "manifold") -> dict[str, Any]:
    """The samples of an experiment."""
    generator = np.random.default_rng(1)
    labels = np.arange(30, dtype=np.int32) % 3
    found: dict[str, Any] = {"test_images": _images(30, 8, 8, 1), "test_labels": labels}
    if key == "cnn_digits":
        return found
    leading = (3,) if key == "cvae_digits" else ()
    found |= {
        "test_codes": generator.normal(size=(30, 2)).astype(np.float32),
        "test_reconstructions": _images(30, 8, 8, 1),
        surface: _images(int(np.prod((*leading, 4, 5))), 8, 8, 1).reshape(*leading, 4, 5, 8, 8, 1),
        "samples": _images(60, 8, 8, 1),
    }
    return found | ({"sample_labels": np.arange(60) % 3} if leading else {})


def _images(*shape: int) -> Any:
    return np.random.default_rng(0).integers(0, 256, shape, np.uint8)
