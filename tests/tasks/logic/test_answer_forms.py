"""Suite by suite: the usual ways to write an answer are read, and nothing else."""

import json
from pathlib import Path
from typing import Any

import pytest
from assay.tasks import Suite, load

GRID = "[[2,4,3,1],[3,1,2,4],[1,3,4,2],[4,2,1,3]]"
ROWS = ["2 4 3 1", "3 1 2 4", "1 3 4 2", "4 2 1 3"]
SQUARE = ["4 1 3 2", "1 2 4 3", "2 3 1 4", "3 4 2 1"]


def _grids(rows: list[str]) -> list[str]:
    matrix = r" \\ ".join(row.replace(" ", " & ") for row in rows)
    return [
        "\n".join(rows), "\n".join(f"| {row.replace(' ', ' | ')} |" for row in rows),
        "\n".join(f"Row {i}: {row}" for i, row in enumerate(rows, 1)),
        "\n".join(f"[{row.replace(' ', ', ')}]" for row in rows),
        ",\n".join(f"({row.replace(' ', ', ')})" for row in rows),
        rf"\begin{{pmatrix}} {matrix} \end{{pmatrix}}",
        rf"$$\begin{{bmatrix}} {matrix} \end{{bmatrix}}$$",
        "\n".join(f"{row[:3]} | {row[4:]}" for row in rows[:2]) + "\n----+----\n"
        + "\n".join(f"{row[:3]} | {row[4:]}" for row in rows[2:]),
        "\n".join(row.replace(" ", "") for row in rows),
        json.dumps({"grid": [[int(c) for c in row.split()] for row in rows]}),
        "; ".join(rows), "**" + json.dumps([[int(c) for c in row.split()] for row in rows]) + "**",
        "\n".join(f"- {row}" for row in rows),
    ]  # fmt: skip


def _not_grids(rows: list[str]) -> list[str]:
    return [
        "\n".join(rows[:-1]), "\n".join(rows[::-1]), "\n".join([*rows, rows[0]]),
        "\n".join([*rows[:-1], "_ _ _ _"]), "\n".join(rows).replace("4", "four"),
        "\n".join(rows) + " or another", "\n".join(rows + rows), "\n".join(rows).replace("1", "7"),
        "\n".join([*rows[:-1], f"{rows[-1]} (or {rows[0]})"]),
    ]  # fmt: skip


READ: dict[str, list[str]] = {
    "automaton": [
        "state A", "the state A", "**State A**", "It ends in state A.", "$\\text{A}$", "(A)",
        "'A'",
        "The machine ends in A.", "So the machine ends in state **A**", "The final state is A",
        "A ✅", "➡️ A", "Final state: A", "\\mathbf{A}", "Therefore, the automaton stops in A.",
    ],
    "boolean_circuits": [
        "g3 = 0", "g3 is 0", "$g3 = 0$", "**0**", "The output is 0", "g3: 0", "\\text{0}",
        "The value of g3 is 0.", "Thus g3 evaluates to 0", "`g3 = 0`",
    ],
    "countdown": [
        "17 × 10 + 13", "17 \\times 10 + 13", "$17 \\cdot 10 + 13 = 183$", "(17*10)+13",
        "183 = 17*10+13", "13 + 17*10", "`17*10+13`", "*17*10+13*", "**17*10 + 13 = 183**",
        "The expression is 17*10+13", "17\\*10+13", "[17 * 10] + 13", "17·10+13",
    ],
    "dyck": [
        "]]]>", "] ] ] &gt;", "], ], ], >", "`]]]>`", '["]", "]", "]", ">"]', "$] ] ] >$",
        "\\text{] ] ] >}", '"]]]>"', "] ] ]\n>", "\\] \\] \\] >",
    ],
    "family_relations": [
        "a grandfather", "Grandfather.", "Bob is the grandfather of Ned.",
        "Bob is Ned's grandfather",
        "So Bob is a grandfather to Ned.", "The relation is grandfather", "\\textbf{grandfather}",
        "relation: grandfather", "_grandfather_", "GRANDFATHER",
    ],
    "first_order_entailment": [
        "unknown", "The conclusion is Unknown.", "It is unknown", "Conclusion: Unknown",
        "**UNKNOWN**", "\\text{Unknown}", "Thus, the statement is unknown.", "❓ Unknown",
    ],
    "game_of_24": [
        "12 + 7 + 2 + 3", "(12+7)+(2+3)", "$12+7+2+3=24$", "24 = 12 + 7 + 2 + 3", "3+2+7+12",
        "12\\;+\\;7+2+3", "**12+7+2+3**", "One solution is 12+7+2+3 = 24.",
        "\\left(12+7\\right)+2+3",
    ],
    "graph_reachability": [
        "No", "NO.", "**No**", "No, you cannot.", "No, you cannot get from {s} to {g}.",
        "There is no path from {s} to {g}.", "{g} is not reachable from {s}",
        "No - {g} is unreachable.",
        "So no, there is no way to {g}.", "You can't get from {s} to {g} along the arrows.",
        "It is impossible to reach {g} from {s}", "\\text{no}",
    ],
    "knights_and_knaves": [
        "Ian → knight, Bob → knave", "Ian - knight; Bob - knave",
        "Ian is the knight, Bob is the knave",
        "| Person | Kind |\n|---|---|\n| Ian | knight |\n| Bob | knave |",
        "| Ian | Bob |\n|---|---|\n| Knight | Knave |", "Bob is a knave while Ian is a knight.",
        "Knight: Ian\nKnave: Bob", "Knights: Ian; Knaves: Bob", "(knight, knave)",
        "Ian = \\text{knight}, Bob = \\text{knave}", "knight, knave respectively",
        "Therefore: Ian (knight), Bob (knave).", "✅ Ian: knight\n✅ Bob: knave",
        '[{"name": "Ian", "kind": "knight"}, {"name": "Bob", "kind": "knave"}]',
        "{'Ian': 'knight', 'Bob': 'knave'}", '[["Ian", "knight"], ["Bob", "knave"]]',
        "1. **Ian** – knight\n2. **Bob** – knave", "Ian is a knight. Bob is a knave.",
        "$\\text{Ian: knight, Bob: knave}$", "Ian and Bob are knight and knave, respectively",
    ],
    "latin_squares": _grids(SQUARE),
    "object_tracking": [
        "the hat", "a hat", "Pam has the hat.", "Pam ends up with the hat", "**The hat**",
        "So Pam holds the hat at the end.", "hat 🎩", "the object hat", "\\textit{hat}",
    ],
    "ordering": [
        "Peg finished 4th.", "Peg came in fourth.", "The runner who finished fourth is Peg",
        "4th: Peg", "peg", "*Peg*", "Therefore Peg finished fourth.", "Peg was 4th", "runner Peg",
    ],
    "propositional_entailment": [
        "false", "The conclusion is False.", "The statement is false", "**False**", "It is false.",
        "\\mathrm{False}", "FALSE",
    ],
    "scheduling": [
        "R on day 1, T on day 2, G and J on day 3", "Day 1: R; Day 2: T; Day 3: G, J",
        "| Job | Day |\n|---|---|\n| G | 3 |\n| J | 3 |\n| R | 1 |\n| T | 2 |",
        "| Day | Jobs |\n|---|---|\n| 1 | R |\n| 2 | T |\n| 3 | G, J |", "G→3, J→3, R→1, T→2",
        "3, 3, 1, 2", "3,3,1,2", "G: Day 3, J: Day 3, R: Day 1, T: Day 2",
        '{"Day 1": ["R"], "Day 2": ["T"], "Day 3": ["G", "J"]}',
        "Job G: day 3\nJob J: day 3\nJob R: day 1\nJob T: day 2", "G is on day 3, J is on day 3, "
        "R is on day 1 and T is on day 2.", "$G = 3, J = 3, R = 1, T = 2$", "G 3 J 3 R 1 T 2",
        "{'G': 3, 'J': 3, 'R': 1, 'T': 2}", "**G**: 3; **J**: 3; **R**: 1; **T**: 2",
        "G \\rightarrow 3, J \\rightarrow 3, R \\rightarrow 1, T \\rightarrow 2",
    ],
    "shortest_path": [
        "E ⟶ B", "E \\to B", "E, B", "E then B", "(E, B)", "E – B", "e -> b", "E to B",
        "The shortest path from E to B is E → B (length 2).", "E -> B, with a total length of 2",
        "$E \\longrightarrow B$", "E ➡️ B", "E\n→ B", "**E** → **B**", "E &rarr; B", "E -&gt; B",
        "The shortest way is E -> B",
    ],
    "string_rewriting": [
        "`aa`", '"aa"', "The final word is aa.", "bbacb becomes aa", "**aa**", "$\\text{aa}$",
    ],
    "sudoku": _grids(ROWS),
    "syllogisms": [
        "No.", "No, it does not follow.", "It doesn't follow that some poets are not miners.",
        "It does not follow.", "No, the conclusion does not follow", "\\textbf{No}", "❌ No",
    ],
    "truth_teller_webs": [
        "No, Bea does not tell the truth.", "Bea lies.", "No, Bea is a liar", "no, she doesn't",
        "Bea doesn't tell the truth", "**No**", "No — Bea lies.",
    ],
    "zebra": [
        "Beer.", "the beer", "Nan drinks beer.", "The drink of Nan is beer", "Nan's drink is beer",
        "So Nan is the beer drinker.", "drink: beer", "\\text{beer}", "🍺 beer",
    ],
}  # fmt: skip

REFUSED: dict[str, list[str]] = {
    "automaton": [
        "state C", "A or B", "A then C", "A, B", "A/C", "AC", "not A", "neither A nor B", "A?",
        "A A",
        "It does not end in A", "A -> C", "any but A", "It starts in A", "A (or C)",
        "B if 1, else A",
    ],
    "boolean_circuits": ["1", "g3 = 1", "0 or 1", "0/1", "g2 = 0", "not 0", "00", "0.5",
    "g1 is 0"],
    "countdown": [
        "17+10*13", "17*10+13 = 184", "17*10+13+0", "17*10+13 or 13+17*10", "183", "17**10+13",
        "17*10+13 = 183 = 183", "17*10", "-17*10+13", "170+13", "17*10+13?", "about 17*10+13",
        "17*10+13*17/17", "x = 17*10+13 - 0",
    ],
    "dyck": [
        "] ] > ]", "[ [ [ <", "] ] ]", "] ] ] > >", "< > ( ) < > < [ [ [ ] ] ] >",
        "] ] ] > or > ] ] ]",
        "] ] ] > ...", "not ] ] ] >", "} } } >", "] ] ] x >",
    ],
    "family_relations": [
        "brother", "grandmother", "grandfather or brother", "Ned is the grandfather of Bob",
        "great-grandfather", "not grandfather", "grandfather, brother",
        "Sue is the grandfather of Ned",
        "step grandfather", "grandfather?",
    ],
    "first_order_entailment": [
        "True", "False", "Unknown or True", "not Unknown", "known", "True/False/Unknown",
        "The conclusion is not Unknown", "I do not know",
    ],
    "game_of_24": [
        "12*7-2-3", "12+7+2+3 = 25", "12+7+5", "12+7+2+3+0", "12 7 2 3", "24", "12+7+2", "127+2+3",
        "12+7+2+3 and 3+2+7+12", "12+7+2-3", "12^7+2+3",
    ],
    "graph_reachability": [
        "yes", "Yes, you can.", "yes and no", "No, you can get from {s} to {g}.", "Not no",
        "Yes, there is no path", "There is a path from {s} to {g}.", "no?", "no/yes",
        "You cannot get from {g} to {s}", "There is no path from {g} to {s}.",
    ],
    "knights_and_knaves": [
        "Ian: knave, Bob: knight", "Ian and Bob are knights", "Both are knaves", "Ian is a knight",
        "Ian is a knight or Bob is a knave", "Ian: knight?, Bob: knave",
        "Ian is not a knave, Bob is a knave",
        "If Ian is a knight then Bob is a knave", "Ian says Bob is a knave", "knight knight knave",
        "Ian: knight/knave, Bob: knave", "Ian: knight, Bob: knave, Cid: knight",
        "Ian is a knight and Bob",
        '{"Ian": "knight", "Bob": ["knave", "knight"]}', "Knights: Ian, Bob; Knaves: Bob",
        "Ian: knight, Bob: probably knave", "Ian claims to be a knight, Bob is a knave",
    ],
    "latin_squares": _not_grids(SQUARE),
    "object_tracking": [
        "key", "hat and key", "Ivy has the hat", "hat/key", "Pam does not have the hat", "hat?",
        "not the hat", "the hatter", "Pam had the hat", "hat (or key)", "Pam wants the hat",
    ],
    "ordering": [
        "Abe", "Peg or Abe", "Peg finished 1st.", "Peg finished third", "not Peg",
        "Peg did not finish 4th",
        "Vic, Abe, Cid, Peg", "Peg, Abe", "Peggy", "Abe finished before Peg",
    ],
    "propositional_entailment": ["True", "Unknown", "False or Unknown", "not False",
    "It is not false"],
    "scheduling": [
        "G: 1, J: 1, R: 1, T: 2", "R on day 1 or 2, T on day 2, G and J on day 3",
        "G: -3, J: 3, R: 1, T: 2",
        "Day 1: R; Day 2: T; Day 3: G", "Day 1: R, T; Day 2: T; Day 3: G, J", "3, 3, 1, 2, 1",
        "G: 3, J: 3, R: 1, T: not 3", "R before T before G and J", "G: 3rd, J: 3, R: 1",
        "G: 3, J: 3, R: 1, T: 2 or 3", "Day 0: R; Day 2: T; Day 3: G, J", "G: 3, J: 3, R: 2, T: 2",
        "Day 1: R; Day 2: T; Day 3: G, J, X", "G: about 3, J: 3, R: 1, T: 2", "0.3, 3, 1, 2",
    ],
    "shortest_path": [
        "B → E", "E → A → B", "E → C → B", "E → X → B", "E", "not E → B", "E → B → C",
        "E → ... → B",
        "E → B (length 7)", "The shortest path from A to B is E → B", "E → B / E → A → B", "EB?",
    ],
    "string_rewriting": ["bb", "a", "aaa", "aa or a", "aa, bb", "not aa", "bbacb", "aa -> a",
    "AA"],
    "sudoku": _not_grids(ROWS),
    "syllogisms": [
        "yes", "Yes, it follows.", "No, it follows.", "yes/no",
        "It follows that some poets are not miners.",
        "No poets are miners", "not no", "No, it does not follow that no, yes",
    ],
    "truth_teller_webs": [
        "yes", "No, Bea tells the truth.", "Bea tells the truth.", "Una lies.", "No one lies",
        "Yes, Bea lies", "yes and no", "Bea says Una lies",
    ],
    "zebra": [
        "tea", "beer or tea", "Ray drinks beer", "not beer", "beer and tea",
        "Nan does not drink beer",
        "root beer", "beer, tea, cola", "The drink of Ray is beer", "beer?",
    ],
}  # fmt: skip


def _suite(name: str) -> tuple[Suite, Any]:
    seed = 0 if name == "graph_reachability" else 7
    suite = load(name, difficulty=2, seed=seed, size=40)
    if name == "graph_reachability":
        return suite, next(problem for problem in suite if problem.answer == "no")
    return suite, suite[0]


def _filled(text: str, problem: Any) -> str:
    meta = problem.meta
    ends = (str(meta.get("start")), str(meta.get("goal")))
    return text.replace("{s}", ends[0]).replace("{g}", ends[1])


def test_every_generated_suite_has_its_forms() -> None:
    assert set(READ) == set(REFUSED)
    assert len(READ) == 20


@pytest.mark.parametrize("name", READ)
def test_the_usual_dress_of_an_answer_is_read(name: str) -> None:
    suite, problem = _suite(name)
    for form in READ[name]:
        answer = _filled(form, problem)
        for text in (
            f"<answer>{answer}</answer>",
            f"Some steps.\n\nFinal answer:\n\n{answer}",
            f"Some steps lead there.\n\n**Answer:**\n{answer}\n\nAll rules hold.",
        ):
            verdict = suite.verify(problem, text)
            assert verdict.correct, (text, verdict)


@pytest.mark.parametrize("name", READ)
def test_a_response_may_close_with_an_answer_of_a_strict_shape(name: str) -> None:
    suite, problem = _suite(name)
    for form in READ[name]:
        answer = _filled(form, problem)
        verdict = suite.verify(problem, f"We go through all cases and find one.\n\n{answer}")
        assert verdict.correct, (answer, verdict)


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_not_the_answer_is_refused(name: str) -> None:
    suite, problem = _suite(name)
    for form in REFUSED[name]:
        answer = _filled(form, problem)
        for text in (
            f"<answer>{answer}</answer>",
            f"Final answer:\n\n{answer}",
            f"The answer is {answer}",
            f"Some steps.\n\n{answer}",
            answer,
        ):
            verdict = suite.verify(problem, text)
            assert verdict.score == 0, (text, verdict)


TABLE = [["Sue", "cook", "beer"], ["Ben", "clerk", "tea"], ["Peg", "pilot", "juice"],
         ["Joy", "judge", "cocoa"]]  # fmt: skip
COLUMNS = ["name", "job", "drink"]


def test_tables_of_houses_in_their_usual_dress() -> None:
    suite = load("zebra", difficulty=4, seed=7, size=1)
    numbered = list(enumerate(TABLE, 1))
    head = "| House | Name | Job | Drink |\n|---|---|---|---|\n"
    forms = [
        head + "\n".join(f"| {n} | {' | '.join(row)} |" for n, row in numbered),
        head.replace(" House |", "").replace("|---", "", 1)
        + "\n".join(f"| {' | '.join(row)} |" for row in TABLE),
        "\n".join(f"House {n}: {', '.join(row)}" for n, row in numbered),
        "\n".join(f"- **House {n}**: {', '.join(row)}" for n, row in numbered),
        "\n".join(f"House {n}: Name: {a}, Job: {b}, Drink: {c}" for n, (a, b, c) in numbered),
        "\n".join(f"{n}. {', '.join(row)}" for n, row in numbered),
        "\n".join(", ".join(row) for row in TABLE),
        json.dumps({f"House {n}": row for n, row in numbered}),
        json.dumps([dict(zip(COLUMNS, row, strict=True)) for row in TABLE]),
        json.dumps([{"house": n, **dict(zip(COLUMNS, row, strict=True))} for n, row in numbered]),
        str(TABLE),
        json.dumps([[n, *row] for n, row in numbered]),
        json.dumps({c: [row[i] for row in TABLE] for i, c in enumerate(COLUMNS)}),
        f"```json\n{json.dumps(TABLE, indent=1)}\n```",
    ]
    for form in forms:
        verdict = suite.verify(suite[0], f"<answer>{form}</answer>")
        assert verdict.correct, (form, verdict)
    swapped = [TABLE[1], TABLE[0], *TABLE[2:]]
    for form in (
        json.dumps(swapped), json.dumps(TABLE[:3]), json.dumps([*TABLE, TABLE[0]]),
        json.dumps([row[:2] for row in TABLE]), f"{json.dumps(TABLE)} or {json.dumps(swapped)}",
        "\n".join(f"House {5 - n}: {', '.join(row)}" for n, row in numbered),
        "\n".join(f"House {n}: {', '.join(row)}?" for n, row in numbered),
        json.dumps({"House 1": TABLE[0], "House 3": TABLE[1], "House 2": TABLE[2],
                    "House 4": TABLE[3]}),
        json.dumps([[[cell, "x"] for cell in row] for row in TABLE]),
    ):  # fmt: skip
        assert suite.verify(suite[0], f"<answer>{form}</answer>").score == 0, form


FILES: list[tuple[str, dict[str, Any], list[str], list[str]]] = [
    (
        "multiple_choice",
        {"question": "Which?", "options": ["red", "light blue", "red and blue", "no color"],
         "answer": "B"},
        ["I choose (B).", "I choose B", "Option B", "Option B is correct.", "(B) — light blue",
         "B: Light blue", "light blue (B)", "It's (B).", "B is the correct answer",
         "The light blue",
         "My choice is B.", "**B)** light blue", "$\\boxed{\\text{(B)}}$", "B",
         "B = light blue", "The correct option is (B) light blue."],
        ["B. Every option is right.", "B) red", "B and C", "(A) light blue", "B or not", "blue",
         "All of them", "B, C", "B C", "not B", "Neither B", "BC", "B is wrong", "I reject B",
         "light blue or red", "Option B is incorrect", "B?"],
    ),
    (
        "exact_answer",
        {"question": "Where is Mary, who went to the hall and the kitchen?", "answer": "the hall"},
        ["hall", "The hall.", "**hall**", "\"hall\"", "\\text{hall}", "Hall"],
        ["kitchen", "hall or kitchen", "not the hall", "hall, kitchen", "hallway", "the hall?"],
    ),
    (
        "exact_answer",
        {"question": "What did Mary take, milk, apple or football?", "answer": ["milk, apple"],
         "kind": "set"},
        ["apple, milk", "apple and milk", "- milk\n- apple", "['milk', 'apple']",
        "**milk**, apple"],
        ["milk", "milk, apple, football", "milk or apple", "milk and not apple", "apple, apple"],
    ),
    (
        "exact_answer",
        {"question": "Sort: cow ape bee", "answer": "ape bee cow", "kind": "words"},
        ["ape, bee, cow", "1. ape\n2. bee\n3. cow", "ape → bee → cow", '["ape", "bee", "cow"]'],
        ["ape cow bee", "ape bee", "ape bee cow ape", "cow bee ape", "ape or bee cow"],
    ),
    (
        "grid",
        {"puzzle": "Two houses.", "solution": {"header": ["House", "Name", "Drink"],
                                               "rows": [["1", "Eric", "tea"], ["2", "Ann",
                                               "milk"]]}},
        ["| House | Name | Drink |\n|--|--|--|\n| 1 | Eric | tea |\n| 2 | Ann | milk |",
         "House 1: Eric, tea\nHouse 2: Ann, milk", '[["1","Eric","tea"],["2","Ann","milk"]]',
         "House 1: Name: Eric, Drink: tea\nHouse 2: Name: Ann, Drink: milk"],
        ["House 1: Ann, tea\nHouse 2: Eric, milk", "House 1: Eric, tea",
         "House 1: Eric, tea or milk\nHouse 2: Ann, milk"],
    ),
    (
        "grid",
        {"puzzle": [[0, 2], [1, 0]], "solution": [[1, 2], [2, 1]]},
        ["1 2\n2 1", "12\n21", "\\begin{bmatrix}1&2\\\\2&1\\end{bmatrix}", "| 1 | 2 |\n| 2 | 1 |"],
        ["1 2\n1 2", "1 2", "1 2 2 1 or so", "[[1,2],[2,1],[1,2]]"],
    ),
]  # fmt: skip


@pytest.mark.parametrize(("reader", "row", "right", "wrong"), FILES)
def test_answers_to_files_of_questions(
    reader: str, row: dict[str, Any], right: list[str], wrong: list[str], tmp_path: Path
) -> None:
    path = tmp_path / "rows.jsonl"
    options = {"kind": row["kind"]} if "kind" in row else {}
    path.write_text(json.dumps({k: v for k, v in row.items() if k != "kind"}))
    suite = load(reader, path=str(path), **options)
    for answer in right:
        verdict = suite.verify(suite[0], f"<answer>{answer}</answer>")
        assert verdict.correct, (answer, verdict)
    for answer in wrong:
        verdict = suite.verify(suite[0], f"<answer>{answer}</answer>")
        assert verdict.score == 0, (answer, verdict)
