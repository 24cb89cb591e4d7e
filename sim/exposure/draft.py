"""A block while channels write it: each adds a stage of rows; `weave` makes the finished block.

Rows are first numbered stage after stage, then renumbered post by post, so that the finished log does not
depend on where blocks were cut.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import TypeVar

import numpy as np

from sim.core.compiled import Array, Integer, compiled
from sim.core.log import Block, Events, Objects
from sim.exposure.doors import Doors, closings
from sim.exposure.scene import Scene

Rows = TypeVar("Rows", Events, Objects)

EVENT_TYPES = (np.int32, np.int32, np.int64, np.int8, np.int32, np.int32, np.int32, np.int8)
OBJECT_TYPES = (np.int64, np.int32, np.int8, np.int32, np.int32, np.int64, np.int64, np.int8, np.int32)


@dataclass(frozen=True)
class Stage:
    """What one channel adds: events (and the block's post of each) and objects, each post's in an order of its own.

    Events and objects refer to earlier rows by number, to the stage's own n-th event or object as -2 - n, and to
    none as -1.
    """

    post: Array
    events: Events
    objects: Objects


def no_objects() -> Objects:
    """Objects of a channel that makes none."""
    return Objects(*_empty(OBJECT_TYPES))


class Draft:
    """The block being written: posts `first` to `last` of `scene` under `doors`.

    `post`, `events`, `objects` and `close` (each object's closing time, s) are what has been written so far.
    """

    def __init__(self, scene: Scene, doors: Doors, *, first: int, last: int) -> None:
        self.scene, self.doors, self.first, self.last = scene, doors, first, last
        rows = np.arange(3 * (last - first))
        here = slice(first, last)
        self.objects = Objects(
            id=scene.post[here][rows // 3] * 8 + rows % 3,
            post=(rows // 3).astype(np.int32),
            kind=(rows % 3).astype(np.int8),
            parent=np.full(len(rows), -1, dtype=np.int32),
            holder=np.full(len(rows), -1, dtype=np.int32),
            birth=np.repeat(scene.time[here], 3),
            natural=np.repeat(scene.natural[here], 3),
            flags=np.zeros(len(rows), dtype=np.int8),
            maker=np.full(len(rows), -1, dtype=np.int32),
        )
        self.close = self._closings(self.objects)
        self._written = 0
        self._post = np.empty(0, dtype=np.int32)
        self._events = Events(*_empty(EVENT_TYPES))

    @property
    def posts(self) -> int:
        """How many posts the block holds."""
        return self.last - self.first

    @property
    def post(self) -> Array:
        """The block's post of each event."""
        return self._post[: self._written]

    @property
    def events(self) -> Events:
        """Events so far."""
        return Events(*(getattr(self._events, f.name)[: self._written] for f in fields(Events)))

    def add(self, stage: Stage) -> None:
        """Append a channel's rows."""
        before, now = self._written, self._written + len(stage.post)
        objects = len(self.objects.id)
        if now > len(self._post):
            self._post = _roomier(self._post, 2 * now if before else now)
            self._events = Events(*(_roomier(getattr(self._events, f.name), len(self._post)) for f in fields(Events)))
        self._post[before:now] = stage.post
        for f in fields(Events):
            getattr(self._events, f.name)[before:now] = getattr(stage.events, f.name)
        _number(self._events.object[before:now], objects)
        _number(self._events.parent[before:now], before)
        self._written = now
        if len(stage.objects.id):
            self.objects = Objects(
                *(
                    np.concatenate([getattr(self.objects, f.name), getattr(stage.objects, f.name)])
                    for f in fields(Objects)
                )
            )
            _number(self.objects.parent[objects:], objects)
            _number(self.objects.maker[objects:], before)
            self.close = np.concatenate([self.close, self._closings(stage.objects)])

    def weave(self) -> Block:
        """The finished block: rows renumbered post by post, in stage order within a post."""
        base = 3 * self.posts
        start, event_place = places(self.post, self.posts)
        late_place = places(self.objects.post[base:], self.posts)[1]
        object_place = np.concatenate([np.arange(base, dtype=np.int32), base + late_place])
        events, objects = self.events, self.objects
        return Block(
            self.first,
            start,
            _placed(events, event_place, {"object": object_place, "parent": event_place}),
            _placed(objects, object_place, {"parent": object_place, "maker": event_place}),
        )

    def _closings(self, objects: Objects) -> Array:
        return closings(
            objects.kind, objects.birth, objects.natural, objects.flags, objects.post, self.first, self.doors
        )


def _empty(kinds: Sequence[type]) -> list[Array]:
    return [np.empty(0, dtype=kind) for kind in kinds]


def _number(rows: Array, offset: int) -> None:
    own = rows <= -2
    rows[own] = offset - 2 - rows[own]


def _roomier(column: Array, room: int) -> Array:
    larger = np.empty(room, dtype=column.dtype)
    larger[: len(column)] = column
    return larger


def _placed(rows: Rows, place: Array, renumber: dict[str, Array]) -> Rows:
    columns = []
    for f in fields(rows):
        column = getattr(rows, f.name)
        moved = np.empty_like(column)
        if f.name in renumber:
            move_renumbered(column, place, renumber[f.name], moved)
        else:
            move(column, place, moved)
        columns.append(moved)
    return type(rows)(*columns)


@compiled
def places(post: Array, posts: Integer) -> tuple[Array, Array]:
    """Where each row goes when rows are sorted by post, stably; and where each post's rows start."""
    start = np.zeros(posts + 1, dtype=np.int64)
    for row in range(len(post)):
        start[post[row] + 1] += 1
    for p in range(posts):
        start[p + 1] += start[p]
    following = start[:-1].copy()
    place = np.empty(len(post), dtype=np.int32)
    for row in range(len(post)):
        place[row] = following[post[row]]
        following[post[row]] += 1
    return start, place


@compiled
def move(column: Array, place: Array, moved: Array) -> None:
    """moved[place[i]] = column[i]."""
    for row in range(len(column)):
        moved[place[row]] = column[row]


@compiled
def move_renumbered(column: Array, place: Array, number: Array, moved: Array) -> None:
    """moved[place[i]] = number[column[i]], negative numbers kept."""
    for row in range(len(column)):
        moved[place[row]] = number[column[row]] if column[row] >= 0 else column[row]
