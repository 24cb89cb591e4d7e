"""Crawls a staged account as a harvester does: at each visit of the model's it reads what the server shows, and keeps.

Chance is the model's own (which visit takes which post), so what differs from the model is the server's doing. The
copies lie on this machine, in a file that nothing on the server reaches: one line a visit, whole or absent.
"""

import json
import os
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from sim.core.errors import Mistake, require
from sim.platforms.connectors.connector import Clock, Reader, Refused
from sim.platforms.connectors.web import is_loopback
from sim.platforms.replay.archive import whole_lines


@dataclass(frozen=True, kw_only=True)
class Take:
    """A post that the harvester `crawler` takes at its visit at `visit` (s), if it is there and shown to others.

    time: when the model has it taken (s), the visit but for those who are told of every post at once. public: the model
    shows it to everyone. cut: when the plan closes it (s), NEVER if it does not.
    """

    crawler: str
    post: int
    native_id: str
    time: int
    visit: int
    public: bool
    cut: int


class Harvest:
    """What has been taken, in a file of lines {crawler, visit, read_at, refused, listed, taken, missed}.

    listed: posts that the server listed, in any order. taken: rows {post, native_id, created, kind, text, acted}.
    missed: rows {post, native_id, why, acted}, why "unlisted" (its own address shows it, no list does) or "hidden".
    acted: the replay had acted on it by then. refused: why nothing was listed, else null.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def visits(self) -> list[dict[str, Any]]:
        """Every visit so far; half a line of a process that was killed is none. Raises Mistake for a damaged file."""
        if not self._path.is_file():
            return []
        whole = self._path.read_bytes()[: whole_lines(self._path)]
        try:
            return [json.loads(line) for line in whole.splitlines()]
        except ValueError:
            raise Mistake(f"'{self._path}' was changed: a line of it is no visit. Remove it and crawl anew.") from None

    def add(self, visit: dict[str, Any]) -> None:
        """One more visit, on the disk when this returns. Raises Mistake if it cannot be written."""
        try:
            self._path.touch()
            os.truncate(self._path, whole_lines(self._path))
            with self._path.open("ab") as stream:
                stream.write(json.dumps(visit, ensure_ascii=False).encode() + b"\n")
                stream.flush()
                os.fsync(stream.fileno())
        except OSError as problem:
            raise Mistake(
                f"Could not write '{self._path}': {problem.strerror or problem}. The visits before it are kept; mend "
                "that (free some space?) and give the same command again."
            ) from None


def due(takes: Sequence[Take], made: Sequence[Mapping[str, Any]], *, until: int) -> list[tuple[int, str]]:
    """Visits (time, crawler) before `until` (s) at which something may be taken and that were not made yet."""
    before = {(visit["visit"], visit["crawler"]) for visit in made}
    return sorted({(take.visit, take.crawler) for take in takes if take.visit < until} - before)


def crawl(
    reader: Reader, account: str, takes: Sequence[Take], harvest: Harvest, clock: Clock, *, until: int,
    posts: dict[str, int], acted: Set[int],
) -> Iterator[dict[str, Any]]:  # fmt: skip
    """Make the visits that are due, in the model's order; each as it is written down.

    posts: by native id, all that were staged. acted: those the replay has acted on. Raises Mistake off loopback, and
    where a server fails: what was read before it is kept, and the same command goes on.
    """
    host = urlsplit(reader.server).hostname or ""
    require(is_loopback(host), f"'{reader.server}' is not on this machine's loopback; nothing was read.")
    for time, crawler in due(takes, harvest.visits(), until=until):
        wanted = {take.native_id: take.post for take in takes if (take.visit, take.crawler) == (time, crawler)}
        visit = {"crawler": crawler, "visit": time, "read_at": int(clock.now())}
        visit |= _read(reader, account, wanted, posts, acted)
        harvest.add(visit)
        yield visit


def _read(
    reader: Reader, account: str, wanted: dict[str, int], posts: dict[str, int], acted: Set[int]
) -> dict[str, Any]:
    """One reading of the account, and what it brings of `wanted`."""
    refused = None
    try:
        shown = {item.native_id: item for item in reader.shown(account) if item.native_id in posts}
    except Refused as why:
        shown, refused = {}, str(why)
    taken, missed = [], []
    for native_id, post in wanted.items():
        row = {"post": post, "native_id": native_id, "acted": post in acted}
        if item := shown.get(native_id):
            taken.append(row | {"created": item.created, "kind": item.kind, "text": item.text})
        else:
            unlisted = refused is None and reader.shows(native_id)
            missed.append(row | {"why": "unlisted" if unlisted else "hidden"})
    listed = sorted(posts[native_id] for native_id in shown if native_id is not None)
    return {"refused": refused, "listed": listed, "taken": taken, "missed": missed}
