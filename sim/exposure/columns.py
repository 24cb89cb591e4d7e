"""What compiled code reads of a scene, and what it writes: columns by name."""

from typing import NamedTuple

import numpy as np

from sim.core.compiled import HALVES, SOME, Array, Integer, compiled, fill_some, inlined, lean, whole, wider
from sim.core.keyed import toss_each
from sim.core.log import EVENT_TYPES, OBJECT_TYPES
from sim.exposure.circle import is_friend


class Posts(NamedTuple):
    """A block's posts: columns of Scene."""

    id: Array
    author: Array
    subject: Array
    time: Array
    audience: Array
    tagged: Array


class Ties(NamedTuple):
    """Who sees whom (CSR, columns of Scene), and when each person joined: s, of 32 bits, since it is looked up at
    random; at most 2^31 - 1, which lies beyond any horizon. `skip`: `mean_skip` of the chance all ties share, where
    they share one so small that few see a thing; 0: they do not."""

    start: Array
    viewer: Array
    visibility: Array
    joined: Array
    skip: int

    def audience(self, people: Array) -> Array:
        """How many may see what each of `people` posts."""
        return sizes(self.start, people)


class Rows(NamedTuple):
    """Events in compiled code: columns of Events (log.py)."""

    object: Array
    parent: Array
    time: Array
    channel: Array
    actor: Array
    key: Array
    mark: Array
    learner: Array

    def part(self, first: int, last: int) -> "Rows":
        """Rows `first` to `last`."""
        return Rows(*(column[first:last] for column in self))


class Things(NamedTuple):
    """Objects in compiled code: columns of Objects (log.py), and when each closes (s)."""

    id: Array
    post: Array
    kind: Array
    parent: Array
    holder: Array
    birth: Array
    natural: Array
    flags: Array
    maker: Array
    close: Array


@compiled
def sizes(start: Array, people: Array) -> Array:
    """How many rows each of `people` has in a CSR."""
    size = np.empty(len(people), dtype=np.int64)
    for p in range(len(people)):
        size[p] = start[people[p] + 1] - start[people[p]]
    return size


@lean
def everybody(people: Integer) -> int:
    """How many rows a post has at the most that so many people see and pass on."""
    return whole(2 * people + 2)


class Paper:
    """What blocks are drafted on, kept from block to block: the system clears each page it hands out anew."""

    def __init__(self) -> None:
        self.rows = Rows(*(np.empty(0, dtype=kind) for kind in EVENT_TYPES.values()))
        self.things = Things(*(np.empty(0, dtype=kind) for kind in (*OBJECT_TYPES.values(), np.int64)))

    def rows_for(self, count: int, more: int) -> Rows:
        """The `count` events that have been written, with room for more, and for SOME beyond."""
        if len(self.rows.time) < count + more + SOME:
            self.rows = Rows(*(wider(column[:count], 2 * (count + more) + SOME) for column in self.rows))
        return self.rows

    def things_for(self, count: int, more: int) -> Things:
        """The `count` objects that have been written, with room for more."""
        if len(self.things.id) < count + more:
            self.things = Things(*(wider(column[:count], 2 * (count + more)) for column in self.things))
        return self.things


class Crowd(NamedTuple):
    """Of those who may see a thing: their chances, their draws, and who is picked."""

    chance: Array
    coin: Array
    when: Array
    picked: Array


def new_crowd(people: int) -> Crowd:
    """Room for so many, in whole registers; one more is picked before it is known."""
    room = people + -people % HALVES
    chance, coin, when = (np.empty(room, dtype=np.uint32) for _ in range(3))
    return Crowd(chance, coin, when, np.empty(room + 1, dtype=np.int32))


@lean
def meet(ties: Ties, person: Integer, since: Array) -> None:
    """When those joined who may see what a person posts, into `since`."""
    low = ties.start[person]
    for i in range(ties.start[person + 1] - low):
        since[np.uintp(i)] = ties.joined[np.uintp(ties.viewer[np.uintp(low + i)])]


@compiled
def all_met(ties: Ties, people: Array) -> tuple[Array, Array]:
    """When those joined who may see what each of `people` posts: of p from since[place[p]] on, once for each run of one
    person. `place`, and `since` (s)."""
    place, count = np.empty(len(people), dtype=np.int64), 0
    for p in range(len(people)):
        again = p > 0 and people[p] == people[p - 1]
        place[p] = place[p - 1] if again else count
        count += 0 if again else ties.start[people[p] + 1] - ties.start[people[p]]
    since = np.empty(count, dtype=np.int32)
    for p in range(len(people)):
        if p == 0 or people[p] != people[p - 1]:
            meet(ties, people[p], since[place[p] :])
    return place, since


@inlined
def toss_crowd(key: np.uint64, ties: Ties, low: Integer, count: Integer, turn: Integer, crowd: Crowd) -> None:
    """The tosses of a thing's possible viewers, `count` ties from row `low` on; of whole registers of them, where rows
    of others follow."""
    wide = count + -count % HALVES
    last = low + (wide if low + wide <= len(ties.viewer) else count)
    toss_each(key, ties.viewer[low:last], turn, crowd.coin, crowd.when)


@inlined
def fill(rows: Rows, first: Integer, last: Integer, object_: Integer, channel: Integer) -> None:
    """What rows `first` to `last` have in common: no parent, key or mark, learners who are friends.

    Up to SOME rows more are written to: all columns have room for them (`Paper`), and whoever comes next writes over
    them.
    """
    for row in range(first, last, SOME):
        fill_some(rows.object, row, object_)
        fill_some(rows.channel, row, channel)
        fill_some(rows.parent, row, -1)
        fill_some(rows.key, row, 0)
        fill_some(rows.mark, row, 0)
        fill_some(rows.learner, row, 0)


@inlined
def tell_strangers(rows: Rows, first: Integer, last: Integer, circle: Array) -> None:
    """Learners of rows `first` to `last`: those outside the circle of whom the post exposes are strangers."""
    for row in range(first, last):
        rows.learner[np.uintp(row)] = not is_friend(circle, rows.actor[np.uintp(row)])
