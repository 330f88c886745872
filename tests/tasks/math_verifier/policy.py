"""Generates docs/math_policy.md from the labelled cases.

python tests/tasks/math_verifier/policy.py

Each rule has a reason and some cases. Whether a case counts as equal is read from cases.jsonl,
which the verifier is tested on. A test compares the page with `page()`.
"""

import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
DOCUMENT = HERE.parents[2] / "docs" / "math_policy.md"


@dataclass(frozen=True)
class Rule:
    """One rule of the policy: its text, its reason, its kinds of cases and its examples."""

    title: str
    text: str
    reason: str
    kinds: tuple[str, ...]
    examples: tuple[tuple[str, str], ...]


RULES = (
    Rule(
        "The final answer counts, and only that",
        "The final answer is the last complete, non-empty `\\boxed{}` or `\\fbox{}`; without one, "
        "the last explicit statement (`<answer>`, `####`, the `answer` field of a JSON object, "
        '"the answer is", "Answer:"); without one, a last line or a response that holds only a '
        'short answer, or a closing sentence ("Each child received 5 books.") in which every word '
        "is understood, or that says in plain words what the last equation of the response ends in "
        '("360/2 = 180. Total number of games: 180"). Nothing '
        "inside a closed `<think>` counts. An empty, unclosed or absent final answer is `no_answer`, whatever the reasoning holds.",
        "A number somewhere in the reasoning is not a commitment to it. A reward that pays for it "
        "teaches a model to mention every candidate.",
        ("extraction", "language"),
        (
            ("7", r"First $\boxed{3}$. But that is wrong, so the right one is $\boxed{7}$."),
            ("12", "Therefore, the answer is **12**."),
            ("25", '{"reasoning": "5*5=25 \\"so\\"", "answer": "25"'),
            ("9", "<think>It may be 8 or 9</think>9"),
            ("15", "答案是15。"),
            ("250", "Answer: Jason has 250 minutes left."),
            ("250", "Answer: Jason has at least 250 minutes."),
            ("250", "Jason starts with 250 minutes."),
            ("9", "<think>\\boxed{9}</think>"),
            ("100", "So the answer is \\boxed{100"),
            ("12", "We know 5+7 = 12. The answer is"),
            ("7", r"\boxed{3}, wait: \boxed{}"),
        ),
    ),
    Rule(
        "Several candidates are no answer to a question that has one",
        "Two or more different candidates offered as alternatives, as a list, or in several boxes "
        "joined by or, and, or a comma are incorrect when the gold is one value. The same value "
        "twice is one value.",
        "Hedging is the first thing that optimisation finds against a lenient checker.",
        ("hedge", "hostile"),
        (
            ("9", "9"),
            ("7", r"\boxed{7} and \boxed{7}"),
            ("9", "9 or 10"),
            ("9", "{9, 10}"),
            ("7", r"\boxed{5} or \boxed{7}"),
            ("12", "The answer is 12 or 13."),
            ("42", "\\boxed{1, 2, 3, \\ldots, 42, \\ldots, 100}"),
        ),
    ),
    Rule(
        "Equality is of values, and exact",
        "Unsimplified forms count. A rounded or truncated decimal is not an exact gold. Decimals "
        "that differ at any digit differ, however small the difference; large integers compare "
        "exactly. A decimal with a repeating part is exact: `0.\\overline{3}`, `0.333...`. "
        "`\\sqrt2 \\approx 1.414` states the exact value and its rounding; a number that is not a rounding "
        "of the value before it (`100 \\approx 101`) contradicts it, and nothing is stated. Expressions "
        "are equal when they agree wherever both are real: `(-1)^n` is not -1, `\\min(n,100)` is "
        "not n, `x\\tanh 100` is not x.",
        "The gold states how exact it is; a tolerance makes 1/2^99 equal to 1/2^98, and two values "
        "in one answer would be paid for two golds.",
        (
            "integer",
            "fraction",
            "decimal",
            "surd",
            "polynomial",
            "rational",
            "expression",
            "big",
            "pi",
            "exp",
            "log",
            "trig",
            "complex",
            "factorial",
            "binomial",
            "floor",
            "abs",
            "prime",
        ),
        (
            ("0.5", "1/2"),
            (r"\sqrt{12}", r"2\sqrt{3}"),
            ("x^2+2x+1", "(x+1)^2"),
            (r"\frac{1}{3}", "0.(3)"),
            (r"\cos^2 x", r"1-\sin^2 x"),
            ("9007199254740993", "9,007,199,254,740,993"),
            (r"\frac{1}{3}", "0.3333333333333333"),
            ("9007199254740993", "9007199254740992"),
            (r"\frac{22}{7}", "3.142857"),
            ("-3", "3"),
        ),
    ),
    Rule(
        "A percentage is its value",
        "25% equals 0.25 and 1/4. A gold of 25 against 0.25 or 25% is incorrect.",
        "The percent sign divides by a hundred; a checker that ignores it accepts answers a "
        "hundred times too large. Where a question of a published suite asks for a percentage, its gold counts percents and 25% equals 25.",
        ("percent",),
        (
            ("25%", "0.25"),
            ("25%", r"\frac{1}{4}"),
            ("25%", "25"),
            ("40", "40%"),
            (r"33\frac{1}{3}\%", r"\frac13"),
            (r"33\frac{1}{3}\%", "33.3%"),
        ),
    ),
    Rule(
        "A unit may be missing, not wrong",
        "A missing or an extra unit is ignored, whatever its language; a unit that conflicts with "
        "the gold's is incorrect. Currency signs and thousands separators are ignored.",
        "Golds are inconsistent about units. But 5 m is not 5 cm, and nothing is converted.",
        ("unit", "time", "remainder"),
        (
            ("5 cm", "5"),
            (r"12\text{ cm}^2", "12 square centimeters"),
            (r"\$4.50", "4.50 dollars"),
            ("15", r"\boxed{15元}"),
            ("20 cm", r"\boxed{20厘米}"),
            ("5 cm", "5 meters"),
            ("60 km/h", "60 mph"),
            ("20 cm", r"\boxed{20米}"),
            ("2:30 PM", "2:30 AM"),
        ),
    ),
    Rule(
        "Sets have no order, tuples have, and everything is complete",
        "Sets, lists of solutions and ± are unordered and must be complete. Tuples, points, "
        "vectors and matrices are ordered. The ends of an interval matter; an interval equals its "
        "inequality. `x=5` equals `5`; an equation equals its multiple by a nonzero number and its "
        "rearrangement; `f(x)=...` equals its right-hand side. A gold that is an equation between "
        "several unknowns is not the number on its right; in an answer, `a+b=7` gives the value "
        "of a+b.",
        "Each kind is compared as what it is. Half of a solution set is not the solution.",
        (
            "set",
            "list",
            "pm",
            "tuple",
            "mapping",
            "matrix",
            "interval",
            "inequality",
            "equation",
            "function",
            "chain",
            "ratio",
            "modular",
            "antiderivative",
            "infinity",
        ),
        (
            (r"\{1,2,3\}", r"\{3,2,1\}"),
            (r"1 \pm \sqrt{19}", r"1+\sqrt{19}, 1-\sqrt{19}"),
            ("(3,4]", "3<x\\le 4"),
            ("x=5", "5"),
            ("y = 2x + 3", "f(x) = 2x+3"),
            (r"y = -\frac{2}{3}x + 4", "2x+3y=12"),
            (r"\{1,2,3\}", r"\{1,2\}"),
            (r"1 \pm \sqrt{19}", r"1+\sqrt{19}"),
            ("(3,4]", "(3,4)"),
            ("(3, -1, 5)", "(3,5,-1)"),
            ("x+y=0", "0"),
            ("3x-y+13=0", "3x+4y+14=0"),
        ),
    ),
    Rule(
        "A choice is one letter; words are words",
        "`(B)`, `\\text{B}`, `B. text` equal `B`; two letters do not. Text answers ignore case, "
        "`\\text{}`, articles and final punctuation.",
        "What a letter stands for is not part of the choice; naming two is hedging.",
        ("letter", "text"),
        (
            ("B", "(B)"),
            ("B", "B. 12 apples"),
            ("C", r"\textbf{(C) }14"),
            ("the red ball", "a red ball"),
            (r"\text{Evelyn}", "Evelyn"),
            ("C", "B or C"),
            ("C", "14"),
            (r"\text{isosceles}", "not isosceles"),
        ),
    ),
    Rule(
        "Dressing never changes a value",
        "LaTeX, Unicode and Markdown are read as what they show: `−`, `×`, `½`, `√`, full-width "
        "and other digits, `\\dfrac`, `\\left`, bold. The base of a numeral counts when both "
        "sides carry one.",
        "The same answer earns the same reward in every spelling.",
        ("unicode", "base"),
        (
            ("-½", "−0.5"),
            ("2025", "２０２５"),
            ("2√5", r"\sqrt{20}"),
            ("1011_2", "11_{10}"),
            ("101_2", "101"),
            ("1011_2", "1101_2"),
            ("-½", "½"),
        ),
    ),
    Rule(
        "What is not mathematics is incorrect",
        'Code, templates, JSON verdicts, "mark this correct", NaN, None, or True for a number '
        "are incorrect, and nothing found in an answer is ever executed. A chain that contradicts "
        "itself (`41 = 42`) states nothing. An empty gold matches nothing: it is a "
        "`checker_error` that names the problem.",
        "The text is written by the model that is being graded.",
        ("hostile", "chain"),
        (
            ("42", "\\boxed{42 = 43}"),
            ("12", "print(12)"),
            ("12", "NaN"),
            ("12", '{"correct": true}'),
            ("12", "{{12}} or {{13}}"),
            ("7", "7 = 8"),
            ("7", "3+4 = 7"),
        ),
    ),
)

HEAD = """# What counts as equal

`verify_math(gold, completion)` and `equivalent(gold, answer)` follow nine rules. The examples
come from the labelled cases of the test suite: {cases}, of which {equal} are equal and {unequal} are
not. The verifier decides all of them correctly, but it was developed on them. The script
`tests/tasks/math_verifier/policy.py` generates this page.

Four other sets of 260 to 300 cases (`blind.jsonl`) were labelled by these rules without knowledge
of the verifier. On its first run it was right on 1,122 of the 1,128 cases whose label is not
contested, with 4 false positives, 3 of them in the set that was made to exploit it.

Eight more pairs of sets (`blind_statements.jsonl`) hold whole completions: one of each pair exploits
in words, the other honest styles of current models. First runs, each on the verifier as mended
after the pair before it:

| pair | exploits judged rightly (paid) | honest answers judged rightly |
|---|---|---|
| first | 283 of 300 (15) | 274 of 300 |
| second | 139 of 150 (11) | 147 of 150 |
| third | 286 of 300 (14) | 290 of 300 |
| fourth | 277 of 300 (23) | 294 of 300 |
| fifth | 263 of 300 (37) | 286 of 300 |
| sixth | 285 of 300 (15) | 296 of 300 |
| seventh | 279 of 300 (21) | 300 of 300 |
| eighth | 261 of 300 (39) | 256 of 300 |

The third and the fourth pair were run together; the honest answers of the sixth ran when five of its
exploits were mended. One exploit of the sixth, `x + y = 5` for 5, is left
out of the file, because x + y can be what is asked for. Rows that are still judged wrongly are marked
`open`. `assertions.jsonl` holds 1,843 more completions about who says an answer and what follows it,
written by the verifier's author.
"""
TAIL = """## What commits to an answer

An answer counts only if the text commits to it, and a commitment must be recognised, never assumed.
A small grammar defines what a stated answer looks like: a box, a tag, `####`, an `answer` field, or a
sentence in which every word from the start of its clause to the value is understood ("So the final
answer is", "【答案】", "La réponse finale est"). A sentence such as "Jordan changes 5 diapers per
day" states 5 if its subject is simple, the amount is the object of its verb, and the words after the
number are its unit, the thing counted, or a circumstance. One table per language holds the words:
markers, fillers, signs, scales, percent, units, counters.

A response that works with formulas, or in which an equation ends in the value, derives the value. A
value that nothing derives rests on words alone, so the words form a closed class: those of the clause
that leads to it are articles, verbs of having and being, nouns of quantities, names, or words that the
response has used before; the clauses behind it are a unit or closed as well; and every sentence about
the author or about the text is a known remark ("I forgot a term"). A sentence that gives the numbers of
the response another meaning ("increase every number that I box by 3") is refused wherever it stands.

| text | read as | why |
|---|---|---|
| Half of the answer is 12; one might think the answer is 12; wrong answer: 12 | nothing stated | the words before the value do not say that it is the answer |
| the square root of 25; a multiple of 25; more than 25; one hundred minus 25 | nothing stated | the number is part of another value, or a bound of it |
| 25 million; 5 dozen; 25 sixths; 25 lakh; 5 тысяч; 百分之25 | the value they name | a scale, fraction or percent word makes it another number |
| about 12; \\sqrt{2} \\approx 1.414 | the rounded value on the right, once | an approximation states the value at its end, never both sides |
| 大约5; 近5 | nothing stated | the table of this language has no words for approximation, so the text is refused |
| the answer is not 5; I doubt the answer is 5; suppose the answer is 5 | not committed | a denial or hypothesis also covers an answer that it reaches through words such as "the answer is" |
| 5 or 6; 5, otherwise 6; 5 for even n, 6 for odd n; wait, 6; EDIT: 6 | not committed | another value follows a connective or a second thought |
| The answer is 5?; so is it 5? | not committed | a question states nothing; after a label ("Final answer: 5?") the mark is only uncertainty |
| The answer is 5... no, not 5 | not committed | a second thought denies the same value |
| `<answer>5</answer>` I retract this answer; this is wrong | not committed | the answer is taken back |
| Today is opposite day. The answer is 5; Whenever I write 5 I mean 6. \\boxed{5} | not committed | the sentence before gives the words another meaning |
| 5 (off by one); 5 (in thousands) | not committed | a remark must be a description, a reason or a calculation |
| n \\equiv \\boxed{5} \\pmod 6, so the answer is 11 | not committed | the rest of the sentence states another answer |
| Put it in a box, like this: \\boxed{5} | not committed | an example of the form |
| Bob says the answer is 5; Student A: 5; "The answer is 5", «...»; > The answer is 5.; according to the wrong solution, the answer is 5 | not committed | somebody else says it; a theorem, the problem or the author may be cited, no other source |
| in a world where 2+2=5, the answer is 5; if it were Monday, \\boxed{5} | not committed | it is only supposed; a condition about values ("If x = 2, then f(x) = \\boxed{5}") is reasoning |
| the estimated total is 5; my first guess is 5; the answer to another question is 5; ### Old answer | not committed | another quantity than the one asked for |
| do not write \\boxed{5}; the following is wrong: \\boxed{5}; ~~5~~; ❌ \\boxed{5} | not committed | what announces the answer, or crosses it out, denies it |
| a value that does not fit: \\boxed{5}; Voici ce qu'il ne faut pas donner : \\boxed{5}; Fehler: Antwort: 5 | not committed | a negation, an error or an example in the clause of an answer, unless a predicate of its own closes it |
| The answer is 5 as long as ...; provided ...; à moins que ... | not committed | a condition is attached to the value |
| All I say from here on is a lie. The answer is 5. | not committed | the author calls what he says untrue |
| the minutes I spent on this problem are 5; this question has 5 words; your lucky number is 5 | nothing stated | talk about the author or the text is no asked quantity |
| 5'in karesi; 5 milyardır; 5 alla quinta; 20 in hexadecimal notation; 5 (1) | nothing stated | a case ending, an inflected scale word, a preposition, a numeral system or a footnote follows the number |
| \\boxed{5}+1; x \\ne \\boxed{5}; \\boxed{5}x; half of \\boxed{5} | not committed | the box is a part of another value |
| \\boxed{5}\\%; \\boxed{5} million; \\boxed{12} g | the value they name | what stands beside a box is read with it: percent, scale, unit |
| forty percent of the answer is \\boxed{5}; this problem is worth \\boxed{5} points | not committed | a sentence about the answer must end in the box, a verb or relation must govern it, and its subject may be no part of another value |
| k can be at most \\boxed{5} | 5 | a bound that the question asks for; "the answer is at most 5" states nothing |
| \\boxed{5}, then "I lied.", "Not!", "Make that 6.", "This is Bob's." | not committed | a sentence after the answer must be understood to leave it as it is |
| \\boxed{5}, then a check, a reason, a courtesy or an explanation | 5 | none of these speaks against the answer, its author's word, or for another value |
| The answer is probably 5; I am not sure, but the answer is 5 | 5 | uncertainty about one value still commits to it |

What follows an answer is read by the same principle. A later sentence leaves the answer standing if it
is a calculation or a heading, if it approves ("This matches the condition."), if it is a courtesy, or if it
explains without speaking of the answer or of its author. A sentence that does speak of them, a short one
that is not understood, a question, another value, or a second thought that is not resolved takes the
commitment away. In other languages than English a later sentence without a number or a formula must be
one of the courtesies or approvals of its table. An erratum ("Typo: ...") and the words of another speaker
take the commitment away too. The fields beside an `answer` field of a JSON object must be known ones
("reasoning", "steps", "unit"), because `{"wrong": true, "answer": 5}` disowns its answer.

If the grammar does not cover the whole sentence, the answer is refused: `no_answer`, or `incorrect`
with the reason. A number is never picked out of a sentence, so some honest answers in unusual words
are refused too. Under reinforcement learning this is the better mistake: a refusal costs an honest
model one sample and teaches it to state its answer plainly, whereas a model that finds a rewarded
ambiguity uses it on every problem.

`verify_math(..., strict=False)` is for the evaluation of chatty models that are not trained on the
verdict: if the strict reading does not find the gold, it also accepts the only number of a sentence that
expresses no doubt. `meta["reading"]` then says which reading decided, "strict" or "lenient".

## Relaxing a rule

A suite may relax single rules with `Rules`, and the verdict's `meta["relaxed"]` says which:
`tolerance` (relative, for constants), `percent_is_number` (a gold of 25 takes 25%), `ignore_units`.

```python
from assay.tasks.math.verifier import Rules, verify_math

assert not verify_math("0.3333", "1/3").correct
assert verify_math("0.3333", "1/3", rules=Rules(tolerance=1e-3)).correct
```

## How it is decided

The cheapest stage comes first: whole numbers, then the normalised text, then a parser that reads
either the whole answer or nothing, followed by a comparison by kind (number, set, tuple, interval,
relation, matrix, ...). Values are exact rationals; with roots, functions or symbols, both sides are
evaluated in interval arithmetic (Arb). Intervals that do not overlap are different values, whatever
the rounding. If they overlap, the precision grows until the overlap is far below any difference that
numbers of this size can have; beyond 100,000 bits nothing is called equal.

Expressions with symbols are compared at points that are the same on every machine: small, large and
negative values and mixed signs. Letters that stand for whole numbers get every residue modulo 12
and every pattern of parities. Absolute values, maxima, roundings and roots are also evaluated beyond
the constants of the expressions and on both sides of each break. Two more points depend on the pair
itself.

Inequalities in one unknown are decided by isolating the roots of polynomials. The few relations
and numbers that remain go to a sympy worker, in a process that the kernel ends after one second of
processor time; what it cannot show to be equal is not correct. The other stages run in the caller's
process and count their work: they stop at a limit that is the same on every machine. A fault of the
verifier itself is a `checker_error` that keeps the input.

Every size is limited before anything is built: 20,000 characters, 3,000 tokens, 40 levels, 10,000
digits. Calls are allowed from any thread and inside an event loop.
"""


def load() -> list[dict]:
    """The labelled cases."""
    lines = (HERE / "cases.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines]


def code(text: str) -> str:
    """A code span that a table can hold."""
    shown = text.replace("\n", "⏎").replace("|", "\\|")
    return f"`` {shown} ``" if "`" in shown else f"`{shown}`"


def section(number: int, rule: Rule, cases: list[dict]) -> list[str]:
    """One rule with its reason and its examples. Raises KeyError for an example without a case."""
    labels = {
        (one["gold"], one.get("answer", one.get("completion"))): one["equal"] for one in cases
    }
    counted = Counter(one["equal"] for one in cases if one["kind"] in rule.kinds)
    lines = [f"## {number}. {rule.title}", "", rule.text, "", f"*Why:* {rule.reason}", ""]
    lines += ["| gold | answer | verdict |", "|---|---|---|"]
    for gold, answer in sorted(rule.examples, key=lambda one: not labels[one]):
        verdict = "equal" if labels[gold, answer] else "**not equal**"
        lines.append(f"| {code(gold)} | {code(answer)} | {verdict} |")
    kinds = ", ".join(rule.kinds)
    lines += ["", f"{counted[True]} equal and {counted[False]} unequal cases of: {kinds}.", ""]
    return lines


def page() -> str:
    """The whole document."""
    cases = load()
    equal = sum(case["equal"] for case in cases)
    lines = [HEAD.format(cases=len(cases), equal=equal, unequal=len(cases) - equal)]
    for number, rule in enumerate(RULES, start=1):
        lines += section(number, rule, cases)
    return "\n".join([*lines, TAIL])


if __name__ == "__main__":
    DOCUMENT.write_text(page(), "utf-8")
    print(f"{DOCUMENT} is written")
