"""What is booked after each answer and look: the complaints about other tools, one by one."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from replay.connector import MANNERS, QUICK, Small, task
from replay.platform import TOKEN, Platform, served

from sim.core.schema import DAY_S
from sim.platforms.connectors.connector import Evidence
from sim.platforms.connectors.secret import Secret
from sim.platforms.replay.archive import Folder
from sim.platforms.replay.clock import VirtualClock
from sim.platforms.replay.journal import Journal
from sim.platforms.replay.runner import Runner
from sim.platforms.replay.task import Stopped, Task


class Desk:
    """A plan of `count` items on the small platform."""

    def __init__(self, platform: Platform, address: str, folder: Path, count: int, **more: Any) -> None:
        self.platform, self.address, self.folder = platform, address, folder
        self.clock = VirtualClock(600_000_000.0)
        platform.clock, platform.limits = self.clock, QUICK
        self.ids = platform.fill(count)
        self.connector = Small(address, self.clock, Secret(TOKEN), **more)
        tasks = [task(n + 1, name) for n, name in enumerate(self.ids)]
        self.journal = Journal.create(folder / "journal.sqlite", tasks, {"plan": "x"})

    def run(self, *, allow: int | None = None) -> Runner:
        archive = Folder(self.folder / "archive")
        runner = Runner(self.journal, archive, self.connector, QUICK, self.clock, MANNERS, allow=allow)
        runner.run()
        return runner

    def results(self) -> list[str | None]:
        return [each.result for each in self.journal.tasks()]

    def first(self) -> Task:
        return self.journal.task(1)


@pytest.fixture
def desk(tmp_path: Path) -> Any:
    with served() as (platform, address):
        made = Desk(platform, address, tmp_path, 6)
        yield made
        made.journal.close()


def test_a_429_waits_and_repeats_the_same_item(desk: Desk) -> None:
    """skeeter-deleter#14, semiphemeral: 100% done while the log was full of 429s."""
    desk.platform.faults = ["", "429 header"]  # the fetch goes through, the deletion does not
    before = desk.clock.now()
    desk.run(allow=1)
    assert desk.platform.deleted == ["i0"]
    assert desk.clock.now() - before >= 40, "Retry-After was not obeyed"
    assert desk.results() == ["confirmed", None, None, None, None, None]


def test_a_platform_that_says_done_and_does_not_is_found_out_by_the_first_item(desk: Desk) -> None:
    """shreddit#97: "Completed" with nothing deleted."""
    desk.platform.stubborn = dict.fromkeys(desk.ids, 200)
    with pytest.raises(Stopped, match="first item did not do what it should"):
        desk.run()
    assert desk.results() == ["refused", None, None, None, None, None]


def test_a_404_is_not_believed_while_the_item_is_there(desk: Desk) -> None:
    desk.platform.stubborn = {"i2": 404}
    desk.run()
    assert desk.results() == ["confirmed", "confirmed", "refused", "confirmed", "confirmed", "confirmed"]


def test_an_item_that_is_gone_already_does_not_loop(desk: Desk) -> None:
    """shreddit#43: an interrupted export run loops on an item that was deleted."""
    for name in ("i0", "i3"):
        del desk.platform.items[name]
    desk.run()
    assert desk.results() == ["confirmed"] * 6
    assert sorted(desk.platform.deleted) == ["i1", "i2", "i4", "i5"]
    assert [each.detail for each in desk.journal.tasks() if each.number in (1, 4)] == ["was gone already"] * 2


def test_an_item_hidden_from_its_owner_but_seen_by_a_stranger_is_there(desk: Desk) -> None:
    """PowerDeleteSuite#41: gone from the profile, but public."""

    class Orphaning(Small):
        def look(self, native_id: str, *, signed_in: bool) -> Any:
            found = super().look(native_id, signed_in=signed_in)
            return replace(found, sight="gone", http_status=404) if signed_in and native_id == "i1" else found

    desk.platform.stubborn = {"i1": 200}
    desk.connector = Orphaning(desk.address, desk.clock, Secret(TOKEN))
    desk.run()
    assert desk.results()[1] == "refused"


def test_three_403_in_a_row_stop_the_run(desk: Desk) -> None:
    """shreddit#108: a suspended account."""
    desk.platform.stubborn = dict.fromkeys(("i1", "i2", "i3"), 403)
    with pytest.raises(Stopped, match=r"3 refusals \(403\) in a row"):
        desk.run()
    assert desk.results() == ["confirmed", "refused", "refused", "refused", None, None]


def test_403_now_and_then_do_not_stop_it(desk: Desk) -> None:
    desk.platform.stubborn = {"i1": 403, "i2": 403, "i4": 403, "i5": 403}
    desk.run()
    assert desk.results() == ["confirmed", "refused", "refused", "confirmed", "refused", "refused"]


def test_an_expired_token_stops_at_once_and_loses_nothing(desk: Desk) -> None:
    desk.run(allow=2)
    desk.platform.token = "renewed"
    with pytest.raises(Stopped, match="401"):
        desk.run()
    assert desk.results() == ["confirmed", "confirmed", None, None, None, None]
    desk.platform.token = TOKEN
    desk.run()
    assert desk.results() == ["confirmed"] * 6


def test_what_is_gone_is_read_again_after_1_7_and_30_days_and_goes_again_if_it_came_back(desk: Desk) -> None:
    """PowerDeleteSuite#43: deleted comments reappear."""
    desk.run()
    began = desk.clock.now()
    for days in (1, 7, 30):
        desk.clock.sleep(began + days * DAY_S + 60 - desk.clock.now())
        if days == 7:
            desk.platform.items["i4"] = b'{"id": "i4"}'
        desk.run()
    assert desk.results() == ["confirmed"] * 6
    assert desk.platform.deleted.count("i4") == 2
    assert desk.journal.task(5).detail == "came back after it had been gone"
    assert {each.checks for each in desk.journal.tasks() if each.number != 5} == {4}
    assert desk.journal.next_check("done") is not None, "what came back is read again from its own day on"


def test_a_connector_known_from_documents_alone_does_one_item_and_stops(tmp_path: Path) -> None:
    docs: Evidence = "docs"
    with served() as (platform, address):
        desk = Desk(platform, address, tmp_path, 4, evidence=docs)
        for count in (1, 2):
            with pytest.raises(Stopped, match="documentation alone"):
                desk.run()
            assert len(platform.deleted) == count
        desk.journal.close()


def test_nothing_is_deleted_that_was_not_kept(desk: Desk) -> None:
    (desk.folder / "archive").write_text("a file in the way of the folder")
    with pytest.raises(Exception, match="Could not keep a copy"):
        desk.run()
    assert desk.platform.deleted == []


def test_an_allowance_is_a_ceiling(desk: Desk) -> None:
    desk.platform.faults = ["", "500 done", "", "429"]
    desk.run(allow=3)
    assert desk.platform.deleted == ["i0", "i1", "i2"]


def test_a_second_process_is_refused(desk: Desk) -> None:
    desk.journal.close()
    held = Journal.open(desk.folder / "journal.sqlite")
    with pytest.raises(Exception, match="is in use"):
        Journal.open(desk.folder / "journal.sqlite")
    held.close()
    desk.journal = Journal.open(desk.folder / "journal.sqlite")
