"""How the times of two contenders that took turns are compared."""

import statistics
from collections.abc import Sequence


def compared(times: Sequence[Sequence[float]]) -> tuple[float, float, str]:
    """The median of ours, that of theirs, and in words their ratio with the least and the greatest of the rounds.

    ``times`` holds ours and theirs for each round.
    """
    ours, theirs = map(statistics.median, zip(*times, strict=True))
    ratios = [other / mine for mine, other in times]
    return ours, theirs, f"{theirs / ours:.2f} ({min(ratios):.2f} to {max(ratios):.2f})"
