"""The whole path, in one direction; read this first.

populate -> befriend -> publish -> World -> propagate -> log -> observe -> rank -> schedule -> plan -> apply -> score
   people     ties       posts               events            account                 plan            ledger, deeds
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.cleanup.plan import Plan
from sim.core.build import build, build_each, group
from sim.core.clock import iso_date
from sim.core.errors import require
from sim.core.log import Log
from sim.core.noise import Noise
from sim.core.parameters import numbers, settle
from sim.core.schema import DAY_S
from sim.exposure.anew import attracts
from sim.exposure.engagement import engagement
from sim.exposure.order import in_order
from sim.exposure.propagate import Channel, propagate
from sim.exposure.scene import Scene, scene_of
from sim.factual import factual
from sim.measure.outcome import Outcome, gathered, scores
from sim.owners import Desk, Owners, know, plans
from sim.platforms.exports.item import Archive
from sim.reach import reaching
from sim.rivals import Rivals, rival
from sim.world.world import World
from sim.worlds import Config, make_world, ranges_of, world_noise

WAITS_DAYS = (0, 7, 14, 30, 60, 90, 180, 270)


def prepare(world: World, config: Config, noise: Noise) -> tuple[Scene, list[Channel]]:
    """What the engine reads of a world, and the channels of a configuration, with this luck."""
    ranges = ranges_of(config, noise)
    channels = build_each(in_order(settle(config["channel"], ranges, "channel")), "channel")
    horizon_end = world.decision + config["horizon_days"] * DAY_S
    gone = numbers(settle(config["others_gone_per_year"], ranges, "others_gone_per_year"), "others_gone_per_year")
    reach = build(group(settle(config["platform"]["reach"], ranges, "reach"), "platform.reach"), "platform.reach")
    return reaching(reach, scene_of(world, noise, horizon_end=horizon_end, others_gone_per_year=gone), channels)


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
    world = owners.world
    scene, channels = prepare(world, config, noise)
    require(
        not (config["rivals"] and attracts(channels)),
        "Random rivals are filtered out of one log, which says nothing of attention that a deletion draws: rivals=0.",
    )
    log = propagate(scene, channels, noise, threads=config["threads"])
    fact = factual(owners, config, noise, scene, channels, log, archived=archived)
    decision, platform, ledger = world.decision, fact.platform, fact.ledger

    like_share = numbers(settle(config["account"]["like_share"], None), "account.like_share")
    desk = Desk(owners, None if archived else engagement(log, noise, like_share=like_share))
    laid, why_not, made = {}, {}, {}
    for name, strategy in build_each(settle(config["strategy"], None, "strategy"), "strategy").items():
        planned = plans(strategy, desk, platform, noise, decision=decision, horizon_end=scene.horizon_end)
        if isinstance(planned, str):
            why_not[name] = planned
        else:
            made[name], laid[name] = planned, fact.lay(planned)

    waits = np.array([w for w in WAITS_DAYS if w < config["horizon_days"]])
    outcome = gathered(
        ledger, laid, moments_days=(fact.moments - decision) // DAY_S, waits_days=waits,
        waiting=np.array([fact.avoidable_at(decision + w * DAY_S) for w in waits.tolist()], dtype=np.int64),
        workers={} if fact.hired is None else fact.hired.figures,
    )  # fmt: skip
    rivals = None
    if config["rivals"]:
        luck = noise.branch("rivals")
        rivals = rival(owners, platform, log, ledger, luck, plans=config["rivals"], threads=config["threads"])
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
    worlds, lives = [], []
    for number in range(config["worlds"]):
        world, noise = make_world(config, number, archive), world_noise(config, number)
        owners, own = know(world, config["account"]["kinds"]), []
        for seed in range(config["seeds"]):
            own.append(clean_up(owners, config, noise.branch(f"luck {seed}"), archived=archive is not None))
            tick()
        worlds.append(world)
        lives.append(own)
    first = lives[0][0]
    why_not = {name: why for own in lives for life in own for name, why in life.why_not.items()}
    outcomes = [[life.outcome for life in own] for own in lives]
    return Comparison(worlds, outcomes, first.plans, why_not, first.events, first.rivals)
