"""What is taken for words to mute, and what is hidden by them."""

import pytest

from news.mutes import Muted, alternatives, is_query, term_of
from storage.records import FeedId, Kind, Mute, MuteId


def muted(*words: str, feeds: tuple[int, ...] = ()) -> Muted:
    mutes = [Mute(MuteId(number), None, text, text) for number, text in enumerate(words)]
    mutes += [Mute(MuteId(100 + id), FeedId(id), None, "Feed") for id in feeds]
    return Muted(mutes)


@pytest.mark.parametrize(
    "typed", ["the", "The", "of the", '"the"', "a", "de la", "です", "および x"]
)
def test_words_that_are_in_every_text_are_too_little(typed: str) -> None:
    assert (term_of(typed) is None) == ("x" not in typed)


@pytest.mark.parametrize("typed", ["the Who sell out", '"The Who"', "rice", "占い", "AND gate x"])
def test_anything_else_is_enough(typed: str) -> None:
    assert term_of(typed) is not None


@pytest.mark.parametrize("typed", ["rice OR wheat", "rice, wheat", "rice | wheat", "rice; wheat"])
def test_several_words_come_with_commas_or_with_or(typed: str) -> None:
    assert alternatives(typed) == ("rice", "wheat")
    assert not is_query(typed)


@pytest.mark.parametrize(
    "typed",
    ["rice AND wheat", "rice NOT wheat", "rice -wheat", "title:rice", "(rice)", "rice +tea"],
)
def test_more_of_the_query_language_is_no_words(typed: str) -> None:
    assert is_query(typed)


@pytest.mark.parametrize(
    "typed", ["ANDROID", "NOTHING", "for or against", "well-known", '"rice AND (wheat)"', "a: b"]
)
def test_what_only_looks_like_it_is_words(typed: str) -> None:
    assert not is_query(typed)


@pytest.mark.parametrize(
    ("name", "silenced"),
    [
        ("rice", True),
        ("Rice prices", True),
        ("rice OR wheat", False),
        ("rice OR rice leaves", True),
        ("wheat -rice", False),
        ("wheat", False),
    ],
)
def test_a_topic_is_silenced_by_its_own_words(name: str, silenced: bool) -> None:
    assert muted("rice").silences(Kind.TOPIC, 1, name) == silenced


def test_a_feed_is_silenced_by_itself() -> None:
    assert muted(feeds=(3,)).silences(Kind.FEED, 3, "rice")
    assert not muted("rice", feeds=(3,)).silences(Kind.FEED, 4, "rice")
    assert not muted().silences(Kind.TOPIC, 1, "rice")
