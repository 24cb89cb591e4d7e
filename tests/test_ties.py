"""Ties: keyed, simple, with the degrees, triangles and homophily that were published; and who sees whom."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from itertools import combinations
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.core.build import build
from sim.core.errors import Mistake, Misuse
from sim.core.noise import Noise
from sim.core.parameters import settle
from sim.core.quantile import beta_thresholds
from sim.core.schema import RELATIONS, check, table
from sim.world.audience import adjacency
from sim.world.blocks import block_ties
from sim.world.cells import codes, nest
from sim.world.distance import giant_share
from sim.world.people import populate
from sim.world.ties import Ties, befriend, join, mean_friends, see, wanted_ties

CONF = Path(__file__).parents[1] / "conf"
DECISION_S = 627_696_000
SIZE = 6000


def laws(**changes):
    ties = settle(yaml.safe_load((CONF / "graph/facebook.yaml").read_text()), None)["ties"]
    ties.pop("_target_")
    return Ties(**(ties | changes))


def crowd(size, seed=1):
    laws_ = build(settle(yaml.safe_load((CONF / "people.yaml").read_text()), None))
    return populate(laws_, Noise(seed), size=size, decision=DECISION_S)


@pytest.fixture(scope="module")
def people():
    return crowd(SIZE + 10)


@pytest.fixture(scope="module")
def ties(people):
    return befriend(laws(), people, Noise(1), size=SIZE)


def ends(ties):
    return ties["source"].to_numpy(), ties["target"].to_numpy()


def degree(ties, size):
    return np.bincount(np.concatenate(ends(ties)), minlength=size)


def triangles(ties, size):
    matrix = np.zeros((size, size), dtype=np.float32)
    source, target = ends(ties)
    matrix[source, target] = matrix[target, source] = 1
    return float(np.sum((matrix @ matrix) * matrix))


def test_no_self_loops_no_doubles_lower_id_first(ties):
    check("ties", ties)
    source, target = ends(ties)
    assert (source < target).all()
    pairs = source << 32 | target
    assert (np.diff(pairs) > 0).all()
    assert target.max() < SIZE


@settings(max_examples=20, deadline=None)
@given(size=st.integers(1, 60), seed=st.integers(0, 2**32), mean=st.sampled_from([None, 1, 5.5, 300]))
def test_small_worlds_are_simple_graphs(size, seed, mean):
    made = befriend(laws(mean_friends=mean), crowd(size, seed), Noise(seed), size=size)
    source, target = ends(made)
    assert (source < target).all()
    assert len(set(zip(source.tolist(), target.tolist(), strict=True))) == len(source)


def test_newcomers_change_no_tie(people, ties):
    assert befriend(laws(), people.slice(0, SIZE), Noise(1), size=SIZE).equals(ties)


def test_equal_seeds_give_equal_ties_on_threads_and_in_another_process(people, ties):
    with ThreadPoolExecutor(2) as pool:
        made = list(pool.map(lambda seed: befriend(laws(), people, Noise(seed), size=SIZE), [1, 1, 2]))
    assert made[0].equals(ties)
    assert made[1].equals(ties)
    assert not made[2].equals(ties)
    code = """
import sys
sys.path.insert(0, "tests")
from test_ties import *
source, target = ends(befriend(laws(), crowd(500), Noise(1), size=500))
print(int((source * 7919 + target).sum()))
"""
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=CONF.parent, env={"NUMBA_NUM_THREADS": "1"}, capture_output=True, text=True
    )
    source, target = ends(befriend(laws(), crowd(500), Noise(1), size=500))
    assert run.stdout.strip() == str(int((source * 7919 + target).sum())), run.stderr


def test_ties_say_what_friends_share_and_since_when(people):
    made = befriend(laws(), people, Noise(1), size=SIZE, decision=DECISION_S)
    source, target = ends(made)
    kind, since, joined = made["relation"].to_numpy(), made["since"].to_numpy(), people["joined"].to_numpy()
    assert (since >= np.maximum(joined[source], joined[target])).all()
    assert (since <= DECISION_S).all()
    home, work = people["household"].to_numpy(), codes(people["employer"])
    family, colleagues = kind == RELATIONS.index("family"), kind == RELATIONS.index("work")
    assert family.sum() > SIZE / 10
    assert (home[source] == home[target])[family].all()
    assert colleagues.sum() > SIZE / 10
    assert (work[source] == work[target])[colleagues].all()
    assert (work[source] >= 0)[colleagues].all()
    assert set(kind.tolist()) == set(range(len(RELATIONS)))


def test_hardly_anybody_is_cut_off_and_nobody_has_more_friends_than_wanted(people, ties):
    start, neighbour = adjacency(ties, people=SIZE, directed=False)
    assert giant_share(start, neighbour) > 0.999
    wanted = wanted_ties(laws(), Noise(1), size=SIZE, mean=mean_friends(SIZE))[0]
    assert (np.diff(start) <= wanted).all()
    assert np.diff(start).sum() > 0.99 * wanted.sum()


def test_degrees_follow_the_scaled_weibull(ties):
    found = degree(ties, SIZE)
    p = np.array([0.25, 0.5, 0.75, 0.9, 0.95])
    law = laws()
    weibull = law.weibull_scale * (-np.log(1 - p)) ** (1 / law.weibull_shape) * mean_friends(SIZE) / 181.2
    assert np.quantile(found, p) == pytest.approx(weibull, rel=0.15)
    assert found.mean() == pytest.approx(mean_friends(SIZE), rel=0.05)
    assert 0.45 < np.median(found) / found.mean() < 0.6
    assert found.min() >= 0


@pytest.mark.parametrize(("size", "mean"), [(1000, 19), (10_000, 40), (100_000, 72), (1_000_000, 116)])
def test_mean_friends_is_the_published_table(size, mean):
    assert mean_friends(size) == mean


def test_mean_friends_can_be_given(people):
    made = befriend(laws(mean_friends=12), people, Noise(1), size=SIZE)
    assert 2 * made.num_rows / SIZE == pytest.approx(12, rel=0.06)


def test_friends_share_country_and_age(people, ties):
    source, target = ends(ties)
    country, age = codes(people["country"]), people["age"].to_numpy().astype(float)
    assert 0.72 < (country[source] == country[target]).mean() < 0.92  # V12
    both = np.concatenate([source, target]), np.concatenate([target, source])
    assert np.corrcoef(age[both[0]], age[both[1]])[0, 1] > 0.4  # V11
    women = codes(people["gender"])
    assert abs(np.corrcoef(women[both[0]], women[both[1]])[0, 1]) < 0.03  # V11: no strong gender homophily


def test_triangles_far_exceed_a_graph_of_the_same_degrees(people):
    made = befriend(laws(), people, Noise(1), size=2000)
    wanted = degree(made, 2000).astype(np.float64)
    chance = np.minimum(1, np.outer(wanted, wanted) / wanted.sum())
    np.fill_diagonal(chance, 0)
    assert triangles(made, 2000) > 2 * float(np.sum((chance @ chance) * chance))
    transitivity = triangles(made, 2000) / float((wanted * (wanted - 1)).sum())
    assert 0.08 < transitivity < 0.3


def test_no_blocks_no_triangles_to_speak_of(people):
    flat = {
        "matching_sorting": 0.0,
        "cohort_share": 0.0,
        "town_share": 0.0,
        "nation_share": 0.0,
        "abroad_share": 1.0,
        "mean_friends": 10,
    }
    made = befriend(laws(**flat), people, Noise(1), size=2000)
    wanted = degree(made, 2000).astype(np.float64)
    assert triangles(made, 2000) / float((wanted * (wanted - 1)).sum()) < 0.05


def block_twin(noise, decision, order, start, degree, width, share):
    """The block model in plain Python, both directions of each tie."""
    pairs = set()
    room = degree.copy()
    for cell in range(len(start) - 1):
        left = [int(person) for person in order[start[cell] : start[cell + 1]]]
        while left:
            block = []
            while left:
                block.append(left.pop(0))
                if len(block) >= width[sum(int(degree[person]) for person in block) // len(block)]:
                    break
            total = sum(int(degree[person]) for person in block)
            for a, b in combinations(block, 2):
                word = int(noise.words(decision, min(a, b), max(a, b))[0][0]) >> 32
                chance = min((share * int(degree[a]) * int(degree[b]) << 16) // total, 4_080_218_931)
                if word < chance and room[a] and room[b]:
                    pairs |= {(a, b), (b, a)}
                    room[[a, b]] -= 1
    return pairs


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32), size=st.integers(1, 40), cut=st.integers(0, 40), share=st.integers(1, 65536))
def test_blocks_equal_their_plain_twin(seed, size, cut, share):
    noise = Noise(seed)
    order = np.argsort(noise.words("order", np.arange(size))[0], kind="stable")
    degree = 1 + noise.below("degree", 12, np.arange(size))
    start = np.array([0, min(cut, size), size])
    width = np.maximum(2, np.arange(13))
    begin, fill = np.concatenate([[0], np.cumsum(degree)]), np.zeros(size, dtype=np.int64)
    slot = np.full(begin[-1], -1, dtype=np.int32)
    person, nothing, part = np.arange(size), np.zeros(size, dtype=np.int64), np.full(13, share)
    key = noise.key("pair")
    block_ties(key, 0, 2, start, order, person, nothing, 1, 3, width, part, begin, fill.copy(), fill, slot)
    found = {(a, int(b) >> 2) for a in range(size) for b in slot[begin[a] : begin[a] + fill[a]]}
    assert found == block_twin(noise, "pair", order, start, degree, width, share)
    assert (fill <= degree).all()


def test_cells_nest(people):
    levels = nest(people, Noise(1), cell_people=200, blur_years=20)
    for inner, outer in ((levels.cohort.cell, levels.town.cell), (levels.town.cell, levels.country)):
        assert len(set(zip(inner.tolist(), outer.tolist(), strict=True))) == len(set(inner.tolist()))
    city = codes(people["country"]) << 32 | codes(people["city"])
    assert len(set(zip(city.tolist(), levels.town.cell.tolist(), strict=True))) == len(set(city.tolist()))


def test_followers_point_at_the_well_connected_and_are_seldom_mutual(people):
    made = befriend(laws(kind="followers"), people, Noise(1), size=SIZE)
    source, target = ends(made)
    arcs = set(zip(source.tolist(), target.tolist(), strict=True))
    assert len(arcs) == made.num_rows
    pairs = {(min(arc), max(arc)) for arc in arcs}
    assert (len(arcs) - len(pairs)) / len(pairs) == pytest.approx(0.221, abs=0.02)  # G17
    followers = np.bincount(target, minlength=SIZE)
    following = np.bincount(source, minlength=SIZE)
    assert np.quantile(followers, 0.99) > 1.2 * np.quantile(following, 0.99)


def test_both_friends_see_each_other_each_with_an_own_chance(ties):
    audience = see(ties, Noise(1), people=SIZE + 10, directed=False, visibility_a=0.243, visibility_b=0.45)
    assert len(audience.start) == SIZE + 11
    assert audience.start[-1] == len(audience.viewer) == len(audience.visibility) == 2 * ties.num_rows
    source, target = ends(ties)
    expected = sorted(
        [*zip(source.tolist(), target.tolist(), strict=True), *zip(target.tolist(), source.tolist(), strict=True)]
    )
    author = np.repeat(np.arange(SIZE + 10), np.diff(audience.start))
    assert list(zip(author.tolist(), audience.viewer.tolist(), strict=True)) == expected
    word = Noise(1).words("visibility", author, audience.viewer)[0]
    quantiles = beta_thresholds(a=0.243, b=0.45)
    assert (audience.visibility == quantiles[(word >> np.uint64(52)).astype(np.int64)]).all()
    assert audience.visibility.mean() / 2**32 == pytest.approx(0.35, abs=0.01)  # R01


def test_neither_the_order_of_friends_nor_of_their_ends_matters(ties):
    source, target = ends(ties)
    by_source, shuffled = np.lexsort((-target, source)), np.random.default_rng(1).permutation(len(source))
    for one, two in ((source[by_source], target[by_source]), (source[shuffled], target[shuffled]), (target, source)):
        made = adjacency(pa.table({"source": one, "target": two}), people=SIZE, directed=False)
        for column, expected in zip(made, adjacency(ties, people=SIZE, directed=False), strict=True):
            assert (column == expected).all()


def test_followers_are_seen_by_nobody_they_follow():
    arcs = table("ties", {"source": np.array([2, 0, 1]), "target": np.array([0, 1, 0])})
    audience = see(arcs, Noise(1), people=3, directed=True, visibility_a=0.5, visibility_b=0.5)
    assert audience.start.tolist() == [0, 2, 3, 3]
    assert audience.viewer.tolist() == [1, 2, 0]


def test_ties_of_nobody_are_a_mistake():
    arcs = table("ties", {"source": np.array([0]), "target": np.array([7])})
    with pytest.raises(Mistake, match="person 7"):
        see(arcs, Noise(1), people=3, directed=False, visibility_a=0.5, visibility_b=0.5)


def test_a_joining_owner_gets_distinct_friends_and_disturbs_nobody(ties):
    before = see(ties, Noise(1), people=SIZE + 1, directed=False, visibility_a=0.243, visibility_b=0.45)
    grown = join(ties, Noise(1), person=SIZE, count=300, size=SIZE)
    after = see(grown, Noise(1), people=SIZE + 1, directed=False, visibility_a=0.243, visibility_b=0.45)
    assert grown.slice(0, ties.num_rows).equals(ties)
    friends = after.viewer[after.start[SIZE] :]
    assert len(set(friends.tolist())) == 300
    assert friends.max() < SIZE
    old = np.repeat(np.arange(SIZE + 1), np.diff(after.start)) != SIZE
    old &= after.viewer != SIZE
    assert (after.viewer[old] == before.viewer).all()
    assert (after.visibility[old] == before.visibility).all()
    assert degree(ties, SIZE)[friends].mean() > 1.3 * degree(ties, SIZE).mean()  # friends have more friends


def test_more_friends_of_a_newcomer_keep_the_first(ties):
    few, more = (
        set(join(ties, Noise(1), person=SIZE, count=n, size=SIZE)["source"][-n:].to_pylist()) for n in (50, 80)
    )
    assert few < more


@pytest.mark.parametrize(("person", "count"), [(SIZE, SIZE + 1), (SIZE, -1), (SIZE - 1, 3)])
def test_an_impossible_newcomer_is_a_mistake(ties, person, count):
    with pytest.raises(Mistake, match="newcomer"):
        join(ties, Noise(1), person=person, count=count, size=SIZE)


def test_all_of_a_world_can_be_joined():
    ties = table("ties", {"source": pa.array([], pa.int64()), "target": pa.array([], pa.int64())})
    assert sorted(join(ties, Noise(1), person=9, count=5, size=5)["source"].to_pylist()) == [0, 1, 2, 3, 4]


def test_impossible_laws_are_named():
    with pytest.raises(Misuse, match="Did you mean 'followers'"):
        laws(kind="follower")
    with pytest.raises(Mistake, match="abroad_share"):
        laws(abroad_share=-0.1)
    for first, second in (("nation_share", "abroad_share"), ("cohort_share", "town_share")):
        with pytest.raises(Mistake, match=f"{first} and {second} add to 1.1; at most 1"):
            laws(**{first: 0.2, second: 0.9})
    with pytest.raises(Mistake, match="mean_friends"):
        laws(mean_friends=float("nan"))


def test_more_people_than_there_are_is_a_mistake(people):
    with pytest.raises(Mistake, match="6011 of 6010"):
        befriend(laws(), people, Noise(1), size=SIZE + 11)


@pytest.mark.parametrize("name", [path.stem for path in sorted((CONF / "graph").glob("*.yaml"))])
@pytest.mark.parametrize("seed", [None, 0, 1, 2, 3])
def test_every_graph_of_conf_is_complete_in_its_whole_range(name, seed):
    config = yaml.safe_load((CONF / "graph/facebook.yaml").read_text())
    own = yaml.safe_load((CONF / f"graph/{name}.yaml").read_text())
    both = settle(config["ties"] | own.get("ties", {}), None if seed is None else Noise(seed))
    both.pop("_target_")
    Ties(**both)
    assert own["name"] == name
    assert (config | own)["source"] in ("generated", "edgelist", "networkx", "like")
