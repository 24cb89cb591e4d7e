"""Reads a Discord data package: the owner's messages in servers; direct messages are counted and not read.

The package holds her own messages only. Its folders are named in her language, so they are known by their shape:
a folder of folders c<channel>, each with channel.json and messages.json (older: messages.csv).
"""

import re
from collections.abc import Mapping

from sim.platforms.exports import fields
from sim.platforms.exports.container import View
from sim.platforms.exports.csv_rows import read_csv
from sim.platforms.exports.item import Archive, Item, ParseError, RowError

EXPORT = "Discord (the data package, as zip or folder)"
KNOWN_FILES = frozenset(
    f"*/{channel}/{name}"
    for channel in ("c#", "#")
    for name in ("channel.json", "messages.json", "messages.csv")
)  # fmt: skip
_MESSAGES = re.compile(r"([^/]+/c?\d+)/messages\.(?:json|csv)")
_VIDEO, _PHOTO = (".mp4", ".mov", ".webm"), (".png", ".jpg", ".jpeg", ".gif", ".webp")
DIRECT = ("DM", "GROUP_DM", "1", "3")


def name_of(document: object) -> str | None:
    """Never: a package is many files."""
    return None


def read(view: View) -> Archive:
    """The owner's messages, channel by channel."""
    items: list[Item] = []
    errors: list[ParseError] = []
    direct = unread = 0
    for file in view.names():
        found = _MESSAGES.fullmatch(file)
        if not found:
            continue
        about = view.json(f"{found[1]}/channel.json") if view.has(f"{found[1]}/channel.json") else None
        if not isinstance(about, dict):
            unread += 1
            continue
        rows = read_csv(view, file) if file.endswith(".csv") else fields.rows_in(view.json(file), frozenset({"ID"}))
        if str(about.get("type")) in DIRECT:
            direct += sum(1 for _ in rows)
            continue
        channel = _channel(about)

        def read_one(row: Mapping[str, object], channel: tuple[str, str, str | None] = channel) -> Item:
            return _item(row, *channel)

        more, lost = fields.read_rows(rows, where=file, read=read_one)
        items += more
        errors += lost
    notes = [f"{direct} direct messages not read."] if direct else []
    if unread:
        notes.append(f"{unread} channels without a channel.json, of which nobody knows who reads them, were not read.")
    handle, name = _user(view)
    return Archive(
        platform="discord",
        handle=handle,
        name=name,
        followers=None,
        items=tuple(items),
        errors=tuple(errors),
        notes=tuple(notes),
    )


def _channel(about: Mapping[str, object]) -> tuple[str, str, str | None]:
    """Channel id, server id and what the owner knows it as."""
    guild = about.get("guild")
    guild = guild if isinstance(guild, dict) else {}
    parts = [value for value in (guild.get("name"), about.get("name")) if isinstance(value, str) and value]
    place = fields.whole_characters(" / ".join(parts)) or None
    return fields.shown(about.get("id"), most=30), fields.shown(guild.get("id", "@me"), most=30), place


def _item(row: Mapping[str, object], channel: str, guild: str, place: str | None) -> Item:
    low = {str(name).lower(): value for name, value in row.items()}
    native_id = low.get("id")
    if isinstance(native_id, bool) or not isinstance(native_id, int | str) or not str(native_id).isdigit():
        raise RowError(f"its 'ID' is {fields.shown(native_id, most=40)!r}")
    text = fields.text(low, "contents") or ""
    media = tuple((fields.text(low, "attachments") or "").split())
    return Item(
        platform="discord",
        native_id=str(native_id)[:30],
        uri=f"https://discord.com/channels/{guild}/{channel}/{str(native_id)[:30]}",
        kind=_kind(text, media),
        created=fields.moment(low, "timestamp"),
        text=text,
        audience="friends",
        media=media,
        has_link="http://" in text or "https://" in text,
        place=place,
    )


def _kind(text: str, media: tuple[str, ...]) -> str:
    paths = [address.partition("?")[0].lower() for address in media]
    if any(path.endswith(_VIDEO) for path in paths):
        return "video"
    if any(path.endswith(_PHOTO) for path in paths):
        return "photo"
    return "link" if "http://" in text or "https://" in text else "text"


def _user(view: View) -> tuple[str | None, str | None]:
    """Handle and name, from the file user.json beside the folder of messages."""
    files = [file for file in view.names() if re.fullmatch(r"[^/]+/user\.json", file)]
    user = view.json(files[0]) if files else None
    if not isinstance(user, dict):
        return None, None
    values = (user.get("username"), user.get("global_name"))
    handle, name = (fields.whole_characters(value) or None if isinstance(value, str) else None for value in values)
    return handle, name
