"""How likely a difference this large is if there is none: each check fails a right engine once in 10,000 seeds.

All seeds are fixed, so a check that passes once passes always; the rate is the risk of having been unlucky, or of a
change of the noise being blamed in vain. About 120 chances are asked for: one false alarm in 80 changes of all draws.
Each test also puts an error to its own check, which must refuse it (`refuses`).
"""

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

FALSE_ALARM = 1e-4
REFUSED: list[str] = []
"""The planted errors that the test under way has refused."""


def refuses(planted: str, chance: float) -> None:
    """Hold that a check does not let a planted error pass: `chance` is what the check gives it, or its verdict."""
    assert float(chance) < FALSE_ALARM, f"a planted error passes: {planted}"
    REFUSED.append(planted)


@contextmanager
def planting(*, elsewhere: bool) -> Iterator[None]:
    """Hold that at least one planted error is refused meanwhile, unless it is planted `elsewhere`."""
    REFUSED.clear()
    yield
    assert REFUSED or elsewhere, "no planted error was put to this check (judge.refuses)"


def of_two_samples(a: ArrayLike, b: ArrayLike) -> float:
    """Chance, if both have one law, of empirical distributions this far apart (Kolmogorov-Smirnov; conservative)."""
    return float(stats.ks_2samp(np.asarray(a), np.asarray(b), method="asymp").pvalue)


def of_law(sample: ArrayLike, cdf: object) -> float:
    """Chance of a sample this far from a continuous law."""
    return float(stats.kstest(np.asarray(sample), cdf).pvalue)


def of_counts(observed: ArrayLike, expected: ArrayLike) -> float:
    """Chance of counts this far from those expected (chi-square); cells below 10 join their neighbour."""
    seen, due = [0.0], [0.0]
    for count, mean in zip(np.asarray(observed, float), np.asarray(expected, float), strict=True):
        if due[-1] >= 10:
            seen.append(0.0)
            due.append(0.0)
        seen[-1] += count
        due[-1] += mean
    if due[-1] < 10 and len(due) > 1:
        seen[-2:], due[-2:] = [sum(seen[-2:])], [sum(due[-2:])]
    chi = sum((s - d) ** 2 / d for s, d in zip(seen, due, strict=True))
    return float(stats.chi2.sf(chi, max(1, len(due) - 1)))


def of_mean(sample: ArrayLike, mean: float, variance: float | None = None) -> float:
    """Chance of a mean this far from the law's; its variance, if not known, is the sample's."""
    values = np.asarray(sample, float)
    spread = np.sqrt((values.var(ddof=1) if variance is None else variance) / len(values))
    return float(2 * stats.norm.sf(abs(values.mean() - mean) / spread))
