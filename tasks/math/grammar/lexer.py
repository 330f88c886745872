"""Tokens of LaTeX, Unicode (already folded) and plain mathematical text."""

import re
from fractions import Fraction
from typing import Any, NamedTuple

from ...text.hedging import ALTERNATIVE, COMPARISON, HYPOTHESIS, NEGATION, POSSIBILITY
from ...text.nouns import FUNCTION_WORDS
from ...text.numerals import number_in_words
from ...text.statements import WEAK
from ..grading.units import CANONICAL, LETTERS
from .nodes import MAX_DIGITS, MAX_TOKENS, Exact, TooBigError, UnparsableError, words


class MathToken(NamedTuple):
    """`kind` is num, sym, word, text, cmd or op; `spaced` says that blank space stood before."""

    kind: str
    value: Any
    spaced: bool = False


_SCAN = re.compile(
    r"(?P<space>[\s$]+)"
    r"|(?P<based>[0-9A-F]{1,60}_(?:\{(?:11|12|16)\}|(?:11|12|16)(?!\d)))"
    r"|(?P<mixed>(?:\d{1,3}(?:[ ,]\d{3})+|\d{1,9})[ ](?:0|[1-9]\d{0,8})[ ]?/[ ]?\d{1,9}(?![\d.]))"
    r"|(?P<grouped>[1-9]\d{0,2}(?:,\d{3})+(?![\d])(?:\.\d+)?"
    r"|\d{1,3}(?:[ ]\d{3})+(?![\d/])(?:\.\d+)?)"
    r"|(?P<num>\d+\.?\d*|\.\d+)"
    r"|(?P<ellipsis>\.\.\.|\\(?:ldots|cdots|dots)(?![A-Za-z]))"
    r"|(?P<text>\\(?:text|textbf|textit|textrm|textsf|texttt|mathrm|mbox|operatorname|textnormal"
    r"|mathsf|mathit)\*?\s?\{[^{}]*\})"
    r"|(?P<cmd>\\[A-Za-z]+)"
    r"|(?P<row>\\\\(?:\[[^\]]{0,10}\])?)"
    r"|(?P<esc>\\[{}|%$&#_])"
    r"|(?P<rel><=|>=|=<|=>|!=|==|<>|->|:=|\*\*|\|\|)"
    r"|(?P<word>[A-Za-z]+)"
    r"|(?P<op>[-+*/^_!,;:|=<>(){}\[\]'%&?.])",
)
_ALIASES = {
    "le": "<=", "leq": "<=", "leqslant": "<=", "leqq": "<=", "ge": ">=", "geq": ">=",
    "geqslant": ">=", "geqq": ">=", "lt": "<", "gt": ">", "ne": "!=", "neq": "!=", "cdot": "*",
    "times": "*", "ast": "*", "div": "/", "lbrace": "{s", "rbrace": "s}", "lbrack": "[",
    "rbrack": "]", "lparen": "(", "rparen": ")", "vert": "|", "lvert": "|", "rvert": "|",
    "mid": "|", "colon": ":", "land": "and", "wedge": "and", "lor": "or", "vee": "or",
    "approx": "~", "sim": "~", "simeq": "~", "cong": "~", "equiv": "===", "percent": "%",
    "Vert": "||", "lVert": "||", "rVert": "||", "backslash": "setminus", "smallsetminus":
    "setminus", "gets": "=", "to": "->", "rightarrow": "->", "implies": "->", "Rightarrow": "->",
    "iff": "->", "Leftrightarrow": "->", "cap": "cap", "cup": "cup", "bigcup": "cup", "in": "in",
    "setminus": "setminus", "mapsto": "|->", "pm": "pm", "mp": "mp", "circ": "circ",
    "degree": "circ",
}  # fmt: skip
_REL = {"=<": "<=", "=>": "->", "==": "=", "<>": "!=", ":=": "=", "**": "^"}
GREEK = words(
    "alpha beta gamma delta epsilon varepsilon zeta eta theta vartheta iota kappa lambda mu nu xi "
    "rho sigma tau upsilon phi varphi chi psi omega Gamma Delta Theta Lambda Xi Sigma Phi Psi "
    "Omega ell"
)
FUNCTIONS = words(
    "sin cos tan cot sec csc arcsin arccos arctan sinh cosh tanh coth log ln lg exp gcd lcm max "
    "arcsinh arccosh arctanh arccot min det asin acos atan arg abs floor ceil sqrt cbrt factorial "
    "binom Re Im sgn sign cis"
)
_PLAIN = {"pi": "pi", "infinity": "infty", "inf": "infty", "infty": "infty", "oo": "infty"}
_WORD_OPS = {
    "or": "or", "and": "and", "union": "cup", "U": "cup", "intersect": "cap", "in": "in",
    "mod": "mod", "percent": "%", "sqrt": "sqrt", "plus": None, "minus": None,
}  # fmt: skip
_TRANSPARENT = words(
    "mathbf boldsymbol mathcal bm pmb ensuremath overset underset mathop "
    "mathopen mathclose mathrel mathrm mathit mathsf text textcolor boxed fbox phantom angle "
    "measuredangle triangle"
)
_NAMED = {"Pr": ("sym", "P"), "hbar": ("sym", "hbar"), "prime": ("op", "'")}
OTHER_NAMES = {
    "tg": "tan", "ctg": "cot", "cotg": "cot", "arctg": "arctan", "arcctg": "arccot", "cosec": "csc",
    "sh": "sinh", "ch": "cosh", "th": "tanh", "arcctan": "arccot",
    "arsinh": "arcsinh", "arcosh": "arccosh", "artanh": "arctanh", "asinh": "arcsinh",
    "acosh": "arccosh", "atanh": "arctanh", "sign": "sgn",
}  # fmt: skip
_SPACE_COMMANDS = words("quad qquad")
_ARGUMENT = re.compile(r"\s?[A-Za-z\d\\(]")
_AFTER_PAIR = ("+", "-", "^", "=")
_SPELLED_PAIRS = frozenset((*CANONICAL, "pi", "ln"))


def tokenize(text: str, grouping: bool = True) -> list[MathToken]:
    """The tokens of clean text. Raises UnparsableError at the first foreign character.

    `grouping` reads "1,000" outside brackets as one number; else the comma separates.
    """
    tokens: list[MathToken] = []
    position, depth, spaced = 0, 0, False
    loose_commas = ", " in text
    while position < len(text):
        mark = _SCAN.match(text, position)
        if mark is None:
            raise UnparsableError(f"unexpected {text[position]!r}")
        kind, value = mark.lastgroup or "", mark[0]
        position = mark.end()
        if kind == "space":
            spaced = True
            continue
        if kind == "grouped" and "," in value and " " not in value:
            # In brackets too: no entry of a tuple begins with a zero, as in (1,000).
            ungrouped = depth > 0 and not loose_commas and ",0" not in value
            if ungrouped or not grouping:
                position = mark.start() + value.index(",")
                kind, value = "num", value[: value.index(",")]
        if kind == "num":
            token, position = _with_tail(text, value, position)
            tokens.append(MathToken("num", token, spaced))
        else:
            if kind in ("op", "cmd", "esc"):
                depth += _depth(value)
            elif (
                kind == "word" and len(value) == 2 and text[position : position + 1] in _AFTER_PAIR
            ):
                kind = "pair"  # the product at, not the word, in at + b
            elif kind == "word" and _is_other_name(value) and _ARGUMENT.match(text, position):
                kind, value = "cmd", "\\" + value
            _emit(tokens, kind, value, spaced, text)
        spaced = False
        if len(tokens) > MAX_TOKENS:
            raise TooBigError(f"more than {MAX_TOKENS} tokens")
    return tokens


def _is_other_name(word: str) -> bool:
    """Whether a word is a function's name elsewhere; ch and sh are products of letters."""
    return word in OTHER_NAMES and (len(word) > 2 or word == "tg")


def _depth(value: str) -> int:
    if value in ("(", "[", "\\{", "\\langle", "\\lbrace"):
        return 1
    return -1 if value in (")", "]", "\\}", "\\rangle", "\\rbrace") else 0


_EXPONENT = re.compile(r"[eE][+-]?\d{1,4}(?![\d.A-Za-z])")
_REPEAT = re.compile(r"\\(?:overline|bar|dot)\s?\{?(\d{1,60})\}?|\((\d{1,60})\)(?![\d^!])")


def _with_tail(text: str, digits: str, position: int) -> tuple[Exact, int]:
    """A number with a scientific exponent or a repeating part, and where it ends."""
    if "." in digits:
        repeat = _REPEAT.match(text, position)
        if repeat:
            block = repeat[1] or repeat[2]
            places = len(digits) - digits.index(".") - 1
            value = Fraction(read_number(digits)) + Fraction(
                int(block), (10 ** len(block) - 1) * 10**places
            )
            return value, repeat.end()
    # \frac1e+1 holds no exponent.
    start = position - len(digits)
    exponent = None
    if not (start and text[start - 1].isalpha()):
        exponent = _EXPONENT.match(text, position)
    if exponent:
        power = int(exponent[0][1:])
        value = Fraction(read_number(digits)) * (Fraction(10) ** power)
        return (value.numerator if value.denominator == 1 else value), exponent.end()
    return read_number(digits), position


def read_number(digits: str) -> Exact:
    """The value of digits with at most one point. Raises TooBigError beyond MAX_DIGITS."""
    if len(digits) > MAX_DIGITS:
        raise TooBigError(f"a number of more than {MAX_DIGITS} digits")
    whole, point, places = digits.partition(".")
    if not point or not places:
        return _integer(whole or "0")
    value = Fraction(_integer(whole + places), 10 ** len(places))
    return value.numerator if value.denominator == 1 else value


def _integer(digits: str) -> int:
    # int() refuses more than 4,300 digits at once.
    if len(digits) <= 4000:
        return int(digits)
    half = len(digits) // 2
    scale: int = 10 ** (len(digits) - half)
    return _integer(digits[:half]) * scale + _integer(digits[half:])


def _emit(tokens: list[MathToken], kind: str, value: str, spaced: bool, text: str) -> None:
    if kind == "grouped":
        tokens.append(
            MathToken("num", read_number(value.replace(",", "").replace(" ", "")), spaced)
        )
    elif kind == "based":
        digits, _, base = value.partition("_")
        tokens.append(MathToken("num", digits + base.strip("{}"), spaced))
    elif kind == "mixed":
        *groups, first, last = re.findall(r"\d+", value)
        whole, top, bottom = int("".join(groups)), int(first), int(last)
        if bottom == 0 or top >= bottom:
            raise UnparsableError("two numbers side by side")
        tokens.append(MathToken("num", Fraction(whole * bottom + top, bottom), spaced))
    elif kind == "cmd":
        _emit_command(tokens, value[1:], spaced)
    elif kind == "text":
        _emit_text(tokens, value[value.index("{") + 1 : -1], spaced)
    elif kind == "row":
        tokens.append(MathToken("op", "row", spaced))
    elif kind == "esc":
        plain = {"{": "{s", "}": "s}", "|": "||", "%": "%"}.get(value[1])
        if plain:
            tokens.append(MathToken("op", plain, spaced))
    elif kind == "rel":
        tokens.append(MathToken("op", _REL.get(value, value), spaced))
    elif kind == "pair" and value.islower() and value not in _SPELLED_PAIRS:
        tokens += [MathToken("sym", one, spaced and not index) for index, one in enumerate(value)]
    elif kind in ("word", "pair"):
        _emit_word(tokens, value, spaced)
    elif kind == "ellipsis":
        tokens.append(MathToken("op", "...", spaced))
    elif value == ".":
        # An abbreviation: "sq. in."
        if not tokens or tokens[-1].kind not in ("word", "text"):
            raise UnparsableError("a stray full stop")
    else:
        tokens.append(MathToken("op", value, spaced))


def _emit_command(tokens: list[MathToken], name: str, spaced: bool) -> None:
    if name in _TRANSPARENT or name in _SPACE_COMMANDS:
        return
    if name in _ALIASES:
        tokens.append(MathToken("op", _ALIASES[name], spaced))
    elif name in GREEK:
        tokens.append(MathToken("sym", name.removeprefix("var"), spaced))
    elif name in OTHER_NAMES:
        tokens.append(MathToken("cmd", OTHER_NAMES[name], spaced))
    elif name in _NAMED:
        tokens.append(MathToken(*_NAMED[name], spaced))
    else:
        tokens.append(MathToken("cmd", name, spaced))


def _emit_text(tokens: list[MathToken], content: str, spaced: bool) -> None:
    stripped = content.strip().replace("\\ ", " ").replace("\\cdot", " ")
    if not stripped or stripped in (".", "!", "!!", "..", ":"):
        return
    low = stripped.casefold().strip(".,")
    if low in ("or", "and", ",", ";"):
        tokens.append(MathToken("op", low, spaced))
    elif stripped.isalpha() and stripped.isascii() and len(stripped) == 1:
        tokens.append(MathToken("text" if stripped in LETTERS else "sym", stripped, True))
    elif re.fullmatch(r"[A-Za-z .,'^\d/()-]+", stripped) and not re.fullmatch(
        r"[\d.,/ ()-]+", stripped
    ):
        if low == "min" and tokens and tokens[-1].kind == "num":
            tokens.append(MathToken("text", low, True))
        elif stripped in _PLAIN:
            tokens.append(MathToken("cmd", _PLAIN[stripped], spaced))
        elif low in FUNCTIONS or _is_other_name(low):
            low = OTHER_NAMES.get(low, low)
            tokens.append(MathToken("cmd", low, spaced))
        else:
            tokens.append(MathToken("text", stripped, True))
    elif re.fullmatch(r"[\d.,/ ()+-]+", stripped):
        tokens.extend(tokenize(stripped))
    else:
        raise UnparsableError("text")


def _emit_word(tokens: list[MathToken], word: str, spaced: bool) -> None:
    if word == "in" and tokens and tokens[-1].kind == "num":
        tokens.append(MathToken("word", word, spaced))
        return
    if word in _WORD_OPS and _WORD_OPS[word] is not None:
        name = _WORD_OPS[word]
        kind = "cmd" if name in ("sqrt", "mod") else "op"
        tokens.append(MathToken(kind, "pmod" if name == "mod" else name, spaced))
        return
    if word in _PLAIN:
        tokens.append(MathToken("cmd", _PLAIN[word], spaced))
    elif word == "min" and tokens and tokens[-1].kind == "num":
        tokens.append(MathToken("word", word, spaced))  # minutes
    elif word in FUNCTIONS or word.lower() in ("sqrt", "sin", "cos", "tan", "log", "ln"):
        tokens.append(MathToken("cmd", word.lower(), spaced))
    elif word in GREEK or len(word) == 1:
        tokens.append(MathToken("sym", word, spaced))
    else:
        before = tokens[-1].kind if tokens else ""
        if before == "word" and spaced and len(word) > 2 and word not in FUNCTIONS:
            tokens.append(MathToken("word", word, spaced))  # "barrels of wine"
        else:
            if tokens and tokens[-1][:2] == ("op", "/") and tokens[-2:-1]:
                # "3/lb", "kJ/mol": a unit may follow the slash at once
                before = "num" if tokens[-2].kind in ("num", "word", "text") else before
            if word == "mg" and before == "sym":
                spaced = False  # mass times g, as in \\mu mg
            tokens.extend(_letters(word, spaced, before == "num"))


_SPELLED = re.compile(r"sqrt|sin|cos|tan|cot|log|ln|pi|.", re.DOTALL)


def _letters(word: str, spaced: bool, after_number: bool) -> list[MathToken]:
    """A run of letters: a product of symbols, or a word."""
    known_unit = (word.casefold() in CANONICAL or word in ("sq", "cu", "per")) and (
        after_number or spaced
    )
    is_word = len(word) > 4 or known_unit or (spaced and after_number and len(word) > 2)
    parts = _SPELLED.findall(word)
    named = [part for part in parts if len(part) > 1]
    if named and len(word) <= 8 and sum(len(p) == 1 for p in parts) <= 2 and not known_unit:
        tokens: list[MathToken] = []
        for index, part in enumerate(parts):
            kind = "sym" if len(part) == 1 else "cmd"
            tokens.append(MathToken(kind, part, spaced and index == 0))
        return tokens
    if is_word or _is_english(word):
        return [MathToken("word", word, spaced)]
    return [MathToken("sym", letter, spaced and index == 0) for index, letter in enumerate(word)]


_CLOSED = (
    FUNCTION_WORDS
    | NEGATION
    | ALTERNATIVE
    | HYPOTHESIS
    | POSSIBILITY
    | COMPARISON
    | WEAK
    | words(
        "of to and then when per off up all any each every some both us our ours its my mine his "
        "her "
        "hers your yours their theirs so if yet into onto upon via shall must myself itself"
    )
)
"""The closed classes of English: their words are no product of letters."""


def _is_english(word: str) -> bool:
    """Whether a run of a few letters is a word: of a closed class, a number or half of a day."""
    if len(word) < 2 or word in FUNCTIONS or word.isupper():
        return False
    word = word.casefold()
    return word in _CLOSED or word in ("am", "pm") or number_in_words(word) is not None
