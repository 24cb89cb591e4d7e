"""What a staged server tells a test: where it is, whose credentials to use, and which items live on it now."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from servers.start import Process
from sim.core.build import build
from sim.core.parameters import settle
from sim.platforms.connectors.connector import Draft
from sim.platforms.connectors.secret import Secret
from sim.platforms.replay.clock import WallClock
from sim.platforms.stage.staging import put
from sim.verbs.compose import compose_option

BEGIN_S = 599_616_000
"""2026-01-01, when the first thing here was posted."""


@dataclass
class Stage:
    """A server with two accounts: its owner's, and a friend's with things that are not hers to delete.

    platform: the name in `conf/platform` whose connector cleans it. server: its address. secrets: of the owner, by
    name; friend: of the other. living: reads the server itself, not through a connector of ours: which of some ids
    live. own: ids of the owner's posts, the oldest first. others: ids of the friend's things.
    """

    platform: str
    server: str
    secrets: Mapping[str, str]
    friend: Mapping[str, str]
    living: Callable[[list[str]], set[str]]
    process: Process
    own: list[str] = field(default_factory=list)
    others: list[str] = field(default_factory=list)

    @property
    def environment(self) -> dict[str, str]:
        """Both accounts' credentials, as the command takes them."""
        prefix = f"AFTERPOST_{self.platform}_".upper()
        given = {f"{prefix}{name}".upper(): value for name, value in self.secrets.items()}
        return given | {f"{prefix}FRIEND_{name}".upper(): value for name, value in self.friend.items()}

    def connected(self, secrets: Mapping[str, str] | None = None) -> Any:
        """The connector of the owner's account, or of another's."""
        maker = build(settle(compose_option("platform", self.platform), None), self.platform).connector
        given = {name: Secret(value) for name, value in (secrets or self.secrets).items()}
        assert set(given) == set(maker.secrets)
        made = maker.connect(self.server, secrets=given, clock=WallClock())
        assert made.whoami()
        return made

    def begin(self, posts: int, *, marks: Sequence[str] = ()) -> None:
        """The owner posts `posts` texts; the friend three, and `marks` (likes, reposts) on the owner's first two."""
        self.own = posted(self.connected(), posts)
        bob = self.connected(self.friend)
        self.others = posted(bob, 3, first=-3)
        for place, what in enumerate(marks):
            for number, native_id in enumerate(self.own[:2]):
                like = Draft(number=-100 - 10 * place - number, kind=what, created=BEGIN_S + posts, of=native_id)
                mark = _put(bob, like)
                self.others += [] if mark in self.own else [mark]


def posted(connector: Any, posts: int, *, first: int = 0) -> list[str]:
    """An account posts texts, two a second, as scripts do; their ids."""
    numbers = range(first, first + posts)
    return [_put(connector, Draft(number=n, kind="text", created=BEGIN_S + n // 2, text=f"text {n}")) for n in numbers]


def _put(connector: Any, draft: Draft) -> str:
    answer = put(connector, draft, WallClock())
    assert answer.status == "accepted" and answer.new_id, answer
    return str(answer.new_id)
