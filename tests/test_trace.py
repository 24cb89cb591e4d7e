"""One post's story: every event told once, in order; the prevented counted as the twin counts them."""

import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from sim.core.errors import Mistake
from sim.core.schema import ACTIONS, CHANNELS, LEARNERS
from sim.experiment import prepare
from sim.exposure.doors import close_doors
from sim.exposure.propagate import tell
from sim.exposure.story import Told
from sim.measure.telling import LEARNING, Happened, tell_story
from sim.verbs.command import perform
from sim.verbs.compose import compose_config
from sim.verbs.plan import moment
from sim.verbs.trace import told_apart
from sim.worlds import make_world, world_noise

SMALL = (
    "world.size=300", "world.owners=4", "channel.reshare.p_share=0.01", "channel.copy.p_copy=0.01",
    "channel.review.pool.workers=100",
)  # fmt: skip


def configured(*words: str) -> dict:
    return compose_config("propagate", [*SMALL, "trace=busiest", *words])


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> dict:
    return perform("propagate", None, configured(f"out={tmp_path_factory.mktemp('runs')}"), quiet=True)


def first_seen(line: str) -> int:
    """How many see the post for the first time, by a sentence of a story."""
    if found := re.search(r", (none|\d+) of them for the first time", line):
        return 0 if found[1] == "none" else int(found[1])
    if "not for the first time" in line or not re.match(r"  (One|\d+) (friend|stranger|people (see|tell))", line):
        return 0
    word = line.split()[0]
    return 1 if word == "One" else int(word) if " people tell" not in line else 0


def test_those_who_see_it_for_the_first_time_add_up_to_who_knows_it(document: dict) -> None:
    told = document["trace"]
    begun = told["story"].index("What would have been prevented")
    assert sum(map(first_seen, told["story"][:begun])) == told["learners"]["friends"] + told["learners"]["strangers"]
    assert any("for the first time" in line for line in told["story"])


def test_people_of_one_name_are_told_apart() -> None:
    world = make_world(configured("world.size=3000"), 0)
    names = told_apart(world)
    assert len(set(names)) == len(names) > len(set(world.people["name"].to_pylist()))


def test_a_story_has_every_learner_and_the_order_of_time(document: dict) -> None:
    told = document["trace"]
    times = [event["at"] for event in told["events"]]
    assert times == sorted(times)
    assert {event["channel"] for event in told["events"]} <= set(CHANNELS)
    people = {e["who"] for e in told["events"] if e["as"] in ("friends", "strangers")}
    assert told["learners"]["friends"] + told["learners"]["strangers"] > 0
    assert len(people) > 5
    assert told["story"][0].startswith(f"Post {told['post']}: {told['author']}")


AFTER_S = {"an hour": 3600, "a day": 86_400, "a week": 604_800, "a month": 2_592_000, "a year": 31_536_000}


def twin(config: dict, post: int) -> Callable[[str], list[Told]]:
    """What the plain twin tells of an owner's own post under a plan by its name (empty: no plan)."""
    world, noise = make_world(config, 0), world_noise(config, 0).branch(f"luck {config['seed']}")
    scene, channels = prepare(world, config, noise)
    row, owner = scene.post.tolist().index(post), post >> 32

    def events(plan: str) -> list[Told]:
        wait = AFTER_S.get(plan.removeprefix("Deleted after "))
        time = world.decision if wait is None else int(scene.time[row]) + wait
        every = ("delete_account", "takedown", "erase", "object") if plan.startswith("Every") else ("delete",)
        asked = [(owner, post if name == "delete" else -1, ACTIONS.index(name), time) for name in every if plan]
        return tell(scene, channels, noise, row, doors=close_doors(scene, asked)).events

    return events


def known(events: list[Told]) -> dict[str, set[int]]:
    """Who knows of the post in the end, by class."""
    those = [(event.learner, event.name.actor) for event in events if CHANNELS[event.name.channel] in LEARNING]
    return {name: {who for learner, who in those if learner == code} for code, name in enumerate(LEARNERS)}


def test_every_event_is_told_once_and_the_prevented_are_those_of_the_twin(document: dict) -> None:
    told = document["trace"]
    events = twin(configured(), told["post"])
    told_by_twin = events("")
    named = [(moment(each.time), CHANNELS[each.name.channel], LEARNERS[each.learner]) for each in told_by_twin]
    assert Counter((each["at"], each["channel"], each["as"]) for each in told["events"]) == Counter(named)
    without = known(told_by_twin)
    assert told["learners"] == {name: len(those) for name, those in without.items()}
    for plan in told["prevented"]:
        still = known(events(plan["plan"]))
        assert plan["prevented"] == {each: len(without[each] - still[each]) for each in LEARNERS}, plan["plan"]
    assert {plan["plan"] for plan in told["prevented"]} >= {f"Deleted after {word}" for word in list(AFTER_S)[:4]}
    assert len({tuple(plan["prevented"].values()) for plan in told["prevented"]}) > 2


def test_quotes_and_comments_are_told_apart(document: dict) -> None:
    """Three copies in ten are quotes, three comments; each is told as what it is."""
    told = document["trace"]
    forms = [event.get("form", "") for event in told["events"] if event["channel"] == "copy"]
    assert set(forms) == {"", "quote", "comment"} and 0.1 < forms.count("comment") / len(forms) < 0.6
    assert not [event for event in told["events"] if "form" in event and event["channel"] != "copy"]
    text = "\n".join(told["story"])
    assert "quote" in text and "in a comment" in text


def test_acting_earlier_never_prevents_less(document: dict) -> None:
    plans = document["trace"]["prevented"]
    for name in ("friends", "strangers", "scrapers"):
        deleted = [plan["prevented"][name] for plan in plans[:-1]]
        assert deleted == sorted(deleted, reverse=True)
        assert plans[-1]["prevented"][name] >= deleted[-1]
    assert sum(plans[0]["prevented"].values()) > 0
    for plan in plans:
        assert all(0 <= count <= document["trace"]["learners"][name] for name, count in plan["prevented"].items())


def test_whom_a_deletion_draws_is_told(tmp_path: Path) -> None:
    """In a world so large that not everybody has seen the post before, with copies that stand."""
    world = ["world.size=3000", "channel.discovery.visits_per_month=0.5", "channel.copy.p_copy=0.05"]
    words = [*SMALL, *world, "trace=busiest", f"out={tmp_path}"]

    def told(share: float) -> dict:
        config = compose_config("propagate", [*words, f"channel.copy.drawn_share={share}"])
        return perform("propagate", None, config, quiet=True)["trace"]

    quiet, loud = told(0), told(0.9)
    assert (quiet["post"], quiet["learners"]) == (loud["post"], loud["learners"])
    drawn = [sum(plan["drawn"].values()) for plan in loud["prevented"]]
    assert max(drawn) > 0 == drawn[-1], "what is taken down with its original draws nobody"
    assert any("; drawn to it: " in line for line in loud["story"])
    assert not any(any(plan["drawn"].values()) for plan in quiet["prevented"])


def test_a_post_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    config = compose_config("propagate", [*SMALL, "trace=7", f"out={tmp_path}"])
    with pytest.raises(Mistake, match="no post of this world has that id"):
        perform("propagate", None, config, quiet=True)


def test_sentences_name_three_and_count_the_rest() -> None:
    def seen(age_s: int, who: str, channel: str = "feed", by: str = "", learner: str = "friends") -> Happened:
        return Happened(age_s, channel, who, by, learner, after=False)

    lines = tell_story(
        [
            *(seen(10, name) for name in ("Ann", "Bo", "Cy", "Di", "Ed")), seen(20, "Ann", "reshare"),
            seen(7000, "Flo", "forward", "Ann", "strangers"), seen(90_000, "web", "scrape", learner="scrapers"),
            seen(100_000, "worker 7", "review", "web", "annotators"), seen(200_000, "big", "train", "web", "models"),
            seen(250_000, "worker 7", "leak", "worker 7", "annotators"),
        ],
        decided="2026-11-22",
    )  # fmt: skip
    assert lines == [
        "", "Within the hour", "  5 friends see it in their feeds: Ann, Bo, Cy and 2 more.", "  Ann passes it on.",
        "", "Within a day", "  One stranger sees what Ann passed on: Flo.",
        "", "Within a week", "  The harvester 'web' takes it.", "  1 hired person reads what 'web' took.",
        "  The model 'big' is trained on it.", "  What worker 7 kept of it gets out.",
    ]  # fmt: skip
    said = (
        Happened(5, "copy", "Ann", "", "friends", False, "quote"),
        Happened(6, "copy", "Bo", "", "friends", False, "comment"),
    )
    assert tell_story(said, decided="2026-11-22")[2:] == ["  Ann quotes it.", "  Bo tells it in a comment."]
    assert tell_story([], decided="2026-11-22") == ["", "Nobody sees it."]
    crowd = [seen(10, name, "copy") for name in ("Ann", "Bo", "Cy", "Di")]
    assert tell_story(crowd, decided="2026-11-22")[-1] == "  4 people keep a copy and show it: Ann, Bo, Cy and 1 more."
