"""Several exports of one account as one archive: each post once, by its native id."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sim.core.errors import require
from sim.platforms.exports.item import Archive, Item, in_order


def merge(archives: Sequence[Archive]) -> Archive:
    """The union of archives of one account, whatever their order; merged with itself an archive is what it was.

    Of a post with an id the version of the export with the newest post counts. Posts without ids are the same if
    all they say is the same; as many of them are kept as one export lists. Raises Mistake without an archive.
    """
    require(bool(archives), "There is no archive to merge.")
    ranked = sorted(archives, key=lambda archive: (_newest(archive), len(archive.items), repr(archive)), reverse=True)
    first = ranked[0]
    named: dict[str, Item] = {}
    nameless: Counter[Item] = Counter()
    for archive in ranked:
        for item in archive.items:
            if item.native_id is not None:
                named.setdefault(item.native_id, item)
        nameless |= Counter(item for item in archive.items if item.native_id is None)
    items = in_order((*named.values(), *nameless.elements()))
    repeated = sum(len(archive.items) for archive in archives) - len(items)
    notes = list(dict.fromkeys(note for archive in archives for note in archive.notes))
    if repeated:
        notes.append(f"{repeated} repeated posts are counted once.")
    return replace(
        first,
        handle=_said(ranked, "handle"),
        name=_said(ranked, "name"),
        followers=_said(ranked, "followers"),
        items=tuple(items),
        errors=tuple(dict.fromkeys(error for archive in archives for error in archive.errors)),
        notes=tuple(notes),
    )


def _newest(archive: Archive) -> int:
    return max((item.created for item in archive.items), default=-1)


def _said(ranked: Sequence[Archive], name: str) -> Any:
    """What the newest export that says it says."""
    return next((value for value in (getattr(archive, name) for archive in ranked) if value is not None), None)
