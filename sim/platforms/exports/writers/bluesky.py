"""Writes a synthetic owner's posts as a Bluesky repository (CAR); needs the extra `bluesky`.

Everything there is public, so only public posts are written; there are no stories and no counts. Media are named by
the ids of files that are not written.
"""

import re
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pyarrow as pa

from sim.platforms.exports.car import ID_HEADS
from sim.platforms.exports.fields import EPOCH
from sim.platforms.exports.pack import pack
from sim.platforms.exports.record_key import record_key
from sim.platforms.exports.rows import Row, own_rows
from sim.platforms.exports.tree import id_text, record_id, write_car

ENDING = ".car"
POST, REPOST = "app.bsky.feed.post", "app.bsky.feed.repost"
NOBODY = "did:web:another.social.example"
"""Whose posts are answered and repeated: an account at a host that cannot exist (RFC 2606)."""


def write(posts: pa.Table, *, handle: str, name: str, path: Path) -> None:
    """Write the public posts of one owner to `path`: .car, or .zip, .tar.gz, or else a folder with repo.car in it.

    It must not exist yet. The bytes depend on the arguments alone. Raises Mistake if nothing can be written there.
    """
    did = f"did:web:{re.sub('[^a-z0-9-]', '-', handle.lower())}.social.example"
    rows = [row for row in own_rows(posts) if row["audience"] == "public" and row["kind"] != "story"]
    records: dict[str, Any] = {"app.bsky.actor.profile/self": {"$type": "app.bsky.actor.profile", "displayName": name}}
    own: dict[int, dict[str, str]] = {}
    key = record_key(0, 0)
    for place, row in enumerate(rows):
        key = record_key(row["time"], place)
        record = _record(row, key, own.get(row["reply_to"]))
        where = f"{record['$type']}/{key}"
        records[where] = record
        own[row["post"]] = {"uri": f"at://{did}/{where}", "cid": id_text(record_id(record))}
    pack({"repo.car": write_car(records, did=did, revision=key)}, path=path)


def _record(row: Row, key: str, own: dict[str, str] | None) -> dict[str, Any]:
    created = (EPOCH + timedelta(seconds=row["time"])).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    uri = f"at://{NOBODY}/{POST}/{key}"
    another = {"uri": uri, "cid": id_text(record_id(uri))}
    if row["kind"] == "repost":
        return {"$type": REPOST, "subject": another, "createdAt": created}
    record = {"$type": POST, "text": row["text"], "createdAt": created, "langs": ["en"]}
    if row["kind"] == "comment":
        record["reply"] = {"root": own or another, "parent": own or another}
    return record | _embed(row)


def _embed(row: Row) -> dict[str, Any]:
    kind, name = row["kind"], str(row["post"])
    if kind == "photo":
        blob = {"$type": "blob", "ref": _blob(name), "mimeType": "image/jpeg", "size": 1}
        return {"embed": {"$type": "app.bsky.embed.images", "images": [{"alt": "", "image": blob}]}}
    if kind == "video":
        blob = {"$type": "blob", "ref": _blob(name), "mimeType": "video/mp4", "size": 1}
        return {"embed": {"$type": "app.bsky.embed.video", "video": blob}}
    if kind == "link":
        card = {"uri": "https://news.example/1", "title": "", "description": ""}
        return {"embed": {"$type": "app.bsky.embed.external", "external": card}}
    return {}


def _blob(name: str) -> bytes:
    """The id of a file of raw bytes that is not written."""
    return ID_HEADS[1] + sha256(name.encode()).digest()
