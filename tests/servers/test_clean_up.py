"""A clean-up from world to receipts on real servers: planned, staged, rehearsed, killed midway, resumed, read again."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from servers.bluesky import bluesky
from servers.dovecot import TRASH, dovecot, empty, in_box
from servers.mastodon import mastodon
from servers.nostr import relay
from servers.replaying import FAST, finish, in_order, kill_midway, plan, receipts, save_plan, stage_plan, start
from servers.snac import snac
from servers.stage import Stage
from servers.synapse import synapse
from sim.core.store import read_table
from sim.platforms.stage.held import FOR_FRIENDS, HIDDEN, MEASURES
from sim.verbs.crawl import schedule
from sim.verbs.saved import read_plan

pytestmark = pytest.mark.servers

SERVERS: dict[str, tuple[Callable[..., AbstractContextManager[Stage]], int]] = {
    # how it is started, and how many items share a call
    "bluesky": (bluesky, 20),
    "mastodon_mock": (mastodon, 1),
    "synapse": (synapse, 1),
    "nostr_sdk_relay": (partial(relay, kind="local_relay"), 1),
    "nostr_relay": (partial(relay, kind="nostr_relay"), 1),
    "dovecot": (dovecot, 1),
}

OUTLIVE = {
    # which of a friend's marks on a deleted post a server keeps; the others go with it, or there are none
    "bluesky": {"like", "repost"},
    "mastodon_mock": {"repost"},
    "synapse": {"like"},
    "nostr_sdk_relay": {"like", "repost"},
    "nostr_relay": {"like", "repost"},
    "dovecot": set(),
}


@contextmanager
def staged(name: str, folder: Path, *, posts: int, **more: Any) -> Iterator[Stage]:
    """A server with its stage set."""
    begin, _ = SERVERS[name]
    folder.mkdir()
    with begin(folder, posts=posts, **more) as stage:
        assert stage.living(stage.own + stage.others) == {*stage.own, *stage.others}
        yield stage


@pytest.mark.parametrize("name", SERVERS)
def test_a_world_is_staged_and_its_plan_replayed_through_a_kill(name: str, tmp_path: Path) -> None:
    with staged(name, tmp_path / "server", posts=0) as stage:
        run = plan(tmp_path / "runs", stage.platform, batch=SERVERS[name][1])
        there = stage_plan(run, stage)
        assert len(there.planned) == 219 and len(there.spared) == 23
        everything = {*there.planned, *there.spared, *there.marks, *stage.others}
        assert stage.living(sorted(everything)) == everything

        rehearsed = finish(start(run, stage))
        assert rehearsed.status == 0, rehearsed.problem
        assert rehearsed.document["predicted"]["results"]["confirmed"] == len(there.planned)
        assert stage.living(there.planned) == set(there.planned), "a rehearsal touches nothing"

        words = ("live=true", f"allow={len(there.planned)}")
        left = kill_midway(start(run, stage, *words), stage, in_order(run))
        assert 0 < left < len(there.planned), "it died in the middle"
        resumed = finish(start(run, stage, *words))
        assert resumed.status == 0, resumed.problem
        assert resumed.document["observed"]["left"] == 0

        assert not stage.living(there.planned), "all gone on the server"
        kept = {*there.spared, *there.marks, *stage.others}
        assert stage.living(sorted(kept)) == kept, "her other posts and all of anyone else's are there"
        assert receipts(run) == dict.fromkeys(there.planned, "confirmed")
        seen = finish(start(run, stage, "survey=true", "friend=true", verb="stage"))
        of_plan = {row["what"]: row for row in seen.document["rows"] if row["of"] == "planned"}
        assert of_plan["text"]["gone"] == of_plan["text"]["staged"] == len(there.planned)
        assert {what for what, row in of_plan.items() if row["there"] == row["staged"]} == OUTLIVE[name]
        assert all(row["there"] == row["staged"] for row in seen.document["rows"] if row["of"] == "other")


@pytest.mark.parametrize(
    ("name", "member"),
    [(name, False) for name in ("bluesky", "mastodon_mock", "nostr_sdk_relay", "nostr_relay")] + [("synapse", True)],
)
def test_harvesters_take_from_a_staged_account_what_the_model_foretells(
    name: str, member: bool, tmp_path: Path
) -> None:
    batch = SERVERS[name][1]
    slow = {"calls": 1, "per_s": 43_200 * batch, "window": "bucket"}  # two items a day: visits fall between them
    with staged(name, tmp_path / "server", posts=0) as stage:
        run = plan(tmp_path / "runs", stage.platform, batch=batch, rule=slow)
        there = stage_plan(run, stage)
        words = ("crawl=true", *(("friend=true",) if member else ()))
        between = 0
        while True:
            crawled = finish(start(run, stage, *words, verb="stage"))
            assert crawled.status == 0 and crawled.document["visits"] > 0, crawled
            if not crawled.document["to_come"]:
                break
            living = len(stage.living(there.planned))
            between += 0 < living < len(there.planned)
            done = finish(start(run, stage, "live=true", f"allow={crawled.document['first']}"))
            assert done.status == 0 and len(stage.living(there.planned)) < living, done
        assert between >= 1, "a visit fell in the middle of the plan"
        assert not stage.living(there.planned)
        seen = finish(start(run, stage, "survey=true", "friend=true", verb="stage")).document
        assert seen["observed"]["results"] == seen["predicted"]["results"]
        assert (seen["still_told"] > 0) == name.startswith("nostr"), "reposts there have the whole note in them"
        narrower = Counter(take.crawler for take in schedule(read_plan(run))[0] if not take.public)
        reads = [row[part] for row in seen["harvested"] for part in MEASURES]
        assert sum(part["predicted"] for part in reads) > 200
        for row in seen["harvested"]:
            differ = row["differences"]
            assert sum(row[part]["observed"] for part in ("before", "avoided")) > 0 and row["to_come"] == 0
            if name == "mastodon_mock":
                assert not differ and all(row[part]["predicted"] == row[part]["observed"] for part in MEASURES)
            elif member:
                assert set(differ) <= {FOR_FRIENDS, HIDDEN} and differ[HIDDEN] > 0, "one room has no second member"
            else:
                assert differ == {FOR_FRIENDS: narrower[row["crawler"]]}, "here everything is shown to everybody"


def test_a_404_while_the_post_lives_is_booked_refused_and_endless_pages_end(tmp_path: Path) -> None:
    (tmp_path / "server").mkdir()
    with snac(tmp_path / "server", posts=30) as stage:
        run = save_plan(tmp_path / "run", stage, stage.own[:5], rule=FAST, pace=1.0)
        ended = finish(start(run, stage, "live=true", "allow=5"))
        assert ended.status == 1 and "the first item did not do" in ended.problem.lower(), ended
        assert receipts(run) == {stage.own[0]: "refused"}
        assert stage.living(stage.own) == set(stage.own)


def test_what_went_to_the_trash_comes_back_from_it(tmp_path: Path) -> None:
    with staged("dovecot", tmp_path / "server", posts=6) as stage:
        mailbox = stage.connected()
        before = {one: mailbox.fetch(one).raw for one in stage.own}
        run = save_plan(tmp_path / "run", stage, stage.own[:4], rule=FAST, pace=1.0, trash=True)
        done = finish(start(run, stage, "live=true", "allow=4"))
        assert done.status == 0 and receipts(run) == dict.fromkeys(stage.own[:4], "confirmed"), done
        assert stage.living(stage.own) == set(stage.own[4:]), "gone from the folder of sent mail"
        port = int(stage.server.rpartition(":")[2])
        assert len(in_box(port, TRASH)) == 4, "and in the trash, not expunged"
        back = finish(start(run, stage, "live=true", "undo=[2,3]", "allow=2"))
        assert back.status == 0 and (back.document["undone"], back.document["undone_by"]) == (2, "restored"), back
        ids = {item.native_id for item in mailbox.listed()}
        returned = {mailbox.fetch(one).raw for one in ids - set(stage.own[4:])}
        assert returned == {before[one] for one in stage.own[1:3]}, "the messages themselves"
        assert sorted(in_box(port, TRASH)) == sorted(before[one] for one in (stage.own[0], stage.own[3]))
        empty(port, TRASH)
        late = finish(start(run, stage, "live=true", "undo=1", "allow=1"))
        assert late.status == 0 and late.document["undone"] == 0, late
        rows = read_table(run.with_name(run.name + ".replay") / "receipts.parquet").to_pylist()
        assert "the trash has it no more; its copy is in the archive" in rows[0]["detail"]
        mailbox._close()


def test_synapses_limit_is_met_at_its_full_rate(tmp_path: Path) -> None:
    count, per_second, burst = 35, 0.5, 5
    rule = {"calls": burst, "per_s": int(burst / per_second), "window": "bucket"}
    with staged("synapse", tmp_path / "server", posts=count, per_second=per_second, burst=burst) as stage:
        run = save_plan(tmp_path / "run", stage, stage.own, rule=rule, pace=1.0)
        ended = finish(start(run, stage, "live=true", f"allow={count}"))
        assert ended.status == 0, ended.problem
        predicted, observed = ended.document["predicted"], ended.document["observed"]
        assert receipts(run) == dict.fromkeys(stage.own, "confirmed") and not stage.living(stage.own)
        assert (count - burst) / observed["seconds"] >= 0.95 * per_second, "95% of the rate is used"
        assert observed["seconds"] == pytest.approx(predicted["seconds"], rel=0.05)


def test_synapses_429s_are_obeyed_by_one_who_believes_in_no_limit(tmp_path: Path) -> None:
    with staged("synapse", tmp_path / "server", posts=12, per_second=0.5, burst=2) as stage:
        run = save_plan(tmp_path / "run", stage, stage.own, rule=FAST, pace=1.0)
        ended = finish(start(run, stage, "live=true", "allow=12"))
        assert ended.status == 0, ended.problem
        assert ended.document["observed"]["repeated"] > 0, "it was told to wait"
        assert receipts(run) == dict.fromkeys(stage.own, "confirmed") and not stage.living(stage.own)
