"""Reads an X archive (`data/tweets.js` and its parts, older `tweet.js`): posts, replies and retweets; never messages.

Rows are wrapped as {"tweet": {...}} in newer archives and bare in older ones. The archive says nowhere who could see
a post: the account's own setting (protected or not) is taken. Bookmarks and pins are not in it.
"""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial

from sim.core.errors import Mistake
from sim.platforms.exports import fields
from sim.platforms.exports.container import View
from sim.platforms.exports.item import Archive, Item, ParseError, RowError

EXPORT = "X (the zip with the folder 'data', as file or folder, or its tweets.js)"
KNOWN_FILES = frozenset(
    f"{folder}{name}.js"
    for folder in ("data/", "")
    for name in ("tweets", "tweets-part#", "tweet", "tweet-part#", "note-tweet", "account", "like", "tweet-headers",
                 "deleted-tweets", "follower", "protected-history")
)  # fmt: skip

_TWEETS = re.compile(r"(?:data/)?(?:tweets?|community-tweet)(?:-part\d+)?\.js")
_PART = r"(?:data/)?{}(?:-part\d+)?\.js"
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DATE = re.compile(rf"\w{{3}} ({'|'.join(MONTHS)}) (\d\d) (\d\d:\d\d:\d\d) ([+-]\d\d)(\d\d) (\d{{4}})")


def name_of(document: object) -> str | None:
    """A lone list of rows with the text of a tweet is a file of tweets."""
    row = document[0] if isinstance(document, list) and document else None
    tweet = row.get("tweet", row) if isinstance(row, dict) else None
    return "data/tweets.js" if isinstance(tweet, dict) and "full_text" in tweet and "id_str" in tweet else None


def read(view: View) -> Archive:
    """The owner's tweets with their counts, and which of them she liked herself."""
    files = [file for file in view.names() if _TWEETS.fullmatch(file)]
    if not files:
        raise Mistake(
            f"'{view.source}' looks like an X archive ({', '.join(map(fields.shown, view.names()[:4]))}) but has no "
            f"tweets.js, which holds the posts. Ask for the archive again under Settings, Your account."
        )
    account = _only(view, "account")
    likes = _ids(view, "like", "tweetId")
    protected = _protected(view)
    whole = _notes(view)
    read_one = partial(_item, liked=likes, whole=whole, audience="friends" if protected else "public")
    items: list[Item] = []
    errors: list[ParseError] = []
    for file in files:
        found, lost = fields.read_rows(_list(view.json(file)), where=file, read=read_one)
        items += found
        errors += lost
    notes = []
    if protected is None:
        notes.append("The archive does not say whether the account is protected; it is taken as public.")
    if any("direct-message" in file for file in view.names()):
        notes.append("Direct messages are in the archive and were not read.")
    return Archive(
        platform="x",
        handle=_text(account, "username"),
        name=_text(account, "accountDisplayName"),
        followers=_count(view, "follower"),
        items=tuple(items),
        errors=tuple(errors),
        notes=tuple(notes),
    )


def _item(row: Mapping[str, object], *, liked: frozenset[str] | None, whole: Mapping[str, str], audience: str) -> Item:
    tweet = fields.mapping(row.get("tweet", row))
    native_id = fields.text(tweet, "id_str") or fields.text(tweet, "id")
    if not native_id:
        raise RowError("it has no 'id_str'")
    said = fields.text(tweet, "full_text")
    said = fields.text(tweet, "text") if said is None else said
    if said is None:
        raise RowError("it has no 'full_text'")
    text = fields.unescaped(whole.get(native_id, said))
    reply_to = fields.text(tweet, "in_reply_to_status_id_str") or None
    reposted = text.startswith("RT @") or "retweeted_status" in tweet
    links, media, kinds = _entities(tweet)
    answers = reply_to or tweet.get("in_reply_to_user_id_str")
    return Item(
        platform="x",
        native_id=native_id,
        uri=f"https://x.com/i/web/status/{native_id}",
        kind="repost" if reposted else "comment" if answers else _kind(kinds, links=links),
        created=_moment(tweet),
        text=text,
        audience=audience,
        media=media,
        reply_to=reply_to,
        likes=fields.count(tweet, "favorite_count"),
        reshares=fields.count(tweet, "retweet_count"),
        has_link=links,
        located=bool(tweet.get("coordinates") or tweet.get("geo")),
        faved=None if liked is None else native_id in liked,
    )


def _kind(kinds: set[str], *, links: bool) -> str:
    if kinds & {"video", "animated_gif"}:
        return "video"
    return "photo" if kinds else "link" if links else "text"


def _entities(tweet: Mapping[str, object]) -> tuple[bool, tuple[str, ...], set[str]]:
    """Whether it links anywhere, the addresses of its media, and what they are."""
    entities = fields.mapping(tweet.get("entities") or {})
    extended = fields.mapping(tweet.get("extended_entities") or {})
    attached = [fields.mapping(each) for each in fields.entries(extended, "media") or fields.entries(entities, "media")]
    addresses = [fields.text(each, "media_url_https") or fields.text(each, "media_url") for each in attached]
    kinds = {fields.text(each, "type") or "photo" for each in attached}
    return bool(fields.entries(entities, "urls")), tuple(address for address in addresses if address), kinds


def _moment(tweet: Mapping[str, object]) -> int:
    """The time of 'Wed Oct 10 20:19:24 +0000 2018', whatever language the computer speaks, in s since 2007."""
    value = fields.text(tweet, "created_at")
    found = _DATE.fullmatch(value or "")
    if not found:
        return fields.moment(tweet, "created_at")  # a few old archives write ISO 8601
    month, day, clock, hours, minutes, year = found.groups()
    try:
        iso = f"{year}-{MONTHS.index(month) + 1:02}-{day}T{clock}{hours}:{minutes}"
        return (datetime.fromisoformat(iso) - fields.EPOCH) // timedelta(seconds=1)
    except ValueError:
        raise RowError(f"'created_at' is {fields.shown(value, most=40)!r}, which is no time") from None


def _list(document: object) -> list[object]:
    return document if isinstance(document, list) else [document]


def _rows(view: View, name: str) -> list[Mapping[str, object]] | None:
    """The rows of a file and its parts, out of their wrapping; None if it is not there."""
    named = re.compile(_PART.format(re.escape(name)))
    files = [file for file in view.names() if named.fullmatch(file)]
    rows = [row for file in files for row in _list(view.json(file))]
    inner = [next(iter(row.values()), None) if isinstance(row, dict) and len(row) == 1 else row for row in rows]
    return [row for row in inner if isinstance(row, dict)] if files else None


def _only(view: View, name: str) -> Mapping[str, object]:
    rows = _rows(view, name)
    return rows[0] if rows else {}


def _text(row: Mapping[str, object], name: str) -> str | None:
    value = row.get(name)
    return fields.whole_characters(value) or None if isinstance(value, str) else None


def _ids(view: View, name: str, key: str) -> frozenset[str] | None:
    rows = _rows(view, name)
    return None if rows is None else frozenset(str(row.get(key)) for row in rows)


def _count(view: View, name: str) -> int | None:
    rows = _rows(view, name)
    return None if rows is None else len(rows)


def _protected(view: View) -> bool | None:
    """Whether the last change of the setting was to protect the tweets."""
    rows = _rows(view, "protected-history")
    if rows is None:
        return None
    last = max(rows, key=lambda row: str(row.get("protectedAt")), default={})
    return last.get("action") == "Protect"


def _notes(view: View) -> dict[str, str]:
    """The whole texts of long posts, of which tweets.js has the beginning only, by the id of their tweet."""
    found: dict[str, str] = {}
    for row in _rows(view, "note-tweet") or ():
        core, native_id = row.get("core"), row.get("tweetId") or row.get("noteTweetId")
        said = core.get("text") if isinstance(core, dict) else None
        if isinstance(native_id, str) and isinstance(said, str) and len(said) <= fields.TEXT_LIMIT:
            found[native_id] = fields.whole_characters(said)
    return found
