"""The Morris screen: equal to what is known of a function, and honest of the comparison."""

import numpy as np
import pytest

from sim.core.errors import Mistake, Misuse
from sim.core.noise import Noise
from sim.core.parameters import fix, parameters, settle
from sim.core.schema import LEARNERS
from sim.experiment import clean_up
from sim.measure.conclusions import QUESTIONS, ahead, conclusions, winner
from sim.measure.sensitivity import Answer, effects, trajectories
from sim.owners import know
from sim.screen import evaluations, screen, unknown
from sim.verbs.compose import compose_config
from sim.worlds import make_world, world_noise

pytest.importorskip("SALib", reason="SALib is not installed: pip install 'afterpost[science]'")
NAMES = ("large", "small", "idle", "bent")


def known(point: np.ndarray) -> Answer:
    large, small, _, bent = point
    side = "left" if large < 0.5 else "right"
    return Answer(float(3 * large + 0.5 * small + bent * large), {"side": side, "nobody": None})


def test_a_linear_effect_is_its_slope_and_an_interaction_spreads() -> None:
    points = trajectories(NAMES, 60, Noise(3))
    assert points.shape == (60 * 5, 4)
    rows = {row["path"]: row for row in effects(NAMES, points, [known(p) for p in points], Noise(3))}
    assert rows["small"]["mean"] == pytest.approx(0.5) and rows["small"]["spread"] == pytest.approx(0, abs=1e-9)
    assert rows["idle"]["mean"] == 0
    assert rows["large"]["mean"] == pytest.approx(3.5, abs=0.1) and rows["large"]["spread"] > 0.2
    assert rows["bent"]["mean"] == pytest.approx(0.5, abs=0.1) and rows["bent"]["spread"] > 0.2
    assert next(iter(rows)) == "large"


def test_only_the_name_that_moved_is_blamed_for_a_flip() -> None:
    points = trajectories(NAMES, 30, Noise(4))
    rows = {row["path"]: row["flips"] for row in effects(NAMES, points, [known(p) for p in points], Noise(4))}
    assert [(flip["question"], flip["low"], flip["high"]) for flip in rows["large"]] == [("side", "left", "right")]
    assert rows["large"][0]["count"] == 30  # a step of two thirds always crosses the middle
    assert rows["small"] == rows["idle"] == rows["bent"] == []


def test_a_flat_outcome_has_no_effects_and_one_trajectory_is_refused() -> None:
    points = trajectories(NAMES, 2, Noise(5))
    flat = [Answer(1.0, {"side": None})] * len(points)
    assert all(row["mean"] == 0 for row in effects(NAMES, points, flat, Noise(5)))
    with pytest.raises(Mistake, match="2 trajectories or more"):
        trajectories(NAMES, 1, Noise(5))


def test_fixing_reaches_the_ends_of_a_range_and_nothing_else() -> None:
    node = {"value": 2.0, "low": 1.0, "high": 100.0, "scale": "log", "source": "test"}
    config = {"a": node, "b": [{**node, "draw": "shared"}], "c": {"value": 7, "source": "test"}}
    assert fix(config, {"a": 1.0, "shared": 0.5}) == {"a": 100.0, "b": [pytest.approx(10.0)], "c": config["c"]}
    assert settle(fix(config, {}), None) == {"a": 2.0, "b": [2.0], "c": 7}


def test_a_screen_of_the_comparison_repeats_and_moves_every_unknown() -> None:
    words = ["world.size=60", "world.owners=3", "content=none", "horizon_days=60", "screen=2",
             "screen_of=[channel,rights,adversary]", "strategy=[nothing,everything,make_private]"]  # fmt: skip
    config = compose_config("compare", words)
    ticks: list[None] = []
    found = screen(config, tick=lambda: ticks.append(None))
    assert found == screen(config)
    assert len(ticks) == found["evaluations"] == evaluations(config) == 2 * (len(unknown(config)) + 1)
    assert {row["path"] for row in found["effects"]} == set(unknown(config))
    assert len(unknown(config)) > 15
    means = {row["path"]: row["mean"] for row in found["effects"]}
    assert means["channel.discovery.per_tie_per_year"] > 0, "a range of two decades that drives late deletion"


def test_the_winner_keeps_at_least_half_the_posts() -> None:
    config = compose_config("compare", ["world.size=60", "world.owners=3", "content=none", "params=centre"])
    owners = know(make_world(config, 0))
    outcome = clean_up(owners, config, world_noise(config, 0).branch("luck 0"), archived=False).outcome
    best = winner(outcome, list(outcome.deeds))
    assert best is not None
    assert outcome.deeds[best].kept.sum() >= 0.5 * outcome.deeds[best].posts.sum()
    assert winner(outcome, ["everything", "delete_account"]) is None


def test_a_screen_covers_every_range_but_those_of_policies() -> None:
    """Whatever is only known to a range is moved; a group can be asked for alone."""
    for name in ("gig_workers", "sold_on", "private_too", "draws_attention", "open_network"):
        config = compose_config("compare", [f"experiment={name}"])
        ranged = {path: node for path, node in parameters(config) if node.get("low") is not None}
        left = {path.split(".")[0] for path, node in ranged.items() if node.get("draw", path) not in unknown(config)}
        assert left <= {"strategy", "interaction"}, name
    config = compose_config("compare", ["platform=instagram", "screen_of=[adversary,platform]"])
    assert {path.split(".")[0] for path in unknown(config)} == {"adversary", "platform"}
    assert "platform.reach.feed_delay" in unknown(config)
    with pytest.raises(Misuse, match="Did you mean 'rights'"):
        unknown(config | {"screen_of": ["right"]})


def test_a_number_of_the_world_moves_the_world() -> None:
    words = ["world.size=60", "world.owners=3", "content=none", "horizon_days=60", "screen=2", "screen_of=[posts]",
             "strategy=[nothing,everything]"]  # fmt: skip
    means = {row["path"]: row["mean"] for row in screen(compose_config("compare", words))["effects"]}
    assert means["posts.deleted_per_year"] > 0 and means["posts.friends_per_month"] > 0


def test_each_conclusion_is_a_strategy_that_is_clearly_ahead() -> None:
    assert ahead({"nothing": 0, "a": 50, "b": 48}, of=100) == "a"
    assert ahead({"nothing": 0, "a": 500, "b": 495}, of=1000) is None, "a lead of half a percent is luck"
    assert ahead({"a": 3, "b": 3}, of=4) is None and ahead({}, of=4) is None
    assert ahead({"nothing": 0, "worse": -2}, of=4) == "nothing"
    config = compose_config("compare", ["world.size=60", "world.owners=3", "content=none", "params=centre"])
    owners = know(make_world(config, 0), config["account"]["kinds"])
    outcome = clean_up(owners, config, world_noise(config, 0).branch("luck 0"), archived=False).outcome
    names = list(outcome.deeds)
    found = conclusions(outcome, names)
    assert set(found) == set(QUESTIONS) and set(found.values()) <= {*names, None}
    assert found["keeping"] in (winner(outcome, names), None) and found["all"] in ("delete_account", None)
    keeping = [name for name, deed in outcome.deeds.items() if 2 * deed.kept.sum() >= deed.posts.sum()]
    for code, learner in enumerate(LEARNERS):
        done = {name: int(outcome.deeds[name].avoided[:, code].sum()) for name in keeping}
        assert found[learner] == ahead(done, of=int(outcome.ledger.avoidable[:, code].sum()))
    assert conclusions(outcome, ["nothing"])["keeping"] == "nothing"


@pytest.mark.parametrize("corner", range(6))
def test_every_end_of_every_range_makes_a_comparison(corner: int) -> None:
    """All at their low ends, all at their high ends, and corners between: a screen goes there."""
    words = ["world.size=80", "world.owners=2", "content=none", "horizon_days=60", "strategy=[nothing,everything]"]
    config = compose_config("compare", [*words, "experiment=gig_workers"])
    names = unknown(config)
    coins = Noise(7).uniform("corner", np.arange(len(names)), corner) < 0.5
    ends = np.array([corner == 1 if corner < 2 else bool(coin) for coin in coins], dtype=float)
    fixed = {**fix(config, dict(zip(names, ends.tolist(), strict=True))), "params": "centre"}
    owners = know(make_world(fixed, 0), config["account"]["kinds"])
    outcome = clean_up(owners, fixed, world_noise(fixed, 0).branch("luck 0"), archived=False).outcome
    assert set(outcome.deeds) == {"nothing", "everything"}
