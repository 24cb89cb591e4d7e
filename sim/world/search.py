"""Least squares over something costly and noisy to look at, many points at a time.

Gauss and Newton's method from several starts: first differences with absolute steps, then corrected by each new point
(Broyden 1965, doi:10.1090/S0025-5718-1965-0198670-6).
"""

from collections.abc import Callable, Sequence
from concurrent.futures import Executor

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Look = Callable[[Floats], Floats]

GOOD = 2.0
"""A sum of squares below which the search ends."""


def search(look: Look, starts: Sequence[Floats], step: Floats, pool: Executor, *, tries: int) -> Floats:
    """The point of least squares found from `starts`, the best first, looking at most about `tries` times."""
    found = list(pool.map(look, starts))
    used = len(starts)
    order = np.argsort([float(r @ r) for r in found], kind="stable")
    best, least = starts[order[0]], np.inf
    for rank, which in enumerate(order):
        x, r = starts[which], found[which]
        until = used + (tries - used) // (len(order) - rank)
        x, r, used = _descend(look, pool, x, r, step=step, used=used, until=until)
        if r @ r < least:
            best, least = x, float(r @ r)
        if least < GOOD:
            break
    return best


def _descend(
    look: Look, pool: Executor, x: Floats, r: Floats, *, step: Floats, used: int, until: int
) -> tuple[Floats, Floats, int]:
    size = len(x)
    best, rest = x, r
    slope: Floats | None = None
    ridge = 1.0
    stale = 0
    while used < until and rest @ rest >= GOOD:
        if slope is None:
            points = [best + step * (np.arange(size) == i) for i in range(size)]
            slope = np.stack([(q - rest) for q in pool.map(look, points)], axis=1)  # a step
            used += size
            stale = 0
        tried = []
        for damp in (ridge, 6 * ridge):
            move = -np.linalg.solve(slope.T @ slope + damp * np.eye(size), slope.T @ rest)
            longest = np.abs(move).max()
            tried.append(best + step * move * min(1.0, 4.0 / max(longest, 1e-9)))
        results = list(pool.map(look, tried))
        used += len(tried)
        for point, result in zip(tried, results, strict=True):
            went = (point - best) / step
            slope = slope + np.outer(result - rest - slope @ went, went) / max(1e-9, went @ went)
        values = [float(q @ q) for q in results]
        which = int(np.argmin(values))
        if values[which] < 0.98 * (rest @ rest):
            best, rest = tried[which], results[which]
            ridge = max(0.05, ridge * (0.4 if which == 0 else 1.5))
            stale = 0
        else:
            stale += 1
            ridge *= 5
            if stale >= 3:
                slope, ridge = None, 1.0
                if until - used < size + 4:
                    break
    return best, rest, used
