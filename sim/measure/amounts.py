"""Numbers as a reader says them: counts, shares, times, money, dates. Never NaN, never a false zero."""

from datetime import date, timedelta
from math import floor, isfinite

UNKNOWN = "unknown"
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
PACES = {1.0: "the whole", 0.75: "three quarters", 0.5: "half", 0.25: "a quarter", 0.1: "a tenth"}
LARGE = ((1e12, "trillion", "T"), (1e9, "billion", "B"), (1e6, "million", "M"), (1e4, "", "k"))


def known(value: object) -> float | None:
    """`value` as a finite number, or None."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if isfinite(number) else None


def count(value: object) -> str:
    """8412.3 as '8,412', 3.42 as '3.4', 0.01 as 'under 0.1', 2.5e9 as '2.5 billion'."""
    number = known(value)
    if number is None:
        return UNKNOWN
    if number < 0:
        return f"-{count(-number)}"
    if 0 < number < 0.05:
        return "under 0.1"
    if number < 9.95:
        return f"{number:.1f}".removesuffix(".0")
    for size, word, _ in LARGE[:3]:
        if number >= size:
            return f"{number / size:,.1f}".removesuffix(".0") + f" {word}"
    return f"{round(number):,}"


def brief(value: object) -> str:
    """`count` in at most six characters where it would be longer: 94M, 12k."""
    number = known(value)
    if number is None or number < 1e4:
        return count(number)
    size, mark = next((size, mark) for size, _, mark in LARGE if number >= size)
    scaled = number / (1e3 if mark == "k" else size)
    return f"{scaled:.1f}{mark}".replace(".0", "") if scaled < 9.95 else f"{scaled:,.0f}{mark}"


def percent(share: object) -> str:
    """0.713 as '71%', -0.003 as '-0.3%', 0.9999 as 'over 99.9%'."""
    number = known(share)
    if number is None:
        return UNKNOWN
    if number in (0, 1):
        return f"{number:.0%}"
    if abs(number) >= 1e4:
        return f"{count(number)} times"
    if -0.0005 <= number < 0:
        return "over -0.1%"
    if 0 < number <= 0.0005:
        return "under 0.1%"
    if 0.9995 <= number < 1:
        return "over 99.9%"
    if 0 < abs(number) < 0.0095 or 0.9905 < number < 1:
        return f"{number:.1%}".replace(".0%", "%")
    return f"{number:.0%}"


def interval(low: object, high: object, *, dash: str = "–") -> str:
    """Two shares as '52–83%'; empty where one is missing or both print alike."""
    ends = percent(low), percent(high)
    if UNKNOWN in ends or ends[0] == ends[1]:
        return ""
    if ends[0][0] in "uo-" or ends[1][0] in "uo-":
        return f"{ends[0]} to {ends[1]}"
    return f"{ends[0][:-1]}{dash}{ends[1]}"


def estimate(mean: object, low: object, high: object, *, dash: str = "–") -> str:
    """A share with its interval: '71% (52–83%)'."""
    between = interval(low, high, dash=dash) if known(mean) is not None else ""
    return f"{percent(mean)} ({between})" if between else percent(mean)


def plural(value: object, one: str, many: str = "") -> str:
    """'1 person', '2 people': the amount and its noun."""
    said = count(value)
    return f"{said} {one if said == '1' else many or one + 's'}"


def adding_up(parts: list[float]) -> tuple[list[str], str]:
    """The parts and their sum, rounded alike so that the printed parts add up to the printed sum."""
    places = 0 if sum(parts) >= 100 else 1
    least = 10**-places
    rounded = [round(part, places) for part in parts]

    def said(number: float) -> str:
        return f"{number:,.{places}f}".removesuffix(".0") if number < LARGE[2][0] else count(number)

    texts = [
        f"under {least:g}" if part > 0 and whole == 0 else said(whole)
        for part, whole in zip(parts, rounded, strict=True)
    ]
    total = sum(rounded)
    return texts, f"under {least:g}" if total == 0 < sum(parts) else said(total)


def percents_adding_up(parts: list[float]) -> list[str]:
    """Whole percents of the sum that add up to 100 (largest remainders); a small part that is there says so."""
    total = sum(parts)
    if total <= 0:
        return ["0%" for _ in parts]
    exact = [100 * part / total for part in parts]
    whole = [floor(share) for share in exact]
    order = sorted(range(len(parts)), key=lambda i: (whole[i] - exact[i], i))
    for place in order[: 100 - sum(whole)]:
        whole[place] += 1
    return [
        "under 1%" if share > 0 and points == 0 else "over 99%" if share < 100 and points == 100 else f"{points}%"
        for share, points in zip(exact, whole, strict=True)
    ]


def duration(days: object) -> str:
    """0.3 days as '7.2 hours', 9.42 as '9.4 days', 4000 as '11 years'."""
    number = known(days)
    if number is None:
        return UNKNOWN
    if number <= 0:
        return "at once"
    if number < 1 / 24:
        return "under 1 hour"
    for limit, size, unit in ((1.5, 1 / 24, "hour"), (730, 1, "day")):
        if number < limit:
            amount = round(number / size, 1 if number / size < 9.95 else 0)
            return f"{amount:g} {unit}{'' if amount == 1 else 's'}"
    return f"{count(number / 365.25)} years"


def effort(calls: object, days: object) -> str:
    """How long a plan takes: `duration`, or a dash where there is nothing to do."""
    return "–" if known(calls) == 0 and known(days) == 0 else duration(days)


def money(usd: object) -> str:
    """US dollars: 'free', '$0.42', '$1,234'."""
    number = known(usd)
    if number is None:
        return UNKNOWN
    if number <= 0:
        return "free"
    if number < 0.005:
        return "under $0.01"
    return f"${number:,.2f}" if number < 10 else f"${count(number)}"


def day(decision: str, after_days: float = 0) -> str:
    """A date some days after an ISO date: '22 Nov 2027'. Beyond the calendar it says the days."""
    try:
        at = date.fromisoformat(decision) + timedelta(days=round(after_days))
    except (ValueError, OverflowError):
        return f"{decision} + {count(after_days)} days" if after_days else decision
    return f"{at.day} {MONTHS[at.month - 1]} {at.year}"


def pace(share: object) -> str:
    """0.5 as 'half', 0.3 as '30%'."""
    number = known(share)
    return UNKNOWN if number is None else PACES.get(number, percent(number))
