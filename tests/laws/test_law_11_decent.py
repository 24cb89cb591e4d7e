"""Law 11: decent data. Explicit never meets children or minors, contact data reach nobody, messages stay shut."""

import io
import json
import re
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from posting import DECISION, LOCALES, centre, people
from test_text import RESERVED

from sim.core.noise import Noise
from sim.core.schema import CLASSES, YEAR_S
from sim.platforms.exports import container
from sim.platforms.exports.read import read_archive
from sim.verbs.compose import compose_config
from sim.world.identities import DOMAINS
from sim.world.mentions import mention
from sim.world.posts import publish
from sim.world.world import World
from sim.worlds import make_world

BIT = {name: 1 << place for place, name in enumerate(CLASSES)}
N = 24


def youngest_years(age: np.ndarray, time: np.ndarray) -> np.ndarray:
    """The youngest each person, of whole years `age` at the decision, can have been at `time`."""
    return age - (DECISION - time) / YEAR_S


def assert_decent(sensitive: np.ndarray, *youngest: np.ndarray) -> int:
    """Explicit items stand alone and are of and by adults; how many there are."""
    explicit = sensitive & BIT["explicit"] != 0
    assert not (explicit & (sensitive & BIT["children"] != 0)).any(), "explicit meets children"
    for years in youngest:
        assert (years[explicit] >= 18).all(), "explicit meets a minor"
    return int(explicit.sum())


@given(seed=st.integers(0, 2**32), youngest=st.integers(13, 40))
@settings(max_examples=20)
def test_explicit_never_meets_children_or_minors_even_when_all_show_everything(seed: int, youngest: int) -> None:
    rng = np.random.default_rng(seed)
    crowd = people(N, age=np.clip(rng.integers(youngest, youngest + 12, N), 13, 90))
    laws = centre(
        said={name: 1.0 for name in CLASSES if name not in ("face", "explicit", "copyrighted")},
        shown={"face": 1.0, "explicit": 0.9, "copyrighted": 1.0}, caution_effect=0.0, friends_per_month=3.0,
        friends_photo=1.0,
        friends_show={name: 1.0 for name in CLASSES if name not in ("contact", "money")},
    )  # fmt: skip
    age = crowd["age"].to_numpy().astype(float)
    own = publish(laws, crowd, np.arange(N), Noise(seed), decision=DECISION, content=False)
    author, time = own["author"].to_numpy(), own["time"].to_numpy()
    assert_decent(own["sensitive"].to_numpy(), youngest_years(age[author], time))
    start = np.arange(N + 1) * (N - 1)
    viewer = np.concatenate([np.delete(np.arange(N), person) for person in range(N)]).astype(np.int32)
    about, mentions = mention(laws, crowd, start, viewer, np.arange(N), Noise(seed), decision=DECISION, content=False)
    author, subject, time = (about[name].to_numpy() for name in ("author", "subject", "time"))
    both = youngest_years(age[author], time), youngest_years(age[subject], time)
    assert_decent(about["sensitive"].to_numpy(), *both)
    assert_decent(mentions["sensitive"].to_numpy(), *both)


def test_adults_do_have_explicit_items() -> None:
    """The test above can fail: explicit items exist, and would be with children and minors if nothing kept them."""
    crowd = people(N, age=np.full(N, 60))
    laws = centre(shown={"face": 1.0, "explicit": 0.9, "copyrighted": 1.0}, said={"children": 1.0}, caution_effect=0.0)
    own = publish(laws, crowd, np.arange(N), Noise(1), decision=DECISION, content=False)
    sensitive = own["sensitive"].to_numpy()
    assert assert_decent(sensitive) > 100
    assert (sensitive & BIT["children"] != 0).any()


@pytest.fixture(scope="module")
def worlds() -> list[World]:
    words = ["world.size=400", "world.owners=12", "params=centre"]
    return [make_world(compose_config("generate", [*words, f"world.seed={seed}"]), 0) for seed in range(2)]


def texts(world: World) -> Iterator[tuple[str, list[dict[str, int]], int, str]]:
    """Text, spans, true bits and the author's locale of each post that has a text."""
    locale = world.people["locale"].to_pylist()
    columns = (world.posts[name].to_pylist() for name in ("text", "spans", "sensitive", "author"))
    for text, spans, sensitive, author in zip(*columns, strict=True):
        if text is not None:
            yield text, spans, sensitive, locale[author]


ADDRESS = re.compile(r"[\w.+-]+@[\w.-]+\w")
NUMBER = re.compile(r"\+?\(?\d[\d ().-]{6,}\d")
LINK = re.compile(r"https?:|www\.|\w\.(com|net|org|de|fr|es|it|pt)\b")


def test_contact_data_of_a_world_reach_nobody(worlds: list[World]) -> None:
    """Whatever looks like an address or a number, in a span or not, in every language."""
    found = {"address": 0, "number": 0}
    languages = set()
    for world in worlds:
        for text, _, _, locale in texts(world):
            languages.add(locale.split("_")[0])
            for address in ADDRESS.findall(text):
                assert address.split("@")[1] in DOMAINS, text
                found["address"] += 1
            for number in NUMBER.findall(ADDRESS.sub("", text)):
                assert any(re.search(pattern, number) for pattern in RESERVED), text
                found["number"] += 1
            assert not LINK.search(ADDRESS.sub("", text)), text
    assert min(found.values()) > 5
    assert {locale.split("_")[0] for locale in LOCALES} <= languages


def test_explicit_items_are_placeholders(worlds: list[World]) -> None:
    crowd = people(N)
    laws = centre(shown={"face": 0.5, "explicit": 0.9, "copyrighted": 0.1}, caution_effect=0.0)
    own = publish(laws, crowd, np.arange(N), Noise(3), decision=DECISION, content=True)
    sensitive = own["sensitive"].to_numpy()
    explicit = own.filter(pa.array(sensitive & BIT["explicit"] != 0))
    said = set(explicit["text"].to_pylist())
    kinds = len(set(explicit["kind"].to_pylist()))
    assert explicit.num_rows > 500 and len(said) <= kinds * len(LOCALES)
    assert all(not spans for spans in explicit["spans"].to_pylist())
    for world in worlds:
        for text, spans, bits, _ in texts(world):
            assert not (bits & BIT["explicit"] and spans), text


SECRET = "what somebody else wrote"


def instagram(folder: Path) -> dict[str, str]:
    post = [{"media": [{"uri": "media/1.jpg", "creation_timestamp": 1_600_000_000, "title": "mine"}]}]
    chat = {"participants": [{"name": "Bob"}], "messages": [{"sender_name": "Bob", "content": SECRET}]}
    return {
        "your_instagram_activity/media/posts_1.json": json.dumps(post),
        "your_instagram_activity/messages/inbox/bob_1/message_1.json": json.dumps(chat),
        "your_instagram_activity/messages/message_requests/eve_2/message_1.json": json.dumps(chat),
    }


def mastodon(folder: Path) -> dict[str, str]:
    def status(number: int, to: list[str], text: str) -> dict[str, object]:
        note = {"type": "Note", "id": f"https://a.example/users/ada/statuses/{number}", "content": text, "to": to,
                "cc": [], "published": "2024-01-01T00:00:00Z", "attachment": []}  # fmt: skip
        return {"type": "Create", "to": to, "cc": [], "published": note["published"], "object": note, "id": "x"}

    public = "https://www.w3.org/ns/activitystreams#Public"
    items = [status(1, [public], "<p>mine</p>"), status(2, ["https://b.example/users/bob"], f"<p>{SECRET}</p>")]
    return {"outbox.json": json.dumps({"orderedItems": items}), "messages/inbox.json": json.dumps([SECRET])}


@pytest.mark.parametrize("shape", ["folder", "zip", "tar.gz"])
@pytest.mark.parametrize("write", [instagram, mastodon])
def test_messages_of_others_are_not_read(
    write: object, shape: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = write(tmp_path)  # type: ignore[operator]
    path = tmp_path / f"archive.{shape}"
    if shape == "folder":
        for name, text in files.items():
            (path / name).parent.mkdir(parents=True, exist_ok=True)
            (path / name).write_text(text, encoding="utf-8")
    elif shape == "zip":
        with zipfile.ZipFile(path, "w") as packed:
            for name, text in files.items():
                packed.writestr(name, text)
    else:
        with tarfile.open(path, "w:gz") as tarred:
            for name, text in files.items():
                header = tarfile.TarInfo(name)
                header.size = len(text.encode())
                tarred.addfile(header, io.BytesIO(text.encode()))
    opened: list[str] = []
    original = container.View.read

    def watched(view: container.View, name: str) -> bytes:
        opened.append(name)
        return original(view, name)

    monkeypatch.setattr(container.View, "read", watched)
    archive = read_archive(path)
    assert [item.text for item in archive.items] == ["mine"]
    assert SECRET not in repr(archive)
    assert opened and not [name for name in opened if "message" in name or "inbox" in name]
    assert any("essages" in note and "not read" in note for note in archive.notes)
