"""Published sudokus: one puzzle per line, or a CSV, JSON or Parquet column of puzzles.

`sudoku_puzzles` loads every file in `sudoku/` of the data folder, `sudoku_puzzles:hardest` those
whose name contains "hardest", and `path` any other file. A puzzle is 16, 36, 64 or 81 cells row by
row (`.`, `0`, `_` or `*` for an empty cell), or a list of rows. The rules alone judge an answer, so
every solution of a puzzle is right.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ...sandbox.errors import UsageError
from ..prompting import ask
from ..sources import data_folder, read_text
from ..suite import Suite
from .generating.grids import Grid, GridRules, grid_json, grid_text, solution
from .question_files.puzzles import PuzzleSuite
from .question_files.rows import pick, read_rows, resolve

BOXES = {4: (2, 2), 6: (2, 3), 8: (2, 4), 9: (3, 3)}
"""Side of the grid: rows and columns of a box."""
FIELDS = ("puzzle", "puzzles", "quizzes", "quiz", "question", "sudoku", "grid", "input", "board")
_EMPTY = str.maketrans("._*-", "0000")


def grid_of(value: Any, where: str) -> Grid:
    """Read the rows of a puzzle, 0 for an empty cell. Raises UsageError."""
    if isinstance(value, list):
        cells = [0 if cell in (None, "", ".") else cell for row in value for cell in row]
        text = "".join(map(str, cells))
    else:
        text = re.sub(r"[\s|+,\[\]]", "", str(value)).translate(_EMPTY)
    side = next((n for n in BOXES if n * n == len(text)), None)
    if side is None or not (text.isascii() and text.isdigit()) or int(max(text)) > side:
        legal = ", ".join(str(n * n) for n in BOXES)
        raise UsageError(f"{where}: {text[:20]!r} is not a sudoku of {legal} cells")
    return [[int(cell) for cell in text[r * side : (r + 1) * side]] for r in range(side)]


class SudokuPuzzles(GridRules, PuzzleSuite):
    """Sudokus to solve; `meta` holds the puzzle and the size of a box."""

    def posed(self, puzzle: Any, where: str) -> tuple[str, str, Mapping[str, Any]]:
        grid: Grid = grid_of(puzzle, where)
        tall, wide = BOXES[len(grid)]
        full = solution(grid, (tall, wide))
        if full is None:
            raise UsageError(f"{where}: the sudoku has no solution")
        question = (
            f"Fill in the sudoku: each row, column and {tall}x{wide} box (rows x columns) holds "
            f"1 to {len(grid)} once.\n{grid_text(grid)}"
        )
        meta = {"puzzle": grid, "box": [tall, wide]}
        return ask(question, "the grid as a JSON list of rows"), grid_json(full), meta


def puzzles(path: Path) -> Iterator[tuple[str, Any]]:
    """Return (place, puzzle) for each puzzle of a file. Raises UsageError with the place."""
    if path.name.removesuffix(".gz").endswith((".txt", ".sdm", ".sdk")):
        for number, line in enumerate(read_text(path).split("\n"), start=1):
            if line.strip() and not line.startswith("#"):
                yield f"{path}:{number}", line.split()[0].split(",")[0]
    else:
        for where, row in read_rows("sudoku_puzzles", str(path)):
            yield where, pick(row, None, FIELDS, where)


def _files(data_dir: str | None, path: str | None, variant: str | None) -> list[Path]:
    if path is not None:
        return [resolve("sudoku_puzzles", path)]
    folder = data_folder(data_dir)
    if folder is None:
        raise UsageError("task 'sudoku_puzzles' reads files: use --data-dir, or -o path=FILE")
    chosen = sorted(
        file
        for file in (folder / "sudoku").glob("*")
        if file.is_file() and (variant is None or variant in file.name)
    )
    if not chosen:
        wanted = f"*{variant}*" if variant else "files"
        raise UsageError(f"task 'sudoku_puzzles': none of {wanted} is in {folder / 'sudoku'}")
    return chosen


def load(
    split: str = "test",
    data_dir: str | None = None,
    variant: str | None = None,
    path: str | None = None,
    size: int | None = None,
) -> Suite:
    """Load the puzzles of all matching files. Raises UsageError."""
    if split != "test":
        raise UsageError(f"split {split!r} of 'sudoku_puzzles': use test")
    rows = [row for file in _files(data_dir, path, variant) for row in puzzles(file)]
    name = f"sudoku_puzzles:{variant}" if variant else "sudoku_puzzles"
    return SudokuPuzzles(name, split, rows, size)
