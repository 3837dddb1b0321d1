"""Names that the news tie to a topic: "Kim Jong Un" to North Korea.

    articles ─▶ proper names, by capitals or by the titles beside them ─▶ counts, in articles about the topic and in others ─▶ the most telling names

Which names belong to a topic is told by counting alone: by how much more often articles about it have them.
"""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import log

from news.places import Kind, find, mentions
from news.text import BREAK, GAP, read, tokens

MOST = 3
"""Names that are offered for one topic."""

_LEAST_ARTICLES, _LEAST_SHARE = 3, 0.03
"""Articles about the topic that must have a name, as a count and as a share of all of them."""

_LEAST_TIE = 10.83
"""Log-likelihood ratio of a name that is no chance: 0.1 % of the chi-squared distribution with one degree of freedom."""

_NEARLY = 0.5
"""Share of the articles with a short name that make the long name in them the usual one."""

_LONGEST, _LONGEST_BYTES = 30, 40
"""Characters of a name that is offered, and its bytes in UTF-8, which fit on a button with their callback."""

_WIDEST = 60
"""Characters of what can be a name at all; longer runs of capitals are lists."""

# Not its seats and cities: Yongbyon tells more than North Korea.
_NAMES_OF_COUNTRIES = (Kind.NAME, Kind.DEMONYM, Kind.ABBREVIATION, Kind.CAPITAL)

_REPRINT = 4
"""Names that two articles share only if one is a copy of the other, when they are all that either has."""


# ── Names in scripts with case ───────────────────────────────────────────────────────────────────

_UPPER = "".join(filter(str.isupper, map(chr, range(0x2000))))
_LOWER = "".join(filter(str.islower, map(chr, range(0x2000))))
_CASED = f"{_UPPER}{_LOWER}0-9"
_ABBREVIATED = "Mr|Mrs|Ms|Dr|Gen|Sen|Rep|Gov|Prof|Lt|Col|Sgt|Capt|Adm|Rev|Hon|St|Mt|Ft|Sr|Sra|Mme"
# A title with its stop; initials; a word, with what hyphens and apostrophes add, but not a possessive.
_CAPITALISED = (
    rf"(?:(?:{_ABBREVIATED})\.|[{_UPPER}]\.(?:-?[{_UPPER}]\.)*|(?:(?:a[dlnrstz]|ash|el)-)?"
    rf"[{_UPPER}](?:[{_CASED}]+|(?=['’-][{_UPPER}]))(?:['’-](?![sS](?![{_CASED}]))[{_CASED}]+)*)"
)
_PARTICLES = "v[ao]n de[rn]|de l[ao]s?|of the|of|del|della|de|di|da|du|dos|das|des|van|von|zu|bin|bint|ibn|ben|al|el|&"
_RUN = re.compile(
    rf"(?<![{_CASED}@#/_-]){_CAPITALISED}(?: {{1,2}}(?:(?:{_PARTICLES}) {{1,2}})?{_CAPITALISED})*"
)
_LOWER_WORD = re.compile(rf"(?<![{_CASED}])[{_LOWER}]+(?![{_CASED}])")
# PARIS, March 3 (Reuters) -
_DATELINE = re.compile(
    rf"(?m)^[ \t]*[{_UPPER}]{{3,20}}[^!?\n]{{0,60}}?(?:\s[-–—]+\s|\([{_UPPER}][^()\n]{{1,20}}\)\s*[-–—:]*)"
)
_OPENERS = "\"'“”„‘’«»‹›([{¿¡*–—•- \t"
_STOPS = ".!?:…\n"


def _set(words: str) -> frozenset[str]:
    return frozenset(words.casefold().split())


_PARTICLE_WORDS = _set(
    "of the de del della di da du dos das des der den van von zu la las lo los bin bint ibn ben al el &"
)

_TITLES = _set("""
    mr mrs ms miss dr sir messrs president presidents minister ministers premier chancellor secretary
    chairman chairwoman chairperson chair leader chief senator senators sen rep representative congressman
    congresswoman governor gov mayor judge justice professor prof gen col colonel lt lieutenant sgt sergeant
    capt captain adm admiral commander ambassador envoy spokesman spokeswoman spokesperson director adviser advisor
    commissioner coach detective officer sheriff ceo cfo coo rev hon analyst economist
    herr frau präsident präsidentin bundespräsident kanzler kanzlerin bundeskanzler bundeskanzlerin
    präsidenten bundespräsidenten ministerpräsidenten
    premierminister premierministerin ministerpräsident ministerpräsidentin außenminister außenministerin
    finanzminister finanzministerin verteidigungsminister innenminister innenministerin wirtschaftsminister
    machthaber machthabers staatschef staatspräsident regierungschef regierungschefin vorsitzender parteichef chef
    mme monsieur madame président présidente sr sra señor señora presidente presidenta ministro ministra
    signor signora dottor senhor senhora
""")
"""Words before a person's name that are no part of it, in lower case."""

_OFFICES = _set("""
    prime foreign finance defence defense vice deputy press interior trade treasury state supreme attorney
    assistant former acting executive economy home health commerce homeland security national
    party managing agriculture oil energy industry transport education environment
""")
"""Words before a title that belong to it."""

_BEFORE_GENERAL = _set("attorney consul major brigadier inspector")
"""Words that make a title of a General behind them; elsewhere it may belong to a name, as in General Motors."""

_DATES = _set("""
    monday tuesday wednesday thursday friday saturday sunday mon tue tues wed thu thur thurs fri sat sun
    mondays tuesdays wednesdays thursdays fridays saturdays sundays
    january february march april june july august september october november december
    jan feb mar apr jun jul aug sep sept oct nov dec
    montag dienstag mittwoch donnerstag freitag samstag sonnabend sonntag
    januar februar märz mai juni juli oktober dezember
    million millionen milliarden euro dollar prozent uhr
    gmt utc est edt pst pdt bst cet cest jst kst
""")
"""Words that end a name: days, months, money and hours."""

_NOUNS = _set("""
    government ministry department parliament congress senate house state states party council committee
    court office army navy police agency bank company group corp inc ltd plc co university
""")
"""What is a name only together with others that are none of these: Ministry, Bank, Co."""

_NEVER = _NOUNS | _set("""
    may i the a an and or not no new internet web
    east west north south eastern western northern southern
    photo photos image images video read more advertisement related share copyright story stories
    faq pdf rss usd eur gbp jpy tv exclusive breaking update live
""")
"""What is never offered alone."""

_OUTLETS = _set("""
    reuters reuter afp kyodo yonhap tass xinhua dpa efe ansa pti novosti interfax kcna bloomberg upi ap presse
    cnn bbc nbc abc cbs npr msnbc nhk spiegel guardian economist jazeera monde figaro país mundo repubblica zeit welt
    times post journal news herald tribune daily gazette telegraph press magazine zeitung nachrichten online images
""")
"""Last words of the names of agencies and outlets, which are in the news for having told them."""

_EMPTY = _NOUNS | _OFFICES | _PARTICLE_WORDS
"""Words that name nothing, alone or together: Treasury, Finance Ministry, Co Ltd."""

_NO_NAME = re.compile(r"-(?:led|made|born|run|style|wide|era|\w{3,}ed)$")
"""Endings of what is said by means of a name: U.S.-led, Moscow-backed."""

# Prepositions and the like that headlines in Title Case leave in lower case.
_SMALL = _set("""
    with from into over after than that this about amid among around before between during under upon
    until through against without across behind toward towards within what when while where
""")

# German writes every noun with a capital, so that one word alone tells nothing.
_NOUNS_IN_CAPITALS = ("de", "lb")


@dataclass(frozen=True, slots=True)
class _Part:
    """A stretch of capitalised words that may be a name."""

    words: list[str]
    doubtful: bool
    """Whether its first word begins a sentence, and may have its capital from there."""
    titled: bool
    """Whether a title stands before it."""


def names_in(title: str, body: str, language: str) -> frozenset[str]:
    """The proper names of an article, given as plain text, as it writes them, without titles before them.

    Where there is case, these are words with capitals that do not have them from the beginning of a sentence
    or from a headline in capitals; in Chinese, Japanese and Korean, what stands beside a title, and foreign
    names in katakana. `language` is ISO 639-1; empty if unknown.
    """
    text, lower = _readable(title, body)
    parts = [
        part for run in _RUN.finditer(text) for part in _parts(run[0], _begins(text, run.start()))
    ]
    sure = {part.words[0] for part in parts if not part.doubtful}
    found = {
        name
        for part in parts
        if (words := _without_opening(part, sure, lower))
        and (name := _name(words, lower, part.titled or language not in _NOUNS_IN_CAPITALS))
    }
    if not text.isascii():
        found.update(_names_without_case(text))
    return frozenset(name for name in found if len(name) <= _WIDEST)


def _readable(title: str, body: str) -> tuple[str, set[str]]:
    """What of an article tells by its capitals, in one text, and its words in lower case."""
    body = _composed(body)
    if "\n" in body or body[:3].isupper():
        body = _DATELINE.sub("", body)
    kept: list[str] = []
    lower: set[str] = set()
    for text in (_composed(title), body):
        small = _LOWER_WORD.findall(text)
        if _tells(text, small):
            kept.append(text)
            lower.update(small)
    return "\n".join(kept), lower


def _tells(text: str, small: Sequence[str]) -> bool:
    """Whether capitals are used for names in a text, rather than for every word. `small`: its words without any."""
    if any(len(word) > 3 and word not in _SMALL for word in small):
        return len(text.split()) <= 4 * len(small)
    return _CASELESS.search(text) is not None


def _composed(text: str) -> str:
    return text if text.isascii() else unicodedata.normalize("NFKC", text)


def _begins(text: str, at: int) -> bool:
    """Whether a word begins a sentence, a quotation or a line."""
    before = at - 1
    while before >= 0 and text[before] in _OPENERS:
        if text[before] in '"“„«':
            return True
        before -= 1
    return before < 0 or text[before] in _STOPS


def _parts(run: str, begins: bool) -> Iterator[_Part]:
    """The stretches of a run between the titles, days and months in it."""
    part: list[str] = []
    doubtful, titled = begins, False
    for word in run.split():
        title = _is_title(word, part, titled)
        if not title and word.casefold().rstrip(".") not in _DATES:
            part.append(word)
            continue
        while title and part and part[-1].casefold() in _OFFICES:
            part.pop()
        if part := _trimmed(part):
            yield _Part(part, doubtful, titled)
        part, doubtful, titled = [], False, title
    if part := _trimmed(part):
        yield _Part(part, doubtful, titled)


def _is_title(word: str, before: Sequence[str], titled: bool) -> bool:
    plain = word.casefold().rstrip(".")
    if plain == "general":
        return before[-1].casefold() in _BEFORE_GENERAL if before else titled
    # French: monsieur.
    return plain in _TITLES or (word == "M." and not before)


def _trimmed(words: list[str]) -> list[str]:
    """Words without the article and particles around them, and without "of State" behind a title."""
    if words and words[0] in _PARTICLE_WORDS:
        while words and words[0] in _PARTICLE_WORDS:
            words = words[1:]
        words = words[1:]
    if words and words[0] == "The":
        words = words[1:]
    while words and words[-1] in _PARTICLE_WORDS:
        words = words[:-1]
    return words


def _without_opening(part: _Part, sure: Collection[str], lower: Collection[str]) -> list[str]:
    """A part's words without those that may owe their capital to the beginning of a sentence."""
    words = part.words
    if not part.doubtful or words[0] in sure:
        return words
    if words[0].lower() in lower or (len(words) > 1 and words[1] in sure):
        return _trimmed(words[1:])
    return words if _is_acronym(words[0]) else []


def _is_acronym(word: str) -> bool:
    return word.isupper() and sum(map(str.isalpha, word)) > 2


def _name(words: Sequence[str], lower: Collection[str], alone: bool) -> str | None:
    """The name that capitalised words make; None if they make none. `alone`: one word can be a name."""
    last = words[-1]
    # An abbreviation at the end of a sentence; initials keep their stops.
    name = " ".join(words).removesuffix("." if len(last) > 2 and last.count(".") == 1 else "")
    plain = name.casefold()
    if plain in _NEVER or last.casefold() in _OUTLETS or _NO_NAME.search(plain):
        return None
    if all(word in _EMPTY for word in plain.replace(".", "").split()):
        return None
    if len(words) > 1:
        # More than two words in capitals are shouted.
        return None if len(words) > 2 and name.isupper() else name
    if _is_acronym(name):
        return None if plain in lower else name
    return name if alone and plain not in lower and sum(map(str.isalpha, name)) > 2 else None


# ── Names in scripts without case ────────────────────────────────────────────────────────────────

_HAN = "々\u3400-\u4dbf\u4e00-\u9fff"
_KATAKANA = "ァ-ヺー"
_HANGUL = "가-힣"
_BETWEEN_PARTS = re.compile("[・=]")
_KANA = re.compile("[ぁ-ゖァ-ヺ]")
_CASELESS = re.compile(f"[{_HAN}{_HANGUL}ぁ-ゖァ-ヺ]")

_JAPANESE_TITLES = (
    "総書記|国家主席|主席|大統領|首相|国務委員長|委員長|書記長|官房長官|長官|外相|防衛相|国防相|財務相|大臣|"
    "知事|市長|議員|総裁|代表|社長|会長|監督|選手|教授|容疑者|被告|さん|氏"
)
_JAPANESE = re.compile(
    # A foreign name of several parts; one before a title; a name before a title or before its reading.
    rf"(?<![{_KATAKANA}・=])(?P<foreign>[{_KATAKANA}]+(?:[・=][{_KATAKANA}]+)+)"
    rf"|(?<![{_KATAKANA}・])(?P<short>[{_KATAKANA}]{{2,}})(?=[前元新]?[米英仏独露伊韓]?(?:{_JAPANESE_TITLES}))"
    rf"|(?<![{_HAN}])(?P<native>[{_HAN}]{{2,4}}?)(?=[(（]?(?:{_JAPANESE_TITLES})|[(（][{_KATAKANA}]+・)"
)
_KOREAN = re.compile(
    rf"(?<![{_HANGUL}])([{_HANGUL}]{{2,4}}) ?"
    rf"(?:전 |당 )?(?:대통령|국무총리|총리|국무위원장|총비서|위원장|장관|주석|총재|대표|의원|교수|회장|씨)"
)
_KOREAN_SURNAMES = "김이박최정강조윤장임한오서신권황안송류전홍고문양손배백허유남심노하곽성차주우구민진나지엄채원천방공현함변염여추"
_CHINESE_TITLE = re.compile(
    "国家主席|國家主席|总统|總統|主席|总理|總理|首相|委员长|委員長|总书记|總書記|外长|外長|部长|部長|先生|女士"
)
_CHINESE_BEFORE = re.compile(f"[{_HAN}]+$")
_CHINESE_REACH = 7
"""Characters before a title in which its name is looked for."""

_CHINESE_SURNAMES = (
    "王李张張刘劉陈陳杨楊赵趙黄黃周吴吳徐孙孫胡朱高林何郭马馬罗羅梁宋郑鄭谢謝韩韓唐冯馮董萧蕭程曹袁邓鄧许許傅沈"
    "曾彭吕呂苏蘇卢盧蒋蔣蔡贾賈丁魏薛叶葉阎閻余潘杜戴夏钟鍾汪田姜范姚谭譚廖邹鄒熊金陆陸郝孔崔康毛邱秦江史顾顧侯邵"
    "孟龙龍段雷钱錢汤湯尹黎乔喬贺賀赖賴龚龔文习習朴栗"
)
# Words that stand directly before a name.
_CHINESE_OPENING = re.compile(
    "^(?:[会會][见見晤谈談]|[访訪][问問]|[据據]|[与與和同对對在向跟给給被由及])+"
)
# Ends and whole words before a title that say whose or which office it is.
_HAN_OFFICE = re.compile(
    rf"[同各全両两兩][{_HAN}]+|[{_HAN}]*[副前元新現现党黨省庁委国國軍军会會社部局院市府任届屆席]|国家|國家|国務|国防|罗斯|羅斯|男性|女性|代表"
)
_KOREAN_OFFICE = re.compile(
    r".*[부처청당국]|국방|외교|신임|전직|현직|당시|차기|이날|그날|현재|역대|오늘|어제|최근|그리고|하지만|또한"
)
_KOREAN_ENDINGS = "은는이가을를의에서로고와과도만한된할며면"


def _names_without_case(text: str) -> Iterator[str]:
    """Names in Japanese, Korean and Chinese, where something beside them shows them."""
    for found in _KOREAN.finditer(text):
        name = found[1]
        native = len(name) == 3 and name[0] in _KOREAN_SURNAMES
        if not _KOREAN_OFFICE.fullmatch(name) and (native or name[-1] not in _KOREAN_ENDINGS):
            yield name
    if _KANA.search(text):
        for found in _JAPANESE.finditer(text):
            name = found[0]
            if found["native"] is None or not _HAN_OFFICE.fullmatch(name):
                yield name
        return
    since = 0
    for title in _CHINESE_TITLE.finditer(text):
        name = _chinese_name(text[max(since, title.start() - _CHINESE_REACH) : title.start()])
        since = title.end()
        if name and not (_HAN_OFFICE.fullmatch(name) or _CHINESE_TITLE.search(name)):
            yield name


def _chinese_name(before: str) -> str:
    """The name at the end of what stands before a title: all of it, or what begins with a surname; else empty."""
    if (characters := _CHINESE_BEFORE.search(before)) is None:
        return ""
    before = _CHINESE_OPENING.sub("", characters[0])
    if 2 <= len(before) <= 4:
        return before
    return next(
        (
            name
            for name in (before[-3:], before[-2:])
            if len(name) > 1 and name[0] in _CHINESE_SURNAMES
        ),
        "",
    )


# ── What a topic has to do with them ─────────────────────────────────────────────────────────────

_Key = tuple[str, ...]


@dataclass(slots=True)
class _Tally:
    """In how many articles a name is."""

    about: int = 0
    others: int = 0
    tie: float = 0.0


def related(
    about: Sequence[frozenset[str]], others: Sequence[frozenset[str]], known: Collection[str]
) -> tuple[str, ...]:
    """The names most tied to a topic, the strongest first, at most MOST.

    `about`: the names in each article about the topic; `others`: in other articles of the same days. `known`:
    what the topic has already, in any spelling; neither that nor what contains it or is contained in it is
    offered, nor are countries, their people and capitals, which are topics of their own. The tie is the
    log-likelihood ratio of the counts of articles (Dunning, Accurate Methods for the Statistics of Surprise
    and Coincidence, 1993).
    """
    about, others = _without_reprints(about), _without_reprints(others)
    keys = {name: _key(name) for names in (*about, *others) for name in names}
    tallies = _tallies(about, others, keys)
    given = [key for name in known if (key := _key(name))]
    forms = _forms(about, keys)
    offered: list[_Key] = []
    for key in sorted(tallies, key=lambda key: (-tallies[key].tie, key)):
        if len(offered) == MOST:
            break
        usual = _usual(key, tallies, forms)
        if any(_overlap(usual, other) for other in (*offered, *given)):
            continue
        if _fits(forms[usual]) and not _is_place(forms[usual]):
            offered.append(usual)
    return tuple(forms[key] for key in offered)


def _without_reprints(articles: Sequence[frozenset[str]]) -> list[frozenset[str]]:
    # An agency's text in ten papers ties its names to the topic no more than one does.
    seen: set[frozenset[str]] = set()
    kept = []
    for names in articles:
        if len(names) < _REPRINT or names not in seen:
            kept.append(names)
            seen.add(names)
    return kept


def _key(name: str) -> _Key:
    """What the variants of a name share."""
    return tuple(word for word in tokens(name) if word not in (BREAK, GAP))


def _tallies(
    about: Sequence[frozenset[str]], others: Sequence[frozenset[str]], keys: dict[str, _Key]
) -> dict[_Key, _Tally]:
    """The names that are tied to the topic strongly enough; an article with a long name has the short ones in it."""
    least = max(_LEAST_ARTICLES, _LEAST_SHARE * len(about))
    # Only what some articles about the topic have under its own name comes into question.
    often = Counter(key for names in about for key in {keys[name] for name in names})
    tallies = {key: _Tally() for key, count in often.items() if key and count >= _LEAST_ARTICLES}
    within = {
        name: [part for part in _subsequences(key) if part in tallies] for name, key in keys.items()
    }
    for names in about:
        for key in {part for name in names for part in within[name]}:
            tallies[key].about += 1
    for names in others:
        for key in {part for name in names for part in within[name]}:
            tallies[key].others += 1
    for tally in tallies.values():
        tally.tie = _log_likelihood(tally.about, len(about), tally.others, len(others))
    return {
        key: tally
        for key, tally in tallies.items()
        # One article elsewhere is taken for granted, so that few articles prove less.
        if tally.about >= max(least, tally.others + 1) and tally.tie >= _LEAST_TIE
    }


def _subsequences(key: _Key) -> Iterator[_Key]:
    size = len(key)
    return (key[start:end] for start in range(size) for end in range(start + 1, size + 1))


def _log_likelihood(first: int, first_size: int, second: int, second_size: int) -> float:
    """How unlikely two shares are to be one; 0 if the first is not the greater."""
    if first * second_size <= second * first_size:
        return 0.0
    share = (first + second) / (first_size + second_size)
    observed = _log_of(first, first_size, first / first_size)
    observed += _log_of(second, second_size, second / second_size)
    expected = _log_of(first, first_size, share) + _log_of(second, second_size, share)
    return 2 * (observed - expected)


def _log_of(count: int, size: int, share: float) -> float:
    """The logarithm of a binomial likelihood, without its constant part."""
    has = count * log(share) if count else 0.0
    return has + ((size - count) * log(1 - share) if size > count else 0.0)


def _forms(articles: Iterable[frozenset[str]], keys: dict[str, _Key]) -> dict[_Key, str]:
    """The commonest way to write each name; rather not in capitals."""
    counts: defaultdict[_Key, Counter[str]] = defaultdict(Counter)
    for names in articles:
        for name in names:
            counts[keys[name]][name] += 1
    return {
        key: min(counter, key=lambda name: (-counter[name], name.isupper(), name))
        for key, counter in counts.items()
    }


def _usual(key: _Key, tallies: dict[_Key, _Tally], forms: dict[_Key, str]) -> _Key:
    """The long name that most articles with a short one have; else the name itself."""
    longer = [
        other
        for other, tally in tallies.items()
        if len(other) > len(key)
        and tally.about >= _NEARLY * tallies[key].about
        and _contains(other, key)
        and _fits(forms[other])
    ]
    return max(longer, key=lambda other: (tallies[other].about, len(other), other), default=key)


def _contains(long: _Key, short: _Key) -> bool:
    size = len(short)
    return any(long[start : start + size] == short for start in range(len(long) - size + 1))


def _overlap(one: _Key, other: _Key) -> bool:
    return _contains(one, other) or _contains(other, one)


def _fits(name: str) -> bool:
    return len(name) <= _LONGEST and len(name.encode()) <= _LONGEST_BYTES


def _is_place(name: str) -> bool:
    """Whether a name is that of a country, its people or its capital, or a list of them: ロシア・ウクライナ."""
    return all(map(_is_country, _BETWEEN_PARTS.split(name)))


def _is_country(name: str) -> bool:
    if find(_key(name)) is not None:
        return True
    text = read("", name, "")
    named = {
        at
        for mention in mentions(text)
        if mention.kind in _NAMES_OF_COUNTRIES
        for at in range(mention.start, mention.end)
    }
    return all(at in named for at, word in enumerate(text.words) if word not in (BREAK, GAP))
