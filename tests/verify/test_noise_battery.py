"""Noise through a statistical battery, addressed as the engine addresses it: small, structured, neighbouring ids.

Each test is one of the classical ones (Knuth, vol. 2, 3.3.2; Marsaglia 1985; NIST SP 800-22) on words whose addresses
differ in few bits. The same battery must refuse a plain linear hash of the same addresses.
"""

from collections.abc import Callable

import numpy as np
import pytest
from judge import FALSE_ALARM, of_counts, of_law, refuses
from scipy import stats

from sim.core.keyed import toss_each
from sim.core.noise import Noise

pytestmark = pytest.mark.verify

Words = np.ndarray
N = 1 << 18
POST, VIEWER = np.arange(N) // 64 + (7 << 32), np.arange(N) % 64


def _keyed(decision: str) -> tuple[Words, Words]:
    return Noise(5).words(decision, POST, VIEWER)


def _tossed(decision: str) -> tuple[Words, Words]:
    """Half words of each post's own key: two neighbouring viewers' coins make a word, and their delays another."""
    first, second = np.empty((2 * N // 64, 64), dtype=np.uint32), np.empty((2 * N // 64, 64), dtype=np.uint32)
    keys = Noise(5).words(decision, np.arange(len(first)) + (7 << 32))[0]
    for post, key in enumerate(keys):
        toss_each(key, np.arange(64, dtype=np.int32), 0, first[post], second[post])
    return first.ravel().view(np.uint64), second.ravel().view(np.uint64)


def _linear(_: str) -> tuple[Words, Words]:
    """What a hurried hand would write: a linear mix of the ids."""
    mixed = POST.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15) + VIEWER.astype(np.uint64) * np.uint64(
        0xC2B2AE3D27D4EB4F
    )
    return mixed, mixed ^ (mixed >> np.uint64(29))


def bits(words: Words) -> float:
    """Each of 64 bits is set half of the time."""
    ones = np.array([(words >> np.uint64(bit) & np.uint64(1)).sum() for bit in range(64)], dtype=float)
    chi = (4 / len(words) * (ones - len(words) / 2) ** 2).sum()
    return _both_tails(chi, 64)


def uniform(words: Words) -> float:
    """The top 53 bits are uniform; a fit too good is refused too."""
    chance = of_law((words >> np.uint64(11)).astype(float) * 2.0**-53, "uniform")
    return 2 * min(chance, 1 - chance)


def low_byte_pairs(words: Words) -> float:
    """Neighbouring draws' lowest bytes are independent: 65,536 pairs."""
    low = (words & np.uint64(0xFF)).astype(np.int64)
    pairs = np.bincount(low[:-1:2] << 8 | low[1::2], minlength=1 << 16)
    return _both_tails(((pairs - N / 2**17) ** 2).sum() / (N / 2**17), (1 << 16) - 1)


def coin_pairs(words: Words) -> float:
    """Neighbours' coins (top byte) are independent: 65,536 pairs."""
    high = (words >> np.uint64(56)).astype(np.int64)
    pairs = np.bincount(high[:-1:2] << 8 | high[1::2], minlength=1 << 16)
    return _both_tails(((pairs - N / 2**17) ** 2).sum() / (N / 2**17), (1 << 16) - 1)


def _both_tails(chi: float, freedom: int) -> float:
    """Too even is as suspicious as too uneven."""
    return float(2 * min(stats.chi2.sf(chi, freedom), stats.chi2.cdf(chi, freedom)))


def gaps(words: Words) -> float:
    """Waiting times between draws below 1/16 are geometric."""
    hits = np.flatnonzero(words >> np.uint64(60) == 0)
    wait = np.minimum(np.diff(hits), 64)
    law = (15 / 16) ** np.arange(63) / 16
    return of_counts(np.bincount(wait, minlength=65)[1:], len(wait) * np.append(law, 1 - law.sum()))


def runs(words: Words) -> float:
    """Runs above and below the middle: their number is normal (Wald and Wolfowitz 1940)."""
    above = words >> np.uint64(63) == 1
    n1, n2 = int(above.sum()), int((~above).sum())
    found = 1 + int((above[1:] != above[:-1]).sum())
    mean = 1 + 2 * n1 * n2 / N
    spread = np.sqrt((mean - 1) * (mean - 2) / (N - 1))
    return float(2 * stats.norm.sf(abs(found - mean) / spread))


def birthdays(words: Words) -> float:
    """Marsaglia's spacings: 4,096 birthdays in a year of 2^32 days leave a Poisson(4) number of equal spacings."""
    days = np.sort((words >> np.uint64(32)).astype(np.int64).reshape(-1, 4096), axis=1)
    spacings = np.sort(np.diff(days, axis=1, prepend=0), axis=1)
    equal = (np.diff(spacings, axis=1) == 0).sum()
    mean = len(days) * 4096**3 / 2**34
    return float(min(1, 2 * min(stats.poisson.cdf(equal, mean), stats.poisson.sf(equal - 1, mean))))


def ranks(words: Words) -> float:
    """Ranks of 64 x 64 matrices of bits: full 0.2888, one less 0.5776 (Marsaglia and Tsay 1985)."""
    counts = np.zeros(3)
    for rows in words[: 64 * 2000].reshape(-1, 64).tolist():
        rank, left = 0, list(rows)
        while left:
            pivot = left.pop()
            if pivot:
                rank += 1
                low = pivot & -pivot
                left = [row ^ pivot if row & low else row for row in left]
        counts[min(2, 64 - rank)] += 1
    return of_counts(counts, counts.sum() * np.array([0.2887881, 0.5775762, 0.1336357]))


def words_apart(words: Words, other: Words) -> float:
    """The coin and the delay of one call are independent: their bits agree half of the time."""
    agree = np.bitwise_count(words ^ other).astype(float)
    return float(2 * stats.norm.sf(abs(agree.mean() - 32) / np.sqrt(16 / len(agree))))


BATTERY: dict[str, Callable[[Words], float]] = {
    test.__name__: test for test in (bits, uniform, low_byte_pairs, coin_pairs, gaps, runs, birthdays, ranks)
}


@pytest.mark.planted_in("test_a_linear_hash_is_refused")
@pytest.mark.parametrize("name", BATTERY)
@pytest.mark.parametrize("which", [0, 1])
@pytest.mark.parametrize("drawn", [_keyed, _tossed])
def test_keyed_noise_passes(name: str, which: int, drawn: Callable[[str], tuple[Words, Words]]) -> None:
    assert BATTERY[name](drawn("feed")[which]) > FALSE_ALARM


@pytest.mark.parametrize("name", BATTERY)
def test_a_linear_hash_is_refused(name: str) -> None:
    refuses("a linear hash", min(BATTERY[name](_linear("feed")[which]) for which in (0, 1)))


def test_the_two_words_decisions_and_seeds_are_independent() -> None:
    coin, delay = _keyed("feed")
    assert words_apart(coin, delay) > FALSE_ALARM
    assert words_apart(coin, _keyed("tag")[0]) > FALSE_ALARM
    assert words_apart(coin, Noise(6).words("feed", POST, VIEWER)[0]) > FALSE_ALARM
    assert words_apart(coin, Noise(5).words("feed", VIEWER, POST)[0]) > FALSE_ALARM
    refuses("two words that differ in one bit", words_apart(coin, coin ^ np.uint64(1)))


def test_half_words_of_people_and_decisions_are_independent() -> None:
    coin, delay = _tossed("feed")
    assert words_apart(coin, delay) > FALSE_ALARM
    assert words_apart(coin, _tossed("tag")[0]) > FALSE_ALARM
    assert words_apart(coin, np.roll(coin, 32)) > FALSE_ALARM  # the same viewers of the next post
    refuses("two words that differ in one bit", words_apart(coin, coin ^ np.uint64(1)))


@pytest.mark.parametrize("place", [0, 1, 2])
def test_one_bit_of_an_address_turns_half_of_the_answer(place: int) -> None:
    """Avalanche: each of 40 low bits of each id moves each answer bit with chance 1/2."""
    ids = [np.arange(4000), np.arange(4000) + 77, np.full(4000, 3)]

    def luck(answer: Callable[..., tuple[Words, ...]]) -> float:
        found = []
        for bit in range(0, 40, 3):
            turned = list(ids)
            turned[place] = turned[place] ^ (1 << bit)
            found += [bits(a ^ b) for a, b in zip(answer(*ids), answer(*turned), strict=True)]
        return min(found)

    def blind(*given: Words) -> tuple[Words, ...]:
        """The planted error: an id's lowest bit is lost."""
        return Noise(8).words("avalanche", *(each | (1 if n == place else 0) for n, each in enumerate(given)))

    assert luck(lambda *given: Noise(8).words("avalanche", *given)) > FALSE_ALARM / 10
    refuses("an id whose lowest bit is lost", luck(blind) > FALSE_ALARM / 10)
