"""One thread for the arithmetic, so that a number does not depend on how many cores a run was given."""

from contextlib import AbstractContextManager

from threadpoolctl import threadpool_limits


def one_thread() -> AbstractContextManager[object]:
    """A context in which BLAS and OpenMP, if already imported, use one thread.

    Sums split over threads are added in another order, and k-means (OpenMP) even in a random one. Snakemake hands each
    job a thread count and DVC none, so without this the two engines could differ in the last digits.
    """
    limits: AbstractContextManager[object] = threadpool_limits(limits=1)
    return limits
