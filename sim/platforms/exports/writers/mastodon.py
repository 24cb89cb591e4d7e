"""Writes a synthetic owner's posts as a Mastodon archive, in the layout that Mastodon's own backup has."""

import json
import re
from datetime import timedelta
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pyarrow as pa

from sim.platforms.exports.fields import EPOCH
from sim.platforms.exports.pack import pack
from sim.platforms.exports.rows import Row, own_rows

HOST = "https://social.example"
"""A host that cannot exist (RFC 2606), so nothing written here can be taken for somebody's account."""

PUBLIC = "https://www.w3.org/ns/activitystreams#Public"
CONTEXT = [
    "https://www.w3.org/ns/activitystreams",
    {"sensitive": "as:sensitive", "toot": "http://joinmastodon.org/ns#", "atomUri": "http://ostatus.org#atomUri"},
]
STORY_S = 86_400
_ADDRESS = re.compile(r"https?://[^\s<>\"]+")
ENDING = ".tar.gz"


def write(posts: pa.Table, *, handle: str, name: str, path: Path) -> None:
    """Write the posts of one owner to `path`: .tar.gz or .tgz, .zip, or else a folder. It must not exist yet.

    What Mastodon has no word for is said in ActivityStreams' own: a story ends (`endTime`), a boost may carry text and
    counts. Media files are named, not written. The bytes depend on the arguments alone. Raises Mistake if nothing can
    be written there.
    """
    rows = own_rows(posts)
    actor = f"{HOST}/users/{quote(handle, safe='')}"
    ids = {row["post"]: _native_id(row) for row in rows}
    activities = [_activity(row, actor, ids) for row in rows]
    outbox = {"id": "outbox.json", "type": "OrderedCollection", "totalItems": len(rows), "orderedItems": activities}
    pack(
        {
            "outbox.json": _document({"@context": CONTEXT, **outbox}),
            "actor.json": _document({"@context": CONTEXT, **_actor(actor, handle, name)}),
        },
        path=path,
    )


def _document(content: dict[str, Any]) -> bytes:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()


def _actor(actor: str, handle: str, name: str) -> dict[str, Any]:
    return {
        "id": actor,
        "type": "Person",
        "following": f"{actor}/following",
        "followers": f"{actor}/followers",
        "inbox": f"{actor}/inbox",
        "outbox": "outbox.json",
        "preferredUsername": handle,
        "name": name,
        "summary": "",
        "url": f"{HOST}/@{quote(handle, safe='')}",
        "likes": "likes.json",
        "bookmarks": "bookmarks.json",
    }


def _native_id(row: Row) -> str:
    return quote(row["native_id"] or str(row["post"]), safe="")


def _activity(row: Row, actor: str, ids: dict[int, str]) -> dict[str, Any]:
    native_id = ids[row["post"]]
    uri = f"{actor}/statuses/{native_id}"
    audience = row["audience"]
    to = {"public": [PUBLIC], "friends": [f"{actor}/followers"], "only_me": []}[audience]
    cc = [f"{actor}/followers"] if audience == "public" else []
    published = _iso(row["time"])
    frame = {"id": f"{uri}/activity", "actor": actor, "published": published, "to": to, "cc": cc}
    if row["kind"] == "repost":
        boosted = f"{HOST}/users/another/statuses/{native_id}"
        inner = {"id": boosted, "type": "Note", "content": _html(row["text"], linked=False)} if row["text"] else boosted
        return {**frame, "type": "Announce", "object": inner, **_counts(row, uri)}
    return {**frame, "type": "Create", "object": _note(row, uri, actor, to, cc, ids)}


def _note(row: Row, uri: str, actor: str, to: list[str], cc: list[str], ids: dict[int, str]) -> dict[str, Any]:
    kind, own = row["kind"], ids.get(row["reply_to"])
    answered = f"{actor}/statuses/{own}" if own else f"{HOST}/users/another/statuses/{uri.rpartition('/')[2]}"
    return {
        "id": uri,
        "type": "Note",
        "summary": None,
        "inReplyTo": answered if kind == "comment" else None,
        "published": _iso(row["time"]),
        **({"endTime": _iso(row["time"] + STORY_S)} if kind == "story" else {}),
        "url": f"{actor.replace('/users/', '/@')}/{uri.rpartition('/')[2]}",
        "attributedTo": actor,
        "to": to,
        "cc": cc,
        "sensitive": False,
        "atomUri": uri,
        "content": _html(row["text"], linked=kind == "link"),
        "attachment": _attachment(kind, uri),
        "tag": [],
        **_counts(row, uri),
    }


def _attachment(kind: str, uri: str) -> list[dict[str, Any]]:
    if kind not in ("photo", "video"):
        return []
    media_type, ending = ("image/jpeg", "jpg") if kind == "photo" else ("video/mp4", "mp4")
    url = f"/media_attachments/files/{uri.rpartition('/')[2]}.{ending}"
    return [{"type": "Document", "mediaType": media_type, "url": url, "name": None}]


def _counts(row: Row, uri: str) -> dict[str, Any]:
    columns = (("likes", "likes"), ("shares", "reshares"))
    return {
        name: {"id": f"{uri}/{name}", "type": "Collection", "totalItems": row[column]}
        for name, column in columns
        if row[column] is not None
    }


def _html(text: str, *, linked: bool) -> str:
    """One paragraph whose lines are broken as in `text`; `linked`: its first address, or else all of it, is a link."""
    if not linked:
        return f"<p>{_escaped(text)}</p>"
    found = _ADDRESS.search(text)
    start, end, address = (*found.span(), found[0]) if found else (0, len(text), f"{HOST}/linked")
    inside = f'<a href="{escape(address)}" rel="nofollow noopener">{_escaped(text[start:end])}</a>'
    return f"<p>{_escaped(text[:start])}{inside}{_escaped(text[end:])}</p>"


def _escaped(text: str) -> str:
    return escape(text, quote=False).replace("\n", "<br />")


def _iso(time_s: int) -> str:
    return (EPOCH + timedelta(seconds=time_s)).strftime("%Y-%m-%dT%H:%M:%SZ")
