"""replay: a plan rehearsed in virtual time; with live=true carried out, resumed after any stop, verified, undone."""

import json
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from sim.core.build import build
from sim.core.clock import iso_date
from sim.core.errors import Misuse, require
from sim.core.parameters import settle
from sim.core.store import write_table
from sim.platforms.connectors.connector import Connector
from sim.platforms.replay.archive import Folder
from sim.platforms.replay.by_hand import checklist, tick, write_letters
from sim.platforms.replay.clock import WallClock
from sim.platforms.replay.credentials import credentials
from sim.platforms.replay.journal import Journal
from sim.platforms.replay.letters import Sender
from sim.platforms.replay.outcome import PREDICTION, Outcome, outcome
from sim.platforms.replay.receipts import duration, readable, receipts
from sim.platforms.replay.recurring import timer
from sim.platforms.replay.rehearse import rehearse
from sim.platforms.replay.runner import Runner, again
from sim.platforms.replay.undo import CALLED, undo
from sim.platforms.replay.waiting import Manners
from sim.verbs.ask import allowance
from sim.verbs.login import sign_in_once
from sim.verbs.saved import Saved, keep, load

NOBODYS = "By hand"
"""The title of the connector of any platform that has none."""


def run(config: dict[str, Any]) -> dict[str, Any]:
    """Rehearse or carry out the plan of the run folder `config["path"]`; returns the document."""
    if config["login"]:
        return sign_in_once(config)
    clock = WallClock()
    saved = load(config, clock.now()) if config["keep_days"] is None else keep(config)
    numbers: dict[str, Any] = build(settle(config["replay"], None, "replay"), "replay")
    unproven, answer_s = numbers.pop("unproven"), numbers.pop("answer_s")
    manners = Manners(**numbers)
    journal = Journal.open(saved.folder / "journal.sqlite")
    try:
        work = Work(config, saved, journal, manners, clock, answer_s)
        return work.live(unproven=bool(unproven)) if config["live"] else work.rehearsed()
    finally:
        journal.close()


class Work:
    """One command on one saved plan."""

    def __init__(
        self, config: dict[str, Any], saved: Saved, journal: Journal, manners: Manners, clock: WallClock,
        answer_s: float,
    ) -> None:  # fmt: skip
        self._config, self._saved, self._journal = config, saved, journal
        self._manners, self._clock, self._answer_s = manners, clock, answer_s
        self._platform, self._folder = saved.platform, saved.folder

    def rehearsed(self) -> dict[str, Any]:
        """What carrying it out would take, letters and checklist written, ticks taken; nothing is sent anywhere."""
        require(self._config["undo"] is None, "An undo acts on the account: add live=true.")
        tick(self._journal, _numbers("tick", self._config["tick"]), now=self._clock.now())
        if self._saved.keep_days is not None:
            self._find(self._connect())
        if self._config["again"]:
            again(self._journal)
        return self._document("rehearsal", self._predict(), None)

    def live(self, *, unproven: bool) -> dict[str, Any]:
        """Carry it out on the account."""
        connector = self._connect()
        require(
            connector.evidence != "docs" or unproven,
            f"{connector.title} is known from its documentation alone: nothing of this was tried on a real server. To "
            "act all the same, on one item a command, add replay.unproven=true.",
        )
        who = connector.whoami()
        self._same("account", who)
        if self._config["undo"] is not None:
            return self._undo(connector)
        if self._saved.keep_days is not None:
            self._find(connector)
        if self._config["again"]:
            again(self._journal)
        predicted = self._predict()
        if self._journal.fact(PREDICTION) is None:
            self._journal.state(PREDICTION, json.dumps(asdict(predicted)))
        allow = self._allowed(predicted, who)
        if connector.evidence == "docs":
            allow = min(allow, 1)
        archive = Folder(self._folder / "archive")
        runner = Runner(
            self._journal, archive, connector, self._platform.limits, self._clock, self._manners, allow=allow,
            watch=self._watch(),
        )  # fmt: skip
        try:
            runner.run()
        finally:
            if sys.stderr.isatty():
                print("\r\033[K", end="", file=sys.stderr)
            found = outcome(
                self._journal, self._platform.limits, reads=runner.waiting.reads, backoffs=runner.waiting.backoffs
            )
            document = self._document("live", predicted, found)
        return document

    def _connect(self) -> Connector:
        server = (self._config["server"] or self._journal.fact("server") or "").rstrip("/")
        maker = self._platform.connector
        if maker.grade == "X" or not maker.secrets:
            return maker.connect(server, secrets={}, clock=self._clock)  # says why not, and what is lawful instead
        require(
            bool(server or maker.server),
            f"{maker.title} is many servers; name yours, such as server=https://social.example.",
        )
        secrets = credentials(maker.secrets, platform=self._platform.name, server=server or maker.server)
        connector: Connector = maker.connect(server, secrets=secrets, clock=self._clock)
        self._same("server", connector.server)
        return connector

    def _same(self, what: str, value: str) -> None:
        """A journal belongs to one account on one server."""
        before = self._journal.fact(what)
        if before is None:
            self._journal.state(what, value)
        require(
            before in (None, value),
            f"This plan was begun on the {what} {before}, and {what} {value} was given now. Nothing was done.",
        )

    def _find(self, connector: Connector) -> None:
        self._saved.find(self._journal, connector.listed(), self._clock.now())

    def _predict(self) -> Outcome:
        return rehearse(
            self._journal, self._platform.limits, self._manners, now=self._clock.now(), answer_s=self._answer_s
        )

    def _allowed(self, predicted: Outcome, who: str) -> int:
        account = f"{who} on {self._journal.fact('server')}"
        return allowance(
            self._journal, predicted, self._config["allow"], who=account, archive=self._folder / "archive",
            silent=self._config["output"] != "table",
        )  # fmt: skip

    def _undo(self, connector: Connector) -> dict[str, Any]:
        wanted = self._config["undo"]
        numbers = _numbers("undo", wanted)
        if wanted is True:
            numbers = [t.number for t in self._journal.tasks("state='done' AND result='confirmed' AND kept != ''")]
        allow = self._allowed(self._predict(), self._journal.fact("account") or "")
        runner = Runner(
            self._journal, Folder(self._folder / "archive"), connector, self._platform.limits, self._clock,
            self._manners, allow=0,
        )  # fmt: skip
        came = undo(
            self._journal, Folder(self._folder / "archive"), connector, runner.waiting, self._clock,
            numbers=sorted(numbers, reverse=True)[:allow],
        )  # fmt: skip
        document = self._document("undo", self._predict(), None)
        return document | {"undone": came, "undone_by": CALLED[connector.undo_by]}

    def _watch(self) -> Callable[[], None]:
        if not sys.stderr.isatty():
            return lambda: None

        def told() -> None:
            left = self._journal.count("route = 'api' AND state NOT IN ('done', 'undone')")
            print(f"\r{left} left; it can be stopped at any time ", end="", file=sys.stderr, flush=True)

        return told

    def _document(self, mode: str, predicted: Outcome, observed: Outcome | None) -> dict[str, Any]:
        """Write receipts, letters and checklist; returns the document."""
        letters = dict(self._config["letter"])
        holder = letters.pop("holder") or self._platform.connector.title
        if holder == NOBODYS:
            holder = "[who holds the data]"
        handle = letters.pop("handle") or self._journal.fact("account") or "[your account]"
        now = self._clock.now()
        write_letters(self._journal, self._folder / "letters", Sender(handle=handle, **letters), holder=holder, now=now)
        write_table(self._folder / "receipts.parquet", receipts(self._journal), self._saved.provenance)
        (self._folder / "receipts.txt").write_text(readable(self._journal, predicted, observed), encoding="utf-8")
        hand = self._journal.count("route = 'by_hand'")
        if hand:
            (self._folder / "by_hand.txt").write_text(checklist(self._journal, now=now), encoding="utf-8")
        else:
            (self._folder / "by_hand.txt").unlink(missing_ok=True)  # of a rehearsal before it was staged
        next_check = self._journal.next_check("done")
        allow = self._config["allow"] or self._saved.allow
        return {
            "run": str(self._saved.run),
            "folder": str(self._folder),
            "mode": mode,
            "platform": self._platform.title,
            "evidence": self._platform.connector.evidence,
            "tasks": self._journal.count("1"),
            "nobody": self._saved.nobody and bool(hand) and self._journal.fact("server") is None,
            "by_hand": hand,
            "by_hand_open": self._journal.count("route = 'by_hand' AND state = 'open'"),
            "predicted": _figures(predicted),
            "observed": None if observed is None else _figures(observed),
            "next_check": None if next_check is None else iso_date(int(next_check)),
            "timer": None if self._saved.keep_days is None else timer(self._saved.run, allow=allow),
        }


def show(document: dict[str, Any]) -> None:
    """Predicted beside observed, what is left by hand, and what comes next."""
    if document["mode"] == "login":
        print(f"Signed in to {document['platform']}; the token is in the system's keyring.")
        return
    folder, predicted, observed = Path(document["folder"]), document["predicted"], document["observed"]
    print((folder / "receipts.txt").read_text(encoding="utf-8"), end="")
    if document["mode"] == "undo":
        print(f"\nItems {document['undone_by']}: {document['undone']}.")
    if document["by_hand_open"]:
        print(f"\nBy hand, to tick off: {document['by_hand_open']} in {folder / 'by_hand.txt'}")
    if document["nobody"]:
        print("\nThis plan is of someone who does not exist. To carry it out, put her on a test server here:")
        print(f"  afterpost stage {document['run']} server=http://127.0.0.1:PORT")
    elif document["mode"] == "rehearsal" and document["tasks"] > document["by_hand"]:
        wait = duration(predicted["seconds"])
        print(f"\nA rehearsal: nothing was sent. Carrying it out takes {wait} and ${predicted['money_usd']:.2f}:")
        print(f"  afterpost replay {document['run']} live=true")
    elif observed and observed["left"]:
        print(f"\n{observed['left']} are left; the same command goes on.")
    if document["next_check"]:
        print(f"\nThe same command from {document['next_check']} on reads again what is gone: it can come back.")
    if document["timer"]:
        print(f"\n{document['timer']}", end="")


def _figures(found: Outcome) -> dict[str, Any]:
    finish = None if found.finish is None else iso_date(int(found.finish))
    return asdict(found) | {"failures": found.failures, "finish": finish}


def _numbers(name: str, given: Any) -> list[int]:
    numbers = given if isinstance(given, list) else [] if given is None or given is True else [given]
    if any(isinstance(number, bool) or not isinstance(number, int) for number in numbers):
        raise Misuse(f"{name}={given!r}: it takes numbers of the list, such as {name}=7 or {name}=[7,8].")
    return numbers
