"""Privacy: what an account is set to when it is made, by country and age, and how often its posts go to everybody."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from sim.core.errors import require, unknown
from sim.core.quantile import beta_thresholds
from sim.core.schema import AUDIENCES
from sim.world.draws import Crowd, Floats, Ints, Words, chance

FRIENDS, PUBLIC = AUDIENCES.index("friends"), AUDIENCES.index("public")
GROUPS = ("minor", "protected", "other")
"""Who joined under 18; who lives where the law asks for private defaults; everybody else."""
PROTECTED = ("DE", "ES", "FR", "GB", "IE", "IT", "NL", "PT", "AT", "BE", "PL", "SE", "DK", "FI", "GR", "CZ", "HU", "RO")
"""The European Union and the United Kingdom: General Data Protection Regulation, article 25(2)."""


@dataclass(frozen=True)
class Privacy:
    """Names ending in _a, _b are the two shapes of a Beta law.

    public_default: by group of GROUPS, chance that an account is set to public when it is made. public_share: mean
    chance that a new post is public (P11), spread over people with `public_concentration` (sum of the Beta's
    shapes) and shifted by caution, age and that default. camera_roll_share: who lets the platform see her pictures.
    """

    public_default: Mapping[str, float]
    public_default_weight: float
    public_share: float
    public_concentration: float
    public_caution_weight: float
    public_age_weight: float
    camera_roll_share: float

    def __post_init__(self) -> None:
        for name, share in self.public_default.items():
            if name not in GROUPS:
                raise unknown("group in public_default", name, GROUPS)
            require(0 <= share <= 1, f"privacy.public_default.{name} is {share}; a share lies between 0 and 1.")
        require(0 <= self.camera_roll_share <= 1, f"camera_roll_share is {self.camera_roll_share}; it is 0 to 1.")
        require(0 < self.public_share < 1, f"privacy.public_share is {self.public_share}; it lies within 0 to 1.")
        for name in ("public_caution_weight", "public_age_weight", "public_default_weight"):
            weight = getattr(self, name)
            require(0 <= weight < 1, f"privacy.{name} is {weight}; a weight lies from 0 to below 1.")
        require(
            self.public_concentration > 0,
            f"privacy.public_concentration is {self.public_concentration}; it must be above 0.",
        )


def beside_mean(share: Floats, *, a: float, b: float) -> Floats:
    """How far a Beta(a, b) draw lies from the law's mean, -1 to 1."""
    mean = a / (a + b)
    away: Floats = (share - mean) / max(mean, 1 - mean)
    return away


@cache
def _thresholds(a: float, b: float) -> Ints:
    return beta_thresholds(a=a, b=b).astype(np.int64)


def beta(word: Words, *, a: float, b: float) -> Ints:
    """Beta(a, b) draws as whole numbers of 2^-32."""
    return _thresholds(a, b)[(word >> np.uint64(52)).astype(np.int64)]


def defaults(
    privacy: Privacy, crowd: Crowd, *, codes: tuple[str, ...], country: Ints, minor: NDArray[np.bool_]
) -> tuple[Ints, NDArray[np.bool_]]:
    """What each account was set to when it was made, as a place in AUDIENCES; and who shares her camera roll."""
    word, roll = crowd.words("default audience")
    protected = np.isin(codes, PROTECTED)[country]
    share = np.array([privacy.public_default.get(name, 0.0) for name in GROUPS])
    public = chance(word, 0) < share[np.where(minor, 0, np.where(protected, 1, 2))]
    return np.where(public, PUBLIC, FRIENDS), chance(roll, 0) < privacy.camera_roll_share


def openness(privacy: Privacy, share: Floats, *, careful: Floats, old: Floats, default: Ints) -> Floats:
    """Each person's chance that a new post is public, from her Beta draw `share`.

    Its odds are multiplied by factors linear in caution, age (both from -1 to 1 about their means) and default:
    sums, products and quotients only, so every platform gives the same bits.
    """
    p = privacy
    middle = sum(p.public_default.get(name, 0.0) for name in GROUPS) / len(GROUPS)
    inherited = 1 + p.public_default_weight * ((default == PUBLIC) - middle)
    odds = share * (1 - p.public_caution_weight * careful) * (1 - p.public_age_weight * old) * inherited
    return odds / (odds + (1 - share))
