"""What is said of a channel that is run from a private chat, and the line above everything that is said for it."""

from dataclasses import replace

from markupsafe import Markup

from handlers.door_buttons import RunChannel
from handlers.views.message import RichView, View, button, plain_text, split
from handlers.views.reader import Reader
from handlers.views.rich import paragraph
from handlers.words import languages, say
from news.text import shorten, squeeze
from storage.records import ChatId

_TITLE = 60
_SIGN = "📣"
"""No other message begins with it."""


def shown(title: str, reader: Reader) -> View:
    """Which channel is run from here, with the way out."""
    text = say("channel.shown", reader.language, title=_short(title))
    return View(text, ((button(reader.label("button.channel_off"), RunChannel(None)),),))


def added(id: ChatId, title: str, name: str, may_post: bool, reader: Reader) -> View:
    """Two lines for whoever added the bot to a channel: what it does there, and how it is run.

    `name` is the channel's public one, without the @; empty if it has none.
    """
    key = "channel.added" if may_post else "channel.added_mute"
    command = f"/channel @{name}" if name else f"/channel {id}"
    text = say(key, reader.language, title=_short(title), command=command)
    run = button(reader.label("button.channel_run"), RunChannel(id))
    return View(text, ((run,),) if may_post else ())


def left(id: ChatId, reader: Reader) -> View:
    """No channel is run from here any more, with the way back."""
    back = button(reader.label("button.channel_on"), RunChannel(id))
    return View(say("channel.off", reader.language), ((back,),))


def headed(answer: View | RichView, title: str, language: str) -> tuple[View | RichView, ...]:
    """An answer that says in its first line for which channel it speaks."""
    # The line is how a press is told from one on a message of the person's own.
    line = _line(title, language)
    if isinstance(answer, RichView):
        html = Markup("").join([paragraph(line).html, answer.html])
        fallback = all_headed(answer.fallback, title, language)
        classic = tuple(view for view in fallback if isinstance(view, View))
        return (replace(answer, html=html, fallback=classic),)
    texts = split([line, answer.text])
    *before, last = (View(text) for text in texts)
    return (*before, replace(answer, text=last.text))


def all_headed(
    answer: View | RichView | tuple[View | RichView, ...], title: str, language: str
) -> tuple[View | RichView, ...]:
    """Likewise for an answer of several messages, each of which says so; as it is without a `title`."""
    views = answer if isinstance(answer, tuple) else (answer,)
    if not title:
        return views
    return tuple(view for one in views for view in headed(one, title, language))


def speaks_for(first_line: str) -> bool:
    """Whether a message that begins with this line speaks for some channel."""
    return first_line.startswith(_SIGN)


def speaks_for_this(first_line: str, title: str) -> bool:
    """Likewise for the channel of this title, in whichever language the channel had then."""
    return any(first_line == plain_text(_line(title, language)) for language in languages())


def _line(title: str, language: str) -> Markup:
    return Markup("{} {}").format(_SIGN, say("channel.line", language, title=_short(title)))


def _short(title: str) -> str:
    return shorten(squeeze(title), _TITLE)
