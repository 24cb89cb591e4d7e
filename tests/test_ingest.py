"""Private ingestion: who is taken from, by whom, since when; what ends it, and what does not."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from scenes import UNITS_S, channels, happenings, held, scene

from sim.core.build import build
from sim.core.errors import Mistake
from sim.core.noise import Noise
from sim.core.parameters import settle
from sim.core.schema import CHANNELS, KINDS, LEARNERS, OBJECTS, QUIET
from sim.experiment import simulate
from sim.exposure.apply import apply
from sim.exposure.channels.ingest import Ingest, Source
from sim.exposure.doors import DELETE, ERASE, LIMIT, OBJECT, UNTAG, open_doors
from sim.exposure.propagate import propagate
from sim.verbs.compose import compose_config
from sim.worlds import make_world, world_noise

INGEST = CHANNELS.index("ingest")


@pytest.mark.parametrize("unit_s", UNITS_S)
def test_what_is_taken_is_of_its_kinds_made_since_then_and_where_the_setting_lets_it(unit_s: int) -> None:
    made, chain = scene(95_000, unit_s=unit_s, each=30, about=0), channels(unit_s)
    ingest: Ingest = chain["ingest"]  # type: ignore[assignment]
    sources = {name: replace(each, taken_share=1.0) for name, each in ingest.sources.items()}
    chain["ingest"] = replace(ingest, sources=sources)
    log = propagate(made, list(chain.values()), Noise(3))
    taken = {(e.post, e.name[3]) for e in happenings(log) if e.name[1] == INGEST}
    expected = {
        (int(made.post[row]), number)
        for row in range(len(made.post))
        for number, each in enumerate(sources.values())
        if KINDS[made.kind[row]] in each.kinds and made.time[row] >= each.since
        and (not each.by_setting or made.opens_roll[made.author[row]]) and made.natural[row] > made.time[row] + 1
    }  # fmt: skip
    assert taken == expected and len({number for _, number in taken}) == 2
    assert {e.name[2] for e in happenings(log) if e.name[1] == INGEST} == {ingest.number}, "somebody else took it"
    assert {e.learner for e in happenings(log) if e.name[1] == INGEST} == {LEARNERS.index("scrapers")}


def test_deleting_ends_the_taking_and_limiting_the_past_does_not() -> None:
    made, noise = scene(95_001, unit_s=60, each=12), Noise(4)
    log = propagate(made, list(channels(60).values()), noise)
    sources = {each.id for each in held(log) if each.maker is not None and each.maker[1] == INGEST}

    def left(door: int, when: int) -> tuple[set[Any], set[str]]:
        doors = open_doors(len(made.post))
        doors[door] = when
        after = happenings(log, apply(doors, log))
        lost = {CHANNELS[e.name[1]] for e in happenings(log) - after if e.name[0] in sources}
        return {e for e in after if e.name[1] == INGEST}, lost

    whole = {e for e in happenings(log) if e.name[1] == INGEST}
    assert whole and not left(DELETE, 0)[0]
    for door in (LIMIT, UNTAG, ERASE, OBJECT):
        assert left(door, 0)[0] == whole
    when = made.horizon_end // 3
    assert not left(LIMIT, when)[1] and not left(UNTAG, when)[1]
    assert left(OBJECT, when)[1] == {"train"}, "an objection ends training, and training alone"
    assert left(ERASE, when)[1] == {"review", "train"}


def test_the_configuration_takes_private_kinds_for_the_platform_alone() -> None:
    config = compose_config("compare", ["experiment=private_too"])["channel"]
    made: Ingest = build(settle(config["ingest"], None, "channel.ingest"), "ingest")
    assert {kind for source in made.sources.values() for kind in source.kinds} <= set(QUIET)
    assert config["scrape"]["crawlers"][made.holder]["first_party"]
    drawn = settle(config, Noise(9), "channel")
    assert drawn["ingest"]["honours_share"] == drawn["scrape"]["crawlers"]["platform"]["honours_share"]


def test_in_a_world_only_those_who_let_it_lose_their_camera_roll() -> None:
    words = ["world.size=300", "world.owners=12", "content=none", "params=centre", "experiment=private_too"]
    config = compose_config("compare", words)
    world = make_world(config, 0)
    made, log = simulate(world, config, world_noise(config, 0).branch("luck 0"))
    taken = {e.post for e in happenings(log) if e.name[1] == INGEST}
    row = np.flatnonzero(np.isin(made.post, list(taken)))
    kinds = {KINDS[kind] for kind in made.kind[row]}
    assert kinds == {"camera_roll", "message"}
    pictures = row[made.kind[row] == KINDS.index("camera_roll")]
    assert made.opens_roll[made.author[pictures]].all() and not made.opens_roll[world.owners].all()
    assert not any(each.kind == OBJECTS.index("held_for_sale") for each in held(log))


def test_a_source_names_what_there_is() -> None:
    with pytest.raises(Mistake, match="kind"):
        Source(("diary",), 0, True, 1.0, 1.0, 1.0, 1.0)
    with pytest.raises(Mistake, match="harvester"):
        Ingest({}, ("platform",), "trader", 0.5)
