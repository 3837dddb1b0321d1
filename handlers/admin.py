"""What those who run the bot see and do in the chat: figures, feeds, words to all chats."""

from handlers.admin_buttons import PolledPage, Step, ToAll, VisitNow
from handlers.context import Answer, Ask
from handlers.order import giving_way
from handlers.views import admin as views
from handlers.views import figures as views_of_figures
from handlers.views.message import View
from handlers.views.trend import dates
from news.text import squeeze
from storage import broadcasts, feeds
from storage.activity import activity, count_polled, polled
from storage.bells import Bell
from storage.database import Transaction, ring
from storage.figures import figures
from storage.records import Broadcast, FeedId


async def stats(ask: Ask) -> Answer:
    """How much there is of everything, with a picture where one can be made."""
    services = ask.services
    async with services.database.read() as tx:
        found, lately = await figures(tx, ask.now), await activity(tx, ask.now)
    text = views_of_figures.figures(found, services.messages_per_second, ask.reader, lately)
    if services.draw_activity is None:
        return text
    labels = dates((day.date for day in lately.days), ask.reader)
    async with giving_way():
        picture = await services.draw_activity(lately.days, labels)
    return views_of_figures.picture(picture, ask.reader), text


async def list_feeds(ask: Ask) -> Answer:
    """The feeds that are polled; those in trouble alone if that is asked for."""
    wanted = squeeze(ask.argument).casefold()
    if wanted not in ("", views.FAILING):
        return ask.say("polled.bad", typed=wanted[:40])
    return await turn_polled(ask, PolledPage(1, wanted == views.FAILING))


async def turn_polled(ask: Ask, page: PolledPage, hurried: FeedId | None = None) -> View:
    """A page of them, with a word about one that is visited next."""
    async with ask.services.database.read() as tx:
        total = await count_polled(tx, failing=page.failing)
        page = views.within(page, total)
        first = (page.number - 1) * views.PAGE_FEEDS
        listed = await polled(tx, failing=page.failing, first=first, limit=views.PAGE_FEEDS)
        feed = None if hurried is None else await feeds.get(tx, hurried)
    return views.polled(listed, total, page, None if feed is None else feed.title, ask.reader)


async def press_visit(ask: Ask, pressed: VisitNow) -> View:
    """Let a feed be visited as soon as its host may be asked, also if it was given up."""
    async with ask.services.database.write() as tx:
        await feeds.revive(tx, [pressed.feed_id], ask.now)
        await feeds.hurry(tx, pressed.feed_id, ask.now)
        ring(tx, Bell.FEEDS)
    return await turn_polled(ask, PolledPage(pressed.page, failing=True), pressed.feed_id)


async def broadcast(ask: Ask) -> Answer:
    """Show what was written to all chats as it will look, and ask; without a text, how far the last one is."""
    text = ask.argument.strip()
    database = ask.services.database
    if not text:
        async with database.read() as tx:
            last = await broadcasts.latest(tx)
            shown = () if last is None else (await _progress(tx, ask, last),)
        return (*shown, ask.say("broadcast.ask"))
    async with database.write() as tx:
        going = await broadcasts.going(tx)
        if going is not None:
            return await _busy(tx, ask, going)
        assert ask.user_id is not None  # noqa: S101 - nobody else gets here
        written = await broadcasts.draft(tx, text, ask.user_id, ask.now)
        audience = await broadcasts.audience(tx, written)
    return views.as_sent(written), views.preview(written, audience, ask.reader)


async def press_to_all(ask: Ask, pressed: ToAll) -> View:
    """Send it, don't, stop it, or see how far it is."""
    async with ask.services.database.write() as tx:
        if pressed.step is Step.DISCARD and await broadcasts.discard(tx, pressed.broadcast_id):
            return ask.say("broadcast.discarded")
        if pressed.step is Step.STOP:
            await broadcasts.stop(tx, pressed.broadcast_id, ask.now)
        if pressed.step is Step.BEGIN:
            going = await broadcasts.going(tx)
            if going is not None and going.id != pressed.broadcast_id:
                return await _busy(tx, ask, going)
            await broadcasts.begin(tx, pressed.broadcast_id)
        found = await broadcasts.get(tx, pressed.broadcast_id)
        if found is None or found.is_draft:
            return ask.say("menu.old")
        if pressed.step is Step.BEGIN and found.is_going and found.made_by == ask.chat.id:
            await broadcasts.show_in(tx, found.id, ask.message_id)
        return await _progress(tx, ask, found)


async def _busy(tx: Transaction, ask: Ask, going: Broadcast) -> View:
    return await _progress(tx, ask, going, busy=True)


async def _progress(tx: Transaction, ask: Ask, shown: Broadcast, *, busy: bool = False) -> View:
    done = await broadcasts.progress(tx, shown)
    return views.progress(shown, done, ask.reader, busy=busy)
