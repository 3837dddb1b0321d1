"""What is learnt from thumbs, and what is muted."""

import time
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from news.mutes import Muted, alternatives, term_of
from news.taste import HALF_LIFE, Leaning, Taste, What, learn
from storage.records import Article, ArticleId, FeedId, Mute, MuteId, Story, StoryId, Vote

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def article(title: str, feed: int = 1, summary: str = "", language: str = "en") -> Article:
    return Article(
        ArticleId(feed),
        FeedId(feed),
        StoryId(1),
        f"Outlet {feed}",
        "https://a.example/1",
        title,
        summary,
        NOW,
        language=language,
    )


def story(id: int, *articles: Article) -> Story:
    return Story(StoryId(id), articles)


KIM = story(1, article("Ministers meet Kim Jong Un in Pyongyang", 1))
RICE = story(2, article("Farmers in Kyoto fear for the rice", 2))
LANDER = story(3, article("The lander sends its first pictures", 3))
STORIES = {one.id: one for one in (KIM, RICE, LANDER)}


def hides(muted: Muted, one: Article) -> bool:
    return muted.without(story(1, one)) is None


def vote(id: int, value: int = 1, days: float = 0) -> Vote:
    return Vote(StoryId(id), 1 if value > 0 else -1, NOW - timedelta(days=days))


def test_nothing_is_known_before_the_first_thumb() -> None:
    taste = learn((), STORIES, NOW)
    assert taste == Taste()
    assert taste.of(KIM) == 0
    assert taste.because(KIM) == taste.leanings() == ()


def test_one_thumb_moves_its_own_story_a_little_and_no_other() -> None:
    taste = learn([vote(1)], STORIES, NOW)
    assert 0.1 < taste.of(KIM) < 0.25
    assert taste.of(RICE) == taste.of(LANDER) == 0
    assert learn([vote(1, -1)], STORIES, NOW).of(KIM) == pytest.approx(-taste.of(KIM))


def test_thumbs_in_both_directions_even_out() -> None:
    other = story(4, *KIM.articles)
    taste = learn([vote(1), vote(4, -1)], {**STORIES, other.id: other}, NOW)
    assert taste.of(KIM) == pytest.approx(0)
    assert taste.leanings() == ()


def test_a_thumb_counts_half_after_its_half_life_and_hardly_after_a_year() -> None:
    values = [
        learn([vote(1, days=days)], STORIES, NOW).of(KIM)
        for days in (0, HALF_LIFE / timedelta(days=1), 365)
    ]
    assert values[1] == pytest.approx(values[0] / 2, rel=0.05)
    assert 0 < values[2] < 0.02 * values[0] + 0.005


def test_many_thumbs_never_leave_the_bounds() -> None:
    many = {StoryId(id): story(id, *KIM.articles) for id in range(1, 201)}
    for value in (1, -1):
        taste = learn([vote(id, value) for id in many], many, NOW)
        assert taste.of(KIM) == value


def test_a_thumb_is_shared_out_among_the_outlets_of_its_story() -> None:
    wide = story(5, *(article("Rain again", feed) for feed in range(1, 6)))
    alone = story(6, article("Rain again", 1))
    shared = learn([vote(5)], {wide.id: wide}, NOW)
    whole = learn([vote(6)], {alone.id: alone}, NOW)
    assert shared.outlets[FeedId(1)] < whole.outlets[FeedId(1)] / 4
    assert shared.outlets.keys() == {1, 2, 3, 4, 5}


def test_a_place_is_liked_by_any_of_its_names_in_any_language() -> None:
    taste = learn([vote(1)], STORIES, NOW)
    assert taste.of(story(7, article("North Korea opens a bridge", 8))) > 0
    assert taste.of(story(8, article("北朝鮮が橋を開通", 8, language="ja"))) > 0
    assert taste.of(story(9, article("South Korea opens a bridge", 8))) == 0


def test_a_name_is_known_again_however_it_is_written() -> None:
    taste = learn([vote(1)], STORIES, NOW)
    assert taste.of(story(7, article("What the talks brought Kim Jong-Un and others", 8))) > 0
    assert taste.of(story(7, article("What the talks brought Kim and others", 8))) == 0


def test_the_strongest_reasons_are_told_and_no_more_than_three() -> None:
    votes = [vote(1), vote(2, -1)]
    taste = learn(votes, STORIES, NOW)
    mixed = story(
        7, article("Kim Jong Un visits Kyoto and Pyongyang for the rice", 1), article("A visit", 2)
    )
    told = taste.because(mixed)
    assert len(told) == 3
    assert [abs(one.value) for one in told] == sorted(
        (abs(one.value) for one in told), reverse=True
    )
    everything = taste.leanings()
    assert {(one.what, one.name) for one in everything} == {
        (What.OUTLET, "Outlet 1"),
        (What.OUTLET, "Outlet 2"),
        (What.PLACE, "KP"),
        (What.PLACE, "JP"),
        (What.NAME, "Kim Jong Un"),
        (What.NAME, "Kyoto"),
    }
    assert Leaning(What.NAME, "Kim Jong Un", taste.names["kim jong un"]) in everything


def test_votes_for_stories_that_are_gone_teach_nothing() -> None:
    assert learn([vote(99)], STORIES, NOW) == Taste()


def test_a_thumb_from_the_future_counts_as_one_of_now() -> None:
    assert learn([vote(1, days=-9)], STORIES, NOW) == learn([vote(1)], STORIES, NOW)


@given(st.lists(st.tuples(st.text(max_size=60), st.sampled_from([1, -1])), max_size=20))
def test_whatever_the_headlines_are_a_taste_stays_in_its_bounds(
    told: list[tuple[str, int]],
) -> None:
    stories = {
        StoryId(id): story(id, article(title, id % 4))
        for id, (title, _) in enumerate(told, start=1)
    }
    taste = learn([vote(id, value) for id, (_, value) in enumerate(told, start=1)], stories, NOW)
    for one in stories.values():
        assert -1 <= taste.of(one) <= 1
        assert len(taste.because(one)) <= 3
        assert all(reason.name for reason in taste.because(one))


def test_a_story_that_was_looked_at_before_costs_next_to_nothing() -> None:
    taste = learn([vote(1), vote(2)], STORIES, NOW)
    many = [story(id, article(f"Harvest {id} in Kyoto and Osaka", id % 9)) for id in range(300)]
    sum(taste.of(one) for one in many)
    begun = time.process_time()
    for one in many:
        taste.of(one)
    assert (time.process_time() - begun) / len(many) < 100e-6


# ── what is muted ────────────────────────────────────────────────────────────────────────────────


def words(*typed: str) -> Muted:
    return Muted([Mute(MuteId(id), None, text, text) for id, text in enumerate(typed, start=1)])


def feed(*ids: int) -> Muted:
    return Muted([Mute(MuteId(id), FeedId(id), None, f"Outlet {id}") for id in ids])


def test_nothing_is_hidden_while_nothing_is_muted() -> None:
    muted = Muted()
    assert not muted
    assert not hides(muted, KIM.articles[0])
    assert muted.without(KIM) is KIM


@pytest.mark.parametrize(
    ("typed", "title"),
    [
        ("horoscope", "Your Horoscopes for the week"),
        ("missile test", "Pyongyang announces missile tests"),
        ("Élection", "The election is near"),
        ("北朝鮮", "北朝鮮が橋を開通"),
        ('"united"', "United win again"),
        ("u.s.", "What the U.S. wants"),
    ],
)
def test_words_are_found_in_any_form(typed: str, title: str) -> None:
    assert hides(words(typed), article(title))
    assert hides(words(typed), article("News", summary=title))


@pytest.mark.parametrize(
    ("typed", "title"),
    [
        ("rice", "The price of gold"),
        ("missile test", "A test of the new missile"),
        ("missile test", "They fired a missile. Test of it failed"),
        ('"united"', "They unite again, units of theirs at least"),
        ("北朝", "北海道の朝"),
    ],
)
def test_other_words_are_not(typed: str, title: str) -> None:
    assert not hides(words(typed), article(title))


def test_a_muted_feed_is_taken_out_of_a_story_that_others_tell_too() -> None:
    told = story(1, article("Rain", 1), article("Rain again", 2))
    left = feed(1).without(told)
    assert left is not None
    assert left.articles == told.articles[1:]
    assert feed(1, 2).without(told) is None
    assert feed(3).without(told) is told


def test_muted_words_in_a_headline_hide_the_whole_story_in_a_summary_only_the_article() -> None:
    plain = article("Ministers meet", 1)
    assert words("rice").without(story(1, plain, article("Rice is dear", 2))) is None
    left = words("rice").without(story(1, plain, article("Talks", 2, "About rice.")))
    assert left is not None
    assert left.articles == (plain,)


@pytest.mark.parametrize("typed", ["", " ", "a", "…", "🚀", '"', "'"])
def test_what_says_too_little_is_no_mute(typed: str) -> None:
    assert term_of(typed) is None
    assert not words(typed)


def test_a_list_is_several_mutes() -> None:
    assert alternatives("rice,  tea leaves ,,rice、茶") == ("rice", "tea leaves", "茶")


@given(st.text(max_size=100), st.text(max_size=80), st.sampled_from(["", "en", "ja", "de", "ru"]))
def test_whatever_is_muted_hides_nothing_by_accident_of_form(
    typed: str, title: str, language: str
) -> None:
    muted = words(typed)
    one = article(title, language=language)
    if hides(muted, one):
        assert term_of(typed) is not None
