"""Nest people in cells: age cohort < town < country, each large enough to hold its people's ties; and families."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from sim.core.noise import Noise
from sim.world.draws import Crowd
from sim.world.radix import sort_bits
from sim.world.weave import Layout, Line

Ints = NDArray[np.int64]

YEAR = 16
"""Steps of a year along the line of ages: four years count as one age when people are matched by number of ties."""

FEW = 4
"""Ties wanted up to which people are not ranked by that number."""

COHORTS = 3
"""Cohorts a town has at least, before small towns are put together; more where it is larger."""


@dataclass(frozen=True)
class Cells:
    """One partition of people: cell number of each, 0 ... count - 1."""

    cell: Ints
    count: int

    def starts(self, order: Ints) -> Ints:
        """Where each cell begins in `order`, an order of people by cell; the last entry is its length."""
        return np.searchsorted(self.cell[order], np.arange(self.count + 1)).astype(np.int64)


@dataclass(frozen=True)
class Levels:
    """Nested partitions of people, and what matching by likeness needs: country code and age of each."""

    cohort: Cells
    town: Cells
    country: Ints
    age: Ints


def codes(column: pa.ChunkedArray) -> Ints:
    """Numbers of a dictionary column's values, by alphabet, whatever the dictionary's order; -1 where it is null."""
    encoded = column.combine_chunks()
    words = np.asarray(encoded.dictionary.to_pylist(), dtype=str)
    place = np.unique(words, return_inverse=True)[1]
    indices = encoded.indices.fill_null(len(place)).to_numpy(zero_copy_only=False)
    return np.append(place, -1)[indices].astype(np.int64)


def in_order(number: Ints) -> Ints:
    """The places of numbers from 0 up in ascending order, equal ones as they stand."""
    bits = max(1, (len(number) - 1).bit_length())
    keys = ((number << bits) + np.arange(len(number))).view(np.uint64)
    return sort_bits(keys, bits, bits + int(number.max(initial=0)).bit_length()).view(np.int64) & ((1 << bits) - 1)


def lay_out(people: pa.Table, noise: Noise, *, cell_people: int, blur_years: int) -> Layout:
    """People in order of country, town, cohort and id, as `weave` takes them; places on its lines are ages."""
    levels = nest(people, noise, cell_people=cell_people, blur_years=blur_years)
    order = in_order(levels.cohort.cell)
    age = YEAR * (levels.age[order] - levels.age.min())
    line = Line(age, YEAR * blur_years)
    work = codes(people["employer"])[order]
    town = levels.town.starts(order)
    kin, kin_order = _families(people["household"].to_numpy()[order])
    return Layout(
        person=order,
        kin_order=kin_order,
        kin=kin,
        cohort=levels.cohort.starts(order),
        town=town,
        country=np.searchsorted(levels.country[order], np.arange(levels.country.max() + 2)).astype(np.int64),
        work=work,
        in_town=line,
        in_nation=line,
        in_world=line,
        few=FEW,
    )


def _families(household: Ints) -> tuple[Ints, Ints]:
    """Where each household begins in an order of places, and that order."""
    order = in_order(household)
    first = np.flatnonzero(np.append(True, np.diff(household[order]) != 0))
    return np.append(first, len(order)).astype(np.int64), order


def nest(people: pa.Table, noise: Noise, *, cell_people: int, blur_years: int) -> Levels:
    """Cells of about `cell_people` people or more, where the country has as many.

    Towns of a country too small for several cohorts are put together; a town is cut by age into cohorts of equal
    size, whose borders are blurred by `blur_years` either way.
    """
    country, city = codes(people["country"]), codes(people["city"])
    age = people["age"].to_numpy().astype(np.int64)
    town = _towns(country, city, least=COHORTS * cell_people)
    word = Crowd(noise, 0, len(age)).words("cohort border")[0] >> np.uint64(32)
    blur = ((word * np.uint64(2 * blur_years * 16 + 1)) >> np.uint64(32)).astype(np.int64)
    years = age * 16 + blur
    order = in_order((town.cell << int(years.max()).bit_length()) + years)
    start = town.starts(order)
    residents = np.diff(start)
    cohorts = np.maximum(1, residents // cell_people)
    first = np.concatenate([[0], np.cumsum(cohorts)])
    home = town.cell[order]
    cohort = np.empty(len(order), dtype=np.int64)
    cohort[order] = first[home] + (np.arange(len(order)) - start[home]) * cohorts[home] // residents[home]
    return Levels(Cells(cohort, int(first[-1])), town, country, age)


def _towns(country: Ints, city: Ints, *, least: int) -> Cells:
    """Cities, those of one country put together in turn into parts of about `least` people; none is divided."""
    many = int(city.max()) + 1
    found = np.bincount(country * many + city)
    cities = np.flatnonzero(found)
    which = np.searchsorted(cities, np.arange(len(found)))[country * many + city]
    residents, home = found[cities], cities // many
    total = np.bincount(home, weights=residents).astype(np.int64)
    parts = np.maximum(1, np.minimum(total // least, np.bincount(home)))
    middle = 2 * np.cumsum(residents) - residents - 2 * np.concatenate([[0], np.cumsum(total)])[home]
    first = np.concatenate([[0], np.cumsum(parts)])
    town = first[home] + middle * parts[home] // (2 * total[home])
    return Cells(town[which], int(first[-1]))
