"""The answer readers and the expression parser, by hand-made examples."""

from fractions import Fraction

import pytest
from assay.tasks import load
from assay.tasks.logic.family_relations import kinship
from assay.tasks.logic.shapes.assignment import Assignment
from assay.tasks.logic.shapes.expression import (
    ExpressionError,
    numbers_in,
    parse,
    value_of,
    write,
)
from assay.tasks.logic.shapes.grid import NumberGrid
from assay.tasks.logic.shapes.plain_text import data_of, unwrapped
from assay.tasks.logic.shapes.sequence import Path
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("(1+2)*3", 9), ("1+2*3", 7), ("8/(3-8/3)", 24), ("10-3-2", 5), ("24/4/2", 3),
        ("3 × 4 ÷ 2", 6), ("\\left(1+2\\right) \\times 3", 9), ("\\frac{1+5}{2} \\cdot 8", 24),
        ("[2+2]x6", 24), ("2−1", 1), ("1-2", -1), ("1/3", Fraction(1, 3)),
    ],
)  # fmt: skip
def test_expressions(text, value):
    assert value_of(parse(text)) == value


@pytest.mark.parametrize(
    "text",
    [
        "", "1+", "+1", "-1+2", "(1", "1)", "1 2", "1//2", "2**3", "2^3", "1.5", "a+1", "1,2",
        "1=1", "()", "1(2)", "(1)(2)", "__import__('os')", "1e3", "٣+1", "1/0", "1/(2-2)",
        "\\frac{1}", "(" * 200 + "1" + ")" * 200, "1" * 50, "1+" * 300 + "1", "1_0", "x1",
    ],
)  # fmt: skip
def test_what_is_no_expression(text):
    with pytest.raises(ExpressionError):
        value_of(parse(text))


trees = st.recursive(
    st.integers(1, 99),
    lambda inner: st.tuples(st.sampled_from("+-*/"), inner, inner),
    max_leaves=8,
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(trees)
def test_writing_and_parsing_keep_value_and_numbers(tree):
    try:
        value = value_of(tree)
    except ExpressionError:
        return
    again = parse(write(tree))
    assert value_of(again) == value
    assert numbers_in(again) == numbers_in(tree)


def test_number_games_keep_the_rules():
    suite = load("countdown")
    problem = suite[0]
    object.__setattr__(problem, "meta", {"numbers": [2, 3, 3, 10], "target": 18})
    for text in ("2*3*3", "(10-3)*3-3", "3*2*3 = 18", "3+3+10+2", "\\frac{3*3*2}{3} * 3"):
        right = text not in ("\\frac{3*3*2}{3} * 3",)
        if text == "(10-3)*3-3":
            right = False  # three threes
        assert suite.verify(problem, f"<answer>{text}</answer>").correct == right, text
    for text in ("18", "9*2", "3*3*2 = 19", "3*3*2 = 18 = 18", "2*3*3 or 3*3*2", "6*3"):
        assert suite.verify(problem, f"<answer>{text}</answer>").score == 0, text
    strict = load("game_of_24")
    puzzle = strict[0]
    object.__setattr__(puzzle, "meta", {"numbers": [3, 3, 8, 8], "target": 24})
    assert strict.verify(puzzle, "<answer>8/(3-8/3)</answer>").correct
    assert strict.verify(puzzle, "\\boxed{8 \\div (3 - 8 \\div 3) = 24}").correct
    assert strict.verify(puzzle, "The answer is 8/(3-8/3).").correct
    for text in ("3*8", "8*3*(8-8+3-2)", "24", "8+8+8", "3*8+(8-8)"):
        assert strict.verify(puzzle, f"<answer>{text}</answer>").score == 0, text


def test_assignments():
    shape = Assignment(("Ann", "Bob"), ("x", "y"))
    for text in ("x, y", "Ann: x, Bob: y", "Bob is a y, Ann is a x", "ann=X; BOB=Y", "Bob y\nAnn x",
                 '{"Ann": "x", "Bob": "y"}', "[x, y]", "Ann is x, and Bob is y"):  # fmt: skip
        assert shape.read(text) == ("x", "y"), text
    for text in ("x", "x, y, x", "Ann: x", "Ann: x, Ann: y", "Ann: x, Cid: y",
                 '{"Ann": "x", "Ann": "y"}', '{"Ann": "x"}', "", ","):  # fmt: skip
        assert shape.read(text) is None, text


def test_paths_grids_json():
    way = Path(tuple("ABC"))
    assert way.read("A -> B->C") == way.read("A-B-C") == way.read("[A, B, C]") == tuple("ABC")
    grid = NumberGrid()
    assert grid.read("[[1,2],[2,1]]") == grid.read("1 2\n2 1") == ((1, 2), (2, 1))
    for text in ("[[1,true]]", "[[1.0]]", "[]", "[[1],2]", "a b", "[[1,2],[2,1]] or",
                 '{"a":1}', "[[NaN]]", "[" * 9999):  # fmt: skip
        assert grid.read(text) is None, text
    assert data_of('{"a": 1, "a": 2}') is None
    assert unwrapped(' **"yes".** ') == "yes"
    assert unwrapped("$\\text{knight}$") == "knight"


def test_zebra_tables_in_other_shapes():
    suite = load("zebra", difficulty=4)
    problem = suite[0]
    table, columns = problem.meta["table"], problem.meta["columns"]
    as_objects = [dict(zip(columns, row, strict=True)) for row in table]
    by_house = {f"House {i}": row for i, row in enumerate(as_objects, start=1)}
    import json

    for shape in (table, as_objects, by_house):
        assert suite.verify(problem, f"<answer>{json.dumps(shape)}</answer>").correct
    for shape in (table[::-1], table[:-1], [*table, table[0]], as_objects[0], {"1": table[0]},
                  [row[::-1] for row in table]):  # fmt: skip
        assert suite.verify(problem, f"<answer>{json.dumps(shape)}</answer>").score == 0


def test_sudoku_faults_are_named():
    suite = load("sudoku")
    problem = suite[0]
    size = len(problem.meta["puzzle"])
    for grid, words in (
        ([[1] * size] * size, "given"),
        ([[1, 2, 3, 4]], "rows"),
        ([[0] * size] * size, "holds 0"),
        ("yes", "not a table"),
    ):
        verdict = suite.verify(problem, f"<answer>{grid}</answer>")
        assert verdict.status == "incorrect"
        assert words in verdict.reason


@pytest.mark.parametrize(
    ("ups", "downs", "word"),
    [
        (0, 1, "mother"), (0, 2, "grandmother"), (0, 3, "great-grandmother"), (1, 0, "daughter"),
        (2, 0, "granddaughter"), (1, 1, "sister"), (1, 2, "aunt"), (1, 3, "great-aunt"),
        (2, 1, "niece"), (3, 1, "great-niece"), (2, 2, "first cousin"),
        (2, 3, "first cousin once removed"), (3, 2, "first cousin once removed"),
        (3, 3, "second cousin"), (3, 5, "second cousin twice removed"),
    ],
)  # fmt: skip
def test_kinship(ups, downs, word):
    assert kinship(ups, downs, female=True) == word


def test_a_wrong_way_is_wrong_even_where_every_short_way_is_shortest() -> None:
    suite = load("shortest_path")
    roads = [["A", "B", 2], ["A", "C", 1], ["C", "B", 1], ["A", "D", 1], ["D", "B", 1]]
    meta = {"roads": roads, "start": "A", "goal": "B", "length": 2}
    first = suite[0]
    problem = type(first)(first.id, first.suite, first.prompt, "A -> B", meta)
    wrong = suite.wrong(problem)
    assert wrong is not None
    for text, due in (("A -> B", 1), ("A -> C -> B", 1), ("A, D, B", 1)):
        assert suite.verify(problem, f"<answer>{text}</answer>").score == due
    assert suite.verify(problem, wrong).score == 0
