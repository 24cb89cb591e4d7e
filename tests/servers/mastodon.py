"""mastodon-mock, a stateful server of the Mastodon API: two accounts, statuses, a boost and a favourite."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from servers.install import PYTHON
from servers.stage import Stage
from servers.start import answers, free_port, need, running

SETTINGS = """
[database]
path = "{database}"
[server]
host = "127.0.0.1"
port = {port}
[auth]
enforce_scopes = true
[ratelimit]
enabled = {limited}
limit = {limit}
window_seconds = {window_s}
[[seed.accounts]]
username = "alice"
access_token = "alice_token"
[[seed.accounts]]
username = "bob"
access_token = "bob_token"
"""


@contextmanager
def mastodon(folder: Path, *, posts: int, limit: int = 0, window_s: int = 5) -> Iterator[Stage]:
    """A server where alice has `posts` statuses; bob has three, boosts her first and favours her second.

    limit: requests in `window_s` seconds; 0: no limit.
    """
    need("python")
    port = free_port()
    url, settings = f"http://127.0.0.1:{port}", folder / "mastodon.toml"
    limited = str(bool(limit)).lower()
    database = os.fspath(folder / "mastodon.sqlite3")

    def start(limited: str) -> list[str]:
        settings.write_text(
            SETTINGS.format(database=database, port=port, limited=limited, limit=limit or 1, window_s=window_s)
        )
        return [os.fspath(PYTHON / "bin/mastodon_mock"), "serve", "--config", os.fspath(settings)]

    ready, log = answers(f"{url}/api/v1/instance"), folder / "mastodon.log"
    with running(start("false"), ready=ready, log=log):  # statuses are staged without the limit
        own = [post(url, "alice_token", f"status {number} of alice") for number in range(posts)]
        others = [post(url, "bob_token", f"status {number} of bob") for number in range(3)]
        act(url, "bob_token", own[0], "reblog")
        act(url, "bob_token", own[1], "favourite")
    with running(start(limited), ready=ready, log=log) as process:
        yield Stage(
            platform="mastodon",
            server=url,
            secrets={"AFTERPOST_MASTODON_TOKEN": "alice_token"},
            own=own,
            others=others,
            living=lambda ids: {one for one in ids if alive(url, one)},
            process=process,
        )


def post(url: str, token: str, text: str) -> str:
    """Write a status; its id."""
    made = httpx.post(f"{url}/api/v1/statuses", json={"status": text}, headers=bearer(token))
    return str(made.raise_for_status().json()["id"])


def act(url: str, token: str, status: str, what: str) -> None:
    """Reblog or favourite a status."""
    httpx.post(f"{url}/api/v1/statuses/{status}/{what}", headers=bearer(token)).raise_for_status()


def alive(url: str, status: str) -> bool:
    """Whether a status is there for somebody who is signed in as another."""
    while (asked := httpx.get(f"{url}/api/v1/statuses/{status}", headers=bearer("bob_token"))).status_code == 429:
        time.sleep(0.2)
    assert asked.status_code in (200, 404), asked.text
    return asked.status_code == 200


def bearer(token: str) -> dict[str, str]:
    """The header of a token."""
    return {"authorization": f"Bearer {token}"}
