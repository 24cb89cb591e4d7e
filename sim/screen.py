"""Which unknown number decides: the comparison evaluated along trajectories through every range."""

from collections.abc import Callable

from sim.core.errors import unknown as unknown_name
from sim.core.parameters import fix, parameters
from sim.experiment import clean_up
from sim.measure.conclusions import conclusions
from sim.measure.results import Screen
from sim.measure.sensitivity import Answer, effects, trajectories
from sim.owners import know
from sim.platforms.exports.item import Archive
from sim.worlds import Config, make_world, world_noise

POLICIES = ("strategy", "interaction")
"""Groups whose numbers are chosen, not unknown, or belong to another simulation (`sim/interaction.py`)."""


def unknown(config: Config) -> list[str]:
    """Every quantity with a range, of the world, the channels or the law, each once, by its `draw` or its path.

    `config["screen_of"]`: of these groups alone. Raises Misuse for a group without a range.
    """
    ranged = [(path, node) for path, node in parameters(config) if node.get("low") is not None]
    ranged = [(path, node) for path, node in ranged if path.split(".")[0] not in POLICIES]
    groups = list(dict.fromkeys(path.split(".")[0] for path, _ in ranged))
    wanted = config["screen_of"] or groups
    for name in wanted:
        if name not in groups:
            raise unknown_name("group of unknown numbers", name, groups)
    return list(dict.fromkeys(node.get("draw", path) for path, node in ranged if path.split(".")[0] in wanted))


def evaluations(config: Config) -> int:
    """How often a screen of `config` runs the comparison."""
    return int(config["screen"]) * (len(unknown(config)) + 1)


def screen(config: Config, archive: Archive | None = None, *, tick: Callable[[], None] = lambda: None) -> Screen:
    """A Morris screen of `config["screen"]` trajectories; one world and one luck, so that only parameters differ."""
    names, noise = unknown(config), world_noise(config, 0)
    luck = noise.branch("luck 0")
    points = trajectories(names, config["screen"], noise.branch("screen"))

    def evaluate(shares: list[float]) -> Answer:
        fixed = {**fix(config, dict(zip(names, shares, strict=True))), "params": "centre"}
        owners = know(make_world(fixed, 0, archive), config["account"]["kinds"])
        outcome = clean_up(owners, fixed, luck, archived=archive is not None).outcome
        tick()
        total = int(outcome.ledger.total.sum())
        share = int(outcome.ledger.avoidable.sum()) / total if total else 0.0
        return Answer(share, conclusions(outcome, list(outcome.deeds)))

    answers = [evaluate(point) for point in points.tolist()]
    return Screen(evaluations=len(answers), effects=effects(names, points, answers, noise.branch("screen")))
