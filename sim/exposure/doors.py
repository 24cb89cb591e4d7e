"""When objects close: the doors a plan shuts, post by post, and the closing time they give each object."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sim.core.codes import LATEST, PUBLIC
from sim.core.compiled import Array, Integer, compiled, lean
from sim.core.errors import require
from sim.core.log import Objects
from sim.core.schema import ACTIONS, NEVER
from sim.exposure.bars import NO_DOORS, REOPEN, rows_of, sight
from sim.exposure.columns import Posts, Things
from sim.exposure.rights import Answers
from sim.exposure.scene import Scene

DELETE, LIMIT, UNTAG, TAKEDOWN, ERASE, OBJECT = range(6)
FRIENDS_REACH, PUBLIC_REACH, TAG_REACH, COPY, HELD_FOR_REVIEW, HELD_FOR_TRAINING, KEPT_BY_WORKER = range(7)
HELD_FOR_SALE, DUMPED, LEARNT = 7, 8, 9
HONOURS_DELETION, BOUND_BY_OBJECTION, QUOTE, COMMENT = 1, 2, 4, 8
HANGS, STAYS, LATE = HONOURS_DELETION, 16, 32
"""Of a copy. Hangs: a quote that is a link, or a comment whose thread goes with the post it stands under. Stays: its
maker refuses a request to take it down, or says nothing. Late: who complies takes months.
"""

DOORS = 6
LATE_TAKEDOWN, FIRST_HOLDER = 6, 7
BY_AUTHOR = ("delete", "limit", "object")
"""Actions on what she wrote; the others are on what shows her."""
Doors = Array
"""Shape (6, posts), or with the answers of H holders (7 + 2 H, posts): when each door shuts, s; NEVER: it does not.

With answers, rows TAKEDOWN, ERASE and OBJECT say when a request is made, row LATE_TAKEDOWN when copies that are late
are taken down (those that stay are not), the H rows after it when each holder erases, and the last H when each accepts
the objection. Without, requests are granted as they are made.
"""


def open_doors(posts: int, *, holders: int | None = None) -> Doors:
    """Doors nobody shuts: what happens if nothing is done. `holders`: how many answer (None: requests are granted)."""
    return np.full((DOORS if holders is None else FIRST_HOLDER + 2 * holders, posts), NEVER, dtype=np.int64)


def shut(doors: Doors, rows: Array, door: int, time: int | Array) -> None:
    """Shut `door` of posts `rows` at `time`, unless it shuts earlier."""
    doors[door, rows] = np.minimum(doors[door, rows], time)


def close_doors(
    scene: Scene, actions: Sequence[tuple[int, int, int, int]] | Array, answers: Answers | None = None
) -> Doors:
    """Doors under a plan: rows (owner, target, action, time) as in table `plan`.

    A target is a post the owner wrote, or for `untag`, `takedown` and `erase` one about her; -1 is her whole
    account. Deleting the account deletes what she wrote and unties her from every tag. An objection binds
    her own content only (L10). `answers` are those of holders (None: all grant at once). Raises Mistake for a target
    that is not hers. Of what is made public again the last limit alone is a door (`bars.py`).
    """
    doors = open_doors(len(scene.post), holders=None if answers is None else answers.erase_s.shape[1])
    rows = np.asarray(actions, dtype=np.int64).reshape(-1, 4)
    spans = sight(scene.post, scene.author, rows) if (rows[:, 2] == REOPEN).any() else []
    rows = rows[~np.isin(rows[:, 2], NO_DOORS)]
    for owner, _whole_account, action, time in rows[rows[:, 1] < 0]:
        _shut_account(doors, scene, int(owner), ACTIONS[action], int(time))
    single = rows[rows[:, 1] >= 0]
    found = rows_of(scene.post, single[:, 1])
    for door, action in enumerate(ACTIONS[:6]):
        mine = single[:, 2] == door
        who = scene.author if action in BY_AUTHOR else scene.subject
        require(
            bool((who[found[mine]] == single[mine, 0]).all()), f"A plan would {action} a post that is not its owner's."
        )
        np.minimum.at(doors[door], found[mine], single[mine, 3])
    for row, since, until in spans:
        if until == NEVER:
            doors[LIMIT, row] = since
    if answers is not None:
        _answer(doors, scene, answers)
    return doors


def _answer(doors: Doors, scene: Scene, answers: Answers) -> None:
    """Write when late copies are taken down, and when each holder does what it was asked: to erase by the subject, an
    objection by the author.
    """
    first = LATE_TAKEDOWN
    for door, who, after_s in (
        (TAKEDOWN, scene.subject, answers.late_s), (ERASE, scene.subject, answers.erase_s),
        (OBJECT, scene.author, answers.object_s),
    ):  # fmt: skip
        asked = np.flatnonzero(doors[door] < NEVER)
        place = np.searchsorted(answers.people, who[asked])
        wait = after_s[place].T
        doors[first : first + len(wait), asked] = np.where(wait < NEVER, doors[door, asked] + wait, NEVER)
        first += len(wait)


def standing(scene: Scene, doors: Doors) -> NDArray[np.bool_]:
    """Posts that show their subject to everybody at the horizon, bool[posts]: public, and hers or tagging her still."""
    end = scene.horizon_end
    hers = scene.author == scene.subject
    left = (scene.natural > end) & (doors[DELETE] > end) & (doors[LIMIT] > end)
    linked = hers | (scene.tagged & (doors[UNTAG] > end))
    return (scene.audience == PUBLIC) & left & linked


def _shut_account(doors: Doors, scene: Scene, owner: int, action: str, time: int) -> None:
    wrote = np.flatnonzero(scene.author == owner)
    about = np.flatnonzero(scene.subject == owner)
    if action == "delete_account":
        shut(doors, wrote, DELETE, time)
        shut(doors, about, UNTAG, time)
    else:
        shut(doors, wrote if action in BY_AUTHOR else about, ACTIONS.index(action), time)


@compiled
def is_link(flags: Integer) -> bool:
    """Whether a copy is a quote that shows the post itself, while that is there for everybody."""
    return bool(flags & HANGS and flags & QUOTE)


@lean
def closing(
    kind: Integer, holder: Integer, birth: Integer, natural: Integer, flags: Integer, post: Integer, doors: Array
) -> Integer:
    """When an object closes, s: the earliest of its doors (of plan, noise and births alone: DESIGN, section 5)."""
    close = natural
    if kind <= TAG_REACH:
        close = min(close, doors[DELETE, post])
        if kind == PUBLIC_REACH:
            close = min(close, doors[LIMIT, post])
        elif kind == TAG_REACH:
            close = min(close, doors[UNTAG, post])
    elif kind == COPY:
        answered = len(doors) > DOORS
        if birth < doors[TAKEDOWN, post] and not (answered and flags & STAYS):
            close = min(close, doors[LATE_TAKEDOWN if answered and flags & LATE else TAKEDOWN, post])
        if flags & HANGS:
            close = min(close, doors[DELETE, post])
            if is_link(flags):
                close = min(close, doors[LIMIT, post])
    elif kind <= HELD_FOR_TRAINING or kind in (HELD_FOR_SALE, LEARNT):
        holders = (len(doors) - DOORS) // 2
        if birth < doors[ERASE, post]:
            close = min(close, doors[FIRST_HOLDER + holder if holders else ERASE, post])
        if flags & HONOURS_DELETION:
            close = min(close, doors[DELETE, post])
        if kind == HELD_FOR_TRAINING and flags & BOUND_BY_OBJECTION:
            close = min(close, doors[FIRST_HOLDER + holders + holder if holders else OBJECT, post])
    return close


@compiled
def closings(
    kind: Array,
    holder: Array,
    birth: Array,
    natural: Array,
    flags: Array,
    post: Array,
    first: Integer,
    doors: Array,
) -> Array:
    """`closing` of each object; `post` counts from the block's `first`."""
    close = np.empty(len(kind), dtype=np.int64)
    for row in range(len(kind)):
        close[row] = closing(kind[row], holder[row], birth[row], natural[row], flags[row], first + post[row], doors)
    return close


@lean
def open_reaches(posts: Posts, natural: Array, doors: Array, things: Things) -> None:
    """Write the friends', the public and the tag reach of a block's posts, and their ends."""
    for p in range(len(posts.id)):
        for kind in range(FRIENDS_REACH, TAG_REACH + 1):
            row = np.uintp(3 * p + kind)
            things.id[row], things.post[row], things.kind[row] = posts.id[p] * 8 + kind, p, kind
            things.parent[row] = things.holder[row] = things.maker[row] = -1
            things.birth[row], things.natural[row], things.flags[row] = posts.time[p], natural[p], 0
            things.close[row] = closing(kind, -1, posts.time[p], natural[p], 0, p, doors)


def close_all(objects: Objects, first: int, doors: Doors) -> Array:
    """`closings` of the objects of a block that begins with post `first`."""
    o = objects
    return closings(o.kind, o.holder, o.birth, o.natural, o.flags, o.post, first, doors)


def closings_of_many(objects: Objects, touched: NDArray[np.bool_], doors: NDArray[np.int32]) -> NDArray[np.int32]:
    """`closing` of each object of the `touched` posts of a block under many plans: int32[objects, plans]; doors
    int32[posts, doors, plans]."""
    close, o = np.empty((len(objects.id), doors.shape[2]), dtype=np.int32), objects
    close_under_many(o.kind, o.holder, o.birth, o.natural, o.flags, o.post, touched, doors, close)
    return close


@lean
def close_under_many(
    kind: Array, holder: Array, birth: Array, natural: Array, flags: Array, post: Array, touched: Array, doors: Array,
    close: Array,
) -> None:  # fmt: skip
    """Into `close`: `closings_of_many`."""
    for row in range(len(kind)):
        if touched[post[row]]:
            shut, ends = doors[post[row]], close[row]
            for plan in range(len(ends)):
                end = closing(kind[row], holder[row], birth[row], natural[row], flags[row], plan, shut)
                ends[plan] = min(end, LATEST)
