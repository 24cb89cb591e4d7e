"""A comparison from configuration to record: read the archive, compare, and assemble what a report says."""

from dataclasses import dataclass
from typing import Any

from sim.core.clock import seconds
from sim.core.noise import Noise
from sim.core.parameters import parameters, settle
from sim.core.provenance import record, run_id
from sim.core.schema import DAY_S, LEARNERS
from sim.experiment import Comparison, compare
from sim.exposure.shifts import FIGURES
from sim.measure import leaderboard
from sim.measure.results import ArchiveFacts, Parameter, Results, Row, StrategyFacts
from sim.measure.sensitivity import salib
from sim.platforms.exports.item import Archive
from sim.screen import evaluations, screen
from sim.verbs.archive import archive_of, fingerprints
from sim.verbs.preview import shown
from sim.verbs.progress import progress
from sim.verbs.selecting import with_selection

MOST_SIZE = 1_000_000
PEOPLE_A_FOLLOWER = 4
"""An archive's owner joins a world with at least this many people for each of her followers."""


@dataclass(frozen=True)
class Study:
    """What a comparison found: the record of a report, the comparison itself, and the archive it was of, if any."""

    results: Results
    comparison: Comparison
    archive: Archive | None


def study(command: str, config: dict[str, Any]) -> Study:
    """Run the comparison a configuration describes; `config["path"]`, if any, is an archive's or several."""
    if config["screen"]:
        salib()  # said before the comparison, not after it
    archive = archive_of(config)
    config = with_selection(config)
    if archive is not None:
        config = _at_home(config, archive)
    provenance = record(command, config, fingerprints(config))
    with progress("seeds", config["seeds"] * config["worlds"]) as tick:
        found = compare(config, archive, tick=tick)
    results = _results(config, found, archive, provenance)
    if config["screen"]:
        with progress("screen", evaluations(config)) as tick:
            results["screen"] = screen(config, archive, tick=tick)
    return Study(results, found, archive)


def _at_home(config: dict[str, Any], archive: Archive) -> dict[str, Any]:
    """The configuration for an archive: decided on the world's day, or a day after its newest item if that is later,
    in a world that can hold her followers."""
    newest = max((item.created for item in archive.items), default=0)
    followers = config["account"]["followers"] or archive.followers or 0
    world = dict(config["world"])
    world["decision"] = max(seconds(world["decision"]), newest + DAY_S)
    world["size"] = min(MOST_SIZE, max(world["size"], PEOPLE_A_FOLLOWER * followers))
    return {**config, "world": world}


def _results(config: dict[str, Any], found: Comparison, archive: Archive | None, provenance: dict[str, Any]) -> Results:
    world, outcomes = found.worlds[0], found.outcomes
    board = leaderboard.rows(outcomes, Noise(config["world"]["seed"]).branch("interval"))
    platform = settle(config["platform"], None)
    people = world.people.num_rows
    return Results(
        title=config["title"],
        run=run_id(provenance),
        facts={
            "people": world.size,
            "ties": world.ties,
            "mean_friends": len(world.audience.viewer) / people,
            "owners": sum(len(each.owners) for each in found.worlds),
            "posts": shown(world.posts).num_rows,
            "seeds": config["seeds"],
            "worlds": config["worlds"],
            "decision": found.decision,
            "horizon_days": config["horizon_days"],
            "platform": platform["title"],
            "pace": platform["limits"]["pace"],
            "params": config["params"],
            "archive": None if archive is None else _archive_facts(archive, found),
            "events": found.events,
        },
        classes=list(LEARNERS),
        strategies=_strategies(config, board, found.why_not),
        leaderboard=board,
        parts=leaderboard.parts(board),
        over_time={
            "days": outcomes[0][0].moments_days.astype(float).tolist(),
            "curves": leaderboard.over_time(outcomes),
        },
        stop_here=leaderboard.stop_here(outcomes),
        waiting=leaderboard.waiting(outcomes),
        robust=leaderboard.robust(outcomes, [name for name in config["strategy"] if name not in found.why_not]) or None,
        scenarios=[],
        workers=leaderboard.workers(outcomes, FIGURES),
        screen=None,
        parameters=_parameters(config),
        provenance=provenance,
    )


def _archive_facts(archive: Archive, found: Comparison) -> ArchiveFacts:
    notes = [*archive.notes, *(note for world in found.worlds for note in world.notes)]
    notes += [f"{error.where}: {error.problem}" for error in archive.errors[:5]]
    return {"platform": archive.platform, "items": len(archive.items), "errors": len(archive.errors), "notes": notes}


def _strategies(config: dict[str, Any], board: list[Row], why_not: dict[str, str]) -> dict[str, StrategyFacts]:
    rows = {(row["strategy"], row["measure"]): row for row in board}
    order = list(dict.fromkeys(row["strategy"] for row in board))

    def mean(name: str, measure: str) -> float | None:
        return rows[name, measure]["mean"] if (name, measure) in rows else None

    facts: dict[str, StrategyFacts] = {}
    for name in [*order, *why_not]:
        share = rows.get((name, "avoided_share"))
        facts[name] = StrategyFacts(
            title=config["strategy"][name].get("title") or name.replace("_", " "),
            applicable=name not in why_not,
            why_not=why_not.get(name),
            avoided_share=share["mean"] if share else None,
            avoided_share_low=share["low"] if share else None,
            avoided_share_high=share["high"] if share else None,
            kept_share=mean(name, "kept_share"),
            calls=mean(name, "calls"),
            days=mean(name, "days"),
            days_full_limit=mean(name, "days_full_limit"),
            usd=mean(name, "money_usd"),
            recurring=config["strategy"][name].get("every_days") is not None,
        )
    return facts


def _parameters(config: dict[str, Any]) -> list[Parameter]:
    """Every sourced number of the run, once for each quantity several places share."""
    made: dict[str, Parameter] = {}
    for path, node in parameters(config):
        made.setdefault(
            node.get("draw", path),
            Parameter(
                path=path, value=node["value"], low=node.get("low"), high=node.get("high"), scale=node.get("scale"),
                unit=node.get("unit"), source=node["source"], grade=node.get("grade"),
            ),
        )  # fmt: skip
    return list(made.values())
