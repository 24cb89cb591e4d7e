"""Reads a Mastodon archive: outbox.json (ActivityPub activities), with or without actor.json.

Layout: Mastodon's backup service; vocabulary: ActivityStreams 2.0 (W3C). Audiences: public and unlisted are
public, followers-only is friends, addressed to nobody is only_me. What is addressed to persons is a direct message:
it is counted, not read.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote

from sim.core.errors import Mistake
from sim.platforms.exports import fields
from sim.platforms.exports.container import View
from sim.platforms.exports.html_text import read_html
from sim.platforms.exports.item import Archive, Item, RowError

EXPORT = "Mastodon (archive-*.tar.gz, as file or folder, or its outbox.json)"
KNOWN_FILES = frozenset({"outbox.json", "actor.json", "likes.json", "bookmarks.json"})

PUBLIC = frozenset({"https://www.w3.org/ns/activitystreams#Public", "as:Public", "Public"})
READ = frozenset({"Create", "Announce"})


@dataclass(frozen=True)
class Own:
    """What an archive says beside its posts: the actor, and what she liked and bookmarked; None: no such list."""

    actor: Mapping[str, object]
    liked: frozenset[str] | None
    marked: frozenset[str] | None


def name_of(document: object) -> str | None:
    """A lone document with a list of activities is an outbox."""
    return "outbox.json" if isinstance(document, dict) and "orderedItems" in document else None


def read(view: View) -> Archive:
    """The owner's posts, replies and boosts. Handle and name come from actor.json, else from the first activity."""
    if not view.has("outbox.json"):
        raise Mistake(
            f"'{view.source}' looks like a Mastodon archive ({', '.join(map(fields.shown, view.names()[:4]))}) but has "
            f"no outbox.json, which holds the posts. Ask for the archive again under Preferences, Import and export."
        )
    outbox = view.json("outbox.json")
    rows = outbox.get("orderedItems") if isinstance(outbox, dict) else None
    if not isinstance(rows, list):
        raise Mistake(
            f"'{view.source}' has an outbox without a list 'orderedItems', so it is not an archive but perhaps a page "
            f"fetched from a server. Ask for the archive under Preferences, Import and export."
        )
    actor = view.json("actor.json") if view.has("actor.json") else {}
    actor = actor if isinstance(actor, dict) else {}
    own = Own(actor, _uris(view, "likes.json"), _uris(view, "bookmarks.json"))
    direct: list[object] = []
    items, errors = fields.read_rows(rows, where="outbox.json", read=lambda row: _item(row, own, direct))
    notes = [f"{len(direct)} direct messages not read."] if direct else []
    handle, name = _owner(actor, rows)
    return Archive(
        platform="mastodon",
        handle=handle,
        name=name,
        followers=None,  # the archive names the collection of followers, not their number
        items=tuple(items),
        errors=tuple(errors),
        notes=tuple(notes),
    )


def _item(row: Mapping[str, object], own: Own, direct: list[object]) -> Item | None:
    activity = fields.text(row, "type")
    if activity not in READ:
        raise RowError(f"its type is {fields.shown(activity)!r}; read are {', '.join(sorted(READ))}")
    boost = activity == "Announce"
    inner = row.get("object")
    note = {} if boost and isinstance(inner, str) else fields.mapping(inner)
    if not boost and note.get("type") not in ("Note", "Question"):
        raise RowError(f"its object's type is {fields.shown(note.get('type'))!r}; read are Note, Question")
    audience = _audience(row if boost else note, own.actor)
    if audience is None:
        direct.append(None)
        return None
    posted = row if boost else note
    uri = fields.text(posted, "id")
    text, links = _text(note)
    media, kinds = _attachments(note)
    reply_to = None if boost else _answered(fields.text(note, "inReplyTo"), uri)
    kind = "repost" if boost else "comment" if reply_to is not None else _kind(note, kinds, links=links)
    return Item(
        platform="mastodon",
        native_id=_native_id(uri, boost=boost),
        uri=uri if boost else fields.text(note, "url") or uri,
        kind=kind,
        created=fields.moment(posted if posted.get("published") is not None else row, "published"),
        text=text,
        media=media,
        audience=audience,
        reply_to=reply_to,
        likes=_total(posted, "likes"),
        reshares=_total(posted, "shares"),
        has_link=links,
        faved=_listed(posted, own.liked),
        bookmarked=_listed(posted, own.marked),
    )


def _audience(addressed: Mapping[str, object], actor: Mapping[str, object]) -> str | None:
    """The audience, or None of a direct message."""
    receivers = {*fields.texts(addressed, "to"), *fields.texts(addressed, "cc")}
    if receivers & PUBLIC:
        return "public"
    if any(uri.endswith("/followers") or uri == actor.get("followers") for uri in receivers):
        return "friends"
    return None if receivers else "only_me"


def _kind(note: Mapping[str, object], kinds: set[str], *, links: bool) -> str:
    if note.get("type") == "Note" and note.get("endTime") is not None:
        return "story"  # ActivityStreams: the time at which the object ends; of a poll (Question) its voting
    if "video" in kinds:
        return "video"
    if "image" in kinds:
        return "photo"
    return "link" if links else "text"


def _text(note: Mapping[str, object]) -> tuple[str, bool]:
    """Content warning, content and the choices of a poll, as the reader of the post sees them."""
    text, links = read_html(fields.text(note, "content") or "")
    warning = fields.text(note, "summary")
    choices = [*fields.entries(note, "oneOf"), *fields.entries(note, "anyOf")]
    names = [fields.text(fields.mapping(choice), "name") or "" for choice in choices]
    return "\n".join([*([warning + "\n"] if warning else []), text, *names]), links


def _attachments(note: Mapping[str, object]) -> tuple[tuple[str, ...], set[str]]:
    """Addresses of the media, and what they are: image, video, audio ..."""
    attached = [fields.mapping(each) for each in fields.entries(note, "attachment")]
    addresses = [fields.text(each, "url") for each in attached]
    types = [(fields.text(each, "mediaType") or "").partition("/")[0] for each in attached]
    return tuple(address for address in addresses if address), set(types)


def _native_id(uri: str | None, *, boost: bool) -> str | None:
    """The last part of a status's path; a boost's own path goes on with 'activity'."""
    parts = (uri or "").split("/")
    if boost and parts[-1] == "activity":
        parts.pop()
    return fields.whole_characters(unquote(parts[-1])) or None


def _answered(address: str | None, uri: str | None) -> str | None:
    """What a status answers: the native id where it is of the same author, else the address."""
    home = (uri or "").rpartition("/")[0]
    return _native_id(address, boost=False) if address and home and address.startswith(home + "/") else address


def _uris(view: View, name: str) -> frozenset[str] | None:
    """The addresses a collection lists; None where the archive has no such list."""
    listed = view.json(name) if view.has(name) else None
    each = listed.get("orderedItems") if isinstance(listed, dict) else None
    return frozenset(uri for uri in each if isinstance(uri, str)) if isinstance(each, list) else None


def _listed(posted: Mapping[str, object], uris: frozenset[str] | None) -> bool | None:
    return None if uris is None else posted.get("id") in uris


def _total(posted: Mapping[str, object], name: str) -> int | None:
    collection = posted.get(name)
    return fields.whole(collection, "totalItems") if isinstance(collection, dict) else None


def _owner(actor: Mapping[str, object], rows: list[object]) -> tuple[str | None, str | None]:
    try:
        handle, name = fields.text(actor, "preferredUsername"), fields.text(actor, "name")
    except RowError:
        handle, name = None, None
    first = rows[0] if rows else None
    if not handle and isinstance(first, dict) and isinstance(first.get("actor"), str):
        handle = fields.whole_characters(first["actor"].rstrip("/").rpartition("/")[2].lstrip("@"))
    return handle or None, name or None
