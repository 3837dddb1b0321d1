"""What the full-text index is given of an article, and asked for by a query: the same tokens on both sides.

Words go in without their endings; a run of characters of a script without spaces goes in as pairs, so that
日本 is found inside 日本語, and its last character alone, so that every character begins some token. Places
and the language are tokens among the facts.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import groupby, pairwise
from typing import Literal

from news import query
from news.aboutness import ABOUT
from news.matching import Subject
from news.text import BREAK, GAP, STEMMED, has_characters, is_character, stems
from storage.records import AllOf, AnyOf, ArticleId, IndexRow, Side, Wanted

VERSION = "1"
"""Changes with what the index is given: then it is built anew."""

_LANGUAGES = ("", *sorted(STEMMED))


def body_of(summary: str, text: str) -> str:
    """All that is known of an article below its headline, without saying its beginning twice."""
    if not text or text.startswith(summary[:60]):
        return text or summary
    return f"{summary} — {text}"


def row_of(id: ArticleId, published_at: datetime, index: tuple[str, str, str]) -> IndexRow:
    """The row of an article in the index."""
    return IndexRow(id, published_at, *index)


def indexed(subject: Subject) -> tuple[str, str, str]:
    """An article's title, body and facts as the index takes them: tokens with single spaces."""
    text = subject.text
    facts = [f"named:{place}" for place in sorted({one.place for one in subject.found})]
    facts += [
        f"place:{place}"
        for place, attention in sorted(subject.attention.items())
        if attention >= ABOUT
    ]
    if text.language:
        facts.append(f"lang:{text.language}")
    return (
        _line(text.stems[: text.title_end]),
        _line(text.stems[text.title_end + 1 :]),
        " ".join(facts),
    )


def _line(words: Sequence[str]) -> str:
    line = " ".join(words)
    if has_characters(line):
        return " ".join(_mixed(words))
    # Neither begins with BREAK, and no other word has it.
    return line.replace(f" {BREAK}", "")


def _mixed(words: Sequence[str]) -> Iterable[str]:
    for characters, run in groupby(words, _kind):
        if characters is None:
            continue
        pieces = list(run)
        if characters:
            yield from (first + second for first, second in pairwise(pieces))
            yield pieces[-1]
        else:
            yield from pieces


def _kind(word: str) -> bool | None:
    """True for a character, False for a word, None for what separates them."""
    return None if word in (BREAK, GAP) else is_character(word)


def wanted_of(tree: query.Node) -> Wanted | None:
    """What the index must hold of every article that belongs to a query; None if it can't tell."""
    match tree:
        case query.Phrase(words, _, _, title):
            return _phrase(words, "title" if title else "")
        case query.Place(place, title, anywhere):
            return Side((f"{'named' if title or anywhere else 'place'}:{place}",), "facts")
        case query.Language(code):
            return Side((f"lang:{code}",), "facts")
        case query.And(parts):
            return _joined(AllOf, [part for part in map(wanted_of, parts) if part is not None])
        case query.Or(parts):
            found = [wanted_of(part) for part in parts]
            return None if None in found else _joined(AnyOf, [one for one in found if one])
    # What must not be there can't be looked up; sources and times are looked up elsewhere.
    return None


def _joined(kind: type[AllOf] | type[AnyOf], parts: Iterable[Wanted]) -> Wanted | None:
    unique = tuple(dict.fromkeys(parts))
    return unique[0] if len(unique) == 1 else kind(unique) if unique else None


def _phrase(words: tuple[str, ...], column: Literal["", "title"]) -> Wanted | None:
    pieces: list[Wanted] = []
    for characters, run in groupby(words, _kind):
        piece = tuple(run)
        if characters is None:
            continue
        if not characters:
            forms = (Side(stems(piece, language), column) for language in _LANGUAGES)
            form = _joined(AnyOf, forms)
            assert form is not None  # noqa: S101 - a run is never empty
            pieces.append(form)
        elif len(piece) == 1:
            pieces.append(Side(piece, column, beginning=True))
        else:
            pairs = tuple(first + second for first, second in pairwise(piece))
            pieces.append(Side(pairs, column))
    return _joined(AllOf, pieces)
