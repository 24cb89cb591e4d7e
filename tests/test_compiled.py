"""Compiled code uses the whole of this processor's registers."""

import os

import numba
import numpy as np
import pytest

from sim.core.compiled import AVX_512, HALVES, Array
from sim.core.keyed import toss


def some(key: np.uint64, who: Array, coin: Array) -> None:
    for i in range(len(who)):
        coin[i] = toss(key, who[i], 0)[0]


@pytest.mark.skipif(
    not AVX_512 or bool({"NUMBA_CPU_NAME", "NUMBA_CPU_FEATURES"} & os.environ.keys()),
    reason="registers of 512 bits are not here, or numba was told what to use",
)
def test_tosses_are_made_in_registers_of_512_bits() -> None:
    made = numba.njit(some)
    made(np.uint64(1), np.zeros(HALVES, dtype=np.int32), np.zeros(HALVES, dtype=np.uint32))
    (code,) = made.inspect_asm().values()
    assert HALVES == 16
    assert code.count("%zmm") > 60, "LLVM keeps to half of them on Intel's processors, unless told otherwise"
