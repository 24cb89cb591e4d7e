"""The normal form of an archive's items, whatever platform they come from, and the `posts` table made of them."""

from dataclasses import dataclass

import pyarrow as pa

from sim.core import schema
from sim.core.errors import require

AS_THEY_ARE = (
    "native_id", "likes", "reshares", "has_link", "located", "place", "pinned", "faved", "bookmarked",
)  # fmt: skip
"""Columns of `posts` that are an item's own values."""

END_S = 2_966_371_200
"""2101-01-01 00:00 UTC in seconds since 2007: an item dated later is a wrong date, not a post."""

COUNT_LIMIT = 2**31
"""Counts lie below this: the `posts` table holds them as int32."""


class RowError(ValueError):
    """One row of an archive cannot be an item; the message says why. It costs that row and no other."""


@dataclass(frozen=True, kw_only=True)
class Item:
    """One thing the owner posted. `created` in s since 2007; `native_id` None: the export carries no id.

    kind, audience: of KINDS, AUDIENCES. media: their addresses. reply_to: the native id of an own item it
    answers, or the address of another's. likes, reshares: None: not said. has_link: a link that is neither mention
    nor hashtag. located: it carries coordinates (they are not kept). place: the forum, channel or group it was
    posted in. pinned; faved, bookmarked (by the owner herself): None: the export does not say. Raises RowError where
    a value lies outside its range.
    """

    platform: str
    native_id: str | None
    uri: str | None
    kind: str
    created: int
    text: str
    audience: str
    media: tuple[str, ...] = ()
    reply_to: str | None = None
    likes: int | None = None
    reshares: int | None = None
    has_link: bool = False
    located: bool = False
    place: str | None = None
    pinned: bool | None = None
    faved: bool | None = None
    bookmarked: bool | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.created < END_S:
            raise RowError("its date lies before 2007 or after 2100")
        if self.kind not in schema.KINDS or self.audience not in schema.AUDIENCES:
            raise RowError(f"its kind '{self.kind}' or audience '{self.audience}' is unknown")
        for name, count in (("likes", self.likes), ("reshares", self.reshares)):
            if count is not None and not 0 <= count < COUNT_LIMIT:
                raise RowError(f"its number of {name} is {count}")


@dataclass(frozen=True)
class ParseError:
    """A row that was lost: `where` names file and row (counted from 1), `problem` says why."""

    where: str
    problem: str


@dataclass(frozen=True, kw_only=True)
class Archive:
    """What an archive says about its owner. None: it does not say. `notes` are sentences for the reader."""

    platform: str
    handle: str | None
    name: str | None
    followers: int | None
    items: tuple[Item, ...]
    errors: tuple[ParseError, ...]
    notes: tuple[str, ...]


def in_order(items: tuple[Item, ...]) -> list[Item]:
    """Items by (created, native id), ids that are numbers as numbers; without ids by what they say.

    The order of files and rows in the archive does not enter, so a repeated export gives the same posts.
    """

    def key(item: Item) -> tuple[int, int, str, str, str, tuple[str, ...]]:
        native = item.native_id or ""
        return item.created, len(native), native, item.kind, item.text, item.media

    return sorted(items, key=key)


def to_posts(archive: Archive, *, owner: int) -> pa.Table:
    """The `posts` table of an archive whose owner is person `owner` (0 to 2^31 - 1).

    `sensitive` is 0 in every row and `spans` null: an archive carries no truth about them, so the caller
    puts a detector's estimate in their place. `tagged` is False: an export does not say who was tagged.
    """
    require(0 <= owner < 2**31, f"The owner of an archive is a person's number from 0 to 2^31 - 1, not {owner}.")
    items = in_order(archive.items)
    require(len(items) < 2**31, f"An archive has at most 2^31 - 1 items, not {len(items)}.")
    ids = [(owner << 32) + index for index in range(len(items))]
    people = [owner] * len(items)
    columns: dict[str, object] = {
        "post": ids,
        "author": people,
        "subject": people,
        "time": [item.created for item in items],
        "kind": [schema.KINDS.index(item.kind) for item in items],
        "audience": [schema.AUDIENCES.index(item.audience) for item in items],
        "tagged": [False] * len(items),
        "sensitive": [0] * len(items),
        "text": [item.text for item in items],
        "reply_to": _own_replies(items, ids),
        "has_media": [bool(item.media) or item.kind in ("photo", "video") for item in items],
        **{name: [getattr(item, name) for item in items] for name in AS_THEY_ARE},
    }
    fields = {field.name: field.type for field in schema.arrow_schema("posts")}
    return schema.table("posts", {name: pa.array(values, fields[name]) for name, values in columns.items()})


def _own_replies(items: list[Item], ids: list[int]) -> list[int | None]:
    """The earlier own post each item answers, so that threads have no cycles; None: none, or another's."""
    place = {item.native_id: index for index, item in enumerate(items) if item.native_id is not None}
    found = [None if item.reply_to is None else place.get(item.reply_to) for item in items]
    return [None if at is None or at >= index else ids[at] for index, at in enumerate(found)]
