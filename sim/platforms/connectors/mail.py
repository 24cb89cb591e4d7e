"""A message of a mailbox as an item, by its head; and a draft as a message."""

from datetime import timedelta
from email.header import decode_header, make_header
from email.message import EmailMessage, Message
from email.utils import format_datetime, parsedate_to_datetime

from sim.platforms.connectors.connector import Draft
from sim.platforms.connectors.rows import moment
from sim.platforms.exports.fields import EPOCH, whole_characters
from sim.platforms.exports.item import Item

DOMAIN = "example.org"
"""Reserved for documentation (RFC 2606)."""

SUBJECT = 60


def to_item(native_id: str, head: Message) -> Item:
    """The item of a message's head."""

    def said(name: str) -> str:
        try:
            return whole_characters(str(make_header(decode_header(str(head.get(name, ""))))))
        except (LookupError, ValueError):
            return ""

    try:
        created = parsedate_to_datetime(str(head.get("Date"))).timestamp()
    except (TypeError, ValueError, OverflowError):
        created = 0.0
    answered = said("In-Reply-To").strip()
    return Item(
        platform="imap",
        native_id=native_id,
        uri=None,
        kind="comment" if answered else "text",
        created=moment(created),
        text=said("Subject"),
        audience="friends",
        reply_to=answered or None,
        place=native_id.rsplit("/", 2)[0],
    )


def to_message(draft: Draft, *, user: str) -> bytes:
    """A message of `user` to nobody that exists."""
    message = EmailMessage()
    message["From"] = user if "@" in user else f"{user}@{DOMAIN}"
    message["To"] = f"someone@{DOMAIN}"
    message["Date"] = format_datetime(EPOCH + timedelta(seconds=draft.created))
    message["Message-ID"] = f"<afterpost-{draft.number}@{DOMAIN}>"
    message["Subject"] = " ".join(draft.text.split())[:SUBJECT]
    message.set_content(draft.text)
    return message.as_bytes()
