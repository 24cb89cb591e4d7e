"""How fast, and for what money, a platform lets its user act: rules, and the moments at which calls may be made."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from math import floor, isfinite, lcm
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.cleanup.others import Others
from sim.core.errors import Mistake, require, unknown
from sim.core.schema import ACTIONS, EPOCH_UNIX_S, NEVER

WINDOWS = ("fixed", "sliding", "bucket")
UNIX_0 = -EPOCH_UNIX_S
"""Unix time 0 in s since 2007: a start of every fixed window."""

NONE_MADE: NDArray[np.int64] = np.empty(0, dtype=np.int64)


def _whole(what: str, number: object, least: int) -> None:
    if isinstance(number, bool) or not isinstance(number, int) or number < least:
        raise Mistake(f"{what} is {number!r}; it takes a whole number from {least} up.")


@dataclass(frozen=True)
class Rule:
    """At most `calls` points in `per_s` seconds. A call takes `points_per_call`, and `points_per_item` for each item.

    window "fixed": counters restart at multiples of `per_s` of Unix time, as Mastodon's do (its reset header is
    now + period - now % period), so twice the cap can pass around a boundary. "sliding": never more in any stretch
    of `per_s`; it obeys fixed windows of every alignment, so it stands for windows of unknown alignment too.
    "bucket": a token bucket that holds `calls` and refills evenly, all of it in `per_s`.
    reads: calls that only read count too.
    """

    calls: int
    per_s: int
    window: str
    points_per_call: int = 1
    points_per_item: int = 0
    reads: bool = False
    source: str = ""
    evidence: str = ""

    def __post_init__(self) -> None:
        _whole("A rule's 'calls'", self.calls, 1)
        _whole("A rule's 'per_s'", self.per_s, 1)
        _whole("A rule's 'points_per_call'", self.points_per_call, 0)
        _whole("A rule's 'points_per_item'", self.points_per_item, 0)
        require(self.points_per_call + self.points_per_item > 0, "A rule whose calls take no points limits nothing.")
        if self.window not in WINDOWS:
            raise unknown("window", str(self.window), WINDOWS)

    def cap(self, *, batch: int, pace: float) -> int:
        """Full calls of `batch` items in a window at `pace`, at least one."""
        points = self.points_per_call + self.points_per_item * batch
        return max(1, floor(self.calls * pace / points + 1e-9))  # 0.29 * 100 is 28.999999999999996


@dataclass(frozen=True)
class Limits:
    """All rules of one platform. `pace`: the share of them we allow ourselves, above 0 to 1.

    `batch` items share a call; an item takes `calls_per_item` calls (2: overwrite, then delete) and is done at
    its last; a call costs `usd_per_call`. `source` and `evidence` are those of batch, calls and money.
    """

    rules: tuple[Rule, ...]
    calls_per_item: int
    batch: int
    usd_per_call: float
    pace: float
    source: str = ""
    evidence: str = ""

    def __post_init__(self) -> None:
        require(bool(self.rules), "Limits without a rule: give at least one, if only a pace of your own.")
        _whole("'calls_per_item'", self.calls_per_item, 1)
        _whole("'batch'", self.batch, 1)
        _checked_pace(self.pace)
        require(
            isinstance(self.usd_per_call, int | float) and isfinite(self.usd_per_call) and self.usd_per_call >= 0,
            f"'usd_per_call' is {self.usd_per_call!r}; it takes a finite number of US dollars from 0 up.",
        )
        for rule in self.rules:
            points = rule.points_per_call + rule.points_per_item * self.batch
            require(
                points <= rule.calls,
                f"A call of {self.batch} items takes {points} points, but a rule allows {rule.calls} "
                f"in {rule.per_s} s: no such call could ever be made. Make 'batch' smaller.",
            )

    def calls(self, items: int) -> int:
        """Calls that `items` items take."""
        _whole("The number of items", items, 0)
        return -(-items // self.batch) * self.calls_per_item

    def money_usd(self, items: int) -> float:
        """US dollars that `items` items cost."""
        return self.calls(items) * self.usd_per_call

    def wait_s(self, items: int, *, pace: float | None = None) -> int:
        """Seconds from the first call to the last of `items` items, from a window's start (its longest)."""
        calls = self.calls(items)
        return int(self.slots(calls, pace=pace)[-1]) if calls else 0

    def slots(
        self, calls: int, *, pace: float | None = None, start: int = UNIX_0, made: NDArray[np.int64] = NONE_MADE
    ) -> NDArray[np.int64]:
        """Earliest offsets (s) from `start` at which each of `calls` calls may be made: int64[calls], ascending.

        `pace`: instead of the limits' own. `start`: s since 2007, which places fixed windows; the default is a
        start of all of them. `made`: times (s since 2007, ascending) of calls made or planned before; none of
        the new ones comes before them. Calls are counted full. The array is read-only.
        """
        _whole("The number of calls", calls, 0)
        share = self.pace if pace is None else _checked_pace(pace)
        caps = tuple((rule.cap(batch=self.batch, pace=share), rule.per_s, rule.window) for rule in self.rules)
        if len(made):
            return _frozen(_walk(caps, calls, start, made))
        cycle = lcm(*(rule.per_s for rule in self.rules if rule.window == "fixed"))
        return _prefix(caps, 1 << calls.bit_length(), (start - UNIX_0) % cycle)[:calls]


@dataclass(frozen=True)
class Platform:
    """Where a plan is carried out. followers: its audience is one-way; actions: what a user can do there.

    route: the way a person can really go (an API, by hand). source: where that was read. terms: what its rules say
    of programs. connector: what carries a plan out (grade, evidence), made of conf/connector, and reach, of conf/reach:
    the clean-up looks into neither. others: what others see of an account, where that is known. links, by_hand: for
    actions taken by hand, the page to open and what to do there.
    """

    name: str
    title: str
    limits: Limits
    followers: bool
    actions: tuple[str, ...]
    source: str
    route: str = ""
    terms: str = ""
    connector: Any = None
    reach: Any = None
    others: Others | None = None
    links: Mapping[str, str] = field(default_factory=dict)
    by_hand: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for action in (*self.actions, *self.links, *self.by_hand):
            if action not in ACTIONS:
                raise unknown("action", action, ACTIONS)


Cap = tuple[int, int, str]
"""A rule in calls: most full calls in a window, the window (s), its kind."""


def _checked_pace(pace: float) -> float:
    if isinstance(pace, bool) or not isinstance(pace, int | float) or not 0 < pace <= 1:
        raise Mistake(f"'pace' is {pace!r}; it takes a share of the limits above 0, at most 1.")
    return float(pace)


def _frozen(times: Sequence[int]) -> NDArray[np.int64]:
    array = np.array(times, dtype=np.int64)
    array.flags.writeable = False
    return array


@lru_cache(maxsize=128)
def _prefix(caps: tuple[Cap, ...], calls: int, phase: int) -> NDArray[np.int64]:
    """The first slots of an idle account; shorter queues are the same slots, cut."""
    return _frozen(_walk(caps, calls, UNIX_0 + phase, NONE_MADE))


def _walk(caps: Sequence[Cap], calls: int, start: int, made: NDArray[np.int64]) -> list[int]:
    """Each call as early as every rule allows. That is the earliest for all: a later call never delays one before."""
    times = made[-max(cap for cap, _, _ in caps) :].tolist()  # no window looks further back
    before = len(times)
    arrivals = [_arrival(cap, per_s, start, made) for cap, per_s, _ in caps]
    for _ in range(calls):
        time = max(start, times[-1]) if times else start
        for (cap, per_s, window), arrival in zip(caps, arrivals, strict=True):
            time = max(time, _earliest(window, cap, per_s, times, arrival))
        times.append(time)
        arrivals = [max(arrival, time * cap) + per_s for (cap, per_s, _), arrival in zip(caps, arrivals, strict=True)]
    return [time - start for time in times[before:]]


def _earliest(window: str, cap: int, per_s: int, times: list[int], arrival: int) -> int:
    """The first whole second at which one rule allows the next call, given the calls made."""
    if window == "bucket":
        return -(((cap - 1) * per_s - arrival) // cap)
    if len(times) < cap:
        return -NEVER
    oldest = times[-cap]
    return oldest + per_s - ((oldest - UNIX_0) % per_s if window == "fixed" else 0)


def _arrival(cap: int, per_s: int, start: int, made: NDArray[np.int64]) -> int:
    """A token bucket's state: when it is full again, in 1/cap s (the generic cell rate algorithm, ITU-T I.371)."""
    full = start * cap
    if len(made):
        full = max(full, int((made * cap - np.arange(len(made)) * per_s).max()) + len(made) * per_s)
    return full
