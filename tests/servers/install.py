"""Install the servers that tests start: python tests/servers/install.py [NAME...]; what is there already is left.

They go to $AFTERPOST_SERVERS, else afterpost/servers in $XDG_CACHE_HOME or ~/.cache, outside the checkout; Debian's
packages (Dovecot, snac2) go to the system and need root. What cannot be installed (no network, no compiler, no root) is
recorded with the reason, and its tests skip and say it; what is installed and does not work fails them.
"""

import fcntl
import os
import shutil
import signal
import subprocess
import sys
import venv
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from zlib import crc32

HOME_CACHE = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")  # noqa: PTH111 - no error without a home
CACHE = Path(os.environ.get("AFTERPOST_SERVERS") or Path(HOME_CACHE, "afterpost", "servers"))
HERE = Path(__file__).parent
NODE, PYTHON = CACHE / "node", CACHE / "python"
NPM = ("npm", "ci", "--no-audit", "--no-fund", "--omit=dev", "--loglevel=error", "--fetch-retries=2")
PIP = ("-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input", "--retries=2", "--timeout=30")
APT = (
    "apt-get", "-qq", "-y", "-o", "Dpkg::Use-Pty=0", "-o", "DPkg::Lock::Timeout=120", "-o", "Acquire::Retries=1",
    "-o", "Acquire::http::Timeout=30", "-o", "Acquire::https::Timeout=30",
)  # fmt: skip
LONGEST_S = 900
"""For one command; the longest, which compiles, took 130 s on two idle cores."""


class NotHere(Exception):
    """A part cannot be installed on this machine; the message says why."""


@dataclass(frozen=True)
class Part:
    """Something to install: whether it is there, and how it is put there (raises NotHere or OSError)."""

    there: Callable[[], bool]
    put: Callable[[], None]


def run(*command: str, folder: Path | None = None, more: Mapping[str, str] | None = None) -> None:
    """Run a command quietly, with all it starts; NotHere with its last lines if it fails or takes too long."""
    if shutil.which(command[0]) is None:
        raise NotHere(f"there is no {command[0]} on this machine")
    with subprocess.Popen(
        command, cwd=folder, env=os.environ | dict(more or {}), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True, errors="replace", start_new_session=True,
    ) as started:  # fmt: skip
        try:
            said, _ = started.communicate(timeout=LONGEST_S)
        except BaseException as problem:
            os.killpg(started.pid, signal.SIGKILL)
            if isinstance(problem, subprocess.TimeoutExpired):
                raise NotHere(f"{' '.join(command[:3])} took over {LONGEST_S} s") from None
            raise
    if started.returncode:
        raise NotHere(f"{' '.join(command[:3])} failed: {' / '.join(said.strip().splitlines()[-5:])}")


def put_node() -> None:
    """Bluesky's PDS and the did:plc directory, as the lock beside this file has them."""
    NODE.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copy(HERE / name, NODE)
    home = Path(shutil.which("node") or "/").resolve().parents[1]
    headers = home / "include/node/node.h"  # what it compiles needs them, and would fetch them where they are not
    run(*NPM, folder=NODE, more={"npm_config_nodedir": os.fspath(home)} if headers.exists() else None)
    node_stamp().touch()


def put_python() -> None:
    """Synapse, mastodon-mock and nostr-relay, as python.lock has them, in an environment of their own."""
    venv.create(PYTHON, with_pip=True, clear=True)
    run(os.fspath(PYTHON / "bin/python"), *PIP, "--require-hashes", "-r", os.fspath(HERE / "python.lock"))
    python_stamp().touch()


def put_dovecot() -> None:
    """Dovecot from Debian."""
    with debian():
        run(*APT, "update")
        run(*APT, "install", "--no-install-recommends", "dovecot-imapd")


def put_snac() -> None:
    """snac2 from Debian's backports, whose line is derived from the machine's own source of the same release."""
    lines = [line.split("=", 1) for line in Path("/etc/os-release").read_text().splitlines() if "=" in line]
    release = {name: value.strip('"') for name, value in lines}
    if release.get("ID") != "debian":
        raise NotHere("snac2 is taken from Debian's backports, and this is not Debian")
    suite = release["VERSION_CODENAME"] + "-backports"
    own = Path("/etc/apt/sources.list.d/afterpost-test-servers.sources")
    with debian():
        own.write_text(backports(suite))
        try:
            run(*APT, "update")
            run(*APT, "install", "--no-install-recommends", "-t", suite, "snac2")
        finally:
            own.unlink()
            run(*APT, "update")


def backports(suite: str) -> str:
    """The machine's own Debian source, with the suite of backports."""
    for path in sorted(Path("/etc/apt/sources.list.d").glob("*.sources")):
        for block in path.read_text().split("\n\n"):
            fields = {
                key: value.strip()
                for key, _, value in (line.partition(":") for line in block.splitlines() if not line.startswith("#"))
            }
            if suite.removesuffix("-backports") in fields.get("Suites", "").split():
                return "\n".join(f"{key}: {suite if key == 'Suites' else value}" for key, value in fields.items())
    raise NotHere("no Debian source in the form .sources was found to derive the backports from")


@contextmanager
def debian() -> Iterator[None]:
    """Debian's packages need root, ask nothing, and must not start their services."""
    if os.geteuid() != 0:
        raise NotHere("installing Debian's packages needs root")
    os.environ["DEBIAN_FRONTEND"] = "noninteractive"
    policy = Path("/usr/sbin/policy-rc.d")
    if policy.exists():
        yield
        return
    policy.write_text("#!/bin/sh\nexit 101\n")
    policy.chmod(0o755)
    try:
        yield
    finally:
        policy.unlink()


@cache
def node_stamp() -> Path:
    """Marks a finished installation of exactly these versions, for this node, in this place."""
    found = shutil.which("node")
    version = subprocess.run([found, "--version"], capture_output=True, check=False).stdout if found else b""
    return NODE / f".done-{crc32((HERE / 'package-lock.json').read_bytes() + version + bytes(NODE)):08x}"


@cache
def python_stamp() -> Path:
    """Marks a finished installation of exactly these versions, for this Python, in this place."""
    return PYTHON / f".done-{crc32((HERE / 'python.lock').read_bytes() + sys.version.encode() + bytes(PYTHON)):08x}"


PARTS = {
    "node": Part(lambda: node_stamp().exists(), put_node),
    "python": Part(lambda: python_stamp().exists(), put_python),
    "dovecot": Part(lambda: shutil.which("dovecot") is not None, put_dovecot),
    "snac": Part(lambda: shutil.which("snac") is not None, put_snac),
}


def why_not(name: str) -> str | None:
    """None if a part is there, else why it is not."""
    if PARTS[name].there():
        return None
    record = CACHE / f"{name}.why"
    return record.read_text() if record.exists() else f"it is not in {CACHE}; `make servers` installs it"


def install(name: str) -> str:
    """Put one part there; returns a line that says what came of it, and records why it could not be done."""
    part, record = PARTS[name], CACHE / f"{name}.why"
    if part.there():
        record.unlink(missing_ok=True)
        return "there"
    try:
        part.put()
    except (NotHere, OSError, subprocess.SubprocessError) as problem:  # the last: no pip for a new environment
        record.write_text(f"it could not be installed: {problem}")
        return record.read_text()
    record.unlink(missing_ok=True)
    return "installed"


def main(names: list[str]) -> None:
    """Install parts, one process at a time."""
    try:
        CACHE.mkdir(parents=True, exist_ok=True)
        with (CACHE / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            for name in names:
                sys.stdout.write(f"{name}: {install(name)}\n")
                sys.stdout.flush()
    except OSError as problem:
        why = f"{problem.strerror}. Name another folder: AFTERPOST_SERVERS=..."
        sys.stdout.write(f"Nothing can be installed in {CACHE}: {why}\n")


if __name__ == "__main__":
    main(sys.argv[1:] or list(PARTS))
