"""Several exports: those of one account are one archive, whatever their order and containers; others are named."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.core.errors import Mistake
from sim.platforms.exports.item import Archive, Item
from sim.platforms.exports.merge import merge
from sim.platforms.exports.read import read_archive
from tests.archives import bluesky_car, discord_files, facebook_files, js, tweet, write_files, x_files, zip_files

items = st.lists(
    st.builds(
        Item,
        platform=st.just("x"),
        native_id=st.none() | st.sampled_from("abcdef"),
        uri=st.none(),
        kind=st.just("text"),
        created=st.integers(0, 5),
        text=st.sampled_from(["", "x"]),
        audience=st.just("public"),
        likes=st.none() | st.integers(0, 3),
    ),
    max_size=8,
)


def archive(found: list[Item], **changed: Any) -> Archive:
    once = {item.native_id if item.native_id is not None else at: item for at, item in enumerate(found)}
    values: dict[str, Any] = {"handle": "eve", "name": None, "followers": None, "errors": (), "notes": ()}
    return Archive(platform="x", items=tuple(once.values()), **(values | changed))


@given(items, items)
def test_a_merge_is_a_union_that_no_order_and_no_repetition_changes(one: list[Item], two: list[Item]) -> None:
    a, b = archive(one), archive(two)
    both = merge([a, b])
    assert both.items == merge([b, a]).items
    assert merge([both, a, b]).items == both.items
    assert set(merge([a, a]).items) == set(a.items)
    ids = [item.native_id for item in both.items if item.native_id is not None]
    assert sorted(ids) == sorted({item.native_id for item in (*a.items, *b.items) if item.native_id is not None})
    for source in (a, b):
        for item in source.items:
            assert item in both.items or item.native_id is not None
            assert both.items.count(item) >= source.items.count(item) or item.native_id is not None


def test_the_newest_export_has_the_last_word() -> None:
    def item(name: str, created: int, likes: int) -> Item:
        return Item(
            platform="x",
            native_id=name,
            uri=None,
            kind="text",
            created=created,
            text="",
            audience="public",
            likes=likes,
        )

    old = archive([item("a", 1, 1)], followers=5, name="Old")
    new = archive([item("a", 1, 9), item("b", 7, 0)], name="New")
    found = merge([old, new])
    assert [(each.native_id, each.likes) for each in found.items] == [("a", 9), ("b", 0)]
    assert (found.name, found.followers) == ("New", 5)


def test_exports_of_one_account_in_a_folder_and_at_several_paths(tmp_path: Path) -> None:
    zip_files(tmp_path / "first.zip", x_files(tweet(1), tweet(2)))
    (tmp_path / "deeper").mkdir()
    zip_files(tmp_path / "deeper" / "second.zip", x_files(tweet(2), tweet(3)))
    write_files(tmp_path / "third", {"tweets.js": js("tweets", [tweet(4)])})
    found = read_archive(tmp_path)
    assert [item.native_id for item in found.items] == ["1", "2", "3", "4"]
    assert any(note.startswith("3 exports of one account were merged: ") for note in found.notes)
    assert "1 repeated posts are counted once." in found.notes
    named = read_archive(tmp_path / "third", tmp_path / "first.zip")
    assert [item.native_id for item in named.items] == ["1", "2", "4"]


def test_another_account_or_platform_is_named_and_not_mixed_in(tmp_path: Path) -> None:
    zip_files(tmp_path / "mine.zip", x_files(tweet(1), tweet(2)))
    bob = x_files(tweet(9)) | {"data/account.js": js("account", [{"account": {"username": "bob"}}])}
    zip_files(tmp_path / "bob.zip", bob)
    zip_files(tmp_path / "facebook.zip", discord_files())
    (tmp_path / "broken.zip").write_bytes(b"PK\3\4")
    zip_files(tmp_path / "more.zip", x_files(tweet(3), tweet(4)))
    found = read_archive(tmp_path)
    assert [item.native_id for item in found.items] == ["1", "2", "3", "4"]
    unread = [note for note in found.notes if note.startswith("Not read: ")]
    assert sum("@bob on x" in note for note in unread) == 1
    assert sum("discord" in note for note in unread) == 1
    assert sum("broken.zip" in note for note in unread) == 1


def test_the_parts_of_one_export(tmp_path: Path) -> None:
    """Facebook and Instagram split an export; a part with media alone is no export, and does no harm."""
    files = facebook_files()
    posts = {name: content for name, content in files.items() if "posts_1" in name}
    rest = {name: content for name, content in files.items() if name not in posts and "profile" not in name}
    zip_files(tmp_path / "facebook-1.zip", posts)
    zip_files(tmp_path / "facebook-2.zip", rest)
    zip_files(tmp_path / "facebook-3.zip", {"media/a.jpg": "x"})
    assert len(read_archive(tmp_path).items) == 8  # the photo of a post and of its album lie in two parts


def test_two_repositories_side_by_side(tmp_path: Path) -> None:
    (tmp_path / "old.car").write_bytes(bluesky_car())
    (tmp_path / "new.car").write_bytes(bluesky_car())
    assert len(read_archive(tmp_path).items) == 3


def test_a_folder_of_nothing_that_is_known(tmp_path: Path) -> None:
    zip_files(tmp_path / "a.zip", {"x.json": json.dumps({})})
    with pytest.raises(Mistake, match=r"a\.zip' is no known export"):
        read_archive(tmp_path)
