"""Feed: friends are shown a new post; a tag shows it to the friends of the person tagged.

One coin a (post, viewer) with the tie's visibility (R01, R05), one delay from a lognormal (R06); who has not joined by
then misses it. Friends' views lie in the post's friends' reach, the tagged person's friends' views in the tag's reach;
both are memoryless.
"""

from dataclasses import dataclass

import numpy as np

from sim.core.compiled import Array, Integer, compiled, delay, draw_each, gather, lucky
from sim.core.errors import require_above_0
from sim.core.log import Events
from sim.core.noise import Noise
from sim.core.quantile import Quantiles, lognormal
from sim.exposure.bars import Bars, admitted
from sim.exposure.draft import NOTHING, Draft, Stage, no_objects
from sim.exposure.reach import NOBODY, circle_of, is_friend
from sim.exposure.story import Story


@dataclass(frozen=True)
class Feed:
    """Views of new posts: `delay_median_s` and `delay_sigma` of the lognormal time from post to view."""

    delay_median_s: float
    delay_sigma: float

    def __post_init__(self) -> None:
        require_above_0(delay_median_s=self.delay_median_s, delay_sigma=self.delay_sigma)

    def delays(self) -> Quantiles:
        """Time from post to view, s."""
        return lognormal(median_s=self.delay_median_s, sigma=self.delay_sigma)

    def emit(self, draft: Draft, noise: Noise) -> Stage:
        """Every view of the draft's posts by friends, and by friends of those tagged."""
        scene, here = draft.scene, slice(draft.first, draft.last)
        post, object_, time, channel, actor, learner = shown(
            scene.post[here], scene.author[here], scene.subject[here], scene.time[here], scene.audience[here],
            scene.tagged[here], scene.start, scene.viewer, scene.visibility, scene.joined, draft.close, draft.bars,
            scene.horizon_end, noise.key("feed"), noise.key("tag"), self.delays(),
        )  # fmt: skip
        return Stage(post, Events(object_, NOTHING, time, channel, actor, NOTHING, NOTHING, learner), no_objects())

    def tell(self, story: Story, noise: Noise) -> None:
        """The same in plain Python, for one post."""
        scene, delays = story.scene, self.delays()
        if scene.audience[story.row] == 0:
            return
        crowds = [("feed", "friends_reach", story.author)]
        if scene.tagged[story.row]:
            crowds.append(("tag", "tag_reach", story.subject))
        for channel, reach, person in crowds:
            for viewer, chance in story.audience(person):
                coin, when = story.draw(noise, channel, story.post, viewer)
                if coin >> 32 < chance:
                    time = story.time + story.delay(delays, when)
                    story.see(story.reach(reach), None, time, channel, viewer, 0, story.learner(viewer))


@compiled
def shown(
    post: Array,
    author: Array,
    subject: Array,
    time: Array,
    audience: Array,
    tagged: Array,
    start: Array,
    viewer: Array,
    visibility: Array,
    joined: Array,
    close: Array,
    bars: Bars,
    horizon_end: Integer,
    feed_key: np.uint64,
    tag_key: np.uint64,
    delays: Array,
) -> tuple[Array, ...]:
    """Columns (post, object, time, channel, actor, learner) of all views by feed and by tag."""
    most = widest = 0
    for p in range(len(post)):
        if audience[p] > 0:
            own = start[author[p] + 1] - start[author[p]]
            others = start[subject[p] + 1] - start[subject[p]] if tagged[p] else 0
            most += own + others
            widest = max(widest, own, others)
    out_post = np.empty(most, dtype=np.int32)
    out_object = np.empty(most, dtype=np.int32)
    out_time = np.empty(most + 1, dtype=np.int32)
    out_channel = np.empty(most, dtype=np.int8)
    out_actor = np.empty(most + 1, dtype=np.int32)
    out_learner = np.empty(most, dtype=np.int8)
    coin, when = np.empty(widest, dtype=np.uint64), np.empty(widest, dtype=np.uint64)
    seeing = np.empty(widest + 1, dtype=np.int32)
    circle, center = circle_of(start, viewer, NOBODY), NOBODY
    since, gathered = np.empty(widest, dtype=np.int64), NOBODY
    n = 0
    for p in range(len(post)):
        if audience[p] == 0:
            continue
        for turn in range(2 if tagged[p] else 1):
            person = subject[p] if turn else author[p]
            reach = 3 * p + 2 * turn
            last = min(close[reach], horizon_end)
            if last <= time[p]:
                continue
            crowd = viewer[start[person] : start[person + 1]]
            if gathered != person:
                gathered = person
                gather(joined, crowd, since)
            draw_each(tag_key if turn else feed_key, post[p], crowd, 0, coin, when)
            first = n
            for each in seeing[: lucky(coin, visibility[start[person] : start[person + 1]], seeing)]:
                i, row = np.uintp(each), np.uintp(n)
                seen, who = time[p] + delay(delays, when[i]), crowd[i]
                out_time[row], out_actor[row] = seen, who
                n += (seen < last) & (seen >= since[i]) & (who != subject[p]) & (who != author[p])
            if turn == 0:
                n = admitted(bars, p, out_time, out_actor, first, n)
            foreign = author[p] != subject[p] and turn == 0
            if foreign and center != subject[p]:
                center = subject[p]
                circle = circle_of(start, viewer, center)
            for row in range(first, n):
                out_post[row], out_object[row], out_channel[row], out_learner[row] = p, reach, turn, 0
            for row in range(first, n if foreign else first):
                out_learner[row] = not is_friend(circle, out_actor[row])
    return out_post[:n], out_object[:n], out_time[:n], out_channel[:n], out_actor[:n], out_learner[:n]
