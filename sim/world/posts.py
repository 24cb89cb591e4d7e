"""Publish: the posts of the owners, each with its time, kind, audience and the sensitive classes it shows."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from sim.core.errors import require, unknown
from sim.core.noise import Noise
from sim.core.schema import AUDIENCES, CLASSES, KINDS, YEAR_S, table
from sim.world.deletion import Leaving, regret
from sim.world.rhythm import Rhythm, local_shift, stream
from sim.world.sensitive import MEDIA_CLASSES, bit, by_name, draw_classes, is_adult, keep_decent
from sim.world.text import compose

MONTH_S = YEAR_S // 12
PRIVATE_CLASSES = ("contact", "money")
"""What friends are not modelled to say of an owner."""
GROWN_UP = bit("children") | bit("employer") | bit("relationship") | bit("money")
"""What is said of adults alone: wages, rents and engagements would be silly of others, children of theirs worse."""
MOST_STREAM_GAP_S = 100 * YEAR_S
"""Slower than this is never: a person who posts less than once in a hundred years has no posts to speak of."""

FRIENDS, PUBLIC = AUDIENCES.index("friends"), AUDIENCES.index("public")
COMMENT = KINDS.index("comment")
PICTURES = tuple(KINDS.index(kind) for kind in ("photo", "video", "story"))


@dataclass(frozen=True)
class Posts:
    """Parameters of what owners post and of what friends post about them; conf/posts.yaml has values and sources.

    rhythm: when. kinds: weight of each kind. follow_up: share of comments that continue her post before.
    persistence: chance that a post takes over the audience of the one before. only_me_share: chance that a fresh
    audience is nobody. mistake: chance that a careless person forgets to narrow an audience. deleted_in_week,
    deleted_per_year: share of posts their author deletes within a week (D01), and the hazard later (D05). said:
    chance that a text says a class. shown: chance that a picture shows a class. wordiness: how much a kind says, as
    a multiple of a text. caution_effect: 0 none, 1 the most careful say and show nothing sensitive.
    friends_per_month: posts of friends that mention an owner of median activity, a month. friends_near: sigma of the
    lognormal weights by which friends differ in nearness. friends_tag, friends_photo: shares of these that tag her,
    that are photos. friends_show: chance that one shows a class of her. friends_reply: share of their texts soon after
    a post of hers that reply to it. tags_friend: chance that a picture of hers with
    a face tags a friend. leaving: who deletes her account.
    """

    rhythm: Rhythm
    kinds: Mapping[str, float]
    follow_up: float
    persistence: float
    only_me_share: float
    mistake: float
    deleted_in_week: float
    deleted_per_year: float
    said: Mapping[str, float]
    shown: Mapping[str, float]
    wordiness: Mapping[str, float]
    caution_effect: float
    friends_per_month: float
    friends_near: float
    friends_tag: float
    friends_photo: float
    friends_show: Mapping[str, float]
    friends_reply: float
    tags_friend: float
    leaving: Leaving

    def __post_init__(self) -> None:
        require(self.deleted_per_year > 0, f"deleted_per_year is {self.deleted_per_year}; it must be above 0.")
        require(0 < self.friends_near <= 3, f"friends_near is {self.friends_near}; it lies in (0, 3].")
        require(self.friends_per_month >= 0, f"friends_per_month is {self.friends_per_month}; it is 0 or more.")
        shares = {"persistence": self.persistence, "only_me_share": self.only_me_share, "mistake": self.mistake}
        shares |= {"caution_effect": self.caution_effect, "friends_tag": self.friends_tag}
        shares |= {"friends_photo": self.friends_photo, "follow_up": self.follow_up}
        shares |= {"tags_friend": self.tags_friend, "friends_reply": self.friends_reply}
        shares |= {"deleted_in_week": self.deleted_in_week}
        for group in ("said", "shown", "friends_show"):
            for name, share in getattr(self, group).items():
                if name not in CLASSES:
                    raise unknown(f"sensitive class in {group}", name, CLASSES)
                require(
                    group == "friends_show" or (name in MEDIA_CLASSES) == (group == "shown"),
                    f"{group}.{name}: {', '.join(MEDIA_CLASSES)} are shown by a picture, all other classes are said.",
                )
                require(
                    group != "friends_show" or name not in PRIVATE_CLASSES,
                    f"friends_show.{name}: friends' posts have no words for {' and '.join(PRIVATE_CLASSES)}.",
                )
                shares[f"{group}.{name}"] = share
        for name, share in shares.items():
            require(0 <= share <= 1, f"{name} is {share}; it lies between 0 and 1.")
        for group in ("kinds", "wordiness"):
            for name, weight in getattr(self, group).items():
                if name not in KINDS:
                    raise unknown(f"kind of post in {group}", name, KINDS)
                require(weight >= 0, f"{group}.{name} is {weight}; it is 0 or more.")
        require(sum(self.kinds.values()) > 0, "kinds: at least one kind of post needs a weight above 0.")
        require(
            max(self.wordiness.values(), default=0) <= 1,
            f"wordiness goes up to 1, the share of a text; it is {dict(self.wordiness)}.",
        )


def _kinds(parameters: Posts, noise: Noise, post: NDArray[np.int64]) -> NDArray[np.int8]:
    weight = by_name(KINDS, parameters.kinds)
    edges = np.cumsum(weight / weight.sum())[:-1]
    return np.searchsorted(edges, noise.uniform("kind", post), side="right").astype(np.int8)


def _audiences(
    parameters: Posts,
    noise: Noise,
    post: NDArray[np.int64],
    *,
    first: NDArray[np.bool_],
    public_share: NDArray[np.float64],
    caution: NDArray[np.float64],
) -> NDArray[np.int8]:
    """Audience of each post of chains that begin where `first`.

    A post takes over the audience before it (P13), or a fresh one is meant; who means a narrower one sometimes
    forgets to narrow it (P12: errors over-expose). So within a run without a clean choice the audience is the
    widest meant so far: a running maximum, reset at each clean choice.
    """
    settings, meant = noise.words("audience", post)
    keep = (settings >> np.uint64(32)) < parameters.persistence * 2.0**32
    slip = (settings & np.uint64(0xFFFFFFFF)) < parameters.mistake * (1 - caution) * 2.0**32
    place = (meant >> np.uint64(11)).astype(np.float64) * 2.0**-53
    others = public_share + (1 - public_share) * parameters.only_me_share
    fresh = np.where(place < public_share, PUBLIC, np.where(place < others, 0, FRIENDS))
    clean = first | ~(keep | slip)
    meant_now = np.where(keep & ~first, 0, fresh)
    return (np.maximum.accumulate(np.cumsum(clean) * 4 + meant_now) & 3).astype(np.int8)


def _sensitive(
    parameters: Posts,
    noise: Noise,
    post: NDArray[np.int64],
    *,
    kind: NDArray[np.int8],
    caution: NDArray[np.float64],
    adult: NDArray[np.bool_],
    employed: NDArray[np.bool_],
) -> NDArray[np.int32]:
    said, shown = by_name(CLASSES, parameters.said), by_name(CLASSES, parameters.shown)
    wordiness = by_name(KINDS, parameters.wordiness)
    picture = np.isin(np.arange(len(KINDS)), PICTURES)
    by_kind = wordiness[:, None] * said + picture[:, None] * shown
    careless = 1 + parameters.caution_effect * (1 - 2 * caution)
    bits = draw_classes(noise, "sensitive", post, by_kind[kind] * careless[:, None])
    bits = np.where(adult, bits, bits & ~GROWN_UP)
    return keep_decent(np.where(employed, bits, bits & ~bit("employer")).astype(np.int32), adult)


def _followed(
    parameters: Posts,
    noise: Noise,
    post: NDArray[np.int64],
    *,
    time: NDArray[np.int64],
    kind: NDArray[np.int8],
    deleted: NDArray[np.int64],
) -> pa.Array:
    """The post each comment follows up: its author's one before, if that still stands; else null."""
    before, until = np.roll(post, 1), np.roll(deleted, 1)
    follows = (kind == COMMENT) & (before == post - 1) & (until > time)
    follows &= noise.uniform("follow up", post) < parameters.follow_up
    return pa.array(before, mask=~follows)


def publish(
    parameters: Posts,
    people: pa.Table,
    owners: NDArray[np.int64],
    noise: Noise,
    *,
    decision: int,
    content: bool,
) -> pa.Table:
    """The `posts` of the full histories of `owners`, from joining to `decision` (s), by (author, time).

    Post k of owner o has the id (o << 32) + k and all about it is keyed by (o, k); only its audience also looks
    at the posts before it. `public_share` is what she means; mistakes come on top. Only
    adults name what is in GROWN_UP. What the author deletes later stays in the table, with the time.
    With `content` the texts and their spans are written (`sim.world.text.compose`); else both are null.
    """
    person = np.unique(np.asarray(owners, dtype=np.int64))
    require(len(person) == len(owners), "owners: a person is named more than once.")
    require(
        len(person) == 0 or bool(person[0] >= 0 and person[-1] < people.num_rows),
        f"owners: ids go from 0 to {people.num_rows - 1}.",
    )
    chosen = people.take(pa.array(person))
    rate = chosen["posts_per_month"].to_numpy()
    gap_s = np.minimum(MONTH_S / np.maximum(rate, 1e-9), MOST_STREAM_GAP_S)
    row, k, time = stream(
        parameters.rhythm,
        noise,
        decision="post",
        person=person,
        since=np.maximum(chosen["joined"].to_numpy(), 0),
        until=decision,
        mean_gap_s=np.rint(gap_s).astype(np.int64),
        shift_s=local_shift(parameters.rhythm, noise, person=person, country=chosen["country"].to_pylist()),
    )
    post = (person[row] << 32) + k
    kind = _kinds(parameters, noise, post)
    caution = chosen["caution"].to_numpy()[row]
    audience = _audiences(
        parameters, noise, post, first=k == 0, public_share=chosen["public_share"].to_numpy()[row], caution=caution
    )
    employed = chosen["employer"].combine_chunks().is_valid().to_numpy(zero_copy_only=False)[row]
    adult = is_adult(chosen["born"].to_numpy()[row], time)
    sensitive = _sensitive(parameters, noise, post, kind=kind, caution=caution, adult=adult, employed=employed)
    deleted = regret(noise, post, time, in_week=parameters.deleted_in_week, per_year=parameters.deleted_per_year)
    columns: dict[str, object] = {
        "post": post, "author": person[row], "subject": person[row], "time": time, "kind": kind,
        "audience": audience, "tagged": np.zeros(len(post), dtype=bool), "sensitive": sensitive,
        "reply_to": _followed(parameters, noise, post, time=time, kind=kind, deleted=deleted),
        "deleted": deleted,
    }  # fmt: skip
    if content:
        columns["text"], columns["spans"] = compose(
            noise, chosen, post=post, author=row, subject=row, kind=kind, sensitive=sensitive, about=False
        )
    return table("posts", columns)
