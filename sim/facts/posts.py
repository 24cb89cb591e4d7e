"""Measure what is published of posting (V13 to V16): who writes how much, who writes about whom."""

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from sim.core.inequality import gini
from sim.core.noise import Noise
from sim.core.schema import DAY_S, KINDS, YEAR_S
from sim.measure.facts import Found
from sim.world.mentions import mention
from sim.world.posts import Posts, publish
from sim.world.world import World

MOST_PEOPLE = 10_000
"""People whose year of posts is counted: the top hundredth of them are still a hundred."""
RUN_IN_S = 60 * DAY_S
"""Streams begin this long before what is counted, so that the first gap does not show."""
MONTH_S = 30 * DAY_S
WALL_POSTS = 18.7
"""Wall posts a person in the network V15 belongs to (P06): how often a pair writes depends on how long one looks."""
MOST_MONTHS = 60
PHOTO = KINDS.index("photo")


def _since(people: pa.Table, start_s: int) -> pa.Table:
    """`people` as if all had joined at `start_s`, so that only what is later is drawn."""
    at = people.schema.get_field_index("joined")
    return people.set_column(at, people.schema.field("joined"), pa.array(np.full(people.num_rows, start_s)))


def posts_a_month(parameters: Posts, world: World, noise: Noise) -> NDArray[np.float64]:
    """Posts a month over the last year of up to MOST_PEOPLE people whose accounts are older than that, ascending."""
    begin = world.decision - YEAR_S
    people = world.people.slice(0, min(world.size, MOST_PEOPLE))
    asked = np.flatnonzero(people["joined"].to_numpy() <= begin)
    posts = publish(parameters, _since(people, begin - RUN_IN_S), asked, noise, decision=world.decision, content=False)
    author = posts["author"].to_numpy()[posts["time"].to_numpy() >= begin]
    return np.sort(np.bincount(author, minlength=people.num_rows)[asked] / 12)


def posting_facts(monthly: NDArray[np.float64]) -> dict[str, Found]:
    """The top tenth's share of all posts, and how its median compares with everybody's; `monthly` ascending."""
    if len(monthly) < 10 or monthly.sum() == 0:
        return {}
    top = monthly[-(len(monthly) // 10) :]
    said = f"Posts a month of {len(monthly):,} people over the last year."
    found = {"V13.top_tenth": Found(float(top.sum() / monthly.sum()), said)}
    if np.median(monthly) > 0:
        found["V14.top_median"] = Found(float(np.median(top) / np.median(monthly)), said)
    return found


def lorenz(monthly: NDArray[np.float64]) -> dict[str, Any]:
    """Share of posts written by the least active share of people."""
    people = np.linspace(0, 1, 101)
    written = np.concatenate([[0.0], np.cumsum(monthly)])
    share = np.interp(people * len(monthly), np.arange(len(monthly) + 1), written) / max(written[-1], 1e-9)
    return {"people": people.tolist(), "posts": share.tolist()}


def mention_facts(parameters: Posts, world: World, noise: Noise) -> dict[str, Found]:
    """How many are tagged in a friend's photo for each who tags (P08), and who writes about whom how often (P06)."""
    if parameters.friends_per_month <= 0:
        return {}
    month = _mentions(parameters, world, noise, span_s=MONTH_S)
    photo = month.filter(pc.and_(pc.equal(month["kind"], PHOTO), month["tagged"]))
    tagged, taggers = (len(np.unique(photo[name].to_numpy())) for name in ("subject", "author"))
    if not taggers:
        return {}
    said = f"In a month {tagged / world.size:.2f} of people are tagged in a photo and {taggers / world.size:.2f} tag."
    span_s = round(MONTH_S * min(WALL_POSTS * world.size / month.num_rows, MOST_MONTHS))
    wall = _mentions(parameters, world, noise, span_s=span_s)
    author, subject = (wall[name].to_numpy() for name in ("author", "subject"))
    pairs = len(np.unique(author << 32 | subject))
    posts = np.bincount(np.concatenate([author, subject]))
    stand_in = f"Friends' posts about a person stand in for wall posts, {len(author) / world.size:.1f} a person."
    return {
        "V15.gini": Found(gini(posts[posts > 0]), stand_in),
        "V15.per_pair": Found(len(author) / pairs, stand_in),
        "V16.tagged_per_tagger": Found(tagged / taggers, said),
    }


def _mentions(parameters: Posts, world: World, noise: Noise, *, span_s: int) -> pa.Table:
    """Friends' posts about everybody in the last `span_s` before the decision."""
    begin = world.decision - span_s
    posts, _ = mention(
        parameters, _since(world.people, begin - RUN_IN_S), world.audience.start, world.audience.viewer,
        np.arange(world.size), noise, decision=world.decision, content=False,
    )  # fmt: skip
    return posts.filter(pa.array(posts["time"].to_numpy() >= begin))
