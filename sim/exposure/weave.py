"""Lay a block's stages out post by post, so that the finished log does not depend on where blocks were cut."""

import numpy as np

from sim.core.compiled import SOME, Array, Integer, compiled, copy_run, lean
from sim.core.log import EVENT_TYPES, Objects
from sim.core.packed import Packed
from sim.exposure.columns import Rows

PACKED = ("object", "parent", "key", "mark")
"""Columns kept of those rows alone that say something in one of them."""


def order(post: Array, posts: Integer) -> tuple[Array, Array]:
    """Where each post's rows start when a stage's rows are sorted by post (stably), and where each row goes.

    The last is empty where they are sorted already.
    """
    start = starts(post, posts)
    return (start, np.empty(0, dtype=np.int32)) if start[-1] == len(post) else places(post, posts)


def grouped(rows: Array, post: Array, posts: Integer) -> tuple[Array, Array]:
    """Where each post's `rows` start when they are sorted by `post` (stably), and the rows so sorted."""
    start, place = order(post, posts)
    if len(place) == 0:
        return start, rows
    return start, put(rows, place)


@lean
def renumber(rows: Array, offset: Integer, place: Array) -> None:
    """Make the stage's own row numbers (-2 - n) those of the block, n having gone to `place[n]` (empty: to n)."""
    for at in range(len(rows)):
        row = np.uintp(at)
        if rows[row] < -1:
            own = -2 - rows[row]
            rows[row] = offset + (place[own] if len(place) else own)


def woven(rows: Rows, start: Array, bare: Array, objects: Objects) -> tuple[Array, Packed, Objects]:
    """A block of `rows` and `objects`: each post's rows together, in the order of their stages. Where they start, the
    rows, and the objects that are no post's reaches.

    Rows of stage s and post p are rows[start[s, p]:start[s, p + 1]]; the first bare[s, p] are views that lie in
    the reach their channel tells, without parent, key or mark.
    """
    stages, posts = len(start), start.shape[1] - 1
    base, offsets = 3 * posts, start[:, 0]
    plain, moved = np.zeros(posts, dtype=np.int32), np.empty((stages, posts), dtype=np.int64)
    event_start = np.zeros(posts + 1, dtype=np.int64)
    settle(start, bare, plain, moved, event_start)
    late_place = places(objects.post[base:], posts)[1]
    count, late = len(rows.time), len(rows.time) - int(plain.sum())
    final = Rows(*(
        np.empty((late if name in PACKED else count) + SOME, dtype=kind) for name, kind in EVENT_TYPES.items()
    ))  # fmt: skip
    lay(rows, start, plain, moved, late_place, base, final)
    events = Packed(
        final.time[:count], final.channel[:count], final.actor[:count], final.learner[:count], event_start, plain,
        final.object[:late], final.parent[:late], final.key[:late], final.mark[:late],
    )  # fmt: skip
    made = Objects(*(put(column[base:], late_place) for column in vars(objects).values()))
    remake(made.maker, made.post, offsets, moved)
    rename(made.parent, late_place, base)
    return event_start, events, made


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


@lean
def remake(maker: Array, post: Array, offsets: Array, moved: Array) -> None:
    """Make the makers of objects rows of the finished block."""
    for row in range(len(maker)):
        maker[row] = final_row(maker[row], post[row], offsets, moved)


@lean
def rename(parent: Array, late_place: Array, base: Integer) -> None:
    """Make the parents of objects those of the finished block."""
    for row in range(len(parent)):
        parent[row] = new_name(parent[row], late_place, base)


@compiled
def put(column: Array, place: Array) -> Array:
    """A column, row n at place[n]."""
    there = np.empty_like(column)
    for row in range(len(place)):
        there[np.uintp(place[row])] = column[row]
    return there


@lean
def new_name(object_: Integer, late_place: Array, base: Integer) -> Integer:
    """An object of the draft as one of the finished block: a post's reaches keep their numbers."""
    return object_ if object_ < base else base + late_place[np.uintp(object_ - base)]


@lean
def settle(start: Array, bare: Array, plain: Array, moved: Array, event_start: Array) -> None:
    """Tell how far the rows of each stage and post will move, how many of a post's first rows are plain, and where its
    rows will start."""
    at = 0
    for p in range(len(plain)):
        only = True
        for stage in range(len(start)):
            count = start[stage, p + 1] - start[stage, p]
            moved[stage, p] = at - start[stage, p]
            at += count
            plain[p] += bare[stage, p] if only else 0
            only &= bare[stage, p] == count
        event_start[p + 1] = at


@lean
def lay(
    rows: Rows, start: Array, plain: Array, moved: Array, late_place: Array, base: Integer, final: Rows
) -> None:  # fmt: skip
    """Copy all rows to their places; objects, parents, keys and marks of those alone that are not plain, and the first
    two as those of the finished block."""
    late, offsets = 0, start[:, 0]
    for p in range(start.shape[1] - 1):
        left = plain[p]
        for stage in range(len(start)):
            low, count = start[stage, p], start[stage, p + 1] - start[stage, p]
            if count == 0:
                continue
            at = low + moved[stage, p]
            copy_run(final.time, at, rows.time, low, count)
            copy_run(final.channel, at, rows.channel, low, count)
            copy_run(final.actor, at, rows.actor, low, count)
            copy_run(final.learner, at, rows.learner, low, count)
            passed = min(left, count)
            left -= passed
            copy_run(final.object, late, rows.object, low + passed, count - passed)
            copy_run(final.parent, late, rows.parent, low + passed, count - passed)
            copy_run(final.key, late, rows.key, low + passed, count - passed)
            copy_run(final.mark, late, rows.mark, low + passed, count - passed)
            for row in range(late, late + count - passed):
                final.object[row] = new_name(final.object[row], late_place, base)
                final.parent[row] = final_row(final.parent[row], p, offsets, moved)
            late += count - passed
