"""A Bluesky PDS with its did:plc directory: two accounts, posts, and another's likes and reposts of them."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from servers.install import HERE, NODE
from servers.stage import Stage
from servers.start import answers, free_port, need, running

PASSWORD = "only for this test"


@contextmanager
def bluesky(folder: Path, *, posts: int, rate_limits: bool = False) -> Iterator[Stage]:
    """A PDS where alice has `posts` posts, and bob likes and reposts her first two and has three of his own."""
    need("node")
    pds, plc = free_port(), free_port()
    url = f"http://127.0.0.1:{pds}"
    more = {"NODE_ENV": "production", "LOG_ENABLED": "false", "NODE_PATH": os.fspath(NODE / "node_modules")}
    more["RATE_LIMITS"] = "1" if rate_limits else ""
    script = os.fspath(HERE / "bluesky.cjs")
    directory = ["node", script, "plc", str(plc)]
    server = ["node", script, "pds", str(pds), str(plc), os.fspath(folder / "pds")]
    with (
        running(directory, ready=answers(f"http://127.0.0.1:{plc}/_health"), log=folder / "plc.log", more=more),
        running(server, ready=answers(f"{url}/xrpc/_health"), log=folder / "pds.log", more=more) as process,
    ):
        alice, bob = Account(url, "alice"), Account(url, "bob")
        own = alice.post([f"post {number} of alice" for number in range(posts)])
        others = bob.post([f"post {number} of bob" for number in range(3)])
        now = "2026-01-01T00:00:00.000Z"
        for kind in ("like", "repost"):
            subject = [{"subject": {"uri": uri, "cid": alice.cid[uri]}, "createdAt": now} for uri in own[:2]]
            others += bob.create(f"app.bsky.feed.{kind}", subject)
        yield Stage(
            platform="bluesky",
            server=url,
            secrets={"AFTERPOST_BLUESKY_HANDLE": "alice.test", "AFTERPOST_BLUESKY_PASSWORD": PASSWORD},
            own=own,
            others=others,
            living=lambda ids: living(url, ids),
            process=process,
        )


class Account:
    """An account made on a PDS, and what it writes there."""

    def __init__(self, url: str, name: str) -> None:
        handle = {"handle": f"{name}.test", "email": f"{name}@example.org", "password": PASSWORD}
        self.client = httpx.Client(
            base_url=f"{url}/xrpc/", timeout=60, limits=httpx.Limits(max_keepalive_connections=0)
        )
        made = self.client.post("com.atproto.server.createAccount", json=handle).raise_for_status().json()
        self.did, self.client.headers["authorization"] = made["did"], f"Bearer {made['accessJwt']}"
        self.cid: dict[str, str] = {}

    def post(self, texts: list[str]) -> list[str]:
        """Write posts, a second apart; their URIs."""
        return self.create(
            "app.bsky.feed.post",
            [
                {"text": text, "createdAt": f"2026-01-01T{place // 3600:02}:{place // 60 % 60:02}:{place % 60:02}.000Z"}
                for place, text in enumerate(texts)
            ],
        )

    def create(self, collection: str, records: list[dict[str, Any]]) -> list[str]:
        """Create records, up to 200 a call; their URIs."""
        uris: list[str] = []
        for first in range(0, len(records), 200):
            writes = [
                {"$type": "com.atproto.repo.applyWrites#create", "collection": collection, "value": value}
                for value in records[first : first + 200]
            ]
            done = self.client.post("com.atproto.repo.applyWrites", json={"repo": self.did, "writes": writes})
            for result in done.raise_for_status().json()["results"]:
                uris.append(result["uri"])
                self.cid[result["uri"]] = result["cid"]
        return uris


def living(url: str, uris: list[str]) -> set[str]:
    """Which records answer 200 to getRecord; one that is gone answers 400 RecordNotFound."""
    alive = set()
    with httpx.Client(base_url=f"{url}/xrpc/", timeout=60, limits=httpx.Limits(max_keepalive_connections=0)) as client:
        for uri in uris:
            repo, collection, rkey = uri.removeprefix("at://").split("/")
            asked = client.get(
                "com.atproto.repo.getRecord", params={"repo": repo, "collection": collection, "rkey": rkey}
            )
            if asked.status_code == 200:
                alive.add(uri)
            else:
                assert (asked.status_code, asked.json()["error"]) == (400, "RecordNotFound")
    return alive
