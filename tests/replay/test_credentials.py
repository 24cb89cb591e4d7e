"""Credentials: environment before keyring, cookies refused, signing in on the platform's own page, nothing shown."""

import json
import threading
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import keyring
import pytest
from keyring.backend import KeyringBackend

from sim.core.errors import Mistake
from sim.platforms.connectors.secret import Secret
from sim.platforms.replay.credentials import credentials, remember
from sim.platforms.replay.sign_in import MASTODON, sign_in

HERE = {"platform": "mastodon", "server": "https://social.example"}


class InMemory(KeyringBackend):
    """A keyring for one test."""

    priority = 1  # type: ignore[assignment]

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password


@pytest.fixture
def ring(monkeypatch: pytest.MonkeyPatch) -> Iterator[InMemory]:
    monkeypatch.delenv("AFTERPOST_MASTODON_TOKEN", raising=False)
    before, made = keyring.get_keyring(), InMemory()
    keyring.set_keyring(made)
    yield made
    keyring.set_keyring(before)


def test_the_environment_comes_before_the_keyring(ring: InMemory, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Mistake, match="AFTERPOST_MASTODON_TOKEN"):
        credentials(["token"], **HERE)
    remember({"token": Secret("kept")}, **HERE)
    assert credentials(["token"], **HERE)["token"].reveal() == "kept"
    with pytest.raises(Mistake):
        credentials(["token"], platform="mastodon", server="https://other.example")
    monkeypatch.setenv("AFTERPOST_MASTODON_TOKEN", "given")
    assert credentials(["token"], **HERE)["token"].reveal() == "given"


@pytest.mark.parametrize("cookie", ["auth_token=abc; ct0=def", "Cookie: a=b", "lang=en; sessionid=12%3Aab"])
def test_a_browsers_cookie_is_refused(ring: InMemory, monkeypatch: pytest.MonkeyPatch, cookie: str) -> None:
    monkeypatch.setenv("AFTERPOST_MASTODON_TOKEN", cookie)
    with pytest.raises(Mistake, match="browser's cookie") as told:
        credentials(["token"], **HERE)
    assert cookie not in str(told.value)


class _Server(BaseHTTPRequestHandler):
    """A server that offers the code flow, and checks each step of it."""

    seen: dict[str, Any]

    def log_message(self, *_: Any) -> None:
        pass

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        form = {name: values[0] for name, values in parse_qs(body).items()}
        if self.path == "/api/v1/apps":
            self.seen["redirect"] = form["redirect_uris"]
            return self._json({"client_id": "client", "client_secret": "hush"})
        challenge = urlsafe_b64encode(sha256(form["code_verifier"].encode()).digest()).rstrip(b"=").decode()
        right = form["code"] == "the code" and challenge == self.seen["challenge"]
        right = right and form["redirect_uri"] == self.seen["redirect"]
        return self._json({"access_token": "the token"} if right else {"error": "invalid_grant"})

    def _json(self, document: dict[str, str]) -> None:
        body = json.dumps(document).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def authority() -> Iterator[tuple[str, dict[str, Any]]]:
    seen: dict[str, Any] = {}
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Server,), {"seen": seen}))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", seen
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def browser(seen: dict[str, Any], **changes: str) -> Any:
    """Somebody who opens the page, signs in, and is sent back; `changes` are to the way back."""

    def show(address: str) -> None:
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        seen["challenge"] = asked["code_challenge"]
        back = {"code": "the code", "state": asked["state"]} | changes
        back = {name: value for name, value in back.items() if value}

        def come_back() -> None:
            httpx.get(asked["redirect_uri"] + "favicon.ico", trust_env=False)  # browsers ask for it
            httpx.get(asked["redirect_uri"], params=back, trust_env=False)

        seen["thread"] = threading.Thread(target=come_back, daemon=True)
        seen["thread"].start()

    return show


def test_signing_in_gives_a_token(ring: InMemory) -> None:
    with authority() as (server, seen):
        token = sign_in(MASTODON, server, show=browser(seen), wait_s=30)
        seen["thread"].join()
    assert token.reveal() == "the token" and "the token" not in repr(token)


@pytest.mark.parametrize(
    ("changes", "told"),
    [({"state": "forged"}, "not of this sign-in"), ({"code": "", "error": "access_denied"}, "access_denied"),
     ({"code": "another"}, "holds no token")],
)  # fmt: skip
def test_a_wrong_way_back_gives_none(changes: dict[str, str], told: str) -> None:
    with authority() as (server, seen):
        with pytest.raises(Mistake, match=told):
            sign_in(MASTODON, server, show=browser(seen, **changes), wait_s=30)
        seen["thread"].join()
