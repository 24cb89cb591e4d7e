"""The same task beside each peer in one run: how many times faster we are (make bench-peers).

Each task is done by the product's own channels (processes.py) and by the peer as its documentation does it, on the
same graph from the same seeds, loading and compilation apart. The least processor time of some repeats, so that what
else the machine does cancels; two cores by the clock. Ours write times and a log, the peers what they write.

`--write` keeps the rows in ratios.json, in place of what this kind of processor measured before, and in the README's
table, which says the same (tests/test_ratios.py).
"""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import numpy as np
from llvmlite.binding import get_host_cpu_name
from numpy.typing import NDArray
from peers import cynetdiff, fast_sir, ndlib
from processes import RESHARE, Graph, attached, cascades, epidemics, reached, scene

from sim.core.log import Log
from sim.core.noise import Noise
from sim.core.pages import keep_pages
from sim.exposure.channels.feed import Feed
from sim.exposure.propagate import propagate

REPEATS = 9
HERE = Path(__file__).parent
PROCESSOR = get_host_cpu_name()
"""As compilers call it: processors differ in how many tosses they make at once."""
KEPT, README = HERE / "ratios.json", HERE.parent / "README.md"
BEGIN, END = "<!-- make bench-peers -->\n", "<!-- end -->\n"

Row = dict[str, Any]
Clock = Callable[[], float]


def least(work: Callable[[], object], clock: Clock = process_time, repeats: int = REPEATS) -> float:
    """The least time of some repeats, s."""
    spent = []
    for _ in range(repeats):
        began = clock()
        work()
        spent.append(clock() - began)
    return min(spent)


def row(task: str, unit: str, peer: str, ours: float, theirs: float | None, processor: str = PROCESSOR) -> Row:
    """One comparison; of a unit that counts time less is faster."""
    faster = None if theirs is None else (theirs / ours if unit.startswith("ns") else ours / theirs)
    return {
        "processor": processor, "task": task, "unit": unit, "peer": peer, "ours": ours, "theirs": theirs,
        "times_faster": faster,
    }  # fmt: skip


def renewed(kept: list[Row], rows: list[Row]) -> list[Row]:
    """New rows, and those kept that other kinds of processors measured."""
    measured = {each["processor"] for each in rows}
    return rows + [each for each in kept if each["processor"] not in measured]


def tried(graph: Graph, log: Log, seeds: NDArray[np.int64]) -> int:
    """Edges tried: ties of all who pass on, seeds included."""
    degree = np.diff(graph.start)
    passed = [block.events.actor[block.events.channel == RESHARE] for block in log.blocks]
    return int(degree[np.concatenate(passed)].sum() + degree[seeds].sum())


def cascade_rows(people: int = 100_000, chance: float = 0.025) -> list[Row]:
    """Independent cascades, all ties of one chance, and each tie of its own from 0 to twice as much. A peer says whom
    it reached, not which edges it tried: as many a person as ours."""
    graph = attached(people, 10, np.random.default_rng(1))
    seeds = np.random.default_rng(2).integers(0, people, 2000)
    each = np.random.default_rng(12).uniform(0, 2 * chance, len(graph.viewer))
    rows = []
    for chances, task in ((chance, "cascades, one chance for all ties"), (each, "cascades, a chance for each tie")):
        ours = cascades(graph, seeds, chance=chances)
        log = ours.run(3)
        edges = tried(graph, log, seeds)
        edges_a_person = edges / reached(log).sum()
        spent = least(lambda ours=ours: ours.run(3)) / edges * 1e9
        fast = cynetdiff(graph, chances, 4)
        people_reached = fast(seeds).sum()
        theirs = least(lambda fast=fast: fast(seeds)) / (people_reached * edges_a_person) * 1e9
        rows.append(row(f"{task}, 100,000 people, one core", "ns an edge", "CyNetDiff", spent, theirs))
        if chances is chance:
            slow = ndlib(graph, chance, 5)
            people_reached = slow(seeds[:100]).sum()
            slowest = slow.spent_s / (people_reached * edges_a_person) * 1e9
            rows.append(row(f"{task}, 100,000 people, one core", "ns an edge", "NDlib", spent, slowest))
    return rows


def sir_rows(people: int = 100_000, ratio: float = 0.2) -> list[Row]:
    """Event-driven SIR: people who catch it, a second."""
    graph = attached(people, 10, np.random.default_rng(6))
    seeds = np.random.default_rng(7).integers(0, people, 16)
    ours = epidemics(graph, seeds, ratio=ratio)

    def caught(threads: int, clock: Clock) -> float:
        log = ours.run(8, threads=threads, posts_a_block=2)
        count = sum(int((block.events.channel == RESHARE).sum()) for block in log.blocks)
        return count / least(lambda: ours.run(8, threads=threads, posts_a_block=2), clock)

    run, rates = fast_sir(graph, ratio, 9), []
    for _ in range(3):  # each draws outbreaks of its own
        began = process_time()
        rates.append(float(run(seeds[:4])[0].sum()) / (process_time() - began))
    theirs = max(rates)
    return [
        row(f"SIR, 100,000 people, {cores}", "people a second", "EoN.fast_SIR", caught(threads, clock), theirs)
        for cores, threads, clock in (("one core", 1, process_time), ("two cores", 2, perf_counter))
    ]


def feed_row(people: int = 4000) -> Row:
    """Feed deliveries alone. SimSoM is in no package index, so it has no figure of this run."""
    graph = attached(people, 25, np.random.default_rng(10))
    stage = scene(graph, np.arange(people).repeat(20), 0.35)
    feed = Feed(delay_median_s=4800, delay_sigma=1.757, quality_share=0.0)
    events = propagate(stage, [feed], Noise(11), threads=1).events
    ours = events / least(lambda: propagate(stage, [feed], Noise(11), threads=1))
    return row("feed deliveries, 4,000 people, one core", "events a second", "SimSoM: cannot be installed", ours, None)


def table(rows: list[Row]) -> str:
    """The rows as a table in Markdown."""
    lines = ["| processor | task | unit | peer | peer's | ours | times faster |", "|---|---|---|---|---:|---:|---:|"]
    for each in rows:
        ours, theirs, faster = (written(each[name]) for name in ("ours", "theirs", "times_faster"))
        what = " | ".join(each[name] for name in ("processor", "task", "unit", "peer"))
        lines.append(f"| {what} | {theirs} | {ours} | {faster} |")
    return "\n".join(lines) + "\n"


def written(number: float | None) -> str:
    """Three figures; a dash where there is nothing to say."""
    if number is None:
        return "–"
    return f"{float(f'{number:.3g}'):,.10g}"


def parted(text: str) -> tuple[str, str, str]:
    """The README before its table, the table, and the rest."""
    before, rest = text.split(BEGIN)
    made, after = rest.split(END)
    return before + BEGIN, made, END + after


if __name__ == "__main__":
    keep_pages()  # as each command does
    rows = [*cascade_rows(), *sir_rows(), feed_row()]
    print(table(rows))
    print(json.dumps(rows))
    if "--write" in sys.argv[1:]:
        rows = renewed(json.loads(KEPT.read_text(encoding="utf-8")), rows)
        KEPT.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")
        before, _, after = parted(README.read_text(encoding="utf-8"))
        README.write_text(before + table(rows) + after, encoding="utf-8")
