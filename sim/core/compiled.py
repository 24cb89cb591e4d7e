"""What compiled code shares: decorators, moves of whole registers, and delays with the bits of their numpy form."""

from collections.abc import Callable
from typing import Any, TypeAlias, TypeVar

import numba
import numpy as np
from llvmlite import ir
from numba.core import cgutils, config, types
from numba.core.codegen import get_host_cpu_features
from numba.core.errors import TypingError
from numba.cpython.unsafe.numbers import trailing_zeros
from numba.extending import intrinsic
from numpy.typing import NDArray

from sim.core.fresh import LOCATORS

Array: TypeAlias = NDArray[Any]
"""An array in compiled code; its element type is that of the table's column (schema.py, log.py)."""
Integer: TypeAlias = int | np.integer[Any]

AVX_512 = "+avx512f" in get_host_cpu_features().split(",")
if AVX_512 and config.CPU_FEATURES is None:
    # Else LLVM keeps to half of each register on Intel's processors. Holds for all that numba compiles from now on.
    config.CPU_FEATURES = get_host_cpu_features() + ",-prefer-256-bit"
config.CACHE_LOCATOR_CLASSES = config.CACHE_LOCATOR_CLASSES or LOCATORS
HALVES = 16 if AVX_512 else 8
"""Half words in this processor's widest register: so many tosses are made at once."""
WIDE = HALVES // 2
"""Words in it: a loop of nothing but draws makes so many at once."""

SOME = 16
"""Rows that are copied together; whoever copies has room for as many more than asked."""

F = TypeVar("F", bound=Callable[..., object])

BYTES, FLAG = ir.IntType(8).as_pointer(), ir.IntType(32)
PREFETCH = ir.FunctionType(ir.VoidType(), [BYTES, FLAG, FLAG, FLAG])


def compiled(function: F) -> F:
    """Compile with numba, without the interpreter's lock, cached on disk where a folder can be written."""
    return _njit(function)


def lean(function: F) -> F:
    """`compiled` for what makes no arrays: nothing counts who holds them.

    A slice or a call would cost two locked steps of a counter, and two threads would fight for the scene's counters.
    """
    return _njit(function, _nrt=False)


def inlined(function: F) -> F:
    """`lean`, put into the code of whoever calls it: for what is given many columns in a loop."""
    return _njit(function, _nrt=False, forceinline=True)


def _njit(function: F, **options: bool) -> F:
    try:
        return numba.njit(cache=True, nogil=True, error_model="numpy", **options)(function)
    except RuntimeError:  # neither the code's folder nor the user's cache folder can be written
        return numba.njit(nogil=True, error_model="numpy", **options)(function)


@intrinsic  # type: ignore[untyped-decorator]
def fetch(typing: Any, column: Any, row: Any) -> Any:
    """Ask for column[row], row from 0, to be brought from memory, to be read soon; says and changes nothing."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        data = context.make_array(signature.args[0])(context, builder, arguments[0]).data
        place = builder.bitcast(builder.gep(data, [arguments[1]]), BYTES)
        ask = builder.module.declare_intrinsic("llvm.prefetch", [BYTES], PREFETCH)
        builder.call(ask, [place, *(ir.Constant(FLAG, number) for number in (0, 3, 1))])  # to read, stay near, data
        return context.get_dummy_value()

    return types.void(column, types.uintp), generate


@intrinsic  # type: ignore[untyped-decorator]
def copy_some(typing: Any, to: Any, at: Any, column: Any, low: Any) -> Any:
    """to[at + i] = column[low + i] for i below SOME, of two columns of one type that do not overlap: a few moves."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        ends = [context.make_array(signature.args[n])(context, builder, arguments[n]).data for n in (0, 2)]
        places = [builder.gep(data, [arguments[n]]) for data, n in zip(ends, (1, 3), strict=True)]
        size = context.get_abi_sizeof(context.get_data_type(column.dtype))
        cgutils.raw_memcpy(builder, *places, ir.Constant(ir.IntType(64), SOME), size)
        return context.get_dummy_value()

    if to.dtype != column.dtype:
        raise TypingError(f"copy_some between {to.dtype} and {column.dtype}")
    return types.void(to, types.intp, column, types.intp), generate


@intrinsic  # type: ignore[untyped-decorator]
def fill_some(typing: Any, column: Any, at: Any, value: Any) -> Any:
    """column[at + i] = value for i below SOME: a move or a few."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        data = context.make_array(signature.args[0])(context, builder, arguments[0]).data
        one = context.cast(builder, arguments[2], signature.args[2], column.dtype)
        wide = ir.VectorType(one.type, SOME)
        first = builder.insert_element(ir.Constant(wide, ir.Undefined), one, ir.Constant(FLAG, 0))
        each = ir.Constant(ir.VectorType(FLAG, SOME), [0] * SOME)
        place = builder.bitcast(builder.gep(data, [arguments[1]]), wide.as_pointer())
        builder.store(builder.shuffle_vector(first, first, each), place, align=1)
        return context.get_dummy_value()

    return types.void(column, types.intp, value), generate


@inlined
def copy_run(to: Array, at: Integer, column: Array, low: Integer, count: Integer) -> None:
    """to[at + i] = column[low + i] for `count` rows, and for up to SOME more: both have room for them."""
    for done in range(0, count, SOME):
        copy_some(to, at + done, column, low + done)


@lean
def lucky(coin: Array, chance: Array, found: Array) -> int:
    """Which of `chance` (thresholds) exceed their coins, both of 32 bits: numbers in `found`; how many.

    `found` has room for one more; written without a branch, since nobody can foretell a coin.
    """
    count = 0
    for i in range(len(chance)):
        found[np.uintp(count)] = i
        count += coin[i] < chance[i]
    return count


@inlined
def lowest(word: np.uint64) -> int:
    """The number of the lowest bit that is set in a word."""
    return trailing_zeros(word)


@lean
def place_near(column: Array, value: Integer, guess: Integer) -> int:
    """`np.searchsorted(column, value)` for who knows about where: steps from `guess` on that double, then halve."""
    low, high, at, step = 0, len(column), whole(min(guess, len(column))), 1
    while at < high and column[np.uintp(at)] < value:
        low, at, step = at + 1, at + step, 2 * step
    high, at, step = min(at, high), low - 1 if low else min(at, high) - 1, 1
    while at >= low and column[np.uintp(at)] >= value:
        high, at, step = at, at - step, 2 * step
    low = max(low, at + 1)
    while low < high:
        middle = (low + high) >> 1
        low, high = (middle + 1, high) if column[np.uintp(middle)] < value else (low, middle)
    return whole(low)


@lean
def delay(table: Array, word: np.uint64) -> int:
    """Seconds drawn from a table of quantiles; the numpy twin is `sim.core.quantile.delay`."""
    row = np.uintp(word >> np.uint64(52))
    part = np.int64((word >> np.uint64(36)) & np.uint64(0xFFFF))
    low, high = whole(table[row]), whole(table[row + np.uintp(1)])
    return low + whole((high - low) * part >> 16)


@inlined
def after(table: Array, half: np.uint32) -> int:
    """`delay` by a word of 32 bits."""
    return delay(table, np.uint64(half) << np.uint64(32))


@lean
def scaled(word: np.uint64, span: Integer) -> int:
    """A word as a whole number from 0 to below `span`, itself below 2^31."""
    return whole(word >> np.uint64(32)) * span >> 32


@lean
def whole(number: Integer) -> int:
    """A number as a signed 64-bit one."""
    return np.int64(number)  # type: ignore[return-value]


@lean
def sum_of(column: Array) -> int:
    """The sum of a column of whole numbers from 0, exact below 2^63."""
    found = 0
    for row in range(len(column)):
        found += whole(column[row])
    return found


@lean
def alike(column: Array) -> bool:
    """Whether all rows of a column say the same."""
    row = 0
    while row < len(column) and column[np.uintp(row)] == column[0]:
        row += 1
    return row == len(column)


@compiled
def wider(column: Array, room: Integer) -> Array:
    """A copy of `column` with room for `room` rows."""
    larger = np.empty(room, dtype=column.dtype)
    for row in range(len(column)):
        larger[row] = column[row]
    return larger
