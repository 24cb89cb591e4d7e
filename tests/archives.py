"""Synthetic archives of every platform, small enough to read here, in the layouts that the platforms have."""

import json
import zipfile
from pathlib import Path
from typing import Any

from sim.platforms.exports.tree import write_car

HOME = "at://did:web:eve.social.example/"
TID = "3jzfcijpj2z2a"
GARBLED = "Crème brûlée 😀".encode().decode("latin-1")
UNIX = 1_600_000_000


def tweet(number: int = 1, **changed: Any) -> dict[str, Any]:
    row = {
        "id_str": str(number), "full_text": "hello &amp; bye", "created_at": "Wed Oct 10 20:19:24 +0000 2018",
        "favorite_count": "3", "retweet_count": "0", "entities": {"urls": []},
    }  # fmt: skip
    return row | changed


def js(name: str, rows: object) -> str:
    return f"window.YTD.{name}.part0 = {json.dumps(rows)}"


def x_files(*tweets: object) -> dict[str, str]:
    rows = [{"tweet": row} for row in tweets]
    return {
        "data/account.js": js("account", [{"account": {"username": "eve", "accountDisplayName": "Eve"}}]),
        "data/tweets.js": js("tweets", rows),
        "data/like.js": js("like", [{"like": {"tweetId": "1", "fullText": "x"}}]),
        "data/follower.js": js("follower", [{"follower": {"accountId": "7"}}, {"follower": {"accountId": "8"}}]),
        "data/direct-messages.js": js("direct_messages", [{"dmConversation": {"messages": ["a private word"]}}]),
    }


def facebook_files(root: str = "your_facebook_activity/") -> dict[str, str]:
    photo = {"uri": "media/a.jpg", "creation_timestamp": UNIX, "description": "a dog"}
    exif = {"photo_metadata": {"exif_data": [{"latitude": 48.8566, "longitude": 2.3522}]}}
    posts = [
        {"timestamp": UNIX, "data": [{"post": GARBLED}, {"update_timestamp": UNIX}], "title": "Eve updated"},
        {"timestamp": UNIX + 1, "attachments": [{"data": [{"media": photo | {"media_metadata": exif}}]}]},
        {
            "timestamp": UNIX + 2,
            "attachments": [{"data": [{"external_context": {"url": "https://a.example"}}]}],
            "data": [{"post": "look"}],
        },
        {"timestamp": UNIX + 3, "data": [{"post": "here"}], "attachments": [{"data": [{"place": {"coordinate": {}}}]}]},
    ]
    comment = {"timestamp": UNIX, "comment": "nice", "author": "Eve", "group": "Bakers"}
    files: dict[str, object] = {
        f"{root}posts/your_posts_1.json": posts,
        f"{root}posts/album/0.json": {"name": "Dogs", "photos": [photo, photo | {"uri": "media/b.mp4"}]},
        f"{root}posts/your_uncategorized_photos.json": {"other_photos_v2": [photo | {"uri": "media/c.jpg"}]},
        f"{root}comments_and_reactions/comments.json": {
            "comments_v2": [{"timestamp": UNIX + 9, "data": [{"comment": comment}], "title": "Eve commented"}]
        },
        f"{root}messages/inbox/bob/message_1.json": {"messages": [{"content": "a private word"}]},
        "profile_information/profile_information.json": {
            "profile_v2": {"name": {"full_name": "Eve É"}, "username": "eve"}
        },
        "connections/friends/your_friends.json": {"friends_v2": [{"name": "Bob"}, {"name": "Ann"}]},
    }
    return {name: json.dumps(content) for name, content in files.items()}


def reddit_files() -> dict[str, str]:
    return {
        "posts.csv": (
            "id,permalink,date,ip,subreddit,gildings,title,url,body\r\n"
            'p1,/r/cats/comments/p1/x/,2023-01-31 12:00:00 UTC,,cats,0,"A, cat",https://i.redd.it/a.jpg,\r\n'
            'p2,/r/cats/comments/p2/x/,2023-01-31 12:00:01 UTC,,cats,0,Hi,,"two\nlines"\r\n'
            "short,row\r\n"
            "p3,/r/news/comments/p3/x/,2023-01-31 12:00:02 UTC,,news,0,Read,https://a.example/b,\r\n"
        ),
        "comments.csv": (
            "id,permalink,date,ip,subreddit,gildings,link,parent,body,media\r\n"
            "c1,/r/cats/comments/p2/x/c1/,2023-02-01 12:00:00 UTC,,cats,0,https://www.reddit.com/r/cats/comments/p2/x/,,"
            "see https://a.example,\r\n"
            "c2,/r/cats/comments/p2/x/c2/,2023-02-02 12:00:00 UTC,,cats,0,https://www.reddit.com/r/cats/comments/p2/x/,"
            "c1,yes,\r\n"
        ),
        "saved_comments.csv": "id,permalink\r\nc2,x\r\n",
        "saved_posts.csv": "id,permalink\r\n",
        "statistics.csv": "statistic,value\r\naccount name,eve\r\n",
        "messages_archive.csv": "id,body\r\n1,a private word\r\n",
    }


def discord_files(messages: str = "Nachrichten", account: str = "Konto") -> dict[str, str]:
    row = {"ID": 11, "Timestamp": "2021-05-06 07:08:09", "Contents": "hello", "Attachments": ""}
    guild = {"id": "5", "name": "Chess"}
    return {
        f"{messages}/index.json": json.dumps({"100": "general", "200": None}),
        f"{messages}/c100/channel.json": json.dumps({"id": "100", "type": 0, "name": "general", "guild": guild}),
        f"{messages}/c100/messages.json": json.dumps(
            [row, row | {"ID": 12, "Attachments": "https://cdn.example/a.png?x=1"}, {"ID": "?"}]
        ),
        f"{messages}/c200/channel.json": json.dumps({"id": "200", "type": "DM"}),
        f"{messages}/c200/messages.json": json.dumps([row | {"ID": 13, "Contents": "a private word"}]),
        f"{messages}/300/channel.json": json.dumps({"id": "300", "type": 0, "name": "old"}),
        f"{messages}/300/messages.csv": "ID,Timestamp,Contents,Attachments\r\n14,2019-01-01 00:00:00.5+00:00,old,\r\n",
        f"{account}/user.json": json.dumps({"id": "9", "username": "eve", "global_name": "Eve"}),
    }


def telegram_files() -> dict[str, str]:
    mine = {"type": "message", "from": "Eve", "from_id": "user1", "date_unixtime": str(UNIX)}
    chats = [
        {
            "name": "Bakers", "type": "private_supergroup", "id": 77,
            "messages": [
                mine | {"id": 1, "text": ["see ", {"type": "link", "text": "https://a.example"}, " now"]},
                {"id": 2, "type": "message", "from_id": "user2", "text": "a private word", "date_unixtime": "1"},
                mine | {"id": 3, "text": "yes", "reply_to_message_id": 1},
                mine | {"id": 4, "text": "", "photo": "photos/a.jpg", "location_information": {"latitude": 1}},
                mine | {"id": None, "text": "broken"},
                {"id": 5, "type": "service", "actor_id": "user1", "action": "joined"},
            ],
        },
        {"name": "Bob", "type": "personal_chat", "id": 2, "messages": [mine | {"id": 9, "text": "a private word"}]},
        {"type": "saved_messages", "id": 1, "messages": [mine | {"id": 8, "text": "milk"}]},
        {"name": "Town", "type": "public_supergroup", "id": 5, "messages": [mine | {"id": 8, "text": "hi all"}]},
    ]  # fmt: skip
    about = {"user_id": 1, "first_name": "Eve", "last_name": "E", "username": "@eve"}
    return {"result.json": json.dumps({"personal_information": about, "chats": {"list": chats}})}


def mastodon_files() -> dict[str, str]:
    home = "https://social.example/users/eve"
    public = ["https://www.w3.org/ns/activitystreams#Public"]

    def create(number: int, **changed: Any) -> dict[str, Any]:
        note = {
            "id": f"{home}/statuses/{number}", "type": "Note", "published": "2020-01-02T03:04:05Z", "to": public,
            "cc": [f"{home}/followers"], "content": "<p>hello &amp; <br>bye</p>", "attachment": [], "inReplyTo": None,
            "likes": {"totalItems": 2},
        }  # fmt: skip
        return {"id": f"{home}/statuses/{number}/activity", "type": "Create", "actor": home, "object": note | changed}

    boost = {
        "id": f"{home}/statuses/9/activity", "type": "Announce", "published": "2020-01-03T03:04:05Z", "to": public,
        "object": "https://b.example/1",
    }  # fmt: skip
    photo = [{"mediaType": "image/png", "url": "/a.png"}]
    rows = [create(1), create(2, attachment=photo), create(3, inReplyTo=f"{home}/statuses/1"), boost]
    rows.append(create(4, to=["https://b.example/users/bob"], cc=[], content="<p>a private word</p>"))
    files: dict[str, object] = {
        "outbox.json": {"type": "OrderedCollection", "orderedItems": rows},
        "actor.json": {"preferredUsername": "eve", "name": "Eve", "followers": f"{home}/followers"},
        "likes.json": {"type": "OrderedCollection", "orderedItems": [f"{home}/statuses/1"]},
        "bookmarks.json": {"type": "OrderedCollection", "orderedItems": []},
    }
    return {name: json.dumps(content) for name, content in files.items()}


def instagram_files() -> dict[str, str]:
    exif = {"photo_metadata": {"exif_data": [{"iso": 1}, {"latitude": 48.8566, "longitude": 2.3522}]}}
    about = {"Username": {"value": "eve"}, "Name": {"value": "Eve"}, "Private account": {"value": "False"}}
    media = {"uri": "media/a.jpg", "creation_timestamp": UNIX, "title": GARBLED, "media_metadata": exif}
    comment = {"Comment": {"value": "nice"}, "Time": {"timestamp": UNIX}}
    activity = "your_instagram_activity"
    files: dict[str, object] = {
        f"{activity}/media/posts_1.json": [{"media": [media]}, {"media": [media, media], "creation_timestamp": UNIX}],
        f"{activity}/media/stories.json": {"ig_stories": [media]},
        f"{activity}/comments/post_comments_1.json": [{"string_map_data": comment}],
        "personal_information/personal_information/personal_information.json": {
            "profile_user": [{"string_map_data": about}]
        },
        "connections/followers_and_following/followers_1.json": [{}, {}],
    }
    return {name: json.dumps(content) for name, content in files.items()}


def bluesky_records() -> dict[str, Any]:
    created = "2023-01-31T12:00:00.123Z"
    post = "app.bsky.feed.post"
    uri = f"{HOME}{post}/{TID}"
    facet = {"features": [{"$type": "app.bsky.richtext.facet#link", "uri": "https://a.example"}]}
    return {
        f"{post}/{TID}": {"$type": post, "text": "hello", "createdAt": created, "facets": [facet]},
        f"{post}/{TID[:-1]}b": {
            "$type": post, "text": "and", "createdAt": created,
            "reply": {"root": {"uri": uri, "cid": ""}, "parent": {"uri": uri, "cid": ""}},
        },
        f"app.bsky.feed.repost/{TID}": {"subject": {"uri": "at://b/c/d"}, "createdAt": created},
        f"app.bsky.feed.like/{TID}": {"subject": {"uri": uri}, "createdAt": created},
        "app.bsky.actor.profile/self": {"displayName": "Eve", "pinnedPost": {"uri": uri, "cid": ""}},
        f"app.bsky.graph.follow/{TID}": {"subject": "did:web:b.example"},
    }  # fmt: skip


def bluesky_car(records: dict[str, Any] | None = None) -> bytes:
    return write_car(records or bluesky_records(), did="did:web:eve.social.example", revision=TID)


def write_files(folder: Path, files: dict[str, Any]) -> Path:
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def zip_files(path: Path, files: dict[str, Any]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in files.items():
            packed.writestr(name, content)
    return path
