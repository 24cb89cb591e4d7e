"""The rows of reshares and of the views they bring, as they are written."""

import numpy as np

from sim.core.codes import FORWARD, RESHARE
from sim.core.compiled import Array, Integer, inlined
from sim.exposure.circle import is_friend
from sim.exposure.columns import Rows
from sim.exposure.reached import BROUGHT, FIRST, SHARE, WHO


@inlined
def write_share(rows: Rows, written: Integer, known: Array, place: Integer, time: Integer, circle: Array) -> int:
    """Append a person's reshare, after the delivery that was her first view if it is not written; how many rows."""
    who = known[place, WHO]
    stranger = not is_friend(circle, who)
    parent = ~known[place, BROUGHT]
    if parent < 0:
        parent = written
        written = write_view(rows, written, known, place, stranger)
    known[place, SHARE] = written
    return write(rows, written, parent, time, RESHARE, who, 0, stranger)


@inlined
def write_view(rows: Rows, written: Integer, known: Array, place: Integer, stranger: bool) -> int:
    """Append the delivery that was a person's first view; how many rows."""
    by = np.uintp(known[place, BROUGHT])
    return write(
        rows, written, known[by, SHARE], known[place, FIRST], FORWARD, known[place, WHO], known[by, WHO], stranger
    )


@inlined
def write(
    rows: Rows, written: Integer, parent: Integer, time: Integer, channel: Integer, who: Integer, key: Integer,
    stranger: bool,
) -> int:  # fmt: skip
    """Append a row; how many there are. What a post's rows have in common is written afterwards."""
    at = np.uintp(written)
    rows.parent[at], rows.time[at], rows.channel[at] = parent, time, channel
    rows.actor[at], rows.key[at], rows.learner[at] = who, key, stranger
    return written + 1
