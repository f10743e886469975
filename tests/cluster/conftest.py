"""A Slurm for the tests of a module."""

from collections.abc import Iterator

import pytest
import slurm_node


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[slurm_node.Slurm]:
    here = slurm_node.Slurm(tmp_path_factory.mktemp("slurm"))
    try:
        here.start()
        yield here
    finally:
        here.stop()
