"""WebSub (https://www.w3.org/TR/websub/): hubs announce the news of feeds, which then are polled once a day only.

ask a hub ─▶ it asks back: did you mean it? ─▶ it posts what is new, signed ─▶ intake
     ▲                                                    │ silent about something: polled as before
     └─────────────────────── renewed before its lease is over
"""

import hashlib
import hmac
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta

from news import pace
from news.errors import Answer, FetchFailed, Hop
from news.fetch import Fetched
from news.sources import Sources, heed
from storage import feeds, hubs
from storage.database import mark, set_mark
from storage.records import Failure, HubSubscription

PATH = "/websub/"
"""Where callbacks are, below the public address of this bot."""

LEASE = timedelta(days=10)
"""What a hub is asked for; it decides."""

_SHORTEST, _LONGEST = timedelta(hours=1), timedelta(days=30)
_AT_ONCE = 10
_UNANSWERED = timedelta(days=1)
"""A hub that took a request and never asked back is asked again after this."""

_UNREACHABLE = timedelta(hours=6)
HOUR = timedelta(hours=1)
"""After this a feed is visited that a hub denied."""

DISTRUST = timedelta(days=7)
"""For how long a hub that refused, or kept silent about news, is not asked again."""

_METHODS = {
    "sha1": hashlib.sha1,
    "sha256": hashlib.sha256,
    "sha384": hashlib.sha384,
    "sha512": hashlib.sha512,
}
"""Of signatures (section 7.1.2 of the specification)."""

_CALLBACK_MARK = "websub callback"


class Hubs:
    """What is agreed with hubs."""

    def __init__(self, sources: Sources, public_url: str, new_secret: Callable[[], str]) -> None:
        """`public_url` is the address of this bot for the world; empty if it has none.

        `new_secret` gives at most 64 characters that nobody can guess, other ones each time.
        """
        self._sources = sources
        self._callback = public_url.rstrip("/") + PATH if public_url else ""
        self._new_secret = new_secret

    async def begin(self) -> None:
        """Forget what was agreed under another address: those announcements do not come here any more."""
        async with self._sources.database.write() as tx:
            if await mark(tx, _CALLBACK_MARK) != self._callback:
                await hubs.drop_all(tx)
                await set_mark(tx, _CALLBACK_MARK, self._callback)

    async def ask_due(self) -> int:
        """Ask the hubs of feeds that are new, or whose lease is ending, and take leave of others; how many were asked."""
        if not self._callback:
            return 0
        now = self._sources.clock()
        async with self._sources.database.write() as tx:
            for feed_id, hub_url, topic_url in await hubs.wanting(tx, _AT_ONCE):
                token, secret = self._new_secret(), self._new_secret()
                await hubs.put(tx, feed_id, hub_url, topic_url, token, secret, now)
            left = await hubs.unwanted(tx, _AT_ONCE)
            await hubs.drop(tx, [one.feed_id for one in left])
            due = await hubs.claim_due(tx, now, now + _UNANSWERED, _AT_ONCE)
        for subscription in left:
            await self._ask(subscription, "unsubscribe")
        for subscription in due:
            wait = await self._ask(subscription, "subscribe")
            if wait is not None:
                async with self._sources.database.write() as tx:
                    await hubs.put_off(tx, subscription.feed_id, now + wait)
        return len(due)

    async def _ask(self, subscription: HubSubscription, mode: str) -> timedelta | None:
        """Send a request; None if the hub took it, else when to try again."""
        form = {
            "hub.callback": self._callback + subscription.token,
            "hub.mode": mode,
            "hub.topic": subscription.topic_url,
            "hub.lease_seconds": str(int(LEASE.total_seconds())),
            "hub.secret": subscription.secret,
        }
        try:
            await self._sources.fetcher.post(subscription.hub_url, form)
        except FetchFailed as error:
            await heed(self._sources, subscription.hub_url, error)
            if error.failure is Failure.BUSY:
                asked = pace.retry_after(error.headers, self._sources.clock()) or timedelta(0)
                return max(asked, _UNREACHABLE)
            return DISTRUST if error.detail.startswith("4") else _UNREACHABLE
        return None

    async def verify(self, token: str, said: Mapping[str, str]) -> str | None:
        """What to answer a hub that asks whether a request was meant: its challenge; None if it was not.

        A word of the hub that it will not announce the feed (`denied`) is answered with an empty text.
        """
        now = self._sources.clock()
        challenge = said.get("hub.challenge", "")
        async with self._sources.database.write() as tx:
            known = await hubs.by_token(tx, token)
            if known is None:
                # Nobody here wants anything of a callback that is not known.
                return challenge if said.get("hub.mode") == "unsubscribe" else None
            if said.get("hub.topic") != known.topic_url:
                return None
            if said.get("hub.mode") == "denied":
                await hubs.refused(tx, known.feed_id, now + DISTRUST)
                await feeds.hurry(tx, known.feed_id, now + HOUR)
                return ""
            if said.get("hub.mode") != "subscribe" or not challenge:
                return None
            lease = _lease(said.get("hub.lease_seconds", ""))
            await hubs.verified(tx, known.feed_id, now, now + lease, now + lease * 0.8)
        return challenge

    async def knows(self, token: str) -> bool:
        """Whether a callback is one that a hub was given."""
        async with self._sources.database.read() as tx:
            return await hubs.by_token(tx, token) is not None

    async def receive(self, token: str, body: bytes, content_type: str, signature: str) -> bool:
        """Take in what a hub posts; False if nobody here waits for it.

        What is not signed with our secret is dropped without a word (section 8). What can't be read
        makes the feed due, so that nothing is missed.
        """
        now = self._sources.clock()
        async with self._sources.database.read() as tx:
            known = await hubs.by_token(tx, token)
            feed = None if known is None else await feeds.get(tx, known.feed_id)
        if known is None or feed is None:
            return False
        if not is_signed(body, known.secret, signature):
            return True
        answer = Answer((Hop(feed.url, 200),), {"content-type": content_type})
        fetched = Fetched(answer, False, body, None, None)
        intake = self._sources.intake
        try:
            reading = replace(await intake.read(feed, fetched, now), announced=True)
        except FetchFailed:
            async with self._sources.database.write() as tx:
                soonest = (feed.visited_at or now) + self._sources.pace.minimum
                await feeds.hurry(tx, feed.id, max(now, soonest))
            return True
        async with self._sources.database.write() as tx:
            # It may have moved, or been merged with another one, while its text was read.
            feed = await feeds.get(tx, feed.id)
            if feed is None:
                return False
            taken = await intake.take_in(tx, [(feed, reading)], now)
        intake.learn(taken)
        return True


def is_signed(body: bytes, secret: str, signature: str) -> bool:
    """Whether `signature`, as X-Hub-Signature gives it (`sha256=…`), is that of `body` with our secret."""
    method, _, given = signature.strip().partition("=")
    digest = _METHODS.get(method.strip().lower())
    if digest is None:
        return False
    expected = hmac.new(secret.encode(), body, digest).hexdigest()
    return hmac.compare_digest(expected.encode(), given.strip().lower().encode())


def _lease(seconds: str) -> timedelta:
    """What a hub promised, within what makes sense."""
    if not (seconds.isascii() and seconds.isdecimal() and len(seconds) < 10):
        return LEASE
    return max(_SHORTEST, min(timedelta(seconds=int(seconds)), _LONGEST))
