"""What a chat's thumbs have taught the bot, in plain words."""

from collections.abc import Sequence

from markupsafe import Markup

from handlers.belonging_buttons import ForgetThumbs
from handlers.buttons import Forget
from handlers.views.message import View, button, isolated
from handlers.views.reader import Reader
from handlers.words import say, say_count
from news.places import name_of
from news.taste import Leaning, What
from news.text import shorten

MOST = 10
"""Outlets and names that are told on either side."""

_NAME = 80


def taste(leanings: Sequence[Leaning], thumbs: int, reader: Reader) -> View:
    """What is liked and what is not, from so many thumbs, and a button that forgets it."""
    blocks = [say_count("taste.title", thumbs, reader.language)]
    liked = [one for one in leanings if one.value > 0]
    disliked = [one for one in leanings if one.value < 0]
    for key, some in (("taste.more", liked), ("taste.less", disliked)):
        if some:
            lines = [say(key, reader.language), *(_line(one, reader) for one in some[:MOST])]
            blocks.append(Markup("\n").join(lines))
    if not liked and not disliked:
        blocks.append(say("taste.nothing", reader.language))
    blocks.append(say("taste.foot", reader.language))
    keyboard = ((button(reader.label("button.forget"), Forget()),),)
    return View(Markup("\n\n").join(blocks), keyboard)


def question(thumbs: int, reader: Reader) -> View:
    """Whether so many thumbs are to be forgotten."""
    return View(
        say_count("taste.ask", thumbs, reader.language),
        (
            (button(reader.label("button.keep_all"), ForgetThumbs(False)),),
            (button(reader.label("button.forget"), ForgetThumbs(True)),),
        ),
    )


def _line(one: Leaning, reader: Reader) -> Markup:
    name = name_of(one.name, reader.language) if one.what is What.PLACE else one.name
    key = "taste.outlet" if one.what is What.OUTLET else "taste.name"
    return say(key, reader.language, name=isolated(shorten(name, _NAME)))
