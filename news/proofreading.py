"""What is wrong with a summary that somebody else wrote: it must fit readers, and say nothing but what its source says.

    summary ─▶ its form ─▶ its language ─▶ its numbers, names, places and quotations, each looked for in the source

Doubt counts against it: what is thrown away costs a reader little, what is invented a lot.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from news.languages import language_of
from news.numbers import COUNTED, numbers_in
from news.places import Kind, mentions
from news.related import names_in
from news.sentences import sentences
from news.text import BREAK, CAPITALS, GAP, LOWER, Text, is_character, normalise, read, tokens

MOST_SENTENCES = 3

_SHORTEST, _SHORTEST_DENSE = 25, 12
"""Characters that say anything; fewer are needed where one is a syllable or a word."""

_ECHO = 6
"""Words in a row that stand in what the writer was told by no chance."""

_QUOTED = 3
"""Words in quotation marks that are taken for somebody's own words; fewer may be a name or irony."""

_NEW = 0.25
"""Share of a summary's words that its headline does not have."""

_GROUNDED, _GROUNDED_WITHOUT_CASE = 0.5, 0.6
"""Share of a summary's longer words that its source has; more where no capitals tell what is a name."""


class Flaw(StrEnum):
    """Why a text is not shown to readers."""

    EMPTY = "empty"
    """Nothing, or hardly anything."""
    LENGTH = "length"
    """More characters than there is room for."""
    FORM = "form"
    """More than a line, a list, markup, symbols, or characters that nobody sees."""
    LINK = "link"
    """Something that Telegram makes a link of: an address, a name with @, a tag, a command."""
    SENTENCES = "sentences"
    """Not one to three, or the last one is cut off."""
    REMARK = "remark"
    """It speaks of itself, of its task or of its writer."""
    LANGUAGE = "language"
    """Another one than asked for."""
    HEADLINE = "headline"
    """It repeats the headline, or says nothing beyond it."""
    NUMBER = "number"
    """A number that is not in the source."""
    QUOTATION = "quotation"
    """Somebody's words that are not in the source."""
    NAME = "name"
    """A capitalised word, or in a script without case what looks like a name, that is not in the source."""
    PLACE = "place"
    """A country or city that the source does not name by any of its names."""
    BESIDE = "beside"
    """It has no word and no place in common with any headline: somebody in the texts told the writer to write it."""
    INVENTED = "invented"
    """Most of its words are not in the source."""


@dataclass(frozen=True, slots=True)
class Source:
    """What a summary is held against. `source_of` makes it."""

    language: str
    """ISO 639-1; the one that the summary is to be in."""
    titles: tuple[str, ...]
    subjects: frozenset[str]
    """What the headlines are about: their longer words without endings, and places."""
    whole: str
    """Titles and texts, normalised."""
    line: str
    """Their words with a space before and after each, without punctuation."""
    words: frozenset[str]
    stems: frozenset[str]
    """The words without their endings."""
    places: frozenset[str]
    """Those that are named, by any name."""
    numbers: frozenset[tuple[str, str]]
    """With their scales; words for numbers are among them."""
    initials: str
    """The first letters of capitalised words; a space for every other word."""
    echoes: frozenset[str]
    """Runs of words that the writer was told, and must not repeat."""


def source_of(language: str, titles: Sequence[str], texts: Sequence[str], told: str = "") -> Source:
    """What there is to say, in headlines and texts as plain text; `told` is what the writer knows besides."""
    text = read("\n".join(titles), "\n".join(texts), language)
    words = [word for word in text.words if word not in (BREAK, GAP)]
    capitals = zip(text.words, text.cases, strict=True)
    whole = normalise("\n".join((*titles, *texts)))
    return Source(
        language,
        tuple(titles),
        _subjects(read("\n".join(titles), "", language)),
        whole,
        _line(words),
        frozenset(words),
        frozenset(text.stems),
        frozenset(one.place for one in mentions(text)),
        frozenset(numbers_in(whole, language, apart=True)),
        "".join(" " if case == LOWER else word[0] for word, case in capitals if word != GAP),
        frozenset(_runs(_words(told))),
    )


def flaw_in(summary: str, source: Source, limit: int) -> Flaw | None:
    """The first thing that is wrong with a summary of at most `limit` characters; None if nothing is."""
    if len(summary) > limit:
        return Flaw.LENGTH
    return next((flaw for flaw, has in _CHECKS if has(summary, source)), None)


# ── Form ─────────────────────────────────────────────────────────────────────────────────────────

_MARKUP = re.compile(r"[<>{}\[\]|*_#`~^\\=]|&#?\w+;|^\W*[-–—•‣▪·]\s|^\d{1,2}[.)]\s|--|^\W*\w+:\s*$")
# Bare domains, too: Telegram makes links of them, and of @names, #tags and /commands.
_LINK = re.compile(
    r"//|\bwww\.|\b(?:https?|ftp|tg|mailto|javascript|data):\S|[^\W_]\.[^\W\d_]{2,}|@|(?<!\w)[/#]\w"
)
_SEEN = frozenset("°№\u200c\u200d")
"""Symbols and joiners that texts need."""
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "So", "Sk", "Zl", "Zp", "Me"})
_VARIANTS = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")
_ENDED = re.compile(r"[.!?。！？．｡؟۔।॥։。]['\"”’»›」』）)]*$")
_UNENDED = frozenset({"th", "lo", "km", "my"})
"""Languages that put no mark at the end of a sentence."""

_CUT = re.compile(r"(?:\.\.|…)\W*$")

# In the form that `normalise` gives.
_REMARKS = re.compile(
    r"""
      \b(?:as\ an?\ (?:ai|assistant)|language\ model|i\ (?:cannot|can't|can\ not|am\ unable|apologi[sz]e)|i'm\ (?:sorry|unable))\b
    | ^(?:here\ (?:is|are)|here's|sure|certainly|of\ course|okay|understood|note|summary|tl;?dr)\b
    | \b(?:provided|given|above|following|supplied)\ (?:reports?|articles?|texts?|json|headlines?|sources?|excerpts?)\b
    | \b(?:this|these)\ (?:summary|summaries|articles?|texts?|excerpts?)\b | \bjson\b
    | \b(?:als\ (?:ki|sprachmodell)|sprachmodell|es\ tut\ mir\ leid)\b | ^(?:hier\ ist|zusammenfassung|gerne)\b
    | \b(?:en\ tant\ qu'|modele\ de\ langage|je\ suis\ desole) | ^(?:voici|resume|bien\ sur)\b
    | \b(?:como\ (?:modelo|una?\ ia)|modelo\ de\ (?:lenguaje|linguagem)|lo\ siento|desculpe)\b
    | ^(?:aqui\ (?:esta|tienes)|resumen|resumo|claro)\b
    | \b(?:come\ (?:modello|ia)|modello\ linguistico|mi\ dispiace)\b | ^(?:ecco|riassunto|certo)\b
    | \b(?:языковая\ модель|как\ ии)\b | ^(?:вот|извините|резюме|конечно)\b
    | 申し訳|言語モデル|aiとして|お答え(?:でき|いたし)|提供された(?:記事|情報)|^(?:要約|以下)
    | 죄송|언어\ ?모델|제공된\ (?:기사|정보)|^(?:요약|다음은)
    | 抱歉|對不起|对不起|语言模型|語言模型|作为(?:一个)?(?:ai|人工智能)|^(?:摘要|以下|总结|總結)
    """,
    re.VERBOSE,
)


def _is_empty(summary: str, _source: Source) -> bool:
    dense = sum(map(is_character, summary)) * 2 > len(summary)
    return len(summary) < (_SHORTEST_DENSE if dense else _SHORTEST)


def _is_misshapen(summary: str, _source: Source) -> bool:
    if "\n" in summary or _MARKUP.search(normalise(summary)) or _VARIANTS.search(summary):
        return True
    return any(
        unicodedata.category(character) in _UNSEEN and character not in _SEEN
        for character in summary
    )


def _has_link(summary: str, _source: Source) -> bool:
    return _LINK.search(normalise(summary)) is not None


def _is_cut(summary: str, source: Source) -> bool:
    if len(sentences(summary)) > MOST_SENTENCES or _CUT.search(summary):
        return True
    return source.language not in _UNENDED and not _ENDED.search(summary)


def _remarks(summary: str, source: Source) -> bool:
    plain = normalise(summary)
    if any(found[0] not in source.whole for found in _REMARKS.finditer(plain)):
        return True
    return any(run in source.echoes and run not in source.line for run in _runs(_words(summary)))


# ── Content ──────────────────────────────────────────────────────────────────────────────────────


def _is_foreign(summary: str, source: Source) -> bool:
    return language_of(summary, source.language) != source.language


def _is_headline(summary: str, source: Source) -> bool:
    own = _terms(_words(summary))
    for title in source.titles:
        said = set(_terms(_words(title)))
        if own and said and sum(term not in said for term in own) < _NEW * len(own):
            return True
    titles = {_line(_words(title)) for title in source.titles}
    return any(_line(_words(sentence)) in titles for sentence in sentences(summary))


def _has_new_number(summary: str, source: Source) -> bool:
    for number, scale in numbers_in(normalise(summary), source.language):
        apart = number.split(" ")
        if (number.replace(" ", ""), scale) not in source.numbers and (
            len(apart) == 1 or any((one, scale) not in source.numbers for one in apart)
        ):
            return True
    return any(run[0] not in source.whole for run in COUNTED.finditer(normalise(summary)))


def _has_new_quotation(summary: str, source: Source) -> bool:
    for found in _QUOTATION.finditer(summary):
        quoted = _words(found[0])
        if len(quoted) >= _QUOTED and _line(quoted) not in source.line:
            return True
    return False


def _has_new_name(summary: str, source: Source) -> bool:
    text = read("", summary, source.language)
    # Another form of a place's name that the source has: "Chinese" for "China".
    known = {
        at
        for one in mentions(text)
        if one.kind in _COUNTRIES and one.place in source.places
        for at in range(one.start, one.end)
    }
    written = enumerate(zip(text.words, text.stems, text.cases, strict=True))
    if any(
        case != LOWER and at not in known and not _is_known(word, stem, case, source)
        for at, (word, stem, case) in written
    ):
        return True
    if summary.isascii():
        return False
    # In scripts without case: foreign words, Latin ones among them, and what stands beside a title.
    plain = unicodedata.normalize("NFKC", summary)
    if any(run[0] not in source.whole for run in _FOREIGN.finditer(normalise(plain))):
        return True
    if any(run[1] not in source.whole for run in _BEHIND_TITLE.finditer(plain)):
        return True
    return any(
        _line(_words(name)) not in source.line
        for name in names_in("", plain, source.language)
        if is_character(name[0])
    )


def _is_known(word: str, stem: str, case: int, source: Source) -> bool:
    # Digits are looked at as numbers.
    if word in source.words or stem in source.stems or word[0].isdigit():
        return True
    if word in _SMALL.get(source.language, ()):
        return True
    if case == CAPITALS and len(plain := word.replace(".", "")) > 1:
        # U.N. for UN, or for United Nations.
        return plain in source.words or plain in source.initials
    if source.language == "de" and len(word) > _COMPOUNDED:
        # Every noun has a capital there, and compounds are made at will.
        return any(
            len(other) >= _COMPOUNDED and (word.startswith(other) or word.endswith(other))
            for other in source.words
        )
    return False


def _has_new_place(summary: str, source: Source) -> bool:
    text = read("", summary, source.language)
    for one in mentions(text):
        if one.kind in _COUNTRIES:
            if one.place not in source.places:
                return True
        elif not source.stems.issuperset(text.stems[one.start : one.end]):
            # A city stands for nothing but itself.
            return True
    return False


def _is_beside(summary: str, source: Source) -> bool:
    return bool(source.subjects) and source.subjects.isdisjoint(
        _subjects(read("", summary, source.language))
    )


def _subjects(text: Text) -> frozenset[str]:
    terms = _terms([word for word in text.stems if word not in (BREAK, GAP)])
    return frozenset((*terms, *(f"@{one.place}" for one in mentions(text))))


def _is_invented(summary: str, source: Source) -> bool:
    text = read("", summary, source.language)
    own = _terms([word for word in text.stems if word not in (BREAK, GAP)])
    known = sum(
        term in source.stems or (is_character(term[0]) and term in source.whole) for term in own
    )
    caseless = not any(map(str.isupper, summary))
    return known < (_GROUNDED_WITHOUT_CASE if caseless else _GROUNDED) * len(own)


_CHECKS: tuple[tuple[Flaw, Callable[[str, Source], bool]], ...] = (
    (Flaw.EMPTY, _is_empty),
    (Flaw.FORM, _is_misshapen),
    (Flaw.LINK, _has_link),
    (Flaw.SENTENCES, _is_cut),
    (Flaw.REMARK, _remarks),
    (Flaw.LANGUAGE, _is_foreign),
    (Flaw.HEADLINE, _is_headline),
    (Flaw.NUMBER, _has_new_number),
    (Flaw.QUOTATION, _has_new_quotation),
    (Flaw.NAME, _has_new_name),
    (Flaw.PLACE, _has_new_place),
    (Flaw.BESIDE, _is_beside),
    (Flaw.INVENTED, _is_invented),
)

_COUNTRIES = frozenset({Kind.NAME, Kind.DEMONYM, Kind.ABBREVIATION})
"""Kinds of names, any of which says the same: "Chinese" for "China"."""

_QUOTATION = re.compile(r"“[^”]*”|„[^“”]*[“”]|\"[^\"]*\"|«[^»]*»|»[^«]*«|「[^」]*」|『[^』]*』")
# Katakana of some length, and Latin letters within another script.
_FOREIGN = re.compile(
    r"[ァ-ヺー]{2,}|(?:(?<=[^\W\d_a-zà-ÿ])|(?<=[^\W\d_a-zà-ÿ] ))[a-zà-ÿ]{2,}|[a-zà-ÿ]{2,}(?= ?[ぁ-ゖ一-鿿가-힣])"
)
# In Chinese, names stand behind titles as well.
_BEHIND_TITLE = re.compile(
    "(?:部[长長]|主席|总统|總統|总理|總理|首相|[书書][记記]|[发發]言人|大使|委[员員][长長]|外[长長]|市[长長]|总裁|總裁)"
    "([一-鿿]{2})"
)
_COMPOUNDED = 5
"""Letters of a part of a German compound that tell it."""


def _words(text: str) -> list[str]:
    return [word for word in tokens(text) if word not in (BREAK, GAP)]


def _line(words: Iterable[str]) -> str:
    return f" {' '.join(words)} "


def _runs(words: Sequence[str]) -> Iterator[str]:
    return (_line(words[at : at + _ECHO]) for at in range(len(words) - _ECHO + 1))


def _terms(words: Sequence[str]) -> list[str]:
    """The words that tell something: those of four letters and more, and characters in pairs."""
    pairs = (
        first + second
        for first, second in pairwise(words)
        if is_character(first) and is_character(second)
    )
    return [word for word in words if len(word) > 3 and not is_character(word[0])] + list(pairs)


# ── Words that begin sentences, and are no names ─────────────────────────────────────────────────

_SMALL = {
    language: frozenset(listed.split())
    for language, listed in {
        "en": "the a an in on at it its he she his her they their them we our you your this that these those there here who what which when where why how if while as after before since until once because although though despite during for from by with without to of into over under about among amid against between within across through along around near and but or so yet nor not no only also both each every some many most more much few several all any another other others such same than then now still just even again however meanwhile according following while would will could should may might can has have had is are was were be been being do does did police officials authorities prosecutors investigators experts critics residents witnesses lawmakers researchers scientists people early late",
        "de": "der die das den dem des ein eine einen einem einer eines im in am an auf aus bei beim mit nach seit von vom vor zu zum zur fur gegen ohne um unter uber durch wahrend wegen trotz laut und oder aber doch sondern denn weil dass da wenn als wie wo wer was warum wann ob er sie es wir ihr sein seine seinen seiner ihre ihren ihrer dieser diese dieses diesen diesem jeder jede alle viele einige mehrere andere auch noch nur schon bereits nun jetzt dann so dort hier dabei damit dagegen zudem ausserdem inzwischen zuvor danach nachdem bevor bis nicht kein keine man sich ist sind war waren wird werden wurde wurden hat haben hatte hatten kann soll will beide",
        "fr": "le la les l un une des du de d en dans sur sous par pour avec sans apres avant depuis pendant selon contre entre vers chez et ou mais donc car si que qui quoi dont comme quand lorsque alors il elle ils elles on nous vous ce cet cette ces c son sa ses leur leurs plusieurs tous toutes tout certains certaines autre autres aussi encore deja toutefois cependant ainsi pas ne n plus au aux est sont ete etait a ont avait malgre face suite parmi",
        "es": "el la los las un una unos unas de del al en con sin por para segun tras desde durante entre sobre contra hasta ante bajo y e o u pero sino si que quien como cuando donde porque aunque mientras su sus este esta estos estas ese esa esos esas aquel otro otra otros otras todo todos toda todas muchos varios varias algunos tambien ademas no ni ya aun todavia asi se lo le les es son fue fueron era ha han habia",
        "it": "il lo la i gli le l un uno una di del dello della dei degli delle da dal dalla in nel nella nei nelle con su sul sulla per tra fra a al alla ai alle e ed o ma se che chi come quando dove perche mentre dopo prima durante secondo contro senza verso fino anche ancora gia non piu questo questa questi queste quello quella suo sua suoi sue loro altri altre tutti tutte molti alcuni si ci e sono ha hanno era stato",
        "pt": "o a os as um uma uns umas de do da dos das em no na nos nas com sem por pelo pela para ao aos segundo apos desde durante entre sobre contra ate e ou mas se que quem como quando onde porque embora enquanto seu sua seus suas este esta estes estas esse essa isso outro outra outros outras todos todas muitos varios alguns tambem alem nao nem ja ainda assim foi foram era e sao tem",
        "nl": "de het een in op aan bij met na naar om onder over tegen tijdens tot uit van voor door zonder volgens sinds en of maar want dus als dat die dit deze wie wat waar wanneer hoe terwijl omdat hoewel hij zij ze het we wij zijn haar hun ook nog al niet geen meer veel enkele andere alle er daar hier toen nu dan is was werd wordt heeft hebben",
        "sv": "den det de en ett i pa vid med efter fore under over mot fran till for om av ur utan enligt sedan och eller men for att som nar dar hur medan eftersom han hon vi dess hans hennes deras denna detta dessa andra alla flera manga ocksa inte nu da har ar var blev",
        "ru": "в во на с со к ко по о об от до из у за для при без после перед между через над под против во время и или но а же что кто как когда где если пока чтобы так также он она оно они мы вы его ее их этот эта это эти тот та те другие все многие некоторые не ни уже еще однако ранее при этом согласно среди помимо",
    }.items()
}
"""Language → small words, in the form that `news.text` gives them."""
