"""Which unknown number decides: the comparison evaluated along trajectories through every range."""

from collections.abc import Callable

from sim.core.parameters import fix, parameters
from sim.experiment import clean_up
from sim.measure.leaderboard import winner
from sim.measure.results import Screen
from sim.measure.sensitivity import Answer, effects, trajectories
from sim.owners import know
from sim.platforms.exports.item import Archive
from sim.worlds import Config, make_world, world_noise


def unknown(config: Config) -> list[str]:
    """Every quantity a seed draws from its range, each once, by its `draw` or its path."""
    drawn = {group: config[group] for group in ("channel", "rights", "others_gone_per_year")}
    found = (node.get("draw", path) for path, node in parameters(drawn) if node.get("low") is not None)
    return list(dict.fromkeys(found))


def evaluations(config: Config) -> int:
    """How often a screen of `config` runs the comparison."""
    return int(config["screen"]) * (len(unknown(config)) + 1)


def screen(config: Config, archive: Archive | None = None, *, tick: Callable[[], None] = lambda: None) -> Screen:
    """A Morris screen of `config["screen"]` trajectories; one world and one luck, so that only parameters differ."""
    names, noise = unknown(config), world_noise(config, 0)
    owners = know(make_world(config, 0, archive), config["account"]["kinds"])
    luck = noise.branch("luck 0")
    points = trajectories(names, config["screen"], noise.branch("screen"))

    def evaluate(shares: list[float]) -> Answer:
        fixed = {**fix(config, dict(zip(names, shares, strict=True))), "params": "centre"}
        outcome = clean_up(owners, fixed, luck, archived=archive is not None).outcome
        tick()
        total = int(outcome.ledger.total.sum())
        share = int(outcome.ledger.avoidable.sum()) / total if total else 0.0
        return Answer(share, winner(outcome, list(outcome.deeds)))

    answers = [evaluate(point) for point in points.tolist()]
    return Screen(evaluations=len(answers), effects=effects(names, points, answers, noise.branch("screen")))
