"""`afterpost replay`: rehearses by default, acts only when told twice, says what is by hand, and hides its secrets."""

import json
import traceback
from collections.abc import Callable, Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from replay.platform import TOKEN, Platform, served
from replay.runs import PLATFORM, save

from sim.__main__ import main
from sim.core.schema import DAY_S
from sim.core.store import read_table
from sim.platforms.replay.clock import WallClock
from sim.platforms.replay.journal import Journal

Run = Callable[..., tuple[int, dict[str, Any], str]]


@pytest.fixture
def replay(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """The command in this process: exit status, document, stderr."""
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
    monkeypatch.setenv("AFTERPOST_SMALL_TOKEN", TOKEN)

    def run(*words: str) -> tuple[int, dict[str, Any], str]:
        status = main(["replay", *words, "output=json"])
        out, err = capsys.readouterr()
        return status, json.loads(out) if out.startswith("{") else {}, out * (not out.startswith("{")) + err

    return run


@pytest.fixture
def staged() -> Iterator[tuple[Platform, str, list[str]]]:
    with served(Platform(WallClock())) as (platform, address):
        yield platform, address, platform.fill(8)


def plan(folder: Path, ids: list[str], **more: Any) -> Path:
    return save(folder / "run", [(n, name, "delete") for n, name in enumerate(ids)], **more)


def changed(**values: Any) -> dict[str, Any]:
    """The small platform with other values in its connector."""
    node = deepcopy(PLATFORM)
    node["connector"] |= values
    return node


def test_a_rehearsal_sends_nothing_and_foretells_what_then_happens(
    replay: Run, staged: tuple[Platform, str, list[str]], tmp_path: Path
) -> None:
    platform, address, ids = staged
    run = plan(tmp_path, ids[:6])
    status, told, _ = replay(str(run), f"server={address}")
    assert (status, told["mode"], platform.requests) == (0, "rehearsal", 0)
    assert (told["predicted"]["calls"], told["predicted"]["failures"]) == (6, 0)
    status, done, _ = replay(str(run), f"server={address}", "live=true", "allow=6")
    assert status == 0
    assert done["observed"]["calls"] == told["predicted"]["calls"]
    assert set(platform.items) == set(ids[6:])
    text = (tmp_path / "run.replay" / "receipts.txt").read_text(encoding="utf-8")
    assert "predicted" in text and "observed" in text and "6  confirmed" in text


def test_live_without_a_terminal_needs_an_allowance_and_keeps_to_it(
    replay: Run, staged: tuple[Platform, str, list[str]], tmp_path: Path
) -> None:
    platform, address, ids = staged
    run = plan(tmp_path, ids)
    status, _, problem = replay(str(run), f"server={address}", "live=true")
    assert status == 1 and "allow=N (8 are to be done)" in problem
    assert platform.deleted == []
    status, done, _ = replay(str(run), f"server={address}", "live=true", "allow=3")
    assert (status, platform.deleted, done["observed"]["left"]) == (0, ids[:3], 5)
    for wrong in ("allow=0", "allow=-2", "allow=true", "allow=all"):
        status, _, problem = replay(str(run), f"server={address}", "live=true", wrong)
        assert status == 1 and "whole number" in problem, wrong


def test_documents_alone_need_a_word_more_and_do_one_item(
    replay: Run, staged: tuple[Platform, str, list[str]], tmp_path: Path
) -> None:
    platform, address, ids = staged
    run = plan(tmp_path, ids, platform=changed(evidence="docs"))
    status, _, problem = replay(str(run), f"server={address}", "live=true", "allow=8")
    assert status == 1 and "replay.unproven=true" in problem
    assert platform.requests == 0
    status, _, problem = replay(str(run), f"server={address}", "live=true", "allow=8", "replay.unproven=true")
    assert status == 1 and "documentation alone" in problem
    assert platform.deleted == ids[:1]


def test_a_refused_platform_says_why_and_what_is_lawful(replay: Run, tmp_path: Path) -> None:
    node = deepcopy(PLATFORM)
    node["connector"] = {
        "_target_": "sim.platforms.connectors.refused.Refused", "title": "Small", "grade": "X",
        "evidence": "docs", "reason": "its rules forbid it.", "instead": "by hand.",
    }  # fmt: skip
    run = plan(tmp_path, ["a", "b"], platform=node)
    status, told, _ = replay(str(run))
    assert (status, told["by_hand_open"], told["predicted"]["calls"]) == (0, 2, 0)
    status, _, problem = replay(str(run), "live=true", "allow=2")
    assert status == 1 and "its rules forbid it." in problem and "Instead: by hand." in problem


def test_a_discord_token_is_recognised_and_sent_nowhere(
    replay: Run, staged: tuple[Platform, str, list[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    platform, address, ids = staged
    token = "MTIzNDU2Nzg5MDEyMzQ1Njc4" + ".GabcDE." + "x" * 38
    monkeypatch.setenv("AFTERPOST_SMALL_TOKEN", token)
    status, _, problem = replay(str(plan(tmp_path, ids)), f"server={address}", "live=true", "allow=1")
    assert status == 1 and "Discord" in problem and token not in problem
    assert platform.requests == 0


def test_a_journal_belongs_to_one_server(replay: Run, staged: tuple[Platform, str, list[str]], tmp_path: Path) -> None:
    _, address, ids = staged
    run = plan(tmp_path, ids)
    replay(str(run), f"server={address}", "live=true", "allow=1")
    with served(Platform(WallClock())) as (other, elsewhere):
        other.fill(8)
        status, _, problem = replay(str(run), f"server={elsewhere}", "live=true", "allow=1")
        assert status == 1 and "was begun on the server" in problem
        assert other.deleted == []


def test_no_secret_is_in_any_file_or_message(
    replay: Run, staged: tuple[Platform, str, list[str]], tmp_path: Path
) -> None:
    platform, address, ids = staged
    run = plan(tmp_path, ids)
    said = [replay(str(run), f"server={address}", "live=true", "allow=2")]
    platform.token = "another"  # the server's refusals repeat what they were sent
    said.append(replay(str(run), f"server={address}", "live=true", "allow=2"))
    assert said[-1][0] == 1
    assert not any(TOKEN in json.dumps(each[1]) + each[2] for each in said)
    files = [file for file in tmp_path.rglob("*") if file.is_file()]
    assert any(file.name == "journal.sqlite" for file in files)
    assert not any(TOKEN.encode() in file.read_bytes() for file in files)


def test_a_traceback_does_not_show_a_secret() -> None:
    from sim.platforms.connectors.secret import Secret

    secret = Secret(TOKEN)
    try:
        raise ValueError(f"with {secret} and {secret!r}")
    except ValueError as problem:
        told = traceback.TracebackException.from_exception(problem, capture_locals=True)
        assert "secret = [hidden]" in "".join(told.format()) and TOKEN not in "".join(told.format())


def test_every_action_has_a_route_and_is_ticked_off_in_the_same_journal(replay: Run, tmp_path: Path) -> None:
    rows = [(1, "a", "delete"), (2, None, "delete"), (-1, None, "limit"), (-1, None, "erase"), (-1, None, "object"),
            (5, "c", "takedown"), (6, "d", "untag"), (-1, None, "delete_account")]  # fmt: skip
    run = save(tmp_path / "run", rows)
    told = replay(str(run), "letter.name='Ada Example'", "letter.handle='@ada'", "letter.country=GB")[1]
    assert (told["tasks"], told["by_hand"]) == (8, 7)
    folder = tmp_path / "run.replay"
    letters = {file.name: file.read_text(encoding="utf-8") for file in (folder / "letters").iterdir()}
    assert set(letters) == {"0004-erase.txt", "0005-object.txt", "0006-takedown.txt"}
    assert "Article 17 of the UK GDPR" in letters["0004-erase.txt"] and "@ada" in letters["0004-erase.txt"]
    assert "Article 21" in letters["0005-object.txt"] and "Ada Example" in letters["0005-object.txt"]
    listed = (folder / "by_hand.txt").read_text(encoding="utf-8")
    assert "https://small.example/privacy" in listed and "Choose friends." in listed
    assert "letter: letters/0004-erase.txt" in listed and "7 of 7 still to do" in listed
    status, _, problem = replay(str(run), "tick=[3,77]")
    assert status == 1 and "tick=77" in problem
    assert "[-]" not in (tmp_path / "run.replay" / "by_hand.txt").read_text(), "all or none"
    told = replay(str(run), "tick=[3,4]")[1]
    assert told["by_hand_open"] == 5
    assert "answer due by" in (folder / "by_hand.txt").read_text(encoding="utf-8")
    receipts = {row["number"]: row for row in read_table(folder / "receipts.parquet").to_pylist()}
    assert set(receipts) == {3, 4} and receipts[4]["route"] == "by_hand" and receipts[4]["detail"] == "sent"
    replay(str(run), "tick=4")
    receipts = {row["number"]: row for row in read_table(folder / "receipts.parquet").to_pylist()}
    assert (receipts[4]["result"], receipts[4]["detail"]) == (0, "granted")
    status, _, problem = replay(str(run), "tick=1")
    assert status == 1 and "no action by hand" in problem


def test_an_undo_restores_from_the_archive_and_calls_it_so(
    replay: Run, staged: tuple[Platform, str, list[str]], tmp_path: Path
) -> None:
    platform, address, ids = staged
    node = deepcopy(PLATFORM)
    node["connector"]["api"]["things"][0] |= {
        "undo": {"method": "POST", "path": "/items", "json": {"text": "{raw.text}"}}, "new_id": "id",
    }  # fmt: skip
    run = plan(tmp_path, ids[:3], platform=node)
    text = json.loads(platform.items["i1"])["text"]
    replay(str(run), f"server={address}", "live=true", "allow=3")
    status, _, problem = replay(str(run), "undo=2")
    assert status == 1 and "live=true" in problem
    status, done, problem = replay(str(run), f"server={address}", "live=true", "undo=2", "allow=1")
    assert status == 0, problem
    assert (done["undone"], done["undone_by"]) == (1, "re-posted from the archive, under a new id")
    assert json.loads(platform.items["new1"])["text"] == text
    receipt = read_table(tmp_path / "run.replay" / "receipts.parquet").to_pylist()[1]
    assert receipt["new_id"] == "new1"
    status, _, problem = replay(str(run), f"server={address}", "live=true", "undo=2", "allow=1")
    assert status == 1 and "was undone before" in problem
    assert "new2" not in platform.items, "an undo was done twice"


def test_what_is_older_than_so_many_days_goes_by_the_machines_own_timer(
    replay: Run, staged: tuple[Platform, str, list[str]], tmp_path: Path
) -> None:
    platform, address, ids = staged
    now = WallClock().now()
    young = {name: json.loads(platform.items[name]) for name in ids[6:]}
    for name, item in young.items():
        item["at"] = (now + 1_167_609_600) - 10 * DAY_S
        platform.items[name] = json.dumps(item).encode()
    document = {"keep_days": 30, "server": address, "allow": 4, "platform": PLATFORM}
    run = tmp_path / "keep"
    run.mkdir()
    (run / "keep.json").write_text(json.dumps(document), encoding="utf-8")
    status, told, problem = replay(str(run))
    assert status == 0, problem
    assert (told["tasks"], platform.deleted) == (6, [])
    assert "OnCalendar=daily" in told["timer"] and "17 4 * * *" in told["timer"]
    [line] = [line for line in told["timer"].splitlines() if line.strip().startswith("ExecStart=")]
    assert "live=true allow=4" in line and str(run) in line
    assert replay(str(run), "live=true")[0] == 1, "a timer has no terminal and needs its allowance"
    for _ in range(2):
        assert replay(str(run), "live=true", "allow=4")[0] == 0
    assert set(platform.items) == set(young)


def test_another_plan_under_the_same_name_is_refused(replay: Run, tmp_path: Path) -> None:
    run = plan(tmp_path, ["a", "b"])
    assert replay(str(run))[0] == 0
    run.rename(tmp_path / "old")
    plan(tmp_path, ["a", "c"])
    status, _, problem = replay(str(run))
    assert status == 1 and "another plan" in problem
    journal = Journal.open(tmp_path / "run.replay" / "journal.sqlite")
    assert [task.native_id for task in journal.tasks()] == ["a", "b"]
    journal.close()


@pytest.mark.parametrize("word", ["live=no", "live=yes", "again=0", "replay.unproven=no"])
def test_a_switch_takes_true_or_false_and_no_other_word(replay: Run, tmp_path: Path, word: str) -> None:
    run = plan(tmp_path, ["a"])
    status, _, problem = replay(str(run), word)
    assert status == 2 and "it is true or false" in problem and not (tmp_path / "run.replay").exists()


@pytest.mark.parametrize("words", [(), ("nowhere",), ("tick=1.5",), ("live=true",)])
def test_misuse_is_one_paragraph(replay: Run, words: tuple[str, ...]) -> None:
    status, _, problem = replay(*words)
    assert status in (1, 2) and problem.startswith("afterpost: ") and "Traceback" not in problem
