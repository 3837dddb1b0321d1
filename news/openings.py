"""Whether a sentence can stand first: one that points back, or quotes nobody, can't."""

import re

from news.text import is_character, normalise

_READ = 600
"""Characters of a sentence that are looked at."""


def _words(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


# As `normalise` gives them. Words that join, or stand for what was named before.
_BACK = {
    "en": _words(
        """
        he she it they him her his hers its their theirs them this that these those such both neither
        but and so or nor yet however also meanwhile therefore thus hence instead then moreover
        furthermore additionally otherwise nevertheless nonetheless besides consequently similarly
        likewise he's she's it's they're that's they've he'd she'd they'd there another
        """
    ),
    "de": _words(
        """
        er sie es ihn ihm ihnen sein seine seinen seinem seiner ihr ihre ihren ihrem ihrer dies diese
        dieser dieses diesen diesem jener jene jenes und aber doch oder denn dennoch jedoch allerdings
        außerdem ausserdem zudem deshalb daher darum deswegen dabei damit dazu dafur dagegen danach
        dann dort darauf daraufhin daran davon trotzdem gleichzeitig stattdessen somit beide
        """
    ),
    "fr": _words(
        """
        il elle ils elles lui leur leurs son sa ses ce cet cette ces cela ca celui-ci celle-ci ceux-ci
        celle celui ceux mais et ou or donc car cependant pourtant toutefois ainsi alors puis ensuite
        aussi neanmoins parallelement c'est c'etait
        """
    ),
    "es": _words(
        """
        ella ellos ellas su sus este esto esta ese eso esa esos esas aquel aquello pero y e o
        sino ademas tambien asi entonces luego asimismo ambos
        """
    ),
    "pt": _words(
        """
        ele ela eles elas seu sua seus suas isso isto esse essa esses essas este esta estes mas e ou
        porem contudo entretanto tambem alem assim entao ambos
        """
    ),
    "it": _words(
        """
        lui lei loro egli ella essi suo sua suoi sue questo questa questi queste cio quello quella ma
        e o pero tuttavia inoltre quindi cosi anche infatti entrambi
        """
    ),
    "nl": _words(
        """
        hij zij ze hem haar zijn hun dit dat deze die maar en of dus echter ook daarnaast bovendien
        daarom toch daarbij daarmee daarna vervolgens beide
        """
    ),
    "sv": _words(
        "han hon honom henne hans hennes deras detta denna dessa men och eller dock"
        " darfor dessutom ocksa samtidigt bada"
    ),
    "da": _words(
        "han hun ham hende hans hendes deres dette denne disse men og eller dog derfor"
        " desuden ogsa samtidig begge"
    ),
    "no": _words(
        "han hun ham henne hans hennes deres dette denne disse men og eller likevel"
        " derfor dessuten ogsa samtidig begge"
    ),
    "pl": _words(
        "on ona ono oni one jego jej ich to ten ta te ci ale i a oraz lub jednak wiec tez takze"
        " ponadto dlatego tymczasem jednoczesnie"
    ),
    "ru": _words(
        """
        он она оно они его ее их ему ей им это этот эта эти такой такие но а и или однако также кроме
        поэтому затем потом оба
        """
    ),
    "uk": _words(
        "він вона воно вони його її їх це цей ця ці такий але а і й та або проте однак також тому"
        " потім обидва"
    ),
    "tr": _words("o onlar onun onlarin bu su bunlar bunun ama fakat ancak ve ayrica ise de ikisi"),
    "id": _words("dia ia mereka itu ini tetapi namun dan atau juga selain keduanya"),
}
"""Language → words that point back when a sentence begins with them."""

_BACK_WITHOUT_SPACES = {
    "ja": (
        *(
            "彼は",
            "彼が",
            "彼の",
            "彼女",
            "彼ら",
            "これ",
            "それ",
            "この",
            "その",
            "こうした",
            "そうした",
        ),
        *(
            "また",
            "しかし",
            "だが",
            "ただ",
            "さらに",
            "一方",
            "そして",
            "なお",
            "ところが",
            "でも、",
        ),
        *(
            "同氏",
            "同社",
            "同省",
            "同国",
            "同庁",
            "同党",
            "両氏",
            "両国",
            "両者",
            "いずれも",
            "そこで",
        ),
        *("つまり", "だから", "そのため", "すると", "加えて", "同時に", "ちなみに"),
    ),
    "zh": (
        *(
            "他",
            "她",
            "它",
            "这",
            "這",
            "那",
            "此",
            "该",
            "該",
            "其",
            "但",
            "而",
            "因此",
            "同时",
            "同時",
        ),
        *(
            "不过",
            "不過",
            "然而",
            "所以",
            "于是",
            "於是",
            "另外",
            "双方",
            "雙方",
            "两人",
            "兩人",
            "并且",
        ),
    ),
    "ko": (
        *(
            "그는",
            "그가",
            "그의",
            "그녀",
            "그들",
            "이는",
            "이에",
            "이를",
            "이와",
            "이번",
            "이런",
            "이러한",
        ),
        *(
            "그러나",
            "하지만",
            "또 ",
            "또한",
            "한편",
            "그리고",
            "그런데",
            "따라서",
            "이어 ",
            "특히",
            "이 ",
        ),
        *("그 ", "두 사람", "양측은", "이로써", "반면", "다만"),
    ),
    "th": ("เขา", "เธอ", "พวกเขา", "แต่", "และ", "นอกจากนี้", "อย่างไรก็ตาม", "ทั้งนี้", "ขณะเดียวกัน"),
}
"""Beginnings that do so where words are not told by spaces alone."""

_NOT_BACK = re.compile(
    r"(?:this|these|that|it) (?:week|weekend|month|year|morning|afternoon|evening|summer|winter|spring|autumn"
    r"|fall|season|days|said)\b"
    r"|(?:this|der|dies\w*|cette?|ce) (?:woche|wochenende|monat|jahr|fruhjahr|sommer|herbst|winter|semaine|mois"
    r"|annee|ete|automne|hiver|printemps|week-end)\b"
    r"|(?:both|neither|either|such) .{0,60}\b(?:and|nor|or|as)\b"
    r"|(?:est[ae]|quest[ao]|deze|den|det|этой?|этом) (?:semana|mes|ano|settimana|mese|anno|week|maand|jaar|неделе|году)\b"
    r"|이번 ?(?:주|달|해|주말)"
)
"""What begins like that and points at the day of writing, or forward."""

_FIRST = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")

_OPENERS = "\"“„«‘‚「『《'"
_QUOTED = re.compile(
    r"\"[^\"]*\"|“[^”]*”|„[^“”]*[“”]|«[^»]*»|「[^」]*」|『[^』]*』|(?<!\w)[‘'](?:[^’']|[’'](?=\w))*[’'](?!\w)"
)
_QUOTE_MARK = re.compile(r"[\"“”„«»「」『』]|(?<!\w)[‘']|[’'](?=[,.]?\s|$)")
_LETTERS = re.compile(r"[^\W\d_]+")
_SAYING = _words(
    """
    said says say added told asked wrote adds he she they we i it his her who a t the and to in
    sagte sagt erklarte so er sie es der die das dit il elle ils elles dit affirme declare explique ajoute dijo el ella ha detto lui lei
    сказал сказала он она
    """
)
"""Words around a quotation that don't name its speaker."""

_NO_SPEAKER = re.compile(
    r"(?:と|などと)?(?:彼|彼女|同氏|同社)?(?:は|が)?(?:も)?(?:、)?(?:話した|語った|述べた|した|いう|言う|話す|語る|強調した|指摘した)?。?"
    r"|(?:이?라?고)?\s*(?:그는|그가)?\s*(?:말했다|밝혔다|전했다|강조했다|덧붙였다|했다|설명했다)?\.?"
)


def can_open(sentence: str, language: str) -> bool:
    """Whether a reader who knows nothing of the text understands who a sentence speaks of.

    `language` is ISO 639-1; English is read where it is unknown.
    """
    return not points_back(sentence, language) and not _quotes_nobody(sentence[:_READ].strip())


def points_back(sentence: str, language: str) -> bool:
    """Whether a sentence begins with a word that joins it to what was said before, or stands for it."""
    said = sentence[:_READ].strip()
    if said.startswith(tuple(_OPENERS)):
        return False
    language = language.partition("-")[0]
    shown = normalise(said).lstrip(" \"'“”„«»‘’‚「」『』()[]-–—*•…")
    if _NOT_BACK.match(shown):
        return False
    if language in _BACK_WITHOUT_SPACES:
        return shown.startswith(_BACK_WITHOUT_SPACES[language])
    first = _FIRST.match(shown)
    return first is not None and first[0] in _BACK.get(language or "en", ())


def _quotes_nobody(said: str) -> bool:
    """Whether a sentence is all quotation, or part of one, and nobody is named beside it."""
    around = _QUOTED.sub(" ", said)
    mark = _QUOTE_MARK.search(around)
    if mark is None:
        return said[:1] in _OPENERS and around != said and not _names(around)
    # A quotation that goes on behind the sentence, or began before it.
    opens = mark[0] in _OPENERS and around[mark.end() : mark.end() + 1].strip() != ""
    return not _names(around[: mark.start()] if opens else around[mark.end() :])


def _names(around: str) -> bool:
    """Whether words outside quotations say who speaks."""
    around = around.strip(" ,.:;–—-!?、。")
    if any(map(is_character, around)):
        return _NO_SPEAKER.fullmatch(normalise(around)) is None
    words = _LETTERS.findall(around)
    return any(normalise(word) not in _SAYING for word in words)
