"""Markets: what is sold, listed anew and laid open; what a request reaches of it; and what the report says."""

import dataclasses
from typing import Any

import numpy as np
import pytest
from laws.conftest import Run, perform_small
from scenes import UNITS_S, Held, aimed_doors, channels, happenings, held, scene

from sim.core.errors import Mistake
from sim.core.log import Log
from sim.core.noise import Noise
from sim.core.schema import CHANNELS, CLASSES, OBJECTS
from sim.exposure.apply import apply
from sim.exposure.channels.market import Buyer, Market
from sim.exposure.doors import DELETE, ERASE, FIRST_HOLDER, Doors, close_all, open_doors
from sim.exposure.propagate import propagate
from sim.exposure.scene import Scene
from sim.measure.score import open_ledger
from sim.measure.secondary import sold
from sim.traded import Traded, count

SELL, BREACH, DUMP = (CHANNELS.index(name) for name in ("sell", "breach", "dump"))
SALE, DUMPED = OBJECTS.index("held_for_sale"), OBJECTS.index("dumped")
PARTS = ("sunk", "irreversible", "avoidable")
Kinds = dict[int, int]


def made(seed: int, unit_s: int = 60) -> tuple[Scene, Market, Log]:
    at, chain = scene(90_000 + seed, unit_s=unit_s, each=5, about=3), channels(unit_s)
    return at, chain["market"], propagate(at, list(chain.values()), Noise(seed), posts_a_block=4)  # type: ignore[return-value]


@pytest.mark.parametrize("seed", range(4))
def test_a_breach_takes_all_that_the_store_holds_then_and_nothing_else(seed: int) -> None:
    at, market, log = made(seed)
    things = [each for each in held(log) if each.kind == SALE and each.holder < len(market.harvesters)]
    stolen = {(each.parent, each.birth): each for each in held(log) if each.kind == DUMPED}
    expected = set()
    for number, name in enumerate(market.harvesters):
        for when, _ in market.breaches(Noise(seed), name, horizon_end=at.horizon_end):
            expected |= {(o.id, when) for o in things if o.holder == number and o.birth < when < closed(at, log)[o.id]}
    assert expected and set(stolen) == expected
    opened = {e.name[0]: e.time for e in happenings(log) if e.name[1] == DUMP}
    assert opened and all(each.birth < opened[each.id] for each in stolen.values() if each.id in opened)
    again = list(market.breaches(Noise(seed), "trader", horizon_end=10 * at.horizon_end))
    assert again[:1] == list(market.breaches(Noise(seed), "trader", horizon_end=10 * at.horizon_end))[:1]
    assert all(when < opens for when, opens in again) and [w for w, _ in again] == sorted({w for w, _ in again})


def closed(at: Scene, log: Log, doors: Doors | None = None) -> dict[int, int]:
    """When each object closes, by id."""
    shut = open_doors(len(at.post)) if doors is None else doors
    found: dict[int, int] = {}
    for block in log.blocks:
        found |= zip(block.objects.id.tolist(), close_all(block.objects, block.first, shut).tolist(), strict=True)
    return found


@pytest.mark.parametrize("seed", range(4))
def test_erasing_before_a_breach_prevents_its_dump_and_afterwards_nothing_does(seed: int) -> None:
    at, market, log = made(seed)
    number = market.harvesters.index("trader")
    when = next(when for when, _ in market.breaches(Noise(seed), "trader", horizon_end=at.horizon_end))
    thieves, dumped = market.thieves + number, {}
    for name, moment in (("never", None), ("before", when - 1), ("after", when + 1)):
        doors = open_doors(len(at.post))
        if moment is not None:
            doors[[DELETE, ERASE]] = moment
        left = happenings(log, apply(doors, log))
        dumped[name] = {e.name for e in left if e.name[1] in (BREACH, DUMP) and e.name[2] == thieves and e.time >= when}
    first = {name for name in dumped["never"] if name[1] == BREACH and name[3] == 0}
    assert not dumped["before"] & first and first <= dumped["after"]
    opened = {e.name for e in happenings(log) if e.name[1] == DUMP and e.parent in first}
    assert opened <= dumped["after"], "a dump was deleted"


@pytest.mark.parametrize("unit_s", UNITS_S)
def test_buyers_list_what_they_are_after_and_a_request_reaches_the_listings_that_stand(unit_s: int) -> None:
    at, market, log = made(7, unit_s)
    shows = dict(zip(at.post.tolist(), at.shows.tolist(), strict=True))
    listings = [each for each in held(log) if each.kind == SALE and each.holder >= len(market.harvesters)]
    for number, buyer in enumerate(market.buyers.values()):
        mine = [each for each in listings if each.holder == len(market.harvesters) + number]
        assert mine and all(shows[each.post] & buyer.after for each in mine)
    turns = [e.name[3] for e in happenings(log) if e.name[1] == SELL]
    assert 0 in turns and max(turns) >= 1, "nothing was listed anew"
    when = int(np.median([each.birth for each in listings]))
    doors = open_doors(len(at.post), holders=market.thieves)
    doors[ERASE] = when
    for buyer in range(len(market.harvesters), market.thieves):
        doors[FIRST_HOLDER + buyer] = when  # the buyers comply at once, the dealers never
    close = closed(at, log, doors)
    after = {each.id for each in held(log, apply(doors, log))}
    assert {each.id for each in listings} <= after, "an opt-out of a list kept it from being listed anew"
    assert all((close[each.id] == when) == (each.birth < when) for each in listings)
    source = {each.parent for each in listings if each.birth < when} & {e.parent for e in listings if e.birth > when}
    assert source, "no thing was taken off a list and came back"


@pytest.mark.parametrize("seed", range(8))
def test_counts_equal_a_recount_and_parts_add_up(seed: int) -> None:
    unit_s = UNITS_S[seed % len(UNITS_S)]
    at, market, log = made(seed, unit_s)
    rng, decision = np.random.default_rng(seed), at.horizon_end // 2
    owner = np.where(at.subject == at.subject[0], 0, np.where(at.subject == at.subject[-1], 1, -1))
    items, nothing = rng.integers(0, 3, len(at.post)), open_doors(len(at.post))
    all_doors = np.full_like(nothing, decision)
    everything = apply(all_doors, log)
    ledger = open_ledger(log, everything, owner=owner, items=items, owners=2, decision=decision)
    total = count(market, at, ledger, log, None, nothing)
    least = count(market, at, ledger, log, everything, all_doors)
    sunk = {name: 0 * total[name] for name in total}
    traded = Traded(market, at, ledger, total, sunk, least)
    doors = np.maximum(aimed_doors(seed, at, log), decision)
    found = traded.parts(log, apply(doors, log), doors)
    by_post: dict[int, Any] = dict(zip(at.post.tolist(), owner.tolist(), strict=True))
    weight = dict(zip(at.post.tolist(), items.tolist(), strict=True))
    for shut, mine in ((doors, found), (nothing, total)):
        alive = apply(shut, log)
        dumped = {e.post for e in happenings(log, alive) if e.name[1] == DUMP and by_post[e.post] == 0}
        assert mine["dumped_items"][0] == sum(weight[post] for post in dumped)
        close, things = closed(at, log, shut), held(log, alive)
        for number, name in enumerate(market.buyers):
            assert mine[f"in_{name}"].tolist() == [
                any(stands(each, len(market.harvesters) + number, close, at) and by_post[each.post] == who
                    for each in things) for who in range(2)
            ]  # fmt: skip
    for measure in total:
        assert sum(found[f"{measure}_{part}"] for part in PARTS).tolist() == total[measure].tolist()
        assert all((found[f"{measure}_{part}"] >= 0).all() for part in PARTS)
        assert (found[f"{measure}_avoided"] >= 0).all() and (found[measure] <= total[measure]).all()


def stands(each: Held, buyer: int, close: dict[int, int], at: Scene) -> bool:
    return each.kind == SALE and each.holder == buyer and close[each.id] > at.horizon_end


def test_a_market_names_what_there_is() -> None:
    market: Any = channels(60)["market"]
    with pytest.raises(Mistake, match="harvester"):
        dataclasses.replace(market, dealers={"nobody": 1.0})
    with pytest.raises(Mistake, match="called as a harvester"):
        dataclasses.replace(market, buyers={"trader": next(iter(market.buyers.values()))})
    with pytest.raises(Mistake, match="class"):
        Buyer(("nose",), 0.5, 1.0, 0.5, by_right_alone=True)
    assert Buyer(("face", "face", "name"), 0.5, 1.0, 0.5, by_right_alone=True).after == (
        1 << CLASSES.index("face") | 1 << CLASSES.index("name")
    )


@pytest.fixture(scope="module")
def sold_on(tmp_path_factory: pytest.TempPathFactory) -> Run:
    words = ("experiment=sold_on", "strategy=[nothing,erase,delete_account,block_spreaders]", "seeds=3")
    return perform_small("compare", tmp_path_factory.mktemp("sold"), *words, "annotators=true")


def test_a_comparison_says_what_is_sold_on(sold_on: Run) -> None:
    rows = {(row["strategy"], row["measure"]): row for row in sold_on.document["leaderboard"]}
    for measure in ("dumped_items", "in_face_index", "in_people_search_index"):
        nothing = rows["nothing", measure]["mean"]
        assert sum(rows["nothing", f"{measure}_{part}"]["mean"] for part in PARTS) == pytest.approx(nothing)
        assert rows["nothing", f"{measure}_avoided"]["mean"] == 0
        assert rows["erase", measure]["mean"] <= nothing
        assert rows["block_spreaders", measure]["mean"] is not None, "left out where posts are simulated anew"
    assert rows["block_spreaders", "annotators"]["mean"] is not None
    assert rows["nothing", "in_face_index"]["unit"] == rows["nothing", "in_face_index_avoided"]["unit"] == "probability"
    said = sold(sold_on.results)
    assert "lie open in a dump" in said and "in a people search" in said
    assert "What is sold on" in (sold_on.folder / "report.html").read_text(encoding="utf-8")


def test_without_a_market_nothing_is_for_sale(tmp_path: Any) -> None:
    usual = perform_small("compare", tmp_path, "strategy=[nothing,erase]", "seeds=1")
    assert not sold(usual.results)
    assert "What is sold on" not in (usual.folder / "report.html").read_text(encoding="utf-8")
