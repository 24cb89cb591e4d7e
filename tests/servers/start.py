"""Start a server as a process of its own on loopback, wait until it answers, and end it with all its children."""

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from servers import install

LOOPBACK = "127.0.0.1"


@dataclass
class Process:
    """A running server: its process leads a group of its own."""

    process: subprocess.Popen[bytes]

    def kill(self) -> None:
        """kill -9 for it and its children."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(timeout=20)


def need(*parts: str) -> None:
    """Skip the test where a part could not be installed, saying why."""
    for part in parts:
        if reason := install.why_not(part):
            pytest.skip(f"no test server '{part}': {reason}")


def free_port() -> int:
    """A port of loopback that nobody listens on now."""
    with socket.socket() as taken:
        taken.bind((LOOPBACK, 0))
        return int(taken.getsockname()[1])


def answers(url: str) -> Callable[[], bool]:
    """Whether a GET of `url` is answered with 200."""

    def ready() -> bool:
        try:
            return httpx.get(url, timeout=2).status_code == 200
        except httpx.HTTPError:
            return False

    return ready


def listens(port: int) -> Callable[[], bool]:
    """Whether something accepts connections on a port of loopback."""

    def ready() -> bool:
        with socket.socket() as probe:
            probe.settimeout(1)
            return probe.connect_ex((LOOPBACK, port)) == 0

    return ready


def _die_with_us() -> None:
    """Even if these tests are killed, no server of theirs stays (Linux: PR_SET_PDEATHSIG)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)


@contextmanager
def running(
    command: Sequence[str], *, ready: Callable[[], bool], log: Path, more: Mapping[str, str] | None = None,
    longest_s: float = 180,
) -> Iterator[Process]:  # fmt: skip
    """The server of `command`, once it is ready; killed at the end. A start that fails shows the end of its log."""
    with log.open("ab") as out:
        started = subprocess.Popen(
            command,
            cwd=log.parent,
            env=os.environ | dict(more or {}),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=_die_with_us,
        )
    process = Process(started)
    try:
        until = time.monotonic() + longest_s
        while not ready():
            if process.process.poll() is not None or time.monotonic() > until:
                pytest.fail(f"{Path(command[0]).name} did not start:\n{log.read_text(errors='replace')[-3000:]}")
            time.sleep(0.1)
        yield process
    finally:
        process.kill()
