"""Two Nostr relays, each a real one of its own make: an owner's notes and another's beside them."""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from websockets.sync.client import connect

from servers.install import HERE, PYTHON
from servers.stage import Stage
from servers.start import free_port, listens, need, running

RELAYS = ("local_relay", "nostr_relay")


@contextmanager
def relay(folder: Path, kind: str, *, posts: int, per_minute: int = 0) -> Iterator[Stage]:
    """A relay that holds `posts` notes of alice, three of bob, and his reactions to and reposts of her first two.

    per_minute: events it accepts in a minute; 0: as many as it can.
    """
    sdk = pytest.importorskip("nostr_sdk")
    port = free_port()
    if kind == "nostr_relay":
        need("python")
        settings = folder / "nostr_relay.json"
        settings.write_text(json.dumps(_settings(folder, port, per_minute)))  # JSON is YAML, too
        command = [os.fspath(PYTHON / "bin/nostr-relay"), "-c", os.fspath(settings), "serve"]
    else:
        command = [sys.executable, os.fspath(HERE / "local_relay.py"), str(port), str(per_minute)]
    with running(command, ready=listens(port), log=folder / f"{kind}.log") as process:
        url = f"ws://127.0.0.1:{port}"
        key = [sdk.Keys.generate().secret_key().to_bech32() for _ in range(2)]
        stage = Stage(
            platform="nostr",
            server=url,
            secrets={"key": key[0]},
            friend={"key": key[1]},
            living=lambda ids: living(url, ids),
            process=process,
        )
        stage.begin(posts, marks=("like", "repost"))
        yield stage


def living(url: str, ids: list[str]) -> set[str]:
    """Which events a relay still answers when asked for by id, 50 ids a question."""
    found: set[str] = set()
    with connect(url) as relay:
        for first in range(0, len(ids), 50):
            relay.send(json.dumps(["REQ", str(first), {"ids": ids[first : first + 50]}]))
            while (answer := json.loads(relay.recv(timeout=30)))[0] != "EOSE":
                if answer[0] == "EVENT":
                    found.add(answer[2]["id"])
            relay.send(json.dumps(["CLOSE", str(first)]))
    return found


def _settings(folder: Path, port: int, per_minute: int) -> dict[str, Any]:
    limits = {"rate_limits": {"ip": {"EVENT": f"{per_minute}/minute"}}} if per_minute else {}
    return {
        "DEBUG": False,
        "relay_name": "a relay for tests",
        "storage": {
            "sqlalchemy.url": f"sqlite+aiosqlite:///{folder}/nostr.sqlite3",
            "validators": ["nostr_relay.validators.is_signed"],
        },
        "purple": {"host": "127.0.0.1", "port": port, "workers": 1, "disable_compression": True},
        "gunicorn": {"bind": f"127.0.0.1:{port}", "workers": 1},
        "subscription_limit": 32,
        "max_limit": 6000,
        **limits,
    }
