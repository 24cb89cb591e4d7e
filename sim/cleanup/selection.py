"""Which posts an owner means: words, dates, kinds, audiences, estimated classes, counts, exceptions."""

from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from sim.cleanup.account import Account, Strings
from sim.core.errors import Mistake, require, unknown
from sim.core.schema import AUDIENCES, CLASSES, EPOCH_UNIX_S, KINDS

Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Selection:
    """Conditions that must all hold; an empty one holds for every post.

    keywords: any of them in the text, in any case. regex: found in the text (RE2 syntax, linear in its length).
    after, before: ISO dates or times (UTC unless they say), the first included, the second not. kinds,
    audiences, classes: any of them, classes as the detector estimates. min_likes, max_likes: both included; a
    maximum of None is no maximum. keep_ids: never these, as ids of the table or of the platform.
    """

    keywords: tuple[str, ...] = ()
    regex: str = ""
    after: str = ""
    before: str = ""
    kinds: tuple[str, ...] = ()
    audiences: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    min_likes: int = 0
    max_likes: int | None = None
    keep_ids: tuple[int | str, ...] = ()

    def __post_init__(self) -> None:
        for name in ("keywords", "kinds", "audiences", "classes", "keep_ids"):
            given = getattr(self, name)
            require(not isinstance(given, str), f"'{name}' takes a list, not the single text '{given}'.")
        for what, given, exists in (
            ("kind", self.kinds, KINDS),
            ("audience", self.audiences, AUDIENCES),
            ("class", self.classes, CLASSES),
        ):
            for one in given:
                if one not in exists:
                    raise unknown(what, str(one), exists)
        require(all(self.keywords), "An empty keyword would select every post with a text; leave it out.")
        if self.regex:
            _contains(pa.array([""]), regex=self.regex)
        after, before = seconds("after", self.after), seconds("before", self.before)
        require(
            after is None or before is None or after < before,
            f"'after' is {self.after} and 'before' {self.before}: no post lies between. Swap them?",
        )
        for name, likes in (("min_likes", self.min_likes), ("max_likes", self.max_likes)):
            require(
                likes is None or (isinstance(likes, int) and not isinstance(likes, bool) and likes >= 0),
                f"'{name}' is {likes!r}; it takes a whole number from 0 up.",
            )
        require(
            self.max_likes is None or self.min_likes <= self.max_likes,
            f"'min_likes' is {self.min_likes}, above 'max_likes' {self.max_likes}: no post has so many.",
        )

    @property
    def needs(self) -> tuple[str, ...]:
        """Columns of the account without which it cannot be decided."""
        needed = {
            "text": bool(self.keywords or self.regex),
            "likes": self.min_likes > 0 or self.max_likes is not None,
            "native_id": any(isinstance(one, str) for one in self.keep_ids),
        }
        return tuple(name for name, is_needed in needed.items() if is_needed)


def select(selection: Selection, account: Account) -> Mask:
    """One truth value for each post of `account`. Raises Mistake if a column it needs is missing."""
    missing = [name for name in selection.needs if getattr(account, name) is None]
    require(not missing, f"The selection asks for {', '.join(missing)}, which this account does not have.")
    chosen = np.ones(len(account), dtype=np.bool_)
    after, before = seconds("after", selection.after), seconds("before", selection.before)
    if after is not None:
        chosen &= account.time >= after
    if before is not None:
        chosen &= account.time < before
    if selection.kinds:
        chosen &= np.isin(account.kind, [KINDS.index(kind) for kind in selection.kinds])
    if selection.audiences:
        chosen &= np.isin(account.audience, [AUDIENCES.index(audience) for audience in selection.audiences])
    if selection.classes:
        chosen &= (account.estimated & sum(1 << CLASSES.index(one) for one in set(selection.classes))) != 0
    if account.likes is not None:
        chosen &= account.likes >= selection.min_likes
        if selection.max_likes is not None:
            chosen &= account.likes <= selection.max_likes
    return chosen & _said(selection, account) & ~_kept(selection, account)


def seconds(name: str, date: str) -> int | None:
    """An ISO date or time (UTC unless it says) in s since 2007; None if empty. Raises Mistake if it is neither."""
    if not date:
        return None
    try:
        moment = datetime.fromisoformat(str(date))
    except ValueError:
        raise Mistake(f"'{name}' is '{date}'; it takes a date such as 2019-12-31 or 2019-12-31T18:00.") from None
    return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()) - EPOCH_UNIX_S


def _said(selection: Selection, account: Account) -> Mask:
    said = np.ones(len(account), dtype=np.bool_)
    if selection.regex and account.text is not None:
        said &= _contains(account.text, regex=selection.regex)
    if selection.keywords and account.text is not None:
        hits = [_contains(account.text, keyword=keyword) for keyword in selection.keywords]
        said &= np.logical_or.reduce(hits)
    return said


def _contains(text: Strings, *, regex: str = "", keyword: str = "") -> Mask:
    import pyarrow.compute as pc

    try:
        if keyword:
            found = pc.match_substring(text, keyword, ignore_case=True)
        else:
            found = pc.match_substring_regex(text, regex)
    except pa.ArrowInvalid as error:
        raise Mistake(f"The regular expression '{regex}' cannot be read ({error}); RE2 syntax is expected.") from None
    return np.asarray(pc.fill_null(found, False).to_numpy(zero_copy_only=False), dtype=np.bool_)


def _kept(selection: Selection, account: Account) -> Mask:
    kept = np.isin(account.post, [one for one in selection.keep_ids if isinstance(one, int)])
    names = {one for one in selection.keep_ids if isinstance(one, str)}
    if names and account.native_id is not None:
        kept |= np.array([name in names for name in account.native_id.to_pylist()], dtype=np.bool_)
    return kept
