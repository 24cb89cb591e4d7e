"""Walks along friendships: who is visited when, whatever is posted; each walk is named by who it starts from.

At each step the next profile is the friend with the least keyed number, so one new tie moves only the walks that meet
it. With `again` that is a simple random walk, which stands at a person in proportion to the number of her friends
(Lovasz 1993, Random walks on graphs: a survey). Without, nobody is visited twice, and who has no friend left to visit
is stepped back from.
"""

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from typing import Any, NamedTuple, TypeVar
from weakref import ref

import numpy as np

from sim.core.compiled import Array, Integer, compiled, whole
from sim.core.keyed import draw, draw_each
from sim.core.noise import threefry
from sim.exposure.scene import Scene
from sim.exposure.story import words

KEPT = 8
"""Itineraries kept at a time."""

T = TypeVar("T")


class Walks(NamedTuple):
    """Walks between `since` and `end` (s): in each stretch of `period_s` one begins at a person with chance `starts`
    (of 2^32), and visits `profiles` in all, one every `per_profile_s`; `again`: the same ones too."""

    since: int
    end: int
    period_s: int
    starts: int
    profiles: int
    per_profile_s: int
    again: bool
    key: int


class Itinerary(NamedTuple):
    """Person p is visited at time[start[p]:start[p + 1]] (s, ascending), by the walk that began at `walk` of these."""

    start: Array
    time: Array
    walk: Array


def kept(make: Callable[[Walks, Scene], T], walks: Walks, scene: Scene) -> T:
    """What `make` makes of the walks, `itinerary` or its twin; made once for the ties of a scene."""
    name = (make.__name__, walks, id(scene.viewer))
    with _LOCK:
        found = _KEPT.get(name)
        if found is None or found[0]() is not scene.viewer:
            found = _KEPT[name] = ref(scene.viewer), make(walks, scene)
        _KEPT.move_to_end(name)
        while len(_KEPT) > KEPT:
            _KEPT.popitem(last=False)
    made: T = found[1]
    return made


_KEPT: OrderedDict[tuple[str, Walks, int], tuple[ref[Array], Any]] = OrderedDict()
_LOCK = Lock()


def itinerary(walks: Walks, scene: Scene) -> Itinerary:
    """All visits of the walks."""
    who, time, walk = tread(scene.start, scene.viewer, *walks[:-1], np.uint64(walks.key))
    order = np.lexsort((walk, time, who))
    start = np.concatenate([[0], np.cumsum(np.bincount(who, minlength=scene.people))])
    return Itinerary(start, time[order], walk[order])


@compiled
def tread(
    start: Array, viewer: Array, since: Integer, end: Integer, period_s: Integer, starts: Integer, profiles: Integer,
    per_profile_s: Integer, again: bool, key: np.uint64,
) -> tuple[Array, Array, Array]:  # fmt: skip
    """Columns (who, time, walk) of all visits."""
    rounds = max(0, whole((end - since + period_s - 1) // period_s))
    begun, widest = 0, 0
    for person in range(len(start) - 1):
        widest = max(widest, whole(start[person + 1] - start[person]))
        for k in range(rounds):
            begun += 1 if whole(draw(key, person, k, 0)[0] >> np.uint64(32)) < starts else 0
    who, time = np.empty(begun * profiles, np.int32), np.empty(begun * profiles, np.int32)
    walk, n = np.empty(begun * profiles, np.int32), 0
    word, unused = np.empty(widest, np.uint64), np.empty(widest, np.uint64)
    trail = np.empty(profiles, np.int64)
    for person in range(len(start) - 1):
        for k in range(rounds):
            coin, moment = draw(key, person, k, 0)
            if whole(coin >> np.uint64(32)) >= starts:
                continue
            now = since + k * period_s + whole(moment >> np.uint64(32)) * period_s // 2**32
            step_key = draw(key, person, k, 1)[0]
            trail[0], count, place = person, 1, 0
            while now < end:
                who[n], time[n], walk[n] = trail[count - 1], now, person
                n += 1
                if count == profiles:
                    break
                following = -1
                while following < 0 and place >= 0:
                    at = trail[place]
                    crowd = viewer[start[at] : start[at + 1]]
                    draw_each(step_key, count, crowd, place, word, unused)
                    following = least(word, crowd, trail[: 0 if again else count])
                    place -= 1
                if following < 0:
                    break
                trail[count], place = following, count
                count += 1
                now += per_profile_s
    return who[:n], time[:n], walk[:n]


@compiled
def least(word: Array, crowd: Array, been: Array) -> int:
    """Who of a crowd has the least word and is not among `been`; -1: nobody."""
    best = -1
    for i in range(len(crowd)):
        if best < 0 or word[i] < word[best]:
            new = True
            for each in been:
                new &= each != crowd[i]
            if new:
                best = i
    return whole(crowd[best]) if best >= 0 else -1


def told(walks: Walks, scene: Scene) -> dict[int, list[tuple[int, int]]]:
    """The plain twin: (time, walk) of each person's visits, ascending."""
    visits: dict[int, list[tuple[int, int]]] = {}
    for person in range(scene.people):
        for k in range(max(0, -(-(walks.end - walks.since) // walks.period_s))):
            coin, moment = words(walks.key, person, k, 0)
            if coin >> 32 < walks.starts:
                begin = walks.since + k * walks.period_s + (moment >> 32) * walks.period_s // 2**32
                for step, who in enumerate(path(walks, scene, person, words(walks.key, person, k, 1)[0])):
                    if begin + step * walks.per_profile_s < walks.end:
                        visits.setdefault(who, []).append((begin + step * walks.per_profile_s, person))
    return {who: sorted(each) for who, each in visits.items()}


def path(walks: Walks, scene: Scene, person: int, key: int) -> list[int]:
    """The profiles of one walk in order."""
    trail, place = [person], 0
    while len(trail) < walks.profiles and place >= 0:
        at = trail[place]
        crowd = scene.viewer[scene.start[at] : scene.start[at + 1]].astype(np.uint64)
        count = np.full(len(crowd), len(trail), np.uint64)
        drawn = threefry(np.atleast_1d(np.uint64(key)), np.full(len(crowd), place, np.uint64), count, crowd)[0]
        able = [
            (word, who) for word, who in zip(drawn.tolist(), crowd.tolist(), strict=True)
            if walks.again or who not in trail
        ]  # fmt: skip
        if able:
            trail.append(min(able)[1])
            place = len(trail)
        place -= 1
    return trail
