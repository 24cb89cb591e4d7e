"""One post's story in words: who saw it, passed it on, copied, took, read and learnt it, in order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sim.core.log import SHOWS
from sim.core.schema import CHANNELS, DAY_S, LEARNERS

NAMED = 3
"""How many people a sentence names; the others are counted."""
AGES = (
    (3_600, "Within the hour"), (DAY_S, "Within a day"), (7 * DAY_S, "Within a week"), (30 * DAY_S, "Within a month"),
    (365 * DAY_S, "Within a year"),
)  # fmt: skip
ONE_BY_ONE = {
    "reshare": ("reshare",), "forward": ("reshare",), "copy": ("copy",), "quote": ("quote",), "comment": ("comment",),
    "copied": ("copy", "quote", "comment"),
}  # fmt: skip
"""What is told person by person, until more than NAMED do it in one stretch of time."""
DOERS = (
    "reshare", "copy", "quote", "comment", "scrape", "train", "extract", "leak", "sell", "breach", "dump", "complete",
    "ingest",
)  # fmt: skip
"""Channels whose sentence is about who acts."""
LEARNING = [name for name in CHANNELS if name not in ("reshare", "copy", "extract", "leak", "dump", "complete")]


@dataclass(frozen=True)
class Happened:
    """An event in names: `age_s` since the post; `by` is who passed on or copied what is seen, or took what is read;
    `form` is a copy's, if it is a quote or a comment."""

    age_s: int
    channel: str
    actor: str
    by: str
    learner: str
    after: bool
    form: str = ""

    @property
    def deed(self) -> str:
        """What is told of it: its form, else its channel."""
        return self.form or self.channel


def tell_story(events: Sequence[Happened], *, decided: str) -> list[str]:
    """The story as lines: a heading for each stretch of time, then its sentences. `decided` is the decision's day."""
    lines: list[str] = []
    known: set[str] = set()
    for heading, among in _chapters(events, decided):
        many = {name for name, done in ONE_BY_ONE.items() if _distinct(among, done) > NAMED}
        groups: dict[tuple[str, str, str], list[str]] = {}
        for event in among:
            alone = event.actor if event.deed in DOERS else event.by
            group = (event.deed, "", "") if event.deed in many else (event.deed, alone, event.learner)
            groups.setdefault(group, []).append(event.actor)
        lines += ["", heading]
        for group, actors in groups.items():
            new = set(actors) - known if group[0] in SHOWS else set()
            lines.append("  " + _sentence(*group, actors, len(new)))
            known |= new
    return lines or ["", "Nobody sees it."]


def _distinct(events: Sequence[Happened], deeds: Sequence[str]) -> int:
    return len({event.actor for event in events if event.deed in deeds})


def _chapters(events: Sequence[Happened], decided: str) -> list[tuple[str, list[Happened]]]:
    """Events by stretch of time, in order, empty stretches left out."""
    made: dict[str, list[Happened]] = {}
    for event in sorted(events, key=lambda each: each.age_s):
        heading = next((name for most, name in AGES if event.age_s < most), "Later")
        if event.after:
            heading = f"After the clean-up's day, {decided}"
        made.setdefault(heading, []).append(event)
    return list(made.items())


def _sentence(channel: str, by: str, learner: str, actors: Sequence[str], new: int) -> str:
    """One sentence; of who sees it, `new` did not know it yet."""
    people = list(dict.fromkeys(actors))
    crowd, one = _crowd(people, learner), len(people) == 1
    again = ""
    if channel in SHOWS and new < len(people):
        again = ", not for the first time" if one else f", {new or 'none'} of them for the first time"
    if channel == "feed":
        where = "sees it in the feed" if one else "see it in their feeds"
        return f"{crowd} {where}{again}{_names(people)}."
    if channel == "tag":
        return f"{crowd} {'is' if one else 'are'} shown it because of the tag{again}{_names(people)}."
    if channel == "discovery":
        return f"{crowd} {'comes' if one else 'come'} across it, looking back{again}{_names(people)}."
    if channel in ONE_BY_ONE and not by:
        deed = {
            "reshare": "pass it on", "copy": "keep a copy and show it", "quote": "quote it",
            "comment": "tell it in a comment", "forward": "see what was passed on",
        }  # fmt: skip
        return f"{len(people)} people {deed.get(channel, 'see copies')}{again}{_names(people)}."
    if channel == "forward":
        return f"{crowd} {'sees' if one else 'see'} what {by} passed on{again}{_names(people)}."
    if channel == "copied":
        return f"{crowd} {'sees' if one else 'see'} {by}'s copy{again}{_names(people)}."
    return _of_things(channel, by, people, len(actors))


def _of_things(channel: str, by: str, people: Sequence[str], times: int) -> str:
    often = "" if times == 1 else f", {times} times, from the post and from copies"
    return {
        "reshare": f"{by} passes it on.",
        "copy": f"{by} keeps a copy and shows it" + ("." if times == 1 else f", {times} times."),
        "quote": f"{by} quotes it" + ("." if times == 1 else f", {times} times."),
        "comment": f"{by} tells it in a comment" + ("." if times == 1 else f", {times} times."),
        "scrape": f"The harvester '{by}' takes it{often}.",
        "review": f"{len(people)} hired {'person reads' if len(people) == 1 else 'people read'} what '{by}' took.",
        "leak": f"What {by} kept of it gets out.",
        "train": f"The model '{by}' is trained on it{'' if times == 1 else f', {times} copies of it'}.",
        "extract": f"The model '{by}' can be made to repeat it.",
        "complete": f"The model '{by}' completes it for who knows how it begins.",
        "ingest": f"The platform, '{by}', takes it, though it is private.",
        "sell": f"The buyer '{by}' gets it from a dealer and lists it{'' if times == 1 else f', {times} times'}.",
        "breach": f"{by} take it.",
        "dump": f"What was taken by {by} lies open to everybody.",
    }[channel]


def _crowd(people: Sequence[str], learner: str) -> str:
    if len(people) == 1:
        return "One friend" if learner == "friends" else "One stranger"
    return f"{len(people)} {'friends' if learner == 'friends' else 'strangers'}"


def _names(people: Sequence[str]) -> str:
    shown = ", ".join(people[:NAMED])
    rest = len(people) - NAMED
    return f": {shown} and {rest} more" if rest > 0 else f": {shown}"


def tell_prevented(known: Mapping[str, int], plans: Sequence[Mapping[str, Any]]) -> list[str]:
    """What each plan would have prevented, a line each: learners by class out of those `known` without it; and whom it
    would have drawn to it."""
    word = {
        "friends": "friends", "strangers": "strangers", "scrapers": "harvesters", "annotators": "readers",
        "models": "models",
    }  # fmt: skip
    total = [f"{known[name]} {word[name]}" for name in LEARNERS if known[name]]
    lines = ["", "Who knows it in the end: " + (", ".join(total) or "nobody") + ".", "What would have been prevented"]
    for plan in plans:
        parts = [f"{plan['prevented'][name]} of {known[name]} {word[name]}" for name in LEARNERS if known[name]]
        nothing = not any(plan["prevented"].values())
        drawn = ", ".join(f"{count} {word[name]}" for name, count in plan["drawn"].items() if count)
        said = ("nobody" if nothing else ", ".join(parts)) + (f"; drawn to it: {drawn}" if drawn else "")
        lines.append(f"  {plan['plan']}: {said}.")
    return lines
