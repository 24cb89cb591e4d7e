"""Credentials from the environment or the system's keyring; never a password, never in a file, log or message."""

import os
import re
from collections.abc import Iterable, Mapping

from sim.core.errors import Mistake
from sim.platforms.connectors.secret import Secret

SERVICE = "afterpost"
_COOKIE = re.compile(r"^\s*cookie:|(^|;\s*)(auth_token|ct0|sessionid|c_user|xs|li_at|reddit_session|token_v2)=", re.I)


def credentials(names: Iterable[str], *, platform: str, server: str) -> dict[str, Secret]:
    """The secrets of an account: each from AFTERPOST_PLATFORM_NAME, else from the keyring.

    Raises Mistake, naming what is missing and how to give it, never what was found.
    """
    found = {name: _find(name, platform, server) for name in names}
    missing = [name for name, secret in found.items() if secret is None]
    if missing:
        variables = " and ".join(variable(platform, name) for name in missing)
        raise Mistake(
            f"There are no credentials for {platform} at {server or 'its own server'}. Set {variables} in the "
            "environment, or sign in once with login=true, which keeps the token in the system's keyring. A password "
            "is never asked for."
        )
    known = {name: secret for name, secret in found.items() if secret is not None}
    for name, secret in known.items():
        if _COOKIE.search(secret.reveal()):
            raise Mistake(
                f"The secret '{name}' for {platform} is a browser's cookie. It was not sent anywhere: a session is no "
                "permission for a program, and using one can end the account. Use the official API's own token, or "
                "go by hand from the checklist that a rehearsal writes."
            )
    return known


def remember(secrets: Mapping[str, Secret], *, platform: str, server: str) -> None:
    """Keep secrets in the system's keyring. Raises Mistake where there is none."""
    import keyring
    from keyring.errors import KeyringError

    try:
        for name, secret in secrets.items():
            keyring.set_password(SERVICE, _place(platform, server, name), secret.reveal())
    except KeyringError:
        variables = " and ".join(variable(platform, name) for name in secrets)
        raise Mistake(
            "This machine has no keyring to keep the token in, and it is written to no file. Make a token on the "
            f"platform's own pages and set {variables} in the environment instead."
        ) from None


def variable(platform: str, name: str) -> str:
    """The environment variable of a secret."""
    return f"{SERVICE}_{platform}_{name}".upper().replace("-", "_")


def _find(name: str, platform: str, server: str) -> Secret | None:
    given = os.environ.get(variable(platform, name))
    if given:
        return Secret(given)
    try:
        import keyring
        from keyring.errors import KeyringError
    except ImportError:
        return None
    try:
        kept = keyring.get_password(SERVICE, _place(platform, server, name))
    except KeyringError:
        return None
    return Secret(kept) if kept else None


def _place(platform: str, server: str, name: str) -> str:
    return f"{platform} {server} {name}"
