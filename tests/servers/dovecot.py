"""Dovecot, an IMAP server: one user's mailbox with messages of her own and of another in it."""

import imaplib
import os
import re
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from servers.stage import Stage, posted
from servers.start import free_port, listens, need, running

PASSWORD = "only-for-this-test"
TRASH = "Bin"

SETTINGS = """
protocols = imap
listen = 127.0.0.1
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/dovecot.log
ssl = no
disable_plaintext_auth = no
mail_location = maildir:{folder}/mail/%u
first_valid_uid = 0
namespace inbox {{
  inbox = yes
  mailbox Bin {{
    auto = create
    special_use = \\Trash
  }}
}}
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid=nobody gid=nogroup home={folder}/mail/%u
}}
service imap-login {{
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service stats {{
  unix_listener stats-writer {{
    mode = 0666
  }}
}}
"""


@contextmanager
def dovecot(folder: Path, *, posts: int) -> Iterator[Stage]:
    """A server where alice's folder Sent holds `posts` messages of hers, and her inbox three of bob."""
    need("dovecot")
    if os.geteuid() != 0:
        pytest.skip("Dovecot changes users, which needs root")
    version = subprocess.run(["dovecot", "--version"], capture_output=True, text=True, check=True).stdout
    if not version.startswith("2.3."):
        pytest.skip(f"the settings here are Dovecot 2.3's, and this is {version}")
    with tempfile.TemporaryDirectory(prefix="afterpost-dovecot-") as made:  # its mail processes run as nobody
        yield from _serve(Path(made), posts, log=folder / "start.log")


def _serve(folder: Path, posts: int, *, log: Path) -> Iterator[Stage]:
    """The server, with all of its files in `folder`."""
    port, config = free_port(), folder / "dovecot.conf"
    folder.chmod(0o755)
    (folder / "mail").mkdir()
    (folder / "mail").chmod(0o777)
    config.write_text(SETTINGS.format(folder=folder, port=port, password=PASSWORD))
    command = ["dovecot", "-F", "-c", os.fspath(config)]
    with running(command, ready=listens(port), log=log) as process:
        stage = Stage(
            platform="imap",
            server=f"imap://127.0.0.1:{port}",
            secrets={"user": "alice", "password": PASSWORD},
            friend={"user": "bob", "password": PASSWORD},
            living=lambda ids: living(port, ids),
            process=process,
        )
        with open_mailbox(port) as mailbox:
            stage.others = [put(mailbox, "INBOX", f"bob-{number}") for number in range(3)]
        if posts:
            mine = stage.connected()
            stage.own = posted(mine, posts)
            mine._close()
        yield stage


@contextmanager
def open_mailbox(port: int) -> Iterator[imaplib.IMAP4]:
    """A session of alice."""
    with imaplib.IMAP4("127.0.0.1", port, timeout=30) as mailbox:
        mailbox.login("alice", PASSWORD)
        yield mailbox


def put(mailbox: imaplib.IMAP4, box: str, name: str) -> str:
    """Store a message of bob's; its id: the box, the box's validity, and the number in it."""
    text = f"From: bob@example.org\r\nMessage-ID: <{name}@example.org>\r\nSubject: {name}\r\n\r\nfrom bob\r\n"
    status, answer = mailbox.append(box, "", "", text.encode())
    assert status == "OK", answer
    validity, number = re.search(rb"APPENDUID (\d+) (\d+)", answer[0]).groups()  # type: ignore[union-attr]
    return f"{box}/{validity.decode()}/{number.decode()}"


def living(port: int, ids: list[str]) -> set[str]:
    """Which messages are still in their box."""
    found = set()
    with open_mailbox(port) as mailbox:
        for box in ("INBOX", "Sent", TRASH):
            if mailbox.select(box, readonly=True)[0] != "OK":
                continue  # there is no such box yet
            (validity,) = mailbox.response("UIDVALIDITY")[1]
            numbers = mailbox.uid("SEARCH", "ALL")[1][0].split()
            found |= {f"{box}/{validity.decode()}/{number.decode()}" for number in numbers}
    return found & set(ids)


def in_box(port: int, box: str) -> list[bytes]:
    """Every message of a box."""
    with open_mailbox(port) as mailbox:
        mailbox.select(box, readonly=True)
        numbers = mailbox.uid("SEARCH", "ALL")[1][0].split()
        return [mailbox.uid("FETCH", number.decode(), "(BODY.PEEK[])")[1][0][1] for number in numbers]


def empty(port: int, box: str) -> None:
    """Expunge all of a box, as a provider does with the trash."""
    with open_mailbox(port) as mailbox:
        mailbox.select(box)
        mailbox.store("1:*", "+FLAGS", r"(\Deleted)")
        mailbox.expunge()
