"""A connector to the small platform, through httpx; and limits and manners for tests."""

from collections.abc import Iterator
from dataclasses import dataclass

import httpx

from sim.cleanup.limits import Limits, Rule
from sim.platforms.connectors.connector import Answer, Clock, Evidence, Kept, Look
from sim.platforms.connectors.secret import Secret, redact
from sim.platforms.exports.item import Item
from sim.platforms.replay.task import API, Task
from sim.platforms.replay.waiting import Manners

MANNERS = Manners(
    forbidden_in_a_row=3, tries=6, backoff_s=2, backoff_most_s=300, patience_s=86_400, look_after_s=(0, 5, 35),
    recheck_days=(1, 7, 30),
)  # fmt: skip
QUICK = Limits((Rule(30, 60, "sliding"),), 1, 1, 0.0, 0.5)


def task(number: int, native_id: str | None, **more: object) -> Task:
    """A deletion by the API."""
    given: dict[str, object] = {"action": "delete", "route": API, "due": 0, "label": f"item {native_id}"}
    return Task(number=number, target=1000 + number, native_id=native_id, **given | more)  # type: ignore[arg-type]


WEB = httpx.Client(timeout=5.0, trust_env=False)
"""One for all: making one reads the machine's certificates."""


@dataclass
class Small:
    """One account on the small platform."""

    server: str
    clock: Clock
    secret: Secret
    batch: int = 1
    evidence: Evidence = "server"
    title: str = "Small"
    actions: tuple[str, ...] = ("delete",)
    undo_by: str = "none"
    web: httpx.Client = WEB

    def whoami(self) -> str:
        return "someone"

    def listed(self) -> Iterator[Item]:
        return iter(())

    def fetch(self, native_id: str) -> Kept | Answer:
        answer = self._send("GET", f"/items/{native_id}")
        if isinstance(answer, Answer):
            return answer
        if answer.status_code == 200:
            return Kept(native_id=native_id, raw=answer.content)
        return self._answer(answer)

    def act(self, action: str, native_ids: tuple[str, ...]) -> Answer:
        if self.batch > 1:
            answer = self._send("POST", "/delete", {"ids": list(native_ids)})
        else:
            answer = self._send("DELETE", f"/items/{native_ids[0]}")
        return answer if isinstance(answer, Answer) else self._answer(answer)

    def look(self, native_id: str, *, signed_in: bool) -> Look:
        answer = self._send("GET", f"/items/{native_id}", signed_in=signed_in)
        if isinstance(answer, Answer):
            return Look(sight="unknown")
        found = self._answer(answer)
        sight = {200: "there", 404: "gone"}.get(answer.status_code, "unknown")
        return Look(sight=sight, http_status=answer.status_code, not_before=found.not_before)  # type: ignore[arg-type]

    def undo(self, kept: Kept) -> Answer:
        return Answer(status="refused")

    def _send(self, method: str, path: str, body: object = None, *, signed_in: bool = True) -> httpx.Response | Answer:
        headers = {"Authorization": f"Bearer {self.secret.reveal()}"} if signed_in else {}
        try:
            return self.web.request(method, self.server + path, json=body, headers=headers)
        except httpx.ConnectError as problem:
            return Answer(status="retry", detail=str(problem))
        except httpx.TransportError as problem:
            return Answer(status="unsure", detail=str(problem))

    def _answer(self, answer: httpx.Response) -> Answer:
        code = answer.status_code
        status = {200: "accepted", 401: "signed_out", 404: "gone", 429: "retry"}.get(code, "refused")
        wait = answer.headers.get("Retry-After")
        return Answer(
            status="unsure" if code >= 500 else status,  # type: ignore[arg-type]
            http_status=code,
            not_before=None if wait is None else self.clock.now() + float(wait),
            detail="" if code == 200 else redact(answer.text, [self.secret]),
        )
