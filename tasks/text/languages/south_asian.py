"""Languages of South Asia."""

from .table import Language, names, phrases, values

HINDI = Language(
    code="hi",
    choice=phrases("विकल्प"),
    wrong=phrases("गलत, ग़लत, सही नहीं, नहीं, अज्ञात, मज़ाक"),
    denial=phrases("गलत, ग़लत, मान लीजिए, मान लो, यदि, अगर, मान लीजिए कि"),
    anaphors=phrases("यह, ये, वह, उपरोक्त, ऊपर का, ऊपर दिया गया, मेरा, यह उत्तर, उपरोक्त उत्तर, उत्तर"),
    turns=phrases("रुकिए, रुको, नहीं, माफ़ कीजिए, लेकिन, क्षमा करें"),
    answer=phrases("उत्तर, जवाब, परिणाम"),
    lead=phrases("अतः, इसलिए, तो, अंतिम, सही, इस प्रकार, हमारा, मेरा, का"),
    link=phrases("है, होगा"),
    bare_link=True,
    ending=phrases("है, हैं, होगा, ।"),
    minus=phrases("ऋण, माइनस, ऋणात्मक"),
    percent=phrases("प्रतिशत, फीसदी"),
    scales=values("सौ=100; हज़ार हजार=1000; लाख=100000; करोड़=10000000; अरब=1000000000; दर्जन=12"),
    units=names(
        "सेकंड: seconds; मिनट: minutes; घंटे घंटा: hours; दिन: days; सप्ताह: weeks; महीने: months; "
        "साल वर्ष: years; मीटर: meters; किलोमीटर: km; सेमी: cm; ग्राम: grams; किलोग्राम किलो: kg; "
        "लीटर: liters; रुपये रुपए रुपया: rupees; डॉलर: dollars"
    ),
    doubt=phrases("या, नहीं, शायद, लगभग, करीब, अधिक, कम, ज्यादा, यदि, अगर, आधा, गुना, से, तक, और"),
)
BENGALI = Language(
    code="bn",
    answer=phrases("উত্তর, উত্তরটি, উত্তরঃ, ফলাফল"),
    lead=phrases("সুতরাং, অতএব, তাই, চূড়ান্ত, সঠিক, আমাদের"),
    link=phrases("হল, হলো, হচ্ছে, হবে, ঃ"),
    bare_link=True,
    ending=phrases("।"),
    minus=phrases("ঋণাত্মক, মাইনাস"),
    percent=phrases("শতাংশ"),
    scales=values("শত শো=100; হাজার=1000; লাখ লক্ষ=100000; কোটি=10000000; ডজন=12"),
    units=names(
        "সেকেন্ড: seconds; মিনিট: minutes; ঘণ্টা ঘন্টা: hours; দিন: days; সপ্তাহ: weeks; মাস: "
        "months; "
        "বছর: years; মিটার: meters; কিলোমিটার: km; গ্রাম: grams; কেজি: kg; লিটার: liters; "
        "টাকা: taka; ডলার: dollars"
    ),
    counters=phrases("টি, টা, জন, খানা"),
    doubt=phrases("অথবা, বা, না, নয়, প্রায়, হয়তো, বেশি, কম, যদি, অর্ধেক, গুণ, থেকে, এবং"),
)
TELUGU = Language(
    code="te",
    answer=phrases("సమాధానం, జవాబు, ఫలితం"),
    lead=phrases("కాబట్టి, అందువల్ల, చివరి, తుది, సరైన"),
    link=phrases("ఏమిటంటే, అవుతుంది"),
    bare_link=True,
    minus=phrases("మైనస్, ఋణ"),
    percent=phrases("శాతం"),
    scales=values("వంద=100; వేల వేలు వెయ్యి=1000; లక్ష లక్షల లక్షలు=100000; కోటి కోట్లు=10000000; డజను=12"),
    units=names(
        "సెకన్లు: seconds; నిమిషాలు: minutes; గంటలు: hours; రోజులు: days; వారాలు: weeks; "
        "నెలలు: months; సంవత్సరాలు: years; మీటర్లు: meters; కిలోమీటర్లు: km; గ్రాములు: grams; "
        "కిలోలు: kg; లీటర్లు: liters; రూపాయలు: rupees; డాలర్లు: dollars"
    ),
    doubt=phrases("లేదా, కాదు, సుమారు, బహుశా, ఎక్కువ, తక్కువ, సగం, రెట్లు, నుండి"),
)

SOUTH_ASIAN = (HINDI, BENGALI, TELUGU)
