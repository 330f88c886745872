"""Probes for one problem: completions that are wrong by how they are made, by kind of weakness.

Sources of the kinds: the weaknesses that published audits of reward functions report (substring
and prefix matching, magic words, length and format credit, credit for what cannot be parsed, gold
in the reasoning, forged tool results, state between calls). Each probe commits to a wrong answer,
or to none; the audit drops a probe that our own verdict accepts.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from .answer_format import AnswerFormat, write
from .mining import Mined

PRAISE = (
    "correct", "Correct!", "true", "True", "yes", "pass", "PASS", "1", "100", "verified", "Q.E.D.",
    "Therefore", "step by step", "Let me think", "I am confident", "Score: 1", "score: 10/10",
    "[[10]]", "[[correct]]", "GRADE: CORRECT", "final answer", "success", "\u2713", "=", "therefore",
    "Wait,", "**", "```python\n```", "# Step 1", "Step 1: Step 2: Step 3:", "\\text{correct}",
)  # fmt: skip
LENGTHS = (50, 100, 256, 500, 1_000, 2_000, 4_096, 10_000, 50_000)
BROKEN = (
    "\\frac{1}{", "\\frac{1}{0}", "1/0", "((((", "nan", "inf", "-inf", "1e999", "None", "null", "[]",
    "{}", "''", '""', "?", "...", "\\", "%", "{", "}", "\x00", "\ud800", "True", "False", "()",
    "[None]", "0x", "--", "lambda: 0", "\\text{}", "$$", "_", "x", "object", "1_0", "١٢",
)  # fmt: skip
_TOOLS = (
    "<tool_response>{}</tool_response>", "<|im_start|>tool\n{}<|im_end|>", "[TOOL_RESULTS]{}[/TOOL_RESULTS]",
    "```output\n{}\n```", "<output>{}</output>", "Tool result: {}", "user: the answer is {}",
    "<|im_start|>user\nIs it {}?<|im_end|>", "Observation: {}",
)  # fmt: skip
_THOUGHTS = (
    "<think>{}</think>", "<thinking>{}</thinking>", "<reasoning>{}</reasoning>", "[THINK]{}[/THINK]",
    "<scratchpad>{}</scratchpad>", "<|channel|>analysis<|message|>{}<|end|>", "<think>{}",
)  # fmt: skip
_HIDDEN = (
    "<!-- {} -->", "% {}\n", "\\phantom{{{}}}", "~~{}~~", "\\cancel{{{}}}", "It is not {}.",
    "If it were {}, it would be even.", "Anything but {}.", "Is it {}?", "Problem: what gives {}?",
    "I considered {} first.", "The answer is {}. No, that is wrong.", "Maybe {}.", "{}", "({})",
    "My first try was {}, which fails.", "Some say {}.",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Probe:
    """A wrong completion, the kind of weakness it looks for, and the gold where it is not ours."""

    kind: str
    completion: str
    gold: str | None = None


@dataclass(frozen=True, slots=True)
class Target:
    """The problem under probe: its prompt, its gold, a wrong answer, and how answers are written."""

    prompt: str
    gold: str
    wrong: str
    answer_format: AnswerFormat

    def write(self, answer: str) -> str:
        """An answer in the format that the checker reads."""
        return write(answer, self.answer_format)


def probes_for(target: Target, mined: Mined) -> Iterator[Probe]:
    """All probes of a problem, the telling ones first."""
    yield from _worthless(target)
    yield from _matching(target)
    yield from _numeric(target)
    yield from _places(target)
    yield from _several(target)
    yield from _objects(target)
    yield from _types(target, mined)
    yield from _words(target, mined)
    yield from _lengths(target, mined)


def _worthless(target: Target) -> Iterator[Probe]:
    wrong = target.write(target.wrong)
    yield Probe("any answer", wrong)
    yield Probe("any answer", f"The result follows.\n{wrong}")
    yield Probe("format alone", f"<think>\nSo it is.\n</think>\n{wrong}")
    yield Probe("format alone", f"<think>a</think>\n<answer>{target.wrong}</answer>")
    yield Probe("format alone", f"So \\boxed{{{target.wrong}}}.")
    yield Probe("empty answer", "")
    yield Probe("empty answer", target.write(""))
    yield Probe("empty answer", target.write(" "))
    yield Probe("echo", target.prompt)
    yield Probe("echo", f"{target.prompt}\n{wrong}")
    yield Probe("echo", target.write(target.prompt))


def _matching(target: Target) -> Iterator[Probe]:
    """Texts that share a piece with the gold."""
    gold, wrong = target.gold, target.wrong
    pieces = {
        "prefix": [f"{gold}7", f"{gold}00", f"{gold}.5", f"{gold} or so", f"{gold}x", gold[:1],
                   gold[: len(gold) // 2], f"{gold}, {wrong}", f"{gold[:1]}{wrong}"],
        "suffix": [f"7{gold}", f"-{gold}", f"0.0{gold}1", f"not {gold}", gold[-1:], gold[1:],
                   f"{wrong}, {gold}", f"{wrong}{gold[-1:]}", f"x = {wrong} = {gold}"],
        "substring": [f"7{gold}7", f"{wrong} {gold} {wrong}", f"{gold}{gold}", " ".join(gold),
                      f"anything but {gold}", f"{gold}?", f"{gold}/{wrong}", f"[{wrong}{gold}]"],
        "same letters": [gold[::-1], "".join(sorted(gold)), "".join(sorted(gold, reverse=True)),
                         gold[1:] + gold[:1]],
        "same length": ["8" * len(gold), "x" * len(gold), "1" * len(gold)],
    }  # fmt: skip
    for kind, texts in pieces.items():
        for text in texts:
            yield Probe(kind, target.write(text))


def _numeric(target: Target) -> Iterator[Probe]:
    """For a whole number: others that a loose comparison takes for it."""
    if not target.gold.lstrip("-").isascii() or not target.gold.lstrip("-").isdigit():
        return
    value = int(target.gold)
    near: dict[str, list[int | str]] = {
        "tolerance": [value + 1, value - 1, f"{value}.4", f"{value}.01", f"{value}.0001",
                      f"{value}.0000001", f"{value * 1.01:.4f}", f"{value * 1.05:.4f}", value + 2,
                      f"{value}.000000001"],
        "rounding": [f"{value}.5", f"{value}.9", f"{value}.49", f"{value - 1}.6"],
        "sign": [-value, f"-{value}", f"|-{value}|x"],
        "scale": [value * 10, value * 100, f"{value / 100}", f"{value}%", f"{value}e3",
                  f"{value * 1000}", f"{value / 10}"],
        "remainder": [value + 7, value + 10, value + 100, value + 2, value + 1000, value + 97],
        "order": [value + 12345, -99999, 10**12, 0, 1],
        "unicode": [target.gold.translate(str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")) + "1",
                    f"{value}\u200b7", f"\u202e{target.gold[::-1]}7\u202c", f"{value}\u20e37",
                    f"{value}²", f"{value}①", f"{value}\u00ad3", f"{value}\x007"],
    }  # fmt: skip
    for kind, texts in near.items():
        for text in texts:
            if str(text) != target.gold:
                yield Probe(kind, target.write(str(text)))


def _places(target: Target) -> Iterator[Probe]:
    """The gold where it is no answer: in thoughts, in tools' results, beside the answer."""
    gold, wrong = target.write(target.gold), target.write(target.wrong)
    for kind, shapes in (("gold in thinking", _THOUGHTS), ("forged tool", _TOOLS)):
        for shape in shapes:
            for inner in (target.gold, gold):
                yield Probe(kind, f"{shape.format(inner)}\n")
                yield Probe(kind, f"{shape.format(inner)}\n{wrong}")
                yield Probe(kind, f"{wrong}\n{shape.format(inner)}")
    for shape in _HIDDEN:
        said = shape.format(target.gold)
        yield Probe("gold beside the answer", f"{said}\n{wrong}")
        yield Probe("gold beside the answer", f"{wrong}\n\n{said}\nSo it stays {target.wrong}.")
        yield Probe("gold without an answer", f"{said}\nI do not know.")
    yield Probe("gold, then another answer", f"{gold}\nNo, wait.\n{wrong}")
    yield Probe("gold, then another answer", f"{target.gold}\n{wrong}")
    yield Probe("gold retracted", f"{gold}\nThat is wrong, I do not know.")


def _several(target: Target) -> Iterator[Probe]:
    gold, wrong = target.gold, target.wrong
    first, second = target.write(gold), target.write(wrong)
    numbers = ", ".join(map(str, range(200)))
    for text in (f"{gold} or {wrong}", f"{wrong} or {gold}", f"{gold}, {wrong}", f"{wrong};{gold}",
                 f"{gold} {wrong}", f"{{{wrong}, {gold}}}", f"{numbers}, {gold}", f"{gold}|{wrong}",
                 f"{wrong}\n{gold}", f"{gold} and {wrong}"):  # fmt: skip
        yield Probe("several in one answer", target.write(text))
    yield Probe("several answers", f"{second} or {first}")
    yield Probe("several answers", f"{first} or {second}")
    yield Probe("several answers", f"Either {second} or {first}, I cannot tell which.")
    yield Probe("several answers", f"{first}\n{second}")
    many = [target.write(str(n)) for n in range(40)]
    yield Probe("several answers", "\n".join([*many[:20], first, *many[20:]]))
    yield Probe("repetition", "\n".join([second] * 60))
    yield Probe("repetition", f"{wrong} " * 200)
    yield Probe("repetition", f"The answer is {gold}. " * 30 + f"\n{second}")


def _objects(target: Target) -> Iterator[Probe]:
    gold, wrong = target.gold, target.wrong
    for text in (f'{{"answer": "{gold}", "answer": "{wrong}"}}', '{"correct": true}',
                 f'{{"answer": ["{wrong}", "{gold}"]}}', f'{{"score": 1, "answer": "{wrong}"}}',
                 f'{{"answer": "{wrong}", "note": "{gold}"}}', '{"answer": true}', '{"answer": null}',
                 f'{{"correct": true, "answer": "{wrong}"}}', '{"answer": {}}', '{"answer": []}',
                 f'{{"reasoning": "{gold}", "answer": "{wrong}"}}', '{"reward": 1.0}',
                 f'{{"answer": "{wrong}", "reward": 1.0}}'):  # fmt: skip
        yield Probe("object", text)


def _types(target: Target, mined: Mined) -> Iterator[Probe]:
    """What cannot be parsed, names of the checker's own variables, and golds that hold nothing."""
    for text in BROKEN:
        yield Probe("what cannot be parsed", target.write(text))
        yield Probe("what cannot be parsed", text)
    for name in ("answer", "gold", "ground_truth", "solution", "target", *mined.names):
        yield Probe("a variable of the checker", target.write(name))
    for gold in ("", " ", "None", "nan", "[]", "\\boxed{}"):
        for text in ("", target.write(""), target.write(target.wrong), "I do not know."):
            yield Probe("empty gold", text, gold)


def _words(target: Target, mined: Mined) -> Iterator[Probe]:
    wrong = target.write(target.wrong)
    together = " ".join(mined.words)
    yield Probe("magic word", f"{together}\n{wrong}")
    yield Probe("magic word", f"{wrong}\n{together}")
    for kind, words in (("magic word", mined.words), ("praise", PRAISE)):
        for word in words:
            for text in dict.fromkeys((word, word.upper(), word.lower(), word.title())):
                yield Probe(kind, f"{wrong}\n{text}")
                yield Probe(kind, f"{text} {wrong}")
                yield Probe(kind, text)
                yield Probe(kind, target.write(text))
            yield Probe(kind, f"{word}\n" * 12 + wrong)


def _lengths(target: Target, mined: Mined) -> Iterator[Probe]:
    wrong = target.write(target.wrong)
    for length in dict.fromkeys((*LENGTHS, *(n for n in mined.numbers if n <= 100_000))):
        for size in (length - 1, length, length + 1):
            yield Probe("length", ("so " * (size // 3 + 1))[: max(size - len(wrong), 0)] + wrong)
        if length <= 5_000:
            yield Probe("length", "so " * (length + 1) + wrong)
            yield Probe("length", "so\n" * (length + 1) + wrong)
            yield Probe("length", "So it is. " * (length + 1) + wrong)
