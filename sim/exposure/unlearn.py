"""Unlearning: a model that is made to forget an item can no longer be made to repeat it.

What a model has learnt so that it can be taken out again is an object of its own (`learnt`), made by the event that
says it can be extracted; the request to erase that its maker complies with closes it. Whether it can be extracted is
asked at the horizon. A student made of the model before keeps what it inherited: nobody unlearns that.
"""

import numpy as np
from numpy.typing import NDArray

from sim.core.log import Block, Log
from sim.exposure.doors import LEARNT, Doors, closings

Mask = NDArray[np.bool_]


def forget(doors: Doors, log: Log, alive: list[Mask], *, horizon_end: int) -> list[Mask]:
    """The masks of `apply` without extractions of what has been unlearnt by the horizon (s) under the same doors."""
    return [_left(block, mask, doors, horizon_end) for block, mask in zip(log.blocks, alive, strict=True)]


def _left(block: Block, mask: Mask, doors: Doors, horizon_end: int) -> Mask:
    o = block.objects
    rows = np.flatnonzero(o.kind == LEARNT)
    if len(rows) == 0:
        return mask
    close = closings(
        o.kind[rows], o.holder[rows], o.birth[rows], o.natural[rows], o.flags[rows], o.post[rows], block.first, doors
    )
    left = mask.copy()
    left[o.maker[rows[close <= horizon_end]]] = False
    return left
