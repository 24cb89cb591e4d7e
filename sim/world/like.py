"""Grow twins of a graph: its own list of degrees, laid out in communities and woven as Ties are."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.core.noise import Noise
from sim.core.quantile import delay
from sim.world.number import Friends, friends
from sim.world.weave import Layout, Line, Weave, normal, weave

Ints = NDArray[np.int64]
STEPS = 4096
"""Steps of the line on which communities lie next to each other: people are matched by degree within 64 of them."""


@dataclass(frozen=True)
class Twin:
    """What makes a twin. degrees: ties of each person, ascending. laws: how they are woven.

    communities: how many a twin's people are cut into, in equal parts (a broken number: the last is smaller).
    cell_people: people of a cell of a community, in which the smaller blocks lie. corridor: how far along the line
    of communities the `nation_share` of ties reaches, as a share of all.
    """

    degrees: Ints
    laws: Weave
    communities: float
    cell_people: float
    corridor: float


def grow(twin: Twin, noise: Noise) -> Friends:
    """Ties of a fresh twin, different for each noise; person ids are in keyed, so meaningless, order."""
    size = len(twin.degrees)
    person = np.argsort(noise.words("twin seat", np.arange(size))[0], kind="stable")
    ladder = np.argsort(noise.words("twin degree", person)[0], kind="stable")
    wanted, rank = np.empty(size, dtype=np.int64), np.empty(size, dtype=np.int64)
    wanted[ladder] = twin.degrees
    middle = ((2 * np.arange(size, dtype=np.uint64) + np.uint64(1)) * np.uint64(2**63 // max(1, size))).astype(
        np.uint64
    )
    rank[ladder] = delay(normal(), middle)
    town = _cut(np.array([0, size]), size / max(1.0, twin.communities))
    everyone = np.zeros(size, dtype=np.int64)
    place = np.arange(size) * STEPS // max(1, size)
    layout = Layout(
        person=person,
        kin_order=everyone[:0],
        kin=np.zeros(1, dtype=np.int64),
        cohort=_cut(town, twin.cell_people),
        town=town,
        country=np.array([0, size]),
        work=everyone,
        in_town=Line(everyone, 0),
        in_nation=Line(place, round(twin.corridor * STEPS)),
        in_world=Line(everyone, 0),
        few=1,
    )
    return friends(weave(twin.laws, layout, noise, wanted=wanted, rank=rank))


def _cut(start: Ints, people: float) -> Ints:
    """Ranges cut into parts of `people`, from their beginning; the last of each takes what is left."""
    parts = [
        low + np.round(np.arange(max(1.0, np.ceil((high - low) / people - 1e-9))) * people).astype(np.int64)
        for low, high in zip(start[:-1].tolist(), start[1:].tolist(), strict=True)
    ]
    return np.append(np.concatenate(parts), start[-1])
