"""A block while channels write it: each adds a stage of rows, which later channels read.

Rows are numbered stage after stage; `weave.py` lays the finished block out post by post.
"""

from dataclasses import dataclass, fields

import numpy as np

from sim.core.compiled import Array
from sim.core.log import Block, Events, Objects
from sim.exposure.bars import Bars
from sim.exposure.columns import Paper, Posts, Rows
from sim.exposure.doors import Doors, close_all
from sim.exposure.scene import Scene
from sim.exposure.weave import renumbered, sorted_by_post, woven

OBJECT_TYPES = (np.int64, np.int32, np.int8, np.int32, np.int32, np.int64, np.int64, np.int8, np.int32)


@dataclass(frozen=True)
class Stage:
    """What one channel adds: events (and the block's post of each) and objects, each post's in an order of its own.

    Events and objects refer to earlier rows by number, to the stage's own n-th event or object as -2 - n, and to
    none as -1. The columns parent, key and mark of events may be left empty (`NOTHING`): all -1, all 0, all 0.
    """

    post: Array
    events: Events
    objects: Objects


@dataclass(frozen=True)
class Written:
    """A stage in the draft: row `offset` of the block is its first; post p's are events[start[p]:start[p + 1]]."""

    offset: int
    start: Array
    events: Events


NOTHING: Array = np.empty(0, dtype=np.int32)
"""A column of a stage that says nothing of any row."""


def no_objects() -> Objects:
    """Objects of a channel that makes none."""
    columns: list[Array] = [np.empty(0, dtype=kind) for kind in OBJECT_TYPES]
    return Objects(*columns)


def seen_in(rows: Rows, *, keyed: bool) -> Stage:
    """A stage of views of the posts themselves, with keys or without."""
    key = rows.key if keyed else NOTHING
    events = Events(rows.object, NOTHING, rows.time, rows.channel, rows.actor, key, NOTHING, rows.learner)
    return Stage(rows.post, events, no_objects())


def no_events() -> Events:
    """Events of a channel that had nothing to add."""
    return Events(*[NOTHING] * 8)


class Draft:
    """The block being written: posts `first` to `last` of `scene` under their `doors`, on `paper` no other block
    uses now.

    `stages`, `objects` and `close` (each object's closing time, s) are what has been written so far.
    """

    def __init__(self, scene: Scene, doors: Doors, *, first: int, last: int, paper: Paper) -> None:
        self.scene, self.doors, self.first, self.last, self.paper = scene, doors, first, last, paper
        here, reaches = slice(first, last), 3 * (last - first)
        nobody = np.full(reaches, -1, dtype=np.int32)
        self.objects = Objects(
            id=(scene.post[here, None] * 8 + np.arange(3)).ravel(),
            post=np.repeat(np.arange(last - first, dtype=np.int32), 3),
            kind=np.tile(np.arange(3, dtype=np.int8), last - first),
            parent=nobody,
            holder=nobody,
            birth=np.repeat(scene.time[here], 3),
            natural=np.repeat(scene.natural[here], 3),
            flags=np.zeros(reaches, dtype=np.int8),
            maker=nobody,
        )
        self.close = close_all(self.objects, 0, doors)
        self.stages: list[Written] = []

    @property
    def bars(self) -> Bars:
        """What a plan bars of the block's posts."""
        return self.scene.bars.between(self.first, self.last)

    @property
    def columns(self) -> Posts:
        """The block's posts, for compiled code."""
        return self.scene.columns(self.first, self.last)

    @property
    def posts(self) -> int:
        """How many posts the block holds."""
        return self.last - self.first

    @property
    def rows(self) -> int:
        """How many events have been written so far."""
        return self.stages[-1].offset + len(self.stages[-1].events.time) if self.stages else 0

    def add(self, stage: Stage) -> None:
        """Append a channel's rows."""
        events, objects = self.rows, len(self.objects.id)
        start, ordered, place = sorted_by_post(stage.post, stage.events, self.posts)
        ordered = Events(
            renumbered(ordered.object, objects), renumbered(ordered.parent, events, place), ordered.time,
            ordered.channel, ordered.actor, ordered.key, ordered.mark, ordered.learner,
        )  # fmt: skip
        self.stages.append(Written(events, start, ordered))
        if len(stage.objects.id):
            made = Objects(*(getattr(stage.objects, f.name) for f in fields(Objects)))
            self.close = np.concatenate([self.close, close_all(made, 0, self.doors)])
            columns = {f.name: getattr(made, f.name) for f in fields(Objects)}
            columns["parent"] = renumbered(made.parent, objects)
            columns["maker"] = renumbered(made.maker, events, place)
            self.objects = Objects(
                **{name: np.concatenate([getattr(self.objects, name), columns[name]]) for name in columns}
            )

    def finish(self) -> Block:
        """The block, laid out post by post."""
        return woven(self.first, [(each.offset, each.start, each.events) for each in self.stages], self.objects)
