"""Reads a Telegram export in JSON (result.json): the owner's own messages in groups and channels.

Others' messages are passed over unread, and so are direct messages, which are counted. The export of a single
chat does not say whose it is, so it cannot be read.
"""

from collections.abc import Mapping
from functools import partial

from sim.core.errors import Mistake
from sim.platforms.exports import fields
from sim.platforms.exports.container import View
from sim.platforms.exports.item import Archive, Item, ParseError, RowError

EXPORT = "Telegram (result.json of 'Export Telegram data' in machine-readable JSON)"
KNOWN_FILES = frozenset({"result.json"})
AUDIENCES = {
    "private_group": "friends",
    "private_supergroup": "friends",
    "private_channel": "friends",
    "public_supergroup": "public",
    "public_channel": "public",
    "saved_messages": "only_me",
}
DIRECT = ("personal_chat", "bot_chat", "verification_codes", "replies")
LINKS = ("link", "text_link")


def name_of(document: object) -> str | None:
    """A lone document with a list of chats, or of one chat's messages, is an export."""
    if not isinstance(document, dict):
        return None
    one_chat = isinstance(document.get("messages"), list) and "type" in document and "id" in document
    return "result.json" if one_chat or "chats" in document or "left_chats" in document else None


def read(view: View) -> Archive:
    """What the owner wrote in groups, channels and to herself."""
    if not view.has("result.json"):
        raise Mistake(f"'{view.source}' has no result.json. Export again and choose machine-readable JSON.")
    document = view.json("result.json")
    document = document if isinstance(document, dict) else {}
    about = document.get("personal_information")
    if not isinstance(about, dict):
        raise Mistake(
            f"'{view.source}' does not say whose export it is, as that of a single chat does not. In Telegram Desktop "
            f"choose Settings, Advanced, Export Telegram data, with account information and JSON."
        )
    owner = f"user{about.get('user_id')}"
    items: list[Item] = []
    errors: list[ParseError] = []
    direct = strange = 0
    for chat in _chats(document):
        kind = str(chat.get("type"))
        messages = chat.get("messages")
        messages = messages if isinstance(messages, list) else []
        if kind in DIRECT:
            direct += sum(1 for each in messages if isinstance(each, dict) and each.get("from_id") == owner)
            continue
        if kind not in AUDIENCES:
            strange += 1
            continue
        read_one = partial(_item, chat=chat, owner=owner, audience=AUDIENCES[kind])
        where = f"result.json, chat {fields.shown(chat.get('name'), most=40)}"
        found, lost = fields.read_rows(messages, where=where, read=read_one)
        items += found
        errors += lost
    notes = [f"{direct} direct messages not read."] if direct else []
    if strange:
        notes.append(f"{strange} chats of an unknown type were not read.")
    first, last = (_text(about, name) or "" for name in ("first_name", "last_name"))
    return Archive(
        platform="telegram",
        handle=(_text(about, "username") or "").lstrip("@") or None,
        name=f"{first} {last}".strip() or None,
        followers=None,
        items=tuple(items),
        errors=tuple(errors),
        notes=tuple(notes),
    )


def _chats(document: Mapping[str, object]) -> list[Mapping[str, object]]:
    """The chats she is in, and those she left."""
    found: list[Mapping[str, object]] = []
    for name in ("chats", "left_chats"):
        listed = document.get(name)
        each = listed.get("list") if isinstance(listed, dict) else None
        found += [chat for chat in each if isinstance(chat, dict)] if isinstance(each, list) else []
    return found


def _item(row: Mapping[str, object], *, chat: Mapping[str, object], owner: str, audience: str) -> Item | None:
    """One message; None where it is another's, or a notice of the chat itself."""
    mine = row.get("from_id") == owner or chat.get("type") == "saved_messages"
    if row.get("type") != "message" or not mine:
        return None
    message = fields.whole(row, "id")
    if message is None:
        raise RowError("it has no 'id'")
    text, links = _said(row)
    media = tuple(path for path in (fields.text(row, name) for name in ("photo", "file")) if path)
    reply_to = fields.whole(row, "reply_to_message_id")
    chat_id = fields.shown(chat.get("id"), most=30)
    return Item(
        platform="telegram",
        native_id=f"{chat_id}/{message}",
        uri=None,
        kind=_kind(row, media, links=links, reply=reply_to is not None),
        created=fields.stamp(row, "date_unixtime") if "date_unixtime" in row else fields.moment(row, "date"),
        text=text,
        audience=audience,
        media=media,
        reply_to=None if reply_to is None else f"{chat_id}/{reply_to}",
        has_link=links,
        located="location_information" in row,
        place=_text(chat, "name"),
    )


def _kind(row: Mapping[str, object], media: tuple[str, ...], *, links: bool, reply: bool) -> str:
    if "forwarded_from" in row:
        return "repost"
    if reply:
        return "comment"
    if row.get("media_type") in ("video_file", "video_message", "animation"):
        return "video"
    return "photo" if row.get("photo") else "link" if links else "text"


def _said(row: Mapping[str, object]) -> tuple[str, bool]:
    """The text, which is one or a list of pieces, some with a type; and whether one of them is a link."""
    value = row.get("text")
    pieces = value if isinstance(value, list) else [value]
    said = [fields.text({"text": piece.get("text") if isinstance(piece, dict) else piece}, "text") for piece in pieces]
    links = any(isinstance(piece, dict) and piece.get("type") in LINKS for piece in pieces)
    whole = "".join(part or "" for part in said)
    return fields.text({"text": whole}, "text") or "", links


def _text(row: Mapping[str, object], name: str) -> str | None:
    value = row.get(name)
    return fields.whole_characters(value) or None if isinstance(value, str) else None
