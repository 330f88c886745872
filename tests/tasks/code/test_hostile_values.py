"""What the program's side makes up is malformed: no object comes of it, and nothing is run."""

from pathlib import Path
from typing import Any

import pytest
from assay.tasks.code.judging.codec import ObjectTable, Unpacker
from assay.tasks.code.judging.conversation import ProgramSession
from assay.tasks.code.judging.known_values import KNOWN_KINDS, KNOWN_READERS, known_rebuild
from assay.tasks.code.judging.notation import MalformedError, Tree, dumps
from assay.tasks.code.judging.plain_values import OBJECT_KINDS, VALUE_READERS
from assay.tasks.code.judging.shared_objects import apply_changes, changed_numbers

X = ["sy.s", "x", ["d"]]
ONE = ["np", "<i8", [1], "AAAAAAAAAAA="]
UNNAMED = ["l", None]
ROWS = ["pd.r", UNNAMED, 0, 3, 1]


def _unpacked(tree: Tree) -> Any:
    return Unpacker(known_rebuild, None, KNOWN_KINDS).unpack(tree)


HOSTILE = {
    "standard library": [
        ["c", 1.0, 2], ["c", 1, 2.0], ["D", 5], ["q", True], ["q", -1], ["q", 10**30],
        ["R", 0, 5, 0], ["R", 0, True, 1],
        ["uu", 1.5], ["uu", True], ["uu", -1], ["uu", 2**128], ["io.S", "a", -1],
        ["io.S", "a", "x"], ["io.S", 5, 0], ["io.B", "a", 0], ["UL", ["d"]], ["UD", ["l"]],
        ["mp", ["l"]], ["mp", 5], ["zi", "../../etc/passwd"], ["zi", 5], ["re", 5, 0],
        ["re", "(", 0], ["re", "a", -1], ["rm", ["re", "a", 32], "a", 0, 1, [[0, 2]]],
        ["rm", ["re", "a", 32], "b", 0, 1, [[0, 1]]], ["rm", "a", "a", 0, 1, [[0, 1]]],
        ["pa", "os", "x"], ["pa", "Path", 5], ["ip", "ip_address", "1.1.1.1"],
        ["ip", "IPv4Address", "x"],
    ],
    "numpy": [
        ["ns", "<i8", "AAAAAAAAAAAAAAAAAAAAAA=="], ["ns", "<i8", ""],
        ["ns", "<i8", "AAAA!AAAAAAA="],
        ["np", "<i8", [1], "AAAA!AAAAAAA="], ["np", "<i8", [True], "AAAAAAAAAAA="],
        ["np", "<i8", [10**13], ""], ["np", 5, [1], "AAAAAAAAAAA="], ["np", [["a", "O"]], [0], ""],
        ["no", [10**13]], ["no", [10**8]], ["no", [-1]], ["no", [1], 1, 2],
        ["na", ["no", [10**13]], 1, 2], ["na", ["np", "<i8", [10**13], ""], 1, 2],
        ["na", ["l"], 1, 2], ["na", ONE, ONE], ["nt", "O"], ["nt", ["l"]], ["nt", 5],
    ],
    "pandas": [
        ["pd.s", ROWS, None, ["numpy", 5, "int64"], ["d"]],
        ["pd.s", ROWS, None, ["numpy", ["d", 0, 1], "int64"], ["d"]],
        ["pd.s", ROWS, None, ["numpy", ONE, "int64"], ["d"]],
        ["pd.s", ROWS, None, ["list", "abc", "object"], ["d"]],
        ["pd.s", ROWS, None, ["zz", ["l", 1, 2, 3], "object"], ["d"]],
        ["pd.s", ["pd.r", UNNAMED, 0, 10**12, 1], None, ["numpy", 5, "int64"], ["d"]],
        ["pd.f", ROWS, ROWS, [["numpy", ONE, "int64"]], ["d"]],
        ["pd.f", ["pd.r", UNNAMED, 0, 1, 1], ROWS, [["numpy", ONE, "int64"]], ["d"]],
        ["pd.r", UNNAMED, 0, "x", 1], ["pd.r", UNNAMED, 0, 5, 0], ["pd.r", ["l", 1, 2], 0, 5, 1],
        ["pd.m", UNNAMED, [ROWS], [[5]]], ["pd.i", UNNAMED, ["numpy", 5, "x"], None], ["pd.n", "x"],
        ["pd.n"], ["pd.t", "2024", "ns", None], ["pd.t", 1.5, "ns", None],
        ["pd.t", 1, "parsec", None], ["pd.d", "1 day", "ns"], ["pd.p", "x", "D"],
        ["pd.v", "x", 1, 2], ["pd.v", "both", 2, 1], ["pd.o", "zzz"],
    ],
    "sympy": [
        ["sy.c", "__class__"], ["sy.c", "register"], ["sy.c", "zz"], ["sy", "Function", X],
        ["sy", "sympify", X], ["sy", "S", X], ["sy", "Add", 1, 2], ["sy.r", "1/2", 1],
        ["sy.r", 0.5, 1], ["sy.r", True, 1], ["sy.s", 5, ["d"]], ["sy.f", ["l", 0, 1, 1, 200], 53],
        ["sy.f", ["l", 0, 1, 0, 1], "53"], ["sy.m", "Matrix", 1, 1, 1],
        ["sy.m", "Matrix", -1, -1, X], ["sy.m", "Matrix", 10**9, 10**9, X],
    ],
    "mpmath": [
        ["mf", ["l", "a", 1, 2, 3]], ["mf", ["l", 0, 1, 0, 999]], ["mf", ["l", 2, 1, 0, 1]],
        ["mf", ["l", 0, 2, 0, 2]], ["mf", ["l", 0, -1, 0, 1]], ["mf", ["l"]], ["mf", 5],
        ["mf", ["l", 0, True, 0, 1]], ["mc", ["l", 0, 1, 0, 1], ["l", 2]],
    ],
    "scipy": [
        ["sc.s", "csr_matrix", ["l", -1, 2], ["l"], ["l"], ["l"]],
        ["sc.s", "dia_matrix", ["l", 1, 1], ["l"], ["l"], ["l"]],
        ["sc.s", "csr_eval", ["l", 1, 1], ["l"], ["l"], ["l"]], ["sc.o", 1],
    ],
}  # fmt: skip
CASES = [(library, tree) for library, trees in HOSTILE.items() for tree in trees]


@pytest.mark.parametrize(("library", "tree"), CASES, ids=str)
def test_a_broken_value_of_a_library_is_malformed(library: str, tree: Tree) -> None:
    if library != "standard library":
        pytest.importorskip({"scipy": "scipy.optimize"}.get(library, library))
    with pytest.raises(MalformedError):
        _unpacked(tree)


@pytest.mark.parametrize("kind", ["Abs", "sin", "Integral", "Add", "Tuple", "matrix"])
def test_no_text_is_evaluated(kind: str, tmp_path: Path) -> None:
    """A library that parses texts as Python must never be given one as a part."""
    pytest.importorskip("sympy")
    mark = tmp_path / "mark"
    text = f"__import__('pathlib').Path({str(mark)!r}).touch()"
    tree = ["sy.m", "Matrix", 1, 1, text] if kind == "matrix" else ["sy", kind, text, X]
    with pytest.raises(MalformedError):
        _unpacked(tree)
    assert not mark.exists()


def test_a_tag_has_one_meaning() -> None:
    tables: tuple[dict[Any, Any], ...] = (KNOWN_KINDS, VALUE_READERS, KNOWN_READERS)
    sides = ("r", "I", "S", "h", "it", "dk", "dv", "di", "N", "e", "E", "k", "m", "O", "gl", "ig")
    tags = [tag for table in tables for tag in table] + list(sides)
    assert len(tags) == len(set(tags))
    assert set(OBJECT_KINDS) < set(KNOWN_KINDS)


def test_changes_name_objects_that_are_there() -> None:
    table = ObjectTable()
    held = [1]
    table.add(held)
    assert changed_numbers([0, ["l", 2]], table) == [0]
    for changes in (
        None, 0, "aa", {"0": 1}, [0], [1, ["l"]], [-1, ["l"]], [True, ["l"]], [False, ["l"]],
        [0.0, ["l"]], ["0", ["l"]], [None, ["l"]], [[0], ["l"]], [0, ["l"], 7, ["l"]],
    ):  # fmt: skip
        with pytest.raises(MalformedError):
            changed_numbers(changes, table)
    for content in (5, "l", None, [], ["t", 1], ["d"], ["zz"], ["r", 0], {"l": 1}):
        with pytest.raises(MalformedError):
            apply_changes([0, content], Unpacker(known_rebuild, table, KNOWN_KINDS))
    assert held == [1], "what is refused changes nothing"


def _asked(*replies: Any) -> Any:
    """What the judge makes of the program's reply to one call, `f([1])`."""
    waiting = iter(replies)
    conversation = ProgramSession(lambda question: b"A" + dumps(next(waiting)), {})
    return conversation.call(["g", "f"], None, [[1]], {})


def test_the_replies_of_this_test_can_be_right() -> None:
    assert _asked(["v", ["l", 5], [], ""]) == [5]
    assert _asked(["v", ["r", 0], [], ""]) == [1]
    with pytest.raises(ValueError, match="no"):
        _asked(["x", ["builtins.ValueError"], "no", None, None, [], ""])


@pytest.mark.parametrize(
    "reply",
    [
        5, None, "v", {}, [], [[]], [5], ["zz"], ["v"], ["v", 1], ["v", 1, []], ["v", 1, [], "", 0],
        ["V", 1, [], ""], ["v", {"a": 1}, [], ""], ["v", ["r", 2], [], ""],
        ["v", ["r", 99], [], ""],
        ["v", ["r", -1], [], ""], ["v", ["l", ["r", 3]], [], ""], ["v", 1, None, ""],
        ["v", 1, {}, ""], ["v", 1, [0], ""], ["v", 1, [1, ["l"]], ""], ["v", 1, [-1, ["l"]], ""],
        ["v", 1, [0, ["d"]], ""], ["v", 1, [0, 5], ""], ["v", ["O", "Gone", None], [], ""],
        ["v", ["O", "int", None], [], ""], ["v", ["k", 0], [], ""], ["v", ["e", "E", "A"], [], ""],
        ["v", ["h", "x", "y", "object", [], [], ""], [], ""], ["v", ["h", 1], [], ""],
        ["v", ["h"], [], ""], ["v", ["gl", "f"], [], ""], ["v", ["it", 5], [], ""],
        ["v", ["N", "P", 5, 1], [], ""], ["v", ["di", 1], [], ""], ["v", ["dk", ["l"]], [], ""],
        ["v", ["E"], [], ""], ["v", ["m"], [], ""], ["x"], ["x", [], "m", None, None, [], ""],
        ["x", ["builtins.ValueError"], "m", None, 5, [], ""], ["cb", 0, ["l"], ["d"], []],
        ["cb", -1, ["l"], ["d"], []], ["cb", "area", ["l"], ["d"], []],
        ["cb", "area", ["l", 5], ["d"], []], ["cb", 0, ["r", 9], ["d"], []], ["cb"],
        ["cb", True, ["l"], ["d"], []], ["cb", 0, ["l"], ["d"], [7, ["l"]]],
    ],
    ids=str,
)  # fmt: skip
def test_a_broken_reply_is_malformed(reply: Tree) -> None:
    with pytest.raises(MalformedError):
        _asked(reply)


def test_a_number_of_a_call_before_names_nothing_in_a_new_table() -> None:
    replies = iter([["v", ["l", ["l", 1]], [], ""], ["v", ["r", 2], [], ""]])
    conversation = ProgramSession(lambda question: b"A" + dumps(next(replies)), {})
    assert conversation.call(["g", "f"], None, [], {}) == [[1]]
    conversation.shared = None
    with pytest.raises(MalformedError):
        conversation.call(["g", "f"], None, [], {})
