"""replay login=true: sign in once in the browser; the token goes to the system's keyring and nowhere else."""

import sys
import webbrowser
from typing import Any

from sim.core.errors import Mistake, Misuse, unknown
from sim.platforms.replay.credentials import remember
from sim.platforms.replay.sign_in import OFFERED, sign_in


def sign_in_once(config: dict[str, Any]) -> dict[str, Any]:
    """Sign in to `platform=` at `server=`; returns the document."""
    if "platform" not in config or not config["server"]:
        raise Misuse("Where? afterpost replay login=true platform=mastodon server=https://your.server")
    name = config["platform"]["name"]
    if name not in OFFERED:
        raise unknown("platform that is signed in to in the browser", name, OFFERED)
    token = sign_in(OFFERED[name], config["server"], show=_open)
    try:
        remember({"token": token}, platform=name, server=config["server"].rstrip("/"))
    except ImportError:
        raise Mistake("Keeping a token needs the library keyring: pip install 'afterpost[replay]'.") from None
    return {"run": None, "mode": "login", "platform": name}


def _open(address: str) -> None:
    print(f"Open this page, sign in there, and come back:\n{address}", file=sys.stderr)
    webbrowser.open(address)
