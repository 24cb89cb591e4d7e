"""The compiled half of `channels/scrape.py`: what harvesters take of a block, and what they hold it for."""

from typing import NamedTuple

import numpy as np

from sim.core.codes import PUBLIC
from sim.core.compiled import Array, Integer, compiled, lean, whole
from sim.core.keyed import draw, draw_down, object_id
from sim.core.schema import CHANNELS, LEARNERS, OBJECTS
from sim.exposure.bars import Bars, out_of_sight
from sim.exposure.columns import Posts, Rows, Things
from sim.exposure.doors import HONOURS_DELETION, PUBLIC_REACH, closing, is_link
from sim.exposure.visits import Met

SCRAPE, SCRAPERS = CHANNELS.index("scrape"), LEARNERS.index("scrapers")
REVIEW, TRAINING, SALE = (OBJECTS.index(name) for name in ("held_for_review", "held_for_training", "held_for_sale"))
USES = (REVIEW, TRAINING, SALE)


class Terms(NamedTuple):
    """By crawler: keys of what it holds and of authors' consent; whether it takes a kind of post; chances (times 2^32)
    that it puts a thing to each of USES, has an author's consent, and drops what is deleted; the flags of what it
    holds, and for how long, s."""

    hold_key: Array
    consent_key: Array
    takes: Array
    shares: Array
    consents: Array
    honours: Array
    flags: Array
    retention_s: Array


class Stand(NamedTuple):
    """Things that stand where crawlers come, those of post p row[start[p]:start[p + 1]] of the block's objects, and
    their ids; when crawler c takes thing i, when[c, i] (s, below 0: never), and on the walk that began at whom."""

    start: Array
    row: Array
    id: Array
    when: Array
    walk: Array


@compiled
def shown_to_crawlers(posts: Posts, things: Things, start: Array, copies: Array) -> tuple[Array, Array, Met]:
    """What stands where crawlers come, post by post: the public reaches, and of `copies`, sorted by post, those of post
    p from start[p] to start[p + 1]. Where each post's begin, which objects they are, and where they are met."""
    begun, row = np.empty(len(start), dtype=np.int64), np.empty(len(posts.id) + len(copies), dtype=np.int64)
    at, count = np.empty(len(row), dtype=np.int64), 0
    for p in range(len(posts.id)):
        begun[p] = count
        if posts.audience[p] == PUBLIC:
            row[count], at[count] = 3 * p + PUBLIC_REACH, posts.author[p]
            count += 1
        for copy in copies[start[p] : start[p + 1]]:
            row[count], at[count] = copy, things.holder[copy]
            count += 1
    begun[-1] = count
    row = row[:count]
    return begun, row, Met(things.id[row], at[:count], things.birth[row])


@lean
def harvest(
    posts: Posts, kinds: Array, stand: Stand, terms: Terms, luck: Array, bars: Bars, doors: Array,
    horizon_end: Integer, known: Integer, start: Array, rows: Rows, things: Things,
) -> int:  # fmt: skip
    """All that is taken, into `rows`, those of each post from `start` on, and what is held, into `things`, after those
    `known`: how many objects there are then. `luck`: room for two words a crawler, use and thing."""
    m = whole(known)
    for crawler in range(len(terms.hold_key)):
        for use in range(len(USES)):
            if terms.shares[crawler, use]:
                words = luck[crawler, use]
                draw_down(terms.hold_key[crawler], stand.id, USES[use], 0, words[0], words[1])
    for p in range(len(posts.id)):
        n = start[p]
        for crawler in range(len(terms.hold_key) if stand.start[p] < stand.start[p + 1] else 0):
            if not terms.takes[crawler, kinds[p]]:
                continue
            for at in range(stand.start[p], stand.start[p + 1]):
                met, time = np.uintp(stand.row[at]), stand.when[crawler, at]
                if time < 0 or time >= things.close[met] or time >= horizon_end:
                    continue
                reach = things.kind[met] == PUBLIC_REACH
                if (reach or is_link(things.flags[met])) and out_of_sight(bars, p, time):
                    continue
                row = np.uintp(n)
                rows.object[row], rows.parent[row], rows.time[row] = met, things.maker[met], time
                rows.channel[row], rows.actor[row], rows.key[row] = SCRAPE, crawler, stand.walk[crawler, at]
                rows.mark[row], rows.learner[row] = 0, SCRAPERS
                words = luck[crawler, :, :, at]
                m = hold(p, posts.author[p], met, crawler, time, reach, terms, words, doors, n, m, things)
                n += 1
        start[p + 1] = n
    return m


@lean
def hold(
    p: Integer, author: Integer, met: np.uintp, crawler: Integer, time: Integer, reach: bool, terms: Terms,
    words: Array, doors: Array, n: Integer, m: Integer, things: Things,
) -> int:  # fmt: skip
    """Write what a crawler holds of a thing it took by event n, an object a use: how many objects there are then."""
    for use in range(len(USES)):
        share = terms.shares[crawler, use]
        if share == 0:
            continue
        name, luck = words[use, 0], words[use, 1]
        coin, other = whole(luck >> np.uint64(32)), whole(luck & np.uint64(0xFFFFFFFF))
        if coin >= share or (USES[use] == TRAINING and not consents(terms, crawler, author)):
            continue
        flags = terms.flags[crawler] + (HONOURS_DELETION if reach and other < terms.honours[crawler] else 0)
        at, natural = np.uintp(m), time + terms.retention_s[crawler]
        things.id[at], things.post[at], things.kind[at] = object_id(name), p, USES[use]
        things.parent[at], things.maker[at], things.holder[at] = met, n, crawler
        things.birth[at], things.natural[at], things.flags[at] = time, natural, flags
        things.close[at] = closing(USES[use], crawler, time, natural, flags, p, doors)
        m += 1
    return whole(m)


@lean
def consents(terms: Terms, crawler: Integer, author: Integer) -> bool:
    """Whether a crawler may train on what an author posts; nothing is drawn where it may with all."""
    if terms.consents[crawler] >= 2**32:
        return True
    return bool(whole(draw(terms.consent_key[crawler], author, 0, 0)[0] >> np.uint64(32)) < terms.consents[crawler])
