"""The adversary: what is still inferred of each owner under a plan, from what is left, what was taken, and friends.

She collected ties and profiles before the clean-up, so no plan changes what friends tell. A post shows its classes to
her if it is public and stands at the horizon, if somebody's public copy of it does, or if an outside harvester took it;
what the platform itself keeps she does not see. What nothing shows she guesses: the commonest among friends who tell
theirs (with `rounds` above one what label propagation finds likeliest), else the commonest of all.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.core.log import Log
from sim.core.noise import Noise
from sim.core.schema import CLASSES
from sim.exposure.channels.scrape import Scrape
from sim.exposure.doors import COPY, Doors, close_all, standing
from sim.exposure.propagate import Channel
from sim.exposure.scene import Scene
from sim.measure.adversary import NO_GUESS, only, propagate_labels
from sim.measure.tally import Masks, happened
from sim.world.cells import codes
from sim.world.world import World

Bools = NDArray[np.bool_]
TRAITS = {"town": ("city", "place"), "employer": ("employer", "employer")}
"""What she is after: the column of `people` that is right, and the class that shows it."""


@dataclass(frozen=True)
class Onlooker:
    """What no plan changes: of owners bool[owners] by trait, of posts bool[posts] by trait; `owner` as in a ledger.

    guessed: whether the guess from friends, or of the commonest, is right; commonest: whether that of the commonest is.
    alone: nobody in a real town shares her gender and date of birth, which her profile tells (the world's towns are too
    small to count in). elsewhere: her handle leads to accounts on other platforms.
    """

    owner: NDArray[np.int64]
    shows: Mapping[str, Bools]
    guessed: Mapping[str, Bools]
    commonest: Mapping[str, Bools]
    alone: Bools
    elsewhere: Bools


def look(world: World, owner: NDArray[np.int64], noise: Noise, adversary: Mapping[str, float]) -> Onlooker:
    """What she knows of the owners before any plan; `owner` gives each post's owner by number, -1: none."""
    people = world.people.slice(0, world.size)
    person = np.arange(world.size)
    hides = noise.uniform("hides friends", person) < adversary["hides_friends_share"]
    tells = noise.uniform("tells", person) < adversary["tells_share"]
    start, friend = world.audience.start[: world.size + 1], world.audience.viewer
    host = np.repeat(person, np.diff(start))
    known = only(start, friend, ~(hides[host] & hides[friend]))
    sensitive = world.posts["sensitive"].to_numpy()
    shows, guessed, commonest = {}, {}, {}
    for trait, (column, shown) in TRAITS.items():
        value = codes(people[column]) + 1  # 0: none
        truth, usual = value[world.owners], int(np.bincount(value).argmax())
        voted = propagate_labels(*known, value, tells, world.owners, rounds=int(adversary["rounds"]))
        shows[trait] = sensitive & (1 << CLASSES.index(shown)) != 0
        guessed[trait] = np.where(voted == NO_GUESS, usual, voted) == truth
        commonest[trait] = truth == usual
    alone = noise.uniform("alone", world.owners) < adversary["unique_share"]
    elsewhere = noise.uniform("elsewhere", world.owners) < adversary["linked_share"]
    return Onlooker(owner, shows, guessed, commonest, alone, elsewhere)


def seen(channels: Sequence[Channel], scene: Scene, noise: Noise, log: Log, alive: Masks, doors: Doors) -> Bools:
    """Posts that show their subject to her under a plan, bool[posts]; of harvesters she buys, but of the platform's own
    she does not."""
    shown = standing(scene, doors)
    for scrape in (channel for channel in channels if isinstance(channel, Scrape)):
        outside = [number for number, each in enumerate(scrape.crawlers.values()) if not each.first_party]
        shown |= happened(log, alive, "scrape", actors=outside) > 0
        shown |= copied(scene, scrape, noise, log, alive, doors)
    return shown


def copied(scene: Scene, scrape: Scrape, noise: Noise, log: Log, alive: Masks, doors: Doors) -> Bools:
    """Posts hers, or that tag her, of which a copy stands at the horizon where everybody sees it, bool[posts]."""
    shown = np.zeros(len(scene.post), dtype=np.bool_)
    for block, mask in zip(log.blocks, alive, strict=True):
        o = block.objects
        stands = (o.kind == COPY) & (close_all(o, block.first, doors) > scene.horizon_end)
        rows = np.flatnonzero(stands & scrape.public(o.id, noise))
        shown[block.first + o.post[rows[mask[o.maker[rows]]]]] = True
    return shown & ((scene.author == scene.subject) | scene.tagged)


def infer(onlooker: Onlooker, seen: Bools) -> dict[str, Bools]:
    """What she has right of each owner, by measure, if she has `seen` these posts (bool[posts])."""
    known = {trait: _any(onlooker, seen & shows) | onlooker.guessed[trait] for trait, shows in onlooker.shows.items()}
    return {
        "town_inferred": known["town"],
        "employer_inferred": known["employer"],
        "reidentified": known["town"] & onlooker.alone,
        "linked_elsewhere": _any(onlooker, seen) & onlooker.elsewhere,
        "town_from_friends": onlooker.guessed["town"],
        "employer_from_friends": onlooker.guessed["employer"],
        "town_commonest": onlooker.commonest["town"],
        "employer_commonest": onlooker.commonest["employer"],
    }


def _any(onlooker: Onlooker, posts: Bools) -> Bools:
    """Of which owners some post is among these."""
    hers = onlooker.owner[posts & (onlooker.owner >= 0)]
    return np.bincount(hers, minlength=len(onlooker.alone)) > 0
