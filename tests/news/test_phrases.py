"""All phrases together are found where each is found alone, whenever it was added."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from news import phrases, query
from news.matching import ENOUGH, Look, Source, Subject, Term, compiled, occurrences, score
from news.phrases import Phrases
from news.text import Text, read, tokens

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)

WORDS = ["rice", "Rices", "RICE", "tea", "日本", "日 本", "本", ","]
TYPED = st.lists(st.sampled_from(WORDS), min_size=1, max_size=3).map(" ".join)
TERMS = st.builds(Term, TYPED.map(tokens).filter(bool), st.booleans(), st.booleans())
TEXTS = st.builds(
    lambda title, body, glue: read(glue.join(title), glue.join(body), "en"),
    st.lists(st.sampled_from(WORDS), max_size=6),
    st.lists(st.sampled_from([*WORDS, "and so on " * 40]), max_size=20),
    st.sampled_from([" ", " · ", ""]),
)


def alone(term: Term, text: Text) -> tuple[int, bool] | None:
    found = occurrences(term, text)
    return (found[0][0], len(found) > 1) if found else None


@pytest.fixture(autouse=True, scope="module")
def small_tiers() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(phrases, "_TIERS", (2, 5))
        yield


@given(st.lists(TERMS, unique=True, max_size=16), TEXTS)
def test_every_term_is_found_at_its_first_token_and_known_to_be_there_again(
    terms: list[Term], text: Text
) -> None:
    known = Phrases(text.language)
    for count, term in enumerate(terms, start=1):
        known.add(term)
        hits = known.find(text)
        there = [hits.get(number) for number in range(count)]
        assert there == [alone(one, text) for one in terms[:count]]
        assert sorted(hits) == [number for number in range(count) if there[number]]


@given(st.lists(TERMS, unique=True, max_size=16), TEXTS)
def test_the_prominent_terms_are_those_that_score_enough(terms: list[Term], text: Text) -> None:
    known = Phrases(text.language)
    for term in terms:
        known.add(term)
    hits = known.find(text)
    look = Look(Subject(text, (), {}, Source(), NOW), hits, NOW)
    programs = [
        compiled(query.Phrase(term.words, term.literal, term.capitals), terms.index)
        for term in terms
    ]
    scores = [score(program, look) for program in programs]
    assert dict(hits.prominent()) == {
        number: reached for number, reached in enumerate(scores) if reached >= ENOUGH
    }


def test_of_a_term_in_two_forms_the_first_one_counts_whichever_was_known_before() -> None:
    known = Phrases("en")
    text = read("", "日本 rice 日 本", "en")
    for term in (tokens("日本"), *[(word,) for word in "abcdefg"]):
        known.add(Term(term, literal=False, capitals=False))
        known.find(text)
    spaced = Term(tokens("日 本"), literal=False, capitals=False)
    known.add(spaced)
    assert known.find(text).get(8) == alone(spaced, text) == (1, True)
