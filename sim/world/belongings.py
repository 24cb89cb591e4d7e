"""Accumulate: what an account holds beside its posts: messages, camera roll, profile fields, likes, follows."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from sim.core.errors import require, unknown
from sim.core.noise import Noise
from sim.core.schema import AUDIENCES, CLASSES
from sim.world.bonds import bonds_of
from sim.world.mentions import NOBODY
from sim.world.posts import FRIENDS, PUBLIC, Posts
from sim.world.profile import fill_in
from sim.world.scope import STREAM_BITS, Scope
from sim.world.sensitive import by_name
from sim.world.templates import FIELDS

MESSAGE, CAMERA_ROLL, PROFILE_FIELD, LIKE, FOLLOW = range(1, 6)
ONLY_ME = AUDIENCES.index("only_me")

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Belongings:
    """How much there is; conf/belongings.yaml has values and sources.

    messages_per_month, likes_per_month, pictures_per_month: of an owner of median activity; others in proportion to
    the square root of theirs. conversation, spree: messages in a row to one friend, likes in a row for one. fields:
    chance that a profile has a field, at middling caution. message_wordiness: how much a message says, as a multiple
    of a text.
    """

    messages_per_month: float
    conversation: int
    message_wordiness: float
    likes_per_month: float
    spree: int
    pictures_per_month: float
    fields: Mapping[str, float]

    def __post_init__(self) -> None:
        for name in ("messages_per_month", "likes_per_month", "pictures_per_month"):
            require(getattr(self, name) >= 0, f"{name} is {getattr(self, name)}; it is 0 or more.")
        for name in ("conversation", "spree"):
            require(getattr(self, name) >= 1, f"{name} is {getattr(self, name)}; it takes a whole number from 1 up.")
        require(0 <= self.message_wordiness <= 1, f"message_wordiness is {self.message_wordiness}; it is 0 to 1.")
        for name, share in self.fields.items():
            if name not in FIELDS:
                raise unknown("field of a profile", name, FIELDS)
            require(0 <= share <= 1, f"fields.{name} is {share}; it lies between 0 and 1.")


def accumulate(
    belongings: Belongings, parameters: Posts, people: pa.Table, ties: pa.Table, owners: Ints, noise: Noise, *,
    directed: bool, decision: int, content: bool,
) -> tuple[pa.Table, ...]:  # fmt: skip
    """Rows of `posts` for what `owners` hold beside their posts up to `decision` (s), a table for each stream.

    Item k of a stream is keyed by (owner, stream, k), so no stream changes another, nor any post. A message is for
    one friend and the camera roll for nobody; the platform holds both. A like goes as far as posts of the liked do,
    a profile field as far as the account's default, a contact to friends at most. Followers follow, friends befriend
    each other: a follow is dated as its tie, whose other end is its number.
    """
    require(people.num_rows <= 1 << STREAM_BITS, f"A world holds at most {1 << STREAM_BITS:,} people.")
    person = np.unique(np.asarray(owners, dtype=np.int64))
    bonds = bonds_of(ties, person, people["joined"].to_numpy(), noise, directed=directed, decision=decision)
    scope = Scope(parameters, noise, people, person, people.take(pa.array(person)), bonds, decision, content)
    return (
        _messages(belongings, scope),
        _pictures(belongings, scope),
        _fields(belongings, scope),
        _likes(belongings, scope),
        _follows(scope),
    )


def _messages(belongings: Belongings, scope: Scope) -> pa.Table:
    everybody = np.ones(len(scope.person), dtype=bool)
    row, k, post, time = scope.times("message", MESSAGE, belongings.messages_per_month, everybody)
    to = scope.nearest("message to", row, k, time, belongings.conversation)
    row, post, time, to = (column[to != NOBODY] for column in (row, post, time, to))
    chance = np.tile(belongings.message_wordiness * by_name(CLASSES, scope.parameters.said), (len(post), 1))
    sensitive = scope.classes("message classes", post, row, time, chance)
    audience = np.full(len(post), ONLY_ME, dtype=np.int8)
    said = scope.said(post, row, "message", sensitive)
    return scope.rows("message", post, row, time, to=to, audience=audience, sensitive=sensitive, **said)


def _pictures(belongings: Belongings, scope: Scope) -> pa.Table:
    """The camera rolls of those who let the platform look through them."""
    shared = scope.chosen["camera_roll"].to_numpy(zero_copy_only=False)
    row, _, post, time = scope.times("camera roll", CAMERA_ROLL, belongings.pictures_per_month, shared)
    chance = np.tile(by_name(CLASSES, scope.parameters.shown), (len(post), 1))
    sensitive = scope.classes("camera roll classes", post, row, time, chance)
    audience = np.full(len(post), ONLY_ME, dtype=np.int8)
    said = scope.said(post, row, "camera_roll", sensitive)
    return scope.rows("camera_roll", post, row, time, audience=audience, sensitive=sensitive, **said)


def _fields(belongings: Belongings, scope: Scope) -> pa.Table:
    """Profile fields as they have stood since the account was made, each at most once."""
    owners = len(scope.person)
    row, field = np.repeat(np.arange(owners), len(FIELDS)), np.tile(np.arange(len(FIELDS)), owners)
    code = np.array([CLASSES.index(name) for name in FIELDS])[field]
    post = scope.id_of(row, PROFILE_FIELD, code)
    time = np.maximum(scope.chosen["joined"].to_numpy(), 0)[row]
    chance = np.zeros((len(row), len(CLASSES)))
    chance[np.arange(len(row)), code] = by_name(FIELDS, belongings.fields)[field]
    sensitive = scope.classes("profile field", post, row, time, chance)
    kept = (sensitive != 0) & (time < scope.decision)
    row, field, post, time, sensitive = (column[kept] for column in (row, field, post, time, sensitive))
    audience = np.minimum(
        scope.chosen["default_audience"].to_numpy()[row],
        np.where(field == FIELDS.index("contact"), FRIENDS, PUBLIC),
    ).astype(np.int8)
    columns: dict[str, object] = {"audience": audience, "sensitive": sensitive}
    if scope.content:
        columns["text"], columns["spans"] = fill_in(scope.noise, scope.chosen, row=row, field=field)
    return scope.rows("profile_field", post, row, time, **columns)


def _likes(belongings: Belongings, scope: Scope) -> pa.Table:
    everybody = np.ones(len(scope.person), dtype=bool)
    row, k, post, time = scope.times("like", LIKE, belongings.likes_per_month, everybody)
    to = scope.nearest("like to", row, k, time, belongings.spree)
    row, post, time, to = (column[to != NOBODY] for column in (row, post, time, to))
    habit = scope.people["public_share"].to_numpy()[to]
    audience = np.where(scope.noise.uniform("like audience", post) < habit, PUBLIC, FRIENDS).astype(np.int8)
    return scope.rows("like", post, row, time, to=to, audience=audience)


def _follows(scope: Scope) -> pa.Table:
    row, other, since = scope.bonds.listed
    post = scope.id_of(row, FOLLOW, other)
    audience = np.maximum(scope.chosen["default_audience"].to_numpy()[row], FRIENDS).astype(np.int8)
    return scope.rows("follow", post, row, since, to=other, audience=audience)
