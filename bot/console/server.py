"""A Telegram in this process: the Bot API methods that the bot uses, with Telegram's own refusals.

It knows chats, people and messages, and no transport: `bot.console.door` puts python-telegram-bot on
top of it, and the tests serve it over HTTP as well.
"""

import json
from collections import deque
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

from bot.console.chats import BOT, Chats, ConsoleChat, member, user
from bot.console.checks import (
    check_inline,
    checked_caption,
    checked_keyboard,
    checked_rich,
    checked_text,
    size_of_png,
)
from bot.console.limits import METERED, Accepted, Meter
from bot.console.refusals import ApiError, bad_request, unknown_method

__all__ = ["ApiError", "ConsoleChat", "ConsoleTelegram"]

_CONTENT = ("text", "entities", "rich_message", "caption", "caption_entities", "document", "photo")
"""What a message may hold."""

_MOST_OF_A_WHISPER = 1024
"""Characters that an edited one may have, whatever the documentation says
(https://github.com/tdlib/telegram-bot-api/issues/881)."""

_CALLS_KEPT = 1000

_NO_GIFTS = dict.fromkeys(
    (
        *("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription"),
        "gifts_from_channels",
    ),
    False,
)

Result = Any
Listener = Callable[[str, dict[str, Any]], None]


class ConsoleTelegram(Chats):
    """All chats of one bot, and what the bot calls."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        super().__init__(clock)
        self.calls: deque[tuple[str, dict[str, Any]]] = deque(maxlen=_CALLS_KEPT)
        """The last calls, oldest first; for whoever wants to see what the bot did."""
        self.listeners: list[Listener] = []
        """Called with "sent" or "edited" and the message."""
        self.before: Callable[[str, dict[str, Any]], Awaitable[None]] | None = None
        """Awaited before a method runs; may raise what the transport should."""
        self.after: Callable[[str, dict[str, Any]], Awaitable[None]] | None = None
        """Awaited after it ran, before the bot hears of it; likewise."""
        self.meter: Meter | None = None
        """Keeps the limits and writes down what was taken; None: everything is taken at any speed."""
        self.answers: list[dict[str, Any]] = []
        """Answers to presses."""
        self.inline_answers: list[dict[str, Any]] = []
        """Answers to inline queries."""
        self.commands: list[dict[str, Any]] = []
        """The menu of whoever has no other."""
        self.menus: dict[tuple[str, str], list[dict[str, Any]]] = {}
        """All menus by scope and language."""
        self.descriptions: dict[tuple[str, str], str] = {}
        """What is said of the bot, at length and briefly, by language."""
        self.webhook: dict[str, Any] = {}
        """What setWebhook was called with; empty while there is no webhook."""
        self.knows_whispers = True
        """False for a server that is older than messages for one person."""
        self.knows_rich = True
        """False for a server that is older than rich messages."""
        self._methods: dict[str, Callable[[dict[str, Any]], Result]] = {
            "getMe": lambda _: BOT,
            "sendMessage": self._send_message,
            "sendRichMessage": self._send_rich_message,
            "sendDocument": self._send_document,
            "sendPhoto": self._send_photo,
            "getFile": self._get_file,
            "editMessageText": self._edit_message_text,
            "editMessageReplyMarkup": self._edit_message_reply_markup,
            "answerCallbackQuery": self._answer_callback_query,
            "answerInlineQuery": self._answer_inline_query,
            "sendChatAction": self._send_chat_action,
            "setMyCommands": self._set_my_commands,
            "setMyDescription": self._set_my_description,
            "setMyShortDescription": self._set_my_short_description,
            "getMyDescription": lambda asked: self._description("description", asked),
            "getMyShortDescription": lambda asked: self._description("short_description", asked),
            "setWebhook": self._set_webhook,
            "deleteWebhook": self._delete_webhook,
            "getWebhookInfo": self._get_webhook_info,
            "editEphemeralMessageText": self._edit_whisper,
            "editEphemeralMessageReplyMarkup": self._mark_whisper,
            "deleteEphemeralMessage": self._take_whisper_away,
            "getChat": self._get_chat,
            "getChatMember": self._get_chat_member,
            "getChatAdministrators": self._get_chat_administrators,
        }

    async def call(self, method: str, parameters: dict[str, Any]) -> Result:
        """Run one method of the Bot API. Raises ApiError where Telegram refuses."""
        if self.before is not None:
            await self.before(method, parameters)
        self.calls.append((method, parameters))
        run = self._methods.get(method)
        if run is None or (method == "sendRichMessage" and not self.knows_rich):
            raise unknown_method()
        if self.meter is not None and method in METERED:
            result = self._metered(self.meter, method, run, parameters)
        else:
            result = run(parameters)
        if self.after is not None:
            await self.after(method, parameters)
        return result

    async def answer(self, method: str, parameters: dict[str, Any]) -> tuple[int, bytes]:
        """One call as HTTP would answer it: status and body."""
        try:
            content = {"ok": True, "result": await self.call(method, parameters)}
        except ApiError as error:
            return error.code, json.dumps(error.as_json()).encode()
        return 200, json.dumps(content).encode()

    def _metered(
        self,
        meter: Meter,
        method: str,
        run: Callable[[dict[str, Any]], Result],
        parameters: dict[str, Any],
    ) -> Result:
        chat = self._addressed(parameters)
        paid = bool(parameters.get("allow_paid_broadcast"))
        meter.check(chat.id, chat.private, paid)
        message = run(parameters)
        rich = message.get("rich_message")
        content = rich["html"] if rich else message.get("text", message.get("caption", ""))
        accepted = Accepted(
            meter.seconds(),
            method,
            chat.id,
            message["message_id"],
            message.get("message_thread_id"),
            "" if method == "editMessageReplyMarkup" else content,
            bool(parameters.get("disable_notification")),
            paid,
        )
        meter.take(chat.private, accepted)
        return message

    # Messages

    def _send_message(self, parameters: dict[str, Any]) -> Result:
        chat = self._writable(parameters)
        text, entities = checked_text(parameters)
        return self._send(chat, parameters, {"text": text, "entities": entities})

    def _send_rich_message(self, parameters: dict[str, Any]) -> Result:
        chat = self._writable(parameters)
        return self._send(chat, parameters, {"rich_message": checked_rich(parameters)})

    def _send_document(self, parameters: dict[str, Any]) -> Result:
        chat = self._writable(parameters)
        caption, entities = checked_caption(parameters)
        content = {"caption": caption, "caption_entities": entities}
        file = self._file(*parameters["document"])
        return self._send(chat, parameters, {**content, "document": file})

    def _send_photo(self, parameters: dict[str, Any]) -> Result:
        chat = self._writable(parameters)
        name, picture = parameters["photo"]
        size = size_of_png(picture)
        caption, entities = checked_caption(parameters)
        content = {"caption": caption, "caption_entities": entities}
        photo = [{**self._file(name, picture), **size}]
        return self._send(chat, parameters, {**content, "photo": photo})

    def _send(
        self, chat: ConsoleChat, parameters: dict[str, Any], content: dict[str, Any]
    ) -> Result:
        keyboard = checked_keyboard(parameters)
        message = self._whisper(chat, parameters) or self._message(chat)
        message |= {"from": BOT, **content}
        if thread := parameters.get("message_thread_id"):
            message |= {"message_thread_id": int(thread), "is_topic_message": True}
        # A field for a reply is for whoever gets it, and no part of the message.
        if "inline_keyboard" in keyboard:
            message["reply_markup"] = keyboard
        self._tell("sent", message)
        return message

    def _whisper(self, chat: ConsoleChat, parameters: dict[str, Any]) -> dict[str, Any] | None:
        """A message that one person sees, if it is to be one and the server knows such."""
        receiver = parameters.get("ephemeral_message_parameters")
        if not receiver or not self.knows_whispers:
            return None
        answered = (parameters.get("reply_parameters") or {}).get("ephemeral_message_id")
        prompted = answered in chat.whispers or receiver.get("callback_query_id")
        if chat.private or not (prompted or chat.standing == "administrator"):
            raise bad_request("BOT_NOT_ADMIN")
        return self.unseen(chat, receiver["receiver_user_id"])

    def _edit_whisper(self, parameters: dict[str, Any]) -> Result:
        message = self._whispered(parameters)
        content: dict[str, Any]
        if parameters.get("rich_message") and self.knows_rich:
            content = {"rich_message": checked_rich(parameters)}
        else:
            text, entities = checked_text(parameters)
            if len(text) > _MOST_OF_A_WHISPER:
                raise bad_request("MEDIA_CAPTION_TOO_LONG")
            content = {"text": text, "entities": entities}
        self._edit(message, content, checked_keyboard(parameters))
        return True

    def _mark_whisper(self, parameters: dict[str, Any]) -> Result:
        message = self._whispered(parameters)
        content = {kind: message[kind] for kind in _CONTENT if kind in message}
        self._edit(message, content, checked_keyboard(parameters))
        return True

    def _take_whisper_away(self, parameters: dict[str, Any]) -> Result:
        message = self._whispered(parameters)
        del self._addressed(parameters).whispers[message["ephemeral_message_id"]]
        return True

    def _whispered(self, parameters: dict[str, Any]) -> dict[str, Any]:
        chat = self._addressed(parameters)
        message = chat.whispers.get(int(parameters.get("ephemeral_message_id", 0)))
        whose = None if message is None else message["receiver_user"]["id"]
        if message is None or whose != int(parameters.get("receiver_user_id", 0)):
            raise bad_request("message to edit not found")
        return message

    def _edit_message_text(self, parameters: dict[str, Any]) -> Result:
        message = self._editable(parameters)
        if "text" not in message and "rich_message" not in message:
            raise bad_request("there is no text in the message to edit")
        content: dict[str, Any]
        if parameters.get("rich_message") and self.knows_rich:
            content = {"rich_message": checked_rich(parameters)}
        else:
            text, entities = checked_text(parameters)
            content = {"text": text, "entities": entities}
        return self._edit(message, content, checked_keyboard(parameters))

    def _edit_message_reply_markup(self, parameters: dict[str, Any]) -> Result:
        message = self._editable(parameters)
        content = {kind: message[kind] for kind in _CONTENT if kind in message}
        return self._edit(message, content, checked_keyboard(parameters))

    def _editable(self, parameters: dict[str, Any]) -> dict[str, Any]:
        chat = self._addressed(parameters)
        if chat.refusal is not None:
            raise chat.refusal
        message = chat.messages.get(int(parameters.get("message_id", 0)))
        if message is None or message["from"] != BOT:
            raise bad_request("message to edit not found")
        return message

    def _edit(
        self, message: dict[str, Any], content: dict[str, Any], keyboard: dict[str, Any]
    ) -> Result:
        before = {kind: message[kind] for kind in _CONTENT if kind in message}
        if before == content and message.get("reply_markup") == (keyboard or None):
            raise bad_request(
                "message is not modified: specified new message content and reply "
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

    # Everything else

    def _get_file(self, parameters: dict[str, Any]) -> Result:
        file_id = str(parameters.get("file_id"))
        if file_id not in self.files:
            raise bad_request("invalid file_id")
        size = len(self.files[file_id])
        return {
            "file_id": file_id,
            "file_unique_id": file_id,
            "file_size": size,
            "file_path": file_id,
        }

    def _answer_callback_query(self, parameters: dict[str, Any]) -> Result:
        if len(str(parameters.get("text", ""))) > 200:
            raise bad_request("MESSAGE_TOO_LONG")
        self.answers.append(parameters)
        return True

    def _answer_inline_query(self, parameters: dict[str, Any]) -> Result:
        check_inline(parameters)
        self.inline_answers.append(parameters)
        return True

    def _send_chat_action(self, parameters: dict[str, Any]) -> Result:
        self._writable(parameters)
        return True

    def _set_my_commands(self, parameters: dict[str, Any]) -> Result:
        commands = list(parameters.get("commands", []))
        scope = (parameters.get("scope") or {}).get("type", "default")
        language = parameters.get("language_code") or ""
        self.menus[scope, language] = commands
        if (scope, language) == ("default", ""):
            self.commands = commands
        return True

    def _set_my_description(self, parameters: dict[str, Any]) -> Result:
        return self._describe("description", 512, parameters)

    def _set_my_short_description(self, parameters: dict[str, Any]) -> Result:
        return self._describe("short_description", 120, parameters)

    def _describe(self, name: str, most: int, parameters: dict[str, Any]) -> Result:
        text = str(parameters.get(name) or "")
        if len(text) > most:
            raise bad_request("description is too long")
        self.descriptions[name, str(parameters.get("language_code") or "")] = text
        return True

    def _description(self, name: str, parameters: dict[str, Any]) -> Result:
        language = str(parameters.get("language_code") or "")
        return {name: self.descriptions.get((name, language), "")}

    def _set_webhook(self, parameters: dict[str, Any]) -> Result:
        # Without an address it takes the webhook away, as deleteWebhook does.
        self.webhook = dict(parameters) if parameters.get("url") else {}
        return True

    def _delete_webhook(self, _parameters: dict[str, Any]) -> Result:
        self.webhook = {}
        return True

    def _get_webhook_info(self, _parameters: dict[str, Any]) -> Result:
        shown = ("url", "max_connections", "allowed_updates")
        info = {name: self.webhook[name] for name in shown if name in self.webhook}
        return {"url": "", "has_custom_certificate": False, "pending_update_count": 0, **info}

    def _get_chat(self, parameters: dict[str, Any]) -> Result:
        wanted = str(parameters.get("chat_id", ""))
        chat = self.named(wanted) if wanted.startswith("@") else self.existing(int(wanted))
        unset = {"accent_color_id": 0, "max_reaction_count": 11, "accepted_gift_types": _NO_GIFTS}
        return {**chat.as_json(), **unset}

    def _get_chat_member(self, parameters: dict[str, Any]) -> Result:
        chat = self._addressed(parameters)
        user_id = int(parameters["user_id"])
        if user_id == BOT["id"]:
            return member(BOT, chat.standing, chat.type)
        administrator = user_id in chat.administrators
        return member(user(user_id), "administrator" if administrator else "member", chat.type)

    def _get_chat_administrators(self, parameters: dict[str, Any]) -> Result:
        chat = self._addressed(parameters)
        if chat.private:
            raise bad_request("there are no administrators in the private chat")
        people = [
            member(user(one), "administrator", chat.type) for one in sorted(chat.administrators)
        ]
        ours = [member(BOT, chat.standing, chat.type)] if chat.standing == "administrator" else []
        return [*people, *ours]

    def _addressed(self, parameters: dict[str, Any]) -> ConsoleChat:
        return self.existing(int(parameters.get("chat_id", 0)))

    def _writable(self, parameters: dict[str, Any]) -> ConsoleChat:
        chat = self._addressed(parameters)
        if chat.refusal is not None:
            raise chat.refusal
        thread = parameters.get("message_thread_id")
        chat.check_topic(None if thread is None else int(thread))
        return chat

    def _tell(self, what: str, message: dict[str, Any]) -> None:
        for listener in self.listeners:
            listener(what, message)
