"""A Telegram in this process: the Bot API methods that the bot uses, with Telegram's own refusals.

It knows chats, people and messages, and no transport: `bot.console.door` puts python-telegram-bot on
top of it, and the tests serve it over HTTP as well.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.console import rich as rich_html
from bot.console.markup import BadMarkup, parse, utf16

MAX_TEXT = 4096
MAX_CAPTION = 1024
MAX_PHOTO_SIDES = 10_000
MAX_MARKUP_BYTES = 32_768
MAX_CALLBACK_BYTES = 64
MAX_BUTTONS_IN_ROW = 8
MAX_BUTTONS = 100
MAX_ENTITIES = 100
MAX_ENTITY_BYTES = 9_500

BOT = {
    "id": 1000,
    "is_bot": True,
    "first_name": "Kawaraban",
    "username": "kawaraban_bot",
    "can_join_groups": True,
    "can_read_all_group_messages": False,
    "supports_inline_queries": False,
}

_CONTENT = ("text", "entities", "rich_message", "caption", "caption_entities", "document", "photo")
"""What a message may hold."""

Result = Any
Listener = Callable[[str, dict[str, Any]], None]


class ApiError(Exception):
    """A refusal of the Bot API."""

    def __init__(self, code: int, description: str, **parameters: int) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters


@dataclass(slots=True)
class ConsoleChat:
    """One chat: its type, its messages by id, and its administrators."""

    id: int
    type: str = "private"
    messages: dict[int, dict[str, Any]] = field(default_factory=dict)
    administrators: set[int] = field(default_factory=set)
    refusal: ApiError | None = None
    """What every attempt to write to it is answered with; None while it can be written to."""

    def as_json(self) -> dict[str, Any]:
        """The chat as the Bot API gives it."""
        named = {"first_name": "You"} if self.type == "private" else {"title": "Group"}
        return {"id": self.id, "type": self.type, **named}


class ConsoleTelegram:
    """All chats of one bot."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._next_message = 1
        self._next_update = 1
        self.chats: dict[int, ConsoleChat] = {}
        self.calls: list[tuple[str, dict[str, Any]]] = []
        """The last calls, oldest first; for whoever wants to see what the bot did."""
        self.listeners: list[Listener] = []
        """Called with "sent" or "edited" and the message."""
        self.before: Callable[[str, dict[str, Any]], Awaitable[None]] | None = None
        """Awaited before a method runs; may raise what the transport should."""
        self.after: Callable[[str, dict[str, Any]], Awaitable[None]] | None = None
        """Awaited after it ran, before the bot hears of it; likewise."""
        self.answers: list[dict[str, Any]] = []
        """Answers to presses."""
        self.commands: list[dict[str, Any]] = []
        self.knows_rich = True
        """False for a server that is older than rich messages."""
        self.files: dict[str, bytes] = {}
        """What was sent as a file, either way, by id."""

    def chat(self, chat_id: int, kind: str = "private") -> ConsoleChat:
        """The chat with this id, made at first use."""
        return self.chats.setdefault(chat_id, ConsoleChat(chat_id, kind))

    # What people do

    def type(
        self, chat_id: int, text: str, user_id: int | None = None, **extra: Any
    ) -> dict[str, Any]:
        """Somebody writes; the update that the bot gets."""
        chat = self.chat(chat_id)
        message = self._message(chat, text, [])
        message["from"] = _user(user_id or chat_id)
        if text.startswith("/"):
            command = text.split(maxsplit=1)[0]
            message["entities"] = [{"type": "bot_command", "offset": 0, "length": utf16(command)}]
        return self.update("message", {**message, **extra})

    def send_file(
        self,
        chat_id: int,
        name: str,
        content: bytes,
        caption: str = "",
        user_id: int | None = None,
    ) -> dict[str, Any]:
        """Somebody sends a file; the update that the bot gets."""
        message = self._message(self.chat(chat_id), "", [])
        del message["text"], message["entities"]
        message |= {"from": _user(user_id or chat_id), "document": self._file(name, content)}
        if caption:
            message["caption"] = caption
        return self.update("message", message)

    def press(
        self, chat_id: int, message_id: int, data: str, user_id: int | None = None
    ) -> dict[str, Any]:
        """Somebody presses a button; the update that the bot gets."""
        message = self.chat(chat_id).messages[message_id]
        return self.update(
            "callback_query",
            {
                "id": str(self._next_update),
                "from": _user(user_id or chat_id),
                "chat_instance": str(chat_id),
                "message": message,
                "data": data,
            },
        )

    def update(self, kind: str, content: dict[str, Any]) -> dict[str, Any]:
        """An update of any kind, with the next number."""
        update = {"update_id": self._next_update, kind: content}
        self._next_update += 1
        return update

    # What the bot calls

    async def call(self, method: str, parameters: dict[str, Any]) -> Result:
        """Run one method of the Bot API. Raises ApiError where Telegram refuses."""
        if self.before is not None:
            await self.before(method, parameters)
        self.calls = [*self.calls[-999:], (method, parameters)]
        known = {
            "getMe": self._get_me,
            "sendMessage": self._send_message,
            "sendRichMessage": self._send_rich_message,
            "sendDocument": self._send_document,
            "sendPhoto": self._send_photo,
            "getFile": self._get_file,
            "editMessageText": self._edit_message_text,
            "editMessageReplyMarkup": self._edit_message_reply_markup,
            "answerCallbackQuery": self._answer_callback_query,
            "sendChatAction": self._send_chat_action,
            "setMyCommands": self._set_my_commands,
            "deleteWebhook": self._delete_webhook,
            "getChatMember": self._get_chat_member,
        }
        if method not in known or (method == "sendRichMessage" and not self.knows_rich):
            raise ApiError(404, "Not Found: method not found")
        result = known[method](parameters)
        if self.after is not None:
            await self.after(method, parameters)
        return result

    def _get_me(self, _parameters: dict[str, Any]) -> Result:
        return BOT

    def _send_message(self, parameters: dict[str, Any]) -> Result:
        chat = self._writable(parameters)
        text, entities = _checked_text(parameters)
        message = self._message(chat, text, entities)
        message["from"] = BOT
        if keyboard := _checked_keyboard(parameters):
            message["reply_markup"] = keyboard
        self._tell("sent", message)
        return message

    def _send_rich_message(self, parameters: dict[str, Any]) -> Result:
        chat = self._writable(parameters)
        content = _checked_rich(parameters)
        keyboard = _checked_keyboard(parameters)
        message = self._message(chat, "", [])
        del message["text"], message["entities"]
        message |= {"from": BOT, "rich_message": content}
        if keyboard:
            message["reply_markup"] = keyboard
        self._tell("sent", message)
        return message

    def _send_document(self, parameters: dict[str, Any]) -> Result:
        name, content = parameters["document"]
        return self._send_with_caption(parameters, "document", lambda: self._file(name, content))

    def _send_photo(self, parameters: dict[str, Any]) -> Result:
        name, content = parameters["photo"]
        size = _size_of_png(content)
        return self._send_with_caption(
            parameters, "photo", lambda: [{**self._file(name, content), **size}]
        )

    def _send_with_caption(
        self, parameters: dict[str, Any], kind: str, keep: Callable[[], Result]
    ) -> Result:
        chat = self._writable(parameters)
        caption, entities = _checked_text({**parameters, "text": parameters.get("caption", "")})
        if len(caption) > MAX_CAPTION:
            raise ApiError(400, "Bad Request: message caption is too long")
        keyboard = _checked_keyboard(parameters)
        message = self._message(chat, "", [])
        del message["text"], message["entities"]
        message |= {"from": BOT, "caption": caption, "caption_entities": entities, kind: keep()}
        if keyboard:
            message["reply_markup"] = keyboard
        self._tell("sent", message)
        return message

    def _get_file(self, parameters: dict[str, Any]) -> Result:
        file_id = str(parameters.get("file_id"))
        if file_id not in self.files:
            raise ApiError(400, "Bad Request: invalid file_id")
        size = len(self.files[file_id])
        return {
            "file_id": file_id,
            "file_unique_id": file_id,
            "file_size": size,
            "file_path": file_id,
        }

    def _file(self, name: str, content: bytes) -> dict[str, Any]:
        file_id = f"file{len(self.files) + 1}"
        self.files[file_id] = content
        size = len(content)
        return {"file_id": file_id, "file_unique_id": file_id, "file_name": name, "file_size": size}

    def _edit_message_text(self, parameters: dict[str, Any]) -> Result:
        message = self._editable(parameters)
        if "text" not in message and "rich_message" not in message:
            raise ApiError(400, "Bad Request: there is no text in the message to edit")
        content: dict[str, Any]
        if parameters.get("rich_message") and self.knows_rich:
            content = {"rich_message": _checked_rich(parameters)}
        else:
            text, entities = _checked_text(parameters)
            content = {"text": text, "entities": entities}
        return self._edit(message, content, _checked_keyboard(parameters))

    def _edit_message_reply_markup(self, parameters: dict[str, Any]) -> Result:
        message = self._editable(parameters)
        content = {kind: message[kind] for kind in _CONTENT if kind in message}
        return self._edit(message, content, _checked_keyboard(parameters))

    def _editable(self, parameters: dict[str, Any]) -> dict[str, Any]:
        chat = self._writable(parameters)
        message = chat.messages.get(int(parameters.get("message_id", 0)))
        if message is None or message["from"] != BOT:
            raise ApiError(400, "Bad Request: message to edit not found")
        return message

    def _edit(
        self, message: dict[str, Any], content: dict[str, Any], keyboard: dict[str, Any]
    ) -> Result:
        before = {kind: message[kind] for kind in _CONTENT if kind in message}
        if before == content and message.get("reply_markup") == (keyboard or None):
            raise ApiError(
                400,
                "Bad Request: message is not modified: specified new message content and reply "
                "markup are exactly the same as a current content and reply markup of the message",
            )
        for kind in before:
            del message[kind]
        message |= {**content, "edit_date": self._now()}
        # An edit without a keyboard takes the keyboard away.
        message.pop("reply_markup", None)
        if keyboard:
            message["reply_markup"] = keyboard
        self._tell("edited", message)
        return message

    def _answer_callback_query(self, parameters: dict[str, Any]) -> Result:
        if len(str(parameters.get("text", ""))) > 200:
            raise ApiError(400, "Bad Request: MESSAGE_TOO_LONG")
        self.answers.append(parameters)
        return True

    def _send_chat_action(self, parameters: dict[str, Any]) -> Result:
        self._writable(parameters)
        return True

    def _set_my_commands(self, parameters: dict[str, Any]) -> Result:
        self.commands = list(parameters.get("commands", []))
        return True

    def _delete_webhook(self, _parameters: dict[str, Any]) -> Result:
        return True

    def _get_chat_member(self, parameters: dict[str, Any]) -> Result:
        chat = self._existing(parameters)
        user_id = int(parameters["user_id"])
        status = "administrator" if user_id in chat.administrators else "member"
        member: dict[str, Any] = {"status": status, "user": _user(user_id)}
        if status == "administrator":
            rights = (
                "can_be_edited is_anonymous can_manage_chat can_delete_messages can_manage_video_chats "
                "can_restrict_members can_promote_members can_change_info can_invite_users "
                "can_post_stories can_edit_stories can_delete_stories"
            )
            member |= dict.fromkeys(rights.split(), False)
        return member

    def _existing(self, parameters: dict[str, Any]) -> ConsoleChat:
        chat = self.chats.get(int(parameters.get("chat_id", 0)))
        if chat is None:
            raise ApiError(400, "Bad Request: chat not found")
        return chat

    def _writable(self, parameters: dict[str, Any]) -> ConsoleChat:
        chat = self._existing(parameters)
        if chat.refusal is not None:
            raise chat.refusal
        return chat

    def _message(
        self, chat: ConsoleChat, text: str, entities: list[dict[str, Any]]
    ) -> dict[str, Any]:
        message = {
            "message_id": self._next_message,
            "date": self._now(),
            "chat": chat.as_json(),
            "text": text,
            "entities": entities,
        }
        chat.messages[self._next_message] = message
        self._next_message += 1
        return message

    def _tell(self, what: str, message: dict[str, Any]) -> None:
        for listener in self.listeners:
            listener(what, message)

    def _now(self) -> int:
        return int(self._clock().timestamp())


def _user(user_id: int) -> dict[str, Any]:
    return {"id": user_id, "is_bot": False, "first_name": "You", "language_code": "en"}


def _size_of_png(content: bytes) -> dict[str, int]:
    """Width and height in pixels; a refusal for what is no picture, or of a shape that Telegram does not show."""
    if content[:8] != b"\x89PNG\r\n\x1a\n" or content[12:16] != b"IHDR" or len(content) < 24:
        raise ApiError(400, "Bad Request: IMAGE_PROCESS_FAILED")
    width, height = int.from_bytes(content[16:20]), int.from_bytes(content[20:24])
    if width + height > MAX_PHOTO_SIDES or max(width, height) > 20 * min(width, height):
        raise ApiError(400, "Bad Request: PHOTO_INVALID_DIMENSIONS")
    return {"width": width, "height": height}


def _checked_text(parameters: dict[str, Any]) -> tuple[str, list[dict[str, Any]]]:
    raw = str(parameters.get("text", ""))
    if len(raw.encode()) > MAX_MARKUP_BYTES:
        raise ApiError(400, "Bad Request: message is too long")
    text, entities = raw.strip(), list(parameters.get("entities", []))
    if parameters.get("parse_mode") == "HTML":
        try:
            text, entities = parse(raw)
        except BadMarkup as error:
            raise ApiError(400, f"Bad Request: can't parse entities: {error}") from None
    if not text:
        raise ApiError(400, "Bad Request: message text is empty")
    if len(text) > MAX_TEXT:
        raise ApiError(400, "Bad Request: message is too long")
    if sum(len(str(entity.get("url", ""))) + 16 for entity in entities) > MAX_ENTITY_BYTES:
        raise ApiError(400, "Bad Request: ENTITIES_TOO_LONG")
    return text, entities[:MAX_ENTITIES]


def _checked_rich(parameters: dict[str, Any]) -> dict[str, Any]:
    """A rich message as it was written; the Bot API gives it as blocks."""
    content = parameters.get("rich_message")
    if not isinstance(content, dict) or not isinstance(content.get("html"), str):
        raise ApiError(400, "Bad Request: can't parse InputRichMessage: html must be a string")
    try:
        rich_html.parse(content["html"])
    except BadMarkup as error:
        raise ApiError(400, f"Bad Request: can't parse rich message: {error}") from None
    return {"html": content["html"], "is_rtl": bool(content.get("is_rtl"))}


def _checked_keyboard(parameters: dict[str, Any]) -> dict[str, Any]:
    keyboard: dict[str, Any] = parameters.get("reply_markup") or {}
    rows = keyboard.get("inline_keyboard", [])
    for button in (button for row in rows for button in row):
        data = button.get("callback_data")
        if data is not None and not 1 <= len(data.encode()) <= MAX_CALLBACK_BYTES:
            raise ApiError(400, "Bad Request: BUTTON_DATA_INVALID")
        if not button.get("text"):
            raise ApiError(400, "Bad Request: can't parse inline keyboard button: text is empty")
    if any(len(row) > MAX_BUTTONS_IN_ROW for row in rows) or sum(map(len, rows)) > MAX_BUTTONS:
        raise ApiError(400, "Bad Request: reply markup is too long")
    return keyboard
