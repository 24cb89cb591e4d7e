"""The README's table of peers is the one that make bench-peers wrote."""

import json

import pytest
from ratios import KEPT, README, parted, renewed, row, table


def test_the_readme_has_the_table_of_the_kept_run() -> None:
    rows = json.loads(KEPT.read_text(encoding="utf-8"))
    assert parted(README.read_text(encoding="utf-8"))[1] == table(rows)
    assert {each["peer"] for each in rows} >= {"EoN.fast_SIR", "CyNetDiff", "NDlib"}
    for each in rows:
        assert each == row(
            each["task"], each["unit"], each["peer"], each["ours"], each["theirs"], each["processor"]
        )  # fmt: skip


def test_a_kind_of_processor_takes_the_place_of_its_own_rows_alone() -> None:
    old = [{"processor": "a", "ours": 1.0}, {"processor": "b", "ours": 2.0}]
    new = [{"processor": "b", "ours": 3.0}]
    assert renewed(old, new) == [*new, old[0]]


def test_less_time_and_more_events_are_faster() -> None:
    assert row("cascade", "ns an edge", "peer", 5.0, 10.0)["times_faster"] == pytest.approx(2)
    assert row("feed", "events a second", "peer", 10.0, 5.0)["times_faster"] == pytest.approx(2)
    assert table([row("feed", "events a second", "none", 1_234_567.0, None, "znver3")]).splitlines()[-1] == (
        "| znver3 | feed | events a second | none | – | 1,230,000 | – |"
    )
