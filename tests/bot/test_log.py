"""What the log looks like, and what never gets into it."""

import io
import json
import logging

import structlog

from bot import log

TOKEN = "123456:very-secret"


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
