"""plan: one strategy's plan, with finish date, calls and money, as Parquet and as a list to read."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa

from sim.cleanup.plan import WHOLE_ACCOUNT, Plan, to_table
from sim.core.errors import Mistake, unknown
from sim.core.schema import ACTIONS, EPOCH_UNIX_S, KINDS, table
from sim.core.store import new_folder, write_json, write_table
from sim.platforms.exports.item import Archive, in_order
from sim.verbs.study import study
from sim.world.world import World

LONGEST = 60


def run(config: dict[str, Any]) -> dict[str, Any]:
    """Plan for the archive's owner, or for the first owner of the world; returns the document."""
    chosen = config["choose"]
    if chosen not in config["strategy"]:
        raise unknown("strategy", chosen, config["strategy"])
    found = study("plan", config | {"strategy": {chosen: config["strategy"][chosen]}, "seeds": 1, "worlds": 1})
    if chosen in found.comparison.why_not:
        raise Mistake(f"There is no plan by '{chosen}' here. {found.comparison.why_not[chosen]}")
    plan, provenance = found.comparison.plans[chosen][0], found.results["provenance"]
    folder = Path(config["out"]).expanduser() / found.results["run"]
    text = listed(chosen, plan, found.comparison.worlds[0])
    with new_folder(folder) as beside:
        write_table(beside / "plan.parquet", to_table([plan]), provenance)
        write_table(beside / "targets.parquet", targets(plan, found.comparison.worlds[0], found.archive), provenance)
        (beside / "plan.txt").write_text(text, encoding="utf-8")
        write_json(beside / "provenance.json", provenance)
    return {
        "run": str(folder),
        "strategy": chosen,
        "params": config["params"],
        "actions": len(plan.target),
        "calls": plan.calls,
        "money_usd": plan.money_usd,
        "finish": None if plan.finish is None else moment(plan.finish),
    }


def show(document: dict[str, Any]) -> None:
    """The list."""
    print((Path(document["run"]) / "plan.txt").read_text(encoding="utf-8"), end="")
    print(f"\nPlan: {document['run']}; rehearse it with: afterpost replay {document['run']}")


def listed(name: str, plan: Plan, world: World) -> str:
    """A plan as text: a heading with its price, then an action a line: when, what, on which post."""
    texts = _texts(world)
    calls = f"{plan.calls} call{'' if plan.calls == 1 else 's'}"
    finish = "nothing to do" if plan.finish is None else f"done by {moment(plan.finish)} UTC"
    lines = [f"Plan '{name}': {len(plan.target)} actions, {calls}, ${plan.money_usd:.2f}, {finish}.", ""]
    for target, action, time in zip(plan.target.tolist(), plan.action.tolist(), plan.time.tolist(), strict=True):
        what = "the whole account" if target == WHOLE_ACCOUNT else texts[target]
        lines.append(f"{moment(time)}  {ACTIONS[action].replace('_', ' '):<14}  {what}")
    return "\n".join(lines) + "\n"


def targets(plan: Plan, world: World, archive: Archive | None) -> pa.Table:
    """How a replay finds the posts of a plan again: the table `targets`."""
    texts = _texts(world)
    native, kind = (
        dict(zip(world.posts["post"].to_pylist(), world.posts[name].to_pylist(), strict=True))
        for name in ("native_id", "kind")
    )
    uris = {} if archive is None else {n: item.uri for n, item in enumerate(in_order(archive.items))}
    posts = [target for target in plan.target.tolist() if target != WHOLE_ACCOUNT]
    return table(
        "targets",
        {
            "target": posts,
            "native_id": pa.array([native[post] for post in posts], pa.string()),
            "uri": pa.array([uris.get(post & 0x7FFF_FFFF) for post in posts], pa.string()),
            "kind": pa.array([kind[post] for post in posts], pa.int8()),
            "label": pa.array([texts[post] for post in posts], pa.string()),
        },
    )


def _texts(world: World) -> dict[int, str]:
    """A line about each post: its day, kind, platform id and first words."""
    columns = (world.posts[name].to_pylist() for name in ("post", "time", "kind", "native_id", "text"))
    return {
        post: f"{moment(time)[:10]} {KINDS[kind]} {native or post} {_short(text)}"
        for post, time, kind, native, text in zip(*columns, strict=True)
    }


def _short(text: str | None) -> str:
    line = " ".join((text or "").split())
    return line if len(line) <= LONGEST else line[: LONGEST - 1] + "…"


def moment(time_s: int) -> str:
    """A time as 2026-11-22 10:30."""
    return datetime.fromtimestamp(time_s + EPOCH_UNIX_S, UTC).strftime("%Y-%m-%d %H:%M")
