"""Every experiment of the configuration runs, small, and says what is its own."""

from pathlib import Path

import pytest

from sim.core.errors import Mistake, Misuse
from sim.experiment import compare
from sim.verbs.command import perform
from sim.verbs.compose import PLANLESS, compose_config, groups_of, options
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


@pytest.mark.parametrize("name", options("experiment"))
def test_an_experiment_is_simulated_and_equals_its_twin(name: str, tmp_path: Path) -> None:
    words = [*SMALL[:2], "content=none", f"experiment={name}", "check=6", "world.size=80", f"out={tmp_path}"]
    told = perform("propagate", None, compose_config("propagate", words), quiet=True)
    assert told["events"] > 0 and told["twin"]["equal"] is True


@pytest.mark.parametrize("verb", PLANLESS)
def test_what_plans_nothing_takes_no_strategy(verb: str) -> None:
    assert "strategy" not in groups_of(verb) and {"world", "channel", "experiment"} <= groups_of(verb)
    assert "strategy" not in compose_config(verb, ["experiment=open_network"])
    with pytest.raises(Misuse, match="plans nothing"):
        compose_config(verb, ["strategy=[nothing]"])


def test_channels_run_in_their_order_whatever_the_order_they_are_named_in(tmp_path: Path) -> None:
    def digest(names: str) -> str:
        words = ["world.size=80", "world.owners=2", "content=none", f"channel=[{names}]", f"out={tmp_path}"]
        return str(perform("propagate", None, compose_config("propagate", words), quiet=True)["digest"])

    assert digest("train,copy,scrape,reshare,discovery,feed") == digest("feed,discovery,reshare,copy,scrape,train")
    for names in ("review", "reshare,copy", "feed,market"):
        with pytest.raises(Misuse, match=r"nothing to work on|Key not found"):
            digest(names)
    with pytest.raises(Mistake, match="Name some"):
        digest("")


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
