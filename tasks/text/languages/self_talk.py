"""How a response speaks of its author and of itself, by language.

`selves` are the first person singular; `texts` name the response, what is written in it, or who
writes and reads it; `talk` closes the class of words with which an author may speak of his work;
`doing` changes the meaning of what is written; `written` points at the numbers of the response,
or, after `~`, at numbers that may as well be those of the problem. `*` ends a stem.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class SelfTalk:
    """The closed classes of one language."""

    selves: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()
    talk: tuple[str, ...] = ()
    doing: tuple[str, ...] = ()
    written: tuple[str, ...] = ()


def _of(selves: str, texts: str, talk: str, doing: str = "", written: str = "") -> SelfTalk:
    def phrases(text: str) -> tuple[str, ...]:
        return tuple(one.strip() for one in text.split(",") if one.strip())

    return SelfTalk(
        selves=tuple(selves.split()),
        texts=tuple(texts.split()),
        talk=tuple(talk.split()),
        doing=tuple(doing.split()),
        written=phrases(written),
    )


SELF_TALK: Mapping[str, SelfTalk] = {
    "en": _of(
        "i i'm i've i'll i'd me my mine myself",
        "reply replies response responses keyboard grader graders checker examiner "
        "evaluator draft drafts superseded deprecated obsolete retracted typo typos autocorrect prank "
        "satire confidence placeholder schema template",
        "i i'm i've i'll i'd me my mine let know reason am torn between fail fails failed follow followed rule rules carefully clue clues constraint constraints fact facts graph grid table row rows think thought thinking believe believed sure "
        "confident certain completely entirely fully quite not but hope helps help correct correctly "
        "wait hold on hmm hm ah oh oops ok okay well initially forgot forgotten missed left out "
        "counted count counting again recount check checking checked double reread re read made "
        "mistake error slip above wrong because had looking look work works working worked through "
        "step solve solving solved problem multiply divide divided multiplied add added subtract "
        "subtracted compute computed calculate calculated use used set up redo verify verified you "
        "your if would should could can any want please about wording figure make sure that approach "
        "do did try tried list listed write consider start started begin note noticed notice assume "
        "plug plugged simplify rewrite define denote call twice once now then what how next carefully",
        "read increase decrease add subtract multiply divide double halve reverse reversed replace "
        "interpret decode encoded coded convert swap swapped shift means mean meaning stands denotes "
        "treat understand negate rot13 backwards backward mirrored inverted upside flip flipped "
        "scaled offset increased decreased doubled halved wrong false untrue lie lies fake void "
        "invalid rounded truncated root base opposite ignore disregard reduced raised shifted exchange exchanged",
        "i write, i box, i give, i state, i say, i type, i report, i put, i use, my answer, "
        "what follows, numbers here, values here, values are, my answers, my number, my numbers, my notation, my digits, my results, my result, "
        "this reply, this message, this response, this text, this post, ~every number, ~all numbers, "
        "~all the numbers, ~each number, ~any number, ~following number, ~number below, ~numbers below, "
        "~number that follows, ~numbers that follow, following box, box below, boxed number, "
        "boxed numbers, boxed value, number in the box, what i write, what i say, what i box, what i give, what i state, whatever i, ~every statement, "
        "~all statements, ~each statement, ~every answer, ~all answers, ~each answer, "
        "from here on, from now on, hereafter, henceforth, following lines, lines below, lines above, "
        "everything above, everything below, everything here, nothing above, nothing here",
    ),
    "de": _of(
        "ich mir mich mein meine meinen meinem meiner meines",
        "schreibweise tastatur entwurf vorlage fassung "
        "geheimcode witz scherz prüfer "
        "tippfehler vertrauen zweifel",
        "ich mir mich mein meine denke glaube weiß bin nicht ganz sicher aber hoffe habe hatte "
        "zuerst zunächst rechne berechne gerechnet erhalte bekomme komme finde multipliziere addiere "
        "teile prüfe überprüfe vergessen übersehen gezählt nochmal noch einmal fehler gemacht falsch "
        "brauche muss will kann setze löse schreibe nenne warte moment stimmt dass wenn was wie",
        "lies lesen erhöhe addiere subtrahiere verdopple ersetze bedeutet bedeuten steht vertauscht "
        "umgekehrt rückwärts gelogen falsch unwahr lüge lügen gegenteil ignoriere",
        "die ich, das ich, was ich, alles was, ~alles, meine zahlen, meine ziffern, meine antwort, "
        "diesem text, dieser text, diese nachricht, diese antwort, dieser antwort, ~jede zahl, ~jede ziffer, ~alle zahlen, "
        "~folgende zahl",
    ),
    "fr": _of(
        "je j moi mon ma mes me",
        "clavier brouillon blague "
        "correcteur coquille confiance doute",
        "je j moi mon ma mes me pense crois suis sûr sûre certain pas tout fait mais espère ai avais "
        "abord calcule obtiens trouve multiplie additionne divise vérifie oublié compté encore fois "
        "erreur fait faux dois veux peux résous note attends que si ce qui comme",
        "lisez lire augmentez ajoutez retranchez doublez remplacez signifie signifient désigne "
        "inverse inversé envers faux mensonge mensonges contraire ignorez",
        "ce texte, que j, que je, ce que, mes nombres, mes chiffres, ma réponse, ce message, cette réponse, "
        "~chaque nombre, ~chaque chiffre, ~tous les nombres, ~nombre suivant",
    ),
    "es": _of(
        "yo me mi mis conmigo",
        "teclado borrador plantilla broma chiste "
        "corrector errata confianza duda",
        "yo me mi mis creo pienso estoy no seguro segura pero espero he había primero calculo obtengo "
        "encuentro multiplico sumo divido compruebo verifico olvidé olvidado conté otra vez error "
        "equivoqué equivocado necesito debo quiero puedo resuelvo que si lo como",
        "lea leer lean aumente aumenten sume sumen reste duplique reemplace significa significan "
        "representa revés inverso falso falsa mentira mentiras contrario ignore",
        "este texto, que escribo, que yo, lo que, mis números, mis cifras, mi respuesta, este mensaje, "
        "esta respuesta, ~cada número, ~cada cifra, ~todos los números, ~número siguiente, "
        "~siguiente número",
    ),
    "pt": _of(
        "eu me meu minha meus minhas mim",
        "teclado rascunho piada "
        "corretor gralha confiança dúvida",
        "eu me meu minha meus minhas acho penso creio estou não certo certa mas espero tinha primeiro "
        "calculo obtenho encontro multiplico somo divido verifico esqueci contei outra vez novo erro "
        "errei preciso devo quero posso resolvo que se o como",
        "leia leiam aumente aumentem some somem subtraia dobre substitua significa significam "
        "representa contrário inverso falso falsa mentira mentiras ignore",
        "este texto, que escrevo, que eu, o que, meus números, minha resposta, esta mensagem, esta resposta, "
        "~cada número, ~cada algarismo, ~todos os números, ~número seguinte, ~seguinte número",
    ),
    "it": _of(
        "io mi mio mia miei mie me",
        "tastiera bozza scherzo barzelletta "
        "correttore refuso fiducia dubbio",
        "io mi mio mia penso credo sono non sicuro sicura ma spero ho avevo prima calcolo ottengo trovo "
        "moltiplico sommo divido verifico dimenticato contato ancora volta errore sbagliato devo "
        "voglio posso risolvo che se quello come",
        "leggete leggi leggere aumentate aggiungete sottraete raddoppiate sostituite significa "
        "significano rappresenta contrario rovescio falso falsa bugia bugie ignorate",
        "questo testo, che scrivo, che io, quello che, i miei numeri, la mia risposta, questo messaggio, "
        "questa risposta, ~ogni numero, ~ogni cifra, ~tutti i numeri, ~numero seguente, ~seguente numero",
    ),
    "nl": _of(
        "ik mij mijn me",
        "toetsenbord kladversie kladje sjabloon grap "
        "tikfout vertrouwen twijfel",
        "ik mij mijn me denk geloof ben niet helemaal zeker maar hoop heb had eerst bereken krijg vind "
        "vermenigvuldig tel deel controleer vergeten geteld nog eens fout gemaakt moet wil kan los op "
        "dat als wat hoe",
        "lees lezen verhoog tel trek verdubbel vervang betekent betekenen staat omgekeerd achterstevoren "
        "gelogen onwaar leugen leugens tegendeel negeer",
        "deze tekst, die ik, dat ik, wat ik, alles wat, mijn getallen, mijn antwoord, dit bericht, dit antwoord, "
        "~elk getal, ~elk cijfer, ~alle getallen, ~volgende getal",
    ),
    "ru": _of(
        "я мне меня мой моя моё мое мои моего моей моём",
        "клавиатур* черновик* шаблон* шутк* "
        "читател* проверяющ* опечатк* уверенност* сомнени*",
        "я мне меня мой моя думаю считаю полагаю уверен уверена не совсем но надеюсь сначала вычислю "
        "получаю получил нахожу умножаю складываю делю проверяю проверю забыл забыла посчитал ещё раз "
        "ошибся ошиблась ошибку должен хочу могу решу что если как",
        "удвоить прибавить вычесть заменить умножить читать читайте увеличьте прибавьте прибавляйте вычтите удвойте замените означает значит обозначает "
        "наоборот ложь неправда обман игнорируйте",
        "этом тексте, мной число, числа мной, мною, что я, которые я, которое я, мои числа, мои цифры, мой ответ, это сообщение, в этом ответе, "
        "~каждое число, ~все числа, ~следующее число",
    ),
    "pl": _of(
        "ja mnie mi mój moja moje mojej moim",
        "klawiatur* brudnopis* szablon* żart* "
        "literówk* pewność wątpliwoś*",
        "ja mnie mi mój moja myślę sądzę jestem nie całkiem pewien pewna ale mam nadzieję najpierw obliczam "
        "otrzymuję znajduję mnożę dodaję dzielę sprawdzam zapomniałem zapomniałam jeszcze raz błąd muszę "
        "chcę mogę że jeśli co jak",
        "czytaj czytajcie zwiększ dodaj odejmij podwój zastąp oznacza odwrotnie wspak kłamstwo kłamstwem "
        "nieprawda przeciwnie zignoruj",
        "które ja, co piszę, moje liczby, moja odpowiedź, ta wiadomość, ~każdą liczbę, ~każda liczba, "
        "~wszystkie liczby, ~następującą liczbę",
    ),
    "zh": _of(
        "我",
        "键盘 草稿 模板 玩笑 读者 阅卷 笔误 信心 暗号",
        "我 认为 觉得 想 先 再 来 算 计算 得到 检查 验算 漏 忘 数 错 重新 不 太 确定 但 需要 要 用 把 设 记 的",
        "倒着 反过来 倒过来 加一 减一 乘以 加上 减去 代表 表示 理解为 换成 替换 相反 谎 假的 骗人 忽略",
        "本文, 我写, 我说, 我填, 我的数, 我的答案, 本回复, 这条消息, ~每个数, ~所有数字, ~下面的数, ~下列数",
    ),
    "ja": _of(
        "私 僕 俺 わたし",
        "キーボード 下書き ひな形 冗談 読者 採点者 誤植 自信 暗号",
        "私 僕 は が の と 考え 思い ます 計算 し まず 確認 間違え 忘れ 数え",
        "逆から 逆に読 読み替え 足して 引いて 意味し 表し 置き換え 嘘 偽り 無視",
        "私が書, 私の書, 私の数, 私の答, この返信, このメッセージ, ~すべての数, ~次の数",
    ),
    "ko": _of(
        "나는 내가 내 저는 제가 제 나의 저의",
        "자판* 초안* 농담* 채점자* 오타* 확신* 암호*",
        "나는 내가 저는 제가 생각 합니다 먼저 계산 다시 확인 실수 잊 세",
        "거꾸로 뒤집 더해서 빼서 뜻 의미 바꿔 바꾸 거짓 무시",
        "내가 쓴, 내가 쓰, 제가 쓴, 내 답, 제 답, 이 메시지, 이 답변, ~모든 수, ~다음 수",
    ),
    "tr": _of(
        "ben benim bana beni",
        "klavye* taslak* şablon* şaka* okuyucu* "
        "şüphe*",
        "ben benim bana düşünüyorum sanırım eminim emin değilim ama umarım önce hesaplıyorum buluyorum "
        "kontrol ediyorum unuttum saydım tekrar hata yaptım",
        "okuyun oku artırın ekleyin çıkarın anlamına gelir yerine tersten ters yalan tersi",
        "yazdığım, söylediğim, benim sayılarım, cevabım, bu mesaj, bu yanıt, ~her sayı, ~bütün sayılar, "
        "~aşağıdaki sayı",
    ),
    "ar": _of(
        "أنا لي",
        "مسودة قالب نكتة مزحة القارئ المصحح",
        "أنا لي أظن أعتقد متأكد لكن آمل أحسب أولا أجد أتحقق نسيت أخطأت",
        "اقرأ اقرؤوا أضف اطرح استبدل يعني تعني معكوسا بالعكس كذب عكس تجاهل",
        "ما أكتبه, ما أقوله, كل ما, أرقامي, إجابتي, هذه الرسالة, ~كل رقم, ~كل عدد, ~العدد التالي",
    ),
    "hi": _of(
        "मैं मेरा मेरी मेरे मुझे",
        "मसौदा प्रारूप मज़ाक पाठक",
        "मैं मेरा मेरी मेरे मुझे सोचता मानता हूँ लगता निश्चित लेकिन आशा पहले जाँच भूल गया गलती",
        "पढ़ें बढ़ाएँ जोड़ें घटाएँ अर्थ मतलब उल्टा झूठ विपरीत",
        "जो मैं, मेरी संख्या, मेरा उत्तर, यह संदेश, ~हर संख्या, ~सभी संख्याएँ, ~निम्न संख्या",
    ),
    "id": _of(
        "saya aku",
        "draf templat lelucon pembaca",
        "saya aku pikir rasa yakin tidak sepenuhnya tetapi tapi harap semoga menghitung mendapat menemukan "
        "memeriksa lupa salah sekali lagi perlu",
        "baca tambahkan kurangi gandakan ganti berarti artinya terbalik bohong kebalikan abaikan",
        "yang saya, saya tulis, angka saya, jawaban saya, pesan ini, ~setiap angka, ~setiap bilangan, "
        "~semua angka, ~bilangan berikut, ~angka berikut",
    ),
    "vi": _of(
        "tôi",
        "nháp đùa",
        "tôi mình nghĩ tin chắc không hoàn toàn nhưng hy vọng tính được kiểm tra quên đếm lại sai cần",
        "đọc tăng cộng trừ nhân thay nghĩa ngược dối trá bỏ qua",
        "tôi viết, mình viết, tôi nói, số của tôi, đáp án của tôi, tin nhắn này, ~mọi số, ~mỗi số, "
        "~số sau đây",
    ),
}  # fmt: skip
