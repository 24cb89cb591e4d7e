"""plan: one strategy's plan, with finish date, calls and money, as Parquet and as a list to read."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from sim.cleanup.plan import WHOLE_ACCOUNT, Plan, on_people, to_table
from sim.cleanup.selection import Selection
from sim.cleanup.selection_file import save_selection
from sim.core.errors import Mistake, unknown
from sim.core.schema import ACTIONS, EPOCH_UNIX_S, table
from sim.core.store import new_folder, write_json, write_table
from sim.platforms.exports.item import Archive, in_order
from sim.verbs.compose import compose_option, options
from sim.verbs.preview import SHOWN, in_words, line_of, lines_of, own_posts, preview, spared
from sim.verbs.selecting import FILTER, selected
from sim.verbs.study import study
from sim.world.world import World

MOST_LINES = 10
"""Lines of a plan that are shown at once."""


def run(config: dict[str, Any]) -> dict[str, Any]:
    """Plan for the archive's owner, or for the first owner of the world; returns the document."""
    selection = selected(config)
    chosen = config["choose"] or ("most_sensitive" if selection is None else FILTER)
    if chosen not in config["strategy"] and chosen in options("strategy"):
        config = config | {"strategy": {**config["strategy"], **compose_option("strategy", chosen)}}
    if chosen not in config["strategy"]:
        raise unknown("strategy", chosen, config["strategy"])
    config = config | {"choose": chosen, "strategy": {chosen: config["strategy"][chosen]}, "seeds": 1, "worlds": 1}
    if config["save"]:
        save_selection(selection or Selection(), Path(config["save"]).expanduser())
    found = study("plan", config)
    if chosen in found.comparison.why_not:
        raise Mistake(f"There is no plan by '{chosen}' here. {found.comparison.why_not[chosen]}")
    plan, provenance = found.comparison.plans[chosen][0], found.results["provenance"]
    folder = Path(config["out"]).expanduser() / found.results["run"]
    world, about = found.comparison.worlds[0], found.results["facts"]["archive"]
    facts = preview(plan, own_posts(world, plan.owner), spared(selection, world) if config.get("path") else {})
    with new_folder(folder) as beside:
        write_table(beside / "plan.parquet", to_table([plan]), provenance)
        write_table(beside / "targets.parquet", targets(plan, world, found.archive), provenance)
        (beside / "plan.txt").write_text(listed(chosen, plan, world), encoding="utf-8")
        if selection is not None:
            save_selection(selection, beside / "selection.yaml")
        write_json(beside / "provenance.json", provenance)
    return {
        "run": str(folder),
        "strategy": chosen,
        "platform": found.results["facts"]["platform"],
        "params": config["params"],
        "actions": len(plan.target),
        "calls": plan.calls,
        "money_usd": plan.money_usd,
        "finish": None if plan.finish is None else moment(plan.finish),
        "preview": facts,
        "notes": about["notes"] if about else [],
    }


def show(document: dict[str, Any]) -> None:
    """What would happen, by when and for how much; then the beginning of the list, and where all of it is."""
    lines = (Path(document["run"]) / "plan.txt").read_text(encoding="utf-8").splitlines()
    print(f"{lines[0]} At the limits of {document['platform']}.")
    print("\n".join(["", *in_words(document["preview"]), *lines[1 : 2 + MOST_LINES]]))
    if len(lines) > 2 + MOST_LINES:
        print(f"... and {len(lines) - 2 - MOST_LINES:,} more in {document['run']}/plan.txt")
    print("".join(f"\n{note}" for note in document["notes"]))
    print(
        f"Nothing was changed anywhere. Plan: {document['run']}; rehearse it with: afterpost replay {document['run']}"
    )


def listed(name: str, plan: Plan, world: World) -> str:
    """A plan as text: a heading with its price, then an action a line: when, what, on which post, and what is in it."""
    own = own_posts(world, plan.owner).select(SHOWN)
    meant = own.filter(pc.is_in(own["post"], pa.array(plan.target)))
    texts = dict(zip(meant["post"].to_pylist(), lines_of(meant), strict=True))
    names = world.people["name"].to_pylist() if on_people(plan.action) else []
    calls = f"{plan.calls} call{'' if plan.calls == 1 else 's'}"
    finish = "nothing to do" if plan.finish is None else f"done by {moment(plan.finish)} UTC"
    lines = [f"Plan '{name}': {len(plan.target)} actions, {calls}, ${plan.money_usd:.2f}, {finish}.", ""]
    for target, action, time in zip(plan.target.tolist(), plan.action.tolist(), plan.time.tolist(), strict=True):
        what = "the whole account" if target == WHOLE_ACCOUNT else names[target] if names else texts[target]
        lines.append(f"{moment(time)}  {ACTIONS[action].replace('_', ' '):<14}  {what}")
    return "\n".join(lines) + "\n"


def targets(plan: Plan, world: World, archive: Archive | None) -> pa.Table:
    """How a replay finds the posts of a plan again, or its people: the table `targets`."""
    if on_people(plan.action):
        names, nothing = world.people["name"].take(pa.array(plan.target)), pa.nulls(len(plan.target), pa.string())
        none = pa.array([0] * len(plan.target), pa.int8())
        who = {"target": plan.target, "native_id": nothing, "uri": nothing, "kind": none, "label": names}
        return table("targets", who)
    own = {row["post"]: row for row in own_posts(world, plan.owner).select(SHOWN).to_pylist()}
    uris = {} if archive is None else {n: item.uri for n, item in enumerate(in_order(archive.items))}
    posts = [target for target in plan.target.tolist() if target != WHOLE_ACCOUNT]
    return table(
        "targets",
        {
            "target": posts,
            "native_id": pa.array([own[post]["native_id"] for post in posts], pa.string()),
            "uri": pa.array([uris.get(post & 0x7FFF_FFFF) for post in posts], pa.string()),
            "kind": pa.array([own[post]["kind"] for post in posts], pa.int8()),
            "label": pa.array([line_of(own[post]) for post in posts], pa.string()),
        },
    )


def moment(time_s: int) -> str:
    """A time as 2026-11-22 10:30."""
    return datetime.fromtimestamp(time_s + EPOCH_UNIX_S, UTC).strftime("%Y-%m-%d %H:%M")
