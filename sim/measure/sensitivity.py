"""A Morris screen: which of many unknown numbers moves an outcome, from few evaluations, through SALib.

Elementary effects (Morris 1991, doi:10.1080/00401706.1991.10484804), their mean absolute value mu* (Campolongo,
Cariboni, Saltelli 2007, doi:10.1016/j.envsoft.2006.10.004), and the answers that change along the way.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.core.errors import Mistake, require
from sim.core.noise import Noise
from sim.measure.results import Effect, Flip

LEVELS = 4
"""Levels of each parameter in the grid of trajectories (Morris's own choice)."""


@dataclass(frozen=True)
class Answer:
    """What one evaluation gives: a number, and by question which strategy is ahead (None: nobody can say)."""

    value: float
    conclusions: Mapping[str, str | None]


def trajectories(names: Sequence[str], count: int, noise: Noise) -> NDArray[np.float64]:
    """Points to evaluate, float[count * (names + 1), names] from 0 to 1; each step of a trajectory moves one name."""
    require(count >= 2, f"A screen takes 2 trajectories or more, not {count}: one shows no spread.")
    sample, _ = salib()
    points: NDArray[np.float64] = sample.sample(_problem(names), N=count, num_levels=LEVELS, seed=_seed(noise))
    return points


def effects(names: Sequence[str], points: NDArray[np.float64], answers: Sequence[Answer], noise: Noise) -> list[Effect]:
    """The effect of each name on the value, the largest first, and the conclusions it alone has changed."""
    _, analyze = salib()
    values = np.array([answer.value for answer in answers])
    if values.std() == 0:  # SALib divides by the spread
        found = {"mu_star": np.zeros(len(names)), "sigma": np.zeros(len(names))}
    else:
        found = analyze.analyze(_problem(names), points, values, num_levels=LEVELS, seed=_seed(noise))
    flips = _flips(names, points, answers)
    steps = len(points) // (len(names) + 1)
    rows = [
        Effect(path=name, mean=float(found["mu_star"][i]), spread=float(found["sigma"][i]), steps=steps,
               flips=flips.get(name, []))
        for i, name in enumerate(names)
    ]  # fmt: skip
    return sorted(rows, key=lambda row: (-row["mean"], row["path"]))


def _flips(names: Sequence[str], points: NDArray[np.float64], answers: Sequence[Answer]) -> dict[str, list[Flip]]:
    """By name: conclusions that changed when it alone moved, from its lower level to its upper one, and how often."""
    counted: dict[str, Counter[tuple[str, str, str]]] = {}
    for row in range(1, len(points)):
        moved = np.flatnonzero(points[row] != points[row - 1])
        if row % (len(names) + 1) == 0 or len(moved) != 1:
            continue  # a new trajectory begins
        below, above = answers[row - 1].conclusions, answers[row].conclusions
        if points[row][moved[0]] < points[row - 1][moved[0]]:
            below, above = above, below
        for question, low in below.items():
            high = above[question]
            if low is not None and high is not None and low != high:
                counted.setdefault(names[moved[0]], Counter())[question, low, high] += 1
    return {
        name: [
            Flip(question=question, low=low, high=high, count=count)
            for (question, low, high), count in sorted(flips.items())
        ]
        for name, flips in counted.items()
    }


def _problem(names: Sequence[str]) -> dict[str, Any]:
    return {"num_vars": len(names), "names": list(names), "bounds": [[0.0, 1.0]] * len(names)}


def _seed(noise: Noise) -> int:
    return int(noise.key("morris")) % 2**32


def salib() -> tuple[Any, Any]:
    """The library's analysis and sampling. Raises Mistake, with how to install it, where it is missing."""
    try:
        from SALib.analyze import morris as analyze
        from SALib.sample import morris as sample
    except ImportError:
        raise Mistake("A screen needs SALib: pip install 'afterpost[science]', or leave screen=0.") from None
    return sample, analyze
