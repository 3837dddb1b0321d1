"""`kawaraban doctor`: what is wrong and how to mend it, one check at a time and all together."""

import argparse
import asyncio
import json
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from pydantic import SecretStr
from sqlalchemy import text
from telegram import WebhookInfo
from telegram.error import InvalidToken, NetworkError, RetryAfter

from bot.console.server import ConsoleTelegram
from bot.doctor import command, machine, network
from bot.doctor.finding import Finding, Verdict, examine, ok
from bot.doctor.store import store
from bot.doctor.telegram import Heard, judge_answer, judge_clock, judge_webhook, telegram
from bot.settings import BadSetting, load
from news.fetch import Fetcher, FetchLimits
from news.writing import Endpoint
from storage.database import Database, open_database
from tests.bot.botapi import BotApi

TOKEN = "123456:secret-of-the-test"
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
LIMITS = FetchLimits(timeout=5, host_delay=0, allowed_networks=(ip_network("127.0.0.0/8"),))


def utc_now() -> datetime:
    return datetime.now(UTC)


def verdicts(found: Sequence[Finding]) -> dict[str, str]:
    return {finding.check: finding.verdict.value for finding in found}


@asynccontextmanager
async def served(
    handler: Callable[[web.BaseRequest], Awaitable[web.StreamResponse]], address: str = "127.0.0.1"
) -> AsyncIterator[str]:
    runner = web.ServerRunner(web.Server(handler), shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, address, 0).start()
    yield f"http://{address}:{runner.addresses[0][1]}"
    await runner.cleanup()


# ── all together ─────────────────────────────────────────────────────────────────────────────────


async def test_checks_run_side_by_side_and_none_hides_or_delays_the_others() -> None:
    both = asyncio.Barrier(2)

    async def meets() -> list[Finding]:
        await both.wait()
        return [ok("meets", "well")]

    async def hangs() -> list[Finding]:
        return await asyncio.Future()

    async def breaks() -> list[Finding]:
        raise ValueError("with a secret in it")

    checks = {"a": meets(), "b": hangs(), "c": breaks(), "d": meets()}
    found = await examine(checks, 0.3)
    assert [finding.check for finding in found] == ["meets", "b", "c", "meets"]
    assert [finding.verdict.value for finding in found] == ["ok", "wrong", "wrong", "ok"]
    assert "secret" not in repr(found)


def test_what_is_wrong_makes_the_exit_code_and_a_warning_does_not(capsys: Any) -> None:
    good, bad = Finding("a", Verdict.WARNING, "so", "do"), Finding("b", Verdict.WRONG, "no", "do")
    assert command.report([good], as_json=False) == 0
    assert command.report([good, bad], as_json=False) == 1
    assert capsys.readouterr().out.splitlines()[-1] == "WRONG    b: no → do"


def test_a_wrong_setting_is_a_finding_too(capsys: Any) -> None:
    error = BadSetting("LISTEN: 'x' is not right")
    assert command.refuse(argparse.Namespace(json=True), error) == 1
    [found] = json.loads(capsys.readouterr().out)
    assert (found["check"], found["verdict"]) == ("settings", "wrong")
    assert found["said"].startswith("LISTEN")


async def test_the_whole_command_finds_a_bot_healthy_and_prints_no_secret(
    tmp_path: Path, capsys: Any
) -> None:
    async def feed(_request: web.BaseRequest) -> web.Response:
        return web.Response(text="<rss/>")

    async def model(_request: web.BaseRequest) -> web.Response:
        return web.json_response({"choices": [{"message": {"content": "yes"}}]})

    bot_api = BotApi(ConsoleTelegram(utc_now), TOKEN)
    async with bot_api, served(feed) as outlet, served(model) as endpoint:
        catalogue = tmp_path / "list.opml"
        catalogue.write_text(
            f"<opml version='2.0'><body><outline xmlUrl='{outlet}/feed'/></body></opml>"
        )
        settings = load(
            _env_file=None,
            telegram_token=TOKEN,
            telegram_api_url=bot_api.url,
            database_url=f"sqlite:///{tmp_path / 'bot.db'}",
            catalogue=catalogue,
            fetch_allowed_networks="127.0.0.0/8",
            summary_api_url=endpoint,
            summary_api_key="secret-key",
            summary_model="small",
        )
        code = await command.run(argparse.Namespace(json=True), settings)
    text = capsys.readouterr().out
    found = {one["check"]: one for one in json.loads(text)}
    assert {name for name, one in found.items() if one["verdict"] != "ok"} <= {"memory", "disk"}
    assert code == 0
    assert {"settings", "telegram", "clock", "webhook", "database", "web", "summaries"} <= set(
        found
    )
    assert "TELEGRAM_TOKEN" in found["settings"]["said"]
    assert "secret" not in text


# ── Telegram ─────────────────────────────────────────────────────────────────────────────────────


async def test_a_token_that_telegram_refuses_is_wrong_and_botfather_has_the_right_one() -> None:
    async with BotApi(ConsoleTelegram(utc_now), "1:other") as api:
        found = await telegram(TOKEN, api.url, "", "", utc_now)
    assert verdicts(found) == {"telegram": "wrong", "clock": "ok"}
    assert "@BotFather" in found[0].mend
    assert "secret-of-the-test" not in repr(found)


async def test_without_a_token_telegram_is_in_reach_all_the_same() -> None:
    async with BotApi(ConsoleTelegram(utc_now), TOKEN) as api:
        found = await telegram("", api.url, "", "", utc_now)
    assert verdicts(found) == {"telegram": "warning", "clock": "ok"}
    assert "TELEGRAM_TOKEN is empty" in found[0].said


async def test_a_telegram_out_of_reach_is_wrong() -> None:
    found = await telegram(TOKEN, "http://127.0.0.1:9", "", "", utc_now)
    assert verdicts(found) == {"telegram": "wrong", "clock": "warning"}
    assert "127.0.0.1:9 can't be reached" in found[0].said
    assert "secret-of-the-test" not in repr(found)


@pytest.mark.parametrize(("seconds", "way"), [(45, "45 s fast"), (-3600, "3600 s slow")])
def test_a_clock_that_is_off_is_wrong(seconds: int, way: str) -> None:
    found = judge_clock(Heard(date=NOW, at=NOW + timedelta(seconds=seconds)))
    assert found.verdict is Verdict.WRONG
    assert found.said.startswith(way)


def test_a_few_seconds_between_two_clocks_are_nothing() -> None:
    assert judge_clock(Heard(date=NOW, at=NOW + timedelta(seconds=29))).verdict is Verdict.OK


async def test_our_clock_is_compared_with_the_date_of_the_answer() -> None:
    ahead = timedelta(minutes=10)
    async with BotApi(ConsoleTelegram(utc_now), TOKEN) as api:
        found = await telegram(TOKEN, api.url, "", "", lambda: utc_now() + ahead)
    assert verdicts(found)["clock"] == "wrong"


@pytest.mark.parametrize(
    ("heard", "verdict"),
    [
        (Heard(name="news_bot"), Verdict.OK),
        (Heard(error=InvalidToken(), at=NOW), Verdict.WRONG),
        (Heard(error=NetworkError("down")), Verdict.WRONG),
        (Heard(error=NetworkError("Bad Gateway"), at=NOW), Verdict.WRONG),
        (Heard(error=RetryAfter(3), at=NOW), Verdict.WRONG),
    ],
)
def test_each_answer_of_telegram_has_its_verdict(heard: Heard, verdict: Verdict) -> None:
    assert judge_answer(heard, True, "api.example").verdict is verdict


def webhook(url: str = "", pending: int = 0, **more: Any) -> WebhookInfo:
    return WebhookInfo(url, False, pending, **more)


OURS = "https://bot.example.org"


@pytest.mark.parametrize(
    ("info", "wanted", "verdict", "words"),
    [
        (webhook(), "", Verdict.OK, "long polling"),
        (webhook(f"{OURS}/telegram"), OURS, Verdict.OK, "updates come to bot.example.org"),
        (webhook("https://old.example/path"), "", Verdict.WARNING, "to old.example, and WEBHOOK"),
        (webhook("https://old.example/x"), OURS, Verdict.WARNING, "to old.example, and WEBHOOK"),
        (webhook(), OURS, Verdict.WARNING, "nowhere"),
        (webhook(pending=101), "", Verdict.WARNING, "101 updates wait"),
        (
            webhook(
                f"{OURS}/telegram",
                last_error_date=NOW - timedelta(minutes=5),
                last_error_message="SSL error",
            ),
            *(OURS, Verdict.WARNING, "SSL error"),
        ),
        (
            webhook(
                f"{OURS}/telegram",
                last_error_date=NOW - timedelta(days=5),
                last_error_message="SSL error",
            ),
            *(OURS, Verdict.OK, "updates come"),
        ),
    ],
)
def test_the_way_of_updates_is_the_one_that_the_settings_want(
    info: WebhookInfo, wanted: str, verdict: Verdict, words: str
) -> None:
    found = judge_webhook(info, wanted, NOW)
    assert found.verdict is verdict
    assert words in found.said


# ── database ─────────────────────────────────────────────────────────────────────────────────────


async def test_a_database_that_works_is_told_with_its_revision_and_is_not_changed(
    any_database: Database, database_url: str
) -> None:
    found = await store(database_url, utc_now)
    assert set(verdicts(found).values()) == {"ok"}
    assert "revision" in found[0].said
    async with any_database.read() as tx:
        assert await tx.scalar(text("SELECT count(*) FROM marks WHERE name = 'doctor'")) == 0


async def test_no_database_yet_is_no_trouble_and_none_is_made(tmp_path: Path) -> None:
    found = await store(f"sqlite:///{tmp_path}/data/bot.db", utc_now)
    assert verdicts(found)["database"] == "ok"
    assert "first start" in found[0].said
    assert os.listdir(tmp_path) == []  # noqa: PTH208 - a plain look, in an async test


async def test_a_database_of_a_newer_version_is_wrong(database_url: str) -> None:
    database = await open_database(database_url)
    async with database.write() as tx:
        await tx.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    await database.close()
    found = await store(database_url, utc_now)
    assert verdicts(found)["database"] == "wrong"
    assert "newer Kawaraban" in found[0].said


async def test_a_database_that_can_not_be_written_to_is_wrong(database_url: str) -> None:
    database = await open_database(database_url)
    async with database.write() as tx:
        if database_url.startswith("sqlite"):
            fails = "BEGIN SELECT RAISE(ABORT, 'disk full'); END"
            await tx.execute(text(f"CREATE TRIGGER full BEFORE INSERT ON marks {fails}"))
        else:
            name = await tx.scalar(text("SELECT current_database()"))
            read_only = f"ALTER DATABASE {name} SET default_transaction_read_only = on"
            await tx.execute(text(read_only))
    await database.close()
    found = await store(database_url, utc_now)
    assert verdicts(found)["writing"] == "wrong"


async def test_a_server_that_does_not_answer_is_wrong_and_its_password_stays_secret() -> None:
    found = await store("postgresql://user:secret-word@127.0.0.1:9/name", utc_now)
    assert verdicts(found) == {"database": "wrong"}
    assert "secret-word" not in repr(found)


# ── network and machine ──────────────────────────────────────────────────────────────────────────


async def test_a_host_that_nobody_knows_is_wrong() -> None:
    [found] = await network.names("https://no-such-host.invalid")
    assert found.verdict is Verdict.WRONG


async def test_one_feed_that_answers_shows_that_the_web_is_there() -> None:
    async def feed(_request: web.BaseRequest) -> web.Response:
        return web.Response(text="<rss/>")

    async with served(feed, "127.0.0.2") as outlet:
        urls = ["http://127.0.0.3:9/feed", f"{outlet}/feed"]
        [found] = await network.feeds(Fetcher(LIMITS, "Kawaraban/test"), urls)
    assert found.verdict is Verdict.OK
    assert found.said == "1 of 2 feeds were fetched"


async def test_no_feed_that_answers_is_wrong_and_says_in_what_way() -> None:
    urls = ["http://127.0.0.3:9/feed", "http://127.0.0.4:9/feed"]
    [found] = await network.feeds(Fetcher(LIMITS, "Kawaraban/test"), urls)
    assert found.verdict is Verdict.WRONG
    assert "(unreachable)" in found.said


@pytest.mark.parametrize(
    ("status", "body", "verdict", "words"),
    [
        (200, '{"choices": []}', Verdict.OK, "answers with small"),
        (401, "{}", Verdict.WARNING, "SUMMARY_API_KEY"),
        (404, "{}", Verdict.WARNING, "SUMMARY_MODEL"),
        (200, "<html>", Verdict.WARNING, "OpenAI-compatible"),
        (200, "[]", Verdict.WARNING, "OpenAI-compatible"),
    ],
)
async def test_the_endpoint_that_writes_summaries_is_asked_with_its_key(
    status: int, body: str, verdict: Verdict, words: str
) -> None:
    keys = []

    async def model(request: web.BaseRequest) -> web.Response:
        keys.append(request.headers.get("Authorization"))
        return web.Response(status=status, text=body, content_type="application/json")

    async with served(model) as url:
        endpoint = Endpoint(url, "small", SecretStr("secret-key"))
        fetcher = Fetcher(endpoint.limits, "Kawaraban/test")
        [found] = await network.summaries(fetcher, endpoint)
    assert keys == ["Bearer secret-key"]
    assert found.verdict is verdict
    assert words in found.said + found.mend
    assert "secret-key" not in repr(found)


async def test_time_zones_are_there_or_tzdata_is_missing() -> None:
    [known] = await machine.zones("Asia/Tokyo")
    [unknown] = await machine.zones("Nowhere/Else")
    assert (known.verdict, unknown.verdict) == (Verdict.OK, Verdict.WRONG)
    assert "tzdata" in unknown.mend


@pytest.mark.parametrize(
    ("available", "limit", "verdict", "words"),
    [
        ("MemAvailable:  2000000 kB", "max\n", Verdict.OK, "2,048 MB"),
        ("MemAvailable:  2000000 kB", "268435456\n", Verdict.WARNING, "268 MB"),
        ("MemAvailable:   100000 kB", "", Verdict.WARNING, "102 MB"),
        ("", "", Verdict.OK, "does not tell"),
    ],
)
async def test_memory_is_what_the_machine_has_and_the_container_may_take(
    tmp_path: Path, available: str, limit: str, verdict: Verdict, words: str
) -> None:
    (tmp_path / "meminfo").write_text(f"MemTotal: 9 kB\n{available}\n")
    (tmp_path / "memory.max").write_text(limit)
    [found] = await machine.memory(tmp_path / "meminfo", tmp_path / "memory.max")
    assert found.verdict is verdict
    assert words in found.said


async def test_a_system_without_proc_is_no_trouble(tmp_path: Path) -> None:
    [found] = await machine.memory(tmp_path / "none", tmp_path / "none")
    assert found.verdict is Verdict.OK


async def test_without_matplotlib_all_is_well() -> None:
    for available in (True, False):
        [found] = await machine.pictures(available)
        assert found.verdict is Verdict.OK
