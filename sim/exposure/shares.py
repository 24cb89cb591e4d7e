"""The rows of reshares and of the views they bring, as they are written."""

from typing import NamedTuple

import numpy as np

from sim.core.compiled import Array, Integer, compiled, inlined, wider
from sim.exposure.reach import is_friend
from sim.exposure.reached import BROUGHT, FIRST, SHARE, WHO

RESHARE, FORWARD = 3, 4


class Shares(NamedTuple):
    """Reshares and the views they bring, being written: columns of Events, with room for more."""

    parent: Array
    time: Array
    channel: Array
    actor: Array
    key: Array
    learner: Array


@compiled
def new_shares(room: Integer) -> Shares:
    """Room for so many rows."""
    return Shares(
        np.empty(room, dtype=np.int32), np.empty(room, dtype=np.int32), np.empty(room, dtype=np.int8),
        np.empty(room, dtype=np.int32), np.empty(room, dtype=np.int32), np.empty(room, dtype=np.int8),
    )  # fmt: skip


@compiled
def shares_for(rows: Shares, wanted: Integer, times: Integer) -> Shares:
    """The same rows with room for `wanted`, and where they lack it for `times` as many: room unused costs nothing."""
    if wanted <= len(rows.time):
        return rows
    room = times * wanted
    return Shares(
        wider(rows.parent, room), wider(rows.time, room), wider(rows.channel, room), wider(rows.actor, room),
        wider(rows.key, room), wider(rows.learner, room),
    )  # fmt: skip


@inlined
def write_share(rows: Shares, written: Integer, known: Array, place: Integer, time: Integer, circle: Array) -> int:
    """Append a person's reshare, after the delivery that was her first view if it is not written; how many rows."""
    who = known[place, WHO]
    stranger = not is_friend(circle, who)
    parent = ~known[place, BROUGHT]
    if parent < 0:
        parent = -2 - written
        written = write_view(rows, written, known, place, stranger)
    known[place, SHARE] = -2 - written
    return write(rows, written, parent, time, RESHARE, who, 0, stranger)


@inlined
def write_view(rows: Shares, written: Integer, known: Array, place: Integer, stranger: bool) -> int:
    """Append the delivery that was a person's first view; how many rows."""
    by = np.uintp(known[place, BROUGHT])
    return write(
        rows, written, known[by, SHARE], known[place, FIRST], FORWARD, known[place, WHO], known[by, WHO], stranger
    )


@inlined
def write(
    rows: Shares, written: Integer, parent: Integer, time: Integer, channel: Integer, who: Integer, key: Integer,
    stranger: bool,
) -> int:  # fmt: skip
    """Append a row; how many there are."""
    at = np.uintp(written)
    rows.parent[at], rows.time[at], rows.channel[at] = parent, time, channel
    rows.actor[at], rows.key[at], rows.learner[at] = who, key, stranger
    return written + 1
