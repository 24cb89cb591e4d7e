"""The crawl of a staged plan: the model's harvesters as visits to a real server, made as far as the replay has come."""

from typing import Any

import numpy as np

from sim.core.errors import require
from sim.core.schema import AUDIENCES, NEVER, OBJECTS
from sim.core.store import read_table
from sim.experiment import prepare
from sim.exposure.channels.scrape import Scrape
from sim.exposure.doors import DELETE, LIMIT, close_doors
from sim.exposure.visits import NOT_TAKEN, Met, Push
from sim.platforms.connectors.connector import Clock
from sim.platforms.connectors.strangers import reader
from sim.platforms.replay.credentials import credentials
from sim.platforms.replay.journal import Journal
from sim.platforms.replay.task import API
from sim.platforms.stage.crawl import Harvest, Take, crawl, due
from sim.platforms.stage.held import held
from sim.verbs.progress import progress
from sim.verbs.saved import SavedPlan
from sim.worlds import make_world, world_noise

FRIEND = "_friend"
PUBLIC = AUDIENCES.index("public")
PUBLIC_REACH = OBJECTS.index("public_reach")
UNDONE = ("planned", "sent", "unsure")


def staged_rows(saved: SavedPlan) -> list[dict[str, Any]]:
    """What was staged of a plan. Raises Mistake if nothing was."""
    staged = saved.folder / "staged.parquet"
    require(staged.is_file(), f"Nothing was staged of '{saved.run}': afterpost stage {saved.run} server=...")
    return read_table(staged).to_pylist()


def schedule(saved: SavedPlan) -> tuple[list[Take], int]:
    """What the model's harvesters take of the staged posts, in the plan's own luck, were all of them public; and the
    horizon, s. What she deletes of her own accord in the model stays on the stage, and is not taken after that day.
    """
    parameters = saved.provenance["parameters"]
    world, noise = make_world(parameters, 0), world_noise(parameters, 0).branch("luck 0")
    scene, channels = prepare(world, parameters, noise)
    ids = {row["post"]: row["native_id"] for row in staged_rows(saved) if row["what"] == "text"}
    rows = np.flatnonzero(np.isin(scene.post, np.array(list(ids), dtype=np.int64)))
    plan = [saved.plan[name].to_numpy().astype(np.int64) for name in ("owner", "target", "action", "time")]
    doors = close_doors(scene, np.stack(plan, axis=1))
    post = scene.post[rows]
    things = Met(post * 8 + PUBLIC_REACH, scene.author[rows], scene.time[rows])
    cut, public = np.minimum(doors[DELETE, rows], doors[LIMIT, rows]), scene.audience[rows] == PUBLIC
    last = np.minimum(scene.natural[rows], scene.horizon_end)
    found = []
    scrapes = [channel for channel in channels if isinstance(channel, Scrape)]
    for scrape in scrapes:
        for name, crawler in scrape.crawlers.items():
            when, _ = crawler.way.taken(things, crawler.hours, scene, noise, name)
            taken = np.flatnonzero((when != NOT_TAKEN) & (when < last))
            at_once = isinstance(
                crawler.way, Push
            )  # all was posted before it is staged, and what is told at once is read once
            found += [
                Take(
                    crawler=name, post=int(post[i]), native_id=ids[int(post[i])], time=int(when[i]),
                    visit=int(when[taken].max() if at_once else when[i]), public=bool(public[i]),
                    cut=min(int(cut[i]), NEVER),
                )
                for i in taken
            ]  # fmt: skip
    return found, scene.horizon_end


def crawl_staged(saved: SavedPlan, server: str, clock: Clock, *, member: bool) -> dict[str, Any]:
    """Make the visits that are due; `first`: how many actions of the plan come before the next one. member: where
    members alone read, the friend reads.
    """
    takes, horizon_end = schedule(saved)
    journal = Journal.open(saved.folder / "journal.sqlite")
    account, begun = journal.fact("account") or "", journal.fact("server")
    left, acted = _progress(saved, journal)
    journal.close()
    until = min(left, default=horizon_end)
    require(begun == server, f"This plan was staged on {begun}, and {server} was given now. Nothing was read.")
    maker = saved.platform.connector
    secrets = credentials(maker.secrets, platform=saved.platform.name + FRIEND, server=server) if member else {}
    posts = {row["native_id"]: row["post"] for row in staged_rows(saved) if row["what"] == "text"}
    harvest = Harvest(saved.folder / "harvest.jsonl")
    visits = []
    with progress("visits", len(due(takes, harvest.visits(), until=until))) as tick:
        for visit in crawl(
            reader(maker, server, member=secrets, clock=clock), account, takes, harvest, clock, until=until,
            posts=posts, acted=acted,
        ):  # fmt: skip
            visits.append(visit)
            tick()
    everything = harvest.visits()
    to_come = due(takes, everything, until=horizon_end)
    return {
        "account": account,
        "visits": len(visits),
        "refused": next((visit["refused"] for visit in visits if visit["refused"]), None),
        "copies": sum(len(visit["taken"]) for visit in everything),
        "posts": len({row["post"] for visit in everything for row in visit["taken"]}),
        "to_come": len(to_come),
        "first": sum(time <= to_come[0][0] for time in left) if to_come else 0,
        "harvest": str(saved.folder / "harvest.jsonl"),
    }


def harvested(saved: SavedPlan, gone: set[int]) -> list[dict[str, Any]]:
    """What was taken beside what was foretold, by harvester; nothing where nobody crawled. gone: from the server."""
    visits = Harvest(saved.folder / "harvest.jsonl").visits()
    if not visits:
        return []
    takes, horizon_end = schedule(saved)
    begin = min(saved.plan["time"].to_pylist(), default=NEVER)
    return held(takes, visits, begin=begin, until=horizon_end, gone=gone)


def _progress(saved: SavedPlan, journal: Journal) -> tuple[list[int], set[int]]:
    """When the actions that are left are in the model's time (s), and the posts that the replay has acted on."""
    times = saved.plan["time"].to_pylist()
    tasks = journal.tasks("route = ?", (API,))
    left = [times[task.number - 1] for task in tasks if task.state in UNDONE]
    acted = {task.target for task in tasks if task.state != "planned" and task.result != "refused"}
    return left, {target for target in acted if target is not None}
