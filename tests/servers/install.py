"""Install the servers that tests start: python tests/servers/install.py [NAME...]; what is there already is left.

They go to $AFTERPOST_SERVERS, else ~/.cache/afterpost-servers, outside the checkout; Debian's packages (Dovecot,
snac2) go to the system and need root. A server that cannot be installed is recorded with the reason: its tests then
skip and say so. In continuous integration (CI set) they fail instead, unless the registry itself was out of reach.
"""

import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from zlib import crc32

CACHE = Path(os.environ.get("AFTERPOST_SERVERS") or Path.home() / ".cache/afterpost-servers")
HERE = Path(__file__).parent
NODE, PYTHON = CACHE / "node", CACHE / "python"
PINS = ("mastodon-mock==0.6.1", "matrix-synapse==1.163.2", "nostr-relay==1.14")
APT = ("apt-get", "-qq", "-y", "-o", "Dpkg::Use-Pty=0")
LONGEST_S = 1500


class OutOfReach(Exception):
    """The registry, or a tool to ask it with, is not there: nothing is wrong with the project."""


@dataclass(frozen=True)
class Part:
    """Something to install: is it there, how it is put there, and a command that works if its registry is reached."""

    there: Callable[[], bool]
    put: Callable[[], None]
    reach: tuple[str, ...]


def run(*command: str, folder: Path | None = None) -> None:
    """Run a command quietly; RuntimeError with its last lines if it fails, OutOfReach if there is no such program."""
    if shutil.which(command[0]) is None:
        raise OutOfReach(f"there is no {command[0]} on this machine")
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    try:
        done = subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True, timeout=LONGEST_S,
            stdin=subprocess.DEVNULL,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise RuntimeError(f"{' '.join(command[:3])} took over {LONGEST_S} s") from None
    if done.returncode:
        last = (done.stdout + done.stderr).strip().splitlines()[-5:]
        raise RuntimeError(f"{' '.join(command[:3])} failed: {' / '.join(last)}")


def put_node() -> None:
    """Bluesky's PDS and the did:plc directory, as the lock beside this file has them."""
    NODE.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copy(HERE / name, NODE)
    run("npm", "ci", "--no-audit", "--no-fund", "--omit=dev", "--loglevel=error", folder=NODE)
    stamp(NODE).touch()


def put_python() -> None:
    """Synapse, mastodon-mock and nostr-relay, in an environment of their own."""
    venv.create(PYTHON, with_pip=True, clear=True)
    run(str(PYTHON / "bin/python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *PINS)
    stamp(PYTHON).touch()


def put_dovecot() -> None:
    """Dovecot from Debian; installing must not start it."""
    as_root()
    run(*APT, "update")
    run(*APT, "install", "--no-install-recommends", "dovecot-imapd")


def put_snac() -> None:
    """snac2 from Debian's backports, whose line is derived from the machine's own source of the same release."""
    as_root()
    release = dict(
        line.split("=", 1) for line in Path("/etc/os-release").read_text().replace('"', "").splitlines() if "=" in line
    )
    if release.get("ID") != "debian":
        raise OutOfReach("snac2 is taken from Debian's backports, and this is not Debian")
    suite = release["VERSION_CODENAME"] + "-backports"
    own = Path("/etc/apt/sources.list.d/afterpost-test-servers.sources")
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
    raise OutOfReach("no Debian source in the form .sources was found to derive the backports from")


def as_root() -> None:
    """Debian's packages need root."""
    if os.name != "posix" or os.geteuid() != 0:
        raise OutOfReach("installing Debian's packages needs root")


def stamp(folder: Path) -> Path:
    """The file that marks a finished installation of exactly these versions."""
    content = (HERE / "package-lock.json").read_bytes() if folder == NODE else " ".join(PINS).encode()
    return folder / f".done-{crc32(content):08x}"


PARTS = {
    "node": Part(lambda: stamp(NODE).exists(), put_node, ("npm", "view", "@atproto/pds", "version")),
    "python": Part(
        lambda: stamp(PYTHON).exists(), put_python, (sys.executable, "-m", "pip", "index", "versions", "nostr-relay")
    ),
    "dovecot": Part(lambda: shutil.which("dovecot") is not None, put_dovecot, (*APT, "update")),
    "snac": Part(lambda: shutil.which("snac") is not None, put_snac, (*APT, "update")),
}


def why_not(name: str) -> str | None:
    """None if a part is there, else why it is not."""
    if PARTS[name].there():
        return None
    record = CACHE / f"{name}.why"
    return record.read_text() if record.exists() else "it was never installed: python tests/servers/install.py does it"


def install(name: str) -> str:
    """Put one part there; returns a line that says what came of it, and records a failure's reason."""
    part, record = PARTS[name], CACHE / f"{name}.why"
    if part.there():
        record.unlink(missing_ok=True)
        return "there"
    try:
        part.put()
    except OutOfReach as problem:
        record.write_text(f"out of reach: {problem}")
    except (RuntimeError, OSError, KeyError) as problem:
        record.write_text(f"{'failed' if reached(part) else 'out of reach'}: {problem}")
    else:
        record.unlink(missing_ok=True)
        return "installed"
    return record.read_text()


def reached(part: Part) -> bool:
    """Whether the part's registry answers."""
    try:
        run(*part.reach)
    except (RuntimeError, OSError, OutOfReach):
        return False
    return True


if __name__ == "__main__":
    CACHE.mkdir(parents=True, exist_ok=True)
    for each in sys.argv[1:] or PARTS:
        sys.stdout.write(f"{each}: {install(each)}\n")
        sys.stdout.flush()
