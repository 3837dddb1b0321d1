"""What the operator writes, and the one line that says what is wrong with it."""

from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest

from bot.settings import BadSetting, load


def test_with_nothing_set_the_defaults_hold() -> None:
    settings = load(_env_file=None)
    assert settings.telegram_token.get_secret_value() == ""
    assert settings.database_url == "sqlite:///data/kawaraban.db"
    assert settings.poll_interval_min == timedelta(minutes=15)
    assert not settings.database_chosen


def test_settings_come_from_the_environment_and_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / ".env"
    file.write_text(
        "TELEGRAM_TOKEN=123:abc\nPOLL_INTERVAL_MIN=2h\nFETCH_ALLOWED_NETWORKS=10.0.0.0/8, fd00::/8\n"
        "FETCH_MAX_BYTES=5MB\nDEFAULT_TIMEZONE=tokyo\nDEFAULT_SCHEDULE=Daily 8am\nRETENTION=\n"
    )
    monkeypatch.setenv("POLL_INTERVAL_MIN", "30m")
    settings = load(_env_file=file)
    assert settings.telegram_token.get_secret_value() == "123:abc"
    assert settings.poll_interval_min == timedelta(minutes=30)
    assert settings.fetch_allowed_networks == (ip_network("10.0.0.0/8"), ip_network("fd00::/8"))
    assert settings.fetch_max_bytes == 5_000_000
    assert settings.default_timezone == "Asia/Tokyo"
    assert settings.default_schedule == "daily 08:00"
    assert settings.retention == timedelta(days=90)


@pytest.mark.parametrize(
    ("name", "value", "hint"),
    [
        ("POLL_INTERVAL_MIN", "soon", "15m"),
        ("POLL_INTERVAL_MIN", "30d", "POLL_INTERVAL_MAX"),
        ("DEFAULT_TIMEZONE", "Atlantis", "Asia/Tokyo"),
        ("DEFAULT_SCHEDULE", "whenever", "weekly mon 09:00"),
        ("TELEGRAM_API_URL", "example", "https://api.telegram.org"),
        ("FETCH_CONCURRENCY", "0", "greater than or equal to 1"),
        ("FETCH_CONCURRENCY", "many", "integer"),
        ("FETCH_ALLOWED_NETWORKS", "10.0.0.0/99", "10.0.0.0/8"),
        ("LOG_LEVEL", "loud", "'info'"),
        ("PAGES", "perhaps", "boolean"),
        ("LISTEN", "8080", "127.0.0.1:8080"),
        ("LISTEN", "127.0.0.1:80800", "127.0.0.1:8080"),
        ("WEBHOOK_URL", "bot.example.org", "https://bot.example.org"),
        ("WEBHOOK_URL", "https://bot.example.org", "LISTEN"),
        ("SUMMARY_API_URL", "localhost:11434", "http://localhost:11434/v1"),
        ("SUMMARY_API_URL", "http://localhost:11434", "SUMMARY_MODEL"),
        ("SUMMARY_API_URL", "https://api.example/v1?key=abc", "SUMMARY_API_KEY"),
        ("SUMMARY_API_KEY", "two words", "one word"),
        ("SUMMARY_DAILY_BUDGET", "0", "greater than or equal to 1"),
        ("SUMMARY_TIMEOUT", "15", "15m"),
        ("RETENTION", "1d", "7d"),
        ("CATALOGUE", "/no/such/file.opml", "no file"),
    ],
)
def test_a_wrong_value_is_one_line_with_its_name_and_what_would_be_right(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, hint: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(BadSetting) as caught:
        load(_env_file=None)
    line = str(caught.value)
    assert line.startswith(f"{name}:")
    assert hint in line
    assert "\n" not in line


def test_a_wrong_token_is_not_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TELEGRAM_TOKEN", "half-a-secret")
    with pytest.raises(BadSetting) as caught:
        load(_env_file=None)
    assert "@BotFather" in str(caught.value)
    assert "half" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [("SUMMARY_API_KEY", "hush hush"), ("SUMMARY_API_URL", "https://me:hush@api.example/v1")],
)
def test_a_key_for_summaries_is_not_repeated_wherever_it_was_written(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(BadSetting) as caught:
        load(_env_file=None)
    assert str(caught.value).startswith(f"{name}: ")
    assert "hush" not in str(caught.value)


def test_settings_do_not_show_the_token_and_the_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TELEGRAM_TOKEN", "123:abcdef")
    monkeypatch.setenv("SUMMARY_API_KEY", "sk-abcdef")
    settings: Any = load(_env_file=None)
    assert "abcdef" not in repr(settings)
