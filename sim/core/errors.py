"""The one place for errors a person reads: what was given, what exists, what was probably meant."""

from collections.abc import Iterable
from difflib import get_close_matches
from math import isfinite


class Mistake(Exception):
    """Something the user can mend: one clear paragraph, no traceback. Exit status 1."""


class Misuse(Mistake):
    """The command itself is wrong (unknown verb, option or name). Exit status 2."""


def unknown(what: str, given: str, exists: Iterable[str]) -> Misuse:
    """An error that names `given`, lists what `exists` and guesses what was meant."""
    names = sorted(exists)
    near = get_close_matches(given, names, n=1, cutoff=0.5)
    guess = f" Did you mean '{near[0]}'?" if near else ""
    return Misuse(f"There is no {what} '{given}'.{guess} There are: {', '.join(names)}.")


def require(holds: bool, message: str) -> None:
    """Raise `Mistake(message)` unless `holds`."""
    if not holds:
        raise Mistake(message)


def demand(holds: bool, message: str) -> None:
    """Raise `Misuse(message)` unless `holds`."""
    if not holds:
        raise Misuse(message)


def require_above_0(**numbers: float) -> None:
    """Raise Mistake unless every named number is finite and above 0."""
    for name, number in numbers.items():
        require(isfinite(number) and number > 0, f"'{name}' is {number!r}; it takes a finite number above 0.")


def require_a_second(**days: float) -> None:
    """Raise Mistake unless every named number of days is finite and a second at least."""
    for name, number in days.items():
        require(isfinite(number) and number * 86_400 >= 1, f"'{name}' is {number!r} days; it takes a second at least.")


def require_not_below_0(**numbers: float) -> None:
    """Raise Mistake unless every named number is finite and not below 0."""
    for name, number in numbers.items():
        require(isfinite(number) and number >= 0, f"'{name}' is {number!r}; it takes a finite number from 0 up.")


def require_share(**numbers: float) -> None:
    """Raise Mistake unless every named number lies from 0 to 1."""
    for name, number in numbers.items():
        require(0 <= number <= 1, f"'{name}' is {number!r}; it is a share, from 0 to 1.")
