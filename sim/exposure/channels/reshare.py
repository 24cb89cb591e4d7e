"""Reshare: a viewer passes a public post on natively; friends of the resharer see it; it dies with the original.

A coin and a delay a (post, person) from the first view on (R08, R10); a reshare is delivered to the resharer's
audience with the tie's visibility and the feed's delay. All of it lies in public reach, which remembers: whom
friends' reach or an earlier delivery has reached by then is passed over. Friends' reach never asks about it.
"""

from dataclasses import dataclass, fields
from heapq import heappop, heappush

import numpy as np

from sim.core.compiled import Array, Integer, compiled, delay, draw, draw_each, whole, wider
from sim.core.errors import require_above_0, require_share
from sim.core.log import Events
from sim.core.noise import Noise
from sim.core.quantile import Quantiles, lognormal, reshare_kernel
from sim.exposure.draft import NOTHING, Draft, Stage, no_objects
from sim.exposure.reach import is_viewer
from sim.exposure.roll import grown, new_roll, place_of
from sim.exposure.scene import Scene
from sim.exposure.story import Name, Story

FEED, DISCOVERY = 0, 2

MOST_OFFSPRING = 0.9
"""A reshare causes fewer than this many more on average, as cascades die out (R12: 99% within a generation)."""


@dataclass(frozen=True)
class Reshare:
    """`p_share` a view; kernel `s0_s`, `theta`, cut at `limit_days`; deliveries seen after the feed's lognormal."""

    p_share: float
    s0_s: float
    theta: float
    limit_days: float
    delay_median_s: float
    delay_sigma: float

    def __post_init__(self) -> None:
        require_share(p_share=self.p_share)
        require_above_0(
            s0_s=self.s0_s,
            theta=self.theta,
            limit_days=self.limit_days,
            delay_median_s=self.delay_median_s,
            delay_sigma=self.delay_sigma,
        )

    def threshold(self, scene: Scene) -> int:
        """The chance of a reshare a view, times 2^32, held below the point where cascades never end."""
        offspring = scene.mean_visibility * scene.biased_degree
        return int(min(self.p_share, MOST_OFFSPRING / max(offspring, 1e-9)) * 2**32)

    def tables(self) -> tuple[Quantiles, Quantiles]:
        """Delays from first view to reshare, and from reshare to a follower's view, s."""
        kernel = reshare_kernel(s0_s=self.s0_s, theta=self.theta, limit_s=self.limit_days * 86_400)
        return kernel, lognormal(median_s=self.delay_median_s, sigma=self.delay_sigma)

    def emit(self, draft: Draft, noise: Noise) -> Stage:
        """Every reshare of the draft's posts and every view it brings."""
        scene, here = draft.scene, slice(draft.first, draft.last)
        kernel, deliveries = self.tables()
        post, threshold, key = scene.post[here], self.threshold(scene), noise.key("reshare")
        keen = np.zeros(draft.posts, dtype=np.bool_)
        for each in draft.stages:
            rows = each.events
            keen_posts(post, scene.audience[here], each.start, rows.channel, rows.actor, threshold, key, keen)
        views = [
            views_of(keen, each.start, each.offset, each.events.time, each.events.channel, each.events.actor)
            for each in draft.stages
        ]
        if not views:
            return Stage(NOTHING, Events(*[NOTHING] * len(fields(Events))), no_objects())
        view_post, row, time, actor = (np.concatenate(column) for column in zip(*views, strict=True))
        order = np.argsort(view_post, kind="stable")
        view_start = np.searchsorted(view_post[order], np.arange(draft.posts + 1))
        columns = spread(
            post, scene.author[here], scene.subject[here], scene.start, scene.viewer, scene.visibility, view_start,
            row[order], time[order], actor[order], draft.close, scene.horizon_end, threshold, key,
            noise.key("delivery"), kernel, deliveries,
        )  # fmt: skip
        return Stage(columns[0], Events(*columns[1:7], NOTHING, columns[7]), no_objects())

    def tell(self, story: Story, noise: Noise) -> None:  # noqa: C901, one heap
        """The same in plain Python, for one post."""
        scene, reach = story.scene, story.reach("public_reach")
        if scene.audience[story.row] < 2:
            return
        kernel, deliveries = self.tables()
        threshold = self.threshold(scene)
        first: dict[int, tuple[int, Name]] = {}
        for event in story.events:
            if event.name.channel in (FEED, DISCOVERY):
                at = (event.time, event.name)
                known = first.get(event.name.actor)
                if known is None or event.time < known[0]:
                    first[event.name.actor] = at
        # (time, time of its parent, 0 reshare or 1 delivery, who, by whom)
        todo: list[tuple[int, int, int, int, int]] = []

        def consider(who: int) -> None:
            coin, when = story.draw(noise, "reshare", story.post, who)
            if coin >> 32 < threshold:
                seen = first[who][0]
                heappush(todo, (seen + story.delay(kernel, when), seen, 0, who, who))

        for who in list(first):
            consider(who)
        shared: dict[int, Name] = {}
        while todo:
            time, _, kind, who, by = heappop(todo)
            if kind == 0 and who not in shared:
                name = story.see(reach, first[who][1], time, "reshare", who, 0, story.learner(who))
                if name is None:
                    continue
                shared[who] = name
                for viewer, chance in story.audience(who):
                    coin, when = story.draw(noise, "delivery", story.post, who, viewer)
                    if coin >> 32 < chance:
                        heappush(todo, (time + story.delay(deliveries, when), time, 1, viewer, who))
            elif kind == 1 and not (who in first and first[who][0] <= time):
                seen_as = story.see(reach, shared[by], time, "forward", who, by, story.learner(who))
                if seen_as is not None:
                    first[who] = (time, seen_as)
                    consider(who)


@compiled
def keen_posts(
    post: Array, audience: Array, start: Array, channel: Array, actor: Array, threshold: Integer, key: np.uint64,
    keen: Array,
) -> None:  # fmt: skip
    """Mark the public posts that some viewer of a stage passes on."""
    widest = 0
    for p in range(len(post)):
        widest = max(widest, start[p + 1] - start[p])
    coin, unused = np.empty(widest, dtype=np.uint64), np.empty(widest, dtype=np.uint64)
    for p in range(len(post)):
        if audience[p] < 2 or keen[p] or start[p] == start[p + 1]:
            continue
        draw_each(key, post[p], actor[start[p] : start[p + 1]], 0, coin, unused)
        for i in range(start[p + 1] - start[p]):
            if coin[i] >> np.uint64(32) < threshold and channel[start[p] + i] in (FEED, DISCOVERY):
                keen[p] = True
                break


@compiled
def views_of(
    keen: Array, start: Array, offset: Integer, time: Array, channel: Array, actor: Array
) -> tuple[Array, Array, Array, Array]:
    """Columns (post, row of the block, time, viewer) of a stage's views of the posts marked."""
    count = 0
    for p in range(len(keen)):
        if keen[p]:
            count += start[p + 1] - start[p]
    post, row = np.empty(count, dtype=np.int32), np.empty(count, dtype=np.int32)
    when, who = np.empty(count, dtype=np.int32), np.empty(count, dtype=np.int32)
    n = 0
    for p in range(len(keen)):
        for at in range(start[p], start[p + 1] if keen[p] else start[p]):
            if channel[at] in (FEED, DISCOVERY):
                post[n], row[n], when[n], who[n] = p, offset + at, time[at], actor[at]
                n += 1
    return post[:n], row[:n], when[:n], who[:n]


@compiled
def spread(  # noqa: C901, one heap
    post: Array,
    author: Array,
    subject: Array,
    start: Array,
    viewer: Array,
    visibility: Array,
    view_start: Array,
    view_row: Array,
    view_time: Array,
    view_actor: Array,
    close: Array,
    horizon_end: Integer,
    threshold: Integer,
    reshare_key: np.uint64,
    delivery_key: np.uint64,
    kernel: Array,
    deliveries: Array,
) -> tuple[Array, ...]:
    """Columns (post, then those of Events) of all reshares and the views they bring, from each post's views in order."""
    rows = [(0, 0, 0, 0, 0, 0, 0)]
    rows.clear()
    todo: list[tuple[int, int, int]] = [(0, 0, 0)]  # time, time of parent, kind << 62 | who << 31 | by whom
    coin, when_ = np.empty(0, dtype=np.uint64), np.empty(0, dtype=np.uint64)
    for p in range(len(post)):
        if view_start[p] == view_start[p + 1]:
            continue
        last = min(close[3 * p + 1], horizon_end)
        todo.clear()
        slots, roll = new_roll(view_start[p + 1] - view_start[p])
        count = 0
        first_time = np.empty(len(roll), dtype=np.int64)
        first_row = np.empty(len(roll), dtype=np.int64)
        shared = np.zeros(len(roll), dtype=np.int64)  # -2 - row of a person's reshare; 0: none
        for at in range(view_start[p], view_start[p + 1]):
            place = place_of(slots, roll, count, view_actor[at])
            if place == count or view_time[at] < first_time[place]:  # the earlier row wins a tie
                first_time[place], first_row[place] = view_time[at], view_row[at]
            count = max(count, place + 1)
        for place in range(count):
            who = whole(roll[place])
            chance, when = draw(reshare_key, post[p], who, 0)
            if chance >> np.uint64(32) < threshold:
                heappush(todo, (first_time[place] + delay(kernel, when), first_time[place], (who << 31) | who))
        while todo:
            time, _, packed = heappop(todo)
            if time >= last:
                break
            kind, who, by = packed >> 62, (packed >> 31) & 0x7FFFFFFF, packed & 0x7FFFFFFF
            if 2 * count + 2 >= len(slots):
                slots, roll = grown(slots, roll, count)
                first_time, first_row = wider(first_time, len(roll)), wider(first_row, len(roll))
                more = np.zeros(len(roll), dtype=np.int64)
                more[:count] = shared[:count]
                shared = more
            place = place_of(slots, roll, count, who)
            known = place < count
            if known and ((kind == 0 and shared[place] < 0) or (kind == 1 and first_time[place] <= time)):
                continue
            learner = 0 if is_viewer(start, viewer, subject[p], who) else 1
            own = -2 - len(rows)
            if kind == 0:
                rows.append((p, first_row[place], time, 3, who, 0, learner))
                shared[place] = own
                crowd, chances = viewer[start[who] : start[who + 1]], visibility[start[who] : start[who + 1]]
                if len(crowd) > len(coin):
                    coin, when_ = np.empty(len(crowd), dtype=np.uint64), np.empty(len(crowd), dtype=np.uint64)
                deliver(delivery_key, post[p], who, crowd, coin, when_)
                for i in range(len(crowd)):
                    target = whole(crowd[i])
                    if coin[i] >> np.uint64(32) < chances[i] and target != author[p] and target != subject[p]:
                        heappush(todo, (time + delay(deliveries, when_[i]), time, (1 << 62) | (target << 31) | who))
            else:
                by_place = place_of(slots, roll, count + 1, by)
                rows.append((p, shared[by_place], time, 4, who, by, learner))
                count = max(count, place + 1)
                first_time[place], first_row[place] = time, own
                chance, when = draw(reshare_key, post[p], who, 0)
                if chance >> np.uint64(32) < threshold:
                    heappush(todo, (time + delay(kernel, when), time, (who << 31) | who))
    return columns_of(rows)


@compiled
def deliver(key: np.uint64, post: Integer, by: Integer, crowd: Array, coin: Array, when: Array) -> None:
    """The draws of a reshare's deliveries, keyed by (post, resharer, viewer)."""
    for i in range(len(crowd)):
        coin[i], when[i] = draw(key, post, by, crowd[i])


@compiled
def columns_of(rows: list[tuple[int, int, int, int, int, int, int]]) -> tuple[Array, ...]:
    """Rows (post, parent, time, channel, actor, key, learner) of public reach as columns (post, object, parent ...)."""
    n = len(rows)
    post, object_, parent = np.empty(n, np.int32), np.empty(n, np.int32), np.empty(n, np.int32)
    time, actor, key = np.empty(n, np.int32), np.empty(n, np.int32), np.empty(n, np.int32)
    channel, learner = np.empty(n, np.int8), np.empty(n, np.int8)
    for i in range(n):
        post[i], parent[i], time[i], channel[i], actor[i], key[i], learner[i] = rows[i]
        object_[i] = 3 * post[i] + 1
    return post, object_, parent, time, channel, actor, key, learner
