"""The format of the log, and what never gets into it.

One event a line, ids instead of texts. The bot's token is cut out of whatever any library says,
traces included; httpx, whose INFO lines are addresses with the token, is kept down.
"""

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal, TextIO

import structlog

_HIDDEN = "[token]"


class _Redactor(logging.Formatter):
    """Another formatter's lines without the secrets.

    It sits on the root handler, since filters of a logger don't see what its children log.
    """

    def __init__(self, inner: logging.Formatter, secrets: tuple[str, ...]) -> None:
        super().__init__()
        self._inner = inner
        self._secrets = secrets

    def format(self, record: logging.LogRecord) -> str:
        """One record as one line, and its trace below."""
        line = self._inner.format(record)
        for secret in self._secrets:
            line = line.replace(secret, _HIDDEN)
        return line


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
    handler.setFormatter(_Redactor(formatter, tuple(secret for secret in secrets if secret)))
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    for noisy in (
        "httpx",
        "httpcore",
        "apscheduler",
        "asyncio",
        "aiosqlite",
        "alembic",
        "telegram",
    ):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    # It would write down what strangers send, and addresses with secrets in them.
    logging.getLogger("aiohttp.server").setLevel(logging.CRITICAL)
