"""Law 4: deleting never adds exposure; a further or an earlier action never gives more; plans compose."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scenes import UNITS_S, aimed_doors, channels, happenings, held, scene

from sim.core.log import Log
from sim.core.noise import Noise
from sim.core.schema import ACTIONS, NEVER
from sim.exposure.apply import apply
from sim.exposure.doors import Doors, close_doors, open_doors
from sim.exposure.propagate import propagate
from sim.exposure.scene import Scene

DOORS = {name: number for number, name in enumerate(ACTIONS[:6])}
STANDING = [DOORS[name] for name in ("delete", "limit", "untag", "object")]
"""Doors that stay shut for what comes later. A request (takedown, erase) reaches only what exists at its time."""

worlds = st.tuples(st.integers(0, 2**32), st.sampled_from(UNITS_S))


def simulated(world: tuple[int, int], doors: Doors | None = None) -> tuple[Scene, Log]:
    seed, unit_s = world
    made = scene(seed, unit_s=unit_s, owners=2)
    return made, propagate(made, list(channels(unit_s).values()), Noise(seed), doors=doors, threads=1)


@given(worlds)
@settings(max_examples=60)
def test_events_and_objects_under_a_plan_are_a_subset(world: tuple[int, int]) -> None:
    made, log = simulated(world)
    _, again = simulated(world, aimed_doors(world[0], made, log))
    assert happenings(again) <= happenings(log)
    assert held(again) <= held(log)


@given(worlds, st.integers(0, 2**32))
@settings(max_examples=60)
def test_more_actions_never_give_more_events(world: tuple[int, int], luck: int) -> None:
    made, log = simulated(world)
    more = aimed_doors(luck, made, log, share=0.7)
    less = np.where(np.random.default_rng(luck).random(more.shape) < 0.5, more, NEVER)
    few, many = (happenings(log, apply(doors, log)) for doors in (more, less))
    assert few <= many


@given(worlds, st.integers(0, 2**32))
@settings(max_examples=60)
def test_more_rows_of_a_plan_never_give_more_events(world: tuple[int, int], luck: int) -> None:
    """Two actions on one post, on her account or both: the earlier of each door holds, in whatever order they stand."""
    made, log = simulated(world)
    rng = np.random.default_rng(luck)
    times = np.concatenate([block.events.time for block in log.blocks])
    if len(times) == 0:
        return
    rows = []
    for row in rng.choice(len(made.post), 6):
        action = ACTIONS[rng.choice([*STANDING, ACTIONS.index("delete_account")])]
        owner = made.subject[row] if action == "untag" else made.author[row]
        whole = action == "delete_account" or rng.random() < 0.3
        rows.append((owner, -1 if whole else made.post[row], ACTIONS.index(action), rng.choice(times)))
    plan = np.array(rows)
    both = happenings(log, apply(close_doors(made, plan), log))
    assert both == happenings(log, apply(close_doors(made, plan[::-1]), log))
    assert both <= happenings(log, apply(close_doors(made, plan[:3]), log))
    assert both <= happenings(log, apply(close_doors(made, plan[3:]), log))


@given(worlds, st.integers(0, 2**32))
@settings(max_examples=60)
def test_earlier_actions_never_give_more_events(world: tuple[int, int], luck: int) -> None:
    made, log = simulated(world)
    late = open_doors(len(made.post))
    late[STANDING] = aimed_doors(luck, made, log, share=0.7)[STANDING]
    early = np.where(late < NEVER, late - np.random.default_rng(luck).integers(0, 20 * world[1], late.shape), late)
    assert happenings(log, apply(early, log)) <= happenings(log, apply(late, log))


@given(worlds, st.integers(0, 2**32))
@settings(max_examples=60)
def test_plans_compose(world: tuple[int, int], luck: int) -> None:
    """One plan laid over the log re-simulated under another is both at once: replanning is exact."""
    made, log = simulated(world)
    first, second = (aimed_doors(luck + turn, made, log) for turn in range(2))
    shared = [door for door in range(6) if door not in STANDING]
    second[shared] = np.where(first[shared] < NEVER, NEVER, second[shared])  # two requests are not one of them
    both = np.minimum(first, second)
    _, after_first = simulated(world, first)
    at_once = happenings(log, apply(both, log))
    assert happenings(after_first, apply(both, after_first)) == at_once
    masks = [one & two for one, two in zip(apply(first, log), apply(second, log), strict=True)]
    assert at_once <= happenings(log, masks)


@pytest.mark.parametrize("seed", range(12))
def test_doors_all_shut_from_the_start_leave_nothing_of_hers(seed: int) -> None:
    world = (seed, UNITS_S[seed % len(UNITS_S)])
    made, log = simulated(world)
    doors = open_doors(len(made.post))
    doors[DOORS["delete"]] = 0
    assert happenings(log, apply(doors, log)) == set()
    assert happenings(log, apply(open_doors(len(made.post)), log)) == happenings(log)
