"""Memory that was let go is taken again without the system handing out a page.

Arrays are larger than what glibc may come to keep of itself (32 MB), and their pages small.
"""

import ctypes
import os
import subprocess
import sys

import pytest

CODE = """
import resource, threading
import numpy as np
from sim.core.pages import keep_pages

if {keeps}:
    keep_pages()
faults = []

def fill():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for part in range(2):
        held.append(np.ones(40_000_000, np.int8))
    faults.append(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
    held.clear()

held = []
for turn in range(3):
    thread = threading.Thread(target=fill)
    thread.start()
    thread.join()
print(faults[-1])
"""


@pytest.mark.skipif(
    sys.platform != "linux" or not hasattr(ctypes.CDLL(None), "mallopt"), reason="the allocator is not glibc's"
)
def test_what_threads_let_go_is_taken_again() -> None:
    def faults(keeps: bool) -> int:
        code, small = CODE.format(keeps=keeps), os.environ | {"NUMPY_MADVISE_HUGEPAGE": "0"}
        told = subprocess.run([sys.executable, "-c", code], env=small, capture_output=True, text=True, check=True)
        return int(told.stdout)

    assert faults(keeps=True) < 1_000 < 5_000 < faults(keeps=False)
