"""What compiled code reads of a scene, and what it writes: columns by name."""

from typing import NamedTuple

import numpy as np

from sim.core.compiled import WIDE, Array, Integer, draw_each, inlined, lean, whole, wider
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


class Paper:
    """What stages are written on, kept from block to block: the system clears each page it hands out anew."""

    def __init__(self) -> None:
        self._rows: dict[str, Rows] = {}

    def rows(self, stage: str, room: int) -> Rows:
        """Room for `room` rows, and for one more, which loops without a branch write before they know."""
        if stage not in self._rows or len(self._rows[stage].post) <= room:
            types = (np.int32, np.int32, np.int32, np.int8, np.int32, np.int32, np.int8)
            self._rows[stage] = Rows(*(np.empty(room + 1, dtype=kind) for kind in types))
        return self._rows[stage]

    def widened(self, stage: str) -> Rows:
        """The same rows with twice the room."""
        self._rows[stage] = Rows(*(wider(column, 2 * len(column)) for column in self._rows[stage]))
        return self._rows[stage]


class Crowd(NamedTuple):
    """Those who may see one person's posts, as `meet` left them: who, their chance, since when (s); then their draws
    for one post, and who is picked."""

    who: Array
    chance: Array
    since: Array
    coin: Array
    when: Array
    picked: Array


def new_crowd(people: int) -> Crowd:
    """Room for so many, in whole registers; one more is picked before it is known."""
    room = people + -people % WIDE
    who, chance, since = np.zeros(room, dtype=np.int32), np.empty(room, dtype=np.uint32), np.empty(room, dtype=np.int64)
    coin, when = np.empty(room, dtype=np.uint64), np.empty(room, dtype=np.uint64)
    return Crowd(who, chance, since, coin, when, np.empty(room + 1, dtype=np.int32))


@lean
def meet(ties: Ties, person: Integer, crowd: Crowd) -> int:
    """Put a person's audience into `crowd`; how many there are."""
    low, count = ties.start[person], ties.start[person + 1] - ties.start[person]
    for i in range(count):
        who = ties.viewer[np.uintp(low + i)]
        crowd.who[i], crowd.chance[i] = who, ties.visibility[np.uintp(low + i)]
        crowd.since[i] = ties.joined[np.uintp(who)]
    return whole(count)


@inlined
def draw_crowd(key: np.uint64, post: Integer, crowd: Crowd, count: int) -> None:
    """The draws of a post's first `count` possible viewers."""
    draw_each(key, post, crowd.who[: count + -count % WIDE], 0, crowd.coin, crowd.when)


@inlined
def fill(rows: Rows, first: Integer, last: Integer, post: Integer, object_: Integer, channel: Integer) -> None:
    """What rows `first` to `last` of a post have in common but their key; learners are friends."""
    for row in range(first, last):
        at = np.uintp(row)
        rows.post[at], rows.object[at], rows.channel[at], rows.learner[at] = post, object_, channel, 0


@inlined
def tell_strangers(rows: Rows, first: Integer, last: Integer, circle: Array) -> None:
    """Learners of rows `first` to `last`: those outside the circle of whom the post exposes are strangers."""
    for row in range(first, last):
        rows.learner[np.uintp(row)] = not is_friend(circle, rows.actor[np.uintp(row)])
