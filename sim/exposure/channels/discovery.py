"""Discovery: an old post is found again, by a friend (search, memories, a visit) or by a stranger on the profile.

No public figure exists (R16, R17: ranges of two decades), and what late deletion can still avoid hangs on it. A
friend finds each item an exponential time after it or her own joining; that view lies in friends' reach. Strangers
visit a profile as a Poisson process and look at each public item with one coin a visit, never "the newest m", so that
one post's fate does not hang on another's; those views lie in public reach. Both are memoryless.
"""

from dataclasses import dataclass

import numpy as np

from sim.core.compiled import WIDE, Array, Integer, after, fetch, inlined, lean, place_near
from sim.core.errors import require_above_0
from sim.core.keyed import draw_each
from sim.core.noise import Noise
from sim.core.quantile import Quantiles, exponential
from sim.core.schema import YEAR_S
from sim.exposure.bars import Bars, admitted, barred
from sim.exposure.columns import Crowd, Posts, Rows, Ties, fill, meet, new_crowd, tell_strangers, toss_crowd
from sim.exposure.draft import Draft
from sim.exposure.guests import PATIENCE, Guests, Looks, looked, new_looks, visits_to
from sim.exposure.reach import NOBODY, draw_circle, new_circle
from sim.exposure.story import Story

DISCOVERY = 2
MOST_SEEN_SHARE = 0.9
"""One visitor sees at most this share of a profile's public items, however few there are."""
MOST_SKIPPED = 2.0**38
"""Times 2^12: 67 million visits."""


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

    def skips(self, public_items: Array) -> Array:
        """Mean number of visits between two looks at an item of profiles with so many public items, times 2^12: one
        over -ln(1 - P(a visitor sees it))."""
        share = np.minimum(MOST_SEEN_SHARE, self.items_per_visit / np.maximum(public_items, 1.0))
        return np.minimum(np.round(-(2.0**12) / np.log1p(-share)), MOST_SKIPPED).astype(np.int64)

    def emit(self, draft: Draft, noise: Noise) -> None:
        """Every finding of the draft's posts."""
        scene, posts, ties = draft.scene, draft.columns, draft.scene.ties
        public, profiles = posts.audience == 2, np.full(draft.posts, -1)
        host = posts.author[public]
        first = np.flatnonzero(np.diff(host, prepend=NOBODY))  # of each run of posts by one author
        hosts, profiles[public] = host[first], np.repeat(np.arange(len(first)), np.diff(first, append=len(host)))
        start, times = visits_to(hosts, ties.joined, scene.horizon_end, noise.key("visit"), self.visit_gaps())
        crowds, skips = draft.crowds, self.skips(scene.public_items[hosts])
        crowd, looks = new_crowd(crowds.max(initial=0)), new_looks(np.diff(start).max(initial=0))
        keys = noise.words("discovery by a friend", posts.id >> 1)[0]
        begun, bare, done = draft.begin(), np.zeros(draft.posts, dtype=np.int64), 0
        while done < draft.posts:
            rows = draft.room(len(crowd.since) + len(looks.guest) + crowds.sum() // 2, begun[done])
            done = found(
                posts, ties, Guests(start, times, profiles), skips, draft.close, draft.bars, scene.horizon_end,
                scene.population, keys, noise.key("visitor"), noise.key("look"), self.friend_delays(), crowd, looks,
                new_circle(ties.start, posts.subject), done, begun, bare, rows,
            )  # fmt: skip
        draft.wrote(bare=bare)

    def tell(self, story: Story, noise: Noise) -> None:
        """The same in plain Python, for one post."""
        scene = story.scene
        audience = int(scene.audience[story.row])
        if audience >= 1:
            delays = self.friend_delays()
            for viewer, _ in story.audience(story.author):
                time = max(story.time, int(scene.joined[viewer])) + story.delay(
                    delays, story.toss(noise, "discovery by a friend", story.post >> 1, viewer)[story.post & 1]
                )
                story.see(story.reach("friends_reach"), None, time, "discovery", viewer, 0, story.learner(viewer))
        if audience < 2:
            return
        gaps, skip = self.visit_gaps(), int(self.skips(scene.public_items[story.author]))
        visits: list[int] = []
        time = int(scene.joined[story.author])
        while time < scene.horizon_end:
            time += 1 + story.delay(gaps, story.draw(noise, "visit", story.author, len(visits))[0])
            visits.append(time)
        visit = sum(time <= story.time for time in visits)
        hit = 0
        while True:
            visit += story.delay(PATIENCE, story.draw(noise, "look", story.post, hit)[0]) * skip >> 32
            if visit >= len(visits):
                return
            who = (story.draw(noise, "visitor", story.author, visit)[0] >> 32) * scene.population >> 32
            if who not in (story.author, story.subject):
                story.see(story.reach("public_reach"), None, visits[visit], "discovery", who, visit, story.learner(who))
            visit, hit = visit + 1, hit + 1


@lean
def found(
    posts: Posts, ties: Ties, guests: Guests, skips: Array, close: Array, bars: Bars, horizon_end: Integer,
    population: Integer, friend_keys: Array, visitor_key: np.uint64, look_key: np.uint64, delays: Array, crowd: Crowd,
    looks: Looks, circle: Array, done: int, start: Array, bare: Array, rows: Rows,
) -> int:  # fmt: skip
    """All findings by friends and by strangers, into `rows`, those of each post from `start` on, friends' (`bare`:
    how many) in front; from post `done` on, as far as the room goes: how many posts are done then."""
    center = met = pair = NOBODY
    count = within = came = 0
    for p in range(done, len(posts.id)):
        author, subject, time, n = posts.author[p], posts.subject[p], posts.time[p], start[p]
        if n + len(crowd.since) + len(looks.guest) > len(rows.time):
            return p
        if center != subject:
            center = subject
            draw_circle(circle, ties.start, ties.viewer, subject)
        last, first = min(close[3 * p], horizon_end), n
        if posts.audience[p] > 0 and last > time:
            if met != author:
                met, count, pair = author, meet(ties, author, crowd), NOBODY
            if pair != posts.id[p] >> 1:
                pair = posts.id[p] >> 1
                toss_crowd(friend_keys[p], crowd, count, 0)
            when = crowd.when if posts.id[p] & 1 else crowd.coin
            within = place_near(delays, last - time, within)
            for each in crowd.picked[: soon(when[:count], within, crowd.picked)]:
                i, row = np.uintp(each), np.uintp(n)
                seen, who = max(time, crowd.since[i]) + after(delays, when[i]), crowd.who[i]
                rows.time[row], rows.actor[row] = seen, who
                n += (seen < last) & (who != subject)
            n = admitted(bars, p, rows.time, rows.actor, first, n)
            fill(rows, first, n, 3 * p, DISCOVERY)
            if author != subject:
                tell_strangers(rows, first, n, circle)
        first, bare[p] = n, n - start[p]
        if posts.audience[p] == 2:
            host = guests.profile[p]
            visits = guests.time[guests.start[host] : guests.start[host + 1]]
            last = min(close[3 * p + 1], horizon_end)
            came = place_near(visits, time + 1, came)
            made = looked(posts.id[p], came, place_near(visits, last, len(visits) - 1), skips[host], look_key, looks)
            draw_each(visitor_key, author, looks.visit[: made + -made % WIDE], 0, looks.word, looks.unused)
            fill(rows, n, n + made, 3 * p + 1, DISCOVERY)
            for nth in range(made):
                guest = (looks.word[nth] >> np.uint64(32)) * np.uint64(population) >> np.uint64(32)
                looks.guest[nth] = guest
                fetch(ties.joined, np.uintp(guest))
            for nth in range(made):
                guest, at = looks.guest[nth], looks.visit[nth]
                rows.time[n], rows.actor[n], rows.key[n] = visits[at], guest, at
                out = guest in (subject, author) or visits[at] < ties.joined[guest]
                n += 1 if not out and not barred(bars, p, guest, visits[at], True) else 0
            tell_strangers(rows, first, n, circle)
        start[p + 1] = n
    return len(posts.id)


@inlined
def soon(word: Array, within: Integer, found: Array) -> int:
    """Which words (32 bits) give a delay of the first `within` rows of its table: numbers in `found`; how many."""
    count, rows = 0, np.uint32(within)
    for i in range(len(word)):
        found[np.uintp(count)] = i
        count += word[i] >> np.uint32(20) < rows
    return count
