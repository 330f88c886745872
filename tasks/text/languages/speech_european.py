"""Who says a sentence in European languages, and in which mood."""

from .speech_table import Speech
from .table import phrases

GERMAN = Speech(
    reports=phrases(
        "sagt, sagte, sagen, behauptet, behauptete, behaupten, meint, meinte, meinen, glaubt, "
        "glaubte, denkt, dachte, "
        "schreibt, schrieb, schreiben, antwortet, antwortete, laut, zufolge, erzählt, erzählte, "
        "vermutet, "
        "ruft, rief, angeblich, gemäß, würde sagen, würde schreiben, soll gesagt haben, hält für, "
        "nach meinung, aus sicht, zitat, sei, ich dachte, zuerst dachte"
    ),
    concludes=phrases(
        "also, somit, daher, folglich, damit, deshalb, ergibt sich, erhalten wir, demnach, mithin"
    ),
    authorities=phrases(
        "satz, formel, gesetz, regel, aufgabe, aufgabenstellung, definition, theorem, tabelle"
    ),
    courtesies=phrases(
        "ich hoffe, wenn du noch, falls du, melde dich, lass mich wissen, wenn sie noch, falls "
        "sie, gerne, bei fragen, viel erfolg"
    ),
    either=phrases("oder, beziehungsweise, bzw"),
    both=phrases("und, sowie"),
    conditions=phrases("wenn, falls, sofern, ob"),
    unreal=phrases("wäre, wären, hätte, hätten, würde, würden, könnte"),
    supposes=phrases(
        "angenommen, gesetzt den fall, nehmen wir an, stell dir vor, stellen wir uns vor, in "
        "einer welt, im traum, traum, traumwelt, märchen, fantasie, hypothetisch, theoretisch, zum spaß, als scherz, vorausgesetzt"
    ),
    selves=phrases("ich, mir, mich, mein, meine, meinen"),
    persons=phrases(
        "schüler, schülerin, lehrer, lehrerin, freund, lügner, student, nachbar, bruder, "
        "schwester, mann, frau, jemand, "
        "er, sie, kind, professor, man, leute"
    ),
    labels=phrases(
        "also, somit, daher, fazit, ergebnis, schritt, lösung, zusammenfassung, probe, folglich, "
        "schluss, "
        "rechnung, erklärung, endergebnis, insgesamt, gesamt, aufgabe, begründung, zusammen, "
        "schlussfolgerung"
    ),
    approves=phrases(
        "das, die, der, ist, richtig, korrekt, stimmt, die antwort, antwort, ergebnis, lösung, "
        "probe, "
        "ich, hoffe, hilft, dir, ihnen, bei, fragen, gerne, melden, passt, und, somit, also, viel, "
        "erfolg, damit, endgültige, dies, gesuchte, wie, gefordert, überprüft, bestätigt, weiter, "
        "helfen, konnte, sie, haben, wenn, noch, weitere, ja, genau, fertig, auch, mir, gern, "
        "geschehen, spaß"
    ),
    tentative=phrases(
        "geschätzte, geschätztes, alte, altes, alter, vorherige, vorheriges, vorläufige, "
        "vorläufiges, frühere, früheres, falsche, falsches, "
        "erste, mögliche, angebliche, ungefähre, andere, anderes, deren, dessen, seine, ihre"
    ),
)

FRENCH = Speech(
    reports=phrases(
        "dit, disait, disent, a dit, affirme, affirmait, prétend, prétendait, prétendent, pense, "
        "pensait, pensent, croit, croyait, "
        "écrit, a écrit, répond, a répondu, selon, d'après, soutient, suggère, déclare, annonce, "
        "raconte, "
        "estime, dirait, répondrait, écrirait, paraît-il, je pensais, je croyais, conclut, crie"
    ),
    concludes=phrases(
        "donc, ainsi, d'où, par conséquent, on obtient, on trouve, nous obtenons, il s'ensuit"
    ),
    authorities=phrases(
        "théorème, formule, loi, règle, énoncé, définition, identité, tableau, propriété"
    ),
    courtesies=phrases(
        "j'espère, n'hésitez pas, n'hésite pas, si vous avez, si tu as, dites-moi, faites-moi "
        "savoir, bonne chance"
    ),
    either=phrases("ou, ou bien"),
    both=phrases("et"),
    conditions=phrases("si, s'il, s'ils"),
    unreal=phrases("était, étaient, serait, seraient, aurait, avait"),
    supposes=phrases(
        "supposons, supposant, supposez, imaginons, imaginez, admettons, dans un monde, dans un "
        "rêve, en rêve, hypothétiquement, en théorie, pour rire, par hypothèse, à condition, au "
        "cas où, même si, pourrait, faisons semblant"
    ),
    selves=phrases("je, j'ai, j', me, m', moi, mon, ma, mes"),
    persons=phrases(
        "élève, professeur, prof, ami, amie, menteur, étudiant, étudiante, voisin, frère, soeur, "
        "sœur, homme, femme, quelqu'un, "
        "il, elle, on, ils, maître, maîtresse, certains"
    ),
    labels=phrases(
        "donc, ainsi, conclusion, en conclusion, résultat, étape, solution, vérification, "
        "finalement, au total, "
        "total, calcul, réponse, explication, bilan, soit, par conséquent, d'où, raisonnement"
    ),
    approves=phrases(
        "c'est, la, le, réponse, est, correcte, correct, bonne, bon, exacte, vérifié, "
        "vérification, ce, qui, "
        "résultat, finale, j'espère, que, cela, vous, t', aide, aidera, à, n'hésitez, pas, si, "
        "avez, des, "
        "questions, bonne, chance, voilà, oui, demandé, recherché, et, donc, confirmé, "
        "recherchée, d'autres, ok"
    ),
    tentative=phrases(
        "estimé, estimée, ancien, ancienne, précédent, précédente, provisoire, fausse, faux, "
        "mauvaise, première, "
        "possible, approximatif, approximative, autre, intermédiaire, sa, leur, ancienne"
    ),
)

SPANISH = Speech(
    reports=phrases(
        "dice, dijo, decía, dicen, afirma, afirmó, asegura, aseguró, sostiene, cree, creía, "
        "creen, piensa, pensaba, "
        "piensan, escribe, escribió, responde, respondió, contestó, contesta, según, opina, "
        "sugiere, declara, "
        "supuestamente, diría, respondería, se rumorea, creí, pensé, al parecer, concluye, grita, "
        "cuenta"
    ),
    concludes=phrases(
        "por lo tanto, por tanto, así que, luego, obtenemos, de modo que, por consiguiente"
    ),
    authorities=phrases(
        "teorema, fórmula, ley, regla, enunciado, problema, definición, tabla, identidad"
    ),
    courtesies=phrases(
        "espero que, si tienes, si tiene, no dudes, avísame, házmelo saber, no dude, quedo "
        "atento, suerte"
    ),
    either=phrases("o, u, o bien"),
    both=phrases("y, e"),
    conditions=phrases("si"),
    unreal=phrases("fuera, fuese, fueran, lloviera, tuviera, hubiera, sería, serían, tendría"),
    supposes=phrases(
        "supongamos, supón, suponiendo, imaginemos, imagina, imaginen, digamos, en un mundo, en "
        "un sueño, hipotéticamente, en teoría, en broma, por diversión, a condición, siempre que, "
        "en caso de, podría, como si, finjamos"
    ),
    selves=phrases("yo, me, mí, mi, mis, conmigo"),
    persons=phrases(
        "estudiante, alumno, alumna, profesor, profesora, maestro, amigo, amiga, mentiroso, "
        "vecino, hermano, "
        "hermana, hombre, mujer, alguien, él, ella, ellos, compañero, algunos, uno"
    ),
    labels=phrases(
        "entonces, así, conclusión, en conclusión, resultado, paso, solución, verificación, "
        "finalmente, en total, "
        "total, cálculo, respuesta, explicación, por lo tanto, por tanto, luego, resumen, es "
        "decir, comprobación, razonamiento"
    ),
    approves=phrases(
        "la, el, respuesta, es, correcta, correcto, esta, este, esto, resultado, final, espero, "
        "que, te, le, "
        "ayude, sirva, si, tienes, tiene, preguntas, dudas, avísame, suerte, buena, sí, "
        "verificado, comprobado, "
        "comprobación, y, buscado, pedida, lo, solicitado, haya, ayudado, más, alguna, otra, "
        "pregunta, listo"
    ),
    tentative=phrases(
        "estimado, estimada, antiguo, antigua, anterior, provisional, falsa, falso, incorrecta, "
        "incorrecto, primera, primer, "
        "posible, aproximado, aproximada, otra, otro, intermedio, equivocada, su, supuesta"
    ),
)

PORTUGUESE = Speech(
    reports=phrases(
        "diz, disse, dizia, dizem, afirma, afirmou, garante, acredita, acreditava, acha, achava, "
        "acham, pensa, pensava, "
        "escreve, escreveu, responde, respondeu, segundo, de acordo com, conforme, opina, sugere, "
        "declara, "
        "supostamente, diria, responderia, pensei, achei, conclui, conta, grita, alega"
    ),
    concludes=phrases("portanto, logo, assim, obtemos, de modo que, por isso, temos"),
    authorities=phrases(
        "teorema, fórmula, lei, regra, enunciado, problema, definição, tabela, identidade"
    ),
    courtesies=phrases(
        "espero que, espero ter, se tiver, se precisar, avise, fique à vontade, qualquer dúvida, "
        "boa sorte"
    ),
    either=phrases("ou"),
    both=phrases("e"),
    conditions=phrases("se, caso"),
    unreal=phrases("fosse, fossem, seria, seriam, tivesse"),
    supposes=phrases(
        "suponha, suponhamos, supondo, imagine, imaginemos, digamos, num mundo, em um mundo, num "
        "sonho, em um sonho, hipoteticamente, em teoria, de brincadeira, desde que, poderia, como "
        "se, finja"
    ),
    selves=phrases("eu, me, mim, meu, minha, comigo"),
    persons=phrases(
        "estudante, aluno, aluna, professor, professora, amigo, amiga, mentiroso, vizinho, irmão, "
        "irmã, "
        "homem, mulher, alguém, ele, ela, eles, colega, alguns"
    ),
    labels=phrases(
        "então, assim, conclusão, em conclusão, resultado, passo, solução, verificação, "
        "finalmente, no total, total, "
        "cálculo, resposta, explicação, portanto, logo, resumo, ou seja, justificativa, resolução"
    ),
    approves=phrases(
        "a, o, resposta, é, correta, correto, esta, este, isto, isso, essa, resultado, final, "
        "espero, que, te, "
        "ajude, tenha, ajudado, se, tiver, dúvidas, perguntas, avise, boa, sorte, sim, "
        "verificado, confirmado, "
        "e, procurado, pedido, qualquer, dúvida, mais, pronto"
    ),
    tentative=phrases(
        "estimado, estimada, antigo, antiga, anterior, provisório, provisória, falsa, falso, "
        "incorreta, incorreto, errada, "
        "primeira, possível, aproximado, outra, outro, intermediário, sua, suposta"
    ),
)

ITALIAN = Speech(
    reports=phrases(
        "dice, disse, diceva, dicono, ha detto, afferma, affermava, sostiene, sosteneva, crede, "
        "credeva, credono, "
        "pensa, pensava, pensano, scrive, ha scritto, scrisse, risponde, ha risposto, secondo, "
        "stando a, a detta di, "
        "suggerisce, dichiara, direbbe, risponderebbe, pare che, pensavo, credevo, conclude, "
        "grida, a quanto pare"
    ),
    concludes=phrases("quindi, dunque, perciò, pertanto, otteniamo, si ottiene, di conseguenza"),
    authorities=phrases(
        "teorema, formula, legge, regola, problema, testo, definizione, tabella, identità"
    ),
    courtesies=phrases(
        "spero che, spero di, se hai, se avete, fammi sapere, non esitare, buona fortuna, buono "
        "studio"
    ),
    either=phrases("o, oppure, ovvero"),
    both=phrases("e, ed"),
    conditions=phrases("se, qualora"),
    unreal=phrases("fosse, fossero, sarebbe, sarebbero, avesse"),
    supposes=phrases(
        "supponiamo, supponi, supponendo, immaginiamo, immagina, ammettiamo, in un mondo, in un "
        "sogno, ipoteticamente, in teoria, per scherzo, a condizione, potrebbe, come se, facciamo "
        "finta"
    ),
    selves=phrases("io, mi, me, mio, mia"),
    persons=phrases(
        "studente, studentessa, insegnante, professore, professoressa, maestro, maestra, amico, "
        "amica, bugiardo, vicino, "
        "fratello, sorella, uomo, donna, qualcuno, lui, lei, compagno, alcuni, alunno"
    ),
    labels=phrases(
        "quindi, così, conclusione, in conclusione, risultato, passo, soluzione, verifica, "
        "infine, in totale, totale, "
        "calcolo, risposta, spiegazione, pertanto, dunque, riepilogo, cioè, passaggio, ragionamento"
    ),
    approves=phrases(
        "la, il, risposta, è, corretta, corretto, giusta, questa, questo, risultato, finale, "
        "spero, che, ti, vi, "
        "sia, utile, aiuti, se, hai, domande, fammi, sapere, buona, fortuna, sì, verificato, "
        "confermato, e, "
        "cercato, richiesto, richiesta, altre, stato, d'aiuto, fatto"
    ),
    tentative=phrases(
        "stimato, stimata, vecchio, vecchia, precedente, provvisorio, provvisoria, falsa, falso, "
        "sbagliata, errata, "
        "prima, possibile, approssimativo, altra, altro, intermedio, sua, presunta"
    ),
)

RUSSIAN = Speech(
    reports=phrases(
        "говорит, сказал, сказала, говорят, утверждает, утверждал, утверждала, утверждают, "
        "считает, считал, считают, "
        "думает, думал, думают, пишет, написал, написала, ответил, ответила, отвечает, по словам, "
        "по мнению, "
        "согласно, якобы, мол, заявил, заявляет, предполагает, сказал бы, ходят слухи, кричит, "
        "уверяет"
    ),
    concludes=phrases(
        "значит, следовательно, поэтому, получаем, итак, таким образом, откуда, отсюда"
    ),
    authorities=phrases(
        "теореме, теорема, формуле, формула, условию, правилу, закону, задаче, задачи, условие, "
        "таблице"
    ),
    courtesies=phrases("надеюсь, если у вас, если остались, обращайтесь, дайте знать, удачи"),
    either=phrases("или, либо"),
    both=phrases("и"),
    conditions=phrases("если"),
    unreal=phrases("бы"),
    supposes=phrases(
        "допустим, предположим, представим, представьте, пусть, если бы, в мире, во сне, "
        "гипотетически, теоретически, в шутку, при условии, вообразим"
    ),
    selves=phrases("я, мне, меня, мой, моя, моё"),
    persons=phrases(
        "ученик, ученица, учитель, учительница, друг, лжец, студент, студентка, сосед, брат, "
        "сестра, мужчина, "
        "женщина, кто-то, он, она, они, профессор, одноклассник, некоторые"
    ),
    labels=phrases(
        "итак, значит, следовательно, вывод, результат, шаг, решение, проверка, итог, итого, "
        "всего, вычисление, "
        "пояснение, таким образом, объяснение, окончательно, получаем, заключение"
    ),
    approves=phrases(
        "это, ответ, верный, верно, правильный, правильно, проверка, проверено, результат, "
        "надеюсь, поможет, помогло, "
        "вам, если, есть, вопросы, удачи, да, готово, и, итоговый, окончательный, искомый, что, "
        "требовалось, "
        "доказать, ч.т.д, сходится, подтверждено, обращайтесь"
    ),
    tentative=phrases(
        "старый, прежний, предыдущий, предварительный, примерный, неверный, неправильный, первый, "
        "возможный, другой, "
        "приблизительный, ошибочный, его, её, их, черновой"
    ),
)

OTHERS = Speech(
    reports=phrases(
        "mówi, powiedział, twierdzi, zegt, zei, volgens, säger, enligt, říká, spune, conform, "
        "sanoo, siger, według"
    ),
    concludes=phrases("zatem, więc, dus, alltså, tedy, deci, siis, altså, tehát"),
    conditions=phrases("jeśli, gdyby, als, om, dacă, jos, hvis"),
    unreal=phrases("gdyby"),
    supposes=phrases("załóżmy, stel, anta, kdyby, să presupunem, oletetaan, ha"),
)
