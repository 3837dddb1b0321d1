"""What Telegram looks at before it takes a message: lengths, markup, buttons, pictures."""

import re
from typing import Any

from bot.console import rich as rich_html
from bot.console.markup import BadMarkup, parse
from bot.console.refusals import bad_request

MAX_TEXT = 4096
MAX_CAPTION = 1024
MAX_PHOTO_SIDES = 10_000
MAX_MARKUP_BYTES = 32_768
MAX_CALLBACK_BYTES = 64
MAX_BUTTONS_IN_ROW = 8
MAX_BUTTONS = 100
MAX_ENTITIES = 100
MAX_INLINE_RESULTS = 50
MAX_ENTITY_BYTES = 9_500


def checked_text(parameters: dict[str, Any]) -> tuple[str, list[dict[str, Any]]]:
    """The text as it is shown, and its entities. Raises ApiError."""
    raw = str(parameters.get("text", ""))
    if len(raw.encode()) > MAX_MARKUP_BYTES:
        raise bad_request("message is too long")
    text, entities = raw.strip(), list(parameters.get("entities", []))
    if parameters.get("parse_mode") == "HTML":
        try:
            text, entities = parse(raw)
        except BadMarkup as error:
            raise bad_request(f"can't parse entities: {error}") from None
    if not text:
        raise bad_request("message text is empty")
    if len(text) > MAX_TEXT:
        raise bad_request("message is too long")
    if sum(len(str(entity.get("url", ""))) + 16 for entity in entities) > MAX_ENTITY_BYTES:
        raise bad_request("ENTITIES_TOO_LONG")
    return text, entities[:MAX_ENTITIES]


def checked_caption(parameters: dict[str, Any]) -> tuple[str, list[dict[str, Any]]]:
    """The caption of a file and its entities, likewise."""
    caption, entities = checked_text({**parameters, "text": parameters.get("caption", "")})
    if len(caption) > MAX_CAPTION:
        raise bad_request("message caption is too long")
    return caption, entities


def checked_rich(parameters: dict[str, Any]) -> dict[str, Any]:
    """A rich message as it was written, and as the Bot API gives it back. Raises ApiError."""
    content = parameters.get("rich_message")
    if not isinstance(content, dict) or not isinstance(content.get("html"), str):
        raise bad_request("can't parse InputRichMessage: html must be a string")
    try:
        nodes = rich_html.parse(content["html"])
    except BadMarkup as error:
        raise bad_request(f"can't parse rich message: {error}") from None
    blocks = rich_html.blocks_of(nodes)
    return {"html": content["html"], "blocks": blocks, "is_rtl": bool(content.get("is_rtl"))}


def checked_keyboard(parameters: dict[str, Any]) -> dict[str, Any]:
    """The buttons under a message; empty if there are none. Raises ApiError."""
    keyboard: dict[str, Any] = parameters.get("reply_markup") or {}
    rows = keyboard.get("inline_keyboard", [])
    for button in (button for row in rows for button in row):
        data = button.get("callback_data")
        if data is not None and not 1 <= len(data.encode()) <= MAX_CALLBACK_BYTES:
            raise bad_request("BUTTON_DATA_INVALID")
        if not button.get("text"):
            raise bad_request("can't parse inline keyboard button: text is empty")
    if any(len(row) > MAX_BUTTONS_IN_ROW for row in rows) or sum(map(len, rows)) > MAX_BUTTONS:
        raise bad_request("reply markup is too long")
    return keyboard


def check_inline(parameters: dict[str, Any]) -> None:
    """Look at the answer to an inline query. Raises ApiError."""
    results = parameters.get("results", [])
    if len(results) > MAX_INLINE_RESULTS:
        raise bad_request("RESULTS_TOO_MUCH")
    ids = [str(one.get("id", "")) for one in results]
    if len(set(ids)) < len(ids):
        raise bad_request("RESULT_ID_DUPLICATE")
    if not all(1 <= len(id.encode()) <= MAX_CALLBACK_BYTES for id in ids):
        raise bad_request("RESULT_ID_INVALID")
    if len(str(parameters.get("next_offset", "")).encode()) > MAX_CALLBACK_BYTES:
        raise bad_request("NEXT_OFFSET_INVALID")
    payload = (parameters.get("button") or {}).get("start_parameter", "x")
    if re.fullmatch(r"[A-Za-z0-9_-]{1,64}", payload) is None:
        raise bad_request("START_PARAM_INVALID")
    for one in results:
        if not one.get("title"):
            raise bad_request("TITLE_INVALID")
        content = one["input_message_content"]
        checked_text({**content, "text": content["message_text"]})


def size_of_png(content: bytes) -> dict[str, int]:
    """Width and height in pixels; ApiError for what is no picture, or of a shape that Telegram does not show."""
    if content[:8] != b"\x89PNG\r\n\x1a\n" or content[12:16] != b"IHDR" or len(content) < 24:
        raise bad_request("IMAGE_PROCESS_FAILED")
    width, height = int.from_bytes(content[16:20]), int.from_bytes(content[20:24])
    if width + height > MAX_PHOTO_SIDES or max(width, height) > 20 * min(width, height):
        raise bad_request("PHOTO_INVALID_DIMENSIONS")
    return {"width": width, "height": height}
