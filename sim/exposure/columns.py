"""What compiled code reads of a scene, and what it writes: columns by name."""

from typing import NamedTuple

import numpy as np

from sim.core.compiled import Array, Integer, lean, wider
from sim.exposure.reach import is_friend


class Posts(NamedTuple):
    """A block's posts: columns of Scene."""

    id: Array
    author: Array
    subject: Array
    time: Array
    audience: Array
    tagged: Array


class Ties(NamedTuple):
    """Who sees whom (CSR, columns of Scene), and when each person joined (s)."""

    start: Array
    viewer: Array
    visibility: Array
    joined: Array

    def audience(self, people: Array) -> Array:
        """How many may see what each of `people` posts."""
        size: Array = self.start[people + 1] - self.start[people]
        return size


class Rows(NamedTuple):
    """Views being written, with room for more: the block's post of each, then columns of Events."""

    post: Array
    object: Array
    time: Array
    channel: Array
    actor: Array
    key: Array
    learner: Array

    def first(self, count: int) -> "Rows":
        """The first `count` rows."""
        return Rows(*(column[:count] for column in self))

    def wider(self) -> "Rows":
        """The same rows with twice the room."""
        return Rows(*(wider(column, 2 * len(column)) for column in self))


def new_rows(room: int) -> Rows:
    """Room for so many rows, and for one more, which loops without a branch write before they know."""
    types = (np.int32, np.int32, np.int32, np.int8, np.int32, np.int32, np.int8)
    return Rows(*(np.empty(room + 1, dtype=kind) for kind in types))


class Crowd(NamedTuple):
    """One post's possible viewers: their draws, those picked, and when each joined (s)."""

    coin: Array
    when: Array
    picked: Array
    since: Array


def new_crowd(people: int) -> Crowd:
    """Room for so many, and one more that is picked before it is known."""
    words = np.empty((2, people), dtype=np.uint64)
    return Crowd(words[0], words[1], np.empty(people + 1, dtype=np.int32), np.empty(people, dtype=np.int64))


@lean
def fill(rows: Rows, first: Integer, last: Integer, post: Integer, object_: Integer, channel: Integer) -> None:
    """What rows `first` to `last` of a post have in common; learners are friends."""
    for row in range(first, last):
        at = np.uintp(row)
        rows.post[at], rows.object[at], rows.channel[at], rows.key[at], rows.learner[at] = post, object_, channel, 0, 0


@lean
def tell_strangers(rows: Rows, first: Integer, last: Integer, circle: Array) -> None:
    """Learners of rows `first` to `last`: those outside the circle of whom the post exposes are strangers."""
    for row in range(first, last):
        rows.learner[np.uintp(row)] = not is_friend(circle, rows.actor[np.uintp(row)])
