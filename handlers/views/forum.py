"""What a group is told by itself: that the bot is there, and what became of its topics."""

from handlers.views.message import View
from handlers.words import say


def topic_lost(language: str) -> View:
    """The topic in which a group had its news is closed or gone."""
    return View(say("topic.lost", language))


def greeting(language: str) -> View:
    """Two lines for a group that the bot was added to."""
    return View(say("group.welcome", language))
