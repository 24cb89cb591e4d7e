"""Every table of the project: column, type, unit, null, meaning; and the check that a table obeys."""

from dataclasses import dataclass

import pyarrow as pa

from sim.core.errors import Mistake
from sim.core.pieces import nulls

EPOCH_UNIX_S = 1_167_609_600
"""Time 0 of every table: 2007-01-01 00:00 UTC, in Unix seconds. Times are int64 seconds since then."""
NEVER = 2**62
"""A time after all times: the closing time of an object nothing closes."""

DAY_S = 86_400
YEAR_S = 31_557_600

# Vocabularies. A code in a table is the position in its tuple: append, never reorder.
AUDIENCES = ("only_me", "friends", "public")
KINDS = (
    "text", "photo", "video", "link", "comment", "story", "repost",
    "message", "camera_roll", "profile_field", "like", "follow",
)  # fmt: skip
BESIDE = KINDS[7:]
"""What an account holds beside its posts."""
QUIET = ("message", "camera_roll", "like", "follow")
"""Kinds no feed carries: for one person, for the platform alone, or telling no sensitive class."""
CLASSES = (
    "name", "face", "place", "contact", "relationship", "employer",
    "health", "money", "children", "explicit", "copyrighted",
)  # fmt: skip
"""Sensitive classes. A post's `sensitive` is the sum of `1 << position` of those it carries."""
EDUCATIONS = ("pupil", "basic", "secondary", "student", "tertiary")
"""At school; left without an upper secondary certificate; with one; studying; with a degree (ISCED 2011, grouped)."""
INTERESTS = (
    "cooking", "cycling", "series", "music", "books", "gardening",
    "games", "football", "travel", "crafts", "pets", "film",
)  # fmt: skip
"""What people like to do. A person's `interests` is the sum of `1 << position` of hers."""
LEARNERS = ("friends", "strangers", "scrapers", "annotators", "models")
CHANNELS = (
    "feed", "tag", "discovery", "reshare", "forward", "copy", "copied", "scrape", "review", "train", "extract", "leak",
    "sell", "breach", "dump", "complete", "ingest",
)  # fmt: skip
"""What an event is. feed, tag, discovery, forward (a reshare's view), copied (a copy's view): a person
learns. reshare, copy: a person passes on. scrape: a harvester takes. review: an annotator reads. leak: what she kept
gets out. train: a model is trained. extract: a model can be made to repeat. sell: a buyer takes what a dealer holds.
breach: a dealer's store is broken into. dump: what was taken from it lies open. complete: a model completes it for
who knows its beginning. ingest: the platform takes what is private."""
OBJECTS = (
    "friends_reach", "public_reach", "tag_reach", "copy", "held_for_review", "held_for_training", "kept_by_worker",
    "held_for_sale", "dumped", "learnt",
)  # fmt: skip
ACTIONS = ("delete", "limit", "untag", "takedown", "erase", "object", "delete_account", "block", "unshare", "reopen")
RESULTS = ("confirmed", "accepted", "refused", "unknown")
RELATIONS = ("family", "school", "work", "interest")
"""What two friends have in common."""


@dataclass(frozen=True)
class Column:
    """One column: `null` says whether a value may be missing, `meaning` what it is, with its unit."""

    name: str
    type: pa.DataType
    meaning: str
    null: bool = False


def _text(values: tuple[str, ...]) -> str:
    return "one of " + ", ".join(f"{i} {v}" for i, v in enumerate(values))


_STRING = pa.dictionary(pa.int32(), pa.string())
_POST = "id: (person << 32) + k; bit 31 of k set: a friend's post about her; bits 27 to 30: a stream beside posts"
_SPAN = pa.struct([("start", pa.int32()), ("end", pa.int32()), ("class", pa.int8())])

TABLES: dict[str, tuple[Column, ...]] = {
    "people": (
        Column("person", pa.int64(), "id: 0, 1, 2 ..."),
        Column("country", _STRING, "ISO 3166 alpha-2 code; decides rights"),
        Column("region", _STRING, "first-level part of the country"),
        Column("city", _STRING, "home town"),
        Column("address", _STRING, "street, number and a postal code that is assigned nowhere; of the household"),
        Column("household", pa.int64(), "people with equal numbers live together"),
        Column("locale", _STRING, "which names she has, as Faker names it (de_DE)"),
        Column("language", _STRING, "what she writes in, ISO 639-1"),
        Column("age", pa.int16(), "years, at the decision"),
        Column("born", pa.int64(), "day of birth, s; below 0 before 2007"),
        Column("gender", _STRING, "woman, man or other"),
        Column("name", pa.string(), "full name, from the locale's vocabulary"),
        Column("handle", pa.string(), "account name, unique"),
        Column("email", pa.string(), "unique, at a domain reserved for documentation (RFC 2606)"),
        Column("phone", _STRING, "in a range that is given to nobody; not unique"),
        Column("education", _STRING, "one of " + ", ".join(EDUCATIONS)),
        Column("employer", _STRING, "company name; null: none", null=True),
        Column("interests", pa.int32(), "what she likes, as bits of INTERESTS"),
        Column("posts_per_month", pa.float64(), "own rate of posting, posts a month (P01)"),
        Column("caution", pa.float64(), "0 careless to 1 careful: shifts audiences"),
        Column("joined", pa.int64(), "first day of the account, s"),
        Column("default_audience", pa.int8(), _text(AUDIENCES) + ": what her account was set to when she joined"),
        Column("public_share", pa.float64(), "chance that a new post is public, 0 to 1"),
        Column("camera_roll", pa.bool_(), "she lets the platform look through the pictures on her telephone"),
        Column("left", pa.int64(), "when she deleted her account of her own accord, s; null: she has not", null=True),
    ),
    "ties": (
        Column("source", pa.int64(), "person who may see, or lower id of two friends"),
        Column("target", pa.int64(), "person who is seen, or higher id of two friends"),
        Column("relation", pa.int8(), _text(RELATIONS) + "; null: followers, or not known", null=True),
        Column("since", pa.int64(), "when tied, s; null: not known", null=True),
        Column("original_source", pa.string(), "name of `source` in a graph that was read", null=True),
        Column("original_target", pa.string(), "name of `target` in a graph that was read", null=True),
    ),
    "owners": (Column("person", pa.int64(), "whose whole history, and friends' posts about her, are in `posts`"),),
    "posts": (
        Column("post", pa.int64(), _POST),
        Column("author", pa.int64(), "person who posted it, and alone can delete it"),
        Column("subject", pa.int64(), "person it exposes: the author, or the friend it mentions"),
        Column("time", pa.int64(), "when posted, s"),
        Column("kind", pa.int8(), _text(KINDS)),
        Column("audience", pa.int8(), _text(AUDIENCES)),
        Column("tagged", pa.bool_(), "the subject is tagged: her friends are shown it too"),
        Column("sensitive", pa.int32(), "true classes it exposes of the subject, as bits of CLASSES"),
        Column("text", pa.string(), "what it says; null: made without content", null=True),
        Column("spans", pa.list_(_SPAN), "where in `text` (characters) each class shows", null=True),
        Column(
            "reply_to",
            pa.int64(),
            "post of the subject's that it follows up or replies to; null: none, or another's",
            null=True,
        ),
        Column(
            "to",
            pa.int64(),
            "whom a message is for, whose post a like is for, who is followed; null: no one",
            null=True,
        ),
        Column("deleted", pa.int64(), "when its author deletes it of her own accord, s; null: never", null=True),
        Column("native_id", pa.string(), "the platform's id, of a post from an archive", null=True),
        Column("likes", pa.int32(), "likes the owner's archive counts; null: it does not say", null=True),
        Column("reshares", pa.int32(), "reshares the owner's archive counts; null: it does not say", null=True),
        Column("has_link", pa.bool_(), "its archive has a link in it; null: no archive, see text and kind", null=True),
        Column("has_media", pa.bool_(), "its archive has media in it; null: no archive, see kind", null=True),
        Column("located", pa.bool_(), "its archive gives coordinates; null: no archive", null=True),
        Column("place", pa.string(), "forum, channel or group it was posted in; null: none, or not said", null=True),
        Column("pinned", pa.bool_(), "she pinned it to her profile; null: not said", null=True),
        Column("faved", pa.bool_(), "she liked it herself; null: not said", null=True),
        Column("bookmarked", pa.bool_(), "she bookmarked it; null: not said", null=True),
    ),
    "mentions": (
        Column("post", pa.int64(), "the post"),
        Column("person", pa.int64(), "who appears in it"),
        Column("sensitive", pa.int32(), "what it shows of her, as bits of CLASSES"),
    ),
    "objects": (
        Column("object", pa.int64(), "row number in this table"),
        Column("id", pa.int64(), "structural id: post * 8 + kind, or a hash of (kind, parent object, holder)"),
        Column("post", pa.int64(), "the post whose content it holds"),
        Column("kind", pa.int8(), _text(OBJECTS)),
        Column("parent", pa.int64(), "object it was taken from, a row; -1: none"),
        Column("holder", pa.int64(), "person who copied, harvester, worker or buyer; -1: the platform"),
        Column("birth", pa.int64(), "since when, s"),
        Column("natural", pa.int64(), "when it would vanish by itself, s; NEVER: not"),
        Column("flags", pa.int8(), "bits: goes with the post; an objection binds it; quote; comment; stays; late"),
        Column("maker", pa.int64(), "event that made it, a row of events; -1: the post itself"),
    ),
    "events": (
        Column("object", pa.int64(), "object it lies in, a row of objects; -1: none, it hangs on a count alone"),
        Column("parent", pa.int64(), "event it follows from, a row of this table; -1: the post itself"),
        Column("time", pa.int64(), "when, s"),
        Column("channel", pa.int8(), _text(CHANNELS)),
        Column("actor", pa.int64(), "person, harvester (or who has what it held), worker or model, by `learner`"),
        Column("key", pa.int64(), "tells apart events of one object, channel and actor: visit, resharer, slot, model"),
        Column("mark", pa.int32(), "smallest number of copies held at which it happens; 0: does not depend"),
        Column("learner", pa.int8(), _text(LEARNERS)),
    ),
    "plan": (
        Column("owner", pa.int64(), "whose plan it is"),
        Column("target", pa.int64(), "post id; -1: the whole account; of a block: the person"),
        Column("action", pa.int8(), _text(ACTIONS)),
        Column("due", pa.int64(), "when the strategy asked for it, s: it is not carried out before"),
        Column("time", pa.int64(), "when it takes effect, s"),
        Column("reason", _STRING, "why, in a few words"),
    ),
    "targets": (
        Column("target", pa.int64(), "post id of a plan; of a block: the person"),
        Column("native_id", pa.string(), "the platform's id; null: not from an archive, or it does not say", null=True),
        Column("uri", pa.string(), "its address; null: not known", null=True),
        Column("kind", pa.int8(), _text(KINDS)),
        Column("label", pa.string(), "its day, kind and first words, for a reader"),
    ),
    "staged": (
        Column("post", pa.int64(), "the synthetic post that was put on a test server, or is liked or reposted there"),
        Column("what", _STRING, "text: the post itself; like, repost: a friend's"),
        Column("native_id", pa.string(), "its id there; null: it has none of its own", null=True),
    ),
    "receipts": (
        Column("number", pa.int64(), "place in the plan, from 1"),
        Column("target", pa.int64(), "post id; -1: the whole account; null: found on the platform", null=True),
        Column("native_id", pa.string(), "the platform's id; null: none", null=True),
        Column("action", pa.int8(), _text(ACTIONS)),
        Column("route", _STRING, "api, or by_hand"),
        Column("time", pa.int64(), "when it was carried out, s"),
        Column("checked", pa.int64(), "when it was last read again, s; null: it was not", null=True),
        Column("result", pa.int8(), _text(RESULTS) + ": gone when read again; said done, not seen; not done; unclear"),
        Column("http_status", pa.int16(), "of the last answer; null: none", null=True),
        Column("new_id", pa.string(), "the platform's id after an undo that posted it anew; null: none", null=True),
        Column("detail", pa.string(), "what else is to be said"),
    ),
    "scores": (
        Column("strategy", _STRING, "who planned"),
        Column("measure", _STRING, "what is measured, as in the leaderboard; see sim/measure/outcome.py"),
        Column("owner", pa.int64(), "person"),
        Column("world", pa.int32(), "0, 1, 2 ... of `worlds`"),
        Column("seed", pa.int32(), "luck: 0, 1, 2 ... of `seeds`"),
        Column("value", pa.float64(), "in the measure's own unit"),
    ),
}


def arrow_schema(name: str) -> pa.Schema:
    """The Arrow schema of table `name`, meanings as field metadata."""
    return pa.schema([pa.field(c.name, c.type, nullable=c.null, metadata={"meaning": c.meaning}) for c in TABLES[name]])


def table(name: str, columns: dict[str, object]) -> pa.Table:
    """Build table `name` from arrays by column name, cast to its types, and check it; null columns may be left out."""
    schema = arrow_schema(name)
    rows = len(next(iter(columns.values())))  # type: ignore[arg-type]
    arrays = []
    for field in schema:
        values = nulls(rows, field.type) if columns.get(field.name) is None else columns[field.name]
        array = values if isinstance(values, pa.Array | pa.ChunkedArray) else pa.array(values, from_pandas=False)
        arrays.append(array if array.type == field.type else array.cast(field.type))
    made = pa.Table.from_arrays(arrays, schema=schema)
    check(name, made)
    return made


def check(name: str, rows: pa.Table) -> None:
    """Raise Mistake unless `rows` has exactly the columns and types of table `name`, nulls only where allowed."""
    expected = arrow_schema(name)
    if rows.schema.names != expected.names:
        raise Mistake(f"Table '{name}' has columns {rows.schema.names}; expected {expected.names}.")
    for field in expected:
        column = rows[field.name]
        if column.type != field.type:
            raise Mistake(f"Column '{name}.{field.name}' has type {column.type}; expected {field.type}.")
        if not field.nullable and column.null_count:
            raise Mistake(f"Column '{name}.{field.name}' has {column.null_count} nulls; none are allowed.")
