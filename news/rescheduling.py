"""Other schedules, for chats and for single subscriptions, and what becomes of what was due by the old ones."""

from datetime import datetime, timedelta

from news import schedule
from news.schedule import Schedule
from storage import chats, due, outbox
from storage.database import Database, Transaction, mark, set_mark
from storage.records import ArticleId, Chat, ChatId, Kind, Subscription

_RULES = "zones.rules"
_MOVED_TO = "zones.moved_to"
_SEEN = "clock.seen"
"""Marks: the rules that everything is planned by; how far a change to others has come; what the clock showed last."""

_SET_BACK = timedelta(hours=2)
"""A clock that is corrected by less does no harm."""

_CHATS = 200
"""Chats that are planned anew in one transaction."""


async def set_own(
    tx: Transaction, chat: Chat, item: Subscription, wanted: Schedule | None, now: datetime
) -> datetime | None:
    """Give a subscription a schedule of its own, or with None that of its chat; when it is due next.

    What came since the chat's last digest is told with the first one of its own, at once if it is instant.
    Back with its chat, it is due once by itself together with the chat's digest, so that nothing falls between.
    """
    if wanted is None:
        upcoming = chat.next_digest_at if item.schedule else None
        await due.set_schedule(tx, [item.id], "", upcoming)
        return chat.next_digest_at
    if not item.schedule:
        told_to = ArticleId(max(item.after_article, chat.digested_to))
        await due.digested(tx, {item.id: None}, told_to)
    return await _plan(tx, chat, item, wanted, now)


async def restore_own(
    database: Database, chat: Chat, kind: Kind, target: int, typed: str, now: datetime
) -> None:
    """Give back the schedule that a subscription had before it ended and began again. Raises BadSchedule."""
    wanted = schedule.parse_for_one(typed)
    async with database.write() as tx:
        for item in await chats.followed(tx, chat.id):
            if wanted is not None and (item.kind, item.target) == (kind, target):
                await _plan(tx, chat, item, wanted, now)


async def _plan(
    tx: Transaction, chat: Chat, item: Subscription, wanted: Schedule, now: datetime
) -> datetime | None:
    # Something may have come already: whoever wants to hear at once is told of it now.
    upcoming = now if wanted.instant else schedule.next_after(wanted, now, chat.timezone)
    await due.set_schedule(tx, [item.id], str(wanted), upcoming)
    return upcoming


async def set_chat_schedule(tx: Transaction, chat: Chat, wanted: Schedule, now: datetime) -> None:
    """Give a chat another schedule. A new rhythm is a wish to hear: it ends a pause, unless it is OFF."""
    upcoming = schedule.next_after(wanted, now, chat.timezone)
    await chats.change(tx, chat.id, schedule=str(wanted), next_digest_at=upcoming)
    if upcoming is not None:
        await _wake(tx, chat, upcoming, now)


async def begin_pause(tx: Transaction, chat: Chat, until: datetime | None) -> None:
    """Let a chat hear nothing until then, or until it says so."""
    await chats.change(tx, chat.id, paused=True, paused_until=until)


async def end_pause(tx: Transaction, chat: Chat, now: datetime) -> None:
    """Let a chat hear again; nothing happens if it does already."""
    if chat.paused:
        upcoming = schedule.next_after(schedule.parse(chat.schedule), now, chat.timezone)
        await _wake(tx, chat, upcoming, now)


async def _wake(tx: Transaction, chat: Chat, upcoming: datetime | None, now: datetime) -> None:
    await chats.change(tx, chat.id, paused=False, paused_until=None, next_digest_at=upcoming)
    if chat.paused:
        # What was decided before the pause waited for its end.
        await outbox.release(tx, chat.id, now)


async def set_zone(tx: Transaction, chat: Chat, zone: str, now: datetime) -> None:
    """Move a chat to another time zone, and all of its schedules with it."""
    wanted = schedule.parse(chat.schedule)
    await chats.change(
        tx, chat.id, timezone=zone, next_digest_at=schedule.next_after(wanted, now, zone)
    )
    for item in await chats.followed(tx, chat.id):
        own = schedule.parse_for_one(item.schedule) if item.schedule else None
        if own is not None and not own.instant:
            upcoming = schedule.next_after(own, now, zone)
            await due.put_off(tx, [item.id], upcoming)


async def keep_plans(database: Database, rules: str, now: datetime) -> int:
    """Plan everything anew if the rules of time zones have changed, or the clock was set back; how many chats that moved.

    `rules` is what `news.zone_rules.rules_version` gives. To be called at the start and every hour or so.
    Goes on where an earlier call was ended.
    """
    async with database.write() as tx:
        known, seen = await mark(tx, _RULES), await mark(tx, _SEEN)
        if seen is not None and now < datetime.fromisoformat(seen) - _SET_BACK:
            # While the clock was ahead, turns were planned by it that are too far off.
            known = f"{rules} before the clock was set back"
            await set_mark(tx, _RULES, known)
        await set_mark(tx, _SEEN, now.isoformat())
    if known == rules:
        return 0
    return await _plan_anew(database, rules, now, is_new=known is None)


async def _plan_anew(database: Database, rules: str, now: datetime, is_new: bool) -> int:
    async with database.read() as tx:
        done = await mark(tx, _MOVED_TO)
    after = ChatId(int(done)) if done else None
    moved = 0
    while True:
        async with database.write() as tx:
            # A new database has nothing that was planned by other rules.
            some = () if is_new else await due.planned(tx, after, _CHATS)
            for chat, own in some:
                moved += await _replan(tx, chat, own, now)
                after = chat.id
            await set_mark(tx, _MOVED_TO, str(after) if some else "")
            if not some:
                await set_mark(tx, _RULES, rules)
                return moved


async def _replan(
    tx: Transaction, chat: Chat, own: tuple[Subscription, ...], now: datetime
) -> bool:
    moved = False
    if chat.next_digest_at is not None:
        wanted = schedule.parse(chat.schedule)
        at = schedule.moved(wanted, chat.next_digest_at, now, chat.timezone)
        if at != chat.next_digest_at:
            await chats.change(tx, chat.id, next_digest_at=at)
            moved = True
    for item in own:
        rhythm = schedule.parse_for_one(item.schedule)
        if rhythm is None or rhythm.instant or item.next_digest_at is None:
            continue
        at = schedule.moved(rhythm, item.next_digest_at, now, chat.timezone)
        if at != item.next_digest_at:
            await due.put_off(tx, [item.id], at)
            moved = True
    return moved
