"""Tasks in compiled code: which held items are given out, who reads them when, and what readers keep."""

from typing import NamedTuple

import numpy as np

from sim.core.compiled import Array, Integer, compiled, delay, whole
from sim.core.keyed import draw, object_id
from sim.core.schema import NEVER
from sim.exposure.projects import AUDIT, GOLD, LABEL, REVIEW, REWORK
from sim.exposure.workforce import Staff, chosen


class Work(NamedTuple):
    """Projects, one row each; shares as thresholds of 32 bits. rounds[first[p]:first[p + 1]] are project p's."""

    key: Array
    takes: Array
    sample: Array
    labels: Array
    reviews: Array
    audit: Array
    ambiguous: Array
    gold: Array
    readers: Array
    first: Array
    rounds: Array


class Keys(NamedTuple):
    """Keys of the decisions about a task, in the order of DECISIONS."""

    time: np.uint64
    slot: np.uint64
    wrong: np.uint64
    gold: np.uint64
    audit: np.uint64
    keep: np.uint64
    kept: np.uint64


DECISIONS = ("task time", "task slot", "label wrong", "gold", "audit", "keeps", "kept id")


@compiled
def read(
    identity: Array,
    birth: Array,
    close: Array,
    kind: Array,
    horizon_end: Integer,
    work: Work,
    keys: Keys,
    queue: Array,
    staff: Staff,
    fit: Array,
    kept_share: Integer,
) -> tuple[Array, Array, Array, Array, Array, Array]:
    """Held item, parent (another reading; -1: the harvest), time, worker, key and kept id (0: none) of each reading."""
    rows = [(0, 0, 0, 0, 0, 0)]
    rows.clear()
    for i in range(len(identity)):
        last = min(close[i], horizon_end)
        for p in range(len(work.key)):
            if not work.takes[p, kind[i]]:
                continue
            coin, word = draw(work.key[p], identity[i], 0, 0)
            if whole(coin >> np.uint64(32)) >= work.sample[p]:
                continue
            task = whole(word >> np.uint64(2))
            for slot in slots(task, work, p, keys):
                parent, after = -1, birth[i]
                while slot >= 0:
                    waiting, place = draw(keys.time, task, slot, 0)
                    time = in_round(after + 1 + delay(queue, waiting), place, work, p)
                    if time >= last:
                        break
                    worker = chosen(keys.slot, task, slot, time, slot >= REVIEW, staff, fit, p)
                    if worker < 0:
                        break
                    kept = keeps(task, slot, worker, keys, kept_share) if time < staff.leaks[worker] < NEVER else 0
                    rows.append((i, parent, time, worker, p << 10 | slot, kept))
                    parent, after = len(rows) - 1, time
                    slot = done_again(task, slot, staff.error[worker], work.ambiguous[p], keys)
    n = len(rows)
    out = np.empty((6, n), np.int64)
    for r in range(n):
        out[0, r], out[1, r], out[2, r], out[3, r], out[4, r], out[5, r] = rows[r]
    return out[0], out[1], out[2], out[3], out[4], out[5]


@compiled
def slots(task: Integer, work: Work, p: Integer, keys: Keys) -> Array:
    """The slots of a task of project p: labels, readers of a test item, reviews, audit."""
    gold = whole(draw(keys.gold, task, 0, 0)[0] >> np.uint64(32)) < work.gold[p]
    audit = whole(draw(keys.audit, task, 0, 0)[0] >> np.uint64(32)) < work.audit[p]
    labels, readers, reviews = work.labels[p], work.readers[p] if gold else 0, work.reviews[p]
    asked = np.empty(labels + readers + reviews + (1 if audit else 0), np.int64)
    asked[:labels] = LABEL + np.arange(labels)
    asked[labels : labels + readers] = GOLD + np.arange(readers)
    asked[labels + readers : labels + readers + reviews] = REVIEW + np.arange(reviews)
    if audit:
        asked[-1] = AUDIT
    return asked


@compiled
def keeps(task: Integer, slot: Integer, worker: Integer, keys: Keys, kept_share: Integer) -> int:
    """The id of what a leaking worker keeps of a reading; 0: it is not of the tasks she keeps."""
    if whole(draw(keys.keep, task, worker, 0)[0] >> np.uint64(32)) >= kept_share:
        return 0
    return object_id(draw(keys.kept, task, slot, 0)[0])


@compiled
def done_again(task: Integer, slot: Integer, error: Integer, ambiguous: Integer, keys: Keys) -> int:
    """The slot in which a label judged wrong is done again; -1: there is none."""
    if slot >= REWORK:
        return -1
    wrong = ((error >> 2) * ((2**32 - ambiguous) >> 2) >> 28) + ambiguous // 2
    judged = whole(draw(keys.wrong, task, slot, 0)[0] >> np.uint64(32)) < wrong
    return REWORK + slot if judged else -1


@compiled
def in_round(time: Integer, place: np.uint64, work: Work, p: Integer) -> int:
    """`time` if a round of project p is on then, else a moment of its next round; NEVER if there is none."""
    for row in range(work.first[p], work.first[p + 1]):
        begin, end = work.rounds[row, 0], work.rounds[row, 1]
        if end > time:
            return whole(time if time >= begin else begin + whole(place >> np.uint64(32)) * (end - begin) // 2**32)
    return NEVER
