"""Readers of X, Facebook, Reddit, Discord, Telegram, Bluesky: rows become items, a bad row costs itself alone."""

import builtins
import json
from pathlib import Path
from typing import Any

import pytest

from sim.core.errors import Mistake
from sim.core.schema import EPOCH_UNIX_S
from sim.platforms.exports.item import Archive, to_posts
from sim.platforms.exports.read import read_archive
from sim.platforms.exports.record_key import key_time, record_key
from sim.platforms.exports.tree import _layer, id_text
from tests.archives import (
    HOME,
    TID,
    UNIX,
    bluesky_car,
    bluesky_records,
    discord_files,
    facebook_files,
    js,
    reddit_files,
    telegram_files,
    tweet,
    write_files,
    x_files,
    zip_files,
)

PRIVATE = "a private word"


def by_text(archive: Archive) -> dict[str, Any]:
    return {item.text: item for item in archive.items}


# X


def test_an_x_archive(tmp_path: Path) -> None:
    media = {"media": [{"type": "photo", "media_url_https": "https://m.example/a.jpg"}]}
    archive = read_archive(
        write_files(
            tmp_path,
            x_files(
                tweet(1),
                tweet(2, full_text="a picture", extended_entities=media),
                tweet(3, full_text="RT @bob: his words"),
                tweet(4, full_text="an answer", in_reply_to_status_id_str="1", in_reply_to_user_id_str="9"),
                tweet(5, full_text="see", entities={"urls": [{"expanded_url": "https://a.example"}]}),
                tweet(6, full_text="here", coordinates={"type": "Point"}, favorite_count="", retweet_count=None),
            ),
        )
    )
    assert (archive.platform, archive.handle, archive.name, archive.followers) == ("x", "eve", "Eve", 2)
    assert archive.errors == ()
    found = by_text(archive)
    assert [found[text].kind for text in ("hello & bye", "a picture", "RT @bob: his words", "an answer", "see")] == [
        "text", "photo", "repost", "comment", "link",
    ]  # fmt: skip
    first = found["hello & bye"]
    assert (first.native_id, first.likes, first.reshares, first.faved, first.pinned) == ("1", 3, 0, True, None)
    assert first.created + EPOCH_UNIX_S == 1_539_202_764
    assert found["a picture"].faved is False
    assert found["an answer"].reply_to == "1"
    assert (found["here"].located, found["here"].likes, found["see"].has_link) == (True, None, True)
    assert PRIVATE not in repr(archive)
    assert any("taken as public" in note for note in archive.notes)
    posts = to_posts(archive, owner=3)
    rows = {row["native_id"]: row for row in posts.to_pylist()}
    assert rows["4"]["reply_to"] == rows["1"]["post"]


@pytest.mark.parametrize("name", ["data/tweet.js", "data/tweets-part1.js", "tweets.js"])
def test_other_layouts_of_x(tmp_path: Path, name: str) -> None:
    archive = read_archive(write_files(tmp_path, {name: js("tweet", [tweet(1), tweet(2)])}))
    assert [item.native_id for item in archive.items] == ["1", "2"]


def test_a_lone_file_of_tweets_under_any_name(tmp_path: Path) -> None:
    (tmp_path / "old = new").write_text(js("tweets", [{"tweet": tweet(1)}]))
    assert read_archive(tmp_path / "old = new").platform == "x"


def test_a_long_post_and_a_protected_account(tmp_path: Path) -> None:
    changes = [
        {"protectedHistory": {"protectedAt": "2020-01-01T00:00:00.000Z", "action": "Protect"}},
        {"protectedHistory": {"protectedAt": "2019-01-01T00:00:00.000Z", "action": "Unprotect"}},
    ]
    whole = [{"noteTweet": {"tweetId": "1", "core": {"text": "the whole text"}}}]
    files = x_files(tweet(1)) | {
        "data/protected-history.js": js("protected_history", changes),
        "data/note-tweet.js": js("note_tweet", whole),
    }
    [item] = read_archive(write_files(tmp_path, files)).items
    assert (item.text, item.audience) == ("the whole text", "friends")


@pytest.mark.parametrize(
    "bad",
    [
        7,
        {},
        tweet(2, id_str=""),
        tweet(2, full_text=None),
        tweet(2, full_text="x" * 100_001),
        tweet(2, created_at="Wed Oct 40 20:19:24 +0000 2018"),
        tweet(2, created_at="Wed Oct 10 20:19:24 +9900 2018"),
        tweet(2, created_at=None),
        tweet(2, created_at="Wed Oct 10 20:19:24 +0000 2006"),
        tweet(2, favorite_count="-1"),
        tweet(2, favorite_count="9" * 12),
        tweet(2, entities=[1]),
    ],
)
def test_a_bad_tweet_costs_itself_alone(tmp_path: Path, bad: object) -> None:
    archive = read_archive(write_files(tmp_path, x_files(tweet(1), bad, tweet(3))))
    assert [item.native_id for item in archive.items] == ["1", "3"]
    assert [error.where for error in archive.errors] == ["data/tweets.js, row 2"]


def test_an_x_archive_without_its_posts(tmp_path: Path) -> None:
    with pytest.raises(Mistake, match=r"has no tweets\.js"):
        read_archive(write_files(tmp_path, {"data/account.js": js("account", [])}))


# Facebook


@pytest.mark.parametrize("root", ["your_facebook_activity/", ""])
def test_a_facebook_archive(tmp_path: Path, root: str) -> None:
    archive = read_archive(zip_files(tmp_path / "a.zip", facebook_files(root)))
    assert (archive.platform, archive.handle, archive.name, archive.followers) == ("facebook", "eve", "Eve É", 2)
    assert archive.errors == ()
    found = [(item.kind, item.text, item.has_link, item.located, item.place) for item in archive.items]
    assert sorted(found, key=repr) == sorted(
        [
            ("text", "Crème brûlée 😀", False, False, None),
            ("photo", "a dog", False, True, None),
            ("link", "look", True, False, None),
            ("text", "here", False, True, None),
            ("video", "a dog", False, False, None),
            ("photo", "a dog", False, False, None),
            ("comment", "nice", False, False, "Bakers"),
        ],
        key=repr,
    )
    assert {item.native_id for item in archive.items} == {None}
    assert PRIVATE not in repr(archive)


@pytest.mark.parametrize("bad", [3, {}, {"timestamp": UNIX}, {"timestamp": "x", "data": [{"post": "a"}]}, {"data": 3}])
def test_a_bad_facebook_row_costs_itself_alone(tmp_path: Path, bad: object) -> None:
    good = {"timestamp": UNIX, "data": [{"post": "good"}]}
    archive = read_archive(write_files(tmp_path, {"posts/your_posts_1.json": json.dumps([good, bad])}))
    assert len(archive.items) == len(archive.errors) == 1


# Reddit


def test_a_reddit_archive(tmp_path: Path) -> None:
    archive = read_archive(zip_files(tmp_path / "export_eve.zip", reddit_files()))
    assert (archive.platform, archive.handle) == ("reddit", "eve")
    found = {item.native_id: item for item in archive.items}
    assert [found[name].kind for name in ("t3_p1", "t3_p2", "t3_p3", "t1_c1")] == ["photo", "text", "link", "comment"]
    assert found["t3_p1"].text == "A, cat"
    assert found["t3_p2"].text == "Hi\n\ntwo\nlines"
    assert found["t3_p2"].uri == "https://www.reddit.com/r/cats/comments/p2/x/"
    assert (found["t1_c1"].reply_to, found["t1_c2"].reply_to) == ("t3_p2", "t1_c1")
    assert (found["t1_c1"].bookmarked, found["t1_c2"].bookmarked, found["t1_c1"].has_link) == (False, True, True)
    assert found["t3_p3"].place == "news"
    assert [error.where for error in archive.errors] == ["posts.csv, row 3"]
    assert PRIVATE not in repr(archive)


def test_a_reddit_archive_of_no_posts(tmp_path: Path) -> None:
    with pytest.raises(Mistake, match=r"neither posts\.csv nor comments\.csv"):
        read_archive(write_files(tmp_path, {"saved_posts.csv": "id\n", "statistics.csv": "statistic,value\n"}))


# Discord


@pytest.mark.parametrize(("messages", "account"), [("messages", "account"), ("Nachrichten", "Konto"), ("訊息", "帳號")])
def test_a_discord_package_in_any_language(tmp_path: Path, messages: str, account: str) -> None:
    archive = read_archive(zip_files(tmp_path / "package.zip", discord_files(messages, account)))
    assert (archive.platform, archive.handle, archive.name) == ("discord", "eve", "Eve")
    found = {item.native_id: item for item in archive.items}
    assert set(found) == {"11", "12", "14"}
    assert (found["11"].text, found["11"].place) == ("hello", "Chess / general")
    assert found["11"].uri == "https://discord.com/channels/5/100/11"
    assert (found["12"].kind, found["14"].text) == ("photo", "old")
    assert len(archive.errors) == 1
    assert "1 direct messages not read." in archive.notes
    assert PRIVATE not in repr(archive)


# Telegram


def test_a_telegram_export(tmp_path: Path) -> None:
    archive = read_archive(write_files(tmp_path, telegram_files()))
    assert (archive.platform, archive.handle, archive.name) == ("telegram", "eve", "Eve E")
    found = {item.native_id: item for item in archive.items}
    assert set(found) == {"77/1", "77/3", "77/4", "1/8", "5/8"}
    assert (found["77/1"].text, found["77/1"].has_link) == ("see https://a.example now", True)
    assert (found["77/3"].kind, found["77/3"].reply_to) == ("comment", "77/1")
    assert (found["77/4"].kind, found["77/4"].located) == ("photo", True)
    assert [found[name].audience for name in ("77/1", "1/8", "5/8")] == ["friends", "only_me", "public"]
    assert len(archive.errors) == 1
    assert "1 direct messages not read." in archive.notes
    assert PRIVATE not in repr(archive)


def test_one_chat_does_not_say_whose_it_is(shared_data: Path) -> None:
    [chat] = (shared_data / "exports/chat_analytics/tests/samples/telegram").glob("*.json")
    with pytest.raises(Mistake, match="whose export"):
        read_archive(chat)


# Bluesky


@pytest.mark.parametrize("name", ["repo.car", "any name"])
def test_a_bluesky_repository(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(bluesky_car())
    archive = read_archive(tmp_path / name)
    assert (archive.platform, archive.handle, archive.name) == ("bluesky", "did:web:eve.social.example", "Eve")
    assert archive.errors == ()
    uri = f"{HOME}app.bsky.feed.post/{TID}"
    found = {item.native_id: item for item in archive.items}
    assert {name: item.kind for name, item in found.items()} == {
        uri: "link", uri[:-1] + "b": "comment", f"{HOME}app.bsky.feed.repost/{TID}": "repost",
    }  # fmt: skip
    assert (found[uri].faved, found[uri].pinned, found[uri].created) == (True, True, 1_675_166_400 - EPOCH_UNIX_S)
    assert found[uri[:-1] + "b"].reply_to == uri


def test_a_record_without_a_date_has_the_time_of_its_key(tmp_path: Path) -> None:
    (tmp_path / "repo.car").write_bytes(bluesky_car({f"app.bsky.feed.post/{TID}": {"text": "x"}}))
    [item] = read_archive(tmp_path).items
    assert item.created == key_time(TID) > 0
    assert key_time("self") == key_time("3jzfcijpj2z2!") == 0
    assert key_time(record_key(600_000_000, 7)) == 600_000_000


def test_a_damaged_record_costs_itself_alone(tmp_path: Path) -> None:
    whole = bluesky_car()
    place = whole.index(b"dtextehello") + 8
    (tmp_path / "repo.car").write_bytes(whole[:place] + b"\xff" + whole[place + 1 :])
    archive = read_archive(tmp_path)
    assert len(archive.items) == 2
    assert [error.problem for error in archive.errors] == ["its block is missing or damaged"]


@pytest.mark.parametrize(
    "bad", [{"text": 3}, {"text": "x", "createdAt": "never"}, {"text": "x", "createdAt": 5}, {"text": "x", "facets": 1}]
)
def test_a_bad_record_costs_itself_alone(tmp_path: Path, bad: dict[str, Any]) -> None:
    (tmp_path / "repo.car").write_bytes(bluesky_car(bluesky_records() | {"app.bsky.feed.post/self": bad}))
    archive = read_archive(tmp_path)
    assert (len(archive.items), len(archive.errors)) == (3, 1)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.999])
def test_a_repository_that_was_cut_short(tmp_path: Path, share: float) -> None:
    whole = bluesky_car()
    (tmp_path / "repo.car").write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(Mistake, match=r"cut short|begins with"):
        read_archive(tmp_path / "repo.car")


def test_without_the_library_the_message_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "repo.car").write_bytes(bluesky_car())
    real = builtins.__import__

    def missing(name: str, *rest: Any) -> Any:
        if name == "libipld":
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", missing)
    with pytest.raises(Mistake, match=r"pip install 'afterpost\[bluesky\]'"):
        read_archive(tmp_path / "repo.car")


@pytest.mark.parametrize(
    ("path", "layer"),
    [("2653ae71", 0), ("blue", 1), ("app.bsky.feed.post/454397e440ec", 4), ("app.bsky.feed.post/9adeb165882c", 8)],
)
def test_the_layer_of_a_path_as_the_specification_gives_it(path: str, layer: int) -> None:
    assert _layer(path.encode()) == layer


def test_the_tree_is_the_one_other_implementations_build(shared_data: Path) -> None:
    import libipld

    from sim.platforms.exports.tree import _Blocks, _node

    cases = json.loads((shared_data / "exports/atproto/packages/repo/tests/commit-proof-fixtures.json").read_text())
    for case in cases:
        digest = libipld.decode_cid(case["leafValue"])["hash"]["digest"]
        value = b"\x01\x71\x12\x20" + digest
        after = sorted({*case["keys"], *case["adds"]} - set(case["dels"]))
        for keys, root in ((sorted(case["keys"]), case["rootBeforeCommit"]), (after, case["rootAfterCommit"])):
            layers = [_layer(key.encode()) for key in keys]
            made = _node(_Blocks(), [(key.encode(), value) for key in keys], layers, max(layers))
            assert id_text(made) == root, case["comment"]


def test_another_reader_reads_what_we_write() -> None:
    """The library of the AT Protocol's Python client: its own parser of CAR files."""
    read = pytest.importorskip("atproto_core.car").CAR.from_bytes(bluesky_car())
    blocks = {str(name): block for name, block in read.blocks.items()}
    commit = blocks[str(read.root)]
    assert commit["did"] == "did:web:eve.social.example"
    assert len(blocks[id_text(commit["data"])]["e"]) > 0
    assert {block["text"] for block in blocks.values() if "text" in block} == {"hello", "and"}
