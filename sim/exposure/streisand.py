"""A deletion that draws attention: which copies stand when their original is taken away, and are looked at once more.

That adds events, so it is no cut-off: laws 3 and 4 do not hold for such a post, and it is simulated anew (`anew.py`).
"""

import numpy as np
from numpy.typing import NDArray

from sim.core.codes import PUBLIC
from sim.core.compiled import Array
from sim.core.log import Log
from sim.core.schema import NEVER
from sim.exposure.doors import COPY, DELETE, LIMIT, Doors, close_all
from sim.exposure.scene import Scene


def taken_away(scene: Scene, doors: Doors) -> Array:
    """When a plan takes each post from people who could see it, s: deleted, or limited while it is public.

    NEVER: it does not, or the post has gone by itself.
    """
    limited = np.where(scene.audience == PUBLIC, doors[LIMIT], NEVER)
    away = np.minimum(doors[DELETE], limited)
    return np.where(away < scene.natural, away, NEVER)


def drawing(scene: Scene, log: Log, doors: Doors) -> NDArray[np.int64]:
    """Posts that leave a copy standing when they are taken away before the horizon."""
    away, found = taken_away(scene, doors), []
    for block in log.blocks:
        things = block.objects
        moment = away[block.first + things.post]
        stands = (things.birth < moment) & (moment < close_all(things, block.first, doors))
        stands &= (things.kind == COPY) & (moment < scene.horizon_end)
        found.append(block.first + np.unique(things.post[stands]).astype(np.int64))
    return np.concatenate(found) if found else np.empty(0, dtype=np.int64)
