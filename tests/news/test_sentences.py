"""Where sentences end."""

import sys
from types import FrameType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from news.sentences import sentences

CASES: list[tuple[str, list[str]]] = [
    # English
    ("en", ["N. Korea fired two missiles on Sunday.", "S. Korea's army is on alert."]),
    ("en", ["The U.S. Senate voted 52-48.", "It was the closest vote this year."]),
    ("en", ["Troops will leave the U.S.", "The date is open."]),
    ("en", ["Mr. Abe met Mrs. Park in St. Petersburg.", "Neither took questions."]),
    ("en", ["J. K. Rowling wrote to Gen. Mark A. Milley.", "He has not replied."]),
    ("en", ["The ferry left at 9 a.m. Tuesday.", "It never arrived."]),
    ("en", ["Polls close at 8 p.m.", "The first results come an hour later."]),
    ("en", ["Shares of Acme Inc. fell by 3.5 percent.", "Those of Apex Corp. rose."]),
    ("en", ["He used to work for Acme Inc.", "He now runs a farm."]),
    ("en", ["Storm No. 3 of the season hit Jan. 12 near Fort Worth, Texas.", "Nobody was hurt."]),
    ("en", ["Did the ministry agree?", "No.", "It wants more time."]),
    ("en", ['"We will go. We will not come back," she said.', "Then the line went dead."]),
    ("en", ["“Who will pay for this?” Mr. Tanaka asked.", "Nobody answered."]),
    ("en", ["The minister called it “a disgrace.”", "His party did not."]),
    ("en", ["Yahoo! Japan bought the rest.", "Its rival did not bid."]),
    ("en", ["What happened at Reactor 4?!", "Engineers are still looking..."]),
    ("en", ["See https://example.org/a.b?c=d. for the full text.", "It is long."]),
    ("en", ["The budget (it grew again. Nobody noticed.) was passed.", "The house rose at noon."]),
    ("en", ["Sales of the new device slowed.", "iPhone owners keep theirs longer."]),
    ("en", ["The war ended in 1953.", "12 nations had sent troops."]),
    ("en", ["The treaty, i.e. the one of 1975, was ignored.", "E.g. Article 3 was."]),
    ("en", ["Sen. Maria Cortez, D-Calif., voted no.", "So did Rep. Lee."]),
    ("en", ["Japan is in Group B.", "England plays in Group C."]),
    ("en", ["It cost $4.2 billion in 2019.", "$1.1 billion came from Norway."]),
    ("en", ["The study found no link.[12]", "Earlier ones had.[3][4]"]),
    ("en", ["Well… that is that.", "“…and then we ran.”"]),
    ("en", ["His father fought in World War II.", "Dr. No was his favourite film."]),
    ("en", ["He spoke at the (!) wrong hour.", "(Nobody minded.)", "The vote was 3-1."]),
    ("en", ["Sen. Ruiz, Lt. Gov. Marsh et al. signed it.", "Gov. Hale did not."]),
    # German
    ("de", ["Die Wahl findet am 3. März statt.", "Das teilte Dr. Weber mit."]),
    ("de", ["Im 19. Jahrhundert lebten hier z. B. Fischer.", "Heute ist es ein Hafen."]),
    ("de", ["Die Preise stiegen um 2,5 bzw. 3,1 Prozent.", "Das sind ca. 40 Euro."]),
    ("de", ["„Wir gehen. Wir kommen nicht zurück“, sagte sie.", "Danach war es still."]),
    ("de", ["Er nannte es „eine Schande.“", "Seine Partei schwieg."]),
    ("de", ["Der Konzern zahlt 5 Mio. Euro.", "Nr. 2 der Branche zahlt nichts."]),
    (
        "de",
        ["Nach Art. 5 Abs. 2 ist das verboten, d. h. Strafen drohen.", "Die Firma will klagen."],
    ),
    ("de", ["Es fehlen Betten, Decken usw.", "Die Stadt bittet um Hilfe."]),
    ("de", ["In St. Gallen siegte der FC mit 3:1.", "Am 24. 12. ist Pause."]),
    ("de", ["»Nein.«", "Mehr sagte der Kanzler nicht."]),
    # French
    ("fr", ["M. Macron a reçu Mme Meloni à Paris.", "Ils n’ont rien signé."]),
    ("fr", ["« C’est fini. Je pars », a dit M. Le Pen.", "Il n’a pas précisé quand."]),
    ("fr", ["« Est-ce possible ? » demande l’élue.", "Personne ne répond !"]),
    ("fr", ["Elle a crié « Allons-y ! »", "La foule a suivi."]),
    ("fr", ["Le temple date de 50 av. J.-C. environ.", "On l’a trouvé en 1911."]),
    ("fr", ["Il manque des lits, des draps, etc.", "La mairie cherche des dons."]),
    ("fr", ["L’art. 49 al. 3 a été utilisé.", "L’opposition proteste."]),
    # Spanish
    ("es", ["El Sr. López llegó a EE. UU. el lunes.", "No hizo declaraciones."]),
    ("es", ["¿Quién pagará la obra?", "¡Nadie lo sabe!"]),
    ("es", ["Hay frutas, p. ej. Naranjas de Valencia.", "Son más caras que antes."]),
    ("es", ["La Dra. Gómez dijo: «Esto no acaba. Volveremos».", "Luego se marchó."]),
    ("es", ["El núm. 3 de la lista cobró 1.200.000 euros.", "La Sra. Ruiz, nada."]),
    # Portuguese
    ("pt", ["O Sr. Silva falou com a Dra. Costa.", "A reunião durou três horas."]),
    ("pt", ["“Não vamos parar. Vamos vencer”, disse ele.", "O público aplaudiu."]),
    # Italian
    ("it", ["Il prof. Bianchi ha incontrato il dott. Rossi.", "La FIAT S.p.A. non commenta."]),
    ("it", ["L’on. Meloni ha visto il sig. Verdi.", "Poi è partita."]),
    ("it", ["Mancano letti, coperte, ecc.", "Il sindaco chiede aiuto."]),
    # Dutch
    ("nl", ["Mevr. De Vries sprak met dhr. Bakker.", "Het duurde ca. 3 uur."]),
    ("nl", ["Sommige steden, bijv. Utrecht, groeien.", "Andere krimpen juist."]),
    # The Nordic languages
    ("sv", ["Mötet börjar kl. 10 på måndag.", "Bl.a. Norge deltar."]),
    ("sv", ["”Vi går nu. Vi kommer tillbaka”, sade hon.", "Sedan blev det tyst."]),
    ("da", ["Partiet vil ikke udtale sig.", "Mødet varede 5 min. og sluttede uden aftale."]),
    ("da", ["Det sker den 3. marts, f.eks. i Aarhus.", "Hr. Jensen er imod."]),
    ("no", ["Det koster 5 mill. kroner.", "St. Olav får halvparten."]),
    ("fi", ["Kokous alkaa 3. maaliskuuta klo 10.", "Esim. Ruotsi ei osallistu."]),
    # Slavonic languages in Latin letters
    ("pl", ["Wojna wybuchła w 1939 r. i trwała sześć lat.", "Prof. Nowak opisał ją np. w Paryżu."]),
    ("pl", ["Stało się to w 2020 r.", "Prezydent milczał."]),
    ("cs", ["Schůzka je 3. 4. 2024 v Praze.", "Účastní se např. Ing. Novák."]),
    # Cyrillic
    ("ru", ["Президент прибыл в г. Москва утром.", "Встреча, т. е. переговоры, шла два часа."]),
    ("ru", ["Он родился в 1952 г.", "Детство прошло на севере."]),
    ("ru", ["«Идём!» — сказал он.", "Никто не двинулся."]),
    ("ru", ["Роман А. С. Пушкина перевели.", "Завод им. Кирова закрыли."]),
    ("ru", ["Бюджет вырос до 3,5 млрд. рублей.", "Проф. Иванов считает это ошибкой."]),
    ("ru", ["На рынке есть яблоки, груши и т. д.", "Цены растут."]),
    ("uk", ["Делегація прибула у м. Київ.", "Зустріч почалася о 10-й."]),
    ("uk", ["Він народився у 1952 р.", "Дитинство минуло на півночі."]),
    ("bg", ["Срещата е в гр. София.", "Тя започва в 10 ч. и е открита."]),
    # Greek
    ("el", ["Ο κ. Μητσοτάκης έφτασε στις 10 π.μ. στο Παρίσι.", "Δεν έκανε δηλώσεις."]),
    ("el", ["Ποιος θα πληρώσει;", "Κανείς δεν ξέρει."]),
    # Turkish, Hungarian, Romanian
    ("tr", ["Doç. Dr. Yılmaz saat 10.30'da konuştu.", "Toplantı kısa sürdü."]),
    (
        "hu",
        [
            "A közlemény szerint II. Erzsébet királynő is ott volt.",
            "A dr. Nagy vezette csapat nem.",
        ],
    ),
    ("ro", ["Dl. Popescu a ajuns la ora 10.", "Nr. 3 de pe listă lipsea."]),
    # Vietnamese, Indonesian
    ("vi", ["Mưa lớn gây ngập ở TP. Hồ Chí Minh.", "PGS. Lan nói nước đang rút."]),
    ("id", ["Rapat digelar di Jl. Sudirman No. 5.", "Dr. Sari tidak hadir."]),
    # Arabic, Persian, Urdu, Hebrew
    ("ar", ["وصل د. أحمد إلى القاهرة صباح اليوم.", "لم يدل بأي تصريح."]),
    ("ar", ["من سيدفع الثمن؟", "لا أحد يعرف!"]),
    ("ar", ["قال الوزير: «لن نتوقف. سنعود».", "ثم غادر القاعة."]),
    ("fa", ["وزیر خارجه به تهران رسید.", "آیا توافق نزدیک است؟"]),
    ("ur", ["وزیر اعظم کل لاہور پہنچے۔", "اجلاس دو گھنٹے جاری رہا۔"]),
    ("he", ['ד"ר כהן הגיע לירושלים בבוקר.', 'דובר צה"ל סירב להגיב.']),
    ("he", ['"נמשיך. לא נעצור", אמר דובר צה"ל.', "הוא לא פירט."]),
    ("he", ["מי ישלם על כך?", "איש אינו יודע."]),
    # Hindi
    ("hi", ["डॉ. सिंह कल दिल्ली पहुँचे।", "बैठक दो घंटे चली।"]),
    ("hi", ["बी. आर. अंबेडकर की प्रतिमा लगी।", "क्या यह काफ़ी है?"]),
    ("bn", ["প্রধানমন্ত্রী ঢাকায় পৌঁছেছেন।", "বৈঠক দুই ঘণ্টা চলে।"]),
    # Japanese
    ("ja", ["首相は「行く。必ず行く。」と述べた。", "野党は反発している。"]),
    ("ja", ["なぜ遅れたのか？", "会社は「調査中」としている！"]),
    ("ja", ["Yahoo!ニュースが最初に報じた。", "他社が続いた。"]),
    ("ja", ["売上高は3.5％増えた（前年は2.1％増。過去最高）。", "株価は下がった。"]),
    ("ja", ["「もう終わりだ。」", "この一言に会場は静まった。"]),
    ("ja", ["映画『走れ！』続編が決まった。", "公開は来年3月。"]),
    ("ja", ["すごい!", "次も見たい!!"]),
    ("ja", ["モーニング娘。の公演が延期された。", "新しい日程は未定。"]),
    # Chinese
    ("zh", ["外交部发言人说：“我们不会停。我们会继续。”", "会议随后结束。"]),
    ("zh", ["“谈判还没有结束。”他表示。", "双方下周再谈。"]),
    ("zh", ["谁来买单？", "没有人知道！"]),
    ("zh", ["電影《你好！》下週上映。", "票價3.5美元。"]),
    ("zh", ["總統說：「我們不會退讓。我們會談。」", "反對黨批評他……語氣很重。", "股市下跌。"]),
    ("zh", ["气温降到零下10.5度（比去年低。据气象台）。", "学校停课。"]),
    # Korean
    ("ko", ["북한이 미사일을 발사했다.", "합참은 경계를 강화했다."]),
    ("ko", ['장관은 "끝나지 않았다. 계속한다."고 말했다.', "회의는 끝났다."]),
    ("ko", ["물가는 3.5% 올랐다.", "왜 그럴까?", "아무도 모른다!"]),
    ("ko", ["회담은 2024. 3. 5. 열렸다.", "U.S. 대표단도 왔다."]),
    # Thai
    ("th", ["นายกรัฐมนตรีเดินทางถึงกรุงโตเกียวเมื่อเช้านี้", "ทั้งนี้ การประชุมจะเริ่มเวลา 10.00 น. ที่โรงแรม"]),
    ("th", ["ปี พ.ศ. 2567 เศรษฐกิจโต 3.5% ตามที่ ดร. สมชาย กล่าว"]),
    ("th", ["ขอบคุณทุกคนที่มาในวันนี้ครับ", "พรุ่งนี้เราจะเริ่มงานตอนเช้า"]),
    # Armenian, Amharic, Burmese
    ("hy", ["Նախարարը ժամանեց Երևան։", "Հանդիպումը տևեց երկու ժամ։"]),
    ("am", ["ሚኒስትሩ አዲስ አበባ ገቡ።", "ስብሰባው ነገ ይቀጥላል።"]),
    ("my", ["ဝန်ကြီးချုပ် ရန်ကုန်သို့ ရောက်ရှိသည်။", "အစည်းအဝေး မနက်ဖြန် စတင်မည်။"]),
]

UNSPACED = {"ja", "zh"}


@pytest.mark.parametrize(
    ("language", "expected"), CASES, ids=[f"{code}-{found[0][:24]}" for code, found in CASES]
)
def test_sentences_end_where_a_reader_would_say(language: str, expected: list[str]) -> None:
    joint = "" if language in UNSPACED else " "
    assert list(sentences(joint.join(expected))) == expected


def test_the_cases_are_many_and_of_many_languages() -> None:
    assert len(CASES) >= 80
    assert len({language for language, _ in CASES}) >= 10


def test_a_text_without_capitals_is_cut_at_its_full_stops() -> None:
    text = "the bank said so on monday. it added nothing. mr. smith of the u.s. office agreed."
    assert sentences(text) == (
        "the bank said so on monday.",
        "it added nothing.",
        "mr. smith of the u.s. office agreed.",
    )


def test_a_quotation_that_nothing_ends_is_cut_like_other_text() -> None:
    text = "She said: “We are ready. He is not. They left."
    assert sentences(text) == ("She said: “We are ready.", "He is not.", "They left.")


def test_a_very_long_quotation_is_cut_like_other_text() -> None:
    said = "We have waited for years. " * 20
    assert len(sentences(f"“{said.strip()}” That was all.")) == 21


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Key points\n\nThe bank fell.", ["Key points", "The bank fell."]),
        ("Today:\n- Rates rise\n- Shares fall", ["Today:", "- Rates rise", "- Shares fall"]),
        (
            "1. Open the door\n2. Close it\nNow leave",
            ["1. Open the door", "2. Close it", "Now leave"],
        ),
        ("• Rates rise • Shares fall • Oil", ["• Rates rise", "• Shares fall", "• Oil"]),
        ("A line that was\nwrapped by a mailer.", ["A line that was\nwrapped by a mailer."]),
    ],
)
def test_blank_lines_and_items_of_lists_part(text: str, expected: list[str]) -> None:
    assert list(sentences(text)) == expected


@pytest.mark.parametrize("text", ["", "   ", "\n\n"])
def test_no_text_has_no_sentences(text: str) -> None:
    assert sentences(text) == ()


def test_marks_without_words_belong_to_the_sentence_before() -> None:
    assert sentences("It is over. * * * !!!") == ("It is over. * * * !!!",)
    assert sentences("!!!") == ("!!!",)
    assert sentences("... and then? Nothing.") == ("... and then?", "Nothing.")


MARKS = st.sampled_from(
    [
        *(
            ". ",
            "...",
            "! ",
            "?",
            "。",
            "！」",
            "「",
            "」",
            "“",
            "”",
            "„",
            "«",
            "»",
            '"',
            "(",
            ")",
            "\n",
        ),
        *(
            "\n\n",
            " • ",
            " ",
            "U.S. ",
            "Mr. ",
            "z. B. ",
            "3. ",
            "A",
            "b",
            "説",
            "と",
            "다.",
            "ก ข",
            "Die ",
            "[1]",
        ),
    ]
)
free = st.one_of(st.text(), st.lists(MARKS, max_size=40).map("".join))


@given(free)
def test_sentences_lose_nothing_but_space(text: str) -> None:
    found = sentences(text)
    assert "".join("".join(found).split()) == "".join(text.split())
    assert all(sentence == sentence.strip() != "" for sentence in found)


@given(free)
def test_sentences_stand_in_the_text_unchanged_and_in_order(text: str) -> None:
    at = 0
    for sentence in sentences(text):
        at = text.index(sentence, at) + len(sentence)


def steps(text: str) -> int:
    """How many lines of code were run to cut a text."""
    count = 0

    def trace(frame: FrameType, event: str, arg: Any) -> Any:
        nonlocal count
        count += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        sentences(text)
    finally:
        sys.settrace(before)
    return count


@pytest.mark.parametrize(
    "piece",
    [
        ".",
        ". ",
        "a. ",
        "A.",
        "A. ",
        "(",
        "(“",
        ")",
        "“a”",
        '"',
        '?" ',
        "\n",
        "a\n- ",
        "「。",
        "。」",
        "«a. »",
        "3. ",
        "ก ข ",
    ],
)
def test_the_work_grows_with_the_length_of_a_text_and_with_nothing_else(piece: str) -> None:
    few, many = steps(piece * 300), steps(piece * 3000)
    assert many <= 12 * few + 1000


@pytest.mark.parametrize("piece", [".", ". ", "…a", '."', ".)", " ", "\n", "(", "Mr. ", "。", "ก "])
def test_a_hundred_thousand_marks_are_cut(piece: str) -> None:
    # Quadratic work would take hours here.
    text = piece * 100_000
    assert "".join("".join(sentences(text)).split()) == "".join(text.split())
