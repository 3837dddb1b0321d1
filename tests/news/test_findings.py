"""What was found in texts serves as long as they say the same."""

from dataclasses import replace

import pytest

from news import findings as under_test
from news.findings import Findings
from news.importance import reports_of
from news.rarity import Rarity
from news.summary import summarise
from storage.records import Article, Story, StoryId
from tests.news.test_stories import WIRE, article

PIECE = (
    "Farmers in the north expect the smallest harvest for a decade. Three rivers have fallen dry "
    "since June, and wells follow. The ministry promises seed and credit before winter comes."
)


def told(*articles: Article) -> Story:
    return Story(StoryId(1), articles)


TOLD = told(
    article(1, "One", "Ferry runs aground", WIRE),
    article(2, "Two", "Ferry runs aground", WIRE),
    article(3, "Three", "A dry summer in the north", PIECE),
)


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is looked for in texts, each time."""
    asked: list[str] = []

    def reports(story: Story) -> tuple[Article, ...]:
        asked.append("reports")
        return reports_of(story)

    def summary(story: Story, limit: int, rarity: Rarity | None) -> str:
        asked.append("summary")
        return summarise(story, limit, rarity)

    monkeypatch.setattr(under_test, "reports_of", reports)
    monkeypatch.setattr(under_test, "summarise", summary)
    return asked


def test_a_text_is_looked_at_once(counted: list[str]) -> None:
    findings = Findings()
    for _ in range(3):
        assert findings.reports(TOLD) == reports_of(TOLD)
        assert findings.summary(TOLD, {1, 2, 3}, False, 300, None) == summarise(TOLD, 300)
    assert counted == ["reports", "summary"]


def test_an_article_that_was_corrected_is_looked_at_again(counted: list[str]) -> None:
    findings = Findings()
    assert [one.id for one in findings.reports(TOLD)] == [1, 3]
    first = findings.summary(TOLD, {3}, False, 300, None)
    mended = replace(TOLD.articles[2], summary=PIECE.replace("decade", "century"))
    corrected = told(*TOLD.articles[:2], mended)
    assert findings.reports(corrected)[1] is mended
    again = findings.summary(corrected, {3}, False, 300, None)
    assert "century" in again
    assert "century" not in first
    assert counted == ["reports", "summary"] * 2


def test_a_summary_is_of_the_articles_that_are_told_and_as_long_as_asked_for() -> None:
    findings = Findings()
    whole = findings.summary(TOLD, {3}, False, 600, None)
    assert whole == summarise(told(TOLD.articles[2]), 600)
    assert len(findings.summary(TOLD, {3}, False, 80, None)) <= 80
    assert findings.summary(TOLD, {1}, False, 600, None) != whole
    assert findings.summary(TOLD, {9}, False, 600, None) == ""


def test_an_update_says_what_its_other_articles_did_not() -> None:
    findings = Findings()
    assert "rivers" in findings.summary(TOLD, {3}, True, 600, None)
    assert findings.summary(TOLD, {2}, True, 600, None) == ""


def test_what_was_learnt_since_chooses_other_sentences(counted: list[str]) -> None:
    findings = Findings()
    for rarity in (Rarity(), Rarity()):
        findings.summary(TOLD, {3}, False, 300, rarity)
    assert counted == ["summary", "summary"]


def test_what_is_forgotten_is_looked_for_anew(counted: list[str]) -> None:
    findings = Findings()
    findings.reports(TOLD)
    findings.forget()
    findings.reports(TOLD)
    assert counted == ["reports", "reports"]
