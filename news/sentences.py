"""Where the sentences of a text end: rules for the scripts and abbreviations that news are written in.

A mark ends a sentence unless it stands inside a quotation or bracket, belongs to an abbreviation,
an initial or an ordinal, or what follows goes on in lower case. Each mark is judged by a few
characters around it, so that time grows with the length of a text and with nothing else.
"""

import re
from bisect import bisect_left
from dataclasses import dataclass

_LONGEST_QUOTATION = 300
"""Characters; what is quoted at more length, or never closed, is cut like other text."""

_SHORT_TITLE = 14
"""Characters; a quotation of no more that ends in ! or ? is rather the name of something."""

_REACH = 24
"""Characters before a full stop in which its abbreviation is looked for."""

_THAI_LEAST = 20
"""Characters of a sentence whose end only a space shows."""

_FULL_STOPS = "。！？｡．؟۔।॥։።፧។။"
"""Marks that end a sentence without a space behind them."""

_BULLETS = "•‣▪◦●■►▶✓✔"

# Stops in a row or a Greek question mark; line ends; a bullet between spaces; a space between Thai letters.
_MARK = re.compile(
    rf"(?P<stop>[.!?…‽⁇⁈⁉{_FULL_STOPS}]+|(?<=[\u0370-\u03ff\u1f00-\u1fff])[;\u037e])"
    rf"|(?P<line>\n\s*)|(?P<bullet>(?<=\s)[{_BULLETS}](?=\s))"
    r"|(?P<thai>(?<=[\u0e00-\u0e7f])[ \u00a0]+(?=[\u0e00-\u0e7f]))"
)
_SPACE = re.compile(r"\s*")
_WORD = re.compile(r"[^\W_]")
_ITEM = re.compile(rf"(?:[-–—*·{_BULLETS}]|\d{{1,2}}[.)])\s")
_FOOTNOTES = re.compile(r"(?:\[\d{1,3}\])*")

# What follows a stop: at most four marks that may open a sentence, its first word, and the character behind.
_NEXT = re.compile(r"\s*((?:[\"'“”„«»‘‚(\[{¿¡*_–—-]\s?){0,4})([^\W\d_]*)(.?)", re.DOTALL)
_CAMEL = re.compile(r"[a-z]{1,3}[A-Z]")
_DATE = re.compile(r"\s+\d{1,2}\.")

_CJK = re.compile(r"[\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3]")
_HIRAGANA = re.compile(r"[\u3041-\u3096]")
_HANGUL = re.compile(r"[\uac00-\ud7a3]")
_THAI = re.compile(r"[\u0e00-\u0e7f]")
_DEVANAGARI = re.compile(r"[\u0900-\u097f]")
_SEMITIC = re.compile(r"[\u0590-\u06ff]")

_ACRONYM = re.compile(r"[^\W\d_]{1,2}(?:\.-?[^\W\d_]{1,2})+")
_NUMBER = re.compile(r"\d{1,4}|[IVX]{2,5}")

_PAIRS = {
    "「": "」",
    "『": "』",
    "（": "）",
    "【": "】",
    "《": "》",
    "〈": "〉",
    "(": ")",
    "[": "]",
}
_OPENER_OF = {closer: opener for opener, closer in _PAIRS.items()}
# The straight mark inside Hebrew abbreviations is none.
_BRACKETS = re.compile(
    rf"[{re.escape(''.join(_PAIRS) + ''.join(_OPENER_OF))}“”„«»]"
    r"|(?<![\u05d0-\u05ea])\"|\"(?![\u05d0-\u05ea])"
)
_CLOSERS = frozenset("」』）】〉》)]}”’'›")
_CLOSERS_OF_NAMES = "』》〉）"

_SAID = re.compile(
    r"(?:[A-Z][\w.’'-]{0,30}\s{1,2}){1,3}(?:said|says|asked|asks|wrote|writes|added|told|replied)\b"
)
_SAID_HAN = re.compile(
    r"[^，。！？、：\u3041-\u30ff]{0,12}?(?:[说說道]|表示|[称稱]|指出|[强強][调調]|[问問]|[认認][为為]|[写寫]道|透露"
    r"|[补補]充|解[释釋]|宣布|坦言|回[应應])"
)


def _words(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


_ALWAYS = _words(
    """
    mr mrs ms messrs dr prof gen lt sgt capt cpl cmdr supt insp amb atty cf vs viz approx eg ie
    mgr éd env hrn hr fr dipl ing nr bzw ca evtl ggf inkl exkl vgl sog zzgl abzgl mio mrd hrsg
    geb verh str tel bsp lfd sra srta dra dña uds gral lic avda núm pág exmo exma dott avv dhr
    mevr drs bijv blz skt esim dvs np tzn tzw ul pl św płk mjr ppłk kpt ks im godz např tzv čl
    nám mudr judr phdr plk doç ún ifj özv δρ αρ αγ δηλ ул пр пл просп им св проф акад ген гр
    гос пос см напр тов зам корр гл вул ім डॉ प्रो पं मो श्री स्व मि ए बी सी डी ई एफ एच जे के
    एल एम एन ओ क्यू आर एस टी यू वी एक्स
    """
)
"""Abbreviations that something always follows: titles, and words for "for example", "about", "street"."""

_ALWAYS_AS_WRITTEN = _words(
    """
    Rep Hon Pres Sen Gov Col Maj Adm Rev Det M MM Mme Eng Pe Av Ud EE Sig Ir Sv Bc mw bv
    kb dl dna Dl Dna Sf Sn Hz Mah Cad Sok TP TS GS PGS ThS BS Jl PT Rp Tn Ny Kab Kec
    """
)
"""Likewise, where another spelling is another word."""

_ALWAYS_TOGETHER = frozenset(
    {"il sig", "del sig", "al sig", "dal sig", "l'on", "dell'on", "all'on"}
)
"""Likewise, where the words before tell them from other words ("sig" ends many a Danish sentence)."""

_ALWAYS_DOTTED = _words(
    """
    e.g i.e z.b d.h u.a i.d.r p.ej p.ex p.es o.a d.w.z t.ex bl.a f.eks s.k f.d m.in т.е т.к
    т.н π.χ κ.κ h.c
    """
)

_ENDING = _words("т.д т.п")
"""What ends an enumeration, and often a sentence with it."""

_SOMETIMES = _words(
    """
    inc ltd corp bros llc plc jr sr dept assn univ etc al usw kft zrt bt
    """
)
"""Abbreviations that may end a sentence: they do where a word follows with which sentences begin."""

_SOMETIMES_AS_WRITTEN = _words(
    """
    Co Cos St ST Ste Ft FT Mt MT Ave Rd Blvd UU Jan Feb Mar Apr Jun Jul Aug Sep Sept Oct Nov Dec Mon
    Tue Tues Wed Thu Thur Thurs Fri Sat Sun Ala Ariz Ark Calif Colo Conn Del Fla Ga Ill Ind
    Kan Ky La Md Mass Mich Minn Miss Mo Mont Neb Nev Okla Ore Pa Penn Tenn Tex Va Vt Wash Wis
    Wyo
    """
)

_BEFORE_NUMBERS = _words(
    """
    no nos nr art abs pp vol fig sec núm num núms pág pag ст стр рис табл пп č str nro kap ziff kl
    ch
    """
)

_BRANDS = ("yahoo", "yum", "jeopardy", "モーニング娘")
"""Names written with a mark that ends sentences elsewhere."""

_NUMBERED = _words(
    """
    group plan vitamin type class hepatitis section series channel part phase stage chapter
    volume act tier gruppe groupe grupo gruppo klasse serie liga teil partie parte
    """
)
"""Words that a letter or number belongs to, so that the stop behind it is no initial's."""

_ORDINAL_BEFORE = _words(
    """
    am vom zum zur dem den der die das des im beim bis ab seit ihr ihre ihrem ihren sein seine
    seinem seinen jeder jede jedes ein eine einem einen unser unsere ins
    """
)
_ORDINAL_BEHIND = _words(
    """
    januar jänner februar märz april mai juni juli august september oktober november dezember
    jahrhundert weltkrieg quartal liga bundesliga spieltag runde minute platz stock jahrestag
    geburtstag
    """
)

_PARTICLES = _words(
    """
    de di da van le la el al das do os as des den der del lo los las les die
    """
)
"""Words that begin sentences, and surnames behind an initial."""

_ELISIONS = _words(
    """
    l d c n s j qu
    """
)

_OPENINGS = _words(
    """
    the a an this that these those it its he she they we i you his her their our my there here
    in on at for from by with as after before since until when while if although though
    because despite during under over but and or so yet however meanwhile still then now some
    many most more all both each every no not nobody one two three what who why how where
    which last next earlier later according officials police analysts critics experts
    investors shares authorities researchers scientists people prices several another other
    asked to talks der die das ein eine er sie es wir ich ihr sein seine ihre im am auf mit
    nach vor bei seit und aber doch auch dabei dazu damit dann denn wenn weil als während wie
    was wer wo dies diese dieser dieses zudem außerdem jedoch laut zum zur von für gegen noch
    nun le la les un une des il elle ils elles nous je ce cette ces son sa ses leur dans en au
    aux sur pour par avec après avant depuis mais et ou car si selon el los las una unos ella
    ellos se su sus esta este estos esto ese esa según pero y o con para desde tras ante
    aunque cuando mientras como os um uma ele ela eles elas na nas nos em ao à com mas e
    segundo após lo gli uno ma è nel nella dopo de het een hij zij ze wij maar op volgens ook
    det den han hun hon vi jag jeg men och og på efter för til ifølge enligt в во на по с со к
    о об от до из за при после и а но он она они это этот эта эти как что если когда также
    однако сам его её их мы я вы для у з із та але він вона вони це цей ця ці як що якщо коли
    також його її ми w z ale ona oni ten jak że jeśli kiedy jego jej według
    """
)
"""Words with which sentences begin, in a dozen languages: before one, the stop of an abbreviation is more than that."""

_JAPANESE_OPENINGS = tuple(
    _words(
        """
        この その あの これ それ ここ そこ また しかし そして だが ただ さらに なお では ところ さて すると だから
        いま まだ もう やがて
        """
    )
)
"""Words with which the next sentence begins behind a quotation, where other hiragana go on with the same."""

_THAI_CLOSINGS = ("ครับ", "ค่ะ", "นะคะ", "จ้ะ", "ครับผม")
_THAI_OPENINGS = (
    *("ทั้งนี้", "นอกจากนี้", "นอกจากนั้น", "อย่างไรก็ตาม", "อย่างไรก็ดี", "ขณะเดียวกัน", "ในขณะเดียวกัน"),
    *("ล่าสุด", "ต่อมา", "จากนั้น", "ด้านนาย", "ด้านนาง", "ส่วนกรณี", "สำหรับกรณี", "ก่อนหน้านี้"),
    *("ผู้สื่อข่าวรายงาน", "รายงานระบุ", "รายงานข่าว"),
)


def sentences(text: str) -> tuple[str, ...]:
    """The sentences of a text, whole and unchanged, without the space between them.

    Thai, which has no full stop, is cut only where a closing particle or an opening word leaves no doubt.
    A piece without any letter or digit belongs to the sentence before it.
    """
    scene = _Scene(text)
    spans: list[tuple[int, int]] = []
    since = 0
    word = _WORD.search(text)
    for mark in _MARK.finditer(text):
        if word is None:
            break
        if mark.start() < word.end():
            continue
        end = _end(scene, since, mark)
        if end is not None:
            spans.append((since, end))
            since = _behind_space(text, end)
            word = _WORD.search(text, since)
    if word is not None or not spans:
        spans.append((since, len(text)))
    else:
        spans[-1] = (spans[-1][0], len(text))
    return tuple(piece for start, end in spans if (piece := text[start:end].strip()))


def _behind_space(text: str, start: int) -> int:
    found = _SPACE.match(text, start)
    return found.end() if found else start


class _Scene:
    """A text with what the judgement of its marks needs to know of the whole."""

    __slots__ = ("cased", "closed", "danda", "held", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.cased = text != text.lower()
        """False where nobody wrote a capital, so that lower case means nothing."""
        self.danda = "।" in text
        """True where full stops are left to abbreviations (Hindi)."""
        self.closed = _quotations(text)
        """Where quotations and brackets end → where they begin."""
        self.held: tuple[list[int], list[int]] = ([], [])
        """Beginnings and ends of the outermost ones."""
        for end, start in sorted(self.closed.items(), key=lambda pair: pair[1]):
            if self.held[1] and start < self.held[1][-1]:
                self.held[1][-1] = max(end, self.held[1][-1])
            else:
                self.held[0].append(start)
                self.held[1].append(end)

    def holds(self, position: int) -> bool:
        """Whether a position lies in a quotation or between brackets."""
        index = bisect_left(self.held[0], position) - 1
        return index >= 0 and position <= self.held[1][index]


def _quotations(text: str) -> dict[int, int]:
    closed: dict[int, int] = {}
    opened: dict[str, list[int]] = {}
    for found in _BRACKETS.finditer(text):
        at, mark = found.start(), found[0]
        kind = _OPENER_OF.get(mark) or ("“" if mark in "“”„" else "«" if mark in "«»" else mark)
        waiting = opened.setdefault(kind, [])
        if waiting and at - waiting[-1] > _LONGEST_QUOTATION:
            waiting.clear()
        if _closes(text, at, waiting):
            if waiting:
                closed[at] = waiting.pop()
        else:
            waiting.append(at)
    return closed


def _closes(text: str, at: int, waiting: list[int]) -> bool:
    """Whether a bracket or quotation mark is the second of its pair, or looks like one."""
    mark = text[at]
    if mark in _PAIRS or mark == "„":
        return False
    if mark in _OPENER_OF:
        return True
    if mark == '"':
        return bool(waiting)
    opener = text[waiting[-1]] if waiting else ""
    # German closes with what English opens with, and Danish and German turn the angles round.
    if mark == "“":
        return opener == "„"
    if mark == "”":
        return bool(waiting) or not (at == 0 or text[at - 1].isspace())
    return bool(waiting) and opener != mark


@dataclass(frozen=True, slots=True)
class _Stop:
    """One or more stops in a row, with the closing quotation marks and brackets behind them."""

    scene: _Scene
    since: int
    """Where the sentence began."""
    start: int
    closers: int
    end: int

    @property
    def mark(self) -> str:
        return self.scene.text[self.start : self.closers]

    @property
    def before(self) -> str:
        return self.scene.text[self.start - 1 : self.start]

    @property
    def behind(self) -> str:
        """The character behind all; empty at the end of the text."""
        return self.scene.text[self.end : self.end + 1]

    def follows(self) -> tuple[str, str, str]:
        """The marks before the next word, the word, and the character behind that."""
        found = _NEXT.match(self.scene.text, self.end)
        return (found[1], found[2], found[3]) if found else ("", "", "")


def _end(scene: _Scene, since: int, mark: re.Match[str]) -> int | None:
    """Where the sentence ends that began at `since`, if it does so at this mark."""
    if mark.lastgroup == "line":
        return mark.start() if _line_ends(scene, since, mark) else None
    if mark.lastgroup == "bullet":
        return None if scene.holds(mark.start()) else mark.start()
    if mark.lastgroup == "thai":
        return mark.start() if _thai_ends(scene, since, mark) else None
    end = _behind_closers(scene, mark.end())
    stop = _Stop(scene, since, mark.start(), mark.end(), end)
    return end if not scene.holds(end) and _stop_ends(stop) else None


def _line_ends(scene: _Scene, since: int, mark: re.Match[str]) -> bool:
    """Blank lines part, and the lines of a list; other lines are wrapped text."""
    text = scene.text
    if mark[0].count("\n") > 1:
        return True
    if scene.holds(mark.start()):
        return False
    if _ITEM.match(text, mark.end()):
        return True
    return _ITEM.match(text, since) is not None and not text[mark.end() : mark.end() + 1].islower()


def _thai_ends(scene: _Scene, since: int, mark: re.Match[str]) -> bool:
    if mark.start() - since < _THAI_LEAST or scene.holds(mark.start()):
        return False
    return scene.text.endswith(_THAI_CLOSINGS, since, mark.start()) or scene.text.startswith(
        _THAI_OPENINGS, mark.end()
    )


def _behind_closers(scene: _Scene, end: int) -> int:
    text = scene.text
    while end < len(text):
        if text[end] in _CLOSERS or end in scene.closed:
            end += 1
        # French puts a space before its closing mark.
        elif (
            text[end] in " \u00a0\u202f"
            and text[end + 1 : end + 2] == "»"
            and end + 1 in scene.closed
        ):
            end += 2
        # A quotation that began before the text did, or too long ago.
        elif text[end] in '"»' and not text[end + 1 : end + 2].strip():
            end += 1
        else:
            break
    notes = _FOOTNOTES.match(text, end)
    return notes.end() if notes else end


def _stop_ends(stop: _Stop) -> bool:
    behind = stop.behind
    if not behind:
        return True
    if _is_brand(stop):
        return False
    if any(mark in _FULL_STOPS for mark in stop.mark) or _like_full_stop(stop):
        return not _full_stop_goes_on(stop)
    if not behind.isspace():
        return False
    if stop.mark == "." and _abbreviates(stop):
        return False
    return not _goes_on(stop)


def _is_brand(stop: _Stop) -> bool:
    name = stop.scene.text[max(stop.since, stop.start - 12) : stop.start].casefold()
    return name.endswith(_BRANDS) and not _opens(stop)


def _like_full_stop(stop: _Stop) -> bool:
    """Whether an ASCII stop stands between East Asian characters, where no space follows it."""
    if not _CJK.match(stop.before) or stop.behind.isspace():
        return False
    if set(stop.mark) <= set("!?"):
        return True
    # Korean: a verb's ending, and the next sentence.
    verb = stop.mark == "." and stop.before in "다요죠까" and stop.end == stop.closers
    return verb and _HANGUL.match(stop.behind) is not None


def _full_stop_goes_on(stop: _Stop) -> bool:
    text, behind = stop.scene.text, stop.behind
    if behind in "、，,;；：:・" or (stop.before.isdigit() and behind.isdigit()):
        return True
    quotation = stop.scene.closed.get(stop.end - 1)
    if stop.end == stop.closers or behind.isspace():
        return False
    if _HIRAGANA.match(behind):
        return not text.startswith(_JAPANESE_OPENINGS, stop.end)
    if not behind.isalnum() or quotation is None:
        return False
    if text[stop.end - 1] in _CLOSERS_OF_NAMES:
        return True
    if "。" not in stop.mark and stop.end - quotation <= _SHORT_TITLE:
        return True
    return quotation <= stop.since and _SAID_HAN.match(text, stop.end) is not None


def _goes_on(stop: _Stop) -> bool:
    """Whether the sentence goes on behind a stop that is followed by space."""
    opener, word, behind = stop.follows()
    if not word:
        return not opener and behind in (".", "…")
    if word[0].islower() and stop.scene.cased:
        return not _CAMEL.match(word)
    if stop.end == stop.closers or not set(stop.mark) <= set("!?"):
        return False
    # "Who knows?" Mr. Abe asked.
    return _SAID.match(stop.scene.text, _behind_space(stop.scene.text, stop.end)) is not None


def _opens(stop: _Stop, initial: bool = False) -> bool:
    """Whether a word follows with which sentences begin; behind an initial, surnames begin with some of them."""
    _, word, behind = stop.follows()
    if not word or not word[0].isupper() or behind == ".":
        return False
    if behind in ("'", "’"):
        return word.casefold() in _ELISIONS or word.casefold() in _OPENINGS
    return word.casefold() in _OPENINGS and not (initial and word.casefold() in _PARTICLES)


def _abbreviates(stop: _Stop) -> bool:
    """Whether a full stop belongs to what stands before it, and ends nothing."""
    text = stop.scene.text
    said = text[max(stop.since, stop.start - _REACH) : stop.start].split()
    if not said or stop.before.isspace():
        return False
    token = said[-1].lstrip("([{\"'“”„«»‘‚¿¡")
    earlier = said[-2] if len(said) > 1 else ""
    if _THAI.match(stop.before):
        return True
    if _DEVANAGARI.match(stop.before):
        return stop.scene.danda or token in _ALWAYS
    if _NUMBER.fullmatch(token):
        return _is_ordinal(stop, token, earlier)
    # z. B., p. ej.: the second half of an abbreviation.
    halves = len(earlier) == 2 and earlier[1] == "." and earlier[0].islower() and len(token) < 4
    if halves and earlier + token not in _ENDING:
        return True
    if len(token) == 1:
        return _is_initial(stop, token, earlier)
    if _ACRONYM.fullmatch(token):
        return token not in _ENDING and (token.casefold() in _ALWAYS_DOTTED or not _opens(stop))
    together = {token.casefold().replace("’", "'"), f"{earlier} {token}".casefold()}
    return not together.isdisjoint(_ALWAYS_TOGETHER) or _is_abbreviation(
        stop, re.split(r"[-/'’]", token)[-1]
    )


def _is_abbreviation(stop: _Stop, word: str) -> bool:
    low = word.casefold()
    if low in _ALWAYS or word in _ALWAYS_AS_WRITTEN:
        return True
    _, following, behind = stop.follows()
    if low in _BEFORE_NUMBERS and not following and behind.isdigit():
        return True
    # 50 av. J.-C.
    if low in ("av", "ap", "apr") and following == "J" and behind == ".":
        return True
    return (low in _SOMETIMES or word in _SOMETIMES_AS_WRITTEN) and not _opens(stop)


def _is_initial(stop: _Stop, letter: str, earlier: str) -> bool:
    if letter.isupper():
        if letter == "M":
            return True
        return earlier.casefold() not in _NUMBERED and not _opens(stop, initial=True)
    if f"{earlier}{letter}" in _ENDING or (not letter.islower() and not _SEMITIC.match(letter)):
        return False
    # Behind a number it is a unit or a year, which may well end a sentence.
    return not earlier[-1:].isdigit()


def _is_ordinal(stop: _Stop, number: str, earlier: str) -> bool:
    text = stop.scene.text
    if stop.start - len(number) <= stop.since and len(number) < 4:
        return True
    _, word, _ = stop.follows()
    if number.isdigit():
        # 3. 4. 2024
        if earlier[:-1].isdigit() and earlier[-1] == ".":
            return not _opens(stop)
        if _DATE.match(text, stop.end) or word.casefold() in _ORDINAL_BEHIND:
            return True
        return len(number) < 4 and earlier.casefold() in _ORDINAL_BEFORE and not _opens(stop)
    # "World War II." ends; "amikor II. Erzsébet" does not.
    return earlier.islower() and earlier not in _NUMBERED and not _opens(stop)
