"""A world of a configuration: people, ties, and the posts of those who are followed.

populate -> befriend -> see -> leave -> publish -> accumulate -> mention -> reply -> World
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa

from sim.core.build import build, group
from sim.core.clock import seconds
from sim.core.noise import Noise
from sim.core.parameters import settle
from sim.platforms.exports.item import Archive, to_posts
from sim.world.audience import see
from sim.world.belongings import accumulate
from sim.world.deletion import leave
from sim.world.mentions import mention
from sim.world.posts import publish
from sim.world.replies import reply
from sim.world.tags import tag
from sim.world.ties import join
from sim.world.world import World, choose, inhabit

Config = Mapping[str, Any]


def world_noise(config: Config, number: int) -> Noise:
    """The noise of world `number` of the configuration."""
    return Noise(config["world"]["seed"]).branch(f"world {number}")


def world_laws(config: Config, number: int) -> dict[str, Any]:
    """What world `number` is made by. A graph that does not say its mean number of friends has the world's.

    Repeated worlds draw what is only known to a range; a single world stands at the centre.
    """
    drawn = config["params"] == "ranges" and config["worlds"] > 1
    ranges = world_noise(config, number).branch("parameters") if drawn else None
    for name, part in (("world", "people"), ("graph", "ties")):
        group(config[name][part], f"{name}.{part}")
    laws = {name: build(settle(config[name], ranges, name), name) for name in ("world", "graph", "posts", "belongings")}
    if laws["graph"]["ties"].mean_friends is None:
        ties = replace(laws["graph"]["ties"], mean_friends=laws["world"]["mean_friends"])
        laws["graph"] = laws["graph"] | {"ties": ties}
    return laws


def make_world(config: Config, number: int, archive: Archive | None = None) -> World:
    """People, ties and posts. With an archive its owner joins as a newcomer, and the posts are hers."""
    noise = world_noise(config, number)
    laws = world_laws(config, number)
    size, people, ties = laws["world"]["size"], laws["world"]["people"], laws["graph"]["ties"]
    decision, texts = seconds(config["world"]["decision"]), config["content"] == "full"
    society = inhabit(
        laws["graph"], people, ties, noise, size=size, decision=decision, newcomers=0 if archive is None else 1
    )
    bonds, size = society.ties, society.size
    if archive is not None:
        mean = round(2 * bonds.num_rows / size)
        followers = min(config["account"]["followers"] or archive.followers or mean, size)
        bonds = join(bonds, noise, person=size, count=followers, size=size)
    audience = see(
        bonds, noise, people=society.people.num_rows, directed=bool(config["graph"]["directed"]),
        visibility_a=ties.visibility_a, visibility_b=ties.visibility_b,
    )  # fmt: skip
    everybody = leave(
        laws["posts"].leaving, society.people, noise, friends=np.diff(audience.start), size=size, decision=decision
    )
    if archive is None:
        owners = choose(
            everybody.slice(0, size), np.diff(audience.start[: size + 1]), noise, count=laws["world"]["owners"],
            aged=config["owners_aged"],
        )  # fmt: skip
        own = publish(laws["posts"], everybody, owners, noise, decision=decision, content=texts)
        held = accumulate(
            laws["belongings"], laws["posts"], everybody, bonds, owners, noise,
            directed=bool(config["graph"]["directed"]), decision=decision, content=texts,
        )  # fmt: skip
        own = pa.concat_tables([own, held])
    else:
        owners, own = np.array([size]), to_posts(archive, owner=size)
    about, shown = mention(
        laws["posts"], everybody, audience.start, audience.viewer, owners, noise, decision=decision,
        content=texts,
    )  # fmt: skip
    posts = pa.concat_tables([own, reply(laws["posts"], about, own, noise)])
    tagged = tag(laws["posts"], everybody, audience.start, audience.viewer, own, noise)
    mentions = pa.concat_tables([tagged, shown])
    return World(size, everybody, bonds, audience, posts, mentions, owners, decision, society.notes)
