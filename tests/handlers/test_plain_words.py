"""What words without a command mean."""

import pytest

from handlers.commands import PUBLIC
from handlers.plain_words import better_said_in, meant, without_news
from handlers.words import languages, say

COMMANDS = {name: one.name for one in PUBLIC for name in (one.name, *one.aliases)}


@pytest.mark.parametrize(
    ("typed", "meaning"),
    [
        ("help", ("help", "")),
        ("Help!", ("help", "")),
        ("ヘルプ", ("help", "")),
        ("使い方", ("help", "")),
        ("도움말", ("help", "")),
        ("help schedule", ("help", "schedule")),
        ("settings", ("settings", "")),
        ("設定", ("settings", "")),
        ("list", ("subscriptions", "")),
        ("news", ("latest", "")),
        ("뉴스", ("latest", "")),
        ("What's new?", ("latest", "")),
        ("cancel", ("cancel", "")),
        ("취소", ("cancel", "")),
        ("stop", ("stop", "")),
        ("hi", ("hello", "")),
        ("こんにちは！", ("hello", "")),
        ("Thank you.", ("thanks", "")),
        ("unsubscribe", ("unsubscribe", "")),
        ("subscribe north korea", ("subscribe", "north korea")),
        ("Follow rice", ("subscribe", "rice")),
        ("unsubscribe 1-3", ("unsubscribe", "1-3")),
        ("schedule daily 8:00", ("schedule", "daily 8:00")),
        ("timezone Tokyo", ("timezone", "Tokyo")),
        ("quiet 22:00-07:00", ("quiet", "22:00-07:00")),
        ("language 日本語", ("language", "日本語")),
        ("日本語", ("language", "ja")),
        ("英語にして", ("language", "en")),
        ("한국어", ("language", "ko")),
        ("한국말로 해줘", ("language", "ko")),
        ("영어로", ("language", "en")),
        ("Speak Japanese!", ("language", "ja")),
        ("米をフォロー", ("subscribe", "米")),
        ("フォロー 米", ("subscribe", "米")),
        ("North Korea をフォローして", ("subscribe", "North Korea")),
        ("북한 구독해 줘", ("subscribe", "북한")),
        ("북한을 구독해 줘", ("subscribe", "북한")),
        ("북한 구독", ("subscribe", "북한")),
        ("구독 북한", ("subscribe", "북한")),
        ("subscribe to rice", ("subscribe", "rice")),
        ("フォロー", ("subscribe", "")),
        ("検索 米", ("search", "米")),
        ("검색 쌀", ("search", "쌀")),
        ("search for rice", ("search", "rice")),
        ("ミュート 星占い", ("mute", "星占い")),
        ("숨기기 운세", ("mute", "운세")),
        ("星占いのミュートを解除", ("unmute", "星占い")),
        ("解除 米", ("unsubscribe", "米")),
        ("米のフォローをやめて", ("unsubscribe", "米")),
        ("쌀 구독 취소", ("unsubscribe", "쌀")),
        ("구독 취소 쌀", ("unsubscribe", "쌀")),
        ("구독 취소", ("unsubscribe", "")),
        ("stop following rice", ("unsubscribe", "rice")),
        ("unfollow rice", ("unsubscribe", "rice")),
        ("スケジュール", ("schedule", "")),
        ("スケジュール 毎日8時", ("schedule", "毎日8時")),
        ("毎朝8時に届けて", ("schedule", "毎朝8時")),
        ("매일 8시에 보내 줘", ("schedule", "매일 8시")),
        ("pause for a week", ("pause", "for a week")),
        ("1週間休む", ("pause", "1週間")),
        ("pause for a while", ("pause", "for a while")),
        ("しばらく休む", ("pause", "しばらく")),
        ("당분간 쉬기", ("pause", "당분간")),
        ("resume", ("resume", "")),
        ("Resume digests.", ("resume", "")),
        ("start again", ("resume", "")),
        ("再開", ("resume", "")),
        ("再開して", ("resume", "")),
        ("また届けて！", ("resume", "")),
        ("재개", ("resume", "")),
        ("다시 받기", ("resume", "")),
        ("다시 시작", ("resume", "")),
        ("다시 보내 줘", ("resume", "")),
        ("配信停止", ("stop", "")),
        ("やめる", ("stop", "")),
        ("쌀을 구독해 주세요", ("subscribe", "쌀")),
        ("북한을 구독", ("subscribe", "북한")),
        ("마을 구독", ("subscribe", "마을")),
        ("BTS를 구독해 주세요", ("subscribe", "BTS")),
        ("쌀 구독 취소해 주세요", ("unsubscribe", "쌀")),
        ("쌀을 구독 취소해 주세요", ("unsubscribe", "쌀")),
        ("쌀 구독을 취소해 주세요", ("unsubscribe", "쌀")),
        ("구독을 취소해 주세요", ("unsubscribe", "")),
        ("한국어로 해 주세요", ("language", "ko")),
        ("일본어로 바꿔 주세요", ("language", "ja")),
        ("북한 숨겨 주세요", ("mute", "북한")),
        ("북한을 숨겨주세요", ("mute", "북한")),
        ("북한 검색해 주세요", ("search", "북한")),
        ("米を検索してください", ("search", "米")),
        ("米のミュートを解除してください", ("unmute", "米")),
        ("米のフォローをやめてください", ("unsubscribe", "米")),
        ("日本語に戻して", ("language", "ja")),
        ("日本語でお願い", ("language", "ja")),
        ("日本語に変えてください", ("language", "ja")),
        ("show me the news", ("latest", "")),
        ("ニュースを見せて", ("latest", "")),
        ("뉴스 보여줘", ("latest", "")),
        ("not now", ("cancel", "")),
        ("もういいです", ("cancel", "")),
        ("나중에", ("cancel", "")),
    ],
)
def test_names_of_commands_and_words_for_them_are_taken_for_what_they_say(
    typed: str, meaning: tuple[str, str]
) -> None:
    assert meant(typed, COMMANDS) == meaning


@pytest.mark.parametrize(
    "typed",
    [
        *("north korea", "import tariffs", "export controls", "language models", "start trek"),
        *("help ukraine", "quiet quitting", "privacy law", "why is rice dear", "stop the war"),
        *(
            "制裁 解除",
            "非常事態宣言を解除",
            "콘서트 취소",
            "취소 수수료",
            "japanese",
            "日本語学校",
        ),
        *("pause in fighting", "look forward", "スケジュール 発表", "首相は休む", "in japan"),
        *("schedule of trains", "timezone changes", "news about rice", "hi tech", ""),
    ],
)
def test_headlines_that_begin_like_commands_mean_themselves(typed: str) -> None:
    assert meant(typed, COMMANDS) is None


@pytest.mark.parametrize(
    ("typed", "topic"),
    [
        ("North Korea news", "North Korea"),
        ("news about north korea", "north korea"),
        ("Latest news on rice", "rice"),
        ("北朝鮮のニュース", "北朝鮮"),
        ("북한 뉴스", "북한"),
        ("북한에 대한 뉴스", "북한"),
        ("북한 뉴스 알려 주세요", "북한"),
        ("北朝鮮のニュースを見せて", "北朝鮮"),
        ("news", ""),
        ("ニュース", ""),
        ("north korea", ""),
        ("newsroom", ""),
    ],
)
def test_words_that_only_say_that_news_is_meant_are_told_from_the_topic(
    typed: str, topic: str
) -> None:
    assert without_news(typed) == topic


def test_a_topic_without_such_words_stays_as_it_is() -> None:
    assert better_said_in("rice AND wheat").text == "rice AND wheat"
    assert better_said_in("rice news").text == "rice"
    # What is left has to be something that can be looked for.
    assert better_said_in("since:7d news").text == "since:7d news"


@pytest.mark.parametrize(
    ("typed", "better"),
    [
        ("rice and wheat", "rice AND wheat"),
        ("rice Or wheat", "rice OR wheat"),
        ("rice and not wheat", "rice AND NOT wheat"),
        ("쌀 또는 밀", "쌀 OR 밀"),
        ("米または小麦", "米 OR 小麦"),
        ("米と小麦", "米 AND 小麦"),
        ("イスラエルとガザ", "イスラエル AND ガザ"),
        ("ひとびと", "ひとびと"),
        ("북한과 미국", "북한 AND 미국"),
        ("쌀과 밀", "쌀 AND 밀"),
        ("쌀하고 밀", "쌀 AND 밀"),
        ("성과 보고", "성과 보고"),
        ("감자와 고구마", "감자 AND 고구마"),
        ("선거 결과 발표", "선거 결과 발표"),
        ("andorra or", "andorra or"),
        ("not rice", "not rice"),
        ('"rice and wheat"', '"rice and wheat"'),
        ("Trinidad and Tobago", "Trinidad and Tobago"),
    ],
)
def test_words_between_others_may_be_meant_as_operators(typed: str, better: str) -> None:
    assert better_said_in(typed).text == better


@pytest.mark.parametrize("typed", ["cancel", "Cancel!", "キャンセル", "취소", "never mind"])
def test_there_is_a_way_out_of_a_question_in_every_language(typed: str) -> None:
    assert meant(typed, COMMANDS) == ("cancel", "")


@pytest.mark.parametrize("language", languages())
def test_the_words_of_a_catalogue_are_in_lower_case_and_mean_one_thing_each(language: str) -> None:
    kinds = ("help", "cancel", "stop", "settings", "latest", "subscriptions", "hello", "thanks")
    with_objects = ("subscribe", "unsubscribe", "search", "mute", "unmute", "schedule", "pause")
    every = [
        word
        for kind in (*kinds, *with_objects)
        for word in say(f"words.{kind}", language, topic="{topic}").split(", ")
    ]
    assert [word for word in every if word.count("{topic}") > 1] == []
    said = [word for word in every if "{topic}" not in word]
    assert len(set(every)) == len(every)
    assert said == [word.casefold().strip() for word in said]
    assert len(set(said)) == len(said)
    # What is a command's name already means that command, whatever else a catalogue says.
    for word in said:
        assert COMMANDS.get(word, word) == word or meant(word, COMMANDS) == (COMMANDS[word], "")
    frames = say("words.news", language, topic="{topic}").split(", ")
    assert [frame for frame in frames if frame.count("{topic}") != 1] == []
