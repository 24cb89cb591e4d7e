"""Models: what lies after the cut-off is not learnt; a distilled model keeps what its teacher learnt, whatever goes."""

import dataclasses

import pytest
from scenes import UNITS_S, channels, happenings, held, scene

from sim.core.errors import Mistake
from sim.core.noise import Noise
from sim.core.schema import CHANNELS
from sim.exposure.apply import apply
from sim.exposure.channels.train import Distilled
from sim.exposure.doors import DELETE, ERASE, open_doors
from sim.exposure.propagate import propagate

TRAIN, EXTRACT = CHANNELS.index("train"), CHANNELS.index("extract")


@pytest.mark.parametrize("unit_s", UNITS_S)
def test_a_model_learns_what_was_taken_before_its_cut_off(unit_s: int) -> None:
    made, chain = scene(61, unit_s=unit_s), channels(unit_s)
    train = dataclasses.replace(chain["train"], distilled={})
    none = dataclasses.replace(train, models={n: dataclasses.replace(m, cut_off=0) for n, m in train.models.items()})
    logs = [propagate(made, list((chain | {"train": how}).values()), Noise(2)) for how in (train, none)]
    birth, models = {each.id: each.birth for each in held(logs[0])}, list(train.models.values())
    learnt = [each for each in happenings(logs[0]) if each.name[1] == TRAIN]
    assert learnt and all(birth[each.name[0]] < models[each.name[2]].cut_off for each in learnt)
    assert not any(each.name[1] in (TRAIN, EXTRACT) for each in happenings(logs[1]))


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
    assert knows(whole, number, EXTRACT) == knows(whole, teacher, EXTRACT) & inherited
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
