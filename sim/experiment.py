"""The whole path, in one direction; read this first.

populate -> befriend -> publish -> World -> propagate -> log -> observe -> rank -> schedule -> plan -> apply -> score
   people     ties       posts               events            account                 plan            ledger, deeds
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from sim.annotators import follow_hired
from sim.cleanup.plan import Plan
from sim.core.build import build, build_each, group
from sim.core.clock import iso_date
from sim.core.errors import require
from sim.core.log import Log
from sim.core.noise import Noise
from sim.core.parameters import numbers, settle
from sim.core.schema import ACTIONS, DAY_S
from sim.drawn import drawn
from sim.exposure.anew import attracts, simulate_anew, unnoticed
from sim.exposure.apply import apply
from sim.exposure.bars import bars_of
from sim.exposure.doors import Doors, close_doors
from sim.exposure.engagement import engagement
from sim.exposure.propagate import Channel, propagate
from sim.exposure.scene import Scene, stage
from sim.exposure.unlearn import forget
from sim.holders import answers
from sim.measure.outcome import Laid, Outcome, by_first_deletions, gathered, moments, scores, steps
from sim.measure.score import open_ledger
from sim.measure.tally import Masks, learnt_by
from sim.onlooker import infer, look, outsiders, seen
from sim.owners import Desk, Owners, actions, at_once, deed, know, plans
from sim.platforms.exports.item import Archive
from sim.reach import reaching
from sim.rivals import Rivals, rival
from sim.traded import follow_traded
from sim.world.world import World
from sim.worlds import Config, make_world, world_noise

WAITS_DAYS = (0, 7, 14, 30, 60, 90, 180, 270)


def prepare(world: World, config: Config, noise: Noise) -> tuple[Scene, list[Channel]]:
    """What the engine reads of a world, and the channels of a configuration, with this luck."""
    ranges = noise.branch("parameters") if config["params"] == "ranges" else None
    channels = build_each(settle(config["channel"], ranges, "channel"), "channel")
    horizon_end = world.decision + config["horizon_days"] * DAY_S
    gone = numbers(settle(config["others_gone_per_year"], ranges, "others_gone_per_year"), "others_gone_per_year")
    reach = build(group(settle(config["platform"]["reach"], ranges, "reach"), "platform.reach"), "platform.reach")
    return reaching(reach, stage(world, noise, horizon_end=horizon_end, others_gone_per_year=gone), channels)


def simulate(world: World, config: Config, noise: Noise) -> tuple[Scene, Log]:
    """What happens to every post up to the horizon if nobody does anything, with this luck."""
    scene, channels = prepare(world, config, noise)
    return scene, propagate(scene, channels, noise, threads=config["threads"])


@dataclass(frozen=True)
class Life:
    """One seed: its outcome, plans by strategy, why some are not applicable, how many events, and random rivals."""

    outcome: Outcome
    plans: dict[str, list[Plan]]
    why_not: dict[str, str]
    events: int
    rivals: Rivals | None


def clean_up(owners: Owners, config: Config, noise: Noise, *, archived: bool) -> Life:
    """One seed: the log, every strategy's plans laid over it, and their scores."""
    world, threads = owners.world, config["threads"]
    scene, channels = prepare(world, config, noise)
    require(
        not (config["rivals"] and attracts(channels)),
        "Random rivals are filtered out of one log, which says nothing of attention that a deletion draws: rivals=0.",
    )
    log = propagate(scene, channels, noise, threads=threads)
    decision, end = world.decision, scene.horizon_end
    platform = build(settle(config["platform"], None, "platform"), "platform")

    def happens(doors: Doors, in_log: Log) -> Masks:
        """What happens under a plan's doors, as models remember it at the horizon."""
        return forget(doors, in_log, apply(doors, in_log, threads=threads), horizon_end=end)

    def all_at_once(time: int) -> Masks:
        """What still happens if every action is taken at a time and granted."""
        return happens(close_doors(scene, at_once(world.owners, time)), log)

    items = np.bitwise_count(world.posts["sensitive"].to_numpy()).astype(np.int64)
    if archived:  # what is sensitive to a real person nobody but she knows: every post counts at least once
        items = np.maximum(items, 1)
    everything = all_at_once(decision)
    ledger = open_ledger(
        log, everything, owner=owners.number, items=items, owners=len(world.owners), decision=decision
    )  # fmt: skip
    ranges = noise.branch("parameters") if config["params"] == "ranges" else None
    means = numbers(settle(config["adversary"], ranges, "adversary"), "adversary")
    onlooker = None if archived else look(world, owners.number, noise, means)
    follow = config["annotators"]
    hired = follow_hired(channels, scene, log, ledger, everything, noise, decision=decision) if follow else None
    traded = follow_traded(channels, scene, log, ledger, everything, owners=world.owners, decision=decision)
    told, taken_by = answers(world, config, noise), outsiders(config["channel"])
    times, grid = moments(decision, end), steps(max(len(rows) for rows in owners.rows))
    weight = np.where(owners.number >= 0, items, 0)

    def lay(planned: list[Plan]) -> Laid:
        """One strategy's plans over the log."""
        rows = actions(planned)
        doors = close_doors(scene, rows, told)
        under = {"doors": doors, "bars": bars_of(scene.post, scene.author, rows), "threads": threads}
        after, fresh = simulate_anew(scene, channels, noise, log, **under)
        alive, book = happens(doors, after), ledger.over(after, log)
        handled = {} if hired is None else hired.parts(after, alive)
        if attracts(channels):
            quiet, _ = simulate_anew(scene, unnoticed(channels), noise, log, **under)
            handled |= drawn(ledger, log, (quiet, happens(doors, quiet)), (after, alive))
        if traded is not None:
            handled |= traded.parts(after, alive, doors)
        number, kinds = owners.number[fresh], {ACTIONS[code] for plan in planned for code in plan.action.tolist()}
        inferred = None
        if onlooker is not None:
            inferred = infer(onlooker, seen(channels, scene, noise, after, alive, doors, outside=taken_by))
        return Laid(
            deed(after, alive, book, planned, owners, platform, decision=decision, horizon_end=end),
            over_time=learnt_by(after, alive, book.sizes, times, weight),
            stop_here=by_first_deletions(after, book, alive, [plan.target for plan in planned], grid)
            if "delete" in kinds else None,
            inferred=inferred,
            handled=handled or None,
            anew=np.bincount(number[number >= 0], minlength=len(world.owners)) if len(fresh) else None,
        )  # fmt: skip

    like_share = numbers(settle(config["account"]["like_share"], None), "account.like_share")
    desk = Desk(owners, None if archived else engagement(log, noise, like_share=like_share))
    laid, why_not, made = {}, {}, {}
    for name, strategy in build_each(settle(config["strategy"], None, "strategy"), "strategy").items():
        planned = plans(strategy, desk, platform, noise, decision=decision, horizon_end=end)
        if isinstance(planned, str):
            why_not[name] = planned
        else:
            made[name], laid[name] = planned, lay(planned)
    waits = np.array([w for w in WAITS_DAYS if w < config["horizon_days"]])
    later = [ledger.avoided(log, all_at_once(decision + w * DAY_S)).sum() for w in waits.tolist()]
    days = (times - decision) // DAY_S
    figures = {} if hired is None else hired.figures
    outcome = gathered(
        ledger, laid, moments_days=days, waits_days=waits, waiting=np.array(later, dtype=np.int64), workers=figures
    )
    rivals = None
    if config["rivals"]:
        rivals = rival(owners, platform, log, ledger, noise.branch("rivals"), plans=config["rivals"], threads=threads)
    return Life(outcome, made, why_not, log.events, rivals)


@dataclass(frozen=True)
class Comparison:
    """Outcomes by world and seed, plans of the first by strategy, why some strategies are not applicable."""

    worlds: list[World]
    outcomes: list[list[Outcome]]
    plans: dict[str, list[Plan]]
    why_not: dict[str, str]
    events: int
    rivals: Rivals | None

    @property
    def decision(self) -> str:
        """The day of the clean-up."""
        return iso_date(self.worlds[0].decision)

    def scores(self) -> dict[str, Any]:
        """Columns of the table `scores`: pairs avoided by class, and the parts, of each owner, world and seed."""
        return scores(self.outcomes, [world.owners for world in self.worlds])


def compare(config: Config, archive: Archive | None = None, *, tick: Callable[[], None] = lambda: None) -> Comparison:
    """Every strategy over every seed of every world."""
    found = Comparison([], [], {}, {}, 0, None)
    for number in range(config["worlds"]):
        world, noise = make_world(config, number, archive), world_noise(config, number)
        owners, lives = know(world, config["account"]["kinds"]), []
        for seed in range(config["seeds"]):
            life = clean_up(owners, config, noise.branch(f"luck {seed}"), archived=archive is not None)
            lives.append(life.outcome)
            found = replace(
                found,
                plans=found.plans or life.plans,
                why_not=found.why_not | life.why_not,
                events=found.events or life.events,
                rivals=found.rivals or life.rivals,
            )
            tick()
        found = replace(found, worlds=[*found.worlds, world], outcomes=[*found.outcomes, lives])
    return found
