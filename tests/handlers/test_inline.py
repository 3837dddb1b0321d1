"""What is typed behind the bot's name in other chats."""

import asyncio
import itertools
from datetime import datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.console.door import Person
from bot.console.refusals import bad_request
from handlers import inline
from handlers.inline import PAGE, Inline
from handlers.links import topic_in
from handlers.views import inline as views
from handlers.views.message import plain_text
from handlers.views.reader import Reader
from handlers.words import say
from storage.records import Article, ArticleId, FeedId, Position, Story, StoryId

Talk = Any


@pytest.fixture(autouse=True)
def _patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test depends on how fast this machine is."""
    monkeypatch.setattr(inline, "SECONDS", 60)


async def one(talk: Talk, typed: str, offset: str = "") -> dict[str, Any]:
    [answer] = await talk.me.ask_inline(typed, offset)
    return dict(answer)


def titles(answer: dict[str, Any]) -> list[str]:
    return [result["title"] for result in answer["results"]]


async def test_stories_come_with_title_outlet_and_what_is_posted(talk: Talk) -> None:
    answer = await one(talk, "north korea")
    assert answer["results"]
    assert len(answer["results"]) <= PAGE
    first = answer["results"][0]
    assert first["type"] == "article"
    assert " · " in first["description"]
    content = first["input_message_content"]
    assert content["parse_mode"] == "HTML"
    assert content["message_text"].startswith('<a href="http')
    assert "<tg-time" in content["message_text"]
    assert (answer["cache_time"], answer["is_personal"]) == (60, True)


async def test_without_words_it_is_the_newest_that_is_known(talk: Talk) -> None:
    newest = await one(talk, "")
    assert len(newest["results"]) == PAGE
    listed = await talk.ask("/latest")
    assert titles(newest)[0] in listed


async def test_pages_follow_each_other_without_a_story_twice(talk: Talk) -> None:
    seen: list[str] = []
    offset = ""
    for _ in range(20):
        answer = await one(talk, "", offset)
        seen += [result["id"] for result in answer["results"]]
        offset = answer.get("next_offset", "")
        if not offset:
            break
    assert len(seen) == len(set(seen)) > PAGE


async def test_a_bad_query_gets_no_story_and_the_way_to_the_bot(talk: Talk) -> None:
    answer = await one(talk, "(rice")
    assert answer["results"] == []
    assert answer["button"]["text"]
    assert answer["button"]["start_parameter"]
    assert answer["is_personal"]


async def test_a_page_is_remembered_for_a_minute(
    talk: Talk, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked = 0
    found = Inline._found

    async def counting(self: Inline, *arguments: Any) -> Any:
        nonlocal looked
        looked += 1
        return await found(self, *arguments)

    monkeypatch.setattr(Inline, "_found", counting)
    first = await one(talk, "rice")
    assert await one(talk, "  rice ") == first | {
        "inline_query_id": talk.telegram.inline_answers[-1]["inline_query_id"]
    }
    assert looked == 1
    clock.forward(seconds=61)
    await one(talk, "rice")
    assert looked == 2


async def test_what_nothing_is_found_of_can_be_followed_with_a_press(talk: Talk) -> None:
    answer = await one(talk, "zzzz qqqq")
    assert answer["results"] == []
    assert answer["button"]["text"] == plain_text(say("inline.nothing", "en"))
    offered = await talk.ask_message(f"/start {answer['button']['start_parameter']}")
    assert "zzzz qqqq" in offered["text"]
    # What is no topic has nothing to follow, and RICE is no acronym.
    assert "button" not in await one(talk, "since:1h before:1d")
    assert titles(await one(talk, "RICE")) == titles(await one(talk, "rice"))


async def test_what_takes_too_long_is_offered_in_the_chat(talk: Talk) -> None:
    hasty = Inline(talk.parts.services, seconds=0)
    page = await hasty.page("purple otters", "", "en")
    assert (page.results, page.lasting) == ((), False)
    assert topic_in(page.payload) == "purple otters"
    # It is not remembered as if there were nothing.
    patient = Inline(talk.parts.services, seconds=10)
    assert (await patient.page("rice", "", "en")).results
    # Nothing at all is no topic, nor is a time alone.
    for typed in ("", "since:7d", "-rice"):
        page = await hasty.page(typed, "", "en")
        assert topic_in(page.payload) is None


async def test_pictures_that_telegram_does_not_take_cost_no_story(
    talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = views.Result("1", "Rice", "x", say("menu.old", "en"), "https://a.example/b.jpg")

    async def page(*_: Any) -> views.Page:
        return views.Page((result,))

    async def refuse(method: str, parameters: dict[str, Any]) -> None:
        if method == "answerInlineQuery" and "thumbnail_url" in parameters["results"][0]:
            raise bad_request("WEBDOCUMENT_URL_INVALID")

    monkeypatch.setattr(Inline, "page", page)
    talk.telegram.before = refuse
    assert titles(await one(talk, "rice")) == ["Rice"]


async def test_an_answer_that_comes_too_late_is_nobodys_trouble(talk: Talk) -> None:
    async def refuse(method: str, _parameters: dict[str, Any]) -> None:
        if method == "answerInlineQuery":
            raise bad_request(
                "query is too old and response timeout expired or query ID is invalid"
            )

    talk.telegram.before = refuse
    assert await talk.me.ask_inline("rice") == []


async def test_what_somebody_muted_is_left_out_for_them_and_for_nobody_else(talk: Talk) -> None:
    before = titles(await one(talk, "rice"))
    assert before
    other = Person(talk.parts.application, talk.telegram, 2)
    await other.type("/mute rice")
    [answer] = await other.ask_inline("rice")
    assert titles(answer) == []
    assert titles(await one(talk, "rice")) == before
    await other.type("/unmute rice")
    [answer] = await other.ask_inline("rice")
    assert titles(answer) == before


async def test_a_muted_outlet_brings_nothing_in_any_page(talk: Talk) -> None:
    first = (await one(talk, ""))["results"][0]
    outlet = first["description"].partition(" · ")[0].partition(" +")[0]
    await talk.ask(f"/mute {outlet}")
    offset, seen = "", list[str]()
    while True:
        answer = await one(talk, "", offset)
        seen += [result["description"] for result in answer["results"]]
        offset = answer.get("next_offset", "")
        if not offset:
            break
    assert seen
    assert [said for said in seen if said.startswith(outlet)] == []


async def test_where_a_whole_page_is_muted_the_next_one_comes(
    talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inline, "PAGE", 1)
    first, second = [titles(await one(talk, "", at))[0] for at in ("", await after_first(talk))]
    await talk.ask(f"/mute {first.partition('、')[0]}")
    assert titles(await one(talk, "")) == [second]


async def after_first(talk: Talk) -> str:
    return str((await one(talk, ""))["next_offset"])


async def test_ages_are_told_in_the_language_of_who_asks(talk: Talk) -> None:
    seen = {}
    for number, spoken in enumerate(("en", "ja", "ko"), 2):
        update = talk.telegram.ask_inline(number, "rice", "")
        update["inline_query"]["from"]["language_code"] = spoken
        await talk.me.deliver(update)
        answer = talk.telegram.inline_answers[-1]
        assert answer["is_personal"]
        seen[spoken] = answer["results"][0]["description"].partition("\n")[0]
    assert "ago" in seen["en"]
    assert "前" in seen["ja"]
    assert "전" in seen["ko"]


async def test_the_language_of_the_chat_with_the_bot_counts_more_than_that_of_telegram(
    talk: Talk,
) -> None:
    await talk.ask("/start")
    assert "ago" in (await one(talk, "rice"))["results"][0]["description"]
    await talk.ask("/language ja")
    assert "前" in (await one(talk, "rice"))["results"][0]["description"]
    # A refusal is in their language, too.
    japanese = (await one(talk, "("))["button"]["text"]
    await talk.ask("/language en")
    assert (await one(talk, "("))["button"]["text"] != japanese


async def test_the_button_above_a_refusal_opens_the_plain_welcome(talk: Talk) -> None:
    payload = (await one(talk, "("))["button"]["start_parameter"]
    assert await talk.ask(f"/start {payload}") == await talk.ask("/start")


async def test_whatever_an_answer_carries_into_the_chat_is_understood_there(talk: Talk) -> None:
    hasty = Inline(talk.parts.services, seconds=0)
    patient = Inline(talk.parts.services, seconds=10)
    for answers, typed in itertools.product(
        (hasty, patient), ("", "(", "-rice", "since:7d", "rice", "x" * 60, "北朝鮮 OR 韓国")
    ):
        page = await answers.page(typed, "", "en")
        if page.button:
            answer = await talk.ask(f"/start {page.payload}")
            assert plain_text(say("link.bad", "en")) not in answer, typed


async def test_who_was_not_let_in_is_told_so_above_an_empty_list(talk_with: Any) -> None:
    async with talk_with(access="invite", admin_ids="1") as talk:
        stranger = Person(talk.parts.application, talk.telegram, 2)
        [answer] = await stranger.ask_inline("rice")
        assert answer["results"] == []
        assert answer["button"]["text"] == plain_text(say("inline.closed", "en"))
        assert answer["is_personal"]
        [told] = await stranger.type(f"/start {answer['button']['start_parameter']}")
        assert told["text"] == plain_text(say("access.closed", "en"))
        [answer] = await talk.me.ask_inline("rice")
        assert answer["results"]


async def test_what_a_group_muted_changes_nothing_for_its_members(talk: Talk) -> None:
    group = talk.telegram.chat(-100_200, "supergroup")
    group.administrators.add(1)
    before = await one(talk, "rice")
    await Person(talk.parts.application, talk.telegram, -100_200, 1).type("/mute rice")
    after = await one(talk, "rice")
    assert titles(after) == titles(before)


HOSTILE = st.one_of(
    st.text(max_size=300),
    st.sampled_from(["0" * 64, "1-", "-1-2", "1-99999999999999999999", "١-٢", "9" * 19 + "-1"]),
)


async def test_whatever_is_typed_and_whatever_offset_is_forged_gets_an_answer(talk: Talk) -> None:
    answers = Inline(talk.parts.services, seconds=10)
    loop = asyncio.get_running_loop()

    @settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(st.text(max_size=300), HOSTILE, st.sampled_from(["en", "ja", "ko"]))
    def answered(typed: str, offset: str, language: str) -> None:
        future = asyncio.run_coroutine_threadsafe(answers.page(typed, offset, language), loop)
        page = future.result(30)
        assert len(page.results) <= PAGE
        assert len(page.next_offset) <= 64
        assert (page.button == "") == (page.payload == "")

    await asyncio.to_thread(answered)


@given(st.text(max_size=400), st.text(max_size=400), st.text(max_size=3000))
def test_hostile_stories_are_escaped_and_fit(title: str, outlet: str, rest: str) -> None:
    now = datetime.fromisoformat("2026-11-20T12:00:00+00:00")
    article = Article(
        *(ArticleId(1), FeedId(1), StoryId(1), f"<b>{outlet}", f"https://x.example/?{rest}"),
        *(f"<a href='x'>{title}", f"</a>{rest}", now),
        image_url=rest,
    )
    shown = views.page([Story(StoryId(1), (article,))], None, Reader("en", "UTC", now))
    [result] = shown.results
    assert result.title
    assert "<b>" not in str(result.message).replace("<b>", "", 1) or "&lt;" in str(result.message)
    assert len(str(result.message)) <= 4096 * 4
    assert result.picture == "" or result.picture.startswith("http")


def test_a_place_in_the_list_comes_back_as_it_was() -> None:
    begin = views.Beginning(ArticleId(5), Position((1 << 62) + 7))
    page = views.page([], begin, Reader("en", "UTC", datetime.now().astimezone()))
    assert views.beginning(page.next_offset) == begin
    assert inline.PAGE <= 50
