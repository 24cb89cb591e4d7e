"""What sentences and figures are about: the whole, the chosen strategy, where to stop, what waiting costs."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from math import ceil

from sim.measure.amounts import known
from sim.measure.results import Part, Results, Row

ENDS = ("nothing", "make_private", "delete_account")
"""Strategies that mark the ends of every comparison."""
KEEPING_SHARE = 0.5
"""Strategies compete for the best among those that keep at least this share of the posts."""
ENOUGH_SHARE = 0.8
"""The stop-here mark: this share of what deletion can do at all."""


def is_end(name: str) -> bool:
    """Whether a strategy is one of the three ends, however its name is written."""
    return name.lower().replace("-", "_").replace(" ", "_") in ENDS


def title_of(results: Results, strategy: str) -> str:
    """A strategy's title, or its name if it has none."""
    facts = results["strategies"].get(strategy)
    return facts["title"] if facts and facts["title"] else strategy


def by_strategy(results: Results, wanted: Callable[[Row], bool]) -> dict[str, dict[str, Row]]:
    """Wanted rows of the leaderboard that have a mean, by strategy and measure."""
    found: dict[str, dict[str, Row]] = {}
    for row in results["leaderboard"]:
        if wanted(row) and known(row["mean"]) is not None:
            found.setdefault(row["strategy"], {})[row["measure"]] = row
    return found


def amount(value: object) -> float:
    """A count that is never missing or negative: 0 in their place."""
    return max(known(value) or 0.0, 0.0)


def part(results: Results, strategy: str, learners: str | None = None) -> Part:
    """Sunk, irreversible, avoidable and avoided pairs an owner of one class, or of all together."""
    by_class = results["parts"].get(strategy, {})
    rows = [by_class[name] for name in results["classes"] if name in by_class and learners in (None, name)]
    avoidable = sum(amount(row.get("avoidable")) for row in rows)
    return Part(
        sunk=sum(amount(row.get("sunk")) for row in rows),
        irreversible=sum(amount(row.get("irreversible")) for row in rows),
        avoidable=avoidable,
        avoided=min(sum(amount(row.get("avoided")) for row in rows), avoidable),
    )


def whole(results: Results) -> Part:
    """The division of all exposure, before any strategy is chosen."""
    reference = "nothing" if "nothing" in results["parts"] else next(iter(results["parts"]), "")
    return part(results, reference)


def compared(results: Results) -> list[str]:
    """Strategies that apply and have a known outcome, in the leaderboard's order."""
    return [
        name
        for name, facts in results["strategies"].items()
        if facts["applicable"] and known(facts["avoided_share"]) is not None and known(facts["kept_share"]) is not None
    ]


def chosen(results: Results) -> str | None:
    """The strategy that avoids most while keeping at least half the posts; None if none avoids anything."""
    facts = results["strategies"]
    able = [name for name in compared(results) if amount(facts[name]["avoided_share"]) > 0]
    keeping = [name for name in able if amount(facts[name]["kept_share"]) >= KEEPING_SHARE]
    return max(
        keeping or able,
        key=lambda name: (amount(facts[name]["avoided_share"]), amount(facts[name]["kept_share"])),
        default=None,
    )


def most(results: Results) -> str | None:
    """The strategy that avoids most, whatever it costs; among equals the one that keeps most posts."""
    facts = results["strategies"]
    able = [name for name in compared(results) if amount(facts[name]["avoided_share"]) > 0]
    return max(
        able,
        key=lambda name: (amount(facts[name]["avoided_share"]), amount(facts[name]["kept_share"])),
        default=None,
    )


def crossing(xs: list[float], ys: list[float], level: float) -> float | None:
    """First x at which the line through (xs, ys) reaches `level` from its first value; None if it never does."""
    points = [(known(x), known(y)) for x, y in zip(xs, ys, strict=False)]
    pairs = [(x, y) for x, y in points if x is not None and y is not None]
    if not pairs:
        return None
    rising = pairs[0][1] <= level
    before = pairs[0]
    for x, y in pairs:
        if (y >= level) if rising else (y <= level):
            if y == before[1]:
                return x
            return before[0] + (x - before[0]) * (level - before[1]) / (y - before[1])
        before = (x, y)
    return None


@dataclass(frozen=True)
class Stop:
    """`deletions` of `all_deletions` an owner, in the order of `strategy`, reach `share` of avoidable pairs."""

    strategy: str
    deletions: float
    all_deletions: float
    share: float

    @property
    def needed(self) -> int:
        """Whole deletions it takes."""
        return max(1, ceil(self.deletions))


def stop(results: Results) -> Stop | None:
    """The order that reaches most of what deletion can with fewest deletions, and where it does."""
    curves = {
        name: curve
        for name, curve in results["stop_here"].items()
        if len(curve["share"]) > 1 and known(curve["share"][-1]) is not None and amount(curve["deletions"][-1]) > 0
    }
    reach = max((amount(curve["share"][-1]) for curve in curves.values()), default=0.0)
    if reach <= 0:
        return None
    level = ENOUGH_SHARE * reach
    places = {name: crossing(curve["deletions"], curve["share"], level) for name, curve in curves.items()}
    reached = [(place, name) for name, place in places.items() if place is not None]
    if not reached:
        return None
    place, name = min(reached)
    total = max(amount(curve["deletions"][-1]) for curve in curves.values())
    return Stop(strategy=name, deletions=place, all_deletions=total, share=level)


@dataclass(frozen=True)
class Delay:
    """Avoidable pairs an owner now, lost by waiting `days` (7 if known), and days until half are lost (or None)."""

    now: float
    days: float
    lost: float
    half_days: float | None


def delay(results: Results) -> Delay | None:
    """What waiting costs; None where there is nothing to lose or no curve."""
    points = [
        (known(x), known(y)) for x, y in zip(results["waiting"]["days"], results["waiting"]["avoidable"], strict=False)
    ]
    line = [(x, y) for x, y in points if x is not None and y is not None]
    if len(line) < 2 or line[0][1] <= 0 or line[-1][0] <= line[0][0]:
        return None
    (start, now), last = line[0], line[-1]
    week = min(start + 7, last[0])
    after = next(
        (
            y0 + (y1 - y0) * (week - x0) / (x1 - x0)
            for (x0, y0), (x1, y1) in pairwise(line)
            if x0 <= week <= x1 and x1 > x0
        ),
        now,
    )
    half = crossing([x for x, _ in line], [y for _, y in line], now / 2)
    return Delay(now=now, days=week - start, lost=max(now - after, 0.0), half_days=half)
