"""When people post: keyed, bursty streams of times that follow the hours of the day and the days of the week."""

from dataclasses import dataclass
from math import exp, pi

import numpy as np
from numpy.typing import NDArray

from sim.core.errors import require
from sim.core.noise import Noise
from sim.core.quantile import Quantiles, delay, lognormal
from sim.core.schema import DAY_S

WEEK_S = 7 * DAY_S
ROWS = 4096
UNIT = 2**20
"""Gaps are drawn in 2^-20 of the mean gap, so that sums of them stay exact integers."""

# Standard time of the capital or the most populous zone, in half hours from UTC: IANA time zone database.
HALF_HOURS_FROM_UTC = {
    "US": -12, "CA": -10, "MX": -12, "BR": -6, "AR": -6, "CL": -8, "CO": -10, "PE": -10, "GB": 0, "IE": 0, "PT": 0,
    "DE": 2, "FR": 2, "ES": 2, "IT": 2, "NL": 2, "BE": 2, "AT": 2, "CH": 2, "PL": 2, "CZ": 2, "SE": 2, "NO": 2,
    "DK": 2, "HU": 2, "FI": 4, "GR": 4, "RO": 4, "UA": 4, "IL": 4, "ZA": 4, "EG": 4, "KE": 6, "TR": 6, "SA": 6,
    "NG": 2, "GH": 0, "MA": 2, "IN": 11, "PK": 10, "BD": 12, "TH": 14, "VN": 14, "ID": 14, "PH": 16, "CN": 16,
    "TW": 16, "SG": 16, "MY": 16, "JP": 18, "KR": 18, "AU": 20, "NZ": 24,
}  # fmt: skip


@dataclass(frozen=True)
class Rhythm:
    """Weekly intensity of posting.

    `day_amplitude` in [0, 1): relative swing over the day, highest at `peak_hour` (local); `weekend_ratio`: posts
    on a Saturday or Sunday as a multiple of a weekday's; `chronotype_hours`: a person's own clock is earlier or
    later by up to this; `burst_sigma`: sigma of the natural logarithm of the gaps between posts.
    """

    day_amplitude: float
    peak_hour: float
    weekend_ratio: float
    chronotype_hours: float
    burst_sigma: float

    def __post_init__(self) -> None:
        require(0 <= self.day_amplitude < 1, f"day_amplitude is {self.day_amplitude}; it lies in [0, 1).")
        require(self.weekend_ratio > 0, f"weekend_ratio is {self.weekend_ratio}; it must be above 0.")
        require(0 < self.burst_sigma <= 3, f"burst_sigma is {self.burst_sigma}; it lies in (0, 3].")

    def week(self) -> Quantiles:
        """Clock second of the week (from Monday 00:00) by which 0, 1/4096 ... 1 of a week's posts are made."""
        clock = np.arange(0, WEEK_S + 1, 300, dtype=np.float64)
        hour = clock % DAY_S / 3600
        rate = 1 + self.day_amplitude * np.cos(2 * pi * (hour - self.peak_hour) / 24)
        rate = rate * np.where(clock // DAY_S % 7 >= 5, self.weekend_ratio, 1.0)
        done = np.concatenate([[0.0], np.cumsum((rate[1:] + rate[:-1]) / 2)])
        return np.rint(np.interp(np.arange(ROWS + 1) / ROWS, done / done[-1], clock)).astype(np.int64)

    def gaps(self) -> Quantiles:
        """Quantiles of the gap between two posts, in 2^-20 of its mean: lognormal, as bursts need a heavy tail."""
        table = lognormal(median_s=UNIT * exp(-(self.burst_sigma**2) / 2), sigma=self.burst_sigma)
        mean = (table[:-1] + table[1:]).mean() / 2
        return np.rint(table * (UNIT / mean)).astype(np.int64)


def local_shift(rhythm: Rhythm, noise: Noise, *, person: NDArray[np.int64], country: list[str]) -> NDArray[np.int64]:
    """Seconds to add to UTC for each person's own clock: time zone, and an early or a late riser's shift."""
    zone = np.array([HALF_HOURS_FROM_UTC.get(code, 0) * 1800 for code in country], dtype=np.int64)
    early, late = (word >> np.uint64(44) for word in noise.words("chronotype", person))
    spread_s = round(rhythm.chronotype_hours * 3600)
    return zone + ((early.astype(np.int64) - late.astype(np.int64)) * spread_s >> 20)


def work_to_clock(work: NDArray[np.int64], week: Quantiles) -> NDArray[np.int64]:
    """The monotone time change: seconds of steady posting to clock seconds, both from a Monday 00:00."""
    row, part = np.divmod(work % WEEK_S * ROWS, WEEK_S)
    return work // WEEK_S * WEEK_S + week[row] + (week[row + 1] - week[row]) * part // WEEK_S


def clock_to_work(clock: NDArray[np.int64], week: Quantiles) -> NDArray[np.int64]:
    """The inverse of `work_to_clock`, rounded down."""
    steady = np.interp(clock % WEEK_S, week, np.arange(ROWS + 1) * (WEEK_S / ROWS))
    return clock // WEEK_S * WEEK_S + np.floor(steady).astype(np.int64)


def stream(
    rhythm: Rhythm,
    noise: Noise,
    *,
    decision: str,
    person: NDArray[np.int64],
    since: NDArray[np.int64],
    until: int,
    mean_gap_s: NDArray[np.int64],
    shift_s: NDArray[np.int64],
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Times of keyed renewal streams, one a person: (row in `person`, draw index k, time in s), by row and k.

    Gap k is keyed by (decision, person, k), so draws 0 ... k are the same whatever `until` and whoever else is
    drawn. Times never fall along k. Times before `until` are returned; `since` >= 0.
    """
    gaps, week = rhythm.gaps(), rhythm.week()
    local = since + shift_s + WEEK_S  # a week more keeps it above 0 in every time zone; time 0 is a Monday
    first = clock_to_work(local, week)
    expected = np.maximum(until - since, 0) / mean_gap_s
    spread = np.sqrt(expected * np.expm1(rhythm.burst_sigma**2))
    counts = np.ceil(expected + 2 * spread).astype(np.int64) + 8
    pending = np.flatnonzero(since < until)
    found: list[tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]] = []
    while len(pending):
        many = counts[pending]
        ends = np.cumsum(many)
        row = np.repeat(pending, many)
        k = np.arange(ends[-1]) - np.repeat(ends - many, many)
        total = np.cumsum(delay(gaps, noise.words(decision, person[row], k)[0]))
        total -= np.repeat(np.concatenate([[0], total[ends[:-1] - 1]]), many)
        # In two steps: whole mean gaps, then the fraction, so that nothing leaves 63 bits.
        work = first[row] + (total >> 20) * mean_gap_s[row] + ((total & (UNIT - 1)) * mean_gap_s[row] >> 20)
        time = np.maximum(work_to_clock(work, week) - shift_s[row] - WEEK_S, since[row])
        complete = time[ends - 1] >= until
        keep = (time < until) & np.repeat(complete, many)
        found.append((row[keep], k[keep], time[keep]))
        pending = pending[~complete]
        counts[pending] *= 4
    if not found:
        empty = np.empty(0, dtype=np.int64)
        return empty, empty, empty
    row, k, time = (np.concatenate(arrays) for arrays in zip(*found, strict=True))
    if len(found) > 1:
        order = np.lexsort((k, row))
        row, k, time = row[order], k[order], time[order]
    return row, k, time
