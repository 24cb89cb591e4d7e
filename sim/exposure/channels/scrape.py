"""Scrape: harvesters take public posts and public copies, and hold them for review, for training, or both.

`push` takes at once (a platform's own ingestion, S07); `periodic` visits every period and takes each thing at the
first visit whose coin falls so (S01, S03); `walk` visits some profiles once and takes what it finds (gig workers;
its itinerary does not depend on what is posted). What is held is an object a use, since an objection cuts one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from sim.core.compiled import Array, Integer, compiled, draw, whole
from sim.core.errors import require, require_above_0, require_share, unknown
from sim.core.log import Events, Objects
from sim.core.noise import Noise
from sim.core.schema import DAY_S, OBJECTS
from sim.exposure.doors import BOUND_BY_OBJECTION, HONOURS_DELETION
from sim.exposure.draft import OBJECT_TYPES, Draft, Stage
from sim.exposure.story import Story, Thing

WAYS = ("push", "periodic", "walk")
PUBLIC_REACH, COPY, REVIEW, TRAINING = 1, 3, 4, 5
NOT_TAKEN = -1


@dataclass(frozen=True)
class Crawler:
    """A harvester: `way` of WAYS, at work from `since` to `until` (s), visiting every `period_days` (periodic).

    `coverage` is the chance of each item at a visit, `profiles_share` the share of profiles a walk visits,
    `honours_share` of what it holds it drops when the post is deleted (S12, S13). `first_party`: the platform
    itself, which an objection binds. It puts `review_share` of what it takes before annotators, and holds all of
    it for `training` or not, of the `consent_share` of authors it may (all of them where silence is consent). What it
    holds goes after `retention_days`.
    """

    way: str
    since: int
    until: int
    period_days: float
    coverage: float
    profiles_share: float
    honours_share: float
    first_party: bool
    review_share: float
    training: bool
    consent_share: float
    retention_days: float

    def __post_init__(self) -> None:
        if self.way not in WAYS:
            raise unknown("way of crawling", self.way, WAYS)
        require_above_0(period_days=self.period_days, retention_days=self.retention_days)
        require_share(
            coverage=self.coverage, profiles_share=self.profiles_share, honours_share=self.honours_share,
            review_share=self.review_share, consent_share=self.consent_share,
        )  # fmt: skip
        require(self.until > self.since, "A crawler ends before it begins.")

    @property
    def retention_s(self) -> int:
        """How long it holds what it took, s."""
        return int(self.retention_days * DAY_S)

    def first_hits(self) -> Array:
        """P(taken by visit 0, 1, 2 ...) times 2^32: 1 - (1 - coverage)^(k + 1), by repeated multiplication."""
        visits = (self.until - self.since) // int(self.period_days * DAY_S) + 2
        missed = np.cumprod(np.full(visits if self.way == "periodic" else 1, 1.0 - self.coverage))
        return np.asarray((1.0 - missed) * 2.0**32, dtype=np.int64)


@dataclass(frozen=True)
class Scrape:
    """All harvesters by name; `public_copies_share` of third-party copies stand where crawlers reach them."""

    crawlers: Mapping[str, Crawler]
    public_copies_share: float

    def __post_init__(self) -> None:
        require_share(public_copies_share=self.public_copies_share)

    def emit(self, draft: Draft, noise: Noise) -> Stage:
        """Everything the harvesters take of the draft's posts and their copies."""
        scene, objects = draft.scene, draft.objects
        met = np.flatnonzero(
            ((objects.kind == PUBLIC_REACH) & (scene.audience[draft.first + objects.post] == 2))
            | ((objects.kind == COPY) & (noise.words("public copy", objects.id)[0] >> 32 < self._public()))
        )
        post, author = objects.post[met], scene.author[draft.first + objects.post[met]]
        parts: Parts = []
        things: Parts = []
        made = 0
        for number, (name, crawler) in enumerate(self.crawlers.items()):
            when = taken(
                objects.id[met], author, objects.birth[met], WAYS.index(crawler.way), crawler.since, crawler.until,
                int(crawler.period_days * DAY_S), crawler.first_hits(), int(crawler.profiles_share * 2**32),
                noise.key(f"take {name}"), noise.key(f"visit {name}"),
            )  # fmt: skip
            got = np.flatnonzero((when != NOT_TAKEN) & (when < draft.close[met]) & (when < scene.horizon_end))
            row = met[got].astype(np.int32)
            parts.append((post[got], row, objects.maker[row], when[got], np.full(len(got), number, np.int32)))
            makers = (-2 - made - np.arange(len(got))).astype(np.int32)
            made += len(got)
            for use, share in self._uses(crawler):
                identity = (noise.words(f"hold {name}", objects.id[row], use)[0] >> 2).astype(np.int64) | 1 << 62
                drops = noise.words("drop", identity)[0] >> 32 < int(crawler.honours_share * 2**32)
                flags = np.where(drops & (objects.kind[row] == PUBLIC_REACH), HONOURS_DELETION, 0)
                flags += BOUND_BY_OBJECTION * crawler.first_party
                held = noise.words("put to use", identity)[0] >> 32 < int(share * 2**32)
                if use == TRAINING:
                    held &= noise.words(f"consent {name}", author[got])[0] >> 32 < int(crawler.consent_share * 2**32)
                columns = (identity, post[got], np.full(len(got), use), row, parts[-1][4], when[got],
                           when[got] + crawler.retention_s, flags, makers)  # fmt: skip
                things.append(tuple(column[held] for column in columns))
        return Stage(*_events(parts), Objects(*_whole(things, OBJECT_TYPES)))

    def _public(self) -> int:
        return int(self.public_copies_share * 2**32)

    @staticmethod
    def _uses(crawler: Crawler) -> list[tuple[int, float]]:
        """Uses that what is taken is put to, with the share of it that is."""
        return [use for use in ((REVIEW, crawler.review_share), (TRAINING, float(crawler.training))) if use[1]]

    def tell(self, story: Story, noise: Noise) -> None:
        """The same in plain Python, for one post."""
        for number, (name, crawler) in enumerate(self.crawlers.items()):
            for thing in list(story.objects.values()):
                if thing.kind == "copy":
                    if story.draw(noise, "public copy", thing.id)[0] >> 32 >= self._public():
                        continue
                elif thing.kind != "public_reach" or story.scene.audience[story.row] < 2:
                    continue
                time = self._time(story, noise, name, thing)
                if time == NOT_TAKEN:
                    continue
                event = story.see(thing, thing.maker, time, "scrape", number, 0, "scrapers")
                for use, share in self._uses(crawler) if event else []:
                    identity = story.draw(noise, f"hold {name}", thing.id, use)[0] >> 2 | 1 << 62
                    if story.draw(noise, "put to use", identity)[0] >> 32 >= int(share * 2**32):
                        continue
                    consents = story.draw(noise, f"consent {name}", story.author)[0] >> 32
                    if use == TRAINING and consents >= int(crawler.consent_share * 2**32):
                        continue
                    drops = story.draw(noise, "drop", identity)[0] >> 32 < int(crawler.honours_share * 2**32)
                    flags = HONOURS_DELETION * (drops and thing.kind == "public_reach")
                    flags += BOUND_BY_OBJECTION * crawler.first_party
                    story.make(OBJECTS[use], identity, thing.id, number, time, time + crawler.retention_s, flags, event)

    def _time(self, story: Story, noise: Noise, name: str, thing: Thing) -> int:
        crawler, birth = self.crawlers[name], thing.birth
        coin = story.draw(noise, f"take {name}", thing.id)[0] >> 32
        hits, period = crawler.first_hits().tolist(), int(crawler.period_days * DAY_S)
        if crawler.way == "push":
            return max(birth + 1, crawler.since) if coin < hits[0] else NOT_TAKEN
        if crawler.way == "walk":
            chosen, moment = story.draw(noise, f"visit {name}", story.author)
            time = crawler.since + (moment >> 32) * (crawler.until - crawler.since) // 2**32
            met = chosen >> 32 < int(crawler.profiles_share * 2**32) and coin < hits[0] and time > birth
            return time if met else NOT_TAKEN

        def visit(k: int) -> int:
            moment = story.draw(noise, f"visit {name}", story.author, k)[0]
            return crawler.since + k * period + (moment >> 32) * period // 2**32

        k = max(0, (birth - crawler.since) // period)
        k += visit(k) <= birth
        misses = sum(coin >= hit for hit in hits)
        return visit(k + misses) if misses < len(hits) and visit(k + misses) < crawler.until else NOT_TAKEN


Parts = list[tuple[Array, ...]]


def _events(parts: Parts) -> tuple[Array, Events]:
    post, object_, parent, time, actor = _whole(parts, (np.int32, np.int32, np.int32, np.int64, np.int32))
    n = len(post)
    channel, learner = np.full(n, 7, np.int8), np.full(n, 2, np.int8)
    return post, Events(object_, parent, time, channel, actor, np.zeros(n, np.int32), np.zeros(n, np.int32), learner)


def _whole(parts: Parts, kinds: Sequence[type]) -> list[Array]:
    """The parts' columns end to end, as the given types; empty ones if there are no parts."""
    if not parts:
        return [np.empty(0, kind) for kind in kinds]
    return [np.concatenate([part[i] for part in parts]).astype(kind) for i, kind in enumerate(kinds)]


@compiled
def taken(
    identity: Array,
    author: Array,
    birth: Array,
    way: Integer,
    since: Integer,
    until: Integer,
    period_s: Integer,
    hits: Array,
    profiles: Integer,
    take_key: np.uint64,
    visit_key: np.uint64,
) -> Array:
    """When a crawler takes each object, s, or NOT_TAKEN; whether it is still open then is asked elsewhere."""
    when = np.full(len(identity), NOT_TAKEN, dtype=np.int64)
    for row in range(len(identity)):
        coin = whole(draw(take_key, identity[row], 0, 0)[0] >> np.uint64(32))
        if way == 0:
            if coin < hits[0]:
                when[row] = max(birth[row] + 1, since)
        elif way == 2:
            chosen, moment = draw(visit_key, author[row], 0, 0)
            if whole(chosen >> np.uint64(32)) < profiles and coin < hits[0]:
                time = since + scaled(moment, until - since)
                if time > birth[row]:
                    when[row] = time
        else:
            misses = np.searchsorted(hits, coin, side="right")
            if misses == len(hits):
                continue
            k = max(0, (birth[row] - since) // period_s)
            if since + k * period_s + scaled(draw(visit_key, author[row], k, 0)[0], period_s) <= birth[row]:
                k += 1
            k += misses
            time = since + k * period_s + scaled(draw(visit_key, author[row], k, 0)[0], period_s)
            if time < until:
                when[row] = time
    return when


@compiled
def scaled(word: np.uint64, span: Integer) -> int:
    """A 64-bit word as a whole number in [0, span), span below 2^31."""
    return whole(word >> np.uint64(32)) * span // 2**32
