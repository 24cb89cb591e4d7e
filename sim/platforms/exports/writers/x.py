"""Writes a synthetic owner's posts as an X archive: a folder `data` of JavaScript files, in a zip.

X has one setting for all posts: what an owner shows to others than most of her posts is left out, and so are stories,
which it does not have.
"""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa

from sim.platforms.exports.fields import EPOCH
from sim.platforms.exports.pack import pack
from sim.platforms.exports.rows import Row, own_rows, setting

ENDING = ".zip"
NOBODY = "another"
"""The handle written where a post answers or repeats somebody who is not in the world."""


def write(posts: pa.Table, *, handle: str, name: str, path: Path) -> None:
    """Write the posts of one owner to `path`: .zip, .tar.gz or .tgz, or else a folder. It must not exist yet.

    Media files are named, not written. The bytes depend on the arguments alone. Raises Mistake if nothing can be
    written there.
    """
    rows = own_rows(posts)
    audience = setting(rows)
    rows = [row for row in rows if row["audience"] == audience and row["kind"] != "story"]
    ids = {row["post"]: row["native_id"] or str(row["post"]) for row in rows}
    owner = str(posts["author"][0]) if posts.num_rows else "0"
    account = {"username": handle, "accountId": owner, "accountDisplayName": name}
    protected = [{"protectedHistory": {"protectedAt": "2007-01-01T00:00:00.000Z", "action": "Protect"}}]
    pack(
        {
            "data/manifest.js": b"window.__THAR_CONFIG = " + _document({"userInfo": account}),
            "data/account.js": _part("account", [{"account": account}]),
            "data/tweets.js": _part("tweets", [{"tweet": _tweet(row, ids, owner)} for row in rows]),
            "data/protected-history.js": _part("protected_history", protected if audience == "friends" else []),
        },
        path=path,
    )


def _document(content: object) -> bytes:
    return json.dumps(content, ensure_ascii=False, indent=1).encode()


def _part(name: str, rows: list[dict[str, Any]]) -> bytes:
    return f"window.YTD.{name}.part0 = ".encode() + _document(rows)


def _tweet(row: Row, ids: dict[int, str], owner: str) -> dict[str, Any]:
    native_id, kind = ids[row["post"]], row["kind"]
    said = f"RT @{NOBODY}: {row['text']}" if kind == "repost" else row["text"]
    own = ids.get(row["reply_to"])
    answer = {
        "in_reply_to_status_id_str": own or f"0{native_id}",
        "in_reply_to_user_id_str": owner if own else "0",
        "in_reply_to_screen_name": NOBODY,
    }
    counts = {"favorite_count": row["likes"], "retweet_count": row["reshares"]}
    return {
        "id": native_id,
        "id_str": native_id,
        "created_at": _moment(row["time"]),
        "full_text": said.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"),
        **{key: str(count) for key, count in counts.items() if count is not None},
        **(answer if kind == "comment" else {}),
        **_entities(kind, native_id),
    }


def _entities(kind: str, native_id: str) -> dict[str, Any]:
    links = [{"url": "https://t.example/1", "expanded_url": "https://news.example/1"}] if kind == "link" else []
    if kind not in ("photo", "video"):
        return {"entities": {"urls": links}}
    media = {"id_str": native_id, "type": kind, "media_url_https": f"https://media.example/{native_id}.jpg"}
    return {"entities": {"urls": []}, "extended_entities": {"media": [media]}}


def _moment(time_s: int) -> str:
    """A time as X writes it: Wed Oct 10 20:19:24 +0000 2018."""
    moment = EPOCH + timedelta(seconds=time_s)
    day = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")[moment.weekday()]
    month = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")[moment.month - 1]
    return f"{day} {month} {moment.day:02} {moment:%H:%M:%S} +0000 {moment.year:04}"
