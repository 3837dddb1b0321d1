"""What outlets wrap around their articles: teasers, credits, footers. None of it tells the news.

A sentence is held against patterns of a dozen languages, written in the form that `news.text.normalise`
gives: no case, no accents. Phrases that nobody writes in news count wherever they stand; what is an
invitation only by its beginning, or a label, counts in short sentences alone. "The newsletter was
leaked on Monday" stays.
"""

import re
from collections.abc import Sequence

from news.text import normalise

_SHORT = 140
"""Characters of a sentence that can be an invitation or a label as a whole."""

_READ = 400
"""Characters of a sentence that are looked at, from either end."""

_LATER = 0.3
"""Share of a text before which a heading such as "Comments" ends nothing."""


def _any(patterns: str) -> str:
    """One alternative for each line."""
    return "|".join(filter(None, map(str.strip, patterns.splitlines())))


# At the beginning of a sentence.
_OPENING = re.compile(
    _any(
        r"""
        \W*(?:©|\(c\)|copyright\b).{0,40}\d{4}\b
        enlarge this image\b|image (?:copyright|caption|source)\b
        media (?:playback|caption)\b
        filed under\b|posted (?:in|by|on)\b|tags?:|categor(?:y|ies):|share this\b|skip (?:ad|advert|twitter)\b
        \W*https?://\S+\W*$
        сообщение .{0,200}(?:появились? сначала на|впервые появилось)\b
        """
    )
)

# At the beginning of any word: the engine looks at no other place.
_TELLING = re.compile(
    r"\b(?:"
    + _any(
        r"""
        (?:appeared|was published|was posted) first (?:on|at|in)\b|first appeared (?:on|at) [\w.]+\.?$
        email address will not be published\b|required fields are marked\b
        (?:please )?verify (?:that )?you(?:'re| are) (?:not a robot|human)\b
        (?:enable|turn on) javascript\b|adblock|ad blocker\b
        all rights reserved\b
        toggle caption\b|hide caption\b
        (?:playback|video) is (?:not supported|unavailable)\b
        to receive occasional (?:updates|emails)\b|delivered (?:straight |right )?to your inbox\b
        (?:we|this site|this website|our site) uses? cookies\b|view all \w.{0,30}newsletters?\b
        continue reading the main story\b|story continues below\b|article continues (?:below|after)\b
        this (?:post|article|story|page) (?:may contain|contains) affiliate\b|we may earn (?:a )?commission
        opinions expressed (?:in|by|here)\b.*\b(?:author|own|hers|his|theirs|commentary)\b
        thank you for (?:subscribing|signing up|reading)\b|sponsored (?:content|post|by)\b\W*$
        pic\.twitter\.com
        erschien zuerst (?:auf|bei|in)\b|zuerst erschienen (?:auf|bei)\b
        e-?mail-?adresse wird nicht veroffentlicht\b|erforderliche felder sind\b
        alle rechte vorbehalten\b|verwendet cookies\b|(?:wir|diese seite) (?:verwenden|nutzen|nutzt|setzen) cookies\b
        est apparu en premier sur\b|apparait en premier\b|est paru en premier sur\b
        adresse e-?mail ne sera pas publiee\b|champs obligatoires sont\b|tous droits reserves\b
        utilise des cookies\b|reservee?s? (?:aux|a nos) abonnes\b
        se publico primero en\b|aparece primero en\b|aparecio primero en\b|todos los derechos reservados\b
        direccion de correo electronico no sera publicada\b|campos obligatorios estan\b
        proviene da\b.{0,60}$|tutti i diritti (?:sono )?riservati\b|indirizzo email non sara pubblicato\b
        apareceu primeiro em\b|todos os direitos reservados\b|endereco de e-?mail nao sera publicado\b
        verscheen eerst op\b|alle rechten voorbehouden\b|e-?mailadres wordt niet gepubliceerd\b
        artykul .{0,80}pochodzi z serwisu\b|wszelkie prawa zastrzezone\b
        все права защищены\b|адрес email не будет опубликован
        """
    )
    + ")"
)

# Anywhere, for scripts without spaces between words.
_DENSE = re.compile(
    _any(
        r"""
        ©\s*\d{4}
        無断(?:転載|複製|引用)|(?:の投稿|記事)は.{0,60}に最初に(?:表示|掲載)|最初に.{0,40}に登場しました|全文を読む|この記事は(?:会員|有料)
        メールアドレスが公開されることはありません|が付いている欄は必須項目|(?:会員|有料)限定(?:の)?記事
        무단\s?(?:전재|복제|배포)|재배포\s?금지|저작권자\s?[c©(]|이메일 주소는 공개되지 않습니다|필수 (?:필드|항목)(?:는|은)
        版权所有|版權所有|未经(?:授权|许可)|未經(?:授權|許可)|(?:转载|轉載)请?請?注明|(?:责任编辑|責任編輯)
        """
    )
)

# Short sentences that begin like this.
_INVITING = re.compile(
    r"\W*(?:"
    + _any(
        r"""
        (?:please )?(?:subscribe|sign ?up|register)(?:$|\W*[!.]|\W+(?:now|here|today|to|for|with|and|below)\b)
        (?:want|looking|wish) (?:to (?:know|read|get|hear|receive|learn|see)|for) .*\b(?:latest|more|newsletter|updates?|news)\b
        (?:get|receive|enjoy) .{0,60}\b(?:inbox|newsletter|by e-?mail|notifications|unlimited access)\b
        (?:join|try) (?:our|the) (?:conversation|newsletter|mailing|community|free trial|discussion)
        (?:read|see|find|learn|know|show|view|watch) (?:more|also|next|the (?:rest|full|original|whole|complete))\b\W*(?:$|:|»|→|>|at\b|here\b|on\b.{0,30}$|about\b.{0,40}$|from\b|(?:article|story|post|text|report|interview)\b.{0,40}$)
        (?:continue|keep) reading\b|click (?:here|on|the|to|below)\b|tap (?:here|to)\b|scroll (?:down )?(?:for|to)\b
        (?:follow|like|find|contact|e-?mail|visit|join) (?:us|me|him|her|@\w+)\b|follow .{0,60}(?:on|@) ?(?:twitter|facebook|instagram|x|telegram|google news)\b
        (?:share|tweet|print|e-?mail)(?: (?:this|on|via|it)\b.{0,40})?\W*$|leave a (?:reply|comment)\b|(?:add|post|write) a comment\b|log ?in to\b|(?:comments?|comments? off|no comments|\d+ comments?)\W*$
        promise,? we|we(?:'ll| will) (?:keep you|never (?:share|spam))|you (?:must|can|may|need to) (?:select|unsubscribe|log in|be logged in|agree)\b
        (?:a )?(?:valid )?(?:invalid )?e-?mail (?:address|cannot|is invalid)|enter your e-?mail|an error (?:has )?occurred|please try again|try another or\b|could not subscribe
        (?:advertisements?|ad|sponsored|promoted|story highlights|editors? picks?|most (?:read|popular)|trending|related(?: (?:articles?|stories|posts?|topics|content|news|coverage))?|recommended(?: stories| for you)?|you (?:may|might) also (?:like|enjoy)|more (?:on|from) (?:this|the|our)\b[^.]{0,25})\W*$
        (?:must|just) watch(?:ed)?\b|replay\b|play (?:slideshow|video)\b|watch (?:live|now|the video|video)\b
        (?:photo|image|picture|photograph|video|file photo|featured image|illustration)s?(?: (?:credit|courtesy|source|by))?s?(?: to| of| by)?\s*[:|©/-]|(?:photo|image|picture)s? (?:credit|courtesy|by)\b
        (?:references?|source|via|credits?|hat tip|h/t|further reading|original article|read the original)\s*:
        (?:getty images?|epa|afp|ap|reuters)\b(?:\W*(?:$|/)|\s*[:/]|\s+image caption)|[^.!?]{3,60}/(?:getty images|afp|ap|reuters|epa)(?: [^.!?]{3,40}/\w+(?: images)?)?\W*$
        (?:stay|keep) (?:tuned|up to date|informed|connected)\b|download (?:the|our) (?:free )?app\b|support (?:our|independent) (?:journalism|work)|(?:donate|shop|buy) now\b|back to top\b|load more\b|view comments?\b
        (?:published|updated|last (?:updated|modified)|posted)\b.{0,40}(?:\d|ago)\W*.{0,20}$|\d+ min(?:ute)?s? read\W*$|estimated reading time
        for (?:more|the latest|breaking) (?:news|stories|information|updates|details)\b.{0,60}(?:visit|follow|click|go to|see|subscribe|sign up)
        (?:abonnieren|abonniere|jetzt abonnieren|melden sie sich|melde dich|hier (?:anmelden|abonnieren))\b|(?:jetzt |hier )?(?:(?:zum|den|unseren|kostenlosen) )?newsletter (?:abonnieren|bestellen|anmelden|erhalten)\b
        (?:weiterlesen|mehr lesen|mehr (?:dazu|zum thema|informationen|infos|erfahren)|lesen sie (?:auch|mehr|hier|weiter|den|die)|lies (?:auch|mehr|hier|weiter)|hier klicken|klicken sie|den (?:ganzen|vollstandigen) artikel)\b
        (?:folgen sie|folge) (?:uns|mir)\b|teilen(?: sie)?(?: auf| mit| diesen)?\b.{0,30}$|(?:schreibe|hinterlasse|schreiben sie) (?:einen|eine|uns)\b|kommentar(?:e|ieren)?\W*$|anzeige\W*$|(?:foto|bild|quelle|bildquelle|symbolbild|archivbild|grafik)s?\s*[:©]
        (?:abonnez-vous|inscrivez-vous|s'abonner|je m'abonne|recevez|decouvrez nos offres)\b|(?:lire (?:la suite|aussi|plus|egalement|l'article)|a lire (?:aussi|egalement)|en savoir plus|voir (?:aussi|plus)|cliquez ici|la suite (?:sur|apres))\b
        (?:suivez|rejoignez|retrouvez|contactez)(?:-nous|-moi| -?nous| notre| nos| toute l'actu)\b|partager(?: sur| cet| l'article)?\b.{0,30}$|laisser un commentaire|commentaires?\W*$|publicite\W*$|(?:photo|image|credit photo|illustration)s?\s*[:©]|source\s*:|temps de lecture
        (?:suscribete|suscribase|registrate|sigue leyendo|seguir leyendo|leer (?:mas|tambien)|lea (?:tambien|mas)|lee (?:tambien|mas)|te puede interesar|haz clic|ver mas|siguenos|comparte|deja (?:un|tu) comentario|publicidad\W*$|foto\s*:|fuente\s*:)
        (?:iscriviti|abbonati|leggi (?:anche|tutto|di piu)|continua a leggere|clicca qui|seguici|condividi|lascia un commento|pubblicita\W*$|fonte\s*:)
        (?:assine|inscreva-se|leia (?:mais|tambem)|continue lendo|clique aqui|siga-nos|compartilhe|deixe (?:um|seu) comentario|publicidade\W*$|fonte\s*:)
        (?:schrijf je in|abonneer|lees (?:meer|ook|verder)|klik hier|volg ons|deel dit|laat een reactie|advertentie\W*$)
        (?:zapisz sie|czytaj (?:wiecej|takze|tez|dalej)|kliknij|obserwuj nas|udostepnij|dodaj komentarz|reklama\W*$|zrodlo\s*:|fot\.)
        (?:подпи(?:шитесь|сывайтесь)|читать? (?:далее|также|еще|полностью)|читайте (?:также|далее|нас)|подробнее\W*$|узнать больше|нажмите|следите за|поделиться|добавить комментарий|реклама\W*$|фото\s*:|источник\s*:|подписатися|підпи(?:шіться|сывайтесь)|читайте також|читати далі|джерело\s*:)
        (?:aboneol|abone ol|devamini oku|daha fazla|bizi takip|yorum yap|kaynak\s*:|baca (?:juga|selengkapnya)|ikuti kami|langganan|sumber\s*:|xem them|doc them|theo doi|nguon\s*:)
        (?:続きを(?:読む|見る)|もっと(?:読む|見る|詳しく)|詳しくは(?:こちら|、)|詳細は(?:こちら|、)|(?:関連|おすすめの?)(?:記事|リンク|ニュース)(?=\W*$|\s*[:>])|あわせて読みたい|ここをクリック|クリックして|(?:無料)?(?:会員|メルマガ|メールマガジン|ニュースレター)(?:の?登録|に登録|を購読|購読|のご?登録)|(?:購読|登録)(?:は|する|して|は?こちら)|ご?登録は|(?:シェア|ツイート|フォロー)(?:する|して|$)|コメントを(?:残す|書く|する|投稿)|コメント(?:\s*\d+\s*件?)?$|広告$|(?:広告|pr|スポンサー(?:ド)?リンク)$|(?:写真|画像|出典|出所|参照|参考|撮影|提供|引用元|ソース)\s*[:／/=]|記事(?:全文|の続き)|ログイン(?:して|する|が)|.{0,30}をフォロー)
        (?:더\s?(?:읽기|보기)|계속\s?읽기|자세히\s?(?:보기|알아보기)|자세한 내용은|기사\s?(?:더\s?보기|전문\s?보기|원문)|전문\s?보기|원문\s?보기|관련\s?(?:기사|뉴스|글)(?=\W*$|\s*[:>])|(?:뉴스레터|구독|메일).{0,20}(?:신청|구독|하기|하세요|하십시오)|(?:지금|무료로)?\s?구독(?:하기|하세요|신청)|여기를?\s?(?:클릭|눌러)|팔로우|공유하기|댓글(?:을?\s?(?:남기|달|쓰)|\s?\d*$|쓰기)|답글 남기기|광고$|(?:사진|출처|자료|이미지|참고|사진\s?제공|제공)\s*[:=/|]|로그인)
        (?:[가-힣]{2,4}\s?(?:기자|특파원|인턴기자)\W*(?:\S+@\S+)?$)
        (?:阅读(?:全文|更多|原文)|閱讀(?:全文|更多|原文)|查看(?:更多|原文|全文)|点击(?:这里|此处|阅读|查看)|點擊(?:這裡|此處|閱讀)|(?:订阅|訂閱)(?:我们|我們|本|电子|電子|新闻|$)|(?:关注|關注)(?:我们|我們|微信)|(?:相关|相關|推荐|推薦)(?:阅读|閱讀|新闻|新聞|文章)(?=\W*$|\s*[:>])|分享(?:到|至|$)|发表(?:评论|回复)|發表(?:評論|回覆)|(?:图片|圖片|资料|資料)?(?:来源|來源)\s*[:：]|(?:编辑|編輯|记者|記者|图|圖)\s*[:：/]|(?:广告|廣告)$)
        (?:อ่าน(?:ต่อ|เพิ่มเติม|ข่าว(?:ต่อ|เพิ่มเติม))|คลิก(?:ที่นี่|อ่าน)|ติดตาม(?:เรา|ข่าว)|สมัคร(?:สมาชิก|รับ)|แชร์|ที่มา\s*:|ข่าวที่เกี่ยวข้อง)
        (?:اقرأ (?:ايضا|أيضا|المزيد)|اشترك|تابعنا|انقر هنا|المصدر\s*:)
        """
    )
    + ")"
)
_BYLINE = re.compile(r"\W*By (?:[A-Z][\w.'’-]+\s?){2,4}$")

# Ends that show that a sentence was cut off, or hold the link to the rest.
_CUT = re.compile(
    r"(?:…|\.\.\.|\[\s*(?:…|\.{2,}|\+|&hellip;)\s*\.*\])\W*$"
    r"|(?:…|\.\.\.|\]|[→»>])\s*(?:\(?\[?(?:continue reading|read (?:more|on|the rest)|weiterlesen|mehr|lire la suite"
    r"|leer mas|seguir leyendo|leggi tutto|leia mais|lees (?:meer|verder)|czytaj (?:wiecej|dalej)|читать далее"
    r"|続きを読む|もっと見る|더 ?보기|계속 읽기|阅读全文|閱讀更多)\b.{0,60})$"
    r"|(?:continue reading|read more|read on|weiterlesen|lire la suite|leer mas|続きを読む|더 ?보기|계속 읽기)"
    r"\s*[)\]→»>…]*\W*$"
)

# Headings below which an article is over.
_OVER = re.compile(
    r"^\W*(?:leave a (?:reply|comment)|add a comment|post a comment|comments?|related (?:articles?|stories|posts?|news|coverage)"
    r"|(?:more|read) (?:on|from|about) (?:this|the) (?:topic|story|site|author)|share this(?: article| story| post)?(?: on)?"
    r"|you (?:may|might) also like|about the author|recommended(?: for you)?|most (?:read|popular)|trending(?: now)?"
    r"|schreibe einen kommentar|kommentare?|mehr zum thema|lesen sie auch|das konnte sie auch interessieren|uber den autor"
    r"|laisser un commentaire|commentaires|a lire aussi|sur le meme (?:theme|sujet)|articles? (?:similaires|lies)"
    r"|deja un comentario|comentarios|noticias relacionadas|lascia un commento|leggi anche|deixe um comentario|leia tambem"
    r"|добавить комментарий|комментарии|читайте также|コメントを(?:残す|書く)|コメント|関連(?:記事|リンク|ニュース)|あわせて読みたい"
    r"|(?:おすすめ|人気)(?:の)?記事|댓글(?:\s?남기기)?|답글 남기기|관련\s?(?:기사|뉴스|글)|相关(?:阅读|新闻|文章)|相關(?:閱讀|新聞|文章)|发表(?:评论|回复))"
    r"\W*\d*\W*$"
)


def is_boilerplate(sentence: str) -> bool:
    """Whether a sentence is an outlet's wrapping: an invitation, a credit, a label, a footer."""
    shown = _seen(sentence)
    if _OPENING.match(shown) or _TELLING.search(shown) or not any(map(str.isalnum, shown)):
        return True
    if not shown.isascii() and _DENSE.search(shown):
        return True
    if len(sentence) > _SHORT:
        return False
    return (_INVITING.match(shown) or _BYLINE.match(sentence)) is not None


def is_cut(sentence: str) -> bool:
    """Whether a sentence was cut off by its outlet, or ends with a link to the rest of it."""
    return _CUT.search(normalise(sentence[-_READ:])) is not None


def without_boilerplate(told: Sequence[str]) -> tuple[str, ...]:
    """The sentences of a text that are its own and whole, up to the heading below which it is over."""
    kept = []
    for number, sentence in enumerate(told):
        if (
            number >= len(told) * _LATER
            and len(sentence) <= _SHORT
            and _OVER.match(_seen(sentence))
        ):
            break
        if not is_boilerplate(sentence) and not is_cut(sentence):
            kept.append(sentence)
    return tuple(kept)


def _seen(sentence: str) -> str:
    if len(sentence) > 2 * _READ:
        sentence = f"{sentence[:_READ]} {sentence[-_READ:]}"
    return normalise(" ".join(sentence.split()))
