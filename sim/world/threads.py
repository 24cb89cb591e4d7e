"""Spread compiled work over threads; tasks touch different rows, so their number and order change no result."""

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import pairwise
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Task = TypeVar("Task")
Made = TypeVar("Made")


def threads() -> int:
    """Threads to use: NUMBA_NUM_THREADS if set, else the processors this process may run on."""
    return int(os.environ.get("NUMBA_NUM_THREADS") or len(os.sched_getaffinity(0)))


def each(work: Callable[[Task], object], tasks: Iterable[Task]) -> None:
    """Do `work` for every task, on all threads; the first error is raised."""
    tasks = list(tasks)
    count = min(threads(), len(tasks))
    if count <= 1:
        for task in tasks:
            work(task)
        return
    with ThreadPoolExecutor(count) as pool:
        for _ in pool.map(work, tasks):
            pass


def ahead(work: Callable[[Task], Made], tasks: Iterable[Task], count: int) -> Iterator[Made]:
    """What `work` makes of each task, in order, on `count` threads, never more than `count` + 1 tasks ahead."""
    with ThreadPoolExecutor(count) as pool:
        begun: deque[Future[Made]] = deque()
        for task in tasks:
            begun.append(pool.submit(work, task))
            if len(begun) > count:
                yield begun.popleft().result()
        while begun:
            yield begun.popleft().result()


def shares(begin: NDArray[np.int64], parts: int = 32) -> list[tuple[int, int]]:
    """Ranges of rows [first, last) of about equal weight, row i weighing begin[i+1] - begin[i] + 1."""
    rows = len(begin) - 1
    weight = begin + np.arange(rows + 1)
    cuts = np.searchsorted(weight, weight[-1] * np.arange(1, parts) // parts)
    ends = np.unique(np.concatenate([[0], cuts, [rows]])).tolist()
    return list(pairwise(ends))
