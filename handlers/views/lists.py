"""What comes of feeds that stand together: on a page, or in a list that somebody sent; and a list as a file."""

from markupsafe import Markup

from handlers.buttons import FollowFeed
from handlers.views.message import File, View, button, plain_text, split
from handlers.views.reader import Reader
from handlers.words import say, say_count
from news import opml
from news.outcomes import Choice, Imported
from news.text import shorten
from storage.records import ListedFeed

LIST_FILE = "kawaraban.opml"
"""What is exported."""

FAILED_FILE = "import.txt"
"""What of a long list was not followed, a line each."""

_SHOWN_REJECTED = 15


def choice(found: Choice, reader: Reader) -> View:
    """The feeds of a page, a button each; how many more it has, if they are too many."""
    text = say("follow.choose", reader.language, page=shorten(found.page, 100))
    if found.more:
        more = say_count("follow.choose_more", found.more, reader.language)
        text = Markup("\n").join([text, more])
    rows = ((button(shorten(name, 40), FollowFeed(id), reader.key),) for id, name in found.feeds)
    return View(text, tuple(rows))


def exported(listed: opml.FeedList, reader: Reader) -> View:
    """All that a chat follows, as a file."""
    feeds, topics = listed.outlines, listed.topics
    lines = []
    if feeds:
        lines.append(say_count("export.done", len(feeds), reader.language))
    if topics:
        lines.append(say_count("export.topics", len(topics), reader.language))
    if not lines:
        return View(say("export.empty", reader.language))
    file = File(LIST_FILE, opml.write(feeds, "Kawaraban", topics))
    return View(Markup("\n").join(lines), file=file)


def imported(result: Imported, reader: Reader) -> View:
    """What came of a list of feeds, with what failed line by line."""
    language = reader.language
    blocks = _counted(result, reader)
    failed = [
        say(f"import.{line.reason}", language, line=line.line, name=line.name or "—")
        for line in result.rejected
    ]
    if failed:
        blocks.append(say_count("import.rejected", len(failed), language))
    without_room = [
        say("import.room", language, name=one.title or one.url, address=one.url)
        if isinstance(one, ListedFeed)
        else say("import.room_topic", language, name=one.text)
        for one in result.without_room
    ]
    lines = [*blocks, *failed, *without_room]
    # An address may have thousands of characters.
    if len(failed) + len(without_room) <= _SHOWN_REJECTED and len(split(lines)) == 1:
        return View(Markup("\n").join(lines))
    blocks.append(say("import.in_file", language))
    listed = "\n".join(plain_text(line) for line in [*failed, *without_room])
    content = f"{listed}\n".encode("utf-8", "replace")
    return View(Markup("\n").join(blocks), file=File(FAILED_FILE, content))


def _counted(result: Imported, reader: Reader) -> list[Markup]:
    """How much is followed from now on, how much was before, and how much had no room."""
    nothing_else = not (result.followed or result.topics or result.over_limit or result.rejected)
    if result.already and nothing_else:
        return [say_count("import.all_already", result.already, reader.language)]
    counts = {
        "import.followed": result.followed,
        "import.topics": result.topics,
        "import.already": result.already,
        "import.over_limit": result.over_limit,
    }
    lines = [say_count(key, count, reader.language) for key, count in counts.items() if count]
    if not (result.followed or result.topics):
        lines.insert(0, say("import.none", reader.language))
    return lines
