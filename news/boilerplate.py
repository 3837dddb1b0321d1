"""What outlets wrap around their articles: teasers, credits, footers. None of it tells the news.

A sentence is held against patterns of a dozen languages, written in the form that `news.text.normalise`
gives: no case, no accents. Phrases that nobody writes in news count wherever they stand; what is an
invitation only by its beginning, or a label, counts in short sentences alone, and only if it goes on or
ends as one. "The newsletter was leaked on Monday" stays, and so does what somebody said: "Register to
vote, officials told residents", or all that begins with a quotation mark.
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


# Bullets and brackets before the first word; a quotation mark opens what somebody said.
_BEFORE = r"[^\w©\"“”„'‘«「『]*+"

_RIGHTS = (
    r"(?:all rights reserved|alle rechte vorbehalten|tous droits reserves|todos los derechos reservados"
    r"|tutti i diritti (?:sono )?riservati|todos os direitos reservados|alle rechten voorbehouden"
    r"|wszelkie prawa zastrzezone|все права защищены)"
)

# When something appeared, and nothing else.
_DATED = (
    r"(?:(?>\W|\d+(?:st|nd|rd|th)?\b|(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\b"
    r"|(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b|(?:a|an|about|on|at|the|of|today|yesterday|ago|updated"
    r"|published|last|modified|am|pm|a\.m|p\.m|gmt|utc|bst|edt|est|e?t|cet|jst)\b"
    r"|(?:second|sec|minute|min|hour|hr|day|week|month|year)s?\b))+(?:by .{1,30})?$"
)

# At the beginning of a sentence.
_OPENING = re.compile(
    _BEFORE
    + "(?:"
    + _any(
        r"""
        ©|\(c\) ?\d{4}\b|copyright(?: by [^,.]{1,40})?,? (?:©|\(c\)|\d{4}\b)
        enlarge this image\b|(?:media )?playback is (?:not supported|unsupported)\b
        filed under(?:\s*:| \w+\W*$)|posted (?:in|by)(?:\s*:| [^,.]{1,30}\W*$)|tags?:|categor(?:y|ies):
        share this(?: (?:article|story|post|page|video)\b.{0,40})?(?:\W*$|:)
        skip (?:ad|advert|advertisement|(?:twitter|facebook|instagram|youtube) (?:post|video))\b
        https?://[!-~]+\W*$
        (?:we|(?:this|our) (?:web)?site)(?: and our partners)? uses? cookies\b(?:\W*$| (?:to|for|on|and)\b)
        this (?:post|article|story|essay|column|piece|interview|review)(?: was)? (?:originally |first )(?:appeared|published|posted)(?: (?:on|at|in|by)\b.{1,80})?\W*$
        (?:you (?:need to|must|have to) |please )?(?:enable|turn on|activate) javascript\b(?:\W*$| (?:to|in|and)\b)
        (?:wir|(?:diese|unsere) (?:web)?(?:seite|site)) (?:verwenden|verwendet|nutzen|nutzt|setzen|setzt) cookies\b(?:\W*$|,? (?:ein|um|fur|zur|zum|und|auf)\b)
        diese[rs]? (?:artikel|beitrag|text|kommentar|interview)\b.{0,40} zuerst (?:(?:auf|bei|in)\b.{1,60})?(?:erschienen|veroffentlicht)\b|diese[rs]? (?:artikel|beitrag|text|kommentar|interview) erschien zuerst\b
        (?:ce site|notre site|nous) utilis(?:e|ons) des cookies\b(?:\W*$| (?:pour|afin|et)\b)
        (?:cet article|ce contenu|la suite(?: de (?:cet|l') ?article)?|article|contenu)(?: est| reste)? reservee?s? (?:aux|a nos) abonnes\W*$
        (?:сообщение|запись) .{1,200} (?:появились? сначала на\b|впервые появил(?:ось|ась) (?!(?:в|во|на|у|вчера|сегодня)\b)\S.{0,40}$)
        """
    )
    + f"|{_RIGHTS}(?:\\W*$|[.,;!]| (?:by|bei|par)\\b))"
)

# At the beginning of any word: the engine looks at no other place.
_TELLING = re.compile(
    r"\b(?:"
    + _any(
        r"""
        your e-?mail address will not be published\b|required fields are marked\b
        please verify (?:that )?you(?:'re| are) (?:not a robot|human)\b|please (?:enable|turn on) javascript\b
        your ad ?-?block(?:er|ing)?\b|you(?:'re| are| seem to be| appear to be)? (?:using|have) an ad ?-?block
        toggle caption\b|hide caption(?:\W*$| \d)
        you agree to receive occasional (?:updates|e-?mails)\b
        delivered (?:straight |right |directly )?to your inbox\b(?:\W*$| (?:every|each|daily|weekly|once|twice|on|in|at|by|monday)\b)
        view all [\w ]{1,30}newsletters\W*$|continue reading the main story\b
        (?:story|article) continues (?:below|after)(?:\W*$| (?:this |the )?(?:ad|advert\w*|video|photo|gallery|image|newsletter|promotion)\b)
        this (?:post|article|story|page) (?:may contain|contains) affiliate\b|we may earn (?:an? |some )?(?:small |affiliate )*commissions?\b
        opinions expressed (?:in this|here|by (?:the |our )?(?:author|writer|contributor|columnist)s?)\b.*\b(?:author|own|hers|his|theirs|reflect|represent)\b
        thank you for (?:subscribing|signing up)\W*$
        pic\.twitter\.com/|appeared first on\b(?<=[.!?] appeared first on)
        (?:deine|ihre|eure) e-?mail-?adresse wird nicht veroffentlicht\b|erforderliche felder sind (?:mit|markiert)\b
        votre adresse (?:e-?mail|de messagerie) ne sera pas publiee\b|champs obligatoires sont (?:indiques|marques)\b
        (?:tu|su) direccion de correo electronico no sera publicada\b|campos obligatorios estan marcados\b
        tuo indirizzo e-?mail non sara pubblicato\b|seu endereco de e-?mail nao sera publicado\b
        e-?mailadres wordt niet gepubliceerd\b|адрес email не будет опубликован
        """
    )
    + f"|{_RIGHTS}\\W*$)"
)

# Anywhere, for scripts without spaces between words.
_DENSE = re.compile(
    _any(
        r"""
        ©\s*\d{4}
        無断(?:での?)?(?:転載|複製|引用|使用).{0,20}(?:禁じます|禁じております|お断り(?:します|いたします|しております)|ご遠慮ください|禁止(?:です|します|しています|されています))\W*$
        ^\W*(?:(?:記事|写真|画像|掲載|本紙|本サイト|当サイト)[^、]{0,30})?無断(?:での?)?(?:転載|複製|引用|使用)[^、。]{0,15}(?:禁止|禁ず|禁ずる|禁|厳禁|お断り|不可)\W*$
        (?:投稿|記事)(?:は| .{1,200} は).{0,60}に最初に(?:表示|掲載)されました\W*$|投稿 .{1,200} は最初に.{1,60}に登場しました
        この記事は(?:会員|有料)(?:会員)?(?:限定|の(?:み|方)|向け|記事|コンテンツ|登録)
        メールアドレスが公開されることはありません|が付いている欄は必須項目
        (?:^|저작권.{0,60}|[>\]).,©]\s*)무단\s?(?:전재|복제|배포).{0,40}(?:금지|금함|불허)\W*$|무단\s?(?:전재|복제|배포).{0,40}금합니다
        저작권자\s?\(?\s?(?:c(?![a-z])|©)|이메일 주소는 공개되지 않습니다|필수 (?:필드|항목)(?:는|은) .{0,6}표시
        版[权權]所有(?=\W|$|[侵未翻不])|未[经經].{0,10}(?:授[权權]|[许許]可|同意|允[许許])\W?\s?(?:不得|禁止|[严嚴]禁|[请請]勿).{0,10}(?:[转轉][载載]|复制|複製|使用|摘[编編])
        [转轉][载載][请請須须]?[注註]明|[责責]任?[编編](?:[辑輯])?\s*:
        """
    )
)

# Short sentences that begin like this.
_INVITING = re.compile(
    _BEFORE
    + "(?:"
    + _any(
        r"""
        (?:please )?(?:subscribe|sign ?up|register)(?:\W*$|!| (?:now|here|today|below|free)(?:\W*$|!| (?:to|for|and|with|by)\b)| (?:to|for|with|and) (?:.{0,60}\b)?(?:newsletters?|e-?mails?|briefings?|alerts?|updates?|channel|podcasts?|digests?|feed|list|accounts?|our|my|us|free|trial|magazine|notifications|unlimited|unlock|continue reading)\b)|subscribe to\b
        (?:do you )?want to (?:know|read|get|hear|receive|learn|see) .{0,60}\b(?:latest|more|newsletter|updates?|news)\b|looking for .{0,60}\b(?:latest|more|newsletter|updates?|news)\b[^,]{0,40}\?
        (?:get|receive|enjoy) .{0,60}\b(?:your inbox|newsletters?|by e-?mail|notifications|unlimited access)\b
        (?:join|try) (?:our (?:conversation|newsletter|mailing|community|free trial|discussion)|the (?:conversation|newsletter|mailing list|free trial|discussion))\b
        (?:read|see|find|learn|know|show|view|watch) (?:more|also|next|the (?:rest|full|original|whole|complete))\b\W*(?:$|:|»|→|>|here\b|(?:at|on|from)\b.{0,30}$|about\b.{0,40}$|(?:article|story|post|text|report|interview)\b.{0,40}$)
        continue reading\b|keep reading(?:\W*$| (?:to|for|below|the (?:story|article|post))\b)|scroll (?:down )?(?:for|to)\b
        click (?:here|below)\b|click (?:on )?(?:the|this|an?y?) (?:links?|image|photo|picture|button|headline|video|icon)\b|(?:click|tap) (?:on .{1,40} )?(?:to|for) (?:read|see|view|watch|subscribe|listen|download|enlarge|expand|play|sign|get|find|learn|join|more|share)\b|tap here\b
        (?:follow|find|join|visit|contact|e-?mail) (?:us|me)(?:\W*$| (?:on|at|via|by|here|today|now|to|for|if)\b)|like us(?:\W*$| on (?:facebook|twitter|instagram|x|telegram)\b)|(?:follow|contact|e-?mail|tweet) @\w|follow (?:him|her|them) (?:@\w|on (?:twitter|facebook|instagram|x|telegram)\b)
        follow .{0,60}(?:on|@) ?(?:twitter|facebook|instagram|x|telegram|google news)\b(?:\W*$|:| ?@| (?:and|or|for|at|to)\b|,)
        share (?:on|via) (?:twitter|facebook|instagram|x|telegram|whatsapp|linkedin|reddit|e-?mail|social)\b|(?:share|tweet|print|e-?mail)(?: (?:this|it)(?: (?:article|story|post|page|video))?)?\W*$
        (?:leave|add|post|write) (?:a|your) (?:reply|comment)(?:\W*$| (?:below|here|on|to|or|and|in)\b)|log ?in to (?:read|listen|comment|continue|leave|view|watch|see|vote|post|reply|access|save|your account)\b|(?:comments?|comments? (?:off|are closed)|no comments|\d+ comments?)\W*$
        promise,? we(?:'ll| will| won't| never)\b|we(?:'ll| will) (?:keep you (?:posted|updated|informed|up to date)|never (?:spam|share your (?:e-?mail|data|details|information|address)))\b|you (?:can|may) (?:also )?unsubscribe\b|you (?:must|need to) (?:select a\b|log in\b|be logged in\b|agree to (?:the|our|these)\b)
        (?:please enter a )?(?:valid |invalid )?e-?mail(?: address)?(?: (?:cannot be (?:blank|empty)|is (?:invalid|required)|required))?\W*$|enter your e-?mail(?: address)?(?:\W*$| (?:to|below|for|here)\b)|an error (?:has )?occurred(?:\W*$| while (?:processing|loading|retrieving|playing|submitting)\b)|please try again(?: later)?\W*$|try another or\b|could not subscribe\b
        (?:advertisements?|ad|sponsored(?: (?:content|post))?|promoted|story highlights|editors? picks?|most (?:read|popular)|trending|related(?: (?:articles?|stories|posts?|topics|content|news|coverage))?|recommended(?: stories| for you)?|you (?:may|might) also (?:like|enjoy)|more (?:on|from) (?:this|our) [\w ]{1,20}|more (?:on|from) the (?:author|topic|subject|series|section|web|site|blog|archives?))\W*$
        sponsored by [^,]{1,40}$|verify (?:that )?you(?:'re| are) (?:not a robot|human)\b|(?:this )?video (?:is )?(?:unavailable|not available)\W*$|thank(?:s| you) for (?:reading|subscribing|signing up|visiting)(?:\W*$| (?:our|this|the (?:newsletter|blog|site)))
        replay(?: more)?(?: videos?)?\W*$|play (?:slideshow|(?:the )?video)\W*$|watch (?:live|now|(?:the |this )?video)(?:\W*$|:| (?:above|below|here|on|at)\b)
        (?:photo|image|picture|photograph|video|file photo|featured image|illustration)s?(?: (?:credit|courtesy|source|by))?s?(?: to| of| by)?(?:\s*[:|©]|\s[-–—]\s|/)|(?:photo|image|picture)s? (?:credits?|courtesy)(?:\W*$| (?:of|to|by|:)\b)
        (?:references?|source|via|credits?|hat tip|h/t|further reading|original article|read the original)\s*:
        (?:getty images?|epa|afp|ap|reuters)\b(?:\W*$|\W*/|:(?=\S)|\s+image caption)|[^.!?]{3,60}/(?:getty images|afp|ap|reuters|epa)(?: [^.!?]{3,40}/\w+(?: images)?)?\W*$
        stay tuned\b|(?:stay|keep) (?:up to date|informed|connected)(?:\W*$| (?:with|by|on|about)\b.{0,60}$)|download (?:the|our) (?:free )?app\b(?:\W*$| (?:to|for|from|now|here|today|on)\b)|support (?:our|independent) (?:journalism|work)\b|(?:donate|shop|buy) now(?:\W*$| (?:at|on)\b)|back to top\W*$|load more(?: \w+)?\W*$|view (?:all )?(?:\d+ )?comments?\W*$
        \d+ min(?:ute)?s? read\W*$|(?:estimated )?reading time(?:\W*$|\s*:?\s*\d)
        for (?:more|the latest|breaking) (?:news|stories|information|updates|details)(?: (?:on|about|from) [^,]{1,50})?,? (?:please )?(?:visit|follow|click|go to|see|subscribe|sign up)\b
        abonnieren(?: sie)?(?:\W*$|!| (?:jetzt|hier|unseren|den|uns|kostenlos)\b)|abonnier(?:e|t) (?:jetzt|hier|unseren|den|uns|mich|kostenlos)\b|(?:jetzt|hier|kostenlos) (?:abonnieren|anmelden|registrieren)\W*$|(?:melden sie sich|melde dich) .{0,60}\b(?:newsletter|kostenlos)\b|(?:jetzt |hier )?(?:(?:zum|den|unseren|kostenlosen) )?newsletter (?:abonnieren|bestellen|anmelden|erhalten)\W*$
        weiterlesen(?:\W*$|\s*[:»→>]| (?:auf|bei|in|hier|nach)\b.{0,40}$)|mehr zum thema(?: \w+)?\W*$|mehr (?:lesen|dazu|zum thema|informationen|infos|erfahren)(?:\W*$|\s*[:»→>]| (?:hier|unter|auf [\w.-]+\.\w+)\b.{0,50}$| (?:lesen|finden|erfahren|horen|gibt es) (?:sie |ihr |du )?(?:hier|auf|unter|im|in)\b.{0,50}$)
        (?:lesen sie|lies) (?:auch|mehr|hier|weiter)\b|(?:lesen sie|lies) (?:den|die) (?:ganzen?|vollstandigen?|gesamten?|artikel|analyse|reportage)\b|hier klicken\b|klicken sie (?:hier|auf|unten)\b|den (?:ganzen|vollstandigen|kompletten) artikel\b.{0,40}\b(?:lesen|finden|gibt)\b
        (?:folgen sie|folge) (?:uns|mir)\b|teilen(?: sie)?(?: (?:auf|per|via) [\w-]+| (?:diesen|den) (?:artikel|beitrag).{0,20})?\W*$|(?:schreibe|hinterlasse|schreiben sie) (?:(?:einen|eine) (?:kommentar|antwort|nachricht)|uns)\b|kommentar(?:e|ieren)?\W*$|anzeige\W*$|(?:foto|bild|quelle|bildquelle|symbolbild|archivbild|grafik)s?\s*[:©]
        abonnez-vous\b|(?:inscrivez-vous|s'abonner|je m'abonne)(?:\W*$| (?:ici|gratuitement|maintenant|pour (?:recevoir|lire))\b| a (?:la|notre|nos) .{0,30}\b(?:newsletters?|lettres?|chaine|journal|alertes?)\b)|recevez .{0,60}\b(?:e-?mails?|newsletters?|lettre|alertes?|notifications?|actualites?|infos?)\b|decouvrez nos offres\b
        (?:a lire|lire|voir|a voir) (?:aussi|egalement)\b(?:\W*$|\s*:| [^,]*$)|lire (?:la suite|plus|l'article(?: complet| entier)?)(?:\W*$|\s*[:»→>]| (?:sur|de|dans|ici)\b[^,]{0,40}$)|(?:pour )?en savoir plus(?:\W*$|\s*[:»→>]| (?:ici|sur [^,.]{1,40})\W*$)|voir plus\W*$|cliquez ici\b|la suite (?:sur [\w.]+|apres (?:cette|la) (?:publicite|pub|annonce))\W*$
        (?:suivez|rejoignez|retrouvez|contactez)(?:-nous|-moi| -?nous| notre| nos| toute l'actu)\b|partager(?: (?:sur [\w-]+|par e-?mail|cet article|l'article).{0,20})?\W*$|laisser un commentaire\W*$|commentaires?\W*$|publicite\W*$|(?:photo|image|credit photo|illustration)s?\s*[:©]|source\s*:|temps de lecture(?:\W*$|\s*:?\s*\d)
        (?:suscribete|suscribase|registrate)(?:\W*$|!| (?:a|ahora|aqui|gratis|para)\b)|(?:sigue|seguir) leyendo\b|(?:leer|lea|lee|ver) mas(?:\W*$|\s*[:»→>]| (?:sobre|en|aqui)\b[^,]{0,40}$)|(?:leer|lea|lee) tambien(?:\W*$|\s*:| [^,]*$)|te puede interesar\b|haz clic\b|siguenos\b|comparte(?: (?:en (?:facebook|twitter|whatsapp)|est[ea] (?:articulo|noticia|nota)).{0,20})?\W*$|deja (?:un|tu) comentario(?:\W*$| (?:aqui|abajo)\b)|publicidad\W*$|(?:foto|fuente)\s*:
        iscriviti\b|abbonati(?:\W*$|!| (?:ora|subito|adesso|qui|per (?:leggere|continuare))\b)|leggi (?:anche|tutto|di piu)(?:\W*$|\s*[:»→>]| [^,]{0,60}$)|continua a leggere\b|clicca qui\b|seguici\b|condividi(?:\W*$| (?:su|quest[oa]|l'articolo|via)\b[^,]{0,30}$)|lascia un commento\W*$|pubblicita\W*$|fonte\s*:
        assine(?:\W*$|!| (?:agora|ja|aqui|nossa|nosso|a newsletter|para (?:ler|continuar))\b)|inscreva-se\b|leia (?:mais|tambem)(?:\W*$|\s*[:»→>]| [^,]{0,60}$)|continue lendo\b|clique aqui\b|siga-nos\b|compartilhe(?:\W*$| (?:no|na|em|est[ea]|via)\b[^,]{0,30}$)|deixe (?:um|seu) comentario\W*$|publicidade\W*$
        schrijf je in(?:\W*$|!| (?:voor|op) (?:onze|de|het) .{0,20}\bnieuwsbrief\b)|abonneer(?: je| nu)?(?:\W*$|!| (?:op|hier|nu)\b)|lees (?:meer|ook|verder)(?:\W*$|\s*[:»→>]| [^,]{0,60}$)|klik hier\b|volg ons\b|deel dit (?:artikel|bericht|verhaal|op)\b.{0,20}$|laat een reactie\b|advertentie\W*$
        zapisz sie(?:\W*$|!| (?:na|do) .{0,20}\bnewsletter\w*)|czytaj (?:wiecej|takze|tez|dalej)(?:\W*$|\s*[:»→>]| [^,]{0,60}$)|kliknij (?:tutaj|tu|aby|i)\b|obserwuj nas\b|udostepnij(?:\W*$| (?:na|ten)\b[^,]{0,30}$)|dodaj komentarz\W*$|reklama\W*$|zrodlo\s*:|fot\.
        подпи(?:шитесь|сывайтесь)(?:\W*$|!| (?:на (?:наш|канал|рассылку|нас|новости)|и\b))|читать? (?:далее|также|полностью)(?:\W*$|\s*[:»→>])|читайте (?:также|далее|нас)\b|подробнее\W*$|узнать больше\W*$|нажмите (?:здесь|сюда|на|чтобы)\b|следите за (?:нами|нашими|новостями|обновлениями)\b|поделиться(?: (?:в [\w-]+|ссылкой|с друзьями))?\W*$|добавить комментарий\W*$|реклама\W*$|(?:фото|источник)\s*:|подписатися\W*$|підпи(?:шіться|сывайтесь)(?:\W*$|!| на\b)|читайте також\b|читати далі\b|джерело\s*:
        abone ?ol(?:un(?:uz)?)?(?:\W*$|!)|devamini oku(?:yun)?\W*$|daha fazla(?: (?:oku|bilgi|goster|haber|icerik))?\W*$|bizi takip\b|yorum yap(?:in)?\W*$|kaynak\s*:|baca (?:juga|selengkapnya)\b|ikuti kami\b|(?:ber)?langganan(?:\W*$| (?:sekarang|newsletter|buletin)\b)|sumber\s*:|(?:xem|doc) them(?:\W*$|\s*[:»→>])|theo doi(?:\W*$| (?:chung toi|kenh|fanpage)\b)|nguon\s*:
        続きを(?:読む|見る)(?=\W*$|に|場合)|もっと(?:読む|見る|詳しく(?:読む|見る|知る)?)\W*$|(?:詳しく|詳細)は(?:こちら|.{0,30}(?:ご覧|ご?参照|ご確認|お問い合わせ))|(?:関連|おすすめの?)(?:記事|リンク|ニュース)(?=\W*$|\s*[:>])|あわせて読みたい|ここをクリック|クリックして.{0,20}(?:ください|下さい|拡大|表示)\W*$
        (?:この|本)?記事の?(?:全文|続き)(?:を?(?:読む|見る)|は.{0,20}(?:こちら|ご覧)|\W*$)|全文を読む\W*$|.{0,10}(?:会員|有料)(?:会員)?限定の?(?:記事|コンテンツ)(?:です|となります|になります)?\W*$
        (?:無料)?(?:会員|メルマガ|メールマガジン|ニュースレター)(?:の|に|へ|を)?ご?(?:登録|購読)(?:\W*$|する\W*$|は(?:こちら|無料)|して(?:続き|全文|読|くださ|下さ))|(?:購読|ご?登録)(?:する\W*$|は(?:こちら|無料)|こちら)|(?:シェア|ツイート|フォロー)(?:する|して(?:ください|ね)|しよう)?\W*$|.{0,30}をフォロー(?:する|して(?:ください|ね)|しよう)?\W*$
        コメントを(?:残す|書く|する|投稿(?:する)?)\W*$|コメント(?:\s*\d+\s*件?)?$|(?:広告|pr|スポンサー(?:ド)?リンク)$|(?:写真|画像|出典|出所|参照|参考|撮影|提供|引用元|ソース)\s*[:/=]|ログイン(?:\W*$|する\W*$|して(?:くださ|下さ|続き|読)|が必要です)
        더\s?(?:읽기|보기)(?=\W*$|\s*[:>])|계속\s?읽기(?=\W*$|\s*[:>])|자세히\s?(?:보기|알아보기)(?=\W*$|\s*[:>])|자세한 (?:내용|사항)은 .{0,40}(?:(?:참고|참조|확인|클릭|문의|방문)\s?(?:하세요|하십시오|해 ?주|하시|바랍니다|하면)|(?:볼|확인할|보실) 수 있습니다|여기)|기사\s?(?:더\s?보기|전문(?:\s?보기)?|원문(?:\s?보기)?)\W*$|(?:전문|원문)\s?보기\W*$|관련\s?(?:기사|뉴스|글)(?=\W*$|\s*[:>])
        (?:뉴스레터|구독|메일).{0,20}(?:신청|구독|받기|하기|하세요|하십시오)\W*$|(?:지금|무료로)?\s?구독(?:하기|하세요|\s?신청)?\W*$|여기를?\s?(?:클릭|눌러)|팔로우(?:하기|하세요)?\W*$|공유하기\W*$|댓글을?\s?(?:남기기|달기|쓰기|남겨 ?주세요|\d+개?)?\W*$|답글 남기기\W*$|광고\W*$|(?:사진|출처|자료|이미지|참고|사진\s?제공|제공)\s*[:=/|]|로그인(?:하기|하세요|이 필요합니다|해 ?주세요|(?:하고|하면|\s?후) .{0,20}(?:있습니다|하세요))?\W*$
        (?:[가-힣]{2,4}\s?(?:기자|특파원|인턴기자)\W*(?:\S+@\S+)?$)
        (?:阅读|閱讀)(?:全文|更多|原文)(?=\W*$|\s*[:>])|查看(?:更多|原文|全文)(?=\W*$|\s*[:>])|点击(?:这里|此处|阅读|查看)|點擊(?:這裡|此處|閱讀)|(?:订阅|訂閱)(?:我们|我們|本[报報刊站]|电子报|電子報|新闻|新聞)?.{0,10}$|(?:关注|關注)(?:我们|我們|.{0,8}(?:公众号|公眾號))
        (?:相关|相關|推荐|推薦)(?:阅读|閱讀|新闻|新聞|文章)(?=\W*$|\s*[:>])|分享(?:[到至]\S{0,8})?\W*$|(?:发表|發表)(?:评论|回复|評論|回覆)\W*$|(?:图片|圖片|资料|資料)?(?:来源|來源)\s*:|(?:编辑|編輯|图|圖)\s*[:/]|(?:记者|記者)\s*[:/]\s*\S{2,6}\W*$|(?:广告|廣告)$
        อ่าน(?:ต่อ|เพิ่มเติม|ข่าว(?:ต่อ|เพิ่มเติม))|คลิก(?:ที่นี่|อ่าน)|ติดตาม(?:เรา|ข่าวสาร)|สมัคร(?:สมาชิก\W*$|รับ(?:ข่าว|จดหมาย|อีเมล))|แชร์(?:ข่าว(?:นี้)?|บทความ(?:นี้)?)?\W*$|ที่มา\s*:|ข่าวที่เกี่ยวข้อง\W*$
        (?:اقرا (?:ايضا|المزيد))(?:\W*$|\s*:| )|اشترك(?:\W*$| (?:الان|معنا|في (?:نشرتنا|النشرة|قناتنا)))|تابعنا\b|انقر هنا|المصدر\s*:
        """
    )
    + r"|(?:first |last )?(?:published|updated|modified|posted)\b(?=.{0,40}(?:\d|ago\b|day\b))"
    + f"{_DATED})"
)

# A label and what it names, whoever says that.
_LABEL = re.compile(r".{0,30}[:/]")

# What ends like this is somebody's words, however it begins.
_REPORTED = re.compile(
    r"[,\"'“”„«»]\s*(?:(?:(?!(?:which|that|who|you|your|we|our)\b)[^\s,]+ ){0,8}?)"
    r"(?:said|says|told|tells|urge[sd]?|warn(?:s|ed)?|advise[sd]?|asked|asks|wrote|writes|added|adds|found|finds"
    r"|shows?|showed|argue[sd]|report(?:s|ed)|suggest(?:s|ed)?|claim(?:s|ed)|vow(?:s|ed)|promised|announced"
    r"|(?:is|are|was|were) (?:told|warned|urged|advised)"
    r"|sagte?n?|erklarte?n?|riet(?:en)?|rat|warnte?n?|forderte?n?|mahnte?n?|betonte?n?|schrieb|teilte|heisst es|laut"
    r"|so (?:der|die|das|ein|eine)|a dit|ont dit|a declare|a lance|a explique|a prevenu|a demande|affirme|previent"
    r"|rappelle|conseille|disait|lance|selon|dijo|dice|afirmo|declaro|advirtio|pidio|segun|ha detto|dice|secondo|disse|diz|afirmou"
    r"|segundo|zei|zegt|aldus|volgens|powiedzial\w*|mowi"
    r"|(?:сказал|заявил|сообщил|отметил|предупредил|призвал|рассказал)[аио]?)\b(?! you\b)[^:]{0,60}$"
    r"|[,»”\"] (?:a|ont) \w+e (?:le|la|les|un|une|l')\b.{0,60}$"
    r"|と.{0,20}(?:述べ|話し|語っ|発表|明らかに|訴え|呼びかけ|批判|主張|説明し|指摘)"
    r"|(?:다|라|자|냐)고 .{0,20}(?:말했|밝혔|전했|했다|주장|강조|설명|당부|촉구)"
    r"|(?:表示|警告|呼吁|呼籲|指出)[^。]{0,40}$"
)

# With the case that tells names from other words: bylines, credits, captions.
_AS_WRITTEN = re.compile(
    r"\W*(?:By (?:[A-Z][\w.'’-]+\s?){2,4}$"
    r"|(?:Photo|Image|Picture|Photograph|Video|Illustration)s? by (?:[A-Z@][\w.'’-]*\s?){1,4}(?:$|[-–—/|(),].{0,40}$)"
    r"|(?:Image (?:copyright|caption|source)|Media caption),? [A-Z@\d\"“'‘]"
    r"|(?:MUST|JUST) WATCH(?:ED)?\b)"
)

# What blogs add to an article in their feeds. Where a title should be, news go on in lower case.
_POSTED = re.compile(
    r"(?:The (?:post|article|story|entry)|L[’']article|Der (?:Beitrag|Artikel)|La entrada|El (?:artículo|post)"
    r"|L[’']articolo(?! \d+ d)|O (?:post|artigo)|Het (?:bericht|artikel)|Artykuł) (\S+)(?: .{0,300}?)?"
    r" (?:(?:appeared|was published) first on|est (?:apparu|paru) en premier sur|appara[iî]t en premier sur"
    r"|erschien zuerst auf|(?:se publicó|apareció|aparece) primero en|proviene da|apareceu primeiro em"
    r"|verscheen eerst op|pochodzi z serwisu) (?:[^a-z\s]|\S+\.\w)"
)

# Ends that show that a sentence was cut off, or hold the link to the rest.
_CUT = re.compile(
    r"(?:…|\.\.\.|\[\s*(?:…|\.{2,}|\+|&hellip;)\s*\.*\])\W*$"
    r"|(?:…|\.\.\.|\]|[→»>])\s*(?:\(?\[?(?:continue reading|read (?:more|on|the rest)|weiterlesen|mehr(?= lesen\b|\W*$)"
    r"|lire la suite|leer mas|seguir leyendo|leggi tutto|leia mais|lees (?:meer|verder)|czytaj (?:wiecej|dalej)"
    r"|читать далее|続きを読む|もっと見る|더 ?보기|계속 읽기|阅读全文|閱讀更多)\b.{0,60})$"
    r"|(?:continue reading|read more|read on|weiterlesen|lire la suite|leer mas)\s*(?:\.\.\.|[→»>…])[)\]→»>….\s]*$"
    r"|(?:続きを読む(?<!\w.{5})|더보기(?<!\w.{3})|더 보기(?<!\w.{4})|계속 읽기(?<!\w.{5}))[)\]→»>…\s]*$"
)
_LINKS = (
    *(
        "Continue reading",
        "Continue Reading",
        "CONTINUE READING",
        "Read more",
        "Read More",
        "READ MORE",
    ),
    *("Lire la suite", "Leer más"),
)
"""Links to the rest, where their capitals tell them from "Children should read more"."""

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
    written = _line(sentence)
    shown = normalise(written)
    if _TELLING.search(shown) or not any(map(str.isalnum, shown)):
        return True
    if not shown.isascii() and _DENSE.search(shown):
        return True
    if _AS_WRITTEN.match(written) or _is_posted(written):
        return True
    if _OPENING.match(shown) or (len(sentence) <= _SHORT and _INVITING.match(shown)):
        return _LABEL.match(shown) is not None or not _REPORTED.search(shown)
    return False


def is_cut(sentence: str) -> bool:
    """Whether a sentence was cut off by its outlet, or ends with a link to the rest of it."""
    end = sentence[-_READ:]
    return end.rstrip(" \n\t.…→»>)]").endswith(_LINKS) or _CUT.search(normalise(end)) is not None


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


def _is_posted(written: str) -> bool:
    """Whether a sentence says where a blog's post appeared."""
    found = _POSTED.search(written)
    return found is not None and not found[1].islower()


def _seen(sentence: str) -> str:
    return normalise(_line(sentence))


def _line(sentence: str) -> str:
    """A sentence in one line, without the middle of a very long one."""
    if len(sentence) > 2 * _READ:
        sentence = f"{sentence[:_READ]} {sentence[-_READ:]}"
    return " ".join(sentence.split())
