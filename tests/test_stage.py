"""The staging tool: loopback alone, nobody's own posts, and a plan that can be replayed on what it staged."""

import json
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from answering import Asked, Says, answering

from sim.core.errors import Mistake, Misuse
from sim.core.schema import AUDIENCES, KINDS
from sim.core.store import read_table, write_json
from sim.platforms.connectors.connector import Answer, Draft
from sim.platforms.connectors.imap import to_message
from sim.platforms.connectors.mail import to_item
from sim.platforms.replay.journal import Journal
from sim.platforms.stage import loopback as resolving
from sim.platforms.stage.loopback import loopback
from sim.platforms.stage.staging import put, require_empty, stage
from sim.platforms.stage.survey import readable
from sim.verbs import stage as verb
from sim.verbs.command import perform
from sim.verbs.compose import compose_config

SMALL = ["platform=mastodon", "world.size=200", "world.owners=1", "world.seed=52", "choose=keep_last", "params=centre"]


class Clock:
    """Time that only sleeping moves."""

    def __init__(self) -> None:
        self.time = 6e8

    def now(self) -> float:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.time += seconds


class Account:
    """An account that takes what it is given, on `server`; each answer of `says` once before."""

    title = "Account"

    def __init__(self, server: str = "http://127.0.0.1:1", says: tuple[Answer, ...] = ()) -> None:
        self.server, self.says, self.taken = server, list(says), []

    def stage(self, draft: Draft) -> Answer:
        if self.says:
            return self.says.pop(0)
        self.taken.append(draft)
        return Answer(status="accepted", new_id=f"id-{draft.number}")

    def listed(self) -> Any:
        return iter(self.taken)


def resolve_to(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> None:
    found = [ip_address(address) for address in addresses]
    monkeypatch.setattr(resolving, "resolve", lambda *_: found)


@pytest.mark.parametrize(
    "far", ["http://10.0.0.1:80", "https://192.0.2.7", "http://[2001:db8::1]:3000", "imap://0.0.0.0"]
)
def test_only_loopback_is_staged_on(far: str) -> None:
    with pytest.raises(Mistake, match="own loopback and nowhere else, and no setting changes that"):
        loopback(far)


@pytest.mark.parametrize("addresses", [["203.0.113.9"], ["127.0.0.1", "203.0.113.9"]])
def test_a_name_is_resolved_and_every_address_must_be_loopback(
    addresses: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    resolve_to(monkeypatch, *addresses)
    with pytest.raises(Mistake, match=r"lies at 203\.0\.113\.9"):
        loopback("https://localhost.example")


def test_a_name_is_looked_up_once_and_replaced_by_the_address_that_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    with answering(lambda _: Says(200)) as server:
        port = server.url.rpartition(":")[2]
        resolve_to(monkeypatch, "127.0.0.99", "127.0.0.1")
        assert loopback(f"http://mock.example:{port}/") == f"http://127.0.0.1:{port}"
    with pytest.raises(Mistake, match="Nothing listens"):
        loopback(f"http://mock.example:{port}")


@pytest.mark.parametrize(
    "bad", ["", "localhost:3000", "http://", "ftp://127.0.0.1", "http://a@127.0.0.1", "http://[", "x"]
)
def test_an_address_that_is_none_is_said(bad: str) -> None:
    with pytest.raises(Misuse, match="is no address of a test server"):
        loopback(bad)


def test_a_connector_that_moved_off_loopback_stages_nothing() -> None:
    moved = Account("https://home.example")
    with pytest.raises(Mistake, match="not on this machine's loopback"):
        put(moved, Draft(number=1, kind="text", created=0, text="a"), Clock())  # type: ignore[arg-type]
    assert not moved.taken


def test_what_was_surely_not_taken_goes_again_and_all_else_ends_it() -> None:
    drafts = [Draft(number=n, kind="text", created=n, text=str(n), reply_to="7" if n == 8 else None) for n in (7, 8)]
    busy, clock = Account(says=(Answer(status="retry", not_before=6e8 + 9), Answer(status="retry"))), Clock()
    assert stage(busy, drafts, clock, tick=lambda: None) == {7: "id-7", 8: "id-8"}  # type: ignore[arg-type]
    assert [draft.reply_to for draft in busy.taken] == [None, "id-7"] and clock.time == 6e8 + 9 + 2
    for status in ("unsure", "refused", "signed_out"):
        odd = Account(says=(Answer(status=status, http_status=500, detail="why"),))
        with pytest.raises(Mistake, match=f"did not take post 1 .{status}, 500: why.*fresh account"):
            stage(odd, drafts, clock, tick=lambda: None)  # type: ignore[arg-type]


def test_a_stage_that_is_interrupted_says_what_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    tired = Account()

    def stop() -> None:
        monkeypatch.setattr(Account, "stage", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))

    drafts = [Draft(number=n, kind="text", created=n) for n in (1, 2)]
    with pytest.raises(Mistake, match="The 1 posts before it are on the server"):
        stage(tired, drafts, Clock(), tick=stop)  # type: ignore[arg-type]


def test_an_account_with_posts_is_left_alone() -> None:
    full = Account()
    full.taken.append(Draft(number=1, kind="text", created=0))
    with pytest.raises(Mistake, match="has posts already"):
        require_empty(full, "alice")  # type: ignore[arg-type]
    require_empty(Account(), "alice")  # type: ignore[arg-type]


def test_drafts_are_in_order_and_say_in_words_what_has_none() -> None:
    rows = [
        {"post": 9, "time": 5, "kind": 1, "audience": 2, "text": None, "reply_to": 4},
        {"post": 4, "time": 5, "kind": 0, "audience": 0, "text": "hello", "reply_to": None},
    ]
    first, second = verb.drafts(pa.Table.from_pylist(rows))
    assert (first.number, first.text, first.audience) == (4, "hello", AUDIENCES[0])
    assert (second.text, second.reply_to) == (f"[{KINDS[1]}]", "4")


def test_a_staged_message_reads_back() -> None:
    from email import message_from_bytes

    sent = to_message(Draft(number=3, kind="text", created=500, text="Grüße\nzwei"), user="alice")
    item = to_item("Sent/1/1", message_from_bytes(sent))
    assert (item.text, item.created) == ("Grüße zwei", 500)


class Mock:
    """As much of the Mastodon API as staging and replay need."""

    def __init__(self) -> None:
        self.statuses: dict[str, dict[str, Any]] = {}

    def __call__(self, asked: Asked) -> Says:
        who = asked.headers.get("authorization", "").removeprefix("Bearer ")
        *_, last = asked.path.split("/")
        if last == "verify_credentials":
            return Says(200, {"id": who, "acct": who})
        if asked.path.endswith("/statuses") and asked.method == "GET":
            return Says(200, [one for one in self.statuses.values() if one["account"]["id"] == who])
        if asked.method == "POST" and last == "statuses":
            made = {
                "id": str(len(self.statuses)),
                "account": {"id": who},
                "content": asked.json["status"],
                **asked.json,
            }
            self.statuses[made["id"]] = made | {"created_at": "2026-01-01T00:00:00Z"}
            return Says(200, made)
        if last in ("favourite", "reblog"):
            return Says(200, {"id": asked.path.split("/")[-2]})
        if asked.method == "DELETE":
            return Says(200, self.statuses.pop(last)) if last in self.statuses else Says(404)
        return Says(200, self.statuses[last]) if last in self.statuses else Says(404)


def test_a_plan_is_staged_replayed_and_surveyed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = perform("plan", None, compose_config("plan", [*SMALL, f"out={tmp_path}"]), quiet=True)["run"]
    monkeypatch.setenv("AFTERPOST_MASTODON_TOKEN", "alice")
    monkeypatch.setenv("AFTERPOST_MASTODON_FRIEND_TOKEN", "bob")
    mock = Mock()
    with answering(mock) as server:
        words = [f"server={server.url}", "friend=true"]
        document = perform("stage", run, compose_config("stage", words), quiet=True)
        assert document["text"] == len(mock.statuses) == 242 and document["like"] > document["repost"] > 0
        assert {one["visibility"] for one in mock.statuses.values()} <= {"public", "private"}
        staged = read_table(Path(run + ".replay") / "staged.parquet").to_pylist()
        journal = Journal.open(Path(run + ".replay") / "journal.sqlite")
        assert (journal.fact("account"), journal.fact("server")) == ("alice", server.url)
        ids = {row["post"]: row["native_id"] for row in staged if row["what"] == "text"}
        assert {task.native_id: ids[task.target] for task in journal.tasks("route = 'api'")}.items() <= {
            (native_id, native_id) for native_id in ids.values()
        }
        journal.close()
        with pytest.raises(Mistake, match="a replay that was begun"):
            perform("stage", run, compose_config("stage", words), quiet=True)
        rehearsed = perform("replay", run, compose_config("replay", []), quiet=True)
        assert rehearsed["tasks"] > rehearsed["by_hand"] and len(mock.statuses) == 242
        mock.statuses.pop(ids[next(iter(ids))])
        seen = perform("stage", run, compose_config("stage", [*words, "survey=true"]), quiet=True)["rows"]
    assert all(row["predicted"] == (0 if row["of"] == "planned" else row["staged"]) for row in seen)
    posts = [row for row in seen if row["what"] == "text"]
    assert sum(row["staged"] for row in posts) == 242 and sum(row["gone"] for row in posts) == 1


def test_a_survey_says_where_a_platform_keeps_what_the_model_lets_go() -> None:
    row = {"staged": 2, "predicted": 0, "there": 0, "gone": 2, "unknown": 0, "of": "planned"}
    told = [row | {"what": "text"}, row | {"what": "repost", "there": 2, "gone": 0}]
    assert "2 reposts outlive their posts" in readable(told)
    assert "outlive" not in readable([row | {"what": "text"}, row | {"what": "repost"}])


def test_the_plan_of_an_archive_is_not_staged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = Path(perform("plan", None, compose_config("plan", [*SMALL, f"out={tmp_path}"]), quiet=True)["run"])
    record = json.loads((run / "provenance.json").read_text())
    record["parameters"]["path"] = "archive.zip"
    write_json(run / "provenance.json", record)
    with answering(lambda _: Says(500)) as server:
        with pytest.raises(Mistake, match="A real person's posts are not staged"):
            perform("stage", str(run), compose_config("stage", [f"server={server.url}"]), quiet=True)
        assert not server.asked
    with pytest.raises(Misuse, match="Which plan, and where"):
        perform("stage", None, compose_config("stage", []), quiet=True)
