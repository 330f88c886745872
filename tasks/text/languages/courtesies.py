"""What opens the courtesy that closes a response, by language."""

from collections.abc import Mapping

from .table import phrases

COURTESIES: Mapping[str, tuple[str, ...]] = {
    "de": phrases(
        "ich hoffe, hoffentlich, bei weiteren fragen, bei fragen, wenn du, falls du, wenn sie, "
        "falls sie, melde dich, sag bescheid, viel erfolg, viel spaß, gern geschehen, gerne, frag, "
        "lass es mich, lass mich, lassen sie, weiterhin viel, schönen tag, einen schönen, alles gute"
    ),
    "fr": phrases(
        "j'espère, si vous, si tu, n'hésitez, n'hésite, bonne, bon, bonne chance, bon courage, "
        "dites-moi, dis-moi, faites-moi, fais-moi, je reste, je suis à, avec plaisir, merci, "
        "en espérant, à votre, à ta, au plaisir"
    ),
    "es": phrases(
        "espero, si necesitas, si tienes, si quieres, si necesita, si tiene, si desea, si deseas, "
        "no dudes, no dude, avísame, dime, buena suerte, suerte, mucha suerte, gracias, con gusto, "
        "de nada, que te, quedo a, quedo atento, cualquier duda, házmelo saber, saludos, ánimo, "
        "hazme saber, estoy a, sigue así, un saludo, feliz"
    ),
    "pt": phrases(
        "espero, se precisar, se tiver, se quiser, se você, caso, qualquer dúvida, boa sorte, "
        "bons estudos, avise-me, me avise, fico à, estou à, obrigado, obrigada, de nada, um abraço, "
        "não hesite, conte comigo, sucesso, disponha, bom estudo, até logo, é só"
    ),
    "it": phrases(
        "spero, se hai, se vuoi, se ha, se avete, se ti, se serve, fammi sapere, fatemi sapere, "
        "buona fortuna, buono studio, in bocca al lupo, non esitare, grazie, prego, a presto, "
        "resto a, sono a, buon lavoro, buon, buona, per qualsiasi, dimmi"
    ),
    "ru": phrases(
        "надеюсь, если у вас, если у тебя, если есть, если нужно, если хотите, если хочешь, "
        "обращайтесь, обращайся, удачи, успехов, желаю, спрашивайте, спрашивай, буду рад, "
        "буду рада, спасибо, пожалуйста, хорошего, всего доброго, дайте знать, дай знать, пишите"
    ),
    "zh": phrases(
        "希望, 如果你, 如果您, 如果还有, 如果還有, 如有, 若有, 若你, 若您, 祝, 欢迎, 歡迎, 请随时, "
        "請隨時, 需要我, 谢谢, 謝謝, 加油, 随时, 有任何"
    ),
    "ja": phrases(
        "お役に立, ご質問, 何か, 他に, ほかに, もし不明, もし質問, もしご, ご不明, 質問があれ, "
        "分からない, わからない, 頑張, がんば, 参考に, 以上です, 以上で, ありがとう, お気軽, "
        "また, いつでも"
    ),
    "ko": phrases(
        "도움이, 궁금한, 더 궁금, 질문이, 추가로, 언제든, 이해가 안, 필요하시면, 필요하면, 감사, "
        "화이팅, 파이팅, 좋은 하루, 다른 문제, 더 필요, 행운을"
    ),
    "vi": phrases(
        "hy vọng, nếu bạn, nếu em, nếu cần, nếu có, chúc, cảm ơn, hãy cho, mong, đừng ngần ngại, "
        "cứ hỏi, rất vui"
    ),
    "id": phrases(
        "semoga, jika ada, jika anda, jika kamu, kalau ada, silakan, beri tahu, terima kasih, "
        "selamat, jangan ragu, bila ada, apabila"
    ),
    "tr": phrases(
        "umarım, başka, eğer, sorunuz, sorun olursa, iyi çalışmalar, başarılar, kolay gelsin, "
        "yardımcı, teşekkür, anlamadığın, takıldığın, iyi günler, çekinme, merak"
    ),
    "ar": phrases(
        "آمل, أتمنى, أرجو, إذا كان, إذا كانت, إن كان, هل تريد, بالتوفيق, شكرا, شكرًا, لا تتردد, "
        "مع تمنياتي, يسعدني, أخبرني"
    ),
    "hi": phrases(
        "आशा, उम्मीद, यदि आप, अगर आप, यदि कोई, अगर कोई, यदि आपको, अगर आपको, शुभकामनाएँ, "
        "शुभकामनाएं, धन्यवाद, बेझिझक, कोई और, कृपया"
    ),
    "fa": phrases(
        "امیدوارم, اگر سوال, اگر سؤال, اگر نیاز, اگر پرسش, موفق باشید, موفق باشی, ممنون, متشکرم, "
        "خوشحال, اگر جایی, سوالی"
    ),
    "nl": phrases(
        "ik hoop, hopelijk, als je, als u, laat het, laat me, veel succes, succes, vragen, graag, "
        "graag gedaan, bedankt, heb je, mocht je, fijne, nog vragen"
    ),
    "pl": phrases(
        "mam nadzieję, jeśli masz, jeśli potrzebujesz, powodzenia, daj znać, chętnie, dziękuję, "
        "w razie, jeżeli, pozdrawiam, miłego, śmiało"
    ),
    "sv": phrases("hoppas, jag hoppas, om du, säg till, lycka till, hör av, tack, fråga, låt mig"),
    "cs": phrases("doufám, pokud, hodně štěstí, dejte vědět, dej vědět, rád, ráda, děkuji, ať"),
    "uk": phrases(
        "сподіваюся, сподіваюсь, якщо у вас, якщо є, якщо потрібно, успіхів, удачі, звертайтеся, "
        "звертайся, дякую, пишіть, бажаю"
    ),
    "ro": phrases("sper, dacă ai, dacă aveți, dacă mai, succes, mulțumesc, spor, nu ezita, anunță"),
    "fi": phrases("toivottavasti, toivon, jos sinulla, jos tarvitset, onnea, kiitos, kysy, autan"),
    "da": phrases("håber, jeg håber, hvis du, sig til, held og lykke, tak, spørg, god"),
    "hu": phrases("remélem, ha van, ha bármi, ha kérdés, sok sikert, szívesen, köszönöm, kérdezz"),
    "el": phrases("ελπίζω, αν έχεις, αν έχετε, αν χρειάζ, καλή επιτυχία, ευχαριστώ, πες μου"),
    "he": phrases("מקווה, אני מקווה, אם יש, בהצלחה, תודה, אשמח, מוזמן"),
    "th": phrases("หวังว่า, หากมี, ถ้ามี, ขอให้, ขอบคุณ, ยินดี, หากคุณ"),
    "sw": phrases("natumaini, ikiwa una, kama una, karibu, asante, kila la heri, tafadhali"),
    "bn": phrases("আশা করি, যদি কোনো, যদি আপনার, ধন্যবাদ, শুভকামনা, আর কোনো, কোনো প্রশ্ন"),
    "te": phrases("ఆశిస్తున్నాను, మీకు, ధన్యవాదాలు, శుభాకాంక్షలు, ఏదైనా, ఇది సహాయ"),
}
"""Wishes, thanks and offers of help. A sentence that speaks of the answer is no courtesy."""
