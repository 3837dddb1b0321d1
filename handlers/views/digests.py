"""A digest in as many messages as it needs."""

from markupsafe import Markup

from handlers.buttons import Show
from handlers.views.message import Keyboard, View, button, split
from handlers.views.reader import Reader, moment
from handlers.views.stories import story
from handlers.words import say, say_count
from news.digest import Digest
from news.text import shorten
from storage.records import Chat

MAX_NAME = 120
"""Characters of what is followed, above its stories."""


def digest(told: Digest, reader: Reader, title: str = "digest.title") -> tuple[View, ...]:
    """A digest in as many messages as it needs, under a title of that key; the last one has the buttons."""
    period = {"since": moment(told.since, reader), "until": moment(told.until, reader)}
    blocks = [say(title, reader.language, **period)]
    number = 1
    for section in told.sections:
        followed = shorten(section.subscription.name, MAX_NAME)
        name = say("digest.section", reader.language, name=followed)
        for place, item in enumerate(section.stories):
            block = story(number, item, reader, with_age=False)
            blocks.append(Markup("\n\n").join([name, block]) if place == 0 else block)
            number += 1
    keyboard: Keyboard = ()
    if told.left_out:
        blocks.append(say_count("digest.left_out", told.left_out, reader.language))
        keyboard = ((button(reader.label("button.read_on"), Show("latest")),),)
    *first, last = split(blocks)
    return (*(View(text) for text in first), View(last, keyboard))


def nothing_new(chat: Chat, reader: Reader) -> View:
    """That a digest would be empty now, and when the next one comes."""
    since = say("digest.empty", reader.language, since=moment(chat.last_digest_at, reader))
    return View(Markup(" ").join([since, next_digest(chat, reader)]))


def next_digest(chat: Chat, reader: Reader) -> Markup:
    """When the chat hears next."""
    if chat.paused or chat.next_digest_at is None:
        return say("digest.no_next", reader.language)
    return say("digest.next", reader.language, when=moment(chat.next_digest_at, reader))
