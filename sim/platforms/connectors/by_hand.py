"""Platforms that only a person can clean: the connector says so, and replay makes a checklist of the plan."""

from collections.abc import Mapping
from dataclasses import dataclass

from sim.core.errors import Mistake
from sim.platforms.connectors.connector import Clock, Connector, Evidence
from sim.platforms.connectors.refused import refuse_strangers
from sim.platforms.connectors.secret import Secret


@dataclass(frozen=True)
class ByHand:
    """A platform without a connector. grade: C where its rules or its lack of an API leave no other way."""

    title: str
    grade: str
    evidence: Evidence
    server: str = ""
    secrets: tuple[str, ...] = ()

    def connect(self, server: str, *, secrets: Mapping[str, Secret], clock: Clock) -> Connector:
        """There is nothing to connect to: raises Mistake."""
        refuse_strangers(self.title, secrets)
        raise Mistake(f"{self.title} is cleaned by hand: without live=true, replay writes the checklist of the plan.")
