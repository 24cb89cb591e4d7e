"""One Nostr relay over a WebSocket (NIP-01): ask for events, hand one in; what was not answered is never taken for no.

Not nostr-sdk's own client: it returns an empty list both for "there is none" and for a relay that never answered.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from time import monotonic
from typing import Any

from sim.core.errors import Mistake

TIMEOUT_S = 60
"""nostr-relay slows whom it limits down by answering later and later."""

MOST_BYTES = 4 * 2**20


class NoAnswer(Exception):
    """The relay gave no whole answer. sent: whether something may have reached it."""

    def __init__(self, why: str, *, sent: bool) -> None:
        super().__init__(why)
        self.sent = sent


@dataclass(frozen=True)
class Relay:
    """A relay at `url`; each question has a connection of its own."""

    url: str

    def ask(self, question: Mapping[str, Any]) -> list[dict[str, Any]]:
        """The stored events that fit a filter, all of them up to the relay's end mark. Raises NoAnswer."""
        found: list[dict[str, Any]] = []
        with self._open() as socket:
            for message in self._talk(socket, ["REQ", "a", dict(question)]):
                if message[0] == "EVENT" and len(message) > 2 and isinstance(message[2], dict):
                    found.append(message[2])
                elif message[0] == "EOSE":
                    return found
                elif message[0] == "CLOSED":
                    raise NoAnswer(str(message[-1]), sent=True)
        raise NoAnswer("the relay closed the connection", sent=True)

    def hand_in(self, event: Mapping[str, Any]) -> tuple[bool, str]:
        """Whether the relay takes an event, and what it says to it. Raises NoAnswer."""
        with self._open() as socket:
            for message in self._talk(socket, ["EVENT", dict(event)]):
                if message[0] == "OK" and len(message) > 2 and message[1] == event["id"]:
                    return bool(message[2]), str(message[3]) if len(message) > 3 else ""
        raise NoAnswer("the relay closed the connection", sent=True)

    @contextmanager
    def _open(self) -> Iterator[Any]:
        websockets = need("websockets.sync.client")
        try:
            socket = websockets.connect(self.url, open_timeout=TIMEOUT_S, max_size=MOST_BYTES)
        except (OSError, ValueError, need("websockets.exceptions").WebSocketException) as problem:
            raise NoAnswer(f"no connection: {problem}", sent=False) from None
        with socket:
            yield socket

    def _talk(self, socket: Any, message: list[Any]) -> Iterator[list[Any]]:
        """Send a message; what the relay says until it closes or time is up."""
        until = monotonic() + TIMEOUT_S
        try:
            socket.send(json.dumps(message, ensure_ascii=False))
            while (left := until - monotonic()) > 0:
                said = json.loads(socket.recv(timeout=left))
                if isinstance(said, list) and len(said) > 1:
                    yield said
        except (OSError, ValueError, need("websockets.exceptions").WebSocketException) as problem:
            raise NoAnswer(f"no whole answer: {type(problem).__name__} {problem}", sent=True) from None
        raise NoAnswer(f"no answer in {TIMEOUT_S} s", sent=True)


def need(module: str) -> Any:
    """A module of the extra `nostr`, or a Mistake that says how to install it."""
    from importlib import import_module

    try:
        return import_module(module)
    except ImportError:
        missing = module.partition(".")[0]
        raise Mistake(
            f"Nostr needs {missing}, which is not installed. pip install 'afterpost[replay,nostr]' brings it."
        ) from None
