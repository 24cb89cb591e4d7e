"""The relay that nostr-sdk brings, on loopback: python local_relay.py PORT EVENTS_PER_MINUTE (0: no limit)."""

import asyncio
import sys

import nostr_sdk


async def serve(port: int, per_minute: int) -> None:
    """Serve until killed."""
    builder = nostr_sdk.LocalRelayBuilder().addr("127.0.0.1").port(port)
    limit = nostr_sdk.RateLimit(max_reqs=1_000_000, notes_per_minute=per_minute or 1_000_000)
    relay = builder.rate_limit(limit).build()  # it ends as soon as nothing refers to it
    await relay.run()
    await asyncio.Event().wait()


asyncio.run(serve(int(sys.argv[1]), int(sys.argv[2])))
