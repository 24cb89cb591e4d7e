"""People: each row depends on the seed and the person's number alone, and follows the configured laws."""

from pathlib import Path

import numpy as np
import pyarrow.compute as pc
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.core.errors import Mistake, Misuse
from sim.core.noise import Noise
from sim.core.parameters import settle
from sim.core.schema import check
from sim.world.people import People, populate
from sim.world.vocabulary import LOCALES, romanise, vocabulary

CONF = Path(__file__).parents[1] / "conf"
DECISION_S = 627_696_000  # 2026-11-22


def made(**changes):
    laws = settle(yaml.safe_load((CONF / "people.yaml").read_text()), None)
    laws.pop("_target_")
    return People(**(laws | changes))


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
    for column in ("age", "posts_per_month", "caution", "joined", "public_share"):
        assert alone[column].equals(many[column].slice(0, 1000))


def test_shares_of_countries_and_genders_are_the_configured_ones(many):
    laws = made()
    found = dict(
        zip(*(part.to_pylist() for part in pc.value_counts(many["country"].cast("string")).flatten()), strict=1)
    )
    for country, share in laws.countries.items():
        assert found[country] / many.num_rows == pytest.approx(share, abs=4 * (share / many.num_rows) ** 0.5)
    women = pc.sum(pc.equal(many["gender"].cast("string"), "woman")).as_py() / many.num_rows
    assert women == pytest.approx(laws.woman_share, abs=0.01)


def test_posting_rates_have_the_published_median_and_concentration(many):
    rate = np.sort(many["posts_per_month"].to_numpy())
    assert np.median(rate) == pytest.approx(2.0, rel=0.05)  # P01
    assert rate[-len(rate) // 10 :].sum() / rate.sum() == pytest.approx(0.8, abs=0.06)  # P03
    assert rate[-1] <= made().posts_most


def test_public_share_keeps_its_mean_and_falls_with_caution(many):
    share, caution = many["public_share"].to_numpy(), many["caution"].to_numpy()
    assert share.mean() == pytest.approx(0.36, abs=0.02)  # P11
    assert ((share >= 0) & (share <= 1)).all()
    assert share[caution < 0.2].mean() > share[caution > 0.8].mean() + 0.1


def test_nobody_joined_before_thirteen_or_after_the_decision(many):
    age, joined = many["age"].to_numpy().astype(np.int64), many["joined"].to_numpy()
    assert age.min() >= 13
    assert age.max() <= 90
    assert ((joined >= 0) & (joined <= DECISION_S) & (joined % 86_400 == 0)).all()
    thirteenth_birthday = DECISION_S - (age - 13 + 1) * 31_557_600
    assert (joined > thirteenth_birthday - 86_400).all()
    assert joined.min() < 400 * 86_400


def test_only_people_of_working_age_have_an_employer(many):
    age = many["age"].to_numpy()
    employed = many["employer"].is_valid().to_numpy()
    assert not employed[(age < 18) | (age > 67)].any()
    assert employed[(age >= 18) & (age <= 67)].mean() == pytest.approx(0.6, abs=0.02)


@pytest.mark.parametrize("country", LOCALES)
def test_every_country_has_words_that_can_be_spelled(country):
    words = vocabulary(country, towns=48, companies=200)
    for names in (words.women, words.men, words.family):
        assert len(names.names) >= 20
        assert sum(not latin for latin in names.latin) <= len(names.latin) * 0.01
    assert len(set(words.towns)) == len(words.towns) >= 40
    assert len(set(words.companies)) == len(words.companies) >= 50


def test_names_come_from_the_country_and_stand_in_its_order(many):
    japan = pc.filter(many["name"].cast("string"), pc.equal(many["country"].cast("string"), "JP")).to_pylist()
    words = vocabulary("JP", towns=48, companies=200)
    assert all(name.split(" ")[0] in words.family.names for name in japan)


@pytest.mark.parametrize(("name", "spelled"), [("Adélaïde", "adelaide"), ("Weiß", "weiss"), ("O'Neill", "oneill")])
def test_romanise(name, spelled):
    assert romanise(name) == spelled


@pytest.mark.parametrize(
    "wrong",
    [{"woman_share": 1.2}, {"countries": {}}, {"posts_sigma": float("nan")}, {"public_share": -0.1}, {"towns": 0}],
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
    laws.pop("_target_")
    drawn = populate(People(**laws), Noise(1), size=300, decision=DECISION_S)
    share = drawn["public_share"].to_numpy()
    assert ((share >= 0) & (share <= 1)).all()


@pytest.mark.parametrize(("name", "size"), [("demo", 2000), ("village", 1000), ("town", 10_000), ("city", 100_000)])
def test_named_worlds(name, size):
    world = yaml.safe_load((CONF / f"world/{name}.yaml").read_text())
    assert (world["name"], world["size"]) == (name, size)
    assert 0 < world["owners"] <= size
    assert "/people@people" in world["defaults"]
