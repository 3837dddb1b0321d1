"""The stories that a chat keeps, however old they get."""

from datetime import UTC, datetime

from markupsafe import Markup

from handlers import marking
from handlers.belonging_buttons import SendSaved, Share
from handlers.buttons import Mark, Save, Unsave
from handlers.context import Answer, Ask
from handlers.page_buttons import SaveAgain, SavedPage
from handlers.views import saved as views
from handlers.views import shared
from handlers.views.marks import SAMPLES
from handlers.views.menus import listed_in, window
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
        listed = await opinions.saved(tx, ask.chat.id, MOST)
        beyond = (
            None if pressed.beyond is None else _key(pressed.beyond.at, pressed.beyond.story_id)
        )
        keys = [_key(int(one.at.timestamp()), one.story_id) for one in listed]
        places = window(keys, PAGE_STORIES, pressed.number, beyond, pressed.back)
        kept = listed[places.start : places.stop]
        stories = await articles.get_stories(tx, [one.story_id for one in kept])
    return views.saved(stories, kept, places, len(listed), ask.reader)


def _key(at: int, story_id: StoryId) -> tuple[int, int]:
    """What ascends in the list: those saved last come first."""
    return -at, -story_id


async def press_save(ask: Ask, pressed: Save) -> Toast:
    """Keep a story, or keep it no longer."""
    if pressed.story_id > SAMPLES:
        return Toast(ask.say("marks.sample").text)
    if not pressed.on:
        return await marking.taken_back(ask, Mark.SAVE, await _unsave(ask, pressed.story_id))
    key = await _save(ask, pressed.story_id, ask.now)
    again = key == "saved.already"
    return await marking.toast(ask, Mark.SAVE, pressed.story_id, ask.say(key).text, again=again)


async def press_again(ask: Ask, pressed: SaveAgain) -> Toast:
    """Keep a story again, in its old place."""
    at = min(datetime.fromtimestamp(pressed.at, UTC), ask.now)
    said = ask.say(await _save(ask, pressed.story_id, at)).text
    return Toast(said, instead=await _list_again(ask))


async def _list_again(ask: Ask) -> View | None:
    """The list below which a button was pressed, as it is now; None if there is none.

    What its rows were says the database, not the buttons: a second press is sent before the first was answered.
    """
    pressed = listed_in(ask.below, views.LISTED)
    async with ask.services.database.read() as tx:
        listed = await opinions.saved(tx, ask.chat.id, MOST)
        ids = [row.story_id for row in pressed]
        now_in = await heirs(tx, ids)
        stories = {one.id: one for one in await articles.get_stories(tx, ids)}
    at = {one.story_id: int(one.at.timestamp()) for one in listed}
    rows = [
        views.Row(stories[id], at.get(id, row.at), id in at)
        for row in pressed
        if (id := now_in.get(row.story_id, row.story_id)) in stories
    ]
    return views.saved_again(rows, listed, ask.below, ask.reader) if rows else None


async def press_send(ask: Ask, _pressed: SendSaved) -> View:
    """The stories that the chat keeps, as a file of bookmarks."""
    async with ask.services.database.read() as tx:
        kept = await opinions.saved(tx, ask.chat.id, MOST)
        stories = await articles.get_stories(tx, [one.story_id for one in kept])
    return views.as_file(stories, {one.story_id: one.at for one in kept}, ask.reader)


async def press_share(ask: Ask, pressed: Share) -> View:
    """One story by itself, to be handed on."""
    if pressed.story_id > SAMPLES:
        return ask.say("marks.sample")
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


async def press_unsave(ask: Ask, pressed: Unsave) -> Toast:
    """Keep a story no longer, with the way back."""
    said = await _unsave(ask, pressed.story_id)
    return Toast(said, instead=await _list_again(ask))


async def _unsave(ask: Ask, story_id: StoryId) -> Markup:
    """Keep a story no longer; what is to be said."""
    async with ask.services.database.write() as tx:
        at = await opinions.unsave(tx, ask.chat.id, story_id)
        stories = await articles.get_stories(tx, [story_id])
    gone = at is None or not stories
    return ask.say("saved.gone").text if gone else views.unsaved(stories[0], ask.reader)
