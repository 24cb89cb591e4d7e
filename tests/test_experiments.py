"""Every experiment of the configuration runs, small, and says what is its own."""

import pytest

from sim.core.errors import Mistake
from sim.experiment import compare
from sim.verbs.compose import compose_config, options
from sim.worlds import make_world

SMALL = ["world.size=150", "world.owners=3", "seeds=1", "content=none"]


@pytest.mark.parametrize("name", options("experiment"))
def test_an_experiment_compares_its_strategies(name: str) -> None:
    config = compose_config("compare", [f"experiment={name}", *SMALL])
    usual = compose_config("compare", SMALL)
    assert config["title"] != usual["title"], "an experiment has a title of its own"
    found = compare(config)
    (outcome,) = found.outcomes[0]
    assert set(outcome.deeds) | set(found.why_not) == set(config["strategy"])
    assert "nothing" in outcome.deeds and outcome.ledger.total.sum() > 0
    assert not outcome.deeds["nothing"].avoided.any()


def test_owners_are_of_the_age_asked_for() -> None:
    def ages(*words: str) -> list[int]:
        config = compose_config("generate", ["world.size=400", "world.owners=12", "content=none", *words])
        world = make_world(config, 0)
        return world.people["age"].to_numpy()[world.owners].tolist()

    assert all(18 <= age <= 24 for age in ages("owners_aged=[18,24]"))
    assert any(age > 24 for age in ages())
    with pytest.raises(Mistake, match="the younger first"):
        ages("owners_aged=[24,18]")
    with pytest.raises(Mistake, match="nobody with a tie is of that age"):
        ages("owners_aged=[91,99]")
