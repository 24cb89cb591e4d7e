"""Faults of every kind, in any order: no item is lost, none is doubled, none is booked that is not so."""

import resource
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from replay.connector import MANNERS, QUICK, Small, task
from replay.platform import FAULTS, TOKEN, Platform, served

from sim.core.errors import Mistake
from sim.platforms.connectors.connector import Answer, Kept, Look
from sim.platforms.connectors.secret import Secret
from sim.platforms.replay.archive import Folder
from sim.platforms.replay.clock import VirtualClock
from sim.platforms.replay.journal import Journal
from sim.platforms.replay.outcome import outcome
from sim.platforms.replay.runner import Runner, again

NOON = 600_000_000.0


class Killed(BaseException):
    """The process ends here, as kill -9 ends it: nothing that runs later may tidy up."""


class Mortal:
    """A connector whose process dies at a given step: before a request goes out, or when its answer comes in."""

    def __init__(self, inner: Small, lives: int | None) -> None:
        self._inner, self._lives = inner, lives

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def _step(self) -> None:
        if self._lives is not None:
            self._lives -= 1
            if self._lives < 0:
                raise Killed

    def _around(self, call: Any) -> Any:
        self._step()
        found = call()
        self._step()
        return found

    def fetch(self, native_id: str) -> Kept | Answer:
        return self._around(lambda: self._inner.fetch(native_id))

    def act(self, action: str, native_ids: tuple[str, ...]) -> Answer:
        return self._around(lambda: self._inner.act(action, native_ids))

    def look(self, native_id: str, *, signed_in: bool) -> Look:
        return self._around(lambda: self._inner.look(native_id, signed_in=signed_in))


class Faults(RuleBasedStateMachine):
    """A plan over some of an account's items, carried out by processes that die, on a platform that fails."""

    platform: Platform
    address: str

    @initialize(
        count=st.integers(2, 9),
        batch=st.sampled_from([1, 1, 3]),
        odd=st.lists(st.tuples(st.integers(0, 8), st.sampled_from([200, 403, 404, 422, 0])), max_size=3),
        spared=st.integers(0, 2),
    )
    def stage(self, count: int, batch: int, odd: list[tuple[int, int]], spared: int) -> None:
        """odd: items that answer so and stay; 0: an item that is gone before. spared: items outside the plan."""
        self.folder = tempfile.TemporaryDirectory(prefix="faults-")
        self.clock = VirtualClock(NOON)
        state = self.platform
        state.clock, state.token, state.limits, state.batch = self.clock, TOKEN, QUICK, batch
        state.faults, state.deleted, state.acts, state.private, state.repeated = [], [], [], set(), []
        ids = state.fill(count + spared)
        self.content = dict(state.items)
        self.planned = ids[:count]
        state.private = set(ids[::3])
        state.stubborn = {f"i{n}": code for n, code in odd if n < count and code}
        for n, code in odd:
            if code == 0 and f"i{n}" not in state.stubborn and n < count:
                state.items.pop(f"i{n}", None)
        self.before = set(state.items)
        self.batch = batch
        self.token = TOKEN
        self.path = Path(self.folder.name)
        journal = Journal.create(
            self.path / "journal.sqlite",
            [task(n + 1, name) for n, name in enumerate(self.planned)],
            {"plan": "x"},
        )
        journal.close()

    @rule(kinds=st.lists(st.sampled_from(FAULTS), min_size=1, max_size=8))
    def break_down(self, kinds: list[str]) -> None:
        self.platform.faults += kinds

    @rule(jump_s=st.sampled_from([-900_000, -3_700, -1, 5, 4_000, 90_000, 3_000_000]))
    def jump(self, jump_s: int) -> None:
        """The machine's clock is set; the platform's is not, but here they are one, and only waits are shared."""
        self.clock.sleep(jump_s) if jump_s > 0 else setattr(self.clock, "_now", self.clock.now() + jump_s)
        self.platform.acts = []

    @rule()
    def expire(self) -> None:
        self.platform.token = "another"

    @rule()
    def renew(self) -> None:
        self.platform.token = TOKEN

    @rule(lives=st.one_of(st.none(), st.integers(0, 30)), allow=st.one_of(st.none(), st.integers(1, 4)))
    def run(self, lives: int | None, allow: int | None) -> None:
        self._run(lives, allow)

    @precondition(lambda self: hasattr(self, "path"))
    @rule(room=st.integers(0, 3_000), lives=st.one_of(st.none(), st.integers(0, 30)))
    def run_on_a_full_disk(self, room: int, lives: int | None) -> None:
        """Files of this process cannot grow beyond the largest by more than `room` bytes."""
        most = max(file.stat().st_size for file in self.path.rglob("*") if file.is_file())
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (most + room, hard))
        try:
            self._run(lives, None)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))

    def _run(self, lives: int | None, allow: int | None) -> None:
        connector = Mortal(Small(self.address, self.clock, Secret(self.token), batch=self.batch), lives)
        journal = None
        try:
            journal = Journal.open(self.path / "journal.sqlite")
            limits = QUICK if self.batch == 1 else QUICK.__class__(QUICK.rules, 1, self.batch, 0.0, 0.5)
            Runner(journal, Folder(self.path / "archive"), connector, limits, self.clock, MANNERS, allow=allow).run()
        except (Killed, Mistake):
            pass
        finally:
            if journal is not None:
                journal.close()

    @invariant()
    def nothing_false(self) -> None:
        if not hasattr(self, "path"):
            return
        journal = Journal.open(self.path / "journal.sqlite")
        tasks, archive = journal.tasks(), Folder(self.path / "archive")
        journal.close()
        state = self.platform
        assert [each.native_id for each in tasks] == self.planned, "a task was lost or doubled"
        assert len(set(state.deleted)) == len(state.deleted), "an item was deleted twice"
        assert state.repeated == [], "a deletion was sent again though it had been done"
        assert set(state.deleted) <= set(self.planned), "an item outside the plan was touched"
        assert self.before - set(state.items) == set(state.deleted)
        for each in tasks:
            name = each.native_id
            if each.state == "done" and each.result == "confirmed":
                assert name not in state.items, "booked confirmed, but it is there"
            if each.state == "done" and each.result == "refused":
                assert name in state.items, "booked refused, but it is gone"
            if name in state.deleted:
                assert each.kept, "deleted, but not kept first"
                assert archive.find(each.kept).raw == self.content[name]

    def _finish(self) -> None:
        """The same command until nothing is left; a process may stop after one item."""
        for _ in range(2 * len(self.planned) + 3):
            self._run(None, None)
            journal = Journal.open(self.path / "journal.sqlite")
            left = journal.count("state != 'done'")
            journal.close()
            if not left:
                return

    def teardown(self) -> None:
        if not hasattr(self, "path"):
            return
        self.platform.faults, self.platform.token = [], TOKEN
        self._finish()
        journal = Journal.open(self.path / "journal.sqlite")
        again(journal)
        journal.close()
        self._finish()
        self.nothing_false()
        journal = Journal.open(self.path / "journal.sqlite")
        found = outcome(journal, QUICK, reads=0, backoffs=0)
        results = {each.native_id: each.result for each in journal.tasks()}
        journal.close()
        stubborn = set(self.platform.stubborn)
        assert found.left == 0
        assert {name for name, result in results.items() if result == "refused"} == stubborn
        assert {name for name, result in results.items() if result == "confirmed"} == set(self.planned) - stubborn
        self.folder.cleanup()


def test_no_fault_loses_doubles_or_falsely_confirms_an_item() -> None:
    with served() as (platform, address):
        Faults.platform, Faults.address = platform, address
        run_state_machine_as_test(
            Faults,
            settings=settings(
                max_examples=200,
                stateful_step_count=12,
                deadline=None,
                suppress_health_check=list(HealthCheck),
            ),
        )
