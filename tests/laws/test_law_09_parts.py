"""Law 9: an interval has a meaning, and the parts of exposure add up."""

import numpy as np
import pytest
from laws.conftest import Run

from sim.core.log import Log
from sim.core.noise import Noise
from sim.core.schema import CHANNELS, LEARNERS
from sim.experiment import clean_up, simulate
from sim.measure.interval import estimate
from sim.owners import know
from sim.verbs.compose import compose_config
from sim.worlds import make_world, world_noise


def test_intervals_hold_their_means(small_run: Run) -> None:
    rows = small_run.document["leaderboard"]
    assert len(rows) > 300
    for row in rows:
        if row["mean"] is None:
            assert row["n"] == 0
            continue
        assert row["low"] <= row["mean"] <= row["high"], row
        assert row["mc_se"] >= 0 and row["n"] == 6
    assert any(row["low"] < row["mean"] < row["high"] for row in rows)


def test_an_interval_covers_what_is_not_known_and_mc_se_luck_alone() -> None:
    """More seeds narrow the error of the mean, and leave the interval that says how far one draw may lie."""
    rng = np.random.default_rng(1)
    found = {}
    for seeds in (10, 1000):
        values = np.tile(rng.normal(10, 2, seeds), (50, 1))
        found[seeds] = estimate(values, None, Noise(1))
    few, many = found[10], found[1000]
    assert few is not None and many is not None
    assert many.mc_se < few.mc_se / 5
    assert 6.5 < many.high - many.low < 9, "the interval of one draw in 20 of a normal of sigma 2 is 7.8 wide"


def test_the_parts_add_up_and_the_ends_are_the_ends(small_run: Run) -> None:
    config = small_run.config
    world, noise = know(make_world(config, 0), config["account"]["kinds"]), world_noise(config, 0)
    for seed in range(2):
        outcome = clean_up(world, config, noise.branch(f"luck {seed}"), archived=False).outcome
        ledger, deeds = outcome.ledger, outcome.deeds
        for part in (ledger.sunk, ledger.irreversible, ledger.avoidable):
            assert (part >= 0).all()
        assert ((ledger.sunk + ledger.irreversible + ledger.avoidable) == ledger.total).all()
        assert (deeds["nothing"].avoided == 0).all() and deeds["nothing"].calls.sum() == 0
        for name, deed in deeds.items():
            assert (deed.avoided >= 0).all() and (deed.avoided <= ledger.avoidable).all(), name
            assert (deed.avoided.sum(axis=1) <= deeds["delete_account"].avoided.sum(axis=1)).all(), name
            assert ((deed.kept >= 0) & (deed.kept <= deed.posts)).all()
        assert deeds["delete_account"].avoided.sum() > 0


def test_rows_and_parts_of_the_results_agree(small_run: Run) -> None:
    rows = {(row["strategy"], row["measure"]): row["mean"] for row in small_run.document["leaderboard"]}
    for name, classes in small_run.results["parts"].items():
        for learner, part in classes.items():
            assert {what: rows[name, f"{what}_{learner}"] for what in part} == part
            total = part["sunk"] + part["irreversible"] + part["avoidable"]
            nothing = small_run.results["parts"]["nothing"][learner]
            assert total == pytest.approx(nothing["sunk"] + nothing["irreversible"] + nothing["avoidable"])
        assert rows[name, "total"] == pytest.approx(
            sum(rows[name, f"{what}_{each}"] for each in LEARNERS for what in ("sunk", "irreversible", "avoidable"))
        )
    assert rows["nothing", "avoided"] == 0 and rows["nothing", "avoided_share"] == 0
    assert rows["delete_account", "kept_share"] == 0 and rows["nothing", "kept_share"] == 1
    best = max((name for name, measure in rows if measure == "avoided"), key=lambda name: rows[name, "avoided"])
    assert best == "delete_account"


def pairs(log: Log, until: int | None = None) -> set[tuple[int, str, int]]:
    """(post, class, learner) of a log by plain counting: a person or holder counts once a post, however often."""
    found: set[tuple[int, str, int]] = set()
    for block in log.blocks:
        posts = log.post[block.first + np.repeat(np.arange(block.posts), np.diff(block.event_start))].tolist()
        e = block.events
        columns = (column.tolist() for column in (e.time, e.channel, e.actor, e.learner))
        for post, time, channel, actor, learner in zip(posts, *columns, strict=True):
            teaches = CHANNELS[channel] not in ("reshare", "copy", "extract", "leak")
            if teaches and (until is None or time < until):
                found.add((post, LEARNERS[learner], actor))
    return found


def test_the_ledger_is_a_plain_count_of_distinct_pairs() -> None:
    config = compose_config("compare", ["world.size=120", "world.owners=3", "strategy=[nothing,everything]"])
    config["channel"]["reshare"]["p_share"] = config["channel"]["copy"]["p_copy"] = 0.01
    world, noise = make_world(config, 0), world_noise(config, 0).branch("luck 0")
    ledger = clean_up(know(world, config["account"]["kinds"]), config, noise, archived=False).outcome.ledger
    _, log = simulate(world, config, noise)
    columns = (world.posts[name].to_pylist() for name in ("post", "subject", "sensitive"))
    about = {post: (subject, sensitive.bit_count()) for post, subject, sensitive in zip(*columns, strict=True)}
    owners = world.owners.tolist()
    for until, counted in ((None, ledger.total), (world.decision, ledger.sunk)):
        expected = np.zeros_like(counted)
        for post, learner, _ in pairs(log, until):
            subject, items = about[post]
            expected[owners.index(subject), LEARNERS.index(learner)] += items
        assert (counted == expected).all()
    assert len(pairs(log)) < log.events / 1.05, "nobody saw anything twice, so nothing was tried"
