"""What human review adds: counted again one event at a time; parts that add up; and said in the report."""

from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
from laws.conftest import Run, perform_small
from scenes import UNITS_S, aimed_doors, channels, happenings, scene

from sim.core.log import Log
from sim.core.noise import Noise
from sim.core.schema import CHANNELS
from sim.exposure.apply import apply
from sim.exposure.doors import Doors, open_doors
from sim.exposure.propagate import propagate
from sim.exposure.scene import Scene
from sim.exposure.shifts import FIGURES
from sim.exposure.unlearn import forget
from sim.measure.handled import UNITS, gather, handle
from sim.measure.reviewed import WORK, added
from sim.verbs.compose import compose_config

PARTS = ("sunk", "irreversible", "avoidable")
READ, EXTRACT, LEAK, COMPLETE = (CHANNELS.index(name) for name in ("review", "extract", "leak", "complete"))


def counted(events: set[Any], owner: dict[int, int], items: dict[int, int], country: np.ndarray) -> dict[str, Any]:
    """The measures of a set of happenings, in plain sets, of owner number 0."""
    hers = [e for e in events if owner[e.post] == 0]
    out = {e.post for e in hers if e.name[1] in (LEAK, EXTRACT) and items[e.post]}
    return {
        "annotators": len({e.name[2] for e in hers if e.name[1] == READ}),
        "annotator_countries": len({int(country[e.name[2]]) for e in hers if e.name[1] == READ}),
        "leaks": len({(e.post, e.name[2]) for e in hers if e.name[1] == LEAK}),
        "extractable_items": sum(items[post] for post in {e.post for e in hers if e.name[1] == EXTRACT}),
        "completable_items": sum(items[post] for post in {e.post for e in hers if e.name[1] == COMPLETE}),
        "severe_event_probability": int(bool(out)),
    }


def happens(doors: Doors, made: Scene, log: Log) -> list[np.ndarray]:
    """As a comparison has it: what models were made to forget can no longer be got out of them."""
    return forget(doors, log, apply(doors, log), horizon_end=made.horizon_end)


@pytest.mark.parametrize("seed", range(12))
def test_counts_equal_a_recount_and_parts_add_up(seed: int) -> None:
    unit_s = UNITS_S[seed % len(UNITS_S)]
    made, rng = scene(50_000 + seed, unit_s=unit_s), np.random.default_rng(seed)
    log = propagate(made, list(channels(unit_s).values()), Noise(seed), posts_a_block=3)
    owner = np.where(made.subject == made.subject[0], 0, np.where(made.subject == made.subject[-1], 1, -1))
    items, country = rng.integers(0, 3, len(made.post)), rng.integers(0, 3, 12).astype(np.int16)
    decision = made.horizon_end // 2
    doors = open_doors(len(made.post))
    doors[:] = decision
    hands = gather(log, owner=owner, items=items, country=country, owners=2)
    handled = handle(hands, happens(doors, made, log), decision=decision)
    shut = np.maximum(aimed_doors(seed, made, log), decision)  # a plan acts no earlier than it is decided
    alive = happens(shut, made, log)
    by_post = dict(zip(made.post.tolist(), owner.tolist(), strict=True))
    weights = dict(zip(made.post.tolist(), items.tolist(), strict=True))
    told = counted(happenings(log, alive), by_post, weights, country)
    before = counted(happenings(log), by_post, weights, country)
    found = handled.parts(alive)
    for measure in UNITS:
        assert found[measure][0] == told[measure], measure
        assert sum(found[f"{measure}_{part}"] for part in PARTS)[0] == before[measure], measure
        assert all((found[f"{measure}_{part}"] >= 0).all() for part in PARTS), measure
        assert (found[f"{measure}_avoided"] <= found[f"{measure}_avoidable"]).all(), measure
        assert (found[measure] == handled.total[measure] - found[f"{measure}_avoided"]).all(), measure


@pytest.fixture(scope="module")
def picked(tmp_path_factory: pytest.TempPathFactory) -> Run:
    out = tmp_path_factory.mktemp("picked")
    return perform_small("compare", out, "experiment=gig_workers", "strategy=[nothing,delete_account]", "seeds=2")


@pytest.fixture(scope="module")
def usual(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return perform_small("compare", tmp_path_factory.mktemp("usual"), "strategy=[nothing,delete_account]", "seeds=1")


def test_a_comparison_says_who_reads_and_what_the_work_is_like(picked: Run, usual: Run) -> None:
    rows = {(row["strategy"], row["measure"]): row["mean"] for row in picked.document["leaderboard"]}
    for measure in UNITS:
        parts = sum(rows["nothing", f"{measure}_{part}"] for part in PARTS)
        assert parts == pytest.approx(rows["nothing", measure]), measure
        assert rows["nothing", f"{measure}_avoided"] == 0
        assert rows["delete_account", f"{measure}_avoided"] <= rows["nothing", f"{measure}_avoidable"]
    assert rows["delete_account", "annotators"] < rows["nothing", "annotators"]
    assert {row["measure"] for row in picked.document["workers"]} == set(FIGURES) == set(WORK)
    grouped = pq.read_table(picked.folder / "scores.parquet").group_by(["strategy", "measure"])
    each = {
        (row["strategy"], row["measure"]): row
        for row in grouped.aggregate([("value", "mean"), ("owner", "count_distinct")]).to_pylist()
    }
    for measure in (*UNITS, "town_inferred", "town_commonest", "reidentified", "linked_elsewhere"):
        own = each["delete_account", measure]
        assert own["value_mean"] == pytest.approx(rows["delete_account", measure]), measure
        assert own["owner_count_distinct"] == picked.config["world"]["owners"]
    said = added(picked.results)
    assert "different workers" in said and "delete account" in said
    page = (picked.folder / "report.html").read_text(encoding="utf-8")
    assert "What human review adds" in page and "For those who do the work" in page
    assert "workers" not in usual.document and not added(usual.results)
    assert "What human review adds" not in (usual.folder / "report.html").read_text(encoding="utf-8")


def test_the_demos_scenario_has_its_own_title_and_follows_the_workers() -> None:
    usual, picked = (compose_config("demo", words) for words in ([], ["experiment=gig_workers"]))
    assert usual["title"] == compose_config("compare", [])["title"] != picked["title"]
    assert picked["annotators"] is True and usual["annotators"] is False
