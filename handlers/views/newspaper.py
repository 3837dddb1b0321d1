"""A digest as one rich message: masthead, contents, a heading for each topic, stories, and what is folded.

It decides nothing: the stories, their order and their words are those of the digest. Where they do not
all fit, what is folded loses its summaries first, then what stands open is folded, and at last stories
are dropped, counted at the end: from the last place of each section upwards.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum

from markupsafe import Markup

from handlers.buttons import Show
from handlers.views import digests, rich
from handlers.views.marks import story_row
from handlers.views.message import Keyboard, RichView, button, isolated, plain_text
from handlers.views.reader import Reader, local
from handlers.views.rich import Block
from handlers.views.stories import outlets_of
from handlers.words import say, say_count
from news.digest import Digest, Item
from news.pictures import is_own
from news.text import shorten, squeeze
from storage.records import StoryId

_OPEN = 4
"""Stories of a section that are not folded, if there is room."""

_PICTURES = 12
"""In one message: each is fetched by Telegram before it takes the message, and by every reader."""

_HEADLINE = 300
_SUMMARY = 1000
_ADDRESS = 2000
_OUTLET = 50


class _Form(IntEnum):
    """How much of a story is shown."""

    DROPPED = 0
    BRIEF = 1
    """Folded, its headline only."""
    FOLDED = 2
    """Folded, with its summary."""
    OPEN = 3


@dataclass(frozen=True, slots=True)
class _Piece:
    """A story in each form that it can take."""

    section: int
    place: int
    """In its section, from 0."""
    forms: Mapping[_Form, Block]

    @property
    def wanted(self) -> _Form:
        """The form that it takes if there is room."""
        return _Form.OPEN if self.place < _OPEN else _Form.FOLDED


def newspaper(
    told: Digest,
    reader: Reader,
    title: str = "digest.title",
    keyboard: Keyboard = (),
    *,
    marked: bool = True,
) -> RichView:
    """A digest as one rich message under a title of that key, without a fallback.

    Each story has the buttons that mark it, if it is to be `marked`; `keyboard` is below all.
    """
    paper = _Paper(told, reader, title, marked)
    page, dropped = paper.page(paper.given_up())
    if dropped and marked and not told.left_out:
        keyboard = ((button(reader.label("button.read_on"), Show("latest")),), *keyboard)
    return RichView(page.html, keyboard)


class _Paper:
    """A digest that is being laid out."""

    def __init__(self, told: Digest, reader: Reader, title: str, marked: bool) -> None:
        self._marked = marked
        self._told = told
        self._reader = reader
        self._rtl = rich.is_rtl(reader.language)
        self._masthead = _masthead(told, reader, title, self._rtl)
        self._names = [
            isolated(shorten(squeeze(one.subscription.name), digests.MAX_NAME) or "—", self._rtl)
            for one in told.sections
        ]
        pictures = _pictures(told)
        self._pieces = [
            self._piece(item, number, place, pictures)
            for number, section in enumerate(told.sections)
            for place, item in enumerate(section.items)
        ]
        order = sorted(
            range(len(self._pieces)),
            key=lambda one: (self._pieces[one].place, self._pieces[one].section),
            reverse=True,
        )
        wanted = [(one, self._pieces[one].wanted) for one in order]
        self._steps = [
            *((one, _Form.BRIEF) for one, form in wanted if form is _Form.FOLDED),
            *((one, _Form.BRIEF) for one, form in wanted if form is _Form.OPEN),
            *((one, _Form.DROPPED) for one, _ in wanted),
        ]

    def given_up(self) -> int:
        """How many steps away from what is wanted the whole fits; the last step leaves the masthead alone."""
        steps = range(len(self._steps))
        return bisect_left(steps, True, key=lambda number: self.page(number)[0].fits)

    def page(self, given_up: int) -> tuple[Block, int]:
        """The whole message after so many steps, and how many stories were dropped."""
        forms = [piece.wanted for piece in self._pieces]
        for one, form in self._steps[:given_up]:
            forms[one] = form
        sections: list[tuple[int, Block, int]] = []
        for number in range(len(self._told.sections)):
            shown = [
                (piece, form)
                for piece, form in zip(self._pieces, forms, strict=True)
                if piece.section == number and form is not _Form.DROPPED
            ]
            if shown:
                sections.append((number, self._section(number, shown), len(shown)))
        dropped = sum(form is _Form.DROPPED for form in forms)
        blocks = [self._masthead]
        if len(sections) > 1:
            blocks += [self._contents([(number, count) for number, _, count in sections])]
        blocks += [block for _, block, _ in sections]
        if left_out := self._told.left_out + dropped:
            text = say_count("digest.left_out", left_out, self._reader.language)
            blocks += [rich.rule(), rich.footer(text)]
        if self._marked and dropped < len(self._pieces):
            blocks.append(rich.footer(say("newspaper.signs", self._reader.language)))
        return rich.joined(blocks), dropped

    def _contents(self, sections: Sequence[tuple[int, int]]) -> Block:
        links = [
            say(
                "newspaper.contents",
                self._reader.language,
                section=rich.link(f"#{_anchor(number)}", self._names[number]),
                count=count,
            )
            for number, count in sections
        ]
        return rich.paragraph(Markup(" · ").join(links))

    def _section(self, number: int, shown: Sequence[tuple[_Piece, _Form]]) -> Block:
        blocks = [rich.rule(), rich.heading(2, Markup.escape(self._names[number]), _anchor(number))]
        blocks += [piece.forms[form] for piece, form in shown if form is _Form.OPEN]
        folded = [piece.forms[form] for piece, form in shown if form is not _Form.OPEN]
        if folded:
            title = say_count("newspaper.folded", len(folded), self._reader.language)
            blocks.append(rich.folded(title, rich.joined(folded)))
        return rich.joined(blocks)

    def _piece(
        self, item: Item, section: int, place: int, pictures: Mapping[StoryId, tuple[str, str]]
    ) -> _Piece:
        reader, article = self._reader, item.lead
        title = isolated(shorten(squeeze(article.title), _HEADLINE) or "—", self._rtl)
        linked = article.url.startswith(("https://", "http://")) and len(article.url) <= _ADDRESS
        headline = rich.link(article.url, title) if linked else Markup.escape(title)
        if item.update:
            headline = say("newspaper.update", reader.language, headline=headline)
        source = say(
            "story.source",
            reader.language,
            outlets=outlets_of(article.outlet, item.grounds.reports, reader),
            when=local(max(one.published_at for one in item.story.articles), reader),
        )
        text = isolated(shorten(squeeze(item.summary), _SUMMARY), self._rtl)
        told = [rich.paragraph(Markup.escape(text))] if text else []
        row = [_buttons(item, reader)] if self._marked else []
        told += [rich.paragraph(source), *row]
        shown = [rich.heading(3 if place == 0 else 4, headline), *told]
        if place == 0 and item.story.id in pictures:
            shown.insert(0, rich.picture(*pictures[item.story.id]))
        bold = Markup("<b>{}</b>").format(headline)
        line = Markup(" · ").join([bold, source])
        return _Piece(
            section,
            place,
            {
                _Form.OPEN: rich.joined(shown),
                _Form.FOLDED: rich.joined([rich.paragraph(bold), *told]),
                _Form.BRIEF: rich.joined([rich.paragraph(line), *row]),
            },
        )


def _anchor(section: int) -> str:
    return f"s{section + 1}"


def _masthead(told: Digest, reader: Reader, title: str, rtl: bool) -> Block:
    """The bold part of the title as the name of the paper, the rest, which is the period, below it."""
    name, _, period = str(digests.heading(told, reader, title)).partition("</b>")
    start = rich.RIGHT_TO_LEFT if rtl else ""
    count = say_count("newspaper.stories", len(told.items), reader.language)
    below = [Markup.escape(plain_text(period).strip(" ·:–-")), count]
    return rich.joined(
        [
            rich.heading(1, Markup.escape(start + plain_text(name).strip())),
            rich.paragraph(Markup(" · ").join(line for line in below if line)),
        ]
    )


def _pictures(told: Digest) -> dict[StoryId, tuple[str, str]]:
    """The pictures of the stories that lead a section, each with the outlet whose it is.

    What stands with two stories is no picture of either.
    """
    seen = Counter(
        address
        for item in told.items
        for address in {article.image_url for article in item.story.articles}
    )
    found: dict[StoryId, tuple[str, str]] = {}
    for section in told.sections:
        first = section.items[0]
        own = _picture(first, seen)
        if own is not None and len(found) < _PICTURES:
            found[first.story.id] = own
    return found


def _picture(item: Item, seen: Mapping[str, int]) -> tuple[str, str] | None:
    for article in (item.lead, *item.story.articles):
        if seen[article.image_url] == 1 and is_own(article.image_url):
            return article.image_url, isolated(shorten(squeeze(article.outlet), _OUTLET))
    return None


def _buttons(item: Item, reader: Reader) -> Block:
    return rich.buttons(story_row(item.story.id, item.lead.feed_id, reader))
