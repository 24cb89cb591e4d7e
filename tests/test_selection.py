"""Selections: each condition alone, all together, and requests that cannot be meant."""

import re
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.cleanup.account import Account
from sim.cleanup.selection import Selection, seconds, select
from sim.core.errors import Mistake, Misuse
from sim.core.schema import AUDIENCES, CLASSES, DAY_S, KINDS

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
        "reshares": None,
        "text": pa.chunked_array([TEXTS[:2], TEXTS[2:]]),
        "native_id": pa.array(["a", "b", "c", None, "e", "51"]),
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
    for part in parts:
        whole |= part
    assert set(chosen(**whole)) == set.intersection(*(set(chosen(**part)) for part in parts))


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


def test_an_empty_account_has_nothing_to_select() -> None:
    columns = ("post", "time", "kind", "audience", "estimated", "likes")
    empty = account(
        **{name: getattr(account(), name)[:0] for name in columns}, text=pa.array([], pa.string()), native_id=None
    )
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
