"""Arabic, Persian and Hebrew."""

from .table import Language, names, phrases, values

ARABIC = Language(
    code="ar",
    choice=phrases("الخيار, الاختيار, الحرف"),
    wrong=phrases(
        "خطأ, خاطئة, خاطئ, خاطئه, غير صحيح, غير صحيحة, ليس صحيحا, ليست صحيحة, ليس صحيحًا, غلط, مجهول"
    ),
    denial=phrases("ليس, ليست, لا, لنفترض أن, لنفترض, افترض أن, إذا, خاطئة, خطأ"),
    anaphors=phrases(
        "هذا, هذه, ذلك, ما سبق, هذه الإجابة, الإجابة أعلاه, هذا الجواب, الإجابة, الجواب, إجابتي"
    ),
    turns=phrases("انتظر, لا, عفوا, عذرا, في الواقع, لكن"),
    answer=phrases("الجواب, الإجابة, الاجابة, جواب, إجابة, الناتج"),
    lead=phrases("إذن, إذا, لذلك, وبالتالي, بالتالي, فإن, لذا, و"),
    after=phrases("النهائي, النهائية, الصحيح, الصحيحة"),
    link=phrases("هو, هي, يساوي, تساوي"),
    bare_link=True,
    minus=phrases("سالب, ناقص"),
    percent=phrases("بالمئة, بالمائة, في المئة, في المائة, ٪"),
    scales=values(
        "مئة مائة=100; ألف آلاف الف=1000; مليون ملايين=1000000; مليار مليارات=1000000000; دزينة=12"
    ),
    units=names(
        "ثانية ثواني: seconds; دقيقة دقائق: minutes; ساعة ساعات: hours; يوم أيام: days; "
        "أسبوع أسابيع: weeks; شهر أشهر: months; سنة سنوات: years; متر أمتار: meters; "
        "كيلومتر: km; سم: cm; غرام جرام: grams; كيلوغرام كجم: kg; لتر: liters; درجة: degrees; "
        "دولار دولارات: dollars; يورو: euros; ريال: riyals; جنيه: pounds"
    ),
    verbs=phrases("هو, هي, يساوي, تساوي, لديه, لديها, بقي, يبلغ, تبلغ"),
    operators={"تربيع": "({})^2", "تكعيب": "({})^3"},
    operators_before={"جذر": "\\sqrt{{{}}}", "الجذر التربيعي ل": "\\sqrt{{{}}}"},
    doubt=phrases(
        "أو, ليس, ليست, لا, ربما, حوالي, تقريبا, تقريبًا, أكثر, أقل, على الأقل, إذا, لو, بين, نصف, "
        "ضعف, من, إلى, غير"
    ),
)
PERSIAN = Language(
    code="fa",
    answer=phrases("پاسخ, جواب, نتیجه"),
    lead=phrases("پس, بنابراین, در نتیجه, لذا"),
    after=phrases("نهایی, درست, صحیح"),
    link=phrases("برابر است با, برابر, عبارت است از"),
    bare_link=True,
    ending=phrases("است, می‌باشد, می باشد"),
    minus=phrases("منفی"),
    percent=phrases("درصد, ٪"),
    scales=values("صد=100; هزار=1000; میلیون=1000000; میلیارد=1000000000; دوجین=12"),
    units=names(
        "ثانیه: seconds; دقیقه: minutes; ساعت: hours; روز: days; هفته: weeks; ماه: months; "
        "سال: years; متر: meters; کیلومتر: km; سانتی‌متر: cm; گرم: grams; کیلوگرم کیلو: kg; "
        "لیتر: liters; درجه: degrees; دلار: dollars; تومان: toman; ریال: rials; عدد: "
    ),
    operators_before={"جذر": "\\sqrt{{{}}}", "رادیکال": "\\sqrt{{{}}}"},
    doubt=phrases(
        "یا, نیست, نه, شاید, حدود, تقریبا, تقریباً, بیشتر, کمتر, حداقل, حداکثر, اگر, بین, نصف, "
        "برابرِ, از, تا"
    ),
)
HEBREW = Language(
    code="he",
    answer=phrases("תשובה, התשובה"),
    lead=phrases("לכן, אם כן"),
    after=phrases("הסופית, הנכונה, סופית"),
    link=phrases("היא, הינה"),
    minus=phrases("מינוס"),
    percent=phrases("אחוז, אחוזים"),
    scales=values("אלף אלפים=1000; מיליון=1000000"),
    doubt=phrases("לא, או, אולי, בערך, יותר, פחות"),
)

MIDDLE_EASTERN = (ARABIC, PERSIAN, HEBREW)
