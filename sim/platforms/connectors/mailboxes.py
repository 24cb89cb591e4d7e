"""The folders of a mailbox that a server marks by their use (RFC 6154), and where what was moved lies (RFC 4315)."""

import imaplib
import re

_LISTED = re.compile(rb'\((?P<flags>[^)]*)\) (?:"[^"]*"|NIL) (?P<name>.+)')
_COPIED = re.compile(rb"(\d+) \d+ (\d+)")


def folders(session: imaplib.IMAP4, mark: str) -> list[str]:
    """Folders that the server marks with `mark`, such as sent or trash; else those that are named so."""
    found = [listed for each in session.list()[1] if isinstance(each, bytes) and (listed := _LISTED.fullmatch(each))]
    names = {each["name"].strip(b'"').decode("ascii", "replace"): each["flags"].lower() for each in found}
    marked = [name for name, flags in names.items() if f"\\{mark}".encode() in flags]
    return sorted(marked or [name for name in names if re.split(r"[/.]", name)[-1].lower().startswith(mark)])


def place(session: imaplib.IMAP4, box: str) -> str | None:
    """The id, folder/validity/number, of the one message that was just moved to `box`; None: the server did not say."""
    said = session.response("COPYUID")[1][-1]
    found = _COPIED.fullmatch(said) if isinstance(said, bytes) else None
    return f"{box}/{found[1].decode()}/{found[2].decode()}" if found else None


def quoted(box: str) -> str:
    """A folder's name as an argument of a command."""
    return '"' + box.replace("\\", "\\\\").replace('"', '\\"') + '"'
