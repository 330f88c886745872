"""Who says a sentence in languages of South and West Asia and Africa, and in which mood."""

from .speech_table import Speech
from .table import phrases

TURKISH = Speech(
    reports=phrases(
        "göre, dedi, diyor, der, derdi, söyledi, söylüyor, iddia ediyor, iddia etti, düşünüyor, "
        "düşündü, sanıyor, sanıyordu, yazdı, "
        "yazıyor, inanıyor, güya, sözde, cevapladı, tahmin ediyor, bağırdı"
    ),
    concludes=phrases("dolayısıyla, bu nedenle, o halde, böylece, buna göre, demek ki"),
    authorities=phrases(
        "teoremine, teoremi, formülüne, formül, kuralına, soruya, tanıma, kanununa"
    ),
    courtesies=phrases(
        "umarım, başka sorunuz, sorunuz varsa, başka bir, iyi çalışmalar, kolay gelsin"
    ),
    either=phrases("veya, ya da"),
    both=phrases("ve"),
    conditions=phrases("eğer, ise, olsa, olsaydı"),
    unreal=phrases("olsaydı"),
    supposes=phrases(
        "varsayalım, diyelim, hayal edin, farz edelim, rüyada, şaka olarak, teoride, bir dünyada, "
        "düşünün ki, sanki"
    ),
    selves=phrases("ben, benim, bana, beni"),
    persons=phrases(
        "öğrenci, öğretmen, arkadaş, arkadaşım, yalancı, komşu, kardeş, adam, kadın, birisi, "
        "biri, o, ali, ayşe, profesör"
    ),
    labels=phrases(
        "yani, sonuç, adım, çözüm, kontrol, doğrulama, özet, toplam, sonuç olarak, hesaplama, "
        "açıklama, dolayısıyla, "
        "o halde, son, nihai, sağlama, işlem"
    ),
    approves=phrases(
        "bu, doğru, cevap, cevaptır, cevabı, sonuç, nihai, kontrol, edildi, umarım, yardımcı, "
        "olmuştur, olur, sorunuz, varsa, sorabilirsiniz, "
        "teşekkürler, iyi, çalışmalar, başarılar, evet, sağlama, yapıldı, ve, doğrudur, istenen"
    ),
    tentative=phrases("yanlış, eski, önceki, geçici, tahmini, başka, ilk, hatalı, onun, olası"),
)

ARABIC = Speech(
    reports=phrases(
        "قال, قالت, يقول, تقول, يقولون, زعم, يزعم, تزعم, ادعى, يدعي, يعتقد, اعتقد, تعتقد, يظن, "
        "ظن, كتب, كتبت, يكتب, أجاب, "
        "وفقا, وفقًا, بحسب, حسب, يرى, صرح, ذكر, يدّعي, نقلا عن"
    ),
    concludes=phrases("إذن, لذلك, وبالتالي, بالتالي, نحصل, فإن, لذا, ومنه"),
    authorities=phrases("نظرية, لنظرية, قانون, لقانون, قاعدة, المعطيات, القاعدة, المسألة"),
    courtesies=phrases("آمل, إذا كان لديك, أتمنى, لا تتردد, إن كان لديك"),
    either=phrases("أو"),
    both=phrases("و"),
    conditions=phrases("إذا, لو, إن كان"),
    unreal=phrases("لو"),
    supposes=phrases(
        "لنفترض, افترض, بافتراض, تخيل, لنتخيل, في عالم, في حلم, نظريا, مزاحا, على سبيل المزاح, هب "
        "أن"
    ),
    selves=phrases("أنا, لي, أعتذر, أخطأت, إجابتي"),
    persons=phrases(
        "طالب, الطالب, معلم, المعلم, صديق, صديقي, كاذب, الكاذب, جار, أخ, أخت, رجل, امرأة, شخص, "
        "هو, هي, أحمد, محمد, الأستاذ"
    ),
    labels=phrases(
        "إذن, إذا, لذلك, الخلاصة, النتيجة, الخطوة, الحل, التحقق, المجموع, الناتج, الشرح, "
        "الاستنتاج, وبالتالي, بالتالي, ختاما, خطوة, التفسير"
    ),
    approves=phrases(
        "هذا, هذه, هو, هي, الجواب, الإجابة, النهائي, النهائية, الصحيح, الصحيحة, صحيح, صحيحة, تم, "
        "التحقق, آمل, أن, يكون, مفيدا, "
        "إذا, كان, لديك, أي, أسئلة, أخرى, شكرا, نعم, المطلوب, وهو, وهذا, بالتوفيق, ذلك, يساعدك"
    ),
    tentative=phrases(
        "خاطئ, خاطئة, قديم, السابق, السابقة, المؤقت, التقديري, آخر, أخرى, الأول, تقريبي"
    ),
)

HINDI = Speech(
    reports=phrases(
        "कहता है, कहती है, कहते हैं, कहा, ने कहा, के अनुसार, मानता है, मानते हैं, सोचता है, लिखता "
        "है, लिखा, दावा, बताया, बोला, का कहना"
    ),
    concludes=phrases("अतः, इसलिए, इस प्रकार, अर्थात"),
    authorities=phrases("प्रमेय, सूत्र, नियम, प्रश्न, समस्या, परिभाषा"),
    courtesies=phrases("आशा है, यदि आपके, उम्मीद है, यदि आपको, अगर आपके, कोई और"),
    either=phrases("या, अथवा"),
    both=phrases("और, तथा, एवं"),
    conditions=phrases("यदि, अगर"),
    unreal=phrases("होता"),
    supposes=phrases("मान लीजिए, मान लो, मानो, कल्पना, सपने में, मज़ाक में, सैद्धांतिक, होता तो"),
    selves=phrases("मैं, मैंने, मुझे, मुझसे, मेरा, मेरी"),
    persons=phrases(
        "छात्र, शिक्षक, दोस्त, मित्र, झूठा, पड़ोसी, भाई, बहन, आदमी, औरत, किसी, वह, राम, श्याम, मोहन"
    ),
    labels=phrases(
        "अतः, इसलिए, निष्कर्ष, परिणाम, चरण, हल, समाधान, जाँच, कुल, व्याख्या, अंतिम, सत्यापन, गणना, इस प्रकार"
    ),
    approves=phrases(
        "यह, सही, उत्तर, है, हैं, अंतिम, जाँच, सत्यापित, आशा, मदद, मिली, मिलेगी, यदि, कोई, "
        "प्रश्न, हो, तो, पूछें, धन्यवाद, हाँ, और, "
        "परिणाम, अभीष्ट, की, से, आपको, अन्य, होगी, ही"
    ),
    tentative=phrases("गलत, ग़लत, पुराना, पिछला, अनुमानित, दूसरा, अस्थायी, पहला, संभावित, उसका"),
)

PERSIAN = Speech(
    reports=phrases("گفت, می‌گوید, میگوید, به گفته, طبق, ادعا, فکر می‌کند, نوشت, معتقد, به نظر"),
    concludes=phrases("پس, بنابراین, در نتیجه"),
    authorities=phrases("قضیه, فرمول, قانون, صورت مسئله"),
    courtesies=phrases("امیدوارم, اگر سوال, اگر سؤال"),
    either=phrases("یا"),
    both=phrases("و"),
    conditions=phrases("اگر"),
    unreal=phrases("بود"),
    supposes=phrases("فرض, فرض کنید, تصور کنید, در خواب, به شوخی"),
    selves=phrases("من, مرا, به من, اشتباه کردم"),
    persons=phrases("دانش‌آموز, معلم, دوست, دروغگو, او, کسی, علی"),
    labels=phrases(
        "پس, بنابراین, نتیجه, گام, حل, راه حل, بررسی, مجموع, توضیح, در نتیجه, نتیجه‌گیری"
    ),
    approves=phrases("این, پاسخ, جواب, درست, صحیح, است, نهایی, امیدوارم, مفید, باشد, بله, و"),
    tentative=phrases("غلط, اشتباه, قدیمی, قبلی, تخمینی, دیگر, اول"),
)

SWAHILI = Speech(
    reports=phrases(
        "anasema, alisema, wanasema, anadai, anafikiri, aliandika, kulingana na, anaamini"
    ),
    concludes=phrases("kwa hiyo, hivyo, basi"),
    authorities=phrases("kanuni, nadharia, swali"),
    courtesies=phrases("natumai, tafadhali"),
    either=phrases("au"),
    both=phrases("na"),
    conditions=phrases("ikiwa, kama"),
    unreal=phrases(""),
    supposes=phrases("tuseme, chukulia, tufikirie, katika ndoto"),
    selves=phrases("mimi, nimekosea, samahani"),
    persons=phrases("mwanafunzi, mwalimu, rafiki, mwongo, yeye"),
    labels=phrases("kwa hiyo, hivyo, hitimisho, matokeo, hatua, suluhisho, jumla, uhakiki"),
    approves=phrases("hili, ndilo, jibu, sahihi, la, mwisho, ni, natumai, hii, ndiyo"),
    tentative=phrases("baya, kosa, zamani, awali, lingine"),
)

BENGALI = Speech(
    reports=phrases("বলে, বলেছে, বলেন, বলল, মতে, দাবি, মনে করে, লিখেছে"),
    concludes=phrases("সুতরাং, অতএব, তাই"),
    authorities=phrases("উপপাদ্য, সূত্র, প্রশ্ন"),
    courtesies=phrases("আশা করি"),
    either=phrases("বা, অথবা"),
    both=phrases("এবং, ও"),
    conditions=phrases("যদি"),
    unreal=phrases(""),
    supposes=phrases("ধরি, ধরুন, মনে করি, কল্পনা, স্বপ্নে"),
    selves=phrases("আমি, আমার, আমাকে"),
    persons=phrases("ছাত্র, শিক্ষক, বন্ধু, মিথ্যাবাদী, সে"),
    labels=phrases("সুতরাং, অতএব, উপসংহার, ফলাফল, ধাপ, সমাধান, যাচাই, মোট, ব্যাখ্যা"),
    approves=phrases("এটি, এটাই, সঠিক, উত্তর, চূড়ান্ত, যাচাই, আশা, করি, হয়েছে"),
    tentative=phrases("ভুল, পুরানো, আগের, আনুমানিক, অন্য"),
)

TELUGU = Speech(
    reports=phrases("అన్నాడు, అంటాడు, చెప్పాడు, ప్రకారం, అనుకుంటాడు, రాశాడు"),
    concludes=phrases("కాబట్టి, అందువల్ల"),
    authorities=phrases("సిద్ధాంతం, సూత్రం"),
    courtesies=phrases("ఆశిస్తున్నాను"),
    either=phrases("లేదా"),
    both=phrases("మరియు"),
    conditions=phrases("ఒకవేళ"),
    unreal=phrases(""),
    supposes=phrases("అనుకుందాం, ఊహించండి, కలలో"),
    selves=phrases("నేను, నా, నాకు"),
    persons=phrases("విద్యార్థి, ఉపాధ్యాయుడు, స్నేహితుడు, అతను, ఆమె"),
    labels=phrases("కాబట్టి, ముగింపు, ఫలితం, దశ, పరిష్కారం, మొత్తం, వివరణ"),
    approves=phrases("ఇది, సరైన, సమాధానం, తుది, చివరి"),
    tentative=phrases("తప్పు, పాత, మునుపటి, ఇతర"),
)
