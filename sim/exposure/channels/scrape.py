"""Scrape: harvesters take public posts and public copies, and hold them for review, for training, for sale.

How each comes by is its `way` (`visits.py`): at once, every so often, or on walks from profile to profile. What is
held is an object a use, since an objection cuts one.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.core.compiled import Array
from sim.core.errors import require, require_above_0, require_share, unknown
from sim.core.log import OBJECT_TYPES, Events, Objects
from sim.core.noise import Noise
from sim.core.schema import DAY_S, KINDS, OBJECTS
from sim.exposure.bars import hidden
from sim.exposure.doors import BOUND_BY_OBJECTION, HANGS, HONOURS_DELETION, QUOTE
from sim.exposure.draft import Draft, Stage
from sim.exposure.story import Story
from sim.exposure.visits import NOT_TAKEN, Hours, Met, Way

PUBLIC_REACH, COPY, REVIEW, TRAINING, SALE = 1, 3, 4, 5, 7


@dataclass(frozen=True)
class Crawler:
    """A harvester that comes by in its `way`, at work from `since` to `until` (s), after public posts of some `kinds`
    (all of KINDS if empty) and their copies. What is not public the platform alone takes (`ingest.py`).

    `coverage` is the chance of each item at a visit, `honours_share` of what it holds it drops when the post is
    deleted (S12, S13). `first_party`: the platform itself, which an objection binds. It puts `review_share` of what it
    takes before annotators, and holds all of it for `training` or not, of the `consent_share` of authors it may (all
    of them where silence is consent); `sold_share` of it is for sale (`market.py`). What it holds goes after
    `retention_days`.
    """

    way: Way
    kinds: tuple[str, ...]
    since: int
    until: int
    coverage: float
    honours_share: float
    first_party: bool
    review_share: float
    training: bool
    consent_share: float
    sold_share: float
    retention_days: float

    def __post_init__(self) -> None:
        for kind in self.kinds:
            if kind not in KINDS:
                raise unknown("kind of post", kind, KINDS)
        require_above_0(retention_days=self.retention_days)
        require_share(
            coverage=self.coverage, honours_share=self.honours_share, review_share=self.review_share,
            consent_share=self.consent_share, sold_share=self.sold_share,
        )  # fmt: skip
        require(self.until > self.since, "A crawler ends before it begins.")

    def takes(self) -> NDArray[np.bool_]:
        """By kind of post: whether it takes it."""
        return np.array([not self.kinds or kind in self.kinds for kind in KINDS])

    @property
    def retention_s(self) -> int:
        """How long it holds what it took, s."""
        return int(self.retention_days * DAY_S)

    @property
    def hours(self) -> Hours:
        """When it is at work, and how likely it takes a thing at a visit."""
        return Hours(self.since, self.until, self.coverage)


@dataclass(frozen=True)
class Scrape:
    """All harvesters by name; `public_copies_share` of third-party copies stand where crawlers reach them."""

    crawlers: Mapping[str, Crawler]
    public_copies_share: float

    def __post_init__(self) -> None:
        require_share(public_copies_share=self.public_copies_share)

    def emit(self, draft: Draft, noise: Noise) -> None:
        """Everything the harvesters take of the draft's posts and their copies."""
        scene, objects = draft.scene, draft.objects
        copies = np.flatnonzero(objects.kind == COPY)
        copies = copies[self.public(objects.id[copies], noise)]
        met = np.concatenate([3 * np.flatnonzero(draft.columns.audience == 2) + PUBLIC_REACH, copies])
        post, author = objects.post[met], scene.author[draft.first + objects.post[met]]
        at = np.where(objects.kind[met] == COPY, objects.holder[met], author)
        flags, reach = objects.flags[met], objects.kind[met] == PUBLIC_REACH
        shown = reach | (flags & (HANGS | QUOTE) == HANGS | QUOTE)
        things_met = Met(objects.id[met], at, objects.birth[met])
        parts: Parts = []
        things: Parts = []
        made = 0
        for number, (name, crawler) in enumerate(self.crawlers.items()):
            when, walk = crawler.way.taken(things_met, crawler.hours, scene, noise, name)
            there = (when != NOT_TAKEN) & (when < draft.close[met]) & (when < scene.horizon_end)
            there &= crawler.takes()[scene.kind[draft.first + post]]
            got = np.flatnonzero(there & ~hidden(draft.bars, post, when, shown))
            row = met[got].astype(np.int32)
            parts.append(
                (post[got], row, objects.maker[row], when[got], np.full(len(got), number, np.int32), walk[got])
            )
            makers = (-2 - made - np.arange(len(got))).astype(np.int32)
            made += len(got)
            for use, share in self._uses(crawler):
                identity = (noise.words(f"hold {name}", objects.id[row], use)[0] >> 2).astype(np.int64) | 1 << 62
                drops = noise.happens("drop", crawler.honours_share, identity)
                flags = np.where(drops & (objects.kind[row] == PUBLIC_REACH), HONOURS_DELETION, 0)
                flags += BOUND_BY_OBJECTION * crawler.first_party
                held = noise.happens("put to use", share, identity)
                if use == TRAINING:
                    held &= noise.happens(f"consent {name}", crawler.consent_share, author[got])
                columns = (identity, post[got], np.full(len(got), use), row, parts[-1][4], when[got],
                           when[got] + crawler.retention_s, flags, makers)  # fmt: skip
                things.append(tuple(column[held] for column in columns))
        draft.add(Stage(*_events(parts), Objects(*_whole(things, OBJECT_TYPES.values()))))

    def public(self, copies: Array, noise: Noise) -> NDArray[np.bool_]:
        """Which third-party copies (ids) stand where everybody sees them."""
        return noise.happens("public copy", self.public_copies_share, copies)

    @staticmethod
    def _uses(crawler: Crawler) -> list[tuple[int, float]]:
        """Uses that what is taken is put to, with the share of it that is."""
        uses = ((REVIEW, crawler.review_share), (TRAINING, float(crawler.training)), (SALE, crawler.sold_share))
        return [use for use in uses if use[1]]

    def tell(self, story: Story, noise: Noise) -> None:
        """The same in plain Python, for one post."""
        wanted = [(n, *each) for n, each in enumerate(self.crawlers.items()) if self._wants(each[1], story)]
        for number, name, crawler in wanted:
            for thing in list(story.objects.values()):
                if thing.kind == "copy":
                    if story.draw(noise, "public copy", thing.id)[0] >> 32 >= int(self.public_copies_share * 2**32):
                        continue
                elif thing.kind != "public_reach" or story.scene.audience[story.row] < 2:
                    continue
                at = thing.holder if thing.kind == "copy" else story.author
                time, walk = crawler.way.tell(thing, at, crawler.hours, story, noise, name)
                if time == NOT_TAKEN:
                    continue
                event = story.see(thing, thing.maker, time, "scrape", number, walk, "scrapers")
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

    @staticmethod
    def _wants(crawler: Crawler, story: Story) -> bool:
        return not crawler.kinds or KINDS[story.scene.kind[story.row]] in crawler.kinds


Parts = list[tuple[Array, ...]]


def _events(parts: Parts) -> tuple[Array, Events]:
    post, object_, parent, time, actor, key = _whole(
        parts, (np.int32, np.int32, np.int32, np.int64, np.int32, np.int32)
    )
    n = len(post)
    channel, learner = np.full(n, 7, np.int8), np.full(n, 2, np.int8)
    return post, Events(object_, parent, time, channel, actor, key, np.zeros(n, np.int32), learner)


def _whole(parts: Parts, kinds: Collection[type]) -> list[Array]:
    """The parts' columns end to end, as the given types; empty ones if there are no parts."""
    if not parts:
        return [np.empty(0, kind) for kind in kinds]
    return [np.concatenate([part[i] for part in parts]).astype(kind) for i, kind in enumerate(kinds)]
