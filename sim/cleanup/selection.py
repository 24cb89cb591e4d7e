"""Which posts an owner means: words, dates, kinds, places, counts and threads, and what she keeps."""

from dataclasses import dataclass, fields

import numpy as np
import pyarrow as pa

from sim.cleanup.account import Mask, Strings
from sim.core import clock
from sim.core.errors import Mistake, require, unknown
from sim.core.schema import AUDIENCES, CLASSES, KINDS

LISTS = ("keywords", "keep_keywords", "kinds", "audiences", "classes", "places", "ids", "keep_ids")
COUNTS = ("min_likes", "max_likes", "min_reshares", "max_reshares", "min_age_days", "max_age_days")
HAS = ("has_link", "has_media", "located")
KEPT = ("pinned", "faved", "bookmarked")
BOUNDS = (("min_likes", "max_likes"), ("min_reshares", "max_reshares"), ("min_age_days", "max_age_days"))


@dataclass(frozen=True)
class Selection:
    """Conditions that must all hold; an empty one holds for every post. Then what is kept is taken out again.

    keywords: any of them in the text, in any case. regex: found in the text (RE2 syntax, linear in its length).
    after, before: ISO dates or times (UTC unless they say), the first included, the second not. min_age_days,
    max_age_days: days since it was posted. kinds, audiences, classes: any of them, classes as the detector estimates.
    places: forums, channels or groups, in any case. min_, max_likes, _reshares: both included; a maximum of None is no
    maximum. has_link, has_media, located (it carries coordinates): true, false or None for either. ids: these alone.
    keep_keywords, keep_ids: never these; ids are those of the table (numbers) or of the platform (text).
    keep_pinned, keep_faved, keep_bookmarked: never what she pinned, liked or saved herself. whole_threads: a thread of
    her own posts goes whole, or stays whole.
    """

    keywords: tuple[str, ...] = ()
    regex: str = ""
    after: str = ""
    before: str = ""
    min_age_days: int = 0
    max_age_days: int | None = None
    kinds: tuple[str, ...] = ()
    audiences: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    min_likes: int = 0
    max_likes: int | None = None
    min_reshares: int = 0
    max_reshares: int | None = None
    has_link: bool | None = None
    has_media: bool | None = None
    located: bool | None = None
    ids: tuple[int | str, ...] = ()
    keep_keywords: tuple[str, ...] = ()
    keep_ids: tuple[int | str, ...] = ()
    keep_pinned: bool = False
    keep_faved: bool = False
    keep_bookmarked: bool = False
    whole_threads: bool = False

    def __post_init__(self) -> None:
        for name in LISTS:
            given = getattr(self, name)
            require(isinstance(given, list | tuple), f"'{name}' takes a list, not {given!r}.")
            allowed = int | str if name in ("ids", "keep_ids") else str
            for one in given:
                require(isinstance(one, allowed) and not isinstance(one, bool), f"'{name}' has {one!r}, which is none.")
            object.__setattr__(self, name, tuple(given))
        for name in ("after", "before"):  # YAML reads an unquoted date as one
            object.__setattr__(self, name, str(getattr(self, name) or ""))
        for what, given, exists in (
            ("kind", self.kinds, KINDS),
            ("audience", self.audiences, AUDIENCES),
            ("class", self.classes, CLASSES),
        ):
            for one in given:
                if one not in exists:
                    raise unknown(what, str(one), exists)
        words = (*self.keywords, *self.keep_keywords, *self.places)
        require(all(words), "An empty keyword would select every post with a text; leave it out.")
        require(isinstance(self.regex, str), f"'regex' is {self.regex!r}; it takes a text.")
        if self.regex:
            contains(pa.array([""]), regex=self.regex)
        after, before = seconds("after", self.after), seconds("before", self.before)
        require(
            after is None or before is None or after < before,
            f"'after' is {self.after} and 'before' {self.before}: no post lies between. Swap them?",
        )
        for name in COUNTS:
            count = getattr(self, name)
            whole = isinstance(count, int) and not isinstance(count, bool) and count >= 0
            require(
                whole or (count is None and name.startswith("max")),
                f"'{name}' is {count!r}; it takes a whole number from 0 up.",
            )
        for low, high in BOUNDS:
            least, most = getattr(self, low), getattr(self, high)
            require(most is None or least <= most, f"'{low}' is {least}, above '{high}' {most}: no post has so many.")
        for name in (*HAS, *(f"keep_{mark}" for mark in KEPT), "whole_threads"):
            value = getattr(self, name)
            require(
                isinstance(value, bool) or (value is None and name in HAS),
                f"'{name}' is {value!r}; it takes true or false.",
            )

    @property
    def needs(self) -> tuple[str, ...]:
        """Columns of the account without which it cannot be decided."""
        needed = {
            "text": bool(self.keywords or self.regex or self.keep_keywords),
            "likes": self.min_likes > 0 or self.max_likes is not None,
            "reshares": self.min_reshares > 0 or self.max_reshares is not None,
            "native_id": any(isinstance(one, str) for one in (*self.ids, *self.keep_ids)),
            "place": bool(self.places),
            **{name: getattr(self, name) is not None for name in HAS},
            **{name: bool(getattr(self, f"keep_{name}")) for name in KEPT},
            "thread": self.whole_threads,
        }
        return tuple(name for name, is_needed in needed.items() if is_needed)

    def given(self) -> dict[str, object]:
        """The conditions that were set, lists as lists: what a file of it holds."""
        set_ = {field.name: getattr(self, field.name) for field in fields(self)}
        bare = Selection()
        return {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in set_.items()
            if value != getattr(bare, name)
        }


def seconds(name: str, date: object) -> int | None:
    """An ISO date or time (UTC unless it says) in s since 2007; None if empty. Raises Mistake if it is neither."""
    try:
        return clock.seconds(str(date)) if date else None
    except Mistake:
        raise Mistake(f"'{name}' is '{date}'; it takes a date such as 2019-12-31 or 2019-12-31T18:00.") from None


def contains(text: Strings, *, regex: str = "", keyword: str = "") -> Mask:
    """Which texts hold `keyword` in any case, or what `regex` describes."""
    import pyarrow.compute as pc

    try:
        if keyword:
            found = pc.match_substring(text, keyword, ignore_case=True)
        else:
            found = pc.match_substring_regex(text, regex)
    except pa.ArrowInvalid as error:
        raise Mistake(f"The regular expression '{regex}' cannot be read ({error}); RE2 syntax is expected.") from None
    return np.asarray(pc.fill_null(found, False).to_numpy(zero_copy_only=False), dtype=np.bool_)
