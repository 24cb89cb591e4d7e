"""Discovery: an old post is found again, by a friend (search, memories, a visit) or by a stranger on the profile.

No public figure exists (R16, R17: ranges of two decades), and what late deletion can still avoid hangs on it. A
friend finds each item an exponential time after it or her own joining, one rate for all ways (anniversaries bring no
yearly peaks: how many see them nobody has published); that view lies in friends' reach. Strangers visit a profile as a
Poisson process and look at each public item with one coin a visit, never "the newest m", so that one post's fate does
not hang on another's; those views lie in public reach. Both are memoryless.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from sim.core.codes import DISCOVERY, ONLY_ME, PUBLIC
from sim.core.compiled import Array, Integer, after, fetch, inlined, lean
from sim.core.errors import require, require_above_0
from sim.core.noise import Noise
from sim.core.quantile import LONGEST_S, TABLES_KEPT, Quantiles, exponential, poisson
from sim.core.schema import YEAR_S
from sim.core.skip import mean_skip
from sim.exposure.bars import Bars, admitted, barred
from sim.exposure.circle import NOBODY, draw_circle
from sim.exposure.columns import Crowd, Posts, Rows, Ties, fill, new_crowd, tell_strangers, toss_crowd
from sim.exposure.draft import Draft
from sim.exposure.guests import Guests, Looks, hosts_of, looked, new_looks, visits_to
from sim.exposure.story import Story

MOST_SEEN_SHARE = 0.9
"""One visitor sees at most this share of a profile's public items, however few there are."""
MOST_VISITS = 1_000_000
"""A month, of strangers at one profile: each takes memory."""
MOMENT_BITS = 20
"""Times are told apart by 2^20 s, 12 days, where those who find a post too late are left out beforehand."""
VISITS_A_STRETCH = 8
"""Visits in a stretch on average, unless it would be longer than a year."""


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
        most = self.visits_per_month <= MOST_VISITS
        require(most, f"'visits_per_month' is {self.visits_per_month!r}; a profile has at most {MOST_VISITS:,} here.")

    def friend_delays(self) -> Quantiles:
        """Time from post to a friend's finding it, s."""
        return exponential(mean_s=self.friend_mean_s)

    @property
    def friend_mean_s(self) -> float:
        """Mean time until a friend finds an item, s."""
        return YEAR_S / self.per_tie_per_year

    def stretches(self) -> tuple[int, Array]:
        """A stretch of time, s, and the law of strangers' visits to a profile in one."""
        gap_s = YEAR_S / 12 / self.visits_per_month
        stretch_s = round(min(VISITS_A_STRETCH * gap_s, YEAR_S))
        return stretch_s, poisson(mean=stretch_s / gap_s)

    def skips(self, public_items: Array) -> Array:
        """Mean number of visits between two looks at an item of profiles with so many public items (`mean_skip`)."""
        share = np.minimum(MOST_SEEN_SHARE, self.items_per_visit / np.maximum(public_items, 1.0))
        return mean_skip(share)

    def emit(self, draft: Draft, noise: Noise) -> None:
        """Every finding of the draft's posts."""
        scene, posts, ties = draft.scene, draft.columns, draft.scene.ties
        hosts, profiles = hosts_of(posts)
        stretch_s, counts = self.stretches()
        start, before = visits_to(hosts, ties.joined, scene.horizon_end, stretch_s, counts, noise.key("visit"))
        guests = Guests(
            start, before, self.skips(scene.public_items[hosts]), profiles, stretch_s, noise.key("visitor"),
            noise.key("look"),
        )  # fmt: skip
        crowds = draft.crowds
        crowd, looks = new_crowd(crowds.max(initial=0)), new_looks(before.max(initial=0))
        keys, first_looks = noise.words("discovery by a friend", posts.id >> 1)[0], noise.words("look", posts.id)[0]
        within = rows_within(self.friend_mean_s)
        begun, bare, done = draft.begin(), np.zeros(draft.posts, dtype=np.int64), 0
        while done < draft.posts:
            rows = draft.room(len(crowd.coin) + len(looks.guest) + crowds.sum() // 2, begun[done])
            done = found(
                posts, ties, guests, draft.close, draft.bars, scene.horizon_end, scene.population, keys, first_looks,
                self.friend_delays(), within, draft.met, crowd, looks, draft.circle, done, begun, bare, rows,
            )  # fmt: skip
        draft.wrote(bare=bare)

    def tell(self, story: Story, noise: Noise) -> None:
        """The same in plain Python, for one post."""
        scene = story.scene
        audience = int(scene.audience[story.row])
        if audience != ONLY_ME:
            delays = self.friend_delays()
            for viewer, _ in story.audience(story.author):
                time = max(story.time, int(scene.joined[viewer])) + story.delay(
                    delays, story.toss(noise, "discovery by a friend", story.post >> 1, viewer)[story.post & 1]
                )
                story.see(story.reach("friends_reach"), None, time, "discovery", viewer, 0, story.learner(viewer))
        if audience != PUBLIC:
            return
        (stretch_s, counts), skip = self.stretches(), int(self.skips(scene.public_items[story.author]))
        joined, visits = int(scene.joined[story.author]), list[int]()
        for stretch in range((scene.horizon_end - joined) // stretch_s + 1):
            coin = story.toss(noise, "visit", story.author, stretch)[0] >> 32
            visits += [joined + stretch * stretch_s] * sum(coin >= int(each) for each in counts)
        visit = sum(begin <= story.time - stretch_s for begin in visits)
        hit = 0
        while True:
            visit += story.skipped(story.draw(noise, "look", story.post, hit)[0], skip)
            if visit >= len(visits):
                return
            word, moment = story.draw(noise, "visitor", story.author, visit)
            who, time = (word >> 32) * scene.population >> 32, visits[visit] + ((moment >> 32) * stretch_s >> 32)
            if time > story.time and who not in (story.author, story.subject):
                story.see(story.reach("public_reach"), None, time, "discovery", who, visit, story.learner(who))
            visit, hit = visit + 1, hit + 1


@lru_cache(maxsize=TABLES_KEPT)
def rows_within(mean_s: float) -> Array:
    """How many rows of the table of friends' delays may give one below n + 1 moments, for each n."""
    moments = np.arange(1, 2 + (LONGEST_S >> MOMENT_BITS)) << MOMENT_BITS
    rows = np.searchsorted(exponential(mean_s=mean_s), moments)
    rows.setflags(write=False)  # shared by all blocks
    return rows


@lean
def found(
    posts: Posts, ties: Ties, guests: Guests, close: Array, bars: Bars, horizon_end: Integer, population: Integer,
    friend_keys: Array, first_looks: Array, delays: Array, within: Array, met: tuple[Array, Array], crowd: Crowd,
    looks: Looks, circle: Array, done: int, start: Array, bare: Array, rows: Rows,
) -> int:  # fmt: skip
    """All findings by friends and by strangers, into `rows`, those of each post from `start` on, friends' (`bare`:
    how many) in front; from post `done` on, as far as the room goes: how many posts are done then."""
    center = pair = tossed = NOBODY
    place, since = met
    for p in range(done, len(posts.id)):
        author, subject, time, n = posts.author[p], posts.subject[p], posts.time[p], start[p]
        if n + len(crowd.coin) + len(looks.guest) > len(rows.time):
            return p
        if center != subject:
            center = subject
            draw_circle(circle, ties.start, ties.viewer, subject)
        last, first = min(close[3 * p], horizon_end), n
        if posts.audience[p] != ONLY_ME and last > time:
            low, count = ties.start[author], ties.start[author + 1] - ties.start[author]
            if pair != posts.id[p] >> 1 or tossed != author:
                pair, tossed = posts.id[p] >> 1, author
                toss_crowd(friend_keys[p], ties, low, count, 0, crowd)
            when = crowd.when if posts.id[p] & 1 else crowd.coin
            for each in crowd.picked[: soon(when[:count], within[(last - time) >> MOMENT_BITS], crowd.picked)]:
                i, row = np.uintp(each), np.uintp(n)
                joined, who = since[np.uintp(place[p]) + i], ties.viewer[np.uintp(low) + i]
                seen = max(time, joined) + after(delays, when[i])
                rows.time[row], rows.actor[row] = seen, who
                n += (seen < last) & (who != subject)
            n = admitted(bars, p, rows.time, rows.actor, first, n)
            fill(rows, first, n, 3 * p, DISCOVERY)
            if author != subject:
                tell_strangers(rows, first, n, circle)
        first, bare[p] = n, n - start[p]
        last = min(close[3 * p + 1], horizon_end)
        if posts.audience[p] == PUBLIC and last > time:
            made = looked(
                posts.id[p], first_looks[p], author, ties.joined[author], time, last, guests, guests.profile[p],
                population, looks,
            )  # fmt: skip
            fill(rows, n, n + made, 3 * p + 1, DISCOVERY)
            for nth in range(made):
                fetch(ties.joined, np.uintp(looks.guest[nth]))
            for nth in range(made):
                guest, seen = looks.guest[nth], looks.time[nth]
                rows.time[n], rows.actor[n], rows.key[n] = seen, guest, looks.visit[nth]
                out = guest in (subject, author) or not max(time + 1, ties.joined[guest]) <= seen < last
                n += 1 if not out and not barred(bars, p, guest, seen, True) else 0
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
