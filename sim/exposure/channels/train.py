"""Train: models learn from what is held for training at their snapshot, and may repeat what they saw often.

A model learns an item if any copy of it is held, and not yet dropped, on the snapshot's day. The chance that it
can be made to repeat the item unprompted grows with the cube of the number of copies held (M05), up to one. An
`extract` event hangs on that count: its mark is the smallest count at which it happens.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.core.compiled import Array, compiled, draw
from sim.core.errors import require, require_share, unknown
from sim.core.log import Events
from sim.core.noise import Noise
from sim.core.schema import CHANNELS, LEARNERS
from sim.exposure.apply import MOST_MODELS
from sim.exposure.draft import Draft, Stage, no_objects
from sim.exposure.story import Name, Story, Told

TRAINING = 5
MOST_COPIES = 1000
"""Marks above this are not looked for: nobody's post is held so often."""


@dataclass(frozen=True)
class Model:
    """A model: its `snapshot` (s) and, by name, the harvesters whose holdings it is trained on."""

    snapshot: int
    corpora: tuple[str, ...]


@dataclass(frozen=True)
class Train:
    """`models` by name; `harvesters` are those of the scrape channel, in its order.

    `extractable_share` of items seen once can be extracted unprompted, times copies^3 (M04, M05).
    """

    models: Mapping[str, Model]
    harvesters: tuple[str, ...]
    extractable_share: float

    def __post_init__(self) -> None:
        require_share(extractable_share=self.extractable_share)
        require(len(self.models) <= MOST_MODELS, f"There are {len(self.models)} models; at most {MOST_MODELS}.")

    def holders(self, model: Model) -> list[int]:
        """The numbers of a model's harvesters."""
        for name in model.corpora:
            if name not in self.harvesters:
                raise unknown("harvester", name, self.harvesters)
        return [number for number, name in enumerate(self.harvesters) if name in model.corpora]

    def emit(self, draft: Draft, noise: Noise) -> Stage:
        """Every item learnt and every item that can be extracted, of the draft's posts."""
        objects = draft.objects
        parts: list[tuple[Any, ...]] = []
        for number, (name, model) in enumerate(self.models.items()):
            held = np.flatnonzero(
                (objects.kind == TRAINING)
                & np.isin(objects.holder, self.holders(model))
                & (objects.birth < model.snapshot)
                & (draft.close > model.snapshot)
            ).astype(np.int32)
            if model.snapshot >= draft.scene.horizon_end:
                held = held[:0]
            copies = np.bincount(objects.post[held], minlength=draft.posts)
            marks = smallest_counts(
                draft.scene.post[draft.first : draft.last], copies, self.extractable_share,
                noise.key(f"extract {name}"),
            )  # fmt: skip
            known = np.flatnonzero(marks <= copies).astype(np.int32)
            none = np.full(len(known), -1, np.int32)
            parts.append(
                (objects.post[held], held, objects.maker[held], 9, number, model, np.zeros(len(held), np.int32))
            )
            parts.append((known, none, none, 10, number, model, marks[known].astype(np.int32)))
        return Stage(*_columns(parts), no_objects())

    def tell(self, story: Story, noise: Noise) -> None:
        """The same in plain Python, for one post."""
        for number, (name, model) in enumerate(self.models.items()):
            copies, holders = 0, self.holders(model)
            for thing in list(story.objects.values()):
                if thing.kind == "held_for_training" and thing.holder in holders and thing.birth < model.snapshot:
                    seen = story.see(thing, thing.maker, model.snapshot, "train", number, 0, "models")
                    copies += seen is not None
            luck = (story.draw(noise, f"extract {name}", story.post)[0] >> 11) * 2.0**-53
            mark = next((d for d in range(1, MOST_COPIES + 1) if luck < self.extractable_share * d * d * d), None)
            if mark is not None and mark <= copies:
                told = Name(-1, CHANNELS.index("extract"), number, 0)
                story.events.append(Told(told, None, model.snapshot, mark, LEARNERS.index("models")))


def _columns(parts: list[tuple[Any, ...]]) -> tuple[Array, Events]:
    """Parts (post, object, parent, channel, model number, model, mark) as a stage's columns."""
    sizes = [len(part[0]) for part in parts]

    def whole(place: int, kind: type) -> Array:
        arrays: list[Array] = [np.asarray(part[place], dtype=kind) for part in parts]
        return np.concatenate(arrays) if arrays else np.empty(0, kind)

    def spread(values: list[int], kind: type) -> Array:
        return np.repeat(np.asarray(values, dtype=kind), sizes)

    times = spread([part[5].snapshot for part in parts], np.int64)
    numbers = spread([int(part[4]) for part in parts], np.int32)
    channels = spread([int(part[3]) for part in parts], np.int8)
    n = len(times)
    return whole(0, np.int32), Events(
        whole(1, np.int32), whole(2, np.int32), times, channels, numbers, np.zeros(n, np.int32), whole(6, np.int32),
        np.full(n, LEARNERS.index("models"), np.int8),
    )  # fmt: skip


@compiled
def smallest_counts(post: Array, copies: Array, share: float, key: np.uint64) -> Array:
    """Of each post with copies, the smallest number of copies at which it can be extracted; else a number above all."""
    marks = np.full(len(post), MOST_COPIES + 1, dtype=np.int64)
    for p in range(len(post)):
        if copies[p]:
            luck = np.float64(draw(key, post[p], 0, 0)[0] >> np.uint64(11)) * 2.0**-53
            for d in range(1, min(copies[p], MOST_COPIES) + 1):
                if luck < share * d * d * d:
                    marks[p] = d
                    break
    return marks
