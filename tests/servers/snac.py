"""snac2, a real server that speaks the Mastodon API and deletes nothing through it: the negative case."""

import json
import os
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from servers.stage import Stage
from servers.start import free_port, listens, need, running


@contextmanager
def snac(folder: Path, *, posts: int) -> Iterator[Stage]:
    """A server where alice has `posts` notes and bob three."""
    need("snac")
    port, base = free_port(), folder / "snac"
    subprocess.run(
        ["snac", "init", os.fspath(base)], input=f"127.0.0.1\n{port}\nlocalhost:{port}\n\n\n", text=True, check=True,
        capture_output=True,
    )  # fmt: skip
    settings = json.loads((base / "server.json").read_text())
    (base / "server.json").write_text(json.dumps(settings | {"protocol": "http"}))
    password = {name: add_user(base, name) for name in ("alice", "bob")}
    url = f"http://127.0.0.1:{port}"
    with running(["snac", "httpd", os.fspath(base)], ready=listens(port), log=folder / "snac.log") as process:
        tokens = {name: token(url, name, word) for name, word in password.items()}
        stage = Stage(
            platform="mastodon",
            server=url,
            secrets={"token": tokens["alice"]},
            friend={"token": tokens["bob"]},
            living=lambda ids: living(url, ids, tokens["bob"]),
            process=process,
        )
        stage.begin(posts)
        yield stage


def add_user(base: Path, name: str) -> str:
    """Add a user; her password, which the server makes up."""
    said = subprocess.run(["snac", "adduser", os.fspath(base), name], text=True, check=True, capture_output=True)
    return re.search(r"password is (\S+)", said.stdout + said.stderr)[1]  # type: ignore[index]


def token(url: str, name: str, password: str) -> str:
    """Sign in as a browser would, and take the token."""
    back = "urn:ietf:wg:oauth:2.0:oob"
    with fresh(url) as client:
        app = client.post("/api/v1/apps", json={"client_name": "test", "redirect_uris": back}).json()
    asked = {
        "login": name, "passwd": password, "redir": back, "cid": app["client_id"], "state": "", "response_type": "code",
    }  # fmt: skip
    with fresh(url) as client:
        page = client.post("/oauth/x-snac-login", data=asked)
    assert re.fullmatch(r"[0-9a-f]{32}", page.text), page.text
    trade = {
        "grant_type": "authorization_code", "code": page.text, "redirect_uri": back,
        "client_id": app["client_id"], "client_secret": app["client_secret"],
    }  # fmt: skip
    with fresh(url) as client:
        return str(client.post("/oauth/token", json=trade).raise_for_status().json()["access_token"])


def living(url: str, notes: list[str], token: str) -> set[str]:
    """Which notes are there for somebody signed in as another."""
    headers = {"authorization": f"Bearer {token}"}
    with fresh(url) as client:
        return {one for one in notes if client.get(f"/api/v1/statuses/{one}", headers=headers).status_code == 200}


def fresh(url: str) -> httpx.Client:
    """A client that keeps no connection: this server closes them without a word."""
    return httpx.Client(base_url=url, timeout=30, limits=httpx.Limits(max_keepalive_connections=0))
