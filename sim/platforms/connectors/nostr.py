"""Nostr: requests to delete own notes (NIP-09), signed on this machine, sent to one relay.

Seen on two relays: OK true proves nothing, one takes and ignores requests it should not follow; so the ids are asked
for again. One takes `until` as the last second of a page, the other as the first one after it, so pages overlap. One
answers "rate-limited", the other answers later and later. One lets a deleted note be published again.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sim.core.errors import Mistake, require
from sim.core.schema import EPOCH_UNIX_S
from sim.platforms.connectors.connector import Answer, Clock, Draft, Evidence, Kept, Look
from sim.platforms.connectors.refused import refuse_strangers
from sim.platforms.connectors.relay import NoAnswer, Relay, need
from sim.platforms.connectors.rows import moment
from sim.platforms.connectors.secret import Secret
from sim.platforms.connectors.web import checked_server
from sim.platforms.exports.fields import whole_characters
from sim.platforms.exports.item import Item

NOTE, DELETION, REPOSTS, REACTION, PICTURE = 1, 5, (6, 16), 7, 20
KINDS = [NOTE, *REPOSTS, PICTURE, 21, 22, 1068, 1111, 30023]
"""Notes, reposts, pictures, films, polls, comments, articles."""

PAGE = 500
STALE = 3
"""Pages in a row without anything new that end a listing: the last second is passed by then, or `until` is ignored."""

STRANGE = "it is no id of an event: 64 hex digits"
_ID = re.compile("[0-9a-f]{64}")


@dataclass(frozen=True)
class Nostr:
    """The maker of connectors to relays."""

    title: str
    grade: str
    evidence: Evidence
    server: str
    secrets: tuple[str, ...]

    def connect(self, server: str, *, secrets: Mapping[str, Secret], clock: Clock) -> "NostrConnector":
        """The connector of a key's notes on the relay `server`."""
        refuse_strangers(self.title, secrets)
        where = server or self.server
        require(bool(where), "Nostr is many relays; name one, such as server=wss://relay.example.")
        relay = Relay(checked_server(where, schemes=("wss", "ws")))
        return NostrConnector(self, relay, secrets["key"], clock)


class NostrConnector:
    """One key on one relay. An item's id is its event's, in hex."""

    batch, undo_by, actions = 1, "none", ("delete",)

    def __init__(self, maker: Nostr, relay: Relay, key: Secret, clock: Clock) -> None:
        sdk = need("nostr_sdk")
        try:
            self._keys = sdk.Keys.parse(key.reveal().strip())
        except sdk.NostrSdkError:
            raise Mistake("The secret 'key' is no private key of Nostr: 64 hex digits, or nsec1...") from None
        self._relay, self._clock = relay, clock
        self._author = self._keys.public_key().to_hex()
        self.title, self.evidence, self.server = maker.title, maker.evidence, relay.url

    def whoami(self) -> str:
        """The public key as npub, once the relay answers."""
        try:
            self._relay.ask({"authors": [self._author], "kinds": [0], "limit": 1})
        except NoAnswer as problem:
            raise Mistake(f"The relay {self.server} does not answer: {problem}") from None
        return str(self._keys.public_key().to_bech32())

    def listed(self) -> Iterator[Item]:
        """Own notes, newest first, each once."""
        return notes(self._relay, self._author)

    def fetch(self, native_id: str) -> Kept | Answer:
        """The signed event."""
        if _ID.fullmatch(native_id) is None:
            return Answer(status="refused", detail=STRANGE)
        found = self._ask(native_id)
        if isinstance(found, NoAnswer):
            return Answer(status="unsure", detail=str(found)[:300])
        if not found:
            return Answer(status="gone", detail="the relay has no such event")
        if found[0]["pubkey"] != self._author:
            return Answer(status="refused", detail="it is another person's")
        return Kept(native_id=native_id, raw=json.dumps(found[0], ensure_ascii=False).encode())

    def act(self, action: str, native_ids: tuple[str, ...]) -> Answer:
        """Ask the relay to delete one note."""
        if action not in self.actions or len(native_ids) != 1:
            return Answer(status="refused", detail=f"one note a request can be deleted here, not {action}")
        if _ID.fullmatch(native_ids[0]) is None:
            return Answer(status="refused", detail=STRANGE)
        sdk = need("nostr_sdk")
        now = sdk.Timestamp.from_secs(int(self._clock.now()) + EPOCH_UNIX_S)
        asked = sdk.EventBuilder(sdk.Kind(DELETION), "").tags([sdk.Tag.parse(["e", native_ids[0]])])
        return self._hand_in(json.loads(asked.custom_created_at(now).finalize(self._keys).as_json()))

    def look(self, native_id: str, *, signed_in: bool) -> Look:
        """Ask for the id again; a relay shows a note to everyone or to nobody."""
        found = self._ask(native_id) if _ID.fullmatch(native_id) else NoAnswer(STRANGE, sent=False)
        if isinstance(found, NoAnswer):
            return Look(sight="unknown")
        return Look(sight="there" if found else "gone")

    def undo(self, kept: Kept) -> Answer:
        """Hand the same signed note in again; a relay that keeps its requests in mind refuses it."""
        event = json.loads(kept.raw)
        answer = self._hand_in(event)
        return replace(answer, new_id=event["id"] if answer.status == "accepted" else None)

    def stage(self, draft: Draft) -> Answer:
        """Hand in a note, a reaction (NIP-25) or a repost (NIP-18: the whole note is in it), dated as the draft is."""
        sdk = need("nostr_sdk")
        repeated = ""
        if draft.kind == "repost":
            found = self._ask(draft.of or "")
            if isinstance(found, NoAnswer) or not found:
                return Answer(status="retry", detail="the relay does not answer with what is to be reposted")
            repeated = json.dumps(found[0], ensure_ascii=False)
        kind, text = {"text": (NOTE, draft.text), "like": (REACTION, "+"), "repost": (REPOSTS[0], repeated)}[draft.kind]
        above = draft.of or draft.reply_to
        when = sdk.Timestamp.from_secs(draft.created + EPOCH_UNIX_S)
        tags = [sdk.Tag.parse(["e", above])] if above else []
        event = json.loads(
            sdk.EventBuilder(sdk.Kind(kind), text).tags(tags).custom_created_at(when).finalize(self._keys).as_json()
        )
        answer = self._hand_in(event)
        return replace(answer, new_id=event["id"] if answer.status == "accepted" else None)

    def _hand_in(self, event: Mapping[str, Any]) -> Answer:
        try:
            taken, said = self._relay.hand_in(event)
        except NoAnswer as problem:
            return Answer(status="unsure" if problem.sent else "retry", detail=str(problem)[:300])
        if taken or said.startswith("duplicate:"):
            return Answer(status="accepted")
        status = {"rate-limited": "retry", "error": "unsure"}.get(said.partition(":")[0], "refused")
        return Answer(status=status, detail=said[:300])  # type: ignore[arg-type]

    def _ask(self, native_id: str) -> list[dict[str, Any]] | NoAnswer:
        try:
            return [event for event in self._relay.ask({"ids": [native_id]}) if event.get("id") == native_id]
        except NoAnswer as problem:
            return problem


def notes(relay: Relay, author: str) -> Iterator[Item]:
    """The notes of a public key (hex) on a relay, newest first, each once. Raises Mistake without an answer."""
    seen: set[str] = set()
    stale = 0
    question: dict[str, Any] = {"authors": [author], "kinds": KINDS, "limit": PAGE}
    while True:
        try:
            page = relay.ask(question)
        except NoAnswer as problem:
            raise Mistake(f"The relay {relay.url} gave no listing: {problem}") from None
        hers = [event for event in page if event.get("pubkey") == author and isinstance(event.get("id"), str)]
        fresh = [event for event in hers if event["id"] not in seen]
        for event in sorted(fresh, key=lambda event: (event["created_at"], event["id"]), reverse=True):
            seen.add(event["id"])
            yield _item(event)
        stale = 0 if fresh else stale + 1
        if not page or stale > STALE:
            return
        oldest = min(int(event.get("created_at", 0)) for event in page)
        question["until"] = oldest + 1 if fresh else question.get("until", oldest) - 1


def _item(event: Mapping[str, Any]) -> Item:
    tags = [tag for tag in event.get("tags", []) if isinstance(tag, list) and len(tag) > 1]
    text = str(event.get("content", ""))
    answered = [str(tag[1]) for tag in tags if tag[0] in ("e", "E")]
    shown = [str(part) for tag in tags if tag[0] == "imeta" for part in tag[1:]]
    if event.get("kind") in REPOSTS:
        kind = "repost"
    else:
        kind = "comment" if answered else "photo" if event.get("kind") == PICTURE else "text"
    return Item(
        platform="nostr",
        native_id=str(event["id"]),
        uri=None,
        kind=kind,
        created=moment(event.get("created_at")),
        text="" if kind == "repost" else whole_characters(text),
        audience="public",
        media=tuple(part[4:] for part in shown if part.startswith("url ")),
        reply_to=answered[-1] if kind == "comment" else None,
        has_link="://" in text,
    )
