"""Which posts of an account a selection finds, and which of those its exceptions keep."""

import numpy as np

from sim.cleanup.account import Account, Mask
from sim.cleanup.selection import HAS, KEPT, Selection, contains, seconds
from sim.core.errors import require
from sim.core.schema import AUDIENCES, CLASSES, DAY_S, KINDS


def select(selection: Selection, account: Account) -> Mask:
    """One truth value for each post of `account`. Raises Mistake if a column it needs is missing."""
    found = match(selection, account)
    for kept in exceptions(selection, account).values():
        found &= ~kept
    return _whole(found, account) if selection.whole_threads else found


def match(selection: Selection, account: Account) -> Mask:
    """The posts for which all conditions hold, exceptions aside."""
    missing = [name for name in selection.needs if getattr(account, name) is None]
    require(not missing, f"The selection asks for {', '.join(missing)}, which this account does not have.")
    found = _dated(selection, account)
    for codes, names, exists in (
        (account.kind, selection.kinds, KINDS),
        (account.audience, selection.audiences, AUDIENCES),
    ):
        if names:
            found &= np.isin(codes, [exists.index(name) for name in names])
    if selection.classes:
        found &= (account.estimated & sum(1 << CLASSES.index(one) for one in set(selection.classes))) != 0
    for counts, least, most in (
        (account.likes, selection.min_likes, selection.max_likes),
        (account.reshares, selection.min_reshares, selection.max_reshares),
    ):
        if counts is not None:
            found &= (counts >= least) & (counts <= (most if most is not None else np.iinfo(counts.dtype).max))
    for name in HAS:
        wanted, has = getattr(selection, name), getattr(account, name)
        if wanted is not None:
            found &= has == wanted
    if selection.regex and account.text is not None:
        found &= contains(account.text, regex=selection.regex)
    if selection.keywords:
        found &= _said(selection.keywords, account)
    if selection.places and account.place is not None:
        places = {place.lower() for place in selection.places}
        found &= np.array([(each or "").lower() in places for each in account.place.to_pylist()], dtype=np.bool_)
    return found & _named(selection.ids, account) if selection.ids else found


def exceptions(selection: Selection, account: Account) -> dict[str, Mask]:
    """What the selection keeps, by the name of the exception: of all posts, found or not."""
    kept = {
        f"keep_{name}": np.asarray(getattr(account, name), dtype=np.bool_)
        for name in KEPT
        if getattr(selection, f"keep_{name}")
    }
    if selection.keep_ids:
        kept["keep_ids"] = _named(selection.keep_ids, account)
    if selection.keep_keywords:
        kept["keep_keywords"] = _said(selection.keep_keywords, account)
    return kept


def _whole(found: Mask, account: Account) -> Mask:
    """`found` without threads of which one post is not found."""
    assert account.thread is not None
    return found & ~np.isin(account.thread, account.thread[~found])


def _dated(selection: Selection, account: Account) -> Mask:
    found = np.ones(len(account), dtype=np.bool_)
    after, before = seconds("after", selection.after), seconds("before", selection.before)
    if after is not None:
        found &= account.time >= after
    if before is not None:
        found &= account.time < before
    age = account.now - account.time
    if selection.min_age_days:
        found &= age >= selection.min_age_days * DAY_S
    if selection.max_age_days is not None:
        found &= age <= selection.max_age_days * DAY_S
    return found


def _said(keywords: tuple[str, ...], account: Account) -> Mask:
    assert account.text is not None
    return np.asarray(np.logical_or.reduce([contains(account.text, keyword=word) for word in keywords]))


def _named(ids: tuple[int | str, ...], account: Account) -> Mask:
    named = np.isin(account.post, [one for one in ids if isinstance(one, int)])
    names = {one for one in ids if isinstance(one, str)}
    if names and account.native_id is not None:
        named |= np.array([name in names for name in account.native_id.to_pylist()], dtype=np.bool_)
    return np.asarray(named, dtype=np.bool_)
