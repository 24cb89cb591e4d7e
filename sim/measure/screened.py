"""What a Morris screen found, in words: which numbers move the outcome, and inside which ranges conclusions change."""

from sim.measure.amounts import count, percent
from sim.measure.conclusions import QUESTIONS
from sim.measure.findings import amount
from sim.measure.results import Screen
from sim.measure.words import adding


def screened(screen: Screen) -> str:
    """The numbers that move the outcome most."""
    effects = [own for own in screen["effects"] if amount(own["mean"]) > 0]
    first = ", ".join(f"{own['path']} ({percent(own['mean'])})" for own in effects[:3])
    most = (
        f"Most moves the share of exposure that can be avoided: {first}."
        if first
        else "None moves what can be avoided."
    )
    return (
        f"Each of {count(len(screen['effects']))} numbers known only to a range was moved alone, with the others at "
        f"many places of theirs ({count(screen['evaluations'])} comparisons of one world and one luck; Morris 1991). "
        f"{most} A strategy is called best where it is ahead by a hundredth of what could be avoided."
    )


def flips(screen: Screen) -> list[str]:
    """Inside which ranges each conclusion changes, and which conclusions hold all through: a sentence each."""
    said, steady = [], []
    for question, meaning in QUESTIONS.items():
        paths = [own["path"] for own in screen["effects"] if any(flip["question"] == question for flip in own["flips"])]
        if paths:
            said.append(f"Which strategy is {meaning} changes inside the range of {adding(paths)}.")
        else:
            steady.append(meaning)
    if steady:
        said.append(f"No single range changes which strategy is {'; '.join(steady)}.")
    return said
