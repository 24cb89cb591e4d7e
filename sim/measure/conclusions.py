"""What a comparison concludes: which strategy is best, of all, of those that keep half of the posts, and for whom."""

from collections.abc import Callable, Sequence

from sim.core.schema import LEARNERS
from sim.measure.outcome import Deed, Outcome

KEEPING_SHARE = 0.5
"""A strategy counts as robustly best only among those that keep at least this share of the posts."""
QUESTIONS = {
    "keeping": "best of those that keep half of the posts",
    "all": "best of all",
    **{learner: f"best against {learner} among those that keep half" for learner in LEARNERS},
    "inferred": "best at hiding towns among those that keep half",
}
"""Conclusions of a comparison: each is answered by a strategy."""


def conclusions(outcome: Outcome, names: Sequence[str]) -> dict[str, str | None]:
    """Which strategy answers each question; `nothing` where none does better than that, None where nobody can say."""
    keeping = [name for name in names if _keeps(outcome.deeds.get(name))]

    def best(among: Sequence[str], done: Callable[[str], int]) -> str | None:
        ahead = max(among, key=done, default=None)
        return "nothing" if ahead is not None and done(ahead) <= 0 else ahead

    def avoided(name: str) -> int:
        return int(outcome.deeds[name].avoided.sum())

    found = {"keeping": best(keeping, avoided), "all": best(names, avoided)}
    for code, learner in enumerate(LEARNERS):
        found[learner] = best(keeping, lambda name, code=code: int(outcome.deeds[name].avoided[:, code].sum()))  # type: ignore[misc]
    if "nothing" in outcome.inferred:
        told = {name: int(own["town_inferred"].sum()) for name, own in outcome.inferred.items()}
        found["inferred"] = best(keeping, lambda name: told["nothing"] - told[name])
    return found


def winner(outcome: Outcome, names: Sequence[str]) -> str | None:
    """The strategy that avoids most among those that keep at least half the posts; the first of equals."""
    keeping = [name for name in names if _keeps(outcome.deeds.get(name))]
    return max(keeping, key=lambda name: int(outcome.deeds[name].avoided.sum()), default=None)


def _keeps(deed: Deed | None) -> bool:
    return deed is not None and bool(deed.kept.sum() >= KEEPING_SHARE * deed.posts.sum())
