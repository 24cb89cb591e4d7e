"""Judge what was measured against published facts: in its band, out of it, or absent, and always why."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import isfinite
from typing import Any, TypedDict

from sim.core.errors import Misuse, require, unknown

ROLES = ("calibrated", "held_out")
VERDICTS = ("in", "out", "absent")
NOT_INDEPENDENT = "Not an independent test:"
ROW = re.compile(r"\b[A-Z][0-9]{2}\b")
"""A row of the table of sources, as parameters and facts name it: G06."""
UNEXPLAINED = "Why is not known; conclusions that rest on it need care."


class Row(TypedDict):
    """One line of the validation: `generated` against `published`, with the band and the verdict; null: unknown."""

    id: str
    statistic: str
    role: str
    generated: float | None
    published: float | None
    low: float | None
    high: float | None
    verdict: str
    source: str
    note: str


@dataclass(frozen=True)
class Fact:
    """A published fact: `low` to `high` is its band (None: open), `published` the figure, None where only a sign is.

    role: calibrated (the model was fitted to it) or held_out (never looked at in fitting). absent: why the model
    has nothing to measure, empty if it has. why_out: the known reason where it lies outside its band. rows: the
    sources' rows it stands on, where they are not those its source names. leans_on: parameters that name them too.
    """

    id: str
    statistic: str
    published: float | None
    low: float | None
    high: float | None
    role: str
    source: str
    absent: str = ""
    why_out: str = ""
    rows: Sequence[str] | None = None
    leans_on: Sequence[str] = ()

    def __post_init__(self) -> None:
        if self.role not in ROLES:
            raise unknown(f"role of fact {self.id}", self.role, ROLES)
        for name in ("published", "low", "high"):
            number = getattr(self, name)
            fits = number is None or (isinstance(number, int | float) and not isinstance(number, bool))
            require(fits, f"Fact {self.id}: '{name}' is {number!r}; it takes a number, or null.")
        low, high = self.low, self.high
        require(low is None or high is None or low <= high, f"Fact {self.id}: its band runs from {low} to {high}.")


@dataclass(frozen=True)
class Found:
    """A measured value, or None if this world cannot show it; `note`: where and how it was measured.

    why_out: what explains a miss here, instead of the fact's own `why_out`.
    """

    value: float | None
    note: str = ""
    why_out: str = ""


def read_facts(node: Mapping[str, Any]) -> dict[str, Fact]:
    """Facts of a configuration {id: {name: fields}}, keyed 'id.name'. Raises Misuse naming what is wrong."""
    facts = {}
    for number, parts in node.items():
        for name, fields in parts.items():
            try:
                facts[f"{number}.{name}"] = Fact(id=number, **fields)
            except TypeError as problem:
                said = str(problem).partition("__init__() ")[2] or str(problem)
                raise Misuse(f"facts.{number}.{name} cannot be read: {said}.") from None
    return facts


def leaning(facts: Mapping[str, Fact], parameters: Iterable[tuple[str, Mapping[str, Any]]]) -> dict[str, Fact]:
    """`facts`, each with the parameters (path, node) whose own source names a row of it: it is no independent test."""
    named = [(path, set(ROW.findall(str(node["source"])))) for path, node in parameters]

    def leans(fact: Fact) -> Fact:
        rows = set(ROW.findall(fact.source) if fact.rows is None else fact.rows)
        return replace(fact, leans_on=tuple(path for path, sources in named if rows & sources))

    return {name: leans(fact) for name, fact in facts.items()}


def judge(fact: Fact, found: Found | None) -> Row:
    """The row of one fact; `found` None: nothing measured it."""
    value = found.value if found is not None else None
    if value is not None and not isfinite(value):
        value = None
    notes = [found.note if found is not None else ""]
    if value is None:
        verdict = "absent"
        notes += [fact.absent or ("" if notes[0] else "This world has nothing to measure it by.")]
    elif (fact.low is not None and value < fact.low) or (fact.high is not None and value > fact.high):
        verdict = "out"
        assert found is not None
        notes += [found.why_out or fact.why_out or UNEXPLAINED]
    else:
        verdict = "in"
    if fact.role == "held_out" and fact.leans_on and value is not None:
        notes += [f"{NOT_INDEPENDENT} the same source set {', '.join(fact.leans_on)}."]
    return Row(
        id=fact.id, statistic=fact.statistic, role=fact.role, generated=None if value is None else round(value, 6),
        published=fact.published, low=fact.low, high=fact.high, verdict=verdict, source=fact.source,
        note=" ".join(note for note in notes if note),
    )  # fmt: skip


def judged(facts: Mapping[str, Fact], found: Mapping[str, Found]) -> list[Row]:
    """A row for each fact, in their order. Raises Misuse for something measured that is no fact."""
    for name in found:
        if name not in facts:
            raise unknown("fact", name, facts)
    return [judge(fact, found.get(name)) for name, fact in facts.items()]


def summary(rows: Iterable[Row]) -> dict[str, dict[str, int]]:
    """By role: how many rows there are, how many are in, out and absent, and how many are not independent."""
    counts = {role: dict.fromkeys(("rows", *VERDICTS, "not_independent"), 0) for role in ROLES}
    for row in rows:
        counts[row["role"]]["rows"] += 1
        counts[row["role"]][row["verdict"]] += 1
        counts[row["role"]]["not_independent"] += NOT_INDEPENDENT in row["note"]
    return counts


def in_words(counts: Mapping[str, Mapping[str, int]]) -> str:
    """'Calibrated: 9 of 9 in. Held out: 15 of 17 in; 4 more absent (2 not independent).'"""
    said = []
    for role in ROLES:
        own = counts[role]
        if not own["rows"]:
            continue
        measured = own["in"] + own["out"]
        more = f"; {own['absent']} more absent" if own["absent"] else ""
        more += f" ({own['not_independent']} not independent)" if own["not_independent"] else ""
        said.append(f"{role.replace('_', ' ').capitalize()}: {own['in']} of {measured} in{more}.")
    return " ".join(said)
