"""Which views are copied: a coin a view, of the key of the thing seen."""

import numpy as np

from sim.core.compiled import Array, Integer, compiled, inlined, lean, lowest, whole, wider
from sim.core.keyed import toss
from sim.core.log import SHOWS
from sim.core.schema import CHANNELS
from sim.exposure.columns import Rows

SHOWN = sum(1 << CHANNELS.index(name) for name in SHOWS)
BATCH = 1024
"""Views whose coins are drawn together, whole words of 64."""


@inlined
def way(channel: Integer, key: Integer) -> np.uint32:
    """The turn of a view among one person's views of one thing; keys are below 2^29."""
    return np.uint32(np.uint32(key) << np.uint32(3)) | np.uint32(channel)


@compiled
def struck_views(rows: Rows, keys: Array, threshold: Integer) -> Array:
    """Which of `rows` are views whose coin falls below the threshold; `keys`: each object's own."""
    struck, count = np.empty(64, dtype=np.int32), 0
    own, coin = np.empty(BATCH, dtype=np.uint64), np.empty(BATCH, dtype=np.uint32)
    halves = own.view(np.uint32)
    for low in range(0, len(rows.actor), BATCH):
        here = slice(low, min(low + BATCH, len(rows.actor)))
        if count + BATCH >= len(struck):
            struck = wider(struck, 2 * (count + BATCH))
        count = strike(
            rows.object[here], rows.channel[here], rows.actor[here], rows.key[here], keys, threshold, own, halves,
            coin, low, struck, count,
        )  # fmt: skip
    return struck[:count]


@lean
def strike(
    met: Array, channel: Array, actor: Array, key: Array, keys: Array, threshold: Integer, own: Array, halves: Array,
    coin: Array, low: Integer, struck: Array, count: Integer,
) -> int:  # fmt: skip
    """Append those of a batch from row `low` on; how many there are."""
    for row in range(len(actor)):
        own[row] = keys[np.uintp(met[row])]
    for row in range(len(actor)):  # of nothing but half words: as many at once as a register holds
        low_half, high_half = halves[np.uintp(2 * row)], halves[np.uintp(2 * row + 1)]
        word = np.uint64(low_half) | np.uint64(high_half) << np.uint64(32)
        coin[row] = toss(word, actor[row], way(channel[row], key[row]))[0]
    for first in range(0, len(actor), 64):
        left = np.uint64(0)
        for i in range(64):
            left |= np.uint64(coin[np.uintp(first + i)] < threshold) << np.uint64(i)
        while left:
            row = first + lowest(left)
            left &= left - np.uint64(1)
            struck[np.uintp(count)] = low + row
            count += row < len(actor) and is_view(channel[np.uintp(row)])
    return whole(count)


@lean
def is_view(channel: Integer) -> bool:
    """Whether an event shows its actor the post: who passes on, takes, reads or trains is no viewer."""
    return bool(SHOWN >> channel & 1)
