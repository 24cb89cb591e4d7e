"""What an owner sees: own posts of the past, in order, no hidden truth, nothing copied without need."""

from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from sim.cleanup.account import Account, observe
from sim.core.errors import Mistake


def posts(**columns: Any) -> pa.Table:
    """A `posts` table without what this test does not ask for."""
    n = len(columns["post"])
    filled = {"author": [4] * n, "subject": [4] * n, "kind": [0] * n, "audience": [2] * n, "text": [None] * n}
    given = filled | {"native_id": [None] * n, "sensitive": [7] * n, "deleted": [None] * n} | columns
    types = {"kind": pa.int8(), "audience": pa.int8(), "text": pa.string(), "native_id": pa.string()}
    return pa.table({name: pa.array(values, types.get(name, pa.int64())) for name, values in given.items()})


def seen_at(
    now: int, rows: pa.Table, gone: tuple[int, ...] = (), *, columns: tuple[str, ...] = ("text", "native_id")
) -> Account:
    estimated = np.arange(rows.num_rows, dtype=np.int32)
    return observe(
        rows, owner=4, now=now, estimated=estimated, likes=estimated * 2, reshares=None,
        gone=np.array(gone, dtype=np.int64), columns=columns,
    )  # fmt: skip


def test_observe_takes_own_posts_of_the_past_that_still_stand() -> None:
    rows = posts(
        post=[1, 2, 3, 4, 5, 6], time=[10, 20, 30, 40, 50, 60], author=[4, 4, 5, 4, 4, 4], subject=[4, 4, 4, 9, 4, 4],
        text=list("abcdef"),
    )  # fmt: skip
    account = seen_at(50, rows, gone=(1,))
    assert account.post.tolist() == [2, 5]
    assert account.time.tolist() == [20, 50]
    assert account.estimated.tolist() == [1, 4]
    assert account.likes is not None and account.likes.tolist() == [2, 8]
    assert account.reshares is None and account.native_id is None
    assert account.text is not None and account.text.to_pylist() == ["b", "e"]
    assert not hasattr(account, "sensitive") and not hasattr(account, "spans")
    assert seen_at(50, rows, columns=()).text is None
    assert len(seen_at(5, rows)) == 0


def test_observe_leaves_out_what_she_has_deleted_herself() -> None:
    rows = posts(post=[1, 2, 3], time=[10, 20, 30], deleted=[40, None, 90])
    assert seen_at(39, rows).post.tolist() == [1, 2, 3]
    assert seen_at(40, rows).post.tolist() == [2, 3]
    assert seen_at(90, rows).post.tolist() == [2]


def test_observe_puts_posts_in_order_of_time_and_id() -> None:
    rows = posts(post=[9, 3, 5, 4], time=[20, 30, 10, 20], text=list("abcd"))
    account = seen_at(100, rows)
    assert account.post.tolist() == [5, 4, 9, 3]
    assert account.estimated.tolist() == [2, 3, 0, 1]
    assert account.text is not None and account.text.to_pylist() == list("cdab")


def test_observe_copies_nothing_where_rows_adjoin() -> None:
    rows = posts(post=range(100), time=range(100), text=["x"] * 100)
    account = seen_at(89, rows)
    assert len(account) == 90
    assert np.shares_memory(account.post, rows["post"].to_numpy())


def test_columns_of_another_length_are_refused() -> None:
    with pytest.raises(Mistake, match="estimated"):
        observe(
            posts(post=[1, 2], time=[1, 2]), owner=4, now=9, estimated=np.zeros(3, dtype=np.int32), likes=None,
            reshares=None, gone=np.empty(0, dtype=np.int64),
        )  # fmt: skip
    with pytest.raises(Mistake, match="kind"):
        replace(seen_at(9, posts(post=[1, 2], time=[1, 2])), kind=np.zeros(3, dtype=np.int8))
