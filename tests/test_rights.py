"""Rights: who may ask what of whom, what the answers are, and what two laws change for one person: nothing else."""

import dataclasses

import numpy as np
import pytest
from scenes import UNITS_S, channels, happenings, scene

from sim.core.build import build
from sim.core.errors import Mistake
from sim.core.noise import Noise
from sim.core.parameters import settle
from sim.core.schema import ACTIONS, CHANNELS, DAY_S, NEVER
from sim.experiment import clean_up
from sim.exposure.apply import apply
from sim.exposure.doors import DOORS, close_doors
from sim.exposure.propagate import propagate
from sim.exposure.rights import LATE_S, MONTH_S, OUTCOMES, Answers, Holder, Law, Rights, answer
from sim.holders import answers
from sim.owners import know
from sim.verbs.compose import compose_config
from sim.worlds import make_world, world_noise

MANY = np.arange(40_000)
OTHER = Holder(first_party=False, by_right_alone=False)
HOLDERS = {
    "platform": Holder(first_party=True, by_right_alone=False), "web": OTHER, "trader": OTHER, "walker": OTHER,
    "faces": Holder(first_party=False, by_right_alone=True), "people": OTHER,
}  # fmt: skip
ASK = {name: ACTIONS.index(name) for name in ("object", "erase")}


def centre() -> Rights:
    made: Rights = build(settle(compose_config("compare", [])["rights"], None, "rights"), "rights")
    return made


def asked(country: str, seed: int = 1) -> Answers:
    return answer(centre(), MANY, [country] * len(MANY), HOLDERS, Noise(seed))


def test_every_country_has_one_law() -> None:
    rights = centre()
    assert [rights.of(code) for code in ("DE", "NO", "GB", "US", "BR")] == ["EU", "EU", "UK", "US", "others"]
    countries = [code for law in rights.laws.values() for code in law.countries]
    assert len(countries) == len(set(countries)) and all(len(code) == 2 for code in countries)
    with pytest.raises(Mistake, match="all other countries"):
        dataclasses.replace(rights, laws={"EU": Law(("DE",), objection=True, erasure=True, erased_share=0.5)})


def test_an_objection_is_for_europe_and_binds_first_parties() -> None:
    rights = centre()
    for code in ("US", "BR"):
        assert (asked(code).object_s == NEVER).all()
    for code in ("DE", "GB"):
        granted = asked(code).object_s < NEVER
        assert not granted[:, 1:].any()
        assert abs(granted[:, 0].mean() - rights.approved_share) < 0.01
        wait = asked(code).object_s[granted]
        assert abs(wait.mean() / DAY_S - rights.objection_mean_days) < 0.3


def test_requests_to_erase_are_complied_with_late_refused_or_met_with_silence() -> None:
    rights = centre()
    found = asked("DE")
    shares = np.array([(found.outcome == code).mean() for code in range(len(OUTCOMES))])
    share = rights.laws["EU"].erased_share
    expected = [
        share * (1 - rights.late_share), share * rights.late_share, (1 - share) * rights.refused_share,
        (1 - share) * (1 - rights.refused_share),
    ]  # fmt: skip
    assert shares == pytest.approx(expected, abs=0.01)
    assert ((found.erase_s < NEVER) == (found.outcome <= 1)).all()
    assert found.erase_s[found.outcome == 0].max() <= MONTH_S < found.erase_s[found.outcome == 1].min() + 1
    assert found.erase_s[found.outcome == 1].max() < MONTH_S + LATE_S


def test_answers_are_keyed_by_holder_and_owner_and_by_nothing_else() -> None:
    found = asked("DE")
    some = answer(centre(), MANY[7:9], ["DE", "DE"], {"trader": OTHER, **HOLDERS}, Noise(1))
    assert (some.erase_s[:, 1:3] == found.erase_s[7:9, :2]).all()
    assert (some.object_s[:, 1] == found.object_s[7:9, 0]).all()
    assert (some.erase_s[:, 0] == found.erase_s[7:9, 2]).all()
    assert (asked("DE", 2).erase_s != found.erase_s).any()
    apart = np.corrcoef((found.erase_s < NEVER).T)
    assert abs(apart[0, 1]) < 0.02, "holders answer alike"


def test_a_face_index_erases_for_those_alone_who_have_a_right_to_it() -> None:
    faces, people = 4, 5
    for code in ("US", "BR"):
        assert (asked(code).erase_s[:, faces] == NEVER).all() and (asked(code).erase_s[:, people] < NEVER).any()
    for code in ("DE", "GB"):
        share = (asked(code).erase_s[:, faces] < NEVER).mean()
        assert share == pytest.approx(centre().laws["EU"].erased_share, abs=0.01)


def test_more_law_never_means_less() -> None:
    """The same person gets from a holder at least as much under a law that complies more: coins are shared."""
    europe, america = asked("DE"), asked("US")
    assert (europe.erase_s <= america.erase_s).all()
    assert (europe.object_s <= america.object_s).all()


@pytest.mark.parametrize("unit_s", UNITS_S)
def test_twins_differ_only_where_the_law_says_so(unit_s: int) -> None:
    """Event for event: an objection takes training of first parties, a request what holders have; nothing else."""
    made, noise, changed = scene(77, unit_s=unit_s), Noise(3), 0
    log = propagate(made, list(channels(unit_s).values()), noise)
    people, when = np.unique(np.concatenate([made.author, made.subject])), made.horizon_end // 3
    quick = dataclasses.replace(centre(), approved_share=1.0, objection_mean_days=unit_s / DAY_S)
    told = {code: answer(quick, people, [code] * len(people), HOLDERS, noise) for code in ("DE", "US")}
    for action in ACTIONS:
        rows = np.array([(owner, -1, ACTIONS.index(action), when) for owner in people])
        doors = {code: close_doors(made, rows, each) for code, each in told.items()}
        assert (doors["DE"][:DOORS] == doors["US"][:DOORS]).all(), "what was asked is the same"
        happens = {code: happenings(log, apply(each, log)) for code, each in doors.items()}
        assert happens["DE"] <= happens["US"], action
        fewer = {CHANNELS[each.name[1]] for each in happens["US"] - happens["DE"]}
        learnt = {"train", "extract", "complete"}
        taken = learnt | {"review", "leak", "sell", "breach", "dump"}
        allowed = {"object": learnt, "erase": taken}.get(action, set())
        assert fewer <= allowed, action
        changed += bool(fewer)
    assert changed, "the two laws made no difference, so nothing was tried"


def test_an_objection_is_prospective_and_covers_her_own_content_alone() -> None:
    made, noise = scene(78, unit_s=60, about=4), Noise(4)
    log = propagate(made, list(channels(60).values()), noise)
    people, when = np.unique(np.concatenate([made.author, made.subject])), made.horizon_end // 3
    told = Answers(
        people,
        np.full((len(people), 6), NEVER),
        np.zeros((len(people), 6), np.int64),
        np.zeros((1, 6), np.int8),
        np.full((len(people), 1), NEVER),
    )
    subject = np.unique(made.subject)
    rows = np.array([(owner, -1, ASK["object"], when) for owner in subject])
    gone = happenings(log) - happenings(log, apply(close_doors(made, rows, told), log))
    author = dict(zip(made.post.tolist(), made.author.tolist(), strict=True))
    assert gone and all(each.time >= when for each in gone)
    assert {author[each.post] for each in gone} <= set(subject.tolist())
    assert {CHANNELS[each.name[1]] for each in gone} <= {"train", "extract", "complete"}


def test_in_a_comparison_twins_differ_by_requests_alone() -> None:
    small = ["world.size=200", "world.owners=8", "seeds=1", "content=none", "world.seed=5"]
    lives = {}
    for twin in ("eu", "us"):
        config = compose_config("compare", [*small, f"experiment={twin}_twin"])
        world = make_world(config, 0)
        owners, luck = know(world, config["account"]["kinds"]), world_noise(config, 0).branch("luck 0")
        lives[twin] = clean_up(owners, config, luck, archived=False).outcome
        told = answers(world, config, luck)
        assert (told.object_s < NEVER).any() == (twin == "eu")
    europe, america = lives["eu"], lives["us"]
    assert (europe.ledger.total == america.ledger.total).all()
    for name in europe.deeds:
        same = (europe.deeds[name].avoided == america.deeds[name].avoided).all()
        assert same or name in ("object", "erase"), name
    assert america.deeds["object"].avoided.sum() == 0 <= europe.deeds["object"].avoided.sum()
    assert (europe.deeds["erase"].avoided >= america.deeds["erase"].avoided).all()
