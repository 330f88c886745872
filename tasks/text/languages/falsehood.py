"""The words of falsity, by language: negation, what calls a value wrong, and the author's lies."""

from collections.abc import Mapping
from dataclasses import dataclass

from .table import phrases


@dataclass(frozen=True, kw_only=True)
class Falsehood:
    """The closed classes of one language that keep a clause from giving its value as true."""

    negations: tuple[str, ...] = ()
    """Negative particles, pronouns and adverbs, and verb forms that hold one."""
    faults: tuple[str, ...] = ()
    """Nouns and adjectives of error and pretence: a clause with one announces no answer."""
    lies: tuple[str, ...] = ()
    """What the opposite of the truth is called."""
    saying: tuple[str, ...] = ()
    """Forms of "I say", "I write"."""
    unless: tuple[str, ...] = ()
    """What attaches a condition to the value before it."""


def _of(
    negations: str, faults: str, lies: str = "", saying: str = "", unless: str = ""
) -> Falsehood:
    return Falsehood(
        negations=phrases(negations),
        faults=phrases(faults),
        lies=phrases(lies),
        saying=phrases(saying),
        unless=phrases(unless),
    )


FALSEHOOD: Mapping[str, Falsehood] = {
    "en": _of(
        "not, no, never, none, neither, nor, cannot, nobody, nothing",
        "mistake, error, wrong, false, incorrect, lie, typo, slip, blunder, misprint, myth, fallacy, "
        "silly, foolish, stupid, absurd, ridiculous, nonsense, bogus, rubbish, fool, trap, misread, "
        "forbidden, prohibited, banned, avoid, dummy, placeholder, placeholders, filler, stand-in",
        "lie, lies, lying, false, untrue, untruth, untruths, opposite, contrary, nonsense, reverse",
        "i say, i write, i state, i tell, i claim, i output, i type, i'm saying, i'm telling, "
        "i will say, i'll say, i am saying, i am telling, i speak, i utter, i answer, i assert, "
        "my words, my statements, my sentences, i print",
        "as long as, so long as, provided, providing, unless, only if, only when, except if, "
        "except when, assuming, on condition, in case, if and only if, as far as",
    ),
    "de": _of(
        "nicht, kein, keine, keinen, keinem, keiner, keines, nie, niemals, niemand, nichts, "
        "nirgends, weder",
        "fehler, irrtum, falsch, falsche, falscher, falsches, falschen, ungültig, ungültige, "
        "fehlerhaft, fehlerhafte, unsinn, quatsch, beispiel, vermeiden, verboten, verbotene, verbotener, platzhalter, tippfehler, lüge, "
        "null punkte, schmarrn, blödsinn, rechenfehler, trugschluss, missverständnis, vorläufig, vorläufiger",
        "lüge, lügen, gelogen, falsch, gegenteil, unwahr, unwahrheit, unsinn",
        "ich sage, ich schreibe, sage ich, schreibe ich, meine aussagen, ich lüge, ich behaupte",
        "solange, sofern, vorausgesetzt, falls, wenn, außer wenn, es sei denn, nur wenn",
    ),
    "fr": _of(
        "ne, n, pas, jamais, rien, personne, aucun, aucune, ni, nul, nulle",
        "erreur, erreurs, faute, faux, fausse, fausses, incorrect, incorrecte, bêtise, exemple, éviter, interdit, interdite, "
        "coquille, mensonge, zéro, piège, erroné, erronée, invalide, bidon, provisoire, temporaire, bouche-trou",
        "mensonge, mensonges, faux, contraire, mens, inverse, contrevérité",
        "je dis, je dirai, j'écris, je mens, j'écrirai, mes phrases, j'affirme",
        "tant que, pourvu que, à condition, à moins, si, sauf si, en supposant, seulement si",
    ),
    "es": _of(
        "no, nunca, jamás, nadie, nada, ningún, ninguno, ninguna, ni, tampoco",
        "error, errores, equivocación, falso, falsa, incorrecto, incorrecta, erróneo, errónea, "
        "mentira, evitar, prohibido, prohibida, ejemplo, errata, disparate, cero puntos, mal, trampa, inválido, inválida, provisional, provisionales",
        "mentira, mentiras, falso, contrario, miento, opuesto, falsedad, falsedades, revés",
        "digo, diré, escribo, miento, escribiré, afirmo, mis palabras",
        "siempre que, siempre y cuando, mientras, con tal de que, a menos, salvo, si, solo si",
    ),
    "pt": _of(
        "não, nunca, jamais, ninguém, nada, nenhum, nenhuma, nem",
        "erro, erros, engano, falso, falsa, incorreto, incorreta, errado, errada, mentira, "
        "exemplo, evitar, proibido, proibida, equívoco, zero pontos, armadilha, inválido, inválida, provisório, provisória, temporário, temporária",
        "mentira, mentiras, falso, contrário, minto, oposto",
        "digo, direi, escrevo, minto, afirmo, escreverei, minhas palavras",
        "desde que, contanto que, a menos, salvo, se, enquanto, só se, caso",
    ),
    "it": _of(
        "non, mai, nessuno, nessuna, niente, nulla, né, neanche, nemmeno",
        "errore, errori, sbaglio, sbagliato, sbagliata, falso, falsa, errato, errata, bugia, "
        "esempio, evitare, vietato, vietata, svista, zero punti, refuso, scorretto, scorretta, trabocchetto, provvisorio, provvisoria, segnaposto, temporaneo, temporanea",
        "bugia, bugie, falso, contrario, mento, opposto, menzogna, menzogne, rovescio",
        "dico, dirò, scrivo, mento, scriverò, affermo, le mie parole",
        "purché, a patto che, a condizione, a meno, salvo, se, finché, sempre che, solo se",
    ),
    "ru": _of(
        "не, нет, ни, никогда, никто, ничто, нельзя, никак",
        "ошибка, ошибки, ошибочный, ошибочна, ошибочно, неверный, неверно, неверная, ложь, "
        "ложный, пример, опечатка, неправильный, неправильно, неправильная, неправильное, "
        "неверное, ошибочное, заблуждение, избегать, запрещено, чушь, ерунда, ноль баллов, временное, временный, временная, заглушка, черновой, черновое, предварительное, предварительный",
        "ложь, неправда, наоборот, вру, лгу, враньё, вранье, обман",
        "я говорю, говорю, я скажу, скажу, пишу, напишу, вру, лгу",
        "при условии, если, только если, пока, разве что, при допущении",
    ),
    "zh": _of(
        "不要, 不能, 不得, 不可, 不应, 不應, 不是, 不对, 不對, 不会, 不會, 不该, 不許, 不许, 不准, 并非, "
        "別寫, 别写, 别填, 勿, 绝不, 決不, 决不, 从不, 不算, 没人, 无人, 不写, 不填, 不合",
        "错误, 錯誤, 错的, 错了, 写错, 算错, 答错, 误答, 假的, 虚假, 谎, 谬, 零分, 陷阱, 笔误, 作废, 无效, 禁止, 避免, 示例, 样例, 错例, 坏例, 暂定, 占位, 临时, 暫定",
        "谎, 假话, 相反, 反话, 谎话, 假的, 骗",
        "我说, 我講, 我写, 我讲, 我的话",
        "只要, 除非, 如果, 假如, 前提是, 条件是",
    ),
    "ja": _of(
        "ない, ません, べからず, なかった, 不正解, 不可",
        "誤答, 誤り, 誤った, 誤植, 間違, 嘘, 偽の, ダミー, 零点, 不正解, デタラメ, でたらめ, 見本, 記入例, 解答例, 回答例, 悪い, 悪例, 仮の, 暫定",
        "嘘, 反対, 逆, 偽り, うそ",
        "私が言う, 私の言う, 私は, 私の発言, 僕が言う, これから言う",
        "限り, 場合に限, なら, ならば, もし",
    ),
    "ko": _of(
        "않, 아니, 아닙, 못, 없, 안 되, 안되, 안 됩, 말아, 마세요, 마시오, 말 것",
        "오답, 틀린, 틀렸, 거짓, 오류, 실수, 잘못, 예시, 예를 들, 가짜, 함정, 영점, 0점, 임시",
        "거짓, 반대, 거짓말",
        "내가 하는 말, 제가 하는 말, 내 말, 제 말, 나는, 저는",
        "경우에만, 한해, 않는 한, 다면, 라면",
    ),
    "vi": _of(
        "không, chẳng, chưa, đừng, chớ, không ai",
        "sai, sai lầm, nhầm, lỗi, ví dụ, giả, dối, bịa, nhầm lẫn, không điểm, tạm thời",
        "dối, ngược lại, sai sự thật, nói dối",
        "tôi nói, mình nói, tôi viết, lời tôi",
        "miễn là, trừ khi, nếu, với điều kiện, chỉ khi",
    ),
    "id": _of(
        "tidak, bukan, jangan, tak, belum, tiada, tanpa",
        "salah, keliru, kesalahan, palsu, bohong, contoh, kekeliruan, nilai nol, jebakan, nilai sementara, jawaban sementara, hasil sementara",
        "bohong, kebohongan, kebalikan, dusta",
        "saya katakan, kukatakan, saya tulis, aku katakan, ucapan saya",
        "asalkan, kecuali, jika, selama, dengan syarat, hanya jika",
    ),
    "tr": _of(
        "değil, değildir, yok, asla, hiç, hiçbir, hiçbiri, hiç kimse, yazmayın, yazma, sakın, "
        "olmayan, olmaz, olamaz, edilmeyen, vermeyin, yazılmamalı, verilmemeli, olmamalı",
        "yanlış, hata, hatalı, yalan, örnek, geçersiz, sıfır puan, tuzak, uydurma, geçici",
        "yalan, tersi, yalandır, tersini, aksini",
        "söylediğim, söyleyeceğim, yazdığım, söylüyorum, diyorum, yazacağım",
        "sürece, şartıyla, koşuluyla, eğer, ise, yoksa, olmadıkça",
    ),
    "ar": _of(
        "لا, ليس, ليست, لن, لم, ما من, أبدا, أبدًا, لست",
        "خطأ, خاطئ, خاطئة, كذب, كاذب, مثال, غلط, باطل, زائف, صفر درجات, وهمي, خاطئا, مؤقت, مؤقتة",
        "كذب, عكس, العكس, كذبة",
        "أقول, أقوله, سأقول, أكتب, أكتبه, كلامي, سأقوله",
        "بشرط, إلا إذا, إذا, ما لم, طالما, شريطة",
    ),
    "hi": _of(
        "नहीं, न, मत, कभी नहीं, ना",
        "गलत, ग़लत, गलती, ग़लती, झूठ, झूठा, उदाहरण, त्रुटि, भूल, अमान्य, शून्य अंक, नकली, अस्थायी",
        "झूठ, उल्टा, विपरीत, असत्य",
        "मैं कहता, मैं कहूँगा, मैं कहती, मेरी बात, मैं लिखता",
        "बशर्ते, जब तक, यदि, अगर, सिवाय",
    ),
    "fa": _of(
        "نه, نیست, نباید, هرگز, هیچ, نکنید, ننویسید, نمی, نیستند",
        "غلط, اشتباه, نادرست, دروغ, مثال, خطا, جعلی, باطل, صفر نمره, موقت",
        "دروغ, برعکس, خلاف",
        "می گویم, می‌گویم, خواهم گفت, می نویسم, می‌نویسم, حرف من",
        "به شرط, مگر, اگر, تا وقتی",
    ),
    "nl": _of(
        "niet, geen, nooit, niemand, niets, nergens",
        "fout, fouten, foutief, foute, verkeerd, verkeerde, onjuist, onjuiste, leugen, voorbeeld, "
        "vergissing, onzin, nul punten, onwaar, voorlopig, voorlopige, tijdelijke",
        "leugen, leugens, gelogen, tegendeel, onwaar, tegenovergestelde",
        "ik zeg, ik schrijf, zeg ik, schrijf ik, ik lieg",
        "zolang, mits, tenzij, als, indien, op voorwaarde, alleen als",
    ),
    "pl": _of(
        "nie, nigdy, nikt, nic, żaden, żadna, żadne, ani",
        "błąd, błędna, błędny, błędne, fałsz, fałszywy, fałszywa, przykład, kłamstwo, pomyłka, "
        "zła, zły, złe, bzdura, zero punktów, błędu, tymczasowa, tymczasowy, tymczasowe, wstępna, wstępny",
        "kłamstwo, kłamstwem, odwrotnie, przeciwieństwo, kłamię, nieprawda",
        "mówię, piszę, powiem, napiszę, kłamię",
        "pod warunkiem, chyba że, jeśli, o ile, dopóki, tylko jeśli",
    ),
    "sv": _of(
        "inte, ej, aldrig, ingen, inget, inga, icke",
        "fel, felaktig, felaktigt, falsk, falskt, lögn, exempel, misstag, noll poäng, trams, tillfälligt, preliminärt, preliminär",
        "lögn, lögner, motsatsen, ljuger, osant",
        "jag säger, säger jag, jag skriver, jag ljuger",
        "förutsatt, såvida, om, så länge, bara om",
    ),
    "cs": _of(
        "ne, není, nikdy, nikdo, nic, žádný, žádná, žádné, ani, nepište, nelze, nesmí",
        "chyba, chybná, chybný, chybné, špatně, špatná, špatný, lež, příklad, omyl, nesmysl, "
        "nula bodů, neplatná, neplatný",
        "lež, opak, lžu, nepravda",
        "říkám, řeknu, píšu, napíšu, lžu",
        "pokud, za předpokladu, ledaže, jestliže, dokud",
    ),
    "uk": _of(
        "не, ні, ніколи, ніхто, ніщо, немає",
        "помилка, помилкова, помилковий, помилкове, хибна, хибний, хибне, неправильна, приклад, "
        "неправильний, брехня, неправильне, описка, тимчасове, тимчасова, тимчасовий",
        "брехня, навпаки, неправда, брешу",
        "кажу, скажу, пишу, напишу",
        "за умови, якщо, хіба що, доки",
    ),
    "ro": _of(
        "nu, niciodată, nimeni, nimic, niciun, nicio, nici",
        "greșeală, greșit, greșită, eroare, fals, falsă, exemplu, minciună, eronat, eronată",
        "minciună, contrariul, mint, opusul",
        "spun, scriu, voi spune, mint",
        "cu condiția, dacă, atâta timp, decât dacă, cât timp",
    ),
    "fi": _of(
        "ei, en, et, emme, ette, eivät, älä, älkää, ikinä, koskaan",
        "virhe, väärä, väärin, virheellinen, valhe, esimerkki, erehdys, hölynpölyä",
        "valhe, päinvastoin, valetta, valehtelen, vastakohta",
        "sanon, kirjoitan, valehtelen",
        "jos, edellyttäen, ellei, kunhan",
    ),
    "da": _of(
        "ikke, aldrig, ingen, intet, ej",
        "fejl, forkert, forkerte, falsk, falsk, løgn, eksempel, misforståelse, vrøvl",
        "løgn, løgne, modsatte, lyver",
        "jeg siger, siger jeg, jeg skriver, jeg lyver",
        "forudsat, medmindre, hvis, så længe",
    ),
    "hu": _of(
        "nem, ne, soha, senki, semmi, sem, nincs, tilos",
        "hiba, hibás, rossz, téves, hazugság, példa, tévedés, hamis",
        "hazugság, ellenkezője, hazudok",
        "mondok, írok, hazudok",
        "ha, feltéve, hacsak, amíg",
    ),
    "el": _of(
        "δεν, δε, μη, μην, όχι, ποτέ, κανείς, καμία, κανένα, ούτε, μήτε",
        "λάθος, σφάλμα, λανθασμένη, λανθασμένο, ψέμα, παράδειγμα, εσφαλμένη, εσφαλμένο",
        "ψέμα, ψέματα, αντίθετο",
        "λέω, γράφω, θα πω",
        "αρκεί, εκτός, αν, εφόσον, υπό τον όρο",
    ),
    "he": _of(
        "לא, אין, אל, אינו, אינה, איננה, איננו, אף פעם, לעולם, אסור",
        "טעות, שגוי, שגויה, שקר, דוגמה, מוטעה, לא נכון, שקרי",
        "שקר, ההפך, שקרים",
        "אני אומר, אני כותב, אומר, אכתוב",
        "בתנאי, אלא אם, אם, כל עוד",
    ),
    "th": _of(
        "ไม่, มิ, อย่า, ห้าม, ไร้",
        "ผิด, เท็จ, โกหก, ตัวอย่าง, พลาด, ปลอม",
        "โกหก, ตรงข้าม",
        "ฉันพูด, ผมพูด, ฉันเขียน",
        "ถ้า, เว้นแต่, ตราบใด",
    ),
    "sw": _of(
        "si, sio, siyo, hapana, kamwe, usiandike, hakuna",
        "kosa, makosa, uongo, mfano, si sahihi, batili",
        "uongo, kinyume",
        "ninasema, nasema, ninaandika",
        "mradi, isipokuwa, kama, ikiwa",
    ),
    "bn": _of(
        "না, নয়, নেই, কখনো না, নহে",
        "ভুল, মিথ্যা, উদাহরণ, ত্রুটি, ভ্রান্ত",
        "মিথ্যা, বিপরীত, উল্টো",
        "আমি বলি, আমি বলছি, আমি লিখি",
        "যদি, শর্তে, যতক্ষণ",
    ),
    "te": _of(
        "కాదు, లేదు, వద్దు, కాని",
        "తప్పు, అబద్ధం, ఉదాహరణ, పొరపాటు",
        "అబద్ధం, వ్యతిరేకం",
        "నేను చెప్పే, నేను రాసే",
        "అయితే, తప్ప",
    ),
}
"""By language code; a language without an entry has English words of falsity only."""
