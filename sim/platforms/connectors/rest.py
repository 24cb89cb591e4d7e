"""The connector of any REST API that conf/ describes: it lists, keeps, acts, looks again and brings back."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from sim.core.errors import Mistake, require
from sim.core.schema import ACTIONS
from sim.platforms.connectors.connector import Answer, Clock, Draft, Evidence, Kept, Look, Sight, Status
from sim.platforms.connectors.describe import Api, Says, Thing, read
from sim.platforms.connectors.fill import reach
from sim.platforms.connectors.pages import Pages
from sim.platforms.connectors.refused import refuse_strangers
from sim.platforms.connectors.secret import Secret
from sim.platforms.connectors.web import Reply, Web, answered, judge
from sim.platforms.exports.item import Item


@dataclass(frozen=True)
class Rest:
    """A platform's REST API as conf/ describes it. server: its address; "" where each account lives on its own."""

    platform: str
    title: str
    grade: str
    evidence: Evidence
    server: str
    secrets: tuple[str, ...]
    api: Mapping[str, Any] = field(repr=False)

    def connect(self, server: str, *, secrets: Mapping[str, Secret], clock: Clock) -> "RestConnector":
        """The connector of an account on `server` (or the platform's own, where that is empty)."""
        refuse_strangers(self.title, secrets)
        api = read(Api, self.api, f"The API of {self.title}")
        where = server or self.server
        require(bool(where), f"{self.title} is many servers; name yours, such as server=https://social.example.")
        web = Web(where, headers=api.headers, public_headers=api.public_headers, secrets=secrets, clock=clock)
        return RestConnector(self, api, web)


class RestConnector:
    """One account on one server."""

    def __init__(self, maker: Rest, api: Api, web: Web) -> None:
        self._maker, self._api, self._web = maker, api, web
        self._account: Any = None
        self.title, self.evidence, self.batch = maker.title, maker.evidence, 1
        self.server, self.undo_by = web.server, api.undo_by

    @property
    def actions(self) -> tuple[str, ...]:
        """What every thing of the API can be acted on with."""
        return tuple(action for action in ACTIONS if all(action in thing.acts for thing in self._api.things))

    def whoami(self) -> str:
        """The account's name. Raises Mistake if the server does not know the credentials."""
        reply = self._web.send(self._api.whoami, {})
        found = _json(reply.body) if reply.status == 200 else None
        account = reach(found, self._api.account)
        if account is None:
            said = reply.problem or f"it answered {reply.status}: {self._web.clean(_shown(reply))}"
            raise Mistake(f"{self.server} does not say whose account this is; {said}")
        self._account = account
        return str(reach(found, self._api.name) or account)

    def listed(self) -> Iterator[Item]:
        """The account's own items, listing after listing, each id once."""
        if self._account is None:
            self.whoami()
        seen: set[str] = set()
        for thing in self._api.things:
            for listing in thing.lists:
                pages = Pages(self._web, listing, {"account": self._account}, self._maker.platform)
                yield from pages.items(seen)

    def fetch(self, native_id: str) -> Kept | Answer:
        """The item's own JSON and its media; of another person's item a refusal."""
        if self._account is None:
            self.whoami()
        thing, context = self._thing(native_id)
        if thing is None:
            return self._strange(native_id)
        reply = self._web.send(thing.look, context)
        sight, status = _first(_json(reply.body), self._api.look_says), judge(reply)
        if sight == "gone" or status != "accepted":
            return answered(reply, "gone" if sight == "gone" else status, detail=self._detail(reply))
        if thing.owner and reach(_json(reply.body), thing.owner) != self._account:
            return answered(reply, "refused", detail="it is another person's")  # who keeps a place could delete it
        media = []
        for address in (reach(_json(reply.body), thing.media) or ()) if thing.media else ():
            got = self._web.download(str(address))
            if (missed := judge(got)) in ("retry", "unsure"):
                return answered(got, missed, detail=self._web.clean(f"its medium {address}: {self._detail(got)}"))
            if got.status == 200:  # a medium that is refused or gone cannot be kept; the item still can
                media.append((str(address), got.body))
        return Kept(native_id=native_id, raw=reply.body, media=tuple(media))

    def act(self, action: str, native_ids: tuple[str, ...]) -> Answer:
        """Carry out an action on one item: its requests in order, up to the first that is not accepted."""
        if len(native_ids) != 1:
            return Answer(status="refused", detail=f"{self.title} takes one item a call, not {len(native_ids)}")
        thing, context = self._thing(native_ids[0])
        if thing is None:
            return self._strange(native_ids[0])
        if action not in thing.acts:
            return Answer(status="refused", detail=f"there is no way to {action} by {self.title}'s API")
        *before, last = thing.acts[action]
        for call in before:
            reply = self._web.send(call, context)
            if (status := self._status(reply)) != "accepted":
                return answered(reply, status, detail=self._detail(reply))
        reply = self._web.send(last, context)
        status = self._status(reply)
        kept = reply.body if status == "accepted" and self.undo_by == "redraft" else None
        return answered(reply, status, detail="" if status == "accepted" else self._detail(reply), undo=kept)

    def look(self, native_id: str, *, signed_in: bool) -> Look:
        """Whether the item is there: "gone" on a 404 or 410, or where the answer's body says so."""
        thing, context = self._thing(native_id)
        if thing is None:
            return Look(sight="unknown")
        if not (signed_in or self._api.public):
            return Look(sight="gone")
        reply = self._web.send(thing.look, context, signed_in=signed_in)
        said = None
        if reply.status is not None and reply.status != 429 and reply.status < 500:
            said = _first(_json(reply.body), self._api.look_says)
        sight: Sight = "unknown"
        if said == "gone" or (said is None and reply.status in (404, 410)):
            sight = "gone"
        elif reply.status == 200 and _json(reply.body) is not None:
            sight = "there"
        return Look(sight=sight, http_status=reply.status, not_before=reply.not_before)

    def undo(self, kept: Kept) -> Answer:
        """Restore or post anew what was archived."""
        thing, context = self._thing(kept.native_id)
        if thing is None:
            return self._strange(kept.native_id)
        if thing.undo is None:
            return Answer(status="refused", detail=f"{self.title} has no undo; post it again from the archive")
        raw = _json(kept.raw)
        was = _json(kept.undo) if kept.undo else raw
        reply = self._web.send(thing.undo, {**context, "was": was, "raw": raw})
        status = self._status(reply)
        made = reach(_json(reply.body), thing.new_id) if thing.new_id else None
        detail = "" if status == "accepted" else self._detail(reply)
        return answered(reply, status, detail=detail, new_id=None if made is None else str(made))

    def stage(self, draft: Draft) -> Answer:
        """Put a synthetic thing there, by the first kind of item that has a way for it."""
        thing = next((thing for thing in self._api.things if draft.kind in thing.stage), None)
        found = re.fullmatch(thing.id, draft.of) if thing and draft.of else None
        if thing is None or (draft.of and found is None):
            return Answer(status="refused", detail=f"there is no way to stage a {draft.kind} on {self.title}")
        words = thing.lists[0].row.audiences
        wanted = draft.audience if draft.audience in words.values() else "friends"
        audience = next((word for word, ours in words.items() if ours == wanted), None)
        known = {**asdict(draft), "account": self._account, "audience": audience}
        reply = self._web.send(thing.stage[draft.kind], known | (found.groupdict() if found else {}))
        status, made = self._status(reply), reach(_json(reply.body), thing.new_id)
        detail = "" if status == "accepted" else self._detail(reply)
        return answered(reply, status, detail=detail, new_id=None if made is None else str(made))

    def _thing(self, native_id: str) -> tuple[Thing | None, dict[str, Any]]:
        for thing in self._api.things:
            if found := re.fullmatch(thing.id, native_id):
                return thing, {"account": self._account, **found.groupdict()}
        return None, {}

    def _strange(self, native_id: str) -> Answer:
        return Answer(status="refused", detail=f"'{native_id[:100]}' is no id of an item on {self.title}")

    def _status(self, reply: Reply) -> Status:
        said = None if judge(reply) in ("retry", "unsure") else _first(_json(reply.body), self._api.act_says)
        return judge(reply) if said is None else said  # type: ignore[return-value]

    def _detail(self, reply: Reply) -> str:
        return self._web.clean(reply.problem or _shown(reply))


def _first(body: Any, rules: tuple[Says, ...]) -> str | None:
    return next((rule.means for rule in rules if rule.fits(body)), None)


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return None


def _shown(reply: Reply) -> str:
    return reply.body[:300].decode("utf-8", "replace")
