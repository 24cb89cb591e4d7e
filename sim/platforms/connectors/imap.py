"""IMAP: the messages of a mailbox's folders of sent mail, expunged one by one, or moved to its trash and back.

RFC 3501, RFC 6851 (MOVE), RFC 4315 (UIDPLUS: expunge by number, so that nothing else marked as deleted goes with it),
RFC 6154 (which folder is \\Sent). Seen on Dovecot: UIDPLUS is named only after signing in.
"""

import contextlib
import imaplib
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from email import message_from_bytes
from typing import Any, TypeVar
from urllib.parse import urlsplit

from sim.core.errors import Mistake, require
from sim.platforms.connectors.connector import Answer, Clock, Draft, Evidence, Kept, Look
from sim.platforms.connectors.mail import to_item, to_message
from sim.platforms.connectors.mailboxes import folders, place, quoted
from sim.platforms.connectors.refused import refuse_strangers
from sim.platforms.connectors.secret import Secret, redact
from sim.platforms.connectors.web import checked_server
from sim.platforms.exports.item import Item

TIMEOUT_S = 60
PORTS = {"imaps": 993, "imap": 143}
PAGE = 200
_ID = re.compile(r"(?P<box>.+)/(?P<validity>\d+)/(?P<number>\d+)")
FAILURES = (imaplib.IMAP4.error, OSError, EOFError)

Result = TypeVar("Result")


@dataclass(frozen=True)
class Imap:
    """The maker of connectors to mailboxes. trash: what is deleted goes to the folder of trash, and can come back."""

    title: str
    grade: str
    evidence: Evidence
    server: str
    secrets: tuple[str, ...]
    trash: bool

    def connect(self, server: str, *, secrets: Mapping[str, Secret], clock: Clock) -> "ImapConnector":
        """The connector of the mailbox of a user on `server`."""
        refuse_strangers(self.title, secrets)
        where = server or self.server
        require(bool(where), "Every provider has its own server; name yours, such as server=imaps://mail.example.")
        return ImapConnector(self, checked_server(where, schemes=("imaps", "imap")), secrets)


class _Anew(Exception):
    """The folder was made anew: its numbers mean other messages now."""


class ImapConnector:
    """One mailbox. An item's id is folder/validity/number: a folder made anew has another validity."""

    batch, actions = 1, ("delete",)

    def __init__(self, maker: Imap, server: str, secrets: Mapping[str, Secret]) -> None:
        self._secrets, self._session, self._box = secrets, None, ("", False)
        self.title, self.evidence, self.server = maker.title, maker.evidence, server
        self._trash, self.undo_by = maker.trash, "restore" if maker.trash else "none"

    _session: imaplib.IMAP4 | None

    def whoami(self) -> str:
        """The user, once signed in."""
        try:
            self._open()
        except FAILURES as problem:
            raise Mistake(f"{self.server} does not sign this user in: {self._clean(problem)}") from None
        return self._secrets["user"].reveal()

    def listed(self) -> Iterator[Item]:
        """Messages of every folder of sent mail, the newest first."""
        try:
            for box in folders(self._open(), "sent"):
                validity = self._select(box, write=False)
                (found,) = self._do("SEARCH", "ALL")[:1]
                numbers = [number.decode() for number in (found or b"").split()][::-1]
                for first in range(0, len(numbers), PAGE):
                    page = self._do("FETCH", ",".join(numbers[first : first + PAGE]), "(UID BODY.PEEK[HEADER])")
                    heads = [part for part in page if isinstance(part, tuple)]
                    for said, head in reversed(heads):
                        if number := re.search(rb"UID (\d+)", said):
                            yield to_item(f"{box}/{validity}/{number[1].decode()}", message_from_bytes(head))
        except FAILURES as problem:
            self._close()
            raise Mistake(f"{self.server} gave no listing: {self._clean(problem)}") from None

    def fetch(self, native_id: str) -> Kept | Answer:
        """The whole message as it is stored, with its attachments."""

        def work(number: str) -> Kept | Answer:
            parts = [part for part in self._do("FETCH", number, "(BODY.PEEK[])") if isinstance(part, tuple)]
            if not parts:
                return Answer(status="gone", detail="there is no such message")
            return Kept(native_id=native_id, raw=parts[0][1])

        return self._on(native_id, work, write=False, lost=lambda why, sent: Answer(status="unsure", detail=why))

    def act(self, action: str, native_ids: tuple[str, ...]) -> Answer:
        """Mark one message as deleted and expunge it alone; or move it to the trash."""
        if action not in self.actions or len(native_ids) != 1:
            return Answer(status="refused", detail=f"one message a call can be deleted here, not {action}")

        def work(number: str) -> Answer:
            if not (self._do("SEARCH", "UID", number)[0] or b"").split():
                return Answer(status="gone", detail="there is no such message")
            if "UIDPLUS" not in self._open().capabilities:
                return Answer(status="refused", detail="without UIDPLUS others marked as deleted would go with it")
            if self._trash:
                return self._move(number, folders(self._open(), "trash"))
            self._do("STORE", number, "+FLAGS.SILENT", r"(\Deleted)")
            self._do("EXPUNGE", number)
            return Answer(status="accepted")

        def lost(why: str, sent: bool) -> Answer:
            return Answer(status="unsure" if sent else "retry", detail=why)

        return self._on(native_ids[0], work, write=True, lost=lost)

    def look(self, native_id: str, *, signed_in: bool) -> Look:
        """Whether the folder still has the number. Strangers see no mailbox."""
        if not signed_in:
            return Look(sight="gone")

        def work(number: str) -> Look:
            return Look(sight="there" if (self._do("SEARCH", "UID", number)[0] or b"").split() else "gone")

        found = self._on(native_id, work, write=False, lost=lambda why, sent: Look(sight="unknown"))
        return found if isinstance(found, Look) else Look(sight="unknown")

    def undo(self, kept: Kept) -> Answer:
        """Move a message back from the trash, or store the archived one in its folder again; its number is new."""
        box = kept.native_id.rsplit("/", 2)[0]
        if self._trash:

            def lost(why: str, sent: bool) -> Answer:
                return Answer(status="unsure" if sent else "retry", detail=why)

            there = (kept.undo or b"").decode()
            return self._on(there, lambda number: self._move(number, [box]), write=True, lost=lost, mark="trash")
        return self._store(kept, box)

    def _move(self, number: str, boxes: list[str]) -> Answer:
        """Move a message of the open folder to the first of `boxes`; `undo` and `new_id` say where it is now."""
        session = self._open()
        if "MOVE" not in session.capabilities or not boxes:
            return Answer(status="refused", detail="this server moves nothing, or has no folder of trash")
        if not (self._do("SEARCH", "UID", number)[0] or b"").split():
            return Answer(status="refused", detail="the trash has it no more; its copy is in the archive")
        self._do("MOVE", number, quoted(boxes[0]))
        now = place(session, boxes[0])
        return Answer(status="accepted", undo=now.encode() if now else None, new_id=now)

    def _store(self, kept: Kept, box: str) -> Answer:
        try:
            status, said = self._open().append(quoted(box), r"(\Seen)", "", kept.raw)
        except FAILURES as problem:
            self._close()
            return Answer(status="unsure", detail=self._clean(problem))
        made = re.search(rb"APPENDUID (\d+) (\d+)", said[0] or b"")
        new_id = f"{box}/{made[1].decode()}/{made[2].decode()}" if made else None
        return Answer(status="accepted" if status == "OK" else "refused", new_id=new_id)

    def stage(self, draft: Draft) -> Answer:
        """Store a message in the folder of sent mail, which is made where there is none."""
        if draft.kind != "text":
            return Answer(status="refused", detail=f"there is no {draft.kind} in a mailbox")
        try:
            session = self._open()
            boxes = folders(session, "sent")
            if not boxes:
                session.create(quoted("Sent"))
                boxes = ["Sent"]
        except FAILURES as problem:
            self._close()
            return Answer(status="retry", detail=self._clean(problem))
        message = to_message(draft, user=self._secrets["user"].reveal())
        return self._store(Kept(native_id=f"{boxes[0]}/0/0", raw=message), boxes[0])

    def _on(
        self, native_id: str, work: Callable[[str], Result], *, write: bool, lost: Callable[[str, bool], Result],
        mark: str = "sent",
    ) -> Result | Answer:  # fmt: skip
        """`work` on a message's number in its open folder of use `mark`; `lost` says what no whole answer means."""
        named = _ID.fullmatch(native_id)
        if named is None:
            return Answer(status="refused", detail=f"'{native_id[:100]}' is no id of a message")
        sent = False
        try:
            if named["box"] not in folders(self._open(), mark):
                return Answer(status="refused", detail=f"'{named['box']}' is no folder of {mark} mail")
            if self._select(named["box"], write=write) != named["validity"]:
                return Answer(status="refused", detail="the folder was made anew, so its numbers mean other messages")
            sent = True
            return work(named["number"])
        except FAILURES as problem:
            self._close()
            return lost(self._clean(problem), sent)

    def _open(self) -> imaplib.IMAP4:
        if self._session is None:
            where = urlsplit(self.server)
            kind: Any = imaplib.IMAP4_SSL if where.scheme == "imaps" else imaplib.IMAP4
            session = kind(where.hostname, where.port or PORTS[where.scheme], timeout=TIMEOUT_S)
            session.login(self._secrets["user"].reveal(), self._secrets["password"].reveal())
            session.capabilities = tuple(session.capability()[1][0].decode().upper().split())
            self._session, self._box = session, ("", False)
        return self._session

    def _close(self) -> None:
        if self._session is not None:
            with contextlib.suppress(*FAILURES):
                self._session.shutdown()
        self._session = None

    def _select(self, box: str, *, write: bool) -> str:
        """Open a folder; its validity."""
        session = self._open()
        status, said = session.select(quoted(box), readonly=not write)
        if status != "OK":
            raise imaplib.IMAP4.error(f"no folder {box}: {said!r}")
        (validity,) = session.response("UIDVALIDITY")[1][:1]
        return validity.decode() if isinstance(validity, bytes) else ""

    def _do(self, command: str, *arguments: str) -> list[Any]:
        status, said = self._open().uid(command, *arguments)
        if status != "OK":
            raise imaplib.IMAP4.error(f"{command} was refused: {said!r}")
        return list(said)

    def _clean(self, problem: BaseException) -> str:
        return redact(f"{type(problem).__name__} {problem}", self._secrets.values())[:300]
