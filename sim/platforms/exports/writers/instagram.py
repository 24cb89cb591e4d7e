"""Writes a synthetic owner's posts as an Instagram archive in JSON, in the current layout, with its latin-1 fault.

Instagram has pictures, videos, stories and comments, and one setting for all of them; what an owner keeps to herself
is archived. Texts, links and reposts are left out, and what she shows to others than most of her posts.
"""

import json
from pathlib import Path
from typing import Any

import pyarrow as pa

from sim.core.schema import EPOCH_UNIX_S
from sim.platforms.exports.pack import pack
from sim.platforms.exports.rows import Row, own_rows, setting

ENDING = ".zip"
MEDIA = "your_instagram_activity/media"


def write(posts: pa.Table, *, handle: str, name: str, path: Path) -> None:
    """Write the posts of one owner to `path`: .zip, .tar.gz or .tgz, or else a folder. It must not exist yet.

    Media files are named, not written; counts and ids are not written, as Instagram does not. The bytes depend on the
    arguments alone. Raises Mistake if nothing can be written there.
    """
    rows = own_rows(posts)
    audience = setting(rows)
    pictures = [row for row in rows if row["kind"] in ("photo", "video")]
    shown = [row for row in rows if row["audience"] == audience]
    values = {"Username": handle, "Name": name, "Private account": "True" if audience == "friends" else "False"}
    about = {key: {"href": "", "value": _garbled(value), "timestamp": 0} for key, value in values.items()}
    pack(
        {
            "personal_information/personal_information/personal_information.json": _document(
                {"profile_user": [{"string_map_data": about}]}
            ),
            f"{MEDIA}/posts_1.json": _document([_post(row) for row in pictures if row["audience"] == audience]),
            f"{MEDIA}/archived_posts.json": _document(
                {"ig_archived_post_media": [_post(row) for row in pictures if row["audience"] == "only_me"]}
            ),
            f"{MEDIA}/stories.json": _document(
                {"ig_stories": [_medium(row, "stories") for row in shown if row["kind"] == "story"]}
            ),
            "your_instagram_activity/comments/post_comments_1.json": _document(
                [_comment(row) for row in shown if row["kind"] == "comment"]
            ),
        },
        path=path,
    )


def _document(content: object) -> bytes:
    return json.dumps(content, indent=1).encode()


def _garbled(text: str) -> str:
    """The UTF-8 bytes of `text` as if they were latin-1 characters, as Instagram writes them."""
    return text.encode().decode("latin-1")


def _medium(row: Row, folder: str) -> dict[str, Any]:
    ending = "mp4" if row["kind"] == "video" else "jpg"
    return {
        "uri": f"media/{folder}/{row['post']}.{ending}",
        "creation_timestamp": row["time"] + EPOCH_UNIX_S,
        "title": _garbled(row["text"]),
    }


def _post(row: Row) -> dict[str, Any]:
    return {"media": [_medium(row, "posts")]}


def _comment(row: Row) -> dict[str, Any]:
    return {
        "media_list_data": [{"uri": ""}],
        "string_map_data": {
            "Comment": {"value": _garbled(row["text"])},
            "Media Owner": {"value": "another"},
            "Time": {"timestamp": row["time"] + EPOCH_UNIX_S},
        },
    }
