"""A world of a configuration: people, ties, and the posts of those who are followed.

populate -> befriend -> see -> leave -> publish -> accumulate -> mention -> reply -> World
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from sim.core.build import build, group
from sim.core.clock import seconds
from sim.core.noise import Noise
from sim.core.parameters import settle
from sim.platforms.exports.item import Archive, to_posts
from sim.world.audience import see
from sim.world.belongings import accumulate
from sim.world.bonds import ties_of
from sim.world.deletion import leave
from sim.world.mentions import mention
from sim.world.posts import publish
from sim.world.replies import reply
from sim.world.tags import tag
from sim.world.ties import join
from sim.world.world import Society, World, choose, inhabit

Config = Mapping[str, Any]
OWNERS = 1 << 10
"""Owners whose posts are made at a time, since what is needed on the way takes memory; no row depends on it."""


def world_noise(config: Config, number: int) -> Noise:
    """The noise of world `number` of the configuration."""
    return Noise(config["world"]["seed"]).branch(f"world {number}")


def ranges_of(config: Config, noise: Noise) -> Noise | None:
    """What draws the parameters that are known to a range alone; None: each stands at its centre."""
    return noise.branch("parameters") if config["params"] == "ranges" else None


def world_laws(config: Config, number: int) -> dict[str, Any]:
    """What world `number` is made by. A graph that does not say its mean number of friends has the world's.

    Repeated worlds draw what is only known to a range; a single world stands at the centre.
    """
    ranges = ranges_of(config, world_noise(config, number)) if config["worlds"] > 1 else None
    for name, part in (("world", "people"), ("graph", "ties")):
        group(config[name][part], f"{name}.{part}")
    laws = {name: build(settle(config[name], ranges, name), name) for name in ("world", "graph", "posts", "belongings")}
    if laws["graph"]["ties"].mean_friends is None:
        ties = replace(laws["graph"]["ties"], mean_friends=laws["world"]["mean_friends"])
        laws["graph"] = laws["graph"] | {"ties": ties}
    return laws


def settled(config: Config, number: int, archive: Archive | None = None) -> Society:
    """The people of world `number` and their ties; the owner of an archive has joined as a newcomer."""
    noise, laws = world_noise(config, number), world_laws(config, number)
    made = inhabit(
        laws["graph"], laws["world"]["people"], laws["graph"]["ties"], noise, size=laws["world"]["size"],
        decision=seconds(config["world"]["decision"]), newcomers=0 if archive is None else 1,
    )  # fmt: skip
    if archive is None:
        return made
    mean = round(2 * made.ties.num_rows / made.size)
    followers = min(config["account"]["followers"] or archive.followers or mean, made.size)
    return made._replace(ties=join(made.ties, noise, person=made.size, count=followers, size=made.size))


def make_world(config: Config, number: int, archive: Archive | None = None, *, society: Society | None = None) -> World:
    """People, ties and posts. With an archive its owner joins as a newcomer, and the posts are hers.

    `society`: who lives there, if that is known. Of all ties only what `audience` says of them stays in memory.
    """
    noise, laws = world_noise(config, number), world_laws(config, number)
    decision, texts = seconds(config["world"]["decision"]), config["content"] == "full"
    directed = bool(config["graph"]["directed"])
    size, people, bonds, notes = society or settled(config, number, archive)
    ties = laws["graph"]["ties"]
    audience = see(
        bonds, noise, people=people.num_rows, directed=directed,
        visibility_a=ties.visibility_a, visibility_b=ties.visibility_b,
    )  # fmt: skip
    friends = np.diff(audience.start)
    people = leave(laws["posts"].leaving, people, noise, friends=friends, size=size, decision=decision)
    if archive is None:
        among = people.slice(0, size), friends[:size]
        owners = choose(*among, noise, count=laws["world"]["owners"], aged=config["owners_aged"])
    else:
        owners = np.array([size])
    count, bonds = bonds.num_rows, ties_of(bonds, owners, people=people.num_rows)

    def posted(these: NDArray[np.int64]) -> tuple[pa.Table, ...]:
        """Rows of `posts` by some owners, kind by kind, and by friends about them; two tables more of `mentions`."""
        crowd, told = (people, audience.start, audience.viewer), {"decision": decision, "content": texts}
        if archive is None:
            own = publish(laws["posts"], people, these, noise, **told)
            held = accumulate(laws["belongings"], laws["posts"], people, bonds, these, noise, directed=directed, **told)
        else:
            own, held = to_posts(archive, owner=size), ()
        about, shown = mention(laws["posts"], *crowd, these, noise, **told)
        return own, *held, reply(laws["posts"], about, own, noise), tag(laws["posts"], *crowd, own, noise), shown

    blocks = [posted(owners[at : at + OWNERS]) for at in range(0, len(owners), OWNERS)]
    *posts, tagged, shown = (pa.concat_tables(parts) for parts in zip(*blocks, strict=True))
    mentions = pa.concat_tables([tagged, shown])
    return World(size, people, count, audience, pa.concat_tables(posts), mentions, owners, decision, notes)
