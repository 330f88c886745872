"""Who says a sentence, and in which mood, by language."""

from collections.abc import Mapping

from .speech_asian import CHINESE, INDONESIAN, JAPANESE, KOREAN, THAI, VIETNAMESE
from .speech_english import ENGLISH
from .speech_european import FRENCH, GERMAN, ITALIAN, OTHERS, PORTUGUESE, RUSSIAN, SPANISH
from .speech_marked import GREEK, HEBREW, HUNGARIAN, UKRAINIAN
from .speech_southern import ARABIC, BENGALI, HINDI, PERSIAN, SWAHILI, TELUGU, TURKISH
from .speech_table import Speech

__all__ = ["FIRST_PERSON", "SPEECH", "Speech"]

SPEECH: Mapping[str, Speech] = {
    "en": ENGLISH, "de": GERMAN, "fr": FRENCH, "es": SPANISH, "pt": PORTUGUESE, "it": ITALIAN,
    "ru": RUSSIAN, "zh": CHINESE, "ja": JAPANESE, "ko": KOREAN, "vi": VIETNAMESE,
    "id": INDONESIAN, "tr": TURKISH, "ar": ARABIC, "hi": HINDI, "fa": PERSIAN, "th": THAI,
    "sw": SWAHILI, "bn": BENGALI, "te": TELUGU, "pl": OTHERS, "nl": OTHERS, "sv": OTHERS,
    "cs": OTHERS, "ro": OTHERS, "fi": OTHERS, "da": OTHERS, "uk": UKRAINIAN, "hu": HUNGARIAN, "el": GREEK,
    "he": HEBREW,
}  # fmt: skip

FIRST_PERSON = frozenset(
    [
        "i",
        "we",
        "ich",
        "wir",
        "je",
        "j",
        "nous",
        "on",
        "yo",
        "nosotros",
        "eu",
        "nós",
        "io",
        "noi",
        "я",
        "мы",
        "ми",
        "én",
        "εγώ",
        "אני",
        "tôi",
        "mình",
        "chúng",
        "saya",
        "aku",
        "kami",
        "kita",
        "ben",
        "biz",
        "أنا",
        "نحن",
        "मैं",
        "हम",
        "من",
        "ما",
    ]
)
"""The pronouns of a first person that is the subject of its verb."""
