"""The format of the log, and what never gets into it.

One event a line, ids instead of texts. The bot's token is cut out of whatever any library says,
traces included; httpx, whose INFO lines are addresses with the token, is kept down. What nobody caught, in
any thread or task, goes the same way: a trace that Python prints by itself would hold the token.
"""

import json
import logging
import sys
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, TextIO
from urllib.parse import quote, unquote, urlsplit

import structlog

_HIDDEN = "[token]"

_SHORTEST = 6
"""Characters from which on a secret is looked for: a shorter one is part of many a word."""


class _Redactor(logging.Formatter):
    """Another formatter's lines without the secrets.

    It sits on the root handler, since filters of a logger don't see what its children log.
    """

    def __init__(self, inner: logging.Formatter, secrets: tuple[str, ...]) -> None:
        super().__init__()
        self._inner = inner
        # As they are, as JSON writes them, and as addresses do; the longest first, as one may begin another.
        forms = {
            form
            for secret in secrets
            if len(secret) >= _SHORTEST
            for form in (secret, json.dumps(secret, ensure_ascii=False)[1:-1], quote(secret, ""))
        }
        self._secrets = sorted(forms, key=len, reverse=True)

    def format(self, record: logging.LogRecord) -> str:
        """One record as one line, and its trace below."""
        line = self._inner.format(record)
        for secret in self._secrets:
            line = line.replace(secret, _HIDDEN)
        return line


def secrets_in(values: Iterable[str]) -> tuple[str, ...]:
    """What must not be shown of these settings: their passwords where they are addresses, else all of them."""
    found: list[str] = []
    for value in values:
        try:
            password = urlsplit(value).password
        except ValueError:
            # What can't be read as an address is shown by nobody.
            password = value
        if "://" not in value:
            found.append(value)
        elif password:
            found.extend((password, unquote(password)))
    return tuple(found)


@contextmanager
def stream(path: Path | None) -> Iterator[TextIO]:
    """Where the log goes: a file, made anew at each start, or standard error."""
    if path is None:
        yield sys.stderr
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8") as file:
        yield file


def set_up(
    level: str, form: Literal["text", "json"], secrets: tuple[str, ...], stream: TextIO
) -> None:
    """Send what is logged to `stream`, without the secrets."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    if form == "json":
        last: list[Any] = [
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ]
    else:
        # Plain traces: pretty ones print local variables, and those hold tokens and texts.
        last = [
            structlog.dev.ConsoleRenderer(
                colors=False, exception_formatter=structlog.dev.plain_traceback
            )
        ]
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(_Redactor(formatter, secrets))
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    for noisy in (
        "httpx",
        "httpcore",
        "apscheduler",
        "asyncio",
        "aiosqlite",
        "matplotlib",
        "alembic",
        "telegram",
    ):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    # It would write down what strangers send, and addresses with secrets in them.
    logging.getLogger("aiohttp.server").setLevel(logging.CRITICAL)
    logging.captureWarnings(capture=True)
    _catch_the_rest()


def _catch_the_rest() -> None:
    """Log what would else be printed; asyncio logs what its tasks leave behind by itself."""
    uncaught = structlog.get_logger("uncaught")

    def at_the_end(
        kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, error, trace)
        else:
            uncaught.critical("stopped by an error", exc_info=(kind, error, trace))

    def in_a_thread(what: threading.ExceptHookArgs) -> None:
        if what.exc_value is not None:
            found = (what.exc_type, what.exc_value, what.exc_traceback)
            uncaught.error("a thread was stopped by an error", exc_info=found)

    sys.excepthook = at_the_end
    threading.excepthook = in_a_thread
