"""What all tests share."""

import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from projects import Project, make_project

# A shell that runs the tests in the background has them, and all they start, ignore Ctrl-C, which some tests send.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture
def project(tmp_path: Path) -> Callable[..., Project]:
    """Makes a small project with the named experiments."""
    return lambda *experiments: make_project(tmp_path / "project", list(experiments))
