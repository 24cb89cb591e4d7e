"""What the streams beside posts are drawn from, and the draws they share: times, friends, classes, texts."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from sim.core.noise import Noise
from sim.core.schema import KINDS, table
from sim.world.bonds import Bonds
from sim.world.deletion import gone_at
from sim.world.mentions import LEAST_ACTIVITY, NOBODY, USUAL_POSTS, nearest_keyed, nearness
from sim.world.posts import GROWN_UP, MONTH_S, MOST_STREAM_GAP_S, Posts
from sim.world.rhythm import local_shift, stream
from sim.world.sensitive import bit, draw_classes, is_adult, keep_decent
from sim.world.text import compose

STREAM_BITS = 27
"""A stream beside posts has its number in the bits above these; a person's number is a follow's, so it fits in them."""

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Scope:
    """What every stream is drawn from: `person` are the owners' ids, `chosen` their rows of people."""

    parameters: Posts
    noise: Noise
    people: pa.Table
    person: Ints
    chosen: pa.Table
    bonds: Bonds
    decision: int
    content: bool

    def times(self, name: str, number: int, per_month: float, who: NDArray[np.bool_]) -> tuple[Ints, Ints, Ints, Ints]:
        """(row of `person`, draw index, id, time) of a stream of those `who` have it."""
        rate = per_month * np.sqrt(np.maximum(self.chosen["posts_per_month"].to_numpy(), LEAST_ACTIVITY) / USUAL_POSTS)
        gap_s = np.minimum(MONTH_S / np.maximum(rate, 1e-9), MOST_STREAM_GAP_S)
        rhythm, country = self.parameters.rhythm, self.chosen["country"].to_pylist()
        since = np.maximum(self.chosen["joined"].to_numpy(), 0)
        row, k, time = stream(
            rhythm, self.noise, decision=name, person=self.person, mean_gap_s=np.rint(gap_s).astype(np.int64),
            since=np.where(who & (per_month > 0), since, self.decision), until=self.decision,
            shift_s=local_shift(rhythm, self.noise, person=self.person, country=country),
        )  # fmt: skip
        return row, k, self.id_of(row, number, k), time

    def id_of(self, row: Ints, number: int, k: Ints) -> Ints:
        """Ids of items `k` of stream `number`."""
        return (self.person[row] << 32) + (number << STREAM_BITS) + k

    def nearest(self, name: str, row: Ints, k: Ints, time: Ints, run: int) -> Ints:
        """The friend each item is for: one for `run` items in a row, the near and the active more often."""
        first = k % run == 0
        joined = self.people["joined"].to_numpy()
        activity = np.maximum(self.people["posts_per_month"].to_numpy(), LEAST_ACTIVITY)
        near = nearness(self.parameters.friends_near)
        owner = self.person[row[first]]
        who = nearest_keyed(
            self.noise.key(name), self.noise.key("nearness"), near, owner, k[first], time[first],
            np.zeros(len(owner), dtype=bool), self.bonds.start, self.bonds.other, joined, activity,
        )  # fmt: skip
        to = who[np.cumsum(first) - 1]
        return np.where(time < gone_at(self.people)[to], to, NOBODY)

    def rows(self, kind: str, post: Ints, row: Ints, time: Ints, **columns: object) -> pa.Table:
        """Rows of `posts`; tagged and sensitive are nothing unless given."""
        given: dict[str, object] = {
            "post": post, "author": self.person[row], "subject": self.person[row], "time": time,
            "kind": np.full(len(post), KINDS.index(kind), dtype=np.int8),
            "tagged": np.zeros(len(post), dtype=bool), "sensitive": np.zeros(len(post), dtype=np.int32),
        }  # fmt: skip
        return table("posts", given | columns)

    def said(self, post: Ints, row: Ints, kind: str, sensitive: NDArray[np.int32]) -> dict[str, object]:
        """Texts and spans, if there is to be content."""
        if not self.content:
            return {}
        text, spans = compose(
            self.noise, self.chosen, post=post, author=row, subject=row, sensitive=sensitive, about=False,
            kind=np.full(len(post), KINDS.index(kind), dtype=np.int8),
        )  # fmt: skip
        return {"text": text, "spans": spans}

    def classes(self, name: str, post: Ints, row: Ints, time: Ints, chance: NDArray[np.float64]) -> NDArray[np.int32]:
        """Classes each item shows, with `chance` at middling caution, of those who can show them."""
        careless = 1 + self.parameters.caution_effect * (1 - 2 * self.chosen["caution"].to_numpy()[row])
        bits = draw_classes(self.noise, name, post, chance * careless[:, None])
        adult = is_adult(self.chosen["born"].to_numpy()[row], time)
        employed = self.chosen["employer"].combine_chunks().is_valid().to_numpy(zero_copy_only=False)[row]
        bits = np.where(adult, bits, bits & ~GROWN_UP)
        return keep_decent(np.where(employed, bits, bits & ~bit("employer")).astype(np.int32), adult)
