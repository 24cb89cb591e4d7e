"""Simulated cascades among followers with full-size audiences: as large, deep and fast as was published (V19 to V22),
and as many reshares a view as `p_share` says."""

from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import pytest
from judge import FALSE_ALARM, of_counts, refuses
from scipy.integrate import quad
from scipy.stats import lognorm, norm

from sim.core.compiled import Array as Column
from sim.core.log import Log
from sim.core.noise import Noise
from sim.core.schema import CHANNELS, DAY_S
from sim.experiment import simulate
from sim.exposure.quality import quality
from sim.facts.views import flat, last_year, reshare_facts, view_facts
from sim.facts.worlds import made_for
from sim.measure.facts import read_facts
from sim.verbs.compose import compose_config
from sim.world.world import World
from sim.worlds import make_world, world_noise

pytestmark = pytest.mark.verify

BANDS = ("V19.stopped", "V20.since_passed_on", "V20.since_posted", "V21.single", "V21.deeper", "V22.direct")
FEED, DISCOVERY, RESHARE, FORWARD = (CHANNELS.index(name) for name in ("feed", "discovery", "reshare", "forward"))
WORLDS, LUCKS = (1, 2, 3), 2
AGES_S = (0, 60, 300, 900, 3600, 4 * 3600, DAY_S, 30 * DAY_S, 2**40)


class Year(NamedTuple):
    """A year's public posts in a world of followers, what `validate` is made by, and the most that a view is passed on
    at second hand: what 0.4 reshares of a reshare's viewers come to."""

    world: World
    config: dict[str, Any]
    most: float

    def told(self, *words: str, lucks: int = LUCKS) -> list[Log]:
        """What becomes of the posts, with several draws of luck."""
        channels = compose_config("validate", ["params=centre", *words])["channel"]
        views = {name: channels[name] for name in ("feed", "discovery", "reshare")}
        return [simulate(self.world, {**self.config, "channel": views}, self.luck(n))[1] for n in range(lucks)]

    def luck(self, number: int) -> Noise:
        return world_noise(self.config, 0).branch("luck 0").branch(f"luck {number}")


Told = list[tuple[Year, list[Log]]]


def lived(seed: int) -> Year:
    config = compose_config("validate", ["params=centre", "world.owners=500", f"world.seed={seed}"])
    followers = config["worlds_of_facts"]["followers"]
    config = made_for(config, **{name: node["value"] for name, node in followers.items()}, kind="followers")
    world = last_year(make_world(config, 0), public=True)
    degree = np.diff(world.audience.start)
    seen = world.audience.visibility.mean() / 2.0**32 * (degree * degree).sum() / degree.sum()
    return Year(world, config, 0.4 / float(seen))


@pytest.fixture(scope="module")
def told() -> Told:
    """Several worlds, since a few of the owners have most of the reshares, and several draws of luck in each."""
    years = [lived(seed) for seed in WORLDS]
    return [(year, year.told()) for year in years]


def outside(told: Told) -> dict[str, float]:
    """Facts that lie outside their published band in the mean of the worlds, and where."""
    facts = read_facts(told[0][0].config["facts"])
    rows = []
    for year, logs in told:
        for number, log in enumerate(logs):
            views = view_facts(year.world, log, year.luck(number), like_share=0.1)
            rows.append(reshare_facts(year.world, log) | {name: views[name] for name in BANDS[:1]})
    means = {name: float(np.mean([row[name].value for row in rows])) for name in BANDS}
    return {name: mean for name, mean in means.items() if not facts[name].low <= mean <= facts[name].high}


def test_cascades_lie_within_the_published_bands(told: Told) -> None:
    """Of 78,272 posts 92.1% are passed on by nobody (0.70 to 0.95) and 1.09% from a reshare (0.01 to 0.04); 85.5% of
    reshares are direct (0.85 on), 55% and 51% come within an hour of what they pass on and of the post (0.45 to 0.65);
    the views of 94% of posts have stopped after a day (0.90 to 0.98).

    That is the mean of three worlds. The second and the third lie so near the ends of their bands that single worlds
    miss one or the other: 0.64% in the third world, 84.4% in the second.
    """
    missed = outside(told)
    assert not missed

    def planted(*words: str, worlds: int = 1) -> set[str]:
        return set(outside([(year, year.told(*words, lucks=1)) for year, _ in told[:worlds]]))

    many, few = planted("channel.reshare.p_share=0.00573", worlds=3), planted("channel.reshare.p_share=0.0012")
    late = planted(*(f"channel.{name}.delay_median_s=14400" for name in ("feed", "reshare")))
    refuses("three times the reshares", not {"V21.deeper", "V22.direct"} <= many)
    refuses("two thirds of the reshares", "V21.deeper" not in few)
    refuses("views three times as late", not {"V19.stopped", "V20.since_passed_on", "V20.since_posted"} <= late)


@dataclass(frozen=True)
class Law:
    """The stated law of reshares, in plain formulas; none of the channel's own tables."""

    p_share: float
    fades_after_s: float
    fades_power: float
    virality_sigma: float
    second_hand_share: float
    delay_median_s: float
    delay_sigma: float

    def fades(self, age: Column) -> Column:
        return (1 + age / self.fades_after_s) ** -self.fades_power

    @cached_property
    def freshness(self) -> float:
        """What a feed's view is worth on average, of one at the age of nothing."""
        delay = lognorm(s=self.delay_sigma, scale=self.delay_median_s)
        return float(quad(lambda share: self.fades(delay.ppf(share)), 0, 1, epsabs=1e-6)[0])

    def interest(self, word: Column) -> Column:
        """Lognormal over posts, with a mean of 1."""
        normal = norm.ppf((word >> np.uint64(11)) * 2.0**-53)
        return np.exp(self.virality_sigma * normal - self.virality_sigma**2 / 2)


NUMBERS = [each.name for each in fields(Law)]


class Passed(NamedTuple):
    """Reshares, and how many the law expects of who saw what when: at first hand by the post's age, at second hand."""

    first: Column
    first_due: Column
    second: int
    second_due: float

    def luck(self) -> tuple[float, float, float]:
        """Chance of so many at first hand, of their ages, and of so many at second hand."""

        def total(found: float, due: float) -> float:
            return float(2 * norm.sf(abs(found - due) / np.sqrt(due)))

        return (
            total(self.first.sum(), self.first_due.sum()),
            of_counts(self.first, self.first_due),
            total(self.second, self.second_due),
        )


def passed_on(told: Told, law: Law) -> Passed:
    """Each person's first view of each post has its chance, and each reshare the view it follows."""
    first, first_due, second, second_due = np.zeros(len(AGES_S) - 1), np.zeros(len(AGES_S) - 1), 0, 0.0
    for year, number, log in ((year, number, log) for year, logs in told for number, log in enumerate(logs)):
        post, time = (year.world.posts[name].to_numpy() for name in ("post", "time"))
        seen, keen = flat(log), law.interest(quality(year.luck(number), post))
        views = np.flatnonzero(np.isin(seen.channel, (FEED, DISCOVERY, FORWARD)))
        views = views[np.lexsort((seen.time[views], seen.actor[views], seen.post[views]))]
        views = views[np.diff(seen.post[views] << 32 | seen.actor[views], prepend=-1) != 0]
        age, handed = seen.time[views] - time[seen.post[views]], seen.channel[views] == FORWARD
        interest = keen[seen.post[views]]
        less = np.minimum(interest * law.second_hand_share, year.most / law.p_share)
        chance = law.p_share / law.freshness * np.where(handed, less, interest) * law.fades(age)
        first_due += np.histogram(age[~handed], AGES_S, weights=chance[~handed])[0]
        second_due += float(chance[handed].sum())
        followed = seen.parent[seen.channel == RESHARE]
        direct = followed[seen.channel[followed] != FORWARD]
        first += np.histogram(seen.time[direct] - time[seen.post[direct]], AGES_S)[0]
        second += len(followed) - len(direct)
    return Passed(first, first_due, second, second_due)


def test_reshares_a_view_are_those_of_the_stated_chance(told: Told) -> None:
    """Of 6.9 million views in a feed, and of old posts found, 14,927 are passed on, of those through reshares 2,594: as
    many as `p_share`, fading and second hand say (14,893 and 2,624), and at such ages.

    Of a feed's views 0.0021 are passed on: p_share, 0.0019, is a mean over posts, and good ones are seen by more.
    """
    channel = told[0][0].config["channel"]["reshare"]
    law = Law(**{name: channel[name]["value"] for name in NUMBERS})
    assert law.freshness == pytest.approx(0.5368, abs=1e-4)
    found = passed_on(told, law)
    assert min(found.luck()) > FALSE_ALARM
    for planted in (1 / 3, 1 / 1.1, 1 / 1.05):
        more = found._replace(first_due=found.first_due * planted)
        refuses(f"{1 / planted:.2f} times p_share", more.luck()[0])
    fewer = found._replace(second_due=found.second_due * 1.2)
    refuses("a second hand worth a sixth less", fewer.luck()[2])
    faster = passed_on(told, replace(law, fades_power=law.fades_power * 1.15))
    refuses("interest that fades by a power an eighth less", faster.luck()[1])
