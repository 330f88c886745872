"""Running our own reference programs, and asking a sandboxed program for its values."""

from collections.abc import Callable, Sequence
from typing import Any

from ....sandbox.types import ChannelClosed, Limits, Sandbox
from ...verdict import Verdict, correct, wrong
from ..extraction.program import program_of
from ..judging.codec import Packer, no_foreign
from ..judging.notation import MalformedError, Tree
from ..judging.outcomes import ended
from ..judging.sandbox_registry import imported_libraries, program_sandbox
from ..judging.session import BadProgramError, ProgramChannel
from ..judging.tree_compare import same_tree, shown

LIMITS = Limits(cpu_seconds=2.0, wall_seconds=30.0, memory_mb=512)


def reference_values(source: str, name: str, inputs: Sequence[Sequence[Any]]) -> list[Any]:
    """What a reference program of our own making gives for each argument list."""
    function = reference_function(source, name)
    return [function(*_copied(arguments)) for arguments in inputs]


def reference_function(source: str, name: str) -> Callable[..., Any]:
    """A function of a program of our own making; it may change its arguments."""
    space: dict[str, Any] = {}
    exec(compile(source, "<reference>", "exec"), space)
    function: Callable[..., Any] = space[name]
    return function


def _copied(arguments: Sequence[Any]) -> list[Any]:
    return [list(value) if isinstance(value, list) else value for value in arguments]


def same_value(got: Any, expected: Any) -> bool:
    """Equality of plain data in which True is not 1 and a tuple is not a list."""
    if isinstance(expected, bool) or isinstance(got, bool):
        return got is expected
    if isinstance(expected, int | float) and isinstance(got, int | float):
        return got == expected
    if type(got) is not type(expected):
        return False
    if isinstance(expected, list | tuple):
        return len(got) == len(expected) and all(map(same_value, got, expected))
    return bool(got == expected)


def verify_values(
    completion: str,
    name: str,
    inputs: Sequence[Sequence[Any]],
    reference: str,
    sandbox: Sandbox | None = None,
) -> Verdict:
    """Verify a completion that must define `name` by its values on hidden inputs.

    The expected values are computed here and compared here; the program gets all the inputs in
    one question and nothing else.
    """
    expected = reference_values(reference, name, inputs)
    return verify_expected(completion, (name, "", "", name), inputs, expected, sandbox)


def verify_expected(
    completion: str,
    names: tuple[str, str, str, str],
    inputs: Sequence[Sequence[Any]],
    expected: Sequence[Any],
    sandbox: Sandbox | None = None,
    *,
    limits: Limits = LIMITS,
    tuples_are_lists: bool = False,
) -> Verdict:
    """As `verify_values`, with the expected values given.

    `names` is the name that the program must define, trusted code before and after it, and the
    name that is called. `tuples_are_lists` lets a tuple stand for an expected list.
    """
    entry_point, header, footer, called = names
    program = program_of(completion, entry_point)
    if program.source is None:
        return wrong(program.status, None, f"No program to run: {program.how}.")
    packed = [Packer(no_foreign).pack(list(arguments)) for arguments in inputs]
    channel = None
    try:
        libraries = imported_libraries(program.source)
        channel = ProgramChannel(sandbox or program_sandbox(), limits, libraries)
        channel.load(program.source + footer, header)
        reply = channel.ask(["many", called, packed])
    except BadProgramError as error:
        return wrong(error.status, program.source, error.sentence)
    except ChannelClosed as error:
        return ended(error.outcome, program.source, {})
    except MalformedError as error:
        return wrong("rejected", program.source, f"The program sent {error}.")
    finally:
        if channel is not None:
            channel.discard()
    return _compared(program.source, inputs, (list(expected), tuples_are_lists), reply)


def _compared(
    source: str, inputs: Sequence[Sequence[Any]], wanted: tuple[list[Any], bool], reply: Tree
) -> Verdict:
    expected, lenient = wanted
    answers = reply[1] if reply[0] == "many" and len(reply) == 2 else None
    if type(answers) is not list or len(answers) != len(expected):
        return wrong("rejected", source, "The program sent a reply in no known form.")
    failures = []
    for arguments, want, answer in zip(inputs, expected, answers, strict=True):
        got = _shown(answer, want, lenient)
        if got is not None:
            failures.append(
                {"input": _brief(list(arguments))[1:-1], "got": got, "expected": _brief(want)}
            )
    passed = len(expected) - len(failures)
    meta = {
        "cases": len(expected), "passed": passed, "fraction": passed / len(expected),
        "failures": failures[:20],
    }  # fmt: skip
    if not failures:
        return correct(source, f"All {passed} hidden inputs give the right value.", **meta)
    first = failures[0]
    reason = (
        f"{len(failures)} of {len(expected)} hidden inputs fail; the first: "
        f"f({first['input']}) gave {first['got']}, not {first['expected']}."
    )
    return wrong("incorrect", source, reason, **meta)


def _shown(answer: Tree, want: Any, lenient: bool) -> str | None:
    """None when the answer is the wanted value, else what it was."""
    if type(answer) is not list or len(answer) < 2 or answer[0] not in ("v", "x"):
        return "nothing that can be read"
    if answer[0] == "x":
        names = answer[1] if type(answer[1]) is list and answer[1] else ["an exception"]
        return f"{str(names[0]).rpartition('.')[2]}: {str(answer[2])[:200]}"
    return None if same_tree(answer[1], want, lenient) else shown(answer[1])


def _brief(value: Any) -> str:
    """A short repr; an int too long to print has none."""
    try:
        return repr(value)[:300]
    except ValueError:
        return f"a {type(value).__name__} too large to show"
