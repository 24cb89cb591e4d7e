"""The text of a post written in HTML: what a reader sees, with its line breaks.

Posts use a handful of tags, already sanitised by the server. A tag is taken to end before the next '<', which makes
the work linear in the length; html.parser takes two minutes for 100,000 characters of unclosed tags.
"""

import re
from html import unescape

from sim.platforms.exports.item import RowError

_TAG = re.compile(r"(<[/!?a-zA-Z][^<>]*>)")
_NAME = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
_CLASS = re.compile(r"\bclass\s*=\s*[\"']?([^\"'>]*)")
_HREF = re.compile(r"\bhref\s*=\s*[\"']?[^\"'\s>]")

UNSEEN = frozenset({"script", "style"})


def read_html(content: str) -> tuple[str, bool]:
    """The text of HTML `content`, and whether it holds a link that is neither a mention nor a hashtag.

    <br> is a line break, <p> an empty line. Raises RowError for a character reference that is no number.
    """
    pieces: list[str] = []
    linked = False
    unseen = 0
    for place, part in enumerate(_TAG.split(content)):
        if place % 2 == 0:
            if part and not unseen:
                pieces.append(_characters(part))
            continue
        name = _NAME.match(part)
        closing, tag = (name[1] == "/", name[2].lower()) if name else (False, "")
        if tag in UNSEEN:
            unseen = max(0, unseen - 1) if closing else unseen + 1
        elif tag == "br":
            pieces.append("\n")
        elif tag == "p" and not closing and pieces:
            pieces.append("\n\n")
        elif tag == "a" and not closing:
            linked = linked or _is_link(part)
    return "".join(pieces), linked


def _characters(part: str) -> str:
    try:
        return unescape(part.replace("\n", " "))  # a line break of the source is a blank to the reader
    except ValueError:  # a reference of thousands of digits
        raise RowError("its content has a character reference that is too long") from None


def _is_link(tag: str) -> bool:
    classes = _CLASS.search(tag)
    named = classes[1].split() if classes else []
    return _HREF.search(tag) is not None and "mention" not in named and "hashtag" not in named
