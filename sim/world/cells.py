"""Nest people in cells: age cohort < town < country, each large enough to hold its people's ties."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from sim.core.noise import Noise

Ints = NDArray[np.int64]

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
    """Numbers of a dictionary column's values, by alphabet: the same whatever the dictionary's order."""
    encoded = column.combine_chunks()
    words = np.asarray(encoded.dictionary.to_pylist(), dtype=str)
    place = np.unique(words, return_inverse=True)[1]
    return place[encoded.indices.to_numpy(zero_copy_only=False)].astype(np.int64)


def nest(people: pa.Table, noise: Noise, *, cell_people: int, blur_years: int) -> Levels:
    """Cells of about `cell_people` people or more, where the country has as many.

    Towns of a country too small for several cohorts are put together; a town is cut by age into cohorts of equal
    size, whose borders are blurred by `blur_years` either way.
    """
    person = np.arange(people.num_rows)
    country, city = codes(people["country"]), codes(people["city"])
    age = people["age"].to_numpy().astype(np.int64)
    town = _towns(country, city, least=COHORTS * cell_people)
    blur = noise.below("cohort border", 2 * blur_years * 16 + 1, person)
    order = np.lexsort((person, age * 16 + blur, town.cell))
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
    cities, which, residents = np.unique(country << 32 | city, return_inverse=True, return_counts=True)
    home = cities >> 32
    total = np.bincount(home, weights=residents).astype(np.int64)
    parts = np.maximum(1, np.minimum(total // least, np.bincount(home)))
    middle = 2 * np.cumsum(residents) - residents - 2 * np.concatenate([[0], np.cumsum(total)])[home]
    first = np.concatenate([[0], np.cumsum(parts)])
    town = first[home] + middle * parts[home] // (2 * total[home])
    return Cells(town[which], int(first[-1]))
