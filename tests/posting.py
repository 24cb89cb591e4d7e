"""A small table of people and the centre of conf/posts.yaml, for the tests of posts, texts and mentions."""

from pathlib import Path
from statistics import NormalDist

import numpy as np
import pyarrow as pa
import yaml

from sim.core.parameters import settle
from sim.core.schema import DAY_S, YEAR_S, table
from sim.world.deletion import Leaving
from sim.world.posts import Posts
from sim.world.rhythm import Rhythm

DECISION = 19 * 365 * DAY_S
LOCALES = ("en_US", "de_DE", "fr_FR", "es_ES", "it_IT", "pt_PT")
COUNTRIES = ("US", "DE", "FR", "ES", "IT", "PT")
NAMES = ("Jane Roe", "Jörg Müller", "Zoé Lefèvre", "Íñigo Núñez", "Nicolò Rossi", "João Conceição")
CITIES = ("Springfield", "Görlitz", "Besançon", "Ávila", "Forlì", "Setúbal")


def posts_config() -> dict:
    return yaml.safe_load((Path(__file__).parents[1] / "conf/posts.yaml").read_text(encoding="utf-8"))


def centre(**changes: object) -> Posts:
    settled = settle(posts_config(), None)
    settled.pop("_target_")
    parts = {"rhythm": Rhythm, "leaving": Leaving}
    made = {
        name: kind(**{k: v for k, v in settled.pop(name).items() if k != "_target_"}) for name, kind in parts.items()
    }
    return Posts(**(made | settled | changes))


def rates(n: int) -> np.ndarray:
    """The `n` mid-quantiles of P01, posts a month: lognormal, median 2, sigma 2.12."""
    return np.array([2 * np.exp(2.12 * NormalDist().inv_cdf((i + 0.5) / n)) for i in range(n)])


def people(n: int, **columns: object) -> pa.Table:
    """`n` people, six languages in turn, a fourth without employer; person i is the same for every `n`."""
    at = np.arange(n)
    spread = rates(1009)[at * 7919 % 1009]
    made: dict[str, object] = {
        "person": at,
        "country": [COUNTRIES[i % 6] for i in at],
        "city": [CITIES[i % 6] for i in at],
        "region": [CITIES[i % 6] for i in at],
        "address": ["Example Road 1, 00000"] * n,
        "household": at,
        "language": [LOCALES[i % 6][:2] for i in at],
        "locale": [LOCALES[i % 6] for i in at],
        "age": np.full(n, 40),
        "born": DECISION - columns.get("age", np.full(n, 40)) * YEAR_S,
        "gender": ["woman"] * n,
        "name": [NAMES[i % 6] for i in at],
        "handle": [f"user.{i}" for i in at],
        "email": [f"user.{i}@example.org" for i in at],
        "phone": [f"07700 9000{i % 100:02d}" for i in at],
        "education": ["secondary"] * n,
        "interests": 1 << at % 12,
        "default_audience": np.ones(n, dtype=int),
        "camera_roll": np.zeros(n, dtype=bool),
        "employer": [None if i % 4 == 3 else "Müller & Söhne" for i in at],
        "posts_per_month": np.minimum(spread, 60.0),
        "caution": (at * 37 % 101) / 100,
        "joined": (at * 53 % 700) * DAY_S,
        "public_share": (at * 29 % 71) / 100,
    }
    return table("people", made | columns)
