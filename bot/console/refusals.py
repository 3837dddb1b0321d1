"""What the Bot API says when it refuses, in its own words."""

from typing import Any


class ApiError(Exception):
    """A refusal of the Bot API."""

    def __init__(self, code: int, description: str, **parameters: int) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters

    def as_json(self) -> dict[str, Any]:
        """The refusal as the Bot API writes it."""
        content = {"ok": False, "error_code": self.code, "description": self.description}
        return content | {"parameters": self.parameters} if self.parameters else content


def bad_request(words: str) -> ApiError:
    """A 400 with these words."""
    return ApiError(400, f"Bad Request: {words}")


def unauthorized() -> ApiError:
    """The token is none of Telegram's."""
    return ApiError(401, "Unauthorized")


def blocked() -> ApiError:
    """A person does not want to hear of the bot."""
    return ApiError(403, "Forbidden: bot was blocked by the user")


def deactivated() -> ApiError:
    """A person's account is gone."""
    return ApiError(403, "Forbidden: user is deactivated")


def kicked(kind: str) -> ApiError:
    """The bot was thrown out of a chat of this kind: `group`, `supergroup` or `channel`."""
    return ApiError(403, f"Forbidden: bot was kicked from the {kind} chat")


def chat_not_found() -> ApiError:
    """There is no such chat, or the bot never met it."""
    return bad_request("chat not found")


def no_right_to_write() -> ApiError:
    """Members may not write there, and the bot is nothing more."""
    return bad_request("not enough rights to send text messages to the chat")


def migrated(new_chat_id: int) -> ApiError:
    """The group is a supergroup now, with another id."""
    return ApiError(
        400,
        "Bad Request: group chat was upgraded to a supergroup chat",
        migrate_to_chat_id=new_chat_id,
    )


def topic_closed() -> ApiError:
    """Only administrators may write in that topic of a forum."""
    return bad_request("TOPIC_CLOSED")


def thread_not_found() -> ApiError:
    """The forum has no such topic, or not any more."""
    return bad_request("message thread not found")


def unknown_method() -> ApiError:
    """The server is older than the method."""
    return ApiError(404, "Not Found: method not found")


def two_pollers() -> ApiError:
    """Somebody else asks for updates with the same token."""
    return ApiError(
        409,
        "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
    )


def webhook_is_set() -> ApiError:
    """Updates go to a webhook, so nobody can ask for them."""
    return ApiError(
        409,
        "Conflict: can't use getUpdates method while webhook is active; "
        "use deleteWebhook to delete the webhook first",
    )


def too_many(seconds: int) -> ApiError:
    """Too much was sent; in this many whole seconds it may be tried again."""
    return ApiError(429, f"Too Many Requests: retry after {seconds}", retry_after=seconds)


def internal() -> ApiError:
    """Telegram has trouble of its own."""
    return ApiError(500, "Internal Server Error")
