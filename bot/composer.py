"""Due digests → outbox, in the transaction that moves the schedule on.

    claim a due chat ─▶ what is new ─▶ decide ─▶ lay out ─▶ outbox + told + schedule ─▶ commit

An alert is a digest of what one wants to hear at once. It takes the same way, before all others.

Killed before the commit, nothing has happened and the digest is still due; after it, everything has.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import structlog

from handlers.views import digests, subscriptions
from handlers.views.message import keyboard_as_json, parts_as_json, parts_of
from handlers.views.newspaper import newspaper
from handlers.views.reader import Reader
from news.desk import Desk
from news.digest import Digest
from news.findings import Findings
from news.gather import gather, in_full
from news.learning import learnt
from news.rescheduling import end_pause
from news.turns import Turn, end_of_quiet, next_of, next_of_chat, turn_of
from news.writing import Writer
from storage import chats, due, feeds, outbox, shown, telling
from storage.database import Database, Transaction, is_trouble
from storage.records import Chat, ChatId, Dispatch, Layout, Story, StoryId

log = structlog.get_logger()

LASTING = timedelta(days=7)
"""A feed in trouble for this long is worth a word."""

_TOGETHER = 10
"""Digests of one transaction: the others that want to write wait for less than a second."""

_MOST_AHEAD = timedelta(minutes=15)
"""How long before its time a digest is composed at most: what comes later waits for the next one."""

_COMPOSING = timedelta(milliseconds=20)
"""What one takes, generously."""

_TROUBLED_AT_ONCE = 20
_AFTER_TROUBLE = timedelta(hours=1)


class Composer:
    """Composes what is due, a while at a time, so that an alert need not wait for the end of a crowd."""

    def __init__(
        self,
        database: Database,
        writer: Writer | None = None,
        findings: Findings | None = None,
    ) -> None:
        """Without `writer`, every summary is made here. `findings` may be shared with who answers commands."""
        self._database = database
        self._writer = writer
        self._findings = findings or Findings()
        self._desk: Desk | None = None
        """What the digests of a crowd have in common, while there are more of them."""

    @property
    def has_more(self) -> bool:
        """Whether the last call ended before everything was composed."""
        return self._desk is not None

    async def compose_due(
        self, now: datetime, is_enough: Callable[[], bool] = lambda: False
    ) -> int:
        """Compose digests that are due, alerts first, until `is_enough` or all are; how many have something to say.

        Of a crowd that shares one moment, digests are composed up to some minutes ahead of it, and wait in the
        outbox.
        """
        await _end_pauses(self._database, now)
        async with self._database.read() as tx:
            until = now + await _ahead(tx, now)
            alone = bool(await due.due_alone(tx, now, 1))
            if not await due.due_digests(tx, until, 1):
                self._desk = None
                if not alone:
                    return 0
            rarity = await learnt(tx)
        composed = 0
        if alone:
            # With nothing that was read before the article came that somebody wants to hear of.
            desk = Desk(rarity, findings=self._findings)
            fresh = _Round(self._database, desk, now, now, self._writer, alone=True)
            composed += (await fresh.compose(lambda: False))[0]
        desk = self._desk or Desk(rarity, for_many=True, findings=self._findings)
        crowd = _Round(self._database, desk, now, until, self._writer)
        told, is_all = await crowd.compose(is_enough)
        self._desk = None if is_all else desk
        return composed + told


async def compose_due(database: Database, now: datetime, writer: Writer | None = None) -> int:
    """Compose everything that is due, see `Composer`; how many have something to say."""
    return await Composer(database, writer).compose_due(now)


async def _ahead(tx: Transaction, now: datetime) -> timedelta:
    """How long before its time a crowd has to be begun with."""
    return _COMPOSING * await due.count_due(tx, now + _MOST_AHEAD, _MOST_AHEAD // _COMPOSING)


@dataclass(frozen=True, slots=True)
class _Round:
    """Everything that is due until a moment: the digests of chats, or what is due by itself."""

    database: Database
    desk: Desk
    now: datetime
    until: datetime
    writer: Writer | None
    alone: bool = False

    async def compose(self, is_enough: Callable[[], bool]) -> tuple[int, bool]:
        """Compose all of it, or some; how many have something to say, and whether that was all."""
        claim = due.claim_due_alone if self.alone else due.claim_due_digests
        composed = 0
        together = _TOGETHER
        while not is_enough():
            written = {} if self.writer is None else await self._written(self.writer, together)
            chat: Chat | None = None
            try:
                async with self.database.write(shared=True) as tx:
                    done = 0
                    claimed = await claim(tx, self.until, together)
                    listed = await chats.followed_by(tx, [one.id for one in claimed])
                    if not self.alone:
                        await self.desk.prepare(tx, [(one, listed[one.id]) for one in claimed])
                    for chat in claimed:
                        turn = turn_of(chat, listed[chat.id], self.now, self.until)
                        # An alert may have come after the desk of a crowd read the story that it is part of.
                        desk = self.desk.anew() if turn.own and not self.alone else self.desk
                        done += await compose(tx, chat, turn, self.now, desk, written.get(chat.id))
                composed += done
            except Exception as error:
                if chat is None:
                    raise
                if together > 1:
                    # Nothing of it has happened. One at a time, to see whose trouble it is.
                    together = 1
                    continue
                if is_trouble(error) and await self._is_away():
                    raise
                # One chat's trouble is ours to mend, and must not keep the others waiting.
                log.exception("digest failed", chat=chat.id)
                await self._put_off(chat)
            if chat is None:
                return composed, True
        return composed, False

    async def _is_away(self) -> bool:
        """Whether the database answers nobody: else its trouble was with what was asked for one chat."""
        try:
            await self.database.ping()
        except Exception as error:
            if not is_trouble(error):
                raise
            return True
        return False

    async def _put_off(self, chat: Chat) -> None:
        at = self.now + _AFTER_TROUBLE
        async with self.database.write() as tx:
            turn = turn_of(chat, await chats.followed(tx, chat.id), self.now, self.until)
            await due.put_off(tx, [one.id for one in (*turn.own, *turn.waiting)], at)
            if not self.alone:
                await chats.change(tx, chat.id, next_digest_at=at)

    async def _written(self, writer: Writer, count: int) -> dict[ChatId, dict[StoryId, str]]:
        """What the writer makes of the next digests, before the transaction that nothing may hold up."""
        look = due.due_alone if self.alone else due.due_digests
        wanted: list[tuple[Chat, tuple[Story, ...]]] = []
        async with self.database.read() as tx:
            for chat in await look(tx, self.until, count):
                try:
                    listed = await chats.followed(tx, chat.id)
                    if turn := turn_of(chat, listed, self.now, self.until):
                        digest = await gather(tx, chat, self.now, self.desk, turn=turn)
                        wanted.append((chat, await in_full(tx, digest)))
                except Exception:
                    # It fails again where its digest is made, and is dealt with there.
                    log.exception("nothing to write summaries of", chat=chat.id)
        return {
            chat.id: await writer.written(stories, chat.language, chat.summary_length, self.now)
            for chat, stories in wanted
            if chat.summary_length
        }


async def compose(
    tx: Transaction,
    chat: Chat,
    turn: Turn,
    now: datetime,
    desk: Desk,
    written: Mapping[StoryId, str] | None = None,
) -> bool:
    """Decide what a chat is told of all that is due, and accept it for delivery; False if there is nothing to say."""
    digest = await gather(tx, chat, now, desk, written, turn) if turn else None
    if digest is not None and digest.sections:
        at = await shown.free_second(tx, chat.id, now)
        await _put(tx, chat, digest, at, now, _dispatch(chat, turn, now))
        await telling.tell(tx, chat.id, digest.told, at)
    elif turn.by_chat and chat.tells_empty:
        upcoming = replace(chat, next_digest_at=next_of_chat(chat, now))
        view = digests.nothing_new(upcoming, Reader.of(chat, now))
        await outbox.put(tx, chat.id, parts_of([view]), now, _dispatch(chat, turn, now))
    await _move_on(tx, chat, turn, digest, now)
    return digest is not None and bool(digest.sections)


def _dispatch(chat: Chat, turn: Turn, now: datetime) -> Dispatch:
    at = min(
        [one.next_digest_at for one in turn.own if one.next_digest_at is not None],
        default=now,
    )
    if turn.by_chat:
        at = chat.next_digest_at or now
    # Whoever chose a time within quiet hours wants to find the digest, not to be woken by it.
    silent = end_of_quiet(chat, max(at, now)) is not None
    return Dispatch(silent, chat.thread_id, turn.is_alert, at, previews=chat.previews)


async def _move_on(
    tx: Transaction,
    chat: Chat,
    turn: Turn,
    digest: Digest | None,
    now: datetime,
) -> None:
    """Note what is due next, and up to where everything has been told."""
    up_to = digest.span.up_to if digest is not None and digest.span is not None else None
    if turn.by_chat or turn.is_too_late:
        values: dict[str, Any] = {"next_digest_at": next_of_chat(chat, now)}
        if turn.by_chat:
            values |= {"last_digest_at": now, "digested_to": up_to or chat.digested_to}
        await chats.change(tx, chat.id, **values)
    if turn.own and up_to is not None:
        upcoming = {one.id: next_of(one, chat, now) for one in turn.own}
        await due.digested(tx, upcoming, up_to)
    for one in turn.late:
        await due.put_off(tx, [one.id], next_of(one, chat, now))
    await due.put_off(tx, [one.id for one in turn.waiting], turn.quiet_until)


async def _put(
    tx: Transaction, chat: Chat, digest: Digest, at: datetime, now: datetime, dispatch: Dispatch
) -> None:
    """`at` is the time by which its buttons call it."""
    reader = Reader.of(chat, now)
    # Readers of a channel may press nothing: only its administrators choose, and not there.
    in_channel = chat.kind == "channel"
    buttons = () if in_channel else digests.keyboard(digest, reader, at)
    classic = digests.digest(digest, reader, keyboard=buttons)
    # An alert is a story or two: no page to be made of.
    is_alert = digest.by_itself and dispatch.urgent
    as_page = chat.layout is Layout.NEWSPAPER and not is_alert
    if as_page and await outbox.rich_is_known(tx, now):
        # Its stories have buttons of their own.
        below = () if in_channel else digests.keyboard(digest, reader)
        paper = newspaper(digest, reader, keyboard=below, marked=not in_channel)
        await outbox.put_rich(
            tx,
            chat.id,
            str(paper.html),
            keyboard_as_json(paper.keyboard),
            parts_as_json(classic),
            now,
            dispatch,
        )
    else:
        await outbox.put(tx, chat.id, parts_of(classic), now, dispatch)


async def tell_trouble(database: Database, now: datetime) -> int:
    """Tell the followers of feeds that bring nothing for a week, or that are gone, once; how many feeds."""
    async with database.read() as tx:
        troubled = await feeds.in_lasting_trouble(tx, now - LASTING, _TROUBLED_AT_ONCE)
    told = 0
    for feed in troubled:
        async with database.write() as tx:
            if not await feeds.tell_trouble(tx, feed.id, now):
                # Another process was faster, or all is well again.
                continue
            told += 1
            for chat_id, subscription_id in await chats.followers_of_feed(tx, feed.id):
                chat = await chats.get(tx, chat_id)
                if chat is not None:
                    reader = Reader.of(chat, now)
                    view = subscriptions.lasting_trouble(feed, subscription_id, reader)
                    usual = Dispatch(thread_id=chat.thread_id)
                    await outbox.put(tx, chat_id, parts_of([view]), now, usual)
    return told


async def _end_pauses(database: Database, now: datetime) -> None:
    async with database.read() as tx:
        ended = await due.ended_pauses(tx, now, 1000)
    for chat in ended:
        async with database.write() as tx:
            await end_pause(tx, chat, now)
