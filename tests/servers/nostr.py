"""Two Nostr relays, each a real one of its own make: an owner's notes and another's beside them."""

import json
import os
import sys
from collections.abc import Iterator, Sequence
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
    """A relay that holds `posts` notes of alice, three of bob, and one of his requests to delete a note of hers.

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
        alice, bob = sdk.Keys.generate(), sdk.Keys.generate()
        own = publish(url, [note(sdk, alice, number) for number in range(posts)])
        others = publish(url, [note(sdk, bob, number) for number in range(3)])
        yield Stage(
            platform="nostr",
            server=url,
            secrets={"AFTERPOST_NOSTR_KEY": alice.secret_key().to_bech32()},
            own=own,
            others=others,
            living=lambda ids: living(url, ids),
            process=process,
        )


def note(sdk: Any, keys: Any, number: int) -> str:
    """A signed note, as JSON. Pairs share a second, as notes from a script do."""
    when = sdk.Timestamp.from_secs(1_767_225_600 + number // 2)
    return str(sdk.EventBuilder(sdk.Kind(1), f"note {number}").custom_created_at(when).finalize(keys).as_json())


def publish(url: str, notes: Sequence[str]) -> list[str]:
    """Send notes, each once the one before is accepted; their ids."""
    ids = []
    with connect(url) as relay:
        for one in notes:
            relay.send(f'["EVENT",{one}]')
            answer = json.loads(relay.recv(timeout=30))
            assert answer[0] == "OK" and answer[2], answer
            ids.append(answer[1])
    return ids


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
