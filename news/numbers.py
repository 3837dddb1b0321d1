"""The numbers of a text, in a form in which they can be compared however they are written.

"1,5 Mio." and "1.5 Millionen" are 1.5 million, "12 000" and "12,000" are 12000, "drei" is 3.
"""

import re
import unicodedata
from collections.abc import Iterator

_SCALES = (
    (r"thousands?|tausend|mille|mil|tusen|duizend|тысяч\w*|тыс|tsd|k", "thousand"),
    (r"mil(?:l?i?o|h(?:ao|oes))\w*|miljo\w*|милли?он\w*|мільйон\w*|m|mn|mio|mln|млн", "million"),
    (r"billions?|milliard\w*|miljard\w*|миллиард\w*|мільярд\w*|bn|b|mrd|md|mld|млрд", "billion"),
    (r"trillions?|billion(?:en|er)|триллион\w*|tn", "trillion"),
)
_EASTERN_SCALES = str.maketrans("萬亿億만억조천백", "万億億万億兆千百")
_NUMBER = re.compile(
    r"(?<!\d)(\d{1,3}(?: \d{3})+(?!\d)|\d+)((?:[.,:'’/]\d+)*)"
    r"(?:[ -]?([十百千万萬億亿兆만억조천백])|[ -]?("
    + "|".join(rule for rule, _ in _SCALES)
    + r")\b)?"
)
_GROUPS = re.compile(r"(?:[.,'’]\d{3})+")
COUNTED = re.compile(
    "(?!十分)[二三四五六七八九十百千万億兆两兩]{1,8}(?=[人名件年月日時时分秒円元歳岁回次台隻機社国國州倍割票棟戸校例枚個个位])"
)
"""Numbers of people, days and the like in Chinese characters, before what they count, in a normalised text."""

_TENS = (*range(2, 21), 30, 40, 50, 60, 70, 80, 90, 100)
# Words for 2 to 20, 30 … 90 and 100, normalised; a dash for one that is another word as well.
_SPELLED = {
    language: {
        word: str(value) for word, value in zip(listed.split(), _TENS, strict=True) if word != "-"
    }
    for language, listed in {
        "en": "two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred",
        "de": "zwei drei vier funf sechs sieben acht neun zehn elf zwolf dreizehn vierzehn funfzehn sechzehn siebzehn achtzehn neunzehn zwanzig dreissig vierzig funfzig sechzig siebzig achtzig neunzig hundert",
        "fr": "deux trois quatre cinq six sept huit - dix onze douze treize quatorze quinze seize - - - vingt trente quarante cinquante soixante - - - cent",
        "es": "dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciseis diecisiete dieciocho diecinueve veinte treinta cuarenta cincuenta sesenta setenta ochenta noventa cien",
        "it": "due tre quattro cinque - sette otto nove dieci undici dodici tredici quattordici quindici sedici diciassette diciotto diciannove venti trenta quaranta cinquanta sessanta settanta ottanta novanta cento",
        "pt": "dois tres quatro cinco seis sete oito nove dez onze doze treze catorze quinze dezesseis dezessete dezoito dezenove vinte trinta quarenta cinquenta sessenta setenta oitenta noventa cem",
        "nl": "twee drie vier vijf zes zeven acht negen tien elf twaalf dertien veertien vijftien zestien zeventien achttien negentien twintig dertig veertig vijftig zestig zeventig tachtig negentig honderd",
        "sv": "tva tre fyra fem sex sju atta nio tio elva tolv tretton fjorton femton sexton sjutton arton nitton tjugo trettio fyrtio femtio sextio sjuttio attio nittio hundra",
    }.items()
}


def numbers_in(plain: str, language: str, *, apart: bool = False) -> Iterator[tuple[str, str]]:
    """The numbers of a normalised text, each with its scale: "1,5 mio" as "1.5" and "million".

    Groups of a number that is written with spaces keep one space between them; with `apart`, they are given
    both joined and each by itself, since such groups may be two numbers.
    """
    spelled = _SPELLED.get(language, {})
    written = re.sub(r"[^\W\d_]+", lambda word: spelled.get(word[0], word[0]), _in_digits(plain))
    for found in _NUMBER.finditer(written):
        whole, rest, eastern, western = found.groups()
        if _GROUPS.fullmatch(rest):
            whole, rest = whole + re.sub(r"\D", "", rest), ""
        decimal = re.sub(r"\D", ".", rest)
        scale = eastern.translate(_EASTERN_SCALES) if eastern else _scale(western)
        if apart and " " in whole:
            yield whole.replace(" ", "") + decimal, scale
            yield from ((one, "") for one in whole.split(" "))
        yield whole + decimal, scale


def _scale(word: str | None) -> str:
    if not word:
        return ""
    return next(scale for rule, scale in _SCALES if re.fullmatch(rule, word))


def _in_digits(plain: str) -> str:
    """Arabic, Devanagari and other digits as 0 to 9."""
    if plain.isascii():
        return plain
    return "".join(str(unicodedata.digit(one)) if one.isdecimal() else one for one in plain)
