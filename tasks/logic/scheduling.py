"""Constraint scheduling: put jobs on days; every schedule that follows the rules is right."""

import math
import random
from collections import Counter
from collections.abc import Mapping
from itertools import combinations
from string import ascii_uppercase
from typing import Any, ClassVar

from ..problem import Problem
from ..prompting import ask, reply
from ..suite import Draft
from .generating.base import LogicSuite
from .generating.solving import Clause, Cnf, count_models, fewest_clues
from .shapes import LogicShape
from .shapes.assignment import Assignment

JOBS = (3, 4, 5, 5, 6, 7, 8, 9, 11, 13)
DAYS = (3, 3, 4, 4, 5, 5, 5, 6, 7, 8)
PER_DAY = 2
POOL = 14
"""Candidate rules drawn for each job."""
MOST_SCHEDULES = 300
"""Rules are left out only while the schedules that keep the rest are fewer than this."""
Rule = list[Any]
_NOUNS = frozenset(
    ("job", "jobs", "day", "days", "task", "schedule", "scheduled", "assigned", "placed", "done",
     "goes", "go", "runs", "happens")
)  # fmt: skip
_WORDS = {
    "before": "{} is before {}",
    "gap": "{0} is at least {2} days before {1}",
    "apart": "{} and {} are on different days",
    "same": "{} and {} are on the same day",
    "not": "{} is not on day {}",
    "by": "{} is on day {} or earlier",
}


class Scheduling(LogicSuite):
    """Schedule 3 jobs on 3 days (level 1) to 13 jobs on 8 days (level 10), at most two a day.

    Difficulty: more jobs and days. The rules are a set that allows one schedule, less one rule
    (two from level 6), so several schedules may be right.
    """

    name = "scheduling"
    difficulties: ClassVar[range] = range(1, 11)

    def draw(self, rng: random.Random, difficulty: int) -> Draft:
        jobs = sorted(rng.sample(ascii_uppercase, JOBS[difficulty - 1]))
        days = DAYS[difficulty - 1]
        cnf, numbers = _frame(jobs, days)
        rules, day = _rules(rng, jobs, days, cnf)
        rng.shuffle(rules)
        fewer = rules[1 if difficulty <= 5 else 2 :]
        schedules = count_models(
            [*cnf.clauses, *(c for rule in fewer for c in _clauses(cnf, rule, days))],
            numbers,
            MOST_SCHEDULES,
        )
        if schedules == MOST_SCHEDULES:
            fewer, schedules = rules, 1
        told = "; ".join(rule_text(rule) for rule in fewer)
        question = (
            f"Put jobs {', '.join(jobs)} on days 1 to {days}, at most {PER_DAY} a day: {told}."
        )
        answer = ", ".join(f"{job}: {day[job]}" for job in jobs)
        meta = {"jobs": jobs, "days": days, "rules": fewer, "schedules": schedules}
        return Draft(ask(question, "job: day for each job, with commas,"), answer, meta)

    def shape(self, problem: Problem) -> LogicShape:
        days = (str(day) for day in range(1, problem.meta["days"] + 1))
        return Assignment(tuple(problem.meta["jobs"]), tuple(days), _NOUNS)

    def fault(self, problem: Problem, value: tuple[str, ...]) -> str | None:
        day = dict(zip(problem.meta["jobs"], map(int, value), strict=True))
        if max(Counter(day.values()).values()) > PER_DAY:
            return f"more than {PER_DAY} jobs are on one day"
        broken = next((rule for rule in problem.meta["rules"] if not keeps(rule, day)), None)
        return None if broken is None else f"a rule is broken: {rule_text(broken)}"

    def steps(self, problem: Problem) -> list[str]:
        day = {job: int(number) for job, number in
               (item.split(": ") for item in problem.answer.split(", "))}  # fmt: skip
        lines = []
        for rule in problem.meta["rules"]:
            named = [f"{part} {day[part]}" for part in rule[1:] if part in day]
            lines.append(f"{rule_text(rule)}: {', '.join(named)}")
        return lines

    def guess(self, problem: Problem, rng: random.Random) -> str:
        """A random day for each job."""
        days = problem.meta["days"]
        return reply(", ".join(f"{job}: {rng.randint(1, days)}" for job in problem.meta["jobs"]))

    def chance(self, problem: Problem) -> float | None:
        meta = problem.meta
        return float(meta["schedules"] * math.pow(meta["days"], -len(meta["jobs"])))

    def wrong(self, problem: Problem) -> str | None:
        """One job moved by a day, or else all on the first."""
        items = [item.split(": ") for item in problem.answer.split(", ")]
        for i, (job, number) in enumerate(items):
            for moved in (int(number) + 1, int(number) - 1):
                changed = [*items[:i], [job, str(moved)], *items[i + 1 :]]
                text = ", ".join(": ".join(item) for item in changed)
                value = self.shape(problem).read(text)
                if value is not None and self.fault(problem, value) is not None:
                    return reply(text)
        return reply(", ".join(f"{job}: 1" for job, _ in items))


def _frame(jobs: list[str], days: int) -> tuple[Cnf, list[int]]:
    """Each job on one day, no day too full; and the variables that say which day."""
    cnf = Cnf()
    for job in jobs:
        cnf.exactly_one([cnf.var(job, day) for day in range(1, days + 1)])
    for day in range(1, days + 1):
        for group in combinations(jobs, PER_DAY + 1):
            cnf.add(*(-cnf.var(job, day) for job in group))
    return cnf, [cnf.var(job, day) for job in jobs for day in range(1, days + 1)]


def _rules(
    rng: random.Random, jobs: list[str], days: int, cnf: Cnf
) -> tuple[list[Rule], dict[str, int]]:
    """Rules that leave exactly one schedule, none of them idle; and that schedule."""
    while True:
        places = [day for day in range(1, days + 1) for _ in range(PER_DAY)]
        day = dict(zip(jobs, rng.sample(places, len(jobs)), strict=True))
        rules: list[Rule] = []
        for _ in range(POOL * len(jobs)):
            rule = _rule(rng, jobs, days)
            if keeps(rule, day) and rule not in rules:
                rules.append(rule)
        clauses = [_clauses(cnf, rule, days) for rule in rules]
        kept = fewest_clues(cnf.clauses, [cnf.var(*item) for item in day.items()], clauses)
        if kept is not None:
            return [rules[index] for index in kept], day


def _rule(rng: random.Random, jobs: list[str], days: int) -> Rule:
    kind = rng.choice(("before", "before", "gap", "apart", "same", "not", "by"))
    first, second = rng.sample(jobs, 2)
    if kind == "gap":
        return [kind, first, second, rng.randint(2, max(2, days // 2))]
    if kind == "not":
        return [kind, first, rng.randint(1, days)]
    if kind == "by":
        return [kind, first, rng.randint(1, days - 1)]
    return [kind, *(sorted((first, second)) if kind in ("apart", "same") else (first, second))]


def keeps(rule: Rule, day: Mapping[str, int]) -> bool:
    """Whether a schedule (job -> day) keeps a rule."""
    kind, job, other = rule[:3]
    days_between = int(rule[3]) if len(rule) > 3 else 1
    if kind == "not":
        return day[job] != int(other)
    if kind == "by":
        return day[job] <= int(other)
    if kind == "apart":
        return day[job] != day[other]
    if kind == "same":
        return day[job] == day[other]
    return day[job] + days_between <= day[other]


def rule_text(rule: Rule) -> str:
    """The rule in words."""
    return _WORDS[rule[0]].format(*rule[1:])


def _clauses(cnf: Cnf, rule: Rule, days: int) -> list[Clause]:
    """Forbid what breaks the rule: single days, or pairs of days."""
    every = range(1, days + 1)
    job, other = rule[1], rule[2]
    if rule[0] in ("not", "by"):
        return [[-cnf.var(job, one)] for one in every if not keeps(rule, {job: one})]
    return [
        [-cnf.var(job, one), -cnf.var(other, two)]
        for one in every
        for two in every
        if not keeps(rule, {job: one, other: two})
    ]


load = Scheduling
