"""The endings that names and demonyms take where no stemmer can be trusted: short words, and Slavic cases."""

import re
from collections.abc import Iterator

_Rules = tuple[tuple[str, str], ...]
"""Ending → the endings in its stead, `-` for none; the first one that fits is used."""

_GERMANIC: _Rules = (("[sxzß]", ""), ("(?<=e)", "n s"), ("", "s"))
_ISCH: _Rules = (
    ("isch", "ische ischen ischer isches ischem"),
    ("er", "ers ern erin erinnen"),
    ("in", ""),
    ("(?<=e)", "n"),
    ("", "s"),
)
_ENGLISH: _Rules = (("ese|ish|ch|men|s", ""), ("man", "men"), ("(?<=[nio])", "s"))
_FRENCH: _Rules = (
    ("ien", "iens ienne iennes"),
    ("éen", "éens éenne éennes"),
    ("ain", "ains aine aines"),
    ("ais", "aise aises"),
    ("ois", "oise oises"),
    ("gnol", "gnols gnole gnoles"),
    ("nd", "nds nde ndes"),
    ("mand", "mands mande mandes"),
    ("an", "ans ane anes"),
    ("on", "ons onne onnes"),
    ("in", "ins ine ines"),
    ("e", "es"),
    ("", "s e es"),
)
_SPANISH: _Rules = (
    ("o", "a os as"),
    ("és", "esa eses esas"),
    ("án", "ana anes anas"),
    ("ón", "ona ones onas"),
    ("ol", "ola oles olas"),
    ("í", "íes ís"),
    ("(?<=[ea])", "s"),
)
_ITALIAN: _Rules = (
    ("co", "ca ci che chi"),
    ("io", "ia i ie"),
    ("o", "a i e"),
    ("ese", "esi"),
    ("e", "i"),
    ("a", "i e"),
)
_PORTUGUESE: _Rules = (
    ("ão", "ã ãos ãs ães ões"),
    ("ês", "esa eses esas"),
    ("ol", "ola óis olas"),
    ("o", "a os as"),
    ("(?<=[ea])", "s"),
)
_DUTCH: _Rules = (
    ("aan", "anen"),
    ("[iï]sch", "ische ïsche"),
    ("ees", "ese ezen"),
    ("er", "ers"),
    ("s", "se"),
    ("", "s e en"),
)
_SCANDINAVIAN: _Rules = (("sk", "ska skt skar skarna ske skene"), ("", "en er erna s ar"))
_TURKISH: _Rules = (("", "ler lar leri ları lerin ların"),)
_UKRAINIAN: _Rules = (
    ("ий", "ого ому им ім а ої ій у ою е і их ими"),
    ("ець", "ця цю цем ці ців цями"),
)
_RUSSIAN: _Rules = (("ец", "ца цу цем цы цев цам цами цах"),)
_GREEK: _Rules = (("(?<=[αάίηή])", "ς"), ("ος", "ου ο"), ("ός", "ού ό"))
_NISBA: _Rules = (("ي", "ية يون يين يات"),)

_RULES: dict[tuple[str, str], _Rules] = {
    ("ar", "d"): _NISBA,
    ("da", "n"): _GERMANIC,
    ("de", "d"): _ISCH,
    ("de", "n"): _GERMANIC,
    ("el", "n"): _GREEK,
    ("en", "d"): _ENGLISH,
    ("es", "d"): _SPANISH,
    ("fr", "d"): _FRENCH,
    ("it", "d"): _ITALIAN,
    ("nl", "d"): _DUTCH,
    ("nl", "n"): _GERMANIC,
    ("no", "n"): _GERMANIC,
    ("pt", "d"): _PORTUGUESE,
    ("ru", "d"): _RUSSIAN,
    ("sv", "d"): _SCANDINAVIAN,
    ("sv", "n"): _GERMANIC,
    ("tr", "d"): _TURKISH,
    ("uk", "d"): _UKRAINIAN,
}

_RUSSIAN_CASES: _Rules = (
    # Genitive, dative, accusative, instrumental, prepositional.
    ("ая", "ой ой ую ой ой"),
    ("яя", "ей ей юю ей ей"),
    ("[ыи]е", "ых ым ые ыми ых"),
    ("ия", "ии ии ию ией ии"),
    ("ея", "еи ее ею еей ее"),
    ("я", "и е ю ей е"),
    ("(?<=[гкхжшщч])а", "и е у ой е"),
    ("а", "ы е у ой е"),
    ("(?<=[кс])ий", "ого ому ий им ом"),
    ("[ыо]й", "ого ому ый ым ом"),
    ("й", "я ю й ем е"),
    ("ь", "я ю ь ем е"),
    ("ы", "- ам ы ами ах"),
    ("[оеиуэё]", ""),
    ("", "а у - ом е"),
)
_UKRAINIAN_CASES: _Rules = (
    ("(?<=[сц]ьк)а", "ої ій у ою ій"),
    ("(?<=[чд]н)а", "ої ій у ою ій"),
    ("ія", "ії ії ію ією ії"),
    ("(?<=[аеєиіїоую])я", "ї ї ю єю ї"),
    ("я", "і і ю ею і"),
    ("а", "и і у ою і"),
    ("ий", "ого ому ий им ому"),
    ("й", "ю ю й єм ї"),
    ("ь", "ю ю ь ем і"),
    ("и", "ів ам и ами ах"),
    ("(?<=н)і", "их им і ими их"),
    ("[оеєіїую]", ""),
    ("", "у у - ом і"),
)
_CASES = {"ru": _RUSSIAN_CASES, "uk": _UKRAINIAN_CASES}


def inflected(language: str, form: str, kind: str) -> Iterator[str]:
    """A form, and what it becomes in other cases, genders and numbers."""
    yield form
    if language in _CASES and kind in "ncz" and form.count(" ") < 3:
        cases = [_endings(word, _CASES[language]) or [word] * 5 for word in form.split(" ")]
        yield from (" ".join(words) for words in zip(*cases, strict=True))
    yield from _endings(form, _RULES.get((language, "d" if kind == "d" else "n"), ()))


def _endings(word: str, rules: _Rules) -> list[str]:
    for ending, others in rules:
        if (found := re.search(f"(?:{ending})$", word)) is not None:
            head = word[: found.start()]
            return [head + other.replace("-", "") for other in others.split()]
    return []
