"""A Telegram in this process: the Bot API methods that the bot uses, with Telegram's own refusals.

It knows chats, people and messages, and no transport: `bot.console.door` puts python-telegram-bot on
top of it, and the tests serve it over HTTP as well.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.console.markup import BadMarkup, parse, utf16

MAX_TEXT = 4096
MAX_CAPTION = 1024
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
            "sendDocument": self._send_document,
            "getFile": self._get_file,
            "editMessageText": self._edit_message_text,
            "answerCallbackQuery": self._answer_callback_query,
            "sendChatAction": self._send_chat_action,
            "setMyCommands": self._set_my_commands,
            "deleteWebhook": self._delete_webhook,
            "getChatMember": self._get_chat_member,
        }
        if method not in known:
            raise ApiError(404, "Not Found")
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

    def _send_document(self, parameters: dict[str, Any]) -> Result:
        chat = self._writable(parameters)
        name, content = parameters["document"]
        caption, entities = _checked_text({**parameters, "text": parameters.get("caption", "")})
        if len(caption) > MAX_CAPTION:
            raise ApiError(400, "Bad Request: message caption is too long")
        message = self._message(chat, "", [])
        del message["text"], message["entities"]
        message |= {"from": BOT, "document": self._file(name, content)}
        message |= {"caption": caption, "caption_entities": entities}
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
        chat = self._writable(parameters)
        message = chat.messages.get(int(parameters.get("message_id", 0)))
        if message is None or message["from"] != BOT:
            raise ApiError(400, "Bad Request: message to edit not found")
        text, entities = _checked_text(parameters)
        keyboard = _checked_keyboard(parameters)
        before = (message["text"], message["entities"], message.get("reply_markup"))
        if before == (text, entities, keyboard or None):
            raise ApiError(
                400,
                "Bad Request: message is not modified: specified new message content and reply "
                "markup are exactly the same as a current content and reply markup of the message",
            )
        message |= {"text": text, "entities": entities, "edit_date": self._now()}
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
