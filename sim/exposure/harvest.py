"""The compiled half of `channels/scrape.py`: what harvesters take of a block, and what they hold it for."""

from typing import NamedTuple

import numpy as np

from sim.core.compiled import Array, Integer, lean, whole
from sim.core.keyed import draw
from sim.core.schema import CHANNELS, LEARNERS, OBJECTS
from sim.exposure.bars import Bars, out_of_sight
from sim.exposure.columns import Posts, Rows, Things
from sim.exposure.doors import HONOURS_DELETION, PUBLIC_REACH, closing, is_link

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
    """Things that stand where crawlers come, those of post p row[start[p]:start[p + 1]] of the block's objects; when
    crawler c takes thing i, when[c, i] (s, below 0: never), and on the walk that began at whom."""

    start: Array
    row: Array
    when: Array
    walk: Array


@lean
def harvest(
    posts: Posts, kinds: Array, stand: Stand, terms: Terms, bars: Bars, doors: Array, horizon_end: Integer,
    known: Integer, start: Array, rows: Rows, things: Things,
) -> int:  # fmt: skip
    """All that is taken, into `rows`, those of each post from `start` on, and what is held, into `things`, after those
    `known`: how many objects there are then."""
    m = whole(known)
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
                m = hold(p, posts.author[p], met, crawler, time, reach, terms, doors, n, m, things)
                n += 1
        start[p + 1] = n
    return m


@lean
def hold(
    p: Integer, author: Integer, met: np.uintp, crawler: Integer, time: Integer, reach: bool, terms: Terms,
    doors: Array, n: Integer, m: Integer, things: Things,
) -> int:  # fmt: skip
    """Write what a crawler holds of a thing it took by event n, an object a use: how many objects there are then."""
    for use in range(len(USES)):
        share = terms.shares[crawler, use]
        if share == 0:
            continue
        name, luck = draw(terms.hold_key[crawler], things.id[met], USES[use], 0)
        coin, other = whole(luck >> np.uint64(32)), whole(luck & np.uint64(0xFFFFFFFF))
        if coin >= share or (USES[use] == TRAINING and not consents(terms, crawler, author)):
            continue
        flags = terms.flags[crawler] + (HONOURS_DELETION if reach and other < terms.honours[crawler] else 0)
        at, natural = np.uintp(m), time + terms.retention_s[crawler]
        things.id[at], things.post[at], things.kind[at] = name >> np.uint64(2) | np.uint64(1 << 62), p, USES[use]
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
