"""Reads an Instagram archive in JSON: posts, stories, reels, profile photos and comments; never messages.

Its texts are UTF-8 bytes written as if they were latin-1, which is mended. It carries no ids of posts, so what it
lists can be cleaned by hand only. It does not say who could see a post: the account's own setting is taken.
"""

import re
from collections.abc import Callable, Mapping
from functools import partial
from itertools import product

from sim.platforms.exports import fields
from sim.platforms.exports.container import View
from sim.platforms.exports.item import Archive, Item, ParseError, RowError

EXPORT = "Instagram (the zip of 'Download your information' in JSON format, as file or folder)"

FOLDERS = ("your_instagram_activity/media", "your_instagram_activity/content", "content", "media")
"""Where posts lie: the current layout, the two before it, and the current one without its outer folder."""
COMMENT_FOLDERS = ("your_instagram_activity/comments", "comments")
PROFILES = (
    "personal_information/personal_information/personal_information.json",
    "personal_information/personal_information.json",
    "account_information/personal_information.json",
)
FOLLOWERS = ("connections/followers_and_following", "followers_and_following")
MEDIA = ("posts_#", "archived_posts", "stories", "reels", "igtv_videos", "profile_photos")
COMMENTS = ("post_comments_#", "post_comments", "reels_comments")
KNOWN_FILES = frozenset(
    {
        *(f"{folder}/{name}.json" for folder, name in product(FOLDERS, MEDIA)),
        *(f"{folder}/{name}.json" for folder, name in product(COMMENT_FOLDERS, COMMENTS)),
        *(f"{folder}/{name}.json" for folder, name in product(FOLLOWERS, ("followers_#", "followers", "following"))),
        *PROFILES,
    }
)

_MEDIA_NAME = re.compile(
    rf"(?:{'|'.join(FOLDERS)})/(posts|archived_posts|stories|reels|igtv_videos|profile_photos)(?:_\d+)?\.json"
)
_COMMENT_NAME = re.compile(rf"(?:{'|'.join(COMMENT_FOLDERS)})/(?:post|reels)_comments(?:_\d+)?\.json")
_FOLLOWERS_NAME = re.compile(rf"(?:{'|'.join(FOLLOWERS)})/followers(?:_\d+)?\.json")
_VIDEO = (".mp4", ".mov", ".m4v", ".webm", ".avi")


def name_of(document: object) -> str | None:
    """A lone list of rows with media is a file of posts."""
    first = document[0] if isinstance(document, list) and document else None
    return f"{FOLDERS[0]}/posts_1.json" if isinstance(first, dict) and isinstance(first.get("media"), list) else None


def read(view: View) -> Archive:
    """The owner's items, with the account's audience, and the number of followers if it is listed."""
    handle, name, private = _profile(view)
    audience = "friends" if private else "public"
    items: list[Item] = []
    errors: list[ParseError] = []
    for file in view.names():
        media = _MEDIA_NAME.fullmatch(file)
        reader: Callable[[Mapping[str, object]], Item]
        if media:
            reader = partial(_media_item, what=media[1], audience=audience)
        elif _COMMENT_NAME.fullmatch(file):
            reader = partial(_comment, audience=audience)
        else:
            continue
        found, lost = fields.read_rows(fields.rows_in(view.json(file), ROW_KEYS), where=file, read=reader)
        items += found
        errors += lost
    notes = ["An Instagram archive carries no ids of posts: its plan is a list to be worked through by hand."]
    if private is None:
        notes.append("The archive does not say whether the account is private; it is taken as public.")
    if any("/messages/" in file for file in view.names()):
        notes.append("Messages are in the archive and were not read.")
    return Archive(
        platform="instagram",
        handle=handle,
        name=name,
        followers=_followers(view),
        items=tuple(items),
        errors=tuple(errors),
        notes=tuple(notes),
    )


ROW_KEYS = frozenset({"media", "uri", "string_map_data"})


def _media_item(row: Mapping[str, object], *, what: str, audience: str) -> Item:
    media = [fields.mapping(each) for each in fields.entries(row, "media")] or [row]
    titles = [fields.text(each, "title") for each in (row, *media)]
    uris = tuple(uri for uri in (fields.text(each, "uri") for each in media) if uri)
    if not uris and not any(titles):
        raise RowError("it has neither media nor a text")
    return Item(
        platform="instagram",
        native_id=None,
        uri=None,
        kind=_kind(what, uris),
        created=fields.stamp(row if row.get("creation_timestamp") is not None else media[0], "creation_timestamp"),
        text=fields.mend(next((title for title in titles if title), "")),
        media=uris,
        audience=_audience(what, audience),
        located=any(_has_coordinates(each.get("media_metadata")) for each in media),
    )


def _audience(what: str, account: str) -> str:
    if what == "archived_posts":
        return "only_me"  # taken off the profile by the owner
    return "public" if what == "profile_photos" else account  # a private account's picture is still shown to all


def _kind(what: str, uris: tuple[str, ...]) -> str:
    if what == "stories":
        return "story"
    if what in ("reels", "igtv_videos") or any(uri.lower().endswith(_VIDEO) for uri in uris):
        return "video"
    return "photo"


def _comment(row: Mapping[str, object], *, audience: str) -> Item:
    """A comment; in other languages than English its text comes first and the one time it has is its own."""
    values = fields.mapping(row.get("string_map_data"))
    each = [fields.mapping(value) for value in values.values()]
    said = values.get("Comment", next((value for value in each if value.get("value")), None))
    when = values.get("Time", next((value for value in each if value.get("timestamp")), None))
    if said is None or when is None:
        raise RowError("it has no 'Comment' or no 'Time'")
    return Item(
        platform="instagram",
        native_id=None,
        uri=None,
        kind="comment",
        created=fields.stamp(fields.mapping(when), "timestamp"),
        text=fields.mend(fields.text(fields.mapping(said), "value") or ""),
        audience=audience,
    )


def _has_coordinates(metadata: object) -> bool:
    """Whether the metadata of a photo or video give coordinates. The coordinates themselves are not kept."""
    for about in metadata.values() if isinstance(metadata, dict) else ():
        exif = about.get("exif_data") if isinstance(about, dict) else None
        for entry in exif if isinstance(exif, list) else ():
            if isinstance(entry, dict) and entry.get("latitude") and entry.get("longitude"):
                return True
    return False


def _profile(view: View) -> tuple[str | None, str | None, bool | None]:
    """Handle, name and whether the account is private; None where the archive does not say."""
    for file in PROFILES:
        for row in fields.rows_in(view.json(file), ROW_KEYS) if view.has(file) else ():
            values = row.get("string_map_data") if isinstance(row, dict) else None
            if isinstance(values, dict):
                private = {"true": True, "false": False}.get((_value(values, "Private account") or "").lower())
                return _value(values, "Username"), _value(values, "Name"), private
    return None, None, None


def _value(values: Mapping[str, object], name: str) -> str | None:
    entry = values.get(name)
    value = entry.get("value") if isinstance(entry, dict) else None
    return fields.whole_characters(fields.mend(value)) or None if isinstance(value, str) else None


def _followers(view: View) -> int | None:
    files = [file for file in view.names() if _FOLLOWERS_NAME.fullmatch(file)]
    return sum(len(fields.rows_in(view.json(file), ROW_KEYS)) for file in files) if files else None
