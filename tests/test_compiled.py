"""Compiled code uses the whole of this processor's registers."""

import numba
import numpy as np
import pytest
from llvmlite.binding import get_host_cpu_features

from sim.core.compiled import HALVES, Array
from sim.core.keyed import toss


def some(key: np.uint64, who: Array, coin: Array) -> None:
    for i in range(len(who)):
        coin[i] = toss(key, who[i], 0)[0]


@pytest.mark.skipif(not get_host_cpu_features().get("avx512f"), reason="this processor has narrower registers")
def test_tosses_are_made_in_registers_of_512_bits() -> None:
    made = numba.njit(some)
    made(np.uint64(1), np.zeros(HALVES, dtype=np.int32), np.zeros(HALVES, dtype=np.uint32))
    (code,) = made.inspect_asm().values()
    assert HALVES == 16
    assert code.count("%zmm") > 60, "LLVM keeps to half of them on Intel's processors, unless told otherwise"
