"""Puts a synthetic owner's posts on a test server, one after another, and a friend's likes and reposts of them."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from urllib.parse import urlsplit

from sim.core.errors import Mistake, require
from sim.platforms.connectors.connector import Answer, Clock, Connector, Draft, Stager
from sim.platforms.connectors.web import is_loopback

_ARE_THERE = "The {} posts before it are on the server: begin again with a fresh account."

TRIES = 20
PATIENCE_S = 2.0
"""The wait before a draft is sent again where the server names none."""


def stage(connector: Connector, drafts: Iterable[Draft], clock: Clock, *, tick: Callable[[], None]) -> dict[int, str]:
    """Post `drafts` in their order; the ids they have now, by number. `reply_to` is the number of an earlier draft.

    Raises Mistake where one cannot be posted; the account then holds those before it.
    """
    ids: dict[int, str] = {}
    for draft in drafts:
        above = None if draft.reply_to is None else ids.get(int(draft.reply_to))
        try:
            answer = put(connector, replace(draft, reply_to=above), clock)
        except KeyboardInterrupt:
            raise Mistake(f"Stopped. {_ARE_THERE.format(len(ids))}") from None
        if answer.status != "accepted" or answer.new_id is None:
            raise Mistake(
                f"{connector.server} did not take post {len(ids) + 1} ({answer.status}, {answer.http_status}: "
                f"{answer.detail}). {_ARE_THERE.format(len(ids))}"
            )
        ids[draft.number] = answer.new_id
        tick()
    return ids


def put(connector: Connector, draft: Draft, clock: Clock) -> Answer:
    """Stage one draft, again for as long as the server says that nothing was done. Raises Mistake off loopback."""
    host = urlsplit(connector.server).hostname or ""
    require(is_loopback(host), f"'{connector.server}' is not on this machine's loopback; nothing was staged.")
    if not isinstance(connector, Stager):
        return Answer(status="refused", detail=f"there is no way to stage anything on {connector.title}")
    answer = connector.stage(draft)
    for _ in range(TRIES):
        if answer.status != "retry":
            break
        now = clock.now()
        clock.sleep(max(0.0, (answer.not_before or now + PATIENCE_S) - now))
        answer = connector.stage(draft)
    return answer


def require_empty(connector: Connector, who: str) -> None:
    """Raise Mistake if the account has items: then it may be somebody's, and what is staged could not be told apart."""
    first = next(iter(connector.listed()), None)
    require(
        first is None,
        f"The account {who} on {connector.server} has posts already. A stage is set on an empty account, so that "
        "nobody's posts come into it: make a new one.",
    )
