"""Discovery: an old post is found again, by a friend (search, memories, a visit) or by a stranger on the profile.

No public figure exists (R16, R17: ranges of two decades), and what late deletion can still avoid hangs on it. A
friend finds each item an exponential time after it or her own joining; that view lies in friends' reach. Strangers
visit a profile as a Poisson process and look at each public item with one coin a visit, never "the newest m", so that
one post's fate does not hang on another's; those views lie in public reach. Both are memoryless.
"""

from dataclasses import dataclass

import numpy as np

from sim.core.compiled import Array, Integer, compiled, delay, draw_each, draw_on, gather, whole, wider, lean
from sim.core.errors import require_above_0
from sim.core.log import Events
from sim.core.noise import Noise
from sim.core.quantile import Quantiles, exponential
from sim.core.schema import YEAR_S
from sim.exposure.bars import Bars, admitted, barred
from sim.exposure.draft import NOTHING, Draft, Stage, no_objects
from sim.exposure.reach import NOBODY, circle_of, is_friend
from sim.exposure.story import Story

DISCOVERY = 2
DRAWN_AHEAD = 16
"""Visits to a profile, and looks at a post, drawn together."""
MOST_SEEN_SHARE = 0.9
"""One visitor sees at most this share of a profile's public items, however few there are."""


@dataclass(frozen=True)
class Discovery:
    """Rates: `per_tie_per_year` an item and friend, `visits_per_month` of strangers, `items_per_visit` they see."""

    per_tie_per_year: float
    visits_per_month: float
    items_per_visit: float

    def __post_init__(self) -> None:
        require_above_0(
            per_tie_per_year=self.per_tie_per_year,
            visits_per_month=self.visits_per_month,
            items_per_visit=self.items_per_visit,
        )

    def friend_delays(self) -> Quantiles:
        """Time from post to a friend's finding it, s."""
        return exponential(mean_s=YEAR_S / self.per_tie_per_year)

    def visit_gaps(self) -> Quantiles:
        """Time between strangers' visits to a profile, s."""
        return exponential(mean_s=YEAR_S / 12 / self.visits_per_month)

    def hazards(self, public_items: Array) -> Array:
        """-ln(1 - P(a visitor sees an item)) of profiles with so many public items, times 2^32, whole."""
        share = np.minimum(MOST_SEEN_SHARE, self.items_per_visit / np.maximum(public_items, 1.0))
        return np.maximum(1, np.round(-np.log1p(-share) * 2.0**32)).astype(np.int64)

    def emit(self, draft: Draft, noise: Noise) -> Stage:
        """Every finding of the draft's posts."""
        scene, here = draft.scene, slice(draft.first, draft.last)
        post, object_, time, actor, key, learner = found(
            scene.post[here], scene.author[here], scene.subject[here], scene.time[here], scene.audience[here],
            scene.start, scene.viewer, scene.joined,
            self.hazards(scene.public_items[scene.author[here]]), scene.population, draft.close, draft.bars,
            scene.horizon_end, noise.key("discovery by a friend"), noise.key("visit"), noise.key("visitor"),
            noise.key("look"), self.friend_delays(), self.visit_gaps(), SKIPS,
        )  # fmt: skip
        channel = np.full(len(post), DISCOVERY, dtype=np.int8)
        return Stage(post, Events(object_, NOTHING, time, channel, actor, key, NOTHING, learner), no_objects())

    def tell(self, story: Story, noise: Noise) -> None:
        """The same in plain Python, for one post."""
        scene = story.scene
        audience = int(scene.audience[story.row])
        if audience >= 1:
            delays = self.friend_delays()
            for viewer, _ in story.audience(story.author):
                time = max(story.time, int(scene.joined[viewer])) + story.delay(
                    delays, story.draw(noise, "discovery by a friend", story.post, viewer)[0]
                )
                story.see(story.reach("friends_reach"), None, time, "discovery", viewer, 0, story.learner(viewer))
        if audience < 2:
            return
        gaps, hazard = self.visit_gaps(), int(self.hazards(scene.public_items[story.author]))
        visits: list[int] = []
        time = int(scene.joined[story.author])
        while time < scene.horizon_end:
            time += 1 + story.delay(gaps, story.draw(noise, "visit", story.author, len(visits))[0])
            visits.append(time)
        visit = sum(time <= story.time for time in visits)
        hit = 0
        while True:
            visit += (story.delay(SKIPS, story.draw(noise, "look", story.post, hit)[0]) << 12) // hazard
            if visit >= len(visits):
                return
            who = story.draw(noise, "visitor", story.author, visit)[0] % scene.population
            if who not in (story.author, story.subject):
                story.see(story.reach("public_reach"), None, visits[visit], "discovery", who, visit, story.learner(who))
            visit, hit = visit + 1, hit + 1


SKIPS = exponential(mean_s=2.0**20)
"""Exponential of mean 2^20: over a hazard of 2^32 ln, the number of visits passed over before the next look."""


@compiled
def found(  # noqa: C901, two ways of finding
    post: Array,
    author: Array,
    subject: Array,
    time: Array,
    audience: Array,
    start: Array,
    viewer: Array,
    joined: Array,
    hazards: Array,
    population: Integer,
    close: Array,
    bars: Bars,
    horizon_end: Integer,
    friend_key: np.uint64,
    visit_key: np.uint64,
    visitor_key: np.uint64,
    look_key: np.uint64,
    friend_delays: Array,
    visit_gaps: Array,
    skips: Array,
) -> tuple[Array, ...]:
    """Columns (post, object, time, actor, key, learner) of all findings by friends and by strangers."""
    room = 1024 + (start[author + 1] - start[author])[audience > 0].sum() // 2
    out_post = np.empty(room, dtype=np.int32)
    out_object = np.empty(room, dtype=np.int32)
    out_time = np.empty(room, dtype=np.int32)
    out_actor = np.empty(room, dtype=np.int32)
    out_key = np.empty(room, dtype=np.int32)
    out_learner = np.empty(room, dtype=np.int8)
    widest = 0
    for p in range(len(post)):
        widest = max(widest, start[author[p] + 1] - start[author[p]])
    word, unused = np.empty(widest, dtype=np.uint64), np.empty(widest, dtype=np.uint64)
    visits, look = np.empty(1024, dtype=np.int64), np.empty(1024, dtype=np.int64)
    ahead = np.empty(DRAWN_AHEAD, dtype=np.uint64)
    since, finding = np.empty(widest, dtype=np.int64), np.empty(widest + 1, dtype=np.int32)
    circle, center = circle_of(start, viewer, NOBODY), NOBODY
    gathered = visited = NOBODY
    count = 0
    n = 0
    for p in range(len(post)):
        if audience[p] == 0:
            continue
        if audience[p] == 2 and visited != author[p]:
            visits, count = visit_times(author[p], joined[author[p]], horizon_end, visit_key, visit_gaps, ahead, visits)
            visited = author[p]
        if count > len(look):
            look = np.empty(2 * count, dtype=np.int64)
        most = n + start[author[p] + 1] - start[author[p]] + count + 1
        if most > room:
            room = 2 * most
            out_post, out_object = wider(out_post, room), wider(out_object, room)
            out_time, out_actor = wider(out_time, room), wider(out_actor, room)
            out_key, out_learner = wider(out_key, room), wider(out_learner, room)
        foreign = author[p] != subject[p]
        if center != subject[p] and (foreign or audience[p] == 2):
            center = subject[p]
            circle = circle_of(start, viewer, center)
        last = min(close[3 * p], horizon_end)
        if last > time[p]:
            crowd, first = viewer[start[author[p]] : start[author[p] + 1]], n
            if gathered != author[p]:
                gathered = author[p]
                gather(joined, crowd, since)
            draw_each(friend_key, post[p], crowd, 0, word, unused)
            for each in finding[: soon(word[: len(crowd)], friend_delays, last - time[p], finding)]:
                i, row = np.uintp(each), np.uintp(n)
                seen = max(time[p], since[i]) + delay(friend_delays, word[i])
                out_time[row], out_actor[row] = seen, crowd[i]
                n += (seen < last) & (crowd[i] != subject[p])
            n = admitted(bars, p, out_time, out_actor, first, n)
            for row in range(first, n):
                out_post[row], out_object[row], out_key[row], out_learner[row] = p, 3 * p, 0, 0
            for row in range(first, n if foreign else first):
                out_learner[row] = not is_friend(circle, out_actor[row])
        if audience[p] < 2:
            continue
        last = min(close[3 * p + 1], horizon_end)
        made = looked(post[p], time[p], last, visits[:count], hazards[p], look_key, skips, ahead, look)
        if made > len(word):
            word, unused = np.empty(2 * made, dtype=np.uint64), np.empty(2 * made, dtype=np.uint64)
        draw_each(visitor_key, author[p], look[:made], 0, word, unused)
        for nth in range(made):
            who = whole(word[nth] % np.uint64(population))
            seen = visits[look[nth]]
            if who != subject[p] and who != author[p] and seen >= joined[who] and not barred(bars, p, who, seen, True):
                out_post[n], out_object[n], out_time[n] = p, 3 * p + 1, seen
                out_actor[n], out_key[n] = who, look[nth]
                out_learner[n] = not is_friend(circle, who)
                n += 1
    return out_post[:n], out_object[:n], out_time[:n], out_actor[:n], out_key[:n], out_learner[:n]


@lean
def looked(
    post: Integer, time: Integer, last: Integer, visits: Array, hazard: Integer, key: np.uint64, skips: Array,
    word: Array, look: Array,
) -> int:  # fmt: skip
    """The visits after a post's `time` and before `last` that look at it, into `look`; how many."""
    visit = np.searchsorted(visits, time, side="right")
    end = np.searchsorted(visits, last, side="left")
    hit = 0
    while visit < end:
        draw_on(key, post, hit, word)
        for each in word:
            visit += (delay(skips, each) << 12) // hazard
            if visit >= end:
                break
            look[hit] = visit
            hit += 1
            visit += 1
    return hit


@lean
def soon(word: Array, delays: Array, within: Integer, found: Array) -> int:
    """Which words may give a delay below `within` (s), by their table rows alone: numbers in `found`; how many."""
    rows = np.uint64(np.searchsorted(delays, within))
    count = 0
    for i in range(len(word)):
        found[np.uintp(count)] = i
        count += word[i] >> np.uint64(52) < rows
    return count


@compiled
def visit_times(
    person: Integer, joined: Integer, horizon_end: Integer, key: np.uint64, gaps: Array, word: Array, visits: Array
) -> tuple[Array, int]:
    """Times of strangers' visits to a profile, ascending, up to the horizon; and how many."""
    count = 0
    time = joined
    while time < horizon_end:
        draw_on(key, person, count, word)
        if count + len(word) > len(visits):
            visits = wider(visits, 2 * len(visits))
        for each in word:
            time += 1 + delay(gaps, each)
            visits[np.uintp(count)] = time
            count += 1
            if time >= horizon_end:
                break
    return visits, count
