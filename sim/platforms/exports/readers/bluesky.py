"""Reads a Bluesky repository (repo.car): posts, replies and reposts; needs the extra `bluesky`.

Everything on Bluesky is public. The id of an item is its AT URI, made of the account, collection and record key. The
repository has no counts and no handle; whether an own post was liked by its author and is pinned, it does say.
"""

from collections.abc import Mapping
from types import ModuleType

from sim.core.errors import Mistake
from sim.platforms.exports import car, fields
from sim.platforms.exports.container import View
from sim.platforms.exports.item import Archive, Item, ParseError, RowError
from sim.platforms.exports.merge import merge
from sim.platforms.exports.record_key import key_time

EXPORT = "Bluesky (repo.car, alone or in a folder)"
KNOWN_FILES = frozenset({"*.car"})
POST, REPOST, LIKE, PROFILE = (
    "app.bsky.feed.post", "app.bsky.feed.repost", "app.bsky.feed.like", "app.bsky.actor.profile",
)  # fmt: skip
EMBEDS = {
    "app.bsky.embed.images": "photo",
    "app.bsky.embed.video": "video",
    "app.bsky.embed.external": "link",
}


def name_of(document: object) -> str | None:
    """Never: a repository is no JSON."""
    return None


def read(view: View) -> Archive:
    """Every post and repost whose record is there and sound; of several repositories of one account, all."""
    found = [_repository(view, name) for name in view.names() if name.endswith(".car") and "/" not in name]
    handles = sorted({str(archive.handle) for archive in found})
    if len(handles) > 1:
        raise Mistake(f"'{view.source}' holds repositories of {', '.join(handles[:3])} side by side; name one file.")
    return merge(found)


def _repository(view: View, file: str) -> Archive:
    root, blocks = car.read_car(view.read(file), source=view.source)
    lost: list[str] = []
    did, listed = car.records(root, blocks, lost, source=view.source)
    cbor = car.libipld(source=view.source)
    posted: list[tuple[str, object]] = []
    marks: dict[str, list[object]] = {LIKE: [], PROFILE: []}
    for path, block in listed:
        collection = path.partition("/")[0]
        if collection in (POST, REPOST):
            posted.append((path, block))
        elif collection in marks:
            marks[collection].append(block)
    liked = frozenset(_subject(cbor, blocks, name) for name in marks[LIKE])
    pinned, name = _profile(cbor, blocks, marks[PROFILE])
    home = f"at://{did}/"
    items: list[Item] = []
    errors = [ParseError(f"{file}, tree", problem) for problem in lost]
    for path, block in posted:
        try:
            record = car.decoded(cbor, blocks, block)
            items.append(_item(record, home + path, home, faved=home + path in liked, pinned=home + path == pinned))
        except RowError as problem:
            errors.append(ParseError(f"{file}, record {fields.shown(path)}", str(problem)))
    return Archive(
        platform="bluesky",
        handle=did,
        name=name,
        followers=None,  # who follows stands in the followers' repositories
        items=tuple(items),
        errors=tuple(errors),
        notes=("A repository carries no counts of likes and reposts.",),
    )


def _item(record: Mapping[str, object], uri: str, home: str, *, faved: bool, pinned: bool) -> Item:
    collection, _, key = uri.removeprefix(home).partition("/")
    reposted = collection == REPOST
    reply = record.get("reply")
    parent = reply.get("parent") if isinstance(reply, dict) else None
    reply_to = fields.text(parent, "uri") if isinstance(parent, dict) else None
    media, kind, links = _embedded(record)
    links = links or any(_links(facet) for facet in fields.entries(record, "facets"))
    return Item(
        platform="bluesky",
        native_id=uri,
        uri=f"https://bsky.app/profile/{home[5:-1]}/post/{key}",
        kind="repost" if reposted else "comment" if reply_to else kind or ("link" if links else "text"),
        created=_created(record, key),
        text="" if reposted else fields.text(record, "text") or "",
        audience="public",
        media=media,
        reply_to=reply_to,
        has_link=links,
        pinned=pinned,
        faved=faved,
    )


def _created(record: Mapping[str, object], key: str) -> int:
    """When it says it was made; where it does not, the time in its key."""
    if record.get("createdAt") is not None or not key_time(key):
        return fields.moment(record, "createdAt")
    return key_time(key)


def _embedded(record: Mapping[str, object]) -> tuple[tuple[str, ...], str | None, bool]:
    """Ids of the media a post shows, its kind if that decides it, and whether it is a card of a link."""
    embed = record.get("embed")
    embed = embed if isinstance(embed, dict) else {}
    inner = embed.get("media")
    embed = inner if isinstance(inner, dict) else embed
    kind = EMBEDS.get(str(embed.get("$type")).partition("#")[0])
    images = fields.entries(embed, "images") if kind == "photo" else ()
    blobs = (
        [each.get("image") for each in images if isinstance(each, dict)] if kind == "photo" else [embed.get("video")]
    )
    references = [blob.get("ref") for blob in blobs if isinstance(blob, dict)]
    media = tuple(reference.hex() for reference in references if isinstance(reference, bytes))
    return media, kind, kind == "link"


def _links(facet: object) -> bool:
    features = facet.get("features") if isinstance(facet, dict) else None
    return isinstance(features, list) and any(
        isinstance(each, dict) and each.get("$type") == "app.bsky.richtext.facet#link" for each in features
    )


def _subject(cbor: ModuleType, blocks: car.Blocks, name: object) -> str | None:
    """The URI of what a like is of; None where its record is damaged."""
    try:
        subject = car.decoded(cbor, blocks, name).get("subject")
        return fields.text(fields.mapping(subject), "uri")
    except RowError:
        return None


def _profile(cbor: ModuleType, blocks: car.Blocks, names: list[object]) -> tuple[str | None, str | None]:
    """URI of the pinned post, and the display name."""
    for name in names:
        try:
            profile = car.decoded(cbor, blocks, name)
            pinned = profile.get("pinnedPost")
            return (fields.text(pinned, "uri") if isinstance(pinned, dict) else None), fields.text(
                profile, "displayName"
            )
        except RowError:
            continue
    return None, None
