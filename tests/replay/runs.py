"""A run folder with a plan for the small platform, as `afterpost plan` writes one; and the command, run on it."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pyarrow as pa
from replay.platform import TOKEN

from sim.core.schema import ACTIONS, table
from sim.core.store import write_json, write_table

ROOT = Path(__file__).parents[2]
DECISION = 600_000_000

PLATFORM: dict[str, Any] = {
    "_target_": "sim.cleanup.limits.Platform",
    "name": "small",
    "title": "Small",
    "followers": True,
    "actions": list(ACTIONS),
    "source": "a test",
    "links": {"limit": "https://small.example/privacy"},
    "by_hand": {"limit": "Choose friends."},
    "limits": {
        "_target_": "sim.cleanup.limits.Limits",
        "calls_per_item": 1,
        "batch": 1,
        "usd_per_call": 0.0,
        "pace": 0.5,
        "rules": [{"_target_": "sim.cleanup.limits.Rule", "calls": 2000, "per_s": 60, "window": "sliding"}],
    },
    "connector": {
        "_target_": "sim.platforms.connectors.rest.Rest",
        "platform": "mastodon",
        "title": "Small",
        "grade": "A",
        "evidence": "server",
        "server": "",
        "secrets": ["token"],
        "api": {
            "headers": {"Authorization": "Bearer {secret.token}"},
            "whoami": {"method": "GET", "path": "/me"},
            "account": "id",
            "name": "name",
            "public": True,
            "undo_by": "none",
            "things": [
                {
                    "id": "(?P<id>[^/]+)",
                    "lists": [
                        {
                            "call": {"method": "GET", "path": "/items"},
                            "paging": {"by": "none"},
                            "row": {"native_id": "{id}", "created": "at", "text": "text"},
                        }
                    ],
                    "acts": {"delete": [{"method": "DELETE", "path": "/items/{id}"}]},
                    "look": {"method": "GET", "path": "/items/{id}"},
                }
            ],
        },
    },
}


def save(folder: Path, rows: list[tuple[int, str | None, str]], *, platform: dict[str, Any] | None = None) -> Path:
    """A run folder: a row is a target (-1: the account), its native id and the action."""
    folder.mkdir()
    count = len(rows)
    plan = {
        "owner": [7] * count,
        "target": [target for target, _, _ in rows],
        "action": pa.array([ACTIONS.index(action) for _, _, action in rows], pa.int8()),
        "due": [DECISION] * count,
        "time": [DECISION + n for n in range(count)],
        "reason": pa.array(["test"] * count).dictionary_encode(),
    }
    posts = [(target, native) for target, native, _ in rows if target != -1]
    targets = {
        "target": [target for target, _ in posts],
        "native_id": pa.array([native for _, native in posts], pa.string()),
        "uri": pa.array([None] * len(posts), pa.string()),
        "kind": pa.array([0] * len(posts), pa.int8()),
        "label": [f"2020-01-01 text {native}" for _, native in posts],
    }
    record = {"parameters": {"world": {"decision": DECISION}, "platform": platform or PLATFORM}}
    write_table(folder / "plan.parquet", table("plan", plan), record)
    write_table(folder / "targets.parquet", table("targets", targets), record)
    write_json(folder / "provenance.json", record)
    return folder


def command(*words: str, token: str | None = TOKEN) -> subprocess.Popen[str]:
    """`afterpost replay WORDS`, started, in an environment without any other credentials."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AFTERPOST_")}
    environment |= {"PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring"}
    environment |= {} if token is None else {"AFTERPOST_SMALL_TOKEN": token}
    return subprocess.Popen(
        [sys.executable, "-m", "sim", "replay", *words, "output=json"], cwd=ROOT, env=environment, text=True,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def finished(*words: str, token: str | None = TOKEN) -> tuple[int, dict[str, Any], str]:
    """Exit status, document and stderr of a command that runs to its end."""
    process = command(*words, token=token)
    out, err = process.communicate(timeout=300)
    return process.returncode, json.loads(out) if out else {}, err
