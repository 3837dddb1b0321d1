"""Which articles tell one story, which stories are one, and who really reported them."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from news import stories
from news.indexing import indexed
from news.matching import Source, subject_of
from news.stories import independent, lead, outlets
from news.story_board import Arrival, Assigned, Board
from news.story_vectors import story_words
from storage.records import Article, ArticleId, FeedId, Headline, Story, StoryId

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
TALKS = "Tokyo seeks talks with Pyongyang in Singapore, told no summit"
PAIRS = Path(__file__).with_name("story_pairs.tsv")


def line(title: str, body: str = "", language: str = "en") -> str:
    """What the parser's process makes of an article."""
    subject = subject_of(title, body, language, Source(), NOW)
    return story_words(subject.text, indexed(subject))


def arrival(
    feed: int, title: str, body: str = "", *, url: str = "", days: float = 0, language: str = "en"
) -> Arrival:
    return Arrival(FeedId(feed), url, line(title, body, language), NOW - timedelta(days=days))


def assign(*arrivals: Arrival) -> tuple[int, ...]:
    return Board().assign(arrivals, [], NOW).stories


class Archive:
    """Keeps what arrives as a poller does, and what became of its stories."""

    def __init__(self, board: Board | None = None) -> None:
        self.board = board or Board()
        self.headlines: list[Headline] = []
        self.joins: list[tuple[StoryId, StoryId]] = []
        self._begun = 0

    def assign(self, *arrivals: Arrival) -> Assigned:
        return self.board.assign(arrivals, [], max(one.published_at for one in arrivals))

    def take_in(self, *arrivals: Arrival) -> tuple[int, ...]:
        assigned = self.assign(*arrivals)
        ids = tuple(StoryId(one if one > 0 else self._begun + 1 - one) for one in assigned.stories)
        self._begun = max(self._begun, *ids)
        new = [
            Headline(
                ArticleId(len(self.headlines) + number),
                id,
                one.feed_id,
                one.canonical_url,
                "",
                one.published_at,
                one.words,
            )
            for number, (one, id) in enumerate(zip(arrivals, ids, strict=True), start=1)
        ]
        self.board.learn(new, assigned.joins)
        self.headlines += new
        self.joins += assigned.joins
        return ids


# ── One article to a story ───────────────────────────────────────────────────────────────────────


def test_nearly_the_same_headline_elsewhere_is_the_same_story() -> None:
    assert assign(arrival(1, TALKS), arrival(2, TALKS.replace("told", "is told"))) == (0, 0)


def test_the_same_event_in_other_words_is_the_same_story() -> None:
    assert assign(
        arrival(
            1,
            "Ferry with 212 aboard runs aground off Paros",
            "A passenger ferry hit rocks off the Greek island of Paros and 212 people were rescued.",
        ),
        arrival(
            2,
            "All 212 rescued after ferry strikes rocks near Paros",
            "All 212 people aboard were rescued from the ferry that struck rocks off Paros in Greece.",
        ),
        arrival(
            3,
            "Paros gets a school of music",
            "A school of music opens in an old olive mill on the Greek island in September.",
        ),
    ) == (0, 0, -1)


def test_the_same_page_is_the_same_story_whatever_it_is_called() -> None:
    url = "https://a.example/1"
    told = assign(arrival(1, "One title", url=url), arrival(2, "Quite another", url=url))
    assert told == (0, 0)
    front = "https://a.example/"
    assert assign(arrival(1, "One title", url=front), arrival(2, "Another", url=front)) == (0, -1)
    assert assign(arrival(1, "One title", url=url), arrival(1, "Another", url=url)) == (0, -1)


@pytest.mark.parametrize(
    "other",
    [
        arrival(2, "Seoul seeks talks with Beijing on fisheries, hopes for summit"),
        arrival(1, TALKS),
        arrival(2, TALKS, days=5),
        arrival(2, TALKS, days=11),
        arrival(2, "Tokyo seeks talks"),
        arrival(2, TALKS, language="nl"),
    ],
    ids=["other words", "same outlet", "long ago", "very long ago", "few words", "other language"],
)
def test_other_headlines_tell_other_stories(other: Arrival) -> None:
    assert assign(arrival(1, TALKS), other) == (0, -1)


def test_headlines_with_other_numbers_tell_other_stories() -> None:
    first = "Quake of magnitude 5 shakes the coast of Chile"
    assert assign(arrival(1, first), arrival(2, first.replace("5", "6"))) == (0, -1)


def test_a_number_is_the_same_with_and_without_its_unit_or_separator() -> None:
    first = "Volterra pays 2,300m for the battery maker Ionix"
    second = "Volterra pays 2300 for Ionix the battery maker"
    assert assign(arrival(1, first), arrival(2, second)) == (0, 0)


COLUMN = "Daily briefing: what to know this morning"


def test_what_an_outlet_publishes_under_one_name_is_told_apart_unless_it_tells_one_event() -> None:
    court = (
        "The supreme court in Accra rules on the election of the speaker after a week of hearings."
    )
    snow = "Snow blocks the passes of the southern Alps, and drivers spend a second night in cars."
    more = "Snow blocks more passes of the southern Alps, and drivers spend a third night in cars."
    told = assign(arrival(1, COLUMN, court), arrival(1, COLUMN, snow), arrival(1, COLUMN, more))
    assert told == (0, -1, -1)


def test_an_outlet_follows_up_its_own_story() -> None:
    told = assign(
        arrival(
            1,
            "Tanker Althea burns off Marseille",
            "The tanker Althea is on fire off Marseille after an explosion; the crew of 19 was saved.",
        ),
        arrival(
            1,
            "Althea: fire on tanker off Marseille is out",
            "The fire on the tanker Althea off Marseille is out, a day after the explosion aboard.",
        ),
    )
    assert told == (0, 0)


def test_a_story_crosses_languages_by_its_names_and_numbers_alone() -> None:
    english = arrival(
        1,
        "Norvik Bank buys insurer Balta Vita for 310 million euros",
        "Norvik Bank is buying the insurer Balta Vita in Riga for 310 million euros.",
    )
    german = arrival(
        2,
        "Norvik Bank übernimmt Balta Vita für 310 Millionen Euro",
        "Die Norvik Bank kauft in Riga den Versicherer Balta Vita für 310 Millionen Euro.",
        language="de",
    )
    other = arrival(
        3,
        "Norvik Bank schließt Filiale",
        "Die Norvik Bank schließt ihre Filiale am Domplatz in Riga zum Jahresende.",
        language="de",
    )
    assert assign(english, german, other) == (0, 0, -1)


def test_articles_join_stories_that_are_known() -> None:
    archive = Archive()
    assert archive.take_in(arrival(1, TALKS)) == (1,)
    found = archive.assign(arrival(2, TALKS), arrival(2, "Rice gets cheaper in Japan again"))
    assert found == Assigned((StoryId(1), 0))


def test_nothing_is_known_before_it_is_learnt() -> None:
    archive = Archive()
    archive.take_in(arrival(1, TALKS))
    arrivals = (arrival(2, TALKS), arrival(3, "Rice gets cheaper in Japan again"))
    assert archive.assign(*arrivals) == archive.assign(*arrivals)
    assert archive.assign(arrivals[1]).stories == (0,)


def test_a_running_story_lives_on_while_articles_keep_coming() -> None:
    archive = Archive()
    told = [archive.take_in(arrival(feed, TALKS, days=-3 * feed)) for feed in range(1, 6)]
    assert told == [(1,)] * 5
    assert archive.take_in(arrival(9, TALKS, days=-20)) == (2,)


def test_what_lies_too_far_back_is_forgotten() -> None:
    archive = Archive(Board(capacity=20))
    archive.take_in(arrival(1, TALKS))
    for number in range(40):
        archive.take_in(arrival(2, f"Nothing{number} like{number} this{number} there{number}"))
    assert archive.assign(arrival(3, TALKS)).stories == (0,)


def test_what_all_reports_of_a_kind_have_in_common_makes_no_story() -> None:
    archive = Archive()
    for number in range(60):
        # Of such reports there are many more than are told here.
        words = [f"{word}{number}" for word in ("some", "thing", "went", "on", "far")]
        kind = ["reports", "profit", "fourth", "quarter", "rose", "sales", "went", "said"]
        body = [*words, *kind[number % 8 :], *(f"{word}x" for word in words)]
        archive.take_in(arrival(900 + number, " ".join(words), " ".join(body)))
    names = [f"{one}{other}" for one in ("Ar", "Bel", "Cor", "Dun") for other in ("vax", "tosk")]
    names += [f"{name}ia" for name in names] + [f"{name}on" for name in names]
    told = [
        archive.take_in(
            arrival(
                feed,
                f"{name} reports profit for fourth quarter",
                f"{name} said that profit in the fourth quarter rose, and that sales went up as well.",
            )
        )[0]
        for feed, name in enumerate(names)
    ]
    assert max(map(told.count, told)) <= 2


# ── Stories that are one ─────────────────────────────────────────────────────────────────────────

BLAST = (
    (1, "Explosion heard near Marseille harbour"),
    (2, "Explosion near Marseille harbour wakes residents"),
)
SHIP = (
    (3, "Cargo vessel Althea burns off France"),
    (4, "Cargo vessel Althea on fire off France, crew saved"),
)
BOTH = (
    (5, "Cargo vessel Althea burns after explosion near Marseille harbour"),
    (6, "Explosion aboard cargo vessel Althea near Marseille harbour"),
)


def test_two_stories_that_turn_out_to_be_one_are_joined_in_the_older_one() -> None:
    archive = Archive()
    told = [archive.take_in(arrival(*one))[0] for one in (*BLAST, *SHIP, *BOTH)]
    assert told[:4] == [1, 1, 2, 2]
    assert archive.joins == [(2, 1)]
    assert archive.assign(arrival(9, SHIP[1][1])).stories == (1,)
    assert archive.take_in(arrival(9, "Rice gets cheaper in Japan again")) == (3,)


def test_a_much_larger_story_takes_an_older_one_in() -> None:
    archive = Archive()
    for one in (BLAST[0], *SHIP * 7, *BOTH, *BOTH):
        archive.take_in(arrival(len(archive.headlines) + 1, one[1]))
    assert archive.joins == [(1, 2)]


def test_new_stories_of_one_batch_that_are_one_need_no_joining() -> None:
    found = Board().assign([arrival(*one) for one in (*BLAST, *SHIP, *BOTH)], [], NOW)
    assert found == Assigned((0,) * 6)


def test_another_process_comes_to_the_same_by_learning_what_was_kept() -> None:
    first, second = Archive(), Archive()
    for one in (*BLAST, *SHIP):
        first.take_in(arrival(*one))
    second.board.learn(first.headlines)
    for one in BOTH:
        first.take_in(arrival(*one))
    second.board.learn((), first.joins)
    second.board.learn(first.headlines[4:])
    for one in (*SHIP, *BLAST):
        assert second.assign(arrival(9, one[1])).stories == (1,)
    # Once more changes nothing.
    second.board.learn((), first.joins)
    assert second.assign(arrival(9, SHIP[1][1])).stories == (1,)


WORDS = st.lists(
    st.sampled_from(["quake", "Chile", "5", "6,3", "coast", "東京", "|", "·", "é", "rises", "of"])
    | st.text(max_size=8),
    max_size=9,
).map(" ".join)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 4), WORDS, WORDS), min_size=1, max_size=8))
def test_every_article_gets_a_story_and_new_ones_are_counted_down_from_0(
    articles: list[tuple[int, str, str]],
) -> None:
    archive = Archive()
    for feed, title, body in articles[:3]:
        archive.take_in(arrival(feed, title, body))
    found = archive.assign(*(arrival(*one) for one in articles))
    known = {headline.story_id for headline in archive.headlines}
    new = [story for story in dict.fromkeys(found.stories) if story <= 0]
    assert len(found.stories) == len(articles)
    assert new == [-number for number in range(len(new))]
    assert {story for story in found.stories if story > 0} <= known
    assert all(gone in known and into in known and gone != into for gone, into in found.joins)


def test_two_hundred_pairs_are_told_apart() -> None:
    """Same event in other words, or another one with the same names: all in one archive of four hundred."""
    rows = [row.split("\t") for row in PAIRS.read_text("utf-8").splitlines()]
    archive = Archive()
    told: list[int] = []
    for number, (_, languages, *texts) in enumerate(rows):
        first, _, second = languages.partition("-")
        for side, language in enumerate((first, second or first)):
            title, body = texts[2 * side : 2 * side + 2]
            feed = 2 * (number % 40) + side + 1
            told += archive.take_in(arrival(feed, title, body, language=language))
    heirs = dict(archive.joins)
    told = [heirs.get(StoryId(story), story) for story in told]
    joined = [one == other for one, other in zip(told[::2], told[1::2], strict=True)]
    same = [row[0] == "same" for row in rows]
    right = sum(one and other for one, other in zip(joined, same, strict=True))
    assert len(rows) == 200
    assert right / sum(joined) >= 0.98
    assert right / sum(same) >= 0.8
    # Nor do articles of one pair tell what those of another one do.
    assert len(set(told)) >= 200 + sum(not one for one in joined) - 5


# ── Who reported it ──────────────────────────────────────────────────────────────────────────────


def article(
    number: int,
    outlet: str = "A",
    title: str = "Title",
    summary: str = "",
    hours: float = 0,
) -> Article:
    return Article(
        ArticleId(number),
        FeedId(number),
        StoryId(1),
        outlet,
        "",
        title,
        summary,
        NOW - timedelta(hours=hours),
    )


def story(*articles: Article) -> Story:
    return Story(StoryId(1), articles)


def test_the_article_that_says_most_speaks_for_its_story() -> None:
    told = story(article(1, "A"), article(2, "B", summary="More is said here."), article(3, "A"))
    assert lead(told).id == 2
    assert outlets(told) == ("B", "A")


WIRE = (
    "A passenger ferry ran aground on rocks near the Greek island of Paros on Tuesday night and all 212 people "
    "aboard were taken off by lifeboats, the coastguard said. The captain was questioned by the police."
)
OWN = (
    "Three fishermen were the first to reach the ferry that hit a reef outside Paros harbour. One of them says "
    "that he carried eleven children to the shore before the lifeboats arrived."
)


def is_reprint(one: Article, other: Article) -> bool:
    return len(independent(Story(StoryId(1), (one, other)))) == 1


def test_a_text_that_is_published_again_is_a_reprint_however_much_of_it_is_given() -> None:
    first = article(1, "A", "Ferry runs aground", WIRE)
    assert is_reprint(first, article(2, "B", "212 rescued off Paros", f"PAROS (Wire) - {WIRE}"))
    assert is_reprint(first, article(2, "B", "212 rescued off Paros", WIRE[:120] + "…"))
    assert is_reprint(article(2, "B", "Same"), article(3, "C", "Same!"))
    assert not is_reprint(first, article(2, "B", "Ferry runs aground", OWN))
    assert not is_reprint(article(2, "B", "One"), article(3, "C", "Another"))


def test_reprints_of_one_text_and_articles_of_one_outlet_count_once() -> None:
    told = story(
        article(1, "A", "Ferry runs aground", WIRE, hours=5),
        article(2, "B", "212 rescued off Paros", WIRE[:150], hours=4),
        article(3, "C", "Ferry hits rocks", WIRE, hours=3),
        article(4, "D", "Fishermen first at ferry", OWN, hours=2),
        article(5, "D", "Captain of ferry questioned", hours=1),
        article(6, "B", "What the captain said to us", hours=0),
    )
    assert [one.id for one in independent(told)] == [1, 4, 6]
    assert independent(Story(StoryId(1), told.articles[::-1])) == independent(told)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from("ABC"), WORDS, WORDS), min_size=1, max_size=6),
    st.randoms(use_true_random=False),
)
def test_reports_of_their_own_are_of_different_outlets_in_any_order(
    articles: list[tuple[str, str, str]], chance: object
) -> None:
    told = [article(number, *one, hours=number % 2) for number, one in enumerate(articles)]
    found = independent(story(*told))
    assert found[0] == lead(story(*told))
    assert len({one.outlet for one in found}) == len(found)
    chance.shuffle(told)  # type: ignore[attr-defined]
    assert independent(story(*told)) == found


PIECES = st.lists(
    st.sampled_from([*WIRE.split(". "), *OWN.split(". "), *WIRE.split()[:6], "Ferry", "?", ""]),
    max_size=4,
).map(" ".join)


def plainly_independent(told: Story) -> list[int]:
    """The same, with every article held against every one that was kept."""
    first = lead(told)
    later = sorted(told.articles, key=lambda one: (one.published_at, one.id))
    kept: list[Article] = []
    for one in (first, *(one for one in later if one.id != first.id)):
        if all(one.outlet != other.outlet and not _copied(one, other) for other in kept):
            kept.append(one)
    return [one.id for one in kept]


def _copied(one: Article, other: Article) -> bool:
    headlines = stories._headline(one), stories._headline(other)
    runs = stories._runs(one), stories._runs(other)
    return stories._is_copy(headlines[0], runs[0], headlines[1], runs[1], len(runs[0] & runs[1]))


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from("ABCDEFGH"), st.sampled_from(["", "Ferry", "Reef"]), PIECES),
        min_size=1,
        max_size=9,
    )
)
def test_whoever_compares_all_with_all_finds_the_same_reports(
    articles: list[tuple[str, str, str]],
) -> None:
    told = story(*(article(number, *one) for number, one in enumerate(articles)))
    assert [one.id for one in independent(told)] == plainly_independent(told)


def test_an_article_is_compared_only_with_those_that_share_something_with_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    plain = stories._is_copy
    compared: list[Any] = []

    def counted(*two: Any) -> bool:
        compared.append(two)
        return plain(*two)

    monkeypatch.setattr(stories, "_is_copy", counted)
    many = [
        article(
            number, f"{number}", f"Headline {number}", f"Short text of {number}: it is {number}."
        )
        for number in range(300)
    ]
    assert len(independent(story(*many, article(300, "copy", "Other", WIRE)))) == 301
    assert len(compared) < 300
