"""Feed: friends are shown a new post; a tag shows it to the friends of the person tagged.

One coin a (post, viewer) with the tie's visibility (R01, R05), moved by the post's quality (R02), and one delay from a
lognormal (R06); who has not joined by then misses it. Friends' views lie in the post's friends' reach, the tagged
person's friends' views in the tag's reach; both are memoryless.
"""

from dataclasses import dataclass

import numpy as np

from sim.core.codes import ONLY_ME
from sim.core.compiled import Array, Integer, after, lean, lucky
from sim.core.errors import require_above_0, require_share
from sim.core.noise import Noise
from sim.core.quantile import Quantiles, lognormal
from sim.exposure.bars import Bars, admitted
from sim.exposure.circle import NOBODY, draw_circle
from sim.exposure.columns import Crowd, Posts, Rows, Ties, fill, meet, new_crowd, tell_strangers, toss_crowd
from sim.exposure.draft import Draft
from sim.exposure.quality import lift, lift_each, lifted, quality
from sim.exposure.story import Story


@dataclass(frozen=True)
class Feed:
    """Views of new posts: `delay_median_s` and `delay_sigma` of the lognormal time from post to view; `quality_share`
    is how much a post's quality decides: 0 nothing, 1 as much as leaves each tie's chance a chance."""

    delay_median_s: float
    delay_sigma: float
    quality_share: float

    def __post_init__(self) -> None:
        require_share(quality_share=self.quality_share)
        require_above_0(delay_median_s=self.delay_median_s, delay_sigma=self.delay_sigma)

    def delays(self) -> Quantiles:
        """Time from post to view, s."""
        return lognormal(median_s=self.delay_median_s, sigma=self.delay_sigma)

    def emit(self, draft: Draft, noise: Noise) -> None:
        """Every view of the draft's posts by friends, and by friends of those tagged."""
        posts, ties = draft.columns, draft.scene.ties
        own, tagged = draft.crowds[posts.audience != ONLY_ME], ties.audience(posts.subject[posts.tagged])
        start = draft.begin()
        shown(
            posts, ties, draft.close, draft.bars, draft.scene.horizon_end,
            (noise.words("feed", posts.id)[0], noise.words("tag", posts.id)[0]), self.delays(),
            lift(quality(noise, posts.id), self.quality_share),
            draft.met, np.empty(tagged.max(initial=0), dtype=np.int32),
            new_crowd(max(own.max(initial=0), tagged.max(initial=0))), draft.circle, start,
            draft.room(int(own.sum() + tagged.sum())),
        )  # fmt: skip
        draft.wrote(bare=np.diff(start))

    def tell(self, story: Story, noise: Noise) -> None:
        """The same in plain Python, for one post."""
        scene, delays = story.scene, self.delays()
        by = int(lift(quality(noise, np.array([story.post])), self.quality_share)[0])
        if scene.audience[story.row] == ONLY_ME:
            return
        crowds = [("feed", "friends_reach", story.author)]
        if scene.tagged[story.row]:
            crowds.append(("tag", "tag_reach", story.subject))
        for channel, reach, person in crowds:
            for viewer, chance in story.audience(person):
                coin, when = story.toss(noise, channel, story.post, viewer)
                if coin >> 32 < lifted(chance, by):
                    time = story.time + story.delay(delays, when)
                    story.see(story.reach(reach), None, time, channel, viewer, 0, story.learner(viewer))


@lean
def shown(
    posts: Posts, ties: Ties, close: Array, bars: Bars, horizon_end: Integer, keys: tuple[Array, Array],
    delays: Array, lifts: Array, met: tuple[Array, Array], of_tagged: Array, crowd: Crowd, circle: Array, start: Array,
    rows: Rows,
) -> None:  # fmt: skip
    """All views by feed and by tag, into `rows`, those of each post from `start` on. `met`: when those joined who may
    see what authors post (`Draft.met`); `of_tagged`: room for the same of the person tagged."""
    center = tagging = NOBODY
    n, (place, since) = start[0], met
    for p in range(len(posts.id)):
        author, subject, time = posts.author[p], posts.subject[p], posts.time[p]
        turns = 0 if posts.audience[p] == ONLY_ME else 2 if posts.tagged[p] else 1
        for turn in range(turns):
            person, other = (subject, author) if turn else (author, subject)
            reach, first = 3 * p + 2 * turn, n
            last = min(close[reach], horizon_end)
            if last <= time:
                continue
            if turn == 1 and tagging != subject:
                tagging = subject
                meet(ties, subject, of_tagged)
            low, count = ties.start[person], ties.start[person + 1] - ties.start[person]
            theirs = of_tagged[:count] if turn else since[place[p] : place[p] + count]
            toss_crowd(keys[turn][p], ties, low, count, 0, crowd)
            lift_each(ties.visibility[low : low + count], lifts[p], crowd.chance)
            for each in crowd.picked[: lucky(crowd.coin, crowd.chance[:count], crowd.picked)]:
                i, row = np.uintp(each), np.uintp(n)
                seen, who = time + after(delays, crowd.when[i]), ties.viewer[np.uintp(low) + i]
                rows.time[row], rows.actor[row] = seen, who
                n += (seen < last) & (seen >= theirs[i]) & (who != other)
            if turn == 0:
                n = admitted(bars, p, rows.time, rows.actor, first, n)
            fill(rows, first, n, reach, turn)
            if author != subject and turn == 0:
                if center != subject:
                    center = subject
                    draw_circle(circle, ties.start, ties.viewer, subject)
                tell_strangers(rows, first, n, circle)
        start[p + 1] = n
