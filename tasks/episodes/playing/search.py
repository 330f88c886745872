"""Puzzles of full knowledge: a state, moves, a goal. Breadth-first search proves the best play.

The random player draws each move evenly from those of the state; its chance is computed by
following the distribution over states, move by move. The greedy player makes the move whose
state looks nearest to the goal, by the puzzle's own measure.
"""

import random
from abc import abstractmethod
from collections import deque
from collections.abc import Hashable, Mapping, Sequence
from typing import Any, ClassVar

from ...arguments import Arguments
from ...episode import Call, GeneratedEpisodes, IllegalActionError, Tool, World
from ...problem import Problem
from ...suite import Draft
from ...verdict import Verdict, correct, wrong

Meta = Mapping[str, Any]
State = Hashable
Moves = Sequence[tuple[Arguments, State]]
MOST_STATES = 60_000
"""States that a search visits, or a distribution spreads over, before it is given up."""
MOST_LOOKED_AT = 10_000
"""States that are searched to say whether a play can still be won."""
MOST_STEPS = 3_000_000
"""Moves that the chance of the random player may take to compute."""


class SearchWorld(World):
    """The state of a puzzle, and the moves left."""

    def __init__(self, puzzle: "SearchPuzzle", meta: Meta) -> None:
        self._puzzle, self._meta = puzzle, meta
        self.tools = [puzzle.move_tool(meta)]
        self.state: State = puzzle.initial(meta)
        self.solved = False

    def act(self, name: str, arguments: Arguments) -> str:
        """Make a move; the new state as text."""
        puzzle, meta = self._puzzle, self._meta
        found = (one for move, one in puzzle.moves(meta, self.state) if move == arguments)
        state = next(found, None)
        if state is None:
            raise IllegalActionError(f"Not a legal move here.\n{puzzle.show(meta, self.state)}")
        before, self.state = self.state, state
        self.moves += 1
        self.solved = puzzle.solved(meta, state)
        said = [puzzle.told(meta, before, state)]
        if self.solved:
            said.append("Solved.")
        elif puzzle.lost(meta, state):
            said.append("Lost: nothing can be done any more.")
        elif self.moves >= meta["budget"]:
            said.append("No moves are left.")
        self.over = len(said) > 1
        return "\n".join(said)

    def options(self) -> list[Arguments]:
        """The arguments of every legal move."""
        return [move for move, _ in self._puzzle.moves(self._meta, self.state)]


class SearchPuzzle(GeneratedEpisodes):
    """A puzzle whose state is fully known to the search; `meta` holds `budget` and `optimum`."""

    spare: ClassVar[tuple[int, ...]] = (10, 8, 6, 5, 4)
    """Moves beyond the best number that the budget allows, by level."""

    @abstractmethod
    def place(self, rng: random.Random, difficulty: int) -> tuple[dict[str, Any], str] | None:
        """Draw a puzzle: its data and its text, without the budget; None to draw again."""

    @abstractmethod
    def move_tool(self, meta: Meta) -> Tool:
        """The tool that makes a move."""

    @abstractmethod
    def initial(self, meta: Meta) -> State:
        """The state that the puzzle begins with."""

    @abstractmethod
    def moves(self, meta: Meta, state: State) -> Moves:
        """The legal moves in a state, and where each leads."""

    @abstractmethod
    def solved(self, meta: Meta, state: State) -> bool:
        """Whether the goal is reached."""

    @abstractmethod
    def show(self, meta: Meta, state: State) -> str:
        """The state as the model sees it."""

    @abstractmethod
    def distance(self, meta: Meta, state: State) -> float:
        """How far a state looks from the goal, for the greedy player."""

    def told(self, meta: Meta, before: State, state: State) -> str:
        """The observation of a move."""
        return self.show(meta, state)

    def lost(self, meta: Meta, state: State) -> bool:
        """Whether the goal cannot be reached any more, by the rules."""
        return False

    def fits(self, difficulty: int, optimum: int) -> bool:
        """Whether a puzzle with this best number of moves belongs to the level."""
        return optimum >= 2

    def draw(self, rng: random.Random, difficulty: int) -> Draft:
        while True:
            placed = self.place(rng, difficulty)
            if placed is None:
                continue
            meta, text = placed
            best = self.shortest(meta)
            if best is not None and self.fits(difficulty, len(best)):
                break
        budget = len(best) + self.room(meta, difficulty, len(best))
        meta |= {"optimum": len(best), "budget": budget}
        prompt = f"{text}\n\n{self.show(meta, self.initial(meta))}\n\nYou have {budget} moves."
        return Draft(prompt, str(len(best)), meta)

    def room(self, meta: Meta, difficulty: int, optimum: int) -> int:
        """Moves of the budget beyond the best number."""
        return self.spare[difficulty - 1]

    def shortest(self, meta: Meta) -> list[Arguments] | None:
        """A shortest solution by breadth-first search; None where there is none, or too far."""
        return self._path_from(meta, self.initial(meta), MOST_STATES)[0]

    def hopeless(self, problem: Problem, world: World) -> bool | None:
        """Whether the moves left do not suffice; None where the search is given up."""
        assert isinstance(world, SearchWorld)
        if world.solved:
            return False
        left = problem.meta["budget"] - world.moves
        if left <= 0 or self.lost(problem.meta, world.state):
            return True
        best, whole = self._path_from(problem.meta, world.state, MOST_LOOKED_AT)
        if best is None:
            return True if whole else None
        return bool(len(best) > left)

    def _path_from(
        self, meta: Meta, start: State, most: int
    ) -> tuple[list[Arguments] | None, bool]:
        """A shortest solution from a state, and whether all that can be reached was seen."""
        came: dict[State, tuple[State, Arguments] | None] = {start: None}
        waiting = deque([start])
        while waiting and len(came) <= most:
            state = waiting.popleft()
            if self.solved(meta, state):
                return _path(came, state), True
            for move, after in self.moves(meta, state):
                if after not in came and not self.lost(meta, after):
                    came[after] = (state, move)
                    waiting.append(after)
        return None, not waiting

    def world(self, problem: Problem, seed: int) -> SearchWorld:
        return SearchWorld(self, problem.meta)

    def outcome(self, problem: Problem, world: World) -> Verdict:
        assert isinstance(world, SearchWorld)
        if world.solved:
            return correct(None, f"solved in {world.moves} moves")
        return wrong("incorrect", None, f"not solved after {world.moves} moves")

    def solve(self, problem: Problem, seed: int = 0) -> list[Call]:
        best = self.shortest(problem.meta)
        assert best is not None, problem.id
        name = self.move_tool(problem.meta).name
        return [Call(name, move) for move in best]

    def random_call(self, problem: Problem, world: World, rng: random.Random) -> Call:
        assert isinstance(world, SearchWorld)
        return Call(world.tools[0].name, rng.choice(world.options()))

    def greedy_call(self, problem: Problem, world: World) -> Call | None:
        assert isinstance(world, SearchWorld)
        options = self.moves(problem.meta, world.state)
        move, _ = min(options, key=lambda one: self.distance(problem.meta, one[1]))
        return Call(world.tools[0].name, move)

    def chance(self, problem: Problem) -> float | None:
        """The random player's chance, exact; None where it would take too long to compute."""
        meta = problem.meta
        spread: dict[State, float] = {self.initial(meta): 1.0}
        won, work = 0.0, 0
        known: dict[State, list[State]] = {}
        for _ in range(meta["budget"]):
            after: dict[State, float] = {}
            for state, share in spread.items():
                if state not in known:
                    known[state] = [one for _, one in self.moves(meta, state)]
                follow = known[state]
                work += len(follow)
                for one in follow:
                    if self.solved(meta, one):
                        won += share / len(follow)
                    elif not self.lost(meta, one):
                        after[one] = after.get(one, 0.0) + share / len(follow)
            spread = after
            if work > MOST_STEPS or len(known) > MOST_STATES:
                return None
        return min(won, 1.0)


def _path(came: Mapping[State, tuple[State, Arguments] | None], end: State) -> list[Arguments]:
    moves = []
    step = came[end]
    while step is not None:
        moves.append(step[1])
        step = came[step[0]]
    return moves[::-1]
