"""The stories that a chat keeps, however old they get."""

from datetime import UTC, datetime

from handlers.belonging_buttons import SendSaved, Share
from handlers.buttons import Save, SaveAgain, SavedPage, Unsave
from handlers.context import Answer, Ask
from handlers.views import saved as views
from handlers.views import shared
from handlers.views.marks import SAMPLES
from handlers.views.message import Toast, View
from handlers.views.stories import PAGE_STORIES
from storage import articles, opinions
from storage.joins import heirs
from storage.records import StoryId

MOST = 1000
"""Stories that a chat may keep."""


async def saved(ask: Ask) -> Answer:
    """The first page, saved last first."""
    return await turn_saved(ask, SavedPage(1))


async def turn_saved(ask: Ask, pressed: SavedPage) -> View:
    """Another page; the last one if there are no longer so many."""
    async with ask.services.database.read() as tx:
        count = await opinions.count_saved(tx, ask.chat.id)
        last_page = max(count - 1, 0) // PAGE_STORIES + 1
        page = SavedPage(min(pressed.number, last_page))
        first = (page.number - 1) * PAGE_STORIES
        kept = await opinions.saved(tx, ask.chat.id, PAGE_STORIES, first)
        stories = await articles.get_stories(tx, [one.story_id for one in kept])
    return views.saved(stories, page, count, ask.reader)


async def press_save(ask: Ask, pressed: Save) -> Toast:
    """Keep a story."""
    if pressed.story_id > SAMPLES:
        return Toast(ask.say("marks.sample").text)
    return Toast(ask.say(await _save(ask, pressed.story_id, ask.now)).text)


async def press_again(ask: Ask, pressed: SaveAgain) -> View:
    """Keep a story again, in its old place."""
    at = min(datetime.fromtimestamp(pressed.at, UTC), ask.now)
    return ask.say(await _save(ask, pressed.story_id, at))


async def press_send(ask: Ask, _pressed: SendSaved) -> View:
    """The stories that the chat keeps, as a file of bookmarks."""
    async with ask.services.database.read() as tx:
        kept = await opinions.saved(tx, ask.chat.id, MOST)
        stories = await articles.get_stories(tx, [one.story_id for one in kept])
    return views.as_file(stories, {one.story_id: one.at for one in kept}, ask.reader)


async def press_share(ask: Ask, pressed: Share) -> View:
    """One story by itself, to be handed on."""
    async with ask.services.database.read() as tx:
        now_in = (await heirs(tx, [pressed.story_id])).get(pressed.story_id, pressed.story_id)
        stories = await articles.get_stories(tx, [now_in])
    return shared.to_hand_on(stories[0], ask.reader) if stories else ask.say("story.gone")


async def _save(ask: Ask, story_id: StoryId, at: datetime) -> str:
    """Keep a story; the key of what is to be said."""
    async with ask.services.database.write() as tx:
        if await opinions.count_saved(tx, ask.chat.id) >= MOST:
            return "saved.full"
        new = await opinions.save(tx, ask.chat.id, story_id, at)
    return "story.gone" if new is None else "saved.done" if new else "saved.already"


async def press_unsave(ask: Ask, pressed: Unsave) -> View:
    """Keep a story no longer, with the way back."""
    async with ask.services.database.write() as tx:
        at = await opinions.unsave(tx, ask.chat.id, pressed.story_id)
        stories = await articles.get_stories(tx, [pressed.story_id])
    if at is None or not stories:
        return ask.say("saved.gone")
    return views.unsaved(stories[0], at, ask.reader)
