"""When the next call may be made: the benchmark's own Limits, applied to the calls that were really made."""

from collections.abc import Iterable
from dataclasses import replace
from math import floor

import numpy as np

from sim.cleanup.limits import Limits, Rule
from sim.platforms.connectors.connector import Clock


class Pace:
    """The calls made so far under `limits`. Times in s since 2007; `made` ascending."""

    def __init__(self, limits: Limits, clock: Clock, made: Iterable[float] = ()) -> None:
        self._limits = limits
        self._clock = clock
        self._longest_s = max(rule.per_s for rule in limits.rules)
        self._buckets = any(rule.window == "bucket" for rule in limits.rules)
        now = clock.now()
        # A clock set back since leaves calls in the future: they count as made now, which is safe.
        self._made = [min(time, now) for time in made]

    def earliest(self, calls: int) -> float:
        """The earliest time at which the last of the next `calls` calls may be made; not before now."""
        now = self._clock.now()
        start = floor(now)
        if not self._buckets:  # how full a bucket is hangs on every call since it was last full
            self._made = [time for time in self._made if time > start - self._longest_s - 1]
        made = np.array([floor(time) for time in self._made], dtype=np.int64)
        slot = start + int(self._limits.slots(calls, start=start, made=made)[-1])
        # Slots are whole seconds. A window that began with a call at 0.4 s is over at 0.4 s, not at its whole second.
        return max(
            now, float(slot), *(self._room(rule, calls) for rule in self._limits.rules if rule.window == "sliding")
        )

    def _room(self, rule: Rule, calls: int) -> float:
        """When, to the fraction of a second, the calls made leave a sliding window the room for `calls` more."""
        cap = rule.cap(batch=self._limits.batch, pace=self._limits.pace)
        windows, before = divmod(calls - 1, cap)
        last = cap - before  # the call, counted from the end, whose window the last new one waits for
        return self._made[-last] + (windows + 1) * rule.per_s if last <= len(self._made) else 0.0

    def note(self, calls: int) -> None:
        """`calls` calls are made now."""
        self._made += [self._clock.now()] * calls


def reading(limits: Limits) -> Limits | None:
    """The limits of calls that only read, one at a time; None: none is published."""
    rules = tuple(rule for rule in limits.rules if rule.reads)
    return replace(limits, rules=rules, calls_per_item=1, batch=1) if rules else None
