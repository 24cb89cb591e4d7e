"""Matrix Synapse on SQLite: two users in two rooms, messages, and a limit on messages and redactions."""

import hashlib
import hmac
import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from servers.install import PYTHON
from servers.stage import Stage
from servers.start import answers, free_port, need, running

SECRET = "only for this test"


def settings(folder: Path, port: int, *, per_second: float, burst: int) -> dict[str, Any]:
    """The server's configuration. Only messages are limited; the rest would only slow the test down."""
    free = {"per_second": 1000, "burst_count": 1000}
    return {
        "server_name": "localhost",
        "public_baseurl": f"http://127.0.0.1:{port}/",
        "listeners": [
            {"port": port, "type": "http", "tls": False, "bind_addresses": ["127.0.0.1"],
             "resources": [{"names": ["client"], "compress": False}]}
        ],
        "database": {"name": "sqlite3", "args": {"database": os.fspath(folder / "synapse.sqlite3")}},
        "media_store_path": os.fspath(folder / "media"),
        "signing_key_path": os.fspath(folder / "signing.key"),
        "pid_file": os.fspath(folder / "synapse.pid"),
        "log_config": os.fspath(folder / "log.json"),
        "registration_shared_secret": SECRET,
        "macaroon_secret_key": SECRET,
        "form_secret": SECRET,
        "report_stats": False,
        "suppress_key_server_warning": True,
        "trusted_key_servers": [],
        "federation_domain_whitelist": [],
        "url_preview_enabled": False,
        "push": {"enabled": False},
        "bcrypt_rounds": 4,
        "rc_message": {"per_second": per_second, "burst_count": burst},
        "rc_registration": free,
        "rc_login": {"address": free, "account": free},
        "rc_joins": {"local": free, "remote": free},
        "rc_invites": {"per_room": free, "per_user": free, "per_issuer": free},
    }  # fmt: skip


@contextmanager
def synapse(folder: Path, *, posts: int, per_second: float = 200, burst: int = 200) -> Iterator[Stage]:
    """A server where alice has `posts` messages in two rooms and bob three in one of them.

    per_second, burst: the limit on messages and redactions of one user, from the moment the stage is set.
    """
    need("python")
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    log = {"version": 1, "handlers": {"out": {"class": "logging.StreamHandler"}},
           "root": {"level": "WARNING", "handlers": ["out"]}, "disable_existing_loggers": False}  # fmt: skip
    (folder / "log.json").write_text(json.dumps(log))  # JSON is YAML, too
    config = folder / "homeserver.json"
    config.write_text(json.dumps(settings(folder, port, per_second=per_second, burst=burst)))
    server = [os.fspath(PYTHON / "bin/python"), "-m", "synapse.app.homeserver", "-c", os.fspath(config)]
    keys = subprocess.run([*server, "--generate-keys"], cwd=folder, capture_output=True, text=True)
    assert keys.returncode == 0, keys.stderr
    with running(server, ready=answers(f"{url}/_matrix/client/versions"), log=folder / "synapse.log") as process:
        admin, alice, bob = (User(url, name, admin=name == "admin") for name in ("admin", "alice", "bob"))
        admin.unlimited(alice, bob)
        alice.room("together", invited=bob)
        alice.room("alone")
        stage = Stage(
            platform="matrix",
            server=url,
            secrets={"token": alice.token},
            friend={"token": bob.token},
            living=lambda ids: {one for one in ids if bob.sees(one) or alice.sees(one)},
            process=process,
        )
        stage.begin(posts)
        admin.limited(alice, bob)
        yield stage


class User:
    """A registered user, and what she does in rooms. An item's id is room/event."""

    def __init__(self, url: str, name: str, *, admin: bool) -> None:
        self.client = httpx.Client(base_url=url, timeout=60, limits=httpx.Limits(max_keepalive_connections=0))
        nonce = self.client.get("/_synapse/admin/v1/register").json()["nonce"]
        words = [nonce, name, SECRET, "admin" if admin else "notadmin"]
        mac = hmac.new(SECRET.encode(), "\0".join(words).encode(), hashlib.sha1).hexdigest()
        asked = {"nonce": nonce, "username": name, "password": SECRET, "admin": admin, "mac": mac}
        made = self.client.post("/_synapse/admin/v1/register", json=asked).raise_for_status().json()
        self.id, self.token = made["user_id"], made["access_token"]
        self.client.headers["authorization"] = f"Bearer {self.token}"

    def unlimited(self, *users: "User") -> None:
        """Take the limits away from users, as an administrator can."""
        for user in users:
            where = f"/_synapse/admin/v1/users/{user.id}/override_ratelimit"
            self.client.post(where, json={"messages_per_second": 0, "burst_count": 0}).raise_for_status()

    def limited(self, *users: "User") -> None:
        """Put the server's own limits back."""
        for user in users:
            self.client.delete(f"/_synapse/admin/v1/users/{user.id}/override_ratelimit").raise_for_status()

    def room(self, name: str, invited: "User | None" = None) -> str:
        """A new room, which the invited user joins at once."""
        asked: dict[str, Any] = {"name": name, "preset": "private_chat", "invite": [invited.id] if invited else []}
        room: str = self.client.post("/_matrix/client/v3/createRoom", json=asked).raise_for_status().json()["room_id"]
        if invited:
            invited.client.post(f"/_matrix/client/v3/rooms/{room}/join", json={}).raise_for_status()
        return room

    def sees(self, item: str) -> bool:
        """Whether a message still has its content for this user; a redacted one answers 200 as an empty shell."""
        room, _, event = item.partition("/")
        asked = self.client.get(f"/_matrix/client/v3/rooms/{room}/event/{event}")
        assert asked.status_code in (200, 403, 404), asked.text
        return asked.status_code == 200 and bool(asked.json()["content"])
