"""Train: models learn from what is held for training at their snapshot, and may repeat what they saw often.

A model learns an item if any copy of it is held, and not yet dropped, on the snapshot's day. The chance that it
can be made to repeat the item unprompted grows with the cube of the number of copies held (M05), up to one; that it
completes it for who knows the beginning follows a law of its own (`memory.py`). An `extract` or `complete` event hangs
on that count: its mark is the smallest count at which it happens, its key the model counted. Some items a model can
be made to forget (`unlearn.py`).

A distilled model is trained on what its teacher says: it inherits some items, whatever has been deleted since.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.core.codes import MOST_MODELS
from sim.core.compiled import Array, compiled
from sim.core.errors import require, require_share, unknown
from sim.core.keyed import draw
from sim.core.log import OBJECT_TYPES, Events, Objects
from sim.core.noise import Noise
from sim.core.schema import CHANNELS, LEARNERS, NEVER, OBJECTS
from sim.exposure.draft import Draft, Stage
from sim.exposure.memory import Prompt
from sim.exposure.story import Name, Story, Told

TRAINING = OBJECTS.index("held_for_training")
PUBLIC_REACH, LEARNT = 1, OBJECTS.index("learnt")
TRAINED, REPEATS, COMPLETES = (CHANNELS.index(name) for name in ("train", "extract", "complete"))
MOST_COPIES = 1000
"""Marks above this are not looked for: nobody's post is held so often."""


@dataclass(frozen=True)
class Model:
    """A model: trained at `snapshot` (s) on what the harvesters named `corpora` took before `cut_off` (s) and hold.

    The first of them is its maker, who is asked to make it forget.
    """

    snapshot: int
    cut_off: int
    corpora: tuple[str, ...]

    def __post_init__(self) -> None:
        require(len(self.corpora) > 0, "A model is trained on nothing: 'corpora' names a harvester at least.")
        require(self.cut_off <= self.snapshot, "A model's cut-off lies after its snapshot.")


@dataclass(frozen=True)
class Distilled:
    """A model made at `snapshot` (s) of the one named `teacher`: of what that learnt it inherits `inherited_share`."""

    snapshot: int
    teacher: str
    inherited_share: float

    def __post_init__(self) -> None:
        require_share(inherited_share=self.inherited_share)


@dataclass(frozen=True)
class Train:
    """`models` and then `distilled` by name; `harvesters` are those of the scrape channel, in its order.

    `extractable_share` of items seen once can be extracted unprompted, times copies^3 (M04, M05); `prompt`: what is
    completed for who knows the beginning; None: nobody does. `unlearned_share` of items a model can be made to forget.
    """

    models: Mapping[str, Model]
    distilled: Mapping[str, Distilled]
    harvesters: tuple[str, ...]
    extractable_share: float
    unlearned_share: float
    prompt: Prompt | None

    def __post_init__(self) -> None:
        require_share(extractable_share=self.extractable_share, unlearned_share=self.unlearned_share)
        number = len(self.models) + len(self.distilled)
        require(number <= MOST_MODELS, f"There are {number} models; at most {MOST_MODELS}.")
        for student in self.distilled.values():
            if student.teacher not in self.models:
                raise unknown("teacher", student.teacher, tuple(self.models))
            require(student.snapshot > self.models[student.teacher].snapshot, "A model is older than its teacher.")

    def holders(self, model: Model) -> list[int]:
        """The numbers of a model's harvesters."""
        for name in model.corpora:
            if name not in self.harvesters:
                raise unknown("harvester", name, self.harvesters)
        return [number for number, name in enumerate(self.harvesters) if name in model.corpora]

    def maker(self, model: Model) -> int:
        """The number of the harvester that made it."""
        return self.harvesters.index(model.corpora[0])

    def emit(self, draft: Draft, noise: Noise) -> None:
        """Every item learnt and every item that can be extracted, of the draft's posts."""
        objects = draft.objects
        parts: list[tuple[Any, ...]] = []
        things: list[tuple[Array, ...]] = []
        for number, (name, model) in enumerate(self.models.items()):
            held = np.flatnonzero(
                (objects.kind == TRAINING)
                & np.isin(objects.holder, self.holders(model))
                & (objects.birth < model.cut_off)
                & (draft.close > model.snapshot)
            ).astype(np.int32)
            if model.snapshot >= draft.scene.horizon_end:
                held = held[:0]
            copies = np.bincount(objects.post[held], minlength=draft.posts)
            marks = smallest_counts(
                draft.scene.post[draft.first : draft.last], copies, self.extractable_share,
                noise.key(f"extract {name}"),
            )  # fmt: skip
            when, zero = model.snapshot, np.zeros(len(held), np.int32)
            parts.append((objects.post[held], held, objects.maker[held], TRAINED, number, 0, when, zero))
            told = [(REPEATS, *known_marks(marks, copies))]
            if self.prompt is not None:
                told.append((COMPLETES, *known_marks(self._completed(draft, noise, name), copies)))
            for channel, posts, smallest in told:
                things.append(self._learnt(draft, noise, name, channel, posts, before=sum(len(p[0]) for p in parts)))
                none = np.full(len(posts), -1, np.int32)
                parts.append((posts, none, none, channel, number, number, when, smallest))
            parts += self._inherited(draft, noise, name, number, copies, told)
        columns = zip(*things, strict=True) if things else [[np.empty(0)]] * len(OBJECT_TYPES)
        made = (
            np.concatenate(list(each)).astype(kind) for each, kind in zip(columns, OBJECT_TYPES.values(), strict=True)
        )
        draft.add(Stage(*_columns(parts), Objects(*made)))

    def _completed(self, draft: Draft, noise: Noise, name: str) -> Array:
        """Of each post, the smallest number of copies at which model `name` completes it."""
        assert self.prompt is not None
        coin = noise.words(f"complete {name}", draft.scene.post[draft.first : draft.last])[0] >> 32
        return np.searchsorted(self.prompt.thresholds(MOST_COPIES), coin.astype(np.int64), side="right") + 1

    def _learnt(
        self, draft: Draft, noise: Noise, name: str, channel: int, posts: Array, *, before: int
    ) -> tuple[Array, ...]:
        """Columns of Objects of what model `name` can be made to forget of `posts`, `before` rows into the stage."""
        identity, model = draft.scene.post[draft.first + posts], self.models[name]
        can = noise.happens(f"unlearn {name}", self.unlearned_share, identity)
        rows = np.flatnonzero(can)
        one = np.ones(len(rows), dtype=np.int64)
        made = noise.ids(f"learnt {name}", identity[rows], channel)
        return (
            made, posts[rows], one * LEARNT, 3 * posts[rows] + PUBLIC_REACH, one * self.maker(model),
            one * model.snapshot, one * NEVER, 0 * one, -2 - before - rows,
        )  # fmt: skip

    def _inherited(
        self, draft: Draft, noise: Noise, name: str, number: int, copies: Array, told: list[tuple[int, Array, Array]]
    ) -> Iterator[tuple[Any, ...]]:
        """What the students of model `number` learn of it, and of what is `told` (channel, posts, marks) repeat too."""
        for place, (student, law) in enumerate(self.distilled.items()):
            if law.teacher != name or law.snapshot >= draft.scene.horizon_end:
                continue
            identity = draft.scene.post[draft.first : draft.last]
            takes = noise.happens(f"inherit {student}", law.inherited_share, identity)
            learnt = np.flatnonzero(takes & (copies > 0)).astype(np.int32)
            inherited = [(channel, posts[takes[posts]], smallest[takes[posts]]) for channel, posts, smallest in told]
            for channel, posts, smallest in [(TRAINED, learnt, np.ones(len(learnt), np.int32)), *inherited]:
                none = np.full(len(posts), -1, np.int32)
                yield posts, none, none, channel, len(self.models) + place, number, law.snapshot, smallest

    def tell(self, story: Story, noise: Noise) -> None:
        """The same in plain Python, for one post."""
        for number, (name, model) in enumerate(self.models.items()):
            copies, holders = 0, self.holders(model)
            for thing in list(story.objects.values()):
                if thing.kind == "held_for_training" and thing.holder in holders and thing.birth < model.cut_off:
                    seen = story.see(thing, thing.maker, model.snapshot, "train", number, 0, "models")
                    copies += seen is not None
            luck = (story.draw(noise, f"extract {name}", story.post)[0] >> 11) * 2.0**-53
            counts = range(1, min(copies, MOST_COPIES) + 1)
            marks = {"extract": next((d for d in counts if luck < self.extractable_share * d * d * d), None)}
            if self.prompt is not None:
                coin, share = story.draw(noise, f"complete {name}", story.post)[0] >> 32, self.prompt.share
                marks["complete"] = next((d for d in counts if coin < int(share(d) * 2**32)), None)
            told = {channel: mark for channel, mark in marks.items() if mark is not None}
            forgets = story.draw(noise, f"unlearn {name}", story.post)[0] >> 32 < int(self.unlearned_share * 2**32)
            for channel, mark in told.items():
                event = self._tell_count(story, channel, number, number, model.snapshot, mark)
                if forgets:
                    made = story.new_id(noise, f"learnt {name}", story.post, CHANNELS.index(channel))
                    source = story.reach("public_reach").id
                    story.make("learnt", made, source, self.maker(model), model.snapshot, NEVER, 0, event)
            for place, (student, law) in enumerate(self.distilled.items()):
                takes = story.draw(noise, f"inherit {student}", story.post)[0] >> 32 < int(law.inherited_share * 2**32)
                if law.teacher == name and takes and law.snapshot < story.scene.horizon_end:
                    if copies:
                        self._tell_count(story, "train", len(self.models) + place, number, law.snapshot, 1)
                    for channel, mark in told.items():
                        self._tell_count(story, channel, len(self.models) + place, number, law.snapshot, mark)

    @staticmethod
    def _tell_count(story: Story, channel: str, actor: int, counted: int, time: int, mark: int) -> Name:
        """Tell an event that hangs on how many copies model `counted` was trained on."""
        told = Name(-1, CHANNELS.index(channel), actor, counted)
        story.events.append(Told(told, None, time, mark, LEARNERS.index("models")))
        return told


def known_marks(marks: Array, copies: Array) -> tuple[Array, Array]:
    """The posts of which enough copies are known, and their marks; a mark above MOST_COPIES is never reached."""
    posts = np.flatnonzero(marks <= np.minimum(copies, MOST_COPIES)).astype(np.int32)
    return posts, marks[posts].astype(np.int32)


def _columns(parts: list[tuple[Any, ...]]) -> tuple[Array, Events]:
    """Parts (post, object, parent, channel, model number, key, time, mark) as a stage's columns."""
    sizes = [len(part[0]) for part in parts]

    def whole(place: int, kind: type) -> Array:
        arrays: list[Array] = [np.asarray(part[place], dtype=kind) for part in parts]
        return np.concatenate(arrays) if arrays else np.empty(0, kind)

    def spread(values: list[int], kind: type) -> Array:
        return np.repeat(np.asarray(values, dtype=kind), sizes)

    times = spread([part[6] for part in parts], np.int64)
    keys = spread([part[5] for part in parts], np.int32)
    numbers = spread([int(part[4]) for part in parts], np.int32)
    channels = spread([int(part[3]) for part in parts], np.int8)
    n = len(times)
    return whole(0, np.int32), Events(
        whole(1, np.int32), whole(2, np.int32), times, channels, numbers, keys, whole(7, np.int32),
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
