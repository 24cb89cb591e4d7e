"""When harvesters come by: at once, every so often, or on walks from profile to profile.

A thing is taken at the first visit whose coin falls so, at the profile that shows it; visits do not depend on what is
posted, nor on what was found or is held already (a quota of profiles, never of finds: DESIGN, section 5).
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple, Protocol

import numpy as np

from sim.core.compiled import Array, Integer, compiled, scaled, whole
from sim.core.errors import require, require_a_second, require_above_0, require_share
from sim.core.keyed import draw, draw_all
from sim.core.noise import Noise
from sim.core.quantile import TABLES_KEPT
from sim.core.schema import DAY_S
from sim.exposure.itinerary import Walks, itinerary, kept, told
from sim.exposure.scene import Scene
from sim.exposure.story import Story, Thing

NOT_TAKEN = -1


class Hours(NamedTuple):
    """When a harvester is at work, `since` to `until` (s), and the chance it takes a thing at a visit."""

    since: int
    until: int
    coverage: float

    def hits(self, visits: int) -> Array:
        """P(taken by visit 0, 1, 2 ...) times 2^32: 1 - (1 - coverage)^(k + 1), by repeated multiplication."""
        return _hits(self.coverage, visits)


@lru_cache(maxsize=TABLES_KEPT)
def _hits(coverage: float, visits: int) -> Array:
    found = ((1.0 - np.cumprod(np.full(visits, 1.0 - coverage))) * 2.0**32).astype(np.int64)
    found.setflags(write=False)  # shared by all blocks
    return found


class Met(NamedTuple):
    """Things that may be taken: `id`, the person `at` whose profile it stands, its `birth` (s)."""

    id: Array
    at: Array
    birth: Array


class Way(Protocol):
    """How a harvester comes by; `name` keys its draws."""

    def taken(self, met: Met, hours: Hours, scene: Scene, noise: Noise, name: str) -> tuple[Array, Array]:
        """When each thing is taken, s, or NOT_TAKEN, and on the walk that began at whom (0: no walk)."""

    def tell(self, thing: Thing, at: int, hours: Hours, story: Story, noise: Noise, name: str) -> tuple[int, int]:
        """The same of one thing, in plain Python."""


@dataclass(frozen=True)
class Push:
    """Handed on `after_s` of its appearing, in whole seconds: a platform's own ingestion (S07), or a firehose."""

    after_s: float

    def __post_init__(self) -> None:
        require(
            self.after_s >= 1, f"after_s={self.after_s}: what is handed on is taken a second later at the earliest."
        )

    def taken(self, met: Met, hours: Hours, scene: Scene, noise: Noise, name: str) -> tuple[Array, Array]:
        """All that its coin lets through, at once."""
        when = np.maximum(met.birth + int(self.after_s), hours.since)
        struck = noise.happens(f"take {name}", hours.hits(1)[0] / 2**32, met.id) & (when < hours.until)
        return np.where(struck, when, NOT_TAKEN), np.zeros(len(when), dtype=np.int32)

    def tell(self, thing: Thing, at: int, hours: Hours, story: Story, noise: Noise, name: str) -> tuple[int, int]:
        """The same of one thing."""
        coin, when = (
            story.draw(noise, f"take {name}", thing.id)[0] >> 32,
            max(thing.birth + int(self.after_s), hours.since),
        )
        return (when if coin < hours.hits(1)[0] and when < hours.until else NOT_TAKEN), 0


@dataclass(frozen=True)
class Periodic:
    """Each profile is visited once every `period_days`, at a moment of its own (S01, S03)."""

    period_days: float

    def __post_init__(self) -> None:
        require_a_second(period_days=self.period_days)

    def taken(self, met: Met, hours: Hours, scene: Scene, noise: Noise, name: str) -> tuple[Array, Array]:
        """At the first visit whose coin falls so."""
        period_s = int(self.period_days * DAY_S)
        hits = hours.hits((hours.until - hours.since) // period_s + 2)
        coin = (noise.words(f"take {name}", met.id)[0] >> np.uint64(32)).astype(np.int64)
        when = taken_in_turn(
            met.at, met.birth, coin, hits, hours.since, hours.until, period_s, noise.key(f"visit {name}")
        )
        return when, np.zeros(len(when), dtype=np.int32)

    def tell(self, thing: Thing, at: int, hours: Hours, story: Story, noise: Noise, name: str) -> tuple[int, int]:
        """The same of one thing."""
        period_s = int(self.period_days * DAY_S)
        hits = hours.hits((hours.until - hours.since) // period_s + 2).tolist()
        coin = story.draw(noise, f"take {name}", thing.id)[0] >> 32

        def visit(k: int) -> int:
            moment = story.draw(noise, f"visit {name}", at, k)[0]
            return hours.since + k * period_s + (moment >> 32) * period_s // 2**32

        k = max(0, (thing.birth - hours.since) // period_s)
        k += visit(k) <= thing.birth
        misses = sum(coin >= hit for hit in hits)
        come = misses < len(hits) and visit(k + misses) < hours.until
        return (visit(k + misses) if come else NOT_TAKEN), 0


@dataclass(frozen=True)
class Walk:
    """Walks from a profile to its friends: in each `period_days` one begins at `starts_share` of the people and
    visits `profiles`, one every `per_profile_s`; with `again` the same ones too, so that who has twice the friends is
    visited twice as often."""

    period_days: float
    starts_share: float
    profiles: float
    per_profile_s: float
    again: bool

    def __post_init__(self) -> None:
        require_a_second(period_days=self.period_days)
        require_above_0(profiles=self.profiles, per_profile_s=self.per_profile_s)
        require_share(starts_share=self.starts_share)

    def walks(self, hours: Hours, scene: Scene, noise: Noise, name: str) -> Walks:
        """The walks in whole numbers."""
        return Walks(
            hours.since, min(hours.until, scene.horizon_end), int(self.period_days * DAY_S),
            int(self.starts_share * 2**32), max(1, round(self.profiles)), max(1, round(self.per_profile_s)),
            self.again, int(noise.key(f"walk {name}")),
        )  # fmt: skip

    def taken(self, met: Met, hours: Hours, scene: Scene, noise: Noise, name: str) -> tuple[Array, Array]:
        """At the first visit of any walk whose coin falls so."""
        visits = kept(itinerary, self.walks(hours, scene, noise, name), scene)
        hits = hours.hits(int(np.diff(visits.start).max(initial=0)))
        return taken_on_walks(met.id, met.at, met.birth, hits, noise.key(f"take {name}"), *visits)

    def tell(self, thing: Thing, at: int, hours: Hours, story: Story, noise: Noise, name: str) -> tuple[int, int]:
        """The same of one thing."""
        visits = kept(told, self.walks(hours, story.scene, noise, name), story.scene).get(at, [])
        later = [visit for visit in visits if visit[0] > thing.birth]
        coin = story.draw(noise, f"take {name}", thing.id)[0] >> 32
        misses = sum(coin >= hit for hit in hours.hits(len(later)).tolist())
        return later[misses] if misses < len(later) else (NOT_TAKEN, 0)


@compiled
def taken_in_turn(
    at: Array, birth: Array, coin: Array, hits: Array, since: Integer, until: Integer, period_s: Integer,
    visit_key: np.uint64,
) -> Array:  # fmt: skip
    """When each thing is taken by periodic visits, s, or NOT_TAKEN; whether it is open then is asked elsewhere."""
    visit, zero = np.empty(len(at), dtype=np.int64), np.zeros(len(at), dtype=np.int64)
    word, unused = np.empty(len(at), dtype=np.uint64), np.empty(len(at), dtype=np.uint64)
    for row in range(len(at)):
        visit[row] = max(0, (birth[row] - since) // period_s)
    draw_all(visit_key, at, visit, zero, word, unused)
    about = np.searchsorted(hits, np.arange(256) << 24, side="right")  # by the first 8 bits of a coin
    for row in range(len(at)):
        misses = about[coin[row] >> 24]
        while misses < len(hits) and hits[misses] <= coin[row]:
            misses += 1
        late = since + visit[row] * period_s + scaled(word[row], period_s) <= birth[row]
        visit[row] = visit[row] + late + misses if misses < len(hits) else NOT_TAKEN
    draw_all(visit_key, at, visit, zero, word, unused)
    when = np.full(len(at), NOT_TAKEN, dtype=np.int64)
    for row in range(len(at)):
        time = since + visit[row] * period_s + scaled(word[row], period_s)
        if visit[row] != NOT_TAKEN and time < until:
            when[row] = time
    return when


@compiled
def taken_on_walks(
    identity: Array, at: Array, birth: Array, hits: Array, take_key: np.uint64, start: Array, time: Array, walk: Array
) -> tuple[Array, Array]:
    """When each thing is taken on walks, s, or NOT_TAKEN, and by which walk."""
    when, by = np.full(len(identity), NOT_TAKEN, dtype=np.int64), np.zeros(len(identity), dtype=np.int32)
    for row in range(len(identity)):
        low, high = start[at[row]], start[at[row] + 1]
        first = low + np.searchsorted(time[low:high], birth[row], side="right")
        if first == high:
            continue
        coin = whole(draw(take_key, identity[row], 0, 0)[0] >> np.uint64(32))
        visit = first + np.searchsorted(hits, coin, side="right")
        if visit < high:
            when[row], by[row] = time[visit], walk[visit]
    return when, by
