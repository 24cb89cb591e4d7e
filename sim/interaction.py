"""Everyone deletes: how many eyes a deletion moves to other people's posts, by re-simulation of limited attention."""

import numpy as np
from numpy.typing import NDArray

from sim.core.log import Log
from sim.core.parameters import settle
from sim.core.schema import ACTIONS, DAY_S
from sim.experiment import simulate
from sim.exposure.apply import apply
from sim.exposure.attention import READS, VIEWS, attend
from sim.exposure.doors import close_doors
from sim.measure.displacement import Displacement
from sim.measure.tally import Masks
from sim.worlds import Config, make_world, ranges_of, world_noise


def displace(config: Config) -> list[Displacement]:
    """Of each seed, what leavers' posts lose and stayers' gain when a share of the owners deletes its accounts.

    They leave `leave_days` before the world's decision, and attention is given out anew, with and without them.
    """
    made = make_world(config, 0)
    noise, found = world_noise(config, 0), []
    for seed in range(config["seeds"]):
        luck = noise.branch(f"luck {seed}")
        limits = settle(config["interaction"], ranges_of(config, luck), "interaction")
        scene, log = simulate(made, config, luck)
        since = made.decision - limits["leave_days"] * DAY_S
        leaves = made.owners[noise.uniform("leaves", made.owners) < limits["leavers_share"]]
        leaver = np.isin(scene.subject, leaves) | np.isin(scene.author, leaves)
        everyone = np.ones(len(leaver), dtype=np.bool_)
        everything = ACTIONS.index("delete_account")
        doors = close_doors(scene, [(int(owner), -1, everything, since) for owner in leaves])
        offered = apply(doors, log)
        wanted = _count(log, None, READS, since, everyone)
        days = (scene.horizon_end - since) / DAY_S
        capacity = {
            "views_per_day": round(limits["views_per_day"]),
            "readings_per_day": max(1, round(limits["annotation_share"] * wanted / days)),
        }
        before, after = attend(log, None, **capacity), attend(log, offered, **capacity)
        for what, among in (("views", VIEWS), ("readings", READS)):
            found.append(
                Displacement(
                    what=what,
                    offered=_count(log, None, among, since, everyone),
                    happened=_count(log, before, among, since, everyone),
                    lost=_count(log, before, among, since, leaver) - _count(log, after, among, since, leaver),
                    moved=_count(log, after, among, since, ~leaver) - _count(log, before, among, since, ~leaver),
                    unlimited_moved=_count(log, offered, among, since, ~leaver)
                    - _count(log, None, among, since, ~leaver),
                    stayers=_count(log, before, among, since, ~leaver),
                )
            )
    return found


def _count(log: Log, alive: Masks | None, among: NDArray[np.bool_], since: int, posts: NDArray[np.bool_]) -> int:
    """Events of some channels, from `since` (s) on, on some posts, among those that happen."""
    total = 0
    for number, block in enumerate(log.blocks):
        post = np.repeat(np.arange(block.posts), np.diff(block.event_start)) + block.first
        wanted = among[block.events.channel] & (block.events.time >= since) & posts[post]
        total += int((wanted if alive is None else wanted & alive[number]).sum())
    return total
