"""What every connector offers to replay, and what it answers; one call of a method is at most one acting request."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, Protocol, runtime_checkable

from sim.core.errors import Mistake
from sim.platforms.connectors.secret import Secret
from sim.platforms.exports.item import Item

Status = Literal["accepted", "gone", "refused", "retry", "unsure", "signed_out"]
"""accepted: the platform says it is done. gone: it says there is no such item (believed only after reading again).
refused: it will not do it (403, 400, 422). retry: surely nothing was done, the same item goes again (429, no
connection). unsure: it may have been done (500, a reset or cut answer, a time-out). signed_out: the credentials are
not valid (401)."""

Sight = Literal["there", "gone", "unknown"]
Evidence = Literal["server", "spec", "docs"]
"""How far a connector was proved: on a real server, against the published API description, from its documentation."""

UNDO = ("restore", "redraft", "none")
"""restore: the item itself comes back (trash, a deleted flag). redraft: it is posted anew from the source that the
platform returned, under a new id. none: there is no undo, only posting again from the archive."""


class Clock(Protocol):
    """Time, as an argument: real in live replay, virtual in a rehearsal and in tests."""

    def now(self) -> float:
        """Seconds since 2007-01-01 UTC; never runs backwards within a run."""

    def sleep(self, seconds: float) -> None:
        """Wait; nothing happens meanwhile."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What came of one acting call, for all of its items at once.

    not_before: the earliest time (s since 2007, the local clock) of the next call that the platform's headers allow,
    whatever the status; None: they do not say. A reset given as a date is counted from the answer's own Date
    header, so that a wrong local clock does no harm. http_status: None where there is none. detail: one line, secrets
    taken out. undo: what the platform returned and an undo needs. new_id: of an item that was posted.
    """

    status: Status
    http_status: int | None = None
    not_before: float | None = None
    detail: str = ""
    undo: bytes | None = None
    new_id: str | None = None


@dataclass(frozen=True, kw_only=True)
class Look:
    """What reading an item again showed; `not_before` and `http_status` as in Answer. A 429 or 500 shows: unknown."""

    sight: Sight
    http_status: int | None = None
    not_before: float | None = None


@dataclass(frozen=True, kw_only=True)
class Kept:
    """An item as the platform gave it: raw bytes (its own JSON), and its media as (address, content).

    undo: an Answer's, once it was acted on.
    """

    native_id: str
    raw: bytes
    media: tuple[tuple[str, bytes], ...] = ()
    undo: bytes | None = None


@dataclass(frozen=True, kw_only=True)
class Draft:
    """Something of a synthetic person's to be put on a test server. number: the same thing has always the same one.

    kind: one of STAGED. audience: one of AUDIENCES; a platform that has it not takes the next narrower it has. created:
    s since 2007, where a platform lets it be given. reply_to: an own item that it answers; of: the item that is liked
    or reposted.
    """

    number: int
    kind: str
    created: int
    text: str = ""
    audience: str = "public"
    reply_to: str | None = None
    of: str | None = None


STAGED = ("text", "like", "repost")


class Connector(Protocol):
    """One account on one server. Methods answer; only a fault of this program raises.

    `listed` and `whoami` alone raise Mistake, where they cannot do their job.
    """

    @property
    def title(self) -> str:
        """The platform's name for readers."""

    @property
    def server(self) -> str:
        """Where the account lives, as a base address."""

    @property
    def evidence(self) -> Evidence:
        """How far it was proved."""

    @property
    def batch(self) -> int:
        """Most items that one call may carry; they are done all or none."""

    @property
    def actions(self) -> tuple[str, ...]:
        """Those of sim.core.schema.ACTIONS that `act` carries out; the others go by hand."""

    @property
    def undo_by(self) -> str:
        """One of UNDO."""

    def whoami(self) -> str:
        """The account's handle or id: proof that the credentials work."""

    def listed(self) -> Iterator[Item]:
        """The account's own items, each with its native_id, newest first as far as the platform goes; paging ends."""

    def fetch(self, native_id: str) -> Kept | Answer:
        """An item and its media for the archive; where it cannot be had, an Answer (gone, refused, retry, unsure)."""

    def act(self, action: str, native_ids: tuple[str, ...]) -> Answer:
        """Carry out one of sim.core.schema.ACTIONS on 1 to `batch` items, or on the account (no ids)."""

    def look(self, native_id: str, *, signed_in: bool) -> Look:
        """Read an item again, with the credentials or as a stranger; "gone" only on the platform's word.

        As a stranger it is gone, without a request, where the platform's API shows strangers nothing.
        """

    def undo(self, kept: Kept) -> Answer:
        """Bring an item back as `undo_by` says; where that is none, post it again from `kept`, or refuse."""


class Refused(Mistake):
    """A server lists an account to its owner alone, or to members; the message says what it answered."""


class Reader(Protocol):
    """Anyone but the owner, without her credentials, who reads what the server shows of an account."""

    @property
    def server(self) -> str:
        """Where the account lives, as a base address."""

    def shown(self, account: str) -> Iterator[Item]:
        """What is listed for her of an account, by its name of `whoami`; paging ends. Raises Refused, else Mistake."""

    def shows(self, native_id: str) -> bool:
        """Whether the server shows her one item when she asks for it by its id."""


@runtime_checkable
class Stager(Protocol):
    """A connector that can also put synthetic things on a server: for the staging tool, on loopback alone."""

    def stage(self, draft: Draft) -> Answer:
        """Post, like or repost, once; `new_id` is the id it has now, of a post at least."""


class Maker(Protocol):
    """A connector described as data (`connector` in conf/platform/NAME.yaml), before there is an account."""

    @property
    def grade(self) -> str:
        """A by its API, B by a gated API, C by hand, X refused."""

    @property
    def evidence(self) -> Evidence:
        """How far it was proved."""

    @property
    def secrets(self) -> tuple[str, ...]:
        """Names of the secrets it needs, such as ("token",)."""

    def connect(self, server: str, *, secrets: Mapping[str, Secret], clock: Clock) -> Connector:
        """The connector of an account. Raises Mistake for secrets it must not use, such as a user token of Discord."""
