"""What goes wrong, and what the person hears of it."""

import io
import re
from typing import Any

import pytest

from bot import log
from handlers import commands
from handlers.buttons import Unfollow, encode
from handlers.page_buttons import Page
from storage.records import ArticleId, SubscriptionId, TopicId

Talk = Any

BAD = [
    ("/frobnicate", "/help"),
    ("/subscrbe x", "/subscribe"),
    ("/subscribe", "/subscribe North Korea"),
    ("/subscribe " + "x" * 5000, "at most 256 characters"),
    ("/subscribe {newsroom}/nothing/feed", "error 404"),
    ("/subscribe https://[]/", "public"),
    ("/subscribe https://[::1", "public"),
    ("/subscribe http://127.0.0.1:9/feed", "public"),
    ("/subscribe http://10.1.2.3/feed", "public"),
    ("/subscribe http://[::1]/feed", "public"),
    ("/subscribe http://169.254.169.254/latest/meta-data", "public"),
    ("/subscribe http://2130706433/feed", "public"),
    ("/subscribe http://no-such-host.invalid/feed", "can’t reach"),
    ("/subscribe ftp://example.org/feed", "public http"),
    ("/subscribe file:///etc/passwd", "public http"),
    ("/subscribe http://user:secret@example.org/", "password"),
    ("/subscribe <b>bold</b>", "plain words"),
    ("/subscribe 🚀🚀", "a word or a number"),
    ("/subscribe \u202e\u2066", "North Korea"),
    ("/subscribe ()", "a word or a number"),
    ("/subscribe rice OR", "/subscribe rice OR wheat"),
    ("/subscribe (rice", "/subscribe (rice OR wheat)"),
    ("/subscribe rice)", "/subscribe (rice OR wheat)"),
    ("/subscribe -rice", "/subscribe rice -wheat"),
    ("/subscribe since:7d", "/subscribe rice since:7d"),
    ("/subscribe colour:red", "title:"),
    ("/subscribe title:", "“title:” needs something to look for right behind it"),
    ("/latest title:", "/latest title:rice"),
    ("/latest rice from:", "/latest rice from:"),
    ("/latest rice before:", "/latest rice before:7d"),
    ("/latest any:", "/latest any:rice"),
    ("/latest rice lang:", "/latest rice lang:ja"),
    ("/subscribe rice lang:klingon", "/subscribe rice lang:ja"),
    ("/subscribe rice since:soon", "/subscribe rice since:7d"),
    ("/subscribe " + "(" * 40 + "rice" + ")" * 40, "parentheses"),
    ("/subscribe " + " OR ".join("abcdefghijklmnopqrstuvwxyz0123456789"), "32"),
    ("/search", "/search North Korea"),
    ("/latest <script>", "plain words"),
    ("/timezone Atlantis", "Atlantic"),
    ("/timezone " + "z" * 5000, "/timezone Asia/Tokyo"),
    ("/schedule whenever", "/schedule daily 08:00"),
    ("/schedule daily 25:00", "/schedule every 6h"),
    ("/schedule every 5h", "/schedule every 6h"),
    ("/unsubscribe 7", "/subscriptions"),
    ("/unsubscribe 0", "/subscriptions"),
    ("/unsubscribe ²", "/subscriptions"),
    ("/unsubscribe nothing like it", "/subscriptions"),
    ("/pause soon", "/pause 7"),
    ("/pause 0", "/pause 7"),
    ("/pause 99999999999", "/pause 7"),
    ("/digest fortnight", "/digest 24h"),
    ("/digest 0d", "/digest 24h"),
    ("/help frobnicate", "/help"),
]


@pytest.mark.parametrize(("typed", "hint"), BAD, ids=[typed[:30] for typed, _ in BAD])
async def test_bad_input_gets_one_kind_sentence_and_changes_nothing(
    talk: Talk, typed: str, hint: str
) -> None:
    await talk.ask("/subscribe rice")
    before = (await talk.chat(), await talk.follows())
    answer = await talk.ask(typed.replace("{newsroom}", talk.newsroom))
    assert hint in answer
    assert "went wrong" not in answer
    # A query is shown with the place of the trouble, in a line of its own.
    assert answer.count("\n") <= 3
    assert len(answer) < 400
    assert (await talk.chat(), await talk.follows()) == before


async def test_a_handler_that_breaks_apologises_with_the_reference_of_the_log(
    talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(_ask: Any) -> Any:
        raise ZeroDivisionError("planted")

    stream = io.StringIO()
    log.set_up("info", "text", (), stream)
    command = commands.Command("latest", broken, "help.read")
    monkeypatch.setitem(commands.BY_NAME, "latest", command)
    answer = await talk.ask("/latest")
    found = re.search(r"noted as ([0-9a-f]{6});", answer)
    assert found is not None
    assert f"reference={found[1]}" in stream.getvalue()
    assert "ZeroDivisionError: planted" in stream.getvalue()
    assert "Traceback" not in answer
    assert "What I can do" in await talk.ask("/help")


async def test_old_and_forged_buttons_change_nothing(talk: Talk) -> None:
    await talk.ask("/subscribe rice")
    message = await talk.ask_message("/schedule")
    before = (await talk.chat(), await talk.follows())
    for data in (
        "0:p:1:1:1",
        "x",
        "1:u:999999",
        "1:f:999999",
        "1:z:t:999999:0",
        "1:z:f:999999:0",
        "1:s:whenever",
        "1:c:pause",
        await talk.sealed(Page(TopicId(999), 1, ArticleId(1))),
        encode(Unfollow(SubscriptionId(2**62))),
    ):
        await talk.me.press_data(message, data)
    assert (await talk.chat(), await talk.follows()) == before
