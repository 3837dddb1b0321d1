"""What a link into the chat carries: `t_` and a topic, `f_` and the number of a feed.

Telegram takes 64 letters, digits, _ and - (https://core.telegram.org/bots/features#deep-linking).
"""

import binascii
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode

from storage.records import LARGEST_ID, FeedId, Kind, Subscription

PAYLOAD = 64
_TOPIC, _FEED = "t_", "f_"


def topic_payload(text: str) -> str | None:
    """The payload that offers a topic; None if it is too long for one."""
    packed = urlsafe_b64encode(text.encode()).decode().rstrip("=")
    return f"{_TOPIC}{packed}" if len(packed) <= PAYLOAD - len(_TOPIC) else None


def payload_of(item: Subscription) -> str | None:
    """The payload that offers what somebody follows; None likewise."""
    return f"{_FEED}{item.target}" if item.kind is Kind.FEED else topic_payload(item.name)


def topic_in(payload: str) -> str | None:
    """The topic that a payload offers; None if it offers none, or was forged."""
    packed = payload.removeprefix(_TOPIC)
    if packed == payload or re.fullmatch(r"[A-Za-z0-9_-]+", packed) is None:
        return None
    try:
        text = urlsafe_b64decode(packed + "=" * (-len(packed) % 4)).decode()
    except (binascii.Error, UnicodeDecodeError):
        return None
    return text if topic_payload(text) == payload else None


def feed_in(payload: str) -> FeedId | None:
    """The feed that a payload offers; None likewise."""
    number = payload.removeprefix(_FEED)
    if number == payload or re.fullmatch(r"[1-9][0-9]{0,9}", number) is None:
        return None
    return FeedId(int(number)) if int(number) <= LARGEST_ID else None
