"""The event log in memory: blocks of whole posts, each with its own events and objects, as plain arrays.

Inside a block rows are numbered from 0: `object` and `parent` are rows of the same block, posts are numbered
from the block's first. The numbering is by post, so a log says the same however it was cut into blocks.
"""

from dataclasses import dataclass, fields
from typing import Any, get_args, get_type_hints

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from sim.core.compiled import Array, Integer, compiled
from sim.core.packed import Packed
from sim.core.schema import arrow_schema, table

VIEWS = ("feed", "tag", "discovery", "forward")
"""Channels in which somebody sees a post itself."""
SHOWS = (*VIEWS, "copied")
"""And those in which she sees it or a copy of it."""


@dataclass(frozen=True)
class Events:
    """Columns of `events` in memory (schema.py), one row an event, parents before children."""

    object: NDArray[np.int32]
    parent: NDArray[np.int32]
    time: NDArray[np.int32]
    channel: NDArray[np.int8]
    actor: NDArray[np.int32]
    key: NDArray[np.int32]
    mark: NDArray[np.int16]
    learner: NDArray[np.int8]


@dataclass(frozen=True)
class Objects:
    """Columns of `objects` in memory; row 3 p + kind is post p's friends', public or tag reach, the rest follow."""

    id: NDArray[np.int64]
    post: NDArray[np.int32]
    kind: NDArray[np.int8]
    parent: NDArray[np.int32]
    holder: NDArray[np.int32]
    birth: NDArray[np.int64]
    natural: NDArray[np.int64]
    flags: NDArray[np.int8]
    maker: NDArray[np.int32]


def _types(of: type) -> dict[str, Any]:
    """The element types of columns, as their annotations say."""
    return {name: get_args(get_args(kind)[1])[0] for name, kind in get_type_hints(of).items()}


EVENT_TYPES, OBJECT_TYPES = _types(Events), _types(Objects)


@dataclass(frozen=True)
class Made:
    """The objects of a block of posts: their reaches follow from `id`, `time` and `natural`; `late` are the others."""

    id: NDArray[np.int64]
    time: NDArray[np.int64]
    natural: NDArray[np.int64]
    late: Objects

    def told(self) -> Objects:
        """All of them."""
        posts = len(self.id)
        none = np.full(3 * posts, -1, dtype=np.int32)
        reaches = Objects(
            id=(self.id[:, None] * 8 + np.arange(3)).ravel(),
            post=np.repeat(np.arange(posts, dtype=np.int32), 3),
            kind=np.tile(np.arange(3, dtype=np.int8), posts),
            parent=none,
            holder=none,
            birth=np.repeat(self.time, 3),
            natural=np.repeat(self.natural, 3),
            flags=np.zeros(3 * posts, dtype=np.int8),
            maker=none,
        )
        both = zip(vars(reaches).values(), vars(self.late).values(), strict=True)
        return Objects(*(np.concatenate(columns) for columns in both))


@dataclass(frozen=True)
class Block:
    """Posts `first` to `first + posts` of the scene: events[event_start[p]:event_start[p + 1]] are post p's.

    `objects` are made anew from `made` each time they are asked for.
    """

    first: int
    event_start: NDArray[np.int64]
    events: Events | Packed
    made: Objects | Made

    @property
    def objects(self) -> Objects:
        """Its objects."""
        return self.made if isinstance(self.made, Objects) else self.made.told()

    @property
    def posts(self) -> int:
        """How many posts it holds."""
        return len(self.event_start) - 1

    @property
    def told(self) -> Events:
        """Its events with all their columns."""
        return Events(*(getattr(self.events, field.name) for field in fields(Events)))

    @property
    def late(self) -> int:
        """How many of its objects are made by events."""
        return len(self.made.id) - 3 * self.posts if isinstance(self.made, Objects) else len(self.made.late.id)


@dataclass(frozen=True)
class Log:
    """All blocks in order, and the ids of their posts."""

    post: NDArray[np.int64]
    blocks: tuple[Block, ...]

    @property
    def events(self) -> int:
        """Number of events."""
        return sum(len(block.events.time) for block in self.blocks)


def block_columns(
    block: Block, post: NDArray[np.int64], *, events_before: int, late_before: int
) -> tuple[dict[str, NDArray[Any]], dict[str, NDArray[Any]]]:
    """Columns of the tables `objects` and `events` of schema.py of one block, rows numbered through the whole log.

    `post` are the ids of all posts, of which the block has `first` and the following; `events_before` and
    `late_before` count the events, and the objects that are made by events, of the blocks before it. The three base
    objects of each post have numbers 3 p + kind, all others follow in post order.
    """
    own, events, objects = 3 * block.posts, block.told, block.objects
    late = 3 * len(post) + late_before - own
    number = np.arange(len(objects.id)) + np.where(np.arange(len(objects.id)) < own, 3 * block.first, late)
    told = dict(vars(events))
    told["object"], told["parent"] = renamed(events.object, number), shifted(events.parent, events_before)
    held = {field.name: getattr(objects, field.name) for field in fields(Objects)}
    held["parent"], held["maker"] = renamed(objects.parent, number), shifted(objects.maker, events_before)
    held["post"] = post[block.first + objects.post]
    return {"object": number, **held}, told


@compiled
def renamed(rows: Array, number: Array) -> Array:
    """The number of each row, -1 where there is none."""
    names = np.empty(len(rows), dtype=np.int64)
    for at in range(len(rows)):
        names[at] = number[np.uintp(rows[at])] if rows[at] >= 0 else -1
    return names


@compiled
def shifted(rows: Array, by: Integer) -> Array:
    """Rows so much further on, -1 where there is none."""
    moved = np.empty(len(rows), dtype=np.int64)
    for at in range(len(rows)):
        moved[at] = rows[at] + by if rows[at] >= 0 else -1
    return moved


def to_tables(log: Log) -> tuple[pa.Table, pa.Table]:
    """The tables `objects` and `events` of schema.py: rows numbered through all posts, in post order."""
    parts, events_before, late_before = [], 0, 0
    for block in log.blocks:
        parts.append(block_columns(block, log.post, events_before=events_before, late_before=late_before))
        events_before += len(block.events.time)
        late_before += block.late
    if not parts:
        return arrow_schema("objects").empty_table(), arrow_schema("events").empty_table()
    objects, events = (
        {name: np.concatenate([part[turn][name] for part in parts]) for name in parts[0][turn]} for turn in (0, 1)
    )
    order = np.argsort(objects["object"], kind="stable")
    return table("objects", {name: column[order] for name, column in objects.items()}), table("events", dict(events))
