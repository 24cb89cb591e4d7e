"""Models: what lies after the cut-off is not learnt; a distilled model keeps what its teacher learnt, whatever goes."""

import dataclasses

import numpy as np
import pytest
from scenes import UNITS_S, channels, happenings, held, scene

from sim.core.build import build
from sim.core.errors import Mistake
from sim.core.noise import Noise
from sim.core.parameters import settle
from sim.core.schema import CHANNELS, OBJECTS
from sim.exposure.apply import apply
from sim.exposure.channels.train import Distilled
from sim.exposure.doors import DELETE, ERASE, FIRST_HOLDER, open_doors
from sim.exposure.memory import LARGEST, SMALLEST, Prompt
from sim.exposure.propagate import propagate
from sim.exposure.unlearn import forget
from sim.verbs.compose import compose_config

TRAIN, EXTRACT, COMPLETE = (CHANNELS.index(name) for name in ("train", "extract", "complete"))


@pytest.mark.parametrize("unit_s", UNITS_S)
def test_a_model_learns_what_was_taken_before_its_cut_off(unit_s: int) -> None:
    made, chain = scene(61, unit_s=unit_s), channels(unit_s)
    train = dataclasses.replace(chain["train"], distilled={})
    none = dataclasses.replace(train, models={n: dataclasses.replace(m, cut_off=0) for n, m in train.models.items()})
    logs = [propagate(made, list((chain | {"train": how}).values()), Noise(2)) for how in (train, none)]
    birth, models = {each.id: each.birth for each in held(logs[0])}, list(train.models.values())
    learnt = [each for each in happenings(logs[0]) if each.name[1] == TRAIN]
    assert learnt and all(birth[each.name[0]] < models[each.name[2]].cut_off for each in learnt)
    assert not any(each.name[1] in (TRAIN, EXTRACT, COMPLETE) for each in happenings(logs[1]))


@pytest.mark.parametrize("share", [0.0, 0.5, 1.0])
def test_a_student_inherits_and_later_deletion_does_not_reach_it(share: float) -> None:
    made, chain = scene(62, unit_s=60, each=9, about=6), channels(60)
    train = chain["train"]
    teacher, snapshot = list(train.models).index("late"), train.models["late"].snapshot
    student = {"student": Distilled(snapshot + 300, "late", share)}
    log = propagate(made, list((chain | {"train": dataclasses.replace(train, distilled=student)}).values()), Noise(2))

    def knows(events: set, who: int, channel: int) -> set[int]:  # type: ignore[type-arg]
        return {each.post for each in events if each.name[1] == channel and each.name[2] == who}

    number, whole = len(train.models), happenings(log)
    taught = knows(whole, teacher, TRAIN)
    inherited = knows(whole, number, TRAIN)
    assert inherited <= taught and {0.0: not inherited, 1.0: inherited == taught}.get(
        share, 0 < len(inherited) < len(taught)
    )
    for channel in (EXTRACT, COMPLETE):
        assert knows(whole, number, channel) == knows(whole, teacher, channel) & inherited
    for when, kept in ((snapshot + 1, True), (0, False)):
        doors = open_doors(len(made.post))
        doors[[DELETE, ERASE]] = when
        left = happenings(log, apply(doors, log))
        assert (knows(left, number, TRAIN) == inherited) if kept else not knows(left, number, TRAIN)
    assert {each.time for each in whole if each.name[1:3] == (TRAIN, number)} <= {snapshot + 300}


def test_a_student_has_a_teacher_and_is_younger() -> None:
    train = channels(60)["train"]
    with pytest.raises(Mistake, match="teacher"):
        dataclasses.replace(train, distilled={"s": Distilled(10**6, "nobody", 0.5)})
    with pytest.raises(Mistake, match="older than its teacher"):
        dataclasses.replace(train, distilled={"s": Distilled(1, "late", 0.5)})


def prompt(**fields: float) -> Prompt:
    """The prompt of the configuration at its centre, but for some fields."""
    given = settle(compose_config("compare", ["experiment=gig_workers"])["channel"]["train"]["prompt"], None, "prompt")
    made: Prompt = dataclasses.replace(build(given, "prompt"), **fields)
    return made


def test_what_is_completed_is_what_was_published() -> None:
    """M01 to M04 and M07, at the sizes and lengths they were read off."""
    often = {
        "M02": (prompt(parameters=1.3e9, tokens=200).share(1000), 0.40),
        "M01": (prompt(parameters=6e9, tokens=200).share(1000) - prompt(parameters=6e8, tokens=200).share(1000), 0.19),
        "M03, 50 tokens": (prompt(parameters=6e9, tokens=50).share(1000), 0.33),
        "M03, 450 tokens": (prompt(parameters=6e9, tokens=450).share(1000), 0.65),
        "M04, 125 million": (prompt(parameters=125e6).share(1), 0.04),
        "M04, 6 billion": (prompt(parameters=6e9).share(1), 0.07),
    }
    for row, (share, published) in often.items():
        assert share == pytest.approx(published, abs=0.012), row
    assert prompt(family_share=0.01).share(1000) == pytest.approx(prompt().share(1000) / 100)


@pytest.mark.parametrize("parameters", [SMALLEST, 1e9, LARGEST])
@pytest.mark.parametrize("tokens", [1, 50, 450])
def test_more_copies_never_mean_less_and_shares_are_shares(parameters: float, tokens: float) -> None:
    thresholds = prompt(parameters=parameters, tokens=tokens).thresholds(1000)
    assert (np.diff(thresholds) >= 0).all() and thresholds[0] >= 0 and thresholds[-1] <= 2**32
    assert (np.diff(thresholds[99:]) == 0).all(), "beyond what was measured nothing is added"


def test_sizes_that_were_not_measured_are_refused() -> None:
    for parameters in (1e6, 4e11):
        with pytest.raises(Mistake, match="what is known holds from"):
            prompt(parameters=parameters)
    with pytest.raises(Mistake, match="more than one copy"):
        prompt(often_copies=1)


def test_who_knows_nothing_is_told_nothing_and_the_other_regime_stays() -> None:
    made, chain = scene(63, unit_s=60), channels(60)
    with_, without = (
        happenings(propagate(made, list((chain | {"train": each}).values()), Noise(4)))
        for each in (chain["train"], dataclasses.replace(chain["train"], prompt=None))
    )
    assert {each for each in with_ if each.name[1] != COMPLETE} == without != with_


@pytest.mark.parametrize("unit_s", UNITS_S)
def test_a_model_forgets_what_was_asked_for_after_it_was_trained_and_its_students_do_not(unit_s: int) -> None:
    made, chain = scene(64, unit_s=unit_s, each=12, about=6), channels(unit_s)
    train, end = chain["train"], made.horizon_end
    early = list(train.models).index("early")
    maker, snapshot = train.maker(train.models["early"]), train.models["early"].snapshot

    def left(share: float, asked: int, answers: bool) -> set:  # type: ignore[type-arg]
        how = dataclasses.replace(train, unlearned_share=share)
        log = propagate(made, list((chain | {"train": how}).values()), Noise(5))
        doors = open_doors(len(made.post), holders=6)
        doors[ERASE] = asked
        doors[FIRST_HOLDER + maker] = asked if answers else end + 1
        return {
            (each.post, *each.name) for each in happenings(log, forget(doors, log, apply(doors, log), horizon_end=end))
            if each.name[1] in (EXTRACT, COMPLETE)
        }  # fmt: skip

    def of(names: set, model: int) -> set:  # type: ignore[type-arg]
        return {name for name in names if name[3] == model}

    student = len(train.models) + list(train.distilled).index("small")
    whole = left(1.0, end + 1, True)
    assert of(whole, early) and of(whole, student)
    assert not of(left(1.0, snapshot + 1, True), early)
    assert of(left(1.0, snapshot + 1, False), early) == of(whole, early), "forgotten although nobody complied"
    assert of(left(0.0, snapshot + 1, True), early) == of(whole, early), "the base is that nothing is forgotten"
    half = of(left(0.5, snapshot + 1, True), early)
    assert set() < half < of(whole, early)
    assert of(left(1.0, snapshot + 1, True), student) == of(whole, student), "a student forgot"


def test_what_can_be_forgotten_is_an_object_of_the_models_maker() -> None:
    made, chain = scene(65, unit_s=60, each=9), channels(60)
    log = propagate(made, list(chain.values()), Noise(6))
    found = [each for each in held(log) if each.kind == OBJECTS.index("learnt")]
    assert found
    for each in found:
        assert each.maker is not None and each.maker[1] in (EXTRACT, COMPLETE)
        model = list(chain["train"].models.values())[each.maker[2]]
        assert (each.birth, each.holder) == (model.snapshot, chain["train"].maker(model))
