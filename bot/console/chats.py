"""The chats of one bot, and what people do in them: write, press, block, close topics."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.console.markup import utf16
from bot.console.refusals import (
    ApiError,
    blocked,
    chat_not_found,
    kicked,
    migrated,
    thread_not_found,
    topic_closed,
)

BOT = {
    "id": 1000,
    "is_bot": True,
    "first_name": "Kawaraban",
    "username": "kawaraban_bot",
    "can_join_groups": True,
    "can_read_all_group_messages": False,
    "supports_inline_queries": True,
}

GENERAL_TOPIC = 1
"""The topic of a forum that everything without a topic goes to; its number may not be said."""

Update = dict[str, Any]


@dataclass(slots=True)
class ConsoleChat:
    """One chat: its type, its messages by id, its administrators, and its topics if it is a forum."""

    id: int
    type: str = "private"
    messages: dict[int, dict[str, Any]] = field(default_factory=dict)
    administrators: set[int] = field(default_factory=set)
    refusal: ApiError | None = None
    """What every attempt to write to it is answered with; None while it can be written to."""
    is_forum: bool = False
    topics: dict[int, bool] = field(default_factory=dict)
    """Topics of a forum: whether each is open."""
    migrated_to: int | None = None
    """The id of the supergroup that it became."""
    title: str = "Group"
    username: str = ""
    """Its public name, without @; empty for none."""
    whispers: dict[int, dict[str, Any]] = field(default_factory=dict)
    """Messages that one person sees, by their own numbers."""
    standing: str = "member"
    """What the bot is in it: `member`, `administrator`, `left` or `kicked`."""

    @property
    def private(self) -> bool:
        """Whether it is a chat with one person."""
        return self.type == "private"

    def as_json(self) -> dict[str, Any]:
        """The chat as the Bot API gives it."""
        named = {"first_name": "You"} if self.private else {"title": self.title}
        if self.username:
            named["username"] = self.username
        forum = {"is_forum": True} if self.is_forum else {}
        return {"id": self.id, "type": self.type, **named, **forum}

    def check_topic(self, thread_id: int | None) -> None:
        """Raise the ApiError that a message to this topic is refused with, if it is.

        Private chats may have topics too, and it is up to the person whether they do: all are taken.
        """
        if self.private:
            return
        if thread_id is not None and (thread_id == GENERAL_TOPIC or thread_id not in self.topics):
            raise thread_not_found()
        if self.is_forum and not self.topics.get(thread_id or GENERAL_TOPIC, True):
            raise topic_closed()


class Chats:
    """All chats of one bot. What somebody does there gives the update that the bot gets."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._next_message = 1
        self._next_update = 1
        self.chats: dict[int, ConsoleChat] = {}
        self.files: dict[str, bytes] = {}
        """What was sent as a file, either way, by id."""

    def chat(self, chat_id: int, kind: str = "private") -> ConsoleChat:
        """The chat with this id, made at first use."""
        return self.chats.setdefault(chat_id, ConsoleChat(chat_id, kind))

    def existing(self, chat_id: int) -> ConsoleChat:
        """The chat with this id. Raises ApiError if there is none, or if it has another id now."""
        chat = self.chats.get(chat_id)
        if chat is None:
            raise chat_not_found()
        if chat.migrated_to is not None:
            raise migrated(chat.migrated_to)
        return chat

    def named(self, name: str) -> ConsoleChat:
        """The chat with this public name, as @name. Raises ApiError if there is none."""
        for chat in self.chats.values():
            if chat.username and f"@{chat.username}".casefold() == name.casefold():
                return chat
        raise chat_not_found()

    # Messages of people

    def type(self, chat_id: int, text: str, user_id: int | None = None, **extra: Any) -> Update:
        """Somebody writes."""
        message = self._message(self.chat(chat_id))
        message |= {"from": user(user_id or chat_id), "text": text, "entities": []}
        if thread_id := extra.get("message_thread_id"):
            self.open_topic(chat_id, thread_id)
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
    ) -> Update:
        """Somebody sends a file."""
        message = self._message(self.chat(chat_id))
        message |= {"from": user(user_id or chat_id), "document": self._file(name, content)}
        if caption:
            message["caption"] = caption
        return self.update("message", message)

    def type_unseen(self, chat_id: int, text: str, user_id: int) -> Update:
        """Somebody types a command in a group that only the bot sees."""
        message = self.unseen(self.chat(chat_id), user_id)
        command = {"type": "bot_command", "offset": 0, "length": utf16(text.split(maxsplit=1)[0])}
        message |= {"from": user(user_id), "text": text, "entities": [command]}
        return self.update("message", message)

    def press(self, chat_id: int, message_id: int, data: str, user_id: int | None = None) -> Update:
        """Somebody presses a button; that of a message for one person by the number of that."""
        chat = self.chat(chat_id)
        message = chat.messages.get(message_id) or chat.whispers[message_id]
        return self.update(
            "callback_query",
            {
                "id": str(self._next_update),
                "from": user(user_id or chat_id),
                "chat_instance": str(chat_id),
                "message": message,
                "data": data,
            },
        )

    def ask_inline(self, user_id: int, query: str, offset: str = "") -> Update:
        """Somebody types something behind the bot's name, in whatever chat."""
        asked = {"id": str(self._next_update), "from": user(user_id), "query": query}
        return self.update("inline_query", {**asked, "offset": offset})

    # What happens to the bot and to chats

    def blocked(self, chat_id: int) -> Update:
        """A person blocks the bot."""
        chat = self.chat(chat_id)
        chat.refusal = blocked()
        return self._standing(chat, "kicked", chat_id)

    def unblocked(self, chat_id: int) -> Update:
        """A person lets the bot write again."""
        chat = self.chat(chat_id)
        chat.refusal = None
        return self._standing(chat, "member", chat_id)

    def kicked(self, chat_id: int, user_id: int = 1) -> Update:
        """An administrator throws the bot out of a group or channel."""
        chat = self.chat(chat_id, "supergroup")
        chat.refusal = kicked(chat.type)
        return self._standing(chat, "kicked", user_id)

    def added(self, chat_id: int, user_id: int = 1, *, administrator: bool = False) -> Update:
        """Somebody adds the bot to a group or channel, for the first time or again."""
        if chat_id not in self.chats:
            self.chat(chat_id, "supergroup").standing = "left"
        chat = self.chats[chat_id]
        chat.refusal = None
        # In a channel a bot is an administrator, or it is not there.
        rules = administrator or chat.type == "channel"
        return self._standing(chat, "administrator" if rules else "member", user_id)

    def migrate(self, chat_id: int, new_chat_id: int) -> tuple[Update, Update]:
        """A group becomes a supergroup: from now on the old id only says so.

        Gives both service messages, that of the old chat first.
        """
        old = self.chat(chat_id, "group")
        new = self.chat(new_chat_id, "supergroup")
        new.administrators |= old.administrators
        new.standing, new.refusal = old.standing, old.refusal
        said, heard = self._message(old), self._message(new)
        said |= {"from": user(1), "migrate_to_chat_id": new_chat_id}
        heard |= {"from": user(1), "migrate_from_chat_id": chat_id}
        old.migrated_to, old.refusal = new_chat_id, migrated(new_chat_id)
        return self.update("message", said), self.update("message", heard)

    def open_topic(self, chat_id: int, thread_id: int) -> None:
        """Begin a topic of a forum, or open it again."""
        chat = self.chat(chat_id, "supergroup")
        chat.is_forum = True
        chat.topics[thread_id] = True

    def close_topic(self, chat_id: int, thread_id: int = GENERAL_TOPIC) -> None:
        """Let only administrators write in a topic."""
        self.open_topic(chat_id, thread_id)
        self.chat(chat_id).topics[thread_id] = False

    def delete_topic(self, chat_id: int, thread_id: int) -> None:
        """Take a topic away, with all that was said in it. Telegram tells bots nothing of it."""
        self.chat(chat_id, "supergroup").topics.pop(thread_id, None)

    def update(self, kind: str, content: dict[str, Any]) -> Update:
        """An update of any kind, with the next number."""
        update = {"update_id": self._next_update, kind: content}
        self._next_update += 1
        return update

    # What all of these are made of

    def _standing(self, chat: ConsoleChat, standing: str, user_id: int) -> Update:
        before, chat.standing = chat.standing, standing
        return self.update(
            "my_chat_member",
            {
                "chat": chat.as_json(),
                "from": user(user_id),
                "date": self._now(),
                "old_chat_member": member(BOT, before, chat.type),
                "new_chat_member": member(BOT, standing, chat.type),
            },
        )

    def _message(self, chat: ConsoleChat) -> dict[str, Any]:
        message = {
            "message_id": self._next_message,
            "date": self._now(),
            "chat": chat.as_json(),
        }
        chat.messages[self._next_message] = message
        self._next_message += 1
        return message

    def unseen(self, chat: ConsoleChat, user_id: int) -> dict[str, Any]:
        """A message that only one person sees, or only the bot: it has 0 for its id, and a number of its own."""
        number = self._next_message
        self._next_message += 1
        message = {
            "message_id": 0,
            "ephemeral_message_id": number,
            "receiver_user": user(user_id),
            "date": self._now(),
            "chat": chat.as_json(),
        }
        chat.whispers[number] = message
        return message

    def _file(self, name: str, content: bytes) -> dict[str, Any]:
        file_id = f"file{len(self.files) + 1}"
        self.files[file_id] = content
        size = len(content)
        return {"file_id": file_id, "file_unique_id": file_id, "file_name": name, "file_size": size}

    def _now(self) -> int:
        return int(self._clock().timestamp())


def user(user_id: int) -> dict[str, Any]:
    """A person as the Bot API gives them."""
    return {"id": user_id, "is_bot": False, "first_name": "You", "language_code": "en"}


def member(who: dict[str, Any], standing: str, kind: str) -> dict[str, Any]:
    """What somebody is in a chat of this kind, with the fields that the Bot API has for that."""
    content: dict[str, Any] = {"status": standing, "user": who}
    if standing == "administrator":
        rights = (
            "can_be_edited is_anonymous can_manage_chat can_delete_messages can_manage_video_chats "
            "can_restrict_members can_promote_members can_change_info can_invite_users "
            "can_post_stories can_edit_stories can_delete_stories"
        )
        content |= dict.fromkeys(rights.split(), False)
        if kind == "channel":
            content |= {"can_post_messages": True, "can_edit_messages": True}
    elif standing == "kicked":
        content["until_date"] = 0
    return content
