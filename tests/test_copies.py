"""Forms of copies: quotes and comments are among the copies there were, some end with the original."""

from dataclasses import replace

import numpy as np
import pytest
from scenes import channels, scene

from sim.core.errors import Mistake
from sim.core.log import Log
from sim.core.noise import Noise
from sim.core.schema import CHANNELS, NEVER, OBJECTS
from sim.exposure.apply import apply
from sim.exposure.channels.copy import Copy, Form
from sim.exposure.doors import (
    COMMENT,
    DELETE,
    HANGS,
    LATE,
    LATE_TAKEDOWN,
    LIMIT,
    QUOTE,
    STAYS,
    TAKEDOWN,
    close_all,
    open_doors,
)
from sim.exposure.propagate import propagate

COPIED, COPY = CHANNELS.index("copied"), OBJECTS.index("copy")
PLAIN: dict[str, Form] = {}


def told(forms: dict[str, Form], seed: int) -> Log:
    chain = channels(60)
    chain["copy"] = replace(chain["copy"], forms=forms)
    made = scene(seed, unit_s=60, people=12, owners=3, each=4)
    return propagate(made, [chain[name] for name in ("feed", "discovery", "copy")], Noise(seed))


def of_originals(log: Log) -> set[int]:
    """Copies taken from the post itself."""
    found: set[int] = set()
    for block in log.blocks:
        o = block.objects
        found |= set(o.id[(o.kind == COPY) & (o.kind[o.parent] < COPY)].tolist())
    return found


def counted(log: Log) -> dict[int, tuple[int, int]]:
    """Copies and views of copies by form."""
    found = {}
    for form in (0, QUOTE, COMMENT):
        copies = views = 0
        for block in log.blocks:
            mine = (block.objects.kind == COPY) & (block.objects.flags & (QUOTE | COMMENT) == form)
            copies += int(mine.sum())
            views += int(mine[block.events.object[block.events.channel == COPIED]].sum())
        found[form] = copies, views
    return found


def test_forms_are_shares_of_the_copies_there_are() -> None:
    """The chance of a copy a view stays what it is (R15): every copy of a post is there whatever its form."""
    forms, copies = {"quote": Form(0.3, 0.5, 1.0), "comment": Form(0.3, 0.5, 0.0)}, np.zeros(3)
    for seed in range(30):
        log = told(forms, seed)
        assert of_originals(log) == of_originals(told(PLAIN, seed))
        found = counted(log)
        assert found[COMMENT][1] == 0, "nobody is shown comments here"
        copies += [found[form][0] for form in (0, QUOTE, COMMENT)]
    assert copies.sum() > 1000
    assert copies / copies.sum() == pytest.approx([0.4, 0.3, 0.3], abs=0.05)


@pytest.mark.parametrize(
    ("door", "ended"), [(DELETE, {QUOTE, COMMENT}), (LIMIT, {QUOTE}), (TAKEDOWN, {0, QUOTE, COMMENT})]
)
def test_what_ends_a_copy(door: int, ended: set[int]) -> None:
    """A link and a thread end with the post, a link with its being public; all can be asked down, if born by then."""
    found: set[int] = set()
    for seed in range(20):
        log = told({"quote": Form(0.3, 1.0, 1.0), "comment": Form(0.3, 1.0, 1.0)}, seed)
        doors = open_doors(len(log.post))
        doors[door] = 15 * 60
        for block, alive in zip(log.blocks, apply(doors, log), strict=True):
            lost = np.flatnonzero(~alive & (block.events.channel == COPIED))
            lost = lost[alive[block.events.parent[lost]]]  # the copy was made, and ended before this view
            found |= set((block.objects.flags[block.events.object[lost]] & (QUOTE | COMMENT)).tolist())
    assert found == ended


def test_some_who_are_asked_take_a_copy_down_and_some_do_not() -> None:
    """Where holders answer, a copy goes down if its maker complies, or months later; where all is granted, at once."""
    copies = stays = lates = 0
    for seed in range(80):
        log = told({"quote": Form(0.3, 0.0, 1.0)}, seed)
        (block,) = log.blocks
        o = block.objects
        mine = (o.kind == COPY) & (o.birth < 15 * 60)
        stay, late = o.flags & STAYS > 0, o.flags & LATE > 0
        copies, stays, lates = copies + mine.sum(), stays + (mine & stay).sum(), lates + (mine & ~stay & late).sum()
        for holders in (None, 0, 4):
            doors = open_doors(len(log.post), holders=holders)
            doors[TAKEDOWN], asked = 15 * 60, np.full(len(o.id), 15 * 60)
            if holders is not None:
                doors[LATE_TAKEDOWN] = 18 * 60
                asked = np.where(stay, NEVER, np.where(late, 18 * 60, asked))
            assert (close_all(o, block.first, doors)[mine] == np.minimum(o.natural, asked)[mine]).all()
    assert copies > 200 and abs(stays / copies - 0.4) < 0.07 and abs(lates / (copies - stays) - 0.5) < 0.09


def test_a_quote_of_what_is_for_friends_holds_the_words() -> None:
    """No link shows it to others, so it does not end with the original; nor does a copy of a copy."""
    for seed in range(10):
        made = scene(seed, unit_s=60, people=12)
        for block in told({"quote": Form(1.0, 1.0, 1.0)}, seed).blocks:
            o = block.objects
            copies = np.flatnonzero(o.kind == COPY)
            hangs = o.flags[copies] & HANGS > 0
            assert not hangs[o.kind[o.parent[copies]] == COPY].any()
            made = scene(seed, unit_s=60, people=12, owners=3, each=4)
            public = made.audience[block.first + o.post[copies]] == 2
            assert (hangs == (public & (o.kind[o.parent[copies]] != COPY))).all()


def test_forms_are_named_and_add_up() -> None:
    chain = channels(60)
    assert isinstance(chain["copy"], Copy)
    with pytest.raises(Mistake, match="form of a copy"):
        replace(chain["copy"], forms={"duet": Form(0.1, 0.0, 1.0)})
    with pytest.raises(Mistake, match="above 1"):
        replace(chain["copy"], forms={"quote": Form(0.6, 0.0, 1.0), "comment": Form(0.6, 0.0, 1.0)})
