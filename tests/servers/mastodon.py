"""mastodon-mock, a stateful server of the Mastodon API: two accounts, statuses, a boost and a favourite."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
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
    """A server where alice has `posts` statuses; bob has three, and boosts and favours her first two.

    limit: requests in `window_s` seconds; 0: no limit.
    """
    need("python")
    port = free_port()
    url, settings = f"http://127.0.0.1:{port}", folder / "mastodon.toml"
    database = os.fspath(folder / "mastodon.sqlite3")

    def start(limited: str) -> list[str]:
        settings.write_text(
            SETTINGS.format(database=database, port=port, limited=limited, limit=limit or 1, window_s=window_s)
        )
        return [os.fspath(PYTHON / "bin/mastodon_mock"), "serve", "--config", os.fspath(settings)]

    ready, log = answers(f"{url}/api/v1/instance"), folder / "mastodon.log"
    with running(start("false"), ready=ready, log=log) as process:  # the stage is set without the limit
        stage = Stage(
            platform="mastodon",
            server=url,
            secrets={"token": "alice_token"},
            friend={"token": "bob_token"},
            living=lambda ids: living(url, ids),
            process=process,
        )
        stage.begin(posts, marks=("like", "repost"))
        if not limit:
            yield stage
            return
    with running(start("true"), ready=ready, log=log) as process:
        yield replace(stage, process=process)


def living(url: str, statuses: list[str]) -> set[str]:
    """Which statuses are there, for their author or for another."""
    alive = set()
    with httpx.Client(base_url=url, timeout=60, limits=httpx.Limits(max_keepalive_connections=0)) as client:
        for status in statuses:
            for token in ("alice_token", "bob_token"):
                headers = {"authorization": f"Bearer {token}"}
                while (asked := client.get(f"/api/v1/statuses/{status}", headers=headers)).status_code == 429:
                    time.sleep(0.2)
                assert asked.status_code in (200, 404), asked.text
                if asked.status_code == 200:
                    alive.add(status)
                    break
    return alive
