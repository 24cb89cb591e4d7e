"""Turn by turn, in order of time, people pass a post on and others see it through them first."""

from typing import NamedTuple

import numpy as np

from sim.core.compiled import HALVES, Array, Integer, after, delay, fetch, inlined, lean, whole
from sim.core.heap import BRANCHES, pop, push
from sim.core.keyed import draw, toss
from sim.exposure.bars import Bars, barred, taken_back
from sim.exposure.columns import Posts, Rows, Ties
from sim.exposure.delivery import LINES, Desk, deliver, fetch_ties, in_time, parts_below, skip_to
from sim.exposure.quality import chance_at
from sim.exposure.reached import BROUGHT, FIRST, SHARE, WHO, Reached, holds, note, place_of, slot
from sim.exposure.shares import write_share

LONG = 512
"""In a queue so long, ties that are asked for at its end are gone again from what is near when their turn comes."""
COUNT, QUEUED, WRITTEN = range(3)
"""How many a post has reached, how many stand in the queue, how many rows are written."""


class Chances(NamedTuple):
    """Each post's own keys of reshares and of deliveries, the key of taking back; the chance of a reshare a view
    (`Fading`), interest in each post at first and second hand, the chance it begins with; delays, s (Reshare.tables),
    and quantiles that part those of deliveries (`PARTS`)."""

    reshare: Array
    delivery: Array
    unshare: np.uint64
    ages: Array
    chance: Array
    keen: Array
    second: Array
    ceiling: Array
    reaction: Array
    deliveries: Array
    early: Array
    ending: Array


@lean
def take_turns(
    p: Integer, posts: Posts, ties: Ties, bars: Bars, chances: Chances, last: Integer, newest: Integer, circle: Array,
    reached: Reached, queue: Array, rows: Rows, desk: Desk, state: Array,
) -> int:  # fmt: skip
    """Let all in the queue pass post p on, until `last` (s) or until room lacks: for how many ties; 0: it is done.

    Numbers in the queue are time << 32 | place. `newest`: when the last of all people joined, s.
    """
    count, queued, written = state
    known, free = reached.known, bars.start[p] == bars.start[p + 1]
    author, subject, post = posts.author[p], posts.subject[p], posts.id[p]
    while queued:
        who = known[np.uintp(queue[0] & 0xFFFFFFFF), WHO]
        low = ties.start[np.uintp(who)]
        crowd = ties.start[np.uintp(who) + np.uintp(1)] - low
        if (
            crowd + HALVES > len(desk.hit) or queued + crowd + BRANCHES > len(queue)
            or not holds(reached, count + crowd)
        ):  # fmt: skip
            state[COUNT], state[QUEUED], state[WRITTEN] = count, queued, written
            return whole(max(crowd, 1))
        turn = pop(queue, queued)
        queued -= 1
        time, place = turn >> 32, np.uintp(turn & 0xFFFFFFFF)
        if known[place, SHARE] or (not free and barred(bars, p, who, time, True)):
            continue
        if queued:
            fetch_next(ties, known, queue, queued)
        written = write_share(rows, written, known, place, time, circle)
        end = min(last, ending_of(chances, post, who, time))
        if not free:
            end = min(end, taken_back(bars, p, who, time))
        key = chances.delivery[np.uintp(p)]
        if ties.skip:
            hits = skip_to(key, who, ties, low, crowd, time + 1, chances.deliveries, end, desk)
        else:
            within = parts_below(chances.early, end - time)
            deliver(key, who, ties, low, crowd, within, desk)
            hits = in_time(crowd, ties, low, time + 1, chances.deliveries, end, desk)
        fetch_hits(reached, ties, desk, hits, bool(time < newest))
        fresh = 0
        for each in range(hits):
            target, seen = desk.whom[np.uintp(each)], desk.moment[np.uintp(each)]
            if seen < newest and seen < ties.joined[np.uintp(target)]:
                continue
            if target in (author, subject) or (not free and barred(bars, p, target, seen, True)):
                continue
            at = place_of(reached, count, target)
            if at == count:
                count += 1
            elif not earlier(known, rows, np.uintp(at), seen, time, who):
                continue
            note(reached, at, seen, place)
            desk.whom[np.uintp(fresh)], desk.moment[np.uintp(fresh)], desk.place[np.uintp(fresh)] = target, seen, at
            fresh += 1
        keen = chances.second[np.uintp(p)]
        queued = line_up(chances, p, posts.time[p], keen, last, ties, desk, fresh, queue, queued)
    state[COUNT], state[QUEUED], state[WRITTEN] = count, queued, written
    return 0


@inlined
def line_up(
    chances: Chances, p: Integer, posted: Integer, keen: Integer, last: Integer, ties: Ties, desk: Desk,
    fresh: Integer, queue: Array, queued: Integer,
) -> int:  # fmt: skip
    """Put those into the queue who pass on what they see first, out of the `fresh` on the desk; how many stand there.

    Nothing is drawn where all do, at any age and at once.
    """
    key, ceiling = chances.reshare[np.uintp(p)], chances.ceiling[np.uintp(p)]
    certain = ceiling >= 2**32 and len(chances.ages) == 0 and chances.reaction[0] == chances.reaction[-1]
    for each in range(0 if certain else fresh):
        i = np.uintp(each)
        desk.luck[i], desk.wait[i] = toss(key, desk.whom[i], 0)
    for each in range(fresh):
        i = np.uintp(each)
        shared = desk.moment[i] + chances.reaction[0]
        if not certain:
            coin = whole(desk.luck[i])
            if coin >= ceiling or coin >= chance_at(chances.ages, chances.chance, keen, desk.moment[i] - posted):
                continue
            shared = desk.moment[i] + after(chances.reaction, desk.wait[i])
        if shared < last:
            push(queue, queued, shared << 32 | desk.place[i])
            queued += 1
            if queued < LONG:
                fetch_ties(ties, ties.start[np.uintp(desk.whom[i])], LINES)
    return whole(queued)


@inlined
def fetch_next(ties: Ties, known: Array, queue: Array, queued: Integer) -> None:
    """Ask for the first ties of who is next in a queue of `queued`; in a long one, for where theirs lie who follow."""
    fetch_ties(ties, ties.start[np.uintp(known[np.uintp(queue[0] & 0xFFFFFFFF), WHO])], LINES)
    if queued > LONG:
        for place in range(1, 1 + BRANCHES):
            fetch(ties.start, np.uintp(known[np.uintp(queue[np.uintp(place)] & 0xFFFFFFFF), WHO]))


@inlined
def fetch_hits(reached: Reached, ties: Ties, desk: Desk, hits: Integer, young: bool) -> None:
    """Ask for what will be looked up of those a reshare reaches; while people join (`young`) when they did, too."""
    for each in range(hits):
        fetch(reached.slots, slot(reached, desk.whom[each]))
        fetch(ties.start, np.uintp(desk.whom[each]))
        if young:
            fetch(ties.joined, np.uintp(desk.whom[each]))


@inlined
def ending_of(chances: Chances, post: Integer, who: Integer, time: Integer) -> int:
    """When a person takes back what she passed on at a time (s)."""
    if chances.ending[0] == chances.ending[-1]:
        return time + chances.ending[0]
    return time + delay(chances.ending, draw(chances.unshare, post, who, 0)[0])


@inlined
def earlier(known: Array, rows: Rows, place: Integer, seen: Integer, since: Integer, by: Integer) -> bool:
    """Whether a delivery at `seen` comes before a person's first view: by time, then its reshare's, then by whom."""
    if known[place, FIRST] != seen:
        return bool(known[place, FIRST] > seen)
    if known[place, BROUGHT] < 0:
        return False
    other = np.uintp(known[place, BROUGHT])
    shared = whole(rows.time[np.uintp(known[other, SHARE])])
    return bool((since, whole(by)) < (shared, whole(known[other, WHO])))
