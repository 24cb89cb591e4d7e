"""A fingerprint of a log by what it says: equal however it was cut into blocks and whatever order its rows have.

Each event and object is hashed by its own values and the names of what it follows from, never by row numbers, and
a post's hashes are added up; so a plain twin of one post can be held against it.
"""

import numpy as np
from numpy.typing import NDArray

from sim.core.compiled import Array, compiled, whole
from sim.core.keyed import draw
from sim.core.log import Block, Log

EVENT, NAME, OBJECT, ORIGIN = (np.uint64(key) for key in (0xE1, 0xE2, 0xE3, 0xE4))


def digest(log: Log) -> str:
    """The sum of the hashes of all posts, 128 bits."""
    return total(*(post_hashes(block) for block in log.blocks))


def total(*hashes: NDArray[np.uint64]) -> str:
    """The sum of hashes of posts, 32 hexadecimal digits."""
    sums = np.zeros(2, dtype=np.uint64)
    for each in hashes:
        sums += each.sum(axis=0, dtype=np.uint64)
    return f"{sums[0]:016x}{sums[1]:016x}"


def post_hashes(block: Block) -> NDArray[np.uint64]:
    """Two words a post: the sums of the hashes of its events and objects. uint64[posts, 2]."""
    events, objects = block.events, block.objects
    names = event_names(events.object, events.channel, events.actor, events.key, objects.id)
    sums = np.zeros((block.posts, 2), dtype=np.uint64)
    add_events(block.event_start, names, events.parent, events.time, events.mark, events.learner, sums)
    add_objects(
        objects.id, objects.post, objects.kind, objects.parent, objects.holder, objects.birth, objects.natural,
        objects.flags, objects.maker, names, sums,
    )  # fmt: skip
    return sums


@compiled
def event_names(object_: Array, channel: Array, actor: Array, key: Array, object_id: Array) -> Array:
    """Each event's name as one word: of its object's id (-1: none), channel, actor and key."""
    names = np.empty(len(object_), dtype=np.uint64)
    for row in range(len(object_)):
        names[row] = object_id[object_[row]] if object_[row] >= 0 else -1
    for row in range(len(object_)):  # a loop of nothing but draws is made several at once
        names[row] = draw(NAME, names[row], actor[row], whole(key[row]) << 8 | channel[row])[0]
    return names


@compiled
def add_events(
    event_start: Array, names: Array, parent: Array, time: Array, mark: Array, learner: Array, sums: Array
) -> None:
    """Add each event's hash to its post's sums."""
    first, second = np.empty(len(names), dtype=np.uint64), np.empty(len(names), dtype=np.uint64)
    for row in range(len(names)):
        second[row] = names[parent[row]] if parent[row] >= 0 else np.uint64(0)
    for row in range(len(names)):
        key, said = EVENT ^ names[row], whole(mark[row]) << 8 | learner[row]
        first[row], second[row] = draw(key, time[row], said, second[row])
    for p in range(len(event_start) - 1):
        for row in range(event_start[p], event_start[p + 1]):
            sums[p, 0] += first[row]
            sums[p, 1] += second[row]


@compiled
def add_objects(
    identity: Array, post: Array, kind: Array, parent: Array, holder: Array, birth: Array, natural: Array, flags: Array,
    maker: Array, names: Array, sums: Array,
) -> None:  # fmt: skip
    """Add each object's hash to its post's sums."""
    first, second = np.empty(len(identity), dtype=np.uint64), np.empty(len(identity), dtype=np.uint64)
    for row in range(len(identity)):
        first[row] = identity[parent[row]] if parent[row] >= 0 else 0
        second[row] = names[maker[row]] if maker[row] >= 0 else np.uint64(0)
    for row in range(len(identity)):
        word = draw(ORIGIN, first[row], second[row], holder[row])[0]
        one, other = draw(OBJECT ^ word, identity[row], birth[row], natural[row])
        first[row], second[row] = draw(one ^ other, kind[row], flags[row], 0)
    for row in range(len(identity)):
        sums[post[row], 0] += first[row]
        sums[post[row], 1] += second[row]
