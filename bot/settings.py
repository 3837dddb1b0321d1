"""The environment → one frozen object; the only reader of the environment.

`.env.example` shows every setting with its default; a test keeps the two equal.
"""

import ipaddress
import re
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import BeforeValidator, ByteSize, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bot.roles import EVERY_ROLE, Role, parse_roles
from handlers.words import languages
from news import schedule
from news.crowd import PAID_RATE, USUAL_RATE
from news.errors import BadSchedule
from news.fetch import IPNetwork
from news.zone_names import find_zone


class BadSetting(Exception):
    """A setting that is wrong; the text is one line for the operator, without secrets."""


_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def _duration(value: object) -> object:
    if not isinstance(value, str):
        return value
    match = re.fullmatch(r"(\d{1,6})\s*([smhd])", value.strip())
    if match is None:
        raise ValueError("write a number with s, m, h or d, for example 15m")
    return timedelta(seconds=int(match[1]) * _UNITS[match[2]])


def _zone(value: str) -> str:
    zone = find_zone(value)
    if zone is None:
        raise ValueError("write an IANA zone, for example Asia/Tokyo")
    return zone


def _schedule(value: str) -> str:
    try:
        return str(schedule.parse(value))
    except BadSchedule:
        raise ValueError("write for example weekly mon 09:00 or daily 08:00") from None


def _language(value: str) -> str:
    code = value.strip().lower()
    if code not in languages():
        raise ValueError(f"write one of {', '.join(languages())}")
    return code


def _token(value: str) -> str:
    token = value.strip()
    if token and re.fullmatch(r"\d+:[\w-]+", token) is None:
        raise ValueError("copy the whole token from @BotFather, it looks like 123456:ABC-DEF")
    return token


def _api_url(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("write an address such as https://api.telegram.org")
    return value.rstrip("/")


def _contact(value: str) -> str:
    text = value.strip()
    if text and re.fullmatch(r"(https?://|mailto:)[!-~]{1,200}", text) is None:
        raise ValueError(
            "write an address such as https://example.org/bot or mailto:you@example.org"
        )
    return text


def _proxy(value: str) -> str:
    text = value.strip()
    if not text:
        return text
    parts = urlsplit(text)
    if parts.scheme != "http" or not parts.hostname:
        raise ValueError("write an HTTP proxy such as http://127.0.0.1:3128")
    return text


def _listen(value: object) -> object:
    if not isinstance(value, str):
        return value
    host, _, port = value.strip().rpartition(":")
    if not host or not port.isdecimal() or not 0 < int(port) < 65_536:
        raise ValueError("write an address and a port, as 127.0.0.1:8080")
    return host.strip("[]"), int(port)


def _public_url(value: str) -> str:
    text = value.strip().rstrip("/")
    parts = urlsplit(text)
    if text and (parts.scheme not in ("http", "https") or not parts.hostname or parts.query):
        raise ValueError("write the public address of this bot, as https://bot.example.org")
    return text


def _roles(value: object) -> object:
    return parse_roles(value) if isinstance(value, str) else value


def _webhook_secret(value: str) -> str:
    secret = value.strip()
    if re.fullmatch(r"[A-Za-z0-9_-]{0,256}", secret) is None:
        raise ValueError("write at most 256 letters, digits, _ and -")
    return secret


def _summary_api_url(value: str) -> str:
    text = value.strip().rstrip("/")
    parts = urlsplit(text)
    fits = parts.scheme in ("http", "https") and parts.hostname and (parts.port or 1)
    if text and (not fits or "@" in parts.netloc or parts.query or parts.fragment):
        raise ValueError(
            "write an address such as http://localhost:11434/v1, and the key in SUMMARY_API_KEY"
        )
    return text


def _summary_api_key(value: str) -> str:
    key = value.strip()
    # It becomes part of a header.
    if re.fullmatch(r"[!-~]*", key) is None:
        raise ValueError("copy the key as it is: one word")
    return key


def _networks(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        return tuple(
            ipaddress.ip_network(part.strip()) for part in value.split(",") if part.strip()
        )
    except ValueError:
        raise ValueError(
            "write networks with commas between them, as 10.0.0.0/8,fd00::/8"
        ) from None


def _ids(value: object) -> object:
    if isinstance(value, int):
        value = str(value)
    if not isinstance(value, str):
        return value
    parts = [part.strip() for part in value.split(",") if part.strip()]
    if not all(re.fullmatch(r"[1-9]\d{0,14}", part, re.ASCII) for part in parts):
        raise ValueError("write Telegram user ids with commas between them, as 12345678,87654321")
    return frozenset(int(part) for part in parts)


Duration = Annotated[timedelta, BeforeValidator(_duration)]


class Settings(BaseSettings):
    """What the operator chose."""

    model_config = SettingsConfigDict(
        env_file=".env",
        env_file_encoding="utf-8",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        validate_default=False,
        hide_input_in_errors=True,
    )

    telegram_token: Annotated[SecretStr, BeforeValidator(_token)] = SecretStr("")
    telegram_api_url: Annotated[str, BeforeValidator(_api_url)] = "https://api.telegram.org"
    telegram_proxy: Annotated[SecretStr, BeforeValidator(_proxy)] = SecretStr("")
    paid_broadcast: bool = False
    database_url: str = "sqlite:///data/kawaraban.db"
    admin_ids: Annotated[frozenset[int], NoDecode, BeforeValidator(_ids)] = frozenset()
    access: Literal["open", "invite", "admins"] = "open"
    default_timezone: Annotated[str, BeforeValidator(_zone)] = "UTC"
    default_language: Annotated[str, BeforeValidator(_language)] = "en"
    default_schedule: Annotated[str, BeforeValidator(_schedule)] = "weekly mon 09:00"
    catalogue: Path | None = None
    poll_interval_min: Duration = timedelta(minutes=15)
    poll_interval_max: Duration = timedelta(hours=24)
    poll_interval_uncached: Duration = timedelta(hours=24)
    fetch_concurrency: Annotated[int, Field(ge=1, le=1000)] = 32
    fetch_timeout: Duration = timedelta(seconds=30)
    fetch_max_bytes: ByteSize = ByteSize(10_000_000)
    fetch_host_delay: Duration = timedelta(seconds=2)
    fetch_contact: Annotated[str, BeforeValidator(_contact)] = ""
    fetch_proxy: Annotated[SecretStr, BeforeValidator(_proxy)] = SecretStr("")
    fetch_allowed_networks: Annotated[
        tuple[IPNetwork, ...], NoDecode, BeforeValidator(_networks)
    ] = ()
    pages: bool = True
    listen: Annotated[tuple[str, int] | None, NoDecode, BeforeValidator(_listen)] = None
    webhook_url: Annotated[str, BeforeValidator(_public_url)] = ""
    webhook_secret: Annotated[SecretStr, BeforeValidator(_webhook_secret)] = SecretStr("")
    roles: Annotated[frozenset[Role], NoDecode, BeforeValidator(_roles)] = EVERY_ROLE
    summary_api_url: Annotated[str, BeforeValidator(_summary_api_url)] = ""
    summary_api_key: Annotated[SecretStr, BeforeValidator(_summary_api_key)] = SecretStr("")
    summary_model: Annotated[str, BeforeValidator(str.strip), Field(max_length=200)] = ""
    summary_daily_budget: Annotated[int, Field(ge=1, le=1_000_000)] = 500
    summary_timeout: Duration = timedelta(seconds=15)
    max_subscriptions: Annotated[int, Field(ge=1, le=10_000)] = 200
    retention: Duration = timedelta(days=90)
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["text", "json"] = "text"

    @property
    def messages_per_second(self) -> float:
        """What Telegram takes of the bot's pushes."""
        return PAID_RATE if self.paid_broadcast else USUAL_RATE

    @property
    def database_chosen(self) -> bool:
        """True if the operator named a database."""
        return "database_url" in self.model_fields_set

    @property
    def talks_to_telegram(self) -> bool:
        """True if a role needs the token."""
        return not self.roles.isdisjoint((Role.DELIVER, Role.CHAT))


_SECRETS = (
    *("telegram_token", "database_url", "telegram_proxy", "fetch_proxy", "webhook_secret"),
    # People write keys into addresses.
    *("summary_api_url", "summary_api_key"),
)


def load(**overrides: Any) -> Settings:
    """The settings of the environment and of `.env`. Raises BadSetting."""
    try:
        settings = Settings(**overrides)
    except ValidationError as error:
        raise BadSetting(_one_line(error)) from None
    if settings.poll_interval_min > settings.poll_interval_max:
        raise BadSetting("POLL_INTERVAL_MIN: is longer than POLL_INTERVAL_MAX; make it shorter")
    if settings.retention < timedelta(days=7):
        raise BadSetting("RETENTION: a weekly digest needs at least 7d")
    if settings.access != "open" and not settings.admin_ids:
        raise BadSetting(
            f"ACCESS: {settings.access!r} lets nobody in without ADMIN_IDS; "
            "set that to your Telegram user id, or ACCESS=open"
        )
    _check_roles(settings)
    _check_webhook(settings)
    if settings.summary_api_url and not settings.summary_model:
        raise BadSetting("SUMMARY_API_URL: needs SUMMARY_MODEL, the model to ask for; set that too")
    if settings.catalogue is not None and not settings.catalogue.is_file():
        raise BadSetting(
            f"CATALOGUE: there is no file {settings.catalogue}; name an OPML file, or leave it empty"
        )
    return settings


def _check_roles(settings: Settings) -> None:
    if settings.roles == EVERY_ROLE:
        return
    if not settings.database_url.startswith("postgresql"):
        raise BadSetting(
            "ROLES: several processes need PostgreSQL; set DATABASE_URL=postgresql://…, or ROLES=all"
        )
    if settings.talks_to_telegram and not settings.telegram_token.get_secret_value():
        raise BadSetting("ROLES: deliver and chat need TELEGRAM_TOKEN; set it, or ROLES=poll")


_OFFICIAL_API = "https://api.telegram.org"
_WEBHOOK_PORTS = (None, 443, 80, 88, 8443)


def _check_webhook(settings: Settings) -> None:
    if not settings.webhook_url or Role.CHAT not in settings.roles:
        return
    if settings.listen is None:
        raise BadSetting("WEBHOOK_URL: needs LISTEN, the address that it leads to; set that too")
    parts = urlsplit(settings.webhook_url)
    fits = parts.scheme == "https" and parts.port in _WEBHOOK_PORTS
    official = settings.telegram_api_url == _OFFICIAL_API
    if settings.telegram_token.get_secret_value() and official and not fits:
        raise BadSetting(
            "WEBHOOK_URL: Telegram wants https and port 443, 80, 88 or 8443; "
            "write such an address, or leave it empty for long polling"
        )


def _one_line(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=True)[0]
    name = str(first["loc"][0])
    reason = first["msg"].removeprefix("Value error, ")
    value = "" if name in _SECRETS else f" {first['input']!r} is not right:"
    return f"{name.upper()}:{value} {reason}"
