"""The report's sentences: what was found, what deletion cannot reach, how to read it. Plain text, unescaped."""

from sim.measure.amounts import (
    UNKNOWN,
    adding_up,
    count,
    day,
    duration,
    estimate,
    known,
    money,
    pace,
    percent,
    percents_adding_up,
    plural,
)
from sim.measure.findings import KEEPING_SHARE, amount, chosen, delay, most, part, stop, title_of, whole
from sim.measure.results import Results

HOLDERS = {
    "friends": "What friends have seen they keep in mind, and in screenshots. Nothing recalls it.",
    "strangers": "People who met a public post, a reshare or somebody's copy of it have read it. Deleting the post "
    "ends native reshares, but not copies that others posted anew.",
    "scrapers": "A harvested copy lies on somebody else's machine. Only its holder can erase it, if asked, if bound by "
    "law, and if willing.",
    "annotators": "An item that was given to a human reviewer has been read. Deleting the post does not make them "
    "unread it, nor does it take back what a reviewer kept.",
    "models": "A model trained on an item keeps what it memorised. Deletion and objection act on later training only.",
}


def sentence(text: str) -> str:
    """`text` with a capital first letter."""
    return text[:1].upper() + text[1:]


def horizon(results: Results) -> str:
    """The last day that counts: '22 Nov 2027'."""
    return day(results["facts"]["decision"], results["facts"]["horizon_days"])


def each(results: Results) -> str:
    """' (mean per owner)' for a population, nothing for one person's archive."""
    return "" if results["facts"]["archive"] else " (mean per owner)"


def setting(results: Results) -> str:
    """One line: what was simulated."""
    facts, archive = results["facts"], results["facts"]["archive"]
    if archive:
        who = f"{plural(archive['items'], 'item')} of your {archive['platform'].capitalize()} archive"
    else:
        who = f"{plural(facts['owners'], 'person', 'people')} with {plural(facts['posts'], 'post')} by or about them"
    worlds = "a world" if facts["worlds"] == 1 else f"{count(facts['worlds'])} worlds"
    uncertain = "" if facts["params"] == "centre" else " and of every uncertain parameter"
    return (
        f"{who}, placed in {worlds} of {plural(facts['people'], 'person', 'people')} with "
        f"{count(facts['mean_friends'])} friends each on average. Decision on {day(facts['decision'])}, counted until "
        f"{horizon(results)}. {plural(facts['seeds'] * facts['worlds'], 'draw')} of luck{uncertain}."
    )


def tiles(results: Results) -> list[tuple[str, str, str, str]]:
    """(kind, number, percent, meaning) of sunk, irreversible and avoidable; empty if there is nothing to divide."""
    all_ = whole(results)
    parts = [all_["sunk"], all_["irreversible"], all_["avoidable"]]
    if sum(parts) <= 0:
        return []
    numbers, _ = adding_up(parts)
    meanings = ("already learnt", "still to come, and nothing done now stops it", "can still be avoided")
    kinds = ("sunk", "irreversible", "avoidable")
    return list(zip(kinds, numbers, percents_adding_up(parts), meanings, strict=True))


def opening(results: Results) -> str:
    """The first sentence: how the expected exposure divides."""
    archive = results["facts"]["archive"]
    divided = tiles(results)
    if not divided:
        return (
            f"Nobody is expected to learn anything sensitive about {'you' if archive else 'the people examined'} by "
            f"{horizon(results)}. There is nothing to avoid, so no strategy can do better than doing nothing."
        )
    all_ = whole(results)
    _, total = adding_up([all_["sunk"], all_["irreversible"], all_["avoidable"]])
    (_, sunk, sunk_pc, _), (_, fixed, fixed_pc, _), (_, open_, open_pc, _) = divided
    already = f"{sunk} ({sunk_pc}) have already happened" if sunk != "0" else "none has happened yet"
    stop_it = "nothing you do now can stop" if archive else "nothing done now can stop"
    stuck = f"{fixed} ({fixed_pc}) {stop_it}" if fixed != "0" else "none to come is beyond reach"
    left = f"{open_} ({open_pc}) can still be avoided" if open_ != "0" else "nothing is left that could be avoided"
    owners = results["facts"]["owners"]
    mean = "" if archive or owners == 1 else f" (the mean of {count(owners)} owners)"
    return (
        f"Of the {total} times a person or holder is expected to learn a sensitive item about "
        f"{'you' if archive else 'an account owner'} by {horizon(results)}{mean}, {already}; {stuck}; {left}."
    )


def speed(results: Results, strategy: str) -> str:
    """How long a strategy takes and what it costs: 'it takes 9 days at half of Mastodon's published limit ...'."""
    facts, own = results["facts"], results["strategies"][strategy]
    paced, full = duration(own["days"]), duration(own["days_full_limit"])
    if amount(own["calls"]) == 0 and known(own["days"]) in (0, None):
        return "it needs no requests"
    said = f"it takes {paced}" if paced != UNKNOWN else "how long it takes is not known"
    if own["days"] is not None and paced == "at once":
        said = "it is done at once"
    elif paced != UNKNOWN and "by hand" not in facts["platform"].lower():
        said += f" at {pace(facts['pace'])} of {facts['platform']}'s published limit"
        if full not in (UNKNOWN, paced):
            said += f" ({full} at the full limit)"
    elif paced != UNKNOWN:
        said += " by hand"
    if amount(own["usd"]) > 0:
        said += f" and costs {money(own['usd'])}"
    return said


def avoids(results: Results, strategy: str) -> str:
    """A strategy's avoided share with its interval."""
    own = results["strategies"][strategy]
    return estimate(own["avoided_share"], own["avoided_share_low"], own["avoided_share_high"])


def best(results: Results) -> list[str]:
    """What the chosen strategy does, how sure that is, and what the most thorough one does."""
    name, top, facts = chosen(results), most(results), results["strategies"]
    if whole(results)["avoidable"] <= 0:
        return []
    if name is None:
        return ["None of the strategies compared avoids any of it."]
    own, half = facts[name], pace(KEEPING_SHARE)
    keeps = amount(own["kept_share"]) >= KEEPING_SHARE
    title = title_of(results, name)
    said = [
        f"Of the strategies that keep at least {half} of the posts, “{title}” avoids most:"
        if keeps
        else f"No strategy that keeps {half} of the posts avoids any of it. “{title}” avoids most:",
        f"{avoids(results, name)} of what can be avoided, keeping {percent(own['kept_share'])} of the posts; "
        f"{speed(results, name)}.",
    ]
    if own["recurring"]:
        said.append("It goes on acting afterwards.")
    share = known((results["robust"] or {}).get(name))
    if share is not None and keeps:
        with_ = "" if results["facts"]["params"] == "centre" else ", which vary luck and every uncertain parameter"
        said.append(f"It is the best of these in {percent(share)} of the draws{with_}.")
    if top is not None and top != name:
        kept = "no post" if facts[top]["kept_share"] == 0 else f"{percent(facts[top]['kept_share'])} of the posts"
        said.append(f"“{title_of(results, top)}” avoids the most of all, {avoids(results, top)}, and keeps {kept}.")
    return [" ".join(said)]


def stopping(results: Results) -> list[str]:
    """Where deleting may stop: 'the first 212 of 9,400 deletions give 80% ...'."""
    mark = stop(results)
    if mark is None:
        return []
    total = max(round(mark.all_deletions), mark.needed)
    if total == 1:
        return ["There is only one deletion to make."]
    ordered = f"In the order “{title_of(results, mark.strategy)}”,"
    whose = "" if results["facts"]["archive"] else "an average owner's "
    if mark.needed == total:
        return [f"{ordered} it takes all {whose}{count(total)} deletions to get 80% of what deleting can do."]
    first = f"deletion of {whose}{count(total)} gives"
    if mark.needed > 1:
        first = f"{count(mark.needed)} of {whose}{count(total)} deletions give"
    return [f"{ordered} the first {first} 80% of what deleting everything can do."]


def waiting(results: Results) -> list[str]:
    """What delay costs: 'Waiting a week costs 11 (6%) of the 172 ...'."""
    cost = delay(results)
    if cost is None:
        return []
    span = "a week" if abs(cost.days - 7) < 0.5 else duration(cost.days)
    said = f"Waiting {span} costs next to nothing"
    if cost.lost >= 0.005 * cost.now:
        lost = percent(cost.lost / cost.now)
        said = f"Waiting {span} costs {count(cost.lost)} ({lost}) of the {count(cost.now)} that can be avoided now"
    if cost.half_days is not None:
        said += f"; half of them are lost by {day(results['facts']['decision'], cost.half_days)}"
    return [f"{said}."]


def summary(results: Results) -> list[str]:
    """The paragraphs after the opening sentence."""
    paragraphs = [*best(results), " ".join([*stopping(results), *waiting(results)])] if tiles(results) else []
    return [paragraph for paragraph in paragraphs if paragraph]


def caution(results: Results) -> str:
    """What these numbers are and are not."""
    whom = "you" if results["facts"]["archive"] else "anybody"
    ranges = (
        "The ranges of its parameters were switched off for this run (params=centre), so intervals show luck alone."
        if results["facts"]["params"] == "centre"
        else "Intervals cover luck and the whole stated range of every uncertain parameter."
    )
    return f"These are a model's expectations, not observations of {whom}. {ranges}"


def out_of_reach(results: Results) -> list[tuple[str, str]]:
    """(class, sentence with its numbers) of what deletion cannot reach, for the classes where there is any."""
    reference = "nothing" if "nothing" in results["parts"] else next(iter(results["parts"]), "")
    said = []
    for learners in results["classes"]:
        own = part(results, reference, learners)
        if own["sunk"] + own["irreversible"] <= 0:
            continue
        (sunk, fixed), _ = adding_up([own["sunk"], own["irreversible"]])
        future = f"{fixed} more will, whatever is done" if own["irreversible"] > 0 else "no more must"
        start = f"{sunk} {'pair has' if sunk == '1' else 'pairs have'} been learnt already{each(results)}; {future}."
        said.append((sentence(learners), f"{start} {HOLDERS.get(learners, '')}".strip()))
    return said


def adding(names: list[str]) -> str:
    """'a', 'a and b', 'a, b and c'."""
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
