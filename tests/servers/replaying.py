"""Plans by `afterpost plan` or of chosen ids, and `afterpost stage` and `replay` on them in processes of their own."""

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from servers.stage import Stage
from sim.core.schema import ACTIONS, KINDS, RESULTS, table
from sim.core.store import read_table, write_json, write_table
from sim.verbs.command import perform
from sim.verbs.compose import compose_config, compose_option

ROOT = Path(__file__).parents[2]
DECISION = 600_000_000
FAST: dict[str, Any] = {"calls": 10, "per_s": 1, "window": "bucket"}


def save_plan(
    folder: Path, stage: Stage, ids: list[str], *, rule: dict[str, Any], pace: float, batch: int = 1, **more: Any
) -> Path:
    """A run folder whose plan deletes `ids` in their order, under one rule instead of the platform's own.

    more: of the connector, other than its own.
    """
    platform = compose_option("platform", stage.platform)
    platform["connector"] |= more
    own = {"_target_": "sim.cleanup.limits.Rule", "source": "a test", "evidence": "assumption"}
    platform["limits"] |= {"rules": [rule | own], "pace": pace, "batch": batch, "calls_per_item": 1}
    count = len(ids)
    plan = {
        "owner": [0] * count,
        "target": list(range(count)),
        "action": pa.array([ACTIONS.index("delete")] * count, pa.int8()),
        "due": [DECISION] * count,
        "time": list(range(DECISION, DECISION + count)),
        "reason": pa.array(["a test"] * count).dictionary_encode(),
    }
    targets = {
        "target": list(range(count)),
        "native_id": pa.array(ids, pa.string()),
        "uri": pa.array([None] * count, pa.string()),
        "kind": pa.array([KINDS.index("text")] * count, pa.int8()),
        "label": ids,
    }
    record = {"parameters": {"world": {"decision": DECISION}, "platform": platform}}
    folder.mkdir()
    write_table(folder / "plan.parquet", table("plan", plan), record)
    write_table(folder / "targets.parquet", table("targets", targets), record)
    write_json(folder / "provenance.json", record)
    return folder


def plan(folder: Path, platform: str, *, batch: int, rule: dict[str, Any] | None = None) -> Path:
    """The plan of a synthetic owner to delete what is over a year old, 219 of her 242 posts, under a test's limits."""
    limit = ",".join(f"{name}:{value}" for name, value in (rule or FAST).items())
    words = [
        f"platform={platform}", "world.size=200", "world.owners=1", "world.seed=52", "choose=filter",
        "channel.reshare.p_share=0.01",  # the most: some of what is planned has been passed on
        "select.before=2025-11-22", f"select.kinds=[{','.join(KINDS[:7])}]", f"out={folder}", "platform.limits.pace=1",
        f"platform.limits.batch={batch}", "platform.limits.calls_per_item=1",
        f"platform.limits.rules=[{{_target_:sim.cleanup.limits.Rule,{limit},source:test,evidence:assumption}}]",
    ]  # fmt: skip
    run = Path(perform("plan", None, compose_config("plan", words), quiet=True)["run"])
    if rule is not None:  # the plan's months pass in seconds
        record = json.loads((run / "provenance.json").read_text())
        record["parameters"]["platform"]["limits"]["rules"][0] |= FAST
        write_json(run / "provenance.json", record)
    return run


@dataclass(frozen=True)
class Staged:
    """Ids of what `afterpost stage` put on a server: the plan's, her other posts, and what a friend made of them."""

    planned: list[str]
    spared: list[str]
    marks: list[str]


def stage_plan(run: Path, stage: Stage) -> Staged:
    """Stage a plan's owner, with a friend, on an empty account of a server."""
    ended = finish(start(run, stage, "friend=true", verb="stage"))
    assert ended.status == 0, ended.problem
    rows = read_table(run.with_name(run.name + ".replay") / "staged.parquet").to_pylist()
    targets = set(read_table(run / "plan.parquet")["target"].to_pylist())
    own = {row["native_id"]: row["post"] in targets for row in rows if row["what"] == "text"}
    marks = {row["native_id"] for row in rows if row["native_id"] is not None} - set(own)
    assert ended.document["text"] == len(own)
    return Staged([i for i in own if own[i]], [i for i in own if not own[i]], sorted(marks))


def start(run: Path, stage: Stage, *words: str, verb: str = "replay") -> subprocess.Popen[str]:
    """`afterpost VERB RUN WORDS`, with the credentials of a stage and no others."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AFTERPOST_")}
    environment |= {"PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring", **stage.environment}
    return subprocess.Popen(
        [sys.executable, "-m", "sim", verb, str(run), f"server={stage.server}", *words, "output=json"], cwd=ROOT,
        env=environment, text=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    status: int
    document: dict[str, Any]
    problem: str


def finish(process: subprocess.Popen[str], *, longest_s: float = 600) -> Ended:
    """Wait for a command's end."""
    out, problem = process.communicate(timeout=longest_s)
    return Ended(process.returncode, json.loads(out) if out else {}, problem)


def kill_midway(process: subprocess.Popen[str], stage: Stage, ids: list[str]) -> int:
    """kill -9 once the item at the first quarter of `ids` is gone; how many then live."""
    until = time.monotonic() + 300
    while stage.living([ids[len(ids) // 4]]):
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < until, "the first quarter is still there after 300 s"
        time.sleep(0.05)
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=60)
    assert process.returncode == -signal.SIGKILL, "it had ended before it could be killed"
    return len(stage.living(ids))


def in_order(run: Path) -> list[str]:
    """The ids of a staged plan's posts, in the order in which it takes them."""
    rows = read_table(run.with_name(run.name + ".replay") / "staged.parquet").to_pylist()
    ids = {row["post"]: row["native_id"] for row in rows if row["what"] == "text"}
    return [ids[target] for target in read_table(run / "plan.parquet")["target"].to_pylist()]


def receipts(run: Path) -> dict[str, str]:
    """What the receipts say of every id."""
    rows = read_table(run.with_name(run.name + ".replay") / "receipts.parquet").to_pylist()
    return {row["native_id"]: RESULTS[row["result"]] for row in rows}
