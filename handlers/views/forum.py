"""What is said of the topics of a forum."""

from handlers.views.message import View
from handlers.words import say


def topic_lost(language: str) -> View:
    """The topic in which a group had its news is closed or gone."""
    return View(say("topic.lost", language))
