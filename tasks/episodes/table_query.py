"""Table query: answer a question about a table that only SQL shows."""

import random
import sqlite3
from collections.abc import Callable, Mapping
from typing import Any

from ..arguments import Arguments
from ..episode import Call, GeneratedEpisodes, IllegalActionError, World, tool
from ..problem import Problem
from ..suite import Draft
from ..verdict import Verdict, correct, wrong

ROWS = (20, 40, 80, 150, 300)
CITIES = ("Aachen", "Bergen", "Cadiz", "Delft", "Evora", "Faro", "Ghent", "Hilo", "Izmir", "Kobe")
GOODS = ("apples", "bread", "cheese", "dates", "eggs", "flour")
STEPS = 2_000_000
"""Steps of the SQL machine that one query may take."""
ROWS_SHOWN = 50
ALLOWED = frozenset({
    sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE,
})  # fmt: skip


class TableWorld(World):
    """The tables, in memory, and the answer once it is submitted."""

    def __init__(self, meta: Mapping[str, Any]) -> None:
        self._budget = meta["budget"]
        self._rows = meta["rows"]
        self._base: sqlite3.Connection | None = None
        self.answer: str | None = None
        self.tools = [
            tool("query", "Run one read-only SQL query (SQLite) and see its rows.", aside=True,
                 sql={"type": "string", "maxLength": 10_000}),
            tool("submit", "Submit the name of the city. This ends the task.",
                 city={"type": "string", "enum": list(CITIES)}),
        ]  # fmt: skip

    def act(self, name: str, arguments: Arguments) -> str:
        """Run a query, or take the answer."""
        if name == "submit":
            self.moves += 1
            self.answer, self.over = arguments["city"], True
            return "The answer is submitted."
        self._allow()
        said = self._queried(arguments["sql"])
        self.moves += 1
        return f"{said}\nMoves left: {self._budget - self.moves}."

    def recalled(self, name: str) -> None:
        self._allow()
        self.moves += 1

    def _allow(self) -> None:
        if self.moves >= self._budget - 1:
            raise IllegalActionError("One move is left: submit the city.")

    def close(self) -> None:
        if self._base is not None:
            self._base.close()
            self._base = None

    def _queried(self, sql: str) -> str:
        if self._base is None:
            self._base = opened(self._rows)
        steps = [0]

        def stop() -> bool:
            steps[0] += 1000
            return steps[0] > STEPS

        self._base.set_progress_handler(stop, 1000)
        try:
            cursor = self._base.execute(sql)
            rows = cursor.fetchmany(ROWS_SHOWN + 1)
        except (sqlite3.Error, sqlite3.Warning, ValueError, OverflowError, MemoryError) as error:
            raise IllegalActionError(f"The query fails: {str(error)[:300]}") from None
        names = [one[0] for one in cursor.description or []]
        lines = [" | ".join(map(str, names)), *(" | ".join(map(_cell, row)) for row in rows)]
        more = f"\n... (the first {ROWS_SHOWN} rows)" if len(rows) > ROWS_SHOWN else ""
        return "\n".join(lines[: ROWS_SHOWN + 1]) + more


def _cell(value: Any) -> str:
    if isinstance(value, bytes):
        return f"{len(value)} bytes"
    text = "NULL" if value is None else str(value)
    return text if len(text) <= 200 else f"{text[:200]}..."


def opened(rows: Mapping[str, Any]) -> sqlite3.Connection:
    """The tables in memory, on a connection that only reads."""
    base = sqlite3.connect(":memory:", check_same_thread=False, isolation_level=None)
    base.execute("CREATE TABLE shops (shop INTEGER PRIMARY KEY, city TEXT)")
    base.execute("CREATE TABLE sales (shop INTEGER, good TEXT, amount INTEGER, day INTEGER)")
    base.executemany("INSERT INTO shops VALUES (?, ?)", rows["shops"])
    base.executemany("INSERT INTO sales VALUES (?, ?, ?, ?)", rows["sales"])
    base.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, 200_000)
    base.setlimit(sqlite3.SQLITE_LIMIT_COLUMN, 50)
    base.setlimit(sqlite3.SQLITE_LIMIT_EXPR_DEPTH, 200)

    def allow(action: int, first: str | None, second: str | None, *rest: str | None) -> int:
        known = action in ALLOWED and second != "load_extension"
        return sqlite3.SQLITE_OK if known else sqlite3.SQLITE_DENY

    base.set_authorizer(allow)
    return base


class TableQuery(GeneratedEpisodes):
    """Answer a question about 20 sales (level 1), or about 300 sales in two tables (level 5).

    Difficulty: more rows, and questions that join tables and exclude some rows.
    """

    name = "table_query"

    def draw(self, rng: random.Random, difficulty: int) -> Draft:
        budget = 8
        while True:
            shops = [[shop, rng.choice(CITIES)] for shop in range(1, 16)]
            sales = [
                [rng.randint(1, 15), rng.choice(GOODS), rng.randint(1, 99), rng.randint(1, 30)]
                for _ in range(ROWS[difficulty - 1])
            ]
            good, day = rng.choice(GOODS), rng.randint(8, 24)
            words, condition = _question(difficulty, good, day)
            totals = _totals(shops, sales, difficulty, good, day)
            best = max(totals.values(), default=0)
            winners = [city for city, total in totals.items() if total == best]
            if len(winners) == 1:
                break
        sql = (
            "SELECT city FROM sales JOIN shops ON sales.shop = shops.shop "
            f"WHERE {condition} GROUP BY city ORDER BY SUM(amount) DESC LIMIT 1"
        )
        prompt = (
            f"Database {rng.randrange(10**6):06} (SQLite) has two tables: shops(shop, city) and "
            "sales(shop, good, amount, day). Which city has the largest total amount of "
            f"{words}? Exactly one city has. The cities: {', '.join(CITIES)}.\n\n"
            f"You have {budget} moves, the answer included."
        )
        meta = {"rows": {"shops": shops, "sales": sales}, "sql": sql, "optimum": 2,
                "budget": budget}  # fmt: skip
        return Draft(prompt, winners[0], meta, f"{shops}{sales}{words}")

    def world(self, problem: Problem, seed: int) -> TableWorld:
        return TableWorld(problem.meta)

    def outcome(self, problem: Problem, world: World) -> Verdict:
        assert isinstance(world, TableWorld)
        if world.answer is None:
            return wrong("no_answer", None, "no city was submitted")
        if world.answer == problem.answer:
            return correct(world.answer, "the city is right")
        return wrong("incorrect", world.answer, f"the city is {problem.answer}")

    def solve(self, problem: Problem, seed: int = 0) -> list[Call]:
        """One query, whose answer is then submitted."""
        base = opened(problem.meta["rows"])
        try:
            [(city,)] = base.execute(problem.meta["sql"]).fetchall()
        finally:
            base.close()
        return [Call("query", {"sql": problem.meta["sql"]}), Call("submit", {"city": city})]

    def random_call(self, problem: Problem, world: World, rng: random.Random) -> Call:
        return Call("submit", {"city": rng.choice(CITIES)})

    def chance(self, problem: Problem) -> float | None:
        return 1.0 / len(CITIES)

    def greedy_call(self, problem: Problem, world: World) -> Call | None:
        """The city with the most shops."""
        cities = [city for _, city in problem.meta["rows"]["shops"]]
        return Call("submit", {"city": max(CITIES, key=cities.count)})


def _question(difficulty: int, good: str, day: int) -> tuple[str, str]:
    """The words of a question, and its condition in SQL."""
    if difficulty == 1:
        return "all sales", "1"
    if difficulty == 2:
        return f"sales of {good}", f"good = '{good}'"
    if difficulty == 3:
        return f"sales of {good} up to day {day}", f"good = '{good}' AND day <= {day}"
    if difficulty == 4:
        return f"sales of anything but {good}, after day {day}", f"good <> '{good}' AND day > {day}"
    return (
        f"sales of anything but {good}, up to day {day}, each of more than the average amount of "
        "all sales in the table",
        f"good <> '{good}' AND day <= {day} AND amount > (SELECT AVG(amount) FROM sales)",
    )


def _totals(
    shops: list[Any], sales: list[Any], difficulty: int, good: str, day: int
) -> dict[str, int]:
    """The totals by city, without SQL: what the answer is proved by."""
    city_of = dict(map(tuple, shops))
    whole = sum(sale[2] for sale in sales)
    counts: Callable[[Any], bool] = {
        1: lambda sale: True,
        2: lambda sale: sale[1] == good,
        3: lambda sale: sale[1] == good and sale[3] <= day,
        4: lambda sale: sale[1] != good and sale[3] > day,
        5: lambda sale: sale[1] != good and sale[3] <= day and sale[2] * len(sales) > whole,
    }[difficulty]
    totals: dict[str, int] = {}
    for sale in sales:
        if counts(sale):
            city = city_of[sale[0]]
            totals[city] = totals.get(city, 0) + sale[2]
    return totals


load = TableQuery
