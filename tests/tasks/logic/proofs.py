"""One problem's answer proved a second time, by a solver that the generator does not use.

The models are built from the problem's own words or tables, never from the generator's clauses:
z3 for puzzles and entailment, networkx for graphs, Python's own arithmetic and plain
re-enactment for the rest. `PROOFS[suite](problem)` raises AssertionError where the answer is
not the only one (or, where several are right, not right).
"""

import ast
import operator
import re
from collections import Counter
from fractions import Fraction
from itertools import combinations, count

import networkx
import z3
from assay.tasks import load

TIMEOUT = 60_000
_NEW = count()


def solutions(solver, unknowns, at_most=2):
    """The values of the unknowns in each solution, at most two of them."""
    solver.set("timeout", TIMEOUT)
    found = []
    while len(found) < at_most:
        state = solver.check()
        assert state != z3.unknown, "z3 gave up"
        if state == z3.unsat:
            break
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


def grid(problem):
    puzzle, (tall, wide) = problem.meta["puzzle"], problem.meta["box"]
    n = len(puzzle)
    cells = [[z3.Int(f"c{r}_{c}") for c in range(n)] for r in range(n)]
    solver = z3.SolverFor("QF_FD")
    for r in range(n):
        solver.add(z3.Distinct(cells[r]), z3.Distinct([cells[k][r] for k in range(n)]))
        for c in range(n):
            given = puzzle[r][c]
            bounds = z3.And(cells[r][c] >= 1, cells[r][c] <= n)
            solver.add(cells[r][c] == given if given else bounds)
    for top in range(0, n, tall):
        for left in range(0, n, wide):
            box = [cells[top + i][left + j] for i in range(tall) for j in range(wide)]
            solver.add(z3.Distinct(box))
    found = solutions(solver, [cell for row in cells for cell in row])
    assert len(found) == 1, problem.prompt
    flat = [int(digit) for digit in re.findall(r"\d+", problem.answer)]
    assert [value.as_long() for value in found[0]] == flat


def knights_and_knaves(problem):
    atom = {name: z3.Bool(name) for name in problem.meta["names"]}
    solver = z3.Solver()
    for name, claim in problem.meta["claims"]:
        solver.add(atom[name] == in_z3(claim, atom))
    found = solutions(solver, list(atom.values()))
    assert len(found) == 1, problem.prompt
    kinds = ["knight" if z3.is_true(value) else "knave" for value in found[0]]
    assert ", ".join(kinds) == problem.answer


def truth_teller_webs(problem):
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


def ordering(problem):
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


def zebra(problem):
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


def propositional_entailment(problem):
    atom = {chr(code): z3.Bool(chr(code)) for code in range(ord("a"), ord("z") + 1)}
    solver = z3.Solver()
    solver.add(*[in_z3(premise, atom) for premise in problem.meta["premises"]])
    assert _label(solver, in_z3(problem.meta["conclusion"], atom)) == problem.answer, problem.prompt


def _label(solver, conclusion):
    assert solver.check() == z3.sat, "the premises contradict one another"
    can_fail, can_hold = solver.check(z3.Not(conclusion)), solver.check(conclusion)
    assert z3.unknown not in (can_fail, can_hold), "z3 gave up"
    if can_fail == z3.unsat:
        return "True"
    return "False" if can_hold == z3.unsat else "Unknown"


def _quantified(statement, person, constants):
    """A statement as a z3 formula with real quantifiers."""
    bound = {"x": z3.Const("x", person), "y": z3.Const("y", person)}

    def literal(one):
        name, *terms, sign = one
        places = [bound.get(t, constants.setdefault(t, z3.Const(t, person))) for t in terms]
        kind = z3.Function(name, *[person] * len(terms), z3.BoolSort())
        return kind(*places) if sign else z3.Not(kind(*places))

    kind, *parts = statement
    inner = [[literal(one) for one in part] for part in parts]
    if kind == "fact":
        return z3.Or(inner[0])
    if kind == "some":
        return z3.Exists([bound["x"]], z3.And(inner[0]))
    return z3.ForAll(list(bound.values()), z3.Implies(z3.And(inner[0]), z3.Or(inner[1])))


def quantified_label(problem):
    person = z3.DeclareSort(f"Person{next(_NEW)}")
    constants = {}
    solver = z3.Solver()
    solver.set("timeout", TIMEOUT)
    for premise in problem.meta["premises"]:
        solver.add(_quantified(premise, person, constants))
    return _label(solver, _quantified(problem.meta["conclusion"], person, constants))


def first_order_entailment(problem):
    assert quantified_label(problem) == problem.answer, problem.prompt


def syllogisms(problem):
    label = "yes" if quantified_label(problem) == "True" else "no"
    assert label == problem.answer, problem.prompt


def scheduling(problem):
    jobs, days = problem.meta["jobs"], problem.meta["days"]
    day = {job: z3.Int(job) for job in jobs}
    solver = z3.SolverFor("QF_FD")
    solver.add(*[z3.And(number >= 1, number <= days) for number in day.values()])
    for three in combinations(day.values(), 3):
        solver.add(z3.Not(z3.And(three[0] == three[1], three[1] == three[2])))
    for rule in problem.prompt.split("a day: ")[1].split("\n")[0].rstrip(".").split("; "):
        solver.add(_rule(rule, day))
    found = solutions(solver, list(day.values()), at_most=problem.meta["schedules"] + 1)
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


def graph_reachability(problem):
    graph = networkx.DiGraph(re.findall(r"(\d+)->(\d+)", problem.prompt))
    start, goal = re.search(r"from (\d+) to (\d+)", problem.prompt).groups()
    reached = goal in graph and start in graph and networkx.has_path(graph, start, goal)
    assert reached == (problem.answer == "yes"), problem.prompt


def shortest_path(problem):
    """Every shortest path is right; a longer one is not."""
    suite = load("shortest_path")
    graph = networkx.Graph()
    for one, two, length in re.findall(r"(\w)-(\w) (\d+)", problem.prompt):
        graph.add_edge(one, two, weight=int(length))
    start, goal = re.search(r"way from (\w) to (\w)", problem.prompt).groups()
    ways = list(networkx.all_shortest_paths(graph, start, goal, weight="weight"))
    for way in ways:
        assert suite.verify(problem, f"<answer>{', '.join(way)}</answer>").correct
    others = (w for w in networkx.all_simple_paths(graph, start, goal) if w not in ways)
    longer = next(others, None)
    if longer:
        assert suite.verify(problem, f"\\boxed{{{'-'.join(longer)}}}").score == 0


def boolean_circuits(problem):
    given, gates = problem.prompt.split(". ", 1)
    names = set(re.findall(r"\b(?:g\d+|[a-z])\b", problem.prompt.split(" What")[0]))
    atom = {name: z3.Bool(name) for name in names}
    solver = z3.Solver()
    for name, value in re.findall(r"(\w+)=(\d)", given):
        solver.add(atom[name] == (value == "1"))
    for name, body in re.findall(r"(g\d+) = ([^;.]+)", gates):
        solver.add(atom[name] == _gate(body.split(), atom))
    asked = atom[re.search(r"What is (g\d+)\?", problem.prompt)[1]]
    found = solutions(solver, [asked])
    assert [str(int(z3.is_true(values[0]))) for values in found] == [problem.answer]


def _gate(words, atom):
    if words[0] == "not":
        return z3.Not(atom[words[1]])
    one, op, two = atom[words[0]], words[1], atom[words[2]]
    joined = {"n": z3.And, "a": z3.And, "o": z3.Or, "x": z3.Xor}
    if op in ("nand", "nor"):
        return z3.Not((z3.And if op == "nand" else z3.Or)(one, two))
    return joined[op[0]](one, two)


_OPERATORS = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul,
              ast.Div: operator.truediv}  # fmt: skip


def _value(node):
    if isinstance(node, ast.Constant):
        return Fraction(node.value)
    return _OPERATORS[type(node.op)](_value(node.left), _value(node.right))


def number_game(problem):
    """The gold, evaluated from its syntax tree as Python reads it, keeps the rules."""
    target, told = re.match(r"Make (\d+) from ([\d, ]+) with", problem.prompt).groups()
    tree = ast.parse(problem.answer, mode="eval").body
    assert _value(tree) == int(target)
    used = Counter(node.value for node in ast.walk(tree) if isinstance(node, ast.Constant))
    given = Counter(int(number) for number in told.split(", "))
    assert used == given if "exactly once" in problem.prompt else used <= given


def dyck(problem):
    """Erase matching neighbours until none are left: with the answer, nothing remains."""
    told = problem.prompt.split("\n")[0].partition(": ")[2]

    def erased(text):
        while (shorter := re.sub(r"\(\)|\[\]|<>", "", text)) != text:
            text = shorter
        return text

    left = erased(re.sub(r"\s", "", told))
    assert left
    assert erased(left + problem.answer.replace(" ", "")) == ""
    assert len(left) == len(problem.answer.split())


def automaton(problem):
    moves = dict(re.findall(r"(\w\d+)->(\w)", problem.prompt))
    state, word = re.search(r"starts in (\w) and reads ([\d ]+)\.", problem.prompt).groups()
    for symbol in word.split():
        state = moves[state + symbol]
    assert state == problem.answer


def object_tracking(problem):
    holds = dict(re.findall(r"(\w+) has the (\w+)", problem.prompt))
    for one, two in re.findall(r"(\w+) and (\w+) swap", problem.prompt):
        holds[one], holds[two] = holds[two], holds[one]
    assert holds[re.search(r"does (\w+) have", problem.prompt)[1]] == problem.answer


def string_rewriting(problem):
    rules = re.findall(r"(\w+)->(\w+)", problem.prompt)
    word = re.search(r"becomes of (\w+)\?", problem.prompt)[1]
    while fits := [rule for rule in rules if rule[0] in word]:
        old, new = fits[0]
        at = word.index(old)
        word = word[:at] + new + word[at + len(old) :]
    assert word == problem.answer


def family_relations(problem):
    """The nearest common ancestor determines the relation; no other option is right."""
    tree, woman = networkx.DiGraph(), {}
    for one, word, two in re.findall(r"(\w+) is the (\w+) of (\w+)", problem.prompt):
        woman[one] = word in ("mother", "daughter")
        tree.add_edge(*((one, two) if word in ("mother", "father") else (two, one)))
    one, two, told = re.search(r"What is (\w+) to (\w+): ([^?]+)\?", problem.prompt).groups()
    assert networkx.is_forest(tree)
    shared = networkx.lowest_common_ancestor(tree, one, two)
    mine, theirs = (networkx.shortest_path_length(tree, shared, who) for who in (one, two))
    options = told.split(", ")
    assert options.count(problem.answer) == 1
    assert [o for o in options if _is_relation(o, mine, theirs, woman[one])] == [problem.answer]


def _is_relation(word, mine, theirs, woman):
    """Whether someone `mine` links below the common ancestor is this to one `theirs` below it."""
    cousin = re.fullmatch(r"(\w+) cousin(?: (\w+?)(?: times)? removed)?", word)
    if cousin:
        degrees = ["first", "second", "third", "fourth", "fifth", "sixth"]
        times = ["once", "twice", "three", "four", "five", "six", "seven", "eight"]
        removed = times.index(cousin[2]) + 1 if cousin[2] else 0
        degree = degrees.index(cousin[1]) + 2
        return min(mine, theirs) == degree and abs(mine - theirs) == removed
    base = word.replace("great-", "")
    greats = word.count("great-") + base.startswith("grand")
    kind = {
        "mother": (0, 1, True), "father": (0, 1, False),
        "daughter": (1, 0, True), "son": (1, 0, False),
        "sister": (1, 1, True), "brother": (1, 1, False),
        "aunt": (1, 2, True), "uncle": (1, 2, False),
        "niece": (2, 1, True), "nephew": (2, 1, False),
    }[base.removeprefix("grand")]  # fmt: skip
    up, down, female = kind
    up += greats if base.endswith(("daughter", "son", "niece", "nephew")) else 0
    down += greats if base.endswith(("mother", "father", "aunt", "uncle")) else 0
    return (up, down, female) == (mine, theirs, woman)


PROOFS = {
    "automaton": automaton,
    "boolean_circuits": boolean_circuits,
    "countdown": number_game,
    "dyck": dyck,
    "family_relations": family_relations,
    "first_order_entailment": first_order_entailment,
    "game_of_24": number_game,
    "graph_reachability": graph_reachability,
    "knights_and_knaves": knights_and_knaves,
    "latin_squares": grid,
    "object_tracking": object_tracking,
    "ordering": ordering,
    "propositional_entailment": propositional_entailment,
    "scheduling": scheduling,
    "shortest_path": shortest_path,
    "string_rewriting": string_rewriting,
    "sudoku": grid,
    "syllogisms": syllogisms,
    "truth_teller_webs": truth_teller_webs,
    "zebra": zebra,
}
