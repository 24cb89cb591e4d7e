"""Bluesky and the AT protocol: posts and reposts of a repository, deleted up to 200 a call.

Seen on the PDS 0.4: a record that is gone answers 400 RecordNotFound; one deletion of a missing record answers 200; a
call of several with one missing key answers 500, and nothing of it is done. Likes and reposts by others stay as records
that point nowhere. The repository lists everything, without an end to its pages, so no archive is needed.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sim.core.errors import Mistake
from sim.platforms.connectors.connector import Answer, Clock, Draft, Evidence, Kept, Look, Sight, Status
from sim.platforms.connectors.describe import Call
from sim.platforms.connectors.fill import reach
from sim.platforms.connectors.pages import patiently
from sim.platforms.connectors.refused import refuse_strangers
from sim.platforms.connectors.secret import Secret
from sim.platforms.connectors.web import Reply, Web, answered, judge
from sim.platforms.exports.container import View
from sim.platforms.exports.fields import EPOCH
from sim.platforms.exports.item import Item
from sim.platforms.exports.readers.bluesky import read
from sim.platforms.exports.record_key import record_key

DELETE = "com.atproto.repo.applyWrites#delete"

LONGEST = 300
"""Characters of a post (lexicon app.bsky.feed.post counts graphemes, which are no more)."""

STRANGE = "it is no address of a record of this account: at://did/collection/key"
_ID = re.compile(r"at://(?P<repo>did:[a-z]+:[\w.:%-]+)/(?P<collection>[A-Za-z0-9.-]+)/(?P<rkey>[\w.~:-]+)")

LOGIN = Call(
    method="POST", path="/xrpc/com.atproto.server.createSession",
    json={"identifier": "{secret.handle}", "password": "{secret.password}"},
)  # fmt: skip
REFRESH = Call(method="POST", path="/xrpc/com.atproto.server.refreshSession")
REPOSITORY = Call(method="GET", path="/xrpc/com.atproto.sync.getRepo", query={"did": "{did}"})
BLOB = Call(method="GET", path="/xrpc/com.atproto.sync.getBlob", query={"did": "{did}", "cid": "{cid}"})
RECORD = Call(
    method="GET", path="/xrpc/com.atproto.repo.getRecord",
    query={"repo": "{repo}", "collection": "{collection}", "rkey": "{rkey}"},
)  # fmt: skip
DELETE_ONE = Call(
    method="POST", path="/xrpc/com.atproto.repo.deleteRecord",
    json={"repo": "{repo}", "collection": "{collection}", "rkey": "{rkey}"},
)  # fmt: skip
DELETE_SOME = Call(
    method="POST", path="/xrpc/com.atproto.repo.applyWrites", json={"repo": "{did}", "writes": "{writes}"}
)
PUT = Call(
    method="POST", path="/xrpc/com.atproto.repo.putRecord",
    json={"repo": "{repo}", "collection": "{collection}", "rkey": "{rkey}", "record": "{record}"},
)  # fmt: skip


@dataclass(frozen=True)
class Bluesky:
    """The maker of connectors to personal data servers."""

    title: str
    grade: str
    evidence: Evidence
    server: str
    secrets: tuple[str, ...]

    def connect(self, server: str, *, secrets: Mapping[str, Secret], clock: Clock) -> "BlueskyConnector":
        """The connector of an account; it signs in when first needed."""
        refuse_strangers(self.title, secrets)
        return BlueskyConnector(self, server or self.server, secrets, clock)


class BlueskyConnector:
    """One account on one server. An item's id is its address, at://did/collection/key."""

    batch, undo_by, actions = 200, "none", ("delete",)

    def __init__(self, maker: Bluesky, server: str, secrets: Mapping[str, Secret], clock: Clock) -> None:
        headers = {"Authorization": "Bearer {secret.access}"}
        self._web = Web(server, headers=headers, public_headers={}, secrets=secrets, clock=clock)
        self._door = Web(server, headers={}, public_headers={}, secrets=secrets, clock=clock)
        self._renew = self._door
        self._clock, self._secrets = clock, secrets
        self._did: str | None = None
        self.title, self.evidence, self.server = maker.title, maker.evidence, self._web.server

    def whoami(self) -> str:
        """The handle. Raises Mistake if the server does not take the handle and password."""
        reply = self._door.send(LOGIN, {})
        if reply.status != 200:
            said = reply.problem or f"it answered {reply.status}: {self._shown(reply)}"
            raise Mistake(f"{self.server} does not sign this account in; {said}")
        session = _json(reply)
        self._did = str(session["did"])
        self._move(str(reach(session, "didDoc.service.0.serviceEndpoint") or ""))
        self._signed_in(session)
        return str(session["handle"])

    def listed(self) -> Iterator[Item]:
        """Every post and repost, newest first."""
        if self._did is None:
            self.whoami()
        reply = patiently(self._web, lambda: self._web.send(REPOSITORY, {"did": self._did}, signed_in=False))
        archive = read(View(f"the repository on {self.server}", {"repo.car": lambda: reply.body}))
        yield from sorted(archive.items, key=lambda item: (item.created, item.native_id or ""), reverse=True)

    def fetch(self, native_id: str) -> Kept | Answer:
        """The record as JSON, and its pictures and films."""
        if (names := self._own(native_id)) is None:
            return Answer(status="refused", detail=STRANGE)
        reply = self._web.send(RECORD, names, signed_in=False)
        if (status := _judge(reply)) != "accepted":
            return answered(reply, status, detail=self._shown(reply))
        media = []
        for cid in _blobs(_json(reply).get("value")):
            got = self._web.send(BLOB, {"did": names["repo"], "cid": cid}, signed_in=False)
            if judge(got) in ("retry", "unsure"):
                return answered(got, judge(got), detail=self._shown(got))
            media += [(cid, got.body)] if got.status == 200 else []
        return Kept(native_id=native_id, raw=reply.body, media=tuple(media))

    def act(self, action: str, native_ids: tuple[str, ...]) -> Answer:
        """Delete records: one by its own call, which may be repeated; several all or none."""
        if action not in self.actions or not 1 <= len(native_ids) <= self.batch:
            return Answer(status="refused", detail=f"1 to {self.batch} records a call are deleted, not {action}")
        named = [names for native_id in native_ids if (names := self._own(native_id))]
        if len(named) < len(native_ids):
            return Answer(status="refused", detail=STRANGE)
        if len(named) == 1:
            reply = self._signed(DELETE_ONE, named[0])
        else:
            parts = ("collection", "rkey")
            writes = [{"$type": DELETE} | {part: names[part] for part in parts} for names in named]
            reply = self._signed(DELETE_SOME, {"did": named[0]["repo"], "writes": writes})
        status = _judge(reply)
        return answered(reply, status, detail="" if status == "accepted" else self._shown(reply))

    def look(self, native_id: str, *, signed_in: bool) -> Look:
        """A record is public, so the question is the same for owner and stranger."""
        if (names := _names(native_id)) is None:
            return Look(sight="unknown")
        reply = self._web.send(RECORD, names, signed_in=False)
        status = _judge(reply)
        sight: Sight = "gone" if status == "gone" else "there" if status == "accepted" else "unknown"
        return Look(sight=sight, http_status=reply.status, not_before=reply.not_before)

    def undo(self, kept: Kept) -> Answer:
        """Write the archived record again under its old key: the same address, and others' likes point to it again."""
        if (names := self._own(kept.native_id)) is None:
            return Answer(status="refused", detail=STRANGE)
        reply = self._signed(PUT, names | {"record": json.loads(kept.raw)["value"]})
        status, made = _judge(reply), _json(reply).get("uri")
        return answered(reply, status, detail="" if status == "accepted" else self._shown(reply), new_id=made)

    def stage(self, draft: Draft) -> Answer:
        """Write a record under a key of the draft's own, so that the same draft is the same record."""
        if self._did is None:
            self.whoami()
        collection = f"app.bsky.feed.{'post' if draft.kind == 'text' else draft.kind}"
        when = (EPOCH + timedelta(seconds=draft.created)).strftime("%Y-%m-%dT%H:%M:%S.000Z")
        record: dict[str, Any] = {"$type": collection, "createdAt": when}
        if draft.of is not None:
            record["subject"] = self._named(draft.of)
        else:
            record["text"] = draft.text[:LONGEST]
        if draft.reply_to is not None:
            above = self._named(draft.reply_to)
            record["reply"] = {"root": above, "parent": above}
        rkey = record_key(draft.created, draft.number)
        reply = self._signed(PUT, {"repo": self._did, "collection": collection, "rkey": rkey, "record": record})
        status, made = _judge(reply), _json(reply).get("uri")
        return answered(reply, status, detail="" if status == "accepted" else self._shown(reply), new_id=made)

    def _named(self, native_id: str) -> dict[str, Any]:
        """A record as others refer to it: by its address and the hash of what it says."""
        found = _json(self._web.send(RECORD, _names(native_id) or {}, signed_in=False))
        return {"uri": native_id, "cid": found.get("cid")}

    def _own(self, native_id: str) -> dict[str, str] | None:
        """The parts of a record's address, if it is this account's, as far as that is known."""
        names = _names(native_id)
        return names if names is not None and self._did in (None, names["repo"]) else None

    def _signed(self, call: Call, context: Mapping[str, Any]) -> Reply:
        """A signed call; a session that ran out was refused before anything was done, and is renewed once."""
        if self._did is None:
            try:
                self.whoami()
            except Mistake as problem:
                return Reply(status=401, headers={}, body=str(problem).encode(), not_before=None, problem="", sent=True)
        reply = self._web.send(call, context)
        if reply.status in (400, 401) and _json(reply).get("error") == "ExpiredToken":
            renewed = self._renew.send(REFRESH, {})
            if renewed.status == 200:
                self._signed_in(_json(renewed))
                return self._web.send(call, context)
        return reply

    def _move(self, home: str) -> None:
        """Go to the account's own server where the front door names another one, safely."""
        if home.startswith("https://") and self.server.startswith("https://") and home.rstrip("/") != self.server:
            headers = {"Authorization": "Bearer {secret.access}"}
            self._web = Web(home, headers=headers, public_headers={}, secrets=self._secrets, clock=self._clock)
            self.server = self._web.server

    def _signed_in(self, session: Mapping[str, Any]) -> None:
        headers = {"Authorization": "Bearer {secret.refresh}"}
        self._renew = Web(self.server, headers=headers, public_headers={}, secrets=self._secrets, clock=self._clock)
        self._renew.learn("refresh", Secret(str(session["refreshJwt"])))
        self._web.learn("access", Secret(str(session["accessJwt"])))

    def _shown(self, reply: Reply) -> str:
        return self._web.clean(reply.problem or reply.body[:300].decode("utf-8", "replace"))


def _names(native_id: str) -> dict[str, str] | None:
    found = _ID.fullmatch(native_id)
    return found.groupdict() if found else None


def _judge(reply: Reply) -> Status:
    if reply.status == 400 and _json(reply).get("error") in ("RecordNotFound", "ExpiredToken", "InvalidToken"):
        return "gone" if _json(reply)["error"] == "RecordNotFound" else "signed_out"
    return judge(reply)


def _json(reply: Reply) -> dict[str, Any]:
    try:
        found = json.loads(reply.body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _blobs(value: Any) -> Iterator[str]:
    """The ids of all blobs below a record."""
    if isinstance(value, Mapping):
        if value.get("$type") == "blob" and isinstance(cid := reach(value, "ref.$link"), str):
            yield cid
        else:
            for part in value.values():
                yield from _blobs(part)
    elif isinstance(value, list):
        for part in value:
            yield from _blobs(part)
