"""When the next call may be made: the benchmark's own Limits, applied to the calls that were really made."""

from collections.abc import Iterable
from dataclasses import replace
from math import floor

import numpy as np

from sim.cleanup.limits import Limits
from sim.platforms.connectors.connector import Clock


class Pace:
    """The calls made so far under `limits`. Times in s since 2007; `made` ascending."""

    def __init__(self, limits: Limits, clock: Clock, made: Iterable[float] = ()) -> None:
        self._limits = limits
        self._clock = clock
        self._spans_s = {rule.per_s for rule in limits.rules}
        self._buckets = any(rule.window == "bucket" for rule in limits.rules)
        now = clock.now()
        # A clock set back since leaves calls in the future: they count as made now, which is safe.
        self._made = [min(time, now) for time in made]

    def earliest(self, calls: int) -> float:
        """The earliest time at which the last of the next `calls` calls may be made; not before now."""
        now = self._clock.now()
        start = floor(now)
        if not self._buckets:  # how full a bucket is hangs on every call since it was last full
            self._made = [time for time in self._made if time > start - max(self._spans_s) - 1]
        made = np.array([floor(time) for time in self._made], dtype=np.int64)
        slot = start + int(self._limits.slots(calls, start=start, made=made)[-1])
        if slot <= now:
            return now
        # Slots are whole seconds. A window that began with a call at 0.4 s is over at 0.4 s, not at its whole second.
        return slot + max((time % 1 for time in self._made if slot - floor(time) in self._spans_s), default=0.0)

    def note(self, calls: int) -> None:
        """`calls` calls are made now."""
        self._made += [self._clock.now()] * calls


def reading(limits: Limits) -> Limits | None:
    """The limits of calls that only read, one at a time; None: none is published."""
    rules = tuple(rule for rule in limits.rules if rule.reads)
    return replace(limits, rules=rules, calls_per_item=1, batch=1) if rules else None
