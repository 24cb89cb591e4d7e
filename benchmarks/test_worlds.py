"""Whole worlds written to disk: seconds, megabytes, and how both grow with the number of people.

    pytest benchmarks/test_worlds.py -s
    AFTERPOST_NATION=1 pytest benchmarks/test_worlds.py -s      with ten million people: minutes, 3 GB of disk

Each world is made by the command in a process of its own, so that its peak of memory is its own.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

WORLDS = {"town": 10**4, "city": 10**5, "metropolis": 10**6}
if os.environ.get("AFTERPOST_NATION"):
    WORLDS["nation"] = 10**7
MEAN_FRIENDS = 62
"""Of every world here, so that time against people is not time against friends."""


def generate(out: Path, *words: str) -> dict:
    command = [sys.executable, "-m", "sim", "generate", "content=none", "output=json", f"out={out}", *words]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def test_time_and_memory_against_people(benchmark, tmp_path):  # type: ignore[no-untyped-def]
    same = ("world.owners=0", f"world.mean_friends={MEAN_FRIENDS}")
    generate(tmp_path, "world=village", *same)  # compiled from here on
    made = {people: generate(tmp_path, f"world={name}", *same) for name, people in WORLDS.items()}
    seconds = [document["seconds"] for document in made.values()]
    exponent = float(np.polyfit(np.log(list(made)), np.log(seconds), 1)[0])
    benchmark.extra_info["exponent"] = round(exponent, 2)
    for people, document in made.items():
        benchmark.extra_info[f"{people} people"] = {name: document[name] for name in ("ties", "seconds", "peak_mb")}
        spent = f"{document['seconds']:7.1f} s {document['peak_mb']:7,.0f} MB"
        print(f"\n{people:>10,} people {document['ties']:>12,} ties {spent}")
    print(f"time grows as people to the power {exponent:.2f}")
    benchmark.pedantic(lambda: None, rounds=1)


@pytest.mark.parametrize("owners", [0, 200, 2000])
def test_a_metropolis_and_its_owners_posts(benchmark, tmp_path, owners):  # type: ignore[no-untyped-def]
    document = generate(tmp_path, "world=metropolis", f"world.owners={owners}")
    benchmark.extra_info |= {name: document[name] for name in ("ties", "posts", "seconds", "peak_mb")}
    print(
        f"\n{owners:,} owners: {document['posts']:,} posts, {document['seconds']:.1f} s, {document['peak_mb']:,.0f} MB"
    )
    benchmark.pedantic(lambda: None, rounds=1)
