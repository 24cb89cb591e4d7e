"""Law 3: an outcome is a filter. Laying a plan over the log is re-simulating under it, event for event."""

from collections import Counter
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scenes import UNITS_S, aimed_doors, channels, happenings, held, retold, scene

from sim.core.log import Log
from sim.core.noise import Noise
from sim.core.schema import ACTIONS, OBJECTS
from sim.exposure.apply import apply
from sim.exposure.doors import Doors, close_doors, open_doors
from sim.exposure.propagate import propagate
from sim.exposure.scene import Scene

AIMED = 150
Record = Callable[[str, object], None]


def agree(made: Scene, unit_s: int, noise: Noise, log: Log, doors: Doors) -> tuple[Log, list[np.ndarray]]:
    """Assert that re-simulation, filter and twin under `doors` are equal in events and in objects."""
    chain = list(channels(unit_s).values())
    again, alive = propagate(made, chain, noise, doors=doors, threads=1), apply(doors, log, threads=1)
    told_events, told_objects = retold(made, chain, noise, doors)
    assert happenings(log, alive) == happenings(again) == told_events
    assert held(log, alive) == held(again) == told_objects
    return again, alive


@given(
    seed=st.integers(0, 2**32), unit_s=st.sampled_from(UNITS_S), people=st.integers(2, 9), owners=st.integers(1, 2),
    each=st.integers(0, 3), about=st.integers(0, 2), share=st.sampled_from([0.1, 0.35, 0.9]),
)  # fmt: skip
@settings(max_examples=240)
@example(seed=0, unit_s=3, people=2, owners=1, each=0, about=0, share=0.9)
def test_any_plan_over_any_world(
    seed: int, unit_s: int, people: int, owners: int, each: int, about: int, share: float
) -> None:
    made = scene(seed, unit_s=unit_s, people=people, owners=owners, each=each, about=about)
    log = propagate(made, list(channels(unit_s).values()), Noise(seed), threads=1)
    agree(made, unit_s, Noise(seed), log, aimed_doors(seed + 1, made, log, share=share, holders=3 * (seed % 2)))


def test_aimed_plans_change_every_kind_of_object(record_property: Record) -> None:
    """The test has teeth: plans must change nearly every world, and take events from every kind of object."""
    changed: Counter[str] = Counter()
    for seed in range(AIMED):
        unit_s = UNITS_S[seed % len(UNITS_S)]
        made = scene(10_000 + seed, unit_s=unit_s)
        log = propagate(made, list(channels(unit_s).values()), Noise(seed), threads=1)
        _, alive = agree(made, unit_s, Noise(seed), log, aimed_doors(seed, made, log, holders=3 * (seed % 2)))
        kinds = set()
        for block, mask in zip(log.blocks, alive, strict=True):
            lost = block.events.object[~mask]
            kinds |= {OBJECTS[kind] for kind in block.objects.kind[lost[lost >= 0]].tolist()}
            kinds |= {"count"} if (lost < 0).any() else set()
        changed.update(kinds | ({"any"} if kinds else set()))
    shares = {kind: changed[kind] / AIMED for kind in ("any", *OBJECTS, "count")}
    for kind, share in shares.items():
        record_property(f"share of plans that remove an event: {kind}", round(share, 3))
    assert shares["any"] >= 0.99
    assert min(shares.values()) >= 0.3, shares


@pytest.mark.parametrize("door", range(6))
def test_each_door_alone(door: int) -> None:
    removed = 0
    for seed in range(24):
        unit_s = UNITS_S[seed % len(UNITS_S)]
        made = scene(20_000 + seed, unit_s=unit_s)
        log = propagate(made, list(channels(unit_s).values()), Noise(seed), threads=1)
        doors = open_doors(len(made.post))
        doors[door] = aimed_doors(seed, made, log, share=1.0)[door]
        again, _ = agree(made, unit_s, Noise(seed), log, doors)
        removed += log.events > again.events
    assert removed >= 8, f"'{ACTIONS[door]}' alone changed {removed} of 24 worlds"


@pytest.mark.parametrize("seed", range(30))
def test_a_plan_of_actions(seed: int) -> None:
    """Plans as strategies write them: rows of owner, target, action and time, whole accounts among them."""
    unit_s = UNITS_S[seed % len(UNITS_S)]
    made, rng = scene(30_000 + seed, unit_s=unit_s), np.random.default_rng(seed)
    log = propagate(made, list(channels(unit_s).values()), Noise(seed), threads=1)
    times = np.concatenate([block.events.time for block in log.blocks])
    rows = []
    for name in ACTIONS:
        code, by_author = ACTIONS.index(name), name in ("delete", "limit", "object")
        for row in rng.choice(len(made.post), 2):
            owner = made.author[row] if by_author else made.subject[row]
            target = -1 if name == "delete_account" or rng.random() < 0.3 else made.post[row]
            rows.append((owner, target, code, rng.choice(times) + rng.integers(-1, 2)))
    again, _ = agree(made, unit_s, Noise(seed), log, close_doors(made, np.array(rows)))
    assert again.events < log.events


def test_what_a_request_reaches_and_what_an_objection_binds() -> None:
    """Doors as the law states them, read off the objects of logs: who closes at which action and who does not."""
    flagged: dict[str, Counter[tuple[str, int]]] = {name: Counter() for name in ACTIONS[:6]}
    for seed in range(24):
        unit_s = UNITS_S[seed % len(UNITS_S)]
        made = scene(40_000 + seed, unit_s=unit_s)
        log = propagate(made, list(channels(unit_s).values()), Noise(seed), threads=1, posts_a_block=4096)
        (block,) = log.blocks
        for door, name in enumerate(ACTIONS[:6]):
            doors = open_doors(len(made.post))
            doors[door] = made.horizon_end // 2
            (alive,) = apply(doors, log)
            events, objects = block.events, block.objects
            first = np.flatnonzero(~alive & (events.object >= 0))
            # Removed although its parent happens: its own object closed.
            own = first[(events.parent[first] < 0) | alive[np.maximum(events.parent[first], 0)]]
            for row in events.object[own].tolist():
                flagged[name][OBJECTS[objects.kind[row]], int(objects.flags[row])] += 1
                if name in ("takedown", "erase"):
                    assert objects.birth[row] < doors[door, 0], "a request reached what did not exist yet"
    closes = {name: {kind for kind, _ in found} for name, found in flagged.items()}
    held_kinds = {"held_for_review", "held_for_training"}
    assert closes == {
        "delete": {"friends_reach", "public_reach", "tag_reach"} | held_kinds,
        "limit": {"public_reach"},
        "untag": {"tag_reach"},
        "takedown": {"copy"},
        "erase": held_kinds,
        "object": {"held_for_training"},
    }
    assert all(flags & 1 for kind, flags in flagged["delete"] if kind in held_kinds), "dropped what its holder keeps"
    assert all(flags & 2 for _, flags in flagged["object"]), "an objection bound a third party"
