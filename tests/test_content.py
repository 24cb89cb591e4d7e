"""Content hashes hold for values in order, however they are cut, encoded or packed; and tables come in parts."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.core import content, parts
from sim.core.content import ContentHash, content_hashes
from sim.core.parts import Parts
from sim.world.radix import LARGE, sort_bits

SPAN = pa.struct([("start", pa.int32()), ("end", pa.int32())])
ROW = st.tuples(
    st.none() | st.integers(-(2**40), 2**40),
    st.none() | st.text(max_size=5),
    st.none() | st.sampled_from(["a", "bb", ""]),
    st.none() | st.booleans(),
    st.none() | st.floats(allow_nan=False),
    st.none() | st.lists(st.fixed_dictionaries({"start": st.integers(0, 9), "end": st.none()}), max_size=3),
)  # fmt: skip


def table(rows: list[tuple]) -> pa.Table:
    kinds = [pa.int64(), pa.string(), pa.string(), pa.bool_(), pa.float64(), pa.list_(SPAN)]
    columns = [pa.array([row[at] for row in rows], kind) for at, kind in enumerate(kinds)]
    columns[2] = columns[2].dictionary_encode()
    return pa.table(columns, names=["number", "word", "term", "flag", "share", "spans"])


@given(st.lists(ROW, max_size=12), st.integers(0, 12), st.integers(1, 5))
def test_cuts_pieces_and_encodings_do_not_tell(rows: list[tuple], cut: int, piece: int) -> None:
    whole = table(rows)
    plain = whole.set_column(2, "term", whole["term"].cast(pa.string()))
    in_two = ContentHash()
    before, content.PIECE = content.PIECE, piece
    try:
        in_two.update(whole.slice(0, cut))
        in_two.update(whole.slice(cut))
    finally:
        content.PIECE = before
    assert in_two.columns() == content_hashes(whole) == content_hashes(plain)
    assert in_two.rows == len(rows)


@given(st.lists(ROW, max_size=8), st.lists(ROW, max_size=8))
def test_other_values_have_other_hashes(one: list[tuple], two: list[tuple]) -> None:
    columns = [content_hashes(table(rows)) for rows in (one, two)]
    for at, name in enumerate(columns[0]):
        same = repr([row[at] for row in one]) == repr([row[at] for row in two])
        assert (columns[0][name] == columns[1][name]) == same, name


def test_a_null_is_neither_zero_nor_an_empty_word() -> None:
    for kind, value in ((pa.int64(), 0), (pa.string(), ""), (pa.list_(pa.int8()), [])):
        null, given_ = (content_hashes(pa.table({"x": pa.array([x], kind)})) for x in (None, value))
        assert null != given_


@pytest.mark.parametrize("at_once", [3, 100])
def test_parts_read_back_as_the_table_they_were(at_once: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "ROWS", at_once)
    whole = pa.table({"x": np.arange(10), "y": [str(x) for x in range(10)]})
    with Parts(tmp_path) as made:
        made.write("some", whole.slice(0, 7))
        made.write("some", whole.slice(7))
        made.write("other", whole.slice(0, 1))
    files = made.files()
    assert [path.name for path in files["other"]] == ["other.parquet"]
    assert pa.concat_tables([pq.read_table(path) for path in files["some"]]).equals(whole)
    assert len(files["some"]) == (4 if at_once == 3 else 2) and not (tmp_path / "some.parquet").exists()
    assert made.content["some"].columns() == content_hashes(whole)


def test_what_cannot_be_written_is_raised(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="absent"), Parts(tmp_path / "absent") as made:
        made.write("some", pa.table({"x": [1]}))


@given(st.integers(0, 40), st.integers(1, 24), st.integers(0, 300), st.integers(0, 2**32))
def test_digits_sort_as_a_stable_sort_does(low: int, bits: int, count: int, seed: int) -> None:
    keys = np.random.default_rng(seed).integers(0, 2**63, count).astype(np.uint64)
    part = (keys >> np.uint64(low)) & np.uint64((1 << bits) - 1)
    assert np.array_equal(sort_bits(keys.copy(), low, low + bits), keys[np.argsort(part, kind="stable")])


def test_many_keys_are_sorted_alike() -> None:
    keys = np.random.default_rng(1).integers(0, 2**40, LARGE + 5).astype(np.uint64)
    order = np.argsort(keys >> np.uint64(12), kind="stable")
    assert np.array_equal(sort_bits(keys.copy(), 12, 40), keys[order])
