"""Levers of policy: consent, retention and duties of harvesters take away what they are about, and nothing else."""

import dataclasses

import numpy as np
import pytest
from scenes import UNITS_S, Happening, channels, happenings, held, scene

from sim.core.errors import Misuse
from sim.core.noise import Noise
from sim.core.schema import CHANNELS, DAY_S, KINDS, OBJECTS, YEAR_S
from sim.experiment import simulate
from sim.exposure.propagate import propagate
from sim.verbs.compose import compose_config
from sim.worlds import make_world, world_noise

TRAINING, LEARNT = OBJECTS.index("held_for_training"), OBJECTS.index("learnt")
SMALL = ["world.size=150", "world.owners=6", "seeds=1", "content=none", "params=centre"]


def changed(unit_s: int, **fields: float):  # type: ignore[no-untyped-def]
    """Scene, and the log of all channels as they are and with these fields of every crawler."""
    made, chain = scene(60, unit_s=unit_s), channels(unit_s)
    del chain["ingest"], chain["market"]  # what is private or sold on is under other rules than a crawler's
    free = {"consent_share": 1.0, "retention_days": 100.0}
    logs = []
    for how in (free, free | fields):
        crawlers = {name: dataclasses.replace(own, **how) for name, own in chain["scrape"].crawlers.items()}
        scrape = dataclasses.replace(chain["scrape"], crawlers=crawlers)
        logs.append(propagate(made, list((chain | {"scrape": scrape}).values()), Noise(8)))
    return made, *logs


@pytest.mark.parametrize("unit_s", UNITS_S)
def test_without_consent_nothing_is_held_for_training_and_all_else_stays(unit_s: int) -> None:
    made, before, after = changed(unit_s, consent_share=0.5)
    author = dict(zip(made.post.tolist(), made.author.tolist(), strict=True))
    gone = {each for each in held(before) if each.kind == TRAINING} - held(after)
    assert held(after) <= held(before)
    assert {each for each in held(before) - held(after) if each.kind != LEARNT} == gone
    for holder in range(3):  # her consent to a holder is one decision
        refused = {author[each.post] for each in gone if each.holder == holder}
        assert not any(each.kind == TRAINING and each.holder == holder and author[each.post] in refused
                       for each in held(after))  # fmt: skip
    lost = {CHANNELS[each.name[1]] for each in happenings(before) - happenings(after)}
    assert gone and lost <= {"train", "extract", "complete"} and happenings(after) <= happenings(before)


@pytest.mark.parametrize("unit_s", UNITS_S)
def test_what_is_kept_goes_after_its_time_and_all_before_stays(unit_s: int) -> None:
    days = 5 * unit_s / DAY_S
    _, before, after = changed(unit_s, retention_days=days)
    birth = {each.id: each.birth for each in held(after) if OBJECTS[each.kind].startswith("held")}
    lost = happenings(before) - happenings(after)
    assert lost and happenings(after) <= happenings(before)
    assert all(
        each.time < birth[each.name[0]] + round(days * DAY_S) for each in happenings(after) if each.name[0] in birth
    )
    first = {each.name for each in lost if each.name[0] in birth}
    assert all(each.time >= birth[each.name[0]] + round(days * DAY_S) or each.parent in first
               for each in lost if each.name[0] in birth)  # fmt: skip


@pytest.mark.parametrize("unit_s", UNITS_S)
def test_audits_of_annotators_take_away_leaks_and_nothing_else(unit_s: int) -> None:
    made, chain, logs = scene(66, unit_s=unit_s, each=9), channels(unit_s), []
    for share in (0.7, 0.2):
        pool = dataclasses.replace(chain["review"].pool, kept_share=share)
        review = dataclasses.replace(chain["review"], pool=pool)
        logs.append(happenings(propagate(made, list((chain | {"review": review}).values()), Noise(9))))
    assert logs[1] < logs[0] and {CHANNELS[each.name[1]] for each in logs[0] - logs[1]} == {"leak"}
    kept = [compose_config("compare", [f"experiment={name}"])["channel"]["review"]["pool"]["kept_share"]
            for name in ("gig_workers", "audited_annotators")]  # fmt: skip
    assert all(kept[1][end] < kept[0][end] for end in ("low", "value", "high"))


@pytest.mark.parametrize("lever", ["opt_in", "short_retention", "harvester_law"])
def test_a_lever_lessens_what_happens_if_nothing_is_done(lever: str) -> None:
    """The same people and luck with and without the rule, to three years after the decision."""
    usual, ruled = (compose_config("compare", [*SMALL, f"horizon_days={3 * YEAR_S // DAY_S}", *words])
                    for words in ([], [f"experiment={lever}"]))  # fmt: skip
    world, luck = make_world(usual, 0), world_noise(usual, 0).branch("luck 0")
    before, after = (simulate(world, config, luck)[1] for config in (usual, ruled))
    trained = [np.concatenate([block.events.channel for block in log.blocks]) == CHANNELS.index("train")
               for log in (before, after)]  # fmt: skip
    assert after.events < before.events
    assert trained[1].sum() < trained[0].sum() or lever == "harvester_law"


@pytest.mark.parametrize("unit_s", UNITS_S)
def test_a_harvester_takes_the_kinds_it_is_after_and_no_other(unit_s: int) -> None:
    made, chain = scene(61, unit_s=unit_s, each=6, about=4), channels(unit_s)
    del chain["review"], chain["train"], chain["market"]

    def taken(kinds: tuple[str, ...]) -> tuple[set[Happening], set[Happening]]:
        """What the web crawler takes, and what all others do."""
        crawlers = dict(chain["scrape"].crawlers)
        crawlers["web"] = dataclasses.replace(crawlers["web"], kinds=kinds)
        scrape = dataclasses.replace(chain["scrape"], crawlers=crawlers)
        events = happenings(propagate(made, list((chain | {"scrape": scrape}).values()), Noise(9)))
        its = {e for e in events if CHANNELS[e.name[1]] == "scrape" and e.name[2] == list(crawlers).index("web")}
        return its, events - its

    kind = dict(zip(made.post.tolist(), made.kind.tolist(), strict=True))
    every, others = taken(())
    some, same = taken(("photo", "text"))
    assert some == {e for e in every if KINDS[kind[e.post]] in ("photo", "text")} and 0 < len(some) < len(every)
    assert same == others
    with pytest.raises(Misuse, match="kind of post"):
        taken(("picture",))
