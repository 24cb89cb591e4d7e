"""Archives that are written are read back: each platform's own part of an owner's posts, and nothing else."""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.core import schema
from sim.core.errors import Mistake
from sim.platforms.exports.item import END_S, to_posts
from sim.platforms.exports.read import read_archive
from sim.platforms.exports.rows import own_rows, setting
from sim.platforms.exports.writing import writers

texts = st.text(st.characters(exclude_categories=("Cs",)), max_size=60) | st.sampled_from(
    [
        "<b>&amp;</b>",
        "a\nb\n\n\nc\n",
        "  two  blanks ",
        "👩‍👩‍👧 ñ",
        "see https://a.example/?b=1&c=<2> ok",
        "RT @bob: no",
    ]
)
counts = st.none() | st.integers(0, 2**31 - 1)
row = st.tuples(
    st.integers(0, END_S - 1),
    st.sampled_from(range(schema.KINDS.index("repost") + 1)),  # posts: of an account's belongings archives say nothing
    st.sampled_from(range(len(schema.AUDIENCES))),
    st.none() | texts,
    counts,
    counts,
)


def posts_of(made: list[Any], *, owner: int, native: bool = False, threads: bool = False) -> pa.Table:
    made = sorted(made, key=lambda each: each[0])
    ids = [(owner << 32) + place for place in range(len(made))]
    comment = schema.KINDS.index("comment")
    types = {field.name: field.type for field in schema.arrow_schema("posts")}
    values: dict[str, list[Any]] = {
        "post": ids,
        "author": [owner] * len(made),
        "subject": [owner] * len(made),
        "tagged": [False] * len(made),
        "sensitive": [3] * len(made),
        "native_id": [f"{1000 + place}" if native else None for place in range(len(made))],
        "reply_to": [
            ids[place - 1] if threads and place and each[1] == comment else None for place, each in enumerate(made)
        ],
    }
    for at, name in enumerate(("time", "kind", "audience", "text", "likes", "reshares")):
        values[name] = [each[at] for each in made]
    return schema.table("posts", {name: pa.array(column, types[name]) for name, column in values.items()})


def expected(platform: str, posts: pa.Table) -> list[tuple[Any, ...]]:
    """What a platform can say of `posts`: (time, kind, audience, text, likes, reshares) of each that it has."""
    rows = own_rows(posts)
    account = setting(rows)
    found = []
    for each in rows:
        time, kind, audience, text = (each[name] for name in ("time", "kind", "audience", "text"))
        likes, reshares = each["likes"], each["reshares"]
        if platform == "x":
            if kind == "story" or audience != account:
                continue
            text = f"RT @another: {text}" if kind == "repost" else text
            kind = "repost" if text.startswith("RT @") else kind
        elif platform == "bluesky":
            if kind == "story" or audience != "public":
                continue
            text, likes, reshares = "" if kind == "repost" else text, None, None
        elif platform == "instagram":
            kept = audience == "only_me" and kind in ("photo", "video")
            if kind in ("text", "link", "repost") or not (audience == account or kept):
                continue
            likes, reshares = None, None
        found.append((time, kind, audience, text, likes, reshares))
    return sorted(found, key=repr)


@pytest.mark.parametrize("platform", writers())
@settings(max_examples=40, deadline=None)
@given(
    made=st.lists(row, max_size=12),
    owner=st.integers(0, 2**31 - 1),
    ending=st.sampled_from(["folder", "a.zip", "a.tar.gz", "own"]),
    native=st.booleans(),
    threads=st.booleans(),
)
def test_what_is_written_is_read_back(
    tmp_path_factory: pytest.TempPathFactory,
    platform: str,
    made: list[Any],
    owner: int,
    ending: str,
    native: bool,
    threads: bool,
) -> None:
    writer = writers()[platform]
    path = tmp_path_factory.mktemp("written") / (f"a{writer.ENDING}" if ending == "own" else ending)
    posts = posts_of(made, owner=owner, native=native, threads=threads)
    writer.write(posts, handle="eve", name="Eve <Ñ>", path=path)
    archive = read_archive(path)
    assert (archive.platform, archive.name, archive.errors) == (platform, "Eve <Ñ>", ())
    assert archive.handle in ("eve", "did:web:eve.social.example")
    found = [(i.created, i.kind, i.audience, i.text, i.likes, i.reshares) for i in archive.items]
    assert sorted(found, key=repr) == expected(platform, posts)
    assert to_posts(archive, owner=owner).num_rows == len(found)


@pytest.mark.parametrize("platform", ["mastodon", "x", "bluesky"])
def test_a_thread_is_read_back(tmp_path: Path, platform: str) -> None:
    comment = schema.KINDS.index("comment")
    made = [(10, 0, 2, "one", None, None), (20, comment, 2, "two", None, None), (30, comment, 2, "three", None, None)]
    writers()[platform].write(posts_of(made, owner=4, threads=True), handle="eve", name="E", path=tmp_path / "a")
    back = to_posts(read_archive(tmp_path / "a"), owner=4)
    assert back["text"].to_pylist() == ["one", "two", "three"]
    assert back["reply_to"].to_pylist() == [None, *back["post"].to_pylist()[:2]]


@pytest.mark.parametrize("platform", writers())
def test_the_same_posts_give_the_same_bytes_and_an_existing_file_is_left(tmp_path: Path, platform: str) -> None:
    writer = writers()[platform]
    posts = posts_of([(5, 1, 2, "x", 1, None), (3, 0, 2, "y", None, 2)], owner=4)
    one, two = tmp_path / f"one{writer.ENDING}", tmp_path / f"two{writer.ENDING}"
    for path in (one, two):
        writer.write(posts, handle="eve", name="Eve", path=path)
    assert one.read_bytes() == two.read_bytes()
    with pytest.raises(Mistake, match="exists already"):
        writer.write(posts, handle="eve", name="Eve", path=one)
    assert sorted(tmp_path.iterdir()) == [one, two]
