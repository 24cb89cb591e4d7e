"""Damaged archives by number: `python -m tests.fuzz 1000000 [FIRST]` reads that many, up to the first that crashes.

Input n depends on n alone. It is one platform's archive in which something was changed: a value of a document, a few
bytes of a file, a record of a repository (with all ids made anew), or a few bytes of the container that holds it. What
must come out is an Archive that becomes a table, or a Mistake; within CPU_S, and without more than MEMORY_BYTES.
"""

import gzip
import io
import json
import random
import resource
import signal
import sys
import tarfile
import tempfile
import zipfile
from collections import Counter
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from sim.core.errors import Mistake
from sim.platforms.exports.container import View
from sim.platforms.exports.item import Archive, to_posts
from sim.platforms.exports.read import read_archive
from sim.platforms.exports.recognise import places, platforms
from sim.verbs.command import peak_mb
from tests.archives import (
    bluesky_car,
    bluesky_records,
    discord_files,
    facebook_files,
    instagram_files,
    mastodon_files,
    reddit_files,
    telegram_files,
    tweet,
    x_files,
)

CPU_S, WALL_S = 20, 600
"""For one input: of the processor's time, which a busy machine does not take, and of the clock's."""
MEMORY_BYTES = 3 << 30
"""Of address space, which compiled libraries take generously; an archive of these sizes needs a hundredth of it."""

JUNK: tuple[Any, ...] = (
    None, True, False, 0, -1, 2**31, 2**63, 10**30, 1.5, 1e308, "", " ", "0", "x" * 3000, "\ud800", "\0", "é" * 40,
    "2020-01-02T03:04:05Z", "1999-01-01", "9" * 400, "../..", "https://[", "@", [], [[]], {}, {"a": 1}, [None],
    {"orderedItems": []}, {"value": 3}, [{}], "as:Public", ["as:Public", 3], "<p>&#x110000;</p>", "&#" + "9" * 30 + ";",
)  # fmt: skip

Files = dict[str, bytes]


@cache
def sound() -> dict[str, Files]:
    """A sound archive of every platform, as its files."""
    made: dict[str, dict[str, Any]] = {
        "bluesky": {"repo.car": bluesky_car()},
        "discord": discord_files(),
        "facebook": facebook_files(),
        "instagram": instagram_files(),
        "mastodon": mastodon_files(),
        "reddit": reddit_files(),
        "telegram": telegram_files(),
        "x": x_files(tweet(1), tweet(2, extended_entities={"media": [{"type": "photo"}]}), tweet(3, geo={})),
    }
    return {
        platform: {name: content if isinstance(content, bytes) else content.encode() for name, content in files.items()}
        for platform, files in made.items()
    }


def damaged_value(chance: random.Random, value: Any) -> Any:
    """`value` with one node of it replaced, dropped, repeated or wrapped."""
    if isinstance(value, dict | list) and value and chance.random() < 0.85:
        keys = list(value) if isinstance(value, dict) else list(range(len(value)))
        key = chance.choice(keys)
        copy: Any = dict(value) if isinstance(value, dict) else list(value)
        how = chance.random()
        if how < 0.08:
            del copy[key]
        elif how < 0.12 and isinstance(copy, list):
            copy += [copy[key]] * chance.randrange(1, 30)
        else:
            copy[key] = damaged_value(chance, value[key])
        return copy
    how = chance.random()
    if how < 0.1:
        return [value]
    if how < 0.2:
        return {"value": value}
    if how < 0.3:
        deep: Any = value
        for _ in range(chance.choice((3, 60, 600))):
            deep = [deep]
        return deep
    return chance.choice(JUNK)


def damaged_bytes(chance: random.Random, data: bytes) -> bytes:
    """`data` with a few bytes changed, cut out, doubled, put in, or cut off."""
    made = bytearray(data)
    for _ in range(chance.choice((1, 1, 2, 5))):
        at = chance.randrange(len(made) + 1)
        how = chance.randrange(6)
        if how == 0:
            del made[at : at + chance.choice((1, 4, 64))]
        elif how == 1:
            made[at:at] = made[at : at + chance.choice((1, 16, 256))]
        elif how == 2:
            made[at:at] = chance.randbytes(chance.choice((1, 4, 40)))
        elif how == 3 and chance.random() < 0.3:
            del made[at:]
        elif at < len(made):
            made[at] = chance.choice((0, 255, 34, 44, 91, 123, 10, chance.randrange(256)))
    return bytes(made)


def by_value(chance: random.Random, platform: str) -> Files:
    """One document, or record, with a node changed; what is no document has bytes changed."""
    files = dict(sound()[platform])
    name = chance.choice(sorted(files))
    if platform == "bluesky":
        records = bluesky_records()
        for _ in range(chance.choice((1, 2))):
            records = damaged_value(chance, records)
            records = records if isinstance(records, dict) else bluesky_records()
        try:
            return {name: bluesky_car(records)}
        except (ValueError, TypeError, OverflowError, RecursionError, AttributeError, UnicodeError):
            return by_bytes(chance, platform)  # what DAG-CBOR cannot say
    head, _, body = files[name].partition(b"= ") if files[name].startswith(b"window.") else (b"", b"", files[name])
    try:
        document = json.loads(body)
    except ValueError:
        return by_bytes(chance, platform)
    for _ in range(chance.choice((1, 1, 3))):
        document = damaged_value(chance, document)
    try:
        files[name] = (head + b"= " if head else b"") + json.dumps(document).encode()
    except RecursionError:  # nested deeper than Python itself can write
        return by_bytes(chance, platform)
    return files


def by_bytes(chance: random.Random, platform: str) -> Files:
    """One file with bytes changed, or one missing or under another's name."""
    files = dict(sound()[platform])
    name = chance.choice(sorted(files))
    how = chance.random()
    if how < 0.9:
        files[name] = damaged_bytes(chance, files[name])
    elif how < 0.95:
        del files[name]
    else:
        files[chance.choice(sorted(files))] = files[name]
    return files


def in_memory(chance: random.Random, platform: str) -> Archive:
    """The changed files, straight to the reader that recognises them."""
    files = (by_value if chance.random() < 0.75 else by_bytes)(chance, platform)
    view = View("fuzz", {name: (lambda content=content: content) for name, content in files.items()})
    place = places(view)[0]
    return platforms()[place.platform].read(place.view)


def on_disk(chance: random.Random, platform: str) -> Archive:
    """The container with bytes changed, through the front door."""
    files = sound()[platform]
    packed = io.BytesIO()
    kind = chance.choice(("zip", "tar", "tar.gz", "one"))
    if kind == "one":
        packed.write(files[chance.choice(sorted(files))])
    elif kind == "zip":
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as made:
            for name, content in files.items():
                made.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    else:
        with tarfile.open(fileobj=packed, mode="w") as tar:
            for name, content in files.items():
                info = tarfile.TarInfo(name)
                info.size = len(content)
                tar.addfile(info, io.BytesIO(content))
    data = damaged_bytes(chance, packed.getvalue())
    data = gzip.compress(data, 1) if kind == "tar.gz" else data
    data = damaged_bytes(chance, data) if chance.random() < 0.2 else data
    with tempfile.NamedTemporaryFile(prefix="fuzz-") as file:
        Path(file.name).write_bytes(data)
        return read_archive(Path(file.name))


def outcome(number: int) -> str:
    """What came of input `number`: read, read with rows lost, or refused. Anything else is an exception."""
    chance = random.Random(number)
    platform = chance.choice(sorted(sound()))
    way: Callable[[random.Random, str], Archive] = on_disk if chance.random() < 0.05 else in_memory
    try:
        archive = way(chance, platform)
    except Mistake as mistake:
        text = str(mistake)
        if "\n" in text or not text.isprintable() or len(text) > 3000:
            raise AssertionError(f"a message that no terminal should be given: {text[:200]!r}") from None
        return "refused"
    rows = to_posts(archive, owner=1)
    if rows.num_rows != len(archive.items):
        raise AssertionError("items are missing from the table")
    return "rows lost" if archive.errors else "read"


def hangs(*_: object) -> None:
    """An input that takes so long is a failure like a crash."""
    raise AssertionError(f"not done after {CPU_S} s of the processor's time")


def main(count: int, first: int) -> None:
    """Read inputs `first` to `first + count - 1`; one line of figures on success."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    found: Counter[str] = Counter()
    signal.signal(signal.SIGPROF, hangs)
    for number in range(first, first + count):
        signal.setitimer(signal.ITIMER_PROF, CPU_S)
        signal.alarm(WALL_S)  # its default ends the process, where no Python code is left to be interrupted
        try:
            found[outcome(number)] += 1
        except BaseException:
            sys.stderr.write(f"input {number} crashed; again: python -m tests.fuzz 1 {number}\n")
            raise
        if sys.stderr.isatty() and number % 10_000 == 0:
            sys.stderr.write(f"{number}\r")
    signal.setitimer(signal.ITIMER_PROF, 0)
    signal.alarm(0)
    sys.stdout.write(json.dumps({"inputs": count, **dict(sorted(found.items())), "peak_mb": peak_mb()}) + "\n")


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 0)
