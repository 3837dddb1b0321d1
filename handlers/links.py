"""What a link into the chat carries: `home` for no more than the way there, `t_` and a topic, `q_` and the number of a longer one, `f_` and that of a feed.

Numbers of topics come with a proof, or anybody could look up one after the other what others follow. So do those of
feeds whose address may be a secret: of all that no list of the operator names.

Telegram takes 64 letters, digits, _ and - (https://core.telegram.org/bots/features#deep-linking).
"""

import binascii
import hashlib
import hmac
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode

from storage.records import LARGEST_ID, FeedId, Topic, TopicId

PAYLOAD = 64
HOME = "home"
"""What a link to the chat carries where something must be carried."""

_TOPIC, _KEPT, _FEED = "t_", "q_", "f_"
_PROOF = "[A-Za-z0-9_-]{22}"
_PROOF_BYTES = 16


def topic_payload(text: str) -> str | None:
    """The payload that offers a topic; None if it is too long for one."""
    packed = urlsafe_b64encode(text.encode()).decode().rstrip("=")
    return f"{_TOPIC}{packed}" if len(packed) <= PAYLOAD - len(_TOPIC) else None


def feed_payload(id: FeedId) -> str:
    """The payload that offers a feed of which everybody may know."""
    return f"{_FEED}{id}"


def own_feed_payload(id: FeedId, key: str) -> str:
    """The payload that offers any feed; `key` is the database's own secret."""
    return f"{_FEED}{id}_{_proof(f'{_FEED}{id}', key)}"


def kept_payload(topic: Topic, key: str) -> str:
    """The payload that offers a topic of any length, as long as it is kept; `key` likewise."""
    return f"{_KEPT}{topic.id}_{_proof(f'{topic.id} {topic.normal}', key)}"


def kept_number_in(payload: str) -> TopicId | None:
    """The number of the topic that a payload offers, if that `proves` to be so; None likewise."""
    found = re.fullmatch(rf"{_KEPT}([1-9][0-9]{{0,18}})_{_PROOF}", payload)
    if found is None or int(found[1]) > LARGEST_ID:
        return None
    return TopicId(int(found[1]))


def proves(payload: str, topic: Topic, key: str) -> bool:
    """Whether this payload was made for this topic here."""
    return hmac.compare_digest(payload.encode(), kept_payload(topic, key).encode())


def proves_feed(payload: str, id: FeedId, key: str) -> bool:
    """Whether this payload was made for this feed here, and says so."""
    return hmac.compare_digest(payload.encode(), own_feed_payload(id, key).encode())


def _proof(said: str, key: str) -> str:
    digest = hmac.digest(key.encode(), said.encode(), hashlib.sha256)
    return urlsafe_b64encode(digest[:_PROOF_BYTES]).decode().rstrip("=")


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
    """The feed that a payload offers, if everybody may know of it or the payload `proves_feed`; None likewise."""
    found = re.fullmatch(rf"{_FEED}([1-9][0-9]{{0,9}})(?:_{_PROOF})?", payload)
    return FeedId(int(found[1])) if found is not None and int(found[1]) <= LARGEST_ID else None
