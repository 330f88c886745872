"""Uniqueness and labels, proved by a second solver (z3) that the generators do not use.

The z3 models are built from the problems' own words or tables, not from the generators'
clauses. ASSAY_CONTRACT_SIZE sets how many problems of each level are proved.
"""

import os
import re
from itertools import combinations

import networkx
import pytest
import z3
from assay.tasks import load

SIZE = int(os.environ.get("ASSAY_CONTRACT_SIZE", "8"))


def problems(name, levels=(1, 3, 5, 7)):
    for level in levels:
        yield from load(name, difficulty=level, size=SIZE)


def solutions(solver, unknowns, at_most=2):
    """The values of the unknowns in each solution, at most two of them."""
    found = []
    while len(found) < at_most and solver.check() == z3.sat:
        model = solver.model()
        values = [model.eval(unknown, model_completion=True) for unknown in unknowns]
        found.append(values)
        solver.add(z3.Or([u != v for u, v in zip(unknowns, values, strict=True)]))
    return found


def in_z3(formula, atom):
    op, *parts = formula
    if op == "var":
        return atom[parts[0]]
    inner = [in_z3(part, atom) for part in parts]
    return {
        "not": lambda: z3.Not(inner[0]),
        "and": lambda: z3.And(inner),
        "or": lambda: z3.Or(inner),
        "xor": lambda: z3.Xor(*inner),
        "iff": lambda: inner[0] == inner[1],
        "implies": lambda: z3.Implies(*inner),
    }[op]()


@pytest.mark.parametrize("name", ["sudoku", "latin_squares"])
def test_grids_have_one_solution(name):
    for problem in problems(name, (1, 3, 5)):
        puzzle, (tall, wide) = problem.meta["puzzle"], problem.meta["box"]
        n = len(puzzle)
        cells = [[z3.Int(f"c{r}_{c}") for c in range(n)] for r in range(n)]
        solver = z3.SolverFor("QF_FD")
        for r in range(n):
            solver.add(z3.Distinct(cells[r]), z3.Distinct([cells[k][r] for k in range(n)]))
            for c in range(n):
                given = puzzle[r][c]
                solver.add(cells[r][c] == given if given else
                           z3.And(cells[r][c] >= 1, cells[r][c] <= n))  # fmt: skip
        for top in range(0, n, tall):
            for left in range(0, n, wide):
                solver.add(z3.Distinct([cells[top + i][left + j]
                                        for i in range(tall) for j in range(wide)]))  # fmt: skip
        found = solutions(solver, [cell for row in cells for cell in row])
        assert len(found) == 1, problem.prompt
        flat = [int(digit) for digit in re.findall(r"\d+", problem.answer)]
        assert [value.as_long() for value in found[0]] == flat


def test_knights_and_knaves_have_one_solution():
    for problem in problems("knights_and_knaves"):
        atom = {name: z3.Bool(name) for name in problem.meta["names"]}
        solver = z3.Solver()
        for name, claim in problem.meta["claims"]:
            solver.add(atom[name] == in_z3(claim, atom))
        found = solutions(solver, list(atom.values()))
        assert len(found) == 1, problem.prompt
        kinds = ["knight" if z3.is_true(value) else "knave" for value in found[0]]
        assert ", ".join(kinds) == problem.answer


def test_webs_have_one_answer():
    for problem in problems("truth_teller_webs"):
        atom = {}
        said = problem.prompt.split("tells the truth. ", 1)[1].rsplit(" Does", 1)[0]
        for name in re.findall(r"\b[A-Z][a-z]+\b", said):
            atom.setdefault(name, z3.Bool(name))
        solver = z3.Solver()
        for sentence in re.findall(r"[^.]+\.", said):
            solver.add(_web(sentence.strip(" ."), atom))
        asked = atom[re.search(r"Does (\w+) tell the truth\?", problem.prompt)[1]]
        assert solver.check() == z3.sat
        solver.add(asked != (problem.answer == "yes"))
        assert solver.check() == z3.unsat, problem.prompt


def _web(sentence, atom):
    speaker, says, claim = sentence.partition(" says ")
    if says:
        return atom[speaker] == _web(claim, atom)
    people = [atom[name] for name in re.findall(r"\b[A-Z][a-z]+\b", sentence)]
    if "both lie or both" in sentence:
        return people[0] == people[1]
    if sentence.startswith("exactly one"):
        return z3.Xor(*people)
    if sentence.startswith("at least one"):
        return z3.Or(people)
    if "both tell" in sentence:
        return z3.And(people)
    return z3.Not(people[0]) if sentence.endswith("lies") else people[0]


def test_orders_are_unique():
    for problem in problems("ordering"):
        told, asked = problem.prompt.split(" ran a race. ")[1].split(" Who finished ")
        order = problem.meta["order"]
        at = {name: z3.Int(name) for name in order}
        solver = z3.SolverFor("QF_FD")
        solver.add(z3.Distinct(list(at.values())))
        solver.add(*[z3.And(place >= 1, place <= len(order)) for place in at.values()])
        for sentence in told.split(". "):
            solver.add(_race(sentence.strip(" ."), at))
        found = solutions(solver, [at[name] for name in order])
        assert len(found) == 1, problem.prompt
        place = int(re.match(r"\d+", asked)[0])
        winner = [n for n, v in zip(order, found[0], strict=True) if v.as_long() == place]
        assert winner == [problem.answer]


def _race(sentence, at):
    names = [at[name] for name in re.findall(r"\b[A-Z][a-z]+\b", sentence)]
    places = [int(number) for number in re.findall(r"\d+", sentence)]
    if " right after " in sentence:
        return names[0] == names[1] + 1
    if " before " in sentence:
        return names[0] < names[1]
    if " after " in sentence:
        return names[0] > names[1]
    if " apart" in sentence:
        return z3.Or(names[0] - names[1] == places[0], names[1] - names[0] == places[0])
    if " did not " in sentence:
        return names[0] != places[0]
    return z3.Or([names[0] == place for place in places])


def test_zebras_have_one_solution():
    for problem in problems("zebra", (1, 3, 4, 5)):
        table, columns = problem.meta["table"], problem.meta["columns"]
        at = {value: z3.Int(value) for row in table for value in row}
        solver = z3.SolverFor("QF_FD")
        for i in range(len(columns)):
            solver.add(z3.Distinct([at[row[i]] for row in table]))
        solver.add(*[z3.And(house >= 1, house <= len(table)) for house in at.values()])
        told = problem.prompt.split("). ", 1)[1].split("\n")[0].split(" What is")[0]
        for sentence in told.split(". "):
            solver.add(_house(sentence.strip(" ."), at))
        found = solutions(solver, list(at.values()))
        assert len(found) == 1, problem.prompt
        for value, house in zip(at, found[0], strict=True):
            assert value in table[house.as_long() - 1]


def _house(sentence, at):
    known = [at[word] for word in re.findall(r"\w+", sentence) if word in at]
    house = re.search(r"in house (\d+)", sentence)
    if house:
        return known[0] != int(house[1]) if "not live" in sentence else known[0] == int(house[1])
    one, two = known
    for words, rule in {
        "directly left": lambda: one + 1 == two,
        "somewhere left": lambda: one < two,
        "next to": lambda: z3.Or(one - two == 1, two - one == 1),
        " is not ": lambda: one != two,
    }.items():
        if words in sentence:
            return rule()
    return one == two


def test_propositional_labels():
    seen = set()
    for problem in problems("propositional_entailment"):
        atom = {chr(code): z3.Bool(chr(code)) for code in range(ord("a"), ord("z") + 1)}
        solver = z3.Solver()
        solver.add(*[in_z3(premise, atom) for premise in problem.meta["premises"]])
        conclusion = in_z3(problem.meta["conclusion"], atom)
        assert _label(solver, conclusion) == problem.answer, problem.prompt
        seen.add(problem.answer)
    assert seen == {"True", "False", "Unknown"}


def _label(solver, conclusion):
    assert solver.check() == z3.sat, "the premises contradict one another"
    can_fail, can_hold = solver.check(z3.Not(conclusion)), solver.check(conclusion)
    assert z3.unknown not in (can_fail, can_hold)
    if can_fail == z3.unsat:
        return "True"
    return "False" if can_hold == z3.unsat else "Unknown"


def _quantified(statement, person, predicate, constants):
    """A statement as a z3 formula with real quantifiers."""
    bound = {"x": z3.Const("x", person), "y": z3.Const("y", person)}

    def literal(one):
        name, *terms, sign = one
        places = [bound.get(t, constants.setdefault(t, z3.Const(t, person))) for t in terms]
        kind = z3.Function(name, *[person] * len(terms), z3.BoolSort())
        predicate.add(name)
        return kind(*places) if sign else z3.Not(kind(*places))

    kind, *parts = statement
    inner = [[literal(one) for one in part] for part in parts]
    if kind == "fact":
        return z3.Or(inner[0])
    if kind == "some":
        return z3.Exists([bound["x"]], z3.And(inner[0]))
    return z3.ForAll(list(bound.values()), z3.Implies(z3.And(inner[0]), z3.Or(inner[1])))


@pytest.mark.parametrize("name", ["first_order_entailment", "syllogisms"])
def test_quantified_labels(name):
    seen = set()
    for number, problem in enumerate(problems(name)):
        person = z3.DeclareSort(f"Person{number}")
        constants, predicates = {}, set()
        solver = z3.Solver()
        solver.set("timeout", 20_000)
        for premise in problem.meta["premises"]:
            solver.add(_quantified(premise, person, predicates, constants))
        conclusion = _quantified(problem.meta["conclusion"], person, predicates, constants)
        label = _label(solver, conclusion)
        if name == "syllogisms":
            label = "yes" if label == "True" else "no"
        assert label == problem.answer, problem.prompt
        seen.add(label)
    assert len(seen) == (2 if name == "syllogisms" else 3)


def test_schedules_are_counted_and_checked_by_the_words():
    for problem in problems("scheduling", (1, 3, 5)):
        jobs, days = problem.meta["jobs"], problem.meta["days"]
        day = {job: z3.Int(job) for job in jobs}
        solver = z3.SolverFor("QF_FD")
        solver.add(*[z3.And(number >= 1, number <= days) for number in day.values()])
        for three in combinations(day.values(), 3):
            solver.add(z3.Not(z3.And(three[0] == three[1], three[1] == three[2])))
        for rule in problem.prompt.split("a day: ")[1].split("\n")[0].rstrip(".").split("; "):
            solver.add(_rule(rule, day))
        found = solutions(solver, list(day.values()), at_most=301)
        assert len(found) == problem.meta["schedules"], problem.prompt
        suite = load("scheduling")
        for values in found[:20]:
            text = ", ".join(f"{job} = {value}" for job, value in zip(jobs, values, strict=True))
            assert suite.verify(problem, f"<answer>{text}</answer>").correct


def _rule(rule, day):
    words = rule.split()
    first, numbers = day[words[0]], [int(word) for word in words if word.isdigit()]
    if "and" in words:
        same = first == day[words[2]]
        return same if "same" in words else z3.Not(same)
    if "before" in words:
        return first + (numbers[0] if numbers else 1) <= day[words[-1]]
    return first != numbers[0] if "not" in words else first <= numbers[0]


def test_reachability_and_shortest_paths_agree_with_networkx():
    for problem in problems("graph_reachability", (1, 4, 7, 10)):
        graph = networkx.DiGraph(re.findall(r"(\d+)->(\d+)", problem.prompt))
        start, goal = re.search(r"from (\d+) to (\d+)", problem.prompt).groups()
        reached = goal in graph and start in graph and networkx.has_path(graph, start, goal)
        assert reached == (problem.answer == "yes"), problem.prompt
    suite = load("shortest_path")
    for problem in problems("shortest_path", (1, 4, 7, 10)):
        graph = networkx.Graph()
        for one, two, length in re.findall(r"(\w)-(\w) (\d+)", problem.prompt):
            graph.add_edge(one, two, weight=int(length))
        start, goal = re.search(r"way from (\w) to (\w)", problem.prompt).groups()
        ways = list(networkx.all_shortest_paths(graph, start, goal, weight="weight"))
        for way in ways:
            assert suite.verify(problem, f"<answer>{', '.join(way)}</answer>").correct
        longer = next(
            (w for w in networkx.all_simple_paths(graph, start, goal) if w not in ways), None
        )
        if longer:
            assert suite.verify(problem, f"\\boxed{{{'-'.join(longer)}}}").score == 0
