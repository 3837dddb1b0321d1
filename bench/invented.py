"""Words and texts that no outlet wrote, always the same for the same chance."""

import random
from collections.abc import Sequence


def words(chance: random.Random) -> list[str]:
    """Twenty thousand of them, of three to nine letters."""
    letters = "etaoinshrdlcumwfgypbvkjxqz"
    return ["".join(chance.choices(letters, k=chance.randint(3, 9))) for _ in range(20_000)]


def text(chance: random.Random, known: Sequence[str], length: int, steepness: int) -> str:
    """Sentences of ten words or so; the larger the steepness, the more often frequent words come."""
    picked = [known[int(len(known) * chance.random() ** steepness)] for _ in range(length)]
    sentences = [picked[first : first + 10] for first in range(0, length, 10)]
    return " ".join(" ".join(some).capitalize() + "." for some in sentences)
