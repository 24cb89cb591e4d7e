"""afterpost platforms: what a clean-up takes on each platform, with waits that are those of the published limits."""

import json
from pathlib import Path
from typing import Any

import pytest

from sim.cleanup.limits import Limits, Rule
from sim.verbs import platforms

RULES = "../shared/platforms/rate_rules.json"

PUBLISHED = {
    # our platform: the published row (platform, operation), and its wait for 10,000 items in s, as published
    "bluesky": ("Bluesky (bsky PDS)", "delete record", 60 * 60),
    "mastodon": ("Mastodon (API)", "DELETE status / unreblog", 6.9 * 86_400),
    "mastodon_server_job": ("Mastodon (built-in cleanup)", "server job", 33.3 * 3600),
    "misskey": ("Misskey", "notes/delete", 33.0 * 3600),
    "gotosocial": ("GoToSocial", "DELETE status", 2.8 * 3600),
    "pleroma": ("Pleroma/Akkoma", "DELETE status", 111 * 60),
    "lemmy": ("Lemmy", "post/comment delete", 55 * 60),
    "matrix": ("Matrix (Synapse default)", "redact", 13.9 * 3600),
    "x": ("X API", "DELETE /2/tweets/:id", 2.1 * 86_400),
    "reddit": ("Reddit", "editusertext + del", 3.2 * 3600),
    "threads": ("Threads", "DELETE media", 99.0 * 86_400),
    "youtube": ("YouTube", "videos/comments/playlistItems delete", 49.0 * 86_400),
    "slack": ("Slack", "chat.delete", 3.3 * 3600),
    "tumblr": ("Tumblr", "post/delete", 28.1 * 3600),
    "pinterest": ("Pinterest (trial)", "DELETE pin", 9.0 * 86_400),
    "github": ("GitHub", "DELETE comment/gist", 87 * 60),
    "discord": ("Discord (bot only)", "global", 3 * 60),
}


@pytest.fixture(scope="module")
def rows() -> dict[str, dict[str, Any]]:
    document = platforms.run({"items": 10_000, "output": "json"})
    return {row["name"]: row for row in json.loads(json.dumps(document, allow_nan=False))["platforms"]}


def test_every_row_says_all_that_is_asked_for(rows: dict[str, dict[str, Any]]) -> None:
    wanted = {"name", "grade", "evidence", "route", "limits", "wait_full_s", "wait_paced_s", "money_usd", "sources"}
    for row in rows.values():
        assert wanted <= set(row)
        assert row["grade"] in ("A", "B", "C", "X") and row["evidence"] in ("server", "spec", "docs")
        assert row["route"] and row["terms"] and row["sources"] and row["limits"]
        assert 0 < row["wait_full_s"] <= row["wait_paced_s"]
    proved = {name for name, row in rows.items() if row["evidence"] == "server"}
    assert proved == {"bluesky", "imap", "matrix", "nostr"}
    assert proved == {name for name, row in rows.items() if row["others"] and row["others"]["evidence"] == "server"}
    assert {name for name, row in rows.items() if row["grade"] == "C"} == {"by_hand", "facebook", "instagram", "tiktok"}
    assert [name for name, row in rows.items() if row["grade"] == "X"] == ["discord"]
    assert rows["x"]["money_usd"] == pytest.approx(100) and not any(
        row["money_usd"] for name, row in rows.items() if name != "x"
    )


@pytest.mark.parametrize("name", PUBLISHED)
def test_the_wait_at_the_full_limit_is_the_published_one(rows: dict[str, dict[str, Any]], name: str) -> None:
    published = PUBLISHED[name][2]
    assert rows[name]["wait_full_s"] == pytest.approx(published, rel=0.02, abs=30)


@pytest.mark.parametrize("name", PUBLISHED)
def test_the_wait_at_the_full_limit_is_that_of_the_published_rules(rows: dict[str, dict[str, Any]], name: str) -> None:
    file = Path(__file__).parents[1] / RULES
    if not file.exists():
        pytest.skip(f"the published rules do not lie beside the checkout ({RULES})")
    platform, operation, _ = PUBLISHED[name]
    [rule] = [each for each in json.loads(file.read_text()) if (each["p"], each["op"]) == (platform, operation)]
    limits = Limits(
        rules=tuple(
            Rule(
                calls=calls,
                per_s=per_s,
                window="sliding",
                points_per_call=0 if rule["batch"] > 1 else rule["cost"],
                points_per_item=rule["cost"] if rule["batch"] > 1 else 0,
            )
            for calls, per_s in rule["buckets"]
        ),
        calls_per_item=rule["calls_per_item"],
        batch=rule["batch"],
        usd_per_call=0.0,
        pace=1.0,
    )
    longest_s = max(per_s for _, per_s in rule["buckets"])  # a fixed window or a bucket starts elsewhere in its period
    assert rows[name]["wait_full_s"] == pytest.approx(limits.wait_s(10_000), abs=min(longest_s, 1800))
