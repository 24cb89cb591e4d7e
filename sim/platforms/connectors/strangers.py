"""What others read of an account without its credentials: signed out, or where only members read, as a member."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sim.core.errors import Mistake
from sim.platforms.connectors.bluesky import RECORD, Bluesky
from sim.platforms.connectors.connector import Clock, Reader, Refused
from sim.platforms.connectors.describe import Api, Call, Listing, Paging, Row, Says, read
from sim.platforms.connectors.fill import reach
from sim.platforms.connectors.imap import Imap
from sim.platforms.connectors.matrix import Matrix, MatrixConnector, messages
from sim.platforms.connectors.nostr import Nostr, notes
from sim.platforms.connectors.pages import Pages, patiently
from sim.platforms.connectors.relay import NoAnswer, Relay, need
from sim.platforms.connectors.rest import Rest
from sim.platforms.connectors.secret import Secret
from sim.platforms.connectors.web import Reply, Web, checked_server
from sim.platforms.exports.item import Item

HANDLE = Call(method="GET", path="/xrpc/com.atproto.identity.resolveHandle", query={"handle": "{name}"})
RECORDS = Listing(
    call=Call(
        method="GET", path="/xrpc/com.atproto.repo.listRecords",
        query={"repo": "{account}", "collection": "app.bsky.feed.post", "limit": 100},
    ),
    rows="records", paging=Paging(by="cursor", param="cursor", path="cursor"),
    row=Row(native_id="{uri}", created="value.createdAt", text="value.text", reply_to="value.reply.parent.uri"),
)  # fmt: skip
"""A personal data server lists a repository's records to everyone; feeds are made elsewhere, from the same records."""


def reader(maker: Any, server: str, *, member: Mapping[str, Secret], clock: Clock) -> Reader:
    """Who reads on `server` what is shown to others than the owner. member: another's secrets, where members read."""
    match maker:
        case Rest() if (api := read(Api, maker.api, f"The API of {maker.title}")).strangers is not None:
            return _OfRest(maker.platform, api, _signed_out(server, api.public_headers, clock))
        case Bluesky():
            return _OfRecords(_signed_out(server, {}, clock))
        case Nostr():
            return _OfRelay(Relay(checked_server(server, schemes=("wss", "ws"))))
        case Matrix() if member:
            headers = {"Authorization": "Bearer {secret.token}"}
            web = Web(server, headers=headers, public_headers={}, secrets=member, clock=clock)
            return _OfRooms(web, MatrixConnector(maker, web))
        case Matrix():
            why = "the rooms of Matrix are read by their members alone; with friend=true one of them reads"
        case Imap():
            why = "a mailbox is read by its owner alone"
        case _:
            why = f"it is not described what {maker.title} lists to strangers"
    return _Nobody(server, why)


@dataclass(frozen=True)
class _Nobody:
    """Where nothing is shown."""

    server: str
    why: str

    def shown(self, account: str) -> Iterator[Item]:
        """Nothing."""
        raise Refused(self.why)

    def shows(self, native_id: str) -> bool:
        """Nothing."""
        return False


class _OfRest:
    """Listings that are described as data, asked for without signing in."""

    def __init__(self, platform: str, api: Api, web: Web) -> None:
        self._platform, self._api, self._web, self.server = platform, api, web, web.server

    def shown(self, account: str) -> Iterator[Item]:
        """The account's items, listing after listing, each id once."""
        assert self._api.strangers is not None
        strangers, seen = self._api.strangers, set[str]()
        found = reach(_json(patiently(self._web, lambda: self._web.send(strangers.find, {"name": account}))), "")
        context = {"account": reach(found, strangers.account)}
        for thing in self._api.things:
            for listing in thing.lists:
                yield from Pages(self._web, listing, context, self._platform).items(seen)

    def shows(self, native_id: str) -> bool:
        """Whether the item's own address answers with it."""
        for thing in self._api.things:
            if named := re.fullmatch(thing.id, native_id):
                reply = self._web.send(thing.look, named.groupdict())
                return reply.status == 200 and not _says(_json(reply), self._api.look_says)
        return False


class _OfRecords:
    """The records of a repository."""

    def __init__(self, web: Web) -> None:
        self._web, self.server = web, web.server

    def shown(self, account: str) -> Iterator[Item]:
        """Its posts, newest first."""
        found = patiently(self._web, lambda: self._web.send(HANDLE, {"name": account}))
        yield from Pages(self._web, RECORDS, {"account": reach(_json(found), "did")}, "bluesky").items(set())

    def shows(self, native_id: str) -> bool:
        """Whether the record is there."""
        repo, collection, rkey = native_id.removeprefix("at://").split("/")
        return self._web.send(RECORD, {"repo": repo, "collection": collection, "rkey": rkey}).status == 200


@dataclass(frozen=True)
class _OfRelay:
    """What a relay sends to who asks without a key."""

    relay: Relay

    @property
    def server(self) -> str:
        """The relay."""
        return self.relay.url

    def shown(self, account: str) -> Iterator[Item]:
        """The notes of a key, given as npub."""
        return notes(self.relay, need("nostr_sdk").PublicKey.parse(account).to_hex())

    def shows(self, native_id: str) -> bool:
        """Whether the relay has the event."""
        try:
            return bool(self.relay.ask({"ids": [native_id]}))
        except NoAnswer as problem:
            raise Mistake(f"The relay {self.server} does not answer: {problem}") from None


@dataclass(frozen=True)
class _OfRooms:
    """A member of rooms."""

    web: Web
    member: MatrixConnector

    @property
    def server(self) -> str:
        """The homeserver."""
        return self.web.server

    def shown(self, account: str) -> Iterator[Item]:
        """The account's messages in the rooms that both are in."""
        return messages(self.web, account)

    def shows(self, native_id: str) -> bool:
        """Whether the event has its content for the member."""
        return self.member.look(native_id, signed_in=True).sight == "there"


def _signed_out(server: str, headers: Mapping[str, str], clock: Clock) -> Web:
    return Web(server, headers=headers, public_headers=headers, secrets={}, clock=clock)


def _json(reply: Reply) -> Any:
    try:
        return json.loads(reply.body)
    except ValueError:
        return None


def _says(body: Any, rules: tuple[Says, ...]) -> bool:
    return any(rule.fits(body) and rule.means == "gone" for rule in rules)
