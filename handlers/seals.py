"""The seal of a button: a few characters that nobody makes up who does not know the key of its chat."""

import hashlib
import hmac
from base64 import urlsafe_b64encode

LENGTH = 6
"""Characters, so 36 bits: enough against guesses that Telegram and fair use let through one by one."""


def seal(said: str, key: str) -> str:
    """The seal of what a button says in the chat with this key."""
    digest = hmac.digest(key.encode(), _bytes(said), hashlib.sha256)
    return urlsafe_b64encode(digest).decode()[:LENGTH]


def is_sealed(said: str, given: str, key: str) -> bool:
    """Whether somebody has this from a button of the chat with this key; no key seals nothing."""
    return bool(key) and hmac.compare_digest(_bytes(given), _bytes(seal(said, key)))


def _bytes(text: str) -> bytes:
    """A stranger's word may hold halves of characters, which UTF-8 has no bytes for."""
    return text.encode("utf-8", "surrogatepass")
