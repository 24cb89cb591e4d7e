"""A saved plan and the folder of its replay beside it: made once, opened by every later command."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import pyarrow as pa

from sim.cleanup.limits import Platform
from sim.core.build import build
from sim.core.clock import seconds
from sim.core.content import content_hashes
from sim.core.errors import Mistake, Misuse, require
from sim.core.parameters import settle
from sim.core.provenance import fingerprint, record
from sim.core.schema import DAY_S
from sim.core.store import new_folder, read_json, read_table, write_json
from sim.platforms.exports.item import Item
from sim.platforms.replay.journal import Journal
from sim.platforms.replay.tasks import found, planned

ALLOW = 50
"""Items a day that a printed timer allows where the command did not say."""


@dataclass(frozen=True)
class Saved:
    """run: the folder of the plan. folder: that of its replay. keep_days: of a recurring one."""

    run: Path
    folder: Path
    platform: Platform
    provenance: dict[str, Any]
    keep_days: int | None
    allow: int

    @property
    def nobody(self) -> bool:
        """Whether the plan is a synthetic person's, of a platform that has a way by programme."""
        real = self.keep_days is not None or self.provenance["parameters"].get("path")
        return not real and bool(self.platform.connector.secrets)

    def find(self, journal: Journal, items: Iterable[Item], now: float) -> None:
        """Add the account's items that have grown too old since."""
        assert self.keep_days is not None
        known = {task.native_id for task in journal.tasks() if task.native_id is not None}
        before, first = now - self.keep_days * DAY_S, journal.count("1") + 1
        journal.add(found(items, self.platform, before=before, known=known, first=first))


def load(config: dict[str, Any], now: float) -> Saved:
    """The plan at `config["path"]`, its replay begun if it was not. Raises Mistake if it is none, or changed since."""
    if not config.get("path"):
        raise Misuse("Which plan? afterpost replay RUN, where RUN is a folder that `afterpost plan` wrote.")
    run = Path(config["path"]).expanduser()
    if (run / "keep.json").is_file():
        return _kept(run, read_json(run / "keep.json"))
    plan = read_plan(run)
    folder = plan.folder
    if not (folder / "journal.sqlite").is_file():
        begin(plan, now)
    journal = Journal.open(folder / "journal.sqlite")
    begun = journal.fact("plan")
    journal.close()
    require(begun == plan.digest, f"'{run}' holds another plan than the one that '{folder}' was begun with.")
    return Saved(run, folder, plan.platform, plan.provenance, None, ALLOW)


@dataclass(frozen=True)
class SavedPlan:
    """The tables of a run's plan, the platform it was made for, its whole record, and the plan's hash."""

    run: Path
    plan: pa.Table
    targets: pa.Table
    platform: Platform
    provenance: dict[str, Any]

    @property
    def folder(self) -> Path:
        """Where its replay is, or will be."""
        return self.run.with_name(self.run.name + ".replay")

    @property
    def digest(self) -> str:
        """What a replay was begun with."""
        return sha256(json.dumps([content_hashes(self.plan), content_hashes(self.targets)]).encode()).hexdigest()


def read_plan(run: Path) -> SavedPlan:
    """The plan in a run folder. Raises Mistake if there is none."""
    if not (run / "plan.parquet").is_file():
        compared = (run / "results.json").is_file()
        hint = " It holds a comparison: `afterpost plan` with the same words writes a plan." if compared else ""
        raise Mistake(f"'{run}' holds no plan.parquet.{hint}")
    provenance = read_json(run / "provenance.json")
    platform = _platform(provenance["parameters"]["platform"])
    plan, targets = read_table(run / "plan.parquet"), read_table(run / "targets.parquet")
    return SavedPlan(run, plan, targets, platform, provenance)


def begin(saved: SavedPlan, now: float, *, native_ids: Mapping[int, str] | None = None, **facts: str) -> None:
    """Begin the replay of a plan: its journal, with all of its tasks. native_ids: by target, of what was staged."""
    parameters, targets = saved.provenance["parameters"], saved.targets
    if native_ids is not None:
        ids = pa.array([native_ids.get(target) for target in targets["target"].to_pylist()], pa.string())
        targets = targets.set_column(targets.schema.get_field_index("native_id"), "native_id", ids)
    decision = seconds(settle(parameters["world"]["decision"], None))
    later_s = 0 if parameters.get("path") else int(now) - decision  # a synthetic world has no calendar of its own
    tasks = planned(saved.plan, targets, saved.platform, decision=decision, later_s=later_s, begin=int(now))
    saved.folder.mkdir(parents=True, exist_ok=True)
    Journal.create(saved.folder / "journal.sqlite", tasks, {"plan": saved.digest} | facts).close()


def keep(config: dict[str, Any]) -> Saved:
    """Save the plan to delete what is older than `keep_days` on an account, or open the one that is saved."""
    days, server = config["keep_days"], config["server"]
    require(isinstance(days, int) and days >= 1, f"keep_days={days!r}: it takes a whole number from 1 up.")
    if config.get("path") or "platform" not in config:
        raise Misuse("Whose? afterpost replay keep_days=30 platform=mastodon server=https://your.server")
    document = {
        "keep_days": days, "server": server or "", "allow": config["allow"] or ALLOW, "platform": config["platform"],
    }  # fmt: skip
    digest = sha256(json.dumps(document, sort_keys=True).encode()).hexdigest()
    run = Path(config["out"]).expanduser() / f"keep-{config['platform']['name']}-{digest[:8]}"
    if not run.exists():
        with new_folder(run) as beside:
            write_json(beside / "keep.json", document)
    return _kept(run, document)


def _kept(run: Path, document: dict[str, Any]) -> Saved:
    folder = run.with_name(run.name + ".replay")
    if not (folder / "journal.sqlite").is_file():
        folder.mkdir(parents=True, exist_ok=True)
        facts = {"plan": fingerprint(run / "keep.json")} | ({"server": s} if (s := document["server"]) else {})
        Journal.create(folder / "journal.sqlite", [], facts).close()
    provenance = record("replay", document, {})
    return Saved(run, folder, _platform(document["platform"]), provenance, document["keep_days"], document["allow"])


def _platform(node: dict[str, Any]) -> Platform:
    """The platform that a plan was made for, with its Limits: what was benchmarked is what is replayed."""
    made: Platform = build(settle(node, None, "platform"), "platform")
    return made
