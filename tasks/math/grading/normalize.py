"""Text clean-up that never changes a value: Unicode, LaTeX spacing, Markdown, wrappers."""

import re
import unicodedata

from ...text import strip_dressing
from ...text.languages.speech import SPEECH
from ...text.latex_boxes import unbox
from .rewrites import plain

_SUPER = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿⁱˣʸᵃᵇᵏᵐ", "0123456789+-=()nixyabkm")
_SUB = str.maketrans("₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₙₓᵢⱼₖₘ", "0123456789+-=()nxijkm")
_SUPER_RUN = re.compile("[⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿⁱˣʸᵃᵇᵏᵐ]+")
_SUB_RUN = re.compile("[₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₙₓᵢⱼₖₘ]+")
_STACKED = re.compile("([⁰¹²³⁴⁵⁶⁷⁸⁹]+)[⁄/∕]([₀₁₂₃₄₅₆₇₈₉]+)")
_JOINS = {
    "或者": " or ", "或": " or ", "または": " or ", "又は": " or ", "또는": " or ", "или": " or ",
    "和": " and ", "且": " and ", "と": " and ", "및": " and ",
}  # fmt: skip
_BETWEEN = re.compile(r"(?<=[\w)\]}∞$])\s?(" + "|".join(_JOINS) + r")\s?(?=[-+−±\w(\[\\√$])")
"""Words of other alphabets between two values."""
_CHARACTERS = {
    "−": "-", "–": "-", "—": "-", "‐": "-", "‑": "-", "‒": "-", "﹣": "-", "－": "-",
    "×": r"\times ",
    "·": r"\cdot ", "⋅": r"\cdot ", "∙": r"\cdot ", "∗": "*", "÷": "/", "∕": "/", "⁄": "/",
    "±": r"\pm ", "∓": r"\mp ", "√": r"\sqrt ", "∛": r"\sqrt[3] ", "∜": r"\sqrt[4] ",
    "π": r"\pi ", "∞": r"\infty ", "≤": r"\le ", "≥": r"\ge ", "⩽": r"\le ", "⩾": r"\ge ",
    "≦": r"\le ", "≧": r"\ge ", "≠": r"\ne ", "≈": r"\approx ", "≃": r"\approx ", "≅": r"\approx ",
    "∪": r"\cup ", "∩": r"\cap ", "∈": r"\in ", "∖": r"\setminus ", "∅": r"\emptyset ",
    "⌀": r"\emptyset ", "Ø": r"\emptyset ", "°": r"^\circ ", "º": r"^\circ ", "˚": r"^\circ ",
    "ℝ": r"\mathbb{R}", "ℤ": r"\mathbb{Z}", "ℚ": r"\mathbb{Q}", "ℕ": r"\mathbb{N}",
    "ℂ": r"\mathbb{C}", "⌊": r"\lfloor ", "⌋": r"\rfloor ", "⌈": r"\lceil ", "⌉": r"\rceil ",
    "⟨": r"\langle ", "⟩": r"\rangle ", "〈": r"\langle ", "〉": r"\rangle ", "∑": r"\sum ",
    "∏": r"\prod ", "∫": r"\int ", "→": r"\to ", "⇒": r"\Rightarrow ", "≡": r"\equiv ",
    "∧": r"\land ", "∨": r"\lor ", "¬": r"\lnot ", "′": "'", "’": "'", "‘": "'", "ʼ": "'",
    "″": "''", "“": '"', "”": '"', "„": '"', "…": "...", "⋯": "...", "∣": "|", "｜": "|",
    "∥": r"\parallel ", "⊥": r"\perp ",
    "‖": r"\|", "、": ",", "，": ",", "；": ";", "：": ":", "。": ".", "（": "(",
    "）": ")",
    "［": "[", "］": "]", "｛": "{", "｝": "}", "∶": ":", "∘": r"\circ ", "¢": " cents", "＝": "=",
    "∠": r"\angle ", "€": "", "£": "", "¥": "", "₹": "", "₽": "", "₩": "",
    "\u00c5": " angstrom", "\u212b": " angstrom",
    "ℯ": "e", "ⅇ": "e", "ⅈ": "i", "𝑖": "i", "ﬁ": "fi", "٫": ".", "٬": ",", "％": "%", "٪": "%",
    "θ": r"\theta ", "α": r"\alpha ", "β": r"\beta ", "γ": r"\gamma ", "δ": r"\delta ",
    "λ": r"\lambda ", "μ": r"\mu ", "σ": r"\sigma ", "φ": r"\phi ", "ϕ": r"\phi ", "ω": r"\omega ",
    "ε": r"\epsilon ", "ρ": r"\rho ", "τ": r"\tau ", "Δ": r"\Delta ", "Ω": r"\Omega ",
    "Γ": r"\Gamma ", "ψ": r"\psi ", "η": r"\eta ", "ξ": r"\xi ", "κ": r"\kappa ",
}  # fmt: skip
_TABLE = {ord(key): value for key, value in _CHARACTERS.items()}
_DROPPED = re.compile(
    r"\\(?:left|right|middle|bigl|bigr|Bigl|Bigr|biggl|biggr|Biggl|Biggr|big|Big|bigg|Bigg)"
    r"(?![A-Za-z])\.?"
    r"|\\(?:LARGE|Large|large|huge|Huge|normalsize|displaystyle"
    r"|textstyle|scriptstyle|limits|nolimits|rm|bf|it|sf|tt|mathstrut|strut|checkmark|blacksquare|qed"
    r"|boldmath|noindent|centering|large|Large|normalsize|allowbreak|nonumber|notag)(?![A-Za-z])"
    r"|\\(?:hspace|vspace|phantom|vphantom|hphantom|label|tag)\*?\{[^{}]{0,40}\}"
    r"|\\color\{[^{}]{0,40}\}|(?<=\\textcolor)\{[^{}]{0,40}\}"
)
_HTML = re.compile(r"</?(?:b|i|u|em|strong|p|span|br|code|div)\s?/?>", re.IGNORECASE)
_SAID = re.compile(
    r"\\text\{\s?(?:so |thus |therefore,? |hence )?(?:the )?(?:final )?"
    r"(?:answer|point|pair|ordered pair|solution)(?: is)?:?\s?\}",
    re.IGNORECASE,
)
_INCHES = re.compile(r"\bin(?=\^\{?[23])")
_BOLD_SET = re.compile(r"\\mathbf\s?\{\s?([RZNQ])\s?\}")
_FRACTIONS = re.compile(r"\\(?:d|t|c|nice|s|flat)frac(?![A-Za-z])")
_CR = re.compile(r"\\cr(?![A-Za-z])")
_SPACES = re.compile(
    r"\\q?quad|\\(?:thinspace|enspace|space|nobreakspace)(?![A-Za-z])|(?<!\\)\\[;: ]|~"
)
_ESCAPED_TWICE = re.compile(r"\\(?=\\(?:[A-Za-z]{2}|[{}]))")
_GROUPED = re.compile(r"(?<=\d)\s?(?:\{\s?,\s?\}|,\\!|\\,|\\!|,\s?\\!|\{\\,\})\s?(?=\d{3}(?!\d))")
_MONEY = re.compile(
    r"\A(?:\\(?:text|mbox|mathrm)\s?\{\s?)?(?:Rp\.?|IDR|USD|US\\?\$|R\\?\$|EUR|GBP|Rs\.?|INR|BRL)"
    r"(?:\s?\})?\s?(?=\d)"
)
_DOTTED = re.compile(r"(?<=\d)\.(?=\d{3}(?!\d))")
"""The dot that groups the digits of rupiahs."""
_NEGATIVE = re.compile(r"\A(?:negative|minus) (?=[\d\\.])", re.IGNORECASE)
_PREFIX = re.compile(
    r"(?:(?:so|thus|therefore|hence|and|∴|\\therefore)[, ]{1,3})?"
    r"(?:(?:the|my|our) )?(?:(?:final|correct) )?"
    r"(?:answer|result|solution|value)s?(?: is| are|:| =)[: ]{0,3}"
    r"|(?:so|thus|therefore|hence|∴|\\therefore|it is|it's|we get|we have|we obtain|we find"
    r"|approximately|exactly"
    r"|most likely|likely|probably|for sure|definitely|clearly|certainly|obviously|simply|indeed"
    r"|about)[,: ]{1,3}"
    r"|A: {0,3}(?=[-$\\\d])"
    r"|(?:the )?(?:(?:ordered )?(?:pair|triple)|points?|coordinates?|vertex|cent(?:er|re)|vector"
    r"|interval|solution set)(?: is| are| at|:)? {0,3}(?=[(\[$]|\\[{(])",
    re.IGNORECASE,
)


_EITHER = frozenset(word for one in SPEECH.values() for word in one.either) - {"or"}
_BOTH = frozenset(word for one in SPEECH.values() for word in one.both) - {"and"}
_GROUPS = ("\\text{", "\\mbox{", "\\textrm{")


def _connected(text: str) -> str:
    r"""The text with "or" and "and" for those words of any language: \text{ oder }."""
    for group in _GROUPS:
        start = text.find(group)
        while start >= 0:
            end = text.find("}", start)
            inner = text[start + len(group) : end] if end >= 0 else ""
            word = inner.strip().casefold()
            if len(word) == len(inner) == 1 and word.isascii():
                word = ""  # \text{e} is a letter, \text{ e } the word
            if word in _EITHER or word in _BOTH:
                joined = "or" if word in _EITHER else "and"
                text = f"{text[:start]} \\text{{ {joined} }} {text[end + 1 :]}"
            start = text.find(group, start + 1)
    return text


def is_whole(text: str) -> bool:
    """Whether a text is the digits of a whole number, and no more than 18 of them."""
    return len(text) <= 18 and text.isascii() and text.isdigit()


def clean(text: str) -> str:
    """The text in one alphabet and without dressing. Linear in its length."""
    if "{" in text and ("\\text" in text or "\\m" in text):
        text = _connected(text)
    text = _ascii(unbox(text) if "boxed" in text or "fbox" in text else text)
    if "\\mathbf" in text:
        text = _BOLD_SET.sub(r"\\mathbb{\1}", text)
    if "\\\\" in text and "begin" not in text:
        text = _ESCAPED_TWICE.sub("", text)
    if "<" in text:
        text = _HTML.sub("", text)
    text = _strip_currency(strip_dressing(text))
    if "\\text" in text:
        text = _SAID.sub("", text)
    for pattern, new in ((_DROPPED, ""), (_GROUPED, ""), (_SPACES, " ")):
        text = pattern.sub(new, text)
    if "\\cr" in text:
        text = _CR.sub(r"\\\\", text)
    if "in^" in text:
        text = _INCHES.sub(r" \\text{in}", text)
    text = text.replace("\\!", "").replace("\\,", " ").replace("\\textcolor", "")
    text = text.replace("{,}", ",").replace("\\/", "").replace("&=", "=").replace("\\@", "")
    if "frac" in text:
        text = _FRACTIONS.sub(r"\\frac", text)
    text = strip_dressing(" ".join(text.split()))
    if (money := _MONEY.match(text)) is not None:
        grouped = "Rp" in money[0] or "IDR" in money[0]
        text = text[money.end() :]
        text = _DOTTED.sub("", text) if grouped else text
    text = _NEGATIVE.sub("-", text, count=1)
    prefix = _PREFIX.match(text)
    if prefix and prefix.end() < len(text):
        text = strip_dressing(text[prefix.end() :])
    return plain(text)


def _strip_currency(text: str) -> str:
    # "$5" is a price, "$5$" is mathematics; the wrapper was taken off before this.
    return text.replace("\\$", "$").replace("$$", " ") if "$" in text else text


def _ascii(text: str) -> str:
    if text.isascii():
        return text.replace("\x00", "") if "\x00" in text else text
    text = _STACKED.sub(_stacked, text)
    text = _BETWEEN.sub(lambda word: _JOINS[word[1]], text)
    text = _SUPER_RUN.sub(lambda run: "^{" + run[0].translate(_SUPER) + "}", text)
    text = _SUB_RUN.sub(lambda run: "_{" + run[0].translate(_SUB) + "}", text)
    return "".join(map(_character, text))


def _character(character: str) -> str:
    if character.isascii():
        return "" if character == "\x00" else character
    known = _CHARACTERS.get(character)
    if known is not None:
        return known
    category = unicodedata.category(character)
    if "\u20d0" <= character <= "\u20ff":
        return ""  # an arrow over a letter
    if category in ("Cf", "Cc", "Cs", "Co", "Cn"):
        return ""
    if category == "So":
        return " "  # a picture
    if category == "Nd":
        return str(unicodedata.decimal(character))
    if category == "Zs":
        return " "
    if category == "No":
        folded = unicodedata.normalize("NFKC", character)
        top, slash, bottom = folded.partition("⁄")
        if slash and top.isdigit() and bottom.isdigit():
            return f"\\frac{{{top}}}{{{bottom}}}"
    folded = unicodedata.normalize("NFKC", character)
    if folded == character or len(folded) > 4:
        # An accent is dressing; other alphabets stay as they are.
        base = unicodedata.normalize("NFKD", character)[0]
        return base if base.isascii() else character
    return "".join(_CHARACTERS.get(one, one) for one in folded)


def _stacked(mark: re.Match[str]) -> str:
    return f"\\frac{{{mark[1].translate(_SUPER)}}}{{{mark[2].translate(_SUB)}}}"


_TEXT = re.compile(
    r"\\(?:text|textbf|textit|textrm|textsf|texttt|mathrm|mathbf|mbox|operatorname)\*?"
)
_NOISE = re.compile(r"[\s$*_`\"'.,;:!?(){}\[\]\\~-]+")
_ARTICLE = re.compile(r"^(?:the|a|an) |(?<= )(?:the|a|an) ")


def words_of(text: str) -> str:
    r"""A text answer for comparison: case, \text{}, articles and punctuation do not count."""
    text = _TEXT.sub(" ", text.casefold())
    text = text.replace("\\", " ").replace("$", " ").replace("{", " ").replace("}", " ")
    text = re.sub(r"\b([ap])\.\s?m\b\.?", r"\1m", text)
    text = re.sub(r"(?<=\d)\s?(?=[ap]m\b)", " ", text)
    text = _NOISE.sub(" ", text).strip()
    return _ARTICLE.sub("", text).strip()


def compact(text: str) -> str:
    """The text without spaces and braces around single characters, for the string stage."""
    return re.sub(r"\{(\w)\}", r"\1", re.sub(r"(?<![\w.]) +| +(?![\w.])", "", text))
