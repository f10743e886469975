"""What a model is, in the words of its own file."""

import ast
import inspect
from dataclasses import dataclass
from pathlib import Path

from latent_atlas import models


@dataclass(frozen=True)
class Description:
    """The docstring of a model file: its first paragraph in one line, and the rest as it stands."""

    summary: str
    method: str


def describe(model: str) -> Description:
    """Reads the source, not the module, so that nothing is imported and ``python -OO`` changes nothing."""
    source = Path(models.__path__[0], f"{model}.py").read_text(encoding="utf-8")
    text = inspect.cleandoc(ast.get_docstring(ast.parse(source), clean=False) or "")
    summary, _, method = text.partition("\n\n")
    return Description(" ".join(summary.split()).replace("``", ""), method.strip("\n").replace("``", ""))
