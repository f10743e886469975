"""Counts what a scale would cost without running it: jobs, arithmetic of each training, and the longest chain.

The train step of each experiment is traced, not run, and TensorFlow counts the operations of its convolutions, matrix
products and their gradients. Time follows from a rate that you give: what a device reaches in such networks, which is
far below what it is sold for.
"""

import argparse
import sys

from latent_atlas import backend, check, models, params, sources, weights
from latent_atlas.backend import tf
from latent_atlas.columns import Column, DataSpec
from latent_atlas.errors import AtlasError
from latent_atlas.model import Before, Paints, Settings

_WORDS, _VOCABULARY, _CHARACTERS = 32, 5_000, 160  # stand for what is known only once texts have been read


def columns(here: params.Params, dataset: str) -> DataSpec:
    """What a source promises; what only its files could tell is replaced by a usual value."""
    options = sources.options(here, dataset)
    found = sources.find(options.source).columns(options)
    return DataSpec({name: _known(column) for name, column in found.items()})


def _known(column: Column) -> Column:
    if column.kind == "captions":
        return Column("captions", (_WORDS,), _VOCABULARY, column.order)
    return Column("text", (), _CHARACTERS, column.order) if column.kind == "text" else column


def batch(data: DataSpec, names: tuple[str, ...], settings: Settings) -> dict[str, tf.TensorSpec]:
    """The form of what a train step is given."""
    rows, found = settings.images_per_step, {}
    for name in names:
        column = data[name]
        if column.kind == "text":
            found[name] = tf.TensorSpec((rows, getattr(settings, "window", 0) + 1), tf.int32)
            found[f"{name}_begins"] = tf.TensorSpec((), tf.bool)
        else:
            real = column.kind in ("images", "attributes")
            found[name] = tf.TensorSpec((rows, *(column.shape or ())), tf.float32 if real else tf.int32)
    return found


def operations(here: params.Params, key: str) -> float:
    """Floating-point operations of a train step; every branch of a condition is counted."""
    data, settings = columns(here, here.experiments[key].dataset), models.settings(here, key)
    model = weights.build({**weights.describe(here, key, data), "settings": settings.model_dump(mode="json")})
    if teacher := here.experiments[key].teacher:
        model.prepare(Before(weights.build(weights.describe(here, teacher, data))))
    given = batch(data, model.columns(settings), settings)
    step = tf.function(model.train_step).get_concrete_function(given, tf.TensorSpec((2,), tf.int32))
    profiler = tf.compat.v1.profiler
    quiet = profiler.ProfileOptionBuilder(profiler.ProfileOptionBuilder.float_operation()).with_empty_output().build()
    graph = step.graph
    return float(profiler.profile(graph, options=quiet).total_float_ops)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scale", choices=params.SCALES, default="full")
    parser.add_argument("--tflops", type=float, default=5.0, help="10^12 operations a second that a device reaches")
    arguments = parser.parse_args()
    try:
        here = check.everything(params.read(), arguments.scale)
    except AtlasError as error:
        sys.exit(f"budget: {error}")
    backend.configure(1, 0, False)
    hours: dict[str, float] = {}
    print(f"{'experiment':<24} {'steps':>9} {'GFLOP a step':>13} {'hours':>7}")
    for key, experiment in here.experiments.items():
        if issubclass(models.find(experiment.model), Paints):
            print(f"{key:<24} not counted: it needs pretrained weights to be traced")
            continue
        steps, each = models.settings(here, key).steps, operations(here, key)
        hours[key] = steps * each / arguments.tflops / 1e12 / 3600
        print(f"{key:<24} {steps:>9,} {each / 1e9:>13.1f} {hours[key]:>7.2f}", flush=True)
        backend.keras.backend.clear_session()
    jobs = 2 * len(here.datasets) + 4 * len(here.experiments) + 1
    slowest = max(hours, key=lambda key: hours[key])
    print(f"{jobs} jobs; {sum(hours.values()):.1f} device hours; the slowest chain is that of {slowest}, "
          f"{hours[slowest] + hours.get(here.experiments[slowest].teacher or '', 0.0):.1f} hours")  # fmt: skip


if __name__ == "__main__":
    main()
