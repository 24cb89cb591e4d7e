"""Resolves the server of a stage, and refuses all that is not this machine's own loopback. There is no switch."""

import ipaddress
import socket
from urllib.parse import urlsplit

from sim.core.errors import Mistake, Misuse, require

PORTS = {"http": 80, "https": 443, "ws": 80, "wss": 443, "imap": 143, "imaps": 993}
WAIT_S = 5.0
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def loopback(server: str) -> str:
    """`server` with its name replaced by the loopback address that answers there, so that it is looked up no more.

    Raises Mistake where a name stands for any other address, and where nothing listens.
    """
    try:
        parts = urlsplit(server)
        port = parts.port or PORTS.get(parts.scheme)
    except ValueError:
        parts, port = urlsplit(""), None
    if port is None or not parts.hostname or parts.path.strip("/") or parts.query or parts.fragment or parts.username:
        raise Misuse(f"server='{server}' is no address of a test server; one looks like http://127.0.0.1:3000.")
    try:
        addresses = resolve(parts.hostname, port)
    except OSError as problem:
        raise Mistake(f"The name '{parts.hostname}' cannot be resolved ({problem}), so nothing was staged.") from None
    beyond = [str(address) for address in addresses if not address.is_loopback]
    require(
        not beyond,
        f"'{server}' lies at {', '.join(beyond)}. Synthetic posts are staged on this machine's own loopback and "
        "nowhere else, and no setting changes that: start a test server here, at http://127.0.0.1:PORT.",
    )
    for address in addresses:
        try:
            socket.create_connection((str(address), port), timeout=WAIT_S).close()
        except OSError:
            continue
        host = f"[{address}]" if address.version == 6 else str(address)
        return f"{parts.scheme}://{host}:{port}"
    raise Mistake(f"Nothing listens at '{server}'. Start the test server first.")


def resolve(host: str, port: int) -> list[Address]:
    """Every address that a name stands for; one of its own is looked up nowhere. Raises OSError."""
    try:
        return [ipaddress.ip_address(host)]
    except ValueError:
        found = {each[4][0] for each in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)}
        return sorted((ipaddress.ip_address(str(one)) for one in found), key=lambda one: (one.version, int(one)))
