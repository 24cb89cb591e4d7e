"""Posts simulated anew: what a plan does where an action is not a cut-off, so that filtering the log would be wrong.

Who is blocked, or takes a reshare back, no longer brings a post to others, and whom she would have reached first is
reached later by somebody else: an event the log lacks. So it is with what reaches nobody while a post is private, and
with whom a deletion draws to the copies it leaves standing.
Posts do not touch each other, so those that lose such an event are simulated under the plan, and their rows laid in
place of the log's; the rest is `apply`.
"""

from collections.abc import Sequence
from dataclasses import fields, replace

import numpy as np
from numpy.typing import NDArray

from sim.core.codes import FORWARD
from sim.core.compiled import Array, compiled
from sim.core.log import Block, Events, Log, Objects
from sim.core.noise import Noise
from sim.exposure.bars import Bars, barred, out_of_sight, taken_back
from sim.exposure.channels.copy import Copy
from sim.exposure.doors import COPY, PUBLIC_REACH, Doors, is_link
from sim.exposure.propagate import Channel, propagate
from sim.exposure.scene import Scene
from sim.exposure.streisand import drawing

Rows = NDArray[np.int64]


def simulate_anew(
    scene: Scene, channels: Sequence[Channel], noise: Noise, log: Log, *, doors: Doors, bars: Bars,
    threads: int | None = None,
) -> tuple[Log, Rows]:  # fmt: skip
    """The log with every post that `bars` touch, or whose end draws attention (`streisand.py`), as it happens under
    `bars` and `doors`, and which posts those are.

    `doors` are laid over the other posts by `apply`, as over any log. The log itself, if no post is touched.
    """
    rows = touched(log, bars)
    if attracts(channels):
        rows = np.union1d(rows, drawing(scene, log, doors))
    if len(rows) == 0:
        return log, rows
    fresh = propagate(replace(scene, bars=bars).only(rows), channels, noise, doors=doors[:, rows], threads=threads)
    return Log(log.post, tuple(_spliced(block, rows, fresh) for block in log.blocks)), rows


def attracts(channels: Sequence[Channel]) -> bool:
    """Whether taking a post away draws attention to its copies."""
    return any(isinstance(channel, Copy) and channel.drawn_share > 0 for channel in channels)


def unnoticed(channels: Sequence[Channel]) -> list[Channel]:
    """The channels as if taking a post away drew nobody."""
    return [replace(each, drawn_share=0.0) if isinstance(each, Copy) else each for each in channels]


def touched(log: Log, bars: Bars) -> Rows:
    """Posts of which some event is barred: all others happen as they do."""
    found = []
    for block in log.blocks:
        here = bars.start[block.first : block.first + block.posts + 1]
        if here[0] < here[-1]:
            events = block.events
            at = losing(
                block.event_start, events.object, events.parent, events.time, events.channel, events.actor, events.key,
                events.learner, block.objects.kind, block.objects.flags,
                bars.between(block.first, block.first + block.posts),
            )  # fmt: skip
            found.append(block.first + np.flatnonzero(at))
    return np.concatenate(found) if found else np.empty(0, dtype=np.int64)


@compiled
def losing(
    event_start: Array, object_: Array, parent: Array, time: Array, channel: Array, actor: Array, key: Array,
    learner: Array, kind: Array, flags: Array, bars: Bars,
) -> Array:  # fmt: skip
    """Which posts of a block lose an event to a bar: what a blocked person does in their own reaches, what is seen of
    them while they are private, or what a reshare brings after it is taken back."""
    found = np.zeros(len(event_start) - 1, dtype=np.bool_)
    for p in range(len(found)):
        if bars.start[p] == bars.start[p + 1]:
            continue
        for row in range(event_start[p], event_start[p + 1]):
            if object_[row] < 0:
                continue
            thing, now = object_[row], time[row]
            public = kind[thing] == PUBLIC_REACH
            person = learner[row] < 2 and kind[thing] <= PUBLIC_REACH
            lost = person and barred(bars, p, actor[row], now, public)
            if public or (kind[thing] == COPY and is_link(flags[thing])):
                lost = lost or out_of_sight(bars, p, now)
            if channel[row] == FORWARD:
                lost = lost or taken_back(bars, p, key[row], time[parent[row]]) <= now
            if lost:
                found[p] = True
                break
    return found


def _spliced(block: Block, rows: Rows, fresh: Log) -> Block:
    """A block with its posts among `rows` taken from `fresh`, whose posts those are in this order."""
    own = block.first + np.arange(block.posts)
    parts = [(block, own, ~np.isin(own, rows))]
    for each in fresh.blocks:
        theirs = rows[each.first : each.first + each.posts]
        parts.append((each, theirs, (theirs >= own[0]) & (theirs <= own[-1])))
    if parts[0][2].all():
        return block
    event_post, object_post, late, events, objects = [], [], [], [], []
    for part, posts, kept in parts:
        of_event = np.repeat(np.arange(part.posts), np.diff(part.event_start))
        event_post.append(np.where(kept[of_event], posts[of_event] - block.first, block.posts))
        object_post.append(np.where(kept[part.objects.post], posts[part.objects.post] - block.first, block.posts))
        late.append(part.objects.kind >= COPY)
        events.append(part.told)
        objects.append(part.objects)
    row = _places(np.concatenate(event_post), block.posts)
    post, is_late = np.concatenate(object_post), np.concatenate(late)
    thing = _places(np.where(post < block.posts, post + block.posts * is_late, 2 * block.posts), 2 * block.posts)
    start = np.concatenate([[0], np.cumsum(np.bincount(np.concatenate(event_post), minlength=block.posts + 1))])
    told = _joined(events, row, {"object": (thing, objects), "parent": (row, events)})
    held = _joined(objects, thing, {"parent": (thing, objects), "maker": (row, events)})
    held["post"] = post[thing >= 0][np.argsort(thing[thing >= 0])].astype(np.int32)
    return Block(block.first, start[: block.posts + 1], Events(**told), Objects(**held))


def _places(group: Array, last: int) -> Array:
    """Where each row goes when rows are sorted by group, stably; -1: nowhere, those of group `last`."""
    place = np.empty(len(group), dtype=np.int32)
    place[np.argsort(group, kind="stable")] = np.arange(len(group))
    return np.where(group < last, place, np.int32(-1))


def _joined(
    parts: Sequence[Events] | Sequence[Objects],
    place: Array,
    links: dict[str, tuple[Array, Sequence[Events | Objects]]],
) -> dict[str, Array]:
    """Columns of all parts together, rows at their places; a link is a row number, of places and parts of its own."""
    columns = {}
    for field in fields(parts[0]):
        pieces = [getattr(part, field.name) for part in parts]
        if field.name in links:
            to, others = links[field.name]
            lengths = [len(fields_of(other)) for other in others]
            before = np.concatenate([[0], np.cumsum(lengths)[:-1]])
            pieces = [
                np.where(piece < 0, piece, to[offset + np.maximum(piece, 0)]).astype(piece.dtype)
                for piece, offset in zip(pieces, before.tolist(), strict=True)
            ]
        column = np.concatenate(pieces)
        columns[field.name] = np.empty_like(column[place >= 0])
        columns[field.name][place[place >= 0]] = column[place >= 0]
    return columns


def fields_of(part: Events | Objects) -> Array:
    """A column of a part, for its length."""
    return part.time if isinstance(part, Events) else part.id
