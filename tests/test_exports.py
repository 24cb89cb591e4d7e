"""Archives in and out: what is written is read back, and each platform's rows become the right items."""

import gzip
import json
import tarfile
import zipfile
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.core import schema
from sim.core.errors import Mistake
from sim.platforms.exports.fields import mend
from sim.platforms.exports.html_text import read_html
from sim.platforms.exports.item import END_S, Archive, Item, RowError, to_posts
from sim.platforms.exports.read import read_archive
from sim.platforms.exports.readers import instagram
from sim.platforms.exports.recognise import platforms
from sim.platforms.exports.writers.mastodon import write as write_mastodon

DATA = Path(__file__).parents[1] / "../shared/data/exports"
ACTOR = "https://social.example/users/eve"
ENDINGS = ("folder", "archive.zip", "archive.tar.gz", "archive.tgz")


def needs(path: Path) -> Path:
    if not path.exists():
        pytest.skip(f"the data folder is absent: {path}")
    return path


def note(number: int = 1, **changed: object) -> dict[str, object]:
    row: dict[str, object] = {
        "id": f"{ACTOR}/statuses/{number}",
        "type": "Note",
        "published": "2020-01-02T03:04:05Z",
        "to": [mastodon_public()],
        "cc": [f"{ACTOR}/followers"],
        "content": "<p>hello</p>",
        "attachment": [],
        "inReplyTo": None,
    }
    return {key: value for key, value in (row | changed).items() if value != "absent"}


def mastodon_public() -> str:
    return "https://www.w3.org/ns/activitystreams#Public"


def create(number: int = 1, **changed: object) -> dict[str, object]:
    return {
        "id": f"{ACTOR}/statuses/{number}/activity",
        "type": "Create",
        "actor": ACTOR,
        "object": note(number, **changed),
    }


def outbox(*rows: object) -> bytes:
    return json.dumps({"id": "outbox.json", "type": "OrderedCollection", "orderedItems": rows}).encode()


def read_outbox(tmp_path: Path, *rows: object) -> Archive:
    file = tmp_path / "any name.json"
    file.write_bytes(outbox(*rows))
    return read_archive(file)


def only(archive: Archive) -> Item:
    assert archive.errors == ()
    [item] = archive.items
    return item


# Writing and reading back

texts = st.text(st.characters(exclude_categories=("Cs",)), max_size=60) | st.sampled_from(
    [
        "<b>&amp;</b>",
        "a\nb\n\n\nc\n",
        "  two  blanks ",
        "👩‍👩‍👧 ñ",
        "see https://a.example/?b=1&c=<2> ok",
        "&#38; &lt;p&gt;",
        "\r\n\t\0",
    ]
)
counts = st.none() | st.integers(0, 2**31 - 1)
rows = st.lists(
    st.tuples(
        st.integers(0, END_S - 1),
        st.integers(0, len(schema.KINDS) - len(schema.BESIDE) - 1),
        st.integers(0, len(schema.AUDIENCES) - 1),
        st.none() | texts,
        counts,
        counts,
    ),
    max_size=12,
)


def posts_of(made: list[tuple[object, ...]], *, owner: int, native: bool = False) -> pa.Table:
    columns = list(zip(*made, strict=True)) if made else [()] * 6
    time, kind, audience, text, likes, reshares = columns
    types = {field.name: field.type for field in schema.arrow_schema("posts")}
    count = len(made)
    values = {
        "post": [(owner << 32) + i for i in range(count)],
        "author": [owner] * count,
        "subject": [owner] * count,
        "time": time,
        "kind": kind,
        "audience": audience,
        "tagged": [False] * count,
        "sensitive": [3] * count,
        "text": text,
        "native_id": [f"n/{i} %é" for i in range(count)] if native else [None] * count,
        "likes": likes,
        "reshares": reshares,
    }
    return schema.table("posts", {name: pa.array(list(value), types[name]) for name, value in values.items()})


def said(posts: pa.Table) -> list[tuple[object, ...]]:
    kept = ("time", "kind", "audience", "text", "likes", "reshares")
    return sorted(
        (tuple(row[name] if name != "text" else row[name] or "" for name in kept) for row in posts.to_pylist()),
        key=repr,
    )


@settings(max_examples=60, deadline=None)
@given(made=rows, owner=st.integers(0, 2**31 - 1), ending=st.sampled_from(ENDINGS), native=st.booleans())
def test_what_is_written_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, made: list[tuple[object, ...]], owner: int, ending: str, native: bool
) -> None:
    path = tmp_path_factory.mktemp("written") / ending
    posts = posts_of(made, owner=owner, native=native)
    write_mastodon(posts, handle="eve", name="Eve <Ñ>", path=path)
    archive = read_archive(path)
    assert (archive.platform, archive.handle, archive.name, archive.errors) == ("mastodon", "eve", "Eve <Ñ>", ())
    back = to_posts(archive, owner=owner)
    assert said(back) == said(posts)
    ids = {str(row["native_id"] or row["post"]) for row in posts.to_pylist()}
    assert set(back["native_id"].to_pylist()) == ids


@pytest.mark.parametrize("ending", ENDINGS)
def test_the_same_posts_give_the_same_bytes(tmp_path: Path, ending: str) -> None:
    posts = posts_of([(5, 1, 2, "x", 1, None), (3, 0, 1, "y", None, 2)], owner=4)
    made = []
    for folder in ("one", "two"):
        path = tmp_path / folder / ending
        write_mastodon(posts, handle="eve", name="Eve", path=path)
        files = sorted(path.rglob("*")) if path.is_dir() else [path]
        made.append([file.read_bytes() for file in files])
        assert [each.name for each in (tmp_path / folder).iterdir()] == [ending]
    assert made[0] == made[1]
    assert made[0][0][:2] != b"\x1f\x8b" or made[0][0][4:8] == bytes(4)  # gzip's own date


def test_only_the_owners_own_posts_are_written(tmp_path: Path) -> None:
    posts = posts_of([(5, 0, 2, "mine", None, None), (6, 0, 2, "a friend's", None, None)], owner=4)
    friends = pa.array([4, 9], pa.int64())
    posts = posts.set_column(posts.schema.get_field_index("author"), posts.schema.field("author"), friends)
    write_mastodon(posts, handle="eve", name="Eve", path=tmp_path / "a")
    assert [item.text for item in read_archive(tmp_path / "a").items] == ["mine"]


def test_posts_of_two_owners_are_refused(tmp_path: Path) -> None:
    one, two = (posts_of([(5, 0, 2, "x", None, None)], owner=owner) for owner in (1, 2))
    with pytest.raises(Mistake, match="one owner"):
        write_mastodon(pa.concat_tables([one, two]), handle="eve", name="Eve", path=tmp_path / "a.zip")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("ending", ENDINGS)
def test_an_existing_file_is_left_as_it_is(tmp_path: Path, ending: str) -> None:
    path = tmp_path / ending
    path.write_text("precious")
    with pytest.raises(Mistake, match="exists already"):
        write_mastodon(posts_of([], owner=1), handle="eve", name="Eve", path=path)
    assert path.read_text() == "precious"
    assert list(tmp_path.iterdir()) == [path]


def test_a_failed_write_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(tarfile.TarFile, "addfile", full)
    with pytest.raises(Mistake, match="No space left"):
        write_mastodon(posts_of([], owner=1), handle="eve", name="Eve", path=tmp_path / "a.tar.gz")
    assert list(tmp_path.iterdir()) == []


# The normal form as a table


def item(**changed: object) -> Item:
    values: dict[str, object] = {
        "platform": "mastodon", "native_id": "1", "uri": None, "kind": "text", "created": 10, "text": "x", "media": (),
        "audience": "public", "reply_to": None, "likes": None, "reshares": None,
    }  # fmt: skip
    return Item(**(values | changed))  # type: ignore[arg-type]


def archive_of(*items: Item) -> Archive:
    return Archive(platform="mastodon", handle=None, name=None, followers=None, items=items, errors=(), notes=())


def test_posts_are_in_order_of_time_then_id_whatever_the_files_order() -> None:
    items = (
        item(native_id="10"),
        item(native_id="9"),
        item(native_id=None, created=3, text="b"),
        item(native_id="8", created=11),
    )
    posts = to_posts(archive_of(*items), owner=5)
    assert posts["native_id"].to_pylist() == [None, "9", "10", "8"]
    assert posts["post"].to_pylist() == [(5 << 32) + index for index in range(4)]
    assert posts.equals(to_posts(archive_of(*reversed(items)), owner=5))
    assert set(posts["author"].to_pylist()) == set(posts["subject"].to_pylist()) == {5}
    assert set(posts["sensitive"].to_pylist()) == {0}
    assert posts["spans"].null_count == 4


def test_an_empty_archive_is_an_empty_table() -> None:
    assert to_posts(archive_of(), owner=0).num_rows == 0


@pytest.mark.parametrize("owner", [-1, 2**31])
def test_an_owner_that_does_not_fit_is_refused(owner: int) -> None:
    with pytest.raises(Mistake, match="person's number"):
        to_posts(archive_of(), owner=owner)


@pytest.mark.parametrize(
    "changed",
    [{"created": -1}, {"created": END_S}, {"kind": "toot"}, {"audience": "all"}, {"likes": -1}, {"reshares": 2**31}],
)
def test_an_item_outside_its_range_is_refused(changed: dict[str, object]) -> None:
    with pytest.raises(RowError):
        item(**changed)


# Mastodon


@pytest.mark.parametrize(
    ("changed", "kind"),
    [
        ({}, "text"),
        ({"type": "Question", "endTime": "2020-01-03T00:00:00Z", "oneOf": [{"name": "yes"}]}, "text"),
        ({"inReplyTo": "https://elsewhere.example/1"}, "comment"),
        ({"attachment": [{"mediaType": "image/png", "url": "/a.png"}]}, "photo"),
        (
            {"attachment": [{"mediaType": "image/png", "url": "/a.png"}, {"mediaType": "video/mp4", "url": "/b.mp4"}]},
            "video",
        ),
        ({"content": '<p><a href="https://a.example">a.example</a></p>'}, "link"),
        ({"content": '<p><a href="https://a.example/@bob" class="u-url mention">@bob</a></p>'}, "text"),
        ({"endTime": "2020-01-03T00:00:00Z"}, "story"),
    ],
)
def test_the_kind_of_a_status(tmp_path: Path, changed: dict[str, object], kind: str) -> None:
    assert only(read_outbox(tmp_path, create(**changed))).kind == kind


@pytest.mark.parametrize(
    ("to", "cc", "audience"),
    [
        ([mastodon_public()], [f"{ACTOR}/followers"], "public"),
        ([f"{ACTOR}/followers"], [mastodon_public()], "public"),
        ("as:Public", None, "public"),
        ([f"{ACTOR}/followers"], ["https://a.example/@bob"], "friends"),
        ([], [], "only_me"),
    ],
)
def test_the_audience_of_a_status(tmp_path: Path, to: object, cc: object, audience: str) -> None:
    assert only(read_outbox(tmp_path, create(to=to, cc=cc))).audience == audience


def test_direct_messages_are_counted_and_not_read(tmp_path: Path) -> None:
    secret = create(2, to=["https://a.example/users/bob"], cc=[], content="<p>secret</p>")
    archive = read_outbox(tmp_path, create(1), secret)
    assert [found.text for found in archive.items] == ["hello"]
    assert "1 direct messages not read." in archive.notes
    assert "secret" not in repr(archive)


def test_counts_ids_times_and_addresses(tmp_path: Path) -> None:
    row = create(77, likes={"totalItems": 3}, shares={"totalItems": 0}, url="https://social.example/@eve/77")
    found = only(read_outbox(tmp_path, row))
    assert (found.native_id, found.uri, found.likes, found.reshares) == ("77", "https://social.example/@eve/77", 3, 0)
    assert found.created + schema.EPOCH_UNIX_S == 1_577_934_245
    assert only(read_outbox(tmp_path, create(published="2020-01-02T03:04:05.9+01:00"))).created == found.created - 3600


def test_a_boost_is_a_repost_whose_text_is_not_the_owners(tmp_path: Path) -> None:
    row = {
        "id": f"{ACTOR}/statuses/8/activity", "type": "Announce", "published": "2020-01-02T03:04:05Z",
        "to": [mastodon_public()], "cc": [], "object": "https://elsewhere.example/statuses/99",
    }  # fmt: skip
    found = only(read_outbox(tmp_path, row))
    assert (found.kind, found.native_id, found.text, found.likes) == ("repost", "8", "", None)


def test_a_content_warning_and_a_polls_choices_are_part_of_the_text(tmp_path: Path) -> None:
    row = create(type="Question", summary="food", anyOf=[{"name": "pie"}, {"name": "pasta"}])
    assert only(read_outbox(tmp_path, row)).text == "food\n\nhello\npie\npasta"


@pytest.mark.parametrize(
    "bad",
    [
        7,
        None,
        {"type": "Like", "object": "x"},
        {"type": "Create", "object": "x"},
        create(type="Event"),
        create(published=None),
        create(published="yesterday"),
        create(published="2006-12-31T23:59:59Z"),
        create(published="2101-01-01T00:00:00Z"),
        create(content=["x"]),
        create(content="x" * 100_001),
        create(content="&#" + "9" * 5000 + ";"),
        create(likes={"totalItems": 2**31}),
        create(likes={"totalItems": 1.5}),
        create(to={"a": 1}),
        create(attachment="x"),
    ],
)
def test_a_bad_row_costs_itself_alone(tmp_path: Path, bad: object) -> None:
    archive = read_outbox(tmp_path, create(1), bad, create(3))
    assert [found.native_id for found in archive.items] == ["1", "3"]
    [error] = archive.errors
    assert error.where == "outbox.json, row 2"
    assert len(error.problem) < 200
    assert "1 rows could not be read and are left out." in archive.notes


def test_a_post_that_is_listed_twice_is_one(tmp_path: Path) -> None:
    archive = read_outbox(tmp_path, create(1), create(2), create(1))
    assert [found.native_id for found in archive.items] == ["1", "2"]
    assert "1 repeated posts are counted once." in archive.notes


def test_half_characters_do_not_reach_the_table(tmp_path: Path) -> None:
    archive = read_outbox(tmp_path, create(content="<p>\ud83d \ud83d\ude00</p>"))
    assert to_posts(archive, owner=1)["text"].to_pylist() == ["\ufffd 😀"]


def test_handle_and_name_come_from_the_actor_or_the_first_activity(tmp_path: Path) -> None:
    assert read_outbox(tmp_path, create()).handle == "eve"
    folder = tmp_path / "whole"
    folder.mkdir()
    (folder / "outbox.json").write_bytes(outbox(create(to=["https://x.example/fans"], cc=[])))
    actor = {"preferredUsername": "eve2", "name": "Eve", "followers": "https://x.example/fans"}
    (folder / "actor.json").write_text(json.dumps(actor))
    archive = read_archive(folder)
    assert (archive.handle, archive.name) == ("eve2", "Eve")
    assert only(archive).audience == "friends"


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("<p>a<br>b<br />c</p><p>d</p>", "a\nb\nc\n\nd"),
        ("a &amp;lt; b &lt;c&gt; &#128512;", "a &lt; b <c> 😀"),
        ("3 < 4 > 2", "3 < 4 > 2"),
        ('<span class="invisible">https://</span><span>a.example</span>', "https://a.example"),
        ("<script>alert(1)</script>x<style>y", "x"),
        ("", ""),
    ],
)
def test_html_as_its_reader_sees_it(content: str, text: str) -> None:
    assert read_html(content)[0] == text


# Instagram


def instagram_files(**changed: object) -> dict[str, object]:
    exif = {"photo_metadata": {"exif_data": [{"iso": 1}, {"latitude": 48.8566, "longitude": 2.3522}]}}
    garbled = "Crème brûlée 😀".encode().decode("latin-1")
    values = {"Username": {"value": "eve"}, "Name": {"value": "Eve"}, "Private account": {"value": "False"}}
    activity = "your_instagram_activity"
    files: dict[str, object] = {
        f"{activity}/media/posts_1.json": [
            {
                "media": [
                    {
                        "uri": "media/a.jpg",
                        "creation_timestamp": 1_600_000_000,
                        "title": garbled,
                        "media_metadata": exif,
                    }
                ]
            },
            {
                "media": [
                    {"uri": "media/b.jpg", "creation_timestamp": 1},
                    {"uri": "media/c.mp4", "creation_timestamp": 2},
                ],
                "title": "two of them",
                "creation_timestamp": 1_600_000_100,
            },
        ],
        f"{activity}/media/posts_2.json": [{"media": [{"uri": "media/d.jpg", "creation_timestamp": 1_600_000_200}]}],
        f"{activity}/media/stories.json": {"ig_stories": [{"uri": "media/s.jpg", "creation_timestamp": 1_600_000_300}]},
        f"{activity}/media/reels.json": {
            "ig_reels_media": [
                {"media": [{"uri": "media/r.mp4", "creation_timestamp": 1_600_000_400, "title": "reel"}]}
            ]
        },
        f"{activity}/media/archived_posts.json": {
            "ig_archived_post_media": [{"media": [{"uri": "media/h.jpg", "creation_timestamp": 1_600_000_450}]}]
        },
        f"{activity}/comments/post_comments_1.json": [
            {"string_map_data": {"Comment": {"value": "nice"}, "Time": {"timestamp": 1_600_000_500}}}
        ],
        f"{activity}/messages/inbox/bob_1/message_1.json": {"messages": [{"content": "a private word"}]},
        "personal_information/personal_information/personal_information.json": {
            "profile_user": [{"string_map_data": values}]
        },
        "connections/followers_and_following/followers_1.json": [{}, {}],
        "connections/followers_and_following/followers_2.json": [{}],
        "connections/followers_and_following/following.json": {"relationships_following": [{}] * 9},
    }
    return files | changed


def write_files(folder: Path, files: dict[str, object]) -> Path:
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(json.dumps(content))
    return folder


def test_an_instagram_archive_in_the_current_layout(tmp_path: Path) -> None:
    archive = read_archive(write_files(tmp_path, instagram_files()))
    assert (archive.platform, archive.handle, archive.name, archive.followers) == ("instagram", "eve", "Eve", 3)
    assert archive.errors == ()
    found = [
        (each.kind, each.text, each.audience, each.located) for each in sorted(archive.items, key=lambda i: i.created)
    ]
    assert found == [
        ("photo", "Crème brûlée 😀", "public", True),
        ("video", "two of them", "public", False),
        ("photo", "", "public", False),
        ("story", "", "public", False),
        ("video", "reel", "public", False),
        ("photo", "", "only_me", False),
        ("comment", "nice", "public", False),
    ]
    assert {each.native_id for each in archive.items} == {None}
    assert ("media/b.jpg", "media/c.mp4") in {each.media for each in archive.items}
    assert "a private word" not in repr(archive)
    assert "48.8" not in repr(archive)


@pytest.mark.parametrize(("value", "audience"), [("True", "friends"), ("False", "public"), ("Vrai", "public")])
def test_the_account_setting_decides_the_audience(tmp_path: Path, value: str, audience: str) -> None:
    profile = {"profile_user": [{"string_map_data": {"Private account": {"value": value}}}]}
    files = instagram_files(**{"personal_information/personal_information/personal_information.json": profile})
    archive = read_archive(write_files(tmp_path, files))
    assert {each.audience for each in archive.items if each.kind in ("story", "comment", "video")} == {audience}
    assert any("does not say whether the account is private" in text for text in archive.notes) == (value == "Vrai")


@pytest.mark.parametrize("folder", instagram.FOLDERS)
def test_an_instagram_archive_in_each_layout(tmp_path: Path, folder: str) -> None:
    rows = [{"media": [{"uri": "a.jpg", "creation_timestamp": 1_600_000_000}]}]
    archive = read_archive(write_files(tmp_path, {f"{folder}/posts_1.json": rows}))
    assert len(archive.items) == 1
    assert archive.followers is None


@pytest.mark.parametrize(
    "bad",
    [
        3,
        {},
        {"media": [{"uri": "a.jpg"}]},
        {"media": [{"uri": "a.jpg", "creation_timestamp": "x"}]},
        {"media": [{"uri": "a.jpg", "creation_timestamp": 1_000_000_000}]},
        {"media": [{"uri": "a.jpg", "creation_timestamp": 10**18}]},
        {"media": [{"uri": "a.jpg", "creation_timestamp": True}]},
        {"media": "x"},
        {"media": [5]},
    ],
)
def test_a_bad_instagram_row_costs_itself_alone(tmp_path: Path, bad: object) -> None:
    good = {"media": [{"uri": "a.jpg", "creation_timestamp": 1_600_000_000}]}
    archive = read_archive(write_files(tmp_path, {"content/posts_1.json": [good, bad]}))
    assert len(archive.items) == len(archive.errors) == 1
    assert archive.errors[0].where == "content/posts_1.json, row 2"


@given(st.text(st.characters(exclude_categories=("Cs",))))
def test_the_latin1_fault_is_mended(text: str) -> None:
    assert mend(text.encode().decode("latin-1")) == text


def test_what_is_not_garbled_stays() -> None:
    assert mend("déjà vu ✨") == "déjà vu ✨"


# Recognition


@pytest.mark.parametrize(
    "name", ["My export (1), old=new.zip", "~", "a 'quoted' \"name\".new", "exportação ✨", "-rf", "a%20b"]
)
@pytest.mark.parametrize("container", ["zip", "tar", "tar.gz", "folder", "json"])
def test_content_decides_and_not_the_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, container: str
) -> None:
    path = tmp_path / name
    data = outbox(create())
    source = tmp_path / "source.json"
    source.write_bytes(data)
    if container == "zip":
        with zipfile.ZipFile(path, "w") as packed:
            packed.write(source, "top folder/outbox.json")
    elif container == "folder":
        (path / "deep" / "er").mkdir(parents=True)
        (path / "deep" / "er" / "outbox.json").write_bytes(data)
    elif container == "json":
        path.write_bytes(b"\xef\xbb\xbf \n" + data)
    else:
        with tarfile.open(path, "w:gz" if container == "tar.gz" else "w") as tar:
            tar.add(source, "./outbox.json")
    assert only(read_archive(path)).text == "hello"
    monkeypatch.chdir(tmp_path)
    assert only(read_archive(Path(name))).text == "hello"


def test_the_fuller_of_two_archives_is_read_and_the_other_named(tmp_path: Path) -> None:
    write_files(tmp_path / "insta", instagram_files())
    (tmp_path / "outbox.json").write_bytes(outbox(create()))
    archive = read_archive(tmp_path)
    assert archive.platform == "instagram"
    assert any("mastodon" in text and "Name that file or folder" in text for text in archive.notes)
    assert sum("Not read" in text for text in archive.notes) == 1


def test_traces_of_macos_are_ignored(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("export\\outbox.json", outbox(create()))
        packed.writestr("__MACOSX/._outbox.json", b"\0\5\x16\7")
    assert len(read_archive(path).items) == 1


def test_a_lone_file_of_instagram_posts(tmp_path: Path) -> None:
    file = tmp_path / "x.json"
    file.write_text(json.dumps([{"media": [{"uri": "a.jpg", "creation_timestamp": 1_600_000_000}]}]))
    assert only(read_archive(file)).kind == "photo"


@pytest.mark.parametrize("platform", platforms())
def test_every_platform_is_complete(platform: str) -> None:
    module = platforms()[platform]
    assert module.KNOWN_FILES
    assert all(len(name.split("/")) <= 6 and not name.startswith("/") for name in module.KNOWN_FILES)
    assert module.name_of({}) is None
    assert platform in module.EXPORT.lower()


# Real fixtures


def test_the_fixture_of_alice() -> None:
    archive = read_archive(needs(DATA / "context_use_alice"))
    assert (archive.platform, archive.handle, archive.followers, len(archive.items)) == (
        "instagram",
        "alice_synthetic",
        2,
        9,
    )
    assert archive.errors == ()
    assert any("tests/fixtures/users/alice/instagram/v1/threads" in text for text in archive.notes)
    assert sum(each.located for each in archive.items) == 4
    assert to_posts(archive, owner=1).num_rows == 9


def test_the_fixture_of_two_backdated_posts() -> None:
    archive = read_archive(needs(DATA / "gts_backdated/testoutbox.json"))
    assert [(each.text, each.audience, each.likes) for each in archive.items] == [
        ("this is one of two posts", "friends", 0),
        ("this is two of two posts", "friends", 0),
    ]
    assert archive.handle == "vivdev"


def test_the_broken_fixture_names_its_place() -> None:
    with pytest.raises(Mistake, match="line 164, column 3"):
        read_archive(needs(DATA / "gts_backdated/outbox.json"))


def test_a_gzipped_outbox_alone_is_explained(tmp_path: Path) -> None:
    path = tmp_path / "outbox.json.gz"
    path.write_bytes(gzip.compress(outbox(create())))
    with pytest.raises(Mistake, match="no tar archive"):
        read_archive(path)
