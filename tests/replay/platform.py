"""A small platform on loopback: items that can be read and deleted, limits, and faults on demand."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from sim.cleanup.limits import Limits
from sim.platforms.connectors.connector import Clock
from sim.platforms.replay.clock import VirtualClock

TOKEN = "a token that nobody may ever see"
FAULTS = ("500", "500 done", "429", "429 header", "cut", "cut done", "reset", "reset done")
"""What can happen to a request; "done": it was carried out all the same."""


@dataclass
class Platform:
    """The state of the server. stubborn: what a deletion of an item answers instead of deleting it."""

    clock: Clock
    items: dict[str, bytes] = field(default_factory=dict)
    private: set[str] = field(default_factory=set)
    stubborn: dict[str, int] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    token: str = TOKEN
    limits: Limits | None = None
    deleted: list[str] = field(default_factory=list)
    repeated: list[str] = field(default_factory=list)
    acts: list[tuple[float, int]] = field(default_factory=list)
    refused_429: int = 0
    requests: int = 0
    watch: Callable[[str, str], None] = lambda moment, path: None

    def fill(self, count: int) -> list[str]:
        """`count` items with new content; their ids."""
        self.items = {
            f"i{n}": json.dumps({"id": f"i{n}", "text": f"Text {n} é", "at": "2020-01-01T00:00:00Z"}).encode()
            for n in range(count)
        }
        return list(self.items)

    def over_limit(self, count: int) -> float | None:
        """When the next act may be made (s), if it may not now: the full rules, in exact time."""
        now = self.clock.now()
        until = 0.0
        for rule in self.limits.rules if self.limits else ():
            points = [rule.points_per_call + rule.points_per_item * items for _, items in self.acts]
            recent = [
                (time, each) for (time, _), each in zip(self.acts, points, strict=True) if time > now - rule.per_s
            ]
            spent = sum(each for _, each in recent)
            if spent + rule.points_per_call + rule.points_per_item * count > rule.calls:
                until = max(until, recent[0][0] + rule.per_s)
        return until or None


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # an answer in one piece: otherwise each waits for the acknowledgement of its head
    disable_nagle_algorithm = True
    platform: Platform

    def log_message(self, *_: Any) -> None:
        pass

    def _do(self) -> None:
        state = self.platform
        length = int(self.headers.get("Content-Length", 0))
        body = json.loads(self.rfile.read(length)) if length else {}
        state.requests += 1
        fault = state.faults.pop(0) if state.faults else ""
        if fault.startswith("429"):
            state.refused_429 += 1
            wait = {"Retry-After": "40"} if fault.endswith("header") else {}
            return self._answer(429, b'{"error": "slow down"}', wait)
        if fault == "500":
            return self._answer(500, b"oops")
        if fault == "reset":
            return self._hang_up()
        state.watch("before", self.command)
        status, answer, headers = self._carry_out(body)
        state.watch("after", self.command)
        if fault == "500 done":
            return self._answer(500, b"oops")
        if fault == "reset done":
            return self._hang_up()
        if fault.startswith("cut"):
            return self._answer(status, answer, headers, cut=True)
        return self._answer(status, answer, headers)

    do_GET = do_DELETE = do_POST = _do  # noqa: N815

    def _carry_out(self, body: dict[str, Any]) -> tuple[int, bytes, dict[str, str]]:
        state = self.platform
        signed = self.headers.get("Authorization") == f"Bearer {state.token}"
        if "Authorization" in self.headers and not signed:
            return 401, b'{"error": "not you: ' + self.headers["Authorization"].encode() + b'"}', {}
        if self.path == "/items" and self.command == "POST":
            name = f"new{1 + sum(each.startswith('new') for each in state.items)}"
            state.items[name] = json.dumps(body | {"id": name}).encode()
            return 200, state.items[name], {}
        if self.path == "/items":
            rows = [json.loads(content) for content in state.items.values()]
            return 200, json.dumps(rows).encode(), {}
        if self.path == "/me":
            return 200, b'{"id": "7", "name": "someone"}', {}
        if self.command == "POST":
            return self._delete(body["ids"], signed)
        name = self.path.removeprefix("/items/")
        if self.command == "DELETE":
            return self._delete([name], signed)
        if name not in state.items or (name in state.private and not signed):
            return 404, b'{"error": "not found"}', {}
        return 200, state.items[name], {}

    def _delete(self, names: list[str], signed: bool) -> tuple[int, bytes, dict[str, str]]:
        state = self.platform
        if not signed:
            return 401, b"{}", {}
        until = state.over_limit(len(names))
        if until is not None:
            state.refused_429 += 1
            return 429, b'{"error": "slow down"}', {"Retry-After": f"{until - state.clock.now():.3f}"}
        state.acts.append((state.clock.now(), len(names)))
        state.repeated += [name for name in names if name in state.deleted and name not in state.items]
        for name in names:
            if name in state.stubborn:
                return state.stubborn[name], b'{"error": "no"}', {}
            if name not in state.items:
                return (404 if len(names) == 1 else 500), b'{"error": "not found"}', {}
        for name in names:
            del state.items[name]
            state.deleted.append(name)
        return 200, b"{}", {}

    def _answer(self, status: int, body: bytes, headers: dict[str, str] | None = None, *, cut: bool = False) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body) + (40 if cut else 0)))
        self.end_headers()
        self.wfile.write(body[: len(body) // 2] if cut else body)
        self.close_connection = self.close_connection or cut

    def _hang_up(self) -> None:
        self.close_connection = True


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: Any) -> None:
        """A client that was killed hangs up in the middle."""


@contextmanager
def served(platform: Platform | None = None) -> Iterator[tuple[Platform, str]]:
    """The platform and its address, until the end of the block."""
    state = platform or Platform(VirtualClock(600_000_000.0))
    handler = type("Handler", (_Handler,), {"platform": state})
    server = _Server(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield state, f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
