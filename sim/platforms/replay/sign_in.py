"""Signing in by OAuth 2's code flow: in the browser, on the platform's own page, answered on a loopback port.

RFC 6749 section 4.1, RFC 7636 (PKCE), RFC 8252 section 7.3 (loopback redirection).
"""

import secrets as dice
from base64 import urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx

from sim.core.errors import Mistake, require
from sim.platforms.connectors.secret import Secret
from sim.platforms.connectors.web import checked_server

APP = "Afterpost"
WAIT_S = 300
DONE = b"<!doctype html><meta charset=utf-8><title>Afterpost</title><p>You are signed in. You can close this page."


@dataclass(frozen=True, kw_only=True)
class CodeFlow:
    """Where a server offers it. register: makes a client for this machine; authorize: the page; token: the exchange."""

    register: str
    authorize: str
    token: str
    scope: str


MASTODON = CodeFlow(
    register="/api/v1/apps",
    authorize="/oauth/authorize",
    token="/oauth/token",  # noqa: S106
    scope="read:accounts read:statuses write:statuses",
)
"""mastodon/documentation content/en/client/token.md and methods/oauth.md."""

OFFERED = {"mastodon": MASTODON, "gotosocial": MASTODON, "pleroma": MASTODON, "pixelfed": MASTODON}


def sign_in(flow: CodeFlow, server: str, *, show: Callable[[str], None], wait_s: float = WAIT_S) -> Secret:
    """Show the address of the platform's own sign-in page, wait for its answer on loopback, and return the token.

    Raises Mistake if the owner refuses, the answer is not of this sign-in, or none comes in `wait_s` seconds.
    """
    base = checked_server(server)
    state, verifier = dice.token_urlsafe(32), dice.token_urlsafe(48)
    challenge = urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    with HTTPServer(("127.0.0.1", 0), _Answer) as loopback, httpx.Client(timeout=60.0) as web:
        here = f"http://127.0.0.1:{loopback.server_address[1]}/"
        client = _post(
            web, base + flow.register, {"client_name": APP, "redirect_uris": here, "scopes": flow.scope}, "a client"
        )
        asked = {
            "response_type": "code", "client_id": client["client_id"], "redirect_uri": here, "scope": flow.scope,
            "state": state, "code_challenge": challenge, "code_challenge_method": "S256",
        }  # fmt: skip
        show(f"{base}{flow.authorize}?{urlencode(asked)}")
        code = _code(loopback, state, wait_s)
        got = _post(
            web, base + flow.token,
            {
                "grant_type": "authorization_code", "code": code, "client_id": client["client_id"],
                "client_secret": client.get("client_secret", ""), "redirect_uri": here, "code_verifier": verifier,
                "scope": flow.scope,
            },
            "a token",
        )  # fmt: skip
    require(isinstance(got.get("access_token"), str), "The server's answer to the sign-in holds no token.")
    return Secret(got["access_token"])


class _Answer(BaseHTTPRequestHandler):
    """The browser's way back."""

    def do_GET(self) -> None:
        """Take the answer of the sign-in page, and nothing else (a browser asks for an icon too)."""
        query = {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}
        if "code" in query or "error" in query:
            self.server.answer = query  # type: ignore[attr-defined]
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(DONE)))
        self.end_headers()
        self.wfile.write(DONE)

    def log_message(self, *_: Any) -> None:
        """Say nothing: the address holds the code."""


def _code(loopback: HTTPServer, state: str, wait_s: float) -> str:
    """The code of this sign-in."""
    loopback.timeout = 1.0
    for _ in range(max(1, round(wait_s))):
        loopback.handle_request()
        answer: dict[str, str] | None = getattr(loopback, "answer", None)
        if answer is None:
            continue
        if not dice.compare_digest(answer.get("state", ""), state):
            raise Mistake("The answer to the sign-in is not of this sign-in (its state differs), so it is not used.")
        if "code" not in answer:
            raise Mistake(f"The platform did not sign you in: {answer.get('error', 'no reason given')}.")
        return answer["code"]
    raise Mistake(f"No sign-in came back within {wait_s:.0f} s. Give the same command again.")


def _post(web: httpx.Client, address: str, form: dict[str, str], what: str) -> dict[str, Any]:
    """A form's JSON answer; what goes wrong is said without what was sent."""
    try:
        reply = web.post(address, data=form)
        found = reply.json() if reply.status_code == 200 else None
    except (httpx.HTTPError, ValueError):
        raise Mistake(f"{address} did not answer when asked for {what}.") from None
    if not isinstance(found, dict):
        raise Mistake(f"{address} answered {reply.status_code} when asked for {what}.")
    return found
