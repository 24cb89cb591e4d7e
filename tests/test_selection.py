"""Selections: each condition alone, all together, and requests that cannot be meant."""

import re
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.cleanup.account import Account, part
from sim.cleanup.among import Among
from sim.cleanup.limits import Limits, Rule
from sim.cleanup.select import exceptions, select
from sim.cleanup.selection import Selection, seconds
from sim.cleanup.selection_file import load_selection, save_selection
from sim.cleanup.strategies.everything import Everything
from sim.cleanup.strategies.semiphemeral import Semiphemeral
from sim.core.errors import Mistake, Misuse
from sim.core.noise import Noise
from sim.core.schema import AUDIENCES, CLASSES, DAY_S, KINDS

LIMITS = Limits((Rule(calls=1, per_s=1, window="sliding"),), calls_per_item=1, batch=1, usd_per_call=0.0, pace=1.0)
TEXTS = ["Moving to ELM Street", None, "my doctor says", "STRASSE straße", "a.b@example.org", ""]


def account(**changes: Any) -> Account:
    n = len(TEXTS)
    given: dict[str, Any] = {
        "owner": 1,
        "now": 10**9,
        "post": np.arange(n) + 50,
        "time": np.arange(n) * DAY_S,
        "kind": np.array([0, 1, 0, 2, 0, 5], dtype=np.int8),
        "audience": np.array([2, 2, 1, 0, 2, 1], dtype=np.int8),
        "estimated": np.array([4, 0, 64, 0, 8, 68], dtype=np.int32),
        "likes": np.array([0, 5, 2, 9, 1, 2], dtype=np.int32),
        "reshares": np.array([0, 1, 2, 3, 4, 5], dtype=np.int32),
        "text": pa.chunked_array([TEXTS[:2], TEXTS[2:]]),
        "native_id": pa.array(["a", "b", "c", None, "e", "51"]),
        "place": pa.array(["Cats", "cats", None, "news", None, None]),
        "has_link": np.array([0, 0, 0, 1, 1, 0], dtype=bool),
        "has_media": np.array([0, 1, 0, 1, 0, 1], dtype=bool),
        "located": np.array([1, 0, 0, 0, 0, 0], dtype=bool),
        "pinned": np.array([0, 0, 1, 0, 0, 0], dtype=bool),
        "faved": np.array([0, 1, 1, 0, 0, 0], dtype=bool),
        "bookmarked": np.array([0, 0, 0, 0, 0, 1], dtype=bool),
        "thread": np.array([50, 50, 50, 53, 54, 53]),
    }
    return Account(**(given | changes))


def chosen(**conditions: Any) -> list[int]:
    return np.flatnonzero(select(Selection(**conditions), account())).tolist()


@pytest.mark.parametrize(
    ("conditions", "expected"),
    [
        ({}, [0, 1, 2, 3, 4, 5]),
        ({"keywords": ["elm"]}, [0]),
        ({"keywords": ["DOCTOR", "elm"]}, [0, 2]),
        ({"keywords": ["a.b"]}, [4]),
        ({"keywords": ["a?b"]}, []),
        ({"regex": r"\w@\w"}, [4]),
        ({"regex": "doctor|Elm"}, [2]),
        ({"regex": "(?i)doctor|Elm"}, [0, 2]),
        ({"after": "2007-01-03"}, [2, 3, 4, 5]),
        ({"before": "2007-01-03"}, [0, 1]),
        ({"after": "2007-01-02", "before": "2007-01-04"}, [1, 2]),
        ({"after": "2007-01-02T01:00+01:00", "before": date(2007, 1, 3)}, [1]),
        ({"kinds": ["photo", "video"]}, [1, 3]),
        ({"audiences": ["only_me", "friends"]}, [2, 3, 5]),
        ({"classes": ["health"]}, [2, 5]),
        ({"classes": ["place", "contact"]}, [0, 4, 5]),
        ({"min_likes": 2}, [1, 2, 3, 5]),
        ({"max_likes": 2}, [0, 2, 4, 5]),
        ({"min_likes": 2, "max_likes": 2}, [2, 5]),
        ({"keep_ids": [50, 52]}, [1, 3, 4, 5]),
        ({"keep_ids": ["a", 55]}, [1, 2, 3, 4]),
        ({"keep_keywords": ["ELM", "doctor"]}, [1, 3, 4, 5]),
        ({"ids": [50, "c", "no"]}, [0, 2]),
        ({"ids": [50, 51], "keep_ids": ["a"]}, [1]),
        ({"places": ["CATS"]}, [0, 1]),
        ({"has_link": True}, [3, 4]),
        ({"has_link": False, "has_media": True}, [1, 5]),
        ({"located": True}, [0]),
        ({"min_age_days": 11571}, [0, 1, 2, 3]),
        ({"max_age_days": 11571}, [4, 5]),
        ({"keep_pinned": True}, [0, 1, 3, 4, 5]),
        ({"keep_pinned": True, "keep_faved": True, "keep_bookmarked": True}, [0, 3, 4]),
        ({"min_reshares": 5}, [5]),
        ({"max_reshares": 1}, [0, 1]),
        ({"whole_threads": True, "keep_faved": True}, [3, 4, 5]),
        ({"whole_threads": True, "kinds": ["text", "video"]}, [4]),
        ({"keywords": ["o"], "kinds": ["text"], "min_likes": 1, "keep_ids": ["e"]}, [2]),
    ],
)
def test_each_condition(conditions: dict[str, Any], expected: list[int]) -> None:
    assert chosen(**conditions) == expected


@given(
    kinds=st.sets(st.sampled_from(KINDS)),
    audiences=st.sets(st.sampled_from(AUDIENCES)),
    classes=st.sets(st.sampled_from(CLASSES)),
    low=st.integers(0, 5),
    more=st.integers(0, 5),
)
def test_conditions_together_are_each_of_them(
    kinds: set[str], audiences: set[str], classes: set[str], low: int, more: int
) -> None:
    parts = [
        {"kinds": tuple(kinds)}, {"audiences": tuple(audiences)}, {"classes": tuple(classes)},
        {"min_likes": low, "max_likes": low + more},
    ]  # fmt: skip
    whole: dict[str, Any] = {}
    for each in parts:
        whole |= each
    assert set(chosen(**whole)) == set.intersection(*(set(chosen(**each)) for each in parts))


def test_what_it_needs_must_be_there() -> None:
    assert Selection(kinds=("text",)).needs == ()
    everything = Selection(keywords=("a",), regex="b", min_likes=1, keep_ids=("x",))
    assert everything.needs == ("text", "likes", "native_id")
    for condition, column in (
        ({"keywords": ["a"]}, "text"),
        ({"max_likes": 3}, "likes"),
        ({"keep_ids": ["a"]}, "native_id"),
    ):
        with pytest.raises(Mistake, match=column):
            select(Selection(**condition), account(**{column: None}))


def test_exceptions_say_how_many_they_save() -> None:
    kept = exceptions(Selection(keep_faved=True, keep_ids=("a",)), account())
    where = {name: np.flatnonzero(mask).tolist() for name, mask in kept.items()}
    assert where == {"keep_faved": [1, 2], "keep_ids": [0]}


def test_any_strategy_can_be_held_to_a_selection() -> None:
    held = Among(Everything(), Selection(kinds=("text",), keep_ids=(54,)))
    choice = held.rank(account(), LIMITS, Noise(1))
    assert sorted(choice.target.tolist()) == [50, 52]
    assert Among(Everything(), Selection(keep_pinned=True, keywords=("a",))).needs == ("text", "pinned")
    recurring = Among(Semiphemeral(30, 1, 1, 9, 7), Selection())
    assert (recurring.every_days, held.every_days, recurring.needs) == (7, None, ("likes", "reshares"))


# As a file

selections = st.builds(
    Selection,
    keywords=st.lists(st.text(min_size=1, max_size=9), max_size=3),
    after=st.sampled_from(["", "2019-12-31", "2019-12-31T18:00"]),
    kinds=st.lists(st.sampled_from(KINDS), max_size=2),
    max_likes=st.none() | st.integers(0, 9),
    has_link=st.none() | st.booleans(),
    keep_ids=st.lists(st.integers(0, 9) | st.sampled_from(["a", "007", "true", "2020-01-01", "~"]), max_size=4),
    keep_pinned=st.booleans(),
)


@given(selections)
def test_a_saved_selection_is_loaded_as_it_was(tmp_path_factory: pytest.TempPathFactory, selection: Selection) -> None:
    path = tmp_path_factory.mktemp("saved") / "mine.yaml"
    save_selection(selection, path)
    assert load_selection(path) == selection
    with pytest.raises(Mistake, match="exists already"):
        save_selection(selection, path)


def test_a_file_as_a_person_writes_it(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("# what goes\nkeywords: [elm, oak]\nbefore: 2020-01-01\nkeep_pinned: yes\nmax_likes:\n")
    assert load_selection(path) == Selection(keywords=("elm", "oak"), before="2020-01-01", keep_pinned=True)
    path.write_text("")
    assert load_selection(path) == Selection()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("keyword: [a]", "Did you mean 'keywords'"),
        ("- a", "holds a list"),
        ("a: [", "not valid YAML"),
        ("a: &x [*x]", "condition of a selection"),
        ("!!python/object/apply:os.system [ls]", "not valid YAML"),
        ("keywords: elm", "takes a list"),
        ("[" * 5000, "not valid YAML"),
        ("? {a: b}\n: c", "not valid YAML|condition"),
    ],
)
def test_a_file_that_is_no_selection(tmp_path: Path, content: str, message: str) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(content)
    with pytest.raises(Mistake, match=message):
        load_selection(path)
    with pytest.raises(Mistake, match="cannot be read"):
        load_selection(tmp_path)


def test_an_empty_account_has_nothing_to_select() -> None:
    empty = part(account(), np.zeros(len(TEXTS), dtype=bool))
    for conditions in ({}, {"keywords": ["a"]}, {"regex": "a", "after": "2020-01-01", "kinds": ["text"]}):
        assert select(Selection(**conditions), empty).tolist() == []


@pytest.mark.parametrize(
    ("conditions", "message"),
    [
        ({"regex": "(open"}, r"'\(open'"),
        ({"regex": r"(?<=look)behind"}, "RE2"),
        ({"kinds": ["fotos"]}, "kind 'fotos'.*photo"),
        ({"kinds": "photo"}, "takes a list"),
        ({"audiences": ["publik"]}, "public"),
        ({"classes": ["helth"]}, "health"),
        ({"after": "2020-01-02", "before": "2020-01-02"}, "Swap"),
        ({"after": "2021-01-01", "before": "2020-01-01"}, "Swap"),
        ({"after": "yesterday"}, "'yesterday'"),
        ({"before": "31.12.2019"}, "2019-12-31"),
        ({"min_likes": -1}, "min_likes"),
        ({"max_likes": 1.5}, "max_likes"),
        ({"max_likes": float("nan")}, "max_likes"),
        ({"min_likes": 5, "max_likes": 3}, "above"),
        ({"keywords": ["good", ""]}, "empty keyword"),
        ({"keywords": [3]}, "3"),
        ({"places": "cats"}, "takes a list"),
        ({"has_link": 1}, "true or false"),
        ({"keep_pinned": None}, "true or false"),
        ({"min_age_days": 9, "max_age_days": 3}, "above"),
        ({"regex": ["a"]}, "takes a text"),
        ({"ids": [True]}, "True"),
    ],
)
def test_what_cannot_be_meant_is_refused(conditions: dict[str, Any], message: str) -> None:
    with pytest.raises(Mistake, match=re.compile(message, re.DOTALL)):
        Selection(**conditions)


def test_a_misspelt_word_is_a_misuse_and_dates_are_utc() -> None:
    with pytest.raises(Misuse):
        Selection(kinds=("fotos",))
    assert seconds("after", "2007-01-01") == 0
    assert seconds("after", "2007-01-01T02:00+02:00") == 0
    assert seconds("after", "") is None


def test_a_backtracking_pattern_stays_linear() -> None:
    slow = account(text=pa.array(["a" * 5000 + "!"] * len(TEXTS)))
    assert not select(Selection(regex="(a+)+$"), slow).any()
