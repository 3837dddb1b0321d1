"""Thumbs, what they taught, and the row below a digest by which they are given."""

from datetime import UTC, datetime

from markupsafe import Markup

from handlers import marking
from handlers.belonging_buttons import ForgetThumbs
from handlers.buttons import Forget, Mark, Marks, Vote
from handlers.context import Ask
from handlers.views import marks
from handlers.views import taste as views
from handlers.views.message import Toast, View
from news.gather import taste_of
from news.mutes import Muted
from news.stories import lead
from storage import articles, opinions
from storage.database import Transaction
from storage.records import FeedId, StoryId

MOST = 10_000
"""Thumbs that are counted."""


async def press_vote(ask: Ask, pressed: Vote) -> Toast:
    """Give a story a thumb, or take it back."""
    if pressed.story_id > marks.SAMPLES:
        return Toast(ask.say("marks.sample").text)
    mark, value = (Mark.UP, 1) if pressed.up else (Mark.DOWN, -1)
    async with ask.services.database.write() as tx:
        changed = (
            await opinions.vote(tx, ask.chat.id, pressed.story_id, value, ask.now)
            if pressed.on
            else await opinions.take_back(tx, ask.chat.id, pressed.story_id, value)
        )
    if changed is None:
        return Toast(ask.say("story.gone").text)
    if not pressed.on:
        return await marking.taken_back(ask, mark, ask.say("vote.none").text)
    said = ask.say(f"vote.{mark.name.lower()}").text
    return await marking.toast(ask, mark, pressed.story_id, said, again=not changed)


async def taste(ask: Ask) -> View:
    """What the chat's thumbs have taught."""
    async with ask.services.database.read() as tx:
        learnt, given = await taste_of(tx, ask.chat.id, ask.now)
    if not given:
        return ask.say("taste.none")
    return views.taste(learnt.leanings(), given, ask.reader)


async def press_forget(ask: Ask, _pressed: Forget) -> View:
    """Ask whether all thumbs are to be forgotten."""
    async with ask.services.database.read() as tx:
        given = len(await opinions.votes(tx, ask.chat.id, MOST))
    return views.question(given, ask.reader) if given else ask.say("taste.none")


async def press_forget_thumbs(ask: Ask, pressed: ForgetThumbs) -> View:
    """Forget all thumbs, or show what they taught."""
    if not pressed.sure:
        return await taste(ask)
    async with ask.services.database.write() as tx:
        count = await opinions.reset_votes(tx, ask.chat.id)
    return ask.say_count("taste.forgotten", count) if count else ask.say("taste.none")


async def press_marks(ask: Ask, pressed: Marks) -> Toast:
    """Show which stories of a digest there are to choose from, or what can be done to them."""
    at = datetime.fromtimestamp(pressed.told_at, UTC)
    if pressed.mark is None:
        return Toast(Markup(), (marks.marks_row(at, ask.reader),))
    chosen: frozenset[StoryId] = frozenset()
    async with ask.services.database.read() as tx:
        told = await marking.told_then(tx, ask.chat.id, pressed.told_at)
        if not told:
            return Toast(ask.say("marks.old").text)
        if pressed.mark is Mark.MUTE:
            rows = marks.outlets(await _outlets(tx, ask, told), pressed.told_at, ask.reader)
        else:
            chosen = await marking.marked(tx, ask.chat.id, pressed.mark, told)
            rows = marks.numbers(pressed.mark, told, chosen, pressed.told_at, ask.reader)
    said = [ask.say(f"marks.{pressed.mark.name.lower()}").text]
    if chosen:
        said.append(ask.say("marks.chosen").text)
    return Toast(Markup("\n").join(said), rows)


async def _outlets(
    tx: Transaction, ask: Ask, told: tuple[tuple[int, StoryId], ...]
) -> tuple[tuple[FeedId, str], ...]:
    """The feeds whose articles lead the stories of a digest, in their order, without those that are muted."""
    muted = Muted(await opinions.mutes(tx, ask.chat.id))
    leads = [
        lead(left)
        for story in await articles.get_stories(tx, [id for _, id in told])
        if (left := muted.without(story)) is not None
    ]
    return tuple({article.feed_id: article.outlet for article in leads}.items())
