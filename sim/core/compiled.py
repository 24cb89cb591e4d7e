"""What compiled code shares: the decorator, and noise and delays with the same bits as their numpy forms."""

from collections.abc import Callable
from typing import Any, TypeAlias, TypeVar

import numba
import numpy as np
from llvmlite import ir
from numba.core import cgutils, types
from numba.core.errors import TypingError
from numba.cpython.unsafe.numbers import trailing_zeros
from numba.extending import intrinsic
from numpy.typing import NDArray

Array: TypeAlias = NDArray[Any]
"""An array in compiled code; its element type is that of the table's column (schema.py, log.py)."""
Integer: TypeAlias = int | np.integer[Any]

WIDE = 8
"""Words in a wide register: a loop of nothing but draws makes so many at once."""

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


@lean
def draw(key: np.uint64, a: Integer, b: Integer, c: Integer) -> tuple[np.uint64, np.uint64]:
    """Two words of Threefry-2x64-20, equal to `Noise.words` for the same decision's key and ids."""
    k0 = np.uint64(key)
    k1 = np.uint64(c)
    k2 = np.uint64(0x1BD11BDAA9FC1A22) ^ k0 ^ k1
    x0 = np.uint64(a) + k0
    x1 = np.uint64(b) + k1
    for step in range(1, 6):
        if step & 1:
            r0, r1, r2, r3 = np.uint64(16), np.uint64(42), np.uint64(12), np.uint64(31)
        else:
            r0, r1, r2, r3 = np.uint64(16), np.uint64(32), np.uint64(24), np.uint64(21)
        x0 += x1
        x1 = ((x1 << r0) | (x1 >> (np.uint64(64) - r0))) ^ x0
        x0 += x1
        x1 = ((x1 << r1) | (x1 >> (np.uint64(64) - r1))) ^ x0
        x0 += x1
        x1 = ((x1 << r2) | (x1 >> (np.uint64(64) - r2))) ^ x0
        x0 += x1
        x1 = ((x1 << r3) | (x1 >> (np.uint64(64) - r3))) ^ x0
        x0 += k1 if step % 3 == 1 else (k2 if step % 3 == 2 else k0)
        x1 += (k2 if step % 3 == 1 else (k0 if step % 3 == 2 else k1)) + np.uint64(step)
    return x0, x1


@lean
def draw_each(key: np.uint64, a: Integer, b: Array, c: Integer, first: Array, second: Array) -> None:
    """`draw` for each entry of `b` into two columns with at least as much room; several at once in wide registers."""
    for i in range(len(b)):
        first[i], second[i] = draw(key, a, b[i], c)


@lean
def draw_on(key: np.uint64, a: Integer, b: Integer, first: Array) -> None:
    """The first words of `draw` for b, b + 1 ..., as many as there is room for."""
    for i in range(len(first)):
        first[i] = draw(key, a, b + i, 0)[0]


@lean
def draw_down(key: np.uint64, a: Array, b: Integer, c: Integer, first: Array, second: Array) -> None:
    """`draw` for each entry of `a`, into two columns."""
    for i in range(len(a)):
        first[i], second[i] = draw(key, a[i], b, c)


@lean
def draw_all(key: np.uint64, a: Array, b: Array, c: Array, first: Array, second: Array) -> None:
    """`draw` for each row of three columns, into two."""
    for i in range(len(a)):
        first[i], second[i] = draw(key, a[i], b[i], c[i])


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


@inlined
def copy_run(to: Array, at: Integer, column: Array, low: Integer, count: Integer) -> None:
    """to[at + i] = column[low + i] for `count` rows, and for up to SOME more: both have room for them."""
    for done in range(0, count, SOME):
        copy_some(to, at + done, column, low + done)


@lean
def lucky(coin: Array, chance: Array, found: Array) -> int:
    """Which of `chance` (thresholds of 32 bits) exceed the top halves of their coins: numbers in `found`; how many.

    `found` has room for one more; written without a branch, since nobody can foretell a coin.
    """
    count = 0
    for i in range(len(chance)):
        found[np.uintp(count)] = i
        count += coin[i] >> np.uint64(32) < chance[i]
    return count


@inlined
def lowest(word: np.uint64) -> int:
    """The number of the lowest bit that is set in a word."""
    return trailing_zeros(word)


@lean
def gather(column: Array, rows: Array, into: Array) -> None:
    """into[i] = column[rows[i]]."""
    for i in range(len(rows)):
        into[i] = column[np.uintp(rows[i])]


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
    return table[row] + (((table[row + np.uintp(1)] - table[row]) * part) >> 16)


@lean
def whole(number: Integer) -> int:
    """A number as a signed 64-bit one."""
    return np.int64(number)  # type: ignore[return-value]


@compiled
def wider(column: Array, room: Integer) -> Array:
    """A copy of `column` with room for `room` rows."""
    larger = np.empty(room, dtype=column.dtype)
    for row in range(len(column)):
        larger[row] = column[row]
    return larger
