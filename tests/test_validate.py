"""Validate: verdicts that follow from bands, measures that agree with closed forms, and a page that says why."""

import json
import re
from pathlib import Path
from types import SimpleNamespace

import networkx as nx
import numpy as np
import pyarrow as pa
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.__main__ import VERBS
from sim.core.errors import Mistake, Misuse
from sim.core.inequality import gini
from sim.core.log import Block, Events, Log
from sim.core.noise import Noise
from sim.core.schema import CHANNELS, DAY_S, NEVER, YEAR_S
from sim.facts import twin, views
from sim.facts.adversary import crawl, lift, uniqueness_facts
from sim.facts.gone import deletion_facts
from sim.facts.posts import lorenz, posting_facts
from sim.facts.ties import LEVELS, bend, decline, friendships, near, ties_facts
from sim.measure.fact_figures import clustering, degrees, mixing, posts
from sim.measure.facts import ROLES, VERDICTS, Fact, Found, in_words, judge, judged, leaning, read_facts, summary
from sim.measure.validation import write_validation
from sim.verbs import validate
from sim.verbs.compose import compose_config
from sim.world.audience import adjacency
from sim.world.graph import named_graph

CONF = Path(__file__).parents[1] / "conf"
FACTS = yaml.safe_load((CONF / "facts.yaml").read_text())
CALIBRATED = {"V01", "V02", "V12", "V13", "V17", "V18", "V20", "V22", "V23", "V24", "V25", "V26", "V32"}
BOTH = {"V20", "V21", "V33"}
"""Facts with one statistic fitted to and another, independent one held out."""


def fact(**changes):
    fields = {
        "id": "V99",
        "statistic": "s",
        "published": 0.5,
        "low": 0.4,
        "high": 0.6,
        "role": "held_out",
        "source": "x",
    }
    return Fact(**fields | changes)


def test_every_fact_is_there_with_its_role_and_a_band_that_holds_what_was_published():
    facts = read_facts(FACTS)
    assert {one.id for one in facts.values()} == {f"V{number:02}" for number in range(1, 34)}
    for one in facts.values():
        if one.id not in BOTH:
            assert one.role == ("calibrated" if one.id in CALIBRATED else "held_out"), one.id
        assert one.statistic
        assert one.source
        assert one.low is not None or one.high is not None
        if one.published is not None:
            assert one.low is None or one.low <= one.published, one
            assert one.high is None or one.published <= one.high, one


@given(value=st.floats(-1e6, 1e6), low=st.none() | st.floats(-1e3, 1e3), width=st.none() | st.floats(0, 1e3))
def test_the_verdict_is_in_exactly_between_the_ends(value, low, width):
    high = None if width is None else (low or 0.0) + width
    row = judge(fact(low=low, high=high), Found(value))
    inside = (low is None or value >= low) and (high is None or value <= high)
    assert row["verdict"] == ("in" if inside else "out")
    assert row["note"] or inside


@pytest.mark.parametrize("found", [None, Found(None), Found(float("nan")), Found(float("inf"))])
def test_what_cannot_be_measured_is_absent_and_never_passes(found):
    row = judge(fact(), found)
    assert row["verdict"] == "absent"
    assert row["generated"] is None
    assert row["note"]


def test_a_miss_is_explained_by_the_measurement_first_then_by_the_fact():
    assert "here" in judge(fact(why_out="in general"), Found(9.0, why_out="here"))["note"]
    assert "in general" in judge(fact(why_out="in general"), Found(9.0))["note"]
    assert "not known" in judge(fact(), Found(9.0))["note"]


def test_wrong_facts_are_named():
    with pytest.raises(Misuse, match="calibrated"):
        fact(role="calibratd")
    with pytest.raises(Misuse, match=r"facts\.V01\.x.*colour"):
        read_facts({"V01": {"x": {"colour": "red"}}})
    with pytest.raises(Misuse, match=r"V02\.b"):
        judged({"V02.a": fact()}, {"V02.b": Found(1.0)})


def test_the_summary_counts_every_row_once_and_says_what_is_absent():
    rows = [judge(fact(), Found(value)) for value in (0.5, 0.5, 0.9, None)]
    counts = summary([*rows, judge(fact(role="calibrated"), Found(0.5))])
    assert counts["held_out"] == {"rows": 4, "in": 2, "out": 1, "absent": 1, "not_independent": 0}
    assert in_words(counts) == "Calibrated: 1 of 1 in. Held out: 2 of 3 in; 1 more absent."


def test_a_held_out_fact_that_a_parameter_was_set_by_is_no_independent_test():
    parameters = [
        ("graph.x", {"value": 1, "source": "calibrated to G06"}),
        ("graph.y", {"value": 1, "source": "G6, XG06"}),
    ]
    facts = {"a": fact(source="G06 Somebody"), "b": fact(source="G07"), "c": fact(source="G06", rows=())}
    facts |= {"d": fact(source="G06", role="calibrated")}
    rows = judged(leaning(facts, parameters), {name: Found(0.5) for name in facts})
    assert ["not an independent" in row["note"].lower() for row in rows] == [True, False, False, False]
    assert "graph.x" in rows[0]["note"]
    assert "graph.y" not in rows[0]["note"]
    counts = summary(rows)
    assert counts["held_out"]["not_independent"] == 1
    assert in_words(counts) == "Calibrated: 1 of 1 in. Held out: 3 of 3 in (1 not independent)."


def test_a_power_law_has_no_bend_and_a_thinner_tail_bends_down():
    power = [(1 - at) ** -0.7 * 10 for at in LEVELS]
    weibull = [100 * (-np.log(1 - at)) ** (1 / 0.786) for at in LEVELS]
    assert bend(power) == pytest.approx(0, abs=1e-9)
    assert bend(weibull) < -0.3
    assert np.isnan(bend([3, 3, 3, 3, 3, 4, 4]))


def test_decline_is_a_rank_correlation():
    assert decline(np.array([0.4, 0.3, np.nan, 0.1])) == pytest.approx(-1)
    assert decline(np.array([0.1, 0.2, 0.9])) == pytest.approx(1)
    assert np.isnan(decline(np.array([0.1, 0.2])))


def test_people_near_a_degree_are_taken_only_if_there_are_enough():
    assert len(near(np.full(29, 100), 100)) == 0
    assert len(near(np.array([100] * 20 + [85] * 20 + [79] * 9), 100)) == 40


@pytest.fixture(scope="module")
def miserables():
    graph = named_graph("les_miserables")
    people = pa.table({"age": [30] * graph.size, "gender": ["a", "b"] * 38 + ["a"], "country": ["X"] * graph.size})
    for name in ("gender", "country"):
        at = people.schema.get_field_index(name)
        people = people.set_column(at, name, people[name].combine_chunks().dictionary_encode())
    return nx.les_miserables_graph(), friendships(graph.ties, people, size=graph.size)


def test_facts_of_friendships_agree_with_networkx(miserables):
    graph, seen = miserables
    found = {name: one.value for name, one in ties_facts(seen, Noise(1)).items()}
    assert found["V05.distance"] == pytest.approx(nx.average_shortest_path_length(graph))
    assert found["V06.transitivity"] == pytest.approx(nx.transitivity(graph))
    assert found["V08.assortativity"] == pytest.approx(nx.degree_assortativity_coefficient(graph))
    assert found["V04.giant"] == 1
    assert found["V12.country"] == 1
    assert found["V10.at_500"] is None


def test_the_portrait_of_a_twin_is_what_networkx_measures(miserables):
    graph, seen = miserables
    drawn = twin.portrait(seen.start, seen.neighbour, Noise(1))
    assert drawn["clustering"] == pytest.approx(nx.average_clustering(graph))
    assert drawn["distance"] == pytest.approx(nx.average_shortest_path_length(graph))
    assert drawn["degree_p50"] == np.median([k for _, k in graph.degree()])
    assert 0.5 < drawn["modularity"] < 0.6


def test_a_graph_is_its_own_perfect_twin_and_a_strange_one_is_out(miserables, monkeypatch):
    _, seen = miserables
    ring = adjacency(
        pa.table({"source": np.arange(77), "target": np.roll(np.arange(77), -1)}), people=77, directed=False
    )
    bands = yaml.safe_load((CONF / "validate.yaml").read_text())["twin"]
    for start, neighbour, verdict in ((seen.start, seen.neighbour, "in"), (*ring, "out")):
        grown = SimpleNamespace(start=start, neighbour=neighbour)
        monkeypatch.setattr(twin, "fit", lambda *_: SimpleNamespace(twin=None, notes=()))
        monkeypatch.setattr(twin, "grow", lambda *_, grown=grown: grown)
        made = twin.twins({"source": "networkx", "name": "les_miserables"}, Noise(1), bands=bands, seeds=3)
        rows = {row["statistic"]: row for row in judged(made.facts, made.found)}
        assert {"clustering", "assortativity", "distance", "modularity", "degree_p10", "degree_p99"} <= rows.keys()
        for name in ("clustering", "distance", "degree_p90"):
            assert rows[name]["verdict"] == verdict, rows[name]
            assert rows[name]["note"]
        assert rows["distance"]["high"] - rows["distance"]["published"] == pytest.approx(0.2, abs=1e-5)
        assert rows["clustering"]["low"] == pytest.approx(0.85 * rows["clustering"]["published"], abs=1e-5)


def test_the_top_tenth_of_posters_by_hand():
    found = posting_facts(np.array([1.0] * 90 + [9.0] * 10))
    assert found["V13.top_tenth"].value == pytest.approx(0.5)
    assert found["V14.top_median"].value == pytest.approx(9)
    assert posting_facts(np.zeros(50)) == {}


@given(amounts=st.lists(st.integers(0, 10**6), min_size=2, max_size=60).filter(any))
def test_gini_and_lorenz_curve_describe_the_same_inequality(amounts):
    ordered = np.sort(np.array(amounts, dtype=np.float64))
    share = gini(ordered)
    assert -1e-9 <= share < 1
    curve = np.concatenate([[0], np.cumsum(ordered)]) / ordered.sum()
    area = np.trapezoid(curve, np.linspace(0, 1, len(curve)))
    assert share == pytest.approx(1 - 2 * area, abs=1e-9)
    drawn = lorenz(ordered)["posts"]
    assert drawn[0] == 0
    assert drawn[-1] == pytest.approx(1)
    assert (np.diff(drawn) >= -1e-12).all()


def scene(lasted_s):
    lasted = np.asarray(lasted_s, dtype=np.int64)
    return SimpleNamespace(time=np.zeros(len(lasted), np.int64), natural=np.where(lasted < 0, NEVER, lasted))


def test_deletion_at_one_rate_is_not_taken_for_a_first_week_of_regret():
    steady = (-np.log(np.linspace(1e-4, 1, 5000)) / 0.055 * YEAR_S).astype(np.int64)
    found = deletion_facts(scene(steady))
    assert found["V25.six_years"].value == pytest.approx(0.28, abs=0.01)
    assert found["V23.week"].value is None
    wave = np.concatenate([np.full(50, 900), steady[:950], np.full(500, -1)])
    found = deletion_facts(scene(wave))
    assert found["V23.week"].value == pytest.approx(0.05, abs=0.002)
    assert found["V24.median"].value == 15


def test_a_crawl_is_breadth_first_and_stops(miserables):
    graph, seen = miserables
    hops = nx.single_source_shortest_path_length(nx.convert_node_labels_to_integers(graph, ordering="sorted"), 11)
    visited = crawl(seen.start, seen.neighbour, 11, 40)
    assert len(visited) == len(set(visited)) == 40
    assert [hops[person] for person in visited] == sorted(hops[person] for person in visited)


def test_inference_from_friends_is_perfect_in_separate_towns_and_chance_in_none():
    two = nx.disjoint_union(nx.complete_graph(40), nx.complete_graph(40))
    start, neighbour = adjacency(
        pa.table({"source": [u for u, _ in two.edges], "target": [v for _, v in two.edges]}), people=80, directed=False
    )
    town = np.arange(80) // 40
    assert lift(start, neighbour, town, Noise(3)) == pytest.approx(2, rel=0.1)
    assert lift(start, neighbour, np.zeros(80, np.int64), Noise(3)) == pytest.approx(1)


def test_uniqueness_by_hand():
    people = pa.table(
        {
            "person": np.arange(6),
            "gender": pa.array(["a", "a", "b", "a", "a", "a"]).dictionary_encode(),
            "born": np.array([5, 5, 5, 6, 7, 7]) * DAY_S + np.array([0, 9, 0, 0, 3, 4]),
        }
    )
    assert uniqueness_facts(people, place_people=6)["V31.unique"].value == pytest.approx(2 / 6)
    assert uniqueness_facts(people, place_people=1)["V31.unique"].value == 1


def story(monkeypatch):
    """Two posts; the first is reshared by person 1, and again by person 3 who saw that."""
    monkeypatch.setattr(views, "LEAST_COUNT", 1)
    feed, reshare, forward = (CHANNELS.index(name) for name in ("feed", "reshare", "forward"))
    rows = [  # post, parent, time, channel, actor
        (0, -1, 600, feed, 1), (0, 0, 1200, reshare, 1), (0, 1, 9000, forward, 3), (0, 2, 9600, reshare, 3),
        (1, -1, 50, feed, 2),
    ]  # fmt: skip
    post, parent, time, channel, actor = (np.array(column) for column in zip(*rows, strict=True))
    zero = np.zeros(len(rows), np.int32)
    events = Events(
        zero, parent.astype(np.int32), time, channel.astype(np.int8), actor.astype(np.int32), zero, zero,
        zero.astype(np.int8),
    )  # fmt: skip
    blocks = tuple(
        Block(
            first,
            np.array([0, int(own.sum())]),
            Events(*(getattr(events, f)[own] for f in Events.__annotations__)),
            None,
        )
        for first, own in ((0, post == 0), (1, post == 1))
    )
    world = SimpleNamespace(
        posts=pa.table({"time": [0, 0], "author": [0, 0]}),
        audience=SimpleNamespace(start=np.array([0, 3, 3, 3, 3])),
        size=4,
    )
    return world, Log(np.array([7, 8]), blocks)


def test_cascades_are_counted_by_hand(monkeypatch):
    world, log = story(monkeypatch)
    found = {name: one.value for name, one in views.reshare_facts(world, log).items()}
    assert found == {
        "V20.since_passed_on": 0.5, "V20.since_posted": 0.5, "V21.single": 0.5, "V21.deeper": 0.5, "V22.direct": 0.5,
    }  # fmt: skip


def test_the_view_curve_rises_to_all(monkeypatch):
    curve = views.view_curve(*story(monkeypatch))
    assert curve["share"][0] == 0.5
    assert curve["share"][-1] == 1


def validated(folder, *words, size=400):
    small = ["world=village", f"world.size={size}", "world.owners=40", f"out={folder}", "graph.ties.mean_friends=60"]
    small += ["worlds_of_facts.owners=40", "worlds_of_facts.zips=1"]
    for name in ("new_orleans", "followers"):
        small += [f"worlds_of_facts.{name}.size=1500", f"worlds_of_facts.{name}.mean_friends=30"]
    return validate.run(compose_config("validate", [*small, *words]))


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return validated(tmp_path_factory.mktemp("runs"))


def test_two_runs_on_one_and_on_two_threads_say_the_same(tmp_path):
    one, two = (validated(tmp_path, f"threads={threads}", size=120) for threads in (1, 2))
    assert one["rows"] == two["rows"]
    assert one["run"] == two["run"], "threads are no part of what a run is"


@pytest.mark.parametrize("size", [2, 3, 30])
def test_a_tiny_world_has_absent_facts_and_no_traceback(tmp_path, size):
    rows = validated(tmp_path, "world.owners=1", "graph.ties.mean_friends=3", size=size)["rows"]
    assert {row["verdict"] for row in rows if row["id"] in ("V19", "V07")} <= {"absent", "in", "out"}
    assert next(row for row in rows if row["id"] == "V19")["verdict"] == "absent"


def test_before_anybody_was_hired_there_is_no_load_and_no_label(tmp_path):
    rows = validated(tmp_path, "world.decision=2012-01-01", size=120)["rows"]
    assert any("Nobody worked" in str(row) and row["verdict"] == "absent" for row in rows)
    assert {row["verdict"] for row in rows if row["id"] == "V33"} == {"absent"}


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["facts.V01.median_over_mean.low=abc"], "'low' is 'abc'"),
        (["facts.V01.median_over_mean.role=found"], "calibrated"),
        (["graph=edgelist"], "graph.path"),
    ],
)
def test_what_cannot_be_read_is_one_clear_error(tmp_path, words, message):
    with pytest.raises(Mistake, match=message):
        validated(tmp_path, *words)


def test_the_document_has_every_row_and_each_miss_says_why(run):
    rows = json.loads(json.dumps(run["rows"], allow_nan=False))
    assert len(rows) == sum(len(parts) for parts in FACTS.values())
    wanted = {"id", "statistic", "role", "generated", "published", "low", "high", "verdict", "source", "note"}
    for row in rows:
        assert set(row) == wanted
        assert row["role"] in ROLES
        assert row["verdict"] in VERDICTS
        if row["verdict"] != "in":
            assert len(row["note"]) > 20, row
        if row["verdict"] == "absent":
            assert row["generated"] is None
    ties = [row for row in rows if row["id"] in ("V05", "V06", "V08")]
    assert all("1,500 people" in row["note"] for row in ties)
    measured = {row["id"] for row in rows if row["verdict"] != "absent"}
    assert {"V01", "V04", "V09", "V13", "V16", "V17", "V19", "V25", "V30", "V31", "V32", "V33"} <= measured
    assert sum(own["rows"] for own in run["summary"].values()) == len(rows)
    assert run["said"].startswith("Calibrated: ")


def test_the_terminal_shows_both_roles_and_every_miss(run, capsys):
    validate.show(run)
    shown = capsys.readouterr().out
    assert "Held out" in shown
    assert "Calibrated" in shown
    assert run["said"] in shown
    for row in run["rows"]:
        assert row["id"] in shown


def test_the_page_is_whole_and_shows_no_number_it_does_not_have(run):
    page = Path(run["report"]).read_text(encoding="utf-8")
    assert page.count("<figure") == 5
    assert "What lies outside, and why" in page
    assert "Held out" in page
    assert not re.search(r"<script|(?:src|href)=.?https?://(?!www\.w3\.org)|\bnan\b|unknown", page, re.IGNORECASE)
    record = json.loads(Path(run["run"], "validation.json").read_text())
    assert write_validation(record) == page


def test_the_page_escapes_what_it_is_given(run):
    record = json.loads(Path(run["run"], "validation.json").read_text())
    record["notes"] = ["<script>alert(1)</script>"]
    record["rows"][0]["statistic"] = "<b>bold</b>"
    page = write_validation(record)
    assert "<script>" not in page
    assert "<b>bold" not in page


def test_figures_without_anything_to_draw_are_left_out():
    line = {"friends": [100], "share": [0.1], "over_mean": [1.0], "ccdf": [0.5], "name": "x"}
    assert clustering({"friends": [], "share": []}, line) == ""
    assert degrees({"over_mean": [], "ccdf": []}, line) == ""
    assert mixing({"names": ["X"], "share": [[1.0]]}, {"name": "x"}) == ""
    assert posts({"people": [0, 1], "posts": [0, 0]}, line) == ""


@settings(deadline=None, max_examples=10)
@given(points=st.integers(1, 40), seed=st.integers(0, 99))
def test_clustering_is_drawn_over_marks_and_over_lines_alike(points, seed):
    friends = np.unique(np.geomspace(2, 900, points).astype(int)).tolist()
    share = Noise(seed).uniform("share", np.arange(len(friends))).tolist()
    made = {"friends": [2.0, 30.0, 800.0], "share": [0.5, 0.2, 0.1]}
    assert "graph given" in clustering(made, {"friends": friends, "share": share, "name": "graph given"})


def test_the_verb_is_offered():
    assert "validate" in VERBS
