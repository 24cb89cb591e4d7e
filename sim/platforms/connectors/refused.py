"""Platforms whose rules forbid it: refused with the reason and the lawful way; tokens that are never sent."""

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass

from sim.core.errors import Mistake
from sim.platforms.connectors.connector import Clock, Connector, Evidence
from sim.platforms.connectors.secret import Secret

_DISCORD = re.compile(r"(?:Bot\s+)?(?:mfa\.[\w-]{60,}|([\w-]{18,30})\.[\w-]{6}\.[\w-]{25,})")


@dataclass(frozen=True)
class Refused:
    """A platform that forbids what a connector would do. reason: the rule, with its source; instead: what is lawful."""

    title: str
    grade: str
    evidence: Evidence
    reason: str
    instead: str
    server: str = ""
    secrets: tuple[str, ...] = ()

    def connect(self, server: str, *, secrets: Mapping[str, Secret], clock: Clock) -> Connector:
        """Always refuses, before anything is sent."""
        refuse_strangers(self.title, secrets)
        raise Mistake(f"{self.title} is not cleaned by programme: {self.reason} Instead: {self.instead}")


def refuse_strangers(title: str, secrets: Mapping[str, Secret]) -> None:
    """Raise Mistake if a secret is a Discord token: it is not for this platform, and a user's may be sent nowhere."""
    for name, secret in secrets.items():
        if looks_like_discord(secret.reveal()):
            raise Mistake(
                f"The secret '{name}' for {title} is a Discord token. It was not sent anywhere, and will not be: "
                "Discord forbids automating a user's account and may end it. Instead: delete by hand, from the data "
                "package's ids, or as an administrator let a bot of your own with Manage Messages do it."
            )


def looks_like_discord(token: str) -> bool:
    """Whether a token has the form of Discord's: a number in base64, a time, a signature; or mfa and 60 characters."""
    found = _DISCORD.fullmatch(token.strip())
    if found is None:
        return False
    if found[1] is None:
        return True
    try:
        number = base64.urlsafe_b64decode(found[1] + "=" * (-len(found[1]) % 4))
    except (binascii.Error, ValueError):
        return False
    return number.isdigit()
