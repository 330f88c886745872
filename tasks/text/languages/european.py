"""European languages."""

from .european_marked import (
    CZECH,
    DANISH,
    DUTCH,
    FINNISH,
    GREEK,
    HUNGARIAN,
    POLISH,
    ROMANIAN,
    SWEDISH,
    UKRAINIAN,
)
from .table import Language, names, phrases, values

_TIME_DE = "Sekunde Sekunden: seconds; Minute Minuten: minutes; Stunde Stunden: hours; "
GERMAN = Language(
    code="de",
    determiners=phrases(
        "der, die, das, den, ein, eine, jeder, jede, jedes, sein, seine, ihr, ihre, er, sie, es"
    ),
    choice=phrases(
        "option, antwort, buchstabe, die option, antwort option, die antwort, auswahl, die"
    ),
    wrong=phrases(
        "falsch, falsche, falscher, falsches, nicht richtig, nicht korrekt, inkorrekt, "
        "ungültig, ein fehler, ein irrtum, gelogen, zurückgenommen, hinfällig, fehlerhaft, "
        "nicht die antwort, nicht die richtige antwort, unbekannt, geraten, ein platzhalter, "
        "ein witz"
    ),
    denial=phrases(
        "nicht, kein, keine, niemals, falsch, falsche, angenommen, angenommen dass, nehmen wir "
        "an, nehmen wir an dass, falls, wenn, kaum"
    ),
    anaphors=phrases(
        "das, dies, diese, dieses, es, obige, obiges, die obige, das obige, die obige antwort, "
        "meine antwort, diese antwort, die antwort, das ergebnis, dieses ergebnis, die antwort "
        "oben"
    ),
    turns=phrases(
        "moment, warte, halt, nein, doch, hmm, entschuldigung, sorry, aber, eigentlich, "
        "tatsächlich, ups"
    ),
    answer=phrases(
        "richtige option, korrekte option, antwort, lösung, ergebnis, endergebnis, resultat"
    ),
    lead=phrases(
        "ist, lautet, wäre, die, das, meine, unsere, endgültige, richtige, korrekte, also, somit, "
        "daher, damit, "
        "folglich, und, schließlich, finale"
    ),
    link=phrases("ist, lautet, beträgt, wäre, ist also, ist somit, ist daher, lautet also, sind"),
    bare_link=True,
    before_number=phrases("genau, insgesamt, nur, noch, zusammen"),
    ending=phrases("übrig, insgesamt, im ganzen, zusammen"),
    minus=phrases("minus"),
    percent=phrases("prozent"),
    scales=values(
        "hundert=100; tausend=1000; million millionen=1000000; "
        "milliarde milliarden=1000000000; dutzend=12; tsd=1000; mio=1000000; mrd=1000000000"
    ),
    digits=values(
        "null=0; eins ein eine=1; zwei=2; drei=3; vier=4; fünf=5; sechs=6; sieben=7; acht=8; "
        "neun=9; zehn=10; elf=11; zwölf=12"
    ),
    units=names(
        _TIME_DE + "Tag Tage Tagen: days; Woche Wochen: weeks; Jahr Jahre Jahren: years; "
        "Monat Monate: months; Meter: meters; Kilometer: km; Zentimeter: cm; Millimeter: mm; "
        "Gramm: grams; Kilogramm: kg; Tonnen: tons; Liter: liters; Grad: degrees; Euro: euros; "
        "Dollar: dollars; Cent: cents; Stundenkilometer: kmh"
    ),
    verbs=phrases(
        "es sind, es waren, sind, ist, hat, haben, braucht, brauchen, verdient, bezahlt, zahlt, kostet, beträgt, es gibt, "
        "bekommt, bekommen, erhalten, besitzt, benötigt, spart, liest, sammelt, "
        "bleiben, erhält, macht, gibt, hat noch, haben noch, dauert, wiegt"
    ),
    operators={"zum quadrat": "({})^2", "quadrat": "({})^2", "hoch drei": "({})^3"},
    operators_before={"wurzel aus": "\\sqrt{{{}}}", "wurzel": "\\sqrt{{{}}}"},
    doubt=phrases(
        "niemand, keiner, nicht, kein, keine, keinen, nie, oder, entweder, vielleicht, "
        "möglicherweise, eventuell, "
        "etwa, ungefähr, circa, rund, fast, knapp, mehr, weniger, mindestens, höchstens, über, "
        "unter, zwischen, bis, falls, wenn, außer, statt, sondern, doppelt, halb, hälfte, mal, und"
    ),
    nouns="capital",
)
FRENCH = Language(
    code="fr",
    determiners=phrases(
        "le, la, les, l'homme, un, une, son, sa, ses, leur, chaque, il, elle, ils, elles"
    ),
    choice=phrases(
        "la, le, l'option, option, la lettre, lettre, la réponse, le choix, choix, la "
        "proposition, proposition, l'alternative"
    ),
    wrong=phrases(
        "fausse, faux, incorrecte, incorrect, erronée, erroné, n'est pas correcte, n'est pas "
        "correct, n'est pas juste, n'est pas bonne, n'est pas la bonne, n'est pas bon, n'est "
        "pas la réponse, une erreur, invalide, inconnue, une blague, mauvaise"
    ),
    denial=phrases(
        "pas, jamais, fausse, faux, mauvaise, incorrecte, supposons que, supposons, admettons "
        "que, imaginons que, si, aucune"
    ),
    anaphors=phrases(
        "cela, ceci, ça, c'est, ce, cette, cette réponse, ma réponse, la réponse, le résultat, "
        "ce résultat, ci-dessus, la réponse ci-dessus, ce qui précède, elle"
    ),
    turns=phrases("attendez, attends, non, en fait, désolé, pardon, hmm, oups, mais, finalement"),
    answer=phrases("réponse, reponse, solution, résultat, resultat"),
    lead=phrases(
        "la, le, ma, notre, une, donc, ainsi, alors, bonne, et, enfin, par conséquent, finalement"
    ),
    after=phrases("finale, final, correcte"),
    link=phrases("est, est donc, sera, vaut, est égale à, sont, serait"),
    before_number=phrases("exactement, un total de, encore, au total, de"),
    ending=phrases("au total, en tout, en moyenne"),
    minus=phrases("moins"),
    percent=phrases("pour cent, pourcent, pourcents"),
    scales=values(
        "cent cents=100; mille=1000; million millions=1000000; "
        "milliard milliards=1000000000; douzaine douzaines=12; dizaine dizaines=10; "
        "centaine centaines=100; millier milliers=1000"
    ),
    digits=values(
        "zéro=0; un une=1; deux=2; trois=3; quatre=4; cinq=5; six=6; sept=7; huit=8; neuf=9; "
        "dix=10; onze=11; douze=12"
    ),
    units=names(
        "seconde secondes: seconds; minute minutes: minutes; heure heures: hours; jour jours: "
        "days; "
        "semaine semaines: weeks; mois: months; an ans année années: years; mètre mètres: meters; "
        "kilomètre kilomètres: km; centimètre centimètres: cm; gramme grammes: grams; "
        "kilogramme kilogrammes kilos: kg; litre litres: liters; degré degrés: degrees; "
        "euro euros: euros; dollar dollars: dollars; centime centimes: cents"
    ),
    verbs=phrases(
        "est de, est égal à, est égale à, est, sont, a, ont, a encore, coûte, gagne, paie, dépense, il y a, il reste, vaut, faut, "
        "reçoit, reste, mesure, pèse, font, fait"
    ),
    operators={"au carré": "({})^2", "au cube": "({})^3"},
    operators_before={"racine de": "\\sqrt{{{}}}", "racine carrée de": "\\sqrt{{{}}}"},
    doubt=phrases(
        "personne, pas, non, ne, ni, jamais, ou, soit, peut-être, environ, presque, près, plus, "
        "moins de, "
        "au moins, au plus, entre, jusqu, si, sauf, aucun, aucune, double, moitié, fois, et"
    ),
    nouns="plural",
)
SPANISH = Language(
    code="es",
    determiners=phrases("el, la, los, las, un, una, su, sus, cada, él, ella, ellos, ellas"),
    choice=phrases(
        "la, el, la opción, opción, la letra, letra, la alternativa, alternativa, inciso, el "
        "inciso, la respuesta"
    ),
    wrong=phrases(
        "incorrecta, incorrecto, falsa, falso, errónea, erróneo, equivocada, equivocado, mal, "
        "no es correcta, no es correcto, no es la correcta, no es así, no es la respuesta, no "
        "es cierto, un error, inválida, desconocida, una broma, mentira, no vale"
    ),
    denial=phrases(
        "no, nunca, falsa, incorrecta, supongamos que, supongamos, imaginemos que, si, errónea, "
        "equivocada"
    ),
    anaphors=phrases(
        "esa, ese, esa respuesta, eso, esto, esta, esta respuesta, mi respuesta, la respuesta, lo "
        "anterior, la anterior, "
        "el resultado, este resultado, la respuesta anterior, está, todo eso"
    ),
    turns=phrases(
        "espera, espere, no, en realidad, perdón, perdona, lo siento, hmm, pero, mejor dicho"
    ),
    answer=phrases(
        "opción correcta, alternativa correcta, letra correcta, respuesta, solución, solucion, "
        "resultado"
    ),
    lead=phrases(
        "la, el, mi, nuestra, una, así, entonces, por lo tanto, por tanto, luego, y, finalmente, "
        "en conclusión, por consiguiente"
    ),
    after=phrases("final, correcta"),
    link=phrases("es, es entonces, será, son, sería, es por lo tanto, es igual a"),
    before_number=phrases("exactamente, un total de, de"),
    ending=phrases("en total, en promedio"),
    minus=phrases("menos, negativo"),
    percent=phrases("por ciento"),
    scales=values(
        "cien cientos ciento=100; mil=1000; millón millon millones=1000000; "
        "billón billones=1000000000000; docena docenas=12; decena decenas=10; "
        "centenar centenares=100; millar millares=1000"
    ),
    digits=values(
        "cero=0; uno un una=1; dos=2; tres=3; cuatro=4; cinco=5; seis=6; siete=7; ocho=8; "
        "nueve=9; diez=10; once=11; doce=12"
    ),
    units=names(
        "segundo segundos: seconds; minuto minutos: minutes; hora horas: hours; día días: days; "
        "semana semanas: weeks; mes meses: months; año años: years; metro metros: meters; "
        "kilómetro kilómetros: km; centímetro centímetros: cm; gramo gramos: grams; "
        "kilo kilos kilogramo kilogramos: kg; litro litros: liters; grado grados: degrees; "
        "euro euros: euros; dólar dólares: dollars; centavo centavos céntimos: cents"
    ),
    verbs=phrases(
        "es de, es igual a, es, tiene, tienen, gana, paga, cuesta, gasta, hay, le quedan, quedan, necesita, "
        "recibe, son, vale, mide, pesa, recorre"
    ),
    operators={"al cuadrado": "({})^2", "al cubo": "({})^3"},
    operators_before={"raíz de": "\\sqrt{{{}}}", "raíz cuadrada de": "\\sqrt{{{}}}"},
    doubt=phrases(
        "nadie, ninguno, no, ni, nunca, o, quizás, quizá, tal vez, aproximadamente, unos, casi, "
        "más, menos de, "
        "al menos, como máximo, como mínimo, entre, hasta, si, salvo, sino, doble, mitad, veces, y"
    ),
    nouns="plural",
)
PORTUGUESE = Language(
    code="pt",
    determiners=phrases("o, a, os, as, um, uma, seu, sua, cada, ele, ela, eles, elas"),
    choice=phrases(
        "a, o, a letra, letra, a alternativa, alternativa, a opção, opção, item, o item"
    ),
    wrong=phrases(
        "incorreta, incorreto, errada, errado, falsa, falso, não está correta, não está certo, "
        "não está certa, não é correta, não é a correta, não é a resposta, um erro, um engano, "
        "inválida, desconhecida, uma brincadeira, mentira"
    ),
    denial=phrases(
        "não, nunca, falsa, errada, incorreta, suponha que, suponhamos que, digamos que, se"
    ),
    anaphors=phrases(
        "isso, isto, essa, esta, essa resposta, esta resposta, minha resposta, a resposta, o "
        "resultado, esse resultado, o acima, a resposta acima, está"
    ),
    turns=phrases("espere, espera, não, na verdade, desculpe, perdão, hmm, mas, aliás"),
    answer=phrases(
        "alternativa correta, opção correta, resposta correta, letra correta, resposta, solução, "
        "resultado"
    ),
    lead=phrases("a, o, minha, nossa, uma, assim, então, portanto, logo, e, por fim, finalmente"),
    after=phrases("final, correta"),
    link=phrases("é, será, são, é então, é portanto, seria, é igual a"),
    before_number=phrases("exatamente, um total de, de"),
    ending=phrases("no total, ao todo, ao total, em média"),
    minus=phrases("menos"),
    percent=phrases("por cento"),
    scales=values(
        "cem cento=100; mil=1000; milhão milhões=1000000; bilhão bilhões=1000000000; "
        "dúzia dúzias=12; dezena dezenas=10; centena centenas=100; milhar milhares=1000"
    ),
    digits=values(
        "zero=0; um uma=1; dois duas=2; três=3; quatro=4; cinco=5; seis=6; sete=7; oito=8; "
        "nove=9; dez=10"
    ),
    units=names(
        "segundos: seconds; minuto minutos: minutes; hora horas: hours; dia dias: days; "
        "semanas: weeks; meses: months; ano anos: years; metro metros: meters; "
        "quilômetros: km; centímetros: cm; gramas: grams; quilos quilogramas: kg; "
        "litros: liters; graus: degrees; euros: euros; dólares: dollars; reais: reais; centavos: "
        "cents"
    ),
    verbs=phrases(
        "é de, é igual a, é, tem, têm, ganha, paga, custa, gasta, há, restam, precisa, recebe, são, vale"
    ),
    operators={"ao quadrado": "({})^2", "ao cubo": "({})^3"},
    operators_before={"raiz de": "\\sqrt{{{}}}", "raiz quadrada de": "\\sqrt{{{}}}"},
    doubt=phrases(
        "ninguém, nenhum, não, nem, nunca, ou, talvez, aproximadamente, cerca, quase, mais, menos "
        "de, pelo menos, "
        "no máximo, no mínimo, entre, até, se, exceto, dobro, metade, vezes"
    ),
    nouns="plural",
)
ITALIAN = Language(
    code="it",
    determiners=phrases("il, lo, la, i, gli, le, un, una, suo, sua, ogni, lui, lei"),
    choice=phrases("la, il, la lettera, lettera, l'opzione, opzione, l'alternativa, la risposta"),
    wrong=phrases(
        "sbagliata, sbagliato, errata, errato, falsa, falso, scorretta, scorretto, non è "
        "corretta, non è corretto, non è giusta, non è giusto, non è la risposta, un errore, "
        "uno scherzo, sconosciuta"
    ),
    denial=phrases("non, mai, falsa, sbagliata, supponiamo che, supponiamo, se, errata"),
    anaphors=phrases(
        "questo, questa, ciò, quello, questa risposta, la mia risposta, la risposta, il "
        "risultato, quanto sopra, la risposta sopra"
    ),
    turns=phrases("aspetta, aspettate, no, in realtà, scusa, scusate, hmm, ma, anzi"),
    answer=phrases("opzione corretta, alternativa corretta, risposta, soluzione, risultato"),
    lead=phrases("la, il, mia, nostra, una, quindi, dunque, perciò, così, e, infine, pertanto"),
    after=phrases("finale, corretta, esatta"),
    link=phrases("è, sarà, sono, è quindi, è dunque, sarebbe, è uguale a"),
    before_number=phrases("esattamente, un totale di, di"),
    ending=phrases("in totale, in tutto, in media"),
    minus=phrases("meno"),
    percent=phrases("per cento"),
    scales=values(
        "cento=100; mille mila=1000; milione milioni=1000000; decina decine=10; dozzina dozzine=12; "
        "centinaio centinaia=100; migliaio migliaia=1000; "
        "miliardo miliardi=1000000000; dozzina dozzine=12"
    ),
    digits=values(
        "zero=0; uno una un=1; due=2; tre=3; quattro=4; cinque=5; sei=6; sette=7; otto=8; "
        "nove=9; dieci=10"
    ),
    units=names(
        "secondi: seconds; minuto minuti: minutes; ora ore: hours; giorno giorni: days; "
        "settimane: weeks; mesi: months; anno anni: years; metro metri: meters; "
        "chilometri: km; centimetri: cm; grammi: grams; chilogrammi chili: kg; "
        "litri: liters; gradi: degrees; euro: euros; dollari: dollars; centesimi: cents"
    ),
    verbs=phrases(
        "è di, è uguale a, è, ha, hanno, guadagna, paga, costa, spende, ci sono, restano, riceve, sono, vale"
    ),
    operators={"al quadrato": "({})^2", "al cubo": "({})^3"},
    operators_before={"radice di": "\\sqrt{{{}}}", "radice quadrata di": "\\sqrt{{{}}}"},
    doubt=phrases(
        "nessuno, non, né, mai, o, oppure, forse, circa, quasi, più, meno di, almeno, al massimo, "
        "tra, "
        "fino, se, tranne, doppio, metà, volte"
    ),
    nouns="any",
)
RUSSIAN = Language(
    code="ru",
    choice=phrases("вариант, буква, ответ, под буквой, пункт"),
    wrong=phrases(
        "неверный, неверно, неправильный, неправильно, неверен, ошибочный, ошибочен, ошибка, "
        "ошибочно, ложный, не верен, не верно, не правильный, не тот, не ответ, неизвестен, "
        "шутка, не подходит"
    ),
    denial=phrases(
        "не, неверный, неверно что, неверно, неправильный, ошибочный, допустим, предположим, "
        "пусть, если, допустим что, предположим что, никогда"
    ),
    anaphors=phrases(
        "это, этот, этот ответ, мой ответ, ответ, выше, вышеуказанный ответ, данный ответ, "
        "сказанное выше, результат, этот результат, предыдущий ответ"
    ),
    turns=phrases("подождите, стоп, нет, погодите, на самом деле, извините, простите, хм, но, ой"),
    answer=phrases("ответ, ответом, результат, решение, итого"),
    lead=phrases(
        "наш, мой, правильный, итоговый, окончательный, итак, значит, следовательно, поэтому, "
        "таким образом, и, верный, получаем"
    ),
    link=phrases("является, будет, это, равен, составляет, -, –, —"),
    bare_link=True,
    bare_closes=True,
    before_number=phrases("ровно, всего, равно"),
    minus=phrases("минус"),
    percent=phrases("процент, процента, процентов"),
    scales=values(
        "десяток десятка десятков=10; дюжина дюжины дюжин=12; сто сотня сотен=100; "
        "тысяча тысячи тысяч=1000; миллион миллиона миллионов=1000000; "
        "миллиард миллиарда миллиардов=1000000000; тыс=1000; млн=1000000; млрд=1000000000"
    ),
    digits=values(
        "ноль=0; один одна одно=1; два две=2; три=3; четыре=4; пять=5; шесть=6; семь=7; "
        "восемь=8; девять=9; десять=10"
    ),
    units=names(
        "секунда секунды секунд сек: seconds; минута минуты минут мин: minutes; час часа часов ч: hours; "
        "день дня дней: days; неделя недели недель: weeks; месяц месяца месяцев: months; "
        "год года лет: years; метр метра метров м: meters; километр километра километров км: km; "
        "сантиметр сантиметра сантиметров см: cm; мм: mm; грамм грамма граммов г: grams; "
        "килограмм килограмма килограммов кг: kg; литр литра литров л: liters; "
        "градус градуса градусов: degrees; доллар доллара долларов: dollars; евро: euros; "
        "рубль рубля рублей: rubles"
    ),
    verbs=phrases(
        "осталось, имеет, есть, стоит, заработал, заработала, получит, нужно, составляет, "
        "заплатит, потратил, потратила, равна, равно, равен, равны, составит, проедет, всего"
    ),
    operators={"в квадрате": "({})^2", "в кубе": "({})^3", "факториал": "({})!"},
    operators_before={"корень из": "\\sqrt{{{}}}", "квадратный корень из": "\\sqrt{{{}}}"},
    doubt=phrases(
        "не, нет, ни, или, либо, возможно, может, наверное, около, примерно, почти, больше, "
        "меньше, более, менее, хотя бы, до, от, между, если, кроме, вдвое, половина, раз, и, а"
    ),
    nouns="any",
)


EUROPEAN = (
    GERMAN, FRENCH, SPANISH, PORTUGUESE, ITALIAN, RUSSIAN, POLISH, DUTCH, SWEDISH, CZECH, ROMANIAN,
    FINNISH, GREEK, DANISH, HUNGARIAN, UKRAINIAN,
)  # fmt: skip
