"""The numbers below a digest by which its stories are marked: which of them are, and what a press changes of that.

numbers stand below ─▶ they are shown again, a ✓ before those that are marked
none do, as in a newspaper ─▶ a second press gets a button that takes the mark back
"""

from datetime import UTC, datetime

from markupsafe import Markup

from handlers.buttons import Mark, Marks
from handlers.context import Ask
from handlers.views import marks
from handlers.views.menus import listed_in
from handlers.views.message import Keyboard, Toast
from storage import opinions, telling
from storage.database import Transaction
from storage.joins import heirs
from storage.records import ChatId, StoryId
from storage.shown import shown_at

Told = tuple[tuple[int, StoryId], ...]
"""The stories of a digest with their numbers."""


async def told_then(tx: Transaction, chat_id: ChatId, told_at: int) -> Told:
    """The stories of the digest that a chat was told or shown at that time; none if that is not known any more."""
    at = datetime.fromtimestamp(told_at, UTC)
    told = await telling.places_at(tx, chat_id, at, marks.MOST)
    if not told and (shown := await shown_at(tx, chat_id, at)) is not None:
        return tuple(enumerate(shown.stories[: marks.MOST], start=1))
    return told


async def marked(tx: Transaction, chat_id: ChatId, mark: Mark, told: Told) -> frozenset[StoryId]:
    """Which of these stories a chat keeps, or gave the thumb; none for what can be done to them again and again."""
    ids = [id for _, id in told]
    now_in = await heirs(tx, ids)
    current = [now_in.get(id, id) for id in ids]
    match mark:
        case Mark.SAVE:
            found = await opinions.saved_among(tx, chat_id, current)
        case Mark.UP | Mark.DOWN:
            value = 1 if mark is Mark.UP else -1
            found = await opinions.thumbs_among(tx, chat_id, value, current)
        case _:
            found = frozenset()
    return frozenset(id for id in ids if now_in.get(id, id) in found)


async def toast(ask: Ask, mark: Mark, story_id: StoryId, said: Markup, *, again: bool) -> Toast:
    """The word about a press that marks a story; `again` if the story was marked like that before."""
    rows = await _numbers_again(ask, mark)
    if rows is None and again:
        return Toast(
            ask.say(f"marks.again.{mark.name.lower()}").text,
            marks.take_back(mark, story_id, ask.reader),
        )
    return Toast(said, rows)


async def taken_back(ask: Ask, mark: Mark, said: Markup) -> Toast:
    """The word about a press that takes a mark back; the button for it alone has done its work."""
    rows = await _numbers_again(ask, mark)
    # Of a digest that is forgotten, the rows stay as they are.
    alone = rows is None and not listed_in(ask.below, (Marks,))
    return Toast(said, () if alone else rows)


async def _numbers_again(ask: Ask, mark: Mark) -> Keyboard | None:
    """The numbers that stand below the message with the button, as they are now; None if there are none."""
    told_at = next((one.told_at for one in listed_in(ask.below, (Marks,)) if not one.mark), None)
    if told_at is None:
        return None
    async with ask.services.database.read() as tx:
        told = await told_then(tx, ask.chat.id, told_at)
        chosen = await marked(tx, ask.chat.id, mark, told)
    return marks.numbers(mark, told, chosen, told_at, ask.reader) if told else None
