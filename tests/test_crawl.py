"""The crawler of a staged account: the model's own copies, on loopback alone, and a name for every difference."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from answering import Asked, Says, answering
from test_stage import SMALL, Clock, Mock

from sim.core.errors import Mistake
from sim.core.schema import CHANNELS, NEVER
from sim.core.store import read_table
from sim.experiment import simulate
from sim.exposure.apply import apply
from sim.exposure.doors import close_doors
from sim.platforms.connectors.connector import Refused
from sim.platforms.exports.item import Item
from sim.platforms.stage.crawl import Harvest, Take, crawl
from sim.platforms.stage.held import FOR_FRIENDS, HIDDEN, LATE, NOT_DELETED, STILL_SHOWN, UNLISTED, held, readable
from sim.verbs.command import perform
from sim.verbs.compose import compose_config
from sim.verbs.crawl import schedule
from sim.verbs.saved import read_plan
from sim.worlds import make_world, world_noise

BEGIN, CUT, HORIZON = 100, 200, 1000


def take(post: int, time: int, **more: Any) -> Take:
    given = {"crawler": "web", "visit": time, "public": True, "cut": CUT, "native_id": f"id-{post}"} | more
    return Take(post=post, time=time, **given)


class Account:
    """A reader of an account whose server lists `listed` and answers for what is in `addressed` too."""

    def __init__(self, *listed: int, addressed: tuple[int, ...] = (), server: str = "http://127.0.0.1:1") -> None:
        self.listed, self.addressed, self.server = set(listed), set(addressed), server

    def shown(self, account: str) -> Iterator[Item]:
        if not self.listed and not self.addressed:
            raise Refused("401")
        for post in sorted(self.listed):
            yield Item(
                platform="mastodon", native_id=f"id-{post}", uri=None, kind="text", created=post, text=f"text {post}",
                audience="public",
            )  # fmt: skip

    def shows(self, native_id: str) -> bool:
        return int(native_id.removeprefix("id-")) in self.listed | self.addressed


def visit(account: Account, takes: list[Take], harvest: Harvest, *, until: int, acted: set[int]) -> list[Any]:
    posts = {one.native_id: one.post for one in takes}
    return list(crawl(account, "alice", takes, harvest, Clock(), until=until, posts=posts, acted=acted))


def rows(takes: list[Take], harvest: Harvest, *, gone: set[int]) -> dict[str, Any]:
    [row] = held(takes, harvest.visits(), begin=BEGIN, until=HORIZON, gone=gone)
    return row


def test_copies_are_kept_by_visit_and_what_the_plan_reached_is_avoided(tmp_path: Path) -> None:
    takes = [take(1, 50), take(2, 60), take(3, 150), take(4, 300), take(5, 400, cut=NEVER)]
    harvest, account = Harvest(tmp_path / "harvest.jsonl"), Account(1, 2, 3, 4, 5)
    first = visit(account, takes, harvest, until=BEGIN, acted=set())
    assert [one["visit"] for one in first] == [50, 60] and [one["taken"][0]["text"] for one in first] == [
        "text 1",
        "text 2",
    ]
    assert not visit(account, takes, harvest, until=BEGIN, acted=set()), "a visit is made once"
    visit(account, takes, harvest, until=CUT, acted=set())
    account.listed = {5}
    visit(account, takes, harvest, until=HORIZON, acted={1, 2, 3, 4})
    row = rows(takes, harvest, gone={1, 2, 3, 4})
    expected = {"before": 2, "later": 2, "still_held": 3, "avoided": 1}
    assert {name: row[name] for name in expected} == {n: {"predicted": c, "observed": c} for n, c in expected.items()}
    assert row["differences"] == {} and row["visits"] == 5 and row["to_come"] == 0
    assert "differ" not in readable([row])


@pytest.mark.parametrize(
    ("one", "account", "acted", "why"),
    [
        (take(1, 50, public=False), Account(1), set(), FOR_FRIENDS),
        (take(1, 50), Account(2), set(), HIDDEN),
        (take(1, 50), Account(2, addressed=(1,)), set(), UNLISTED),
        (take(1, 50), Account(), set(), "nothing was listed: 401"),
        (take(1, 300), Account(1), set(), NOT_DELETED),
        (take(1, 300), Account(1), {1}, STILL_SHOWN),
    ],
)
def test_each_difference_has_its_name(one: Take, account: Account, acted: set[int], why: str, tmp_path: Path) -> None:
    harvest = Harvest(tmp_path / "harvest.jsonl")
    visit(account, [one], harvest, until=HORIZON, acted=acted)
    row = rows([one], harvest, gone=set())
    assert row["differences"] == {why: 1} and f"web: 1 differ: {why}." in readable([row])


def test_what_was_deleted_before_an_earlier_visit_was_late(tmp_path: Path) -> None:
    takes, harvest = [take(1, 40), take(1, 150, crawler="trader")], Harvest(tmp_path / "harvest.jsonl")
    visit(Account(1), takes, harvest, until=BEGIN, acted=set())
    visit(Account(2), takes, harvest, until=HORIZON, acted={1})
    web, trader = held(takes, harvest.visits(), begin=BEGIN, until=HORIZON, gone={1})
    assert web["differences"] == {} and trader["differences"] == {LATE: 1}
    assert trader["avoided"] == {"predicted": 0, "observed": 1}


def test_half_a_line_is_no_visit_and_the_visit_is_made_again(tmp_path: Path) -> None:
    takes, path = [take(1, 50), take(2, 60)], tmp_path / "harvest.jsonl"
    visit(Account(1, 2), takes, Harvest(path), until=HORIZON, acted=set())
    whole = path.read_bytes()
    path.write_bytes(whole[:-30])
    assert len(Harvest(path).visits()) == 1
    visit(Account(1, 2), takes, Harvest(path), until=HORIZON, acted=set())
    assert path.read_bytes() == whole
    path.write_bytes(b"nonsense\n" + whole)
    with pytest.raises(Mistake, match="was changed"):
        Harvest(path).visits()
    with pytest.raises(Mistake, match="Could not write"):
        Harvest(tmp_path / "nowhere" / "harvest.jsonl").add({})


def test_nothing_is_read_off_loopback(tmp_path: Path) -> None:
    far = Account(1, server="https://social.example")
    with pytest.raises(Mistake, match="not on this machine's loopback; nothing was read"):
        visit(far, [take(1, 50)], Harvest(tmp_path / "harvest.jsonl"), until=HORIZON, acted=set())
    assert not (tmp_path / "harvest.jsonl").exists()


class Open(Mock):
    """The mock that also answers who is not signed in: with what is public, a page of 40 at a time."""

    def __init__(self) -> None:
        super().__init__()
        self.strangers: list[Asked] = []

    def __call__(self, asked: Asked) -> Says:
        if "authorization" in asked.headers:
            return super().__call__(asked)
        self.strangers.append(asked)
        if asked.path.endswith("/lookup"):
            return Says(200, {"id": asked.query["acct"]})
        public = [one for one in self.statuses.values() if one["visibility"] == "public"]
        if not asked.path.endswith("/statuses"):
            [one] = [one for one in public if asked.path.endswith(f"/{one['id']}")] or [None]
            return Says(404) if one is None else Says(200, one)
        first = int(asked.query.get("max_id", "0"))
        link = {"link": f'<{asked.path}?max_id={first + 40}>; rel="next"'}
        return Says(200, public[first : first + 40], link if first + 40 < len(public) else {})


def test_a_staged_account_is_crawled_signed_out_and_brings_what_the_model_foretold(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = perform("plan", None, compose_config("plan", [*SMALL, f"out={tmp_path}"]), quiet=True)["run"]
    monkeypatch.setenv("AFTERPOST_MASTODON_TOKEN", "alice")
    mock = Open()
    with answering(mock) as server:
        words = [f"server={server.url}"]
        with pytest.raises(Mistake, match="Nothing was staged"):
            perform("stage", run, compose_config("stage", [*words, "crawl=true"]), quiet=True)
        perform("stage", run, compose_config("stage", words), quiet=True)
        monkeypatch.delenv("AFTERPOST_MASTODON_TOKEN")
        asked = len(server.asked)
        document = perform("stage", run, compose_config("stage", [*words, "crawl=true"]), quiet=True)
        left = len(read_table(Path(run) / "plan.parquet"))
        assert 0 < document["first"] <= left, "the next visit comes in or after the plan"
        assert document["visits"] > 3 and document["copies"] > document["posts"] > 10 and document["to_come"] > 0
        assert len(server.asked) - asked == len(mock.strangers) > document["visits"], "never with her credentials"
        monkeypatch.setenv("AFTERPOST_MASTODON_TOKEN", "alice")
        seen = perform("stage", run, compose_config("stage", [*words, "survey=true"]), quiet=True)
    assert {row["crawler"] for row in seen["harvested"]} == {"platform", "open_web", "trader"}
    for row in seen["harvested"]:
        assert row["before"]["predicted"] == row["before"]["observed"] and not row["differences"]
        assert row["later"]["observed"] == row["avoided"]["observed"] == row["still_held"]["observed"] == 0
    texts = {row["native_id"] for row in read_table(Path(run + ".replay") / "staged.parquet").to_pylist()}
    held_now = [row for one in Harvest(Path(document["harvest"])).visits() for row in one["taken"]]
    assert {row["native_id"] for row in held_now} <= texts and all(row["text"] for row in held_now)


def test_the_schedule_is_the_model_s_log_under_the_plan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = perform("plan", None, compose_config("plan", [*SMALL, f"out={tmp_path}"]), quiet=True)["run"]
    monkeypatch.setenv("AFTERPOST_MASTODON_TOKEN", "alice")
    with answering(Mock()) as server:
        perform("stage", run, compose_config("stage", [f"server={server.url}"]), quiet=True)
    saved = read_plan(Path(run))
    takes, _ = schedule(saved)
    parameters, noise = saved.provenance["parameters"], world_noise(saved.provenance["parameters"], 0)
    scene, log = simulate(make_world(parameters, 0), parameters, noise.branch("luck 0"))
    plan = np.array([[row[name] for name in ("owner", "target", "action", "time")] for row in saved.plan.to_pylist()])
    staged = {one.post for one in takes}
    told = {0: set(), 1: set()}
    for block, alive in zip(log.blocks, apply(close_doors(scene, plan), log), strict=True):
        events, objects = block.events, block.objects
        post = scene.post[block.first + np.repeat(np.arange(block.posts), np.diff(block.event_start))]
        mine = (events.channel == CHANNELS.index("scrape")) & (objects.kind[events.object] == 1)
        mine &= np.isin(post, list(staged))
        rows = list(zip(events.actor, post, events.time, alive, strict=True))
        for row, here in zip(rows, mine, strict=True):
            if here:
                told[0].add(tuple(int(x) for x in row[:3]))
                told[1] |= {tuple(int(x) for x in row[:3])} if row[3] else set()
    names = list(dict.fromkeys(saved.provenance["parameters"]["channel"]["scrape"]["crawlers"]))
    ours = {(names.index(one.crawler), one.post, one.time) for one in takes if one.public}
    kept = {(names.index(one.crawler), one.post, one.time) for one in takes if one.public and one.time < one.cut}
    assert ours == told[0] and kept == told[1] and kept < ours, "some copies are avoided by the plan"
