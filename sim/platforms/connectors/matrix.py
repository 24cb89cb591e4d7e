"""Matrix: a user's own messages in her rooms, redacted; what stays is an event's empty shell.

Client-server API v1.15. Seen on Synapse: a redacted event still answers 200 and stays in the listing, so gone means
that its content is empty and it names its redaction. The same transaction id makes one redaction however often sent.
"""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sim.core.errors import Mistake, require
from sim.platforms.connectors.connector import Answer, Clock, Draft, Evidence, Kept, Look, Sight
from sim.platforms.connectors.describe import Call
from sim.platforms.connectors.fill import reach
from sim.platforms.connectors.pages import patiently
from sim.platforms.connectors.refused import refuse_strangers
from sim.platforms.connectors.rows import moment
from sim.platforms.connectors.secret import Secret
from sim.platforms.connectors.web import Reply, Web, answered, judge
from sim.platforms.exports.fields import whole_characters
from sim.platforms.exports.item import Item

BASE = "/_matrix/client/v3"
OTHERS = "it is another person's"
STRANGE = "it is no id of a message: !room/$event"
_ID = re.compile(r"(?P<room>![^/]+)/(?P<event>\$[^/]+)")
TYPES = ["m.room.message", "m.sticker", "m.room.encrypted", "m.poll.start"]
WHOAMI = Call(method="GET", path=f"{BASE}/account/whoami")
ROOMS = Call(method="GET", path=f"{BASE}/joined_rooms")
EVENT = Call(method="GET", path=BASE + "/rooms/{room}/event/{event}")
REDACT = Call(method="PUT", path=BASE + "/rooms/{room}/redact/{event}/{txn}", json={})
SEND = Call(method="PUT", path=BASE + "/rooms/{room}/send/{type}/{txn}", json="{content}")
MEDIUM = Call(method="GET", path="/_matrix/client/v1/media/download/{where}/{medium}")
CREATE = Call(method="POST", path=f"{BASE}/createRoom", json={"preset": "private_chat"})
PAGE = Call(
    method="GET", path=BASE + "/rooms/{room}/messages",
    query={"dir": "b", "limit": 100, "from": "{from}", "filter": "{filter}"},
)  # fmt: skip


@dataclass(frozen=True)
class Matrix:
    """The maker of connectors to homeservers."""

    title: str
    grade: str
    evidence: Evidence
    server: str
    secrets: tuple[str, ...]

    def connect(self, server: str, *, secrets: Mapping[str, Secret], clock: Clock) -> "MatrixConnector":
        """The connector of an account on the homeserver `server`."""
        refuse_strangers(self.title, secrets)
        where = server or self.server
        require(bool(where), "Matrix is many servers; name yours, such as server=https://matrix.example.")
        headers = {"Authorization": "Bearer {secret.token}"}
        return MatrixConnector(self, Web(where, headers=headers, public_headers={}, secrets=secrets, clock=clock))


class MatrixConnector:
    """One account on one homeserver. An item's id is room/event."""

    batch, undo_by, actions = 1, "none", ("delete",)

    def __init__(self, maker: Matrix, web: Web) -> None:
        self._web = web
        self._user: str | None = None
        self.title, self.evidence, self.server = maker.title, maker.evidence, web.server

    def whoami(self) -> str:
        """The user's id."""
        reply = self._web.send(WHOAMI, {})
        user = _json(reply).get("user_id") if reply.status == 200 else None
        if not isinstance(user, str):
            said = reply.problem or f"it answered {reply.status}: {self._shown(reply)}"
            raise Mistake(f"{self.server} does not say whose account this is; {said}")
        self._user = user
        return user

    def listed(self) -> Iterator[Item]:
        """Messages of the user in all rooms she is in, each room newest first; shells are none."""
        return messages(self._web, self.whoami())

    def fetch(self, native_id: str) -> Kept | Answer:
        """The event as the server keeps it, and the file it points to."""
        if (names := _names(native_id)) is None:
            return Answer(status="refused", detail=STRANGE)
        reply = self._web.send(EVENT, names)
        if judge(reply) != "accepted" or _redacted(_json(reply)):
            status = "gone" if judge(reply) == "accepted" else judge(reply)
            return answered(reply, status, detail=self._shown(reply))
        if _json(reply).get("sender") != (self._user or self.whoami()):
            return answered(reply, "refused", detail=OTHERS)  # who keeps a room could redact it all the same
        media = []
        for address in (reach(_json(reply), "content.url"), reach(_json(reply), "content.info.thumbnail_url")):
            where, _, medium = str(address or "").removeprefix("mxc://").partition("/")
            if medium:
                got = self._web.send(MEDIUM, {"where": where, "medium": medium})
                if judge(got) in ("retry", "unsure"):
                    return answered(got, judge(got), detail=self._shown(got))
                media += [(str(address), got.body)] if got.status == 200 else []
        return Kept(native_id=native_id, raw=reply.body, media=tuple(media))

    def act(self, action: str, native_ids: tuple[str, ...]) -> Answer:
        """Redact one event; sent again it is the same redaction."""
        if action not in self.actions or len(native_ids) != 1:
            return Answer(status="refused", detail=f"one message a call can be deleted here, not {action}")
        if (names := _names(native_ids[0])) is None:
            return Answer(status="refused", detail=STRANGE)
        reply = self._web.send(REDACT, names | {"txn": _txn("redact", native_ids[0])})
        status = judge(reply)
        return answered(reply, status, detail="" if status == "accepted" else self._shown(reply))

    def look(self, native_id: str, *, signed_in: bool) -> Look:
        """A shell is gone. Strangers see no rooms."""
        if (names := _names(native_id)) is None:
            return Look(sight="unknown")
        if not signed_in:
            return Look(sight="gone")
        reply = self._web.send(EVENT, names)
        sight: Sight = "unknown"
        if reply.status == 200 and _json(reply):
            sight = "gone" if _redacted(_json(reply)) else "there"
        elif reply.status == 404:
            sight = "gone"
        return Look(sight=sight, http_status=reply.status, not_before=reply.not_before)

    def undo(self, kept: Kept) -> Answer:
        """Send the archived content again, as a new event."""
        if (names := _names(kept.native_id)) is None:
            return Answer(status="refused", detail=STRANGE)
        event = json.loads(kept.raw)
        again = {"type": event["type"], "content": event["content"], "txn": _txn("again", kept.native_id)}
        reply = self._web.send(SEND, names | again)
        status, made = judge(reply), _json(reply).get("event_id")
        detail = "" if status == "accepted" else self._shown(reply)
        return answered(reply, status, detail=detail, new_id=f"{names['room']}/{made}" if made else None)

    def stage(self, draft: Draft) -> Answer:
        """Send a message to one of the rooms the user is in, in turn, or to a new one; an answer goes to its room."""
        above = _names(draft.of or draft.reply_to or "")
        event = above["event"] if above else ""
        kind = "m.room.message"
        content: dict[str, Any] = {"msgtype": "m.text", "body": draft.text}
        if draft.kind == "like":
            kind = "m.reaction"
            content = {"m.relates_to": {"rel_type": "m.annotation", "event_id": event, "key": "👍"}}
        elif draft.kind != "text":
            return Answer(status="refused", detail=f"there is no {draft.kind} on Matrix")
        elif above:
            content |= {"m.relates_to": {"m.in_reply_to": {"event_id": event}}}
        room = above["room"] if above else self._room(draft.number)
        txn = _txn("stage", f"{self._user} {draft.number}")
        reply = self._web.send(SEND, {"room": room, "type": kind, "content": content, "txn": txn})
        status, made = judge(reply), _json(reply).get("event_id")
        detail = "" if status == "accepted" else self._shown(reply)
        return answered(reply, status, detail=detail, new_id=f"{room}/{made}" if made else None)

    def _room(self, number: int) -> str:
        rooms = _json(patiently(self._web, lambda: self._web.send(ROOMS, {}))).get("joined_rooms")
        if not rooms:
            rooms = [_json(patiently(self._web, lambda: self._web.send(CREATE, {}))).get("room_id")]
        return str(sorted(rooms)[number % len(rooms)])

    def _shown(self, reply: Reply) -> str:
        return self._web.clean(reply.problem or reply.body[:300].decode("utf-8", "replace"))


def messages(web: Web, sender: str) -> Iterator[Item]:
    """Messages of a user in all rooms that the account of `web` is in."""
    only = json.dumps({"senders": [sender], "types": TYPES})
    rooms = _json(patiently(web, lambda: web.send(ROOMS, {}))).get("joined_rooms", [])
    for room in sorted(str(room) for room in rooms):
        place: str | None = None
        for _ in range(1_000_000):  # a page may bring none of hers, so only the server knows the end
            asked = {"room": room, "from": place, "filter": only}
            page = _json(patiently(web, lambda: web.send(PAGE, asked)))  # noqa: B023
            for event in page.get("chunk", []):
                if not _redacted(event) and (item := _item(room, event)):
                    yield item
            if page.get("end") in (None, place):
                break
            place = page["end"]


def _names(native_id: str) -> dict[str, str] | None:
    found = _ID.fullmatch(native_id)
    return found.groupdict() if found else None


def _txn(what: str, native_id: str) -> str:
    return "afterpost-" + hashlib.sha256(f"{what} {native_id}".encode()).hexdigest()[:32]


def _json(reply: Reply) -> dict[str, Any]:
    try:
        found = json.loads(reply.body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _redacted(event: Mapping[str, Any]) -> bool:
    because = event.get("redacted_because") or reach(event, "unsigned.redacted_because")
    return event.get("content") == {} and because is not None


def _item(room: str, event: Mapping[str, Any]) -> Item | None:
    content = event.get("content")
    if not isinstance(event.get("event_id"), str) or not isinstance(content, dict):
        return None
    body, address, related = content.get("body"), content.get("url"), content.get("m.relates_to")
    answered_to = related.get("m.in_reply_to") if isinstance(related, dict) else None
    reply_to = answered_to.get("event_id") if isinstance(answered_to, dict) else None
    return Item(
        platform="matrix",
        native_id=f"{room}/{event['event_id']}",
        uri=None,
        kind="photo" if isinstance(address, str) else "text",
        created=moment(event.get("origin_server_ts")),
        text=whole_characters(body) if isinstance(body, str) else "",
        media=(address,) if isinstance(address, str) else (),
        audience="friends",
        reply_to=f"{room}/{reply_to}" if isinstance(reply_to, str) else None,
        place=room,
    )
