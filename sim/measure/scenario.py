"""The gig-workers scenario in words: what human review adds, and what deletion could and could not do there."""

from sim.measure.amounts import count, percent
from sim.measure.findings import part, title_of
from sim.measure.results import Results, Scenario
from sim.measure.reviewed import added
from sim.measure.words import horizon

PICKED = "between one in a million and one in a hundred"
"""Share of public profiles that are picked: a range of four decades, since nobody has published it."""


def gig_workers(usual: Results, picked: Results) -> Scenario:
    """Paragraphs from two comparisons: as usual, and for owners whose profile gig workers open."""
    read, learnt = part(picked, "nothing", "annotators"), part(picked, "nothing", "models")
    before = part(usual, "nothing", "annotators")
    total = read["sunk"] + read["irreversible"] + read["avoidable"]
    usually = before["sunk"] + before["irreversible"] + before["avoidable"]
    when = horizon(picked)
    first = (
        "In April 2026 the press described tens of thousands of gig workers who open public profiles, describe what "
        f"they see and tag who is in it, to train models. How many profiles are picked nobody has published: {PICKED}. "
        "What follows holds for people whose profile is picked between June 2025 and November 2027."
    )
    if total <= 0:
        return Scenario(title=picked["title"], paragraphs=[first, "Here nobody has a sensitive item that is public."])
    second = (
        f"By {when}, {count(total)} times a worker has read a sensitive item of such a person "
        f"({_span(picked)}); without being picked it is {count(usually)}. At the decision "
        f"{percent(read['sunk'] / total)} has been read already, {percent(read['irreversible'] / total)} will be "
        f"whatever is done, and {percent(read['avoidable'] / total)} can still be avoided."
    )
    deeds = [_deed(picked, name) for name in ("most_sensitive", "make_private", "everything", "delete_account")]
    third = "Of what can still be avoided: " + "; ".join(text for text in deeds if text) + "."
    models = learnt["sunk"] + learnt["irreversible"] + learnt["avoidable"]
    fourth = (
        "What deletion could not do: make anybody forget what was read; empty a harvester's disk, since a profile "
        f"taken before the deletion stays a task after it; or untrain a model. Of the {count(models)} times a model "
        f"learns an item, {percent(_share(learnt['sunk'], models))} lie before the decision and "
        f"{percent(_share(learnt['irreversible'], models))} cannot be stopped afterwards. Friends' posts that show "
        "the person are read as well, and are not hers to delete."
    )
    told = [first, second, third, fourth, added(picked)]
    return Scenario(title=picked["title"], paragraphs=[paragraph for paragraph in told if paragraph])


def _share(of: float, total: float) -> float:
    return of / total if total > 0 else 0.0


def _span(picked: Results) -> str:
    """The interval of the pairs that annotators have read before the decision."""
    row = next(r for r in picked["leaderboard"] if (r["strategy"], r["measure"]) == ("nothing", "sunk_annotators"))
    return f"before the decision {count(row['low'])} to {count(row['high'])} times, as what is not known is drawn"


def _deed(picked: Results, name: str) -> str:
    """What one strategy avoids of the readings still avoidable, and of the models' learning."""
    if name not in picked["parts"]:
        return ""
    read, learnt = part(picked, name, "annotators"), part(picked, name, "models")
    return (
        f"\u201c{title_of(picked, name)}\u201d avoids {percent(_share(read['avoided'], read['avoidable']))} of the "
        f"reading and {percent(_share(learnt['avoided'], learnt['avoidable']))} of the training"
    )
