"""Scrape: harvesters take public posts and public copies, and hold them for review, for training, for sale.

How each comes by is its `way` (`visits.py`): at once, every so often, or on walks from profile to profile. What is
held is an object a use, since an objection cuts one.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.core.codes import PUBLIC
from sim.core.compiled import Array
from sim.core.errors import require, require_above_0, require_share, unknown
from sim.core.noise import Noise
from sim.core.schema import DAY_S, KINDS, NEVER, OBJECTS
from sim.exposure.doors import BOUND_BY_OBJECTION, COPY, HONOURS_DELETION
from sim.exposure.draft import Draft
from sim.exposure.harvest import TRAINING, USES, Stand, Terms, harvest, shown_to_crawlers
from sim.exposure.story import Story
from sim.exposure.visits import NOT_TAKEN, Hours, Way
from sim.exposure.weave import grouped


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
        return int(min(self.retention_days * DAY_S, NEVER))

    @property
    def shares(self) -> tuple[float, float, float]:
        """What share of it is put to each of USES."""
        return self.review_share, float(self.training), self.sold_share

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
        if not self.crawlers:
            return
        scene, posts, objects = draft.scene, draft.columns, draft.objects
        late = 3 * draft.posts
        copies = late + np.flatnonzero(objects.kind[late:] == COPY)
        copies = copies[self.public(objects.id[copies], noise)]
        begun, met, found = shown_to_crawlers(
            posts, draft.things(0), *grouped(copies, objects.post[copies], draft.posts)
        )
        taken = [each.way.taken(found, each.hours, scene, noise, name) for name, each in self.crawlers.items()]
        when, walk = (np.array(column, dtype=np.int64) for column in zip(*taken, strict=True))
        start, most = draft.begin(), len(self.crawlers) * len(met)
        last = harvest(
            posts, scene.kind[draft.first : draft.last], Stand(begun, met, found.id, when, walk), self.terms(noise),
            np.empty((len(self.crawlers), len(USES), 2, len(met)), dtype=np.uint64), draft.bars, draft.doors,
            scene.horizon_end, draft.made, start, draft.room(most), draft.things(len(USES) * most),
        )  # fmt: skip
        draft.wrote(made=last - draft.made)

    def terms(self, noise: Noise) -> Terms:
        """What the harvesters do with what they take, for compiled code."""
        names, each = list(self.crawlers), list(self.crawlers.values())

        def chances(shares: Iterable[float]) -> Array:
            return np.array([int(share * 2**32) for share in shares], dtype=np.int64)

        return Terms(
            np.array([noise.key(f"hold {name}") for name in names], dtype=np.uint64),
            np.array([noise.key(f"consent {name}") for name in names], dtype=np.uint64),
            np.array([one.takes() for one in each]), np.array([chances(one.shares) for one in each]),
            chances([one.consent_share for one in each]), chances([one.honours_share for one in each]),
            np.array([BOUND_BY_OBJECTION * one.first_party for one in each], dtype=np.int64),
            np.array([one.retention_s for one in each], dtype=np.int64),
        )  # fmt: skip

    def public(self, copies: Array, noise: Noise) -> NDArray[np.bool_]:
        """Which third-party copies (ids) stand where everybody sees them."""
        return noise.happens("public copy", self.public_copies_share, copies)

    def tell(self, story: Story, noise: Noise) -> None:
        """The same in plain Python, for one post."""
        wanted = [(n, *each) for n, each in enumerate(self.crawlers.items()) if self._wants(each[1], story)]
        for number, name, crawler in wanted:
            for thing in list(story.objects.values()):
                if thing.kind == "copy":
                    if story.draw(noise, "public copy", thing.id)[0] >> 32 >= int(self.public_copies_share * 2**32):
                        continue
                elif thing.kind != "public_reach" or story.scene.audience[story.row] != PUBLIC:
                    continue
                at = thing.holder if thing.kind == "copy" else story.author
                time, walk = crawler.way.tell(thing, at, crawler.hours, story, noise, name)
                if time == NOT_TAKEN:
                    continue
                event = story.see(thing, thing.maker, time, "scrape", number, walk, "scrapers")
                for use, share in zip(USES, crawler.shares, strict=True) if event else []:
                    word, luck = story.draw(noise, f"hold {name}", thing.id, use)
                    if luck >> 32 >= int(share * 2**32):
                        continue
                    consents = story.draw(noise, f"consent {name}", story.author)[0] >> 32
                    if use == TRAINING and consents >= int(crawler.consent_share * 2**32):
                        continue
                    drops, identity = luck % 2**32 < int(crawler.honours_share * 2**32), word >> 2 | 1 << 62
                    flags = HONOURS_DELETION * (drops and thing.kind == "public_reach")
                    flags += BOUND_BY_OBJECTION * crawler.first_party
                    story.make(OBJECTS[use], identity, thing.id, number, time, time + crawler.retention_s, flags, event)

    @staticmethod
    def _wants(crawler: Crawler, story: Story) -> bool:
        return not crawler.kinds or KINDS[story.scene.kind[story.row]] in crawler.kinds
