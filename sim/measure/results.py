"""The one record a comparison leaves for its report: every field, its meaning and its unit.

`Results` is plain JSON (results.json of a run), so a report can be drawn again without simulating. An
*item* is one sensitive class shown in one post or profile field; a *pair* is one item and one learner (a
person or a holder). Shares run from 0 to 1. A number that could not be had is null.
"""

from typing import Any, Literal, TypedDict


class ArchiveFacts(TypedDict):
    """What was read from the user's own archive."""

    platform: str
    """Name of the platform the archive comes from."""
    items: int
    """Posts and other items read."""
    errors: int
    """Entries that could not be read."""
    notes: list[str]
    """What the reader should know about the reading, one sentence each. May quote the archive: not to be trusted."""


class Facts(TypedDict):
    """What was simulated."""

    people: int
    ties: int
    mean_friends: float
    """Friends a person."""
    owners: int
    """People whose whole history was followed."""
    posts: int
    """Posts by or about the owners."""
    seeds: int
    """Draws of luck (and of uncertain parameters) in each world."""
    worlds: int
    decision: str
    """The day of the clean-up, ISO 8601 (2026-11-22)."""
    horizon_days: int
    """Days after the decision that count."""
    platform: str
    """Title of the platform whose limits the clean-up obeys."""
    pace: float
    """Share of the platform's published limit that is used, 0 to 1."""
    params: Literal["ranges", "centre"]
    """Whether uncertain parameters were drawn from their ranges, or held at their centres."""
    archive: ArchiveFacts | None
    """Null for a synthetic population."""
    events: int
    """Events of one log (the first world and seed)."""


class StrategyFacts(TypedDict):
    """One strategy's line of the leaderboard; means over owners and seeds."""

    title: str
    applicable: bool
    why_not: str | None
    """If not applicable: what it needs and did not find."""
    avoided_share: float | None
    """Share of avoidable pairs avoided; null where nothing was avoidable."""
    avoided_share_low: float | None
    avoided_share_high: float | None
    kept_share: float | None
    """Share of the owner's posts still there at the horizon."""
    calls: float | None
    """Requests to the platform, an owner."""
    days: float | None
    """Days until done at the chosen pace."""
    days_full_limit: float | None
    """Days until done at the platform's whole published limit."""
    usd: float | None
    """Price of the requests, US dollars an owner."""
    recurring: bool
    """Whether it goes on acting after the first clean-up."""


class Row(TypedDict):
    """One row of the leaderboard as the command prints it in JSON."""

    strategy: str
    measure: str
    unit: str
    n: int
    """Observations behind the mean: owners times seeds, which share worlds and parameters (interval.py)."""
    mean: float | None
    low: float | None
    high: float | None
    """Ends of the interval: luck, and all that is uncertain unless `params` is centre."""
    mc_se: float | None
    """Monte-Carlo standard error of the mean."""


class Part(TypedDict):
    """How a total divides; mean pairs an owner. sunk + irreversible + avoidable = the total under `nothing`."""

    sunk: float
    """Learnt before the decision."""
    irreversible: float
    """Learnt afterwards even if every action is taken at once and granted."""
    avoidable: float
    """The rest."""
    avoided: float
    """Of `avoidable`: what the strategy avoids."""


class OverTime(TypedDict):
    """Distinct pairs known, over time."""

    days: list[float]
    """Days after the decision, ascending; negative before it."""
    curves: dict[str, list[float]]
    """By strategy: pairs an owner known by then."""


class StopHere(TypedDict):
    """What the first deletions of a strategy achieve."""

    deletions: list[float]
    """Deletions done, an owner, ascending."""
    share: list[float]
    """Share of avoidable pairs avoided by these."""
    low: list[float]
    high: list[float]


class Waiting(TypedDict):
    """What is left to save if the clean-up waits."""

    days: list[float]
    """Days waited, ascending from 0."""
    avoidable: list[float]
    """Pairs an owner still avoidable if everything is done then."""
    low: list[float]
    high: list[float]


class Scenario(TypedDict):
    """A story with its figures, in words."""

    title: str
    paragraphs: list[str]


class Parameter(TypedDict):
    """A number of the model with its source; `low` and `high` null where it has no range."""

    path: str
    value: float | int
    low: float | None
    high: float | None
    scale: str | None
    """linear or log: how the range is drawn from."""
    unit: str | None
    source: str
    grade: str | None
    """How the source was read: VERIFIED, DERIVED, MEMORY, ASSUMPTION."""


class WorkRow(TypedDict):
    """One figure of the annotators' own side, over seeds and worlds."""

    measure: str
    unit: str
    n: int
    mean: float
    low: float
    high: float
    mc_se: float


class Flip(TypedDict):
    """A conclusion that changed when one parameter alone moved: the strategy ahead below and above, how often."""

    question: str
    """Which conclusion: a name of `conclusions.QUESTIONS`."""
    low: str
    high: str
    count: int


class Effect(TypedDict):
    """What one unknown number does, moved alone over a part of its range, all others at many places of theirs."""

    path: str
    mean: float
    """Mean absolute effect of its whole range on the share of exposure that is avoidable (Morris's mu*)."""
    spread: float
    """Standard deviation of the effect: how much it hangs on the others (sigma)."""
    steps: int
    """Times it was moved."""
    flips: list[Flip]


class Screen(TypedDict):
    """A Morris screen over every parameter that is only known to a range."""

    evaluations: int
    effects: list[Effect]
    """By parameter, the largest first."""


class Results(TypedDict):
    """Everything a report, a figure or the terminal says of one comparison."""

    title: str
    run: str
    """Run id, 12 hexadecimal digits."""
    facts: Facts
    classes: list[str]
    """Classes of learners, in order: friends, strangers, scrapers, annotators, models."""
    strategies: dict[str, StrategyFacts]
    """By name, in the order of the leaderboard."""
    leaderboard: list[Row]
    parts: dict[str, dict[str, Part]]
    """By strategy and class; the first three fields are equal for all strategies."""
    over_time: OverTime
    stop_here: dict[str, StopHere]
    """By strategy that deletes."""
    waiting: Waiting
    robust: dict[str, float] | None
    """By strategy: share of seeds in which it avoids most among those that keep at least half the posts."""
    scenarios: list[Scenario]
    workers: list[WorkRow]
    """What the work of annotators is like; empty where it was not asked."""
    screen: Screen | None
    """Null: none was asked for."""
    parameters: list[Parameter]
    provenance: dict[str, Any]
    """Software, parameters, environment and input hashes of the run; `command` if known."""
