"""The event log in memory: blocks of whole posts, each with its own events and objects, as plain arrays.

Inside a block rows are numbered from 0: `object` and `parent` are rows of the same block, posts are numbered
from the block's first. The numbering is by post, so a log says the same however it was cut into blocks.
"""

from dataclasses import dataclass, fields
from hashlib import sha256

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from sim.core.schema import table


@dataclass(frozen=True)
class Events:
    """Columns of `events` in memory (schema.py), one row an event, parents before children: 24 bytes an event."""

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


@dataclass(frozen=True)
class Block:
    """Posts `first` to `first + posts` of the scene: events[event_start[p]:event_start[p + 1]] are post p's."""

    first: int
    event_start: NDArray[np.int64]
    events: Events
    objects: Objects

    @property
    def posts(self) -> int:
        """How many posts it holds."""
        return len(self.event_start) - 1


@dataclass(frozen=True)
class Log:
    """All blocks in order, and the ids of their posts."""

    post: NDArray[np.int64]
    blocks: tuple[Block, ...]

    @property
    def events(self) -> int:
        """Number of events."""
        return sum(len(block.events.time) for block in self.blocks)


def to_tables(log: Log) -> tuple[pa.Table, pa.Table]:
    """The tables `objects` and `events` of schema.py: rows numbered through all posts, in post order.

    The three base objects of every post come first (row 3 p + kind), then all others in post order.
    """
    base = 3 * len(log.post)
    events: dict[str, list[NDArray[np.int64]]] = {field.name: [] for field in fields(Events)}
    objects: dict[str, list[NDArray[np.int64]]] = {field.name: [] for field in fields(Objects)}
    late: dict[str, list[NDArray[np.int64]]] = {field.name: [] for field in fields(Objects)}
    event_offset = late_offset = 0
    for block in log.blocks:
        own = 3 * block.posts
        shift = np.where(np.arange(len(block.objects.id)) < own, 3 * block.first, base + late_offset - own)
        for name in events:
            column = getattr(block.events, name)
            if name == "object":
                column = np.where(column < 0, -1, column + shift[column])
            elif name == "parent":
                column = np.where(column < 0, -1, column.astype(np.int64) + event_offset)
            events[name].append(column)
        for name in objects:
            column = getattr(block.objects, name)
            if name == "parent":
                column = np.where(column < 0, -1, column + shift[column])
            elif name == "maker":
                column = np.where(column < 0, -1, column.astype(np.int64) + event_offset)
            elif name == "post":
                column = log.post[block.first + column]
            objects[name].append(column[:own])
            late[name].append(column[own:])
        event_offset += len(block.events.time)
        late_offset += len(block.objects.id) - own
    rows = {name: np.concatenate(objects[name] + late[name]) for name in objects}
    rows["object"] = np.arange(len(rows["id"]))
    return table("objects", dict(rows)), table(
        "events", {name: np.concatenate(parts) for name, parts in events.items()}
    )


def digest(log: Log) -> str:
    """SHA-256 over every value of the log, equal for equal logs however they were cut into blocks."""
    found = sha256()
    for rows in to_tables(log):
        for column in rows.columns:
            found.update(np.ascontiguousarray(column.to_numpy()).tobytes())
    return found.hexdigest()
