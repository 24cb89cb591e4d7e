"""Reshare: a viewer passes a public post on natively; friends of the resharer see it; it dies with the original.

A coin and a delay a (post, person) from the first view on (R08, R10); a reshare is delivered to the resharer's
audience with the tie's visibility and the feed's delay. All of it lies in public reach, which remembers: whom
friends' reach or an earlier delivery has reached by then is passed over. Friends' reach never asks about it.
"""

from dataclasses import dataclass
from heapq import heappop, heappush

import numpy as np

from sim.core.compiled import Array, Integer, compiled, delay, draw, whole
from sim.core.errors import require_above_0, require_share
from sim.core.log import Events
from sim.core.noise import Noise
from sim.core.quantile import Quantiles, lognormal, reshare_kernel
from sim.core.schema import NEVER
from sim.exposure.draft import Draft, Stage, no_objects
from sim.exposure.reach import is_viewer
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
        scene, here, events = draft.scene, slice(draft.first, draft.last), draft.events
        kernel, deliveries = self.tables()
        post, *columns = spread(
            scene.post[here], scene.author[here], scene.subject[here], scene.audience[here], scene.start, scene.viewer,
            scene.visibility, scene.people, draft.post, events.channel, events.time, events.actor, draft.close,
            scene.horizon_end, self.threshold(scene), noise.key("reshare"), noise.key("delivery"), kernel, deliveries,
        )  # fmt: skip
        return Stage(post, Events(*columns), no_objects())

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
def spread(  # noqa: C901, one heap
    post: Array,
    author: Array,
    subject: Array,
    audience: Array,
    start: Array,
    viewer: Array,
    visibility: Array,
    people: Integer,
    view_post: Array,
    view_channel: Array,
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
    """Columns (post, then those of Events) of all reshares and the views they bring."""
    latest, following = keen_views(post, audience, view_post, view_channel, view_actor, threshold, reshare_key)
    first_time = np.full(people, NEVER, dtype=np.int64)
    first_row = np.zeros(people, dtype=np.int64)
    shared = np.zeros(people, dtype=np.int64)  # -2 - row of a person's reshare; 0: none
    rows = [(0, 0, 0, 0, 0, 0, 0)]
    rows.clear()
    todo: list[tuple[int, int, int]] = [(0, 0, 0)]  # time, time of parent, kind << 62 | who << 31 | by whom
    touched = [0]
    for p in range(len(post)):
        if latest[p] < 0:
            continue
        last = min(close[3 * p + 1], horizon_end)
        todo.clear()
        touched.clear()
        row = latest[p]
        while row >= 0:
            who = whole(view_actor[row])
            if first_time[who] == NEVER:
                touched.append(who)
            if view_time[row] <= first_time[who]:  # rows are chained last to first: the earlier row wins a tie
                first_time[who], first_row[who] = view_time[row], row
            row = following[row]
        for who in touched:
            coin, when = draw(reshare_key, post[p], who, 0)
            if coin >> np.uint64(32) < threshold:
                heappush(todo, (first_time[who] + delay(kernel, when), first_time[who], (who << 31) | who))
        while todo:
            time, _, packed = heappop(todo)
            if time >= last:
                break
            kind, who, by = packed >> 62, (packed >> 31) & 0x7FFFFFFF, packed & 0x7FFFFFFF
            if (kind == 0 and shared[who] < 0) or (kind == 1 and first_time[who] <= time):
                continue
            learner = 0 if is_viewer(start, viewer, subject[p], who) else 1
            own = -2 - len(rows)
            if kind == 0:
                rows.append((p, first_row[who], time, 3, who, 0, learner))
                shared[who] = own
                for at in range(start[who], start[who + 1]):
                    target = whole(viewer[at])
                    coin, when = draw(delivery_key, post[p], who, target)
                    if coin >> np.uint64(32) < visibility[at] and target != author[p] and target != subject[p]:
                        heappush(todo, (time + delay(deliveries, when), time, (1 << 62) | (target << 31) | who))
            else:
                rows.append((p, shared[by], time, 4, who, by, learner))
                if first_time[who] == NEVER:
                    touched.append(who)
                first_time[who], first_row[who] = time, own
                coin, when = draw(reshare_key, post[p], who, 0)
                if coin >> np.uint64(32) < threshold:
                    heappush(todo, (time + delay(kernel, when), time, (who << 31) | who))
        for who in touched:
            first_time[who] = NEVER
            shared[who] = 0
    return columns_of(rows)


@compiled
def keen_views(
    post: Array,
    audience: Array,
    view_post: Array,
    view_channel: Array,
    view_actor: Array,
    threshold: Integer,
    reshare_key: np.uint64,
) -> tuple[Array, Array]:
    """The views of public posts that some viewer passes on: each post's last row, each row's previous one; -1: none."""
    keen = np.zeros(len(post), dtype=np.bool_)
    for row in range(len(view_post)):
        p = view_post[row]
        if audience[p] == 2 and view_channel[row] in (FEED, DISCOVERY) and not keen[p]:
            keen[p] = draw(reshare_key, post[p], view_actor[row], 0)[0] >> np.uint64(32) < threshold
    latest = np.full(len(post), -1, dtype=np.int64)
    following = np.full(len(view_post), -1, dtype=np.int64)
    for row in range(len(view_post)):
        p = view_post[row]
        if keen[p] and view_channel[row] in (FEED, DISCOVERY):
            following[row] = latest[p]
            latest[p] = row
    return latest, following


@compiled
def columns_of(rows: list[tuple[int, int, int, int, int, int, int]]) -> tuple[Array, ...]:
    """Rows (post, parent, time, channel, actor, key, learner) of public reach as columns (post, then Events)."""
    n = len(rows)
    post, parent, actor, key = (
        np.empty(n, np.int32),
        np.empty(n, np.int32),
        np.empty(n, np.int32),
        np.empty(n, np.int32),
    )
    time = np.empty(n, np.int64)
    channel, learner = np.empty(n, np.int8), np.empty(n, np.int8)
    for i in range(n):
        post[i], parent[i], time[i], channel[i], actor[i], key[i], learner[i] = rows[i]
    return post, (3 * post + 1).astype(np.int32), parent, time, channel, actor, key, np.zeros(n, np.int32), learner
