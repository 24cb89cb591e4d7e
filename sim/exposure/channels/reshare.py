"""Reshare: a viewer passes a public post on natively; friends of the resharer see it; it dies with the original.

A coin and a short delay a (post, person) from the first view on (R10), of a chance that follows the post's quality and
fades with its age (R08); a reshare is delivered to the resharer's
audience with the tie's visibility and the feed's delay, until the resharer takes it back (D05). All of it lies in
public reach, which remembers: whom friends' reach or an earlier delivery has reached by then is passed over.
Friends' reach never asks about it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from heapq import heappop, heappush
from itertools import count

import numpy as np

from sim.core.codes import DISCOVERY, FEED, FORWARD, PUBLIC
from sim.core.compiled import Array
from sim.core.errors import require, require_above_0, require_not_below_0, require_share
from sim.core.noise import Noise
from sim.core.quantile import ROWS, Quantiles, exponential, lognormal
from sim.core.schema import YEAR_S
from sim.exposure.cascade import keen_posts, spread, views_of
from sim.exposure.columns import everybody
from sim.exposure.delivery import PARTS
from sim.exposure.draft import Draft
from sim.exposure.quality import OLDEST_S, ONE, Fading, chance_of, fading, fresh_mean, interest, quality, virality
from sim.exposure.scene import Scene
from sim.exposure.story import Name, Story
from sim.exposure.turns import Chances

MOST_SIGMA = 20
"""Beyond it one post in a thousand has all interest there is."""
MOST_OFFSPRING = 0.4
"""A reshare causes no more than this many on average, as cascades die out: 99% within a generation (R12), and four in
five reshares are direct (R09, Ma et al. 2017)."""


@dataclass(frozen=True)
class Reshare:
    """`p_share` a view in a feed, the mean over posts and ages (over views a tenth more: what is better is both shown
    to more and passed on more): it fades as (1 + age / fades_after_s)^-fades_power and differs from post to post,
    `virality_sigma` of its logarithm. After `reaction_mean_s`; seen after the feed's lognormal, taken back at
    `gone_per_year`."""

    p_share: float
    fades_after_s: float
    fades_power: float
    virality_sigma: float
    second_hand_share: float
    reaction_mean_s: float
    delay_median_s: float
    delay_sigma: float
    gone_per_year: float

    def __post_init__(self) -> None:
        require_share(p_share=self.p_share, second_hand_share=self.second_hand_share)
        require_not_below_0(fades_power=self.fades_power, virality_sigma=self.virality_sigma)
        require_above_0(
            fades_after_s=self.fades_after_s,
            reaction_mean_s=self.reaction_mean_s,
            delay_median_s=self.delay_median_s,
            delay_sigma=self.delay_sigma,
            gone_per_year=self.gone_per_year,
        )
        require(self.fades_after_s <= OLDEST_S, f"'fades_after_s' is {self.fades_after_s!r}; nothing fades so late.")
        require(
            self.virality_sigma <= MOST_SIGMA, f"'virality_sigma' is {self.virality_sigma!r}; at most {MOST_SIGMA}."
        )

    def fading(self) -> Fading:
        """The chance of a reshare a view of a mean post, by the post's age."""
        return fading(self.p_share / self.freshness, self.fades_after_s, self.fades_power)

    @cached_property
    def freshness(self) -> float:
        """What a view in a feed is worth on average, of one at the age of nothing."""
        return fresh_mean(self.tables()[1], self.fades_after_s, self.fades_power)

    def interest(self, scene: Scene, noise: Noise, post: Array) -> tuple[Array, Array]:
        """Interest in passing on each post, times 2^16: seen in a feed or found; and seen through a reshare, held
        below the point where cascades never end."""
        keen = interest(quality(noise, post), virality(self.virality_sigma))
        most = MOST_OFFSPRING / max(scene.mean_visibility * scene.biased_degree * self.p_share, 1e-9)
        return keen, np.minimum(keen * round(self.second_hand_share * ONE) >> 16, int(most * ONE))

    def tables(self) -> tuple[Quantiles, Quantiles, Quantiles]:
        """Delays, s: from first view to reshare, from reshare to a follower's view, from reshare to its end."""
        return (
            exponential(mean_s=self.reaction_mean_s),
            lognormal(median_s=self.delay_median_s, sigma=self.delay_sigma),
            exponential(mean_s=YEAR_S / self.gone_per_year),
        )

    def emit(self, draft: Draft, noise: Noise) -> None:
        """Every reshare of the draft's posts and every view it brings."""
        scene, posts, start, faded = draft.scene, draft.columns, draft.start, self.fading()
        at_first, at_second = self.interest(scene, noise, posts.id)
        ceiling = faded.chance[0] * np.maximum(at_first, at_second) >> 16
        reaction, deliveries, ending = self.tables()
        chances = Chances(
            noise.words("reshare", posts.id)[0], noise.words("delivery", posts.id)[0], noise.key("unshare"), *faded,
            at_first, at_second, ceiling, reaction, deliveries, deliveries[: -1 : ROWS // PARTS].copy(), ending,
        )  # fmt: skip
        keen = keen_posts(posts, start, draft.rows, chances)
        views = views_of(keen, start, draft.rows)
        begun, done = draft.begin(), 0
        while done < draft.posts:
            done = spread(
                posts, scene.ties, draft.bars, views, draft.close, scene.horizon_end, scene.newest, chances,
                draft.circle, done, begun, draft.room(everybody(scene.people), begun[done]),
            )  # fmt: skip
        draft.wrote()

    def tell(self, story: Story, noise: Noise) -> None:  # noqa: C901, one heap
        """The same in plain Python, for one post."""
        scene, reach = story.scene, story.reach("public_reach")
        if scene.audience[story.row] != PUBLIC:
            return
        reaction, deliveries, ending = self.tables()
        faded, (at_first, at_second) = self.fading(), self.interest(scene, noise, np.array([story.post]))
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
            coin, when = story.toss(noise, "reshare", story.post, who)
            seen = first[who][0]
            keen = at_second if first[who][1].channel == FORWARD else at_first
            if coin >> 32 < chance_of(faded, int(keen[0]), seen - story.time):
                heappush(todo, (seen + story.delay(reaction, when), seen, 0, who, who))

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
                end = time + story.delay(ending, story.draw(noise, "unshare", story.post, who)[0])
                end = min(end, story.taken_back(who, time))
                for viewer, word in self.delivered(story, noise, who):
                    seen = time + 1 + story.delay(deliveries, word)
                    if seen < end:
                        heappush(todo, (seen, time, 1, viewer, who))
            elif kind == 1 and not (who in first and first[who][0] <= time):
                seen_as = story.see(reach, shared[by], time, "forward", who, by, story.learner(who))
                if seen_as is not None:
                    first[who] = (time, seen_as)
                    consider(who)

    @staticmethod
    def delivered(story: Story, noise: Noise, by: int) -> Iterator[tuple[int, int]]:
        """To whom a person's reshare is delivered, and the word of when."""
        scene, skip = story.scene, story.scene.ties.skip
        if not skip:
            for viewer, chance in story.audience(by):
                coin, when = story.toss(noise, "delivery", story.post, viewer, by)
                if coin >> 32 < chance:
                    yield viewer, when
            return
        viewers, at = scene.viewer[scene.start[by] : scene.start[by + 1]].tolist(), 0
        for nth in count():
            coin, when = story.toss(noise, "delivery", story.post, nth, by)
            at += story.skipped(coin, skip)
            if at >= len(viewers):
                return
            if viewers[at] not in (story.author, story.subject):
                yield viewers[at], when
            at += 1
