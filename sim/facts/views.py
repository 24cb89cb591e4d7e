"""Measure what is published of views and reshares (V17 to V22) in the log of a year's posts."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from sim.core.log import Log
from sim.core.noise import Noise
from sim.core.schema import AUDIENCES, BESIDE, CHANNELS, DAY_S, KINDS, LEARNERS, YEAR_S
from sim.exposure.engagement import engagement
from sim.measure.facts import Found
from sim.world.world import World

MONTH_S = 30 * DAY_S
MONTHLY = (7, 11)
"""V18 belongs to people who post about nine times a month (R05): from, to."""
LEAST_VIEWS = 20
"""When a post's views stop can be told only where there are some."""
LATE_SHARE = 0.1
"""A post's views have stopped if no more than this share of its first week's come later."""
LEAST_COUNT = 100
"""Posts or reshares a share is taken of, at least."""

HELD = [KINDS.index(name) for name in BESIDE]
PUBLIC = AUDIENCES.index("public")
FEED, RESHARE, FORWARD = (CHANNELS.index(name) for name in ("feed", "reshare", "forward"))
FRIENDS = LEARNERS.index("friends")
SEEN = np.array([name in ("feed", "discovery", "forward") for name in CHANNELS])

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Seen:
    """All events of a log in one piece: post (row of the world's posts), time (s), channel, actor, learner, parent."""

    post: Ints
    time: Ints
    channel: NDArray[np.int8]
    actor: NDArray[np.int32]
    learner: NDArray[np.int8]
    parent: Ints


def last_year(world: World, *, public: bool = False) -> World:
    """`world` with its owners' own posts of the year up to a month before the decision alone; `public`: those only."""
    posts = world.posts
    time, audience = posts["time"].to_numpy(), posts["audience"].to_numpy()
    end = world.decision - MONTH_S
    kept = (posts["author"].to_numpy() == posts["subject"].to_numpy()) & (time < end) & (time >= end - YEAR_S)
    kept &= ~np.isin(posts["kind"].to_numpy(), HELD)
    kept &= (audience == PUBLIC) if public else (audience > 0)
    return replace(world, posts=posts.filter(pa.array(kept)))


def flat(log: Log) -> Seen:
    """The events of all blocks, with posts and parents numbered through."""
    parts: list[tuple[NDArray[Any], ...]] = []
    offset = 0
    for block in log.blocks:
        events = block.events
        post = block.first + np.repeat(np.arange(block.posts), np.diff(block.event_start))
        parent = np.where(events.parent < 0, -1, events.parent.astype(np.int64) + offset)
        parts.append((post, events.time, events.channel, events.actor, events.learner, parent))
        offset += len(events.time)
    if not parts:
        empty = np.empty(0, dtype=np.int64)
        return Seen(empty, empty, empty.astype(np.int8), empty.astype(np.int32), empty.astype(np.int8), empty)
    return Seen(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def view_facts(world: World, log: Log, noise: Noise, *, like_share: float) -> dict[str, Found]:
    """What share of friends sees a post and an owner's month, and when views stop. `world` as of `last_year`."""
    seen, posts = flat(log), world.posts
    time, author = posts["time"].to_numpy(), posts["author"].to_numpy()
    friends = np.diff(world.audience.start)[author]
    view = SEEN[seen.channel] & (seen.learner == FRIENDS)
    view &= seen.time - time[seen.post] < MONTH_S
    viewers = _count(seen.post[view], seen.actor[view], len(time))
    share = viewers / np.maximum(friends, 1)
    liked = engagement(log, noise, like_share=like_share).counts(int(seen.time.max(initial=0)) + 1)
    silent = (liked[0] == 0) & (liked[1] == 0)
    found = {}
    for name, asked, what in (("seen", liked[0] >= 0, "posts"), ("no_feedback", silent, "posts without any")):
        if asked.sum() >= LEAST_COUNT:
            value, people = _mean_of_owners(author[asked], share[asked])
            said = f"Within a month; {int(asked.sum()):,} {what} of {people} people, each counted alike."
            found[f"V17.{name}"] = Found(value, said)
    found |= _month(world, seen, view)
    views = SEEN[seen.channel]
    age = seen.time - time[seen.post]
    day, week = (np.bincount(seen.post[views & (age < days * DAY_S)], minlength=len(time)) for days in (1, 7))
    enough = week >= LEAST_VIEWS
    if enough.sum() >= LEAST_COUNT:
        stopped = day[enough] >= (1 - LATE_SHARE) * week[enough]
        said = f"Posts with {LEAST_VIEWS} views or more, of whose first week's views under a tenth come after a day."
        found["V19.stopped"] = Found(float(stopped.mean()), said)
    return found


def _mean_of_owners(owner: Ints, value: NDArray[np.float64]) -> tuple[float, int]:
    """Mean over owners of the mean of their posts, so that who posts most does not decide; and how many owners."""
    _, which, posts = np.unique(owner, return_inverse=True, return_counts=True)
    return float((np.bincount(which, weights=value) / posts).mean()), len(posts)


def _count(group: Ints, person: NDArray[np.int32], groups: int) -> Ints:
    """Distinct persons in each group."""
    pairs = np.unique(group.astype(np.int64) << 32 | person)
    return np.bincount(pairs >> 32, minlength=groups)


def _month(world: World, seen: Seen, view: NDArray[np.bool_]) -> dict[str, Found]:
    """The share of friends who see at least one post of a month in which somebody posts about nine."""
    time, author = world.posts["time"].to_numpy(), world.posts["author"].to_numpy()
    owner = np.searchsorted(world.owners, author)
    months = YEAR_S // MONTH_S + 1
    group = owner * months + (time - (world.decision - MONTH_S - YEAR_S)) // MONTH_S
    groups = len(world.owners) * months
    posts = np.bincount(group, minlength=groups)
    reached = _count(group[seen.post[view]], seen.actor[view], groups)
    friends = np.repeat(np.diff(world.audience.start)[world.owners], months)
    asked = (posts >= MONTHLY[0]) & (posts <= MONTHLY[1]) & (friends > 0)
    if not asked.any():
        return {}
    said = f"{int(asked.sum())} months of people who post {MONTHLY[0]} to {MONTHLY[1]} times in one."
    return {"V18.month": Found(float((reached[asked] / friends[asked]).mean()), said)}


def reshare_facts(world: World, log: Log) -> dict[str, Found]:
    """Sizes, depths and delays of cascades of native reshares; `world`: a year's public posts of a followers' world.

    A reshare's depth follows the view that led to it: one more than that of the reshare it was seen through.
    """
    seen, time = flat(log), world.posts["time"].to_numpy()
    rows = np.flatnonzero(seen.channel == RESHARE)
    if len(time) < LEAST_COUNT or len(rows) < LEAST_COUNT:
        return {}
    depth = np.zeros(len(seen.time), dtype=np.int64)
    for row in rows:  # parents stand before children: a reshare hangs on a view, a forwarded view on a reshare
        view = seen.parent[row]
        depth[row] = 1 + (depth[seen.parent[view]] if seen.channel[view] == FORWARD else 0)
    deepest = np.zeros(len(time), dtype=np.int64)
    np.maximum.at(deepest, seen.post[rows], depth[rows])
    friends = np.diff(world.audience.start)
    where = (
        f"{len(rows):,} reshares of {len(time):,} public posts among {world.size:,} people with "
        f"{friends.mean():.0f} followers each."
    )
    hour = 3600
    view = seen.parent[rows]
    passed_on = np.where(seen.channel[view] == FORWARD, seen.time[seen.parent[view]], time[seen.post[rows]])
    values = {
        "V20.since_passed_on": (seen.time[rows] - passed_on <= hour).mean(),
        "V20.since_posted": (seen.time[rows] - time[seen.post[rows]] <= hour).mean(),
        "V21.single": (deepest == 0).mean(),
        "V21.deeper": (deepest > 1).mean(),
        "V22.direct": (depth[rows] == 1).mean(),
    }
    return {name: Found(float(value), where) for name, value in values.items()}


def view_curve(world: World, log: Log) -> dict[str, Any]:
    """Share of a post's feed views that have happened by some minutes after it."""
    seen, time = flat(log), world.posts["time"].to_numpy()
    feed = seen.channel == FEED
    age = np.sort(seen.time[feed] - time[seen.post[feed]])
    minutes = np.geomspace(1, 7 * 24 * 60, 80)
    return {"minutes": minutes.tolist(), "share": (np.searchsorted(age, minutes * 60) / max(len(age), 1)).tolist()}
