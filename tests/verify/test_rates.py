"""Laws that the compiled channels share with their plain twins, against closed forms: how often, when, how long.

Both read the same tables of delays, thresholds and coverage of visits, so that one held against the other says nothing
of these.
"""

from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
import pytest
from judge import FALSE_ALARM, of_counts, of_law, of_mean, refuses
from processes import HORIZON_S, Graph, scene, uniform
from scipy.integrate import quad
from scipy.stats import expon, lognorm, poisson
from scipy.stats import uniform as uniform_law

from sim.core.log import Events, Objects
from sim.core.noise import Noise
from sim.core.schema import CHANNELS, CLASSES, DAY_S, NEVER, OBJECTS, YEAR_S
from sim.exposure.channels.copy import Copy, Form
from sim.exposure.channels.discovery import Discovery
from sim.exposure.channels.feed import Feed
from sim.exposure.channels.market import Buyer, Market
from sim.exposure.channels.reshare import Reshare
from sim.exposure.channels.review import Review
from sim.exposure.channels.scrape import Crawler, Scrape
from sim.exposure.doors import COMMENT, HANGS, LATE, QUOTE, STAYS
from sim.exposure.itinerary import itinerary, kept
from sim.exposure.projects import Project
from sim.exposure.propagate import Channel, propagate
from sim.exposure.scene import Scene
from sim.exposure.shifts import Shifts
from sim.exposure.visits import Periodic, Push, Walk, Way
from sim.exposure.workforce import LN2, Pool, hire

pytestmark = pytest.mark.verify

DEGREE, CHANCE = 20, 0.25
MEDIAN_S, SIGMA = 4800, 1.757
FEED = Feed(delay_median_s=MEDIAN_S, delay_sigma=SIGMA, quality_share=0.0)
CODE = {name: code for code, name in enumerate(CHANNELS)}
UNIFORM = uniform_law().cdf


@pytest.fixture(scope="module")
def tree() -> Graph:
    return uniform(20_000, DEGREE, np.random.default_rng(1))


class Told(NamedTuple):
    """Events and objects of a log in one block, and the post (row) of each event."""

    events: Events
    objects: Objects
    post: np.ndarray

    def of(self, channel: str) -> np.ndarray:
        return np.flatnonzero(self.events.channel == CODE[channel])


def told(stage: Scene, channels: list[Channel], seed: int) -> Told:
    (block,) = propagate(stage, channels, Noise(seed), threads=1).blocks
    return Told(block.told, block.objects, np.repeat(np.arange(block.posts), np.diff(block.event_start)))


def of_share(hits: float, trials: float, share: float) -> float:
    """Chance of so many hits."""
    return of_counts([hits, trials - hits], [trials * share, trials * (1 - share)])


def still_there(gone_per_s: float) -> float:
    """Share of a feed's delays that end before what is shown is gone."""
    delay = lognorm(s=SIGMA, scale=MEDIAN_S)
    return float(quad(lambda share: np.exp(-gone_per_s * delay.ppf(share)), 0, 1, epsabs=1e-8)[0])


def test_friends_find_old_posts_at_a_constant_rate(tree: Graph) -> None:
    """Each of 20 friends finds a post after an exponential time from it, or from her own joining if that is later."""
    posts, a_year, late = 6000, 0.15, 9 * (HORIZON_S // 10)
    joined = np.where(np.arange(tree.people) % 2, late, 0)
    stage = scene(tree, np.arange(posts) // 2, CHANCE)
    stage = replace(stage, joined=joined, audience=np.ones(posts, dtype=np.int8))
    found = told(stage, [Discovery(per_tie_per_year=a_year, visits_per_month=1e-6, items_per_visit=1)], 31).events
    friends = tree.viewer[: posts // 2 * DEGREE]

    def luck(rate: float, since: int) -> tuple[float, float]:
        """Chance of so many finds by who joined at a moment, and of their times."""
        waited = (found.time - since)[joined[found.actor] == since]
        share = -np.expm1(-rate * (HORIZON_S - since) / YEAR_S)
        many = 2 * int((joined[friends] == since).sum())
        return of_share(len(waited), many, share), of_law(-np.expm1(-rate * waited / YEAR_S) / share, UNIFORM)

    assert min(*luck(a_year, 0), *luck(a_year, late)) > FALSE_ALARM
    refuses("5% more finds", luck(a_year * 1.05, late)[0])
    refuses("finds 5% earlier", luck(a_year * 1.05, 0)[1])


def test_strangers_look_at_nine_in_ten_items_at_most(tree: Graph) -> None:
    """Who has few items is not looked at in whole; below that see test_strangers_come_as_a_poisson_process."""
    posts, visits = 3000, 40
    stage = replace(scene(tree, np.arange(posts), CHANCE), public_items=np.full(tree.people, 3.0))
    monthly = visits / (HORIZON_S / (YEAR_S / 12))
    found = told(stage, [Discovery(per_tie_per_year=1e-9, visits_per_month=monthly, items_per_visit=10)], 32)
    looks = np.bincount(np.bincount(found.post, minlength=posts), minlength=100)

    def luck(share: float) -> float:
        return of_counts(looks, posts * poisson(visits * share * (1 - 1 / tree.people)).pmf(np.arange(len(looks))))

    assert luck(0.9) > FALSE_ALARM
    refuses("2% more looks", luck(0.92))


COPIED = Copy(
    p_copy=0.15, copy_delay_mean_s=6000, delay_median_s=MEDIAN_S, delay_sigma=SIGMA, gone_per_year=0.051,
    drawn_share=0.0, complies_share=0.6, late_share=0.3,
    forms={"quote": Form(0.3, 0.5, 1.0), "comment": Form(0.3, 0.15, 0.4)},
)  # fmt: skip
FORMS = [(0, 0.4), (QUOTE, 0.15), (QUOTE | HANGS, 0.15), (COMMENT, 0.255), (COMMENT | HANGS, 0.045)]
"""Flags of a copy of the post itself, and how often."""


@dataclass(frozen=True)
class Copies:
    """Copies of the post itself: their rows among events and objects; and how many views of it there are."""

    told: Told
    views: int
    made: np.ndarray
    thing: np.ndarray


def copies(tree: Graph, law: Copy, seed: int) -> Copies:
    found = told(scene(tree, np.arange(18_000), CHANCE), [FEED, law], seed)
    made, thing = found.of("copy"), np.flatnonzero(found.objects.kind == OBJECTS.index("copy"))
    first = found.events.channel[found.events.parent[made]] == CODE["feed"]
    assert (found.objects.maker[thing] == made).all()
    return Copies(found, len(found.of("feed")), made[first], thing[first])


def test_copies_are_made_of_a_share_of_views_after_an_exponential_time(tree: Graph) -> None:
    """13,500 of 90,000 views are copied, 6,000 s later on average; where viewers could copy without end 0.18 of them
    are, so that 5 viewers of a copy make 0.9 others."""
    found = copies(tree, COPIED, 33)
    events = found.told.events
    waited = events.time[found.made] - events.time[events.parent[found.made]] - 1
    assert of_share(len(found.made), found.views, 0.15) > FALSE_ALARM
    refuses("5% more copies", of_share(len(found.made), found.views, 0.15 * 1.05))
    assert of_law(waited, expon(scale=6000).cdf) > FALSE_ALARM
    refuses("copies 10% later", of_law(waited, expon(scale=6600).cdf))
    most = copies(tree, replace(COPIED, p_copy=1.0, forms={"comment": Form(1.0, 0.0, 0.0)}), 34)
    assert of_share(len(most.made), most.views, 0.9 / (DEGREE * CHANCE)) > FALSE_ALARM
    refuses("0.95 copies a copy", of_share(len(most.made), most.views, 0.95 / (DEGREE * CHANCE)))


def test_copies_are_of_the_stated_forms_and_answers(tree: Graph) -> None:
    found = copies(tree, COPIED, 35)
    flags = found.told.objects.flags[found.thing]

    def luck(quotes: float) -> float:
        more = {0: 0.7 - quotes, QUOTE: quotes / 2, QUOTE | HANGS: quotes / 2}
        seen = [((flags & (QUOTE | COMMENT | HANGS)) == form).sum() for form, _ in FORMS]
        return of_counts(seen, [len(flags) * more.get(form, share) for form, share in FORMS])

    def answers(complies: float, late: float) -> float:
        seen = [((flags & (STAYS | LATE)) == each).sum() for each in (0, LATE, STAYS, STAYS | LATE)]
        due = np.outer([complies, 1 - complies], [1 - late, late]).ravel()
        return of_counts(seen, len(flags) * due)

    assert luck(0.3) > FALSE_ALARM
    refuses("10% more quotes", luck(0.33))
    assert answers(0.6, 0.3) > FALSE_ALARM
    refuses("5% more comply", answers(0.63, 0.3))
    refuses("10% more are late", answers(0.6, 0.33))


def test_copies_stand_an_exponential_time(tree: Graph) -> None:
    """After t years exp(-0.051 t) of them stand: 74% after six. Beyond 68 years, where a table ends, nobody asks."""
    objects = copies(tree, COPIED, 36).told.objects
    made = objects.kind == OBJECTS.index("copy")
    stood = (objects.natural - objects.birth)[made] / YEAR_S
    asked = stood[stood < 60]

    def luck(a_year: float) -> float:
        return of_law(np.expm1(-a_year * asked) / np.expm1(-a_year * 60), UNIFORM)

    assert luck(0.051) > FALSE_ALARM
    refuses("gone 5% sooner", luck(0.051 * 1.05))
    standing, six = (stood > 6).sum(), np.exp(-0.051 * 6)
    assert six == pytest.approx(0.736, abs=1e-3)
    assert of_share(standing, len(stood), six) > FALSE_ALARM
    refuses("2% more are gone after six years", of_share(standing, len(stood), 0.98 * six))


def test_a_copy_is_seen_by_its_makers_audience_while_it_stands(tree: Graph) -> None:
    """Each of a copier's followers sees it with the tie's chance, a comment with 0.4 of it, if it stands by then."""
    law = replace(COPIED, p_copy=0.17, gone_per_year=YEAR_S / MEDIAN_S)
    found = copies(tree, law, 37)
    events, objects = found.told.events, found.told.objects
    looks = np.bincount(events.object[found.told.of("copied")], minlength=len(objects.id))[found.thing]
    audience = tree.viewer.reshape(-1, DEGREE)[events.actor[found.made]]
    follows = (audience == found.told.post[found.made, None]).sum(axis=1)
    comment = objects.flags[found.thing] & COMMENT > 0

    def due(chance: float, gone_per_s: float) -> np.ndarray:
        """Views of each copy, if all were shown it."""
        return (DEGREE - follows) * chance * still_there(gone_per_s)

    def luck(chance: float, gone_per_s: float) -> tuple[float, float]:
        more = looks - np.where(comment, 0.4, 1) * due(chance, gone_per_s)
        return of_mean(more[~comment], 0), of_mean(more[comment], 0)

    assert min(luck(CHANCE, 1 / MEDIAN_S)) > FALSE_ALARM
    refuses("10% more views", max(luck(CHANCE / 1.1, 1 / MEDIAN_S)))
    refuses("gone 20% later", luck(CHANCE, 1.25 / MEDIAN_S)[0])
    refuses("10% more see a comment", of_mean((looks - 0.44 * due(CHANCE, 1 / MEDIAN_S))[comment], 0))


def test_a_reshare_is_seen_until_it_is_taken_back(tree: Graph) -> None:
    """One in five viewers passes on, a minute later on average; her followers see it if they look before she takes it
    back, an exponential time later."""
    law = Reshare(
        p_share=0.2, fades_after_s=300, fades_power=0.0, virality_sigma=0.0, second_hand_share=0.0,
        reaction_mean_s=6000, delay_median_s=MEDIAN_S, delay_sigma=SIGMA, gone_per_year=YEAR_S / MEDIAN_S,
    )  # fmt: skip
    found = told(scene(tree, np.arange(20_000), CHANCE), [FEED, law], 38)
    events, shared, seen = found.events, found.of("reshare"), found.of("forward")
    waited = events.time[shared] - events.time[events.parent[shared]]
    looks = np.bincount(events.parent[seen], minlength=len(events.time))[shared]
    after = events.time[seen] - events.time[events.parent[seen]] - 1

    def of_looks(gone_per_s: float) -> float:
        return of_mean(looks, (DEGREE - DEGREE / tree.people) * CHANCE * still_there(gone_per_s))

    def of_moments(gone_per_s: float) -> float:
        """A look after d has the density of the delay at d, times the chance that it is shown still."""
        delay = lognorm(s=SIGMA, scale=MEDIAN_S).ppf((np.arange(20_000) + 0.5) / 20_000)
        below = np.cumsum(np.exp(-gone_per_s * delay))
        return of_law(np.interp(after, delay, below / below[-1], left=0.0), UNIFORM)

    assert of_share(len(shared), len(found.of("feed")), 0.2) > FALSE_ALARM
    refuses("5% more reshares", of_share(len(shared), len(found.of("feed")), 0.21))
    assert of_law(waited, expon(scale=6000).cdf) > FALSE_ALARM
    refuses("a reaction 5% slower", of_law(waited, expon(scale=6300).cdf))
    assert min(of_looks(1 / MEDIAN_S), of_moments(1 / MEDIAN_S)) > FALSE_ALARM
    refuses("taken back 10% sooner: looks", of_looks(1.1 / MEDIAN_S))
    refuses("taken back 10% sooner: moments", of_moments(1.1 / MEDIAN_S))


def test_cascades_die_out_however_keen_people_are(tree: Graph) -> None:
    """What is seen through a reshare is passed on by 0.08 at the most, so that its 5 viewers make 0.4 others."""
    law = Reshare(
        p_share=0.2, fades_after_s=300, fades_power=0.0, virality_sigma=0.0, second_hand_share=1.0,
        reaction_mean_s=60, delay_median_s=MEDIAN_S, delay_sigma=SIGMA, gone_per_year=1e-3,
    )  # fmt: skip
    found = told(scene(tree, np.arange(20_000), CHANCE), [FEED, law], 45)
    events, views = found.events, len(found.of("forward"))
    again = (events.channel[events.parent[found.of("reshare")]] == CODE["forward"]).sum()
    assert of_share(again, views, 0.4 / (DEGREE * CHANCE)) > FALSE_ALARM
    refuses("5% more", of_share(again, views, 0.42 / (DEGREE * CHANCE)))


def crawler(way: Way, **other: Any) -> Crawler:
    """One that takes each thing with 0.3 at a visit, from the beginning on."""
    plain: dict[str, Any] = {
        "kinds": (), "since": 0, "until": HORIZON_S, "coverage": 0.3, "honours_share": 0.4, "first_party": False,
        "review_share": 0.5, "training": True, "consent_share": 0.7, "sold_share": 0.2, "retention_days": 90.0,
    }  # fmt: skip
    return Crawler(way=way, **plain | other)


def taken(tree: Graph, by: Crawler, seed: int, *, posts: int = 20_000, time: int = 0) -> Told:
    """What a crawler takes of posts at `time`, one of each author."""
    stage = scene(tree, np.arange(posts), CHANCE)
    stage.time[:] = time
    return told(stage, [Scrape({"web": by}, public_copies_share=0.0)], seed)


def of_visits(number: np.ndarray, posts: int, share: float, late: float = 0.0) -> float:
    """Chance of these first hits, numbered from 0, if visit k takes what is left with `share`; `late` of the posts come
    after visit 0."""
    missed = (1 - share) ** np.arange(41)
    law = (1 - late) * (missed[:-1] - missed[1:])
    law[1:] += late * (missed[:-2] - missed[1:-1])
    seen = np.bincount(np.minimum(number, 40), minlength=41)
    return of_counts(seen, posts * np.append(law, 1 - law.sum()))


@pytest.mark.parametrize("since", [0.0, 0.3])
def test_a_crawler_takes_a_thing_by_visit_k_as_so_many_coins_fall(tree: Graph, since: float) -> None:
    """One visit a period, at any moment of it: by the k-th after a post it is taken with 1 - 0.7^k. Of posts that come
    after 0.3 of a period, three in ten have missed its visit."""
    period = 30 * DAY_S
    found = taken(tree, crawler(Periodic(period / DAY_S)), 39, time=int(since * period)).events
    number = found.time // period
    assert of_visits(number, 20_000, 0.3, since) > FALSE_ALARM
    refuses("5% more at each visit", of_visits(number, 20_000, 0.315, since))
    refuses("two coins a visit", of_visits(number, 20_000, 1 - 0.7**2, since))
    moment = (found.time % period / period)[number > 0]
    assert of_law(moment, UNIFORM) > FALSE_ALARM
    refuses("no visits in the last twentieth of a period", of_law(moment, uniform_law(scale=0.95).cdf))


def test_a_crawler_that_walks_takes_a_thing_by_the_kth_time_it_passes(tree: Graph) -> None:
    """The number of times it passes follows from the ties; each counts as a visit does."""
    way = Walk(period_days=2000.0, starts_share=0.5, profiles=4, per_profile_s=DAY_S, again=False)
    by, authors = crawler(way), 20_000
    found = taken(tree, by, 40)
    stage = scene(tree, np.arange(authors), CHANCE)
    visits = kept(itinerary, way.walks(by.hours, stage, Noise(40), "web"), stage)
    passes = np.diff(visits.start)
    number = np.array([
        np.searchsorted(visits.time[slice(*visits.start[author : author + 2])], time)
        for author, time in zip(found.post.tolist(), found.events.time.tolist(), strict=True)
    ])  # fmt: skip
    assert passes.mean() > 5

    def luck(share: float) -> float:
        missed = (1 - share) ** np.minimum(np.arange(31)[:, None], passes)
        law = (missed[:-1] - missed[1:]).sum(axis=1)
        seen = np.bincount(np.minimum(number, 30), minlength=31)[:30]
        return of_counts([*seen, authors - seen.sum()], [*law, authors - law.sum()])

    assert luck(0.3) > FALSE_ALARM
    refuses("5% more at each visit", luck(0.315))


def test_what_is_handed_on_is_taken_at_once_and_held_for_its_uses(tree: Graph) -> None:
    """0.6 of all, a minute later: half of it for review, 0.7 for training, a fifth for sale, for 90 days; 0.4 of it
    goes with its post."""
    found = taken(tree, crawler(Push(60), coverage=0.6), 41)
    uses = [OBJECTS.index(f"held_for_{use}") for use in ("review", "training", "sale")]
    held = [np.flatnonzero(found.objects.kind == use) for use in uses]
    assert set(found.events.time.tolist()) == {60}
    assert of_share(len(found.events.time), 20_000, 0.6) > FALSE_ALARM
    refuses("5% more is taken", of_share(len(found.events.time), 20_000, 0.63))
    for rows, share in zip(held, (0.5, 0.7, 0.2), strict=True):
        assert of_share(len(rows), len(found.events.time), share) > FALSE_ALARM
        refuses("10% more is held", of_share(len(rows), len(found.events.time), share * 1.1))
    every = np.concatenate(held)
    assert set((found.objects.natural - found.objects.birth)[every].tolist()) == {90 * DAY_S}
    drops = (found.objects.flags[every] & HANGS).sum()
    assert of_share(drops, len(every), 0.4) > FALSE_ALARM
    refuses("10% more goes with its post", of_share(drops, len(every), 0.44))


POOL = Pool(
    workers=20_000, since=0, half_life_months=15, load_sigma=1.0, qualified_share=1.0, countries={"A": 3.0, "B": 1.0},
    reviewers_share=0.2, accuracy=1.0, accuracy_spread=0.0, leaks_per_year=0.3, kept_share=0.5,
)  # fmt: skip


def test_workers_stay_and_leak_at_constant_rates() -> None:
    """Half of them stay 15 months; of those who leak before they leave, both rates add up until the horizon."""
    end = 10 * YEAR_S
    staff = hire(POOL, Noise(42), horizon_end=end)
    leaks, left = staff.leaks < NEVER, (end - staff.came) / YEAR_S

    def of_stays(half_life_months: float) -> float:
        return of_law((staff.left - staff.came) / YEAR_S, expon(scale=half_life_months / 12 / LN2).cdf)

    def of_leaks(a_year: float) -> tuple[float, float]:
        both = a_year + LN2 / (15 / 12)
        share = a_year / both * -np.expm1(-both * left)
        until = np.expm1(-both * (staff.leaks - staff.came)[leaks] / YEAR_S) / np.expm1(-both * left[leaks])
        return of_share(leaks.sum(), len(leaks), share.mean()), of_law(until, UNIFORM)

    assert of_law(staff.came / end, UNIFORM) > FALSE_ALARM
    assert of_stays(15) > FALSE_ALARM
    refuses("stays 5% longer", of_stays(15 * 1.05))
    assert min(of_leaks(0.3)) > FALSE_ALARM
    refuses("10% more leaks", of_leaks(0.33)[0])
    refuses("leaks 14% sooner", of_leaks(0.42)[1])


def test_projects_run_in_exponential_rounds() -> None:
    rounds = project(gap_mean_days=0.5, round_mean_days=1.5).rounds(Noise(43), "describe", horizon_end=HORIZON_S)
    lengths = np.diff(rounds, axis=1)[:-1, 0] - 1
    for found, mean_days in ((rounds[1:, 0] - rounds[:-1, 1], 0.5), (lengths, 1.5)):
        assert of_law(found / DAY_S, expon(scale=mean_days).cdf) > FALSE_ALARM
        refuses("10% longer", of_law(found / DAY_S, expon(scale=mean_days * 1.1).cdf))


def project(**other: Any) -> Project:
    """One that is on nearly always and gives three in five of its items to one reader each."""
    plain: dict[str, Any] = {
        "kinds": (), "sample_share": 0.6, "since": 0, "until": HORIZON_S, "gap_mean_days": 1e-9,
        "round_mean_days": 1e6, "labels": 1, "reviews": 0, "audit_share": 0.0, "ambiguous_share": 0.0,
        "gold_share": 0.0, "gold_readers": 0, "items_per_hour": 1.0, "usd_per_hour": 1.0, "paid_share": 1.0,
        "disturbing_share": 0.0, "promised_disturbing_share": 0.0,
    }  # fmt: skip
    return Project(**plain | other)


def test_what_is_held_is_read_after_an_exponential_queue(tree: Graph) -> None:
    """Three in five of what is held for review, 30 days later on average."""
    by = crawler(Push(1), coverage=1.0, review_share=1.0, training=False, sold_share=0.0, retention_days=1e4)
    pool = replace(POOL, workers=60, half_life_months=1e4, leaks_per_year=1e-6)
    review = Review(pool, {"describe": project()}, queue_mean_days=30, shifts=Shifts(20, 40, 8))
    stage = scene(tree, np.arange(15_000), CHANCE)
    stage.time[:] = HORIZON_S // 2
    found = told(stage, [Scrape({"web": by}, public_copies_share=0.0), review], 44)
    waited = (found.events.time[found.of("review")] - HORIZON_S // 2 - 2) / DAY_S
    assert of_share(len(waited), 15_000, 0.6) > FALSE_ALARM
    refuses("5% more is read", of_share(len(waited), 15_000, 0.63))
    assert of_law(waited, expon(scale=30).cdf) > FALSE_ALARM
    refuses("10% later", of_law(waited, expon(scale=33).cdf))


def test_what_is_for_sale_is_listed_and_stolen_at_the_stated_rates(tree: Graph) -> None:
    """Half of it is bought, 20 days later on average, and listed anew in 0.4 of the spans that follow; a store is
    broken into as a Poisson process, and what was taken lies open an exponential time later."""
    by = crawler(Push(1), coverage=1.0, review_share=0.0, training=False, sold_share=1.0, retention_days=1e4)
    buyer = Buyer(("face",), bought_share=0.5, delay_mean_days=20.0, again_share=0.4, by_right_alone=True)
    market = Market(
        {"list": buyer}, {"web": 1.0}, ("web",), breaches_since=0, breaches_per_year=100.0, dump_delay_mean_days=9.0,
        again_days=200.0,
    )  # fmt: skip
    posts, years = 12_000, 8
    stage = scene(tree, np.arange(posts), CHANCE)
    stage = replace(stage, shows=np.full(posts, 1 << CLASSES.index("face"), np.int32), horizon_end=years * YEAR_S)
    found = told(stage, [Scrape({"web": by}, public_copies_share=0.0), replace(market, breaches_per_year=1e-6)], 46)
    sold = found.of("sell")
    first, span = sold[found.events.key[sold] == 0], found.events.key[sold]
    waited = (found.events.time[first] - 2) / DAY_S
    again = (span == 5).sum()
    when, opens = np.array(market.breaches(Noise(47), "web", horizon_end=HORIZON_S)).T
    breaches = {"between": (np.diff(when, prepend=0) - 1, YEAR_S / 100), "to a dump": (opens - when - 1, 9 * DAY_S)}

    assert of_share(len(first), posts, 0.5) > FALSE_ALARM
    refuses("10% more is bought", of_share(len(first), posts, 0.55))
    assert of_law(waited, expon(scale=20).cdf) > FALSE_ALARM
    refuses("listed 10% later", of_law(waited, expon(scale=22).cdf))
    assert of_share(again, len(first), 0.4) > FALSE_ALARM
    refuses("10% more is listed anew", of_share(again, len(first), 0.44))
    for what, (times, mean_s) in breaches.items():
        assert of_law(times, expon(scale=mean_s).cdf) > FALSE_ALARM
        refuses(f"15% longer {what}", of_law(times, expon(scale=mean_s * 1.15).cdf))
