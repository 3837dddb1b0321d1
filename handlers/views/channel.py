"""What is said of a channel that is run from a private chat, and the line above everything that is said for it."""

from dataclasses import replace

from markupsafe import Markup

from handlers.door_buttons import RunChannel
from handlers.views.message import RichView, View, button, plain_text, split
from handlers.views.reader import Reader
from handlers.words import say
from news.text import shorten, squeeze
from storage.records import ChatId

_TITLE = 60
_SIGN = "📣"
"""No other message begins with it."""


def shown(title: str, reader: Reader) -> View:
    """Which channel is run from here, with the way out."""
    text = say("channel.shown", reader.language, title=_short(title))
    return View(text, ((button(reader.label("button.channel_off"), RunChannel(None)),),))


def left(id: ChatId, reader: Reader) -> View:
    """No channel is run from here any more, with the way back."""
    back = button(reader.label("button.channel_on"), RunChannel(id))
    return View(say("channel.off", reader.language), ((back,),))


def headed(answer: View | RichView, title: str, language: str) -> tuple[View | RichView, ...]:
    """An answer that says in its first line for which channel it speaks."""
    line = _line(title, language)
    if isinstance(answer, RichView):
        # The line is how a press is told from one on a message of the person's own.
        first, *rest = answer.fallback or (View(Markup("…"), answer.keyboard),)
        return (*headed(first, title, language), *rest)
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


def speaks_for(shown_text: str | None) -> bool:
    """Whether a message speaks for some channel."""
    return (shown_text or "").startswith(_SIGN)


def speaks_for_this(shown_text: str | None, title: str, language: str) -> bool:
    """Whether a message speaks for the channel of this title."""
    first, _, _ = (shown_text or "").partition("\n")
    return first == plain_text(_line(title, language))


def _line(title: str, language: str) -> Markup:
    return Markup("{} {}").format(_SIGN, say("channel.line", language, title=_short(title)))


def _short(title: str) -> str:
    return shorten(squeeze(title), _TITLE)
