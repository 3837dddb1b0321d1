"""Feeds, the visits to them and how those went."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import fields
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import (
    ColumnElement,
    Row,
    and_,
    bindparam,
    delete,
    exists,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.batches import batches, present
from storage.records import Failure, Feed, FeedId, ListedFeed, Said, Visit
from storage.schema import (
    aliases,
    articles,
    dropped,
    feeds,
    hosts,
    hub_subscriptions,
    is_hidden,
    is_wanted,
    mutes,
    subscriptions,
)
from storage.upsert import insert_for

_COLUMNS = [feeds.c[field.name] for field in fields(Feed)]


_ASLEEP = timedelta(hours=1)
"""A feed that was visited within this has not been asleep, though nobody wanted it at a time."""


def _feed(row: Row[Any]) -> Feed:
    values = dict(row._mapping)
    values["failure"] = None if row.failure is None else Failure(row.failure)
    return Feed(**values)


async def find(tx: AsyncConnection, url: str) -> Feed | None:
    """The feed at exactly this address, or that was there before it moved."""
    row = (await tx.execute(select(*_COLUMNS).where(feeds.c.url == url))).one_or_none()
    if row is None:
        moved = select(aliases.c.feed_id).where(aliases.c.url == url)
        row = (
            await tx.execute(select(*_COLUMNS).where(feeds.c.id == moved.scalar_subquery()))
        ).one_or_none()
    return None if row is None else _feed(row)


async def get(tx: AsyncConnection, feed_id: FeedId) -> Feed | None:
    """The feed with this id, unless it is hidden."""
    mine = feeds.c.id == feed_id, ~is_hidden
    row = (await tx.execute(select(*_COLUMNS).where(*mine))).one_or_none()
    return None if row is None else _feed(row)


async def existing(tx: AsyncConnection, ids: Collection[FeedId]) -> frozenset[FeedId]:
    """Which of these feeds are there, and not hidden: others were joined with another one, or deleted."""
    return await present(tx, feeds.c.id, ids, ~is_hidden)


async def add(
    tx: AsyncConnection,
    url: str,
    now: datetime,
    title: str = "",
    pinned: bool = False,
) -> Feed:
    """Keep a feed's address, due at once; one that is known keeps what is known of it.

    `pinned` makes it one that is polled whoever follows it.
    """
    known = await find(tx, url)
    if known is None:
        await tx.execute(
            insert_for(tx)(feeds)
            .values(
                **_new_feed(ListedFeed(url, title), now),
                pinned=pinned,
            )
            .on_conflict_do_nothing(index_elements=[feeds.c.url])
        )
    elif pinned and (not known.pinned or known.stopped_at is not None):
        await tx.execute(
            update(feeds).where(feeds.c.id == known.id).values(pinned=True, stopped_at=None)
        )
    feed = await find(tx, url)
    assert feed is not None
    return feed


async def ids_of(tx: AsyncConnection, urls: Collection[str]) -> dict[str, FeedId]:
    """The feeds at these addresses, or that were there before they moved; unknown addresses are left out."""
    found: dict[str, FeedId] = {}
    for some in batches(urls):
        for query in (
            select(aliases.c.url, aliases.c.feed_id).where(aliases.c.url.in_(some)),
            select(feeds.c.url, feeds.c.id).where(feeds.c.url.in_(some)),
        ):
            found.update((url, FeedId(id)) for url, id in await tx.execute(query))
    return found


async def add_all(
    tx: AsyncConnection, listed: Sequence[ListedFeed], now: datetime
) -> dict[str, FeedId]:
    """Keep the addresses of a list, due at once; known feeds keep what is known of them. The feed of each."""
    known = await ids_of(tx, [item.url for item in listed])
    new = {item.url: item for item in listed if item.url not in known}
    if not new:
        return known
    await tx.execute(
        insert_for(tx)(feeds).on_conflict_do_nothing(index_elements=[feeds.c.url]),
        [_new_feed(item, now) for item in new.values()],
    )
    return known | await ids_of(tx, new)


def _new_feed(item: ListedFeed, due: datetime) -> dict[str, Any]:
    host = urlsplit(item.url).hostname or ""
    return {
        "url": item.url,
        "host": host[:255],
        "title": item.title or host or item.url,
        "folder": item.folder,
        "in_catalogue": False,
        "next_visit_at": due,
        "failures": 0,
        "failure_detail": "",
    }


async def pin_all(
    tx: AsyncConnection, listed: Sequence[ListedFeed], now: datetime
) -> dict[str, FeedId]:
    """Keep the feeds of a list, in its folders, as feeds that are polled whoever follows them; the feed of each."""
    ids = await add_all(tx, listed, now)
    await reawaken(tx, list(ids.values()), now)
    if listed:
        await tx.execute(
            update(feeds)
            .where(feeds.c.id == bindparam("feed"))
            .values(
                pinned=True,
                stopped_at=None,
                folder=func.coalesce(func.nullif(bindparam("in_folder"), ""), feeds.c.folder),
            ),
            [{"feed": ids[item.url], "in_folder": item.folder} for item in listed],
        )
    return ids


async def unpin(tx: AsyncConnection, feed_id: FeedId) -> None:
    """Let a feed be polled only as long as somebody follows it."""
    await tx.execute(update(feeds).where(feeds.c.id == feed_id).values(pinned=False))


async def set_catalogue(tx: AsyncConnection, listed: Sequence[ListedFeed], now: datetime) -> None:
    """Make the catalogue exactly these feeds.

    Feeds that fell out of it stay, with their articles, and are polled as long as somebody follows them.
    """
    ids = await add_all(tx, listed, now)
    await reawaken(tx, list(ids.values()), now)
    kept: dict[FeedId, ListedFeed] = {}
    for item in listed:
        kept.setdefault(ids[item.url], item)
    await tx.execute(update(feeds).where(feeds.c.in_catalogue).values(in_catalogue=False))
    if kept:
        await tx.execute(
            update(feeds)
            .where(feeds.c.id == bindparam("feed"))
            .values(in_catalogue=True, folder=bindparam("in_folder")),
            [{"feed": id, "in_folder": item.folder} for id, item in kept.items()],
        )


async def every(
    tx: AsyncConnection, *, wanted: bool = True, failing: bool = False
) -> tuple[Feed, ...]:
    """All feeds, by folder and title: those that are polled, or really all; those in trouble, or either."""
    query = select(*_COLUMNS).order_by(feeds.c.folder, feeds.c.title, feeds.c.url)
    query = query.where(~is_hidden)
    if wanted:
        query = query.where(is_wanted)
    if failing:
        query = query.where(feeds.c.failures > 0)
    return tuple(_feed(row) for row in await tx.execute(query))


async def catalogue(tx: AsyncConnection) -> tuple[Feed, ...]:
    """The feeds of the operator's catalogue that are polled, by folder and title."""
    query = (
        select(*_COLUMNS)
        .where(feeds.c.in_catalogue, feeds.c.stopped_at.is_(None))
        .order_by(feeds.c.folder, feeds.c.title, feeds.c.url)
    )
    return tuple(_feed(row) for row in await tx.execute(query))


async def names(
    tx: AsyncConnection, among: Collection[FeedId] | None = None
) -> tuple[tuple[FeedId, str, str | None, str], ...]:
    """The address, site and title of all feeds that are not hidden; or of those in `among`, hidden or not."""
    query = select(feeds.c.id, feeds.c.url, feeds.c.site_url, feeds.c.title)
    if among is None:
        rows = await tx.execute(query.where(~is_hidden))
        return tuple((FeedId(row.id), *row[1:]) for row in rows)
    found: list[tuple[FeedId, str, str | None, str]] = []
    for some in batches(among):
        rows = await tx.execute(query.where(feeds.c.id.in_(some)))
        found += ((FeedId(row.id), *row[1:]) for row in rows)
    return tuple(found)


async def listed_names(tx: AsyncConnection) -> tuple[tuple[FeedId, str, str | None, str], ...]:
    """Likewise of the feeds that a list of the operator names and that are polled: everybody may know of them."""
    rows = await tx.execute(
        select(feeds.c.id, feeds.c.url, feeds.c.site_url, feeds.c.title)
        .where(or_(feeds.c.in_catalogue, feeds.c.pinned), feeds.c.stopped_at.is_(None))
        .order_by(feeds.c.id)
    )
    return tuple((FeedId(row.id), *row[1:]) for row in rows)


_GAPS = select(feeds.c.id, feeds.c.entry_gap).where(
    feeds.c.id.in_(bindparam("some", expanding=True)), feeds.c.entry_gap > 0
)


async def per_day(tx: AsyncConnection, ids: Collection[FeedId]) -> dict[FeedId, float]:
    """How many entries a day these feeds bring, as far as that is known."""
    found: dict[FeedId, float] = {}
    for some in batches(ids):
        rows = await tx.execute(_GAPS, {"some": some})
        found |= {FeedId(id): 86_400 / gap for id, gap in rows}
    return found


async def followers(tx: AsyncConnection, ids: Collection[FeedId]) -> dict[FeedId, int]:
    """How many chats follow each of these feeds; those that nobody follows are left out."""
    rows = await tx.execute(
        select(subscriptions.c.feed_id, func.count())
        .where(subscriptions.c.feed_id.in_(ids))
        .group_by(subscriptions.c.feed_id)
    )
    return {FeedId(id): count for id, count in rows}


async def wanted_of(tx: AsyncConnection, ids: Collection[FeedId]) -> frozenset[FeedId]:
    """Which of these feeds are polled anyway: somebody follows them, or a list of the operator names them."""
    return await present(tx, feeds.c.id, ids, is_wanted)


async def prune_unwanted(tx: AsyncConnection, before: datetime) -> None:
    """Forget the feeds that were offered for choice before then, and that nobody chose."""
    await tx.execute(
        delete(feeds).where(
            feeds.c.visited_at.is_(None),
            feeds.c.next_visit_at < before,
            ~is_wanted,
            ~exists().where(articles.c.feed_id == feeds.c.id),
        )
    )


# ── whose turn it is ─────────────────────────────────────────────────────────────────────────────


def _due(now: datetime) -> ColumnElement[bool]:
    return and_(
        feeds.c.next_visit_at <= now,
        feeds.c.stopped_at.is_(None),
        or_(feeds.c.leased_until.is_(None), feeds.c.leased_until <= now),
        is_wanted,
    )


async def any_due(tx: AsyncConnection, now: datetime) -> bool:
    """Whether there is anything to claim, as far as can be told without looking at hosts."""
    return bool(await tx.scalar(select(feeds.c.id).where(_due(now)).limit(1)))


async def claim_due(
    tx: AsyncConnection,
    now: datetime,
    owner: str,
    lease: timedelta,
    limit: int,
    host_delay: timedelta = timedelta(0),
    delay_of: Callable[[str, timedelta], timedelta] = lambda _, usual: usual,
) -> tuple[Feed, ...]:
    """Take up to `limit` due feeds for `lease` from `now`, longest due first.

    A claimed feed is nobody else's until it is recorded or the lease is over. With a `host_delay`, at
    most one feed of a host is claimed at a time, not before that much has passed since the last one,
    and none of a host that asked for a pause; without, only such pauses are kept. `delay_of` tells what
    a host wants in place of the usual delay.
    """
    waiting = _due(now)
    paused = exists().where(hosts.c.host == feeds.c.host, hosts.c.paused_until > now)
    if host_delay:
        others = feeds.alias("others")
        not_yet = exists().where(hosts.c.host == feeds.c.host, hosts.c.next_request_at > now)
        busy = exists().where(others.c.host == feeds.c.host, others.c.leased_until > now)
        place = func.row_number().over(
            partition_by=feeds.c.host, order_by=(feeds.c.next_visit_at, feeds.c.id)
        )
        ranked = (
            select(feeds.c.id, place.label("place"))
            .where(waiting, ~paused, ~not_yet, ~busy)
            .subquery()
        )
        chosen = select(feeds.c.id).join(ranked, ranked.c.id == feeds.c.id)
        chosen = chosen.where(ranked.c.place == 1, waiting)
    else:
        chosen = select(feeds.c.id).where(waiting, ~paused)
    # The outer query asks again what is due: another process may have claimed since the inner one.
    chosen = (
        chosen.order_by(feeds.c.next_visit_at)
        .limit(limit)
        .with_for_update(skip_locked=True, of=feeds)
    )
    rows = await tx.execute(
        update(feeds)
        .where(feeds.c.id.in_(chosen))
        .values(lease_owner=owner, leased_until=now + lease)
        .returning(*_COLUMNS)
    )
    claimed = tuple(_feed(row) for row in rows)
    if host_delay and claimed:
        taken = {urlsplit(feed.url).hostname or "" for feed in claimed}
        await _hosts_free_at(tx, {host: now + delay_of(host, host_delay) for host in taken})
    return claimed


async def release(tx: AsyncConnection, owner: str) -> None:
    """Give back whatever `owner` has claimed and not recorded: it is due as before."""
    await tx.execute(
        update(feeds)
        .where(feeds.c.lease_owner == owner)
        .values(lease_owner=None, leased_until=None)
    )


async def give_back(tx: AsyncConnection, ids: Collection[FeedId], owner: str) -> None:
    """Give those of these feeds back unvisited that `owner` still has: they are due as before."""
    for some in batches(ids):
        mine = feeds.c.id.in_(some), feeds.c.lease_owner == owner
        await tx.execute(update(feeds).where(*mine).values(**_FREE))


async def _hosts_free_at(tx: AsyncConnection, free: Mapping[str, datetime]) -> None:
    insert = insert_for(tx)(hosts)
    await tx.execute(
        insert.on_conflict_do_update(
            index_elements=[hosts.c.host],
            set_={"next_request_at": insert.excluded.next_request_at},
        ),
        [{"host": host[:255], "next_request_at": at} for host, at in free.items()],
    )


async def pause_host(tx: AsyncConnection, host: str, until: datetime) -> None:
    """Leave all feeds of a host alone until then; a longer pause that is under way stays."""
    insert = insert_for(tx)(hosts).values(
        host=host[:255], next_request_at=until, paused_until=until
    )
    await tx.execute(
        insert.on_conflict_do_update(
            index_elements=[hosts.c.host],
            set_={"paused_until": insert.excluded.paused_until},
            where=or_(
                hosts.c.paused_until.is_(None),
                hosts.c.paused_until < insert.excluded.paused_until,
            ),
        )
    )


async def paused_hosts(tx: AsyncConnection, now: datetime) -> dict[str, datetime]:
    """The hosts that asked to be left alone, and until when."""
    paused = select(hosts.c.host, hosts.c.paused_until).where(hosts.c.paused_until > now)
    return {row.host: row.paused_until for row in await tx.execute(paused)}


async def prune_hosts(tx: AsyncConnection, before: datetime) -> None:
    """Forget the hosts that nothing has been asked of since then."""
    await tx.execute(
        delete(hosts).where(
            hosts.c.next_request_at < before,
            or_(hosts.c.paused_until.is_(None), hosts.c.paused_until < before),
        )
    )


# ── how it went ──────────────────────────────────────────────────────────────────────────────────

_FREE = {"lease_owner": None, "leased_until": None}
_WORKS = {
    "failures": 0,
    "failing_since": None,
    "failure": None,
    "failure_detail": "",
    "trouble_told_at": None,
}


async def record(tx: AsyncConnection, visits: Sequence[tuple[FeedId, Visit]]) -> None:
    """Write down how visits went, and give the feeds back."""
    groups: dict[frozenset[str], list[dict[str, Any]]] = {}
    for feed_id, visit in visits:
        values = _changes(visit)
        groups.setdefault(frozenset(values), []).append({"feed": feed_id} | values)
    for names, rows in groups.items():
        failed = "failed_at" in names
        values = {name: bindparam(name) for name in names if name != "failed_at"}
        if failed:
            values |= {
                "failures": feeds.c.failures + 1,
                "failing_since": func.coalesce(
                    feeds.c.failing_since, bindparam("failed_at", type_=feeds.c.failing_since.type)
                ),
            }
        else:
            values |= _WORKS
        await tx.execute(
            update(feeds).where(feeds.c.id == bindparam("feed")).values(**values, **_FREE), rows
        )


def _changes(visit: Visit) -> dict[str, Any]:
    values: dict[str, Any] = {"next_visit_at": visit.next_visit_at}
    if visit.failure is not None:
        values |= {
            "failed_at": visit.at,
            "failure": visit.failure.value,
            "failure_detail": visit.failure_detail[:200],
        }
        if visit.stop:
            values["stopped_at"] = visit.at
        return values
    values |= {
        "visited_at": visit.at,
        "interval": int((visit.next_visit_at - visit.at).total_seconds()),
        "etag": visit.etag,
        "last_modified": visit.last_modified,
        "moved_to": visit.move.to if visit.move else None,
        "moved_since": visit.move.since if visit.move else None,
        "moved_polls": visit.move.polls if visit.move else 0,
    }
    if visit.body_hash is not None:
        values["body_hash"] = visit.body_hash
    if visit.outline is not None:
        values["outline"] = visit.outline
    if visit.in_full:
        values["in_full_at"] = visit.at
    if visit.said is not None:
        kept_if_unsaid = ("title", "site_url", "language")
        for field in fields(Said):
            value = getattr(visit.said, field.name)
            if value is not None or field.name not in kept_if_unsaid:
                values[field.name] = value
    return values


async def reawaken(tx: AsyncConnection, ids: Collection[FeedId], now: datetime) -> None:
    """Begin anew with those of these feeds that nobody wanted lately: what they hold by now is old news.

    To be told before somebody follows them.
    """
    for some in batches(ids):
        await tx.execute(
            update(feeds)
            .where(feeds.c.id.in_(some), feeds.c.visited_at < now - _ASLEEP, ~is_wanted)
            .values(
                visited_at=None,
                etag=None,
                last_modified=None,
                body_hash=None,
                outline=None,
                next_visit_at=now,
            )
        )


async def hurry(tx: AsyncConnection, feed_id: FeedId, at: datetime) -> None:
    """Visit a feed at `at` if that is sooner than it was to be."""
    await tx.execute(
        update(feeds)
        .where(feeds.c.id == feed_id, feeds.c.next_visit_at > at)
        .values(next_visit_at=at)
    )


async def tell_trouble(tx: AsyncConnection, feed_id: FeedId, now: datetime) -> bool:
    """Note that the followers are told of a feed's trouble; False if somebody told them meanwhile."""
    result = await tx.execute(
        update(feeds)
        .where(feeds.c.id == feed_id, feeds.c.trouble_told_at.is_(None), feeds.c.failures > 0)
        .values(trouble_told_at=now)
    )
    return bool(result.rowcount)


async def in_lasting_trouble(tx: AsyncConnection, since: datetime, limit: int) -> tuple[Feed, ...]:
    """Feeds that fail since then or longer, or are gone, and whose followers were not told yet."""
    rows = await tx.execute(
        select(*_COLUMNS)
        .where(
            feeds.c.trouble_told_at.is_(None),
            feeds.c.failures > 0,
            or_(
                feeds.c.failing_since <= since,
                feeds.c.stopped_at.is_not(None),
                feeds.c.failure == Failure.GONE.value,
            ),
            exists().where(subscriptions.c.feed_id == feeds.c.id),
        )
        .order_by(feeds.c.id)
        .limit(limit)
    )
    return tuple(_feed(row) for row in rows)


async def revive(tx: AsyncConnection, ids: Collection[FeedId], now: datetime) -> None:
    """Visit those of these feeds again that were given up, as if it were new trouble."""
    for some in batches(ids):
        await tx.execute(
            update(feeds)
            .where(feeds.c.id.in_(some), feeds.c.stopped_at.is_not(None))
            .values(stopped_at=None, next_visit_at=now, trouble_told_at=None, **_FREE)
        )


async def move(tx: AsyncConnection, feed: Feed, url: str) -> Feed:
    """Give a feed the address that it moved to, or join it with the feed that is there; the one that lives on.

    The old address stays known. Whoever followed it follows on, with all articles that are theirs
    already, so that nothing is missed and nothing comes twice.
    """
    target = await find(tx, url)
    if target is None or target.id == feed.id:
        await tx.execute(
            update(feeds)
            .where(feeds.c.id == feed.id)
            .values(
                url=url,
                host=(urlsplit(url).hostname or "")[:255],
                etag=None,
                last_modified=None,
                body_hash=None,
                outline=None,
                moved_to=None,
                moved_since=None,
                moved_polls=0,
            )
        )
        await tx.execute(delete(aliases).where(aliases.c.url == url))
        await _alias(tx, feed.url, feed.id)
        moved = await get(tx, feed.id)
        assert moved is not None
        return moved
    await _merge_subscriptions(tx, feed.id, target.id)
    await _merge_mutes(tx, feed.id, target.id)
    await _merge_articles(tx, feed.id, target.id)
    await tx.execute(
        update(feeds)
        .where(feeds.c.id == target.id)
        .values(
            in_catalogue=target.in_catalogue or feed.in_catalogue,
            pinned=target.pinned or feed.pinned,
            stopped_at=None,
        )
    )
    await tx.execute(update(aliases).where(aliases.c.feed_id == feed.id).values(feed_id=target.id))
    await tx.execute(delete(hub_subscriptions).where(hub_subscriptions.c.feed_id == feed.id))
    await tx.execute(delete(feeds).where(feeds.c.id == feed.id))
    await _alias(tx, feed.url, target.id)
    return target


async def _alias(tx: AsyncConnection, url: str, feed_id: FeedId) -> None:
    await tx.execute(
        insert_for(tx)(aliases)
        .values(url=url, feed_id=feed_id)
        .on_conflict_do_update(index_elements=[aliases.c.url], set_={"feed_id": feed_id})
    )


async def _merge_subscriptions(tx: AsyncConnection, old: FeedId, new: FeedId) -> None:
    """Hand over who follows; who follows both misses nothing of either, and keeps a schedule that one of them has.

    What is off for one of them is not off for both.
    """
    both = subscriptions.alias("both")
    theirs = both.c.feed_id == old, both.c.chat_id == subscriptions.c.chat_id
    after = select(both.c.after_article).where(*theirs).scalar_subquery()
    await tx.execute(
        update(subscriptions)
        .where(subscriptions.c.feed_id == new, after < subscriptions.c.after_article)
        .values(after_article=after)
    )
    own = *theirs, both.c.schedule != "off"
    await tx.execute(
        update(subscriptions)
        .where(subscriptions.c.feed_id == new, subscriptions.c.schedule.in_(("", "off")))
        .where(exists().where(*own))
        .values(
            schedule=select(both.c.schedule).where(*own).scalar_subquery(),
            next_digest_at=select(both.c.next_digest_at).where(*own).scalar_subquery(),
        )
    )
    twice = select(subscriptions.c.chat_id).where(subscriptions.c.feed_id == new).scalar_subquery()
    await tx.execute(
        delete(subscriptions).where(
            subscriptions.c.feed_id == old, subscriptions.c.chat_id.in_(twice)
        )
    )
    await tx.execute(
        update(subscriptions).where(subscriptions.c.feed_id == old).values(feed_id=new)
    )


async def _merge_mutes(tx: AsyncConnection, old: FeedId, new: FeedId) -> None:
    twice = select(mutes.c.chat_id).where(mutes.c.feed_id == new)
    await tx.execute(
        update(mutes)
        .where(mutes.c.feed_id == old, mutes.c.chat_id.not_in(twice))
        .values(feed_id=new)
    )


async def _merge_articles(tx: AsyncConnection, old: FeedId, new: FeedId) -> None:
    """Hand over articles and memories; an entry that both have keeps both articles, of one story or told."""
    for table in (articles, dropped):
        both = table.alias("both")
        shared = (
            select(both.c.identity)
            .where(both.c.feed_id == new, both.c.identity == table.c.identity)
            .exists()
        )
        if table is articles:
            renamed = func.substr(f"{old}:" + table.c.identity, 1, 64)
            await tx.execute(
                update(table).where(table.c.feed_id == old, shared).values(identity=renamed)
            )
        else:
            await tx.execute(delete(table).where(table.c.feed_id == old, shared))
        await tx.execute(update(table).where(table.c.feed_id == old).values(feed_id=new))
