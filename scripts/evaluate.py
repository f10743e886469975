"""Measures an experiment."""

from latent_atlas import evidence, io, step
from latent_atlas.errors import AtlasError
from latent_atlas.evaluation import evaluate
from latent_atlas.params import Params


def main(params: Params, key: str, progress: step.Progress) -> None:
    folder = params.folder(key)
    arrays = evidence.load(params, key)
    findings = io.load_json(folder / "model.json").get("findings")
    try:
        metrics, left_out = evaluate(arrays, findings)
    except ValueError as error:
        raise AtlasError(f"{folder / evidence.SAMPLES}: {error}") from None
    for reason in left_out:
        print(f"left out: {reason}")
    io.save_json(folder / "metrics.json", {name: _shorten(value) for name, value in metrics.items()})
    io.save_json(folder / "left_out.json", [*map(str, arrays.get("left_out", [])), *left_out])


def _shorten(value: float) -> float:
    """Six digits; what lies beyond them is the processor's rounding and nobody's finding."""
    return value if isinstance(value, int) else float(f"{value:.6g}")


if __name__ == "__main__":
    step.run(main, __doc__, "experiment")
