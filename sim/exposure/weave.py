"""Lay a block's stages out post by post, so that the finished log does not depend on where blocks were cut."""

from collections.abc import Sequence
from dataclasses import fields

import numpy as np

from sim.core.compiled import Array, Integer, compiled, copy_run, lean
from sim.core.log import Block, Events, Objects

EVENT_TYPES = {
    "object": np.int32, "parent": np.int32, "time": np.int32, "channel": np.int8, "actor": np.int32, "key": np.int32,
    "mark": np.int16, "learner": np.int8,
}  # fmt: skip


def sorted_by_post(post: Array, events: Events, posts: int) -> tuple[Array, Events, Array | None]:
    """Where each post's rows start, a stage's events sorted by post (stably), and where each row went.

    The last is None where the rows were sorted already. Columns get the types of the log; empty ones stay empty.
    """
    columns = {name: getattr(events, name).astype(kind, copy=False) for name, kind in EVENT_TYPES.items()}
    start = starts(post, posts)
    if start[-1] == len(post):
        return start, Events(**columns), None
    start, place = places(post, posts)
    for name, column in columns.items():
        if len(column):
            columns[name] = np.empty_like(column)
            columns[name][place] = column
    return start, Events(**columns), place


def renumbered(rows: Array, offset: int, place: Array | None = None) -> Array:
    """Row numbers with the stage's own (-2 - n) made those of the block, n having gone to `place[n]`."""
    if rows.min(initial=0) > -2:
        return rows
    own = np.maximum(-2 - rows, 0)
    return np.where(rows <= -2, offset + (own if place is None else place[own]), rows).astype(rows.dtype)


def woven(first: int, stages: Sequence[tuple[int, Array, Events]], objects: Objects) -> Block:
    """The block of `stages` (offset, start, events) and `objects`: each post's rows together, in stage order."""
    posts = len(stages[0][1]) - 1 if stages else int((objects.maker < 0).sum()) // 3
    counts = np.array([np.diff(start) for _, start, _ in stages], dtype=np.int64).reshape(len(stages), posts)
    event_start = np.concatenate([[0], np.cumsum(counts.sum(axis=0))])
    base = 3 * posts
    late_place = places(objects.post[base:], posts)[1]
    object_place = np.concatenate([np.arange(base, dtype=np.int32), base + late_place])
    moved = np.zeros((len(stages), posts), dtype=np.int64)  # how far the rows of each stage and post move
    following = event_start[:-1].copy()
    for turn, (offset, start, _) in enumerate(stages):
        moved[turn] = following - start[:-1] - offset
        following += counts[turn]
    offsets = np.array([offset for offset, _, _ in stages], dtype=np.int64)
    final = new_events(int(event_start[-1]))
    for turn, (offset, start, events) in enumerate(stages):
        shift = moved[turn] + offset
        for name in EVENT_TYPES:
            if len(getattr(events, name)):
                lay(start, shift, getattr(events, name), getattr(final, name))
        if len(events.parent) or events.object.max(initial=0) >= base:
            parent = final.parent if len(events.parent) else events.parent
            refer(start, shift, offsets, moved, object_place, base, final.object, parent)
    return Block(first, event_start, final, _laid(objects, base, late_place, object_place, offsets, moved))


def new_events(count: int) -> Events:
    """So many events without parents, keys or marks; the rest is to be laid."""
    events = Events(**{name: np.empty(count, dtype=kind) for name, kind in EVENT_TYPES.items()})
    events.parent[:] = -1
    events.key[:] = events.mark[:] = 0
    return events


def _laid(objects: Objects, base: int, late_place: Array, object_place: Array, offsets: Array, moved: Array) -> Objects:
    """The objects: the base ones where they are, the late ones post by post, with rows of the finished block."""
    late = {f.name: getattr(objects, f.name)[base:] for f in fields(Objects)}
    if len(late_place) == 0:
        return objects
    late["maker"] = remade(late["maker"], late["post"], offsets, moved)
    late["parent"] = object_place[late["parent"]]
    columns = {}
    for name, column in late.items():
        columns[name] = np.concatenate([getattr(objects, name)[:base], column])
        columns[name][base + late_place] = column
    return Objects(**columns)


@compiled
def starts(post: Array, posts: Integer) -> Array:
    """Where each post's rows start in a column sorted by post; the last entry is -1 if it is not."""
    start = np.empty(posts + 1, dtype=np.int64)
    following = 0
    for row in range(len(post)):
        if post[row] >= following:
            for p in range(following, post[row] + 1):
                start[p] = row
            following = post[row] + 1
        elif post[row] < following - 1:
            start[posts] = -1
            return start
    for p in range(following, posts + 1):
        start[p] = len(post)
    return start


@compiled
def places(post: Array, posts: Integer) -> tuple[Array, Array]:
    """Where each post's rows start when rows are sorted by post, stably; and where each row goes."""
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


@lean
def final_row(row: Integer, post: Integer, offsets: Array, moved: Array) -> Integer:
    """A row number of the draft, of post `post`, as the finished block's; -1 stays."""
    if row < 0:
        return row
    turn = len(offsets) - 1
    while offsets[turn] > row:
        turn -= 1
    return row + moved[turn, post]


@compiled
def remade(maker: Array, post: Array, offsets: Array, moved: Array) -> Array:
    """The makers of objects as rows of the finished block."""
    final = np.empty_like(maker)
    for row in range(len(maker)):
        final[row] = final_row(maker[row], post[row], offsets, moved)
    return final


@lean
def lay(start: Array, shift: Array, column: Array, into: Array) -> None:
    """Copy one stage's column to its place, runs of a post at a time."""
    for p in range(len(start) - 1):
        copy_run(into, start[p] + shift[p], column, start[p], start[p + 1] - start[p])


@lean
def refer(
    start: Array, shift: Array, offsets: Array, moved: Array, object_place: Array, base: Integer, object_: Array,
    parent: Array,
) -> None:  # fmt: skip
    """Make objects and parents of a stage that has been laid rows of the finished block."""
    for p in range(len(start) - 1):
        for at in range(start[p] + shift[p], start[p + 1] + shift[p]):
            row = np.uintp(at)
            if object_[row] >= base:
                object_[row] = object_place[np.uintp(object_[row])]
            if len(parent):
                parent[row] = final_row(parent[row], p, offsets, moved)
