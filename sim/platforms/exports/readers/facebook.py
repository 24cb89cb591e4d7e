"""Reads a Facebook archive in JSON: posts, photos, videos and comments, of a profile; never messages.

Two layouts (before 2024, and below `your_facebook_activity`). Texts have the latin-1 fault, which is mended. There
are no ids of posts, so what it lists can be cleaned by hand only; nor who could see them: friends are taken.
"""

import re
from collections.abc import Callable, Mapping
from functools import partial
from itertools import product

from sim.platforms.exports import fields
from sim.platforms.exports.container import View
from sim.platforms.exports.item import Archive, Item, ParseError, RowError

EXPORT = "Facebook (the zip of 'Download your information' in JSON format, as file or folder)"
ROOTS = ("your_facebook_activity/", "")
POSTS = ("your_posts_#", "your_posts", "your_posts__check_ins__photos_and_videos_#")
PHOTOS = ("your_uncategorized_photos", "your_photos", "your_videos")
PROFILES = (
    "personal_information/profile_information/profile_information.json",
    "profile_information/profile_information.json",
)
FRIENDS = ("connections/friends/your_friends.json", "friends_and_followers/friends.json", "friends/friends.json")
KNOWN_FILES = frozenset(
    {
        *(f"{root}posts/{name}.json" for root, name in product(ROOTS, POSTS + PHOTOS)),
        *(f"{root}posts/album/#.json" for root in ROOTS),
        *(f"{root}comments_and_reactions/{name}.json" for root, name in product(ROOTS, ("comments", "comments_#"))),
        *(f"{root}comments/comments.json" for root in ROOTS),
        *(f"{root}groups/group_posts_and_comments.json" for root in ROOTS),
        *(f"{root}groups/your_comments_in_groups.json" for root in ROOTS),
        *PROFILES,
        *FRIENDS,
    }
)

_ROOT = r"(?:your_facebook_activity/)?"
_POSTS = re.compile(_ROOT + r"(?:posts/your_posts\w*|groups/group_posts_and_comments)\.json")
_PHOTOS = re.compile(_ROOT + r"posts/(?:your_uncategorized_photos|your_photos|your_videos|album/\d+)\.json")
_COMMENTS = re.compile(_ROOT + r"(?:comments(?:_and_reactions)?/comments\w*|groups/your_comments_in_groups)\.json")
_VIDEO = (".mp4", ".mov", ".m4v", ".webm", ".avi", ".3gp")
ROW_KEYS = frozenset({"timestamp", "creation_timestamp", "data", "uri", "photos"})


def name_of(document: object) -> str | None:
    """A lone list of rows with a timestamp and data or attachments is a file of posts."""
    row = document[0] if isinstance(document, list) and document else None
    posts = isinstance(row, dict) and "timestamp" in row and (isinstance(row.get("data"), list) or "attachments" in row)
    return f"{ROOTS[0]}posts/your_posts_1.json" if posts else None


def read(view: View) -> Archive:
    """The owner's posts, then photos that no post shows, then comments."""
    items: list[Item] = []
    errors: list[ParseError] = []
    shown: set[str] = set()
    for named, reader in ((_POSTS, _post), (_PHOTOS, partial(_photo, shown=shown)), (_COMMENTS, _comment)):
        read_one: Callable[[Mapping[str, object]], Item | None] = reader
        for file in filter(named.fullmatch, view.names()):
            found, lost = fields.read_rows(_rows(view.json(file)), where=file, read=read_one)
            items += found
            errors += lost
            shown.update(address for item in found for address in item.media)
    notes = [
        "A Facebook archive carries no ids of posts: its plan is a list to be worked through by hand.",
        "It does not say who could see a post; friends are taken.",
    ]
    if any("messages/" in file for file in view.names()):
        notes.append("Messages are in the archive and were not read.")
    handle, name = _profile(view)
    return Archive(
        platform="facebook",
        handle=handle,
        name=name,
        followers=_friends(view),
        items=tuple(items),
        errors=tuple(errors),
        notes=tuple(notes),
    )


def _rows(document: object) -> list[object]:
    """The rows of a file; of an album its photos."""
    if isinstance(document, dict) and isinstance(document.get("photos"), list):
        return list(document["photos"])
    return fields.rows_in(document, ROW_KEYS)


def _post(row: Mapping[str, object]) -> Item | None:
    said = [fields.text(fields.mapping(each), "post") for each in fields.entries(row, "data")]
    attached = [
        fields.mapping(each)
        for block in fields.entries(row, "attachments")
        for each in fields.entries(fields.mapping(block), "data")
    ]
    media = [fields.mapping(each["media"]) for each in attached if each.get("media") is not None]
    links = any(each.get("external_context") for each in attached)
    uris = tuple(uri for uri in (fields.text(each, "uri") for each in media) if uri)
    described = [fields.text(each, "description") for each in media]
    text = next((each for each in (*said, *described) if each), fields.text(row, "title"))
    if not text and not uris and not links:
        raise RowError("it has neither text nor media nor a link")
    return Item(
        platform="facebook",
        native_id=None,
        uri=None,
        kind=_kind(uris) if uris else "link" if links else "text",
        created=fields.stamp(row, "timestamp"),
        text=fields.mend(text or ""),
        audience="friends",
        media=uris,
        has_link=links,
        located=any(_has_coordinates(each) for each in (*attached, *media)),
    )


def _photo(row: Mapping[str, object], *, shown: set[str]) -> Item | None:
    """A photo or video of an album; None where a post shows it."""
    uri = fields.text(row, "uri")
    if not uri:
        raise RowError("it has no 'uri'")
    if uri in shown:
        return None
    shown.add(uri)
    return Item(
        platform="facebook",
        native_id=None,
        uri=None,
        kind=_kind((uri,)),
        created=fields.stamp(row, "creation_timestamp"),
        text=fields.mend(fields.text(row, "description") or fields.text(row, "title") or ""),
        audience="friends",
        media=(uri,),
        located=_has_coordinates(row),
    )


def _comment(row: Mapping[str, object]) -> Item:
    inner = [fields.mapping(each).get("comment") for each in fields.entries(row, "data")]
    comments = [each for each in inner if isinstance(each, dict)]
    said = next((text for text in (fields.text(each, "comment") for each in comments) if text), "")
    group = next((text for text in (fields.text(each, "group") for each in comments) if text), None)
    return Item(
        platform="facebook",
        native_id=None,
        uri=None,
        kind="comment",
        created=fields.stamp(row, "timestamp"),
        text=fields.mend(said or fields.text(row, "title") or ""),
        audience="friends",
        place=None if group is None else fields.mend(group),
    )


def _kind(uris: tuple[str, ...]) -> str:
    return "video" if any(uri.lower().endswith(_VIDEO) for uri in uris) else "photo"


def _has_coordinates(about: Mapping[str, object]) -> bool:
    """Whether a check-in or the metadata of a photo give coordinates, which are not kept."""
    place, metadata = about.get("place"), about.get("media_metadata")
    if isinstance(place, dict) and isinstance(place.get("coordinate"), dict):
        return True
    kinds = [kind for kind in (metadata.values() if isinstance(metadata, dict) else ()) if isinstance(kind, dict)]
    exif = [
        entry for listed in (kind.get("exif_data") for kind in kinds) if isinstance(listed, list) for entry in listed
    ]
    return any(isinstance(entry, dict) and "latitude" in entry and "longitude" in entry for entry in exif)


def _profile(view: View) -> tuple[str | None, str | None]:
    for file in PROFILES:
        document = view.json(file) if view.has(file) else None
        profile = next(iter(document.values()), None) if isinstance(document, dict) else None
        if isinstance(profile, dict):
            name = profile.get("name")
            return _text(profile.get("username")), _text(name.get("full_name") if isinstance(name, dict) else None)
    return None, None


def _text(value: object) -> str | None:
    return fields.whole_characters(fields.mend(value)) or None if isinstance(value, str) else None


def _friends(view: View) -> int | None:
    file = next((file for file in FRIENDS if view.has(file)), None)
    return None if file is None else len(fields.rows_in(view.json(file), frozenset()))
