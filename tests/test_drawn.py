"""Deletions that draw attention: counted against happenings by hand, off unless asked for, and said in the report."""

from pathlib import Path

import numpy as np
import pytest
from laws.conftest import Run, perform_small
from scenes import UNITS_S, Happening, aimed_doors, channels, happenings, scene

from sim.core.errors import Mistake
from sim.core.log import SHOWS, Log
from sim.core.noise import Noise
from sim.core.schema import CHANNELS
from sim.experiment import compare
from sim.exposure.anew import attracts, simulate_anew, unnoticed
from sim.exposure.apply import apply
from sim.exposure.propagate import propagate
from sim.measure.attention import drawn as told
from sim.measure.drawn import drawn
from sim.measure.score import open_ledger
from sim.verbs.compose import compose_config

SMALL = ("world.size=300", "world.owners=6", "seeds=2", "content=none", "channel.copy.p_copy=0.01")
VIEW = {CHANNELS.index(name) for name in SHOWS}
TEACHES = [name not in ("reshare", "copy", "extract", "leak", "dump", "complete") for name in CHANNELS]


def seen(happen: set[Happening]) -> int:
    return sum(each.name[1] in VIEW for each in happen)


def learnt(happen: set[Happening]) -> int:
    """Two sensitive items a post, a learner once a post."""
    person = {0: 0, 1: 0, 2: 2, 3: 3, 4: 4}
    return 2 * len({(e.post, person[e.learner], e.name[2]) for e in happen if TEACHES[e.name[1]]})


@pytest.mark.parametrize("seed", range(4))
def test_what_is_drawn_is_counted_as_by_hand(seed: int) -> None:
    unit_s, noise = UNITS_S[seed], Noise(seed)
    made = scene(80_800 + seed, unit_s=unit_s)
    chain = list(channels(unit_s, drawn_share=0.8).values())
    log = propagate(made, chain, noise, threads=1)
    doors = aimed_doors(seed, made, log)
    whole = [np.ones(len(block.events.time), dtype=np.bool_) for block in log.blocks]
    ledger = open_ledger(log, whole, owner=0 * made.time, items=2 + 0 * made.time, owners=1, decision=0)

    def under(how: list) -> tuple[Log, list[np.ndarray]]:  # type: ignore[type-arg]
        after, _ = simulate_anew(made, how, noise, log, doors=doors, bars=made.bars, threads=1)
        return after, apply(doors, after)

    quiet, loud = under(unnoticed(chain)), under(chain)
    assert attracts(chain) and not attracts(unnoticed(chain)) and quiet[0] is log
    found = {name: int(value[0]) for name, value in drawn(ledger, log, quiet, loud).items()}
    before, calm, stirred = happenings(log), happenings(*quiet), happenings(*loud)
    assert found == {
        "views_avoided": seen(before) - seen(calm), "views_drawn": seen(stirred) - seen(calm),
        "views_spared": seen(before) - seen(stirred),
        "pairs_drawn": learnt(stirred) - learnt(calm),
    }  # fmt: skip
    assert found["views_drawn"] > 0
    by_post = ledger.over(loud[0], log).avoided_by_post(*loud)
    assert by_post.sum() == ledger.over(loud[0], log).avoided(*loud).sum() == learnt(before) - learnt(stirred)


def test_at_a_share_of_0_everything_is_as_without() -> None:
    usual = compose_config("compare", [*SMALL, "strategy=[nothing,everything,make_private]"])
    off = compose_config(
        "compare", [*SMALL, "experiment=draws_attention", "strategy=[nothing,everything,make_private]",
                    "channel.copy.drawn_share=0"],
    )  # fmt: skip
    for one, other in zip(compare(usual).outcomes[0], compare(off).outcomes[0], strict=True):
        assert not other.anew and not other.handled
        for name, deed in one.deeds.items():
            assert (deed.avoided == other.deeds[name].avoided).all()
        assert (one.stop_here["everything"] == other.stop_here["everything"]).all()


@pytest.fixture(scope="module")
def drawing(tmp_path_factory: pytest.TempPathFactory) -> Run:
    words = ("experiment=draws_attention", "strategy=[nothing,everything,takedown]", "channel.copy.drawn_share=0.9")
    return perform_small("compare", tmp_path_factory.mktemp("drawn"), *SMALL, *words)


def test_a_comparison_says_what_is_avoided_and_what_is_drawn(drawing: Run) -> None:
    rows = {(row["strategy"], row["measure"]): row["mean"] for row in drawing.document["leaderboard"]}
    assert rows["everything", "views_drawn"] > 0 < rows["everything", "simulated_anew"]
    assert rows["everything", "pairs_drawn"] <= rows["everything", "views_drawn"] * 20
    assert rows["nothing", "views_drawn"] == rows["nothing", "views_avoided"] == rows["takedown", "views_drawn"] == 0
    page = (drawing.folder / "report.html").read_text(encoding="utf-8")
    first, second = told(drawing.results)
    assert "simulated anew" in first and "deleting can add exposure" in first and "90% of those" in first
    assert "avoids" in second and "draws" in second
    assert "What deleting draws" in page and "Views drawn" in page


def test_the_curve_of_deletions_ends_where_the_strategy_does() -> None:
    config = compose_config("compare", [*SMALL, "experiment=draws_attention", "channel.copy.drawn_share=0.9"])
    for outcome in compare(config).outcomes[0]:
        assert outcome.anew["everything"].sum() > 0
        assert outcome.stop_here["everything"][1][-1] == outcome.deeds["everything"].avoided.sum()


def test_where_nobody_is_drawn_nothing_is_said(tmp_path: Path) -> None:
    usual = perform_small("compare", tmp_path, "strategy=[nothing,everything]", "seeds=1")
    assert not told(usual.results)
    assert "What deleting draws" not in (usual.folder / "report.html").read_text(encoding="utf-8")


def test_rivals_are_refused() -> None:
    with pytest.raises(Mistake, match="rivals=0"):
        compare(compose_config("compare", [*SMALL, "experiment=draws_attention", "rivals=4"]))
