r"""Whether a box is a part of a larger formula: "\boxed{5}+1", "\sqrt{\boxed{5}}"."""

from .vocabulary import vocabulary

_REACH = 400
_OPERATORS = frozenset("+-−*/^×÷·<>≤≥≠±∓√!≮≯∉%~")
_AROUND = vocabulary(
    "text textbf textit textrm textsf texttt mbox mathrm mathbf mathit mathsf boldsymbol bm "
    "displaystyle textstyle large Large LARGE huge Huge underline underbrace color textcolor "
    "colorbox fcolorbox fbox boxed emph bf rm it quad qquad left right Big big"
)
"""Commands that only dress what they hold."""
_BEFORE = vocabulary(
    "quad qquad Rightarrow implies therefore to rightarrow Longrightarrow longrightarrow iff "
    "Leftrightarrow displaystyle textstyle equiv approx cong simeq in colon hspace left right "
    "large "
    "Large hfill because mapsto because bullet item newline par big Big text ldots dots longmapsto"
)
"""Commands after which a box is whole."""
_AFTER = _AROUND | vocabulary(
    "tag qed blacksquare square pmod mod bmod end implies Rightarrow checkmark hfill quad qquad "
    "approx equiv right item par newline begin because therefore degree circ Box hspace vspace "
    "mathstrut ldots dots tfrac_unit color ldotp cdotp bigskip medskip smallskip noindent boxed "
    "Longrightarrow"
)
"""Commands that may follow a whole box."""
_PARTS = frozenset("+-−*/^×÷·<>≤≥≠±∓_!(√")


def within_formula(text: str, start: int, end: int) -> str:
    """Why the box between two places is only a part of a formula; "" when it is whole."""
    if _differs(text[start:end], text[end : end + 40]):
        return "the box is set equal to another number"
    math = _in_math(text[max(0, start - _REACH) : start])
    if _continues_before(text[max(0, start - _REACH) : start], math):
        return "the box is part of a larger formula"
    if _continues_after(text[end : end + 80], math):
        return "the box is part of a larger formula"
    return ""


def _differs(box: str, after: str) -> bool:
    """Whether a number stands in a box, and another one behind an equals sign."""
    content = box[box.find("{") + 1 : -1].strip()
    rest = after.lstrip(" $")
    number = rest[1:].strip(" $.\\)]").split(" ")[0].rstrip("$.,)\\]")
    return rest[:1] == "=" and content.isdigit() and number.isdigit() and number != content


def _in_math(before: str) -> bool:
    paragraph = before.rpartition("\n\n")[2].replace("\\$", "")
    display = paragraph.count("$$")
    # An inline formula ends on its line; an amount in dollars in a line above opens none.
    inline = paragraph.replace("$$", "").rpartition("\n")[2].count("$")
    return (
        display % 2 == 1
        or inline % 2 == 1
        or any(
            paragraph.rfind(opening) > paragraph.rfind(closing)
            for opening, closing in (("\\[", "\\]"), ("\\(", "\\)"), ("\\begin{", "\\end{"))
        )
    )


def _continues_before(before: str, math: bool) -> bool:
    """Whether a formula before a box runs into it."""
    bare = before.rstrip(" \t\n~")
    for spacing in ("\\,", "\\;", "\\!", "\\:", "\\ "):
        bare = bare.removesuffix(spacing).rstrip()
    if not bare:
        return False
    last = bare[-1]
    if (command := _command_before(bare)) is not None:
        return command not in _BEFORE
    if last == "{":
        return _opened_by(bare[:-1])
    if last == "}":
        return math and _closed(bare) not in _AROUND | _BEFORE | {"begin", "end"}
    line = bare.rpartition("\n")[2].strip()
    if last == "$" and bare[-2:-1] in ("-", "−") and not bare[-3:-2].strip():
        return True  # -$\boxed{5}$
    if last == ">" and "<" in bare[-16:]:
        return False  # a tag
    if last in _OPERATORS:
        markdown = bare.endswith(("**", "->", "=>", "~~", "--", "*")) and not bare[-2:-1].isdigit()
        alone = (line.strip(" >-*+") == "" and bare != before) or (
            last == ">" and "=>" in bare[-3:]
        )
        return not (markdown or alone or last in "~%!")
    if last.isdigit():
        return bare == before or math
    if last == "(" and math:
        bare = bare[:-1].rstrip().removesuffix("\\left").rstrip()
        if (command := _command_before(bare)) is not None:
            return command not in _BEFORE
        return bare[-1:].isascii() and bare[-1:].isalpha()
    if last == ")":
        return math and not bare.endswith("\\)")
    return math and last.isalpha() and last.isascii() and not bare[-2:-1].isalpha()


def _command_before(bare: str) -> str | None:
    end = len(bare)
    start = end
    while start and bare[start - 1].isascii() and bare[start - 1].isalpha():
        start -= 1
    return bare[start:end] if start < end and bare[start - 1 : start] == "\\" else None


def _opened_by(bare: str) -> bool:
    """Whether the group that a brace opens belongs to a command that changes what it holds."""
    bare = bare.rstrip()
    if bare[-1:] in ("^", "_"):
        return True
    if bare[-1:] == "}":
        return _closed(bare) not in _AROUND
    if bare[-1:] == "]":
        return True
    command = _command_before(bare)
    return command is not None and command not in _AROUND


def _closed(bare: str) -> str:
    """The command whose group ends with the text; "" for none."""
    depth = 0
    for index in range(len(bare) - 1, -1, -1):
        if bare[index] == "}":
            depth += 1
        elif bare[index] == "{":
            depth -= 1
            if depth == 0:
                before = bare[:index].rstrip()
                return _closed(before) if before.endswith("}") else _command_before(before) or ""
    return ""


def _continues_after(after: str, math: bool) -> bool:
    """Whether a formula goes on behind a box."""
    touching = after[:1]
    rest = after.lstrip(" \t~")
    while rest[:2] in ("\\,", "\\;", "\\!", "\\:", "\\ ") or rest[:1] == "}":
        rest = rest[2 if rest[0] == "\\" else 1 :].lstrip()
    for closing in ("$$", "$", "\\)", "\\]"):
        if rest.startswith(closing):
            return _continues_text(rest[len(closing) :])
    first, following = rest[:1], rest[1:2]
    if first == "<" and (following == "/" or following.isalpha()):
        return False  # a tag
    if rest.startswith(("^\\circ", "^{\\circ}", "**", "->", "__")):
        return rest.startswith("->") and any(map(str.isdigit, rest[:8]))
    if first == "\\" and following.isalpha():
        command = rest[1:]
        end = next((i for i, one in enumerate(command) if not one.isalpha()), len(command))
        return command[:end] not in _AFTER
    if touching.isdigit() or (touching == "." and after[1:2].isdigit()):
        return True
    if first == "!" and not math:
        return False
    if first in _PARTS and not (first == "(" and not math):
        follows = rest[1:].lstrip()[:1]
        return math or follows.isdigit() or follows in ("\\", "(") or touching == first != "-"
    if math and first.isascii() and first.isalnum():
        return first.isdigit() or not following.isalpha()
    return _continues_text(rest)


def _continues_text(rest: str) -> bool:
    """Whether an operation goes on in the text after a formula: "$\\boxed{5}$ + 1"."""
    bare = rest.lstrip(" *")
    first, follows = bare[:1], bare[1:].lstrip(" $")[:1]
    if first in ("→", "⇒", "➜", "⟶", "➡"):
        return follows.isdigit()
    return first in _PARTS - {"(", "!", "_", "-"} and (follows.isdigit() or follows == "\\")
