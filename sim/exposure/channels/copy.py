"""Copy: a viewer keeps the content and shows it to her own audience; it outlives the original.

Screenshots, re-uploads and quotes. No per-view rate is published (R15: a range). A coin a view; the copy is an
object of its own, seen by the copier's audience, copied again, gone by nature (D05) or by a takedown. Two ways
to one view make two copies; people are counted afterwards.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from sim.core.compiled import Array, Integer, compiled, delay, draw, draw_each, lucky, whole
from sim.core.errors import require_above_0, require_share
from sim.core.log import Events, Objects
from sim.core.noise import Noise
from sim.core.quantile import Quantiles, exponential, lognormal
from sim.core.schema import CHANNELS, YEAR_S
from sim.exposure.doors import closing
from sim.exposure.draft import NOTHING, Draft, Stage, no_events, no_objects
from sim.exposure.reach import is_friend, new_sieve, sift
from sim.exposure.scene import Scene
from sim.exposure.story import Story

VIEWS = ("feed", "tag", "discovery", "forward")
FORWARD, COPY, COPIED = 4, 5, 6
BATCH = 1024
"""Views whose coins are drawn together."""

MOST_OFFSPRING = 0.9
"""A copy causes fewer copies than this on average (R12), else chains of copies would never end."""


class Views(NamedTuple):
    """Views to be copied: post and row of the block, object, time (s), channel, actor, key."""

    post: Array
    row: Array
    object: Array
    time: Array
    channel: Array
    actor: Array
    key: Array


@dataclass(frozen=True)
class Copy:
    """`p_copy` a view, after `copy_delay_mean_s`; the copy seen as a feed post, gone at `gone_per_year`."""

    p_copy: float
    copy_delay_mean_s: float
    delay_median_s: float
    delay_sigma: float
    gone_per_year: float

    def __post_init__(self) -> None:
        require_share(p_copy=self.p_copy)
        require_above_0(
            copy_delay_mean_s=self.copy_delay_mean_s,
            delay_median_s=self.delay_median_s,
            delay_sigma=self.delay_sigma,
            gone_per_year=self.gone_per_year,
        )

    def threshold(self, scene: Scene) -> int:
        """The chance of a copy a view, times 2^32, held below the point where chains of copies never end."""
        offspring = scene.mean_visibility * scene.biased_degree
        return int(min(self.p_copy, MOST_OFFSPRING / max(offspring, 1e-9)) * 2**32)

    def tables(self) -> tuple[Quantiles, Quantiles, Quantiles]:
        """Delays, s: from view to copy, from copy to a view of it, from copy to its natural end."""
        return (
            exponential(mean_s=self.copy_delay_mean_s),
            lognormal(median_s=self.delay_median_s, sigma=self.delay_sigma),
            exponential(mean_s=YEAR_S / self.gone_per_year),
        )

    def emit(self, draft: Draft, noise: Noise) -> Stage:
        """Every copy of the draft's posts, of copies, and every view they bring."""
        scene, here = draft.scene, slice(draft.first, draft.last)
        threshold, key = self.threshold(scene), noise.key("copy")
        struck = [
            struck_views(
                each.start, each.offset, each.events.object, each.events.time, each.events.channel, each.events.actor,
                each.events.key, draft.objects.id, threshold, key,
            )
            for each in draft.stages
        ]  # fmt: skip
        if not struck:
            return Stage(NOTHING, no_events(), no_objects())
        views = Views(*(np.concatenate(column) for column in zip(*struck, strict=True)))
        (post, object_, parent, time, channel, actor, way, learner), things = copied(
            scene.author[here], scene.subject[here], scene.start, scene.viewer, scene.visibility, views,
            draft.objects.id, draft.close, draft.doors, draft.first, scene.horizon_end, threshold, key,
            noise.key("copy id"), noise.key("copy seen"), noise.key("copy gone"), *self.tables(),
        )  # fmt: skip
        return Stage(post, Events(object_, parent, time, channel, actor, way, NOTHING, learner), Objects(*things))

    def tell(self, story: Story, noise: Noise) -> None:
        """The same in plain Python, for one post."""
        threshold = self.threshold(story.scene)
        making, seeing, ending = self.tables()
        views = [e for e in story.events if CHANNELS[e.name.channel] in VIEWS]
        while views:
            view = views.pop(0).name
            time = next(e.time for e in story.events if e.name == view)
            way = view.channel << 32 | view.key
            coin, when = story.draw(noise, "copy", view.object, view.actor, way)
            if coin >> 32 >= threshold:
                continue
            birth = time + 1 + story.delay(making, when)
            met = story.objects[view.object]
            key = view.key << 4 | view.channel
            made = story.see(met, view, birth, "copy", view.actor, key, story.learner(view.actor))
            if made is None:
                continue
            identity = story.draw(noise, "copy id", view.object, view.actor, way)[0] >> 2 | 1 << 62
            natural = birth + story.delay(ending, story.draw(noise, "copy gone", identity)[0])
            copy = story.make("copy", identity, met.id, view.actor, birth, natural, 0, made)
            for viewer, chance in story.audience(view.actor):
                coin, when = story.draw(noise, "copy seen", identity, viewer)
                if coin >> 32 < chance:
                    time = birth + story.delay(seeing, when)
                    if story.see(copy, made, time, "copied", viewer, 0, story.learner(viewer)):
                        views.append(story.events[-1])


@compiled
def struck_views(
    start: Array,
    offset: Integer,
    object_: Array,
    time: Array,
    channel: Array,
    actor: Array,
    key: Array,
    object_id: Array,
    threshold: Integer,
    copy_key: np.uint64,
) -> tuple[Array, ...]:
    """The columns of Views of a stage's views whose coin falls so."""
    found = [0]
    found.clear()
    met, way = np.empty(BATCH, dtype=np.int64), np.empty(BATCH, dtype=np.int64)
    coin = np.empty(BATCH, dtype=np.uint64)
    for low in range(0, len(actor), BATCH):
        high = min(low + BATCH, len(actor))
        for i in range(high - low):
            met[i] = object_id[object_[low + i]]
            way[i] = whole(channel[low + i]) << 32
        if len(key):
            for i in range(high - low):
                way[i] |= key[low + i]
        who = actor[low:high]
        for i in range(len(who)):
            coin[i] = draw(copy_key, met[i], who[i], way[i])[0]
        for i in range(high - low):
            if coin[i] >> np.uint64(32) < threshold and is_view(channel[low + i]):
                found.append(low + i)
    n = len(found)
    post, row, met_row = np.empty(n, np.int32), np.empty(n, np.int32), np.empty(n, np.int32)
    when, way_, who_, key_ = np.empty(n, np.int32), np.empty(n, np.int8), np.empty(n, np.int32), np.empty(n, np.int32)
    p = 0
    for i in range(n):
        at = found[i]
        while start[p + 1] <= at:
            p += 1
        post[i], row[i], met_row[i], when[i] = p, offset + at, object_[at], time[at]
        way_[i], who_[i], key_[i] = channel[at], actor[at], key[at] if len(key) else 0
    return post, row, met_row, when, way_, who_, key_


@compiled
def is_view(channel: Integer) -> bool:
    """Whether an event shows its actor the post: who passes on, takes, reads or trains is no viewer."""
    return bool(channel <= 2 or channel in (FORWARD, COPIED))


@compiled
def copied(
    author: Array,
    subject: Array,
    start: Array,
    viewer: Array,
    visibility: Array,
    views: Views,
    object_id: Array,
    close: Array,
    doors: Array,
    first: Integer,
    horizon_end: Integer,
    threshold: Integer,
    copy_key: np.uint64,
    id_key: np.uint64,
    seen_key: np.uint64,
    gone_key: np.uint64,
    making: Array,
    seeing: Array,
    ending: Array,
) -> tuple[tuple[Array, ...], tuple[Array, ...]]:
    """Columns (post, object, parent, time, channel, actor, key, learner) of all copies and views of copies; columns of
    Objects of the copies. The given views are those that are copied.
    """
    rows = [(0, 0, 0, 0, 0, 0, 0, 0)]  # post, object, parent, time, channel, actor, key, learner
    things = [(0, 0, 0, 0, 0, 0, 0)]  # id, post, parent, holder, birth, natural, maker
    ends = [0]
    rows.clear()
    things.clear()
    ends.clear()
    given = len(views.post)
    turn = 0
    coins, whens = np.empty(0, dtype=np.uint64), np.empty(0, dtype=np.uint64)
    shown = np.empty(1, dtype=np.int32)
    sieve, sifted = new_sieve(), -1
    while turn < given + len(rows):
        if turn < given:
            p, channel, time = whole(views.post[turn]), whole(views.channel[turn]), whole(views.time[turn])
            met, who, key = whole(views.object[turn]), whole(views.actor[turn]), whole(views.key[turn])
        else:
            p, met, _, time, channel, who, key, _ = rows[turn - given]
        view = whole(views.row[turn]) if turn < given else given - 2 - turn
        turn += 1
        if not is_view(channel):
            continue
        met_id, met_end = (object_id[met], close[met]) if met >= 0 else (things[-2 - met][0], ends[-2 - met])
        way = channel << 32 | key
        coin, when = draw(copy_key, met_id, who, way)
        if coin >> np.uint64(32) >= threshold:
            continue
        birth = time + 1 + delay(making, when)
        if birth >= met_end or birth >= horizon_end:
            continue
        if sifted != subject[p]:
            sifted = subject[p]
            sift(sieve, start, viewer, sifted)
        learner = 0 if is_friend(sieve, start, viewer, subject[p], who) else 1
        made, copy = -2 - len(rows), -2 - len(things)
        rows.append((p, met, view, birth, COPY, who, key << 4 | channel, learner))
        identity = whole(draw(id_key, met_id, who, way)[0] >> np.uint64(2) | np.uint64(1) << np.uint64(62))
        natural = birth + delay(ending, draw(gone_key, identity, 0, 0)[0])
        end = closing(3, birth, natural, 0, first + p, doors)
        things.append((identity, p, met, who, birth, natural, made))
        ends.append(whole(end))
        crowd = viewer[start[who] : start[who + 1]]
        if len(crowd) > len(coins):
            coins, whens = np.empty(len(crowd), dtype=np.uint64), np.empty(len(crowd), dtype=np.uint64)
            shown = np.empty(len(crowd) + 1, dtype=np.int32)
        draw_each(seen_key, identity, crowd, 0, coins, whens)
        for i in shown[: lucky(coins, visibility[start[who] : start[who + 1]], shown)]:
            target, seen = whole(crowd[i]), birth + delay(seeing, whens[i])
            if seen < end and seen < horizon_end and target != subject[p] and target != author[p]:
                learner = 0 if is_friend(sieve, start, viewer, subject[p], target) else 1
                rows.append((p, copy, made, seen, COPIED, target, 0, learner))
    return event_columns(rows), object_columns(things)


@compiled
def event_columns(rows: list[tuple[int, int, int, int, int, int, int, int]]) -> tuple[Array, ...]:
    """Rows (post, object, parent, time, channel, actor, key, learner) as columns."""
    n = len(rows)
    post, object_, parent = np.empty(n, np.int32), np.empty(n, np.int32), np.empty(n, np.int32)
    time, channel, learner = np.empty(n, np.int32), np.empty(n, np.int8), np.empty(n, np.int8)
    actor, key = np.empty(n, np.int32), np.empty(n, np.int32)
    for i in range(n):
        post[i], object_[i], parent[i], time[i], channel[i], actor[i], key[i], learner[i] = rows[i]
    return post, object_, parent, time, channel, actor, key, learner


@compiled
def object_columns(things: list[tuple[int, int, int, int, int, int, int]]) -> tuple[Array, ...]:
    """Rows (id, post, parent, holder, birth, natural, maker) of copies as the columns of Objects."""
    n = len(things)
    identity, post, parent = np.empty(n, np.int64), np.empty(n, np.int32), np.empty(n, np.int32)
    holder, birth, natural = np.empty(n, np.int32), np.empty(n, np.int64), np.empty(n, np.int64)
    maker = np.empty(n, np.int32)
    for i in range(n):
        identity[i], post[i], parent[i], holder[i], birth[i], natural[i], maker[i] = things[i]
    return identity, post, np.full(n, 3, np.int8), parent, holder, birth, natural, np.zeros(n, np.int8), maker
