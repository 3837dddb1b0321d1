"""How likely an article is about a place that it names: one formula for all places and languages.

    Text, mentions ─▶ dateline ─▶ a tally for each place ─▶ features ─▶ weighted sum ─▶ 0 … 1

The weights are those of a logistic regression; `tools/aboutness/fit.py` fits them and prints them as
they stand here. `docs/decisions.md` says what each of them does.
"""

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from operator import mul

from news.places import Kind, Mention, city
from news.text import BREAK, CAPITAL, CAPITALS, GAP, Text, stems, tokens

ABOUT = 0.42
"""The attention from which on an article counts as being about a place."""

_BIAS = -1.28
_WEIGHTS = {
    "dateline": 5.14,
    "dateline_places": -0.70,
    "headline": 1.62,
    "headline_capital": 1.27,
    "headline_first": 0.86,
    "headline_crowded": -1.61,
    "elsewhere": -0.80,
    "elsewhere_several": -1.18,
    "elsewhere_density": 0.86,
    "twice": 0.64,
    "names": 1.12,
    "demonyms": 0.89,
    "abbreviation": -1.05,
    "alone": 0.22,
    "places": 0.59,
    "share_places": -1.75,
    "position": -0.28,
    "money": -2.01,
    "inside": -0.85,
    "inside_demonym": 1.24,
    "listed": 1.02,
    "listed_demonym": -1.16,
    "bare": 1.56,
    "bare_headline": 1.58,
    "bare_capital": -4.31,
    "bare_adjective": -1.76,
    "bare_elsewhere": 1.02,
    "bare_places": -1.01,
    "bare_listed": -2.07,
}
"""Feature → its weight. "elsewhere" is a headline that names other places only, "bare" a text without a known dateline."""

_DENSE = frozenset(("zh", "ja", "ko", "th", "lo", "my", "km"))
"""Languages whose tokens are characters, two of which make about one word."""


def attention(text: Text, found: Sequence[Mention]) -> dict[str, float]:
    """Place → how likely the text is about it, 0 … 1, for all that it names, be it only in its dateline.

    `found` are the mentions of the text, in their order. A part of the United Kingdom counts as a place
    beside it.
    """
    weights = tuple(_WEIGHTS.values())
    return {
        place: 1 / (1 + math.exp(-_BIAS - sum(map(mul, weights, row.values()))))
        for place, row in features(text, found).items()
    }


@dataclass(slots=True)
class _Tally:
    """How one place is mentioned, outside the dateline."""

    title: int = 0
    body: int = 0
    first: int = 0
    """Words of the body before its first mention."""
    names: int = 0
    """By name or abbreviation, in headline and body, like the next four."""
    abbreviations: int = 0
    demonyms: int = 0
    capitals: int = 0
    """By a capital that only means the town."""
    title_capitals: int = 0
    governing: int = 0
    """By a capital or an adjective beside affairs of state."""
    inside: int = 0
    """In the body, inside a longer name: `Bank of China`."""
    listed: int = 0
    """In the body, beside another place."""
    alone: int = 0
    """In the body, at the end of a phrase or before `and`."""
    money: int = 0
    """Before the name of a currency."""


@dataclass(slots=True)
class _Article:
    """What the tallies of a text have in common."""

    text: Text
    origin: str
    """The dateline's place; empty if there is none, or none that is known."""
    start: int
    """The token behind the dateline."""
    scale: float
    """Words that a token makes."""
    length: float
    """Words of headline and body."""
    tallies: dict[str, _Tally] = field(default_factory=dict)
    title: list[str] = field(default_factory=list)
    """Countries in the headline, in their order."""
    named: set[str] = field(default_factory=set)
    """Countries anywhere."""
    total: int = 0
    """Mentions of countries."""


def features(text: Text, found: Sequence[Mention]) -> dict[str, dict[str, float]]:
    """Place → what its attention is computed from, under the names and in the order of the weights."""
    origin, start = sent_from(text, found)
    scale = 0.5 if text.language in _DENSE else 1.0
    length = (len(text.words) - start + text.title_end) * scale
    article = _Article(text, origin, start, scale, length)
    outside = [one for one in found if not text.title_end < one.start < start]
    for number, one in enumerate(outside):
        before = outside[number - 1] if number else None
        after = outside[number + 1] if number + 1 < len(outside) else None
        _count(article, one, before, after)
    if origin:
        article.tallies.setdefault(origin, _Tally())
    return {place: _row(article, place, tally) for place, tally in article.tallies.items()}


def _count(article: _Article, one: Mention, before: Mention | None, after: Mention | None) -> None:
    """Adds a mention, which stands between two others, to the tally of its place."""
    text = article.text
    tally = article.tallies.get(one.place)
    if tally is None:
        tally = article.tallies[one.place] = _Tally()
    is_country = "-" not in one.place
    if is_country:
        article.named.add(one.place)
        article.total += 1
    is_town = _count_kind(tally, text, one)
    behind = text.words[one.end] if one.end < len(text.words) else BREAK
    if behind in _MONEY:
        tally.money += 1
    if one.start < text.title_end:
        tally.title += 1
        tally.title_capitals += is_town
        if is_country and one.place not in article.title:
            article.title.append(one.place)
        return
    if not tally.body:
        tally.first = int((one.start - article.start) * article.scale)
    tally.body += 1
    tally.listed += _is_beside(one, before, text) or _is_beside(one, after, text)
    tally.inside += _is_inside(article, one)
    if behind in _JOINTS:
        tally.alone += 1


def _count_kind(tally: _Tally, text: Text, one: Mention) -> bool:
    """Counts by what kind of name a mention names its place; gives whether it is a capital that means the town."""
    kind = one.kind
    if kind is Kind.NAME:
        tally.names += 1
    elif kind is Kind.ABBREVIATION:
        tally.names += 1
        tally.abbreviations += 1
    elif kind is Kind.DEMONYM:
        tally.demonyms += 1
        tally.governing += _is_governing(text, one)
    elif kind is Kind.CAPITAL:
        if not _is_governing(text, one):
            tally.capitals += 1
            return True
        tally.governing += 1
    return False


def _is_beside(one: Mention, other: Mention | None, text: Text) -> bool:
    """Whether another place is named right before or behind a mention of the body: `Peru, Chile and Bolivia`."""
    if other is None or other.start < text.title_end or other.place[:2] == one.place[:2]:
        return False
    return (other.start - one.end if other.start > one.start else one.start - other.end) <= 2


def _is_inside(article: _Article, one: Mention) -> bool:
    """Whether a mention of the body is a part of a longer name."""
    words, cases, before, end = article.text.words, article.text.cases, one.start - 1, one.end
    if end < len(cases) and cases[end] >= CAPITAL and words[end] not in _MONEY:
        return True
    if before < article.start:
        return False
    return cases[before] == CAPITAL or (
        words[before] == "of" and before > article.start and cases[before - 1] == CAPITAL
    )


def _is_governing(text: Text, one: Mention) -> bool:
    """Whether words near a mention tell of affairs of state, so that a capital is no mere town."""
    state = _state(text.language)
    if text.language in _DENSE:
        near = "".join(text.words[max(0, one.start - 12) : one.end + 12])
        return any(word in near for word in state)
    return not state.isdisjoint(text.stems[max(0, one.start - 6) : one.end + 6])


@cache
def _state(language: str) -> frozenset[str]:
    """Words of a language for a government and its affairs, without their endings."""
    words = _STATE.get(language or "en", "")
    return frozenset(words.split() if language in _DENSE else stems(tokens(words), language))


def _row(article: _Article, place: str, tally: _Tally) -> dict[str, float]:
    """The features of one place; those of the text as a whole take no part in it."""
    country = place.partition("-")[0]
    here = article.origin == place
    bare = not article.origin
    count = tally.title + tally.body
    others = math.log1p(len(article.named) - (country in article.named))
    elsewhere = bool(article.title) and country not in article.title
    headline = tally.title > tally.title_capitals
    share = count / article.total if count else 0.0
    listed = tally.listed == count and count > 0
    all_demonyms = tally.demonyms == count and count > 0
    capital = tally.capitals == count and count > 0
    return {
        "dateline": here,
        "dateline_places": here * others,
        "headline": headline,
        "headline_capital": tally.title > 0 and not headline,
        "headline_first": article.title[:1] == [country] and len(article.title) > 1,
        "headline_crowded": tally.title > 0 and len(article.title) > 2,
        "elsewhere": elsewhere,
        "elsewhere_several": elsewhere and len(article.title) > 1,
        "elsewhere_density": elsewhere * count / math.log(article.length + 2),
        "twice": tally.body > 1,
        "names": math.log1p(tally.names),
        "demonyms": math.log1p(tally.demonyms),
        "abbreviation": tally.abbreviations > 0,
        "alone": tally.alone / count if tally.names else 0.0,
        "places": others,
        "share_places": share * others,
        "position": math.log1p(tally.first if tally.body else article.length),
        "money": tally.money / count if count else 0.0,
        "inside": tally.inside / count if count else 0.0,
        "inside_demonym": all_demonyms and tally.inside == count,
        "listed": listed and tally.first < 50,
        "listed_demonym": listed and all_demonyms,
        "bare": bare,
        "bare_headline": bare and headline,
        "bare_capital": bare and capital,
        "bare_adjective": bare and all_demonyms and not tally.governing,
        "bare_elsewhere": bare and elsewhere,
        "bare_places": bare * others,
        "bare_listed": bare and listed,
    }


def sent_from(text: Text, found: Sequence[Mention]) -> tuple[str, int]:
    """The place of the dateline, empty if none is known; and the token at which the text behind it starts.

    `TOKYO, March 3 (Reuters) -`, `Paris (dpa) -`, `LONDON —`, `[서울=뉴시스]`, `新华社北京11月24日电`.
    """
    begin = text.title_end + 1
    if text.language in _DENSE:
        return _dense_dateline(text, found, begin) or ("", begin)
    return _spaced_dateline(text, found, _phrases(text, begin)) or ("", begin)


def _phrases(text: Text, begin: int) -> Iterator[tuple[int, int]]:
    """The phrases that open a body, as start and end."""
    start = begin
    for number in range(begin, min(len(text.words), begin + 24)):
        # "ST. LOUIS": no phrase ends there.
        if text.words[number] == BREAK and text.words[start:number] not in _SAINTS:
            if start < number:
                yield start, number
            start = number + 1


def _spaced_dateline(
    text: Text, found: Sequence[Mention], phrases: Iterator[tuple[int, int]]
) -> tuple[str, int] | None:
    """A town, maybe its region, and what shows that it is a dateline: a date, an agency, or capitals."""
    start, end = next(phrases, (0, 0))
    if not 0 < end - start <= 6:
        return None
    day = _day(text, start, end)
    place = _town(text, found, start, day)
    dated = start < day < end
    for first, last in phrases:
        if _AGENCIES.issuperset(text.words[first:last]):
            return place, last
        day = _day(text, first, last)
        region = "" if dated else _region(text, found, first, day)
        if not region and first < day:
            break
        dated = dated or day < last
        place, end = region or place, last
    if dated or (place and _is_in_capitals(text, start, end)):
        return place, end
    return None


def _day(text: Text, start: int, end: int) -> int:
    """Where the date at the end of a phrase begins; its end if there is none."""
    day = end
    while day > start and (text.words[day - 1][0].isdigit() or text.words[day - 1] in _MONTHS):
        day -= 1
    words = text.words[day:end]
    dated = any(word[0].isdigit() for word in words) and not _MONTHS.isdisjoint(words)
    numeric = len(words) == 1 and _NUMERIC_DATE.fullmatch(words[0]) is not None
    return day if (dated and len(words) <= 4) or numeric else end


def _town(text: Text, found: Sequence[Mention], start: int, end: int) -> str:
    """The place of the town or country that a phrase is or, in capitals, begins with; empty if there is none."""
    named = {
        one.end: one.place for one in found if one.start == start and one.kind not in _NO_TOWNS
    }
    # "LONDON/PARIS" is one phrase.
    shortest = start if text.cases[start] == CAPITALS else end - 1
    for last in range(end, shortest, -1):
        place = named.get(last)
        # Brussels is a town of Belgium here.
        if place is None or place == "EU":
            place = _city(text.words[start:last])
        if place:
            return place.partition("-")[0]
    return ""


@lru_cache(maxsize=2_000)
def _city(words: tuple[str, ...]) -> str | None:
    return city([word for word in words if word != BREAK])


def _region(text: Text, found: Sequence[Mention], start: int, end: int) -> str:
    """The place of the region or country that a phrase is; empty if it is none."""
    short = _REGIONS.get(" ".join(text.words[start:end]))
    if short is not None:
        return short
    whole = (one.place for one in found if (one.start, one.end) == (start, end))
    return next(whole, "").partition("-")[0]


def _is_in_capitals(text: Text, start: int, end: int) -> bool:
    """Whether a phrase is in capitals, and what follows it is not."""
    behind = [text.cases[number] for number in range(end, min(end + 20, len(text.cases)))]
    return text.cases[start] == CAPITALS and 2 * behind.count(CAPITALS) < len(behind)


def _dense_dateline(text: Text, found: Sequence[Mention], begin: int) -> tuple[str, int] | None:
    """A place with nothing but an agency before it, and an agency or a date behind it."""
    words = text.words
    end = next(_dense_ends(words, begin), begin)
    town = next((one for one in found if begin <= one.start and one.end < end), None)
    if town is None:
        return None
    before = "".join(words[begin : town.start])
    behind = _DATES.sub("", "".join(words[town.end : end]))
    if before in ("", *_DENSE_AGENCIES) and (not behind or behind.startswith(_DENSE_AGENCIES)):
        return town.place.partition("-")[0], end
    return None


def _dense_ends(words: Sequence[str], begin: int) -> Iterator[int]:
    """Where a dateline may end: `东京11月24日电 首相…`."""
    for number in range(begin, min(len(words), begin + 30)):
        if words[number] == BREAK or (words[number] == GAP and words[number - 1] in "电電讯訊"):
            yield number


def _words(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


_DATES = re.compile(f"[0-9{GAP}年月日号號电電訊讯년월일]+")
_NUMERIC_DATE = re.compile(r"\d{1,4}[./]\d{1,2}[./]\d{1,4}")
_DENSE_AGENCIES = tuple(
    _words(
        "新华社 新華社 中新社 中新网 中央社 法新社 路透社 美联社 美聯社 聯合社 央视 聯合ニュース 共同 時事 ロイター 朝鮮通信 "
        "연합뉴스 뉴시스 뉴스1 로이터 조선중앙통신"
    )
)
_SAINTS = (("st",), ("ste",), ("ft",), ("mt",))
_NO_TOWNS = (Kind.DEMONYM, Kind.SEAT, Kind.ABBREVIATION)
_JOINTS = frozenset((BREAK, "and", "und", "et", "y", "e", "en", "и", "og", "och"))
_AGENCIES = _words(
    "reuter reuters ap afp upi dpa kyodo jiji tass itar ria novosti xinhua yonhap ansa efe pti ani ians aap "
    "bernama bloomberg rtr lusa cp pap ats apa interfax kcna irna isna anadolu aa news agency press associated "
    "ritzau ntb tt stt mti ctk agi lapresse europa belga anp the newsfile globe newswire wire pr business prnewswire тасс рия новости интерфакс"
)
_MONTHS = _words(
    # English, German, French, Spanish, Italian, Portuguese, Dutch, Russian
    "january february march april may june july august september october november december "
    "jan feb mar apr jun jul aug sep sept oct nov dec "
    "januar februar marz mai juni juli oktober dezember mrz okt dez "
    "janvier fevrier mars avril juin juillet aout septembre octobre novembre decembre janv fevr avr juil "
    "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre ene abr ago dic "
    "gennaio febbraio aprile maggio giugno luglio settembre ottobre dicembre gen mag giu lug set ott "
    "janeiro fevereiro marco maio junho julho setembro outubro novembro dezembro fev out "
    "januari februari maart mei augustus mrt "
    "января февраля марта апреля мая июня июля августа сентября октября ноября декабря янв фев мар апр июн июл авг сен окт ноя дек"
)
_REGIONS = {
    **dict.fromkeys(
        _words(
            "ala ariz ark calif colo conn del fla ga ill ind kan kans ky la md mass mich minn miss mo mont neb nev "
            "okla ore pa penn tenn tex va vt wash wis wyo d.c n.c n.d n.h n.j n.m n.y r.i s.c s.d w.va"
        ),
        "US",
    ),
    "w va": "US",
    **dict.fromkeys(_words("alta man ont que sask b.c n.b n.s p.e.i nfld"), "CA"),
}
"""Short names of states and provinces, as datelines have them."""
_MONEY = _words(
    "dollar dollars dlr dlrs franc francs mark marks pound pounds yen won krona kronor kroner crown crowns lira lire peso pesos "
    "rupee rupees real reais rand yuan rouble roubles ruble rubles dinar dinars dirham dirhams riyal riyals guilder guilders "
    "schilling schillings peseta pesetas escudo escudos shekel shekels zloty baht ringgit rupiah currency sterling"
)
_STATE = {
    "en": "government minister ministry president premier chancellor parliament congress senate cabinet embassy ambassador "
    "envoy diplomat official leader regime state foreign treasury authority sanction treaty summit talk troop army military "
    "missile nuclear war attack strike ceasefire election policy deal pact accord tariff law court economy trade spokesman "
    "spokeswoman warn accuse vow urge reject condemn agree threaten deny demand relation border protest reopen expel say denies",
    "de": "regierung minister ministerium präsident kanzler parlament botschaft botschafter diplomat sanktionen abkommen "
    "gipfel gespräche truppen armee rakete krieg angriff wahl vertrag zölle gesetz außenminister droht warnt fordert "
    "einigen verurteilt bestreitet beziehungen grenze handel",
    "fr": "gouvernement ministre ministère président chancelier parlement ambassade ambassadeur diplomate sanctions accord "
    "sommet négociations troupes armée missile guerre attaque élection traité douane loi étranger menace accuse exige "
    "condamne dément relations frontière commerce",
    "es": "gobierno ministro ministerio presidente canciller parlamento congreso embajada embajador diplomático sanciones "
    "acuerdo cumbre negociaciones tropas ejército misil guerra ataque elecciones tratado aranceles ley exterior amenaza "
    "acusa exige condena niega relaciones frontera comercio",
    "it": "governo ministro ministero presidente premier parlamento ambasciata ambasciatore diplomatico sanzioni accordo "
    "vertice negoziati truppe esercito missile guerra attacco elezioni trattato dazi legge esteri minaccia accusa chiede "
    "condanna nega relazioni confine commercio",
    "pt": "governo ministro ministério presidente chanceler parlamento congresso embaixada embaixador diplomata sanções "
    "acordo cúpula negociações tropas exército míssil guerra ataque eleições tratado tarifas lei exterior ameaça acusa "
    "exige condena nega relações fronteira comércio",
    "nl": "regering minister ministerie president premier parlement ambassade ambassadeur diplomaat sancties akkoord top "
    "onderhandelingen troepen leger raket oorlog aanval verkiezingen verdrag heffingen wet dreigt waarschuwt eist "
    "veroordeelt ontkent betrekkingen grens handel",
    "ru": "правительство министр министерство президент премьер парламент посольство посол дипломат санкции соглашение "
    "саммит переговоры войска армия ракета война атака выборы договор пошлины закон власти мид обвинила обвинил заявила "
    "заявил пригрозила требует осудила отношения граница торговля",
    "ja": "政府 大統領 首相 外相 外務 大臣 閣僚 議会 国会 大使 外交 制裁 条約 首脳 会談 交渉 軍 ミサイル 核 戦争 攻撃 停戦 選挙 政策 合意 関税 "
    "当局 非難 警告 表明 声明 貿易",
    "zh": "政府 政權 政权 总统 總統 总理 總理 首相 外长 外長 外交 部长 部長 议会 議會 国会 國會 大使 制裁 条约 條約 峰会 峰會 会谈 會談 谈判 談判 "
    "军 軍 导弹 飛彈 核 战争 戰爭 袭击 襲擊 停火 选举 選舉 政策 协议 協議 关税 關稅 当局 當局 谴责 譴責 警告 声明 聲明 贸易 貿易",
    "ko": "정부 대통령 총리 외교 장관 의회 국회 대사 제재 조약 정상 회담 협상 군 미사일 핵 전쟁 공격 휴전 선거 정책 합의 관세 당국 비난 경고 "
    "성명 무역",
}
"""Words for a government and its affairs, by language."""
