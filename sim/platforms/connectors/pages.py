"""The pages of a listing, one after another, until the server has no next one or a page brings nothing new."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urljoin

from sim.core.errors import Mistake, require
from sim.platforms.connectors.connector import Refused
from sim.platforms.connectors.describe import Call, Listing
from sim.platforms.connectors.fill import reach
from sim.platforms.connectors.rows import to_item
from sim.platforms.connectors.web import Reply, Web, judge
from sim.platforms.exports.item import Item

TRIES = 5
PATIENCE_S = 30
"""The wait before a page is asked for again where the server names none; it doubles each time."""

_NEXT = re.compile(r"<([^<>]*)>\s*;[^<]*?\brel=\"?next\"?")


def patiently(web: Web, send: Callable[[], Reply]) -> Reply:
    """The reply with status 200 to a reading request; asked again where the server is busy. Raises Refused, Mistake."""
    patience_s = PATIENCE_S
    for _ in range(TRIES):
        reply = send()
        if reply.status == 200:
            return reply
        if reply.status is not None and reply.status < 500 and judge(reply) != "retry":
            said = web.clean(reply.body[:300].decode("utf-8", "replace"))
            raise Refused(f"{web.server} refused a listing with {reply.status}: {said}")
        now = web.clock.now()
        web.clock.sleep(max(0.0, (reply.not_before or now + patience_s) - now))
        patience_s *= 2
    raise Mistake(f"{web.server} gave no listing in {TRIES} tries; the last: {reply.problem or reply.status}.")


@dataclass(frozen=True)
class Pages:
    """A listing of one account. context: what its places are filled from."""

    web: Web
    listing: Listing
    context: Mapping[str, Any]
    platform: str

    def items(self, seen: set[str]) -> Iterator[Item]:
        """The items whose id is not in `seen`, which grows by them.

        A server may ignore the page that is asked for and answer the first one for ever: a page without a new row is
        taken for the end.
        """
        step: Call | str | None = self.listing.call
        known: set[int] = set()
        number = 1
        while step is not None:
            reply, body = self._ask(step)
            rows = reach(body, self.listing.rows)
            if rows is None and self.listing.optional:
                return
            require(isinstance(rows, list), f"{self.web.server} answered a listing without '{self.listing.rows}'.")
            before = len(known)
            for row in rows:
                known.add(hash(json.dumps(row, sort_keys=True)))
                item = to_item(row, self.listing.row, platform=self.platform)
                if item is not None and item.native_id is not None and item.native_id not in seen:
                    seen.add(item.native_id)
                    if not self._dropped(row):
                        yield item
            number += 1
            step = self._next(reply, body, rows, number) if len(known) > before else None

    def _ask(self, step: Call | str) -> tuple[Reply, Any]:
        def send() -> Reply:
            return self.web.follow(step) if isinstance(step, str) else self.web.send(step, self.context)

        reply = patiently(self.web, send)
        try:
            return reply, json.loads(reply.body)
        except ValueError:
            raise Mistake(f"{self.web.server} answered a listing with what is no JSON.") from None

    def _dropped(self, row: Any) -> bool:
        return any(rule.fits(row) for rule in self.listing.drop)

    def _next(self, reply: Reply, body: Any, rows: list[Any], number: int) -> Call | str | None:
        paging, call = self.listing.paging, self.listing.call
        if paging.by == "link":
            found = _NEXT.search(reply.headers.get("link", ""))
            return urljoin(self.web.server + "/", found[1]) if found else None
        after: Any = None
        if paging.by == "cursor":
            after = reach(body, paging.path)
        elif paging.by == "last" and rows:
            after = reach(rows[-1], paging.path)
        elif paging.by == "page":
            after = number
        if after is None or after == "":
            return None
        if call.method == "POST":
            return replace(call, json={**(call.json or {}), paging.param: after})
        return replace(call, query={**call.query, paging.param: after})
