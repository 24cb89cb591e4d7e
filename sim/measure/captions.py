"""What stands beside the figures and tables: titles, captions, alternative texts, definitions. Unescaped."""

from dataclasses import dataclass

from sim.measure import words
from sim.measure.amounts import count, day, pace, percent, plural
from sim.measure.findings import amount, chosen, compared, delay, part, stop, title_of
from sim.measure.results import Results

DEFINITIONS = (
    ("Item", "One sensitive class (a name, a face, a place, health ...) shown in one post or profile field."),
    ("Pair", "One item and one learner: a person who sees it, or a holder (a harvester, a reviewer, a model)."),
    ("Exposure", "The number of distinct pairs: who is expected to learn what. Seeing a thing twice counts once."),
    ("Sunk", "Learnt before the decision."),
    ("Irreversible", "Learnt afterwards even if every action is taken at once and granted."),
    ("Avoidable", "The rest: what would be learnt if nothing is done, and need not be."),
    ("Avoided", "The part of the avoidable that a strategy really avoids, at the speed the platform allows."),
    ("Posts kept", "The share of the owner's posts that is still there at the horizon; each post counts the same."),
    ("Friends", "People tied to the owner, who see her posts in their feeds."),
    ("Strangers", "People without a tie, who meet a public post, a reshare or a copy."),
    ("Scrapers", "Programs and people who harvest public posts and keep them."),
    ("Annotators", "Workers who are given harvested or reported items to look at."),
    ("Models", "Models that were trained on an item and can be made to repeat it."),
)

OTHERS_POSTS = (
    "What friends post about someone is theirs to delete: an untagging ends its reach to the friends of the one who "
    "is shown, the post itself stays."
)

REQUESTS = (
    "What can be asked of holders. An objection to training exists in the EU and the UK; it covers what its author "
    "posted herself, not others' posts that show her, and training from the answer on; models trained before keep what "
    "they learnt, annotators go on reading, and harvesters other than the platform are not bound. A request to erase "
    "reaches what its holder has when it arrives, not what it takes or lists anew later, nor what a worker kept or a "
    "thief laid open; some comply, some late, some refuse, most of the others stay silent. Who copied a post takes "
    "it down when asked, or months later, or not at all. How often each happens is known only to a range. Laws of "
    "single US states are not modelled."
)
SETTINGS = (
    "What settings do. Limiting the past or a private account ends what strangers and crawlers would see from then on; "
    "friends go on seeing it, and copies and harvests stay. It touches nothing that was never public: not the pictures "
    "a platform takes from the camera roll while that setting is on, nor direct messages, which on Instagram are no "
    "longer encrypted end to end since May 2026. Switching the camera roll off ends what would be taken later, and "
    "nothing that was taken."
)
REVIEWED = (
    "What each plan leaves by the horizon, an owner: different people who read anything that shows her, different "
    "countries they live in, things a worker kept that got out, sensitive items a model can be made to repeat, and the "
    "chance that anything sensitive got out either way. An objection to training stops none of the reading: what is "
    "held for annotation is another copy than what is held for training."
)
WORKED = (
    "The workers' own side does not depend on what an owner deletes. Published figures are few: most rows are a "
    "worker's account or an assumption with a wide range; how each was read stands among the parameters."
)
INFERRED = (
    "Shares of owners of whom it is found. Home town, employer: told by a public post that stands, was copied or was "
    "harvested, or by most of the friends who tell theirs. Identity: the home town, and nobody else there of that "
    "gender and date of birth. Other accounts: found by the same handle while something of hers is public or held."
)


@dataclass(frozen=True)
class Caption:
    """A figure's title, its caption, and what it shows for those who do not see it."""

    title: str
    caption: str
    alt: str


def frontier(results: Results) -> Caption:
    """Of the figure of avoided exposure against posts kept."""
    facts = results["strategies"]
    said = "; ".join(
        f"{title_of(results, name)} avoids {words.avoids(results, name)} and keeps {percent(kept)}"
        for name, kept in ((name, facts[name]["kept_share"]) for name in compared(results))
    )
    return Caption(
        "What each strategy avoids, and what it leaves standing",
        "Up is less exposure, right is more posts kept: the further towards the upper right, the better. Upright lines "
        "are intervals. Squares are the ends of every comparison: doing nothing, making the account private, deleting "
        "it. The grey line joins the strategies that no other beats on both counts. "
        "Of marks that hide each other one is named; the table names all.",
        f"Share of avoidable exposure avoided, against share of posts kept. {said}.",
    )


def bar(results: Results) -> Caption:
    """Of the honest bar."""
    name = chosen(results) or next(iter(results["parts"]), "")
    said = "; ".join(
        f"{learners}: {count(own['sunk'])} already learnt, {count(own['irreversible'])} cannot be stopped, "
        f"{count(own['avoidable'])} avoidable, {count(own['avoided'])} avoided"
        for learners, own in ((learners, part(results, name, learners)) for learners in results["classes"])
    )
    return Caption(
        "How much is within reach at all, by who learns it",
        f"Each bar is 100% of its own class, so that small classes show too. The number beside a name is the class's "
        f"total of pairs{words.each(results)}: one item learnt by one person or holder. Greys are out of reach. "
        f"Avoided by “{title_of(results, name)}”. Counts are averaged here, so draws with more to avoid weigh more "
        "than in the table, which averages shares.",
        f"Division of pairs{words.each(results)}. {said}.",
    )


def over_time(results: Results) -> Caption:
    """Of exposure over time."""
    own = results["over_time"]["curves"]
    said = "; ".join(
        f"{title_of(results, name)} ends at {count(curve[-1])} pairs" for name, curve in own.items() if curve
    )
    return Caption(
        "Before the decision and after it",
        f"Pairs learnt{words.each(results)}. What was learnt up to the decision, {day(results['facts']['decision'])}, "
        "is sunk whatever follows. The second part starts again from zero on that day and has its own scale.",
        f"Pairs learnt over time{words.each(results)}. {said}.",
    )


def stop_here(results: Results) -> Caption:
    """Of the stop-here curve."""
    mark = stop(results)
    said = " ".join(words.stopping(results))
    band = "The band is the interval. The dot marks the point where 80% of what deleting everything can do is done."
    return Caption(
        "Where deleting may stop",
        f"Deletions in each strategy's own order{words.each(results)}. {band}",
        said if mark else "No deletions to show.",
    )


def waiting(results: Results) -> Caption:
    """Of the cost-of-waiting curve."""
    cost = delay(results)
    return Caption(
        "What waiting costs",
        f"Pairs that could still be avoided{words.each(results)} if everything were done at once after waiting so "
        "long. The band is the interval.",
        " ".join(words.waiting(results)) if cost else "Nothing to lose by waiting.",
    )


def leaderboard(results: Results) -> str:
    """Above the table of strategies."""
    facts = results["facts"]
    by_hand = "by hand" in facts["platform"].lower()
    rate = "by hand" if by_hand else f"at {pace(facts['pace'])} of {facts['platform']}'s published limit"
    whom = "" if facts["archive"] else " Numbers are means per person."
    best = " Best in: how often it avoids most of those that keep half of the posts." if results["robust"] else ""
    return f"Avoided is the share of what can be avoided, with its interval. Time taken is {rate}.{whom}{best}"


def archive(results: Results) -> str:
    """How much of the user's archive was read."""
    own = results["facts"]["archive"]
    if own is None:
        return ""
    errors = f"{plural(own['errors'], 'entry', 'entries')} could not be read." if amount(own["errors"]) else ""
    return f"{plural(own['items'], 'item')} read from your {own['platform']} archive. {errors}".strip()


def provenance(results: Results) -> str:
    """Above the commands that rebuild the run."""
    facts = results["facts"]
    return (
        f"{plural(facts['events'], 'event')} in one log, {plural(facts['ties'], 'tie')} in one world. "
        "The record below holds all that is needed to make this run again, equal to the bit; "
        "the last command draws this page again from its results."
    )
