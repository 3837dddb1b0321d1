"""Numbers in the data of buttons, in as few characters as possible; what is read was a stranger's word."""

LARGEST = 2**63 - 1
LAST_SECOND = 2**32 - 1
"""The last one that is taken for a time, in seconds since 1970."""

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_LAST_PAGE = 10_000


def short(number: int) -> str:
    """A number to the base 36: three large ones fit into one button."""
    digits = ""
    while number:
        number, digit = divmod(number, len(_DIGITS))
        digits = _DIGITS[digit] + digits
    return digits or "0"


def long(text: str, largest: int = LARGEST) -> int:
    """The inverse of `short`. Raises ValueError."""
    number = int(text, len(_DIGITS))
    if not 0 <= number <= largest or short(number) != text:
        raise ValueError(text)
    return number


def number_of(text: str, largest: int = LARGEST, least: int = 0) -> int:
    """A number as it is written in digits, without signs and zeros before it. Raises ValueError."""
    number = int(text)
    if str(number) != text or not least <= number <= largest:
        raise ValueError(text)
    return number


def page_of(text: str) -> int:
    """The number of a page, from 1. Raises ValueError."""
    return number_of(text, _LAST_PAGE, 1)
