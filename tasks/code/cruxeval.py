"""CRUXEval: what a function returns, or an input that makes it return it (Gu et al. 2024)."""

import ast
import json
import random
import re
from typing import Any, ClassVar

from ...sandbox.types import ChannelClosed
from ..problem import Problem
from ..prompting import reply
from ..suite import Domain, StoredSuite
from ..text import final_answer
from ..verdict import Verdict, checker_error, correct, wrong
from ._stored import limited, records
from .generating.running import LIMITS
from .judging.codec import Packer, Unpacker, no_foreign, no_rebuild
from .judging.notation import MalformedError, Tree, dumps
from .judging.outcomes import ended
from .judging.sandbox_registry import program_sandbox
from .judging.session import BadProgramError, ProgramChannel
from .judging.tree_compare import shown

VARIANTS = ("output", "input")

MAX_ANSWER = 20_000
_TAGGED = re.compile(r"\[ANSWER\](.*?)\[/ANSWER\]", re.DOTALL)
_WRAPPER = "\n\ndef _call_f(positional, named):\n    return f(*positional, **named)\n"
_ERRORS = (ValueError, TypeError, SyntaxError, RecursionError, MemoryError)

OUTPUT_PROMPT = """You are given a Python function and an assertion containing an input to the \
function. Complete the assertion with a literal (no unsimplified expressions, no function calls) \
containing the output when executing the provided code on the given input, even if the function \
is incorrect or incomplete. Give only the literal as <answer>...</answer>.

[PYTHON]
{code}
assert f({input}) == ??
[/PYTHON]
"""
INPUT_PROMPT = """You will be given a function f and an output in the form f(??) == output. Find \
any input such that executing f on the input leads to the given output. There may be multiple \
answers, but you should only output one. Give only the arguments, as literals, as \
<answer>...</answer>.

[PYTHON]
{code}
assert f(??) == {output}
[/PYTHON]
"""


def literal(text: str) -> Any:
    """The value of a Python literal; nothing is evaluated. Raises ValueError."""
    if len(text) > MAX_ANSWER:
        raise ValueError("too long")
    try:
        return ast.literal_eval(text.strip())
    except _ERRORS:
        raise ValueError("not a literal") from None


def answer_text(completion: str) -> tuple[str | None, str, bool]:
    """The answer of a completion: its text or None, the reason, and whether it was cut off."""
    rest = completion.rpartition("</think>")[2]
    tagged = _TAGGED.findall(rest)
    if tagged and "<think>" not in rest:
        return tagged[-1].strip(), "the last [ANSWER]", False
    found = final_answer(completion)
    if found.text is None and not found.truncated:
        inner = rest.rpartition("<answer>")[2].partition("</answer>")[0].strip()
        if inner:
            return inner, "the last answer tag", False
    return (None if found.text is None else found.text.strip()), found.reason, found.truncated


def answer_field(completion: str) -> str | None:
    """The "answer" of a completion that is one JSON object, fenced or not; None for any other.

    A field that is not a string gives its Python literal.
    """
    rest = completion.rpartition("</think>")[2]
    start, end = rest.find("{"), rest.rfind("}")
    outside = rest[:start] + rest[end + 1 :]
    if not 0 <= start < end or outside.replace("`", "").strip() not in ("", "json"):
        return None
    try:
        found = json.loads(rest[start : end + 1], strict=False)
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, dict) or "answer" not in found:
        return None
    answer = found["answer"]
    return answer if isinstance(answer, str) else repr(answer)


class CruxEval(StoredSuite):
    """Output prediction (`cruxeval`, `cruxeval:output`) or input prediction (`cruxeval:input`)."""

    name = "cruxeval"
    domain: ClassVar[Domain] = "code"
    variant = "output"

    def gold(self, problem: Problem) -> str:
        return reply(problem.answer)

    def guess(self, problem: Problem, rng: random.Random) -> str:
        guesses = ["''", "0", "1", "[]", "{}", "True", "False", "None", "-1", "'a'"]
        return reply(rng.choice(guesses))

    def wrong(self, problem: Problem) -> str:
        value = "'#' * 3" if self.variant == "input" else f"[{problem.answer}, '#']"
        return reply(value)

    def same_answer(self, problem: Problem, first: str, second: str) -> bool:
        try:
            return bool(literal(_right_side(first)) == literal(_right_side(second)))
        except ValueError:
            return first.strip() == second.strip()

    def check(self, problem: Problem, completion: str) -> Verdict:
        field = answer_field(completion)
        if field is not None and self.variant == "output" and len(field) <= MAX_ANSWER:
            return check_output(problem.answer, field, quoted=True)
        text, reason, cut = answer_text(completion)
        if text is None and self.variant == "input" and problem.answer == "" and not cut:
            text = "" if "<answer></answer>" in completion else None
        if text is None:
            return wrong("truncated" if cut else "no_answer", None, reason)
        if len(text) > MAX_ANSWER:
            return wrong("incorrect", text[:200], "The answer is too long to be a value.")
        if self.variant == "input":
            return self._check_input(problem, text)
        return check_output(problem.answer, text)

    def _check_input(self, problem: Problem, text: str) -> Verdict:
        """Run the benchmark's function, not the model's, on the literal arguments."""
        given: list[Any] | None
        if _same_text(text, problem.answer):
            # Some published inputs are expressions; they are the benchmark's own code.
            given, called = [], f"\n\ndef _call_f():\n    return f({problem.answer})\n"
        else:
            given, called = arguments_of(text), _WRAPPER
        if given is None:
            return wrong("incorrect", text, "The answer is not a list of literal arguments.")
        channel = ProgramChannel(program_sandbox(), LIMITS)
        try:
            channel.load(problem.meta["code"] + called)
            answer = channel.ask(["many", "_call_f", [Packer(no_foreign).pack(given)]])[1][0]
        except BadProgramError as error:
            return checker_error(f"problem {problem.id}: {error.sentence}")
        except ChannelClosed as error:
            return ended(error.outcome, text, {})
        finally:
            channel.discard()
        if answer[0] != "v":
            return wrong("incorrect", text, f"The function raises {answer[1][0]} on that input.")
        if _equal(answer[1], literal(problem.meta["output"])):
            return correct(text, "The function returns the given output on that input.")
        reason = f"The function returns {shown(answer[1])[:100]} on that input."
        return wrong("incorrect", text, reason)


def _equal(tree: Tree, want: Any) -> bool:
    """Python's == with a value that the function returned; a huge one is not built."""
    if len(dumps(tree)) > 100_000:
        return False
    try:
        return bool(Unpacker(no_rebuild).unpack(tree) == want)
    except MalformedError:
        return False


def _right_side(text: str) -> str:
    """The value in `f(...) == value`, or the text itself."""
    text = text.strip().removeprefix("assert ").strip()
    try:
        node = ast.parse(text, mode="eval").body
    except _ERRORS:
        return text
    if (
        isinstance(node, ast.Compare)
        and isinstance(node.left, ast.Call)
        and len(node.ops) == 1
        and isinstance(node.ops[0], ast.Eq)
    ):
        return ast.unparse(node.comparators[0])
    return text


def check_output(gold: str, text: str, quoted: bool = False) -> Verdict:
    """Whether a literal has the value of the gold literal.

    `quoted` says that the text stood in quotes of its own, so that it may be the string itself.
    """
    want = literal(gold)
    if quoted and isinstance(want, str) and text == want:
        return correct(text, "The text is the string that the function returns.")
    try:
        got = literal(_right_side(text))
    except ValueError:
        if isinstance(want, str) and text == want:
            return correct(text, "The text is the returned string, without its quotes.")
        return wrong("incorrect", text, "The answer is not the literal that is returned.")
    if got == want:
        return correct(text, "The literal has the value that the function returns.")
    return wrong("incorrect", text, "The literal has another value than the function returns.")


def _call_of(text: str) -> ast.Call | None:
    """The call in `f(a, b=c)`, `f(a) == out` or `a, b`."""
    text = text.strip().removeprefix("assert ").strip()
    for form in (text, f"f({text})"):
        try:
            node = ast.parse(form, mode="eval").body
        except _ERRORS:
            continue
        if isinstance(node, ast.Compare):
            node = node.left
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "f":
            return node
    return None


def _same_text(text: str, published: str) -> bool:
    """Whether an answer is the published input, but for layout."""
    one, other = _call_of(text), _call_of(published)
    return one is not None and other is not None and ast.dump(one) == ast.dump(other)


def arguments_of(text: str) -> list[Any] | None:
    """[positional arguments, named arguments], or None where they are not literals."""
    node = _call_of(text)
    if node is None or any(key.arg is None for key in node.keywords):
        return None
    try:
        positional = [_literal_of(item) for item in node.args]
        return [positional, {str(key.arg): _literal_of(key.value) for key in node.keywords}]
    except _ERRORS:
        return None


def _literal_of(node: ast.expr) -> Any:
    """The value of a literal, or of `dict(...)` and `range(...)` of literals."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        values = [ast.literal_eval(item) for item in node.args]
        if node.func.id == "range" and not node.keywords:
            return range(*values)
        if node.func.id == "dict" and not values and all(key.arg for key in node.keywords):
            return {key.arg: ast.literal_eval(key.value) for key in node.keywords}
    return ast.literal_eval(node)


def load(
    split: str = "test",
    data_dir: str | None = None,
    path: str | None = None,
    variant: str = "output",
) -> CruxEval:
    """Read CRUXEval; the variant is "output" or "input". Raises UsageError."""
    limited("split", split, ["test"])
    limited("variant", variant, ["output", "input"])
    rows = records(
        "cruxeval", ["cruxeval/cruxeval.jsonl", "cruxeval.jsonl"],
        ("code", "input", "output", "id"),
        data_dir=data_dir, path=path, hub=("cruxeval-org/cruxeval", "test"),
    )  # fmt: skip
    template = OUTPUT_PROMPT if variant == "output" else INPUT_PROMPT
    problems = [
        Problem(
            id=str(row["id"]),
            suite="cruxeval",
            prompt=template.format(code=row["code"], input=row["input"], output=row["output"]),
            answer=row[variant],
            meta={"code": row["code"], "output": row["output"], "entry_point": "f"},
        )
        for row in rows
    ]
    suite = CruxEval(problems, split)
    suite.variant = variant
    suite.name = "cruxeval" if variant == "output" else "cruxeval:input"
    return suite
