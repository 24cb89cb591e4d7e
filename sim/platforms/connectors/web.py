"""One account's HTTP: a request out, a reply or the reason of none back; secrets leave in it and nowhere else."""

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import sim
from sim.core.errors import Mistake, require
from sim.platforms.connectors.connector import Answer, Clock, Status
from sim.platforms.connectors.describe import Call
from sim.platforms.connectors.fill import fill
from sim.platforms.connectors.secret import Secret, redact
from sim.platforms.connectors.waits import not_before

TIMEOUT_S = 60
MOST_BYTES = 200 * 2**20
"""A longer answer is cut off and counts as none: no post and no page of posts comes near."""


@dataclass(frozen=True, kw_only=True)
class Reply:
    """What came back. status: None where no whole answer came; `sent` then tells whether the request may have
    arrived, `problem` what happened. headers: lower-case. not_before: as in an Answer.
    """

    status: int | None
    headers: Mapping[str, str]
    body: bytes
    not_before: float | None
    problem: str
    sent: bool


def judge(reply: Reply) -> Status:
    """What a reply's status means for an acting call."""
    code = reply.status
    if code is None:
        return "unsure" if reply.sent else "retry"
    if code == 429 or (code in (403, 503) and reply.not_before is not None):
        return "retry"  # 403 with a date is GitHub's secondary limit
    if code in (404, 410):
        return "gone"
    if code == 401:
        return "signed_out"
    if code >= 500 or code == 408:
        return "unsure"
    return "accepted" if 200 <= code < 300 else "refused"


def answered(reply: Reply, status: Status, *, detail: str, **more: Any) -> Answer:
    """A reply as the Answer of an acting call."""
    return Answer(status=status, http_status=reply.status, not_before=reply.not_before, detail=detail, **more)


def checked_server(server: str, *, schemes: tuple[str, ...] = ("https", "http")) -> str:
    """`server` as a base address without a trailing '/'. Raises Mistake for what is none, or would send in clear.

    schemes: the safe one, then the one in clear, which is for loopback alone.
    """
    parts = urlsplit(server)
    example = f"{schemes[0]}://social.example"
    require(
        parts.scheme in schemes and bool(parts.hostname) and not parts.query and not parts.fragment,
        f"The server '{server}' is no address; one looks like {example}.",
    )
    require(parts.username is None, f"The server's address carries a name or password; it takes none: {example}.")
    require(
        parts.scheme == schemes[0] or is_loopback(str(parts.hostname)),
        f"'{server}' would carry your credentials in clear; begin it with {schemes[0]}://.",
    )
    return server.rstrip("/")


def is_loopback(host: str) -> bool:
    """Whether a name or address is this machine's own loopback; names other than localhost are not looked up."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class Web:
    """Requests of one account to one server. Redirects are not followed; no connection is kept, since a server may
    close a kept one without a word, and a lost request would look like a lost answer.
    """

    def __init__(
        self, server: str, *, headers: Mapping[str, str], public_headers: Mapping[str, str],
        secrets: Mapping[str, Secret], clock: Clock,
    ) -> None:  # fmt: skip
        httpx = need_httpx()
        self.server, self.clock = checked_server(server), clock
        self._headers, self._public, self._secrets = headers, public_headers, dict(secrets)
        self._client = httpx.Client(
            timeout=TIMEOUT_S, limits=httpx.Limits(max_keepalive_connections=0), follow_redirects=False,
            headers={"user-agent": f"afterpost/{sim.__version__}"},
        )  # fmt: skip

    def learn(self, name: str, secret: Secret) -> None:
        """One more secret, such as a session's token, which {secret.NAME} stands for from now on."""
        self._secrets[name] = secret

    def send(self, call: Call, context: Mapping[str, Any], *, signed_in: bool = True) -> Reply:
        """Make one request of a described call."""
        known = dict(context)
        if signed_in:
            known["secret"] = {name: secret.reveal() for name, secret in self._secrets.items()}
        headers = fill(self._headers if signed_in else self._public, known)
        query = {name: _plain(value) for name, value in fill(call.query, known).items()}
        sent: dict[str, Any] = {"params": query} if query else {}
        if call.json is not None:
            sent["json"] = fill(call.json, known)
        if call.form is not None:
            sent["data"] = {name: _plain(value) for name, value in fill(call.form, known).items()}
        return self._exchange(call.method, self.server + fill(call.path, known, quoted=True), headers, sent)

    def follow(self, address: str) -> Reply:
        """GET an address that the server gave as the next page; it must lie on the same server, for the secrets'."""
        here, there = urlsplit(self.server), urlsplit(address)
        require(
            (here.scheme, here.netloc) == (there.scheme, there.netloc),
            f"The next page of {self.server} lies on another server ({there.netloc}); credentials do not go there.",
        )
        secret = {name: secret.reveal() for name, secret in self._secrets.items()}
        return self._exchange("GET", address, fill(self._headers, {"secret": secret}), {})

    def download(self, address: str) -> Reply:
        """GET a medium from wherever the platform keeps it, without credentials."""
        return self._exchange("GET", address, {}, {})

    def clean(self, text: str) -> str:
        """One line of at most 300 characters without secrets."""
        return " ".join(redact(text, self._secrets.values()).split())[:300]

    def _exchange(self, method: str, address: str, headers: Mapping[str, str], sent: Mapping[str, Any]) -> Reply:
        httpx = need_httpx()
        try:
            with self._client.stream(method, address, headers=dict(headers), **sent) as answer:
                pieces, size = [], 0
                for piece in answer.iter_bytes():
                    pieces.append(piece)
                    size += len(piece)
                    if size > MOST_BYTES:
                        return _none("the answer is longer than 200 MiB", sent=True)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol) as problem:
            return _none(self.clean(f"no connection: {problem}"), sent=False)
        except httpx.HTTPError as problem:
            return _none(self.clean(f"no whole answer: {type(problem).__name__} {problem}"), sent=True)
        body, given = b"".join(pieces), {name.lower(): value for name, value in answer.headers.items()}
        later = not_before(answer.status_code, given, body, now=self.clock.now())
        return Reply(
            status=answer.status_code, headers=given, body=body, not_before=later, problem="", sent=True
        )  # fmt: skip


def need_httpx() -> Any:
    """The module httpx, or a Mistake that says how to install it."""
    try:
        import httpx
    except ImportError:
        raise Mistake(
            "Connectors need httpx, which is not installed. pip install 'afterpost[replay]' brings it; in a checkout, "
            "pip install -e '.[replay]'."
        ) from None
    return httpx


def _none(problem: str, *, sent: bool) -> Reply:
    return Reply(status=None, headers={}, body=b"", not_before=None, problem=problem, sent=sent)


def _plain(value: Any) -> Any:
    return str(value).lower() if isinstance(value, bool) else value
