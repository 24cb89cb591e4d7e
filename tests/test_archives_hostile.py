"""Hostile and damaged archives: one clear Mistake each, in bounded memory, and nothing outside is ever read."""

import gzip
import io
import json
import os
import tarfile
import tracemalloc
import zipfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.core.errors import Mistake
from sim.platforms.exports.container import opened, parse_json
from sim.platforms.exports.item import Archive, to_posts
from sim.platforms.exports.members import Bounds
from sim.platforms.exports.read import read_archive

ROW = {
    "type": "Create",
    "actor": "https://social.example/users/eve",
    "object": {
        "id": "https://social.example/users/eve/statuses/1",
        "type": "Note",
        "published": "2020-01-02T03:04:05Z",
        "to": ["as:Public"],
        "content": "<p>hello</p>",
    },
}
OUTBOX = json.dumps({"type": "OrderedCollection", "orderedItems": [ROW]}).encode()
SMALL = Bounds(members=20, file_bytes=1 << 16, small_bytes=1 << 12, ratio=50)


def refused(path: Path, expected: str, *, bounds: Bounds | None = None) -> str:
    """The message with which `path` is refused; it must name the path and be one paragraph."""
    with pytest.raises(Mistake, match=expected) as caught:
        read_archive(path) if bounds is None else read_archive(path, bounds=bounds)
    message = str(caught.value)
    assert path.name.lstrip("~")[:40] in message
    assert "\n" not in message
    assert all(character.isprintable() for character in message)
    assert len(message) < 1500
    return message


def zip_of(path: Path, files: dict[str, bytes], *, method: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", method) as packed:
        for name, content in files.items():
            packed.writestr(name, content)
    return path


def tar_of(path: Path, *members: tuple[tarfile.TarInfo, bytes], mode: str = "w:gz") -> Path:
    with tarfile.open(path, mode) as packed:  # type: ignore[call-overload]
        for info, content in members:
            info.size = len(content)
            packed.addfile(info, io.BytesIO(content))
    return path


def plain(name: str, content: bytes = OUTBOX) -> tuple[tarfile.TarInfo, bytes]:
    return tarfile.TarInfo(name), content


# Names that escape

ESCAPES = [
    "../outbox.json",
    "a/../../outbox.json",
    "/etc/outbox.json",
    "C:/outbox.json",
    "..\\outbox.json",
    "\\\\host\\x",
]


@pytest.mark.parametrize("name", ESCAPES)
def test_a_zip_with_a_name_that_escapes(tmp_path: Path, name: str) -> None:
    refused(zip_of(tmp_path / "a.zip", {"outbox.json": OUTBOX, name: b"x"}), "points outside")


@pytest.mark.parametrize("name", ESCAPES)
@pytest.mark.parametrize("mode", ["w", "w:gz"])
def test_a_tar_with_a_name_that_escapes(tmp_path: Path, name: str, mode: str) -> None:
    refused(tar_of(tmp_path / "a.tar", plain("outbox.json"), plain(name), mode=mode), "points outside")


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE])
def test_a_tar_with_a_link_or_a_device(tmp_path: Path, kind: bytes) -> None:
    info = tarfile.TarInfo("actor.json")
    info.type, info.linkname = kind, "/etc/passwd"
    refused(tar_of(tmp_path / "a.tar.gz", plain("outbox.json"), (info, b"")), "link, a device")


def test_a_zip_with_a_symbolic_link(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as packed:
        packed.writestr("outbox.json", OUTBOX)
        info = zipfile.ZipInfo("actor.json")
        info.create_system, info.external_attr = 3, 0o120777 << 16
        packed.writestr(info, "/etc/passwd")
    refused(tmp_path / "a.zip", "link or a device")


def test_links_in_a_folder_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret.json").write_bytes(OUTBOX)
    (tmp_path / "away").mkdir()
    (tmp_path / "away" / "outbox.json").write_bytes(OUTBOX)
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "outbox.json").symlink_to(tmp_path / "secret.json")
    (folder / "linked").symlink_to(tmp_path / "away")
    os.mkfifo(folder / "actor.json")
    refused(folder, "holds no files")


def test_a_name_of_control_characters_is_not_printed(tmp_path: Path) -> None:
    message = refused(zip_of(tmp_path / "a.zip", {"../\x1b[2Jx": b"x"}), "points outside")
    assert "\x1b" not in message


def test_a_name_that_is_too_long(tmp_path: Path) -> None:
    refused(tar_of(tmp_path / "a.tar", plain("a/" * 3000 + "outbox.json")), "characters")


# Bombs


def test_a_zip_bomb_small_on_disk(tmp_path: Path) -> None:
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed, packed.open("outbox.json", "w") as member:
        for _ in range(100):
            member.write(bytes(1 << 20))
    assert path.stat().st_size < 1 << 18
    refused(path, "zip bomb")


def test_many_files_that_are_one_bomb_together(tmp_path: Path) -> None:
    files = {f"{number}.json": bytes(1 << 12) for number in range(19)}
    refused(zip_of(tmp_path / "a.zip", files), "zip bomb", bounds=Bounds(small_bytes=1 << 12, ratio=5))


def test_a_total_above_the_limit(tmp_path: Path) -> None:
    path = zip_of(tmp_path / "a.zip", {"outbox.json": OUTBOX}, method=zipfile.ZIP_STORED)
    refused(path, "accepted", bounds=Bounds(total_bytes=100))


def test_a_tar_bomb_is_refused_in_bounded_memory(tmp_path: Path) -> None:
    path = tmp_path / "bomb.tgz"
    info = tarfile.TarInfo("media.bin")
    info.size = 1 << 40
    with gzip.open(path, "wb", compresslevel=1) as packed:
        packed.write(info.tobuf())
        for _ in range(100):
            packed.write(bytes(1 << 20))
    tracemalloc.start()
    refused(path, "zip bomb")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1 << 23


def test_headers_are_not_kept_in_memory(tmp_path: Path) -> None:
    info = tarfile.TarInfo("media.bin")
    info.pax_headers = {"comment": "x" * 200_000}
    path = tar_of(tmp_path / "a.tgz", *[(info, b"")] * 200, plain("outbox.json"))
    tracemalloc.start()
    assert len(read_archive(path).items) == 1
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1 << 23


def test_a_bomb_behind_the_end_of_a_tar(tmp_path: Path) -> None:
    path = tar_of(tmp_path / "a.tgz", plain("outbox.json"))
    with path.open("ab") as stream:
        stream.write(gzip.compress(bytes(1 << 22)))
    refused(path, "zip bomb", bounds=SMALL)


def test_a_header_that_asks_for_gigabytes(tmp_path: Path) -> None:
    info = tarfile.TarInfo("././@LongLink")
    info.type, info.size = tarfile.GNUTYPE_LONGNAME, 1 << 32
    path = tmp_path / "a.tgz"
    with gzip.open(path, "wb", compresslevel=1) as packed:
        packed.write(info.tobuf() + bytes(1 << 22))
    refused(path, "list of contents")


def lying_zip(path: Path, *, claimed: int) -> Path:
    """A zip whose headers claim `claimed` bytes for a member of many more."""
    content = bytes(1 << 20)
    zip_of(path, {"outbox.json": content})
    data = path.read_bytes()
    true, false = len(content).to_bytes(4, "little"), claimed.to_bytes(4, "little")
    assert data.count(true) == 2
    path.write_bytes(data.replace(true, false))
    return path


def test_a_header_that_lies_about_the_size(tmp_path: Path) -> None:
    refused(lying_zip(tmp_path / "a.zip", claimed=100), "damaged")


def test_a_tar_header_that_promises_too_much(tmp_path: Path) -> None:
    path = tar_of(tmp_path / "a.tar", plain("outbox.json"), mode="w")
    info = tarfile.TarInfo("outbox.json")
    info.size = 1 << 20
    path.write_bytes(info.tobuf() + path.read_bytes()[512:])
    refused(path, "cut short")


@pytest.mark.parametrize("container", ["zip", "tar", "folder", "json"])
def test_a_file_above_the_limit(tmp_path: Path, container: str) -> None:
    content = b'{"orderedItems":[' + os.urandom(1 << 16).hex().encode() + b"]}"
    path = tmp_path / "a"
    if container == "folder":
        path.mkdir()
        (path / "outbox.json").write_bytes(content)
    elif container == "json":
        path.write_bytes(content)
    elif container == "zip":
        zip_of(path, {"outbox.json": content})
    else:
        tar_of(path, plain("outbox.json", content))
    refused(path, "most that is read of one file", bounds=SMALL)


@pytest.mark.parametrize("container", ["zip", "tar", "folder"])
def test_too_many_files(tmp_path: Path, container: str) -> None:
    files = {f"{number}.json": b"{}" for number in range(21)}
    path = tmp_path / "a"
    if container == "folder":
        path.mkdir()
        for name, content in files.items():
            (path / name).write_bytes(content)
    elif container == "zip":
        zip_of(path, files)
    else:
        tar_of(path, *(plain(name, content) for name, content in files.items()), mode="w")
    refused(path, "more than 20 files", bounds=SMALL)


def test_an_archive_in_an_archive_is_not_opened_but_named(tmp_path: Path) -> None:
    inner = zip_of(tmp_path / "inner.zip", {"outbox.json": OUTBOX})
    refused(zip_of(tmp_path / "outer.zip", {"inner.zip": inner.read_bytes()}), "'inner.zip' in it is an archive itself")


# Damage


def test_an_encrypted_zip(tmp_path: Path) -> None:
    path = zip_of(tmp_path / "a.zip", {"outbox.json": OUTBOX})
    data = bytearray(path.read_bytes())
    for magic, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(magic) + flags] |= 1
    path.write_bytes(data)
    refused(path, "read without a password")


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_zip_of_another_method(tmp_path: Path, method: int) -> None:
    refused(zip_of(tmp_path / "a.zip", {"outbox.json": OUTBOX}, method=method), "Unpack it yourself")


def sound(tmp_path: Path, container: str) -> Path:
    media = os.urandom(5000)
    path = tmp_path / container
    if container == "zip":
        return zip_of(path, {"media.bin": media, "outbox.json": OUTBOX})
    return tar_of(path, plain("media.bin", media), plain("outbox.json"), mode="w:gz" if container == "tar.gz" else "w")


@pytest.mark.parametrize("container", ["zip", "tar", "tar.gz"])
def test_every_truncation_is_noticed(tmp_path: Path, container: str) -> None:
    whole = sound(tmp_path, container).read_bytes()
    end = len(whole)
    if container == "tar":  # all after one block of zeros is padding
        end = len(whole.rstrip(b"\0")) // 512 * 512 + 1024
    path = tmp_path / "cut"
    for length in [*range(0, end, max(1, end // 60)), end - 1]:
        path.write_bytes(whole[:length])
        with pytest.raises(Mistake, match=r"cut short|is empty|begins with"):
            read_archive(path)


@pytest.mark.parametrize("container", ["zip", "tar.gz"])
def test_every_changed_byte_of_the_content_is_noticed(tmp_path: Path, container: str) -> None:
    """Checksums hold: a changed byte gives a Mistake, or it lay where it does not matter."""
    path = sound(tmp_path, container)
    whole, good = path.read_bytes(), read_archive(path).items
    for place in range(0, len(whole), 37):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 0x55]) + whole[place + 1 :])
        with suppress(Mistake):
            assert read_archive(path).items == good


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b'{"orderedItems": [\xff\xfe]}', "byte 18 is 0xff"),
        (b'{"orderedItems": [1,]}', "line 1, column 21"),
        (b'{"orderedItems": [NaN]}', "NaN"),
        (b'{"orderedItems": [' + b"9" * 5000 + b"]}", "not valid JSON"),
        (b"[" * 100_000, "nested too deep"),
        (b'{"a":' * 100_000, "nested too deep"),
        (b"{}", "no known export"),
        (b"[]", "no known export"),
        (b'{"orderedItems": 3}', "without a list"),
        (b"", "is empty"),
        (b"\xff\xfe{\0}\0", "begins with"),
        (b"hello", "begins with"),
        (b"7z\xbc\xaf\x27\x1c", "is a 7z file"),
        (b"\x1f\x8b\x08\0\0\0\0\0", "cut short"),
        (b"\x1f\x8b\xff", "gzip"),
        (b"PK\x05\x06" + bytes(18), "holds no files"),
        (b"PK\x03\x04", "damaged"),
    ],
)
def test_a_file_that_is_no_archive(tmp_path: Path, content: bytes, expected: str) -> None:
    path = tmp_path / "given"
    path.write_bytes(content)
    refused(path, expected)


def test_json_of_too_many_values() -> None:
    with pytest.raises(Mistake, match="more than fits in memory"):
        parse_json(b"[" + b"[]," * 10_000_001 + b"[]]", where="x")


@pytest.mark.parametrize("name", ["actor.json", "outbox.json"])
def test_a_broken_file_in_a_folder_is_named(tmp_path: Path, name: str) -> None:
    (tmp_path / "outbox.json").write_bytes(OUTBOX)
    (tmp_path / name).write_bytes(b"{,")
    refused(tmp_path, f"{name}' is not valid JSON")


# What is named wrongly


def test_a_missing_file_and_what_was_meant(tmp_path: Path) -> None:
    (tmp_path / "archive-2024.zip").write_bytes(b"")
    refused(tmp_path / "archive-2042.zip", "There is no file or folder .*Did you mean '.*archive-2024.zip'")


@pytest.mark.parametrize("name", ["gone/deeper/x.zip", "~nobody/x", "x" * 300, "a\0b"])
def test_a_path_that_cannot_exist(tmp_path: Path, name: str) -> None:
    for path in (tmp_path / name, Path(name)):
        with pytest.raises(Mistake):
            read_archive(path)


def test_a_tilde_is_the_home_folder_unless_a_file_has_that_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "outbox.json").write_bytes(OUTBOX)
    assert len(read_archive(Path("~/outbox.json")).items) == 1


def test_an_empty_folder(tmp_path: Path) -> None:
    refused(tmp_path, "holds no files")


def test_a_device(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    refused(tmp_path / "pipe", "neither a file nor a folder")


def test_the_wrong_export_names_what_was_found_and_what_is_read(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "sleep.js").write_text("window.YTD")
    message = refused(tmp_path, "'data/sleep.js'")
    assert "Mastodon" in message
    assert "Instagram" in message


def test_an_export_in_html(tmp_path: Path) -> None:
    file = tmp_path / "your_instagram_activity" / "media" / "posts_1.html"
    file.parent.mkdir(parents=True)
    file.write_text("<html>")
    refused(tmp_path, "choose JSON")


def test_a_mastodon_archive_without_its_posts(tmp_path: Path) -> None:
    (tmp_path / "actor.json").write_text("{}")
    refused(tmp_path, "has no outbox.json")


def test_a_file_that_is_not_there_is_a_mistake(tmp_path: Path) -> None:
    (tmp_path / "outbox.json").write_bytes(OUTBOX)
    with opened(tmp_path) as view, pytest.raises(Mistake, match="holds no file 'x'"):
        view.read("x")


# Anything at all: an Archive or a Mistake comes out, nothing else

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
FIELDS = (
    "type", "id", "published", "to", "cc", "content", "summary", "attachment", "inReplyTo", "likes", "shares", "object",
    "oneOf", "url", "mediaType", "totalItems", "actor", "endTime", "media", "uri", "title", "creation_timestamp",
    "media_metadata", "photo_metadata", "exif_data", "latitude", "longitude", "string_map_data", "Comment", "Time",
    "timestamp", "value", "Username", "Private account", "preferredUsername", "followers", "name",
)  # fmt: skip
values = json_values | st.sampled_from(
    [
        "Create",
        "Announce",
        "Note",
        "Question",
        "2020-01-02T03:04:05Z",
        "0001-01-01T00:00:00+14:00",
        "as:Public",
        "\ud800",
        "/\udfff",
        1_600_000_000,
    ]
)
shaped = st.recursive(
    values,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(FIELDS), inner, max_size=7),
    max_leaves=20,
)


def outcome(path: Path) -> Archive | None:
    with suppress(Mistake):
        archive = read_archive(path)
        posts = to_posts(archive, owner=1)
        assert posts.num_rows == len(archive.items)
        "".join([*archive.notes, *(error.problem for error in archive.errors)]).encode()
        return archive
    return None


@settings(max_examples=150, deadline=None)
@given(row=shaped, actor=shaped, note=st.dictionaries(st.sampled_from(FIELDS), shaped, max_size=8))
def test_any_json_as_a_mastodon_archive(
    tmp_path_factory: pytest.TempPathFactory, row: object, actor: object, note: object
) -> None:
    folder = tmp_path_factory.mktemp("m")
    near = ROW | {"object": ROW["object"] | note}  # type: ignore[operator]
    (folder / "outbox.json").write_text(json.dumps({"orderedItems": [row, near, ROW]}))
    (folder / "actor.json").write_text(json.dumps(actor))
    archive = outcome(folder)
    assert archive is not None
    assert archive.items
    assert len(archive.items) + len(archive.errors) <= 3


@settings(max_examples=150, deadline=None)
@given(posts=shaped, comments=shaped, profile=shaped, followers=shaped)
def test_any_json_as_an_instagram_archive(
    tmp_path_factory: pytest.TempPathFactory, posts: object, comments: object, profile: object, followers: object
) -> None:
    folder = tmp_path_factory.mktemp("i")
    files = {
        "content/posts_1.json": posts,
        "comments/post_comments.json": comments,
        "account_information/personal_information.json": profile,
        "followers_and_following/followers.json": followers,
    }
    for name, content in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(json.dumps(content))
    assert outcome(folder) is not None


@settings(max_examples=150, deadline=None)
@given(
    head=st.sampled_from([b"", b"PK\x03\x04", b"PK\x05\x06", b"\x1f\x8b\x08\0", b"{", b"[", b"\xef\xbb\xbf{"]),
    tail=st.binary(max_size=1500),
)
def test_any_bytes(tmp_path_factory: pytest.TempPathFactory, head: bytes, tail: bytes) -> None:
    path = tmp_path_factory.mktemp("b") / "given"
    path.write_bytes(head + tail)
    outcome(path)


@settings(max_examples=400, deadline=None)
@given(
    container=st.sampled_from(["zip", "tar", "tar.gz"]),
    changes=st.lists(st.tuples(st.integers(0, 2**20), st.integers(0, 255)), min_size=1, max_size=6),
)
def test_any_damage_to_a_sound_archive(
    tmp_path_factory: pytest.TempPathFactory, container: str, changes: list[tuple[int, int]]
) -> None:
    path = tmp_path_factory.mktemp("d") / "given"
    if container == "zip":
        zip_of(path, {"actor.json": b"{}", "outbox.json": OUTBOX})
    else:
        tar_of(path, plain("actor.json", b"{}"), plain("outbox.json"), mode="w" if container == "tar" else "w:gz")
    data = bytearray(path.read_bytes() if container != "tar.gz" else gzip.decompress(path.read_bytes()))
    for place, value in changes:
        data[place % min(len(data), 2600)] = value
    path.write_bytes(gzip.compress(data, 1) if container == "tar.gz" else data)
    outcome(path)


@pytest.mark.parametrize("make", [zip_of, tar_of])
def test_reading_leaves_nothing_behind(tmp_path: Path, make: Callable[..., Path]) -> None:
    path = (
        zip_of(tmp_path / "a", {"outbox.json": OUTBOX})
        if make is zip_of
        else tar_of(tmp_path / "a", plain("outbox.json"))
    )
    before = path.read_bytes()
    assert len(read_archive(path).items) == 1
    assert list(tmp_path.iterdir()) == [path]
    assert path.read_bytes() == before
