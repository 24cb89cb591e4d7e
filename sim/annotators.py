"""The people hired to read, at one seed: who reads whom under which plan, and what the work is like for them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.core.log import Log
from sim.core.noise import Noise
from sim.exposure.channels.review import Review
from sim.exposure.propagate import Channel
from sim.exposure.scene import Scene
from sim.exposure.shifts import figures
from sim.exposure.workforce import hire
from sim.measure.handled import Counts, Handled, Hands, gather, handle
from sim.measure.score import Ledger
from sim.measure.tally import Masks


@dataclass(frozen=True)
class Hired:
    """What is `handled` by whom in a `log`, and `figures` of the year's work before the decision (exposure/shifts.py).

    `country` of each worker, and the `ledger` of the log's owners.
    """

    log: Log
    ledger: Ledger
    country: NDArray[np.int16]
    handled: Handled
    figures: dict[str, float]

    def parts(self, log: Log, alive: Masks) -> Counts:
        """Each measure under a plan, and its parts; a `log` with posts simulated anew is gone through again."""
        return self.handled.parts(alive, None if log is self.log else hands_of(log, self.ledger, self.country))


def hands_of(log: Log, ledger: Ledger, country: NDArray[np.int16]) -> Hands:
    """Readings, leaks and extractions of the owners' posts."""
    return gather(log, owner=ledger.owner, items=ledger.items, country=country, owners=ledger.owners)


def follow_hired(
    channels: Sequence[Channel], scene: Scene, log: Log, ledger: Ledger, everything: Masks, noise: Noise, *,
    decision: int,
) -> Hired | None:  # fmt: skip
    """Follow the workers of the review channel through a log; None where nobody is hired."""
    review = next((channel for channel in channels if isinstance(channel, Review)), None)
    if review is None:
        return None
    end = scene.horizon_end
    pool = hire(review.pool, noise, horizon_end=end)
    hands = hands_of(log, ledger, pool.country)
    work = figures(review.shifts, review.projects, pool, noise, until=decision, horizon_end=end)
    return Hired(log, ledger, pool.country, handle(hands, everything, decision=decision), work)
