"""A Bluesky PDS with its did:plc directory: two accounts, posts, and another's likes and reposts of them."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

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
        for name in ("alice", "bob"):
            account = {"handle": f"{name}.test", "email": f"{name}@example.org", "password": PASSWORD}
            httpx.post(f"{url}/xrpc/com.atproto.server.createAccount", json=account, timeout=60).raise_for_status()
        stage = Stage(
            platform="bluesky",
            server=url,
            secrets={"handle": "alice.test", "password": PASSWORD},
            friend={"handle": "bob.test", "password": PASSWORD},
            living=lambda ids: living(url, ids),
            process=process,
        )
        stage.begin(posts, marks=("like", "repost"))
        yield stage


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
