"""Values inside words of other alphabets: "15元", "15 яблок", "答えは15です"."""

import re

_OTHER = r"[^\x00-\x7f]"
_WRAPPED = re.compile(rf"\\(?:text\w{{0,6}}|mathrm|mbox)\s?\{{\s?({_OTHER}[^{{}}\\]{{0,60}})\}}")
_WORDS = re.compile(rf"(?:{_OTHER}|(?<={_OTHER})[ ,](?={_OTHER}))+")
_DOUBT = re.compile(
    "或|不|非|无|也许|可能|大约|左右|以上|以下|至少|最多|超过|多于|少于|小于|大于|到|至|和|与|倍|未|約|"
    "または|もしくは|ない|かも|以内|より|아니|또는|이상|이하|아마|약|보다|"
    r"\b(?:или|не|возможно|может|около|больше|меньше|примерно|до|от)\b|"
    "หรือ|ไม่|อาจ|ประมาณ|มากกว่า|น้อยกว่า|অথবা|বা|না|প্রায়|হয়তো|లేదా|కాదు|సుమారు|"
    "أو|ليس|ربما|حوالي|या|नहीं|शायद|लगभग"
)
_UNITS = {
    "元": "yuan", "块": "yuan", "美元": "dollars", "ドル": "dollars", "달러": "dollars",
    "долларов": "dollars", "доллара": "dollars", "доллар": "dollars", "欧元": "euros",
    "евро": "euros", "円": "yen", "日元": "yen", "厘米": "cm", "毫米": "mm", "米": "meters",
    "分米": "decimeters", "千米": "km", "公里": "km", "センチ": "cm", "センチメートル": "cm",
    "メートル": "meters", "キロメートル": "km", "キロ": "kg", "см": "cm", "мм": "mm", "м": "meters",
    "км": "km", "метров": "meters", "克": "grams", "千克": "kg", "公斤": "kg", "吨": "tons",
    "г": "grams", "кг": "kg", "グラム": "grams", "キログラム": "kg", "升": "liters", "毫升": "ml",
    "л": "liters", "литров": "liters", "リットル": "liters", "秒": "seconds", "分": "minutes",
    "分钟": "minutes", "分鐘": "minutes", "小时": "hours", "小時": "hours", "時間": "hours",
    "天": "days", "日": "days", "周": "weeks", "年": "years", "岁": "years", "歳": "years",
    "секунд": "seconds", "минут": "minutes", "минуты": "minutes", "часов": "hours",
    "часа": "hours", "час": "hours", "дней": "days", "дня": "days", "лет": "years",
    "度": "degrees", "градусов": "degrees", "개월": "months", "시간": "hours", "분": "minutes",
    "초": "seconds", "미터": "meters",
}  # fmt: skip
_SCALES = {
    "万": 10**4, "萬": 10**4, "만": 10**4, "亿": 10**8, "億": 10**8, "억": 10**8,
    "тысяч": 10**3, "тысячи": 10**3, "тысяча": 10**3, "миллионов": 10**6, "миллиона": 10**6,
}  # fmt: skip
_ENDINGS = ("です", "でした", "になります", "입니다", "이다", "である", "であった")


def value_in(text: str) -> str | None:
    """The one value among words of another alphabet, with its unit in English; else None.

    None too when the words doubt, compare or offer a choice.
    """
    if text.isascii() or len(text) > 400:
        return None
    text = _WRAPPED.sub(r" \1 ", text)
    parts = [part.strip(" ,:;.") for part in _WORDS.split(text)]
    values = [part for part in parts if re.search(r"[A-Za-z0-9]", part)]
    words = _WORDS.findall(text)
    if len(values) != 1 or any(_DOUBT.search(one) for one in words):
        return None
    value = values[0]
    after = text[text.index(value) + len(value) :].strip(" ,:;.)")
    for ending in _ENDINGS:
        after = after.removesuffix(ending)
    return _with_unit(value, after.strip())


def _with_unit(value: str, after: str) -> str:
    first = after.split(" ")[0] if after else ""
    scale = next(
        (one for one in _SCALES if first == one or (len(one) == 1 and first[:1] == one)), ""
    )
    if scale:
        value = f"({value})\\cdot {_SCALES[scale]}"
        first = after.removeprefix(scale).strip().split(" ")[0]
    unit = _UNITS.get(first)
    return f"{value} \\text{{ {unit}}}" if unit else value
