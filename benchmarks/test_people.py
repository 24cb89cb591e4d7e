"""How fast whole people are made, in one run beside Faker and mimesis: ratios, as absolute speeds differ by machine.

    pytest benchmarks/test_people.py -s

Every side makes people of the same ten countries with every column of table `people`. Ours are joint (a household
shares address and name, an employer follows education, tastes follow age), theirs are drawn field by field. Times are
of the processor, so that other work on the machine does not tell; ours with one thread.
"""

from collections.abc import Callable
from pathlib import Path
from time import perf_counter, process_time

import pytest
import yaml

from sim.core.build import build
from sim.core.noise import Noise
from sim.core.parameters import settle
from sim.core.schema import EDUCATIONS, INTERESTS, TABLES
from sim.world.people import People, populate
from sim.world.vocabulary import LOCALES

CONF = Path(__file__).parents[1] / "conf/people.yaml"
DECISION_S = 627_696_000  # 2026-11-22
PEOPLE, THEIRS = 1_000_000, 500
ROUNDS = 3


def laws() -> People:
    return build(settle(yaml.safe_load(CONF.read_text(encoding="utf-8")), None))


def per_second(work: Callable[[], object], count: int, *, clock: Callable[[], float] = process_time) -> float:
    """The best of ROUNDS, after one round to warm up."""
    work()
    best = float("inf")
    for _ in range(ROUNDS):
        start = clock()
        work()
        best = min(best, clock() - start)
    return count / best


@pytest.fixture(scope="module")
def ours() -> float:
    people = laws()

    def work(threads: int = 1) -> object:
        return populate(people, Noise(1), size=PEOPLE, decision=DECISION_S, threads=threads)

    alone = per_second(work, PEOPLE)
    both = per_second(lambda: work(2), PEOPLE, clock=perf_counter)
    print(f"\nafterpost: {alone:,.0f} people a processor second, {both:,.0f} a second by the clock with two threads,")
    print(f"{len(TABLES['people'])} columns")
    return alone


def beside(benchmark, ours: float, name: str, theirs: float) -> None:  # type: ignore[no-untyped-def]
    benchmark.extra_info |= {"ours_per_cpu_s": round(ours), "theirs_per_cpu_s": round(theirs)}
    benchmark.extra_info["ratio"] = round(ours / theirs, 1)
    print(f"\n{name}: {theirs:,.0f} people a processor second; afterpost is {ours / theirs:,.0f} times as fast")
    benchmark.pedantic(lambda: None, rounds=1)


def test_faker(benchmark, ours: float) -> None:  # type: ignore[no-untyped-def]
    from faker import Faker

    makers = [(country, Faker(locale)) for country, locale in LOCALES.items()]  # default: names by their frequency

    def people() -> None:
        for i in range(THEIRS):
            country, fake = makers[i % len(makers)]
            woman = fake.pybool()
            born = fake.date_of_birth(minimum_age=13, maximum_age=90)
            {
                "person": i, "country": country, "city": fake.city(),
                "address": f"{fake.street_address()}, {fake.postcode()}",
                "region": fake.administrative_unit() if hasattr(fake, "administrative_unit") else fake.country(),
                "household": i, "locale": fake.locale(), "language": fake.language_code(), "born": born,
                "gender": "woman" if woman else "man", "age": 2026 - born.year,
                "name": fake.name_female() if woman else fake.name_male(), "handle": fake.user_name(),
                "email": fake.safe_email(), "phone": fake.phone_number(), "employer": fake.company(),
                "education": fake.random_element(EDUCATIONS), "interests": fake.random_elements(INTERESTS, length=3),
                "posts_per_month": fake.pyfloat(min_value=0, max_value=300), "camera_roll": fake.pybool(),
                "caution": fake.pyfloat(min_value=0, max_value=1), "default_audience": fake.random_int(0, 2),
                "joined": fake.date_time_between("-15y"), "public_share": fake.pyfloat(min_value=0, max_value=1),
            }  # fmt: skip

    beside(benchmark, ours, "Faker", per_second(people, THEIRS))


def test_mimesis(benchmark, ours: float) -> None:  # type: ignore[no-untyped-def]
    mimesis = pytest.importorskip("mimesis", reason="mimesis is not installed: pip install mimesis")
    spoken = {"BR": "pt-br", "DE": "de", "ES": "es", "FR": "fr", "GB": "en-gb", "IN": "en", "IT": "it", "JP": "ja",
              "NL": "nl", "US": "en"}  # fmt: skip
    makers = [(country, mimesis.Generic(mimesis.Locale(code))) for country, code in spoken.items()]

    def people() -> None:
        for i in range(THEIRS):
            country, made = makers[i % len(makers)]
            person, address, number, choice = made.person, made.address, made.numeric, made.choice
            sex = mimesis.Gender.FEMALE if made.development.boolean() else mimesis.Gender.MALE
            born = person.birthdate(min_year=1936, max_year=2013)
            {
                "person": i, "country": country, "city": address.city(),
                "address": f"{address.address()}, {address.postal_code()}",
                "region": address.region(), "household": i, "locale": made.locale, "language": country,
                "born": born, "gender": sex, "age": 2026 - born.year, "name": person.full_name(gender=sex),
                "handle": person.username(), "email": person.email(domains=["example.com"]),
                "phone": person.phone_number(), "employer": made.finance.company(),
                "education": choice(EDUCATIONS), "interests": choice(INTERESTS, length=3),
                "posts_per_month": number.float_number(0, 300), "camera_roll": made.development.boolean(),
                "caution": number.float_number(0, 1), "default_audience": number.integer_number(0, 2),
                "joined": made.datetime.datetime(start=2011), "public_share": number.float_number(0, 1),
            }  # fmt: skip

    beside(benchmark, ours, "mimesis", per_second(people, THEIRS))
