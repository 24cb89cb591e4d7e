"""Market: what dealers hold for sale is bought, listed and listed again, and dealers' stores are broken into.

A buyer (a face index, a people-search site) takes from a dealer what shows what it is after, and what it lists is an
object that its own opt-out closes. Every so often it may list the item anew while the dealer still holds it: an object
of its own, which no earlier request reaches (L09). When a store is broken into, all that it holds then is taken, and
lies open to everybody some time later (S05); nothing closes a dump. Breaches are the dealer's and of no post.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import count
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.core.compiled import Array
from sim.core.errors import require, require_a_second, require_above_0, require_share, unknown
from sim.core.log import OBJECT_TYPES, Events, Objects
from sim.core.noise import Noise
from sim.core.quantile import Quantiles, delay, exponential
from sim.core.schema import CHANNELS, CLASSES, DAY_S, LEARNERS, NEVER, OBJECTS, YEAR_S
from sim.exposure.draft import Draft, Stage
from sim.exposure.story import Story, Thing

Ints = NDArray[np.int64]
SALE, DUMPED = OBJECTS.index("held_for_sale"), OBJECTS.index("dumped")
SELL, BREACH, DUMP = (CHANNELS.index(name) for name in ("sell", "breach", "dump"))
SCRAPERS = LEARNERS.index("scrapers")


class Takings(NamedTuple):
    """What one taker takes: rows of held things, when (s), who, which time in turn, and the ids of what is made."""

    held: Ints
    time: Ints
    actor: int
    turn: int
    made: Ints


@dataclass(frozen=True)
class Buyer:
    """Buys `bought_share` of what shows one of `classes`, `delay_mean_days` after the harvest.

    `again_share`: of that, listed anew in each span that follows (`Market.again_days`). `by_right_alone`: it erases
    nothing for those whom no law gives the right to ask.
    """

    classes: tuple[str, ...]
    bought_share: float
    delay_mean_days: float
    again_share: float
    by_right_alone: bool

    def __post_init__(self) -> None:
        require_above_0(delay_mean_days=self.delay_mean_days)
        require_share(bought_share=self.bought_share, again_share=self.again_share)
        for name in self.classes:
            if name not in CLASSES:
                raise unknown("class", name, CLASSES)

    @property
    def after(self) -> int:
        """The classes it is after, as bits."""
        return sum(1 << CLASSES.index(name) for name in set(self.classes))

    def waiting(self) -> Quantiles:
        """Time from harvest to first listing, s."""
        return exponential(mean_s=self.delay_mean_days * DAY_S)


@dataclass(frozen=True)
class Market:
    """`buyers` by name buy of the `dealers`, harvesters of the scrape channel that sell this share of what they take.

    What a buyer bought it may list anew once in each `again_days` that follow. Each dealer's store is broken into
    `breaches_per_year` times a year from `breaches_since` (s); what was taken lies open after `dump_delay_mean_days`.
    `harvesters` are all of the scrape channel, in its order; buyers are numbered after them, and after these the
    thieves of each harvester's store.
    """

    buyers: Mapping[str, Buyer]
    dealers: Mapping[str, float]
    harvesters: tuple[str, ...]
    breaches_since: int
    breaches_per_year: float
    dump_delay_mean_days: float
    again_days: float

    def __post_init__(self) -> None:
        require_above_0(
            breaches_per_year=self.breaches_per_year, dump_delay_mean_days=self.dump_delay_mean_days
        )  # fmt: skip
        require_a_second(again_days=self.again_days)
        for name in self.dealers:
            if name not in self.harvesters:
                raise unknown("harvester", name, self.harvesters)
        both = sorted(set(self.buyers) & set(self.harvesters))
        require(not both, f"A buyer is called as a harvester is: {both}.")

    @property
    def again_s(self) -> int:
        """The span in which a buyer lists an item anew once or not, s."""
        return int(self.again_days * DAY_S)

    @property
    def thieves(self) -> int:
        """The number of those who broke into the first harvester's store."""
        return len(self.harvesters) + len(self.buyers)

    def breaches(self, noise: Noise, harvester: str, *, horizon_end: int) -> tuple[tuple[int, int], ...]:
        """When a harvester's store is broken into, and when what was taken lies open, s, in order."""
        mean_s = YEAR_S / self.breaches_per_year, self.dump_delay_mean_days * DAY_S
        return _breaches(noise, harvester, self.breaches_since, *mean_s, horizon_end)

    def emit(self, draft: Draft, noise: Noise) -> None:
        """Every sale, breach and dump of what is held for sale of the draft's posts."""
        objects, end = draft.objects, draft.scene.horizon_end
        held = np.flatnonzero(objects.kind == SALE)
        sales = [each for n in range(len(self.buyers)) for each in self._sales(draft, noise, held, n)]
        thefts, opened = [], []
        for name in self.dealers:
            number = self.harvesters.index(name)
            mine = held[objects.holder[held] == number]
            for turn, (when, opens) in enumerate(self.breaches(noise, name, horizon_end=end)):
                there = mine[(objects.birth[mine] < when) & (when < draft.close[mine])]
                made = noise.ids("dumped", objects.id[there], turn)
                thefts.append(Takings(there, np.full(len(there), when), self.thieves + number, turn, made))
                opened.append(opens)
        draft.add(_stage(draft, sales, thefts, opened))

    def _sales(self, draft: Draft, noise: Noise, held: Ints, number: int) -> Iterator[Takings]:
        """What buyer `number` takes of what is held, the first time and again, as long as its dealer holds it."""
        name, buyer = list(self.buyers.items())[number]
        objects, end = draft.objects, draft.scene.horizon_end
        shows = draft.scene.shows[draft.first + objects.post[held]] & buyer.after != 0
        coin, word = noise.words(f"buy {name}", objects.id[held])
        held, word = (each[shows & (coin >> 32 < int(buyer.bought_share * 2**32))] for each in (held, word))
        first = objects.birth[held] + 1 + delay(buyer.waiting(), word)
        for turn in count():
            if turn == 0:
                again, time = np.ones(len(held), dtype=np.bool_), first
            else:
                coin, place = noise.words(f"again {name}", objects.id[held], turn)
                again = coin >> 32 < int(buyer.again_share * 2**32)
                time = first + (turn - 1) * self.again_s + 1 + (place >> 32).astype(np.int64) * self.again_s // 2**32
            sold = again & (time < draft.close[held]) & (time < end)
            made = noise.ids(f"sold {name}", objects.id[held[sold]], turn)
            yield Takings(held[sold], time[sold], len(self.harvesters) + number, turn, made)
            if not (first + turn * self.again_s < end).any():
                return

    def tell(self, story: Story, noise: Noise) -> None:
        """The same in plain Python, for one post; breaches are given, as people are."""
        for thing in [each for each in story.objects.values() if each.kind == "held_for_sale"]:
            for number, (name, buyer) in enumerate(self.buyers.items()):
                self._tell_sales(story, noise, thing, len(self.harvesters) + number, name, buyer)
            for name in self.dealers:
                number = self.harvesters.index(name)
                breaches = self.breaches(noise, name, horizon_end=story.scene.horizon_end)
                for turn, (when, opens) in enumerate(breaches):
                    if thing.holder == number and thing.birth < when:
                        thieves = self.thieves + number
                        taken = story.see(thing, thing.maker, when, "breach", thieves, turn, "scrapers")
                        if taken:
                            identity = story.new_id(noise, "dumped", thing.id, turn)
                            dump = story.make("dumped", identity, thing.id, thieves, when, NEVER, 0, taken)
                            story.see(dump, taken, opens, "dump", thieves, 0, "scrapers")

    def _tell_sales(self, story: Story, noise: Noise, thing: Thing, actor: int, name: str, buyer: Buyer) -> None:
        coin, word = story.draw(noise, f"buy {name}", thing.id)
        shown = [each for n, each in enumerate(CLASSES) if story.scene.shows[story.row] >> n & 1]
        if not set(shown) & set(buyer.classes) or coin >> 32 >= int(buyer.bought_share * 2**32):
            return
        first = thing.birth + 1 + story.delay(buyer.waiting(), word)
        times = {0: first}
        for turn in range(1, 2 + (story.scene.horizon_end - first) // self.again_s):
            coin, place = story.draw(noise, f"again {name}", thing.id, turn)
            if coin >> 32 < int(buyer.again_share * 2**32):
                times[turn] = first + (turn - 1) * self.again_s + 1 + (place >> 32) * self.again_s // 2**32
        for turn, time in times.items():
            sold = story.see(thing, thing.maker, time, "sell", actor, turn, "scrapers")
            if sold:
                identity = story.new_id(noise, f"sold {name}", thing.id, turn)
                story.make("held_for_sale", identity, thing.id, actor, time, NEVER, 0, sold)


@lru_cache(maxsize=256)
def _breaches(
    noise: Noise, harvester: str, since: int, between_mean_s: float, until_open_mean_s: float, horizon_end: int
) -> tuple[tuple[int, int], ...]:
    between, until_open = exponential(mean_s=between_mean_s), exponential(mean_s=until_open_mean_s)
    when, found = since, []
    for number in count():
        first, second = noise.words(f"breach {harvester}", number)
        when += 1 + int(delay(between, first)[0])
        if when >= horizon_end:
            break
        found.append((when, when + 1 + int(delay(until_open, second)[0])))
    return tuple(found)


def _stage(draft: Draft, sales: list[Takings], thefts: list[Takings], opened: list[int]) -> Stage:
    """Rows of all takings, and of each theft the dump, where what was taken lies open before the horizon."""
    takings, objects = [*sales, *thefts], draft.objects
    sizes = [len(each.held) for each in takings]

    def end_to_end(columns: list[Ints]) -> Ints:
        return np.concatenate([np.empty(0, np.int64), *columns]).astype(np.int64)

    def spread(values: list[int]) -> Ints:
        return np.repeat(np.array(values, dtype=np.int64), sizes)

    held, time, made = (end_to_end([getattr(each, name) for each in takings]) for name in ("held", "time", "made"))
    actor, own = spread([each.actor for each in takings]), -2 - np.arange(len(held))
    stolen = spread([0] * len(sales) + [1] * len(thefts))
    opens = spread([NEVER] * len(sales) + opened)
    dumps = np.flatnonzero(opens < draft.scene.horizon_end)
    events = Events(
        np.concatenate([held, own[dumps]]).astype(np.int32),
        np.concatenate([objects.maker[held], own[dumps]]).astype(np.int32),
        np.concatenate([time, opens[dumps]]),
        np.concatenate([np.where(stolen, BREACH, SELL), np.full(len(dumps), DUMP)]).astype(np.int8),
        np.concatenate([actor, actor[dumps]]).astype(np.int32),
        np.concatenate([spread([each.turn for each in takings]), 0 * dumps]).astype(np.int32),
        np.zeros(len(held) + len(dumps), np.int32),
        np.full(len(held) + len(dumps), SCRAPERS, np.int8),
    )
    columns: tuple[Array, ...] = (
        made, objects.post[held], np.where(stolen, DUMPED, SALE), held, actor, time, np.full(len(held), NEVER),
        0 * held, own,
    )  # fmt: skip
    things = Objects(*(column.astype(kind) for column, kind in zip(columns, OBJECT_TYPES.values(), strict=True)))
    return Stage(np.concatenate([objects.post[held], objects.post[held[dumps]]]), events, things)
