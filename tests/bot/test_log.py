"""What the log looks like, and what never gets into it."""

import io
import json
import logging
import subprocess
import sys
import threading
import warnings
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
import structlog

from bot import log

TOKEN = "123456:very-secret"


@pytest.fixture(autouse=True)
def restored() -> Iterator[None]:
    """What a log takes over of the interpreter is given back."""
    hooks = sys.excepthook, threading.excepthook
    yield
    sys.excepthook, threading.excepthook = hooks
    logging.captureWarnings(capture=False)


def test_only_the_passwords_of_addresses_are_secret_and_all_of_other_values() -> None:
    values = ["1:token", "", "postgresql://me:p%40ss@host/name", "http://127.0.0.1:3128"]
    assert log.secrets_in(values) == ("1:token", "", "p%40ss", "p@ss")
    assert "postgresql://[me:pass" in log.secrets_in(["postgresql://[me:pass"])


def test_the_token_is_cut_out_of_lines_and_traces_of_any_library() -> None:
    stream = io.StringIO()
    log.set_up("debug", "text", (TOKEN,), stream)
    try:
        raise RuntimeError(f"https://api.telegram.org/bot{TOKEN}/getMe")  # noqa: TRY301 - a trace is wanted
    except RuntimeError:
        logging.getLogger("some.library").exception("calling %s", TOKEN)
        structlog.get_logger().exception("failed", url=f"bot{TOKEN}")
    written = stream.getvalue()
    assert written.count("RuntimeError: https") == 2
    assert "[token]" in written
    assert "very-secret" not in written


def test_httpx_does_not_log_addresses() -> None:
    stream = io.StringIO()
    log.set_up("info", "text", (), stream)
    logging.getLogger("httpx").info("HTTP Request: POST https://api.telegram.org/bot1:x/getMe")
    assert stream.getvalue() == ""


def test_json_is_one_object_a_line() -> None:
    stream = io.StringIO()
    log.set_up("info", "json", (TOKEN,), stream)
    structlog.get_logger().info("digests composed", count=3)
    logging.getLogger("library").warning("careful")
    first, second = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert (first["event"], first["count"], first["level"]) == ("digests composed", 3, "info")
    assert (second["event"], second["level"]) == ("careful", "warning")


def test_a_trace_is_part_of_its_one_json_line_without_secrets() -> None:
    stream = io.StringIO()
    log.set_up("info", "json", (TOKEN,), stream)
    try:
        raise RuntimeError(f"bot{TOKEN}\nsecond line")  # noqa: TRY301 - a trace is wanted
    except RuntimeError:
        structlog.get_logger().exception("tick failed", tick="poll")
        logging.getLogger("library").exception("calling %s", TOKEN)
    ours, foreign = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert (ours["event"], ours["tick"], ours["level"]) == ("tick failed", "poll", "error")
    for line in (ours, foreign):
        assert "RuntimeError: bot[token]" in line["exception"]
        assert {"timestamp", "logger", "level", "event"} <= set(line)
    assert "very-secret" not in stream.getvalue()


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_secret_is_found_as_json_and_addresses_write_it(form: str) -> None:
    password = 'pass "word" ö/@'
    stream = io.StringIO()
    log.set_up("info", form, (password,), stream)  # type: ignore[arg-type]
    logging.getLogger("library").warning("said %s", password)
    logging.getLogger("library").warning("asked postgresql://u:%s@host/x", quote(password, ""))
    assert stream.getvalue().count("[token]") == 2
    assert "word" not in stream.getvalue()


def test_a_password_that_is_part_of_many_words_spoils_no_line() -> None:
    stream = io.StringIO()
    log.set_up("info", "text", ("a", ""), stream)
    logging.getLogger("library").warning("a database")
    assert "a database" in stream.getvalue()


def test_warnings_of_libraries_are_lines_too() -> None:
    stream = io.StringIO()
    log.set_up("info", "json", (), stream)
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        # catch_warnings has put the original back.
        logging.captureWarnings(capture=False)
        logging.captureWarnings(capture=True)
        warnings.warn("old way", DeprecationWarning, stacklevel=1)
    assert "DeprecationWarning: old way" in json.loads(stream.getvalue())["event"]


_ENDS = {
    "nobody caught it": "raise RuntimeError(SECRET)",
    "it stopped a thread": """
import threading
thread = threading.Thread(target=lambda: int(SECRET))
thread.start()
thread.join()
""",
    "a task was forgotten": """
import asyncio, gc
async def fail():
    raise RuntimeError(SECRET)
async def forget():
    task = asyncio.get_running_loop().create_task(fail())
    await asyncio.sleep(0)
    del task
    gc.collect()
asyncio.run(forget())
""",
}


@pytest.mark.parametrize("code", _ENDS.values(), ids=_ENDS)
@pytest.mark.parametrize("form", ["text", "json"])
def test_what_nobody_caught_is_logged_and_not_printed(code: str, form: str) -> None:
    start = f"import sys\nfrom bot import log\nSECRET = {TOKEN!r}\n"
    start += f"log.set_up('info', {form!r}, (SECRET,), sys.stderr)\n"
    done = subprocess.run(
        [sys.executable, "-c", start + code],
        capture_output=True,
        text=True,
        cwd=Path(__file__).parent.parent.parent,
        timeout=30,
    )
    assert done.stdout == ""
    assert "very-secret" not in done.stderr
    assert "[token]" in done.stderr
    if form == "json":
        [line] = [json.loads(line) for line in done.stderr.splitlines()]
        assert line["level"] in ("error", "critical")
        assert "Traceback" in line["exception"]
    else:
        assert "Traceback" in done.stderr
