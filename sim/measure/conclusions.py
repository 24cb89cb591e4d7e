"""What a comparison concludes: which strategy is best, of all, of those that keep half of the posts, and for whom."""

from collections.abc import Mapping, Sequence

from sim.core.schema import LEARNERS
from sim.measure.findings import KEEPING_SHARE
from sim.measure.outcome import Deed, Outcome

QUESTIONS = {
    "keeping": "best of those that keep half of the posts",
    "all": "best of all",
    **{learner: f"best against {learner} among those that keep half" for learner in LEARNERS},
    "inferred": "best at hiding towns among those that keep half",
}
"""Conclusions of a comparison: each is answered by a strategy."""


AHEAD_SHARE = 0.01
"""A strategy is ahead by at least this share of what could be avoided; a smaller lead is luck, and nobody is ahead."""


def conclusions(outcome: Outcome, names: Sequence[str]) -> dict[str, str | None]:
    """Which strategy answers each question; `nothing` where none helps at all, None where none is clearly ahead."""
    keeping = [name for name in names if keeps(outcome.deeds.get(name))]
    avoidable = outcome.ledger.avoidable.sum(axis=0)
    pairs = {name: outcome.deeds[name].avoided.sum(axis=0) for name in names}
    found = {
        "keeping": ahead({name: int(pairs[name].sum()) for name in keeping}, of=int(avoidable.sum())),
        "all": ahead({name: int(pairs[name].sum()) for name in names}, of=int(avoidable.sum())),
    }
    for code, learner in enumerate(LEARNERS):
        found[learner] = ahead({name: int(pairs[name][code]) for name in keeping}, of=int(avoidable[code]))
    if "nothing" in outcome.inferred:
        told = {name: int(outcome.inferred[name]["town_inferred"].sum()) for name in outcome.inferred}
        hidden = {name: told["nothing"] - told[name] for name in keeping}
        found["inferred"] = ahead(hidden, of=len(outcome.inferred["nothing"]["town_inferred"]))
    return found


def ahead(done: Mapping[str, int], *, of: int) -> str | None:
    """Which strategy has done most `of` what could be: by AHEAD_SHARE of it more than any other; `nothing` if none
    has done anything; None if two are close.
    """
    order = sorted(done, key=lambda name: -done[name])
    if not order or done[order[0]] <= 0:
        return "nothing" if order else None
    lead = done[order[0]] - (done[order[1]] if len(order) > 1 else 0)
    return order[0] if lead >= max(1, AHEAD_SHARE * of) else None


def winner(outcome: Outcome, names: Sequence[str]) -> str | None:
    """The strategy that avoids most among those that keep at least half the posts; the first of equals."""
    keeping = [name for name in names if keeps(outcome.deeds.get(name))]
    return max(keeping, key=lambda name: int(outcome.deeds[name].avoided.sum()), default=None)


def keeps(deed: Deed | None) -> bool:
    """Whether a strategy that applies keeps so many posts that it is compared."""
    return deed is not None and bool(deed.kept.sum() >= KEEPING_SHARE * deed.posts.sum())
