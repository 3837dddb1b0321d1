"""Web addresses as people type and share them."""

import re

from news.addresses import fits, has_credentials
from news.errors import BadAddress
from news.text import squeeze

_FEED_SCHEME = re.compile(r"(?i)^feed:(?://)?")

_SCHEME = re.compile(r"(?i)(https?):(?://)?")

_ANY_SCHEME = re.compile(r"(?i)[a-z][a-z0-9+.-]*://")

_BARE_HOST = re.compile(
    r"(?:(?:[\w-]+\.)+[^\W\d_][\w-]+(?::\d+)?|\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?|localhost(?::\d+)?)"
    r"(?:[/?#]\S*)?"
)

_CHANNEL = re.compile(r"@([A-Za-z][A-Za-z0-9_]{3,31})")
"""What Telegram calls a channel, or somebody, by."""

_MAIL = re.compile(r"(?i)(?:mailto:)?([\w.+-]+@(?:[\w-]+\.)+[^\W\d_][\w-]+)")

_IN_TEXT = re.compile(
    r"""
      (?: (?<![a-z0-9+.-]) [a-z][a-z0-9+.-]*:// | (?<![\w.@/]) www\. )
      (?: (?! [,;] [a-z]+:// ) [^\s<>"“”„«»「」『』()（）、，。] | \( [^\s()]* \) )+
    """,
    re.IGNORECASE | re.VERBOSE,
)
"""An address in a text: a list of some may do without spaces, and parentheses in it are whole."""

_BEHIND = ".,;:!?…，、；：！？'’"
"""What ends a sentence, and no address."""


def as_address(typed: str) -> str | None:
    """The web address that a person typed, completed; None if it looks like words.

    An address with a scheme that is not the web's is given back as it is, to be refused by name; so is a mail address,
    as mailto:. A public channel of Telegram, `@name`, is followed by way of its address.
    """
    text = squeeze(typed)
    if " " in text or not text:
        return None
    if (channel := _CHANNEL.fullmatch(text)) is not None:
        return f"https://t.me/{channel[1]}"
    if (mail := _MAIL.fullmatch(text)) is not None:
        return f"mailto:{mail[1]}"
    # What browsers once made of links to feeds: feed:https://a.example and feed://a.example.
    rest = _FEED_SCHEME.sub("", text)
    if _SCHEME.match(rest):
        return _SCHEME.sub(lambda found: f"{found[1].lower()}://", rest, count=1)
    if rest == text and _ANY_SCHEME.match(text):
        return text
    return f"https://{rest}" if rest != text or _BARE_HOST.fullmatch(text) else None


def addresses_in(text: str) -> tuple[str, ...]:
    """The web addresses in what a person typed or an app shared, as they stand there, each once.

    Among other words only what begins like an address is one: `Title https://a.example`. Hosts and channels, `@name`,
    are such where nothing else stands beside them.
    """
    words = text.split()
    if len(words) == 1 and as_address(text) is not None and len(_IN_TEXT.findall(text)) < 2:
        return (words[0],)
    listed = [word.rstrip(_BEHIND) for word in words]
    if not all(_BARE_HOST.fullmatch(word) or _CHANNEL.fullmatch(word) for word in listed):
        listed = [_without_end(word) for word in _IN_TEXT.findall(text)]
    return tuple(dict.fromkeys(word for word in listed if as_address(word) is not None))


def _without_end(address: str) -> str:
    """An address without what closes the sentence or parenthesis around it."""
    address = address.rstrip(_BEHIND)
    while address.endswith(")") and address.count(")") > address.count("("):
        address = address[:-1].rstrip(_BEHIND)
    return address


def fetchable(typed: str) -> str | None:
    """Likewise, if it can be fetched for a chat. Raises BadAddress if it is an address that can't be."""
    address = as_address(typed)
    if address is None:
        return None
    if address.startswith("mailto:"):
        raise BadAddress("mail")
    if not address.startswith(("http://", "https://")):
        raise BadAddress("scheme")
    if has_credentials(address):
        # Feeds are shared by all chats that follow them: no place for somebody's password.
        raise BadAddress("password")
    if not fits(address):
        raise BadAddress("long")
    return address


def is_bare(typed: str) -> bool:
    """Whether a person left it open how a site is to be reached: then http will do where https does not."""
    return "://" not in typed
