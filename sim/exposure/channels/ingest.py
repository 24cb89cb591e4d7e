"""Ingest: the platform itself takes what is private, the camera roll and direct messages, where a setting lets it.

What is private stays with it: no other harvester, feed or discovery meets it. It lies in the friends' reach that every
item has, so deleting the item or the account ends the taking, and limiting the past or a private account does not: it
was never public. What was taken before goes as its holder's copies go: by a request to erase, by a deletion if it
honours deletions, by an objection from training alone. Switching the setting off ends what would be taken later, and
nothing that was taken; since only items that exist at the decision are scored, it is no action here but a state.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from sim.core.compiled import Array
from sim.core.errors import require_above_0, require_share, unknown
from sim.core.log import OBJECT_TYPES, Events, Objects
from sim.core.noise import Noise
from sim.core.schema import CHANNELS, DAY_S, KINDS, LEARNERS, OBJECTS
from sim.exposure.doors import BOUND_BY_OBJECTION, HONOURS_DELETION
from sim.exposure.draft import NOTHING, Draft, Stage
from sim.exposure.story import Story

INGESTS, SCRAPERS = CHANNELS.index("ingest"), LEARNERS.index("scrapers")
REVIEW, TRAINING = OBJECTS.index("held_for_review"), OBJECTS.index("held_for_training")


@dataclass(frozen=True)
class Source:
    """Of private `kinds` made from `since` (s) on, `taken_share` is taken at once.

    `by_setting`: only of those whose camera-roll setting lets it. `review_share` of it is put before annotators,
    `training_share` held for training; all of it goes after `retention_days`.
    """

    kinds: tuple[str, ...]
    since: int
    by_setting: bool
    taken_share: float
    review_share: float
    training_share: float
    retention_days: float

    def __post_init__(self) -> None:
        require_above_0(retention_days=self.retention_days)
        require_share(taken_share=self.taken_share, review_share=self.review_share, training_share=self.training_share)
        for name in self.kinds:
            if name not in KINDS:
                raise unknown("kind", name, KINDS)

    @property
    def uses(self) -> tuple[tuple[int, float], ...]:
        """What it is put to, and the share of it that is."""
        return (REVIEW, self.review_share), (TRAINING, self.training_share)


@dataclass(frozen=True)
class Ingest:
    """`sources` by name, taken by `holder`, the platform among the `harvesters` of the scrape channel.

    It drops `honours_share` of what it holds when the item is deleted, as it does of what was public (S12).
    """

    sources: Mapping[str, Source]
    harvesters: tuple[str, ...]
    holder: str
    honours_share: float

    def __post_init__(self) -> None:
        require_share(honours_share=self.honours_share)
        if self.holder not in self.harvesters:
            raise unknown("harvester", self.holder, self.harvesters)

    @property
    def number(self) -> int:
        """The number of the holder."""
        return self.harvesters.index(self.holder)

    def emit(self, draft: Draft, noise: Noise) -> None:
        """Everything private that is taken of the draft's posts."""
        rows, made = [(NOTHING, NOTHING, NOTHING)], 0
        things = [tuple(np.empty(0, kind) for kind in OBJECT_TYPES.values())]
        for number, (name, source) in enumerate(self.sources.items()):
            post, time = self._taken(draft, noise, name, source)
            rows.append((post, time, np.full(len(post), number)))
            things += [self._held(draft, noise, name, source, use, post, time, made=made) for use in source.uses]
            made += len(post)
        post, when, key = (np.concatenate(column) for column in zip(*rows, strict=True))
        n = len(post)
        events = Events(
            (3 * post).astype(np.int32), NOTHING, when, np.full(n, INGESTS, np.int8), np.full(n, self.number, np.int32),
            key.astype(np.int32), NOTHING, np.full(n, SCRAPERS, np.int8),
        )  # fmt: skip
        columns = (np.concatenate(column) for column in zip(*things, strict=True))
        kept = (column.astype(kind) for column, kind in zip(columns, OBJECT_TYPES.values(), strict=True))
        draft.add(Stage(post.astype(np.int32), events, Objects(*kept)))

    def _taken(self, draft: Draft, noise: Noise, name: str, source: Source) -> tuple[Array, Array]:
        """The posts of the draft that a source takes, and when, s."""
        scene, here = draft.scene, slice(draft.first, draft.last)
        time, close = scene.time[here] + 1, draft.close[: 3 * draft.posts : 3]
        taken = np.isin(scene.kind[here], [KINDS.index(kind) for kind in source.kinds])
        taken &= (scene.time[here] >= source.since) & (time < close) & (time < scene.horizon_end)
        coin = noise.words(f"ingest {name}", scene.post[here])[0] >> 32
        taken &= coin < int(source.taken_share * 2**32)
        if source.by_setting:
            taken &= scene.opens_roll[scene.author[here]]
        post = np.flatnonzero(taken)
        return post, time[post]

    def _held(
        self, draft: Draft, noise: Noise, name: str, source: Source, use: tuple[int, float], post: Array, time: Array,
        *, made: int,
    ) -> tuple[Array, ...]:  # fmt: skip
        """Columns of Objects of what is held for a use (its kind, and the share put to it); `made` rows before it."""
        identity = noise.ids(f"hold private {name}", draft.scene.post[draft.first + post], use[0])
        one = np.ones(len(post), dtype=np.int64)
        drops = noise.happens("drop", self.honours_share, identity)
        held = noise.happens("put to use", use[1], identity)
        columns = (
            identity, post, one * use[0], 3 * post, one * self.number, time, time + int(source.retention_days * DAY_S),
            np.where(drops, HONOURS_DELETION, 0) + BOUND_BY_OBJECTION, -2 - made - np.arange(len(post)),
        )  # fmt: skip
        return tuple(column[held] for column in columns)

    def tell(self, story: Story, noise: Noise) -> None:
        """The same in plain Python, for one post."""
        for number, (name, source) in enumerate(self.sources.items()):
            if KINDS[story.scene.kind[story.row]] not in source.kinds or story.time < source.since:
                continue
            if source.by_setting and not story.scene.opens_roll[story.author]:
                continue
            if story.draw(noise, f"ingest {name}", story.post)[0] >> 32 >= int(source.taken_share * 2**32):
                continue
            reach, time = story.reach("friends_reach"), story.time + 1
            taken = story.see(reach, None, time, "ingest", self.number, number, "scrapers")
            for use, share in source.uses if taken else ():
                identity = story.new_id(noise, f"hold private {name}", story.post, use)
                if story.draw(noise, "put to use", identity)[0] >> 32 < int(share * 2**32):
                    drops = story.draw(noise, "drop", identity)[0] >> 32 < int(self.honours_share * 2**32)
                    flags = HONOURS_DELETION * drops + BOUND_BY_OBJECTION
                    gone = time + int(source.retention_days * DAY_S)
                    story.make(OBJECTS[use], identity, reach.id, self.number, time, gone, flags, taken)
