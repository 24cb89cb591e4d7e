"""People: each row depends on the seed and the person's number alone, and follows the configured laws."""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow.compute as pc
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.core.build import build
from sim.core.errors import Mistake, Misuse
from sim.core.noise import Noise
from sim.core.parameters import settle
from sim.core.schema import INTERESTS, check
from sim.world import people as people_module
from sim.world.draws import Crowd, wheel
from sim.world.people import populate
from sim.world.places import places
from sim.world.vocabulary import LOCALES, companies, romanise, vocabulary

CONF = Path(__file__).parents[1] / "conf"
DECISION_S = 627_696_000  # 2026-11-22


def made(**changes):
    laws = settle(yaml.safe_load((CONF / "people.yaml").read_text()), None)
    return replace(build(laws), **changes)


@pytest.fixture(scope="module")
def many():
    return populate(made(), Noise(3), size=40_000, decision=DECISION_S)


def test_the_table_obeys_the_schema_and_handles_are_unique(many):
    check("people", many)
    handles = many["handle"].to_pylist()
    assert len(set(handles)) == len(handles)
    assert all(handle.isascii() and handle == handle.lower() for handle in handles)


@settings(max_examples=15, deadline=None)
@given(size=st.integers(1, 300), more=st.integers(1, 50), seed=st.integers(0, 2**64 - 1))
def test_more_people_change_nobody(size, more, seed):
    few = populate(made(), Noise(seed), size=size, decision=DECISION_S)
    all_ = populate(made(), Noise(seed), size=size + more, decision=DECISION_S)
    assert all_.slice(0, size).to_pylist() == few.to_pylist()


def test_equal_seeds_give_equal_people_and_others_do_not():
    one, again, other = (populate(made(), Noise(seed), size=500, decision=DECISION_S) for seed in (1, 1, 2))
    assert one.equals(again)
    assert not one.equals(other)


def test_a_country_more_leaves_everybodys_age_and_rate(many):
    alone = populate(made(countries={"NL": 1.0}), Noise(3), size=1000, decision=DECISION_S)
    assert set(alone["locale"].to_pylist()) == {"nl_NL"}
    for column in ("age", "born", "posts_per_month", "caution", "joined", "camera_roll"):
        assert alone[column].equals(many[column].slice(0, 1000))


def test_shares_of_countries_and_genders_are_the_configured_ones(many):
    laws = made()
    found = dict(
        zip(*(part.to_pylist() for part in pc.value_counts(many["country"].cast("string")).flatten()), strict=1)
    )
    for country, share in laws.countries.items():  # people of one household live in one country
        assert found[country] / many.num_rows == pytest.approx(share, abs=4 * (3 * share / many.num_rows) ** 0.5)
    women = pc.sum(pc.equal(many["gender"].cast("string"), "woman")).as_py() / many.num_rows
    assert women == pytest.approx(laws.woman_share, abs=0.01)


def test_posting_rates_have_the_published_median_and_concentration(many):
    rate = np.sort(many["posts_per_month"].to_numpy())
    assert np.median(rate) == pytest.approx(2.0, rel=0.05)  # P01
    top = rate[-len(rate) // 10 :]
    assert 0.70 < top.sum() / rate.sum() < 0.90  # V13
    assert 30 < np.median(top) / np.median(rate) < 90  # V14
    assert rate[-1] <= made().posts_most


def test_public_share_keeps_its_mean_and_falls_with_caution(many):
    share, caution = many["public_share"].to_numpy(), many["caution"].to_numpy()
    assert share.mean() == pytest.approx(0.36, abs=0.03)  # P11
    assert ((share >= 0) & (share <= 1)).all()
    assert share[caution < 0.2].mean() > share[caution > 0.8].mean() + 0.1


def test_nobody_joined_before_thirteen_or_after_the_decision(many):
    age, joined = many["age"].to_numpy().astype(np.int64), many["joined"].to_numpy()
    assert age.min() >= 13
    assert age.max() <= 90
    assert ((joined >= 0) & (joined <= DECISION_S) & (joined % 86_400 == 0)).all()
    assert (joined >= many["born"].to_numpy() + 13 * 31_557_600 - 86_400).all()
    assert joined.min() < 400 * 86_400


def test_only_people_of_working_age_have_an_employer(many):
    age, education = many["age"].to_numpy(), np.array(many["education"].to_pylist())
    employed = many["employer"].is_valid().to_numpy()
    working = (age >= 18) & (age <= 67)
    assert not employed[~working].any()
    for name, share in made().careers.employed.items():
        assert employed[working & (education == name)].mean() == pytest.approx(share, abs=0.03)


def test_age_and_birthday_agree_and_minors_are_at_school(many):
    age, born = many["age"].to_numpy(), many["born"].to_numpy()
    assert np.array_equal((DECISION_S - born) // 31_557_600, age)
    assert (born % 86_400 == 0).all()
    education = np.array(many["education"].to_pylist())
    assert np.array_equal(education == "pupil", age < 18)
    assert age[education == "tertiary"].min() >= 22
    assert age[education == "student"].max() < 25


def test_degrees_fall_with_age_and_differ_by_country(many):
    age = many["age"].to_numpy()
    degree = np.array(many["education"].to_pylist()) == "tertiary"
    country = np.array(many["country"].to_pylist())
    assert degree[(age >= 25) & (age < 35)].mean() > degree[age >= 60].mean() + 0.1
    young = (age >= 25) & (age < 45)
    assert degree[young & (country == "GB")].mean() > degree[young & (country == "IN")].mean() + 0.2


def test_a_household_shares_its_home_and_mostly_its_name(many):
    household = many["household"].to_numpy()
    assert np.array_equal(household, np.maximum.accumulate(household))
    together = np.flatnonzero(household[1:] == household[:-1])
    assert 0.35 < len(together) / many.num_rows < 0.5
    for column in ("country", "region", "city", "address", "locale"):
        words = np.array(many[column].to_pylist())
        assert np.array_equal(words[together], words[together + 1]), column
    family = np.array([name.split(" ")[-1] for name in many["name"].to_pylist()])
    western = np.array(many["country"].to_pylist()) != "JP"
    same = (family[together] == family[together + 1])[western[together]]
    assert 0.3 < same.mean() < 0.8
    strangers = family[:-1] == family[1:]
    assert strangers[household[1:] != household[:-1]].mean() < 0.02


def test_partners_are_of_an_age_and_children_a_generation_younger(many):
    household, age = many["household"].to_numpy(), many["age"].to_numpy().astype(int)
    second = np.flatnonzero(household[1:] == household[:-1])
    second = second[household[second] == second] + 1
    gap = np.abs(age[second] - age[household[second]])
    grown = age[household[second]] >= 40
    assert (gap[grown] <= 5).mean() > 0.6
    assert ((gap[grown] >= 20) & (gap[grown] <= 40)).mean() > 0.03
    assert not ((gap > 5) & (gap < 20)).any()


def test_contact_data_lead_nowhere(many):
    assert {mail.split("@")[1] for mail in many["email"].to_pylist()} <= {"example.com", "example.org", "example.net"}
    assert len(set(many["email"].to_pylist())) == many.num_rows
    reserved = r"\(\d{3}\) 555-01\d\d|07700 900\d{3}|020 7946 0\d{3}|\+44 7700 900\d{3}|\+1 202 555 01\d\d"
    german = r"030 23125\d{3}|069 90009\d{3}|040 66969\d{3}|0221 4710\d{3}|089 99998\d{3}"
    assert all(re.fullmatch(f"{reserved}|{german}", phone) for phone in many["phone"].unique().to_pylist())
    assert all(re.search(r"[ -]?0{4,}|ZZ00", address) for address in many["address"].unique().to_pylist())


def test_tastes_go_with_age_and_gender(many):
    age, woman = many["age"].to_numpy(), np.array(many["gender"].to_pylist()) == "woman"
    interests = many["interests"].to_numpy()
    assert (np.bitwise_count(interests) >= 1).all()
    assert (np.bitwise_count(interests) <= 3).all()
    likes = {name: interests >> place & 1 == 1 for place, name in enumerate(INTERESTS)}
    assert likes["gardening"][age > 50].mean() > 2 * likes["gardening"][age < 30].mean()
    assert likes["football"][~woman].mean() > 1.5 * likes["football"][woman].mean()


def test_defaults_are_narrower_for_minors_and_where_the_law_asks(many):
    public = many["default_audience"].to_numpy() == 2
    minor = many["joined"].to_numpy() < many["born"].to_numpy() + 18 * 31_557_600
    country = np.array(many["country"].to_pylist())
    american = country == "US"
    german = country == "DE"
    assert public[minor].mean() < public[german & ~minor].mean() < public[american & ~minor].mean()
    share = many["public_share"].to_numpy()
    assert share[public].mean() > share[~public].mean() + 0.05


def test_blocks_and_threads_change_nothing(monkeypatch):
    whole = populate(made(), Noise(9), size=3000, decision=DECISION_S, threads=1)
    monkeypatch.setattr(people_module, "CHUNK", 512)
    parts = populate(made(), Noise(9), size=3000, decision=DECISION_S, threads=2)
    assert parts.equals(whole)


def test_a_crowds_words_are_those_of_the_noise():
    for mine, theirs in zip(Crowd(Noise(5), 16, 40).words("x"), Noise(5).words("x", np.arange(16, 56)), strict=True):
        assert np.array_equal(mine, theirs)


@given(st.lists(st.floats(0.01, 10), min_size=1, max_size=50))
def test_a_wheel_gives_every_choice_its_share(weights):
    share = np.bincount(wheel(weights), minlength=len(weights)) / 2**16
    assert np.allclose(share, np.array(weights) / sum(weights), atol=2**-15)


@pytest.mark.parametrize("locale", [*LOCALES.values()])
def test_every_locale_has_names_that_can_be_spelled(locale):
    words = vocabulary(locale)
    for names in (words.women, words.men, words.family):
        assert len(names.names) >= 20
        assert sum(not latin for latin in names.latin) <= len(names.latin) * 0.01


@pytest.mark.parametrize("country", LOCALES)
def test_every_country_has_places(country):
    found = places(country, 48)
    assert len(set(found.towns)) == len(found.towns) == len(found.regions) >= 40
    assert len(set(found.addresses)) > 1000
    assert len(set(companies(country, 200))) >= 50


def test_names_come_from_the_country_and_stand_in_its_order(many):
    japan = pc.filter(many["name"], pc.equal(many["country"].cast("string"), "JP")).to_pylist()
    words = vocabulary("ja_JP")
    assert all(name.split(" ")[0] in words.family.names for name in japan)


def test_a_minority_has_its_own_names_and_language(many):
    american = many.filter(pc.equal(many["country"].cast("string"), "US"))
    spanish = pc.equal(american["language"].cast("string"), "es")
    assert pc.mean(pc.cast(spanish, "int8")).as_py() == pytest.approx(0.13, abs=0.02)
    assert set(american.filter(spanish)["locale"].to_pylist()) == {"es_ES"}


@pytest.mark.parametrize(("name", "spelled"), [("Adélaïde", "adelaide"), ("Weiß", "weiss"), ("O'Neill", "oneill")])
def test_romanise(name, spelled):
    assert romanise(name) == spelled


@pytest.mark.parametrize(
    "wrong",
    [
        {"woman_share": 1.2},
        {"countries": {}},
        {"posts_sigma": float("nan")},
        {"towns": 0},
        {"minorities": {"US": {"es_ES": 2}}},
    ],
)
def test_impossible_laws_are_a_mistake(wrong):
    with pytest.raises(Mistake, match=next(iter(wrong))):
        made(**wrong)


def test_an_unknown_country_and_an_empty_world_are_named():
    with pytest.raises(Misuse, match="no country 'XX'"):
        populate(made(countries={"XX": 1}), Noise(1), size=5, decision=DECISION_S)
    with pytest.raises(Mistake, match="at least one person"):
        populate(made(), Noise(1), size=0, decision=DECISION_S)


@pytest.mark.parametrize("seed", range(5))
def test_every_draw_from_the_ranges_is_a_possible_population(seed):
    laws = settle(yaml.safe_load((CONF / "people.yaml").read_text()), Noise(seed))
    drawn = populate(build(laws), Noise(1), size=300, decision=DECISION_S)
    share = drawn["public_share"].to_numpy()
    assert ((share >= 0) & (share <= 1)).all()


@pytest.mark.parametrize(("name", "size"), [("demo", 2000), ("village", 1000), ("town", 10_000), ("city", 100_000)])
def test_named_worlds(name, size):
    world = yaml.safe_load((CONF / f"world/{name}.yaml").read_text())
    assert (world["name"], world["size"]) == (name, size)
    assert 0 < world["owners"] <= size
    assert "/people@people" in world["defaults"]
