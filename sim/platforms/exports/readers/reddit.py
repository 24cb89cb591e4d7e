"""Reads a Reddit archive: posts.csv and comments.csv, with saved_posts.csv and saved_comments.csv; never messages.

An id is the full name the API takes, t3_ for a post and t1_ for a comment. Everything is taken as public.
"""

from collections.abc import Mapping
from urllib.parse import urlsplit

from sim.core.errors import Mistake
from sim.platforms.exports import fields
from sim.platforms.exports.container import View
from sim.platforms.exports.csv_rows import read_csv
from sim.platforms.exports.item import Archive, Item, ParseError, RowError

EXPORT = "Reddit (the zip of CSV files, as file or folder)"
KNOWN_FILES = frozenset(
    f"{name}.csv"
    for name in ("posts", "comments", "post_headers", "comment_headers", "saved_posts", "saved_comments", "post_votes",
                 "comment_votes", "subscribed_subreddits", "messages_archive", "statistics")
)  # fmt: skip
_PHOTO = (".jpg", ".jpeg", ".png", ".gif", ".webp")


def name_of(document: object) -> str | None:
    """Never: its files are CSV."""
    return None


def read(view: View) -> Archive:
    """The owner's posts and comments, and which of them she saved."""
    if not view.has("posts.csv") and not view.has("comments.csv"):
        raise Mistake(
            f"'{view.source}' looks like a Reddit archive ({', '.join(map(fields.shown, view.names()[:4]))}) but has "
            f"neither posts.csv nor comments.csv. Ask for the archive again at reddit.com/settings/data-request."
        )
    items: list[Item] = []
    errors: list[ParseError] = []
    for file, kind, saved in (
        ("posts.csv", "t3", _ids(view, "saved_posts.csv")),
        ("comments.csv", "t1", _ids(view, "saved_comments.csv")),
    ):

        def read_one(row: Mapping[str, object], kind: str = kind, saved: frozenset[str] | None = saved) -> Item:
            return _item(row, kind, saved)

        if view.has(file):
            found, lost = fields.read_rows(read_csv(view, file), where=file, read=read_one)
            items += found
            errors += lost
    notes = ["The archive does not say which communities are private; all posts are taken as public."]
    if any(view.has(name) for name in ("messages_archive.csv", "messages.csv", "chat_history.csv")):
        notes.append("Messages are in the archive and were not read.")
    return Archive(
        platform="reddit",
        handle=_handle(view),
        name=None,
        followers=None,
        items=tuple(items),
        errors=tuple(errors),
        notes=tuple(notes),
    )


def _item(row: Mapping[str, object], kind: str, saved: frozenset[str] | None) -> Item:
    bare = fields.text(row, "id")
    if not bare:
        raise RowError("it has no 'id'")
    title, body, url = (fields.text(row, name) or "" for name in ("title", "body", "url"))
    link = url if url and "/comments/" not in url else ""
    return Item(
        platform="reddit",
        native_id=_full_name(bare, kind),
        uri=_address(fields.text(row, "permalink")),
        kind="comment" if kind == "t1" else _kind(link),
        created=_moment(row),
        text="\n\n".join(part for part in (title, body) if part),
        audience="public",
        media=(link,) if _kind(link) in ("photo", "video") else (),
        reply_to=_parent(row) if kind == "t1" else None,
        has_link=bool(link) or "http://" in body or "https://" in body,
        place=fields.text(row, "subreddit") or None,
        bookmarked=None if saved is None else _full_name(bare, kind).removeprefix(f"{kind}_") in saved,
    )


def _kind(link: str) -> str:
    try:
        parts = urlsplit(link)
    except ValueError:
        return "link"
    if parts.netloc == "v.redd.it":
        return "video"
    if parts.netloc == "i.redd.it" or parts.path.lower().endswith(_PHOTO) or "/gallery/" in parts.path:
        return "photo"
    return "link" if link else "text"


def _full_name(bare: str, kind: str) -> str:
    return bare if bare.startswith(("t1_", "t3_")) else f"{kind}_{bare}"


def _parent(row: Mapping[str, object]) -> str | None:
    """What a comment answers: another comment, or else the post of its `link`."""
    parent = fields.text(row, "parent")
    if parent:
        return _full_name(parent, "t1")
    link = (fields.text(row, "link") or "").partition("/comments/")[2].partition("/")[0]
    return f"t3_{link}" if link else None


def _address(permalink: str | None) -> str | None:
    return f"https://www.reddit.com{permalink}" if permalink and permalink.startswith("/") else permalink or None


def _moment(row: Mapping[str, object]) -> int:
    """The time of '2023-01-31 12:00:00 UTC', in s since 2007."""
    value = fields.text(row, "date")
    return fields.moment({"date": value.removesuffix(" UTC") if value else None}, "date")


def _ids(view: View, file: str) -> frozenset[str] | None:
    if not view.has(file):
        return None
    ids = (row.get("id") for row in read_csv(view, file) if isinstance(row, dict))
    return frozenset(bare.removeprefix("t1_").removeprefix("t3_") for bare in ids if isinstance(bare, str))


def _handle(view: View) -> str | None:
    for row in read_csv(view, "statistics.csv") if view.has("statistics.csv") else ():
        if isinstance(row, dict) and row.get("statistic") == "account name" and isinstance(row.get("value"), str):
            return str(row["value"]) or None
    return None
